"""Samples read back, and annotations put into tracks on the asset's own clock."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from answerprint.core.records import Annotation, Track
from answerprint.departments.footage.sound.listening import LISTENING_RATE
from answerprint.engine.step import Context

SOUND_RATE = Fraction(LISTENING_RATE)


def read_samples(path: Path) -> NDArray[np.int16]:
    """The mono 16 kHz samples that ListenStep wrote (memory-mapped, read only)."""
    if path.stat().st_size == 0:
        return np.zeros(0, np.int16)
    samples: NDArray[np.int16] = np.memmap(path, dtype="<i2", mode="r")
    return samples


def as_float(samples: NDArray[np.int16]) -> NDArray[np.float32]:
    """16-bit samples as float32 −1 … 1."""
    return samples.astype(np.float32) / np.float32(32768.0)


def write_track(context: Context, asset: str, name: str, rate: Fraction, marks: list[Annotation]) -> None:
    ordered = sorted(marks, key=lambda one: (one.start, one.end, one.label))
    context.write_track(name, Track(asset=asset, name=f"{name}.1", rate=rate, annotations=tuple(ordered)))
