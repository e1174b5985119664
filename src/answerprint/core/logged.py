"""What logging leaves about an asset for the departments that come after it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Literal

import msgspec

from answerprint.core.findings import Finding
from answerprint.core.records import AssetKind, Damage, StartTimecode, Stream
from answerprint.core.time import Range, Time

SPEAKS = 0.1  # share of the sampled sound above which a file counts as one in which people speak
DRIFT_RATE = 48_000  # ticks a second that a drifting offset is rounded to
SyncMethod = Literal["ltc", "timecode", "common audio"]


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """A file as `probe` found it. container is FFmpeg's name, or the camera raw's trade name."""

    container: str
    kind: AssetKind
    streams: tuple[Stream, ...]
    timecode: StartTimecode | None = None
    duration: Time | None = None
    tags: Mapping[str, str] = {}
    findings: tuple[Finding, ...] = ()

    def stream(self, kind: str) -> Stream | None:
        """The first stream of a kind."""
        return next((one for one in self.streams if one.kind == kind), None)


class Inspection(msgspec.Struct, frozen=True, kw_only=True):
    """What reading a whole file through showed."""

    pictures: int
    samples: Mapping[str, int]  # stream index → samples decoded
    damage: tuple[Damage, ...]


class Glance(msgspec.Struct, frozen=True, kw_only=True):
    """What the fast pass saw of a file: from keyframes, from samples of its sound, from its container."""

    keyframes: int = 0  # looked at
    coarse_shots: int = 0
    black: float = 0.0  # share of the keyframes that show nothing
    voice: float | None = None  # share of the sampled sound in which somebody seems to speak; None: no sound
    silent: bool = False  # there is a sound stream, and nothing on it
    faults: tuple[str, ...] = ()  # what the container itself shows to be wrong

    @property
    def speaks(self) -> bool:
        return self.voice is not None and self.voice >= SPEAKS


class Listening(msgspec.Struct, frozen=True, kw_only=True):
    """The mono 16 kHz copy of an asset's sound: where it starts on the file's clock, and its levels."""

    start: int  # in samples of 16 000 a second, on the file's clock
    samples: int
    channels: int
    used: tuple[int, ...]  # channels that were averaged (those with timecode left out)
    floor_db: float  # level that a tenth of the 50 ms windows stay under, dBFS
    speech_db: float  # level that a tenth of them exceed
    peak_db: float
    timecode_ppm: float | None = None  # how much faster recorded LTC runs than the file's clock, millionths

    @property
    def range_db(self) -> float:
        """How far the loud parts stand above the recording's own floor."""
        return self.speech_db - self.floor_db


class SoundMatch(msgspec.Struct, frozen=True, kw_only=True):
    """Separate sound that belongs to a picture asset: sound time = picture time + offset.

    Two clocks run apart: the offset holds at `reference` (picture time), and grows by `drift_ppm` millionths
    of the time since. `offset_at` is what a stretch of the picture is laid by.
    """

    picture: str
    sound: str
    offset: Time
    method: SyncMethod
    confidence: float
    heard: Range  # the stretch of the picture's own time that the sound covers
    evidence: Mapping[str, float | str] = {}
    drift_ppm: float | None = None  # None where it cannot be told
    reference: Time | None = None

    def offset_at(self, time: Time) -> Time:
        """Sound time less picture time at a picture time, to 1/48 000 s."""
        if not self.drift_ppm or self.reference is None:
            return self.offset
        drift = Fraction(round(self.drift_ppm * 1000), 10**9)
        exact = self.offset.seconds + drift * (time.seconds - self.reference.seconds)
        return Time(round(exact * DRIFT_RATE), Fraction(DRIFT_RATE))


class CameraLink(msgspec.Struct, frozen=True, kw_only=True):
    """Two clips that ran at the same time: second's time = first's time + offset."""

    first: str
    second: str
    offset: Time
    method: SyncMethod
    confidence: float
    drift_ppm: float | None = None
    evidence: Mapping[str, float | str] = {}


class Unmatched(msgspec.Struct, frozen=True, kw_only=True):
    """A sound file that belongs to no picture, and why nothing was forced."""

    sound: str
    reason: str


class SyncMap(msgspec.Struct, frozen=True, kw_only=True):
    """All separate sound of a production, and the clips that several cameras took of one moment.

    cameras: groups of clips, each clip with its place on the first one's clock.
    """

    matches: tuple[SoundMatch, ...] = ()
    unmatched: tuple[Unmatched, ...] = ()
    cameras: tuple[tuple[CameraLink, ...], ...] = ()


class Slate(msgspec.Struct, frozen=True, kw_only=True):
    """What the script supervisor's log (or a person) says of a clip."""

    scene: str = ""  # "1", or with the set-up's letter "1A"
    take: str = ""
    circled: bool = False
    camera: str = ""
    notes: str = ""

    @property
    def label(self) -> str:
        parts = [f"scene {self.scene}" if self.scene else "", f"take {self.take}" if self.take else ""]
        return " ".join(part for part in parts if part)
