"""Time in xmeml, both ways: which picture a clip item's `in` means, with and without a Time Remap filter.

`in`, `out` and a clip item's `duration` count at the sequence's rate, whatever the media's: Premiere Pro and
Resolve write and read them so (in what they write, the rate a clip item declares is the sequence's). Under a
Time Remap they count the frames of the retimed clip; the filter's graph says which media frame, counted at
the sequence's rate too, each of them shows. Played backwards, a value is the edge after the picture shown.
"""

from __future__ import annotations

import math
from fractions import Fraction

import msgspec

from answerprint.core.cut import Clip
from answerprint.core.time import Time, round_ticks
from answerprint.formats.timelines.model import MediaLink, frame_on_screen, frame_time

TICKS = 254_016_000_000  # Premiere's ticks a second: whole frames of every film and video rate, whole samples
NEAR = Fraction(1, 1000)  # of a frame: what decimals of a graph lose


class Timing(msgspec.Struct, frozen=True, kw_only=True):
    """A clip item's numbers, all but `ticks` and the graph's values in whole frames of the sequence."""

    first: int  # in
    end: int  # out
    duration: int  # of the retimed clip: the media's whole length
    ticks: int | None = None  # Premiere's finer `in`, at normal speed
    graph: tuple[tuple[int, Fraction, str], ...] = ()  # of a Time Remap: frame, media frame, its flag


def timing_of(clip: Clip, link: MediaLink, length: int, head: int, rate: Fraction) -> Timing:
    """The numbers of a clip item.

    length: record frames with the transitions at both ends, of which head lie before the edit. rate: the
    cut's.
    """
    whole = link.frames / link.rate * rate
    since = clip.source.start.seconds - link.first.seconds
    picture = frame_on_screen(link, clip.source.start)
    if link.frame_times:
        moment = frame_time(link, picture).seconds - link.first.seconds
    else:
        moment = picture / link.rate
        if math.floor(since * link.rate) != picture:  # the file's ticks are coarser than its frames
            since = moment
    speed = clip.speed
    if speed == 1:
        first = _same_picture(since, picture, rate, link) - head
        ticks = round_ticks((since - head / rate) * TICKS)
        duration = max(math.ceil(whole), first + length)
        return Timing(first=first, end=first + length, duration=duration, ticks=ticks)
    value = (since if speed else moment) * rate
    if speed < 0:
        value += rate / link.rate
        whole = max(whole, value)
    along = abs(speed) or Fraction(1)
    at = math.floor((whole - value if speed < 0 else value) / along)
    first = at - head
    duration = max(math.ceil(whole / along), first + length)
    graph = _graph(first, first + length, duration, speed, value, at)
    return Timing(first=first, end=first + length, duration=duration, graph=graph)


def source_start(
    timing: Timing, speed: Fraction, head: int, rate: Fraction, grid: Fraction, media_rate: Fraction
) -> Fraction:
    """The inverse: seconds from the media's first picture to the clip's source at its edit.

    grid: the rate that `in` counts at; rate: the sequence's, of which head frames lie before the edit.
    """
    if speed == 1:
        start = Fraction(timing.first) / grid
        if timing.ticks is not None and abs(Fraction(timing.ticks, TICKS) - start) * grid <= 1:
            start = Fraction(timing.ticks, TICKS)
        return _on_a_picture(start + head / rate, media_rate)
    value = _value(timing, speed)
    start = value / grid - (1 / media_rate if speed < 0 else 0)
    return _on_a_picture(start + head / rate * speed, media_rate)


def counting_rate(timing: Timing, record: int, rate: Fraction, declared: Fraction) -> Fraction:
    """The rate that `in` and `out` count at. By the standard it is the one a clip item declares, but programs
    read the sequence's: of the two, the one at which the clip is as long as its place in the sequence."""
    if declared == rate:
        return rate
    frames, seconds = timing.end - timing.first, record / rate
    return min((declared, rate), key=lambda one: abs(frames / one - seconds))


def to_clip_frame(since: Fraction, timing: Timing, speed: Fraction, rate: Fraction) -> int:
    """Where a moment of the media lies in the clip item's own count; on a freeze, where in the media."""
    if speed == 1 or speed == 0:
        return math.floor(since * rate)
    return math.floor(_frame_of(since * rate, timing, speed))


def from_clip_frame(
    frame: int, timing: Timing, speed: Fraction, grid: Fraction, media_rate: Fraction
) -> Fraction:
    """Seconds from the media's first picture to a clip item's frame."""
    if speed == 1 or speed == 0:
        return _on_a_picture(Fraction(frame) / grid, media_rate)
    at, value = _anchor(timing, speed)
    return _on_a_picture((value + (frame - at) * speed) / grid, media_rate)


def _same_picture(since: Fraction, picture: int, rate: Fraction, link: MediaLink) -> int:
    """The frame of the sequence's count that shows the picture: the last before its moment, else the next."""
    below = math.floor(since * rate)
    for frame in (below, below + 1):
        if link.frame_times:
            shown = frame_on_screen(link, Time.of_seconds(link.first.seconds + frame / rate))
        else:
            shown = math.floor(frame / rate * link.rate)
        if shown == picture:
            return frame
    return below


def _graph(
    first: int, end: int, duration: int, speed: Fraction, value: Fraction, at: int
) -> tuple[tuple[int, Fraction, str], ...]:
    """The keyframes of a constant speed through one point, as the programs lay them."""
    places = [(0, "speedkfstart")] if first > 0 else []
    places += [(first, "speedkfin"), (end, "speedkfout")]
    if end < duration:
        places.append((duration, "speedkfend"))
    return tuple((frame, value + (frame - at) * speed, flag) for frame, flag in places)


def _value(timing: Timing, speed: Fraction) -> Fraction:
    at, value = _anchor(timing, speed)
    return value + (timing.first - at) * speed


def _anchor(timing: Timing, speed: Fraction) -> tuple[int, Fraction]:
    """A point of the graph: of its keyframes the one at the clip's in; without any, the media's ends."""
    for flag in ("speedkfin", "speedkfout", "speedkfstart", ""):
        for frame, value, its in timing.graph:
            if its == flag:
                return frame, value
    if speed == 0:
        return timing.first, Fraction(timing.first)
    return (timing.duration, Fraction(0)) if speed < 0 else (0, Fraction(0))


def _frame_of(value: Fraction, timing: Timing, speed: Fraction) -> Fraction:
    at, known = _anchor(timing, speed)
    return at + (value - known) / speed


def _on_a_picture(start: Fraction, media_rate: Fraction) -> Fraction:
    """A time that decimals put a hair beside a picture's start, at that start."""
    nearest = round_ticks(start * media_rate)
    return nearest / media_rate if abs(start * media_rate - nearest) < NEAR else start
