"""A peer solves one talent instance, in an environment of its own: didppy's CABS, or CP-SAT of OR-Tools.

The didppy model is the talent model of its documentation: the set of scenes left is the state, a scene whose
cast is all who are on location is forced. Prints one JSON document.

Run: .venv-bench/bin/python bench/peers/talent.py didppy|cpsat FILE SECONDS
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

Film = tuple[list[list[int]], list[int], list[int]]  # rows of 0 and 1, daily costs, durations


def read(file: Path) -> Film:
    numbers = [int(one) for one in file.read_text().split()[1:]]
    scenes, actors, body = numbers[0], numbers[1], numbers[2:]
    rows = [body[at * (scenes + 1) : (at + 1) * (scenes + 1)] for at in range(actors)]
    return [row[:-1] for row in rows], [row[-1] for row in rows], body[actors * (scenes + 1) :]


def didp(film: Film, limit: float) -> tuple[int, int, bool]:
    import didppy as dp

    works, rates, days = film
    actors, scenes = len(works), len(days)
    model = dp.Model()
    scene_type, actor_type = model.add_object_type(number=scenes), model.add_object_type(number=actors)
    left = model.add_set_var(object_type=scene_type, target=list(range(scenes)))
    casts = [[actor for actor in range(actors) if works[actor][scene]] for scene in range(scenes)]
    cast_table = model.add_set_table(casts, object_type=actor_type)
    rate_table = model.add_int_table(rates)
    least = [days[scene] * sum(rates[actor] for actor in casts[scene]) for scene in range(scenes)]
    least_table = model.add_int_table(least)
    there = model.add_set_state_fun(cast_table.union(left) & cast_table.union(left.complement()))
    model.add_base_case([left.is_empty()])
    for scene in range(scenes):
        cast = model.create_set_const(object_type=actor_type, value=casts[scene])
        model.add_transition(
            dp.Transition(
                name=f"forced {scene}",
                cost=least[scene] + dp.IntExpr.state_cost(),
                preconditions=[left.contains(scene), cast == there],
                effects=[(left, left.remove(scene))],
            ),
            forced=True,
        )
        model.add_transition(
            dp.Transition(
                name=str(scene),
                cost=days[scene] * rate_table[cast | there] + dp.IntExpr.state_cost(),
                preconditions=[left.contains(scene)],
                effects=[(left, left.remove(scene))],
            )
        )
    model.add_dual_bound(least_table[left])
    found = dp.CABS(model, threads=1, quiet=True, time_limit=limit).search()
    return int(found.cost), int(found.best_bound), bool(found.is_optimal)


def cpsat(film: Film, limit: float) -> tuple[int, int, bool]:
    from ortools.sat.python import cp_model

    works, rates, days = film
    model, whole = cp_model.CpModel(), sum(days)
    starts = [model.new_int_var(0, whole - length, "") for length in days]
    model.add_no_overlap(
        [
            model.new_fixed_size_interval_var(start, length, "")
            for start, length in zip(starts, days, strict=True)
        ]
    )
    spans = []
    for row in works:
        first, last = model.new_int_var(0, whole, ""), model.new_int_var(0, whole, "")
        for scene, there in enumerate(row):
            if there:
                model.add(first <= starts[scene])
                model.add(last >= starts[scene] + days[scene])
        model.add(last - first >= sum(length for there, length in zip(row, days, strict=True) if there))
        spans.append(last - first)
    model.minimize(sum(rate * span for rate, span in zip(rates, spans, strict=True)))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = limit
    solver.parameters.num_workers = 1
    status = solver.solve(model)
    return round(solver.objective_value), round(solver.best_objective_bound), status == cp_model.OPTIMAL


def main() -> None:
    film = read(Path(sys.argv[2]))
    began = time.perf_counter()
    cost, bound, proved = {"didppy": didp, "cpsat": cpsat}[sys.argv[1]](film, float(sys.argv[3]))
    seconds = time.perf_counter() - began
    print(json.dumps({"cost": cost, "bound": bound, "proved": proved, "seconds": round(seconds, 3)}))


if __name__ == "__main__":
    main()
