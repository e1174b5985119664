"""What is wrong with a recording: hum and its harmonics, hiss, rumble, clipping, with levels.

Everything is read from the places where nobody speaks, or where there are none from the quietest moments.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter
from scipy.signal import butter, sosfiltfilt

MAINS = (50.0, 60.0)  # Hz, the two mains frequencies of the world
MAINS_DRIFT = 0.3  # Hz either way: a weak grid or a generator
HUM_TOP = 1000.0  # Hz: harmonics above lie under any hiss
LINE_PROMINENCE = 10.0  # dB over the spectrum around, for a line to be hum: 3 to 4 standard errors here
LINES_NEEDED = 2
LONE_LINE = 18.0  # dB: one line alone must stand this high
RUMBLE_TOP = 60.0  # Hz: under the lowest voice
RUMBLE_OVER = 10.0  # dB the band under it must stand over the noise of the speech band
RUMBLE_LEAST = -62.0  # dBFS: under it nobody hears it beside speech
SPEECH_BAND = (150.0, 4000.0)  # Hz
HISS_BAND = (4000.0, 12_000.0)  # Hz
SHORTEST_PAUSE = 0.08  # seconds: less is a closure between two syllables, not a pause
EDGE = 0.04  # seconds beside speech that still ring of it
LEAST_PAUSES = 0.3  # seconds of pause in all; else the quietest moments stand in
QUIET_SHARE = 10.0  # percent of frames that are taken for pauses then
DIGITAL_SILENCE = 1e-9  # mean square under which nothing was recorded (padding, a muted channel)
CLIPPED_RUN = 3  # samples in a row at the rail: two happen by chance, three do not
CLIPPED_LEAST = 0.25  # of full scale: what never came near it did not clip

Samples = NDArray[np.float32]
VoiceSpans = Sequence[tuple[int, int]]


@dataclass(frozen=True)
class Line:
    """A steady tone: frequency, level, and how far it stands over the spectrum around it."""

    hertz: float
    level_db: float  # dBFS, as a sine's peak
    prominence_db: float


@dataclass(frozen=True)
class Hum:
    """Mains hum: its exact fundamental and the harmonics that are really there."""

    fundamental: float  # Hz
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Diagnosis:
    """What was found. Levels are dBFS (root mean square); None where there was nothing to measure."""

    voice: tuple[tuple[int, int], ...]  # samples
    pauses: NDArray[np.bool_]  # (n,) where only the room is heard
    noise_db: float | None  # the speech band where nobody speaks
    voice_db: float | None  # the speech band where somebody does
    hiss_db: float | None
    rumble_db: float | None  # only when it is rumble
    hum: Hum | None
    clipped_runs: int
    clipped_share: float  # of all samples

    @property
    def signal_to_noise(self) -> float | None:
        """dB between voice and room in the speech band."""
        if self.noise_db is None or self.voice_db is None:
            return None
        return self.voice_db - self.noise_db


def diagnose(samples: Samples, rate: int, voice_ranges: VoiceSpans) -> Diagnosis:
    """What a mono recording (n,) suffers from. voice_ranges: (start, end) in its samples."""
    if samples.ndim != 1:
        raise ValueError(f"a recording is mono samples (n,), not {samples.shape}")
    voice = tuple((max(0, start), min(len(samples), end)) for start, end in voice_ranges)
    sound = samples.astype(np.float64)
    pauses = pauses_between(sound, rate, voice)
    speaking = spans_mask(len(sound), voice) & ~pauses
    speech = band(sound, rate, *SPEECH_BAND)
    noise_db = room_level(speech, rate, pauses)
    # No voice reaches down here, so that speech missed in the pauses cannot count as rumble.
    rumble_db = level(band(sound, rate, None, RUMBLE_TOP)[pauses])
    runs, share = clipping(samples)
    hum = find_hum(sound, rate, pauses)
    if rumble_db is not None and (
        rumble_db < RUMBLE_LEAST
        or (noise_db is not None and rumble_db < noise_db + RUMBLE_OVER)
        or (hum is not None and hum.lines[0].hertz < RUMBLE_TOP and hum.lines[0].level_db > rumble_db)
    ):
        rumble_db = None
    return Diagnosis(
        voice=voice,
        pauses=pauses,
        noise_db=noise_db,
        voice_db=level(speech[speaking]),
        hiss_db=room_level(band(sound, rate, *HISS_BAND), rate, pauses) if rate > 2 * HISS_BAND[0] else None,
        rumble_db=rumble_db,
        hum=hum,
        clipped_runs=runs,
        clipped_share=share,
    )


def pauses_between(sound: NDArray[np.float64], rate: int, voice: VoiceSpans) -> NDArray[np.bool_]:
    """(n,) true where only the room is heard: no voice near, and not digital silence."""
    edge = int(EDGE * rate)
    pauses = ~spans_mask(len(sound), [(start - edge, end + edge) for start, end in voice])
    frame = max(1, int(SHORTEST_PAUSE * rate / 2))
    count = len(sound) // frame
    power = np.square(sound[: count * frame]).reshape(count, frame).mean(1)
    recorded = np.repeat(power > DIGITAL_SILENCE, frame)
    pauses[: len(recorded)] &= recorded
    pauses[len(recorded) :] = False
    if pauses.sum() >= LEAST_PAUSES * rate or not count or not recorded.any():
        return pauses
    # Somebody speaks throughout: the quietest tenth of what was recorded is the nearest thing to a room.
    limit = np.percentile(power[power > DIGITAL_SILENCE], QUIET_SHARE)
    pauses[: len(recorded)] |= recorded & np.repeat(power <= limit, frame)
    return pauses


def find_hum(sound: NDArray[np.float64], rate: int, pauses: NDArray[np.bool_]) -> Hum | None:
    """Mains hum, when lines at a mains frequency's multiples stand out of the steady spectrum."""
    window = int(0.5 * rate)  # 2 Hz between bins
    if len(sound) < 2 * window:
        return None
    levels, hertz = steady_spectrum(sound, rate, window)
    around = median_filter(levels, size=int(30 / (hertz[1] - hertz[0])) | 1)
    best: Hum | None = None
    for mains in MAINS:
        lines = []
        for multiple in range(1, int(HUM_TOP / mains) + 1):
            reach = MAINS_DRIFT * multiple + (hertz[1] - hertz[0])
            near = np.flatnonzero(np.abs(hertz - mains * multiple) <= reach)
            peak = near[np.argmax(levels[near])]
            prominence = float(levels[peak] - around[peak])
            if prominence >= LINE_PROMINENCE:
                lines.append(Line(mains * multiple, float(levels[peak]), prominence))
        # Multiples of 300 Hz belong to both: the mains whose other lines stand higher is the one.
        if not lines or (len(lines) < LINES_NEEDED and lines[0].prominence_db < LONE_LINE):
            continue
        if best is None or _own(lines, mains) > _own(list(best.lines), best.fundamental):
            best = Hum(mains, tuple(lines))
    return None if best is None else _exact(best, sound, rate, pauses)


