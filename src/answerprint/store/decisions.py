"""decisions.toml: people's decisions beside production.toml, to be read, kept in version control and edited.

File and catalogue are merged three ways against what the file held when it was last written: what a person
changed in the file wins, what was decided since stays, and only what a person took out of the file is taken
back. Without a catalogue (deleted, or another machine's) the file is everything.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any, get_args

import msgspec

from answerprint.core.encoding import to_builtins, to_json
from answerprint.core.errors import StoreError
from answerprint.core.proposals import Answer, Decision
from answerprint.core.time import Range, Time
from answerprint.store.catalogue import Catalogue
from answerprint.store.disk import coded_writing, display_name, not_readable, write_atomically
from answerprint.store.objects import hash_bytes
from answerprint.store.production import Production
from answerprint.store.settings_file import format_value, parse_toml

_HEAD = """\
# Decisions of people on this production. No run changes them; `answerprint review` writes them here.
# A decision is known by its proposal (which names the script's line by its content) and the asset's hash.
# answer: accept, reject, replace or lock. range: ticks, half-open, @ ticks a second.
# To take a decision back, delete its whole [[decision]] block. Comments are not kept.
"""
_RANGE = re.compile(r"(-?\d+) \.\. (-?\d+) @ (\d+(?:/\d+)?)")
_MIXED_RANGE = re.compile(r"(-?\d+) @ (\d+(?:/\d+)?) \.\. (-?\d+) @ (\d+(?:/\d+)?)")


class _Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One [[decision]] of the file."""

    proposal: str
    answer: str
    about: str = ""
    asset: str | None = None
    range: str | None = None
    note: str = ""
    by: str = ""
    frozen: str = ""


def export_decisions(production: Production, catalogue: Catalogue) -> Path:
    """Writes decisions.toml, and gives its path. Changes made by hand are taken in first, never overwritten.

    A file that says the same already is left as it is. Raises StoreError AP-STORE-016 when the file there
    cannot be read (nothing is written then), AP-STORE-009 when the disk is full.
    """
    path = production.decisions_file
    with _turn(production):
        held = _merge(path, catalogue)
        decisions, labels = catalogue.decisions(), catalogue.decision_labels()
        if held != decisions and (decisions or held is not None):
            write_atomically(path, _format(decisions, labels, catalogue).encode())
        catalogue.set_exported_decisions(_digests(decisions))
    return path


def import_decisions(production: Production, catalogue: Catalogue) -> dict[str, Decision]:
    """Takes decisions.toml into the catalogue; the decisions that hold, by proposal.

    Called at every start. Raises StoreError AP-STORE-016 for a file that cannot be read, with the line;
    nothing is changed then.
    """
    with _turn(production):
        _merge(production.decisions_file, catalogue)
        return catalogue.decisions()


def parse_decisions(text: str, path: Path) -> dict[str, tuple[Decision, str]]:
    """proposal → (decision, what it is about), from the text of a decisions.toml.

    Raises StoreError AP-STORE-016, with the line, for anything that is no decision.
    """
    document = parse_toml(text, path, "AP-STORE-016")
    blocks = _block_lines(text)
    for key in document:
        if key != "decision":
            raise _unreadable(path, f"line {_line_starting(text, key)}", f"{key!r} is no part of it")
    entries = document.get("decision", [])
    if not isinstance(entries, list):
        raise _unreadable(path, "line 1", "a decision stands under [[decision]], with double brackets")
    found: dict[str, tuple[Decision, str]] = {}
    for index, entry in enumerate(entries):
        at = f"line {blocks[index]}" if index < len(blocks) else f"decision {index + 1}"
        decision, about = _decision(entry, path, at)
        if decision.proposal in found:
            raise _unreadable(path, at, f"a second decision on {decision.proposal!r}")
        found[decision.proposal] = (decision, about)
    return found


def _merge(path: Path, catalogue: Catalogue) -> dict[str, Decision] | None:
    """Brings the file's changes into the catalogue; the file's decisions, None when there is no file."""
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return None  # deleted as a whole: no answer to any one question; the next export writes it again
    except UnicodeDecodeError as error:
        raise _unreadable(path, f"byte {error.start}", "not UTF-8") from error
    except OSError as error:
        raise not_readable(path, error) from error
    in_file = parse_decisions(text, path)
    with catalogue.write(durable=True):
        held, exported = catalogue.decisions(), catalogue.exported_decisions()
        put = [
            (decision, about)
            for proposal, (decision, about) in in_file.items()
            if _digest(decision) != exported.get(proposal) and held.get(proposal) != decision
        ]
        taken_back = [
            proposal
            for proposal, decision in held.items()
            if proposal not in in_file and exported.get(proposal) == _digest(decision)
        ]
        if put or taken_back:
            catalogue.change_decisions(put, taken_back)
        if put or taken_back or exported.keys() - in_file.keys():
            agreed = {proposal: _digest(decision) for proposal, (decision, _) in in_file.items()}
            catalogue.set_exported_decisions(agreed)
    return {proposal: decision for proposal, (decision, _) in in_file.items()}


