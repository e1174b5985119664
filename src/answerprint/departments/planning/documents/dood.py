"""Day-out-of-days: for each performer and date, whether they start, work, are held, dropped or finish."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from answerprint.departments.planning.documents.paper import Column, Grid, Paper, Row
from answerprint.departments.planning.records import Schedule

MEANING = (
    "SW start work, W work, H hold, WD work and drop, PW pick up and work, WF work and finish, SWF the only "
    "day; a grey column is a day nobody shoots."
)
_FILLS = {"H": "f6e3b4", "W": "cfe5f7"}
_OFF = "e6e6e6"
_WIDE = 45  # dates on one sheet


@dataclass(frozen=True)
class DoodRow:
    """One performer: codes by date, and their totals."""

    number: int
    name: str
    codes: Mapping[datetime.date, str]
    start: datetime.date
    finish: datetime.date

    @property
    def worked(self) -> int:
        return sum("W" in code for code in self.codes.values())

    @property
    def held(self) -> int:
        return sum(code == "H" for code in self.codes.values())


def day_out_of_days(schedule: Schedule) -> tuple[DoodRow, ...]:
    """A row a performer who works, by cast number.

    Between two work days a shooting day is H where the schedule holds the performer; where it does not,
    the performer is dropped after the work day before (WD) and picked up at the next (PW).
    """
    dates = sorted({day.date for day in schedule.days})
    working: dict[int, set[datetime.date]] = {}
    held: dict[int, set[datetime.date]] = {}
    for day in schedule.days:
        for number in day.cast:
            working.setdefault(number, set()).add(day.date)
        for number in day.held:
            held.setdefault(number, set()).add(day.date)
    names = {one.number: one.name for one in schedule.performers}
    rows = []
    for number, days in sorted(working.items()):
        first, last = min(days), max(days)
        codes: dict[datetime.date, str] = {}
        dropped_before = False
        span = [date for date in dates if first <= date <= last]
        for at, date in enumerate(span):
            if date not in days:
                if date in held.get(number, ()):
                    codes[date] = "H"
                else:
                    dropped_before = True
                continue
            following = span[at + 1] if at + 1 < len(span) else None
            drops = following is not None and following not in days and following not in held.get(number, ())
            codes[date] = (
                ("S" if date == first else "")
                + ("P" if dropped_before else "")
                + "W"
                + ("F" if date == last else "D" if drops else "")
            )
            dropped_before = False
        rows.append(DoodRow(number, names.get(number, f"cast {number}"), codes, first, last))
    return tuple(rows)


def dood(schedule: Schedule) -> Paper:
    """The chart: dates across, performers down, totals at the right, workers per day at the foot."""
    rows = day_out_of_days(schedule)
    shooting = sorted({day.date for day in schedule.days})
    pages = []
    for first in range(0, max(len(_calendar(shooting)), 1), _WIDE):
        pages.append([_chart(rows, _calendar(shooting)[first : first + _WIDE], set(shooting))])
    title = f"{schedule.title}: day-out-of-days" if schedule.title else "Day-out-of-days"
    return Paper("day-out-of-days", title, MEANING, pages, landscape=True, small=True)


def _chart(rows: tuple[DoodRow, ...], dates: list[datetime.date], shooting: set[datetime.date]) -> Grid:
    columns = [Column("No.", 0.9, "centre"), Column("Cast", 4.2)]
    columns += [Column(f"{date:%a}"[:2] + f"\n{date.day}/{date.month}", 1.0, "centre") for date in dates]
    columns += [Column(name, 1.5, "centre") for name in ("Start", "Finish", "Work", "Hold", "Total")]
    off = {at + 2: _OFF for at, date in enumerate(dates) if date not in shooting}
    made = []
    for row in rows:
        codes = [row.codes.get(date, "") for date in dates]
        fills = {at + 2: _FILLS["H"] if code == "H" else _FILLS["W"] for at, code in enumerate(codes) if code}
        totals = [
            f"{row.start.day}/{row.start.month}",
            f"{row.finish.day}/{row.finish.month}",
            str(row.worked),
            str(row.held),
            str(row.worked + row.held),
        ]
        made.append(Row([str(row.number), row.name, *codes, *totals], fills=off | fills))
    working = [str(sum("W" in row.codes.get(date, "") for row in rows) or "") for date in dates]
    sums = [sum(row.worked for row in rows), sum(row.held for row in rows)]
    made.append(
        Row(
            ["", "working", *working, "", "", str(sums[0]), str(sums[1]), str(sum(sums))],
            bold=True,
            fills=off,
        )
    )
    return Grid(columns, made)


def _calendar(shooting: list[datetime.date]) -> list[datetime.date]:
    """Every date from the first to the last."""
    if not shooting:
        return []
    count = (shooting[-1] - shooting[0]).days + 1
    return [shooting[0] + datetime.timedelta(days=at) for at in range(count)]
