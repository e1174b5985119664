"""The dialogue mix: a gain for every clip, one trim for the programme, and the mix to the sample.

Clips a person has locked keep their gain exactly; what is not locked moves around them. The programme is
made block by block as often as it is needed and is never in memory as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.signal import sosfilt

from answerprint.departments.sound.levels import (
    MOMENTARY,
    HopSums,
    LoudnessMeter,
    block_loudness,
    channel_weights,
    gated,
    k_weighting,
)
from answerprint.departments.sound.limiting import TruePeakLimiter
from answerprint.departments.sound.records import Loudness

RATE = 48_000
# More lift than this brings up the room and the recorder's noise instead of a voice.
MOST_LIFT = 18.0  # dB
MOST_CUT = 24.0  # dB
FADE = RATE * 5 // 1000  # 5 ms at an edit: no click, too short to be heard as a fade
# A mono clip goes to both sides at −3.01 dB, so that it reads as loud in the mix as it did alone.
CENTRE = float(np.sqrt(0.5))
TRIM_REACH = 40.0  # dB either way that the programme's trim is looked for
TRIM_STEP = 0.25  # dB, the first coarse look
EDGE = 0.002  # dB
CLOSE = 0.05  # LU: half of what a delivery is measured to
PASSES = 4  # of trim and limiter; each leaves a small part of what the one before lost
BLOCK = 1 << 16  # samples mixed at a time

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class PlannedGain:
    """A clip's gain and why it is that."""

    gain_db: float
    reason: str
    locked: bool = False


class SampleSource(Protocol):
    """Sound that lies elsewhere, a file say, and is read when it is mixed."""

    @property
    def shape(self) -> tuple[int, int]:
        """Samples and channels."""

    def read(self, first: int, last: int) -> Samples:
        """Samples first … last, (last − first, channels)."""


@dataclass(frozen=True)
class MixClip:
    """A stretch of sound in its place: samples (n, 1 or the mix's channels) 48 kHz, already cut.

    start: the mix's sample its first one falls on. fade_in, fade_out: samples at its ends, inside it.
    """

    samples: Samples | SampleSource
    start: int
    gain_db: float = 0.0
    fade_in: int = FADE
    fade_out: int = FADE
    shape: Literal["linear", "equal_power"] = "linear"

    @property
    def end(self) -> int:
        return self.start + self.length

    @property
    def length(self) -> int:
        """In samples."""
        return int(self.samples.shape[0])

    @property
    def channels(self) -> int:
        return int(self.samples.shape[1])

    def read(self, first: int, last: int) -> Samples:
        """Its samples first … last, counted from its own first."""
        if isinstance(self.samples, np.ndarray):
            return self.samples[first:last]
        return self.samples.read(first, last)


@dataclass(frozen=True)
class Trim:
    """What is added to every clip that is not locked, and the loudness the whole then has (LUFS)."""

    gain_db: float
    integrated: float | None
    reason: str


@dataclass(frozen=True)
class Master:
    """What the finished mix is: the trim it took, how it measures, whether peaks were held."""

    trim: Trim
    loudness: Loudness
    limited: bool


def plan_gains(
    loudness: Mapping[str, float | None],
    target: float,
    locked: Mapping[str, float],
    follows: Mapping[str, str] = {},
) -> dict[str, PlannedGain]:
    """A gain for every clip by name, from its integrated loudness (LUFS, None where nothing speaks).

    locked: clips whose gain a person settled; they keep it. target: LUFS of the dialogue. follows: room tone,
    and the clip of the same recording whose gain it has.
    """
    planned = {}
    for name, heard in loudness.items():
        if name in locked:
            planned[name] = PlannedGain(locked[name], "locked by a person", locked=True)
        elif heard is None:
            planned[name] = PlannedGain(0.0, "nothing loud enough to be measured")
        else:
            wanted = target - heard
            gain = min(max(wanted, -MOST_CUT), MOST_LIFT)
            reason = f"{heard:.1f} LUFS to {target:.1f}"
            if gain != wanted:
                reason += f", held at {gain:+.0f} dB: more would lift noise or crush the take"
            planned[name] = PlannedGain(gain, reason)
    for name, leader in follows.items():
        if name in planned and leader in planned:
            planned[name] = PlannedGain(planned[leader].gain_db, "room tone, as loud as in its take")
    return planned


