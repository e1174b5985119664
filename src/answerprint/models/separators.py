"""A user's own ONNX model that takes a programme apart: film stems, or two voices over one another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from answerprint.core.errors import ModelError
from answerprint.models.runtimes.onnx import session

LONG = 8  # seconds heard at a time where the model takes any length
OVERLAP = 0.25  # of a window that is crossfaded with the next
WANTED = "give a model of (1, channels, samples) in and (1, stems, channels, samples) out"

Samples = NDArray[np.float32]


class SeparatorModel:
    """An ONNX model with one float input (1, channels, samples) and one output (1, stems, channels, samples),
    as Demucs and its kin are exported; (1, stems, samples) of a mono one."""

    def __init__(self, path: Path, rate: int) -> None:
        """rate: samples a second it was trained at. Raises ModelError AP-MODEL-006 for what ONNX Runtime
        cannot load, AP-MODEL-024 for other inputs."""
        self.path, self.rate = path, rate
        self._session = session(path, threads=2)
        shape = self._session.shapes[0]
        if len(self._session.inputs) != 1 or len(shape) != 3:
            raise ModelError(
                "AP-MODEL-024",
                f"it takes {len(self._session.inputs)} inputs, the first of {len(shape)} dimensions",
                file=str(path),
                remedy=WANTED,
            )
        channels, length = shape[1:]
        self.channels = channels if isinstance(channels, int) and channels > 0 else 2
        self.window = length if isinstance(length, int) and length > 0 else LONG * rate

    def stems(self, blocks: Iterable[Samples]) -> Iterator[Samples]:
        """Blocks (stems, n, channels) for blocks (n, channels) at the model's rate, as many samples as came.

        Windows overlap and are crossfaded. Raises ModelError AP-MODEL-006 and 024 where the model fails or
        gives another shape.
        """
        step = self.window - round(OVERLAP * self.window)
        fade = self.window - step
        held = np.zeros((0, self.channels), np.float32)
        tail: Samples | None = None  # the part of the window before that the next fades over
        for block, last in _marked(blocks):
            held = np.concatenate([held, block])
            while len(held) >= self.window or (last and len(held)):
                length = min(len(held), self.window)
                made = self._answer(held[:length])
                if tail is not None:
                    over = min(fade, length)
                    ramp = np.linspace(0, 1, fade, dtype=np.float32)[:over, None]
                    made[:, :over] = tail[:, :over] * (1 - ramp) + made[:, :over] * ramp
                if last and len(held) <= self.window:
                    yield made
                    held = held[:0]
                    break
                yield made[:, :step]
                tail, held = made[:, step:], held[step:]

    def _answer(self, heard: Samples) -> Samples:
        """(stems, n, channels) for (n, channels)."""
        whole = np.zeros((1, self.channels, self.window), np.float32)
        whole[0, :, : len(heard)] = heard.T
        made = self._session.run({self._session.inputs[0]: whole})[0]
        if made.ndim == 3 and self.channels == 1:
            made = made[:, :, None]
        fits = made.ndim == 4 and made.shape[0] == 1 and made.shape[2:] == (self.channels, self.window)
        if not fits or not np.isfinite(made).all():
            raise ModelError(
                "AP-MODEL-024",
                f"of {whole.shape} it makes {made.shape}"
                + ("" if np.isfinite(made).all() else ", some no numbers"),
                file=str(self.path),
                remedy=WANTED,
            )
        return np.ascontiguousarray(made[0, :, :, : len(heard)].transpose(0, 2, 1), np.float32)


def _marked(blocks: Iterable[Samples]) -> Iterator[tuple[Samples, bool]]:
    """Each block, and whether it is the last."""
    before: Samples | None = None
    for block in blocks:
        if before is not None:
            yield before, False
        before = block
    if before is not None:
        yield before, True
