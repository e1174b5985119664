"""From breakdown sheets to strips: where each scene is shot, by which unit, and how many minutes it takes."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

import msgspec

from answerprint.core.breakdown import Breakdown, CastMember, SceneSheet
from answerprint.core.errors import PlanError
from answerprint.departments.planning.records import Location, Performer, Strip
from answerprint.departments.planning.rules import RulePack
from answerprint.departments.planning.settings import Estimates, PlanSettings, location_of_set

ROUNDING = 5  # minutes
EVERYWHERE = "*"  # a location's name that stands for all of them, for the weather
SLOWER = (
    ("stunts", "stunts_percent"),
    ("children", "children_percent"),
    ("background", "crowd_percent"),
    ("vehicles", "vehicles_percent"),
    ("animals", "children_percent"),
    ("vfx", "vfx_percent"),
)


def make_strips(
    breakdown: Breakdown, settings: PlanSettings, rules: RulePack | None = None
) -> tuple[Strip, ...]:
    """A strip for each scene that is not omitted; a scene longer than a day,
    than one twilight, or than a minor in it may work on a school day, is cut into parts (`id.2` …).

    Raises PlanError AP-PLAN-103 when the plan names a set, scene or performer that the screenplay lacks,
    AP-PLAN-104 when there is nothing to schedule.
    """
    sheets = [one for one in breakdown.sheets if not one.omitted]
    if not sheets:
        raise PlanError(
            "AP-PLAN-104",
            "there is no scene to schedule",
            file=settings.file,
            remedy="give a screenplay with scene headings",
        )
    _check_names(breakdown, settings)
    place_of = {name.casefold(): one.name for one in settings.locations for name in one.sets}
    named = {one.name.casefold(): one.name for one in settings.locations}
    units = {name.casefold(): one.name for one in settings.units for name in (*one.scenes, *one.sets)}
    strips: list[Strip] = []
    hours = _minors_minutes(breakdown, settings, rules)
    for sheet in sheets:
        place = (
            sheet.location if sheet.location and sheet.location != sheet.set else location_of_set(sheet.set)
        )
        place = place_of.get(sheet.set.casefold(), named.get(place.casefold(), place))
        names = set(sheet.names("cast"))
        strip = Strip(
            id=sheet.scene,
            number=sheet.number,
            set=sheet.set,
            location=place,
            interior=sheet.interior,
            exterior=sheet.exterior,
            day_or_night=sheet.day_or_night,
            script_day=sheet.script_day,
            eighths=max(sheet.eighths, 1),
            minutes=shooting_minutes(sheet, settings.estimates),
            cast=tuple(sorted(one.number for one in breakdown.cast if one.name in names)),
            elements=_elements(sheet),
            synopsis=sheet.synopsis,
            unit=units.get(sheet.number.casefold(), units.get(sheet.set.casefold(), "main")),
        )
        most = settings.day.max_minutes
        if strip.exterior and strip.day_or_night in ("dawn", "dusk"):
            most = min(most, max(2 * settings.day.twilight_minutes - 2 * ROUNDING, ROUNDING))
        most = min([most, *(hours[one] for one in strip.cast if one in hours)])
        strips += _parts(strip, most, settings.day.max_eighths)
    return tuple(strips)


def make_performers(cast: Iterable[CastMember], settings: PlanSettings) -> tuple[Performer, ...]:
    """Everybody in the cast, with what the plan says of them; a child without an age is taken as nine."""
    known = {one.name.casefold(): one for one in settings.performers}
    found = []
    for member in cast:
        one = next(
            (known[name.casefold()] for name in (member.name, *member.aliases) if name.casefold() in known),
            Performer(number=0, name=member.name, day_rate=settings.costs.default_day_rate),
        )
        age = one.age if one.age is not None or not member.child else 9
        found.append(msgspec.structs.replace(one, number=member.number, name=member.name, age=age))
    return tuple(found)


def make_locations(strips: Iterable[Strip], settings: PlanSettings) -> tuple[Location, ...]:
    """Every location that a strip needs, in the order the script first goes there."""
    known = {one.name: one for one in settings.locations}
    return tuple(
        known.get(name, Location(name=name)) for name in dict.fromkeys(one.location for one in strips)
    )


def shooting_minutes(sheet: SceneSheet, estimates: Estimates) -> int:
    """Minutes of work a scene takes: eighths by kind, percentages for what slows it, one set-up; rounded up
    to five minutes. The defaults put about five pages of plain interiors into ten hours."""
    if not sheet.exterior:
        each = estimates.interior
    else:
        each = estimates.night_exterior if sheet.day_or_night == "night" else estimates.exterior
    percent = 100 + sum(getattr(estimates, name) for category, name in SLOWER if sheet.names(category))  # type: ignore[arg-type]
    if sum(one.speaks for one in sheet.elements if one.category == "cast" and one.answer != "rejected") > 1:
        percent += estimates.dialogue_percent
    minutes = estimates.set_up_minutes + max(sheet.eighths, 1) * each * max(percent, 10) / 100
    return max(ROUNDING, -(-int(minutes + 0.999) // ROUNDING) * ROUNDING)


def _minors_minutes(breakdown: Breakdown, settings: PlanSettings, rules: RulePack | None) -> dict[int, int]:
    """Minutes that each minor (by cast number) may work on a school day."""
    found: dict[int, int] = {}
    for one in make_performers(breakdown.cast, settings) if rules is not None else ():
        rule = rules.minor_rule(one.age) if rules is not None else None
        if rule is not None:
            found[one.number] = max(rule.work_minutes, 1)
    return found


def _parts(strip: Strip, most: int, most_eighths: int) -> list[Strip]:
    """A strip as it is, or in equal parts that fit a day."""
    count = max(-(-strip.minutes // most), -(-strip.eighths // most_eighths) if most_eighths else 1)
    if count == 1:
        return [strip]
    minutes = -(-strip.minutes // count)
    eighths = [strip.eighths // count + (at < strip.eighths % count) for at in range(count)]
    return [
        msgspec.structs.replace(
            strip,
            id=strip.id if at == 0 else f"{strip.id}.{at + 1}",
            number=f"{strip.number} pt {at + 1}",
            minutes=minutes,
            eighths=max(eighths[at], 1),
        )
        for at in range(count)
    ]


def _elements(sheet: SceneSheet) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for one in sheet.elements:
        if one.answer != "rejected":
            found.setdefault(one.category, []).append(one.name)
    return {category: tuple(names) for category, names in found.items()}


def _check_names(breakdown: Breakdown, settings: PlanSettings) -> None:
    cast = {name.casefold() for one in breakdown.cast for name in (one.name, *one.aliases)}
    sets = {one.set.casefold() for one in breakdown.sheets}
    numbers = {one.number.casefold() for one in breakdown.sheets}
    wanted = [("performers", one.name, cast) for one in settings.performers]
    wanted += [("locations.sets", name, sets) for one in settings.locations for name in one.sets]
    wanted += [("units.sets", name, sets) for one in settings.units for name in one.sets]
    places = {location_of_set(one.set).casefold() for one in breakdown.sheets}
    places |= {one.location.casefold() for one in breakdown.sheets} | {EVERYWHERE}
    wanted += [("locations", one.name, places) for one in settings.locations if not one.sets]
    scenes = [("units.scenes", name) for one in settings.units for name in one.scenes]
    scenes += [("pins.scene", one.scene) for one in settings.pins]
    scenes += [("pinned_days.scenes", name) for one in settings.pinned_days for name in one.scenes]
    scenes += [("order", name) for one in settings.order for name in (one.first, one.then)]
    scenes += [("boneyard", name) for name in settings.boneyard]
    wanted += [(key, name, numbers) for key, name in scenes]
    for key, name, known in wanted:
        if name.casefold() not in known:
            near = difflib.get_close_matches(name.casefold(), sorted(known), n=3)
            what = {"performers": "nobody", "locations": "no place"}.get(
                key, "no set" if key.endswith("sets") else "no scene"
            )
            file, place = settings.rows.get(name.casefold(), (settings.file, key))
            raise PlanError(
                "AP-PLAN-103",
                f"{what} of this screenplay is called {name!r}",
                file=file,
                at=place,
                remedy=f"did you mean {', '.join(one.upper() for one in near)}?"
                if near
                else "take it out of the plan",
            )
