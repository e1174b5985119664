"""The tagger's network: features of a line and its neighbours to a score for each tag. Plain NumPy."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

TAGS: tuple[Literal["S", "N", "C", "D", "E", "T", "M"], ...] = ("S", "N", "C", "D", "E", "T", "M")
REACH = 4  # lines on each side that a line's score looks at
WEIGHTS = "weights.npz"


@dataclass(frozen=True)
class Network:
    """Two layers over a window of lines, then a chain over the tags (a neural CRF, Lample et al. 2016)."""

    mean: Floats  # (features,)
    scale: Floats  # (features,)
    line_weights: Floats  # (features, hidden)
    line_bias: Floats
    window_weights: Floats  # ((2 REACH + 1) * hidden, hidden)
    window_bias: Floats
    tag_weights: Floats  # (2 * hidden, tags): the window's and the line's own
    tag_bias: Floats
    chain: Floats  # (tags, tags): from, to
    opening: Floats  # (tags,)
    closing: Floats  # (tags,)
    temperature: float  # scores are divided by it: fitted so that confidences are frequencies

    def scores(self, features: Floats) -> Floats:
        """(lines, tags) float32: how well each tag suits each line, before its neighbours' tags are asked."""
        lines: Floats = np.maximum(
            ((features - self.mean) * self.scale) @ self.line_weights + self.line_bias, 0
        )
        count, hidden = lines.shape
        padded: Floats = np.zeros((count + 2 * REACH, hidden), np.float32)
        padded[REACH : REACH + count] = lines
        total: Floats = np.tile(self.window_bias, (count, 1))
        for at in range(2 * REACH + 1):
            total += padded[at : at + count] @ self.window_weights[at * hidden : (at + 1) * hidden]
        around = np.maximum(total, 0)
        scored: Floats = (
            around @ self.tag_weights[:hidden] + lines @ self.tag_weights[hidden:] + self.tag_bias
        )
        return scored


def read_network(data: bytes) -> Network:
    """A network from the bytes of an .npz. Nothing in it can run code: pickles are refused."""
    import io

    with np.load(io.BytesIO(data), allow_pickle=False) as stored:
        arrays = {
            name: np.asarray(stored[name], np.float32) for name in stored.files if name != "temperature"
        }
        temperature = float(stored["temperature"])
    return Network(temperature=temperature, **arrays)


@cache
def network() -> Network:
    """The network that comes with the program."""
    return read_network(_bytes())


@cache
def digest() -> str:
    """SHA-256 of the weights, as the card states it."""
    return hashlib.sha256(_bytes()).hexdigest()


def _bytes() -> bytes:
    return (resources.files(__package__) / WEIGHTS).read_bytes()


def shape(names: list[str]) -> str:
    """A fingerprint of the features a network was trained on."""
    return hashlib.sha256(json.dumps(names).encode()).hexdigest()[:16]
