"""Loudness and true peak as ITU-R BS.1770-4 and EBU R 128 measure them, block by block.

Memory stays bounded: ten numbers a second of programme are kept, which are also the loudness graph.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.signal import sosfilt

from answerprint.core.encoding import from_builtins
from answerprint.departments.sound.peaks import PeakMeter
from answerprint.departments.sound.records import Loudness

ABSOLUTE_GATE = -70.0  # LUFS, BS.1770-4 annex 1
RELATIVE_GATE = -10.0  # LU under the absolutely gated loudness, the same
RANGE_GATE = -20.0  # LU, EBU Tech 3342
RANGE_PERCENTILES = (10.0, 95.0)  # EBU Tech 3342
HOPS_A_SECOND = 10  # gating blocks of 400 ms start every 100 ms (75 % overlap)
FINE = 10  # parts of a hop that the highest momentary and short-term loudness are looked for at
MOMENTARY = 4  # hops in 400 ms
SHORT_TERM = 30  # hops in 3 s
_OFFSET = -0.691  # BS.1770-4: a 997 Hz sine at 0 dBFS in one channel reads −3.01 LKFS

# Weights by channel position (BS.1770-4 table 3 and annex 3): 1.41 from 60° to 120°, none for the LFE.
_SURROUND = 1.41
_LAYOUTS: dict[str, tuple[float, ...]] = {
    "mono": (1.0,),
    "stereo": (1.0, 1.0),
    "3.0": (1.0, 1.0, 1.0),
    "quad": (1.0, 1.0, _SURROUND, _SURROUND),
    "5.0": (1.0, 1.0, 1.0, _SURROUND, _SURROUND),
    "5.1": (1.0, 1.0, 1.0, 0.0, _SURROUND, _SURROUND),
    "7.1": (1.0, 1.0, 1.0, 0.0, 1.0, 1.0, _SURROUND, _SURROUND),  # L R C LFE, back pair, side pair
}
_BY_COUNT = {len(weights): weights for weights in _LAYOUTS.values()}


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a delivery asks: LUFS, LU, dBTP, and dB of Leq(m); `source` is the document that says so.

    gate: over what the loudness is measured. guide: custom, not a requirement. A profile by Leq(m) is met and
    levelled by `leq_m`; its `integrated` is what such programmes usually have, and is asked of none.
    """

    title: str
    integrated: float
    tolerance: float
    true_peak: float
    gate: Literal["programme", "dialogue", "leq-m"]
    source: str
    range: tuple[float, float] | None = None
    dialogue_range: float | None = None  # LU, at most
    leq_m: float | None = None  # dB, at most
    guide: bool = False


@cache
def profiles() -> dict[str, Profile]:
    """Every loudness profile by name (`ebu-r128`, `atsc-a85`, `netflix` …)."""
    text = (Path(__file__).parent / "loudness.toml").read_text("utf-8")
    return from_builtins(tomllib.loads(text), dict[str, Profile])


@dataclass(frozen=True)
class GainPlan:
    """The gain that brings a programme to its target, and how much of its peaks must then be limited."""

    gain_db: float
    peak_after: float | None  # dBTP once the gain is applied, before limiting
    limiting_db: float  # what a limiter has to take from the highest peak; 0 when nothing


