"""Why the rules cannot all hold: the smallest set of facts that conflict, found by leaving one out at a time.

Deletion filtering (Chinneck & Dravnieks 1991): a fact without which the rest still conflict is dropped; what
remains conflicts, and no proper part of it does.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import msgspec

from answerprint.departments.planning.problem import (
    ANY,
    Problem,
    light_window,
    minors_hours,
    scene_number,
    sun_at,
    within,
)
from answerprint.departments.planning.records import Violation, Window
from answerprint.departments.planning.settings import minutes_of
from answerprint.formats.screenplays.pagination import in_eighths

WIDE = 500  # days looked at on either side when the calendar itself is left out
MOST_STRIPS = 80  # of one group that are filtered one by one


@dataclass(frozen=True)
class _Fact:
    """Something the plan says: in words, and which dates it leaves each strip."""

    kind: str
    key: int
    text: str


def with_conflicts(problem: Problem, violations: Iterable[Violation]) -> tuple[Violation, ...]:
    """The violations, each with the smallest conflicting set of facts its strips take part in; empty where
    none could be proved (then the search may only not have found a way)."""
    finder = _Finder(problem)
    at = {one.id: n for n, one in enumerate(problem.strips)}
    found = []
    for one in violations:
        strips = [at[name] for name in one.strips if name in at]
        found.append(msgspec.structs.replace(one, conflict=finder.conflict(strips)) if strips else one)
    return tuple(found)


class _Finder:
    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        start, end = problem.dates[0], problem.dates[-1]
        self.near = list(problem.dates)
        days = range(-WIDE, (end - start).days + WIDE)
        self.wide = [start + datetime.timedelta(n) for n in days]
        self._known: dict[frozenset[int], tuple[str, ...]] = {}
        self._crowded: tuple[frozenset[int], tuple[str, ...]] | None = None

    def conflict(self, strips: list[int]) -> tuple[str, ...]:
        """Facts that cannot all hold, about one of the strips, two of them in order, or a crowd of them."""
        for n in strips:
            if not self.problem.allowed[n]:
                return self._filtered([n])
        for pair in self.problem.precedences:
            if set(pair) & set(strips) and not self._possible(self._facts(list(pair))):
                return self._filtered(list(pair))
        circle = _circle(self.problem.precedences)
        if circle & set(strips):
            return self._filtered(sorted(circle))
        crowd, facts = self._crowd()
        return facts if crowd & set(strips) else ()

    def _filtered(self, strips: list[int]) -> tuple[str, ...]:
        key = frozenset(strips)
        if key not in self._known:
            facts = self._facts(strips)
            self._known[key] = (
                () if self._possible(facts) else tuple(one.text for one in _smallest(facts, self._possible))
            )
        return self._known[key]

    def _crowd(self) -> tuple[frozenset[int], tuple[str, ...]]:
        """Strips that ask for more minutes or pages than the dates open to them hold, and the facts that say
        so."""
        if self._crowded is None:
            self._crowded = frozenset(), ()
            problem = self.problem
            for unit in problem.units:
                strips = [
                    n for n, one in enumerate(problem.strips) if one.unit == unit and problem.allowed[n]
                ]
                tight = self._tight(strips)
                if tight:
                    facts = self._facts(tight[:MOST_STRIPS])
                    if self._possible(facts):
                        continue
                    small = _smallest(facts, self._possible)
                    inside = frozenset(one.key for one in small if one.kind == "strip")
                    self._crowded = inside | frozenset(tight), tuple(one.text for one in small)
                    break
        return self._crowded

    def _tight(self, strips: list[int]) -> list[int]:
        """Strips whose dates, taken together, are too few: those with the narrowest choice first."""
        problem = self.problem
        pages = problem.settings.day.max_eighths
        count = len(problem.dates)
        dates = {n: _folded(problem.allowed[n], count) for n in strips}
        for group in sorted(set(dates.values()), key=lambda bits: bits.bit_count()):
            inside = [n for n in strips if not dates[n] & ~group]
            if sum(problem.minutes[n] for n in inside) > group.bit_count() * problem.limit:
                return sorted(inside, key=lambda n: -problem.minutes[n])
            if pages and sum(problem.strips[n].eighths for n in inside) > group.bit_count() * pages:
                return sorted(inside, key=lambda n: -problem.strips[n].eighths)
        return []

    def _facts(self, strips: list[int]) -> list[_Fact]:
        problem, settings = self.problem, self.problem.settings
        production, strips_of, minutes = settings.production, problem.strips, problem.minutes
        off = ", ".join(production.days_off) or "no day"
        facts: list[_Fact] = [_Fact("hours", 0, f"a shooting day has at most {problem.limit} minutes")]
        pages = settings.day.max_eighths
        if pages:
            facts.append(_Fact("pages", 0, f"a shooting day has at most {in_eighths(pages)} pages"))
        end = f" to {_date(production.end)}" if production.end else ""
        call = settings.day.earliest_call
        facts.append(_Fact("call", 0, f"no day is called before {call}"))
        facts.append(
            _Fact(
                "calendar",
                0,
                f"the shoot runs from {_date(production.start)}{end}, {off} off",
            )
        )
        people = sorted(
            {who for n in strips for who in range(len(problem.performers)) if problem.cast[n] >> who & 1}
        )
        for who in people:
            one = problem.performers[who]
            if one.available:
                facts.append(_Fact("available", who, f"{one.name} is available {_windows(one.available)}"))
            if one.unavailable:
                facts.append(
                    _Fact("unavailable", who, f"{one.name} is not available {_windows(one.unavailable)}")
                )
            if problem.rules.minor_rule(one.age) is not None:
                facts.append(
                    _Fact("minor", who, f"{one.name} is {one.age}: {problem.rules.title} limits the hours")
                )
        for at in sorted({problem.place[n] for n in strips}):
            place = problem.locations[at]
            if place.windows:
                facts.append(_Fact("window", at, f"location {place.name} is open {_windows(place.windows)}"))
        pins = {one.scene.casefold(): one.date for one in settings.pins}
        numbers = {n: scene_number(problem.strips[n]) for n in strips}
        for n in strips:
            one_strip = problem.strips[n]
            if problem.light[n] != ANY:
                light = one_strip.day_or_night or "day"
                facts.append(
                    _Fact(
                        "light",
                        n,
                        f"scene {one_strip.number} needs {light} light for {minutes[n]} minutes on end",
                    )
                )
            if numbers[n].casefold() in pins:
                facts.append(
                    _Fact(
                        "pin",
                        n,
                        f"scene {one_strip.number} is pinned to {_date(pins[numbers[n].casefold()])}",
                    )
                )
        for slot, order in problem.fixed.items():
            names = ", ".join(problem.strips[n].number for n in order)
            facts.append(_Fact("fixed", slot, f"{_date(problem.date_of(slot))} is fixed to scenes {names}"))
        for at, (first, then) in enumerate(problem.precedences):
            if first in strips and then in strips:
                facts.append(
                    _Fact(
                        "order",
                        at,
                        f"scene {strips_of[first].number} comes before scene {strips_of[then].number}",
                    )
                )
        for n in strips:
            names = ", ".join(problem.performers[who].name for who in people if problem.cast[n] >> who & 1)
            where = f"{names} at {strips_of[n].location}" if names else strips_of[n].location
            facts.append(
                _Fact(
                    "strip",
                    n,
                    f"scene {strips_of[n].number} needs {where} for {minutes[n]} minutes"
                    + (f" and {in_eighths(strips_of[n].eighths)} pages" if pages else ""),
                )
            )
        # What matters least to a person is tried first, so that it is the first to go.
        rank = (
            "fixed",
            "hours",
            "pages",
            "call",
            "minor",
            "light",
            "calendar",
            "order",
            "window",
            "unavailable",
            "available",
            "pin",
            "strip",
        )
        return sorted(facts, key=lambda one: rank.index(one.kind))

    def _possible(self, facts: list[_Fact]) -> bool:
        """Whether dates exist for the strips among the facts: a date for each, in order, and room enough."""
        problem = self.problem
        said: dict[str, set[int]] = {}
        for one in facts:
            said.setdefault(one.kind, set()).add(one.key)
        dates = self.near if "calendar" in said else self.wide
        open_to: dict[int, list[datetime.date]] = {}
        for n in sorted(said.get("strip", ())):
            open_to[n] = [date for date in dates if self._allows(n, date, said)]
            if not open_to[n]:
                return False
        for at in said.get("order", ()):
            first, then = problem.precedences[at]
            if first in open_to and then in open_to and min(open_to[first]) > max(open_to[then]):
                return False
        if _circle([problem.precedences[at] for at in said.get("order", ())]):
            return False
        for kind, most, need in (
            ("hours", problem.limit, problem.minutes),
            ("pages", problem.settings.day.max_eighths, [one.eighths for one in problem.strips]),
        ):
            for group in {frozenset(days) for days in open_to.values()} if kind in said else ():
                asked = sum(need[n] for n, days in open_to.items() if group.issuperset(days))
                if asked > len(group) * most:
                    return False
        return True

    def _allows(self, n: int, date: datetime.date, said: dict[str, set[int]]) -> bool:
        problem, settings = self.problem, self.problem.settings
        for who in range(len(problem.performers)):
            if problem.cast[n] >> who & 1:
                one = problem.performers[who]
                if who in said.get("available", ()) and not within(date, one.available):
                    return False
                if who in said.get("unavailable", ()) and not within(date, (), one.unavailable):
                    return False
        at = problem.place[n]
        if at in said.get("window", ()) and not within(date, problem.locations[at].windows):
            return False
        if n in said.get("pin", ()):
            wanted = {
                one.date
                for one in settings.pins
                if one.scene.casefold() == scene_number(problem.strips[n]).casefold()
            }
            if date not in wanted:
                return False
        for slot in said.get("fixed", ()):
            if (problem.date_of(slot) == date) != (n in problem.fixed[slot]) and (
                n in problem.fixed[slot] or problem.unit_of(slot) == problem.strips[n].unit
            ):
                return False
        return self._lit(n, date, said)

    def _lit(self, n: int, date: datetime.date, said: dict[str, set[int]]) -> bool:
        """Whether there is light for the whole strip that date, and its minors may work so long."""
        problem, settings = self.problem, self.problem.settings
        span = None
        if n in said.get("light", ()):
            place = problem.locations[problem.place[n]]
            following = date + datetime.timedelta(1)
            span = light_window(
                problem.light[n],
                sun_at(date, settings, place),
                sun_at(following, settings, place),
                settings.day.twilight_minutes,
            )
        if span is not None and "call" in said:
            span = max(span[0], minutes_of(settings.day.earliest_call)), span[1]
        minors = said.get("minor", set())
        if minors:
            hours = minors_hours(settings, problem.rules, problem.performers, date)
            for who, (most, first, last) in hours.items():
                if who in minors and problem.cast[n] >> who & 1:
                    if problem.minutes[n] > most:
                        return False
                    low, high = span if span is not None else (0, 10**6)
                    span = max(low, first), min(high, last)
        return span is None or span[1] - span[0] >= problem.minutes[n]


def _circle(pairs: Iterable[tuple[int, int]]) -> set[int]:
    """Strips that come before themselves, and those between them; empty when there is an order."""
    left = set(pairs)
    while True:
        firsts, thens = {first for first, _ in left}, {then for _, then in left}
        kept = {(first, then) for first, then in left if first in thens and then in firsts}
        if kept == left:
            return firsts
        left = kept


def _smallest(facts: list[_Fact], possible: Callable[[list[_Fact]], bool]) -> list[_Fact]:
    """Facts none of which can be left out without the rest becoming possible."""
    kept = facts
    for one in facts:
        without = [other for other in kept if other is not one]
        if not possible(without):
            kept = without
    return kept


def _folded(bits: int, count: int) -> int:
    folded = 0
    while bits:
        folded |= bits & ((1 << count) - 1)
        bits >>= count
    return folded


def _windows(windows: Iterable[Window]) -> str:
    return " and ".join(
        _date(one.first) if one.first == one.last else f"{_date(one.first)} to {_date(one.last)}"
        for one in windows
    )


def _date(date: datetime.date) -> str:
    return f"{date.day} {date:%b %Y}"