def steady_spectrum(
    sound: NDArray[np.float64], rate: int, window: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Levels (dBFS of a sine) that hold four fifths of the time, and their frequencies, up to HUM_TOP.

    Speech moves; hum does not, so that it alone keeps its level in a low percentile over time.
    """
    taper = np.hanning(window)
    hop = window // 4
    hertz = np.fft.rfftfreq(window, 1 / rate)
    keep = hertz <= HUM_TOP + 50
    powers = np.array(
        [
            np.abs(np.fft.rfft(sound[start : start + window] * taper)[keep]) ** 2
            for start in range(0, len(sound) - window + 1, hop)
        ]
    )
    powers = powers[powers.sum(1) > 0] if powers.any() else powers
    power = np.percentile(powers, 20, axis=0) * (2 / taper.sum()) ** 2
    levels: NDArray[np.float64] = 10 * np.log10(power + 1e-20)
    return levels, hertz[keep].astype(np.float64)


def clipping(samples: Samples) -> tuple[int, float]:
    """Runs of samples that stick to the highest or lowest value reached, and their share of all."""
    if not len(samples):
        return 0, 0.0
    runs = share = 0
    for rail in (samples.max(), samples.min()):
        if abs(rail) < CLIPPED_LEAST:
            continue
        stuck = np.concatenate([[False], samples == rail, [False]]).astype(np.int8)
        steps = np.diff(stuck)
        lengths = np.flatnonzero(steps == -1) - np.flatnonzero(steps == 1)
        lengths = lengths[lengths >= CLIPPED_RUN]
        runs += len(lengths)
        share += int(lengths.sum())
    return runs, share / len(samples)


def spans_mask(length: int, spans: VoiceSpans) -> NDArray[np.bool_]:
    """(length,) true inside the spans."""
    mask = np.zeros(length, bool)
    for start, end in spans:
        mask[max(0, start) : max(0, end)] = True
    return mask


def band(sound: NDArray[np.float64], rate: int, low: float | None, high: float | None) -> NDArray[np.float64]:
    """The part of a recording between two frequencies, in place (no delay)."""
    if len(sound) < 64:  # shorter than the filter's own start: nothing can be said of its bands
        return sound
    high = None if high is None or high >= 0.49 * rate else high
    if low is None and high is None:
        return sound
    if high is None:
        sections = butter(3, low or 0.0, "highpass", fs=rate, output="sos")
    elif low is None:
        sections = butter(3, high, "lowpass", fs=rate, output="sos")
    else:
        sections = butter(3, (low, high), "bandpass", fs=rate, output="sos")
    filtered: NDArray[np.float64] = sosfiltfilt(sections, sound, padlen=min(len(sound) - 1, rate // 4))
    return filtered


def room_level(sound: NDArray[np.float64], rate: int, pauses: NDArray[np.bool_]) -> float | None:
    """dBFS over the quieter half of the pauses: speech that was missed there must not count as room."""
    heard = np.square(sound[pauses])
    frame = int(0.02 * rate)
    if len(heard) < 2 * frame:
        return level(sound[pauses])
    power = heard[: len(heard) // frame * frame].reshape(-1, frame).mean(1)
    quiet = float(np.mean(power[power <= np.median(power)]))
    return 10 * float(np.log10(quiet)) if quiet > 0 else None


def level(sound: NDArray[np.float64]) -> float | None:
    """dBFS root mean square, None for nothing."""
    power = float(np.mean(np.square(sound))) if len(sound) else 0.0
    return 10 * float(np.log10(power)) if power > 0 else None


def _own(lines: list[Line], mains: float) -> float:
    return sum(line.prominence_db for line in lines if round(line.hertz / mains) * mains % 300)


def _exact(hum: Hum, sound: NDArray[np.float64], rate: int, pauses: NDArray[np.bool_]) -> Hum:
    """The same hum with the fundamental as precise as the recording is long."""
    heard = sound * pauses if pauses.sum() > rate else sound
    size = 1 << (len(sound) * 4 - 1).bit_length()  # zeros behind: four points a bin
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard)), size))
    step = rate / size
    strongest = max(hum.lines, key=lambda line: line.prominence_db)
    multiple = round(strongest.hertz / hum.fundamental)
    low = int((strongest.hertz - MAINS_DRIFT * multiple) / step)
    high = int((strongest.hertz + MAINS_DRIFT * multiple) / step) + 1
    at = low + int(np.argmax(spectrum[low:high]))
    before, peak, after = np.log(spectrum[at - 1 : at + 2] + 1e-30)
    bend = before - 2 * peak + after
    fine = at + (0.5 * (before - after) / bend if bend < 0 else 0.0)
    fundamental = float(fine * step / multiple)
    lines = tuple(
        Line(round(line.hertz / hum.fundamental) * fundamental, line.level_db, line.prominence_db)
        for line in hum.lines
    )
    return Hum(fundamental, lines)
