"""One recording made to sound as another: its colour, its level, its room and the noise it lies in."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.signal import oaconvolve

from answerprint.departments.sound.cleaning.chain import Network
from answerprint.departments.sound.cleaning.reverberation import (
    modulation_ratio,
    without_late_reverberation,
)
from answerprint.departments.sound.cleaning.room_network import reverberation_time
from answerprint.departments.sound.cleaning.suppression import suppressed
from answerprint.departments.sound.diagnosis import Diagnosis, diagnose, spans_mask
from answerprint.departments.sound.levels import measure
from answerprint.departments.sound.matching.spectra import (
    WINDOW,
    Spectrum,
    equalised,
    equaliser,
    spectrum_of,
    thirds,
)

NOISIER = 3.0  # dB by which noise must differ to be touched
DEEPEST = -24.0  # dB it is lowered at most
ROOMIER = 1.25  # times the other's RT60 from which a room is another
DRY = 0.18  # seconds: what rings for less is no room
EARLY = 0.05  # seconds within which reflections are single ones
SEED = 20_260_101

Sound = NDArray[np.float64]
Samples = NDArray[np.float32]


class Matched(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured of the one (before), of it as it was made (after), and of the other (wanted).

    mismatch: mean difference of the voices' third octaves, dB, levels apart. loudness: of the speech, LUFS.
    noise: dB by third octaves, mean. rt60: seconds, None where speech does not tell.
    """

    mismatch_before: float
    mismatch_after: float
    loudness_wanted: float | None
    loudness_after: float | None
    noise_before: float
    noise_after: float
    noise_wanted: float
    rt60_before: float | None
    rt60_after: float | None
    rt60_wanted: float | None
    gain: float
    equaliser: tuple[float, ...]
    done: tuple[str, ...]


@dataclass(frozen=True)
class Recording:
    """A mono recording (n,) with what is known of it."""

    samples: Samples
    rate: int
    diagnosis: Diagnosis

    @classmethod
    def of(cls, samples: Samples, rate: int, voice: list[tuple[int, int]]) -> Recording:
        return cls(samples, rate, diagnose(samples, rate, voice))

    @property
    def sound(self) -> Sound:
        return self.samples.astype(np.float64)


def matched(one: Recording, other: Recording, network: Network | None = None) -> tuple[Samples, Matched]:
    """`one` as long as it was, made to sound as `other`; and both measured.

    Noise is lowered to the other's or the other's laid under it; a drier voice gets the other's room (early
    reflections and decay, made by its RT60), a roomier one loses what rings on. Every change is measured on
    what came out.
    """
    rate, diagnosis = one.rate, one.diagnosis
    sound = one.sound
    have, want = spectrum_of(sound, rate, diagnosis), spectrum_of(other.sound, rate, other.diagnosis)
    done: list[str] = []
    rooms = [reverberation_time(each.sound, rate) if each.diagnosis.voice else None for each in (one, other)]
    noisier = float(np.mean(have.noise - have.voice) - np.mean(want.noise - want.voice))
    if noisier > NOISIER:
        floor = max(DEEPEST, -noisier)
        sound = suppressed(sound, rate, diagnosis, floor, network(sound) if network is not None else None)
        done.append(f"noise lowered by {-floor:.0f} dB")
    dry, wet = (each if each is not None else 0.0 for each in rooms)
    if wet >= DRY and dry < wet / ROOMIER:
        sound = _in_room(sound, rate, wet, other, diagnosis)
        done.append(f"put into a room of {wet:.2f} s")
    elif dry >= DRY and dry > max(wet, DRY) * ROOMIER:
        sound = without_late_reverberation(sound, rate, dry)
        done.append(f"its room of {dry:.2f} s lowered")
    gains = np.zeros(len(have.voice))
    for _ in range(2):  # once more for what room and filter did to one another
        more = equaliser(spectrum_of(sound, rate, diagnosis), want)
        gains = gains + more
        sound = equalised(sound, rate, more)
    if np.abs(gains).max() > 1:
        done.append(f"equalised, {gains.min():+.0f} to {gains.max():+.0f} dB")
    wanted, now = (
        _loudness(each, each_diagnosis, rate)
        for each, each_diagnosis in ((other.sound, other.diagnosis), (sound, diagnosis))
    )
    gain = wanted - now if wanted is not None and now is not None else 0.0
    sound = sound * 10 ** (gain / 20)
    done.append(f"level {gain:+.1f} dB")
    bed = _bed(spectrum_of(sound, rate, diagnosis), want, len(sound), rate)
    if bed is not None:
        sound = sound + bed
        done.append("the other's noise laid under it")
    after = spectrum_of(sound, rate, diagnosis)
    told = Matched(
        mismatch_before=_mismatch(have, want),
        mismatch_after=_mismatch(after, want),
        loudness_wanted=wanted,
        loudness_after=_loudness(sound, diagnosis, rate),
        noise_before=float(np.mean(have.noise)),
        noise_after=float(np.mean(after.noise)),
        noise_wanted=float(np.mean(want.noise)),
        rt60_before=rooms[0],
        rt60_after=reverberation_time(sound, rate) if diagnosis.voice else None,
        rt60_wanted=rooms[1],
        gain=round(gain, 2),
        equaliser=tuple(round(float(each), 2) for each in gains),
        done=tuple(done),
    )
    return sound.astype(np.float32), told


