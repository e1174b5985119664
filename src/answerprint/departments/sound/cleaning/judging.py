"""What an independent measure says of a step: never the one that it was steered by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.sound.cleaning.repair import Spans
from answerprint.departments.sound.cleaning.reverberation import modulation_ratio
from answerprint.departments.sound.diagnosis import (
    RUMBLE_TOP,
    SPEECH_BAND,
    Diagnosis,
    Hum,
    band,
    level,
    room_level,
    spans_mask,
    steady_spectrum,
)

HUM_HELPS = 6.0  # dB the lines must fall
RUMBLE_HELPS = 6.0  # dB the band under the voice must fall
NOISE_HELPS = 3.0  # dB the room must fall: less is not worth touching a voice
VOICE_LOSS = 0.75  # dB that loud speech may lose; the ear notices about 1
VOICE_LOSS_IN_NOISE = 3.0  # dB, where the voice is so far in noise that its own level is an estimate
NOISY, CLEAR = 6.0, 18.0  # dB between voice and noise, between which the one becomes the other
REPAIR_HELPS = 3.0  # dB the jumps at mended places must fall
REVERB_HELPS = 1.0  # dB the speech's slow modulations must gain on its fast ones
REVERB_LOSS = 3.0  # dB that speech may lose with its room

Sound = NDArray[np.float64]


@dataclass(frozen=True)
class Verdict:
    """What was measured before a step and after it, and whether it is kept."""

    measure: str
    before: float | None
    after: float | None
    kept: bool
    reason: str


def judge_hum(before: Sound, after: Sound, rate: int, diagnosis: Diagnosis) -> Verdict:
    """By a spectrum of twice the resolution that found it, and by the voice that must stay."""
    hum = diagnosis.hum
    assert hum is not None
    window = min(rate, len(before))
    (was, hertz), (now, _) = (steady_spectrum(one, rate, window) for one in (before, after))
    bins = [int(np.argmin(np.abs(hertz - line.hertz))) for line in hum.lines]
    first, second = (float(10 * np.log10(np.sum(10 ** (one[bins] / 10)))) for one in (was, now))
    count = len(hum.lines)
    what = f"{count} line{'s' if count > 1 else ''} of {hum.fundamental:.2f} Hz"
    allowed = VOICE_LOSS + _hum_share(hum, diagnosis)
    return _fell(
        "level of the hum's lines, dBFS",
        what,
        first,
        second,
        HUM_HELPS,
        before,
        after,
        rate,
        diagnosis,
        allowed,
    )


def judge_rumble(before: Sound, after: Sound, rate: int, diagnosis: Diagnosis) -> Verdict:
    """By the band under any voice, in the pauses."""
    first, second = (level(band(one, rate, None, RUMBLE_TOP)[diagnosis.pauses]) for one in (before, after))
    what = f"under {RUMBLE_TOP:.0f} Hz"
    return _fell(
        "level under the voice in the pauses, dBFS",
        what,
        first,
        second,
        RUMBLE_HELPS,
        before,
        after,
        rate,
        diagnosis,
    )


def judge_noise(before: Sound, after: Sound, rate: int, diagnosis: Diagnosis) -> Verdict:
    """By the level of the speech band where nobody speaks, and by what loud speech loses."""
    first, second = (level(band(one, rate, *SPEECH_BAND)[diagnosis.pauses]) for one in (before, after))
    loss = VOICE_LOSS
    if diagnosis.voice_db is not None and first is not None:
        distance = diagnosis.voice_db - first
        loss = float(np.interp(distance, (NOISY, CLEAR), (VOICE_LOSS_IN_NOISE, VOICE_LOSS)))
    measure = "level of the pauses in the speech band, dBFS"
    return _fell(measure, "the room", first, second, NOISE_HELPS, before, after, rate, diagnosis, loss)


def judge_reverberation(before: Sound, after: Sound, rate: int, diagnosis: Diagnosis) -> Verdict:
    """By the modulations of the speech: a room smears the slow ones that syllables make."""
    first, second = (modulation_ratio(one, rate) for one in (before, after))
    measure = "slow modulations of the speech over fast ones, dB"
    lost = voice_change(before, after, rate, diagnosis)
    if first is None or second is None or second - first < REVERB_HELPS:
        return Verdict(measure, first, second, False, "the speech is not clearer")
    if lost < -REVERB_LOSS:
        return Verdict(measure, first, second, False, f"loud speech would lose {-lost:.1f} dB")
    return Verdict(measure, first, second, True, f"{second - first:.1f} dB clearer")


def judge_repair(before: Sound, after: Sound, spans: Spans) -> Verdict:
    """By the largest second difference at the mended places: sound does not jump."""
    measure = "jump at the mended places, dBFS"
    first, second = (_jump(one, spans) for one in (before, after))
    places = f"{len(spans)} place{'s' if len(spans) > 1 else ''}"
    if first - second < REPAIR_HELPS:
        return Verdict(measure, first, second, False, f"{places}: no smoother when filled in")
    return Verdict(measure, first, second, True, f"{places}, {first:.0f} dBFS to {second:.0f}")


def judge_clipping(before: Sound, after: Sound, rate: int, spans: Spans) -> Verdict:
    """By what stands over 6 kHz in 5 ms around the clipped peaks: a flattened wave is full of it."""
    measure = "level over 6 kHz at the clipped peaks, dBFS"
    near = rate // 200
    mask = spans_mask(len(before), [(start - near, end + near) for start, end in spans])
    first, second = (level(band(one, rate, 6000.0, None)[mask]) for one in (before, after))
    if first is None or second is None or first - second < 1.0:
        return Verdict(measure, first, second, False, "what was there cannot be told")
    peak = 20 * np.log10(max(float(np.abs(after).max()), 1e-9))
    reason = f"{len(spans)} peaks rounded; the highest now {peak:+.1f} dBFS"
    return Verdict(measure, first, second, True, reason)


def voice_change(before: Sound, after: Sound, rate: int, diagnosis: Diagnosis) -> float:
    """dB by which the loud half of the speech changed in its band, the room's share taken off both."""
    speaking = spans_mask(len(before), diagnosis.voice) & ~diagnosis.pauses
    was, now = (band(one, rate, *SPEECH_BAND) for one in (before, after))
    frame = int(0.02 * rate)
    count = len(before) // frame
    if not count:
        return 0.0
    powers = [np.square(one[: count * frame]).reshape(count, frame).mean(1) for one in (was, now)]
    inside = speaking[: count * frame].reshape(count, frame).all(1)
    if not inside.any():
        return 0.0
    loud = inside & (powers[0] >= np.median(powers[0][inside]))
    rooms = [10 ** ((room_level(one, rate, diagnosis.pauses) or -200.0) / 10) for one in (was, now)]
    first, second = (
        max(float(power[loud].mean()) - room, 1e-15) for power, room in zip(powers, rooms, strict=True)
    )
    return 10 * float(np.log10(second / first))


