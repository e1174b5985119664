"""Vectors of stretches of assets (embeddings), row by row in one file for each version of a model.

Search is exact: every row is compared, block by block, straight from the mapped file; `bench/store.py` says
how long that takes, and up to a million rows it needs no index. A row counts once SQLite has it: bytes
beyond the count are what a killed process left, and the next append writes over them.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from answerprint.core.errors import StoreError
from answerprint.store.database import Database
from answerprint.store.disk import coded_writing, display_name, sync_folder
from answerprint.store.objects import hash_bytes

BLOCK_ROWS = 32_768  # rows compared at a time: 50 MB of 384 float32
Kind = Literal["float32", "float16"]

_MIGRATIONS = [
    """\
CREATE TABLE model (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    file TEXT NOT NULL,
    dimensions INTEGER NOT NULL,
    kind TEXT NOT NULL,
    count INTEGER NOT NULL
);
CREATE TABLE row (
    model INTEGER NOT NULL REFERENCES model (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    asset TEXT NOT NULL,
    track TEXT NOT NULL,
    start INTEGER NOT NULL,
    PRIMARY KEY (model, track, asset, start)
) WITHOUT ROWID;
CREATE UNIQUE INDEX row_position ON row (model, position);
"""
]


class VectorRow(NamedTuple):
    """A vector and what it is of: the annotation of a track that starts there."""

    asset: str
    track: str  # digest
    start: int  # ticks of the track's rate
    vector: ArrayLike  # (dimensions,)


class VectorHit(NamedTuple):
    asset: str
    track: str
    start: int
    score: float  # cosine, −1 … 1


class VectorStore:
    """The vectors of a production. root: a folder, made when it is not there. Close it after use.

    A model is named with its version, `minilm-l6-v2@sha256:…`: rows of different models never meet.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        with coded_writing(root):
            root.mkdir(parents=True, exist_ok=True)
        self._index = Database(root / "vectors.sqlite", _MIGRATIONS)

    def close(self) -> None:
        self._index.close()

    def __enter__(self) -> VectorStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def add(self, model: str, rows: Iterable[VectorRow], *, kind: Kind = "float32") -> int:
        """Appends vectors, scaled to length 1; how many were new. On the disk when it returns.

        A row of an asset, track and start that is there already is passed over: a step run again after a
        kill adds nothing twice. kind is settled by a model's first rows. Raises StoreError AP-STORE-017 for
        vectors of another length, of length 0 or not finite; AP-STORE-009 when the disk is full; nothing is
        added then.
        """
        with self._index.write(durable=True):
            given = list({(row.asset, row.track, row.start): row for row in rows}.values())
            if not given:
                return 0
            known = self._index.row(
                "SELECT id, file, dimensions, kind, count FROM model WHERE name = ?", (model,)
            )
            if known is None:
                known = self._new_model(model, np.shape(given[0].vector), kind)
            number, file, dimensions, known_kind, count = known
            new = [row for row in given if not self._there(number, row)]
            if not new:
                return 0
            block = _unit_rows(model, [row.vector for row in new], dimensions).astype(known_kind)
            self._append(self.root / file, block, count)
            self._index.execute_many(
                "INSERT INTO row (model, position, asset, track, start) VALUES (?, ?, ?, ?, ?)",
                ((number, count + i, row.asset, row.track, row.start) for i, row in enumerate(new)),
            )
            self._index.execute("UPDATE model SET count = ? WHERE id = ?", (count + len(new), number))
            return len(new)

    def search(
        self, model: str, query: ArrayLike, k: int, *, tracks: Sequence[str] | None = None
    ) -> list[VectorHit]:
        """The k rows nearest to a query vector by cosine, best first; equals in the order they were added.

        tracks: only rows of these tracks (digests). A model without rows gives none. Raises StoreError
        AP-STORE-017 for a query that does not fit the model, AP-STORE-018 when the file is too short.
        """
        known = self._index.row(
            "SELECT id, file, dimensions, kind, count FROM model WHERE name = ?", (model,)
        )
        if known is None or k < 1:
            return []
        number, file, dimensions, kind, count = known
        wanted = _unit_rows(model, [query], dimensions)[0]
        matrix = self._mapped(self.root / file, dimensions, kind, count)
        live = self._live(number, count, tracks)
        positions, scores = _nearest(matrix, wanted, k, live)
        sql = "SELECT position, asset, track, start FROM row WHERE model = ? AND position = ?"
        found = [self._index.row(sql, (number, int(position))) for position in positions]
        return [
            VectorHit(row[1], row[2], row[3], float(score))
            for row, score in zip(found, scores, strict=True)
            if row is not None  # forgotten by another process between the two looks
        ]

    def count(self, model: str) -> int:
        """How many rows of a model are found."""
        row = self._index.row(
            "SELECT count(*) FROM row JOIN model ON model.id = row.model WHERE model.name = ?", (model,)
        )
        return 0 if row is None else int(row[0])

    def models(self) -> list[str]:
        return [row[0] for row in self._index.rows("SELECT name FROM model ORDER BY name")]

    def keep_tracks(self, model: str, tracks: Iterable[str]) -> int:
        """Forgets a model's rows of every other track (digests); how many. Their bytes stay in the file."""
        kept = set(tracks)
        with self._index.write(durable=True):
            sql = "SELECT DISTINCT row.model, track FROM row JOIN model ON model.id = model WHERE name = ?"
            gone = [(number, track) for number, track in self._index.rows(sql, (model,)) if track not in kept]
            return (
                self._index.execute_many("DELETE FROM row WHERE model = ? AND track = ?", gone) if gone else 0
            )

    def remove_model(self, model: str) -> None:
        """Forgets a model's rows and deletes their file; other models are not touched."""
        with self._index.write(durable=True):
            row = self._index.row("SELECT id, file FROM model WHERE name = ?", (model,))
            if row is None:
                return
            self._index.execute("DELETE FROM model WHERE id = ?", (row[0],))
        (self.root / row[1]).unlink(missing_ok=True)

    def _new_model(self, model: str, shape: tuple[int, ...], kind: Kind) -> tuple[int, str, int, str, int]:
        if len(shape) != 1 or shape[0] == 0:
            raise _unfit(model, f"a vector has one axis, not the shape {shape}")
        if kind not in ("float32", "float16"):
            raise ValueError(f"rows are float32 or float16, not {kind!r}")
        (number,) = self._index.row("SELECT coalesce(max(id), 0) + 1 FROM model") or (1,)
        file = f"{hash_bytes(model.encode())[:16]}.{kind}"
        (self.root / file).unlink(missing_ok=True)  # left by a removal that was killed
        self._index.execute(
            "INSERT INTO model (id, name, file, dimensions, kind, count) VALUES (?, ?, ?, ?, ?, 0)",
            (number, model, file, shape[0], kind),
        )
        return number, file, shape[0], kind, 0

    def _there(self, number: int, row: VectorRow) -> bool:
        sql = "SELECT 1 FROM row WHERE model = ? AND track = ? AND asset = ? AND start = ?"
        return self._index.row(sql, (number, row.track, row.asset, row.start)) is not None

    def _append(self, path: Path, block: NDArray[np.floating], count: int) -> None:
        """Data first: bytes are on the disk before the count that makes them rows is committed."""
        with coded_writing(path):
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
            try:
                offset = count * block.shape[1] * block.itemsize
                if os.fstat(handle).st_size < offset:
                    raise _damaged(path)
                data = memoryview(block.tobytes())
                while data:
                    written = os.pwrite(handle, data, offset)
                    data, offset = data[written:], offset + written
                os.fsync(handle)
            finally:
                os.close(handle)
            sync_folder(self.root)

    def _mapped(self, path: Path, dimensions: int, kind: str, count: int) -> NDArray[np.floating]:
        shape = (count, dimensions)
        try:
            size = path.stat().st_size
        except FileNotFoundError:
            size = 0
        if size < count * dimensions * np.dtype(kind).itemsize:
            raise _damaged(path)
        return np.memmap(path, dtype=kind, mode="r", shape=shape)

    def _live(self, number: int, count: int, tracks: Sequence[str] | None) -> NDArray[np.bool_] | None:
        """Which rows may be found; None is all."""
        if tracks is None:
            (kept,) = self._index.row("SELECT count(*) FROM row WHERE model = ?", (number,)) or (0,)
            if kept == count:
                return None
            rows: Iterable[tuple[int]] = self._index.rows(
                "SELECT position FROM row WHERE model = ?", (number,)
            )
        else:
            sql = f"SELECT position FROM row WHERE model = {number} AND track IN (@)"
            rows = ((row[0],) for row in self._index.rows_in(sql, dict.fromkeys(tracks)))
        live = np.zeros(count, dtype=np.bool_)
        for (position,) in rows:
            if position < count:
                live[position] = True
        return live


def _nearest(
    matrix: NDArray[np.floating], wanted: NDArray[np.float32], k: int, live: NDArray[np.bool_] | None
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Positions and cosines of the k best rows, best first, equals by position."""
    positions = np.empty(0, dtype=np.int64)
    scores = np.empty(0, dtype=np.float32)
    for first in range(0, matrix.shape[0], BLOCK_ROWS):
        block = np.asarray(matrix[first : first + BLOCK_ROWS], dtype=np.float32)
        cosines = block @ wanted
        if matrix.dtype == np.float16:  # rounded rows are not quite of length 1
            cosines /= np.sqrt(np.einsum("ij,ij->i", block, block))
        here = np.arange(first, first + len(block))
        if live is not None:
            here, cosines = here[live[here]], cosines[live[here]]
        if len(here) > k:  # sort only what can be among the k best
            able = cosines >= np.partition(cosines, -k)[-k]
            here, cosines = here[able], cosines[able]
        positions, scores = np.concatenate([positions, here]), np.concatenate([scores, cosines])
        order = np.lexsort((positions, -scores))[:k]
        positions, scores = positions[order], scores[order]
    return positions, scores


def _unit_rows(model: str, vectors: Sequence[ArrayLike], dimensions: int) -> NDArray[np.float32]:
    for vector in vectors:
        if np.shape(vector) != (dimensions,):
            raise _unfit(model, f"a vector of the shape {np.shape(vector)}, not ({dimensions},)")
    rows = np.asarray(vectors, dtype=np.float64)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    if not np.all(np.isfinite(lengths)) or not np.all(lengths > 0):
        raise _unfit(model, "a vector that is not finite, or of length 0")
    unit: NDArray[np.float32] = (rows / lengths).astype(np.float32)
    return unit


def _unfit(model: str, what: str) -> StoreError:
    return StoreError(
        "AP-STORE-017", f"{model}: {what}", remedy="the step that made it is at fault: report it"
    )


def _damaged(path: Path) -> StoreError:
    return StoreError(
        "AP-STORE-018",
        "the file of vectors is shorter than its rows",
        file=display_name(path),
        remedy="delete the folder it lies in and run again: vectors are made anew",
    )
