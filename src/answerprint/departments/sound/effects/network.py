"""What a sound is, by a network of our own over the levels of bands. Plain NumPy.

Trained by training/effects on sounds that are made up there: see network.toml.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.sound.effects.bands import BANDS, FRAMES, levels

WEIGHTS = "network.npz"
LAYERS = 4
STEP = FRAMES // 2  # frames between windows
MOST = 30  # windows of a sound; of a longer one they lie further apart

Floats = NDArray[np.float32]


class Told(NamedTuple):
    """shares: by class, in the order of `classes()`, adding up to 1. embedding: (96,), of unit length."""

    shares: Floats
    embedding: Floats


def told(power: Floats) -> Told:
    """What a sound is, of its powers (frames, 64), see `bands.powers`: the mean over windows of 4 s."""
    last = max(len(power) - STEP, 1)
    starts = np.arange(0, last, STEP)
    if len(starts) > MOST:
        starts = np.linspace(0, len(power) - FRAMES, MOST).astype(int)
    loud = [float(power[start : start + FRAMES].mean()) for start in starts]
    shares, embeddings, weights = [], [], []
    for start, level in zip(starts, loud, strict=True):
        if level < 1e-5 * max(loud):
            continue  # a pause of 50 dB says nothing
        window = np.zeros((FRAMES, BANDS), np.float32)
        part = levels(power[start : start + FRAMES])
        window[: len(part)] = part
        share, embedding = _window(window)
        shares.append(share)
        embeddings.append(embedding / max(float(np.linalg.norm(embedding)), 1e-9))
        weights.append(min(len(part), FRAMES))
    mean = np.average(embeddings, axis=0, weights=weights)
    return Told(
        np.average(shares, axis=0, weights=weights).astype(np.float32),
        (mean / max(float(np.linalg.norm(mean)), 1e-9)).astype(np.float32),
    )


def _window(held: Floats) -> tuple[Floats, Floats]:
    weights = _weights()
    grid = held[:, :, None]
    for layer in range(LAYERS):
        padded = np.pad(grid, ((1, 1), (1, 1), (0, 0)))
        rows, bands, channels = grid.shape
        patches = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(0, 1))
        spread = patches.transpose(0, 1, 3, 4, 2).reshape(rows * bands, 9 * channels)
        made = np.maximum(spread @ weights[f"kernel{layer}"] + weights[f"bias{layer}"], 0)
        made = made[: rows * bands].reshape(rows, bands, -1)[: rows // 2 * 2]
        grid = made.reshape(rows // 2, 2, bands // 2, 2, -1).mean(axis=(1, 3))
    frames = grid.transpose(0, 2, 1).reshape(len(grid), -1)
    frames = np.maximum(frames @ weights["frame_weights"] + weights["frame_bias"], 0)
    joined = np.concatenate([frames.mean(axis=0), frames.max(axis=0)])
    embedding = np.maximum(joined @ weights["embed_weights"] + weights["embed_bias"], 0)
    scores = (embedding @ weights["tell_weights"] + weights["tell_bias"]) / weights["temperature"]
    shares = np.exp(scores - scores.max())
    return shares / shares.sum(), embedding


@cache
def classes() -> tuple[str, ...]:
    """The names of what it tells apart, in its order."""
    with np.load(BytesIO(_bytes()), allow_pickle=False) as stored:
        return tuple(str(one) for one in stored["classes"])


@cache
def digest() -> str:
    """SHA-256 of the weights, as network.toml states it."""
    return hashlib.sha256(_bytes()).hexdigest()


@cache
def _weights() -> dict[str, Floats]:
    with np.load(BytesIO(_bytes()), allow_pickle=False) as stored:
        return {name: stored[name].astype(np.float32) for name in stored.files if name != "classes"}


def _bytes() -> bytes:
    return (files(__package__) / WEIGHTS).read_bytes()
