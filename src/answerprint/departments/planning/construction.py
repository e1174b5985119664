"""First boards: strips put in an order a person would choose, then packed into days under the same rules.

The orders are also the baselines a result is measured against, so each is packed in the best of several ways.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from answerprint.departments.planning.day_work import DayBook, strips_in
from answerprint.departments.planning.priced_board import Board
from answerprint.departments.planning.problem import NIGHT, Problem

Days = list[int]


def baselines(problem: Problem, book: DayBook) -> dict[str, tuple[int, Days]]:
    """For each way of working by hand, its best board: (cost with broken rules as money, days).

    script_order; sort_by_set: the strips of a set together, the sets alphabetically, by first appearance or
    the longest first, day before night within a set or over the whole; sort_by_location the same way.
    """
    found: dict[str, tuple[int, Days]] = {}
    for name, orders in (
        ("script_order", [list(range(len(problem.strips)))]),
        ("sort_by_set", _grouped(problem, problem.set_index, [one.set for one in problem.strips])),
        ("sort_by_location", _grouped(problem, problem.place, [one.location for one in problem.strips])),
    ):
        for order in orders:
            for backward in (1, len(order)):
                days = rested(problem, book, pack(problem, book, order, backward))
                total = Board(problem, days, book).total
                if name not in found or total < found[name][0]:
                    found[name] = total, days
    return found


def first_boards(problem: Problem, book: DayBook) -> list[Days]:
    """Boards to begin searching from, the best first: one for each of a few orders, and one whose days hold
    the same people."""
    orders = [
        *_grouped(problem, problem.place, [one.location for one in problem.strips])[1:3],
        _grouped(problem, problem.set_index, [one.set for one in problem.strips])[1],
        _by_cast(problem),
    ]
    boards = [pack(problem, book, order, 3) for order in orders]
    return sorted(boards, key=lambda days: Board(problem, days, book).total)


def pack(problem: Problem, book: DayBook, order: Sequence[int], back: int) -> Days:
    """Strips in order into days: each into the first of the last `back` days begun where it fits without
    breaking a rule and at no more than overtime; else into the next date it is allowed on."""
    slots = len(problem.dates) * len(problem.units)
    days = [0] * slots
    for slot, fixed in problem.fixed.items():
        days[slot] = sum(1 << n for n in fixed)
    placed = {n for fixed in problem.fixed.values() for n in fixed}
    open_days: dict[str, list[int]] = {}
    count = len(problem.dates)
    for n in order:
        if n in placed:
            continue
        mine = open_days.setdefault(problem.strips[n].unit, [])
        slot = next((one for one in mine[-back:] if _fits(problem, book, days, one, n)), -1)
        if slot < 0:
            first = problem.units.index(problem.strips[n].unit) * count
            empty = [
                one for one in range(first, first + count) if not days[one] and problem.allowed[n] >> one & 1
            ]
            slot = empty[0] if empty else _least_bad(problem, book, days, n, range(first, first + count))
            if slot not in mine:
                mine.append(slot)
        days[slot] |= 1 << n
    return days


def rested(problem: Problem, book: DayBook, days: Days, most: int = 12) -> Days:
    """The days with rest between them, as far as moving whole days gives it: the move that mends most, and
    again. Packing in order puts a day after a night; a person would then exchange the two."""
    board = Board(problem, days, book)
    slots = [slot for slot in range(len(days)) if slot not in problem.fixed]
    for _ in range(most):
        if not board.unrested:
            break
        best: tuple[float, list[tuple[int, int]]] | None = None
        for at, here in enumerate(slots):
            for there in slots[max(0, at - 8) : at + 9]:
                if here == there or here // len(problem.dates) != there // len(problem.dates):
                    continue
                changes = _day_moved(board.days, slots, here, there)
                if not changes or any(bits & ~problem.fits[slot] for slot, bits in changes):
                    continue
                total = board.price(changes)
                if total is not None and total < board.total and (best is None or total < best[0]):
                    best = total, changes
        if best is None:
            break
        board.price(best[1])
        board.accept()
    return board.days


def _day_moved(days: Sequence[int], slots: list[int], here: int, there: int) -> list[tuple[int, int]]:
    """What changes when the day in one slot is taken to another and those between close up."""
    one, two = slots.index(here), slots.index(there)
    stretch = slots[min(one, two) : max(one, two) + 1]
    bits = [days[slot] for slot in stretch]
    bits = [*bits[1:], bits[0]] if one < two else [bits[-1], *bits[:-1]]
    return [(slot, new) for slot, new in zip(stretch, bits, strict=True) if days[slot] != new]


def _fits(problem: Problem, book: DayBook, days: Days, slot: int, n: int) -> bool:
    if not problem.allowed[n] >> slot & 1 or slot in problem.fixed:
        return False
    if problem.minutes[n] + sum(problem.minutes[m] for m in strips_in(days[slot])) > problem.limit:
        return False
    return not book.day(days[slot] | 1 << n, slot).broken


def _least_bad(problem: Problem, book: DayBook, days: Days, n: int, slots: Iterable[int]) -> int:
    """Where a strip breaks least, when no empty date takes it."""
    open_slots = [slot for slot in slots if slot not in problem.fixed] or list(slots)

    def harm(slot: int) -> tuple[int, int]:
        before = book.day(days[slot], slot).broken if days[slot] else 0
        new_day = 0 if days[slot] else problem.broken // 10
        return book.day(days[slot] | 1 << n, slot).broken - before + new_day, slot

    return min(open_slots, key=harm)


def _grouped(problem: Problem, group: Sequence[int], names: Sequence[str]) -> list[list[int]]:
    strips = range(len(problem.strips))
    length: dict[int, int] = {}
    for n in strips:
        length[group[n]] = length.get(group[n], 0) + problem.minutes[n]
    night = [problem.light[n] == NIGHT for n in strips]
    first = {one: min(n for n in strips if group[n] == one) for one in set(group)}
    keys = [
        lambda n: (names[n], night[n], problem.set_index[n], n),
        lambda n: (first[group[n]], night[n], problem.set_index[n], n),
        lambda n: (-length[group[n]], group[n], night[n], problem.set_index[n], n),
        lambda n: (night[n], first[group[n]], problem.set_index[n], n),
    ]
    return [sorted(strips, key=key) for key in keys]


def _by_cast(problem: Problem) -> list[int]:
    """Strips chained by shared people and places: each next to the one most like it."""
    left = set(range(len(problem.strips)))
    rate = [one.day_rate for one in problem.performers]
    order: list[int] = []
    at = max(left, key=lambda n: (problem.cast[n].bit_count(), -n))
    while left:
        left.discard(at)
        order.append(at)
        if left:
            here = at

            def likeness(n: int, here: int = here) -> tuple[int, int]:
                shared = problem.cast[n] & problem.cast[here]
                pay = sum(rate[who] for who in range(len(rate)) if shared >> who & 1)
                return pay + 3000 * (problem.place[n] == problem.place[here]), -n

            at = max(left, key=likeness)
    return order
