"""Lines laid one after the other on whole frames: pauses between them, levels, expected lengths."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.sound.speaking.delivery import Delivery
from answerprint.departments.sound.speaking.espeak import RATE
from answerprint.departments.sound.speaking.speeches import Speech

BETWEEN, BETWEEN_SCENES = 0.4, 2.0  # seconds between lines, and where a scene ends
INSIDE = 0.15  # seconds between the pieces of a speech that no pause divides
SPOKEN_LEVEL = -24.0  # dBFS, the RMS of what sounds in a line at 0 dB of its delivery
LOUDEST = -1.0  # dBFS, sample peak
ACTIVE = 0.03  # of the peak: quieter is between the words

# Seconds of espeak-ng, fitted to what it took: a letter at one word a minute; at 175 a minute a mark that it
# pauses at, and what every piece has (`python bench/speaking.py lengths` measures what is left)
LETTER, COMMA, STOP, ONSET = 10.0, 0.35, 0.48, 0.17


def levelled(samples: NDArray[np.float32], decibels: float) -> NDArray[np.float32]:
    """(samples,) with what sounds in it at −24 dBFS and so much more, its peak at most −1 dBFS."""
    peak = float(np.abs(samples).max(initial=0.0))
    if peak <= 0:
        return samples
    sounding = samples[np.abs(samples) > ACTIVE * peak].astype(np.float64)
    level = 10 * math.log10(float(np.mean(sounding**2)))
    gain = 10 ** ((SPOKEN_LEVEL + decibels - level) / 20)
    return (samples * min(gain, 10 ** (LOUDEST / 20) / peak)).astype(np.float32)


def joined(pieces: Sequence[tuple[Delivery, NDArray[np.float32]]]) -> NDArray[np.float32]:
    """The pieces of a speech in order, each after its pause."""
    parts: list[NDArray[np.float32]] = []
    for number, (how, sound) in enumerate(pieces):
        pause = max(how.pause, INSIDE if number else 0.0)
        parts += [np.zeros(round(pause * RATE), np.float32), levelled(sound, how.decibels)]
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)


def frames_of(samples: int, rate: Fraction) -> int:
    """Whole frames that hold so many samples; at least one."""
    return max(1, math.ceil(Fraction(samples, RATE) * rate))


def sample_at(frame: int, rate: Fraction) -> int:
    """The first sample of a frame, the nearest."""
    return round(Fraction(frame) / rate * RATE)


def places(frames: Sequence[int], speeches: Sequence[Speech], rate: Fraction) -> list[int]:
    """The first frame of every line: one after the other, with its pause before it."""
    found: list[int] = []
    at = 0
    for number, (long, one) in enumerate(zip(frames, speeches, strict=True)):
        if number:
            pause = BETWEEN if speeches[number - 1].scene == one.scene else BETWEEN_SCENES
            at += math.ceil(Fraction(str(pause)) * rate)
        found.append(at)
        at += long
    return found


def expected(text: str, words: float) -> float:
    """Seconds that a text takes at so many words a minute, about."""
    letters = len(re.findall(r"\w", text))
    commas = len(re.findall(r"[,;:–—]|--", text))
    stops = len(re.findall(r"[.!?…]+(?=\s+\S)", text))
    return (letters * LETTER + (commas * COMMA + stops * STOP + ONSET) * 175) / words if letters else 0.0