def _fell(
    measure: str,
    what: str,
    first: float | None,
    second: float | None,
    enough: float,
    before: Sound,
    after: Sound,
    rate: int,
    diagnosis: Diagnosis,
    loss: float = VOICE_LOSS,
) -> Verdict:
    if first is None or second is None or first - second < enough:
        return Verdict(measure, first, second, False, f"{what}: it would not fall by {enough:.0f} dB")
    lost = voice_change(before, after, rate, diagnosis)
    if lost < -loss:
        return Verdict(measure, first, second, False, f"loud speech would lose {-lost:.1f} dB")
    return Verdict(measure, first, second, True, f"{what}, {first:.0f} dBFS to {second:.0f}")


def _hum_share(hum: Hum, diagnosis: Diagnosis) -> float:
    """How much of the level measured under the voice is the hum's own, in dB."""
    if diagnosis.voice_db is None:
        return 0.0
    inside = [line for line in hum.lines if SPEECH_BAND[0] <= line.hertz <= SPEECH_BAND[1]]
    share = sum(10 ** (line.level_db / 10) / 2 for line in inside) / 10 ** (diagnosis.voice_db / 10)
    return float(-10 * np.log10(max(1 - share, 0.1)))


def _jump(sound: Sound, spans: Spans) -> float:
    jumps = [np.abs(np.diff(sound[max(0, start - 2) : end + 2], 2)).max(initial=0.0) for start, end in spans]
    return 20 * float(np.log10(max(float(np.mean(jumps)), 1e-9)))
