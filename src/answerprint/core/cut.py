"""The cut: the record every later stage reads. It is the truth; timelines written from it are copies.

Record times are whole frames of the cut's rate from the cut's first frame (0). Source times are exact times
in the asset's own clock (the streams' timestamps), so that variable-rate and late-starting media keep their
places. Media of another rate plays at its own speed: cut frame k of a clip shows the source frame that is
on screen at `source.start + k / cut.rate` (core/frames.py says which that is).
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Literal

import msgspec

from answerprint.core.time import Range, Rounding, Time
from answerprint.core.timecode import format_timecode

TrackKind = Literal["video", "audio"]


class Transition(msgspec.Struct, frozen=True):
    """A way into the clip that carries it (or out of it, as `fade_out`), in cut frames."""

    kind: Literal["dissolve", "wipe"]
    frames: int
    before: int  # frames of it that lie before the edit
    name: str = ""  # of a wipe: its SMPTE 258M code ("001"), or what a program calls it


class Cdl(msgspec.Struct, frozen=True):
    """An ASC CDL (version 1.2): slope, offset and power of red, green and blue, and saturation.

    space: the colour space its numbers are of; None where nobody said: then of the code values shown.
    """

    slope: tuple[float, float, float] = (1.0, 1.0, 1.0)
    offset: tuple[float, float, float] = (0.0, 0.0, 0.0)
    power: tuple[float, float, float] = (1.0, 1.0, 1.0)
    saturation: float = 1.0
    space: str | None = None


class Marker(msgspec.Struct, frozen=True):
    """A note: on the cut at whole frames of it, on a clip in its source's own time."""

    range: Range
    name: str
    comment: str = ""
    colour: str = "RED"


class Clip(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of an asset on a track of the cut."""

    id: str  # stable between versions: the slot and the track
    asset: str  # empty for a nested cut
    record: Range  # in frames of the cut's rate
    source: Range  # in the asset's own time, of the same length as record unless speed differs
    name: str = ""
    slot: str | None = None  # the proposal id of the choice this clip carries out
    lines: tuple[str, ...] = ()  # script line keys heard in it
    link: str | None = None  # clips that share a link move together (picture and its sound)
    stream: int | None = None  # stream index in the asset; None is the first of the track's kind
    channels: tuple[int, ...] = ()  # channels of that stream; empty is all
    muted: bool = False  # disabled
    gain_db: float = 0.0
    speed: Fraction = Fraction(
        1
    )  # 0 is a freeze frame; below 0 source.start is shown first, and back from it
    transition: Transition | None = None
    fade_out: Transition | None = None  # into a gap or the end; every frame of it lies before the edit
    cdl: Cdl | None = None
    markers: tuple[Marker, ...] = ()
    nested: Cut | None = None  # a cut in place of an asset: source counts from its first frame
    locked: bool = False
    reason: str = ""
    metadata: Mapping[str, Any] = {}


class CutTrack(msgspec.Struct, frozen=True, kw_only=True):
    """Clips in record order, never overlapping; what lies between them is a gap."""

    name: str  # "V1", "A1"
    kind: TrackKind
    clips: tuple[Clip, ...] = ()
    muted: bool = False
    role: str = ""  # "dialogue", "scratch", "music"


class Cut(msgspec.Struct, frozen=True, kw_only=True):
    """A version of the film."""

    name: str
    rate: Fraction
    drop: bool = False
    start_frame: int = 0  # the timecode of the first frame, as a frame count
    width: int = 1920
    height: int = 1080
    tracks: tuple[CutTrack, ...] = ()
    markers: tuple[Marker, ...] = ()
    metadata: Mapping[str, Any] = {}

    @property
    def frames(self) -> int:
        """The length of the cut in frames."""
        ends = [clip.record.end.frame(self.rate) for track in self.tracks for clip in track.clips]
        return max(ends, default=0)

    def timecode(self, frame: int) -> str:
        """The label of a frame of the cut."""
        return format_timecode(self.start_frame + frame, self.rate, drop=self.drop)

    def tracks_of(self, kind: TrackKind) -> tuple[CutTrack, ...]:
        return tuple(track for track in self.tracks if track.kind == kind)


def visible(cut: Cut) -> list[tuple[int, int, Clip]]:
    """What is seen of a cut: [first, end) frames and the uppermost clip there, in order. Black is in none."""
    found: list[tuple[int, int, Clip]] = []
    for track in reversed(cut.tracks_of("video")):
        for clip in track.clips if not track.muted else ():
            if clip.muted:
                continue
            at, end = (edge.frame(cut.rate, Rounding.EXACT) for edge in (clip.record.start, clip.record.end))
            above = [one for one in found if one[0] < end and one[1] > at]
            for first, last, _ in sorted(above, key=lambda one: one[0]):
                if first > at:
                    found.append((at, first, clip))
                at = max(at, last)
            if at < end:
                found.append((at, end, clip))
    return sorted(found, key=lambda one: one[0])


def source_time(clip: Clip, frame: int, rate: Fraction) -> Time:
    """The source time shown at a record frame of a clip."""
    offset = Fraction(frame - clip.record.start.frame(rate, Rounding.EXACT)) / rate
    return Time.of_seconds(clip.source.start.seconds + offset * clip.speed)
