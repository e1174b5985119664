"""Long short-term memory in NumPy (Hochreiter & Schmidhuber 1997), with the weights as PyTorch names them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Weights = Callable[[str, tuple[int, ...]], NDArray[Any]]  # a tensor by name, checked to have this shape


class Lstm:
    """A stack of LSTM layers, one way or both ways.

    Gates lie in PyTorch's order (input, forget, cell, output). Their weights are halved once where a
    sigmoid follows, because sigmoid(x) = (1 + tanh(x / 2)) / 2: then one tanh serves all four.
    """

    def __init__(self, weights: Weights, inputs: int, hidden: int, layers: int, *, both_ways: bool) -> None:
        self.hidden = hidden
        self._layers: list[Sequence[tuple[Floats, Floats, Floats]]] = []
        scale = np.full((4 * hidden, 1), 0.5, np.float32)
        scale[2 * hidden : 3 * hidden] = 1.0  # the cell's gate is a tanh already
        for layer in range(layers):
            width = inputs if layer == 0 else hidden * (2 if both_ways else 1)
            ways = []
            for suffix in ("", "_reverse") if both_ways else ("",):
                end = f"_l{layer}{suffix}"
                into = weights(f"weight_ih{end}", (4 * hidden, width)) * scale
                over = weights(f"weight_hh{end}", (4 * hidden, hidden)) * scale
                bias = weights(f"bias_ih{end}", (4 * hidden,)) + weights(f"bias_hh{end}", (4 * hidden,))
                ways.append((_columns(into), _columns(over), (bias * scale[:, 0]).astype(np.float32)))
            self._layers.append(ways)

    def run(self, sequence: Floats) -> Floats:
        """(time, batch, inputs) float32 → the last layer's output (time, batch, hidden), both ways joined."""
        for ways in self._layers:
            outputs = [_run(sequence, *ways[0])]
            if len(ways) == 2:
                outputs.append(_run(sequence[::-1], *ways[1])[::-1])
            sequence = np.concatenate(outputs, axis=-1) if len(outputs) == 2 else outputs[0]
        return sequence


def _run(sequence: Floats, into: Floats, over: Floats, bias: Floats) -> Floats:
    time, batch, width = sequence.shape
    hidden = over.shape[0]
    fed = (np.ascontiguousarray(sequence).reshape(time * batch, width) @ into).reshape(time, batch, -1)
    fed += bias
    outputs = np.empty((time, batch, hidden), np.float32)
    state = np.zeros((batch, hidden), np.float32)
    cell = np.zeros((batch, hidden), np.float32)
    half = np.float32(0.5)
    for at in range(time):
        gates = fed[at]
        if at:
            gates += state @ over
        np.tanh(gates, out=gates)
        enter, forget, new, leave = (gates[:, i * hidden : (i + 1) * hidden] for i in range(4))
        for one in (enter, forget, leave):
            one *= half
            one += half
        cell *= forget
        enter *= new
        cell += enter
        state = outputs[at]
        np.tanh(cell, out=state)
        state *= leave
    return outputs


def _columns(matrix: NDArray[Any]) -> Floats:
    return np.ascontiguousarray(matrix.T, np.float32)
