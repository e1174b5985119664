"""The schedule's peer: CP-SAT of OR-Tools, in an environment of its own; bench/schedule.py calls it.

Modelled: minutes of a day with moves and changes of set, overtime, shooting days, work and hold pay, moves,
set changes, dates that strips are allowed on. Left out: light within the day, rest, switches between day and
night; so what it finds is costed again under all rules, and what it proves is no bound of ours.

Run: .venv-bench/bin/python bench/peers/schedule.py < problem.json"""

from __future__ import annotations

import json
import sys
from typing import Any


def solve(problem: dict[str, Any], seconds: float, workers: int) -> dict[str, Any]:
    """The days found (strips by date), the objective reached and the bound proved."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    strips, days = range(len(problem["minutes"])), range(problem["days"])
    minutes, prices = problem["minutes"], problem["prices"]
    on = {(n, d): model.new_bool_var("") for n in strips for d in days if problem["allowed"][n] >> d & 1}
    used = [model.new_bool_var("") for _ in days]
    for n in strips:
        model.add_exactly_one(on[n, d] for d in days if (n, d) in on)

    def visits(group: list[int]) -> dict[tuple[int, int], Any]:
        found = {}
        for one in set(group):
            for d in days:
                inside = [on[n, d] for n in strips if group[n] == one and (n, d) in on]
                if inside:
                    found[one, d] = model.new_bool_var("")
                    model.add_max_equality(found[one, d], inside)
        return found

    places, sets = visits(problem["places"]), visits(problem["sets"])
    cost = []
    for d in days:
        here = [var for (_, at), var in places.items() if at == d]
        shown = [var for (_, at), var in sets.items() if at == d]
        model.add_max_equality(used[d], here)
        moves, changes = sum(here) - used[d], sum(shown) - sum(here)
        length = sum(minutes[n] * on[n, d] for n in strips if (n, d) in on)
        length = length + problem["move_minutes"] * moves + problem["change_minutes"] * changes
        model.add(length <= problem["limit"])
        over = model.new_int_var(0, problem["limit"], "")
        model.add(over >= length - problem["standard"])
        cost += [
            60 * prices["shoot_day"] * used[d],
            60 * prices["move"] * moves,
            60 * prices["change"] * changes,
        ]
        cost.append(prices["overtime"] * over)
    for who, (work, hold) in enumerate(problem["rates"]):
        mine = [n for n in strips if problem["cast"][n] >> who & 1]
        if not mine:
            continue
        works = []
        for d in days:
            works.append(model.new_bool_var(""))
            model.add_max_equality(works[d], [on[n, d] for n in mine if (n, d) in on] or [0])
        first, last = model.new_int_var(0, len(days), ""), model.new_int_var(0, len(days), "")
        for d in days:
            model.add(first <= d).only_enforce_if(works[d])
            model.add(last >= d).only_enforce_if(works[d])
        cost += [60 * (work - hold) * sum(works), 60 * hold * (last - first + 1)]
    model.minimize(sum(cost))
    for n in strips:
        for d in days:
            if (n, d) in on:
                model.add_hint(on[n, d], problem["hint"][n] == d)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = workers
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return {"days": None, "bound": solver.best_objective_bound / 60}
    where = [next(d for d in days if (n, d) in on and solver.value(on[n, d])) for n in strips]
    return {"days": where, "cost": solver.objective_value / 60, "bound": solver.best_objective_bound / 60}


def main() -> None:
    if sys.stdin.isatty():
        print("bench/schedule.py runs this with a problem on its standard input")
        return
    given = sys.stdin.read()
    if given.strip():
        problem = json.loads(given)
        json.dump(solve(problem, problem["seconds"], 2), sys.stdout)


if __name__ == "__main__":
    main()
