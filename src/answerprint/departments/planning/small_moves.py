"""A board improved by few moves: the strip whose move saves most, and again, each said with what it saves.

Days that no move touches keep their order to the strip.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from answerprint.departments.planning.day_work import DayBook, DayCost
from answerprint.departments.planning.objective import Board, evaluate, follow, payer
from answerprint.departments.planning.problem import Problem

Order = tuple[int, ...]


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """A strip moved, and what that saves by itself."""

    strip: str
    number: str
    from_date: str
    to_date: str
    saves: int
    mends: bool  # whether fewer rules are broken


def improve(problem: Problem, board: Board, book: DayBook, most: int) -> tuple[dict[int, Order], list[Move]]:
    """The board after at most `most` moves of a strip to another day or place, and the moves in order."""
    current = {slot: tuple(order) for slot, order in board.items()}
    moves: list[Move] = []
    for _ in range(most):
        costing = evaluate(problem, current, book)
        found = _best(problem, current, book, costing.cost + costing.broken)
        if found is None:
            break
        n, here, there, after = found
        new = {slot: order for slot, order in {**current, **after}.items() if order}
        now = evaluate(problem, new, book)
        if now.cost + now.broken >= costing.cost + costing.broken:
            break
        moves.append(
            Move(
                strip=problem.strips[n].id,
                number=problem.strips[n].number,
                from_date=problem.date_of(here).isoformat(),
                to_date=problem.date_of(there).isoformat(),
                saves=costing.cost - now.cost,
                mends=now.broken < costing.broken,
            )
        )
        current = new
    return current, moves


def _best(
    problem: Problem, board: dict[int, Order], book: DayBook, total: int
) -> tuple[int, int, int, dict[int, Order]] | None:
    """The move that saves most: strip, from, to, and the orders of the days it changes."""
    prices = _Prices(problem, board, book)
    best: tuple[int, int, int, int, dict[int, Order]] | None = None
    for here, order in board.items():
        if here in problem.fixed:
            continue
        for n in order:
            without = tuple(one for one in order if one != n)
            for there in board:
                if there in problem.fixed or not problem.allowed[n] >> there & 1:
                    continue
                target = without if there == here else board[there]
                if (
                    there != here
                    and sum(problem.minutes[m] for m in target) + problem.minutes[n] > problem.limit
                ):
                    continue
                for at in _places(problem, target, n):
                    placed = (*target[:at], n, *target[at:])
                    if there == here and placed == order:
                        continue
                    after = {there: placed} if there == here else {here: without, there: placed}
                    change = prices.change(after, total if best is None else best[0])
                    if change < 0 and (best is None or change < best[0]):
                        best = change, n, here, there, after
    return None if best is None else best[1:]


def _places(problem: Problem, order: Order, n: int) -> list[int]:
    """Where in a day a strip may sensibly go: beside strips of its place, first, and last."""
    found = {0, len(order)}
    for at, other in enumerate(order):
        if problem.place[other] == problem.place[n]:
            found |= {at, at + 1}
    return sorted(found)


class _Prices:
    """What changes of one or two days come to."""

    def __init__(self, problem: Problem, board: dict[int, Order], book: DayBook) -> None:
        self.problem, self.board, self.book = problem, board, book
        self.pay = payer(problem)
        self.days = {slot: self._day(order, slot) for slot, order in board.items()}
        self.cast = [
            sum(1 << slot for slot, one in self.days.items() if one.work.cast >> who & 1)
            for who in range(len(problem.performers))
        ]
        self.sequence = self._sequence(self.days)

    def change(self, after: dict[int, Order], limit: int) -> int:
        """By how much the whole changes; more than nothing where it is worse."""
        new = {slot: self._day(order, slot) for slot, order in after.items() if order}
        change = 0
        people = 0
        for slot in after:
            old = self.days[slot]
            change -= old.cost + old.broken
            people |= old.work.cast
            if slot in new:
                change += new[slot].cost + new[slot].broken
                people |= new[slot].work.cast
        who = 0
        while people:
            if people & 1:
                bits = self.cast[who]
                for slot in after:
                    here = slot in new and new[slot].work.cast >> who & 1
                    bits = bits | 1 << slot if here else bits & ~(1 << slot)
                change += self.pay(who, bits) - self.pay(who, self.cast[who])
            people >>= 1
            who += 1
        if change - self.sequence >= min(limit, 0):
            return 1
        days = {slot: one for slot, one in {**self.days, **new}.items() if after.get(slot, True)}
        return change + self._sequence(days) - self.sequence

    def _day(self, order: Order, slot: int) -> DayCost:
        return self.book.on_date(self.book.work_in_order(order), sum(1 << n for n in order), slot)

    def _sequence(self, days: Mapping[int, DayCost]) -> int:
        count, total = len(self.problem.dates), 0
        for unit in range(len(self.problem.units)):
            mine = [(slot, days[slot]) for slot in sorted(days) if slot // count == unit]
            switches, broken, _ = follow(self.problem, self.book, mine)
            total += switches * self.problem.settings.costs.day_night_switch + broken
        return total
