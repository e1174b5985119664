"""Takes: the rushes logged as far as they have to be, and every reading of every line laid side by side."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from answerprint.core.errors import UsageError
from answerprint.core.time import TimeDocument
from answerprint.departments.editorial.matrix import SetUp, TakeMatrix, TakeReading
from answerprint.formats.screenplays.model import Screenplay
from answerprint.pipeline.making import Making, opened
from answerprint.pipeline.places import RangeDocument, source_range
from answerprint.pipeline.progress import Listener
from answerprint.pipeline.stages.align import align, read_script, read_slates
from answerprint.pipeline.stages.cut import takes
from answerprint.pipeline.stages.log import log
from answerprint.pipeline.stages.sync import sync
from answerprint.store.production import Production

MARKS = {"reading": "●", "partial": "◐", "reset": "○", "false_start": "–"}


class ReadingDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A reading as `takes --json` prints it: start and end on the file's own clock."""

    asset: str
    file: str
    start: TimeDocument
    end: TimeDocument
    take: str
    setup: str
    kind: str
    complete: bool
    completeness: float
    score: float | None
    scores: Mapping[str, float]
    circled: bool
    faults: tuple[str, ...]


class LineDocument(msgspec.Struct, frozen=True, kw_only=True):
    line: str
    label: str
    scene: str
    character: str
    text: str
    readings: tuple[ReadingDocument, ...]


class RefusedDocument(msgspec.Struct, frozen=True, kw_only=True):
    file: str
    line: str | None
    range: RangeDocument | None
    reason: str


class OffScriptDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Speech that is in no line. draft: what it may have been, by free dictation."""

    file: str
    take: str
    range: RangeDocument
    draft: str


class TakesDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The matrix with names of files and places in them. missing: labels of lines nobody reads."""

    lines: tuple[LineDocument, ...]
    setups: tuple[SetUp, ...]
    refused: tuple[RefusedDocument, ...]
    off_script: tuple[OffScriptDocument, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Taken:
    """What was compared: as it is printed, and what a lined script is drawn from."""

    document: TakesDocument
    matrix: TakeMatrix
    screenplay: Screenplay


def compare_in(
    production: Production,
    *,
    scene: str | None = None,
    workers: int | None = None,
    listener: Listener | None = None,
) -> Taken:
    """The takes of a production, of one scene where it is named; what is unchanged is not done again.

    Raises UsageError AP-USE-520 where there is no screenplay to hold takes against, AP-USE-521 for a scene it
    does not have, and StoreError when the production is in use.
    """
    with opened(production, workers=workers, listener=listener, import_answers=True) as making:
        making.begins("log")
        log(making)
        making.begins("sync")
        matches = sync(making)
        making.begins("align")
        screenplay = read_script(making)
        if screenplay is None:
            raise UsageError(
                "AP-USE-520",
                "there is no screenplay with dialogue to hold takes against",
                file=str(production.root),
                remedy=f"answerprint add {production.root.name} SCREENPLAY",
            )
        slates = read_slates(making)
        align(making, screenplay, matches)
        making.begins("takes")
        matrix = takes(making, screenplay, slates, matches)
        scenes = list(dict.fromkeys(one.scene for one in matrix.lines))
        if scene is not None and scene not in scenes:
            raise UsageError(
                "AP-USE-521",
                f"the screenplay has no lines in a scene {scene!r}",
                file=str(production.root),
                remedy=f"it has {', '.join(scenes)}",
            )
        return Taken(_document(making, matrix, scene), matrix, screenplay)


def takes_csv(document: TakesDocument) -> bytes:
    """The matrix as a table: a row a line, a column a take; UTF-8 with a mark for spreadsheets."""
    names = _takes(document)
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(["line", "text", *names])
    for line in document.lines:
        cells = []
        for name in names:
            own = [one for one in line.readings if one.take == name]
            cells.append("; ".join(_cell(one) for one in own))
        table.writerow([line.label, line.text, *cells])
    return out.getvalue().encode("utf-8-sig")


def _cell(one: ReadingDocument) -> str:
    score = "" if one.score is None else f" {one.score:.2f}"
    circle = " circled" if one.circled else ""
    return f"{one.kind.replace('_', ' ')}{score}{circle}"


def _takes(document: TakesDocument) -> list[str]:
    listed = [take.take for setup in document.setups for take in setup.takes]
    read = [one.take for line in document.lines for one in line.readings]
    return [name for name in dict.fromkeys(listed) if name in set(read)]


def _document(making: Making, matrix: TakeMatrix, scene: str | None) -> TakesDocument:
    kept = [one for one in matrix.lines if scene in (None, one.scene)]
    keys = {one.line for one in kept}
    labels = {one.label for one in kept}
    taken = {each.asset for one in kept for each in one.readings}
    return TakesDocument(
        lines=tuple(
            LineDocument(
                line=one.line,
                label=one.label,
                scene=one.scene,
                character=one.character,
                text=one.text,
                readings=tuple(_reading(making, each) for each in one.readings),
            )
            for one in kept
        ),
        setups=tuple(
            one
            for one in matrix.setups
            if any(take.first in labels or take.last in labels for take in one.takes)
        ),
        refused=tuple(
            RefusedDocument(
                file=making.assets[one.asset].name,
                line=one.line,
                range=None
                if one.range is None
                else source_range(making.assets[one.asset], making.grid(one.asset), one.range),
                reason=one.reason,
            )
            for one in matrix.refused
            if one.line is None or one.line in keys
        ),
        off_script=tuple(
            OffScriptDocument(
                file=making.assets[one.asset].name,
                take=one.take,
                range=source_range(making.assets[one.asset], making.grid(one.asset), one.range),
                draft=one.draft,
            )
            for one in matrix.off_script
            if scene is None or one.asset in taken
        ),
        missing=tuple(one.label for one in matrix.missing if one.line in keys),
    )


def _reading(making: Making, one: TakeReading) -> ReadingDocument:
    asset = making.assets[one.asset]
    place = source_range(asset, making.grid(one.asset), one.range)
    return ReadingDocument(
        asset=one.asset,
        file=asset.name,
        start=place.start,
        end=place.end,
        take=one.take,
        setup=one.setup,
        kind=one.kind,
        complete=one.complete,
        completeness=one.completeness,
        score=one.score,
        scores=one.scores,
        circled=one.circled,
        faults=one.faults,
    )
