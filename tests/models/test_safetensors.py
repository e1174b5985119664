"""A safetensors file is read as it was written, and a malformed one is refused before it is used."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from answerprint.core.errors import ModelError
from answerprint.models.safetensors import read_safetensors


def written(path: Path, header: Any, data: bytes, length: int | None = None) -> Path:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes((len(text) if length is None else length).to_bytes(8, "little") + text + data)
    return path


def entry(dtype: str, shape: list[int], start: int, end: int) -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, end]}


def test_tensors_come_back_in_their_type_and_shape(tmp_path: Path) -> None:
    matrix = np.arange(6, dtype="<f4").reshape(2, 3)
    half = np.array([1.5, -0.25], "<f2")
    header = {
        "__metadata__": {"format": "pt"},
        "half": entry("F16", [2], 24, 28),
        "matrix": entry("F32", [2, 3], 0, 24),
        "empty": entry("I64", [0, 4], 28, 28),
        "scalar": entry("U8", [], 28, 29),
    }
    tensors = read_safetensors(
        written(tmp_path / "x.safetensors", header, matrix.tobytes() + half.tobytes() + b"\x07")
    )
    assert np.array_equal(tensors["matrix"], matrix) and tensors["matrix"].dtype == np.float32
    assert np.array_equal(tensors["half"], half) and tensors["half"].dtype == np.float16
    assert tensors["empty"].shape == (0, 4)
    assert tensors["scalar"].shape == () and tensors["scalar"] == 7
    with pytest.raises(ValueError, match="read-only"):
        tensors["matrix"][0, 0] = 1


def test_bfloat16_is_the_upper_half_of_a_float32(tmp_path: Path) -> None:
    values = np.array([0.0, 1.0, -2.5, 3.140625, np.inf], np.float32)  # exact in 8 bits of mantissa
    raw = b"".join(struct.pack("<f", value)[2:] for value in values)
    tensors = read_safetensors(written(tmp_path / "b", {"b": entry("BF16", [5], 0, 10)}, raw))
    assert tensors["b"].dtype == np.float32
    assert np.array_equal(tensors["b"], values)


@pytest.mark.parametrize(
    ("header", "data", "says"),
    [
        ({"a": entry("F32", [2], 0, 8), "b": entry("F32", [2], 4, 12)}, 12, "starts at byte"),  # overlap
        ({"a": entry("F32", [2], 0, 8), "b": entry("F32", [2], 12, 20)}, 20, "starts at byte"),  # hole
        ({"a": entry("F32", [2], 0, 8)}, 12, "the file has 12"),  # bytes nobody declares
        ({"a": entry("F32", [4], 0, 16)}, 8, "the file has 8"),  # past the end
        ({"a": entry("F32", [2], 8, 0)}, 8, "takes -8"),
        ({"a": entry("F32", [3], 0, 8)}, 8, "takes 8"),
        ({"a": entry("F32", [-2, -1], 0, 8)}, 8, "shape"),
        ({"a": entry("F32", [2**62, 4], 0, 8)}, 8, "takes 8"),  # 2**64 would wrap to nothing
        ({"a": entry("F32", [True, 2], 0, 8)}, 8, "shape"),
        ({"a": entry("F32", [2.0], 0, 8)}, 8, "shape"),
        ({"a": entry("OBJECT", [2], 0, 8)}, 8, "unknown type"),
        ({"a": {**entry("F32", [2], 0, 8), "pickle": "x"}}, 8, "dtype, shape"),
        ([], 0, "no object"),
        (b'{"a": 1, "a": 2}', 0, "twice"),
        (b"\xff\xfe", 0, "not a safetensors file"),
        (b"[" * 100_000, 0, "not a safetensors file"),
    ],
)
def test_a_header_that_does_not_describe_the_file_is_refused(
    tmp_path: Path, header: Any, data: int, says: str
) -> None:
    with pytest.raises(ModelError, match=says) as refused:
        read_safetensors(written(tmp_path / "bad", header, b"\0" * data))
    assert refused.value.code == "AP-MODEL-005"


@pytest.mark.parametrize("length", [2**63, 2**40, 100_000_001, 3])
def test_a_header_longer_than_the_file_is_not_read(tmp_path: Path, length: int) -> None:
    with pytest.raises(ModelError, match="AP-MODEL-005"):
        read_safetensors(written(tmp_path / "long", b"{}", b"", length))


@pytest.mark.parametrize("content", [b"", b"\0\0\0", b"\x80\x02}q\x00."])
def test_what_is_no_safetensors_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "no").write_bytes(content)
    with pytest.raises(ModelError, match="AP-MODEL-005"):
        read_safetensors(tmp_path / "no")


@settings(max_examples=200, deadline=None)
@given(at=st.integers(0, 200), byte=st.integers(0, 255))
def test_one_wrong_byte_is_refused_or_harmless(
    tmp_path_factory: pytest.TempPathFactory, at: int, byte: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "mutated.safetensors"
    header = {"a": entry("F32", [2, 3], 0, 24), "b": entry("BF16", [2], 24, 28)}
    written(path, header, bytes(range(28)))
    content = bytearray(path.read_bytes())
    content[at % len(content)] = byte
    path.write_bytes(content)
    try:
        tensors = read_safetensors(path)
    except ModelError:
        return
    assert sum(tensor.size for tensor in tensors.values()) <= 28
