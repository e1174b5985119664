"""Reads safetensors files: a JSON header, then raw tensors, mapped into memory and never executed.

Format: https://github.com/huggingface/safetensors (8 bytes little-endian header size, header, data).
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from answerprint.core.errors import ModelError

# The format's own limit on its header.
MAX_HEADER = 100_000_000

_DTYPES: dict[str, str] = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "BF16": "<u2",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "i1",
    "U8": "u1",
    "BOOL": "?",
}


def read_safetensors(path: Path) -> dict[str, NDArray[Any]]:
    """Tensors by name: read-only views of the mapped file, in their own type and shape.

    bfloat16, which NumPy lacks, is widened to float32 (exactly). Raises ModelError AP-MODEL-005 when the
    header does not describe the file: every tensor inside the data, none overlapping, no byte left over.
    """
    try:
        with path.open("rb") as stream:
            prefix = stream.read(8)
            total = path.stat().st_size
            length = int.from_bytes(prefix, "little")
            if len(prefix) != 8 or length > min(MAX_HEADER, total - 8):
                raise ValueError(f"its header would be {length} bytes long")
            header = json.loads(stream.read(length).decode("utf-8"), object_pairs_hook=_unique)
        layout = _layout(header, total - 8 - length)
    except (ValueError, RecursionError) as error:
        raise ModelError("AP-MODEL-005", f"not a safetensors file: {error}", file=str(path)) from error
    if not layout:
        return {}
    data = np.memmap(path, dtype=np.uint8, mode="r", offset=8 + length) if total > 8 + length else _EMPTY
    return {name: _view(data[start:end], kind, shape) for name, kind, shape, start, end in layout}


_EMPTY: NDArray[np.uint8] = np.zeros(0, np.uint8)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is given twice")
    return found


def _layout(header: Any, size: int) -> list[tuple[str, str, tuple[int, ...], int, int]]:
    if not isinstance(header, dict):
        raise ValueError("its header is no object")
    layout = []
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
            raise ValueError(f"the entry of {name!r} is not dtype, shape, data_offsets")
        kind, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
        if kind not in _DTYPES:
            raise ValueError(f"{name!r} has the unknown type {kind!r}")
        if not _naturals(shape) or not _naturals(offsets) or len(offsets) != 2:
            raise ValueError(f"{name!r} has no proper shape and offsets")
        start, end = offsets
        if end - start != math.prod(shape) * np.dtype(_DTYPES[kind]).itemsize:
            raise ValueError(f"{name!r} says {shape} {kind} and takes {end - start} bytes")
        layout.append((name, kind, tuple(shape), start, end))
    reached = 0
    for name, _, _, start, end in sorted(layout, key=lambda one: one[3:]):
        if start != reached:
            raise ValueError(f"{name!r} starts at byte {start} of the data, not {reached}")
        reached = end
    if reached != size:
        raise ValueError(f"its tensors take {reached} bytes of data, the file has {size}")
    return layout


def _naturals(values: Any) -> bool:
    return isinstance(values, list) and all(type(value) is int and value >= 0 for value in values)


def _view(raw: NDArray[np.uint8], kind: str, shape: tuple[int, ...]) -> NDArray[Any]:
    # Copied only where the data does not lie on its own alignment.
    dtype = np.dtype(_DTYPES[kind])
    tensor = np.asarray(raw).view(dtype) if raw.size else np.zeros(0, dtype)
    if kind == "BF16":
        tensor = (tensor.astype(np.uint32) << 16).view(np.float32)
    tensor = tensor.reshape(shape)
    tensor.flags.writeable = False
    return tensor
