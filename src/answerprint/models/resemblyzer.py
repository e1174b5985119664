"""A voice as 256 numbers: Resemblyzer's speaker encoder in NumPy (Wan et al. 2018, arXiv 1710.10467).

40 mel bands each 10 ms, three LSTM layers, the last state through a linear layer, cut at 0, to length 1.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from answerprint.core.errors import ModelError
from answerprint.models.checkpoints import read_checkpoint
from answerprint.models.recurrent import Lstm
from answerprint.models.shelf import Shelf

NAME = "resemblyzer"
RATE = 16_000
WIDTH = 256
HOP = 160  # samples between mel frames
PARTIAL = 160  # frames the network was trained on: 1.6 s
BATCH = 32

_BANDS = 40
_WINDOW = 400  # samples, 25 ms

Floats = NDArray[np.float32]


class VoiceEncoder:
    """The network loaded from the shelf. Raises NotAvailableError when it was not fetched."""

    def __init__(self, shelf: Shelf) -> None:
        self._path = shelf.path(NAME)
        self.digest = shelf.digest(NAME)
        self._tensors = read_checkpoint(self._path)
        self._lstm = Lstm(
            lambda name, shape: self._tensor(f"lstm.{name}", shape), _BANDS, WIDTH, layers=3, both_ways=False
        )

    def embed(self, mels: Floats) -> Floats:
        """(n, frames, 40) stretches of mel frames of one length → (n, 256) float32, rows of length 1.

        A row that the cut leaves all 0 stays 0.
        """
        parts = [self._forward(mels[at : at + BATCH]) for at in range(0, len(mels), BATCH)]
        return np.concatenate(parts) if parts else np.zeros((0, WIDTH), np.float32)

    def _forward(self, mels: Floats) -> Floats:
        last = self._lstm.run(np.ascontiguousarray(mels.transpose(1, 0, 2), np.float32))[-1]
        raw = last @ self._tensor("linear.weight", (WIDTH, WIDTH)).T + self._tensor("linear.bias", (WIDTH,))
        raw = np.maximum(raw, 0)
        unit: Floats = raw / np.maximum(np.linalg.norm(raw, axis=1, keepdims=True), np.float32(1e-12))
        return unit

    def _tensor(self, name: str, shape: tuple[int, ...]) -> NDArray[Any]:
        tensor = self._tensors.get(f"model_state.{name}")
        if tensor is None or tensor.dtype != np.float32 or tensor.shape != shape:
            raise ModelError(
                "AP-MODEL-007",
                f"this is not Resemblyzer's encoder: {name} is missing or of another shape",
                file=str(self._path),
            )
        return tensor


def mel_frames(samples: Floats | NDArray[np.int16]) -> Floats:
    """(n,) samples of 16 kHz, float32 or 16-bit, → (1 + n // 160, 40) mel powers, centred on every 10 ms.

    As librosa's melspectrogram gives them by default (Slaney's bands and norm, a periodic Hann window,
    silence beyond the ends); powers, not their logarithms: that is what the encoder was trained on.
    """
    count = 1 + len(samples) // HOP
    window = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_WINDOW) / _WINDOW)).astype(np.float32)
    bands = _mel_bands()
    found = np.empty((count, _BANDS), np.float32)
    for at in range(0, count, 4096):  # 40 s at a time
        here = min(4096, count - at)
        padded = np.zeros((here - 1) * HOP + _WINDOW, np.float32)
        first = at * HOP - _WINDOW // 2
        part = as_floats(samples[max(0, first) : first + len(padded)])
        padded[max(0, -first) : max(0, -first) + len(part)] = part
        strips = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::HOP]
        spectrum = np.fft.rfft(strips * window)
        found[at : at + 4096] = np.square(np.abs(spectrum)) @ bands
    return found


def as_floats(samples: Floats | NDArray[np.int16]) -> Floats:
    """Samples as float32 −1 … 1; what is no number is silence."""
    if samples.dtype == np.int16:
        return samples.astype(np.float32) / np.float32(32768)
    floats: Floats = np.nan_to_num(samples, posinf=0.0, neginf=0.0).astype(np.float32, copy=False)
    return floats


def _mel_bands() -> NDArray[np.float64]:
    """(201, 40) triangles on Slaney's mel scale, each of area 1 over Hz."""
    edges = _hertz(np.linspace(0.0, _mel(RATE / 2), _BANDS + 2))
    frequencies = np.arange(_WINDOW // 2 + 1) * RATE / _WINDOW
    rise = (frequencies[:, None] - edges[:-2]) / np.diff(edges)[:-1]
    fall = (edges[2:] - frequencies[:, None]) / np.diff(edges)[1:]
    return np.maximum(0, np.minimum(rise, fall)) * (2 / (edges[2:] - edges[:-2]))


# Slaney's scale: linear up to 1000 Hz (3 mels each 200 Hz), then 27 steps to a factor of 6.4.
_LINEAR = 200 / 3
_BEND = 1000 / _LINEAR
_STEP = np.log(6.4) / 27


def _mel(hertz: float) -> float:
    return hertz / _LINEAR if hertz < 1000 else _BEND + float(np.log(hertz / 1000)) / _STEP


def _hertz(mels: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(mels < _BEND, mels * _LINEAR, 1000 * np.exp(_STEP * (mels - _BEND)))
