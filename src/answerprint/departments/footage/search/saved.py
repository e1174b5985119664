"""searches.toml: people's saved searches and bins of chosen hits, beside production.toml.

It is theirs: read and edited by hand, kept under version control, there when .answerprint is deleted. What is
added is written after what stands there, comments and all; only replacing and taking out write it anew.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import msgspec

from answerprint.core.encoding import from_builtins
from answerprint.core.errors import FootageError, StoreError, UsageError
from answerprint.core.time import Range, Time
from answerprint.store.disk import coded_writing, display_name, not_readable, write_atomically
from answerprint.store.production import Production
from answerprint.store.settings_file import format_value, parse_toml

FILE = "searches.toml"
_HEAD = """\
# Saved searches and bins of this production; `answerprint search` adds to them, and changes none unasked.
# A [[bin]] entry is one chosen moment: asset is the file's hash, start and end are seconds of its own clock.
# Edit as you like. Comments stay when something is added, and go when something is replaced or taken out.
"""
_SECONDS = re.compile(r"-?\d{1,18}(?:/\d{1,18})?")


class SavedSearch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    query: str
    note: str = ""


class Chosen(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One moment of a bin."""

    name: str  # of the bin
    asset: str
    clip: str  # file name, for people
    start: str  # seconds, "n/d"
    end: str
    query: str = ""
    note: str = ""

    @property
    def range(self) -> Range:
        return Range(Time.of_seconds(Fraction(self.start)), Time.of_seconds(Fraction(self.end)))