def programme_trim(
    clips: Sequence[MixClip], locked: Sequence[bool], total_samples: int, target: float, channels: int = 2
) -> Trim:
    """The one gain for all clips not locked that brings the whole mix to target LUFS (BS.1770-4).

    Locked and free clips are weighted apart in one pass; the loudness at any trim then follows from three
    sums per 100 ms, so the answer is exact and nothing is mixed twice.
    """
    return _Balance(clips, locked, total_samples, channels).trim(target)


def master(
    clips: Sequence[MixClip],
    locked: Sequence[bool],
    total_samples: int,
    target: float,
    ceiling_db: float,
    write: Callable[[Iterator[Samples]], object],
    channels: int = 2,
) -> Master:
    """Makes the whole mix at target LUFS with its true peak held at ceiling_db (dBTP).

    Holding peaks takes loudness away: the trim is raised by what was lost, until the limited mix is within
    CLOSE of the target or PASSES are over. write: takes the mix as blocks (n, channels) float32, all of
    them; it is called for every pass, and what it is given last is the mix.
    """
    balance = _Balance(clips, locked, total_samples, channels)
    aim = target
    for left in reversed(range(PASSES)):
        trim = balance.trim(aim)
        trimmed = [
            clip if held else replace(clip, gain_db=clip.gain_db + trim.gain_db)
            for clip, held in zip(clips, locked, strict=True)
        ]
        printed = _Print(trimmed, total_samples, ceiling_db, channels)
        write(printed.blocks())
        if printed.limiter.turn_down < 1:
            printed = _Print(trimmed, total_samples, ceiling_db, channels, printed.limiter.turn_down)
            write(printed.blocks())
        heard, limited = printed.meter.result(), printed.limiter.limited
        lost = 0.0 if heard.integrated is None else target - heard.integrated
        if not limited or abs(lost) <= CLOSE or not left:
            break
        aim += lost
    return Master(trim, heard, limited)


def render_mix(clips: Sequence[MixClip], total_samples: int, channels: int = 2) -> Samples:
    """A short mix as a whole, (total_samples, channels) float32 at 48 kHz, silent where no clip lies.

    Raises as mix_blocks.
    """
    mixed = np.zeros((total_samples, channels), np.float32)
    for start, block in mix_blocks(clips, total_samples, channels):
        mixed[start : start + len(block)] = block
    return mixed


def mix_blocks(
    clips: Sequence[MixClip], total_samples: int, channels: int = 2, block: int = BLOCK
) -> Iterator[tuple[int, Samples]]:
    """The mix block by block: (first sample, (n, channels)). The block length changes no sample.

    Raises ValueError when a clip does not lie inside the mix, or has channels the mix cannot take.
    """
    for clip in clips:
        if len(clip.samples.shape) != 2 or clip.channels not in (1, channels):
            raise ValueError(f"a clip of {clip.samples.shape} does not go into {channels} channels")
        if clip.start < 0 or clip.end > total_samples:
            raise ValueError(f"a clip from {clip.start} to {clip.end} lies outside of 0 to {total_samples}")
    waiting = sorted(enumerate(clips), key=lambda one: one[1].start, reverse=True)
    sounding: list[tuple[int, MixClip]] = []
    for start in range(0, total_samples, block):
        end = min(start + block, total_samples)
        while waiting and waiting[-1][1].start < end:
            sounding.append(waiting.pop())
        sounding.sort(key=lambda one: one[0])  # always summed in the order given: the sum repeats exactly
        mixed = np.zeros((end - start, channels))
        for _, clip in sounding:
            first, last = max(start, clip.start), min(end, clip.end)
            mixed[first - start : last - start] += _sound_of(clip, first, last, channels)
        sounding = [one for one in sounding if one[1].end > end]
        yield start, mixed.astype(np.float32)


class _Print:
    """One making of the mix: its blocks, limited, and measured as they go by."""

    def __init__(
        self,
        clips: Sequence[MixClip],
        total_samples: int,
        ceiling_db: float,
        channels: int,
        turned: float = 1.0,
    ) -> None:
        self.limiter = TruePeakLimiter(RATE, ceiling_db, channels)
        self.meter = LoudnessMeter(RATE, channels)
        self._mix = mix_blocks(clips, total_samples, channels)
        self._turned = np.float32(turned)

    def blocks(self) -> Iterator[Samples]:
        for _, block in self._mix:
            yield self._heard(self.limiter.push(block))
        yield self._heard(self.limiter.finish())

    def _heard(self, samples: Samples) -> Samples:
        turned = samples * self._turned
        self.meter.add(turned)
        return turned


