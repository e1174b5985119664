"""The plan compiled for searching: strips, people and dates as whole numbers and bits.

A *slot* is a unit and a shooting date: slot `unit * len(dates) + date`. A set of strips, of performers or of
slots is a Python integer with a bit for each.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from answerprint.core.errors import PlanError
from answerprint.departments.planning.records import Location, Performer, Strip, Window
from answerprint.departments.planning.rules import RulePack
from answerprint.departments.planning.settings import WEEKDAYS, PlanSettings, dry_permille, minutes_of
from answerprint.departments.planning.sun import SunTimes, sun_times

ANY, DAWN, DAY, DUSK, NIGHT = range(5)  # what light a strip needs
GRAIN = 5  # minutes: light is rounded inwards to this
FAR = 36 * 60  # minutes after midnight that no strip reaches
MOST_DATES = 400

Span = tuple[int, int]


@dataclass(frozen=True)
class Problem:
    """Everything the search asks, looked up once. Lists go by strip, performer, location or slot."""

    settings: PlanSettings
    rules: RulePack
    strips: tuple[Strip, ...]
    performers: tuple[Performer, ...]
    locations: tuple[Location, ...]
    dates: tuple[datetime.date, ...]
    units: tuple[str, ...]
    minutes: list[int]
    eighths: list[int]
    cast: list[int]  # bits of performers
    place: list[int]  # of locations
    set_index: list[int]
    light: list[int]  # ANY … NIGHT
    has_minor: list[bool]
    allowed: list[int]  # per strip: bits of slots
    fits: list[int]  # per slot: bits of strips
    windows: list[list[Span | None]]  # per date, per strip: when it may be shot; None: any time
    minor_limits: list[list[tuple[int, int]]]  # per date: (performer, minutes) for every minor
    dry: list[list[int]]  # per date, per location: thousandths of dry days; 1000 where nobody said
    precedences: tuple[tuple[int, int], ...]
    fixed: Mapping[int, tuple[int, ...]]  # slot → strips in order, nothing else
    home: tuple[int, ...] = ()  # re-planning: per strip its published slot, -1 for none
    home_bits: list[int] = field(default_factory=list)  # per slot: strips published there
    published: int = 0  # bits of strips that have a published slot
    # Money that a broken hard rule counts for in the search, more than breaking it can save, and each minute.
    broken: int = 20_000
    late: int = 100

    @property
    def limit(self) -> int:
        """Minutes of the longest day allowed."""
        return min(self.settings.day.max_minutes, self.rules.max_day_minutes)

    def date_of(self, slot: int) -> datetime.date:
        return self.dates[slot % len(self.dates)]

    def unit_of(self, slot: int) -> str:
        return self.units[slot // len(self.dates)]


def compile_problem(
    settings: PlanSettings,
    rules: RulePack,
    strips: tuple[Strip, ...],
    performers: tuple[Performer, ...],
    locations: tuple[Location, ...],
    *,
    fixed: Mapping[tuple[str, datetime.date], tuple[str, ...]] | None = None,
    published: Mapping[str, tuple[str, datetime.date]] | None = None,
    also_dates: Iterable[datetime.date] = (),
    not_before: datetime.date | None = None,
    at_least: int = 0,
) -> Problem:
    """The problem of placing strips on dates.

    fixed gives whole days (unit, date → strip ids in order); published gives where strips stood before
    (id → unit, date); also_dates are taken as shooting dates whatever the calendar says; no strip that is not
    fixed goes before not_before; where the plan has no end there are at_least so many dates.
    Raises PlanError AP-PLAN-105 when no date is left, AP-PLAN-106 for a pin on a date that is not shot.
    """
    strips = tuple(one for one in strips if _number(one) not in settings.boneyard)
    units = ("main", *(one.name for one in settings.units))
    fixed_days = {**_pinned_days(settings, strips), **(fixed or {})}
    asked = {*(date for _, date in fixed_days), *(one.date for one in settings.pins)}
    limit = min(settings.day.max_minutes, rules.max_day_minutes)
    dates = shooting_dates(
        settings, strips, performers, locations, asked, limit, frozenset(also_dates), at_least
    )
    at = {date: index for index, date in enumerate(dates)}
    index_of = {one.id: index for index, one in enumerate(strips)}
    number_of = {one.number: index for index, one in enumerate(performers)}
    place_of = {one.name: index for index, one in enumerate(locations)}
    sets = {name: index for index, name in enumerate(dict.fromkeys(one.set for one in strips))}
    cast = [sum(1 << number_of[who] for who in one.cast if who in number_of) for one in strips]
    place = [place_of[one.location] for one in strips]
    light = [needed_light(one, settings.day.interiors_follow_script) for one in strips]
    suns = [
        [sun_at(date, settings, one) for one in locations]
        for date in (*dates, *(one + datetime.timedelta(1) for one in dates))
    ]
    windows: list[list[Span | None]] = []
    earliest = minutes_of(settings.day.earliest_call)
    minor_limits: list[list[tuple[int, int]]] = []
    for index, date in enumerate(dates):
        hours = minors_hours(settings, rules, performers, date)
        minor_limits.append([(who, limit) for who, (limit, _, _) in hours.items()])
        row: list[Span | None] = []
        for strip in range(len(strips)):
            sun, next_sun = suns[index][place[strip]], suns[len(dates) + index][place[strip]]
            span = light_window(light[strip], sun, next_sun, settings.day.twilight_minutes)
            if span is not None:
                span = (max(span[0], earliest), span[1])
            for who, (_, first, last) in hours.items():
                if cast[strip] >> who & 1:
                    low, high = span if span is not None else (0, FAR)
                    span = (max(low, first), min(high, last))
            row.append(span)
        windows.append(row)
    minutes = [one.minutes for one in strips]
    dates_ok = [
        _dates_allowed(one, dates, windows, n, performers, number_of, locations[place[n]], minutes[n])
        & ~_too_long_for_minors(cast[n], minutes[n], minor_limits)
        for n, one in enumerate(strips)
    ]
    pins = {one.scene.casefold(): one.date for one in settings.pins}
    slots = len(dates)
    allowed = []
    fixed_slots = {
        units.index(unit) * slots + at[date]: tuple(index_of[name] for name in names if name in index_of)
        for (unit, date), names in fixed_days.items()
    }
    held = {strip: slot for slot, order in fixed_slots.items() for strip in order}
    closed = sum(1 << slot for slot in fixed_slots)
    for n, one in enumerate(strips):
        bits = dates_ok[n] << (units.index(one.unit) * slots)
        pin = pins.get(_number(one).casefold())
        if pin is not None:
            bits &= 1 << (units.index(one.unit) * slots + at[pin])
        if not_before is not None:
            early = sum(1 << index for index, date in enumerate(dates) if date < not_before)
            bits &= ~(early << (units.index(one.unit) * slots))
        bits = 1 << held[n] if n in held else bits & ~closed
        allowed.append(bits)
    fits = [
        sum(1 << n for n, bits in enumerate(allowed) if bits >> slot & 1)
        for slot in range(slots * len(units))
    ]
    by_number: dict[str, list[int]] = {}
    for n, one in enumerate(strips):
        by_number.setdefault(_number(one).casefold(), []).append(n)
    home = [-1] * len(strips)
    for name, (unit, date) in (published or {}).items():
        if name in index_of and date in at and unit in units:
            home[index_of[name]] = units.index(unit) * slots + at[date]
    dear = 2 * settings.costs.shoot_day + sum(one.day_rate for one in performers) + 1000
    return Problem(
        broken=dear,
        late=max(1, dear // 200),
        settings=settings,
        rules=rules,
        strips=strips,
        performers=performers,
        locations=locations,
        dates=dates,
        units=units,
        minutes=minutes,
        eighths=[one.eighths for one in strips],
        cast=cast,
        place=place,
        set_index=[sets[one.set] for one in strips],
        light=light,
        has_minor=[
            any(bits >> who & 1 for who, _ in (minor_limits[0] if minor_limits else [])) for bits in cast
        ],
        allowed=allowed,
        fits=fits,
        windows=windows,
        minor_limits=minor_limits,
        dry=[[_dry(one, settings, date) for one in locations] for date in dates],
        precedences=tuple(
            (a, b)
            for one in settings.order
            for a in by_number.get(one.first.casefold(), [])
            for b in by_number.get(one.then.casefold(), [])
        ),
        fixed=fixed_slots,
        home=tuple(home),
        home_bits=[
            sum(1 << n for n, where in enumerate(home) if where == slot) for slot in range(slots * len(units))
        ],
        published=sum(1 << n for n, where in enumerate(home) if where >= 0),
    )


def shooting_dates(
    settings: PlanSettings,
    strips: tuple[Strip, ...],
    performers: tuple[Performer, ...],
    locations: tuple[Location, ...],
    asked: Iterable[datetime.date],
    limit: int,
    also: frozenset[datetime.date] = frozenset(),
    at_least: int = 0,
) -> tuple[datetime.date, ...]:
    """Dates that may be shot on. Without an end: a third more than the work needs at least, and far enough
    to reach every window and availability that was given."""
    production = settings.production
    off = {WEEKDAYS.index(one) for one in production.days_off}
    closed = {*production.holidays, *production.unavailable}
    work = sum(one.minutes for one in strips)
    wanted = max(at_least, 4 + -(-work * 14 // (10 * max(limit, 1))))
    latest = max(asked, default=production.start)
    for windows in (*(one.available for one in performers), *(one.windows for one in locations)):
        latest = max([latest, *(min(_week_after(one.first), one.last) for one in windows)])
    for one in performers:
        latest = max([latest, *(_week_after(gone.last) for gone in one.unavailable)])
    horizon = production.start + datetime.timedelta(MOST_DATES)
    asked = {*asked, *also}
    far = [one for one in asked if abs((one - production.start).days) > MOST_DATES]
    if production.end is None and latest > horizon:
        far.append(latest)
    if far:
        raise PlanError(
            "AP-PLAN-105",
            f"{min(far)} lies more than {MOST_DATES} days from the start, {production.start}",
            file=settings.file,
            at="production.start",
            remedy="check the years of the dates, or set production.end",
        )
    found = {*also, *(one for one in asked if one < production.start)}  # shot or published before the start
    date = production.start
    while date <= (production.end or horizon):
        if date.weekday() not in off and date not in closed:
            if production.end is None and len(found) >= wanted and date > latest:
                break
            found.add(date)
        date += datetime.timedelta(1)
        if (date - production.start).days > MOST_DATES:
            break
    missing = sorted({one for one in asked if one not in found})
    if missing:
        raise PlanError(
            "AP-PLAN-106",
            f"{missing[0]} is pinned and is no shooting date (a day off, a holiday, or after the end)",
            file=settings.file,
            at="pins",
            remedy="move the pin, or change production.days_off, holidays, unavailable or end",
        )
    if not found:
        raise PlanError(
            "AP-PLAN-105",
            f"there is no date to shoot on between {production.start} and {production.end}",
            file=settings.file,
            at="production",
            remedy="move the end, or take out days off and holidays",
        )
    return tuple(sorted(found))


def _week_after(date: datetime.date) -> datetime.date:
    """Where the calendar itself ends, its end."""
    return min(date, datetime.date.max - datetime.timedelta(7)) + datetime.timedelta(7)


def needed_light(strip: Strip, interiors_follow_script: bool) -> int:
    """Exteriors need the light that is written; interiors do where the plan says they follow the script."""
    if not strip.exterior and not interiors_follow_script:
        return ANY
    return {"day": DAY, "night": NIGHT, "dawn": DAWN, "dusk": DUSK, "": DAY if strip.exterior else ANY}[
        strip.day_or_night
    ]


def light_window(light: int, sun: SunTimes, next_sun: SunTimes, twilight: int) -> Span | None:
    """When the light is there, rounded inwards; None for any time; (1, 0) for never that date."""
    if light == ANY:
        return None
    if sun.sunrise is None or sun.sunset is None:
        fine = (light == DAY and sun.always_up) or (light == NIGHT and sun.always_down)
        return (0, FAR) if fine else (1, 0)
    rise, fall = -(-sun.sunrise // GRAIN) * GRAIN, sun.sunset // GRAIN * GRAIN
    if light == DAY:
        return rise, fall
    if light == NIGHT:
        following = next_sun.sunrise if next_sun.sunrise is not None else sun.sunrise
        return -(-sun.sunset // GRAIN) * GRAIN, (following + 1440) // GRAIN * GRAIN
    middle = sun.sunrise if light == DAWN else sun.sunset
    return -(-(middle - twilight) // GRAIN) * GRAIN, (middle + twilight) // GRAIN * GRAIN


def minors_hours(
    settings: PlanSettings, rules: RulePack, performers: tuple[Performer, ...], date: datetime.date
) -> dict[int, tuple[int, int, int]]:
    """For every minor (by index): minutes of work allowed that date, earliest and latest minute."""
    found: dict[int, tuple[int, int, int]] = {}
    for index, one in enumerate(performers):
        rule = rules.minor_rule(one.age)
        if rule is None:
            continue
        limit = rule.work_minutes if is_school_day(settings, date) else rule.work_minutes_no_school
        eve = is_school_day(settings, date + datetime.timedelta(1))
        latest = rule.latest if eve else rule.latest_before_no_school
        found[index] = limit, minutes_of(rule.earliest), minutes_of(latest)
    return found


def is_school_day(settings: PlanSettings, date: datetime.date) -> bool:
    """Monday to Friday outside school holidays and public holidays."""
    if date.weekday() >= 5 or date in settings.production.holidays:
        return False
    return not any(one.first <= date <= one.last for one in settings.school_holidays)


def within(date: datetime.date, available: tuple[Window, ...], unavailable: tuple[Window, ...] = ()) -> bool:
    """Whether a date is inside the windows given (any date, where none are) and outside the others."""
    if available and not any(one.first <= date <= one.last for one in available):
        return False
    return not any(one.first <= date <= one.last for one in unavailable)


def _dates_allowed(
    strip: Strip,
    dates: tuple[datetime.date, ...],
    windows: list[list[Span | None]],
    n: int,
    performers: tuple[Performer, ...],
    number_of: Mapping[int, int],
    location: Location,
    minutes: int,
) -> int:
    bits = 0
    people = [performers[number_of[who]] for who in strip.cast if who in number_of]
    for index, date in enumerate(dates):
        span = windows[index][n]
        if span is not None and span[1] - span[0] < minutes:
            continue
        if within(date, location.windows) and all(
            within(date, one.available, one.unavailable) for one in people
        ):
            bits |= 1 << index
    return bits


def _too_long_for_minors(cast: int, minutes: int, limits: list[list[tuple[int, int]]]) -> int:
    """The dates on which a strip alone is more than a minor in it may work."""
    return sum(
        1 << index
        for index, row in enumerate(limits)
        if any(cast >> who & 1 and minutes > limit for who, limit in row)
    )


def _pinned_days(
    settings: PlanSettings, strips: tuple[Strip, ...]
) -> dict[tuple[str, datetime.date], tuple[str, ...]]:
    found = {}
    for one in settings.pinned_days:
        wanted = [name.casefold() for name in one.scenes]
        inside = [strip for strip in strips if _number(strip).casefold() in wanted]
        inside.sort(key=lambda strip: wanted.index(_number(strip).casefold()))
        found[one.unit, one.date] = tuple(strip.id for strip in inside)
    return found


def sun_at(date: datetime.date, settings: PlanSettings, location: Location) -> SunTimes:
    production = settings.production
    if location.latitude is not None:
        return sun_times(date, location.latitude, location.longitude, production.timezone)
    return sun_times(date, production.latitude, production.longitude, production.timezone)


def _dry(location: Location, settings: PlanSettings, date: datetime.date) -> int:
    everywhere = next((one.dry_probability for one in settings.locations if one.name == "*"), {})
    known = dry_permille(location, everywhere, date.month)
    return 1000 if known is None else known


def _number(strip: Strip) -> str:
    """The scene's number, of a part too."""
    return strip.number.split(" pt ")[0]


def scene_number(strip: Strip) -> str:
    """The number of the scene that a strip is, or is a part of."""
    return _number(strip)
