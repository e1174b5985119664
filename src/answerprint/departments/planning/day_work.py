"""One shooting day: in which order its strips are shot, when it is called, and what it costs by itself."""

from __future__ import annotations

from typing import NamedTuple

from answerprint.departments.planning.problem import ANY, DAWN, DAY, DUSK, FAR, NIGHT, Problem, Span


class DayWork(NamedTuple):
    """What the strips of a day come to, whatever its date."""

    order: tuple[int, ...]
    gaps: tuple[int, ...]  # minutes before each strip: a move, a change of set
    minutes: int
    eighths: int
    cast: int
    places: tuple[int, ...]  # in order of visit
    moves: int
    set_changes: int
    first_light: int  # 0: interiors only; 1: day; 2: night
    last_light: int
    windowed: bool


class Timing(NamedTuple):
    """Minutes after midnight; `latest_call` is the latest that still keeps every window."""

    call: int
    latest_call: int
    length: int
    late: int  # minutes by which windows are missed


class DayCost(NamedTuple):
    """A day on its date: money by itself, what breaks, and when it is called."""

    cost: int
    broken: int
    timing: Timing
    work: DayWork


def strips_in(bits: int) -> list[int]:
    """The strips of a set of bits, in script order."""
    found = []
    while bits:
        low = bits & -bits
        found.append(low.bit_length() - 1)
        bits ^= low
    return found


