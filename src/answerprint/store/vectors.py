"""Vectors of stretches of assets (embeddings), row by row in one file for each version of a model.

Search is exact: every row is compared, block by block, straight from the mapped file; `bench/store.py` says
how long that takes, and up to a million rows it needs no index. A row counts once SQLite has it: bytes
beyond the count are what a killed process left, and the next append writes over them. What is forgotten for
good is left out of a new file, and the old one is deleted.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from answerprint.core.errors import StoreError
from answerprint.store.database import Database, Row
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
            self._delete_left_files()
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
        sql = "SELECT id, file, dimensions, kind, count FROM model WHERE name = ?"
        while True:
            known = self._index.row(sql, (model,))
            if known is None or k < 1:
                return []
            try:
                found = self._search(model, known, query, k, tracks)
            except StoreError:
                if self._file_of(model) == known[1]:
                    raise
                continue  # another process wrote the file anew meanwhile
            if self._file_of(model) == known[1]:
                return found

    def _file_of(self, model: str) -> str | None:
        row = self._index.row("SELECT file FROM model WHERE name = ?", (model,))
        return None if row is None else str(row[0])

    def _search(
        self, model: str, known: Row, query: ArrayLike, k: int, tracks: Sequence[str] | None
    ) -> list[VectorHit]:
        number, file, dimensions, kind, count = known
        wanted = _unit_rows(model, [query], dimensions)[0]
        if not count:
            return []
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

    def forget(
        self, asset: str, *, tracks: Iterable[str] | None = None, starts: Iterable[int] | None = None
    ) -> int:
        """Forgets vectors of an asset for good, in every model; how many. Their bytes leave the disk too.

        tracks, starts: only rows of these tracks (digests), and of annotations that start at these ticks.
        Files are written anew without them, and without what `keep_tracks` left behind; the index as well.
        """
        told, ticks = (None if one is None else set(one) for one in (tracks, starts))
        with self._index.write(durable=True):
            rows = self._index.rows("SELECT model, track, start FROM row WHERE asset = ?", (asset,))
            gone = [
                (number, track, asset, start)
                for number, track, start in rows
                if (told is None or track in told) and (ticks is None or start in ticks)
            ]
            sql = "DELETE FROM row WHERE model = ? AND track = ? AND asset = ? AND start = ?"
            if gone:
                self._index.execute_many(sql, gone)
            for number, file, dimensions, kind, count in self._index.rows(
                "SELECT id, file, dimensions, kind, count FROM model"
            ):
                self._write_anew(number, file, dimensions, kind, count)
        with self._index.write(durable=True):
            self._delete_left_files()
        self._index.scrub()
        return len(gone)

    def remove_model(self, model: str) -> None:
        """Forgets a model's rows and deletes their file; other models are not touched."""
        with self._index.write(durable=True):
            row = self._index.row("SELECT id, file FROM model WHERE name = ?", (model,))
            if row is None:
                return
            self._index.execute("DELETE FROM model WHERE id = ?", (row[0],))
        (self.root / row[1]).unlink(missing_ok=True)

    def _write_anew(self, number: int, file: str, dimensions: int, kind: str, count: int) -> None:
        """Inside write(): a model's living rows in a new file, which counts once the write is committed."""
        sql = "SELECT position FROM row WHERE model = ? AND position < ? ORDER BY position"
        living = np.array([row[0] for row in self._index.rows(sql, (number, count))], np.int64)
        size = (self.root / file).stat().st_size if (self.root / file).exists() else 0
        if len(living) == count and size == count * dimensions * np.dtype(kind).itemsize:
            return
        stem, _, generation = file.removesuffix(f".{kind}").partition("-")
        name = f"{stem}-{int(generation or 0) + 1}.{kind}"
        matrix = self._mapped(self.root / file, dimensions, kind, count) if count else None
        with coded_writing(self.root / name):
            with (self.root / name).open("wb") as new:
                for first in range(0, len(living), BLOCK_ROWS):
                    assert matrix is not None
                    new.write(matrix[living[first : first + BLOCK_ROWS]].tobytes())
                new.flush()
                os.fsync(new.fileno())
            sync_folder(self.root)
        moved = [(to, number, int(place)) for to, place in enumerate(living) if to != place]
        if moved:  # upwards from the first: the place a row moves to is free by then
            self._index.execute_many("UPDATE row SET position = ? WHERE model = ? AND position = ?", moved)
        self._index.execute("UPDATE model SET file = ?, count = ? WHERE id = ?", (name, len(living), number))

    def _delete_left_files(self) -> None:
        """Inside write(): files of vectors that no model names, left by a process killed while forgetting."""
        named = {row[0] for row in self._index.rows("SELECT file FROM model")}
        for path in self.root.glob("*.float*"):
            if path.name not in named:
                path.unlink(missing_ok=True)

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
