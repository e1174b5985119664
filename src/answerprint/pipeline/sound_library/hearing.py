"""One file of a library heard: decoded in blocks, measured, told."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from blake3 import blake3
from numpy.typing import NDArray

from answerprint.core.errors import AnswerprintError, MediaError
from answerprint.departments.sound.effects.bands import BANDS, RATE, levels, powers
from answerprint.departments.sound.effects.fingerprints import words
from answerprint.departments.sound.effects.loops import best_loop
from answerprint.departments.sound.effects.measures import measured
from answerprint.departments.sound.effects.network import classes, told
from answerprint.departments.sound.effects.records import COLUMNS, Heard, Tag
from answerprint.departments.sound.levels import LoudnessMeter
from answerprint.media.decode import read_sound
from answerprint.media.fanout import SoundForm
from answerprint.pipeline.measuring import faults_of, sound_of

LONGEST = 600  # seconds that are heard in detail; length, loudness and peak are of the whole
LOOPED = 60  # seconds in which a loop is looked for
LEAST_TAG = 0.02  # confidence under which a tag is not kept
SLOWEST = 8_000  # samples a second under which loudness is not measured
OFFSET = 0.05  # mean over which a recording has a direct current in it

Sound = NDArray[np.float32]
Tagger = Callable[[Sound], tuple[Tag, ...]]


class _Whole(NamedTuple):
    """What the whole file says, read as it is. early: mono, its first minute at its own rate."""

    samples: int
    loudness: float | None
    peak: float | None
    early: Sound
    notes: tuple[str, ...]


def digest_of(path: Path) -> str:
    """BLAKE3 of a file. Raises MediaError AP-MEDIA-001 where it cannot be read."""
    try:
        return blake3().update_mmap(path).hexdigest()
    except OSError as error:
        raise MediaError(
            "AP-MEDIA-001",
            f"cannot be read: {error.strerror or error}",
            file=str(path),
            remedy="check its rights",
        ) from error


def heard_in(path: Path, tagger: Tagger | None = None) -> Heard:
    """What a file holds. tagger: tags by a user's own model in place of ours.

    Raises MediaError as `sound_of` and `read_sound`, AP-MEDIA-012 where there is no sample in it.
    """
    stream = sound_of(path)
    rate, channels = int(stream.rate or RATE), int(stream.channels or 1)
    whole = _whole(path, stream.index, rate, channels)
    mono = _detailed(path, stream.index)
    power = powers(mono)
    facts = measured(mono, power)
    empty = facts.kind == "silent"
    shares, embedding = ((), np.zeros(96, np.float32)) if empty else told(power)
    tags = tuple(
        Tag(name=name, confidence=round(float(share), 3))
        for share, name in sorted(zip(shares, () if empty else classes(), strict=True), reverse=True)
        if share >= LEAST_TAG
    )
    loop = best_loop(whole.early, rate) if facts.kind in ("continuous", "rhythmic") else None
    return Heard(
        seconds=round(whole.samples / rate, 4),
        channels=channels,
        rate=rate,
        codec=stream.codec,
        loudness=whole.loudness,
        peak=whole.peak,
        measures=facts,
        tags=tagger(mono) if tagger is not None and not empty else tags,
        loop=loop,
        embedding=embedding.astype(np.float16).tobytes(),
        words=b"" if empty else words(power).astype("<u4").tobytes(),
        picture=_picture(power),
        notes=(*whole.notes, *faults_of(path), *(("silent",) if empty else ())),
    )


def _whole(path: Path, stream: int, rate: int, channels: int) -> _Whole:
    meter = LoudnessMeter(rate, channels, true_peak=False) if rate >= SLOWEST else None
    count, peak, odd, total, kept, early = 0, 0.0, 0, 0.0, 0, []
    for block in read_sound(path, SoundForm(), stream=stream):
        samples = block.samples
        wrong = ~np.isfinite(samples)
        if wrong.any():
            odd += int(wrong.any(axis=1).sum())
            samples = np.where(wrong, 0, samples)
        count += len(samples)
        peak = max(peak, float(np.abs(samples).max(initial=0.0)))
        total += float(samples.sum(dtype=np.float64)) / samples.shape[1]
        if meter is not None and samples.shape[1] == channels:
            meter.add(samples)
        if kept < LOOPED * rate:
            early.append(samples.mean(axis=1).astype(np.float32))
            kept += len(samples)
    if not count:
        raise MediaError("AP-MEDIA-012", "there is no sample in it", file=str(path), remedy="give it sound")
    notes = []
    if odd:
        notes.append(f"{odd} samples are no numbers: heard as silence")
    if abs(total / count) > OFFSET:
        notes.append(f"direct current of {total / count:+.2f}")
    if peak > 1:
        notes.append("over full scale")
    loudness = meter.result().integrated if meter is not None and peak > 0 else None
    level = None if peak <= 0 else round(20 * float(np.log10(peak)), 2)
    told_loudness = None if loudness is None else round(float(loudness), 2)
    return _Whole(count, told_loudness, level, np.concatenate(early)[: LOOPED * rate], tuple(notes))


def _detailed(path: Path, stream: int) -> Sound:
    """Mono at 32 kHz, without direct current, its first ten minutes."""
    blocks, count = [], 0
    for block in read_sound(path, SoundForm(rate=RATE, mono=True), stream=stream):
        blocks.append(np.nan_to_num(block.samples.mean(axis=1), posinf=0, neginf=0).astype(np.float32))
        count += len(blocks[-1])
        if count >= LONGEST * RATE:
            break
    mono: Sound = np.concatenate(blocks)[: LONGEST * RATE] if blocks else np.zeros(1, np.float32)
    return mono - mono.mean(dtype=np.float64).astype(np.float32) if len(mono) > 1 else np.zeros(1, np.float32)


def _picture(power: NDArray[np.float32]) -> bytes:
    """64 × 120 levels, each the loudest of its stretch."""
    held = levels(power)
    edges = np.linspace(0, len(held), COLUMNS + 1).astype(int)
    columns = [held[a : max(b, a + 1)].max(axis=0) if a < len(held) else held[-1] for a, b in pairwise(edges)]
    grid = np.stack(columns, axis=1).reshape(BANDS, COLUMNS)
    return (grid * 255).astype(np.uint8).tobytes()


def heard_safely(path: Path, tagger: Tagger | None = None) -> Heard | AnswerprintError:
    """`heard_in`, and an error as what it is: a worker goes on after it."""
    try:
        return heard_in(path, tagger)
    except AnswerprintError as error:
        return error
