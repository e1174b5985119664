"""A cost that no schedule under the rules can be below, by a small integer program of necessary conditions.

Every condition is one that each schedule satisfies, so the program's own lower bound is one for all of them.
For each unit (their days are counted and paid apart):

Write L for the most minutes a day may have, and for a schedule: D its days; v(l) the visits to location l (a
visit is a longest run of strips at one location within a day); s(k) the visits to set k likewise.

1. A visit lies within one day, so v(l) >= ceil(M(l) / L) for M(l) minutes at l, and s(k) likewise. Each
   visit to a location shows at least one of its sets: the sum of s over the sets of l is at least v(l).
2. A day with n visits has n - 1 moves, so moves = V - D for V visits in all; the set changes are S - V,
   because within a visit there is one less than the sets visited. Both cost money and minutes as the plan
   says (where a set change is priced above a move it is taken as a move, which can only lower the bound).
3. All minutes with moves and changes fit into D days of L; what exceeds D standard days is overtime, rounded
   down a day at most by one unit of money each.
4. Say e(l) = 0 when l is visited once only. Then all of l is shot on one day, and whoever has a strip at l
   works that day: the days on which performer p works hold M(l) minutes of it, not only those with p in them.
   Say f(k) = 0 for a set visited once likewise: those days hold all M(k) minutes of k. So the minutes
   z(p, l) of location l on the days of p satisfy
       z(p, l) >= (M(l) + changes within l) (1 - e(l)),
       z(p, l) >= sum over sets k of l with p of M(k) - f(k) (M(k) - M(p, k)), and changes among those sets.
5. The days of p visit all n(p) locations of p, so they hold at least n(p) - w(p) moves for w(p) days of work:
       L w(p) >= sum over l of z(p, l) + move minutes (n(p) - w(p)),    1 <= w(p) <= D.
   (A location that p visits r times in place of once gives r - 1 moves more in place of at most r - 1 set
   changes; a move takes at least as long as a change is taken to take.)
6. A location is paid on at least ceil(M(l) / L) days. Where there is work that needs daylight and work that
   needs darkness, the unit switches at least once.

Holds, waiting for light, rest, weather and change penalties are bounded by nothing: the rules may force some.
"""

from __future__ import annotations

from typing import NamedTuple

from answerprint.departments.planning.problem import ANY, NIGHT, Problem

SECONDS = 3.0  # for the integer program, where the numbers below have not stopped it; its bound holds anyway
NODES, NEAR = 60, 0.02  # branches looked at, and the share of its own best at which it is content


class Bound(NamedTuple):
    """The bound and its parts, in whole money, rounded down."""

    cost: int
    days: int  # shooting days of all units that no schedule is below
    proved_best: bool  # the program was solved to its end


def lower_bound(problem: Problem, seconds: float = SECONDS) -> Bound:
    """No schedule that keeps every rule costs less. Raises nothing: without a solver's answer the bound is
    that of the fewest days."""
    found = [
        _of_unit(problem, [n for n, one in enumerate(problem.strips) if one.unit == unit], seconds)
        for unit in problem.units
        if any(one.unit == unit for one in problem.strips)
    ]
    return Bound(
        sum(one.cost for one in found), sum(one.days for one in found), all(one.proved_best for one in found)
    )


