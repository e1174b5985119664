"""What a timeline file must know of the media it points at, and the arithmetic from source time to frames."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from fractions import Fraction
from typing import Literal

import msgspec

from answerprint.core.cut import Clip, Cut, source_time
from answerprint.core.time import Range, Rounding, Time, round_ticks


class MediaLink(msgspec.Struct, frozen=True, kw_only=True):
    """One asset as other programs will find it again: its name, place, reel, and timecode of every frame.

    For sound `rate` is the frame rate its timecode counts at. Frame numbers here are presentation indices
    from 0; the timecode of frame k is `start_frame + k`, counted at `rate`.
    """

    name: str  # file name
    url: str  # path relative to the production, forward slashes, not encoded
    rate: Fraction  # frames a second; the nominal one when the rate varies
    frames: int
    start_frame: int = 0  # timecode of the first picture, as a frame count
    drop: bool = False
    first: Time = Time(0, Fraction(1))  # timestamp of the first picture
    reel: str | None = None
    time_base: Fraction | None = None  # seconds a tick of the file's timestamps
    frame_times: tuple[int, ...] = ()  # every picture's timestamp in ticks of time_base: variable rate
    rounded: bool = False  # frame_times are a constant rate's, rounded to ticks (core/frames.py)
    picture: bool = True
    width: int | None = None
    height: int | None = None
    channels: int = 0  # of sound; 0 is none, or not known
    sample_rate: int | None = None


Kept = Literal["lost", "approximated", "untested"]


class Loss(msgspec.Struct, frozen=True):
    """What a file, or a program that reads it, does not keep. feature: a word of `comparing.FEATURES`."""

    feature: str
    where: str  # "V1 01:00:04:12 A001C003"
    kind: Kept
    detail: str


class TimelineFile(msgspec.Struct, frozen=True, kw_only=True):
    """A timeline as a file has it. media: by the cut's asset names, which are the media's URLs where it has
    them, else their names. losses: what the file says and a cut cannot hold."""

    cut: Cut
    media: Mapping[str, MediaLink]
    losses: tuple[Loss, ...] = ()


def frame_on_screen(link: MediaLink, time: Time) -> int:
    """The presentation index of the picture shown at a source time: the last that starts at or before it.

    With a frame table, the table says; where it is rounded, a picture starts within the tick before. Without,
    pictures start at `first + k / rate`; where the file's ticks are too coarse for that, at the nearest tick,
    as muxers write them. Before the first picture the index is negative (−1 with a table).
    """
    if link.frame_times:
        place = time.seconds / _time_base(link)
        return bisect_right(link.frame_times, math.ceil(place) if link.rounded else place) - 1
    since = time.seconds - link.first.seconds
    if link.time_base is None or (1 / link.rate / link.time_base).denominator == 1:
        return math.floor(since * link.rate)
    # round(k · d) <= t in whole ticks holds just while k · d < t + 1/2, with d ticks a frame.
    ticks = math.floor(since / link.time_base)
    return math.ceil((ticks + Fraction(1, 2)) * link.time_base * link.rate) - 1


def first_frame_from(link: MediaLink, time: Time) -> int:
    """The index of the first picture that starts at or after a source time: an exclusive out point."""
    if link.frame_times:
        place = time.seconds / _time_base(link)
        return bisect_left(link.frame_times, math.floor(place) if link.rounded else place)
    frame = frame_on_screen(link, time)
    return frame if frame_time(link, frame) == time else frame + 1


def frame_time(link: MediaLink, frame: int) -> Time:
    """When a picture starts, in source time. Beyond a frame table's ends the nominal rate goes on."""
    if link.frame_times:
        inside = min(max(frame, 0), len(link.frame_times) - 1)
        seconds = link.frame_times[inside] * _time_base(link) + Fraction(frame - inside) / link.rate
        return Time.of_seconds(seconds)
    since = Fraction(frame) / link.rate
    if link.time_base is not None:
        since = round_ticks(since / link.time_base) * link.time_base
    return Time.of_seconds(link.first.seconds + since)


def frames_shown(clip: Clip, rate: Fraction, link: MediaLink) -> list[int]:
    """The source picture under every frame of a clip, by presentation index; rate is the cut's."""
    start = clip.record.start.frame(rate, Rounding.EXACT)
    end = clip.record.end.frame(rate, Rounding.EXACT)
    return [frame_on_screen(link, source_time(clip, frame, rate)) for frame in range(start, end)]


def source_of(start: Time, frames: int, rate: Fraction, speed: Fraction) -> Range:
    """The stretch of source that a clip of so many cut frames uses; empty for a freeze."""
    return Range(start, Time.of_seconds(start.seconds + frames / rate * abs(speed)))


def record_frames(clip: Clip, rate: Fraction) -> tuple[int, int]:
    """A clip's first and end frame in the cut."""
    return clip.record.start.frame(rate, Rounding.EXACT), clip.record.end.frame(rate, Rounding.EXACT)


def _time_base(link: MediaLink) -> Fraction:
    if link.time_base is None:
        raise ValueError(f"{link.name}: a frame table needs its time base")
    return link.time_base
