"""Where people speak: ranges of voice in 16 kHz sound, by a classical measure or by Silero VAD.

Both give a probability of speech for each 32 ms; one segmentation turns either into ranges.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, percentile_filter

from answerprint.models.runtimes.onnx import Session, scalar, session

RATE = 16_000
WINDOW = 512  # samples a probability stands for: Silero's own window, 32 ms

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class VoiceRange:
    """Speech in [start_sample, end_sample), with the mean probability of its windows as confidence."""

    start_sample: int
    end_sample: int
    confidence: float


@dataclass(frozen=True)
class Segmentation:
    """How probabilities become ranges. The defaults are those of silero-vad 6.2.3 (get_speech_timestamps).

    enter, leave: probability that starts speech, and under which it may end. shortest_speech,
    shortest_silence, padding: samples; shorter speech is dropped, shorter silence is bridged.
    """

    enter: float = 0.5
    leave: float = 0.35
    shortest_speech: int = RATE * 250 // 1000
    shortest_silence: int = RATE * 100 // 1000
    padding: int = RATE * 30 // 1000


class Backend(Protocol):
    """What hears speech: a name for provenance, and a probability for every window."""

    @property
    def name(self) -> str: ...

    @property
    def segmentation(self) -> Segmentation: ...

    def probabilities(self, samples: Floats) -> Floats:
        """(ceil(n / 512),) float32 in 0…1; the last window is filled up with silence."""


def voice_ranges(
    samples: Floats, backend: Backend, segmentation: Segmentation | None = None
) -> list[VoiceRange]:
    """Ranges of speech in mono 16 kHz samples (n,) float32, in order, none overlapping.

    Raises ValueError when samples are not (n,).
    """
    if samples.ndim != 1:
        raise ValueError(f"voice is looked for in mono samples (n,), not {samples.shape}")
    if not len(samples):
        return []
    probabilities = backend.probabilities(np.ascontiguousarray(samples, np.float32))
    return segment(probabilities, len(samples), segmentation or backend.segmentation)


def segment(probabilities: Floats, length: int, how: Segmentation) -> list[VoiceRange]:
    """Ranges from a probability per window of a recording `length` samples long (hysteresis, then pads)."""
    spans: list[tuple[int, int]] = []
    start: int | None = None
    fell: int | None = None  # where speech may have ended
    for index, probability in enumerate(probabilities):
        at = index * WINDOW
        if probability >= how.enter:
            start = at if start is None else start
            fell = None
        elif start is not None and probability < how.leave:
            fell = at if fell is None else fell
            if at - fell >= how.shortest_silence:
                spans.append((start, fell))
                start = fell = None
    if start is not None:
        spans.append((start, length if fell is None else fell))
    spans = [span for span in spans if span[1] - span[0] >= how.shortest_speech]
    ranges: list[VoiceRange] = []
    for index, (first, last) in enumerate(spans):
        # Two ranges share a pause too short for both pads.
        before = (first - spans[index - 1][1]) // 2 if index else first
        after = (spans[index + 1][0] - last) // 2 if index + 1 < len(spans) else length - last
        confidence = float(np.mean(probabilities[first // WINDOW : -(-last // WINDOW)]))
        ranges.append(
            VoiceRange(first - min(how.padding, before), last + min(how.padding, after), confidence)
        )
    return ranges


class Silero:
    """Silero VAD: 512-sample windows with the 64 samples before them, and a state carried along."""

    CONTEXT = 64  # samples of the window before, as the wheel's OnnxWrapper gives it at 16 kHz
    STATE = (2, 1, 128)

    name = "silero-vad"
    segmentation = Segmentation()

    def __init__(self, model: Path | Session) -> None:
        self._session = session(model) if isinstance(model, Path) else model

    def probabilities(self, samples: Floats) -> Floats:
        windows = -(-len(samples) // WINDOW)
        padded = np.zeros(self.CONTEXT + windows * WINDOW, np.float32)
        padded[self.CONTEXT : self.CONTEXT + len(samples)] = samples
        state = np.zeros(self.STATE, np.float32)
        rate = scalar(RATE)
        found = np.empty(windows, np.float32)
        for index in range(windows):
            at = index * WINDOW
            window = padded[None, at : at + self.CONTEXT + WINDOW]
            output, state = self._session.run({"input": window, "state": state, "sr": rate})
            found[index] = output[0, 0]
        return found


class Classical:
    """Level over the place's own noise, and how voiced it is: no model, always there.

    A window is speech in the measure that its level between 100 and 4000 Hz stands over the noise floor
    (a low percentile of the levels around it) and that it repeats at the pitch of a voice. Music and
    other sounds with a pitch pass for speech.
    """

    name = "classical"
    segmentation = Segmentation(
        enter=0.5,
        leave=0.35,
        shortest_speech=RATE * 250 // 1000,
        shortest_silence=RATE * 200 // 1000,  # unvoiced closures and weak syllables last up to 0.2 s
        padding=RATE * 60 // 1000,  # breathy onsets and endings lie under the level it can see
    )

    BAND = (100.0, 4000.0)  # Hz: where speech carries its energy (ITU-T P.56 measures much the same band)
    PITCH = (70.0, 400.0)  # Hz: men's low to children's voices
    FLOOR_PERCENTILE = 10.0  # speech leaves more than a tenth of ten seconds free (pauses, closures)
    FLOOR_SECONDS = 10
    FLOOR_RISE = 1.5  # dB from the 10th percentile of exponentially distributed noise levels to their mean
    QUIETEST = -85.0  # dBFS: a little over the dither of 16-bit sound; nothing under it is called speech
    MOST_OVER = 20.0  # dB over the floor: what is louder is no more like speech for it
    DEEPEST = 45.0  # dB under the loud parts: speech keeps within that; breath and handling lie below
    LEVEL_MIDDLE = 9.0  # dB over the floor at which an unvoiced window is as likely speech as not
    LEVEL_SLOPE = 0.45  # per dB
    VOICED_WORTH = 6.0  # dB that full harmonicity is worth
    # Speech is never far from a vowel. Measured: 99 % of windows of street noise repeat by less than 0.6,
    # half of all windows of speech by more than 0.63 (bench/voice.py's recordings).
    VOWEL = 0.62
    VOWEL_NEAR = 15  # windows, 0.48 s: a vowel vouches for the consonants a quarter second around it
    VOWEL_MISSING = 200.0  # dB a unit: lacking 0.1 outweighs the most that level can say
    SPREAD = 3  # windows: a syllable's energy vouches for its neighbours

    def probabilities(self, samples: Floats) -> Floats:
        levels, voiced = self._measure(samples)
        around = int(self.FLOOR_SECONDS * RATE / WINDOW) | 1
        floor = percentile_filter(levels, self.FLOOR_PERCENTILE, size=around, mode="nearest")
        deepest = float(np.percentile(levels, 95)) - self.DEEPEST
        floor = np.maximum(floor + self.FLOOR_RISE, max(deepest, self.QUIETEST))
        vowel = np.minimum(maximum_filter1d(voiced, self.VOWEL_NEAR, mode="nearest") - self.VOWEL, 0)
        over = np.minimum(levels - floor, self.MOST_OVER) + self.VOICED_WORTH * (voiced - 0.5)
        over += self.VOWEL_MISSING * vowel
        kernel = np.ones(self.SPREAD) / self.SPREAD
        over = np.convolve(np.pad(over, self.SPREAD // 2, mode="edge"), kernel, mode="valid")
        probable: Floats = (1 / (1 + np.exp(-self.LEVEL_SLOPE * (over - self.LEVEL_MIDDLE)))).astype(
            np.float32
        )
        return probable

    def _measure(self, samples: Floats) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Level in dBFS within the band, and harmonicity 0…1 (the autocorrelation's peak), per window."""
        windows = -(-len(samples) // WINDOW)
        padded = np.zeros((windows + 1) * WINDOW)
        padded[WINDOW // 2 : WINDOW // 2 + len(samples)] = samples
        taper = np.hanning(2 * WINDOW)
        size = 4 * WINDOW  # zeros behind the window: its autocorrelation must not wrap
        frequencies = np.fft.rfftfreq(size, 1 / RATE)
        band = (frequencies >= self.BAND[0]) & (frequencies <= self.BAND[1])
        shape = np.fft.irfft(np.abs(np.fft.rfft(taper, size)) ** 2)
        lags = slice(int(RATE / self.PITCH[1]), int(RATE / self.PITCH[0]) + 1)
        levels, voiced = np.empty(windows), np.empty(windows)
        for start in range(0, windows, 1024):  # half a minute at a time: memory stays bounded
            count = min(1024, windows - start)
            index = (start + np.arange(count))[:, None] * WINDOW + np.arange(2 * WINDOW)
            power = np.abs(np.fft.rfft(padded[index] * taper, size)) ** 2 * band
            energy = 2 * power.sum(1) / (size * np.sum(taper**2))
            levels[start : start + count] = 10 * np.log10(energy + 1e-12)
            repeat = np.fft.irfft(power)
            # Divided by the taper's own autocorrelation, so that long lags count like short ones.
            ratio = repeat[:, lags] / (repeat[:, :1] + 1e-20) * (shape[0] / shape[lags])
            voiced[start : start + count] = np.clip(ratio.max(1), 0, 1)
        return levels, voiced
