"""Opening a SQLite file safely: WAL, migrations with a backup first, write transactions, coded errors.

Durability. The write-ahead log is never left torn: a power cut can lose the newest commits, not the file.
With synchronous=NORMAL those may be the last seconds' worth; with FULL every commit is on the disk before
the call returns. What cannot be made again cheaply (runs, decisions, cuts, versions) is committed FULL;
what the next start repeats anyway (stat cache, jobs, assets, proposals, findings) is committed NORMAL.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from answerprint.core.errors import StoreError
from answerprint.store.disk import disk_full, display_name, not_writable, sync_folder

APPLICATION_ID = 0x41505054  # "APPT", in the file's header
BUSY_TIMEOUT_S = 60.0
PAGE_CACHE_KIB = 16 * 1024
LOG_LIMIT_BYTES = 64 << 20  # the write-ahead log is cut back to this after a checkpoint
IN_CHUNKS_OF = 500  # values in one IN (…)
NEARLY_FULL_BYTES = 256 << 10
MAGIC = b"SQLite format 3\0"

Migrations = Sequence[str]  # migration n of the list brings a file from version n to n + 1
Row = tuple[Any, ...]

_MIGRATIONS = Path(__file__).parent / "migrations"


def catalogue_migrations() -> Migrations:
    """The catalogue's numbered migrations, in order."""
    return [file.read_text("utf-8") for file in sorted(_MIGRATIONS.glob("[0-9]*.sql"))]


