"""Lip-sync: offsets found, and claims made where lips and voice have nothing to do with each other.

Run: python bench/lip_sync.py
Real voices and mouths made from them: the voice's level, smoothed as articulation is, ahead of the sound by 0
to 40 ms, each syllable some 20 ms off, with tracking noise of two strengths, at 24, 25 and 30 frames a
second; sound and picture apart by up to 12 frames. Beside it the mouth of another sentence, of which nothing
may be claimed. The peers' measures are networks whose weights no package carries: the baseline is one plain
cross-correlation.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import soundfile
from scipy.signal import correlate, resample_poly

from answerprint.departments.sound.replacement.lip_sync import GRID, Lips, lip_syncs, loudness_curve

DATA = Path(os.environ.get("ANSWERPRINT_TEST_DATA", Path(__file__).parents[2] / "shared" / "data"))
RATE = 16_000
TRIALS = 120
SURE = 0.5  # confidence from which on an offset is claimed


def main() -> None:
    random = np.random.default_rng(11)
    voices = [_voice(path) for path in sorted((DATA / "voices").glob("*.flac"))]
    print(" seconds  noise  claimed  within a frame   median    worst   plain   false")
    for seconds in (3, 6, 12):
        for noise in (0.02, 0.06):
            _row(voices, seconds, noise, random)


def _row(voices: list[np.ndarray], seconds: int, noise: float, random: np.random.Generator) -> None:
    off, plain, claimed, false = [], 0, 0, 0
    for _ in range(TRIALS):
        fps = float(random.choice([24, 25, 30]))
        order = random.permutation(len(voices))
        sound = np.concatenate([voices[at] for at in order[: len(order) // 2]])[: seconds * RATE]
        other = np.concatenate([voices[at] for at in order[len(order) // 2 :]])[: seconds * RATE]
        offset = random.uniform(-12, 12) / fps
        curve = loudness_curve([sound.astype(np.float32)], RATE)
        lips = _mouth(sound, offset, fps, noise, random)
        found, _ = lip_syncs([[lips]], curve)
        if found is not None and found.offset is not None and found.confidence >= SURE:
            claimed += 1
            off.append(abs(found.offset - offset) * fps)
        plain += abs(_plain(lips, curve) - offset) * fps <= 1
        wrong, _ = lip_syncs([[_mouth(other, 0.0, fps, noise, random)]], curve)
        false += wrong is not None and wrong.confidence >= SURE
    frames = np.array(off or [np.nan])
    print(
        f"{seconds:>8}{noise:>7}{claimed / TRIALS:>9.2f}{np.mean(frames <= 1):>16.2f}"
        f"{np.median(frames):>9.2f}{frames.max():>9.2f}{plain / TRIALS:>8.2f}{false / TRIALS:>8.2f}"
    )


def _voice(path: Path) -> np.ndarray:
    samples, rate = soundfile.read(path)
    return np.asarray(resample_poly(samples, RATE, rate))


def _mouth(sound: np.ndarray, offset: float, fps: float, noise: float, random: np.random.Generator) -> Lips:
    level = loudness_curve([sound.astype(np.float32)], RATE)
    width = int(random.integers(9, 22))
    smooth = np.convolve(level, np.hanning(width) / np.hanning(width).sum(), mode="same") / 40
    ahead = random.uniform(0, 0.04)
    seconds = np.arange(0, len(sound) / RATE, 1 / fps)
    syllables = np.arange(0, seconds[-1] + 1, 0.3)
    wander = np.interp(seconds, syllables, random.normal(0, 0.02, len(syllables)))
    at = seconds + offset + ahead + wander
    opening = np.interp(at, np.arange(len(smooth)) / GRID, smooth) ** random.uniform(0.7, 1.6)
    drift = 0.05 * np.sin(2 * np.pi * random.uniform(0.1, 0.7) * seconds)
    return Lips(seconds, 0.3 * opening + drift + random.normal(0, noise, len(seconds)))


def _plain(lips: Lips, curve: np.ndarray) -> float:
    """Seconds by cross-correlation of the two curves as they are, their means taken off."""
    at = np.arange(0, lips.seconds[-1], 1 / GRID)
    mouth = np.interp(at, lips.seconds, lips.opening)
    values = correlate(curve - curve.mean(), mouth - mouth.mean(), mode="full")
    lags = np.arange(-len(mouth) + 1, len(curve)) / GRID
    near = np.abs(lags) <= 0.8
    return float(lags[near][np.argmax(values[near])])


if __name__ == "__main__":
    main()
