"""The line-by-take matrix: every reading of every line, take by take, and what each take covers.

A take that begins in the middle of its set-up's lines is a pickup; a reading that is said again later in the
same take was reset, and the last one counts, as script supervisors mark it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from answerprint.core.time import Range
from answerprint.departments.editorial.takes import Candidate, Refused, TakeTable, Unscripted
from answerprint.formats.screenplays.model import Line

COMPLETE = 0.95  # share of a line's words from which on it is said whole

Kind = Literal["reading", "partial", "reset", "false_start"]


class TakeReading(msgspec.Struct, frozen=True, kw_only=True):
    """One reading of a line in one take. kind: how it stands to the others of its take. score: 0 … 1; a
    false start has none."""

    line: str
    asset: str
    range: Range
    take: str
    setup: str
    kind: Kind
    complete: bool
    completeness: float
    score: float | None
    scores: Mapping[str, float] = {}
    circled: bool = False
    faults: tuple[str, ...] = ()


class LineTakes(msgspec.Struct, frozen=True, kw_only=True):
    """A line with its readings, the best first."""

    line: str
    label: str
    scene: str
    character: str
    text: str
    readings: tuple[TakeReading, ...]


class TakeCoverage(msgspec.Struct, frozen=True, kw_only=True):
    """What one take covers of the script: from its first line to its last, and how many of them."""

    asset: str
    take: str
    circled: bool
    first: str
    last: str
    lines: int
    pickup: bool


class SetUp(msgspec.Struct, frozen=True, kw_only=True):
    """Takes of one set-up, in the order they were shot."""

    setup: str
    takes: tuple[TakeCoverage, ...]


class TakeMatrix(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was read of the script. refused: stretches that cannot serve, with the reason.
    off_script: what is said in the takes and stands in no line."""

    lines: tuple[LineTakes, ...]
    setups: tuple[SetUp, ...]
    refused: tuple[Refused, ...] = ()
    off_script: tuple[Unscripted, ...] = ()

    @property
    def missing(self) -> tuple[LineTakes, ...]:
        return tuple(one for one in self.lines if not any(r.kind != "false_start" for r in one.readings))


def take_matrix(lines: Sequence[Line], table: TakeTable) -> TakeMatrix:
    """The matrix of a compared set of takes, in script order."""
    order = {line.key: place for place, line in enumerate(lines)}
    by_take: dict[str, list[Candidate]] = defaultdict(list)
    for candidates in table.candidates.values():
        for one in candidates:
            by_take[one.asset].append(one)
    opening = _openings(by_take, order)
    rows = []
    for line in lines:
        candidates = table.candidates.get(line.key, ())
        started = [one for one in table.refused if one.line == line.key and _begun_again(one, candidates)]
        readings = [
            *(_reading(one, candidates) for one in candidates),
            *(_false_start(one, candidates) for one in started),
        ]
        rows.append(
            LineTakes(
                line=line.key,
                label=line.label,
                scene=line.scene,
                character=line.character,
                text=line.text,
                readings=tuple(readings),
            )
        )
    return TakeMatrix(
        lines=tuple(rows),
        setups=_setups(by_take, lines, order, opening),
        refused=table.refused,
        off_script=table.off_script,
    )


def _openings(by_take: Mapping[str, Sequence[Candidate]], order: Mapping[str, int]) -> dict[str, int]:
    """Set-up → place of the first line that any of its takes begins with."""
    found: dict[str, int] = {}
    for candidates in by_take.values():
        first = min(candidates, key=lambda one: one.range.start)
        place = order[first.line]
        found[first.setup] = min(place, found.get(first.setup, place))
    return found


def _reading(one: Candidate, candidates: Sequence[Candidate]) -> TakeReading:
    completeness = one.parts.get("completeness", 1.0)
    kind: Kind = "reading"
    if any(other.asset == one.asset and other.range.start > one.range.start for other in candidates):
        kind = "reset"
    elif completeness < COMPLETE:
        kind = "partial"
    return TakeReading(
        line=one.line,
        asset=one.asset,
        range=one.range,
        take=one.label,
        setup=one.setup,
        kind=kind,
        complete=completeness >= COMPLETE,
        completeness=completeness,
        score=one.score,
        scores=one.parts,
        circled=one.circled,
        faults=one.faults,
    )


def _begun_again(refused: Refused, candidates: Sequence[Candidate]) -> bool:
    """Whether a stretch that was broken off is followed by a reading of the line in the same take."""
    return refused.range is not None and any(
        one.asset == refused.asset and one.range.start >= refused.range.start for one in candidates
    )


def _false_start(refused: Refused, candidates: Sequence[Candidate]) -> TakeReading:
    again = next(one for one in candidates if one.asset == refused.asset)
    assert refused.range is not None and refused.line is not None
    return TakeReading(
        line=refused.line,
        asset=refused.asset,
        range=refused.range,
        take=again.label,
        setup=again.setup,
        kind="false_start",
        complete=False,
        completeness=0.0,
        score=None,
        faults=(refused.reason,),
    )


def _setups(
    by_take: Mapping[str, Sequence[Candidate]],
    lines: Sequence[Line],
    order: Mapping[str, int],
    opening: Mapping[str, int],
) -> tuple[SetUp, ...]:
    grouped: dict[str, list[TakeCoverage]] = defaultdict(list)
    for asset, candidates in by_take.items():
        read = sorted({order[one.line] for one in candidates})
        first = min(candidates, key=lambda one: one.range.start)
        grouped[first.setup].append(
            TakeCoverage(
                asset=asset,
                take=first.label,
                circled=first.circled,
                first=lines[read[0]].label,
                last=lines[read[-1]].label,
                lines=len(read),
                pickup=order[first.line] > opening[first.setup],
            )
        )
    return tuple(
        SetUp(setup=name, takes=tuple(sorted(grouped[name], key=lambda one: one.take)))
        for name in sorted(grouped, key=lambda one: (opening[one], one))
    )
