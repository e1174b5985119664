"""ONNX models of a few nodes, written as the protobuf bytes they are: what a test needs of a user's model.

Field numbers are those of onnx.proto (ONNX IR 8, operator set 13).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

FLOAT, INT64 = 1, 7


def model(
    nodes: Sequence[bytes],
    inputs: Sequence[tuple[str, int, Sequence[int]]],
    outputs: Sequence[tuple[str, int, Sequence[int]]],
    constants: Sequence[tuple[str, NDArray[np.generic]]] = (),
) -> bytes:
    """A ModelProto. inputs and outputs: (name, element type, shape)."""
    graph = b"".join(_bytes(1, one) for one in nodes) + _text(2, "tiny")
    graph += b"".join(_bytes(5, _tensor(name, array)) for name, array in constants)
    graph += b"".join(_bytes(11, _value(*one)) for one in inputs)
    graph += b"".join(_bytes(12, _value(*one)) for one in outputs)
    return _number(1, 8) + _bytes(7, graph) + _bytes(8, _text(1, "") + _number(2, 13))


def node(kind: str, inputs: Sequence[str], output: str, **attributes: int | Sequence[int]) -> bytes:
    """A NodeProto whose attributes are whole numbers or lists of them."""
    made = b"".join(_text(1, one) for one in inputs) + _text(2, output) + _text(4, kind)
    for name, value in attributes.items():
        if isinstance(value, int):
            made += _bytes(5, _text(1, name) + _number(3, value) + _number(20, 2))
        else:
            made += _bytes(5, _text(1, name) + b"".join(_number(8, one) for one in value) + _number(20, 7))
    return made


def colour_detector(box: tuple[float, float, float, float]) -> bytes:
    """(1, 3, 32, 32) → (1, 7, 1): one box (centre, size), scored as red, green, blue by the mean of each."""
    return model(
        [
            node("ReduceMean", ["images"], "means", axes=[2, 3], keepdims=0),
            node("Reshape", ["means", "shape"], "scores"),
            node("Concat", ["box", "scores"], "out", axis=1),
        ],
        [("images", FLOAT, (1, 3, 32, 32))],
        [("out", FLOAT, (1, 7, 1))],
        [
            ("shape", np.array([1, 3, 1], np.int64)),
            ("box", np.array(box, np.float32).reshape(1, 4, 1)),
        ],
    )


def colour_encoder() -> bytes:
    """(1, 3, 32, 32) → (1, 3): the mean of each channel."""
    return model(
        [node("ReduceMean", ["pixel_values"], "image_embeds", axes=[2, 3], keepdims=0)],
        [("pixel_values", FLOAT, (1, 3, 32, 32))],
        [("image_embeds", FLOAT, (1, 3))],
    )


def word_encoder(rows: NDArray[np.float32], length: int) -> bytes:
    """(1, length) token numbers → (1, 3): the mean of the rows of a table."""
    return model(
        [
            node("Gather", ["table", "input_ids"], "each", axis=0),
            node("ReduceMean", ["each"], "text_embeds", axes=[1], keepdims=0),
        ],
        [("input_ids", INT64, (1, length))],
        [("text_embeds", FLOAT, (1, 3))],
        [("table", rows.astype(np.float32))],
    )


def _varint(value: int) -> bytes:
    out = b""
    while True:
        value, low = value >> 7, value & 0x7F
        out += struct.pack("B", low | (0x80 if value else 0))
        if not value:
            return out


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, data: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(data)) + data


def _text(field: int, text: str) -> bytes:
    return _bytes(field, text.encode())


def _tensor(name: str, array: NDArray[np.generic]) -> bytes:
    kind = INT64 if array.dtype == np.int64 else FLOAT
    dims = b"".join(_number(1, side) for side in array.shape)
    return dims + _number(2, kind) + _text(8, name) + _bytes(9, array.tobytes())


def _value(name: str, kind: int, shape: Sequence[int]) -> bytes:
    dims = b"".join(_bytes(1, _number(1, side)) for side in shape)
    tensor = _number(1, kind) + _bytes(2, dims)
    return _text(1, name) + _bytes(2, _bytes(1, tensor))
