"""A user's own ONNX model that takes a waveform and gives one: denoisers, voices taken out of a mix."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import fftconvolve

from answerprint.core.errors import ModelError
from answerprint.models.runtimes.onnx import session

RATE = 48_000  # samples a second it is given
LATEST = 9_600  # samples: a model that answers later than 200 ms is not put back in its place


class WaveformModel:
    """An ONNX model with one float input of (n,), (1, n) or (1, 1, n) samples at 48 kHz, and such an output.

    How much later its answer comes is measured against what it was given, and taken off.
    """

    def __init__(self, path: Path) -> None:
        """Raises ModelError AP-MODEL-006 for what ONNX Runtime cannot load, AP-MODEL-023 for other inputs."""
        self.path = path
        self._session = session(path)
        if len(self._session.inputs) != 1:
            raise ModelError(
                "AP-MODEL-023",
                f"it takes {len(self._session.inputs)} inputs: {', '.join(self._session.inputs)}",
                file=str(path),
                remedy="give a model of one waveform in, one waveform out, at 48 kHz",
            )
        self._shape: tuple[int, ...] | None = None

    def run(self, sound: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n,) as the model leaves it, sample by sample in its place. Raises ModelError as `Session.run`."""
        heard = sound.astype(np.float32)
        made = self._answer(np.concatenate([heard, np.zeros(LATEST, np.float32)]))
        late = _lag(heard, made)
        whole = np.zeros(len(sound))
        kept = made[late : late + len(sound)]
        whole[: len(kept)] = kept
        return whole

    def _answer(self, heard: NDArray[np.float32]) -> NDArray[np.float32]:
        shapes = [self._shape] if self._shape is not None else [(1, -1), (-1,), (1, 1, -1)]
        failure: ModelError | None = None
        for shape in shapes:
            try:
                made = self._session.run({self._session.inputs[0]: heard.reshape(shape)})[0]
            except ModelError as error:
                failure = error
                continue
            if made.size < len(heard) // 2 or made.size > 2 * len(heard) or not np.isfinite(made).all():
                raise ModelError(
                    "AP-MODEL-023",
                    f"of {len(heard)} samples it makes {made.size}"
                    + ("" if np.isfinite(made).all() else ", some no numbers"),
                    file=str(self.path),
                    remedy="give a model of one waveform in, one waveform out, at 48 kHz",
                )
            self._shape = shape
            return np.ravel(made).astype(np.float32)
        assert failure is not None
        raise failure


def _lag(heard: NDArray[np.float32], made: NDArray[np.float32]) -> int:
    """Samples by which the answer is later than what was given, 0 … LATEST: where the two are most alike."""
    length = min(len(heard), 20 * RATE)
    if not length or not made.any():
        return 0
    alike = fftconvolve(made[: length + LATEST], heard[:length][::-1])
    return int(np.argmax(alike[length - 1 : length + LATEST]))
