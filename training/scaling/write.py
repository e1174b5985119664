"""Writes the trained fusion as the ONNX model that the department runs.

Run: PYTHONPATH=src python training/scaling/write.py weights.npz fusion.onnx
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from answerprint.models.onnx_writing import Graph


def written(weights: dict[str, np.ndarray]) -> bytes:
    """planes (1, PLANES, h, w) → added (1, 12, h, w)."""
    count = len(weights) // 2
    graph = Graph("fusion")

    def layer(held: str, number: int) -> str:
        kernel, bias = (weights[f"{name}{number}"].astype(np.float32) for name in ("kernel", "bias"))
        return graph.node("Conv", [held, graph.weight(kernel), graph.weight(bias)], {"pads": [1, 1, 1, 1]})

    held = graph.input("planes", [1, weights["kernel0"].shape[1], "h", "w"])
    held = graph.node("Relu", [layer(held, 0)])
    for number in range(1, count - 1, 2):
        inner = graph.node("Relu", [layer(held, number)])
        held = graph.node("Relu", [graph.node("Add", [held, layer(inner, number + 1)])])
    graph.node("Identity", [layer(held, count - 1)], name="added")
    graph.output("added", [1, weights[f"kernel{count - 1}"].shape[0], "h", "w"])
    return graph.bytes()


def main() -> None:
    source, out = (Path(one) for one in sys.argv[1:3])
    with np.load(source) as stored:
        out.write_bytes(written({name: stored[name] for name in stored.files}))


if __name__ == "__main__":
    main()
