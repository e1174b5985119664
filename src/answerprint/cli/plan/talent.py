"""`answerprint plan talent`: the order of scenes for which the cast is paid least, and its proof."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from answerprint.cli.output import Json, emit, printable, stderr
from answerprint.cli.plan.app import app

if TYPE_CHECKING:
    from answerprint.departments.planning.talent import Instance, Solution

WIDEST = 120  # columns of days before the picture shows scenes instead


@app.command("talent")
def talent(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            readable=False,
            help="Name, numbers of scenes and actors, per actor a row of 0 and 1 and a cost, durations.",
        ),
    ],
    limit: Annotated[
        float, typer.Option("--limit", help="Stop after so many seconds with the best order and its bound.")
    ] = 60.0,
    seed: Annotated[int, typer.Option("--seed", help="Where the local search starts.")] = 0,
    json: Json = False,
) -> None:
    """Order scenes so that the cast, paid from first to last scene, costs least; say whether that is proved.

    cost is what the order costs, bound what no order can cost less than. They are equal when it is proved.
    Order and actors count from 1.

    Example: answerprint plan talent film105.dat --json
    """
    from answerprint.core.errors import UsageError
    from answerprint.departments.planning.talent import read_instance, solve

    if not 0.1 <= limit <= 86_400:
        raise UsageError(
            "AP-USE-090", f"--limit is {limit:g}", remedy="give seconds from 0.1 to 86400, as --limit 60"
        )
    if seed < 0:
        raise UsageError("AP-USE-091", f"--seed is {seed}", remedy="give a whole number from 0")
    instance = read_instance(file)
    solution = solve(instance, limit=limit, seed=seed, progress=_progress(instance))

    def text(console: Console) -> None:
        for line in picture(instance, solution):
            console.print(printable(line), markup=False, highlight=False, soft_wrap=True)

    document: Any = solution
    emit(document, json, text)


def picture(instance: Instance, solution: Solution) -> list[str]:
    """The solution for people: a row of days for each actor, X working and - held, and what holding costs."""
    order = [scene - 1 for scene in solution.order]
    by_day = instance.day_scale == 1 and int(instance.days.sum()) <= WIDEST
    widths = [int(instance.days[scene]) if by_day else 1 for scene in order]
    name = instance.name or "talent"
    lines = [f"{name}: {instance.scenes} scenes, {instance.actors} actors", ""]
    if sum(widths) <= WIDEST:
        lines.append(f"{'days' if by_day else 'scenes':>9}  {_scale(sum(widths))}  held  hold cost")
        for actor in solution.actors:
            row = ""
            for place, (scene, width) in enumerate(zip(order, widths, strict=True), start=1):
                mark = "X" if instance.works[actor.number - 1, scene] else "-"
                row += (mark if actor.first <= place <= actor.last else ".") * width
            lines.append(f"actor {actor.number:>3}  {row}  {actor.days_held:>4}  {actor.hold_cost:>9}")
    else:
        lines.append("           first  last  held  hold cost   (places in the order)")
        for actor in solution.actors:
            lines.append(
                f"actor {actor.number:>3}  {actor.first:>5} {actor.last:>5}  {actor.days_held:>4}  "
                f"{actor.hold_cost:>9}"
            )
    lines += ["", "order      " + " ".join(str(scene) for scene in solution.order)]
    lines.append(
        f"cost       {solution.cost} ({solution.working_cost} working, {solution.hold_cost} holding)"
    )
    if solution.proved:
        lines.append(f"proved     no order costs less ({solution.seconds:.2f} s)")
    else:
        lines.append(
            f"not proved no order costs less than {solution.bound}: {solution.gap:.1%} is open after "
            f"{solution.seconds:.0f} s (--limit gives it longer)"
        )
    return lines


def _scale(width: int) -> str:
    """A ruler over the columns: a mark at every fifth, a digit at every tenth."""
    return "".join(
        str(column // 10 % 10) if column % 10 == 0 else "'" if column % 5 == 0 else " "
        for column in range(1, width + 1)
    )


def _progress(instance: Instance) -> Callable[[int, int], None] | None:
    """One line on stderr that is written over, where somebody looks."""
    console = stderr()
    if not console.is_terminal:
        return None

    def told(cost: int, bound: int) -> None:
        console.print(
            f"\r  cost {instance.in_money(cost)}, bound {instance.in_money(bound)}    ",
            end="",
            highlight=False,
        )

    return told
