"""How long a room rings, heard in the voice alone, and its late part gently lowered."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt, sosfiltfilt

from answerprint.departments.sound.diagnosis import Diagnosis

BANDS = (500.0, 1000.0, 2000.0, 4000.0)  # Hz, octaves in which decays are looked for
HOP = 0.005  # seconds between levels
SMOOTH = 0.08  # seconds over which a level is taken
SHORTEST_DECAY, LONGEST_DECAY = 0.06, 0.6  # seconds
LEAST_FALL = 12.0  # dB a decay must fall
STRAIGHT = 0.98  # correlation of a decay with a line
OVER_ROOM = 8.0  # dB a decay's end must stand over the noise
DECAYS_NEEDED = 6
STEEPEST = 30.0  # percentile of the decays' times: a voice falls silent slower than its room, never faster
SCALE, POWER = 1.30, 1.36  # from that to RT60: fitted on voices in rooms made of decaying noise, 0.2 to 1.2 s
LATE_AFTER = 0.05  # seconds after which a room blurs speech (ISO 3382-1: the early 50 ms help it)
REVERB_FLOOR = -8.0  # dB, gentle
WINDOW = 0.032  # seconds

Sound = NDArray[np.float64]


def reverberation_time(sound: Sound, rate: int, diagnosis: Diagnosis) -> float | None:
    """RT60 in seconds as speech tells it, None where too few of its decays are clean.

    Straight decays of the octave levels are gathered; the steeper ones are the room's own, because no sound
    in it can fall faster (after Ratnam et al. 2003, JASA 114(5), and Löllmann et al. 2010, IWAENC).
    """
    times: list[float] = []
    if len(sound) < rate:  # no decay and its voice lie in less than a second
        return None
    for centre in BANDS:
        if centre * 1.42 >= rate / 2:
            continue
        sections = butter(2, (centre / 1.41, centre * 1.41), "bandpass", fs=rate, output="sos")
        levels = _levels(sosfilt(sections, sound), rate)
        hop = round(HOP * rate)
        quiet = diagnosis.pauses[: len(levels) * hop : hop][: len(levels)]
        room = np.median(levels[quiet]) if quiet.sum() > 4 else np.percentile(levels, 5)
        times += _decays(levels, float(room) + OVER_ROOM)
    if len(times) < DECAYS_NEEDED:
        return None
    steep = float(np.percentile(times, STEEPEST))
    return SCALE * float(steep**POWER)


def _levels(band: Sound, rate: int) -> Sound:
    hop, width = round(HOP * rate), round(SMOOTH / HOP)
    count = len(band) // hop
    power = np.square(band[: count * hop]).reshape(count, hop).mean(1)
    smooth = np.convolve(power, np.ones(width) / width, "same")
    levels: Sound = 10 * np.log10(smooth + 1e-12)
    return levels


def _decays(levels: Sound, least: float) -> list[float]:
    """Seconds to fall 60 dB, of every straight decay: falls begin at a peak and end where the level turns."""
    times = []
    falling = np.diff(levels) < 0
    edges = np.flatnonzero(np.diff(np.concatenate([[False], falling, [False]]).astype(np.int8)))
    shortest, longest = round(SHORTEST_DECAY / HOP), round(LONGEST_DECAY / HOP)
    for start, end in edges.reshape(-1, 2):
        end = min(int(end) + 1, int(start) + longest)
        above = np.flatnonzero(levels[start:end] < least)
        end = int(start) + int(above[0]) if len(above) else end
        start += 2  # the bend at the top belongs to the voice
        if end - start < shortest or levels[start] - levels[end - 1] < LEAST_FALL:
            continue
        fall, at = levels[start:end], np.arange(end - start) * HOP
        slope, _ = np.polyfit(at, fall, 1)
        if slope < 0 and np.corrcoef(at, fall)[0, 1] < -STRAIGHT:
            times.append(-60 / slope)
    return times


def without_late_reverberation(sound: Sound, rate: int, seconds: float) -> Sound:
    """What rings on after 50 ms lowered by at most 8 dB (Lebart, Boucher and Denbigh 2001, Acustica 87).

    seconds: the room's RT60. The recording keeps its phase and its length.
    """
    window = 1 << round(np.log2(WINDOW * rate))
    hop = window // 4
    taper = np.sin(np.pi * np.arange(window) / window)
    frames = -(-(len(sound) + window) // hop) + 1
    padded = np.zeros((frames - 1) * hop + window)
    padded[window : window + len(sound)] = sound
    views = np.lib.stride_tricks.sliding_window_view(padded, window)[::hop]
    lag = max(1, round(LATE_AFTER * rate / hop))
    fade = np.exp(-2 * 3 * np.log(10) / seconds * lag * hop / rate)
    made = np.zeros_like(padded)
    held = np.zeros((lag, window // 2 + 1))  # smoothed power of the frames before
    smooth = np.zeros(window // 2 + 1)
    floor = 10 ** (REVERB_FLOOR / 20)
    for number in range(frames):
        spectrum = np.fft.rfft(views[number] * taper)
        power = np.abs(spectrum) ** 2
        smooth = 0.5 * smooth + 0.5 * power
        late = fade * held[number % lag]
        held[number % lag] = smooth
        gain = np.clip(1 - np.sqrt(late / (smooth + 1e-20)), floor, 1)
        at = number * hop
        made[at : at + window] += np.fft.irfft(spectrum * gain, window) * (taper / 2)
    return made[window : window + len(sound)]


def modulation_ratio(sound: Sound, rate: int) -> float | None:
    """Energy of the speech's slow modulations (3 to 16 Hz) over its fast ones (16 to 100 Hz), dB.

    A room fills the gaps between syllables and takes from the slow, as in the speech-to-reverberation
    modulation energy ratio (Falk, Zheng and Chan 2010, IEEE TASLP 18(7)); here over our own octaves.
    """
    slow = fast = 0.0
    for centre in BANDS:
        if centre * 1.42 >= rate / 2:
            continue
        sections = butter(2, (centre / 1.41, centre * 1.41), "bandpass", fs=rate, output="sos")
        step = rate // 400
        count = len(sound) // step
        band = np.abs(sosfilt(sections, sound))[: count * step].reshape(count, step).mean(1)
        if count < 400:
            return None
        for edges, where in (((3.0, 16.0), 0), ((16.0, 100.0), 1)):
            moved = sosfiltfilt(butter(2, edges, "bandpass", fs=rate / step, output="sos"), band)
            energy = float(np.mean(np.square(moved)))
            slow, fast = (slow + energy, fast) if where == 0 else (slow, fast + energy)
    return 10 * float(np.log10(slow / fast)) if slow > 0 and fast > 0 else None
