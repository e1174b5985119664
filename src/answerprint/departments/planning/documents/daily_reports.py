"""Daily production reports: what was planned, what was shot, and where that leaves the film.

The planned side is filled in; the actual side is a form, or filled from the day's own record (a CSV).
"""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from answerprint.core.errors import PlanError
from answerprint.departments.planning.documents.paper import Column, Facts, Grid, Paper, Part, Row, clock
from answerprint.departments.planning.documents.stripboard import day_name, inside
from answerprint.departments.planning.records import Schedule, ShootDay, Strip
from answerprint.formats.screenplays.pagination import in_eighths
from answerprint.formats.text import read_text

COLUMNS = ("date", "scene", "status", "setups", "minutes", "note")
STATUSES = ("shot", "part", "dropped", "added")


class Actual(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one scene on one day."""

    date: datetime.date
    scene: str
    status: str  # shot, part, dropped, added
    setups: int | None = None
    minutes: int | None = None  # from the first set-up to the last cut
    note: str = ""


def read_actuals(path: Path) -> tuple[Actual, ...]:
    """A production's record of its days: columns date, scene, status, setups, minutes, note.

    Raises PlanError AP-PLAN-080 naming the row for what cannot be, and what `read_text` raises.
    """
    text, _ = read_text(path)
    reader = csv.DictReader(io.StringIO(text))
    try:
        columns, rows = reader.fieldnames or (), list(reader)
    except csv.Error as error:
        raise PlanError(
            "AP-PLAN-080",
            f"this table cannot be read: {error}",
            file=str(path),
            at=f"row {max(reader.line_num, 1)}",
            remedy="save it as CSV with commas",
        ) from error
    missing = {"date", "scene", "status"} - set(columns)
    if missing:
        raise PlanError(
            "AP-PLAN-080",
            f"has no column {', '.join(sorted(missing))}",
            file=str(path),
            at="row 1",
            remedy=f"its first row names the columns: {', '.join(COLUMNS)}",
        )
    found = []
    for at, row in enumerate(rows, start=2):
        try:
            found.append(_actual({key: (row.get(key) or "").strip() for key in COLUMNS}))
        except ValueError as error:
            raise PlanError(
                "AP-PLAN-080",
                str(error),
                file=str(path),
                at=f"row {at}",
                remedy=f"a date as 2026-03-02, a status out of {', '.join(STATUSES)}, whole numbers",
            ) from error
    return tuple(found)


def daily_reports(schedule: Schedule, actuals: Sequence[Actual] = ()) -> Paper:
    """One page a shooting day, with pages and scenes to date."""
    strips = {strip.id: strip for strip in schedule.strips}
    total = sum(day.eighths for day in schedule.days)
    pages: list[list[Part]] = []
    planned = done = 0
    for day in schedule.days:
        said = {one.scene: one for one in actuals if one.date == day.date}
        todays = [strips[one] for one in day.strips]
        planned += day.eighths
        by_number = {strip.number: strip for strip in schedule.strips}
        done += sum(
            by_number[one.scene].eighths
            for one in said.values()
            if one.status in ("shot", "added") and one.scene in by_number
        )
        filled = bool(said)
        pages.append(
            [
                _head(schedule, day, planned, done if filled else None, total),
                _scenes(todays, said, by_number),
                _people(schedule, day),
                _departments(),
            ]
        )
    title = f"{schedule.title}: daily production reports" if schedule.title else "Daily production reports"
    return Paper("daily-reports", title, "", pages)


def _actual(row: Mapping[str, str]) -> Actual:
    if row["status"] not in STATUSES:
        raise ValueError(f"{row['status']!r} is no status")
    if not row["scene"]:
        raise ValueError("names no scene")
    numbers = {name: int(row[name]) if row[name] else None for name in ("setups", "minutes")}
    if any(value is not None and value < 0 for value in numbers.values()):
        raise ValueError("set-ups and minutes are not below zero")
    return Actual(
        date=datetime.date.fromisoformat(row["date"]),
        scene=row["scene"],
        status=row["status"],
        note=row["note"],
        **numbers,
    )


def _head(schedule: Schedule, day: ShootDay, planned: int, done: int | None, total: int) -> Facts:
    behind = "" if done is None else in_eighths(abs(planned - done))
    return Facts(
        [
            ("Report", day_name(day, schedule)),
            ("Location", ", ".join(day.locations or (day.location,))),
            ("Planned call and wrap", f"{clock(day.call)} to {clock(day.wrap)}"),
            ("Actual call", ""),
            ("First shot", ""),
            ("Meal out and in", ""),
            ("Actual wrap", ""),
            ("Pages planned to date", f"{in_eighths(planned)} of {in_eighths(total)}"),
            ("Pages shot to date", "" if done is None else in_eighths(done)),
            (
                "Ahead or behind",
                ""
                if done is None
                else f"{behind} {'ahead' if done > planned else 'behind'}"
                if behind != "0"
                else "on plan",
            ),
            ("Weather", ""),
            ("Signed", ""),
        ],
        across=3,
    )


def _scenes(todays: Sequence[Strip], said: Mapping[str, Actual], known: Mapping[str, Strip]) -> Grid:
    rows = []
    added = [known[one.scene] for one in said.values() if one.status == "added" and one.scene in known]
    for strip in (*todays, *(one for one in added if one not in todays)):
        actual = said.get(strip.number)
        cells = [strip.number, f"{inside(strip)} {strip.set}", in_eighths(strip.eighths), str(strip.minutes)]
        if actual is None:
            cells += ["", "", "", ""]
        else:
            counted = (actual.setups, actual.minutes)
            cells += [
                actual.status,
                *("" if one is None else str(one) for one in counted),
                actual.note,
            ]
        rows.append(Row(cells))
    columns = [
        Column("Scene", 0.7, "centre"),
        Column("Set", 3),
        Column("Pages", 0.7, "right"),
        Column("Planned minutes", 0.9, "right"),
        Column("Shot?", 0.9, "centre"),
        Column("Set-ups", 0.8, "right"),
        Column("Minutes", 0.8, "right"),
        Column("Note", 2),
    ]
    return Grid(columns, rows, title="Scenes")


def _people(schedule: Schedule, day: ShootDay) -> Grid:
    names = {one.number: one.name for one in schedule.performers}
    rows = [
        Row([str(one), names.get(one, f"cast {one}"), status, "", "", "", ""])
        for status, numbers in (("work", day.cast), ("hold", day.held))
        for one in sorted(numbers)
    ]
    titles = ("No.", "Cast", "Planned", "Called", "On set", "Meal", "Released")
    columns = [
        Column(title, 2.5 if title == "Cast" else 1, "left" if title == "Cast" else "centre")
        for title in titles
    ]
    return Grid(columns, rows, title="Cast")


def _departments() -> Grid:
    rows = [
        Row([name, "", "", ""])
        for name in (
            "Camera: cards and minutes",
            "Sound: rolls",
            "Background",
            "Accidents and delays",
            "Equipment",
        )
    ]
    columns = [Column("", 2), Column("Today", 1.2), Column("To date", 1.2), Column("Remarks", 3)]
    return Grid(columns, rows, title="Record")
