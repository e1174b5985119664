"""Conversations mixed from single voices, with who speaks when known from the clean voices."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray
from scipy.signal import butter, resample_poly, sosfiltfilt

RATE = 16_000
HOP = 160
PAUSE = 30  # frames of 10 ms: a longer pause inside an utterance ends the speech (0.3 s)
UNDER = 35.0  # dB under an utterance's loudest frame: quieter frames are no speech
BAND = (300.0, 3800.0)  # Hz: recordings rumble below
OVER = 10.0  # dB over the room's noise (a twentieth of the frames are quieter): nor are those

Floats = NDArray[np.float32]
Spans = list[tuple[int, int, str]]  # samples, and who


@dataclass(frozen=True)
class Conversation:
    samples: Floats
    truth: Spans
    people: int


def spoken(samples: Floats) -> list[tuple[int, int]]:
    """Where a clean recording of one person holds speech, in samples: by level between 300 and 3800 Hz alone,
    against the loudest frame and against the room's own noise; pauses under 0.3 s count as speech."""
    frames = len(samples) // HOP
    band = sosfiltfilt(butter(4, BAND, "bandpass", fs=RATE, output="sos"), samples)
    power = np.square(band[: frames * HOP].reshape(frames, HOP)).mean(axis=1)
    level = 10 * np.log10(np.convolve(power, np.ones(5) / 5, mode="same") + 1e-12)
    least = max(level.max() - UNDER, np.percentile(level, 5) + OVER)
    spans: list[list[int]] = []
    for at in np.flatnonzero(level > least):
        if spans and at - spans[-1][1] <= PAUSE:
            spans[-1][1] = int(at) + 1
        else:
            spans.append([int(at), int(at) + 1])
    return [(start * HOP, end * HOP) for start, end in spans if end - start >= 10]


def utterances(files: list[Path]) -> dict[str, list[Floats]]:
    """Voices by who speaks (a LibriSpeech name's first number), cut to where they speak, equally loud."""
    found: dict[str, list[Floats]] = defaultdict(list)
    for file in sorted(files):
        samples, rate = soundfile.read(file, dtype="float32", always_2d=True)
        mono = samples.mean(axis=1)
        if rate != RATE:
            mono = resample_poly(mono, RATE, rate).astype(np.float32)
        spans = spoken(mono)
        cut = mono[spans[0][0] : spans[-1][1]]
        level = np.sqrt(np.mean(np.square(cut)))
        found[file.stem.split("-")[0]].append((cut * (0.05 / level)).astype(np.float32))
    return dict(found)


def converse(
    voices: dict[str, list[Floats]], seed: int, *, noise: float = 3e-4, overlap: float = 0.3
) -> Conversation:
    """People taking turns: utterances in a random order, cut here and there into shorter turns, with pauses
    and, for the share `overlap` of changes, somebody speaking before the other has ended."""
    random = np.random.default_rng(seed)
    pieces: list[tuple[str, Floats]] = []
    for name, said in sorted(voices.items()):
        for one in said:
            pieces += [(name, part) for part in _cut(one, random)]
    order = random.permutation(len(pieces))
    at = int(0.5 * RATE)
    placed: list[tuple[int, str, Floats]] = []
    before = ""
    for i in order:
        name, part = pieces[i]
        gain = 10 ** (random.uniform(-3, 3) / 20)
        if before and name != before and random.random() < overlap:
            lead = min(random.uniform(0.3, 1.5) * RATE, 0.6 * len(part), 0.6 * len(placed[-1][2]))
            start = at - int(lead)
        else:
            start = at + int(random.uniform(0.05, 0.9) * RATE)
        placed.append((start, name, (part * gain).astype(np.float32)))
        at = max(at, start + len(part))
        before = name
    total = np.zeros(at + RATE // 2, np.float32)
    truth: Spans = []
    for start, name, part in placed:
        total[start : start + len(part)] += part
        truth += [(start + first, start + last, name) for first, last in spoken(part)]
    total += random.normal(0, noise, len(total)).astype(np.float32)
    return Conversation(np.clip(total, -1, 1), sorted(truth), len(voices))


def _cut(utterance: Floats, random: np.random.Generator) -> list[Floats]:
    """An utterance whole, or in two at its quietest tenth of a second near the middle."""
    if len(utterance) < 3 * RATE or random.random() < 0.4:
        return [utterance]
    first, last = int(0.3 * len(utterance)), int(0.7 * len(utterance))
    window = RATE // 10
    power = np.convolve(np.square(utterance[first:last]), np.ones(window), mode="valid")
    middle = first + int(np.argmin(power)) + window // 2
    return [utterance[:middle], utterance[middle:]]
