"""`answerprint plan prepare`: a screenplay to everything that pre-production hands out, in one go."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from answerprint.cli.output import Json, emit, printable, save_all, stderr, what_is_at
from answerprint.cli.plan.app import app
from answerprint.cli.plan.searching import Iterations, Seed, effort_of


@app.command("prepare")
def prepare(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", readable=False, help="A screenplay in any format that is read.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder to write to; made when missing.")],
    plan: Annotated[
        Path | None, typer.Option("--plan", help="plan.toml; else the one beside FILE, else defaults.")
    ] = None,
    seconds: Annotated[float, typer.Option("--seconds", help="Time for the schedule's search.")] = 10.0,
    iterations: Iterations = None,
    seed: Seed = 0,
    a4: Annotated[bool, typer.Option("--a4", help="A4 paper instead of US letter.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over files that are there.")] = False,
    json: Json = False,
) -> int:
    """Analysis, breakdown, schedule, call sheets, calendar, shot list and a tagged FDX from one screenplay.

    What `script analyse` and `breakdown`, `plan schedule`, `documents` and `shots` do one by one. Ends
    with 3 when hard rules are broken or a person has to look at the screenplay.

    Example: answerprint plan prepare film.pdf --out prepared
    """
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from answerprint.core.errors import Exit, UsageError
    from answerprint.pipeline.planning import Request
    from answerprint.pipeline.preparation import prepare as prepare_file

    effort = effort_of(seconds, iterations, seed)
    there = what_is_at(out)
    if there == "a file":
        raise UsageError("AP-USE-075", "a file is in the way", file=str(out), remedy="choose another --out")
    if there and any(out.iterdir()) and not force:
        raise UsageError(
            "AP-USE-085",
            "holds something already",
            file=str(out),
            remedy="choose another --out, or write over what is there with --force",
        )
    columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    with Progress(*columns, console=stderr(), disable=json, transient=True) as bar:
        task = bar.add_task("reading", total=1.0)
        made = prepare_file(
            file,
            Request(plan=plan),
            effort,
            a4=a4,
            say=lambda what, share: bar.update(task, description=what, completed=share),
        )
    save_all(out, made.files, file, plan, force=force)
    schedule = made.schedule
    document: dict[str, Any] = {
        "title": made.title,
        "pages": made.pages,
        "scenes": len(made.breakdown.sheets),
        "days": len(schedule.days),
        "cost": schedule.cost,
        "bound": schedule.bound,
        "violations": schedule.violations,
        "questions": made.questions,
        "folder": str(out),
        "files": list(made.files),
    }

    def text(console: Console) -> None:
        said = (
            f"{made.title}: {made.pages} pages, {len(made.breakdown.sheets)} scenes, "
            f"{len(made.breakdown.cast)} parts, "
            f"{len(schedule.days)} shooting days, cost {schedule.cost} (no schedule below {schedule.bound})"
        )
        console.print(printable(said), markup=False, highlight=False)
        for one in schedule.violations:
            console.print(printable(f"broken: {one.message}"), style="red", markup=False, highlight=False)
        if made.questions:
            console.print(
                f"{made.questions} questions about the screenplay: answerprint script read lists them"
            )
        for name in made.files:
            console.print(printable(f"  {out / name}"), markup=False, highlight=False)

    emit(document, json, text)
    return int(Exit.NEEDS_A_PERSON if schedule.violations or made.questions else Exit.DONE)
