"""The stripboard, the one-liner and the shooting schedule: the same days in three depths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from answerprint.departments.planning.documents.paper import (
    Column,
    Grid,
    Paper,
    Part,
    Remark,
    Row,
    clock,
    hours,
)
from answerprint.departments.planning.records import Schedule, ShootDay, Strip
from answerprint.formats.screenplays.pagination import in_eighths

DAY_BREAK = "1d1d1d"
# The strip colours of Movie Magic's default board, lightened so that black type reads on them.
STRIP_COLOURS: Mapping[tuple[str, str], str] = {
    ("INT", "day"): "ffffff",
    ("EXT", "day"): "fff4a3",
    ("INT", "night"): "bcd6f5",
    ("EXT", "night"): "bfe3bd",
    ("INT", "dawn"): "fbd9e3",
    ("EXT", "dawn"): "fbc7b2",
    ("INT", "dusk"): "fbd9e3",
    ("EXT", "dusk"): "fbc7b2",
}
CATEGORIES = {
    "background": "Background",
    "children": "Children",
    "props": "Props",
    "vehicles": "Vehicles",
    "animals": "Animals",
    "wardrobe": "Wardrobe",
    "makeup": "Make-up",
    "stunts": "Stunts",
    "vfx": "VFX",
    "sfx": "Special effects",
    "sound": "Sound",
    "music": "Music",
    "notes": "Notes",
}


def inside(strip: Strip) -> str:
    """`INT`, `EXT` or `I/E`."""
    if strip.interior and strip.exterior:
        return "I/E"
    return "EXT" if strip.exterior else "INT"


def colour_of(strip: Strip) -> str:
    """The strip's colour, RRGGBB."""
    side = "INT" if inside(strip) == "INT" else "EXT"
    return STRIP_COLOURS.get((side, strip.day_or_night or "day"), "ffffff")


def cast_of(strip: Strip) -> str:
    """Cast numbers as strips carry them: `1, 2, 14`."""
    return ", ".join(str(number) for number in sorted(strip.cast))


def day_name(day: ShootDay, schedule: Schedule) -> str:
    """`Day 3 of 24, Thursday 5 March 2026`, with its unit where there are several."""
    units = {one.unit for one in schedule.days}
    unit = f", {day.unit} unit" if len(units) > 1 else ""
    return f"Day {day.index} of {len(schedule.days)}, {long_date(day)}{unit}"


def long_date(day: ShootDay) -> str:
    """`Thursday 5 March 2026`."""
    return f"{day.date:%A} {day.date.day} {day.date:%B %Y}"


def stripboard(schedule: Schedule) -> Paper:
    """Every strip in shooting order, coloured, a black band after each day; the boneyard last."""
    columns = [
        Column("Scene", 0.7, "centre"),
        Column("I/E", 0.55, "centre"),
        Column("Set", 3.4),
        Column("D/N", 0.7, "centre"),
        Column("Day", 0.5, "centre"),
        Column("Pages", 0.7, "right"),
        Column("Cast", 2.2),
        Column("Location", 2.0),
        Column("Needs", 1.6),
    ]
    strips = {strip.id: strip for strip in schedule.strips}
    rows: list[Row] = []
    for day in schedule.days:
        rows += [_strip_row(strips[one]) for one in day.strips]
        said = (
            f"END OF DAY {day.index}, {long_date(day)}: {in_eighths(day.eighths)} pages, {hours(day.minutes)}"
            + (f", {day.unit} unit" if day.unit != "main" else "")
        )
        rows.append(Row([said], fill=DAY_BREAK, ink="ffffff", bold=True, band=True))
    parts: list[Part] = [Grid(columns, rows)]
    if schedule.boneyard:
        left = [_strip_row(strips[one]) for one in schedule.boneyard if one in strips]
        parts.append(Grid(columns, left, title="Boneyard: not scheduled"))
    return Paper("stripboard", _title(schedule, "Stripboard"), _summary(schedule), [parts], landscape=True)


