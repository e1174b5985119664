"""The vectors of an asset's passages as a step leaves them: one line of JSON, then float32 rows."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.core.encoding import from_json, to_json

Rows = dict[str, list[tuple[int, NDArray[np.float32]]]]


class _Head(msgspec.Struct, frozen=True):
    model: str
    dimensions: int
    tracks: tuple[tuple[str, tuple[int, ...]], ...]  # digest, starts of its passages


class MeaningFile(NamedTuple):
    model: str
    rows: Rows  # track digest → (start, vector)


def write_meanings(model: str, rows: Rows) -> bytes:
    """The file's bytes: the same rows are the same bytes."""
    ordered = sorted(rows.items())
    vectors = [vector for _, found in ordered for _, vector in found]
    head = _Head(
        model,
        len(vectors[0]) if vectors else 0,
        tuple((digest, tuple(start for start, _ in found)) for digest, found in ordered),
    )
    data = np.asarray(vectors, "<f4").tobytes() if vectors else b""
    return to_json(head) + b"\n" + data


def read_meanings(data: bytes) -> MeaningFile:
    """Raises msgspec.DecodeError for what is no such file."""
    first, _, rest = data.partition(b"\n")
    head = from_json(first, _Head)
    count = sum(len(starts) for _, starts in head.tracks)
    if len(rest) != count * head.dimensions * 4:
        raise msgspec.ValidationError("the vectors do not fit their head")
    vectors = np.frombuffer(rest, "<f4").reshape(count, head.dimensions)
    rows: Rows = {}
    at = 0
    for digest, starts in head.tracks:
        rows[digest] = [(start, vectors[at + k]) for k, start in enumerate(starts)]
        at += len(starts)
    return MeaningFile(head.model, rows)
