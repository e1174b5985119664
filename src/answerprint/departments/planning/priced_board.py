"""A board that is being changed: what a change costs is worked out from the days it touches alone."""

from __future__ import annotations

import math
from collections.abc import Sequence

from answerprint.departments.planning.day_work import DayBook, DayCost, Timing, strips_in
from answerprint.departments.planning.objective import follow, order_broken, payer, rest_between_units
from answerprint.departments.planning.problem import ANY, NIGHT, Problem
from answerprint.departments.planning.settings import minutes_of

Changes = list[tuple[int, int]]  # slot, new strips as bits


class Board:
    """A board that is being changed: days as bits of strips, and what a move changes kept ready."""

    def __init__(self, problem: Problem, days: Sequence[int], book: DayBook | None = None) -> None:
        self.problem = problem
        self.book = book or DayBook(problem)
        self.count = len(problem.dates)
        self.days = list(days)
        self._pay = payer(problem)
        self._follow_always = bool(problem.rules.max_week_minutes) or len(problem.units) > 1
        self._slow = self._follow_always or bool(problem.minor_limits[0])
        self._ordinals = [one.toordinal() for one in problem.dates]
        self._prepare_sketches()
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
        self.sequence, self.rough, self.unrested = self._sequence(self.costs)
        self.order = self._order_broken({})
        alone = sum(one.cost + one.broken for one in self.costs if one is not None)
        self.total = alone + sum(self.paid) + self.sequence + self.order

    def broken(self) -> int:
        """How much of the total stands for broken rules; two units at once are counted as pay."""
        return sum(one.broken for one in self.costs if one is not None) + self.unrested + self.order

    def price(self, changes: Changes, ceiling: float = math.inf) -> int | None:
        """What the total becomes by giving slots other strips; None where that is more than the ceiling.
        `accept` makes the last change priced."""
        costs = self.costs
        people, alone, same_light = 0, 0, True
        came: list[tuple[int, int]] = []  # slot as a bit, who works there
        for slot, bits in changes:
            cast, least, light = self._sketch(bits)
            old = costs[slot]
            if old is not None:
                people |= old.work.cast ^ cast
                alone += least - old.cost - old.broken
            else:
                people |= cast
                alone += least
            same_light = same_light and light == self._sketch(self.days[slot])[2]
            came.append((1 << slot, cast))
        # How the days follow each other can at best come to cost nothing; and to no less than now where each
        # day needs the light it did. What is too dear even so ends here, before its days are put in order.
        best_case = ceiling + self.order + (self.unrested if same_light else self.sequence)
        paid, total = self._pay_after(came, people)
        if total + alone > best_case:
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
        if total > best_case:
            return None
        sequence, rough, unrested = self.sequence, None, self.unrested
        if follows:
            after = costs.copy()
            for slot, _, one in new:
                after[slot] = one
            sequence, rough, unrested = self._sequence(after)
            total += sequence - self.sequence
        order = self.order
        if self.problem.precedences:
            order = self._order_broken(dict(changes))
            total += order - self.order
        self._pending = (total, new, paid, sequence, rough, unrested, order)
        return total

    def _pay_after(self, came: list[tuple[int, int]], people: int) -> tuple[list[tuple[int, int, int]], int]:
        """What `people` are paid with other casts in some slots, and the total with nothing else changed."""
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

    def _sketch(self, bits: int) -> tuple[int, int, int]:
        """Of a day's strips, without putting them in order: who works, the least the day can cost by itself,
        and which light it needs (bits: 1 day, 2 night; -1 for an empty day)."""
        found = self._sketches.get(bits)
        if found is None:
            if len(self._sketches) > 200_000:
                self._sketches.clear()
            found = self._sketches[bits] = self._sketched(bits)
        return found

    def _sketched(self, bits: int) -> tuple[int, int, int]:
        if not bits:
            return 0, 0, -1
        trait_of, minutes_of_strip, rest = self._traits, self.problem.minutes, bits
        traits = minutes = 0
        while rest:
            low = rest & -rest
            n = low.bit_length() - 1
            rest ^= low
            traits |= trait_of[n]
            minutes += minutes_of_strip[n]
        places = traits >> self._at_places & self._all_places
        visits = places.bit_count() - 1
        changes = max(0, (traits >> self._at_sets).bit_count() - visits - 1)
        minutes += visits * self._move_minutes + changes * self._change_minutes
        least = self._shoot_day + visits * self._move + changes * self._change
        if minutes > self._standard:
            least += (minutes - self._standard) * self._overtime // 60
        for at, price in self._paid_places:
            if places >> at & 1:
                least += price
        return traits >> 2 & self._all_people, least, traits & 3

    def _prepare_sketches(self) -> None:
        """A strip's traits as one number: light (2 bits), then people, places and sets."""
        problem = self.problem
        prices, limits = problem.settings.costs, problem.settings.day
        people, places = len(problem.performers), len(problem.locations)
        self._all_people, self._all_places = (1 << people) - 1, (1 << places) - 1
        self._at_places, self._at_sets = 2 + people, 2 + people + places
        self._traits = [
            (0 if problem.light[n] == ANY else 2 if problem.light[n] == NIGHT else 1)
            | problem.cast[n] << 2
            | 1 << self._at_places + problem.place[n]
            | 1 << self._at_sets + problem.set_index[n]
            for n in range(len(problem.strips))
        ]
        self._sketches: dict[int, tuple[int, int, int]] = {}
        self._paid_places = [(at, one.day_cost) for at, one in enumerate(problem.locations) if one.day_cost]
        self._shoot_day, self._move = prices.shoot_day, prices.location_move
        self._overtime = prices.overtime_hour
        self._change = min(prices.set_change, prices.location_move)
        self._move_minutes = limits.move_minutes
        self._change_minutes = min(limits.set_change_minutes, limits.move_minutes)
        self._standard = limits.standard_minutes

    def accept(self) -> None:
        """Make the change that was priced last."""
        self.total, new, paid, self.sequence, rough, self.unrested, self.order = self._pending
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

    def _sequence(self, costs: Sequence[DayCost | None]) -> tuple[int, list[bool], int]:
        """As `follow` for every unit, in money; which days are rough (not easy, or called later for rest);
        and how much of the money stands for broken rules."""
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
        return switches * problem.settings.costs.day_night_switch + broken, rough, broken

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

    def _sequence_slowly(self, costs: Sequence[DayCost | None]) -> tuple[int, list[bool], int]:
        """The same where units, minors or weekly hours have to be looked at too."""
        problem = self.problem
        price = problem.settings.costs.day_night_switch
        rough = [False] * len(costs)
        total = unrested = 0
        timings = {}
        for unit in range(len(problem.units)):
            first = unit * self.count
            mine = [
                (slot, one) for slot in range(first, first + self.count) if (one := costs[slot]) is not None
            ]
            switches, broken, times = follow(problem, self.book, mine)
            total += switches * price + broken
            unrested += broken
            for (slot, one), timing in zip(mine, times, strict=True):
                rough[slot] = timing is not one.timing or not self._easy(one)
                timings[slot] = timing
        if len(problem.units) > 1:
            days = {slot: one for slot, one in enumerate(costs) if one is not None}
            broken = rest_between_units(problem, days, timings)
            total, unrested = total + broken, unrested + broken
        return total, rough, unrested

    def _order_broken(self, changed: dict[int, int]) -> int:
        problem = self.problem
        if not problem.precedences:
            return 0
        where = {n: self.where[n] % self.count for pair in problem.precedences for n in pair}
        for slot, bits in changed.items():
            where.update({n: slot % self.count for n in where if bits >> n & 1})
        return order_broken(problem, where)

    def _rested_wrap(self) -> int:
        self._call = minutes_of(self.problem.settings.day.call)
        rules = self.problem.rules
        longest = max([rules.daily_rest, *(one.rest_minutes for one in rules.minors)])
        return min(
            1440 + self._call - longest,
            2 * 1440 + self._call - rules.weekly_rest,
            3 * 1440 + self._call - rules.weekly_rest_two_days,
        )