class DayBook:
    """Days looked up by their strips and date, kept once worked out."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        settings = problem.settings
        self._move, self._change = settings.day.move_minutes, settings.day.set_change_minutes
        self._call = _minutes(settings.day.call)
        self._earliest, self._latest = (
            _minutes(settings.day.earliest_call),
            _minutes(settings.day.latest_call),
        )
        self._works: dict[int, DayWork] = {}
        self._days: dict[tuple[int, int], DayCost] = {}
        # Dates of the same light and hours are one to a day's clock.
        alike: dict[tuple[Span | None, ...], int] = {}
        self._kind_of_date = [alike.setdefault(tuple(row), len(alike)) for row in problem.windows]
        self._timings: dict[tuple[int, int], Timing] = {}
        self._any_dry = any(one < 1000 for row in problem.dry for one in row)
        self._dates = len(problem.dates)
        # Inside a location: first what needs daylight, then interiors, then what needs the evening.
        rank = {DAWN: 0, DAY: 1, ANY: 2, DUSK: 3, NIGHT: 4}
        minor_sets = {problem.set_index[n] for n, minor in enumerate(problem.has_minor) if minor}
        self._key = [
            (
                rank[problem.light[n]],
                problem.set_index[n] not in minor_sets,
                problem.set_index[n],
                not problem.has_minor[n],
                n,
            )
            for n in range(len(problem.strips))
        ]

    def work(self, bits: int) -> DayWork:
        """A day's strips in the order they are best shot."""
        found = self._works.get(bits)
        if found is None:
            if len(self._works) > 200_000:
                self._works.clear()
            found = self._works[bits] = self.work_in_order(self._ordered(strips_in(bits)))
        return found

    def day(self, bits: int, slot: int) -> DayCost:
        """A day on its date, its strips in the best order, or in the fixed order of a pinned day."""
        key = (bits, slot)
        found = self._days.get(key)
        if found is None:
            if len(self._days) > 300_000:
                self._days.clear()
            fixed = self.problem.fixed.get(slot)
            inside = fixed is not None and bits == sum(1 << n for n in fixed)
            work = self.work_in_order(fixed) if fixed is not None and inside else self.work(bits)
            same = (bits, self._kind_of_date[slot % self._dates])
            timing = self._timings.get(same) if work.windowed and not inside else None
            if timing is None:
                if len(self._timings) > 300_000:
                    self._timings.clear()
                timing = self.timing(work, slot % self._dates)
                if not inside:
                    self._timings[same] = timing
            found = self._days[key] = self.on_date(work, bits, slot, timing)
        return found

    def work_in_order(self, order: tuple[int, ...]) -> DayWork:
        """What strips come to in an order given."""
        problem = self.problem
        place, sets, light = problem.place, problem.set_index, problem.light
        gaps: list[int] = []
        places: list[int] = []
        cast = minutes = eighths = moves = changes = 0
        first = last = 0
        before = -1
        for n in order:
            here = place[n]
            gap = 0
            if before >= 0:
                if here != place[before]:
                    gap, moves = self._move, moves + 1
                elif sets[n] != sets[before]:
                    gap, changes = self._change, changes + 1
            if here not in places:
                places.append(here)
            gaps.append(gap)
            minutes += problem.minutes[n] + gap
            eighths += problem.eighths[n]
            cast |= problem.cast[n]
            if light[n] != ANY:
                last = 2 if light[n] == NIGHT else 1
                first = first or last
            before = n
        windowed = first > 0 or any(problem.has_minor[n] for n in order)
        return DayWork(
            order, tuple(gaps), minutes, eighths, cast, tuple(places), moves, changes, first, last, windowed
        )

    def on_date(self, work: DayWork, bits: int, slot: int, timing: Timing | None = None) -> DayCost:
        """The cost of a day on a date, by itself, and how much it breaks."""
        problem = self.problem
        date = slot % self._dates
        costs, limits = problem.settings.costs, problem.settings.day
        timing = timing or self.timing(work, date)
        cost = costs.shoot_day + work.moves * costs.location_move + work.set_changes * costs.set_change
        for here in work.places:
            cost += problem.locations[here].day_cost
        cost += overtime(timing.length, limits.standard_minutes, costs.overtime_hour)
        if self._any_dry:
            cost += self.weather(work, date)
        if problem.published:
            strayed = bits & problem.published & ~problem.home_bits[slot]
            cost += strayed.bit_count() * costs.change_penalty
        broken = 0
        wrong = (bits & ~problem.fits[slot]).bit_count()
        if wrong:
            broken += wrong * problem.broken
        over = timing.length - problem.limit
        if over > 0:
            broken += problem.broken + over * problem.late
        if timing.late:
            broken += problem.broken + timing.late * problem.late
        if limits.max_eighths and work.eighths > limits.max_eighths:
            broken += problem.broken + (work.eighths - limits.max_eighths) * 15 * problem.late
        if work.first_light != work.last_light and not limits.mixed_days:
            broken += problem.broken
        for who, limit in problem.minor_limits[date]:
            if work.cast >> who & 1:
                worked = sum(problem.minutes[n] for n in work.order if problem.cast[n] >> who & 1)
                if worked > limit:
                    broken += problem.broken + (worked - limit) * problem.late
        return DayCost(cost, broken, timing, work)

    def timing(self, work: DayWork, date: int, not_before: int = 0) -> Timing:
        """The call that leaves least waiting, and the minutes by which windows are missed all the same."""
        if not work.windowed:
            call = max(self._call, not_before)
            return Timing(call, self._latest, work.minutes, 0)
        minutes, windows = self.problem.minutes, self.problem.windows[date]
        latest = FAR * 2
        for n, gap in zip(reversed(work.order), reversed(work.gaps), strict=True):
            span = windows[n]
            latest = (latest if span is None else min(latest, span[1])) - minutes[n] - gap
        passed, no_wait = 0, 0
        for n, gap in zip(work.order, work.gaps, strict=True):
            passed += gap
            span = windows[n]
            if span is not None:
                no_wait = max(no_wait, span[0] - passed)
            passed += minutes[n]
        latest_call = min(latest, self._latest)
        call = max(min(latest_call, max(self._call, no_wait)), self._earliest, not_before)
        clock, late = call, 0
        for n, gap in zip(work.order, work.gaps, strict=True):
            clock += gap
            span = windows[n]
            if span is not None and clock < span[0]:
                clock = span[0]
            clock += minutes[n]
            if span is not None and clock > span[1]:
                late += clock - span[1]
        return Timing(call, latest_call, clock - call, late)

    def weather(self, work: DayWork, date: int) -> int:
        """Expected cost of rain: the day's share of exteriors at each place, less the interiors there that
        can be shot meanwhile, times the share of wet days."""
        problem = self.problem
        exposed: dict[int, int] = {}
        for n in work.order:
            strip = problem.strips[n]
            outside = strip.exterior and not strip.interior
            exposed[problem.place[n]] = exposed.get(problem.place[n], 0) + problem.minutes[n] * (
                1 if outside else -1
            )
        day = problem.settings.costs.shoot_day
        standard = problem.settings.day.standard_minutes * 1000
        return sum(max(0, m) * (1000 - problem.dry[date][at]) * day // standard for at, m in exposed.items())

    def _ordered(self, strips: list[int]) -> tuple[int, ...]:
        """Locations one after another, each once where the light lets it; daylight first, night last."""
        problem = self.problem
        place, light = problem.place, problem.light
        if len(strips) < 2:
            return tuple(strips)
        needs: dict[int, int] = {}
        for n in strips:
            needs[place[n]] = needs.get(place[n], 0) | 1 << light[n]
        if len(needs) == 1:
            order = sorted(strips, key=self._key.__getitem__)
        else:
            any_night = any(need >> NIGHT & 1 for need in needs.values())
            shared = [
                at
                for at, need in needs.items()
                if need >> NIGHT & 1 and need & (1 << DAWN | 1 << DAY | 1 << DUSK)
            ]
            inside: dict[int, int] = {}
            for n in strips:
                if light[n] == ANY:
                    inside[place[n]] = inside.get(place[n], 0) + problem.minutes[n]
            ranks: dict[int, tuple[int, int, int]] = {}
            for at, need in needs.items():
                if need >> DAWN & 1:
                    rank = 0
                elif at in shared[:1]:
                    rank = 4
                elif need >> DAY & 1:
                    rank = 1
                elif need >> DUSK & 1:
                    rank = 3
                elif need >> NIGHT & 1:
                    rank = 5
                else:
                    rank = 2
                ranks[at] = (rank, inside.get(at, 0), at)

            keyed = []
            for n in strips:
                rank_here = ranks[place[n]]
                if any_night and light[n] == NIGHT and rank_here[0] < 4:
                    rank_here = (6, 0, place[n])
                keyed.append((rank_here, self._key[n]))
            keyed.sort()
            order = [one[1][-1] for one in keyed]
        for first, then in problem.precedences:
            if first in order and then in order and order.index(first) > order.index(then):
                order.remove(first)
                order.insert(order.index(then), first)
        return tuple(order)


def overtime(length: int, standard: int, hour: int) -> int:
    """Money for the minutes beyond a standard day."""
    return max(0, length - standard) * hour // 60


def _minutes(clock: str) -> int:
    from answerprint.departments.planning.settings import minutes_of

    return minutes_of(clock)
