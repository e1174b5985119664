"""ONNX models run the same every time, and what is no model is a coded error."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from answerprint.core.errors import ModelError
from answerprint.models.runtimes.onnx import session


def field(number: int, value: bytes | int | str) -> bytes:
    """One field of a protocol buffer."""
    if isinstance(value, int):
        return bytes([number << 3, value])
    data = value.encode() if isinstance(value, str) else value
    return bytes([number << 3 | 2, len(data)]) + data


def negation() -> bytes:
    """The smallest ONNX model: y = -x for a vector of any length (onnx.proto3's field numbers)."""
    shape = field(2, field(1, field(2, "n")))
    vector = field(2, field(1, field(1, 1) + shape))
    node = field(1, "x") + field(2, "y") + field(4, "Neg")
    graph = field(1, node) + field(2, "g") + field(11, field(1, "x") + vector)
    graph += field(12, field(1, "y") + vector)
    return field(1, 8) + field(7, graph) + field(8, field(1, "") + field(2, 13))


def test_a_model_runs_and_names_what_it_takes_and_gives(tmp_path: Path) -> None:
    (tmp_path / "neg.onnx").write_bytes(negation())
    loaded = session(tmp_path / "neg.onnx")
    assert (loaded.inputs, loaded.outputs) == (("x",), ("y",))
    x = np.array([1, -2, 3.5], np.float32)
    assert np.array_equal(loaded.run({"x": x})[0], -x)


@pytest.mark.parametrize("feeds", [{"z": np.zeros(2, np.float32)}, {"x": np.zeros(2)}, {}])
def test_inputs_that_do_not_fit_are_a_coded_error(tmp_path: Path, feeds: dict[str, np.ndarray]) -> None:
    (tmp_path / "neg.onnx").write_bytes(negation())
    with pytest.raises(ModelError, match="AP-MODEL-006"):
        session(tmp_path / "neg.onnx").run(feeds)


@pytest.mark.parametrize("content", [b"", b"not a model", negation()[:-9]])
def test_what_is_no_model_is_refused_with_its_name(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "no.onnx").write_bytes(content)
    with pytest.raises(ModelError, match=r"no\.onnx"):
        session(tmp_path / "no.onnx")


def test_a_model_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="AP-MODEL-006"):
        session(tmp_path / "absent.onnx")
