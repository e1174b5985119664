"""What quality control tells of a file: faults with their places, the file's own facts, and its clock."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.core.logged import Probe
from answerprint.core.records import Stream
from answerprint.core.time import Time
from answerprint.core.timecode import format_timecode, recount
from answerprint.departments.picture.checking.profiles import Severity
from answerprint.departments.sound.programme import Verdict
from answerprint.media.fanout import DecodeSummary


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """`from` … `to`, half-open: timecode at the file's own start (from zero where it has none), pictures, and
    exact seconds of the stream's own clock. All None: of the whole file. by: a rule, or the craft. still: the
    picture that shows it."""

    kind: str
    severity: Severity
    by: str
    message: str
    source: str = ""
    start: str | None = msgspec.field(default=None, name="from")
    to: str | None = None
    from_frame: int | None = None
    to_frame: int | None = None
    from_seconds: str | None = None
    to_seconds: str | None = None
    value: float | None = None
    limit: float | None = None
    unit: str = ""
    evidence: dict[str, float | str] = {}
    still: int | None = None


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    container: str
    codec: str
    size: str
    rate: str
    pixel_format: str | None
    bits: int
    colour: Mapping[str, str | None]
    frames: int
    seconds: float
    shots: int
    start_timecode: str | None
    sound: tuple[str, ...]
    subtitle_streams: int


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """What was found in a file. curve: the mean of each of at most 600 stretches, black 0 to white 1."""

    file: str
    profile: str
    title: str
    guide: bool
    facts: Facts
    faults: tuple[Fault, ...]
    counts: Mapping[str, int]
    kinds: Mapping[str, int]
    loudness: tuple[Verdict, ...]
    notes: tuple[str, ...]
    curve: tuple[float, ...]

    @property
    def needs_a_person(self) -> bool:
        return any(one.severity in ("problem", "warning") for one in self.faults)


class Clock:
    """Pictures of a file as timecode and exact seconds."""

    def __init__(self, asked: Probe, rate: Fraction, summary: DecodeSummary) -> None:
        self.ticks = np.sort(summary.pts)
        self.base = summary.time_base or Fraction(1)
        self.end = summary.end_of_pictures if summary.pictures else 0
        self.rate = rate
        self.own = asked.timecode is not None
        self._start, self._drop = 0, False
        if asked.timecode is not None:
            code = asked.timecode
            self._start, self._drop = recount(code.frame, code.rate, code.drop, rate)

    def tick(self, frame: int) -> int:
        return int(self.ticks[frame]) if frame < len(self.ticks) else self.end

    def time(self, frame: int) -> Time:
        return Time(self.tick(frame), 1 / self.base)

    def seconds(self, frame: int) -> str:
        exact = self.tick(frame) * self.base
        return f"{exact.numerator}/{exact.denominator}"

    def shown(self, count: int) -> NDArray[np.float64]:
        """When each of so many pictures is shown, in seconds; of more than have a timestamp, at the rate."""
        times = np.asarray(self.ticks[:count] * float(self.base), np.float64)
        more = np.arange(1, count - len(times) + 1) / float(self.rate)
        return np.concatenate([times, times[-1] + more])

    def label(self, frame: int) -> str:
        return format_timecode(self._start + frame, self.rate, drop=self._drop)

    def frame_at(self, time: Time) -> int:
        """The picture on screen at a time."""
        at = float(time.seconds / self.base)
        return int(np.clip(np.searchsorted(self.ticks, at, side="right") - 1, 0, len(self.ticks)))


def is_rgb(picture: Stream) -> bool:
    return (picture.pixel_format or "").startswith(("rgb", "bgr", "gbr", "argb", "abgr", "pal"))


def bits_of(picture: Stream) -> int:
    """A component's depth, by the pixel format's name."""
    found = re.search(r"(9|10|12|14|16)(?:le|be)$", picture.pixel_format or "")
    return int(found[1]) if found else 8
