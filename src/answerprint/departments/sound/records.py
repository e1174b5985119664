"""The sound department's records: what goes into its steps, and how things measure."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import msgspec

from answerprint.core.time import Range


class Loudness(msgspec.Struct, frozen=True, kw_only=True):
    """A measured programme. None where there was nothing to measure (silence, or too short)."""

    integrated: float | None  # LUFS
    range: float | None  # LU (LRA)
    max_momentary: float | None  # LUFS over 400 ms
    max_short_term: float | None  # LUFS over 3 s
    true_peak: float | None  # dBTP
    samples: int


class ClipSound(msgspec.Struct, frozen=True, kw_only=True):
    """The sound of one clip: which channels of which stream, from when to when on the file's clock."""

    source: Range
    stream: int | None = None
    channels: tuple[int, ...] = ()  # empty is all
    left_out: tuple[int, ...] = ()  # channels that carry timecode
    extent: Range | None = None  # the whole recording on its clock: its noise is learnt beside the clip
    clean: bool = True


class ClipReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was found in a clip's sound and done about it, and how loud it came out."""

    applied: tuple[str, ...]
    loudness: float | None  # LUFS, before any gain


class MixPlace(msgspec.Struct, frozen=True, kw_only=True):
    """Where a clip's sound lies, in frames of the cut; a locked clip keeps the gain it had, room tone has
    that of the clip it `follows`."""

    clip: str
    start: int
    end: int
    locked_gain: float | None = None
    follows: str | None = None  # a clip of the same recording
    goes_on: tuple[bool, bool] = (False, False)  # the same recording runs on before it, after it


class MixBrief(msgspec.Struct, frozen=True, kw_only=True):
    """The whole mix: its length, its clips, its target."""

    rate: Fraction
    frames: int
    places: tuple[MixPlace, ...]
    loudness: float  # LUFS
    true_peak: float  # dBTP


class MixLevels(msgspec.Struct, frozen=True, kw_only=True):
    """What the mix was set to: the gain of every clip, and how the mix measures before coding."""

    gains: Mapping[str, float]  # clip id → dB
    target: float
    ceiling: float
    loudness: Loudness


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """The final file's sound, measured after coding, with its short-term curve."""

    loudness: Loudness
    curve: tuple[float | None, ...]  # short-term LUFS
    curve_step: float  # seconds between values
