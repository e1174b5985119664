"""How a voice and its room sound by third octaves, and a filter from one to another, without delay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.signal import oaconvolve

from answerprint.departments.sound.diagnosis import Diagnosis, spans_mask

WINDOW = 4096  # samples at 48 kHz
CENTRES = tuple(1000 * 2 ** (n / 3) for n in range(-10, 13))  # Hz: 99 Hz to 16 kHz, IEC 61260 nominal thirds
MOST, LEAST = 15.0, -20.0  # dB a band is raised and lowered at most
TRUSTED = 3.0  # dB a band's voice stands over its noise, for its difference to count in full
SMOOTH = 0.75  # bands: what is narrower is the sentence's and not the microphone's
TAPS = 8191  # of the filter, odd: its middle is its delay, which is taken off

Sound = NDArray[np.float64]


@dataclass(frozen=True)
class Spectrum:
    """(bands,) dB by third octaves: of the voice without its noise, of the noise in the pauses (power density
    kept apart in `room`, (bins,)), and how far one stands over the other."""

    voice: Sound
    noise: Sound
    room: Sound

    @property
    def clear(self) -> Sound:
        return self.voice - self.noise


def spectrum_of(sound: Sound, rate: int, diagnosis: Diagnosis) -> Spectrum:
    """A recording's (n,) spectrum: of all its speech, and of the quieter half of its pauses."""
    taper = np.hanning(WINDOW)
    hop = WINDOW // 2
    speaking = spans_mask(len(sound), diagnosis.voice) & ~diagnosis.pauses
    frames = [
        (power, speaking[at : at + WINDOW].mean(), diagnosis.pauses[at : at + WINDOW].mean())
        for at in range(0, len(sound) - WINDOW + 1, hop)
        for power in (np.abs(np.fft.rfft(sound[at : at + WINDOW] * taper)) ** 2,)
    ]
    if not frames:
        frames = [(np.abs(np.fft.rfft(sound, WINDOW)) ** 2, 1.0, 0.0)]
    powers = np.array([one[0] for one in frames]) / (taper**2).sum()
    spoken, quiet = (np.array([one[n] for one in frames]) for n in (1, 2))
    # All that is spoken: which half is the louder depends on the microphone's own colour.
    said = spoken > 0.7 if (spoken > 0.7).any() else np.ones(len(spoken), bool)
    still = quiet > 0.7 if (quiet > 0.7).any() else quiet >= quiet.max()
    still &= powers.sum(1) <= np.median(powers[still].sum(1))
    room = powers[still].mean(0) if quiet.max() > 0.3 else np.full(powers.shape[1], 1e-14)
    voice = np.maximum(powers[said].mean(0) - room, 1e-3 * powers[said].mean(0))
    return Spectrum(thirds(voice, rate), thirds(room, rate), room)


def thirds(power: Sound, rate: int) -> Sound:
    """(bands,) dB of a power spectrum (bins,) of WINDOW samples, by third octaves."""
    hertz = np.fft.rfftfreq(WINDOW, 1 / rate)
    found = []
    for centre in CENTRES:
        inside = (hertz >= centre * 2 ** (-1 / 6)) & (hertz < centre * 2 ** (1 / 6))
        if not inside.any():
            inside = np.arange(len(hertz)) == int(np.argmin(np.abs(hertz - centre)))
        found.append(10 * np.log10(float(power[inside].mean()) + 1e-20))
    return np.array(found)


def equaliser(have: Spectrum, want: Spectrum) -> Sound:
    """(bands,) dB from one voice's colour to another's: of no band more than both voices can tell, and none
    of the level, which is not colour."""
    trust = np.clip(np.minimum(have.clear, want.clear) / TRUSTED, 0, 1)
    change = want.voice - have.voice
    heard = trust > 0.5
    if not heard.any():
        return np.zeros(len(CENTRES))
    level = float(np.average(change[heard], weights=trust[heard]))
    gains = gaussian_filter1d((change - level) * trust, SMOOTH)
    limited: Sound = np.clip(gains, LEAST, MOST)
    return limited


def equalised(sound: Sound, rate: int, gains: Sound) -> Sound:
    """The recording through a linear-phase filter of third-octave gains (bands,) dB; no sample moves."""
    hertz = np.fft.rfftfreq(TAPS + 1, 1 / rate)
    logs = np.log2(np.maximum(hertz, 20.0))
    curve = np.interp(logs, np.log2(CENTRES), gains)
    taps = np.fft.irfft(10 ** (curve / 20), TAPS + 1)
    taps = np.roll(taps, TAPS // 2)[:TAPS] * np.hanning(TAPS + 2)[1:-1]
    made: Sound = oaconvolve(sound, taps)[TAPS // 2 : TAPS // 2 + len(sound)]
    return made
