"""plan.toml: read with errors that name the key and the remedy; every value checked before anything runs."""

from __future__ import annotations

import datetime
import math
import tomllib
import zoneinfo
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NoReturn

import msgspec

from answerprint.core.errors import PlanError, UsageError
from answerprint.departments.planning.records import Costs, Location, Performer, Window
from answerprint.departments.planning.settings import (
    WEEKDAYS,
    DayLimits,
    Estimates,
    Hold,
    Pin,
    PinnedDay,
    PlanSettings,
    Precedence,
    Production,
    Unit,
    minutes_of,
)
from answerprint.formats.text import read_text

PLAN_NAME = "plan.toml"
MOST = 10**9  # money and minutes above this are slips of the hand


class _Dates(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    from_: datetime.date
    to: datetime.date


class _Performer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    rate: int | None = None
    hold_rate: int | None = None
    hold: bool = True
    age: int | None = None
    available: tuple[_Dates, ...] = ()
    unavailable: tuple[_Dates, ...] = ()


class _Location(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    sets: tuple[str, ...] = ()
    day_cost: int = 0
    windows: tuple[_Dates, ...] = ()
    latitude: float | None = None
    longitude: float | None = None
    dry_probability: dict[str, float] = {}


class _Costs(Costs, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class _PlanFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    production: Production = Production()
    day: DayLimits = DayLimits()
    estimates: Estimates = Estimates()
    costs: _Costs = _Costs()
    hold: Hold = Hold()
    performers: tuple[_Performer, ...] = ()
    locations: tuple[_Location, ...] = ()
    units: tuple[Unit, ...] = ()
    pins: tuple[Pin, ...] = ()
    pinned_days: tuple[PinnedDay, ...] = ()
    order: tuple[Precedence, ...] = ()
    school_holidays: tuple[_Dates, ...] = ()
    boneyard: tuple[str, ...] = ()


def read_plan(path: Path) -> PlanSettings:
    """The settings of a plan file. Raises PlanError AP-PLAN-100 for text that is not TOML, AP-PLAN-101 for an
    unknown or ill-typed key, AP-PLAN-102 for a value that cannot be; each with the key and a remedy."""
    text, _ = read_text(path)
    return parse_plan(text, str(path))


def parse_plan(text: str, file: str | None = None) -> PlanSettings:
    """As `read_plan`, from text."""
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        raise PlanError(
            "AP-PLAN-100",
            f"not TOML: {error}",
            file=file,
            remedy="mend that line (https://toml.io); text stands in quotes, dates do not",
        ) from error
    try:
        plan = msgspec.convert(document, _PlanFile)
    except msgspec.ValidationError as error:
        what, _, place = str(error).partition(" - at ")
        raise PlanError(
            "AP-PLAN-101",
            what[:1].lower() + what[1:],
            file=file,
            at=place.strip("`$.") or None,
            remedy="`answerprint plan schedule FILE --write-plan plan.toml` explains every key",
        ) from error
    settings = PlanSettings(
        production=plan.production,
        day=plan.day,
        estimates=plan.estimates,
        costs=Costs(**msgspec.structs.asdict(plan.costs)),
        hold=plan.hold,
        performers=tuple(
            _performer(one, plan.costs.default_day_rate, n, file) for n, one in _numbered(plan.performers)
        ),
        locations=tuple(_location(one, n, file) for n, one in _numbered(plan.locations)),
        units=plan.units,
        pins=plan.pins,
        pinned_days=plan.pinned_days,
        order=plan.order,
        school_holidays=_windows(plan.school_holidays, "school_holidays", file),
        boneyard=plan.boneyard,
        file=file,
    )
    check_settings(settings)
    return settings


def check_settings(settings: PlanSettings) -> None:
    """Refuses values that cannot be: PlanError AP-PLAN-102 with the key and a remedy."""
    file = settings.file
    production, day = settings.production, settings.day
    for table, record in (("costs", settings.costs), ("estimates", settings.estimates)):
        for name in record.__struct_fields__:
            value = getattr(record, name)
            if name == "dialogue_percent":
                _between(value, -90, 1000, f"{table}.{name}", file)
            else:
                _between(value, 0, MOST, f"{table}.{name}", file)
    for name in ("interior", "exterior", "night_exterior"):
        _between(getattr(settings.estimates, name), 1, 1000, f"estimates.{name}", file)
    clocks = {
        name: _clock(getattr(day, name), f"day.{name}", file)
        for name in ("earliest_call", "call", "latest_call")
    }
    if not clocks["earliest_call"] <= clocks["call"] <= clocks["latest_call"]:
        _refuse(
            "day.call", "the call lies outside earliest_call and latest_call", "put the three in order", file
        )
    _between(day.standard_minutes, 60, 1440, "day.standard_minutes", file)
    _between(day.max_minutes, 60, 1440, "day.max_minutes", file)
    if day.standard_minutes > day.max_minutes:
        _refuse(
            "day.standard_minutes",
            f"{day.standard_minutes} is above max_minutes ({day.max_minutes})",
            "a standard day is no longer than the longest",
            file,
        )
    for name in ("max_eighths", "move_minutes", "set_change_minutes", "twilight_minutes"):
        _between(getattr(day, name), 0, 1440, f"day.{name}", file)
    for one in production.days_off:
        if one not in WEEKDAYS:
            _refuse("production.days_off", f"{one!r} is no weekday", f"known: {', '.join(WEEKDAYS)}", file)
    if len(set(production.days_off)) == 7:
        _refuse("production.days_off", "no weekday is left to shoot on", "take one out", file)
    if production.end is not None and production.end < production.start:
        _refuse(
            "production.end",
            f"{production.end} is before the start, {production.start}",
            "exchange the two",
            file,
        )
    if not 1900 <= production.start.year <= 2199:
        _refuse(
            "production.start", f"{production.start} is no year for this plan", "years 1900 to 2199", file
        )
    try:
        zoneinfo.ZoneInfo(production.timezone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        _refuse(
            "production.timezone",
            f"{production.timezone!r} is not known here",
            'write it as "Europe/Berlin", or "UTC"',
            file,
        )
    _place(production.latitude, production.longitude, "production", file)
    if settings.hold.drop_after is not None:
        _between(settings.hold.drop_after, 1, 365, "hold.drop_after", file)
    _check_people(settings)
    names = [one.name for one in settings.units]
    for unit in names:
        if not unit.strip() or unit == "main" or names.count(unit) > 1:
            _refuse(
                "units", f"{unit!r} cannot be the name of a further unit", "give each a name of its own", file
            )
    for number, one in _numbered(settings.pinned_days):
        if one.unit != "main" and one.unit not in names:
            _refuse(
                f"pinned_days[{number}].unit",
                f"there is no unit {one.unit!r}",
                "name it under [[units]]",
                file,
            )


def read_availability(path: Path, settings: PlanSettings) -> PlanSettings:
    """The settings with what a CSV says of people: name, from, to, available|unavailable.

    Raises PlanError AP-PLAN-110 naming every bad row.
    """
    from answerprint.departments.planning.tables import availability_rows

    rows = availability_rows(path)
    people = {one.name.casefold(): one for one in settings.performers}
    places = dict(settings.rows)
    for name, window, available, line in rows:
        if name.casefold() not in people:
            places[name.casefold()] = str(path), f"line {line}"
        known = people.get(
            name.casefold(), Performer(number=0, name=name, day_rate=settings.costs.default_day_rate)
        )
        field = "available" if available else "unavailable"
        people[name.casefold()] = msgspec.structs.replace(known, **{field: (*getattr(known, field), window)})
    return msgspec.structs.replace(settings, performers=tuple(people.values()), rows=places)


def read_weather(path: Path, settings: PlanSettings) -> PlanSettings:
    """The settings with a climatology from CSV: month, location, probability of a day fit for exteriors.

    Raises PlanError AP-PLAN-110 naming every bad row.
    """
    from answerprint.departments.planning.tables import weather_rows

    places = {one.name.casefold(): one for one in settings.locations}
    rows = dict(settings.rows)
    for month, name, probability, line in weather_rows(path):
        if name.casefold() not in places:
            rows[name.casefold()] = str(path), f"line {line}"
        known = places.get(name.casefold(), Location(name=name))
        table: Mapping[str, float] = {**known.dry_probability, str(month): probability}
        places[name.casefold()] = msgspec.structs.replace(known, dry_probability=table)
    return msgspec.structs.replace(settings, locations=tuple(places.values()), rows=rows)


def _check_people(settings: PlanSettings) -> None:
    file = settings.file
    seen: set[str] = set()
    for number, one in _numbered(settings.performers):
        key = f"performers[{number}] ({one.name})"
        if not one.name.strip() or one.name.casefold() in seen:
            _refuse(
                f"performers[{number}].name",
                f"{one.name!r} is empty or stands twice",
                "one table for each performer",
                file,
            )
        seen.add(one.name.casefold())
        _between(one.day_rate, 0, MOST, f"{key}.rate", file)
        if one.hold_rate is not None:
            _between(one.hold_rate, 0, MOST, f"{key}.hold_rate", file)
        if one.age is not None:
            _between(one.age, 0, 120, f"{key}.age", file)
    places: set[str] = set()
    sets: dict[str, str] = {}
    for number, place in _numbered(settings.locations):
        key = f"locations[{number}] ({place.name})"
        if not place.name.strip() or place.name.casefold() in places:
            _refuse(
                f"locations[{number}].name",
                f"{place.name!r} is empty or stands twice",
                "one table for each location",
                file,
            )
        places.add(place.name.casefold())
        _between(place.day_cost, 0, MOST, f"{key}.day_cost", file)
        _place(place.latitude, place.longitude, key, file)
        for month, dry in place.dry_probability.items():
            if month not in map(str, range(1, 13)):
                _refuse(f"{key}.dry_probability", f"{month!r} is no month", '"1" to "12"', file)
            if not (math.isfinite(dry) and 0 <= dry <= 1):
                _refuse(f"{key}.dry_probability.{month}", f"{dry} is no probability", "0 to 1", file)
        for one_set in place.sets:
            if sets.setdefault(one_set.casefold(), place.name) != place.name:
                _refuse(f"{key}.sets", f"{one_set!r} is at two locations", "name it once", file)


def _performer(one: _Performer, default: int, number: int, file: str | None) -> Performer:
    key = f"performers[{number}] ({one.name})"
    return Performer(
        number=0,
        name=one.name,
        day_rate=default if one.rate is None else one.rate,
        hold_rate=one.hold_rate,
        hold=one.hold,
        age=one.age,
        available=_windows(one.available, f"{key}.available", file),
        unavailable=_windows(one.unavailable, f"{key}.unavailable", file),
    )


def _location(one: _Location, number: int, file: str | None) -> Location:
    return Location(
        name=one.name,
        sets=one.sets,
        day_cost=one.day_cost,
        windows=_windows(one.windows, f"locations[{number}] ({one.name}).windows", file),
        latitude=one.latitude,
        longitude=one.longitude,
        dry_probability=one.dry_probability,
    )


def _windows(dates: Iterable[_Dates], key: str, file: str | None) -> tuple[Window, ...]:
    found = []
    for one in dates:
        if one.to < one.from_:
            _refuse(key, f"{one.from_} to {one.to} ends before it begins", "exchange the two dates", file)
        found.append(Window(first=one.from_, last=one.to))
    return tuple(found)


def _place(latitude: float | None, longitude: float | None, key: str, file: str | None) -> None:
    for name, value, most in (("latitude", latitude, 90), ("longitude", longitude, 180)):
        if value is not None and not (math.isfinite(value) and -most <= value <= most):
            _refuse(f"{key}.{name}", f"{value} is no {name}", f"degrees, -{most} to {most}", file)
    if (latitude is None) != (longitude is None):
        _refuse(f"{key}.latitude", "latitude and longitude go together", "give both or neither", file)


def _clock(value: str, key: str, file: str | None) -> int:
    try:
        return minutes_of(value)
    except ValueError:
        _refuse(key, f"{value!r} is no time of day", 'write it as "08:00"', file)


def _between(value: int, least: int, most: int, key: str, file: str | None) -> None:
    if not least <= value <= most:
        _refuse(key, f"{value} is not possible here", f"a whole number from {least} to {most}", file)


def _refuse(key: str, what: str, remedy: str, file: str | None) -> NoReturn:
    raise PlanError("AP-PLAN-102", what, file=file, at=key, remedy=remedy)


def _numbered(many: Iterable[Any]) -> Iterable[tuple[int, Any]]:
    return enumerate(many, start=1)


def need_plan(path: Path) -> None:
    """Raises UsageError AP-USE-176 when a plan that was named is not there."""
    try:
        there = path.is_file()
    except OSError:  # too long a name
        there = False
    if not there:
        raise UsageError(
            "AP-USE-176",
            "there is no such plan",
            file=str(path),
            remedy=f"`answerprint plan schedule FILE --write-plan {path.name}` writes one to begin with",
        )
