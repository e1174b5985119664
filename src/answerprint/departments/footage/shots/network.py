"""The small networks that look along the evidence: dilated convolutions over time, run in NumPy.

For every picture: how probable it is that a cut lies before it, and what it is part of; the mean of members
that differ by the chance of their training alone. Trained in training/shots; the card is there.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.footage.shots.evidence import FEATURES, Kept, features

WEIGHTS = Path(__file__).with_name("weights.npz")
KINDS = ("none", "dissolve", "fade_out", "fade_in", "wipe")
CUT = len(KINDS)  # the column after the kinds: the logit of a cut
DILATIONS = (1, 2, 4, 8, 16, 32, 1)
CONTEXT = sum(DILATIONS)  # pictures on either side that it looks at, beside those the evidence looks at

Floats = NDArray[np.float32]


class Network:
    """The trained weights. Raises OSError or KeyError when its file is not the one that belongs here."""

    def __init__(self, path: Path = WEIGHTS) -> None:
        with np.load(path, allow_pickle=False) as stored:
            tensors = {name: stored[name].astype(np.float32) for name in stored.files}
        self._mean, self._scale = tensors["mean"], tensors["scale"]
        self._into = tensors["into.weight"], tensors["into.bias"]
        self._layers = [
            (tensors[f"layer{k}.weight"], tensors[f"layer{k}.bias"]) for k in range(len(DILATIONS))
        ]
        self._out = tensors["out.weight"], tensors["out.bias"]
        if self._mean.shape != (FEATURES,) or self._out[1].shape[1:] != (len(KINDS) + 1,):
            raise KeyError(f"{path.name} was trained on other evidence than this")

    def judge(self, kept: Kept, first: int, last: int) -> Floats:
        """(last − first, 6) float32: probabilities of KINDS, which sum to one, and of a cut."""
        seen = (features(kept, first - CONTEXT, last + CONTEXT) - self._mean) * self._scale
        seen = np.clip(seen, -8, 8)
        each = [self._judged_by(member, seen) for member in range(len(self._out[1]))]
        mean: Floats = np.mean(each, axis=0, dtype=np.float32)
        return mean

    def _judged_by(self, member: int, seen: Floats) -> Floats:
        state = np.maximum(seen @ self._into[0][member] + self._into[1][member], 0)
        for (weight, bias), dilation in zip(self._layers, DILATIONS, strict=True):
            length = len(state) - 2 * dilation
            near = [state[k * dilation : k * dilation + length] for k in range(3)]
            update = sum(one @ part for one, part in zip(near, weight[member], strict=True)) + bias[member]
            state = near[1] + np.maximum(update, 0)
        logits = state @ self._out[0][member] + self._out[1][member]
        kinds = np.exp(logits[:, :CUT] - logits[:, :CUT].max(axis=1, keepdims=True))
        kinds /= kinds.sum(axis=1, keepdims=True)
        cut = 1 / (1 + np.exp(-np.clip(logits[:, CUT:], -30, 30)))
        return np.concatenate([kinds, cut], axis=1).astype(np.float32)


@lru_cache(maxsize=1)
def trained() -> Network:
    """The network with its own weights, read once."""
    return Network()


@lru_cache(maxsize=1)
def weights_digest() -> str:
    """SHA-256 of the weights: part of what identifies a result."""
    return hashlib.sha256(WEIGHTS.read_bytes()).hexdigest()
