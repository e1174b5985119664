"""The best sequence of tags and each line's probability, over a linear chain.

The forward-backward algorithm is a scan of an associative product of matrices, so blocks of lines advance
together in NumPy instead of line after line in Python.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Chain = NDArray[Any]  # of floats: (from, to) of the chain, or its ends


def best_tags(scores: NDArray[np.float32], chain: Chain, opening: Chain, closing: Chain) -> NDArray[np.intp]:
    """Indices of the most probable sequence (Viterbi 1967). `scores` is (lines, tags)."""
    count = len(scores)
    tags = np.zeros(count, np.intp)
    if count == 0:
        return tags
    best = scores[0].astype(np.float64) + opening
    back = np.zeros(scores.shape, np.intp)
    steps = scores.astype(np.float64)
    lanes = np.arange(scores.shape[1])
    moves = np.ascontiguousarray(chain.T)  # to, from
    for at in range(1, count):
        reached = moves + best
        back[at] = choice = reached.argmax(axis=1)
        best = reached[lanes, choice] + steps[at]
    tags[-1] = int((best + closing).argmax())
    for at in range(count - 1, 0, -1):
        tags[at - 1] = back[at, tags[at]]
    return tags


def marginals(scores: NDArray[np.float32], chain: Chain, opening: Chain, closing: Chain) -> Floats:
    """(lines, tags): how probable each tag is on each line, all sequences counted (Rabiner 1989)."""
    count, tags = scores.shape
    if count == 0:
        return np.zeros((0, tags))
    unary = np.exp(scores.astype(np.float64) - scores.max(axis=1, keepdims=True))
    step = np.exp(chain - chain.max())
    ahead = _scan(unary, step, np.exp(opening - opening.max()))
    behind = _scan(unary[::-1], step.T, np.exp(closing - closing.max()))[::-1]
    # Each scan holds the line's own score once; it counts once in the product.
    joint = ahead * behind / np.maximum(unary, 1e-300)
    found: Floats = joint / np.maximum(joint.sum(axis=1, keepdims=True), 1e-300)
    return found


def _scan(unary: Floats, step: Floats, start: Floats) -> Floats:
    """Forward messages, each scaled to sum to one."""
    count, tags = unary.shape
    length = max(1, int(np.sqrt(count)))
    blocks = -(-count // length)
    padded = np.ones((blocks * length, tags))
    padded[:count] = unary
    # matrices[b, t] carries a message from before line t into it
    lanes = padded.reshape(blocks, length, tags)
    product = np.broadcast_to(np.eye(tags), (blocks, tags, tags))
    products = np.empty((blocks, length, tags, tags))
    for at in range(length):
        product = (product @ step) * lanes[:, at, None, :]
        product = product / np.maximum(product.max(axis=(1, 2), keepdims=True), 1e-300)
        products[:, at] = product
    # The first line has no line before it: its message is the opening alone.
    messages = np.empty((blocks, tags))
    message = start * padded[0]
    found = np.empty((blocks, length, tags))
    found[0, 0] = message / message.sum()
    inner = np.broadcast_to(np.eye(tags), (tags, tags))
    for at in range(1, min(length, count)):
        inner = (inner @ step) * padded[at]
        inner = inner / inner.max()
        found[0, at] = found[0, 0] @ inner
    messages[0] = found[0, length - 1] if count >= length else found[0, 0]
    for block in range(1, blocks):
        before = found[0, -1] if block == 1 else messages[block - 1]
        message = before @ products[block, -1]
        messages[block] = message / message.sum()
        found[block] = before @ products[block]
    flat = found.reshape(-1, tags)[:count]
    scaled: Floats = flat / np.maximum(flat.sum(axis=1, keepdims=True), 1e-300)
    return scaled
