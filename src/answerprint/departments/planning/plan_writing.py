"""Writes a plan file to begin with: every key with its default and what it is for, the screenplay's own sets
and people filled in."""

from __future__ import annotations

import json
from collections.abc import Iterable

from answerprint.core.breakdown import Breakdown
from answerprint.departments.planning.records import Costs
from answerprint.departments.planning.rules import rule_packs
from answerprint.departments.planning.settings import DayLimits, Estimates, Production, location_of_set

PRODUCTION = {
    "start": "the first date that may be shot on",
    "days_off": "weekdays the company does not work",
    "holidays": "dates: [2026-05-25]; no school on them either",
    "unavailable": "other dates that are not shot",
    "timezone": 'the clock that calls are given in: "Europe/Berlin"',
    "rules": f"rule pack: {', '.join(rule_packs())}; or a .toml of your own beside this file",
}
COSTS = {
    "shoot_day": "crew and equipment, a day of a unit",
    "location_move": "a move between locations within a day",
    "set_change": "a change of set within a location and a day",
    "overtime_hour": "an hour beyond the standard day",
    "day_night_switch": "from day work to night work, or back",
    "change_penalty": "re-planning: a strip that leaves its published day",
    "default_day_rate": "a performer without a rate of their own",
}
DAY = {
    "call": "usual call",
    "standard_minutes": "beyond this is overtime",
    "max_minutes": "beyond this is not allowed (the rule pack may allow less)",
    "max_eighths": "most eighths of a page in a day; 0: no limit",
    "move_minutes": "a move between locations",
    "set_change_minutes": "a change of set within a location",
    "twilight_minutes": "DAWN and DUSK exteriors are shot within this of sunrise and sunset",
    "mixed_days": "day and night exteriors may fall on one date",
    "interiors_follow_script": "true: INT. NIGHT is shot in darkness, INT. DAY in daylight",
}
ESTIMATES = {
    "set_up_minutes": "once for each scene",
    "interior": "minutes for an eighth of a page",
    "stunts_percent": "added where a scene has stunts, and so on",
    "dialogue_percent": "where two or more people speak",
}


def write_plan(breakdown: Breakdown) -> str:
    """The text of a plan.toml for a screenplay. Read as it is, it changes nothing about the defaults."""
    lines = [
        f"# The plan of {breakdown.title or 'a film'}. Whatever is left out has the value shown here.",
        "",
        "[production]",
        f"title = {_text(breakdown.title)}",
        *_table(Production(), PRODUCTION, ("title", "end", "latitude", "longitude")),
        "# end = 2026-07-31         # the last date that may be shot on",
        "# latitude = 52.52         # degrees north and east; else the sun rises at 06:00 and sets at 18:00",
        "# longitude = 13.40",
        "",
        "[day]  # minutes of work: set-ups, moves, changes and waiting for light included",
        *_table(DayLimits(), DAY),
        "",
        "[costs]  # whole units of your currency",
        *_table(Costs(), COSTS),
        "",
        "[hold]",
        'policy = "paid"            # between a performer\'s work days: "paid", or "drop" (one unpaid gap)',
        "# drop_after = 10          # free days from which a gap may be dropped; else as the rule pack says",
        "",
        "[estimates]  # minutes of shooting",
        *_table(Estimates(), ESTIMATES),
        "",
        "# Scenes left out, scenes tied to dates, and what comes before what:",
        '# boneyard = ["12"]        (this line belongs above the first table)',
        "# [[pins]]",
        '# scene = "12"',
        "# date = 2026-05-11",
        "# [[pinned_days]]          # the whole day, in this order and nothing else",
        "# date = 2026-05-12",
        '# scenes = ["3", "4"]',
        "# [[order]]",
        '# first = "12"',
        '# then = "14"',
        "# [[units]]                # beside the main unit",
        '# name = "second"',
        '# scenes = ["31"]',
        "# [[school_holidays]]",
        "# from = 2026-07-01",
        "# to = 2026-08-31",
        "",
    ]
    for member in breakdown.cast:
        lines += [
            "[[performers]]",
            f"name = {_text(member.name)}  # {member.speeches} speeches in {len(member.scenes)} scenes",
            f"rate = {Costs().default_day_rate}",
            "# hold_rate = 200          # a held day; else the rate",
            "# age = 9                  # under 18: minors' rules hold" if member.child else "",
            "# available = [{from = 2026-05-04, to = 2026-05-29}]",
            "",
        ]
    for place, sets in _places(breakdown).items():
        lines += [
            "[[locations]]",
            f"name = {_text(place)}",
            f"sets = [{', '.join(_text(one) for one in sets)}]",
            "day_cost = 0",
            "# windows = [{from = 2026-05-04, to = 2026-05-15}]",
            '# dry_probability = {"5" = 0.7, "6" = 0.65}',
            "",
        ]
    return "\n".join(line for at, line in enumerate(lines) if line or not at or lines[at - 1]).rstrip() + "\n"


def _places(breakdown: Breakdown) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for sheet in breakdown.sheets:
        place = (
            sheet.location if sheet.location and sheet.location != sheet.set else location_of_set(sheet.set)
        )
        # A heading without a set (OPENING TITLES) is shot nowhere in particular: it has no table.
        if place.strip() and not sheet.omitted and sheet.set not in found.setdefault(place, []):
            found[place].append(sheet.set)
    return found


def _table(record: object, notes: dict[str, str], without: Iterable[str] = ()) -> list[str]:
    lines = []
    for name in record.__struct_fields__:  # type: ignore[attr-defined]
        if name not in without:
            line = f"{name} = {_value(getattr(record, name))}"
            lines.append(f"{line:<26} # {notes[name]}" if name in notes else line)
    return lines


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return f"[{', '.join(_value(one) for one in value)}]"
    return _text(value) if isinstance(value, str) else str(value)


def _text(value: str) -> str:
    """JSON's escapes are TOML's, but TOML wants DEL escaped too."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