def room_response(rate: int, seconds: float, direct: float, seed: int = SEED) -> Sound:
    """A room's impulse response of an RT60: the direct sound, a few early reflections, and decaying noise.

    direct: dB of the direct sound over the rest (after Moorer 1979, Computer Music Journal 3(2)).
    """
    random = np.random.default_rng(seed)
    size = int(1.2 * seconds * rate)
    at = np.arange(size)
    tail = random.normal(size=size) * 10 ** (-3 * at / (seconds * rate))
    tail[: int(0.004 * rate)] = 0
    early = np.zeros(size)
    for _ in range(8):
        place = int(random.uniform(0.005, EARLY) * rate)
        if place < size:
            early[place] += random.choice([-1, 1]) * 10 ** (-3 * place / (seconds * rate))
    rest = _unit(tail) + 0.5 * _unit(early)
    rest = _unit(rest) * 10 ** (-direct / 20)
    rest[0] += 1
    return rest


def _unit(response: Sound) -> Sound:
    return response / max(float(np.linalg.norm(response)), 1e-9)


def _in_room(sound: Sound, rate: int, seconds: float, other: Recording, diagnosis: Diagnosis) -> Sound:
    """As much of a room as makes speech as unclear as the other's is."""
    wanted = modulation_ratio(other.sound, rate)
    best: tuple[float, Sound] | None = None
    for direct in (12.0, 9.0, 6.0, 3.0, 0.0, -3.0, -6.0):
        made = oaconvolve(sound, room_response(rate, seconds, direct))[: len(sound)]
        heard = modulation_ratio(made, rate)
        if wanted is None or heard is None:
            return np.asarray(made if direct == 3.0 else sound, np.float64)
        if best is None or abs(heard - wanted) < best[0]:
            best = abs(heard - wanted), np.asarray(made, np.float64)
    assert best is not None
    return best[1]


def _bed(have: Spectrum, want: Spectrum, length: int, rate: int) -> Sound | None:
    """Noise of the other's colour, as much as is missing; None where nothing is."""
    missing = np.maximum(want.room - have.room, 0)
    if float(np.mean(thirds(want.room, rate) - thirds(have.room, rate))) < NOISIER / 2:
        return None
    random = np.random.default_rng(SEED)
    # Power density by bin becomes a filter on white noise, in overlapping frames.
    shape = np.sqrt(missing)
    hop = WINDOW // 2
    taper = np.sin(np.pi * (np.arange(WINDOW) + 0.5) / WINDOW)
    made = np.zeros(length + 2 * WINDOW)
    for at in range(0, length + WINDOW, hop):
        noise = np.fft.rfft(random.normal(size=WINDOW)) * shape
        made[at : at + WINDOW] += np.fft.irfft(noise, WINDOW) * taper
    return made[WINDOW : WINDOW + length]


def _mismatch(one: Spectrum, other: Spectrum) -> float:
    """Mean absolute difference of third octaves where both voices are clear, their levels made alike."""
    heard = np.minimum(one.clear, other.clear) > 3
    if not heard.any():
        heard = np.ones(len(one.voice), bool)
    off = (one.voice - other.voice)[heard]
    return round(float(np.mean(np.abs(off - off.mean()))), 3)


def _loudness(sound: Sound, diagnosis: Diagnosis, rate: int) -> float | None:
    """LUFS of what is spoken (BS.1770-4), of the whole where nobody is."""
    mask = spans_mask(len(sound), diagnosis.voice) & ~diagnosis.pauses
    heard = sound[mask] if mask.sum() > rate else sound
    return measure(heard[:, None].astype(np.float32), rate).integrated