class LoudnessMeter:
    """Measures a stream of blocks. layout: a channel layout's name; else it follows from the count.

    A count without a layout of its own (twelve microphones, say) weighs every channel 1.
    """

    def __init__(
        self, rate: int, channels: int, layout: str | None = None, *, true_peak: bool = True
    ) -> None:
        if rate < 8000 or channels < 1:
            raise ValueError(f"no programme has {channels} channels at {rate} Hz")
        self.rate, self.channels = rate, channels
        self._weights = np.array(channel_weights(channels, layout))
        self._filter = k_weighting(rate)
        self._memory = np.zeros((len(self._filter), 2, channels))
        self._energy = HopSums(rate, FINE * HOPS_A_SECOND)
        self._peaks = PeakMeter(channels) if true_peak else None

    def add(self, samples: NDArray[np.floating[Any]]) -> None:
        """Take the next samples (n, channels), −1…1."""
        if samples.ndim != 2 or samples.shape[1] != self.channels:
            raise ValueError(f"{samples.shape} samples for a meter of {self.channels} channels")
        for start in range(0, len(samples), self.rate):  # a second at a time bounds memory
            self._take(samples[start : start + self.rate])

    def _take(self, samples: NDArray[np.floating[Any]]) -> None:
        if self._peaks is not None:
            self._peaks.add(samples)
        weighted, self._memory = sosfilt(self._filter, samples.astype(np.float64), axis=0, zi=self._memory)
        self._energy.add(np.square(weighted) @ self._weights)

    def momentary(self) -> NDArray[np.float64]:
        """LUFS over 400 ms, one value per 100 ms; value i ends at hop i + 4. −inf for digital silence."""
        return self._energy.sliding(FINE * MOMENTARY)[::FINE]

    def short_term(self) -> NDArray[np.float64]:
        """LUFS over 3 s, one value per 100 ms; value i ends at hop i + 30."""
        return self._energy.sliding(FINE * SHORT_TERM)[::FINE]

    def energies(self) -> NDArray[np.float64]:
        """Weighted mean squares of every tenth of a second, one after another."""
        return self._energy.means(FINE)[::FINE]

    def result(self) -> Loudness:
        """What was measured so far. The meter may go on."""
        momentary, short_term = self.momentary(), self.short_term()
        return Loudness(
            integrated=self._integrated(momentary),
            range=loudness_range(short_term),
            max_momentary=_finite(self._energy.sliding(FINE * MOMENTARY).max(initial=-np.inf)),
            max_short_term=_finite(self._energy.sliding(FINE * SHORT_TERM).max(initial=-np.inf)),
            true_peak=None if self._peaks is None else _finite(_decibels(self._peaks.peak)),
            samples=self._energy.samples,
        )

    def _integrated(self, momentary: NDArray[np.float64]) -> float | None:
        if len(momentary):
            return gated(momentary)
        # Shorter than a gating block, which the standard leaves open: one block of its own length.
        whole = float(block_loudness(np.array([self._energy.mean()]))[0])
        return whole if whole > ABSOLUTE_GATE else None


class HopSums:
    """Sums of a stream of values over each hop, 100 ms unless told, however it is cut into blocks."""

    def __init__(self, rate: int, a_second: int = HOPS_A_SECOND) -> None:
        self.rate, self._a_second = rate, a_second
        self.samples = 0
        self._sums: list[float] = []  # of complete hops
        self._open = 0.0  # of the hop being filled

    def add(self, values: NDArray[np.float64]) -> None:
        """Take the next values (n,), one a sample."""
        end, at = self.samples + len(values), 0
        while (edge := self._edge(len(self._sums) + 1)) <= end:
            cut = edge - self.samples
            self._sums.append(self._open + float(values[at:cut].sum()))
            self._open, at = 0.0, cut
        self._open += float(values[at:].sum())
        self.samples = end

    def mean(self) -> float:
        """The mean value of everything so far, the unfinished hop too."""
        return (sum(self._sums) + self._open) / max(self.samples, 1)

    def means(self, hops: int) -> NDArray[np.float64]:
        """Mean values over windows of so many hops, one starting at every hop."""
        if len(self._sums) < hops:
            return np.zeros(0)
        edges = np.array([self._edge(index) for index in range(len(self._sums) + 1)])
        running = np.concatenate([[0.0], np.cumsum(self._sums)])
        found: NDArray[np.float64] = (running[hops:] - running[:-hops]) / (edges[hops:] - edges[:-hops])
        return found

    def sliding(self, hops: int) -> NDArray[np.float64]:
        """LUFS over windows of so many hops, where the values are weighted energies."""
        return block_loudness(np.maximum(self.means(hops), 0))

    def _edge(self, index: int) -> int:
        """The sample at which hop `index` starts: exact for rates that ten does not divide."""
        return index * self.rate // self._a_second


