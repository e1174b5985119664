"""Call sheets: who comes when, what is shot, what each department brings, and what tomorrow is."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import msgspec

from answerprint.departments.planning.documents.dood import day_out_of_days
from answerprint.departments.planning.documents.paper import (
    Column,
    Facts,
    Grid,
    Paper,
    Part,
    Remark,
    Row,
    clock,
    hours,
)
from answerprint.departments.planning.documents.stripboard import (
    CATEGORIES,
    cast_of,
    colour_of,
    day_name,
    inside,
)
from answerprint.departments.planning.records import Schedule, ShootDay, Strip
from answerprint.formats.screenplays.pagination import in_eighths

READY = 60  # minutes before their first scene that a performer is called: make-up and wardrobe
BACKGROUND_READY = 45
STATUS = {"S": "start", "W": "work", "F": "finish", "P": "pick up", "D": "drop"}


class Company(msgspec.Struct, frozen=True, kw_only=True):
    """What a call sheet says and no screenplay knows; empty fields are left to fill in by hand."""

    production: str = ""
    company: str = ""
    director: str = ""
    producer: str = ""
    first_assistant: str = ""
    phone: str = ""
    base: str = ""
    parking: str = ""
    hospital: str = ""
    weather: Mapping[str, str] = {}  # "2026-03-02" → forecast in words
    addresses: Mapping[str, str] = {}  # location → address
    notes: str = ""


def call_sheets(schedule: Schedule, company: Company | None = None) -> Paper:
    """One page a shooting day."""
    company = company or Company()
    codes = {row.number: row.codes for row in day_out_of_days(schedule)}
    pages = [
        _sheet(schedule, day, following, company, codes)
        for day, following in zip(schedule.days, (*schedule.days[1:], None), strict=False)
    ]
    title = company.production or schedule.title
    return Paper("call-sheets", f"{title}: call sheets" if title else "Call sheets", "", pages)


def scene_times(day: ShootDay, strips: Mapping[str, Strip]) -> dict[str, int]:
    """When each strip of a day begins, minutes after midnight.

    Scenes follow one another from the call; the day's moves and meals, which its minutes hold beyond the
    scenes' own, are spread between them.
    """
    own = [strips[one].minutes for one in day.strips]
    available = max(day.wrap - day.call, sum(own))
    between = (available - sum(own)) // max(len(own), 1)
    times: dict[str, int] = {}
    at = day.call
    for one, minutes in zip(day.strips, own, strict=True):
        times[one] = at
        at += minutes + between
    return times


def _sheet(
    schedule: Schedule,
    day: ShootDay,
    following: ShootDay | None,
    company: Company,
    codes: Mapping[int, Mapping[datetime.date, str]],
) -> list[Part]:
    strips = {strip.id: strip for strip in schedule.strips}
    todays = [strips[one] for one in day.strips]
    times = scene_times(day, strips)
    light = f"sunrise {clock(day.sunrise)}, sunset {clock(day.sunset)}" if day.sunset is not None else ""
    address = "\n".join(
        f"{place}: {company.addresses[place]}" if place in company.addresses else place
        for place in (day.locations or (day.location,))
    )
    parts: list[Part] = [
        Facts(
            [
                ("Call sheet", day_name(day, schedule)),
                ("General call", clock(day.call)),
                ("Estimated wrap", f"{clock(day.wrap)} ({hours(day.wrap - day.call)})"),
                ("Company", company.company),
                ("Director", company.director),
                ("Producer", company.producer),
                ("First assistant", f"{company.first_assistant} {company.phone}".strip()),
                ("Light", light),
                ("Weather", company.weather.get(day.date.isoformat(), "")),
                ("Locations", address),
                ("Base and parking", "\n".join(one for one in (company.base, company.parking) if one)),
                ("Nearest hospital", company.hospital),
            ],
            across=3,
        ),
        _scenes(day, todays, times),
        _cast(schedule, day, todays, times, codes),
    ]
    needed = _departments(todays, times)
    if needed.rows:
        parts.append(needed)
    broken = [one for one in schedule.violations if one.day == day.index]
    parts += [Remark(f"{one.rule}: {one.message}", loud=True) for one in broken]
    parts += [Remark(note) for note in (*day.notes, company.notes) if note]
    if following is not None:
        ahead = "; ".join(
            f"{strip.number} {inside(strip)} {strip.set}"
            for strip in (strips[one] for one in following.strips)
        )
        parts.append(Remark(f"Next: {day_name(following, schedule)}, {following.location}: {ahead}"))
    return parts


def _scenes(day: ShootDay, todays: list[Strip], times: Mapping[str, int]) -> Grid:
    columns = [
        Column("From", 0.6, "centre"),
        Column("Scene", 0.6, "centre"),
        Column("Set and what happens", 4),
        Column("D/N", 0.6, "centre"),
        Column("Pages", 0.6, "right"),
        Column("Cast", 1.2),
        Column("Location", 1.5),
    ]
    rows = [
        Row(
            [
                clock(times[strip.id]),
                strip.number,
                f"{inside(strip)} {strip.set}" + (f"\n{strip.synopsis}" if strip.synopsis else ""),
                strip.day_or_night,
                in_eighths(strip.eighths),
                cast_of(strip),
                strip.location,
            ],
            fill=colour_of(strip),
        )
        for strip in todays
    ]
    total = ["", "", f"{len(todays)} scenes", "", in_eighths(day.eighths), "", ""]
    return Grid(columns, [*rows, Row(total, bold=True)], title="Scenes")


def _cast(
    schedule: Schedule,
    day: ShootDay,
    todays: list[Strip],
    times: Mapping[str, int],
    codes: Mapping[int, Mapping[datetime.date, str]],
) -> Grid:
    names = {one.number: one for one in schedule.performers}
    rows = []
    for number in sorted(day.cast):
        mine = [strip for strip in todays if number in strip.cast]
        first = min((times[strip.id] for strip in mine), default=day.call)
        who: Any = names.get(number)
        age = f", {who.age} years: minors' rules" if who is not None and who.age is not None else ""
        code = codes.get(number, {}).get(day.date, "W")
        rows.append(
            Row(
                [
                    str(number),
                    (who.name if who else f"cast {number}") + age,
                    f"{code} ({', '.join(STATUS[letter] for letter in code)})",
                    clock(max(first - READY, 0)),
                    clock(first),
                    ", ".join(strip.number for strip in mine),
                ]
            )
        )
    for number in sorted(day.held):
        who = names.get(number)
        rows.append(Row([str(number), who.name if who else f"cast {number}", "H (hold)", "", "", ""]))
    columns = [
        Column("No.", 0.5, "centre"),
        Column("Cast", 2.5),
        Column("Status", 1.6),
        Column("Called", 0.8, "centre"),
        Column("On set", 0.8, "centre"),
        Column("Scenes", 2),
    ]
    return Grid(columns, rows, title="Cast")


def _departments(todays: list[Strip], times: Mapping[str, int]) -> Grid:
    rows = []
    for category, title in CATEGORIES.items():
        wanted: dict[str, list[Strip]] = {}
        for strip in todays:
            for thing in strip.elements.get(category, ()):
                wanted.setdefault(thing, []).append(strip)
        for thing, where in wanted.items():
            ready = min(times[strip.id] for strip in where)
            if category in ("background", "children"):
                ready = max(ready - BACKGROUND_READY, 0)
            rows.append(Row([title, thing, ", ".join(strip.number for strip in where), clock(ready)]))
    columns = [
        Column("Department", 1.3),
        Column("What", 3.5),
        Column("Scenes", 2),
        Column("Ready by", 0.8, "centre"),
    ]
    return Grid(columns, rows, title="Needed")
