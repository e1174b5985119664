"""A programme as deliveries measure it: loudness, range, peaks, dialogue, Leq(m); whether that is met."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np

from answerprint.departments.sound.dialogue import LEAST_SHARE, dialogue_loudness, own_loudness, spoken_hops
from answerprint.departments.sound.leq_m import LeqMeter
from answerprint.departments.sound.levels import (
    HOPS_A_SECOND,
    SHORT_TERM,
    LoudnessMeter,
    Profile,
    block_loudness,
    loudness_range,
)


class Programme(msgspec.Struct, frozen=True, kw_only=True):
    """Everything measured of one programme. None where there was nothing to measure.

    integrated, momentary_max, short_term_max: LUFS; range, dialogue_range: LU; true_peak: dBTP; leq_m: dB.
    dialogue_share: of the programme, 0 … 1, an estimate, as all that rests on it is: dialogue_in_mix, LKFS
    while somebody speaks, as deliveries measure it; dialogue_integrated, LKFS of the dialogue alone. curve:
    short-term LUFS, a value a second (at its end), None for silence and the first two.
    """

    channels: int
    layout: str
    rate: int
    seconds: float
    integrated: float | None
    range: float | None
    true_peak: float | None
    momentary_max: float | None
    short_term_max: float | None
    dialogue_integrated: float | None
    dialogue_in_mix: float | None
    dialogue_share: float | None
    dialogue_range: float | None
    leq_m: float | None
    curve: tuple[float | None, ...]
    spoken: tuple[tuple[float, float], ...] = ()  # seconds from its start

    def by_gate(self, profile: Profile) -> tuple[str, float | None]:
        """What the profile measures, and its value here. Where hardly anybody speaks, the programme."""
        if profile.gate == "leq-m":
            return "Leq(m)", self.leq_m
        spoken = self.dialogue_in_mix is not None and (self.dialogue_share or 0) >= LEAST_SHARE
        if profile.gate == "dialogue" and spoken:
            return "dialogue", self.dialogue_in_mix
        return "programme", self.integrated


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a profile asks. limit: as people read it. met is None where it could not be measured."""

    rule: str
    value: float | None
    limit: str
    met: bool | None


def measured(
    meter: LoudnessMeter, leq: LeqMeter, layout: str, spoken: Sequence[tuple[float, float]] | None
) -> Programme:
    """What the meters of one programme have. spoken: [start, end) seconds in which somebody speaks, from its
    first sample; None where nobody listened for it."""
    found = meter.result()
    energies = meter.energies()
    hops = spoken_hops(spoken, len(energies)) if spoken is not None else None
    short_term = meter.short_term()
    whole = len(energies) // HOPS_A_SECOND  # seconds; of the first two no short-term loudness is known
    values = [short_term[HOPS_A_SECOND * end - SHORT_TERM] for end in range(3, whole + 1)]
    curve = [round(float(one), 2) if np.isfinite(one) else None for one in values]
    return Programme(
        channels=meter.channels,
        layout=layout,
        rate=meter.rate,
        seconds=round(found.samples / meter.rate, 3),
        integrated=_rounded(found.integrated),
        range=_rounded(found.range),
        true_peak=_rounded(found.true_peak),
        momentary_max=_rounded(found.max_momentary),
        short_term_max=_rounded(found.max_short_term),
        dialogue_integrated=_rounded(own_loudness(energies, spoken)) if spoken is not None else None,
        dialogue_in_mix=_rounded(dialogue_loudness(energies, hops)) if hops is not None else None,
        dialogue_share=round(float(hops.mean()), 3) if hops is not None and len(hops) else None,
        dialogue_range=_rounded(_range_spoken(energies, hops)) if hops is not None else None,
        leq_m=_rounded(leq.result()),
        curve=(*[None] * min(2, whole), *curve),
        spoken=tuple((round(a, 2), round(b, 2)) for a, b in spoken or ()),
    )


def verdicts(programme: Programme, profile: Profile) -> Iterator[Verdict]:
    """Everything that a profile asks of a programme, met or not."""
    gate, value = programme.by_gate(profile)
    unit = "dB" if profile.gate == "leq-m" else "LUFS" if profile.gate == "programme" else "LKFS"
    if profile.leq_m is not None:
        met = None if value is None else value <= profile.leq_m + 0.05
        yield Verdict(rule=gate, value=value, limit=f"at most {profile.leq_m:g} {unit}", met=met)
    else:
        met = None if value is None else abs(value - profile.integrated) <= profile.tolerance + 0.05
        limit = f"{profile.integrated:g} ± {profile.tolerance:g} {unit}"
        yield Verdict(rule=f"loudness, {gate}", value=value, limit=limit, met=met)
    peak = programme.true_peak
    met = None if peak is None else peak <= profile.true_peak + 0.05
    yield Verdict(rule="true peak", value=peak, limit=f"at most {profile.true_peak:g} dBTP", met=met)
    if profile.range is not None:
        low, high = profile.range
        spread = programme.range
        met = None if spread is None else low <= spread <= high
        yield Verdict(rule="range", value=spread, limit=f"{low:g} to {high:g} LU", met=met)
    if profile.dialogue_range is not None and programme.dialogue_range is not None:
        spread = programme.dialogue_range
        met = spread <= profile.dialogue_range
        yield Verdict(
            rule="dialogue range", value=spread, limit=f"at most {profile.dialogue_range:g} LU", met=met
        )


def _range_spoken(energies: np.ndarray, spoken: np.ndarray) -> float | None:
    """The loudness range of the spoken tenths alone, laid end to end."""
    heard = energies[spoken]
    if len(heard) < SHORT_TERM:
        return None
    windows = np.convolve(heard, np.ones(SHORT_TERM) / SHORT_TERM, mode="valid")
    return loudness_range(block_loudness(np.maximum(windows, 0)))


def _rounded(value: float | None) -> float | None:
    return round(value, 2) if value is not None else None
