"""Writes ONNX models: nodes, weights, and the few messages of its protobuf that they need.

Format: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto; opset 13, which every ONNX Runtime since 1.8
reads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

IR_VERSION = 8
OPSET = 13
_FLOAT, _INT64 = 1, 7  # TensorProto.DataType
_ATTRIBUTE_INT, _ATTRIBUTE_INTS = 2, 7  # AttributeProto.AttributeType

Shape = Sequence[int | str]  # a name where a dimension may be of any length
Attribute = int | Sequence[int]


class Graph:
    """A graph that grows node by node; `bytes` gives the file."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._nodes: list[bytes] = []
        self._weights: list[bytes] = []
        self._inputs: list[bytes] = []
        self._outputs: list[bytes] = []
        self._count = 0

    def input(self, name: str, shape: Shape) -> str:
        """A float32 input."""
        self._inputs.append(_value(name, shape))
        return name

    def output(self, name: str, shape: Shape) -> None:
        """Gives out the value of that name, float32."""
        self._outputs.append(_value(name, shape))

    def weight(self, array: NDArray[np.float32] | NDArray[np.int64]) -> str:
        """A constant, float32 or int64."""
        name = self._fresh("w")
        kind = _INT64 if array.dtype == np.int64 else _FLOAT
        raw = np.ascontiguousarray(array, "<i8" if kind == _INT64 else "<f4").tobytes()
        dims = b"".join(_number(1, size) for size in array.shape)
        self._weights.append(dims + _number(2, kind) + _text(8, name) + _field(9, raw))
        return name

    def node(
        self,
        operator: str,
        inputs: Sequence[str],
        attributes: Mapping[str, Attribute] | None = None,
        *,
        name: str | None = None,
    ) -> str:
        """One operator with one output, whose name is returned."""
        (made,) = self.nodes(operator, inputs, attributes, names=[name or self._fresh(operator.lower())])
        return made

    def nodes(
        self,
        operator: str,
        inputs: Sequence[str],
        attributes: Mapping[str, Attribute] | None = None,
        *,
        names: Sequence[str],
    ) -> Sequence[str]:
        """One operator with several outputs."""
        said = b"".join(_text(1, one) for one in inputs) + b"".join(_text(2, one) for one in names)
        said += _text(4, operator)
        for key, value in (attributes or {}).items():
            if isinstance(value, int):
                body = _text(1, key) + _number(3, value) + _number(20, _ATTRIBUTE_INT)
            else:
                numbers = b"".join(_number(8, one) for one in value)
                body = _text(1, key) + numbers + _number(20, _ATTRIBUTE_INTS)
            said += _field(5, body)
        self._nodes.append(said)
        return names

    def bytes(self) -> bytes:
        """The model's file."""
        graph = b"".join(_field(1, one) for one in self._nodes) + _text(2, self._name)
        graph += b"".join(_field(5, one) for one in self._weights)
        graph += b"".join(_field(11, one) for one in self._inputs)
        graph += b"".join(_field(12, one) for one in self._outputs)
        opset = _text(1, "") + _number(2, OPSET)
        return _number(1, IR_VERSION) + _text(2, "answerprint") + _field(7, graph) + _field(8, opset)

    def _fresh(self, stem: str) -> str:
        self._count += 1
        return f"{stem}{self._count}"


def _value(name: str, shape: Shape) -> bytes:
    dims = b"".join(
        _field(1, _text(2, size) if isinstance(size, str) else _number(1, size)) for size in shape
    )
    tensor = _number(1, _FLOAT) + _field(2, dims)
    return _text(1, name) + _field(2, _field(1, tensor))


def _field(number: int, body: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(body)) + body


def _text(number: int, text: str) -> bytes:
    return _field(number, text.encode())


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value & (1 << 64) - 1)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