class Searches(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    search: tuple[SavedSearch, ...] = ()
    bin: tuple[Chosen, ...] = ()

    def named(self, name: str) -> SavedSearch:
        """Raises UsageError AP-USE-331 when there is none."""
        for one in self.search:
            if one.name == name:
                return one
        known = ", ".join(one.name for one in self.search) or "none yet: --save NAME"
        raise UsageError("AP-USE-331", f"no search is saved as {name!r}", remedy=f"saved: {known}")

    def in_bin(self, name: str) -> tuple[Chosen, ...]:
        """Raises UsageError AP-USE-332 when there is no such bin."""
        found = tuple(one for one in self.bin if one.name == name)
        if not found:
            known = ", ".join(dict.fromkeys(one.name for one in self.bin)) or "none yet: --bin NAME --add 1,3"
            raise UsageError("AP-USE-332", f"there is no bin {name!r}", remedy=f"bins: {known}")
        return found


def read_searches(production: Production) -> Searches:
    """What is saved. Raises FootageError AP-FOOTAGE-330, with the place, for a file that cannot be read."""
    path = production.root / FILE
    text = _text(path)
    return Searches() if text is None else _parsed(text, path)


def save_search(production: Production, name: str, query: str, *, force: bool = False) -> None:
    """Saves a query under a name.

    Raises UsageError AP-USE-333 where another query has the name and force is not given, AP-USE-334 for a
    name that is none; FootageError AP-FOOTAGE-330 (nothing is written then).
    """
    _check_name(name)
    with _turn(production) as (path, text, held):
        there = next((one for one in held.search if one.name == name), None)
        made = SavedSearch(name=name, query=query)
        if there is None:
            _write(path, _added(text, [_block("search", made)]))
        elif there.query != query:
            if not force:
                raise UsageError(
                    "AP-USE-333",
                    f"{name!r} is saved already: {there.query}",
                    remedy="choose another name, or replace it with --force",
                )
            others = tuple(made if one.name == name else one for one in held.search)
            _write(path, _whole(msgspec.structs.replace(held, search=others)))


def add_to_bin(production: Production, chosen: Sequence[Chosen]) -> int:
    """Puts moments into bins; how many were new. A moment that is in the bin is not put in twice."""
    with _turn(production) as (path, text, held):
        there = {(one.name, one.asset, one.start, one.end) for one in held.bin}
        new = [one for one in chosen if (one.name, one.asset, one.start, one.end) not in there]
        for one in new:
            _check_name(one.name)
        if new:
            _write(path, _added(text, [_block("bin", one) for one in new]))
        return len(new)


def take_from_bin(production: Production, name: str, numbers: Sequence[int]) -> int:
    """Takes moments (numbered from 1) out of a bin; how many are left. UsageError AP-USE-332, -335."""
    with _turn(production) as (path, _, held):
        there = held.in_bin(name)
        check_numbers(numbers, len(there))
        gone = {id(there[number - 1]) for number in numbers}
        left = tuple(one for one in held.bin if id(one) not in gone)
        _write(path, _whole(msgspec.structs.replace(held, bin=left)))
        return len(there) - len(gone)


def take_from_all_bins(production: Production, asset: str) -> int:
    """Takes every moment of an asset (its id) out of every bin; how many there were."""
    with _turn(production) as (path, _, held):
        left = tuple(one for one in held.bin if one.asset != asset)
        if len(left) < len(held.bin):
            _write(path, _whole(msgspec.structs.replace(held, bin=left)))
        return len(held.bin) - len(left)


def numbers_of(text: str) -> list[int]:
    """1,3 or 2-5 as numbers. Raises UsageError AP-USE-335."""
    found: list[int] = []
    for part in text.replace(" ", "").split(","):
        match = re.fullmatch(r"(\d{1,6})(?:-(\d{1,6}))?", part)
        if match is None:
            raise UsageError("AP-USE-335", f"{text!r} names no hits", remedy="write 1,3 or 2-5")
        found += range(int(match[1]), int(match[2] or match[1]) + 1)
    return list(dict.fromkeys(found))


def check_numbers(numbers: Sequence[int], count: int) -> None:
    """Raises UsageError AP-USE-335 where a number is not among 1 … count."""
    for number in numbers:
        if not 1 <= number <= count:
            raise UsageError(
                "AP-USE-335",
                f"there is no number {number}: {count} are there",
                remedy="the numbers are those that are listed",
            )


def _parsed(text: str, path: Path) -> Searches:
    try:
        held = from_builtins(parse_toml(text, path, "AP-FOOTAGE-330"), Searches)
        for one in held.bin:
            if not (_SECONDS.fullmatch(one.start) and _SECONDS.fullmatch(one.end)):
                raise ValueError(f"{one.clip}: start and end are seconds, as 12/1 or 1001/24")
            _ = one.range
    except StoreError as error:
        raise FootageError(
            "AP-FOOTAGE-330", error.message, file=error.file, at=error.at, remedy=error.remedy
        ) from error
    except (msgspec.ValidationError, ValueError, ZeroDivisionError) as error:
        raise FootageError(
            "AP-FOOTAGE-330",
            f"this file cannot be read: {error}",
            file=display_name(path),
            remedy="mend it, or put an earlier copy back; nothing was written",
        ) from error
    return held


def _text(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise FootageError(
            "AP-FOOTAGE-330", "not UTF-8", file=display_name(path), at=f"byte {error.start}",
            remedy="save it as UTF-8",
        ) from error  # fmt: skip
    except OSError as error:
        raise not_readable(path, error) from error


@contextmanager
def _turn(production: Production) -> Iterator[tuple[Path, str | None, Searches]]:
    """One process at a time reads and writes the file."""
    path = production.root / FILE
    lock = production.state_dir / "searches.lock"
    with coded_writing(lock):
        handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        text = _text(path)
        yield path, text, Searches() if text is None else _parsed(text, path)
    finally:
        os.close(handle)


def _added(text: str | None, blocks: Sequence[str]) -> str:
    before = _HEAD if text is None else text if text.endswith("\n") else f"{text}\n"
    return before + "".join(f"\n{block}" for block in blocks)


def _whole(held: Searches) -> str:
    blocks = [_block("search", one) for one in held.search] + [_block("bin", one) for one in held.bin]
    return _added(None, blocks)


def _block(kind: str, record: msgspec.Struct) -> str:
    lines = [f"[[{kind}]]"]
    for name in record.__struct_fields__:
        value = getattr(record, name)
        if value or name in ("name", "query"):
            lines.append(f"{name} = {format_value(value)}")
    return "\n".join(lines) + "\n"


def _write(path: Path, text: str) -> None:
    write_atomically(path, text.encode("utf-8"))


def _check_name(name: str) -> None:
    if not name.strip() or len(name) > 100 or not name.isprintable():
        raise UsageError("AP-USE-334", f"{name!r} is no name", remedy="up to 100 letters on one line")
