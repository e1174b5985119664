"""ONNX Runtime on the processor, with a fixed number of threads so that results repeat."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from answerprint.core.errors import ModelError, NotAvailableError


class Session:
    """A loaded ONNX model. `inputs` and `outputs` are its names, in its order; `shapes` of the inputs, with a
    name or None where a dimension may be of any length."""

    def __init__(self, path: Path, session: Any) -> None:
        self.path = path
        self._session = session
        self.inputs: tuple[str, ...] = tuple(one.name for one in session.get_inputs())
        self.shapes: tuple[tuple[int | str | None, ...], ...] = tuple(
            tuple(one.shape) for one in session.get_inputs()
        )
        self.outputs: tuple[str, ...] = tuple(one.name for one in session.get_outputs())

    def run(self, feeds: dict[str, NDArray[Any]]) -> list[NDArray[Any]]:
        """Every output for named inputs. Raises ModelError AP-MODEL-006 when they do not fit the model."""
        try:
            outputs: list[NDArray[Any]] = self._session.run(None, feeds)
        except _failures() as error:
            raise ModelError("AP-MODEL-006", f"the model failed: {error}", file=str(self.path)) from error
        return outputs


def session(path: Path, threads: int = 1) -> Session:
    """A model from a file. threads: of one operator; operators run one after another.

    Raises ModelError AP-MODEL-006 when the file is no ONNX model this run-time can load.
    """
    try:
        import onnxruntime
    except ImportError as error:
        raise NotAvailableError(
            "AP-NEED-062", f"ONNX Runtime cannot be loaded: {error}", remedy="pip install onnxruntime"
        ) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.use_deterministic_compute = True
    options.log_severity_level = 4  # its warnings are about graph clean-up, nothing a person can act on
    try:
        loaded = onnxruntime.InferenceSession(
            str(path), sess_options=options, providers=["CPUExecutionProvider"]
        )
    except _failures() as error:
        raise ModelError(
            "AP-MODEL-006", f"not a model ONNX Runtime loads: {error}", file=str(path)
        ) from error
    return Session(path, loaded)


def scalar(value: int) -> NDArray[np.int64]:
    """An integer input of no dimensions."""
    return np.array(value, np.int64)


def _failures() -> tuple[type[Exception], ...]:
    """What ONNX Runtime raises: its classes share no base of their own; Python's cover wrong input names."""
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    own = [kind for kind in vars(state).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    return (*own, ValueError, RuntimeError, TypeError)