def one_liner(schedule: Schedule) -> Paper:
    """A line a scene: number, set, what happens, length and cast, day by day."""
    columns = [
        Column("Scene", 0.6, "centre"),
        Column("Set", 2.6),
        Column("What happens", 3.6),
        Column("D/N", 0.6, "centre"),
        Column("Pages", 0.6, "right"),
        Column("Cast", 1.2),
    ]
    strips = {strip.id: strip for strip in schedule.strips}
    parts: list[Part] = []
    for day in schedule.days:
        rows = [
            Row(
                [
                    strip.number,
                    f"{inside(strip)} {strip.set}",
                    strip.synopsis,
                    _night(strip),
                    in_eighths(strip.eighths),
                    cast_of(strip),
                ],
                fill=colour_of(strip),
            )
            for strip in (strips[one] for one in day.strips)
        ]
        times = f"{clock(day.call)} to {clock(day.wrap)}"
        said = f"{day.location or 'no location'}: {in_eighths(day.eighths)} pages, {times}"
        rows.append(Row([said], fill="e8e6df", bold=True, band=True))
        parts.append(Grid(columns, rows, title=day_name(day, schedule)))
    return Paper("one-liner", _title(schedule, "One-liner"), _summary(schedule), [parts])


def shooting_schedule(schedule: Schedule) -> Paper:
    """The one-liner with everything each scene needs."""
    names = {one.number: one.name for one in schedule.performers}
    columns = [Column("Scene", 1.1), Column("What is needed", 5)]
    strips = {strip.id: strip for strip in schedule.strips}
    parts: list[Part] = []
    for day in schedule.days:
        rows: list[Row] = []
        for strip in (strips[one] for one in day.strips):
            head = f"Scene {strip.number}  {inside(strip)} {strip.set}  {_night(strip)}"
            rows.append(Row([head], fill=colour_of(strip), bold=True, band=True))
            facts = f"{in_eighths(strip.eighths)} pages\n{hours(strip.minutes)}\n{strip.location}"
            if strip.script_day:
                facts += f"\nscript day {strip.script_day}"
            rows.append(Row([facts, "\n".join(_needs(strip, names))]))
        parts.append(Grid(columns, rows, title=day_name(day, schedule)))
    return Paper("shooting-schedule", _title(schedule, "Shooting schedule"), _summary(schedule), [parts])


def rules_broken(schedule: Schedule) -> list[Part]:
    """What the schedule breaks, each with the facts that cannot all hold; empty when nothing."""
    parts: list[Part] = []
    for one in schedule.violations:
        parts.append(Remark(f"{one.rule}: {one.message}", loud=True))
        if one.conflict:
            parts.append(Remark("These cannot all hold: " + "; ".join(one.conflict)))
    return parts


def _strip_row(strip: Strip) -> Row:
    needs = [
        f"{CATEGORIES.get(name, name)} {len(things)}"
        for name, things in strip.elements.items()
        if things and name not in ("cast", "props", "wardrobe", "sound")
    ]
    cells = [
        strip.number,
        inside(strip),
        strip.set,
        _night(strip),
        str(strip.script_day or ""),
        in_eighths(strip.eighths),
        cast_of(strip),
        strip.location if strip.location != strip.set else "",
        ", ".join(needs),
    ]
    return Row(cells, fill=colour_of(strip))


def _needs(strip: Strip, names: Mapping[int, str]) -> list[str]:
    found = [strip.synopsis] if strip.synopsis else []
    if strip.cast:
        found.append(
            "Cast: " + ", ".join(f"{one} {names.get(one, '')}".strip() for one in sorted(strip.cast))
        )
    for category, title in CATEGORIES.items():
        things: Sequence[str] = strip.elements.get(category, ())
        if things:
            found.append(f"{title}: {', '.join(things)}")
    return found


def _night(strip: Strip) -> str:
    return {"day": "D", "night": "N"}.get(strip.day_or_night, strip.day_or_night)


def _title(schedule: Schedule, what: str) -> str:
    return f"{schedule.title}: {what}" if schedule.title else what


def _summary(schedule: Schedule) -> str:
    total = sum(day.eighths for day in schedule.days)
    scenes = sum(len(day.strips) for day in schedule.days)
    said = f"{len(schedule.days)} days, {in_eighths(total)} pages, {scenes} scenes"
    if schedule.days:
        said += f", {schedule.days[0].date} to {schedule.days[-1].date}"
    if schedule.violations:
        said += f"; {len(schedule.violations)} hard rules broken"
    return said
