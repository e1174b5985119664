"""Simulated annealing over the days of a board: strips and whole days are moved, each move priced by what it
changes. The same seed and number of moves give the same board.

Kirkpatrick, Gelatt & Vecchi 1983; the day's own order is always its best by rule, so that only the
distribution over days is searched.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Sequence

from answerprint.departments.planning.day_work import DayBook, DayCost, Timing, strips_in
from answerprint.departments.planning.objective import follow, order_broken, payer, rest_between_units
from answerprint.departments.planning.problem import Problem

HOT, COLD = 0.70, 0.024  # what a worsening move may cost at the beginning and the end, in costs of a strip
CHECK = 256  # moves between looks at the clock

Changes = list[tuple[int, int]]  # slot, new strips as bits
Report = Callable[[float, int], None]  # share done, best cost so far


class Board:
    """A board that is being changed: days as bits of strips, with everything that a move changes kept ready."""

    def __init__(self, problem: Problem, days: Sequence[int], book: DayBook | None = None) -> None:
        self.problem = problem
        self.book = book or DayBook(problem)
        self.count = len(problem.dates)
        self.days = list(days)
        self._pay = payer(problem)
        self._follow_always = bool(problem.rules.max_week_minutes) or len(problem.units) > 1
        self._slow = self._follow_always or bool(problem.minor_limits[0])
        self._ordinals = [one.toordinal() for one in problem.dates]
        self._standard = problem.settings.day.standard_minutes
        self._casts: dict[int, int] = {}
        self._later: dict[tuple[tuple[int, ...], int, int], Timing] = {}
        self._rested = self._rested_wrap()
        self.reset()

    def reset(self) -> None:
        """Everything worked out anew from `days`."""
        problem, book = self.problem, self.book
        self.costs: list[DayCost | None] = [
            book.day(bits, slot) if bits else None for slot, bits in enumerate(self.days)
        ]
        self.cast = [0] * len(problem.performers)
        for slot, one in enumerate(self.costs):
            bits = one.work.cast if one is not None else 0
            while bits:
                low = bits & -bits
                self.cast[low.bit_length() - 1] |= 1 << slot
                bits ^= low
        self.paid = [self._pay(who, bits) for who, bits in enumerate(self.cast)]
        self.minutes = [sum(problem.minutes[n] for n in strips_in(bits)) for bits in self.days]
        self.where = [0] * len(problem.strips)
        for slot, bits in enumerate(self.days):
            for n in strips_in(bits):
                self.where[n] = slot
        self.sequence, self.rough = self._sequence(self.costs)
        self.order = self._order_broken({})
        alone = sum(one.cost + one.broken for one in self.costs if one is not None)
        self.total = alone + sum(self.paid) + self.sequence + self.order

    def price(self, changes: Changes, ceiling: float = math.inf) -> int | None:
        """What the total becomes by giving slots other strips; None where that is more than the ceiling.
        `accept` makes the last change priced."""
        costs = self.costs
        prices = self.problem.settings.costs
        best_case = ceiling + self.sequence + self.order
        people, saved = 0, 0
        came: list[tuple[int, int]] = []  # slot as a bit, who works there
        for slot, bits in changes:
            cast = self._cast_of(bits)
            old = costs[slot]
            if old is not None:
                people |= old.work.cast ^ cast
                over = max(0, old.timing.length - self._standard) * prices.overtime_hour // 60
                least = prices.location_move + 2 * prices.set_change + over
                saved += old.broken + (min(old.cost - prices.shoot_day, least) if bits else old.cost)
            else:
                people |= cast
            came.append((1 << slot, cast))
        paid, total = self._pay_after(came, people)
        # A day that loses a strip or a group saves about a visit at most: what is too dear even then ends here,
        # before the days are put in order.
        if len(changes) == 2 and total - saved > best_case:
            return None
        follows = self._follow_always
        new: list[tuple[int, int, DayCost | None]] = []
        for slot, bits in changes:
            old = costs[slot]
            one = self.book.day(bits, slot) if bits else None
            new.append((slot, bits, one))
            if old is not None:
                total -= old.cost + old.broken
            if one is not None:
                total += one.cost + one.broken
            if not follows:
                follows = old is None or one is None or not (self._easy(one) and self._easy_here(slot))
        # How the days follow each other can at best come to cost nothing.
        if total > best_case:
            return None
        sequence, rough = self.sequence, None
        if follows:
            after = costs.copy()
            for slot, _, one in new:
                after[slot] = one
            sequence, rough = self._sequence(after)
            total += sequence - self.sequence
        order = self.order
        if self.problem.precedences:
            order = self._order_broken(dict(changes))
            total += order - self.order
        self._pending = (total, new, paid, sequence, rough, order)
        return total

    def _pay_after(self, came: list[tuple[int, int]], people: int) -> tuple[list[tuple[int, int, int]], int]:
        """What `people` are paid with other casts in some slots, and the total with that and nothing else changed."""
        total = self.total
        paid: list[tuple[int, int, int]] = []
        cleared = 0
        for slot, _ in came:
            cleared |= slot
        while people:
            low = people & -people
            who = low.bit_length() - 1
            people ^= low
            bits = self.cast[who] & ~cleared
            for slot, cast in came:
                if cast & low:
                    bits |= slot
            money = self._pay(who, bits)
            total += money - self.paid[who]
            paid.append((who, bits, money))
        return paid, total

    def _cast_of(self, bits: int) -> int:
        found = self._casts.get(bits)
        if found is None:
            if len(self._casts) > 200_000:
                self._casts.clear()
            cast, rest, found = self.problem.cast, bits, 0
            while rest:
                low = rest & -rest
                found |= cast[low.bit_length() - 1]
                rest ^= low
            self._casts[bits] = found
        return found

    def accept(self) -> None:
        """Make the change that was priced last."""
        self.total, new, paid, self.sequence, rough, self.order = self._pending
        minutes = self.problem.minutes
        for slot, bits, one in new:
            came = bits & ~self.days[slot]
            self.days[slot] = bits
            self.costs[slot] = one
            while came:
                low = came & -came
                self.where[low.bit_length() - 1] = slot
                came ^= low
            self.minutes[slot] = sum(minutes[n] for n in one.work.order) if one is not None else 0
        for who, bits, money in paid:
            self.cast[who] = bits
            self.paid[who] = money
        if rough is not None:
            self.rough = rough

    def _easy(self, one: DayCost) -> bool:
        """A plain day of daylight and interiors, after which and before which any rest is kept."""
        timing = one.timing
        return (
            one.work.last_light == 1 == one.work.first_light
            and timing.call >= self._call
            and timing.call + timing.length <= self._rested
        )

    def _easy_here(self, slot: int) -> bool:
        """Whether the day in a slot and those beside it are easy, and none was called later for rest."""
        if self.rough[slot]:
            return False
        costs, first = self.costs, slot - slot % self.count
        for step in (-1, 1):
            at = slot + step
            while first <= at < first + self.count and costs[at] is None:
                at += step
            if first <= at < first + self.count and self.rough[at]:
                return False
        return True

    def _sequence(self, costs: Sequence[DayCost | None]) -> tuple[int, list[bool]]:
        """As `follow` for every unit, in money; and which days are rough: not easy, or called later for rest."""
        problem = self.problem
        if self._slow:
            return self._sequence_slowly(costs)
        rules, ordinals, count = problem.rules, self._ordinals, self.count
        daily, weekly, weekly_two, most = (
            rules.daily_rest, rules.weekly_rest, rules.weekly_rest_two_days, rules.max_consecutive_days,
        )  # fmt: skip
        easy_call, easy_wrap = self._call, self._rested
        rough = [False] * count
        switches = broken = light = run = wrap = at = 0
        for slot in range(count):
            one = costs[slot]
            if one is None:
                continue
            timing = one.timing
            call, work = timing.call, one.work
            end = call + timing.length
            run += 1
            if at:
                free = ordinals[slot] - at - 1
                if free:
                    run = 1
                    need = wrap - 1440 * (free + 1) + (weekly if free == 1 else weekly_two)
                else:
                    need = wrap - 1440 + daily
                if call < need:
                    timing = self._put_off(one, slot, max(min(need, timing.latest_call), call))
                    call, end = timing.call, timing.call + timing.length
                    rough[slot] = True
                    if call < need:
                        broken += problem.broken + (need - call) * problem.late
            if run > most:
                broken += problem.broken
            first = work.first_light
            if first:
                if light and light != first:
                    switches += 1
                light = work.last_light
                if first != light:
                    switches += 1
            if first != 1 or light != 1 or call < easy_call or end > easy_wrap:
                rough[slot] = True
            at, wrap = ordinals[slot], end
        return switches * problem.settings.costs.day_night_switch + broken, rough

    def _put_off(self, one: DayCost, slot: int, call: int) -> Timing:
        """A day called later for rest."""
        if not one.work.windowed:
            return Timing(call, one.timing.latest_call, one.timing.length, 0)
        key = (one.work.order, slot, call)
        found = self._later.get(key)
        if found is None:
            if len(self._later) > 100_000:
                self._later.clear()
            found = self._later[key] = self.book.timing(one.work, slot % self.count, call)
        return found

    def _sequence_slowly(self, costs: Sequence[DayCost | None]) -> tuple[int, list[bool]]:
        """The same where units, minors or weekly hours have to be looked at too."""
        problem = self.problem
        price = problem.settings.costs.day_night_switch
        rough = [False] * len(costs)
        total = 0
        timings = {}
        for unit in range(len(problem.units)):
            first = unit * self.count
            mine = [
                (slot, one) for slot in range(first, first + self.count) if (one := costs[slot]) is not None
            ]
            switches, broken, times = follow(problem, self.book, mine)
            total += switches * price + broken
            for (slot, one), timing in zip(mine, times, strict=True):
                rough[slot] = timing is not one.timing or not self._easy(one)
                timings[slot] = timing
        if len(problem.units) > 1:
            days = {slot: one for slot, one in enumerate(costs) if one is not None}
            total += rest_between_units(problem, days, timings)
        return total, rough

    def _order_broken(self, changed: dict[int, int]) -> int:
        problem = self.problem
        if not problem.precedences:
            return 0
        where = {n: self.where[n] % self.count for pair in problem.precedences for n in pair}
        for slot, bits in changed.items():
            where.update({n: slot % self.count for n in where if bits >> n & 1})
        return order_broken(problem, where)

    def _rested_wrap(self) -> int:
        from answerprint.departments.planning.settings import minutes_of

        self._call = minutes_of(self.problem.settings.day.call)
        rules = self.problem.rules
        longest = max([rules.daily_rest, *(one.rest_minutes for one in rules.minors)])
        return min(
            1440 + self._call - longest,
            2 * 1440 + self._call - rules.weekly_rest,
            3 * 1440 + self._call - rules.weekly_rest_two_days,
        )


def anneal(
    problem: Problem,
    start: Sequence[int],
    *,
    seed: int,
    moves: int,
    deadline: float | None = None,
    hot: float = HOT,
    cold: float = COLD,
    report: Report | None = None,
    book: DayBook | None = None,
) -> tuple[int, list[int], int]:
    """(total, days, moves made) of the best board found; the total counts broken rules as money.

    deadline is a reading of `time.monotonic`: with it, a slow machine cools as fast as it has to, and the
    result depends on its speed. Without it the result depends on the seed and the number of moves alone.
    """
    board = Board(problem, start, book)
    movable = [n for n in range(len(problem.strips)) if problem.allowed[n].bit_count() > 1]
    best, best_days = board.total, board.days.copy()
    if not movable:
        return best, best_days, 0
    chooser = _Moves(problem, board, movable, random.Random(seed))
    draw = chooser.random.random
    began = time.monotonic()
    span = None if deadline is None else max(deadline - began, 0.05)
    worth = sum(one.cost for one in board.costs if one is not None) + sum(board.paid)
    hot, cold = (max(1.0, one * worth / len(problem.strips)) for one in (hot, cold))
    heat = hot
    done = 0
    while done < moves:
        if done % CHECK == 0:
            share = done / moves
            if span is not None:
                share = max(share, (time.monotonic() - began) / span)
                if share >= 1.0:
                    break
            heat = hot * (cold / hot) ** share
            if report is not None and done % (CHECK * 16) == 0:
                report(share, best)
        done += 1
        changes = chooser.draw()
        if changes is None:
            continue
        ceiling = board.total - heat * math.log(draw() + 1e-300)
        total = board.price(changes, ceiling)
        if total is not None and total <= ceiling:
            board.accept()
            if total < best:
                best, best_days = total, board.days.copy()
    return best, best_days, done


class _Moves:
    """Draws a move: which slots get which strips. None where the draw cannot fit."""

    def __init__(self, problem: Problem, board: Board, movable: list[int], rng: random.Random) -> None:
        self.problem, self.board, self.movable, self.random = problem, board, movable, rng
        self.limit = problem.limit
        strips = range(len(problem.strips))
        # Who is like a strip: the same place (the same set three times as likely), or a performer shared.
        self.near = [
            [m for m in strips if m != n and problem.place[m] == problem.place[n]]
            + [m for m in strips if m != n and problem.set_index[m] == problem.set_index[n]] * 2
            for n in strips
        ]
        people = [[m for m in strips if problem.cast[m] >> who & 1] for who in range(len(problem.performers))]
        self.company = [
            [people[who] for who in range(len(people)) if problem.cast[n] >> who & 1 and len(people[who]) > 1]
            for n in strips
        ]
        self.free_slots = [
            slot for slot in range(len(board.days)) if slot not in problem.fixed and problem.fits[slot]
        ]
        self.strips = len(movable)

    def draw(self) -> Changes | None:
        kind = self.random.random()
        if kind < 0.42:
            return self._relocate()
        if kind < 0.77:
            return self._swap()
        if kind < 0.90:
            return self._relocate_group()
        if kind < 0.94:
            return self._swap_days()
        if kind < 0.98:
            return self._move_day()
        if kind < 0.99:
            return self._reverse()
        return self._empty_a_day()

    def _strip(self) -> int:
        return self.movable[int(self.random.random() * self.strips)]

    def _target(self, n: int) -> int:
        draw = self.random.random
        chance = draw()
        near, company = self.near[n], self.company[n]
        if near and chance < 0.45:
            return self.board.where[near[int(draw() * len(near))]]
        if company and chance < 0.85:
            theirs = company[int(draw() * len(company))]
            return self.board.where[theirs[int(draw() * len(theirs))]]
        return self.free_slots[int(self.random.random() * len(self.free_slots))]

    def _relocate(self) -> Changes | None:
        n = self._strip()
        here, there = self.board.where[n], self._target(n)
        if here == there or not self.problem.allowed[n] >> there & 1:
            return None
        board = self.board
        if board.minutes[there] + self.problem.minutes[n] > self.limit:
            return None
        return [(here, board.days[here] & ~(1 << n)), (there, board.days[there] | 1 << n)]

    def _swap(self) -> Changes | None:
        n = self._strip()
        board, problem = self.board, self.problem
        here, there = board.where[n], self._target(n)
        if here == there or not problem.allowed[n] >> there & 1:
            return None
        inside = strips_in(board.days[there])
        if not inside:
            return None
        other = inside[int(self.random.random() * len(inside))]
        if not problem.allowed[other] >> here & 1:
            return None
        grows = problem.minutes[n] - problem.minutes[other]
        if board.minutes[there] + grows > self.limit or board.minutes[here] - grows > self.limit:
            return None
        both = 1 << n | 1 << other
        return [(here, board.days[here] ^ both), (there, board.days[there] ^ both)]

    def _group(self, n: int) -> int:
        """The strips of the same set, or of the same location, that are shot the same day."""
        problem, board = self.problem, self.board
        by = problem.set_index if self.random.random() < 0.5 else problem.place
        return sum(1 << m for m in strips_in(board.days[board.where[n]]) if by[m] == by[n])

    def _relocate_group(self) -> Changes | None:
        n = self._strip()
        board, problem = self.board, self.problem
        here, there = board.where[n], self._target(n)
        if here == there:
            return None
        group = self._group(n)
        if group & ~problem.fits[there]:
            return None
        weight = sum(problem.minutes[m] for m in strips_in(group))
        if board.minutes[there] + weight <= self.limit:
            return [(here, board.days[here] & ~group), (there, board.days[there] | group)]
        inside = strips_in(board.days[there])  # else against a group of the other day
        other = inside[int(self.random.random() * len(inside))]
        back = self._group(other)
        if back & ~problem.fits[here]:
            return None
        grows = weight - sum(problem.minutes[m] for m in strips_in(back))
        if board.minutes[there] + grows > self.limit or board.minutes[here] - grows > self.limit:
            return None
        return [(here, board.days[here] & ~group | back), (there, board.days[there] & ~back | group)]

    def _swap_days(self) -> Changes | None:
        one, two = self.random.choice(self.free_slots), self.random.choice(self.free_slots)
        return self._exchange([one, two], [two, one])

    def _move_day(self) -> Changes | None:
        slots = self._stretch()
        if slots is None:
            return None
        moved = [slots[-1], *slots[:-1]] if self.random.random() < 0.5 else [*slots[1:], slots[0]]
        return self._exchange(slots, moved)

    def _reverse(self) -> Changes | None:
        slots = self._stretch()
        return None if slots is None else self._exchange(slots, slots[::-1])

    def _stretch(self) -> list[int] | None:
        count, free = self.board.count, self.free_slots
        one, two = sorted((int(self.random.random() * len(free)), int(self.random.random() * len(free))))
        if one == two or free[one] // count != free[two] // count:
            return None
        return free[one : two + 1]

    def _exchange(self, slots: list[int], sources: list[int]) -> Changes | None:
        days, fits = self.board.days, self.problem.fits
        changes = [
            (slot, days[source])
            for slot, source in zip(slots, sources, strict=True)
            if days[slot] != days[source]
        ]
        if not changes or any(bits & ~fits[slot] for slot, bits in changes):
            return None
        return changes

    def _empty_a_day(self) -> Changes | None:
        board, problem = self.board, self.problem
        here = board.where[self._strip()]
        changed: dict[int, int] = {here: 0}
        load = board.minutes.copy()
        for n in strips_in(board.days[here]):
            for _ in range(6):
                there = self._target(n)
                if (
                    there != here
                    and problem.allowed[n] >> there & 1
                    and load[there] + problem.minutes[n] <= self.limit
                ):
                    break
            else:
                return None
            load[there] += problem.minutes[n]
            changed[there] = changed.get(there, board.days[there]) | 1 << n
        return list(changed.items())
