"""Who of at most three speaks in five seconds of sound: pyannote's segmentation network in NumPy.

SincNet filters, four bidirectional LSTM layers, two linear layers (Bredin & Laurent 2021, arXiv 2104.04045).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from answerprint.core.errors import ModelError
from answerprint.models.checkpoints import read_checkpoint
from answerprint.models.recurrent import Lstm
from answerprint.models.shelf import Shelf

NAME = "pyannote-segmentation"
RATE = 16_000
WINDOW = 5 * RATE  # samples the network was trained on
SPEAKERS = 3
FRAMES = 293  # outputs a window
# Where an output lies: the receptive field of strides 10, 3, 3, 3 and kernels 251, 3, 5, 3, 5, 3.
FRAME_STEP = 270  # samples
FRAME_CENTRE = 495  # samples from the window's start to the middle of the first output's field
BATCH = 16  # windows run together: their first layer takes 40 MB

_KERNEL = 251
_STRIDE = 10
_BANDS = 40  # each as a cosine and a sine filter
_LOWEST = np.float32(50.0)  # Hz: min_low_hz and min_band_hz of the published SincNet
_NARROWEST = np.float32(50.0)
_EPSILON = 1e-5  # of PyTorch's InstanceNorm1d
_LEAK = np.float32(0.01)  # of PyTorch's leaky_relu

Floats = NDArray[np.float32]


class Segmenter:
    """The network loaded from the shelf. Raises NotAvailableError when it was not fetched."""

    def __init__(self, shelf: Shelf) -> None:
        self._path = shelf.path(NAME)
        self.digest = shelf.digest(NAME)
        self._tensors = read_checkpoint(self._path)
        self._filters = np.ascontiguousarray(self._sinc().T, np.float32)
        self._convolutions = [
            (
                _unrolled(self._tensor(f"sincnet.conv1d.{i}.weight", (60, inputs, 5))),
                self._tensor(f"sincnet.conv1d.{i}.bias", (60,)),
            )
            for i, inputs in ((1, 80), (2, 60))
        ]
        self._lstm = Lstm(
            lambda name, shape: self._tensor(f"lstm.{name}", shape), 60, 128, layers=4, both_ways=True
        )

    def activities(self, windows: Floats) -> Floats:
        """(n, 80000) samples of 16 kHz → (n, 293, 3) float32: how likely each of three people speaks.

        The three are in no order: what is speaker 1 in one window may be speaker 2 in the next.
        """
        if windows.ndim != 2 or windows.shape[1] != WINDOW:
            raise ValueError(f"windows are (n, {WINDOW}), not {windows.shape}")
        parts = [self._forward(windows[at : at + BATCH]) for at in range(0, len(windows), BATCH)]
        return np.concatenate(parts) if parts else np.zeros((0, FRAMES, SPEAKERS), np.float32)

    def _forward(self, windows: Floats) -> Floats:
        state = self._norm("wav_norm1d", windows[:, :, None].astype(np.float32))
        strips = np.lib.stride_tricks.sliding_window_view(state[:, :, 0], _KERNEL, axis=1)[:, ::_STRIDE]
        first = np.abs(strips @ self._filters)
        state = self._pooled("norm1d.0", first)
        for i, (weight, bias) in enumerate(self._convolutions, start=1):
            strips = np.lib.stride_tricks.sliding_window_view(state, 5, axis=1)  # (n, time, channels, 5)
            flat = np.ascontiguousarray(strips).reshape(*strips.shape[:2], -1)
            state = self._pooled(f"norm1d.{i}", flat @ weight + bias)
        state = self._lstm.run(np.ascontiguousarray(state.transpose(1, 0, 2)))
        for i, inputs in ((0, 256), (1, 128)):
            state = state @ self._tensor(f"linear.{i}.weight", (128, inputs)).T
            state = _leaky(state + self._tensor(f"linear.{i}.bias", (128,)))
        score = state @ self._tensor("classifier.weight", (SPEAKERS, 128)).T
        score += self._tensor("classifier.bias", (SPEAKERS,))
        likely: Floats = (0.5 * (1 + np.tanh(0.5 * score))).astype(np.float32)
        return np.ascontiguousarray(likely.transpose(1, 0, 2))

    def _pooled(self, norm: str, state: Floats) -> Floats:
        """The strongest of every three, normed."""
        whole = state.shape[1] // 3 * 3
        most = state[:, :whole].reshape(len(state), -1, 3, state.shape[2]).max(axis=2)
        return _leaky(self._norm(norm, most))

    def _norm(self, name: str, state: Floats) -> Floats:
        """Every channel of every window to mean 0 and variance 1 over time, then scaled as trained."""
        channels = state.shape[2]
        centred = state - state.mean(axis=1, keepdims=True)
        variance = np.square(centred).mean(axis=1, keepdims=True)
        weight = self._tensor(f"sincnet.{name}.weight", (channels,))
        bias = self._tensor(f"sincnet.{name}.bias", (channels,))
        normed: Floats = centred / np.sqrt(variance + np.float32(_EPSILON)) * weight + bias
        return normed

    def _sinc(self) -> Floats:
        """(80, 251): band-pass filters from their trained edges, cosines then sines (Ravanelli & Bengio 2018,
        arXiv 1808.00158; the sines after Pariente et al. 2020, arXiv 1910.10400).

        In float32 as the network was trained: where a band holds hardly any sound, the norm after it makes
        the filters' rounding visible (a millionth in a filter moves an output by up to 0.02).
        """
        own = "sincnet.conv1d.0.filterbank."
        low = _LOWEST + np.abs(self._tensor(own + "low_hz_", (_BANDS, 1)))
        wide = np.abs(self._tensor(own + "band_hz_", (_BANDS, 1)))
        high = np.clip(low + _NARROWEST + wide, _LOWEST, np.float32(RATE / 2))
        times = self._tensor(own + "n_", (1, _KERNEL // 2))  # 2π t, t < 0
        window = self._tensor(own + "window_", (_KERNEL // 2,))
        band = high - low
        cosine = (np.sin(high * times) - np.sin(low * times)) / (times / 2) * window
        sine = (np.cos(low * times) - np.cos(high * times)) / (times / 2) * window
        middle = np.zeros((_BANDS, 1), np.float32)
        cosines = np.concatenate([cosine, 2 * band, cosine[:, ::-1]], axis=1)
        sines = np.concatenate([sine, middle, -sine[:, ::-1]], axis=1)
        filters: Floats = np.concatenate([cosines, sines]) / np.tile(2 * band, (2, 1))
        return filters

    def _tensor(self, name: str, shape: tuple[int, ...]) -> NDArray[Any]:
        tensor = self._tensors.get(f"state_dict.{name}")
        if tensor is None or tensor.dtype != np.float32 or tensor.shape != shape:
            raise ModelError(
                "AP-MODEL-007",
                f"this is not the segmentation network: {name} is missing or of another shape",
                file=str(self._path),
            )
        return tensor


def _unrolled(weight: NDArray[Any]) -> Floats:
    """A convolution's weights (outputs, inputs, width) as a matrix (inputs · width, outputs)."""
    return np.ascontiguousarray(weight.reshape(len(weight), -1).T, np.float32)


def _leaky(state: Floats) -> Floats:
    leaked: Floats = np.maximum(state, _LEAK * state)
    return leaked