def measure(samples: NDArray[np.floating[Any]], rate: int, layout: str | None = None) -> Loudness:
    """The loudness of a whole recording (n, channels)."""
    meter = LoudnessMeter(rate, samples.shape[1], layout)
    meter.add(samples)
    return meter.result()


def gain_to_target(loudness: Loudness, target: float, true_peak_ceiling: float) -> GainPlan:
    """The gain in dB from a measured programme to target LUFS. Nothing measurable is left as it is."""
    if loudness.integrated is None:
        return GainPlan(0.0, loudness.true_peak, 0.0)
    gain = target - loudness.integrated
    if loudness.true_peak is None:
        return GainPlan(gain, None, 0.0)
    after = loudness.true_peak + gain
    return GainPlan(gain, after, max(0.0, after - true_peak_ceiling))


def channel_weights(channels: int, layout: str | None = None) -> tuple[float, ...]:
    """BS.1770's weight of every channel. Raises ValueError when layout has another number of channels."""
    if layout is None:
        return _BY_COUNT.get(channels, (1.0,) * channels)
    weights = _LAYOUTS.get(layout.split("(")[0], (1.0,) * channels)  # "5.1(side)" weighs as 5.1
    if len(weights) != channels:
        raise ValueError(f"{layout} has {len(weights)} channels, not {channels}")
    return weights


def k_weighting(rate: int) -> NDArray[np.float64]:
    """The K-weighting filter at a rate, as two second-order sections (2, 6).

    The standard gives coefficients at 48 kHz only; these are its analogue prototypes moved to any rate by
    the bilinear transform (B. De Man, Evaluation of implementations of the EBU R128 loudness measurement,
    AES 145, 2018), and equal the standard's at 48 kHz.
    """
    shelf_hz, shelf_db, shelf_q = 1681.974450955533, 3.999843853973347, 0.7071752369554196
    warped = np.tan(np.pi * shelf_hz / rate)
    high = 10 ** (shelf_db / 20)
    middle = high**0.4996667741545416
    scale = 1 + warped / shelf_q + warped**2
    shelf = [
        (high + middle * warped / shelf_q + warped**2) / scale,
        2 * (warped**2 - high) / scale,
        (high - middle * warped / shelf_q + warped**2) / scale,
        1.0,
        2 * (warped**2 - 1) / scale,
        (1 - warped / shelf_q + warped**2) / scale,
    ]
    pass_hz, pass_q = 38.13547087602444, 0.5003270373238773
    warped = np.tan(np.pi * pass_hz / rate)
    scale = 1 + warped / pass_q + warped**2
    high_pass = [1.0, -2.0, 1.0, 1.0, 2 * (warped**2 - 1) / scale, (1 - warped / pass_q + warped**2) / scale]
    return np.array([shelf, high_pass])


def gated(momentary: NDArray[np.float64]) -> float | None:
    """Integrated loudness from that of the gating blocks, over both gates. None where all is silent."""
    kept = _over_gates(momentary, RELATIVE_GATE)
    return float(10 * np.log10(np.mean(10 ** (kept / 10)))) if len(kept) else None


def block_loudness(energy: NDArray[np.float64]) -> NDArray[np.float64]:
    """LUFS of weighted mean squares; −inf for none."""
    with np.errstate(divide="ignore"):
        found: NDArray[np.float64] = _OFFSET + 10 * np.log10(energy)
    return found


def _over_gates(blocks: NDArray[np.float64], relative: float) -> NDArray[np.float64]:
    loud = blocks[blocks > ABSOLUTE_GATE]
    if not len(loud):
        return loud
    threshold = float(10 * np.log10(np.mean(10 ** (loud / 10)))) + relative
    return loud[loud > threshold]


def loudness_range(short_term: NDArray[np.float64]) -> float | None:
    """LU of EBU Tech 3342 from short-term loudness, a value every tenth of a second."""
    kept = _over_gates(short_term, RANGE_GATE)
    if not len(kept):
        return None
    low, high = np.percentile(kept, RANGE_PERCENTILES)
    return float(high - low)


def _decibels(value: float) -> float:
    return 20 * float(np.log10(value)) if value > 0 else -np.inf


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
