"""The assistant director's own board, read as it stands: a CSV as scheduling programs export it, or text."""

from __future__ import annotations

import csv
import datetime
import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

from answerprint.core.errors import PlanError
from answerprint.departments.planning.problem import Problem, scene_number
from answerprint.departments.planning.records import Strip
from answerprint.departments.planning.tables import table_reader
from answerprint.formats.text import read_text

SCENE = ("scene", "scenes", "sc", "sceneno", "scenenumber", "sheet", "sheetno", "strip", "number")
DAY = ("day", "shootday", "shootingday", "dayno")
DATE = ("date", "shootdate", "shootingdate")
UNIT = ("unit",)
_END = re.compile(r"end\s+of\s+(?:shooting\s+)?day\s*#?\s*(\d+)?", re.IGNORECASE)
_BONEYARD = re.compile(r"\bbone\s?yard\b|\bunscheduled\b", re.IGNORECASE)
_NUMBER = re.compile(r"[A-Z]{0,3}\d+[A-Z]{0,3}(?:\s*pt\.?\s*\d+)?", re.IGNORECASE)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


class BoardDay(msgspec.Struct, frozen=True, kw_only=True):
    """A day of the board: scene numbers in shooting order."""

    scenes: tuple[tuple[str, int], ...]  # number as written, line in the file
    date: datetime.date | None = None
    unit: str = "main"
    label: str = ""


class ImportedBoard(msgspec.Struct, frozen=True, kw_only=True):
    """A board as somebody made it."""

    days: tuple[BoardDay, ...]
    boneyard: tuple[tuple[str, int], ...] = ()
    file: str = ""


def read_board(path: Path) -> ImportedBoard:
    """The board in a CSV (a scene column; a day column, or rows that say END OF DAY 1) or in plain text (a
    strip a line, beginning with its scene number).

    Raises PlanError AP-PLAN-112 when it holds no strip, AP-PLAN-113 for a row that cannot be read.
    """
    text, _ = read_text(path)
    rows = _rows(text)
    board = (
        _table(rows, str(path))
        if rows and _column(rows[0][1], SCENE) is not None
        else _plain(text, str(path))
    )
    if not any(one.scenes for one in board.days):
        raise PlanError(
            "AP-PLAN-112",
            "this board holds no strip",
            file=str(path),
            remedy="a CSV with a column named scene and rows END OF DAY 1, or a line for each strip",
        )
    return board


def board_slots(problem: Problem, board: ImportedBoard) -> tuple[dict[int, tuple[int, ...]], tuple[str, ...]]:
    """The board's strips by slot, in its own order, and the ids of strips it leaves out without saying so.

    A day without a date is the next shooting date after the day before it. Raises PlanError AP-PLAN-114 for
    scenes the screenplay lacks or that stand twice, AP-PLAN-115 when there are more days than dates.
    """
    by_number: dict[str, list[int]] = {}
    for n, strip in enumerate(problem.strips):
        by_number.setdefault(_plain_number(scene_number(strip)), []).append(n)
        by_number.setdefault(_plain_number(strip.number), [n])
    _check(board, by_number, problem.strips)
    count = len(problem.dates)
    found: dict[int, tuple[int, ...]] = {}
    used: set[int] = set()
    last: dict[str, int] = {}
    for day in board.days:
        if not day.scenes:
            continue
        unit = day.unit if day.unit in problem.units else "main"
        at = last.get(unit, -1) + 1
        if day.date is not None and day.date in problem.dates:
            at = problem.dates.index(day.date)
        if at >= count:
            raise PlanError(
                "AP-PLAN-115",
                f"the board has more days than there are dates to shoot on ({count})",
                file=board.file,
                remedy="take out production.end, or move it",
            )
        last[unit] = at
        slot = problem.units.index(unit) * count + at
        order = [n for number, _ in day.scenes for n in by_number[_plain_number(number)] if n not in used]
        used.update(order)
        found[slot] = (*found.get(slot, ()), *order)
    boneyard = {n for number, _ in board.boneyard for n in by_number[_plain_number(number)]}
    missing = tuple(one.id for n, one in enumerate(problem.strips) if n not in used and n not in boneyard)
    return {slot: order for slot, order in found.items() if order}, missing


def _check(board: ImportedBoard, known: Mapping[str, list[int]], strips: tuple[Strip, ...]) -> None:
    seen: dict[int, int] = {}
    bad: list[str] = []
    for number, line in [*(one for day in board.days for one in day.scenes), *board.boneyard]:
        mine = known.get(_plain_number(number))
        if mine is None:
            bad.append(f"line {line}: there is no scene {number}")
        elif all(n in seen for n in mine):
            bad.append(f"line {line}: scene {number} stands on line {seen[mine[0]]} already")
        for n in mine or ():
            seen.setdefault(n, line)
    if bad:
        more = f"; and {len(bad) - 8} more" if len(bad) > 8 else ""
        raise PlanError(
            "AP-PLAN-114",
            f"{'; '.join(bad[:8])}{more}",
            file=board.file,
            remedy="mend the scene numbers, or give the draft of the screenplay that the board was made from",
        )


