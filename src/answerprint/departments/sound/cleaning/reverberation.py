"""What a room rings on after speech, gently lowered, and how unclear it makes it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt, sosfiltfilt

BANDS = (500.0, 1000.0, 2000.0, 4000.0)  # Hz, octaves in which speech moves
LATE_AFTER = 0.05  # seconds after which a room blurs speech (ISO 3382-1: the early 50 ms help it)
REVERB_FLOOR = -8.0  # dB, gentle
WINDOW = 0.032  # seconds

Sound = NDArray[np.float64]


def without_late_reverberation(sound: Sound, rate: int, seconds: float) -> Sound:
    """What rings on after 50 ms lowered by at most 8 dB (Lebart, Boucher and Denbigh 2001, Acustica 87).

    seconds: the room's RT60 (`room_network`). The recording keeps its phase and its length.
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
