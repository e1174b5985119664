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

from answerprint.departments.planning.day_work import DayBook, strips_in
from answerprint.departments.planning.priced_board import Board, Changes
from answerprint.departments.planning.problem import Problem

HOT, COLD = 0.70, 0.024  # what a worsening move may cost at the beginning and the end, in costs of a strip
CHECK = 256  # moves between looks at the clock

Report = Callable[[float, int], None]  # share done, best cost so far


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
