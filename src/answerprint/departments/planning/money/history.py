"""The user's past productions: a CSV of days or of whole productions, read and checked row by row."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

import msgspec

from answerprint.core.errors import PlanError
from answerprint.core.findings import Finding
from answerprint.formats.text import decode_text, read_text

COLUMNS: Mapping[str, str] = {
    "production": "the film's name; rows of one name belong together",
    "day": "number of the shooting day; with it a row is a day, without it a whole production",
    "planned_minutes": "shooting time planned for the day",
    "actual_minutes": "shooting time it took",
    "planned_eighths": "eighths of a page planned for the day",
    "actual_eighths": "eighths that were shot",
    "exterior": "day: 1 when exteriors were planned; production: how many days had them",
    "weather_loss": "day: minutes lost to weather; production: days",
    "illness": "day: performers missing; production: performer days missed",
    "crew_loss": "day: minutes lost to missing crew; production: days",
    "breakdown": "day: minutes lost to equipment or places; production: days",
    "planned_days": "shooting days planned for the production",
    "actual_days": "shooting days it took",
    "planned_cost": "the budget without contingency, any currency",
    "actual_cost": "what it came to",
}
MOST_ROWS = 100_000
LARGEST = 1e12
MOST_RATIO = 20.0  # actual over planned: beyond it a column was mixed up


class PastDay(msgspec.Struct, frozen=True, kw_only=True):
    """A shooting day of the past; what the row left empty is None."""

    number: float
    stretch: float | None = None  # log of the time a planned unit of work took, over plan
    planned_minutes: float | None = None
    exterior: bool | None = None
    weather_loss: float | None = None  # minutes
    illness: float | None = None
    crew_loss: float | None = None
    breakdown: float | None = None


class Production(msgspec.Struct, frozen=True, kw_only=True):
    """A production of the past."""

    name: str
    days: tuple[PastDay, ...] = ()  # in order
    planned_days: float | None = None
    actual_days: float | None = None
    planned_cost: float | None = None
    actual_cost: float | None = None
    exterior_days: float | None = None
    weather_days: float | None = None
    illness_days: float | None = None
    crew_days: float | None = None
    breakdown_days: float | None = None

    @property
    def days_ratio(self) -> float | None:
        """Log of actual over planned shooting days."""
        return _log_ratio(self.actual_days, self.planned_days)

    @property
    def cost_ratio(self) -> float | None:
        """Log of actual over planned cost."""
        return _log_ratio(self.actual_cost, self.planned_cost)


class History(msgspec.Struct, frozen=True, kw_only=True):
    """Past productions, and what has to be said about the file."""

    productions: tuple[Production, ...] = ()
    findings: tuple[Finding, ...] = ()


def read_history(path: Path) -> History:
    """The history of a file. Raises UsageError AP-USE-010, FormatError AP-FORMAT-001/002 and PlanError
    AP-PLAN-076 with the row and the column."""
    text, _ = read_text(path)
    return parse_history(text, file=str(path))


def parse_history(text: str | bytes, *, file: str | None = None) -> History:
    """As `read_history`, from text."""
    if isinstance(text, bytes):
        text, _ = decode_text(text, file=file)
    return _Table(text, file).history()


_Row = dict[str, float | None]


class _Table:
    def __init__(self, text: str, file: str | None) -> None:
        self.text, self.file = text, file
        self.empty = 0
        self.row = 1

    def refuse(self, message: str, column: str = "", remedy: str | None = None) -> NoReturn:
        at = f"row {self.row}" + (f", {column}" if column else "")
        remedy = remedy or "mend that row, or take it out"
        raise PlanError("AP-PLAN-076", message, file=self.file, at=at, remedy=remedy)

    def history(self) -> History:
        first = self.text.partition("\n")[0]
        delimiter = max(",;\t", key=first.count)
        reader = csv.reader(io.StringIO(self.text, newline=""), delimiter=delimiter, strict=True)
        try:
            header = [one.strip().lower() for one in next(reader, [])]
            self._check_header(header)
            rows: dict[str, list[tuple[int, _Row]]] = {}
            for cells in reader:
                self.row = reader.line_num
                if not any(cell.strip() for cell in cells):
                    continue
                if len(cells) != len(header):
                    self.refuse(f"{len(cells)} cells, and the header names {len(header)} columns")
                named = dict(zip(header, cells, strict=True))
                name = named.pop("production").strip()
                if not name:
                    self.refuse("no name", "production")
                values = {column: self._number(column, cell) for column, cell in named.items()}
                self._check_row(values)
                rows.setdefault(name, []).append((self.row, values))
                if self.row > MOST_ROWS:
                    self.refuse(f"more than {MOST_ROWS} rows: no company has shot so much")
        except csv.Error as error:
            self.row = reader.line_num
            self.refuse(f"this is no CSV: {error}")
        self.row = 1
        if not rows:
            self.refuse("no rows: nothing to learn from", remedy="leave --history away to use the priors")
        by_day = "day" in header
        productions = tuple(
            (self._of_days if by_day else self._of_one)(name, found) for name, found in rows.items()
        )
        return History(productions=productions, findings=self._findings(productions))

    def _check_header(self, header: list[str]) -> None:
        if "production" not in header:
            known = ", ".join(COLUMNS)
            self.refuse("the first row has to name the columns, production among them", remedy=known)
        for column in header:
            if column not in COLUMNS:
                self.refuse(f"there is no column {column!r}", remedy=f"known: {', '.join(COLUMNS)}")
            if header.count(column) > 1:
                self.refuse("the column is there twice", column)
        pairs = ("minutes", "eighths", "days", "cost")
        if not any({f"planned_{one}", f"actual_{one}"} <= set(header) for one in pairs):
            self.refuse("nothing to compare: a planned and an actual column of one kind are needed")

    def _number(self, column: str, cell: str) -> float | None:
        cell = cell.strip()
        if cell.lower() in ("", "-", "na", "n/a"):
            self.empty += 1
            return None
        try:
            value = float(cell.replace("\u00a0", "").replace(" ", ""))
        except ValueError:
            self.refuse(f"{cell[:40]!r} is no number", column, "a point for decimals, no currency signs")
        if not math.isfinite(value):
            self.refuse(f"{cell[:40]!r} is no number to calculate with", column)
        if value < 0:
            self.refuse(f"{cell[:40]} is negative", column)
        if value > LARGEST:
            self.refuse(f"{cell[:40]} cannot be meant", column)
        return value

    def _check_row(self, values: Mapping[str, float | None]) -> None:
        for kind in ("minutes", "days", "cost"):
            planned, actual = values.get(f"planned_{kind}"), values.get(f"actual_{kind}")
            if planned == 0:
                self.refuse("nothing was planned: there is no ratio to zero", f"planned_{kind}")
            if planned and actual and not 1 / MOST_RATIO <= actual / planned <= MOST_RATIO:
                message = f"{actual:g} for {planned:g} planned: columns or units are mixed up"
                self.refuse(message, f"actual_{kind}")

    def _of_one(self, name: str, rows: list[tuple[int, _Row]]) -> Production:
        if len(rows) > 1:
            self.row = rows[1][0]
            self.refuse(f"{name!r} has {len(rows)} rows and there is no column day")
        row = rows[0][1]
        return Production(
            name=name,
            planned_days=row.get("planned_days"),
            actual_days=row.get("actual_days"),
            planned_cost=row.get("planned_cost"),
            actual_cost=row.get("actual_cost"),
            exterior_days=row.get("exterior"),
            weather_days=row.get("weather_loss"),
            illness_days=row.get("illness"),
            crew_days=row.get("crew_loss"),
            breakdown_days=row.get("breakdown"),
        )

    def _of_days(self, name: str, rows: list[tuple[int, _Row]]) -> Production:
        """Days of one production. What belongs to the whole stands in any of its rows, and is the same."""
        whole: dict[str, float | None] = {}
        for column in ("planned_days", "actual_days", "planned_cost", "actual_cost"):
            whole[column] = None
            for self.row, row in rows:
                value = row.get(column)
                if value is not None and whole[column] not in (None, value):
                    self.refuse(f"{name!r} has {whole[column]:g} in another row", column)
                whole[column] = whole[column] if value is None else value
        days = []
        for at, (_, row) in enumerate(rows, 1):
            number = row.get("day")
            days.append((float(at) if number is None else number, at, row))
        days.sort(key=lambda one: one[:2])
        return Production(
            name=name,
            days=tuple(_day(number, row) for number, _, row in days),
            planned_days=whole["planned_days"],
            actual_days=whole["actual_days"] or (float(len(days)) if whole["planned_days"] else None),
            planned_cost=whole["planned_cost"],
            actual_cost=whole["actual_cost"],
        )

    def _findings(self, productions: tuple[Production, ...]) -> tuple[Finding, ...]:
        found = []
        if self.empty:
            message = f"{self.empty} empty cells: what they would say is left out, not guessed"
            found.append(Finding(code="history.empty_cells", message=message))
        if len(productions) < 5:
            message = f"{len(productions)} past production(s): the priors still decide much of the width"
            found.append(
                Finding(code="history.few", message=message, severity="warning", needs_a_person=True)
            )
        for kind in ("days", "cost"):
            ratios = [(one.name, getattr(one, f"{kind}_ratio")) for one in productions]
            known = [(name, ratio) for name, ratio in ratios if ratio is not None]
            found += _outliers(kind, known)
        return tuple(found)


def _outliers(kind: str, known: list[tuple[str, float]]) -> list[Finding]:
    """Ratios far from the others: kept, since such things happen again, and said."""
    if len(known) < 5:
        return []
    values = sorted(ratio for _, ratio in known)
    middle = values[len(values) // 2]
    spread = 1.4826 * sorted(abs(one - middle) for one in values)[len(values) // 2]
    return [
        Finding(
            code="history.outlier",
            message=f"{name}: actual {kind} {math.exp(ratio):.2f} times the plan, far from the others; kept",
        )
        for name, ratio in known
        if abs(ratio - middle) > 5 * max(spread, 0.02)
    ]


def _day(number: float, row: Mapping[str, float | None]) -> PastDay:
    planned, actual = row.get("planned_minutes"), row.get("actual_minutes")
    stretch = _log_ratio(actual, planned)
    if stretch is None:  # fewer pages than planned in the same day: each took longer
        stretch = _log_ratio(row.get("planned_eighths"), row.get("actual_eighths"))
    exterior = row.get("exterior")
    return PastDay(
        number=number,
        stretch=stretch,
        planned_minutes=planned,
        exterior=None if exterior is None else exterior > 0,
        weather_loss=row.get("weather_loss"),
        illness=row.get("illness"),
        crew_loss=row.get("crew_loss"),
        breakdown=row.get("breakdown"),
    )


def _log_ratio(actual: float | None, planned: float | None) -> float | None:
    if not actual or not planned:
        return None
    return math.log(actual / planned)
