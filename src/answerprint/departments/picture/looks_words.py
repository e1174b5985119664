"""Words of a look read as shifts on axes that are measured; the vocabulary is data (`looks.toml`).

Clauses are parted by commas and by *and*, *with*, *but*. Within one, words before *shadows*, *mids* or
*highlights* are said of these alone; *slightly*, *very*, *less* weigh the next word; *no* and *not* hold
its axes where they are.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from answerprint.core.errors import UsageError
from answerprint.departments.picture.looks_axes import AXES, LIMITS

TABLE = Path(__file__).with_name("looks.toml")
GROUPS = ("light", "contrast", "blacks", "highlights", "saturation", "temperature", "whole")
NOTHING = 0.3  # of an axis' unit: what opposite words leave of one another
# What an axis is where a word is said of shadows or of highlights; others say nothing there
PLACED: dict[str, dict[str, str]] = {
    "shadows": {
        "exposure": "blacks",
        "blacks": "blacks",
        "temperature": "shadow_temperature",
        "tint": "shadow_tint",
    },
    "highlights": {
        "exposure": "highlights",
        "highlights": "highlights",
        "temperature": "highlight_temperature",
        "tint": "highlight_tint",
    },
    "mids": {one: one for one in ("exposure", "contrast", "saturation", "temperature", "tint")},
}
LIGHTER = {"blacks": 0.5, "highlights": 0.6}  # how far ends are moved by a word said of the middle


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """How one word was understood: how much of it, said of what, its shifts by axis, axes it holds."""

    word: str
    times: float = 1.0
    of: str = "all"
    shifts: dict[str, float] = {}
    holds: tuple[str, ...] = ()


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A look that was asked for. shifts: by axis, those of all words together, within limits. holds: axes
    that stay where they are. capped: axes whose shift was cut back to the most that is asked of one."""

    phrase: str
    words: tuple[Read, ...]
    shifts: dict[str, float]
    holds: tuple[str, ...] = ()
    capped: tuple[str, ...] = ()


class _Table(NamedTuple):
    words: Mapping[str, Mapping[str, float]]
    degrees: Mapping[str, float]
    places: Mapping[str, str]
    over: frozenset[str]
    hold: frozenset[str]
    apart: frozenset[str]

    def known(self) -> list[str]:
        return [*self.words, *self.degrees, *self.places, *self.hold]


def vocabulary() -> dict[str, dict[str, dict[str, float]]]:
    """group → word → shifts by axis; the group `degrees` holds how much of the next word is meant, as
    `times`."""
    table = _table()
    found = {group: {word: dict(one) for word, one in _file()[group].items()} for group in GROUPS}
    return {**found, "degrees": {word: {"times": times} for word, times in table.degrees.items()}}


def read_look(phrase: str) -> Asked:
    """What a phrase asks for.

    Raises UsageError AP-USE-860 for a word that is not known (with the nearest known), AP-USE-861 where it
    asks for nothing that is measured, AP-USE-862 where its words undo one another.
    """
    table = _table()
    read: list[Read] = []
    for clause in re.split(r"[,;.:/+]|\n", phrase.casefold()):
        read += _clause(re.findall(r"[^\W_]+(?:'[a-z]+)?", clause), table, phrase)
    if not read:
        raise UsageError(
            "AP-USE-861",
            f"{phrase!r} asks for nothing that is measured",
            remedy="--list-looks shows the words",
        )
    total: dict[str, float] = {}
    for one in read:
        for axis, shift in one.shifts.items():
            total[axis] = total.get(axis, 0.0) + shift
    if total and max(abs(shift) for shift in total.values()) < NOTHING:
        raise UsageError(
            "AP-USE-862", f"the words of {phrase!r} undo one another", remedy="leave out one of the opposites"
        )
    capped = tuple(axis for axis in AXES if abs(total.get(axis, 0.0)) > LIMITS[axis])
    shifts = {
        axis: max(-LIMITS[axis], min(LIMITS[axis], total[axis]))
        for axis in AXES
        if abs(total.get(axis, 0.0)) >= NOTHING
    }
    holds = tuple(axis for axis in AXES if any(axis in one.holds for one in read) and axis not in shifts)
    return Asked(phrase=phrase, words=tuple(read), shifts=shifts, holds=holds, capped=capped)


def _clause(words: list[str], table: _Table, phrase: str) -> list[Read]:
    """The words of a clause; those before a place are said of it."""
    done: list[Read] = []
    waiting: list[tuple[str, float, bool]] = []
    times, hold = 1.0, False
    place = 0

    def close(of: str) -> None:
        done.extend(_said(*one, of, table, phrase) for one in waiting)
        waiting.clear()

    while place < len(words):
        word, length = _longest(words, place, table)
        place += length
        if word in table.words:
            waiting.append((word, times, hold))
            times, hold = 1.0, False
        elif word in table.places:
            if waiting:
                close(table.places[word])
            elif hold or times != 1.0:
                raise _unknown(f"{words[place - length - 1]} {word}", table)
        elif word in table.degrees:
            times *= table.degrees[word]
        elif word in table.hold:
            hold = True
        elif word in table.apart:
            close("all")
            times, hold = 1.0, False
        elif word not in table.over:
            raise _unknown(word, table)
    close("all")
    return done


def _longest(words: list[str], place: int, table: _Table) -> tuple[str, int]:
    for length in (4, 3, 2):
        joined = " ".join(words[place : place + length])
        if place + length <= len(words) and (joined in table.words or joined in table.degrees):
            return joined, length
    return words[place], 1


def _said(word: str, times: float, hold: bool, of: str, table: _Table, phrase: str) -> Read:
    shifts = dict(table.words[word])
    if of != "all":
        shifts = {PLACED[of][axis]: shift for axis, shift in shifts.items() if axis in PLACED[of]}
        shifts = {
            axis: shift * (LIGHTER.get(axis, 1.0) if axis not in table.words[word] else 1.0)
            for axis, shift in shifts.items()
        }
        if not shifts:
            raise UsageError(
                "AP-USE-861",
                f"{word!r} said of {of} is nothing that is measured",
                remedy="say it of the whole picture",
            )
    if hold:
        return Read(word=word, times=0.0, of=of, holds=tuple(shifts) or AXES)
    if not shifts:  # neutral, natural: what is asked is that nothing changes
        return Read(word=word, of=of, holds=AXES)
    return Read(word=word, times=times, of=of, shifts={axis: shift * times for axis, shift in shifts.items()})


def _unknown(word: str, table: _Table) -> UsageError:
    near = get_close_matches(word, table.known(), n=3, cutoff=0.6)
    return UsageError(
        "AP-USE-860",
        f"{word!r} is no word of the vocabulary",
        remedy=(f"did you mean {' or '.join(near)}? " if near else "") + "--list-looks shows all of them",
    )


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads(TABLE.read_text("utf-8"))


@cache
def _table() -> _Table:
    found = _file()
    return _Table(
        words={word: shifts for group in GROUPS for word, shifts in found[group].items()},
        degrees=found["degrees"],
        places=found["places"],
        over=frozenset(found["passed"]["over"]),
        hold=frozenset(found["passed"]["hold"]),
        apart=frozenset(found["passed"]["apart"]),
    )
