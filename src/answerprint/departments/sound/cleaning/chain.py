"""Cleans a recording: what is broken mended, hum taken out, rumble rolled off, noise and room lowered.

Every step is measured by something else than what it was steered by, and undone where it did not help.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.sound.cleaning.hum import HIGH_PASS, without_hum, without_rumble
from answerprint.departments.sound.cleaning.judging import (
    Verdict,
    judge_clipping,
    judge_hum,
    judge_noise,
    judge_repair,
    judge_reverberation,
    judge_rumble,
)
from answerprint.departments.sound.cleaning.repair import Damage, filled, find_damage
from answerprint.departments.sound.cleaning.reverberation import (
    REVERB_FLOOR,
    without_late_reverberation,
)
from answerprint.departments.sound.cleaning.room_network import reverberation_time
from answerprint.departments.sound.cleaning.suppression import chosen_floor, suppressed
from answerprint.departments.sound.diagnosis import SPEECH_BAND, Diagnosis, band, level, spans_mask
from answerprint.departments.sound.wind import is_wind, low_end

OPS = ("de-click", "fill", "de-clip", "hum", "rumble", "noise", "reverb")  # in the order they are done
GOOD_ENOUGH = 38.0  # dB of voice over room: a set this quiet is left alone
CLEAR_OCTAVES = (500.0, 1000.0, 2000.0)  # Hz, their lower ends
CLEAR_ENOUGH = 20.0  # dB of voice over noise in each, with which only what lies under CLEAR_FROM is lowered
CLEAR_FROM = 400.0  # Hz
RINGS = 0.45  # seconds of RT60 from which a room is lowered: under it speech is clear

Samples = NDArray[np.float32]
Sound = NDArray[np.float64]
Network = Callable[[Sound], Sound]  # a mono recording without its noise, sample by sample in its place


@dataclass(frozen=True)
class Applied:
    """A step that was tried, and what an independent measure said of it."""

    step: str  # one of OPS
    verdict: Verdict
    parameters: dict[str, float | int | str] = field(default_factory=dict)

    @property
    def kept(self) -> bool:
        return self.verdict.kept

    def __str__(self) -> str:
        return f"{self.step}: {self.verdict.reason}"


@dataclass(frozen=True)
class Heard:
    """A recording's whole diagnosis: what `diagnose` says of it, its damage, and how long its room rings."""

    diagnosis: Diagnosis
    damage: Damage
    reverberation: float | None  # RT60, seconds

    @classmethod
    def of(cls, samples: Samples, rate: int, diagnosis: Diagnosis) -> Heard:
        sound = samples.astype(np.float64)
        room = reverberation_time(sound, rate) if diagnosis.voice else None
        return cls(diagnosis, find_damage(sound, rate), room)


def clean(
    samples: Samples,
    rate: int,
    heard: Heard,
    *,
    floor_db: float | None = None,
    network: Network | None = None,
    steps: Collection[str] = OPS,
    forced: Collection[str] = (),
) -> tuple[Samples, list[Applied]]:
    """The cleaned recording (n,) float32, sample for sample in its place, and the steps that were tried.

    floor_db: how far noise is lowered at most, chosen by the recording without it. network: what tells the
    noise beside the estimator. steps: those that may be tried; forced: those kept whatever is measured,
    because it was decided on them before. Where no step helped the very samples come back.
    """
    tried: list[Applied] = []
    sound = samples.astype(np.float64)
    for step in OPS:
        if step not in steps:
            continue
        found = _step(step, sound, rate, heard, floor_db, network)
        if found is None:
            continue
        made, verdict, parameters = found
        if step in forced and not verdict.kept:
            verdict = Verdict(verdict.measure, verdict.before, verdict.after, True, verdict.reason)
        tried.append(Applied(step, verdict, parameters))
        if verdict.kept:
            sound = made
    return (sound.astype(np.float32) if any(one.kept for one in tried) else samples), tried


def _step(
    step: str, sound: Sound, rate: int, heard: Heard, floor_db: float | None, network: Network | None
) -> tuple[Sound, Verdict, dict[str, float | int | str]] | None:
    """What a step makes of the sound and how that is judged; None where there is nothing for it to do."""
    diagnosis, damage = heard.diagnosis, heard.damage
    if step == "de-click" and damage.clicks:
        made = filled(sound, rate, damage.clicks)
        return made, judge_repair(sound, made, damage.clicks), {"clicks": len(damage.clicks)}
    if step == "fill" and damage.dropouts:
        made = filled(sound, rate, damage.dropouts)
        return made, judge_repair(sound, made, damage.dropouts), {"dropouts": len(damage.dropouts)}
    if step == "de-clip" and damage.clipped:
        made = filled(sound, rate, damage.clipped, beyond_rails=True)
        return made, judge_clipping(sound, made, rate, damage.clipped), {"peaks": len(damage.clipped)}
    if step == "hum" and diagnosis.hum is not None:
        made = without_hum(sound, rate, diagnosis)
        lines = {"fundamental_hz": round(diagnosis.hum.fundamental, 3), "lines": len(diagnosis.hum.lines)}
        return made, judge_hum(sound, made, rate, diagnosis), {**lines}
    if step == "rumble" and diagnosis.rumble_db is not None:
        made = without_rumble(sound, rate)
        return made, judge_rumble(sound, made, rate, diagnosis), {"high_pass_hz": HIGH_PASS}
    if step == "noise":
        distance = _distance(sound, rate, diagnosis)
        if distance is None or distance >= GOOD_ENOUGH:
            return None
        floor = chosen_floor(distance) if floor_db is None else floor_db
        clear_from = CLEAR_FROM if _only_wind(sound, rate, diagnosis) else None
        left = network(sound) if network is not None else None
        made = suppressed(sound, rate, diagnosis, floor, left, clear_from)
        said = {"floor_db": round(floor, 2)} | ({"below_hz": clear_from} if clear_from is not None else {})
        return made, judge_noise(sound, made, rate, diagnosis), {**said}
    if step == "reverb" and heard.reverberation is not None and heard.reverberation >= RINGS:
        made = without_late_reverberation(sound, rate, heard.reverberation)
        said = {"rt60_s": round(heard.reverberation, 3), "floor_db": REVERB_FLOOR}
        return made, judge_reverberation(sound, made, rate, diagnosis), {**said}
    return None


def _distance(sound: Sound, rate: int, diagnosis: Diagnosis) -> float | None:
    """dB between the voice and all that is heard in the pauses, passing noises too, in the speech band."""
    room = level(band(sound, rate, *SPEECH_BAND)[diagnosis.pauses])
    return diagnosis.voice_db - room if diagnosis.voice_db is not None and room is not None else None


def _only_wind(sound: Sound, rate: int, diagnosis: Diagnosis) -> bool:
    """Whether noise is wind under the speech, and every octave that makes speech clear stands far over it."""
    if diagnosis.hum is not None or not is_wind(*low_end(sound, rate, diagnosis), diagnosis):
        return False
    speaking = spans_mask(len(sound), diagnosis.voice) & ~diagnosis.pauses
    for low in CLEAR_OCTAVES:
        heard = band(sound, rate, low, 2 * low)
        voice, room = level(heard[speaking]), level(heard[diagnosis.pauses])
        if voice is None or room is None or voice - room < CLEAR_ENOUGH:
            return False
    return True
