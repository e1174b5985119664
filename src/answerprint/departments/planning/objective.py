"""What a board costs: days by themselves, people over the whole shoot, and how days follow each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from answerprint.departments.planning.day_work import DayBook, DayCost, Timing, overtime
from answerprint.departments.planning.problem import Problem

Board = Mapping[int, tuple[int, ...]]  # slot → strips in shooting order


@dataclass(frozen=True)
class Costing:
    """A board's cost in whole units of money, and what it breaks (0: nothing)."""

    cost: int
    broken: int
    parts: Mapping[str, int]
    days: Mapping[int, DayCost]
    timings: Mapping[int, Timing]


def evaluate(problem: Problem, board: Board, book: DayBook | None = None) -> Costing:
    """The whole cost of a board in the orders given."""
    book = book or DayBook(problem)
    days: dict[int, DayCost] = {}
    for slot in sorted(board):
        if board[slot]:
            bits = sum(1 << n for n in board[slot])
            days[slot] = book.on_date(book.work_in_order(tuple(board[slot])), bits, slot)
    prices, limits = problem.settings.costs, problem.settings.day
    parts = dict.fromkeys(
        ("shoot_days", "cast_work", "cast_hold", "location_days", "location_moves", "set_changes", "overtime",
         "day_night_switches", "weather", "changes"), 0,
    )  # fmt: skip
    broken = sum(one.broken for one in days.values())
    timings: dict[int, Timing] = {}
    count = len(problem.dates)
    for unit in range(len(problem.units)):
        mine = [(slot, days[slot]) for slot in sorted(days) if slot // count == unit]
        switches, extra, times = follow(problem, book, mine)
        parts["day_night_switches"] += switches * prices.day_night_switch
        broken += extra
        timings.update({slot: time for (slot, _), time in zip(mine, times, strict=True)})
    for slot, one in days.items():
        work = one.work
        bits = sum(1 << n for n in work.order)
        parts["shoot_days"] += prices.shoot_day
        parts["location_days"] += sum(problem.locations[at].day_cost for at in work.places)
        parts["location_moves"] += work.moves * prices.location_move
        parts["set_changes"] += work.set_changes * prices.set_change
        parts["overtime"] += overtime(timings[slot].length, limits.standard_minutes, prices.overtime_hour)
        parts["weather"] += book.weather(work, slot % count)
        if problem.published:
            strayed = bits & problem.published & ~problem.home_bits[slot]
            parts["changes"] += strayed.bit_count() * prices.change_penalty
    for who in range(len(problem.performers)):
        bits = sum(1 << slot for slot, one in days.items() if one.work.cast >> who & 1)
        work_pay, hold_pay, clash = pay(problem, who, bits)
        parts["cast_work"] += work_pay
        parts["cast_hold"] += hold_pay
        broken += clash
    broken += order_broken(problem, {n: slot % count for slot, order in board.items() for n in order})
    if len(problem.units) > 1:
        broken += rest_between_units(problem, days, timings)
    return Costing(sum(parts.values()), broken, parts, days, timings)


def follow(
    problem: Problem, book: DayBook, days: Sequence[tuple[int, DayCost]]
) -> tuple[int, int, list[Timing]]:
    """How one unit's days follow each other: switches between day and night, what breaks, and the calls,
    each put off as far as rest asks and its windows allow."""
    rules, count = problem.rules, len(problem.dates)
    minors = 0
    for who, _ in problem.minor_limits[0]:
        minors |= 1 << who
    switches = broken = 0
    times: list[Timing] = []
    light = run = 0
    before: DayCost | None = None
    before_date = before_wrap = 0
    weeks: dict[tuple[int, int], int] = {}
    for slot, one in days:
        date = problem.dates[slot % count]
        ordinal = date.toordinal()
        timing, work = one.timing, one.work
        run += 1
        if before is not None:
            free = ordinal - before_date - 1
            rest = rest_needed(problem, free, before.work.cast & work.cast & minors)
            need = before_wrap - 1440 * (free + 1) + rest
            if timing.call < need:
                timing = book.timing(work, slot % count, max(min(need, timing.latest_call), timing.call))
                if timing.call < need:
                    broken += problem.broken + (need - timing.call) * problem.late
            if free:
                run = 1
        if run > rules.max_consecutive_days:
            broken += problem.broken
        if work.first_light:
            if light and light != work.first_light:
                switches += 1
            if work.first_light != work.last_light:
                switches += 1
            light = work.last_light
        if rules.max_week_minutes:
            week = date.isocalendar()[:2]
            weeks[week] = weeks.get(week, 0) + timing.length
        times.append(timing)
        before, before_date, before_wrap = one, ordinal, timing.call + timing.length
    for worked in weeks.values():
        if worked > rules.max_week_minutes:
            broken += problem.broken + (worked - rules.max_week_minutes) * problem.late
    return switches, broken, times


def rest_needed(problem: Problem, free: int, minors_on_both: int) -> int:
    """Minutes from wrap to call with so many dates free between two days of work."""
    rules = problem.rules
    if free:
        return rules.weekly_rest if free == 1 else rules.weekly_rest_two_days
    rest = rules.daily_rest
    for who in range(len(problem.performers)) if minors_on_both else ():
        if minors_on_both >> who & 1:
            rule = rules.minor_rule(problem.performers[who].age)
            rest = max(rest, rule.rest_minutes if rule is not None else 0)
    return rest


def pay(problem: Problem, who: int, bits: int) -> tuple[int, int, int]:
    """A performer's pay for work and for holds, and what breaks by being in two units on a date.

    bits are the slots of the days worked. Holds are the shooting dates between the first and the last day of
    work on which nothing is shot with them. A performer without hold is paid for work only; where the policy
    is "drop", one gap of at least `drop_after` free calendar days goes unpaid, the dearest.
    """
    if not bits:
        return 0, 0, 0
    performer = problem.performers[who]
    count, clash = len(problem.dates), 0
    if len(problem.units) > 1:
        folded, rest = 0, bits
        while rest:
            row = rest & ((1 << count) - 1)
            clash += (folded & row).bit_count() * problem.broken
            folded |= row
            rest >>= count
        bits = folded
    worked = bits.bit_count()
    first = (bits & -bits).bit_length() - 1
    held = bits.bit_length() - first - worked
    if not held or not performer.hold:
        return performer.day_rate * worked, 0, clash
    policy = problem.settings.hold
    if policy.policy == "drop":
        after = policy.drop_after if policy.drop_after is not None else problem.rules.drop_after
        held -= _longest_drop(problem, bits, after)
    rate = performer.day_rate if performer.hold_rate is None else performer.hold_rate
    return performer.day_rate * worked, rate * held, clash


def payer(problem: Problem) -> Callable[[int, int], int]:
    """Pay and breakage of a performer as one number, quick where nothing special holds."""
    rates = [
        (one.day_rate, one.day_rate if one.hold_rate is None else one.hold_rate) for one in problem.performers
    ]
    if len(problem.units) > 1 or problem.settings.hold.policy == "drop":
        return lambda who, bits: sum(pay(problem, who, bits))
    paid = [
        (work, hold if one.hold else 0) for (work, hold), one in zip(rates, problem.performers, strict=True)
    ]

    def quick(who: int, bits: int) -> int:
        if not bits:
            return 0
        work, hold = paid[who]
        worked = bits.bit_count()
        return work * worked + hold * (bits.bit_length() - (bits & -bits).bit_length() + 1 - worked)

    return quick


def order_broken(problem: Problem, date_of: Mapping[int, int]) -> int:
    """What breaks by scenes shot before those that must come first; dates by strip."""
    wrong = sum(
        date_of[first] > date_of[then]
        for first, then in problem.precedences
        if first in date_of and then in date_of
    )
    return wrong * problem.broken


def rest_between_units(problem: Problem, days: Mapping[int, DayCost], timings: Mapping[int, Timing]) -> int:
    """What breaks where somebody goes from one unit to another without their rest."""
    count, broken = len(problem.dates), 0
    for slot, one in days.items():
        for other, two in days.items():
            if slot // count == other // count or not one.work.cast & two.work.cast:
                continue
            apart = problem.date_of(other).toordinal() - problem.date_of(slot).toordinal()
            if apart == 1:
                wrap = timings[slot].call + timings[slot].length
                short = wrap - 1440 + problem.rules.daily_rest - timings[other].call
                if short > 0:
                    broken += problem.broken + short * problem.late
    return broken


def _longest_drop(problem: Problem, bits: int, after: int) -> int:
    """Shooting dates saved by the one gap that is dropped."""
    best, before = 0, -1
    while bits:
        low = bits & -bits
        at = low.bit_length() - 1
        if before >= 0 and at - before - 1 > best:
            free = problem.dates[at].toordinal() - problem.dates[before].toordinal() - 1
            if free >= after:
                best = at - before - 1
        before = at
        bits ^= low
    return best