class _Balance:
    """What free and locked clips put into the loudness of the mix, heard once for any target."""

    def __init__(
        self, clips: Sequence[MixClip], locked: Sequence[bool], total_samples: int, channels: int
    ) -> None:
        self._free = [clip for clip, held in zip(clips, locked, strict=True) if not held]
        self._held = [clip for clip, held in zip(clips, locked, strict=True) if held]
        self._energies = _energies(self._free, self._held, total_samples, channels)

    def trim(self, target: float) -> Trim:
        """The trim that brings the mix to target LUFS."""
        ours, theirs, both = self._energies

        def at(trim: float) -> float | None:
            factor = 10 ** (trim / 20)
            return gated(block_loudness(np.maximum(ours * factor**2 + theirs + both * factor * 2, 0)))

        found = at(0.0)
        if not self._free or found is None:
            nothing = (
                "every clip is locked"
                if self._held and not self._free
                else "nothing loud enough to be measured"
            )
            return Trim(0.0, found, nothing)
        steps = np.arange(-TRIM_REACH, TRIM_REACH + TRIM_STEP, TRIM_STEP)
        misses = np.array([_miss(at(float(step)), target) for step in steps])
        crossings = np.flatnonzero(np.sign(misses[:-1]) * np.sign(misses[1:]) <= 0)
        if not len(crossings):
            best = float(steps[np.argmin(np.abs(misses))])
            return Trim(best, at(best), f"{target:.1f} LUFS cannot be reached beside the locked clips")
        nearest = crossings[np.argmin(np.abs(steps[crossings]))]  # the least change that does it
        low, high = float(steps[nearest]), float(steps[nearest + 1])
        rising = misses[nearest] < misses[nearest + 1]
        for _ in range(60):
            middle = (low + high) / 2
            if (_miss(at(middle), target) < 0) == rising:
                low = middle
            else:
                high = middle
        # Where a block crosses a gate the loudness jumps: stand off the edge, so that rounding cannot
        # cross it.
        trim = min((low - EDGE, high + EDGE), key=lambda one: abs(_miss(at(one), target)))
        return Trim(trim, at(trim), f"the whole mix to {target:.1f} LUFS")


def _sound_of(clip: MixClip, first: int, last: int, channels: int) -> NDArray[np.float64]:
    """A clip's samples [first, last) of the mix with gain and fades."""
    at = np.arange(first - clip.start, last - clip.start)
    gain = np.full(len(at), 10 ** (clip.gain_db / 20) * (CENTRE if clip.channels < channels else 1))
    # Both fades fit: where a clip is shorter than the two, each takes half.
    fade_in = min(clip.fade_in, clip.length // 2)
    fade_out = min(clip.fade_out, clip.length // 2)
    for length, inside in ((fade_in, at), (fade_out, clip.length - 1 - at)):
        if length:
            ramp = np.clip((inside + 0.5) / length, 0, 1)
            gain *= np.sin(ramp * np.pi / 2) if clip.shape == "equal_power" else ramp
    sound: NDArray[np.float64] = clip.read(first - clip.start, last - clip.start) * gain[:, None]
    return sound


def _energies(
    free: Sequence[MixClip], held: Sequence[MixClip], total_samples: int, channels: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Weighted mean squares of both mixes and of their product, per gating block."""
    weights = np.array(channel_weights(channels))
    filters = k_weighting(RATE)
    memories = [np.zeros((len(filters), 2, channels)) for _ in range(2)]
    sums = [HopSums(RATE) for _ in range(3)]
    pairs = zip(
        mix_blocks(free, total_samples, channels), mix_blocks(held, total_samples, channels), strict=True
    )
    for (_, one), (_, other) in pairs:
        ours, memories[0] = sosfilt(filters, one.astype(np.float64), axis=0, zi=memories[0])
        theirs, memories[1] = sosfilt(filters, other.astype(np.float64), axis=0, zi=memories[1])
        for total, product in zip(sums, (ours * ours, theirs * theirs, ours * theirs), strict=True):
            total.add(product @ weights)
    ours, theirs, both = (total.means(MOMENTARY) for total in sums)
    return ours, theirs, both


def _miss(loudness: float | None, target: float) -> float:
    return -np.inf if loudness is None else loudness - target
