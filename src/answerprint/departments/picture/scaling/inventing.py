"""A user's own upscaling model: what it adds is invented, and is called so wherever it goes."""

from __future__ import annotations

import numpy as np

from answerprint.core.errors import ModelError, UsageError
from answerprint.departments.picture.scaling.resampling import resampled
from answerprint.departments.picture.windows import Pixels, Window
from answerprint.models.runtimes.onnx import Session

PIECE = 192  # pixels a side of a piece, where the model takes pieces of any size
OVERLAP = 16  # pixels that pieces share on each side
LARGEST = 8  # times that a model may scale


class Upscaler:
    """A model of one picture: (1, 3, h, w) R'G'B' 0 … 1 in, (1, 3, n·h, n·w) out.

    Raises UsageError AP-USE-856 for one of another form.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        shape = session.shapes[0]
        if len(session.inputs) != 1 or len(shape) != 4 or shape[1] != 3:
            raise self._other("it takes no picture of three planes")
        high, wide = (one if isinstance(one, int) else PIECE for one in shape[2:])
        if min(high, wide) <= 2 * OVERLAP:
            raise self._other(f"it takes pieces of {wide}x{high} pixels, which are too small")
        self._piece = high, wide
        self.factor = self._found()

    def scaled(self, pixels: Pixels) -> Pixels:
        """(n·h, n·w, 3) of (h, w, 3), made piece by piece; pieces overlap, and their edges are not used."""
        high, wide = pixels.shape[:2]
        n, (rows, columns) = self.factor, self._piece
        made = np.empty((n * high, n * wide, 3), np.float32)
        step_y, step_x = rows - 2 * OVERLAP, columns - 2 * OVERLAP
        below, beyond = -high % step_y + OVERLAP, -wide % step_x + OVERLAP
        padded = np.pad(
            np.clip(pixels, 0, 1), ((OVERLAP, below), (OVERLAP, beyond), (0, 0)), mode="edge"
        ).transpose(2, 0, 1)
        inner = slice(n * OVERLAP, n * (OVERLAP + step_y)), slice(n * OVERLAP, n * (OVERLAP + step_x))
        for top in range(0, high, step_y):
            for left in range(0, wide, step_x):
                told = self._told(padded[:, top : top + rows, left : left + columns])
                place = made[n * top : n * (top + step_y), n * left : n * (left + step_x)]
                place[:] = told[(slice(None), *inner)].transpose(1, 2, 0)[: place.shape[0], : place.shape[1]]
        return made

    def _told(self, piece: Pixels) -> Pixels:
        name = self._session.inputs[0]
        told = self._session.run({name: np.ascontiguousarray(piece[None], np.float32)})[0]
        return np.asarray(told[0], np.float32)

    def _found(self) -> int:
        try:
            told = self._told(np.zeros((3, *self._piece), np.float32))
        except (ModelError, IndexError) as error:
            raise self._other(f"it does not take a picture: {error}") from error
        n = int(told.shape[-1]) // self._piece[1]
        if told.shape != (3, n * self._piece[0], n * self._piece[1]) or not 1 <= n <= LARGEST:
            raise self._other(f"it gives {'x'.join(map(str, told.shape))} numbers for a piece")
        return n

    def _other(self, why: str) -> UsageError:
        return UsageError(
            "AP-USE-856",
            f"this model does not scale pictures: {why}",
            file=str(self._session.path),
            remedy="give an ONNX model of (1, 3, h, w) R'G'B' 0 … 1 that gives whole times as many pixels",
        )


class Inventor:
    """Makes pictures `width` by `height` by a model, one at a time; alpha is scaled by Lanczos."""

    before = after = 0

    def __init__(self, width: int, height: int, upscaler: Upscaler) -> None:
        self.size = width, height
        self._upscaler = upscaler

    def picture(self, window: Window) -> Pixels:
        now = window.now
        made = resampled(self._upscaler.scaled(now[..., :3]), *self.size)
        if now.shape[2] == 3:
            return made
        alpha = resampled(np.repeat(now[..., 3:], 3, axis=2), *self.size)[..., 0]
        return np.dstack([made, np.clip(alpha, 0, 1)])