def _format(decisions: Mapping[str, Decision], labels: Mapping[str, str], catalogue: Catalogue) -> str:
    names = {asset.id: asset.name for asset in catalogue.assets()}
    blocks = [_HEAD]
    for proposal, decision in sorted(decisions.items()):
        lines = ["[[decision]]"]
        entry = _entry(decision, labels.get(proposal, ""))
        for key, value in to_builtins(entry).items():
            if value or key in ("proposal", "answer"):
                lines.append(f"{key} = {_quoted(value)}")
                if key == "asset" and value in names:
                    lines[-1] += f"  # {display_name(names[value])}"
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def _quoted(text: str) -> str:
    """JSON inside is easier to read and edit in TOML's literal strings, which have no escapes."""
    literal = '"' in text and "'" not in text and text.isprintable()
    return f"'{text}'" if literal else format_value(text)


def _entry(decision: Decision, label: str) -> _Entry:
    return _Entry(
        proposal=decision.proposal,
        about=label,
        answer=decision.answer,
        asset=decision.asset,
        range=None if decision.range is None else _format_range(decision.range),
        note=decision.note,
        by=decision.by,
        frozen=to_json(decision.frozen).decode() if decision.frozen else "",
    )


def _decision(entry: Any, path: Path, at: str) -> tuple[Decision, str]:
    try:
        read = msgspec.convert(entry, _Entry)
        frozen = msgspec.json.decode(read.frozen, type=dict[str, Any]) if read.frozen else {}
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise _unreadable(path, at, str(error)) from error
    for answer in get_args(Answer):
        if answer == read.answer:
            break
    else:
        raise _unreadable(path, at, f"{read.answer!r} is no answer: accept, reject, replace or lock")
    if answer == "replace" and read.asset is None:
        raise _unreadable(path, at, "replace needs an asset")
    decision = Decision(
        proposal=read.proposal,
        answer=answer,
        asset=read.asset,
        range=None if read.range is None else _parse_range(read.range, path, at),
        note=read.note,
        by=read.by,
        frozen=frozen,
    )
    return decision, read.about


def _format_range(range: Range) -> str:
    start, end = range.start, range.end
    if start.rate == end.rate:
        return f"{start.ticks} .. {end.ticks} @ {start.rate}"
    return f"{start.ticks} @ {start.rate} .. {end.ticks} @ {end.rate}"


def _parse_range(text: str, path: Path, at: str) -> Range:
    try:
        if found := _RANGE.fullmatch(text.strip()):
            return Range.of_ticks(int(found[1]), int(found[2]), Fraction(found[3]))
        if found := _MIXED_RANGE.fullmatch(text.strip()):
            return Range(Time(int(found[1]), Fraction(found[2])), Time(int(found[3]), Fraction(found[4])))
    except (ValueError, ZeroDivisionError) as error:
        raise _unreadable(path, at, f"range {text!r}: {error}") from error
    raise _unreadable(path, at, f'range {text!r} is not written "100 .. 124 @ 24000/1001"')


def _unreadable(path: Path, at: str, what: str) -> StoreError:
    return StoreError(
        "AP-STORE-016",
        what,
        file=display_name(path),
        at=at,
        remedy="mend it, or put an earlier copy back; no decision is lost meanwhile",
    )


def _digests(decisions: Mapping[str, Decision]) -> dict[str, str]:
    return {proposal: _digest(decision) for proposal, decision in decisions.items()}


def _digest(decision: Decision) -> str:
    return hash_bytes(to_json(decision))


def _block_lines(text: str) -> list[int]:
    found = enumerate(text.splitlines(), 1)
    return [number for number, line in found if re.match(r"\s*\[\[\s*decision\s*\]\]", line)]


def _line_starting(text: str, key: str) -> int:
    lines = enumerate(text.splitlines(), 1)
    return next((number for number, line in lines if re.match(rf"\s*\[*\s*\"?{re.escape(key)}\b", line)), 1)


@contextmanager
def _turn(production: Production) -> Iterator[None]:
    """One process at a time reads and writes the file; a review beside a running make waits its turn."""
    file = production.state_dir / "decisions.lock"
    with coded_writing(file):
        handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
