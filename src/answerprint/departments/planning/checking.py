"""The checker: every hard rule held against a finished schedule, worked out from the rules alone.

It shares records and settings with the optimiser and nothing else: its sun is another formula, its clock, its
rests and its money are its own. It runs on every schedule before it is handed out.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from itertools import pairwise

from answerprint.departments.planning.checking_light import light_needed, sun_crossings
from answerprint.departments.planning.records import (
    Location,
    Performer,
    Schedule,
    ShootDay,
    Strip,
    Violation,
    Window,
)
from answerprint.departments.planning.rules import MinorRule, RulePack
from answerprint.departments.planning.settings import PlanSettings

TOLERANCE = 6  # minutes: the two sun formulas and the rounding of light to five minutes
DAY = datetime.timedelta(days=1)


def check_schedule(
    schedule: Schedule,
    settings: PlanSettings,
    rules: RulePack,
    locations: Iterable[Location],
    *,
    frozen: Iterable[datetime.date] = (),
) -> tuple[Violation, ...]:
    """Every rule that the schedule breaks, by day. frozen dates are past: they count, and are not judged."""
    checker = _Checker(schedule, settings, rules, {one.name: one for one in locations}, frozenset(frozen))
    checker.completeness()
    for day in schedule.days:
        checker.date(day)
        checker.people_and_places(day)
        checker.clock(day)
        checker.minors(day)
    checker.pins()
    for unit in dict.fromkeys(one.unit for one in schedule.days):
        checker.rest([one for one in schedule.days if one.unit == unit])
    checker.two_units()
    checker.order()
    return tuple(sorted(checker.found, key=lambda one: (one.day or 0, one.rule, one.message)))


class _Checker:
    def __init__(
        self,
        schedule: Schedule,
        settings: PlanSettings,
        rules: RulePack,
        locations: Mapping[str, Location],
        frozen: frozenset[datetime.date],
    ) -> None:
        self.schedule, self.settings, self.rules, self.locations = schedule, settings, rules, locations
        self.frozen = frozen
        self.strips = {one.id: one for one in schedule.strips}
        self.people = {one.number: one for one in schedule.performers}
        self.found: list[Violation] = []

    def say(self, rule: str, message: str, day: ShootDay | None, strips: Iterable[str] = ()) -> None:
        if day is None or day.date not in self.frozen:
            self.found.append(
                Violation(rule=rule, message=message, day=day.index if day else None, strips=tuple(strips))
            )

    def completeness(self) -> None:
        """Each strip once, or in the boneyard; each in its unit; days in order."""
        seen: dict[str, int] = {}
        for day in self.schedule.days:
            for name in day.strips:
                seen[name] = seen.get(name, 0) + 1
                if name in self.strips and self.strips[name].unit != day.unit:
                    self.say(
                        "unit",
                        f"{self.scene(name)} belongs to the {self.strips[name].unit} unit",
                        day,
                        [name],
                    )
        for name in self.strips:
            times = seen.get(name, 0) + (name in self.schedule.boneyard)
            if times != 1:
                self.say("complete", f"{self.scene(name)} is scheduled {times} times", None, [name])
        for unit in {one.unit for one in self.schedule.days}:
            dates = [one.date for one in self.schedule.days if one.unit == unit]
            if dates != sorted(set(dates)):
                self.say("complete", f"the days of the {unit} unit are not in order of date", None)

    def date(self, day: ShootDay) -> None:
        production = self.settings.production
        asked = {one.date for one in self.settings.pinned_days} | {one.date for one in self.settings.pins}
        reason = ""
        if day.date.strftime("%A") in production.days_off:
            reason = "a day off"
        elif day.date in production.holidays:
            reason = "a holiday"
        elif day.date in production.unavailable:
            reason = "not available"
        elif production.end is not None and day.date > production.end:
            reason = "after the end"
        elif day.date < production.start and day.date not in asked:
            reason = "before the start"
        if reason:
            self.say("date", f"{_date(day.date)} is {reason}", day)

    def people_and_places(self, day: ShootDay) -> None:
        for name in day.strips:
            strip = self.strips[name]
            for number in strip.cast:
                who = self.people.get(number)
                if who is not None and not _open(day.date, who.available, who.unavailable):
                    self.say(
                        "availability",
                        f"{who.name} is not available on {_date(day.date)}, needed in {self.scene(name)}",
                        day,
                        [name],
                    )
            place = self.locations.get(strip.location)
            if place is not None and not _open(day.date, place.windows, ()):
                self.say(
                    "location_window",
                    f"{place.name} is not open on {_date(day.date)}, needed in {self.scene(name)}",
                    day,
                    [name],
                )

    def clock(self, day: ShootDay) -> None:
        """Starts against light, moves and the length of the day."""
        limits = self.settings.day
        if not day.strips or len(day.starts) != len(day.strips):
            return self.say("complete", f"day {day.index} does not say when each strip begins", day)
        if not _at(limits.earliest_call) <= day.call <= _at(limits.latest_call):
            self.say("call", f"day {day.index} is called at {_clock(day.call)}", day)
        clock = day.call
        before: Strip | None = None
        for name, start in zip(day.strips, day.starts, strict=True):
            strip = self.strips[name]
            if before is not None and before.location != strip.location:
                clock += limits.move_minutes
            elif before is not None and before.set != strip.set:
                clock += limits.set_change_minutes
            if start < clock:
                self.say(
                    "day_length",
                    f"{self.scene(name)} begins {clock - start} minutes before the work ahead of it is done",
                    day,
                    [name],
                )
            first, last = self.light(strip, day.date)
            if start < first - TOLERANCE or start + strip.minutes > last + TOLERANCE:
                light = f"from {_clock(first)} to {_clock(last)}" if first <= last else "never that date"
                self.say(
                    "daylight",
                    f"{self.scene(name)} needs {light_needed(strip, self.settings)}, which is {light}; "
                    f"shot {_clock(start)} to {_clock(start + strip.minutes)} on {_date(day.date)}",
                    day,
                    [name],
                )
            clock, before = start + strip.minutes, strip
        length, when = day.wrap - day.call, _date(day.date)
        if day.wrap < clock:
            self.say(
                "day_length", f"day {day.index} wraps {clock - day.wrap} minutes before its work is done", day
            )
        most = min(limits.max_minutes, self.rules.max_day_minutes)
        if length > most:
            self.say(
                "day_length",
                f"day {day.index} ({when}) is {length} minutes long; {most} is the most",
                day,
                day.strips,
            )
        eighths = sum(self.strips[name].eighths for name in day.strips)
        if limits.max_eighths and eighths > limits.max_eighths:
            self.say(
                "pages",
                f"day {day.index} has {eighths} eighths; {limits.max_eighths} are allowed",
                day,
                day.strips,
            )
        needs = [light_needed(self.strips[name], self.settings) for name in day.strips]
        lights = {"night" if one == "night" else "day" for one in needs if one}
        if not limits.mixed_days and len(lights) == 2:
            self.say("mixed_day", f"day {day.index} mixes day and night work", day, day.strips)

    def light(self, strip: Strip, date: datetime.date) -> tuple[int, int]:
        """From when to when a strip's light is there; (1, 0) for never."""
        need = light_needed(strip, self.settings)
        if not need:
            return -(10**6), 10**6
        rise, fall, up = self.sun(strip.location, date)
        if rise is None or fall is None:
            always = need == ("day" if up else "night")
            return (-(10**6), 10**6) if always else (1, 0)
        if need == "day":
            return rise, fall
        if need == "night":
            following = self.sun(strip.location, date + DAY)[0]
            return fall, 1440 + (rise if following is None else following)
        middle, width = (rise if need == "dawn" else fall), self.settings.day.twilight_minutes
        return middle - width, middle + width

    def sun(self, location: str, date: datetime.date) -> tuple[int | None, int | None, bool]:
        place, production = self.locations.get(location), self.settings.production
        latitude, longitude = production.latitude, production.longitude
        if place is not None and place.latitude is not None:
            latitude, longitude = place.latitude, place.longitude
        if latitude is None or longitude is None:
            return 360, 1080, False
        return sun_crossings(date, latitude, longitude, production.timezone)

    def minors(self, day: ShootDay) -> None:
        for who in self.people.values():
            rule = self.minor_rule(who)
            mine = [n for n, name in enumerate(day.strips) if who.number in self.strips[name].cast]
            if rule is None or not mine or len(day.starts) != len(day.strips):
                continue
            earliest, latest, eve = map(_at, (rule.earliest, rule.latest, rule.latest_before_no_school))
            worked = sum(self.strips[day.strips[n]].minutes for n in mine)
            limit = rule.work_minutes if self.school(day.date) else rule.work_minutes_no_school
            names = [day.strips[n] for n in mine]
            if worked > limit:
                self.say(
                    "minor_hours",
                    f"{who.name} ({who.age}) works {worked} minutes on {_date(day.date)}, of {limit} allowed",
                    day,
                    names,
                )
            first, last = (
                day.starts[mine[0]],
                day.starts[mine[-1]] + self.strips[day.strips[mine[-1]]].minutes,
            )
            until = latest if self.school(day.date + DAY) else eve
            if first < earliest or last > until:
                self.say(
                    "minor_hours",
                    f"{who.name} ({who.age}) works from {_clock(first)} to {_clock(last)}; "
                    f"{_clock(earliest)} to {_clock(until)} is allowed",
                    day,
                    names,
                )

    def minor_rule(self, who: Performer) -> MinorRule | None:
        ages = (one for one in self.rules.minors if who.age is not None)
        return next((one for one in ages if one.from_age <= (who.age or 0) < one.below_age), None)

    def school(self, date: datetime.date) -> bool:
        free = any(one.first <= date <= one.last for one in self.settings.school_holidays)
        return (
            date.strftime("%A") not in ("Saturday", "Sunday")
            and date not in self.settings.production.holidays
            and not free
        )

    def rest(self, days: list[ShootDay]) -> None:
        """Rest from day to day, days in a row, hours in a week."""
        run: list[ShootDay] = []
        for day in days:
            if run and (day.date - run[-1].date).days == 1:
                run.append(day)
            else:
                run = [day]
            if len(run) > self.rules.max_consecutive_days:
                self.say(
                    "consecutive_days",
                    f"{_date(day.date)} is working day {len(run)} in a row; "
                    f"{self.rules.max_consecutive_days} are allowed",
                    day,
                )
        for one, two in pairwise(days):
            free = (two.date - one.date).days - 1
            got = (free + 1) * 1440 + two.call - one.wrap
            want = (self.rules.daily_rest, self.rules.weekly_rest, self.rules.weekly_rest_two_days)[
                min(free, 2)
            ]
            who = ""
            if free == 0:
                for number in sorted(self.working(one) & self.working(two)):
                    rule = self.minor_rule(self.people[number]) if number in self.people else None
                    if rule is not None and rule.rest_minutes > want:
                        want, who = rule.rest_minutes, f" for {self.people[number].name}"
            if got < want:
                self.say(
                    "rest", f"{got} minutes of rest before {_date(two.date)}{who}; {want} are asked for", two
                )
        if self.rules.max_week_minutes:
            weeks: dict[tuple[int, int], list[ShootDay]] = {}
            for day in days:
                weeks.setdefault(day.date.isocalendar()[:2], []).append(day)
            for mine in weeks.values():
                worked = sum(one.wrap - one.call for one in mine)
                if worked > self.rules.max_week_minutes:
                    self.say(
                        "week_hours",
                        f"the week of {_date(mine[0].date)} has {worked} minutes; "
                        f"{self.rules.max_week_minutes} are allowed",
                        mine[-1],
                    )

    def two_units(self) -> None:
        """Nobody in two units on a date, and rest between them."""
        for one in self.schedule.days:
            for two in self.schedule.days:
                apart = (two.date - one.date).days
                if one.unit == two.unit or apart not in (0, 1) or (apart == 0 and one.unit > two.unit):
                    continue
                both = self.working(one) & self.working(two)
                names = ", ".join(self.people[n].name for n in sorted(both) if n in self.people)
                if both and apart == 0:
                    self.say(
                        "two_units",
                        f"{names} would be in the {one.unit} and the {two.unit} unit on {_date(one.date)}",
                        two,
                    )
                elif both and 1440 + two.call - one.wrap < self.rules.daily_rest:
                    self.say(
                        "rest",
                        f"{names}: {1440 + two.call - one.wrap} minutes of rest between the {one.unit} and "
                        f"the {two.unit} unit",
                        two,
                    )

    def pins(self) -> None:
        day_of = {name: day for day in self.schedule.days for name in day.strips}
        for pin in self.settings.pins:
            for name, day in day_of.items():
                if self.number(name) == pin.scene.casefold() and day.date != pin.date:
                    self.say("pin", f"scene {pin.scene} is pinned to {_date(pin.date)}", day, [name])
        for fixed in self.settings.pinned_days:
            wanted = [one.casefold() for one in fixed.scenes]
            for day in self.schedule.days:
                if day.date == fixed.date and day.unit == fixed.unit:
                    have = list(dict.fromkeys(self.number(name) for name in day.strips))
                    if have != wanted:
                        self.say(
                            "pinned_day",
                            f"{_date(fixed.date)} is pinned to scenes {', '.join(fixed.scenes)}",
                            day,
                            day.strips,
                        )
            if wanted and not any(
                day.date == fixed.date and day.unit == fixed.unit for day in self.schedule.days
            ):
                self.say("pinned_day", f"{_date(fixed.date)} is pinned and is not shot", None)

    def order(self) -> None:
        place = {name: (day.date, at) for day in self.schedule.days for at, name in enumerate(day.strips)}
        for rule in self.settings.order:
            firsts = [name for name in place if self.number(name) == rule.first.casefold()]
            thens = [name for name in place if self.number(name) == rule.then.casefold()]
            for one in firsts:
                for two in thens:
                    late = place[one][0] > place[two][0] or (
                        place[one][0] == place[two][0] and place[one] > place[two]
                    )
                    if late:
                        self.say(
                            "order", f"scene {rule.first} comes after scene {rule.then}", None, [one, two]
                        )

    def working(self, day: ShootDay) -> set[int]:
        return {number for name in day.strips for number in self.strips[name].cast}

    def number(self, name: str) -> str:
        return self.strips[name].number.split(" pt ")[0].casefold()

    def scene(self, name: str) -> str:
        return f"scene {self.strips[name].number}" if name in self.strips else f"strip {name}"


def _open(date: datetime.date, during: tuple[Window, ...], closed: tuple[Window, ...]) -> bool:
    inside = not during or any(one.first <= date <= one.last for one in during)
    return inside and not any(one.first <= date <= one.last for one in closed)


def _at(clock: str) -> int:
    return int(clock.split(":")[0]) * 60 + int(clock.split(":")[1])


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _date(date: datetime.date) -> str:
    return f"{date:%a} {date.day} {date:%b %Y}"