class Database:
    """One SQLite file. Several processes may have it open; threads of one process take turns.

    Raises StoreError AP-STORE-013 for a file of a newer version (nothing is touched), AP-STORE-014 for a
    damaged one, AP-STORE-010 where the folder refuses.
    """

    def __init__(self, path: Path, migrations: Migrations) -> None:
        self.path = path
        self._turn = threading.RLock()
        self._depth = 0
        _check_header(path, len(migrations))
        with self._coded():
            self._connection = sqlite3.connect(
                os.fspath(path), timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
            )
        try:
            self._prepare(migrations)
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        with self._turn:
            self._connection.close()

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def write(self, *, durable: bool = False) -> Iterator[None]:
        """One write transaction: all of it or nothing. durable: on the disk when the block has ended.

        A write inside a write joins it.
        """
        with self._turn, self._coded():
            if self._depth:
                self._depth += 1
                try:
                    yield
                finally:
                    self._depth -= 1
                return
            self._connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self._connection.execute("BEGIN IMMEDIATE")
            self._depth = 1
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # a full disk may have ended it already
                    self._connection.execute("ROLLBACK")
                raise
            finally:
                self._depth = 0

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """All rows of a query, read in one go."""
        with self._turn, self._coded():
            return self._connection.execute(sql, values).fetchall()

    def row(self, sql: str, values: Sequence[Any] = ()) -> Row | None:
        """The first row of a query."""
        with self._turn, self._coded():
            found: Row | None = self._connection.execute(sql, values).fetchone()
            return found

    def rows_in(self, sql: str, values: Iterable[Any]) -> Iterator[Row]:
        """The rows of a query that holds `IN (@)`, for any number of values."""
        every = list(values)
        for first in range(0, len(every), IN_CHUNKS_OF):
            chunk = every[first : first + IN_CHUNKS_OF]
            yield from self.rows(sql.replace("@", ",".join("?" * len(chunk))), chunk)

    def execute(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Runs a statement inside write(); how many rows it changed."""
        return self._connection.execute(sql, values).rowcount

    def execute_many(self, sql: str, values: Iterable[Sequence[Any]]) -> int:
        """Runs a statement for many rows inside write(); how many rows it changed."""
        return self._connection.executemany(sql, values).rowcount

    def scrub(self) -> None:
        """Writes the file anew without the pages that are merely free, empties the log, and deletes the
        backups that migrations left: of what was deleted nothing stays to be read."""
        with self._turn, self._coded():
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._connection.execute("VACUUM")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for backup in self.path.parent.glob(f"{self.path.stem}.backup-*{self.path.suffix}"):
            backup.unlink()

    @contextmanager
    def _coded(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            coded = _coded_error(self.path, error)
            if coded is None:
                raise
            raise coded from error

    def _prepare(self, migrations: Migrations) -> None:
        with self._coded():
            _check_version(self.path, self._version(), len(migrations))
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA foreign_keys = ON")
            self._connection.execute(f"PRAGMA cache_size = -{PAGE_CACHE_KIB}")
            self._connection.execute(f"PRAGMA journal_size_limit = {LOG_LIMIT_BYTES}")
        if self._version() < len(migrations):
            with self.write(durable=True):
                version = self._version()  # again, now that no other process can be migrating
                _check_version(self.path, version, len(migrations))
                if 0 < version < len(migrations):
                    _back_up(self.path, version)
                for number in range(version, len(migrations)):
                    for statement in _statements(migrations[number]):
                        self._connection.execute(statement)
                self._connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                self._connection.execute(f"PRAGMA user_version = {len(migrations)}")

    def _version(self) -> int:
        return int(self._connection.execute("PRAGMA user_version").fetchone()[0])


def _check_header(path: Path, known: int) -> None:
    """Looks at a file's first bytes before SQLite opens it, because opening may already write."""
    try:
        with path.open("rb") as file:
            header = file.read(100)
    except FileNotFoundError:
        return
    except OSError as error:
        raise not_writable(path, error) from error
    if not header:  # SQLite's own empty database
        return
    if len(header) < 100 or not header.startswith(MAGIC):
        raise _damaged(path, "it is not a SQLite file")
    _check_version(path, int.from_bytes(header[60:64], "big"), known)


def _check_version(path: Path, version: int, known: int) -> None:
    if version > known:
        raise StoreError(
            "AP-STORE-013",
            f"this catalogue has version {version}; this Answerprint knows versions up to {known}",
            file=display_name(path),
            remedy="use the newer Answerprint, or delete the .answerprint folder: it is rebuilt",
        )


def _damaged(path: Path, reason: str) -> StoreError:
    return StoreError(
        "AP-STORE-014",
        f"the catalogue is damaged: {reason}",
        file=display_name(path),
        remedy="delete the .answerprint folder and run again: decisions are kept in decisions.toml",
    )


def _coded_error(path: Path, error: sqlite3.DatabaseError) -> StoreError | None:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the primary code of an extended one
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return _damaged(path, str(error))
    if code == sqlite3.SQLITE_FULL:
        return disk_full(path)
    if code == sqlite3.SQLITE_IOERR and shutil.disk_usage(path.parent).free < NEARLY_FULL_BYTES:
        return disk_full(path)  # the shared-memory file could not grow: SQLite says "disk I/O error"
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        return not_writable(path, OSError(0, str(error)))
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreError(
            "AP-STORE-015",
            f"another process kept the catalogue for more than {BUSY_TIMEOUT_S:.0f} seconds",
            file=display_name(path),
            remedy="wait for it to finish, then run the same command again",
        )
    return None


def _back_up(path: Path, version: int) -> None:
    """Copies the file as it is, through SQLite (so that the log's commits are in it), and renames it."""
    backup = path.with_name(f"{path.stem}.backup-{version}{path.suffix}")
    aside = backup.with_name(f".{backup.name}.aside")
    aside.unlink(missing_ok=True)
    source, copy = sqlite3.connect(os.fspath(path)), sqlite3.connect(os.fspath(aside))
    try:
        source.backup(copy)
    finally:
        copy.close()
        source.close()
    aside.replace(backup)
    sync_folder(backup.parent)


def _statements(script: str) -> Iterator[str]:
    """A script's statements one by one: executescript() would commit in the middle of a transaction.

    A statement ends at the end of a line.
    """
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""
    if pending.strip() and not pending.strip().startswith("--"):
        raise ValueError(f"a migration ends in the middle of a statement: {pending.strip()[:60]}")