def _table(rows: list[tuple[int, list[str]]], file: str) -> ImportedBoard:
    header = rows[0][1]
    at = {
        name: _column(header, titles)
        for name, titles in (("scene", SCENE), ("day", DAY), ("date", DATE), ("unit", UNIT))
    }
    days: list[BoardDay] = []
    boneyard: list[tuple[str, int]] = []
    open_day: list[tuple[str, int]] = []
    label, date, unit, buried = "", None, "main", False

    def close(text: str) -> None:
        nonlocal open_day, label, date, unit
        if open_day:
            days.append(
                BoardDay(scenes=tuple(open_day), date=date or _date_in(text, file, 0), unit=unit, label=label)
            )
        open_day, date, unit = [], None, "main"

    for line, row in rows[1:]:
        joined = " ".join(cell for cell in row if cell.strip())
        if not joined.strip():
            continue
        if _BONEYARD.search(joined) and not _scenes(_cell(row, at["scene"])):
            close("")
            buried = True
            continue
        if _END.search(joined):
            label = label or joined.strip()
            close(joined)
            label, buried = "", False
            continue
        numbers = _scenes(_cell(row, at["scene"]))
        if not numbers:
            continue  # banners, notes, travel days
        day = _cell(row, at["day"])
        if day.casefold() in ("boneyard", "unscheduled", "-") or buried:
            boneyard += [(one, line) for one in numbers]
            continue
        if day and day != label and open_day and at["day"] is not None:
            close("")
        label = day or label
        date = date or _date_in(_cell(row, at["date"]), file, line)
        unit = _cell(row, at["unit"]) or unit
        open_day += [(one, line) for one in numbers]
    close("")
    return ImportedBoard(days=tuple(days), boneyard=tuple(boneyard), file=file)


def _plain(text: str, file: str) -> ImportedBoard:
    days: list[BoardDay] = []
    boneyard: list[tuple[str, int]] = []
    open_day: list[tuple[str, int]] = []
    buried = False
    for line, written in enumerate(text.split("\n"), start=1):
        if _END.search(written):
            days.append(
                BoardDay(
                    scenes=tuple(open_day), date=_date_in(written, file, line), label=written.strip(" -=")
                )
            )
            open_day, buried = [], False
        elif _BONEYARD.search(written):
            if open_day:
                days.append(BoardDay(scenes=tuple(open_day)))
            open_day, buried = [], True
        else:
            found = re.match(
                rf"\s*(?:scenes?|sc\.?)?\s*({_NUMBER.pattern})(?=[\s.,;:)|\t-]|$)", written, re.IGNORECASE
            )
            if found:
                (boneyard if buried else open_day).append((found[1], line))
    if open_day:
        days.append(BoardDay(scenes=tuple(open_day)))
    return ImportedBoard(days=tuple(days), boneyard=tuple(boneyard), file=file)


def _rows(text: str) -> list[tuple[int, list[str]]]:
    opened = table_reader(text)
    if opened is None:
        return []
    first, reader = opened
    try:
        return [(first + reader.line_num, row) for row in reader]
    except csv.Error:
        return []


def _column(header: list[str], titles: tuple[str, ...]) -> int | None:
    plain = [re.sub(r"[\W_]+", "", one).casefold() for one in header]
    return next((plain.index(one) for one in titles if one in plain), None)


def _cell(row: list[str], at: int | None) -> str:
    return row[at].strip() if at is not None and at < len(row) else ""


def _scenes(cell: str) -> list[str]:
    """`12`, `12, 14`, `A12 pt 2`: the scene numbers of a cell; none where it holds other words."""
    parts = [one.strip() for one in re.split(r"[,;/&+]", cell) if one.strip()]
    return parts if all(_NUMBER.fullmatch(one) for one in parts) else []


def _plain_number(number: str) -> str:
    return re.sub(r"[\s.]+", "", number).casefold()


def _date_in(text: str, file: str, line: int) -> datetime.date | None:
    """`2026-05-04`, `4 May 2026`, `May 4, 2026`, `Monday, May 4, 2026` anywhere in the text."""
    found = re.search(r"(\d{4})-(\d{2})-(\d{2})", text)
    words = re.search(r"(?:(\d{1,2})\s+)?([A-Za-z]{3})[a-z]*\.?\s+(?:(\d{1,2}),?\s+)?(\d{4})", text)
    try:
        if found:
            return datetime.date(int(found[1]), int(found[2]), int(found[3]))
        if words and words[2].casefold() in _MONTHS and (words[1] or words[3]):
            return datetime.date(
                int(words[4]), _MONTHS.index(words[2].casefold()) + 1, int(words[1] or words[3])
            )
    except ValueError as error:
        raise PlanError(
            "AP-PLAN-113",
            f"{text.strip()!r} is no date",
            file=file,
            at=f"line {line}",
            remedy="write it as 2026-05-04",
        ) from error
    return None