def _of_unit(problem: Problem, strips: list[int], seconds: float) -> Bound:
    import numpy as np
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    limits, prices, most = problem.settings.day, problem.settings.costs, problem.limit
    move_minutes, change_minutes = limits.move_minutes, min(limits.set_change_minutes, limits.move_minutes)
    change_price = min(prices.set_change, prices.location_move)
    minutes: dict[int, int] = {}
    set_minutes: dict[int, int] = {}
    sets_of: dict[int, set[int]] = {}
    for n in strips:
        place, one_set = problem.place[n], problem.set_index[n]
        minutes[place] = minutes.get(place, 0) + problem.minutes[n]
        # A set that a plan puts at two locations counts as two.
        key = one_set * len(problem.locations) + place
        set_minutes[key] = set_minutes.get(key, 0) + problem.minutes[n]
        sets_of.setdefault(place, set()).add(key)
    total = sum(minutes.values())
    fixed = sum(problem.locations[at].day_cost * -(-m // most) for at, m in minutes.items())
    lights = {problem.light[n] == NIGHT for n in strips if problem.light[n] != ANY}
    fixed += prices.day_night_switch * (len(lights) == 2)

    # The variables, in blocks: D, moves, overtime; v, e by location; s, f by set; w by performer; z by pair.
    cost: list[float] = []
    low: list[float] = []
    high: list[float] = []
    whole: list[int] = []

    def variable(price: float, least: float, greatest: float, integer: bool) -> int:
        cost.append(price)
        low.append(least)
        high.append(greatest)
        whole.append(int(integer))
        return len(cost) - 1

    rows: list[tuple[dict[int, float], float]] = []  # sum of coefficient × variable >= right side
    least_days = max(1, -(-total // most))
    if limits.max_eighths:
        least_days = max(least_days, -(-sum(problem.eighths[n] for n in strips) // limits.max_eighths))
    days = variable(prices.shoot_day - 1, least_days, len(problem.dates), True)
    moves = variable(prices.location_move, 0, np.inf, False)
    over = variable(prices.overtime_hour / 60, 0, np.inf, False)
    visits = {at: variable(-change_price, -(-m // most), len(strips), True) for at, m in minutes.items()}
    again = {at: variable(0, float(m > most), 1, True) for at, m in minutes.items()}
    shown = {k: variable(change_price, -(-m // most), len(strips), True) for k, m in set_minutes.items()}
    set_again = {k: variable(0, float(m > most), 1, True) for k, m in set_minutes.items()}
    for at, m in minutes.items():
        if m <= most:
            rows.append(({visits[at]: 1, again[at]: -1}, 1))
        rows.append(({**{shown[k]: 1.0 for k in sets_of[at]}, visits[at]: -1}, 0))
    for k, m in set_minutes.items():
        if m <= most:
            rows.append(({shown[k]: 1, set_again[k]: -1}, 1))
    all_visits = {one: 1.0 for one in visits.values()}
    rows.append(({moves: 1, days: 1, **{one: -1.0 for one in all_visits}}, 0))
    rows.append(({**all_visits, days: -1}, 0))
    changes = {
        **{one: -float(change_minutes) for one in shown.values()},
        **{one: float(change_minutes) for one in all_visits},
    }
    rows.append(({days: most, moves: -move_minutes, **changes}, total))
    standard = {days: float(limits.standard_minutes), moves: -float(move_minutes), over: 1.0, **changes}
    rows.append((standard, total))
    for who, performer in enumerate(problem.performers):
        mine = [n for n in strips if problem.cast[n] >> who & 1]
        if not mine or not performer.day_rate:
            continue
        work = variable(performer.day_rate, 1, len(problem.dates), True)
        rows.append(({days: 1, work: -1}, 0))
        places = sorted({problem.place[n] for n in mine})
        row: dict[int, float] = {work: most + move_minutes}
        for at in places:
            there = variable(0, 0, np.inf, False)
            row[there] = -1
            inside = minutes[at] + change_minutes * (len(sets_of[at]) - 1)
            rows.append(({there: 1, again[at]: inside}, inside))
            own: dict[int, int] = {}
            for n in mine:
                if problem.place[n] == at:
                    k = problem.set_index[n] * len(problem.locations) + at
                    own[k] = own.get(k, 0) + problem.minutes[n]
            least = sum(set_minutes[k] for k in own) + change_minutes * (len(own) - 1)
            rows.append(
                ({there: 1, **{set_again[k]: float(set_minutes[k] - m) for k, m in own.items()}}, least)
            )
        rows.append((row, move_minutes * len(places)))

    data = [value for row, _ in rows for value in row.values()]
    columns = [at for row, _ in rows for at in row]
    ends = np.cumsum([0, *(len(row) for row, _ in rows)])
    matrix = csr_array((data, columns, ends), shape=(len(rows), len(cost)))
    answer = milp(
        np.array(cost),
        integrality=np.array(whole),
        bounds=Bounds(np.array(low), np.array(high)),
        constraints=LinearConstraint(matrix, np.array([right for _, right in rows]), np.inf),
        options={"time_limit": seconds, "mip_rel_gap": NEAR, "node_limit": NODES},
    )
    proved = getattr(answer, "mip_dual_bound", None)
    if proved is None or not np.isfinite(proved):
        return Bound(fixed + least_days * prices.shoot_day, least_days, False)
    # The solver works to a millionth; a unit of money more is given away for it.
    return Bound(
        max(0, int(np.floor(proved - 1 - 1e-6 * abs(proved)))) + fixed, least_days, bool(answer.status == 0)
    )
