"""`answerprint plan schedule`: from a screenplay to shooting days, with a bound and the rules checked."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.text import Text

from answerprint.cli.output import Json, emit, printable, refuse_taken, save, stderr, typed
from answerprint.cli.plan.app import app
from answerprint.cli.plan.searching import Iterations, Seed, effort_of
from answerprint.core.errors import Exit, UsageError

if TYPE_CHECKING:
    from answerprint.departments.planning.records import Schedule, ShootDay, Strip

# As strips are coloured on a board: white day interiors, yellow day exteriors, blue and green nights.
COLOURS = {
    (False, False): "white",
    (True, False): "yellow",
    (False, True): "bright_blue",
    (True, True): "green",
}
SHOWN = 12  # violations, moves and alternatives written out


@app.command("schedule")
def schedule(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", readable=False, help="A screenplay, or a breakdown as JSON.")
    ],
    plan: Annotated[
        Path | None, typer.Option("--plan", help="plan.toml; else the one beside FILE, else defaults.")
    ] = None,
    write_plan: Annotated[
        Path | None, typer.Option("--write-plan", help="Write a plan to begin with, and stop.")
    ] = None,
    availability: Annotated[
        Path | None, typer.Option("--availability", help="CSV: name, from, to, available or unavailable.")
    ] = None,
    weather: Annotated[
        Path | None, typer.Option("--weather", help="CSV: month, location, dry (probability of a dry day).")
    ] = None,
    board: Annotated[
        Path | None, typer.Option("--board", help="Your own board (CSV or text): costed and checked.")
    ] = None,
    improve: Annotated[
        str | None, typer.Option("--improve", help="The board: small (few moves, each listed), or full.")
    ] = None,
    at_most: Annotated[int, typer.Option("--at-most", help="Strips that --improve small may move.")] = 5,
    published: Annotated[
        Path | None, typer.Option("--published", help="Re-planning: the schedule that is out (JSON).")
    ] = None,
    start: Annotated[
        str | None, typer.Option("--from", help="Re-planning: the first date that may change.")
    ] = None,
    seconds: Annotated[
        float,
        typer.Option("--seconds", help="Most time to take; cutting a search short makes it depend on speed."),
    ] = 10.0,
    iterations: Iterations = None,
    seed: Seed = 0,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write the schedule as JSON, for documents and budget.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over files that are there.")] = False,
    json: Json = False,
) -> int:
    """An optimised schedule with its cost, a bound no schedule can be below, and every hard rule checked.

    Ends with 3 when rules are broken: each comes with the smallest set of facts that cannot all hold.

    Example: answerprint plan schedule film.fountain --plan plan.toml --out schedule.json
    """
    from answerprint.departments.planning.schedule_file import write_schedule
    from answerprint.pipeline.planning import Request, breakdown_of, schedule_of

    for written in (write_plan, out):
        if written is not None:
            refuse_taken(written, file, plan, availability, weather, board, published, force=force)
    if write_plan is not None:
        from answerprint.departments.planning.plan_writing import write_plan as plan_text

        save(write_plan, plan_text(breakdown_of(file)).encode(), force=force)
        emit({"plan": str(write_plan)}, json, lambda console: _written(console, write_plan))
        return int(Exit.DONE)
    effort = effort_of(seconds, iterations, seed)
    request = Request(
        plan=plan,
        availability=availability,
        weather=weather,
        board=board,
        improve=improve,
        at_most=at_most,
        published=published,
        start=_date(start),
    )
    with _bar(quiet=json) as bar:
        task = bar.add_task("searching", total=1.0, best="")
        found = schedule_of(
            file,
            request,
            effort,
            lambda share, best: bar.update(task, completed=share, best=f"best so far {best}"),
        )
    if out is not None:
        save(out, write_schedule(found), force=force)
    document: Any = found
    emit(document, json, lambda console: _show(console, found, out))
    return int(Exit.NEEDS_A_PERSON if found.violations else Exit.DONE)


def _date(written: str | None) -> datetime.date | None:
    if written is None:
        return None
    try:
        return datetime.date.fromisoformat(written)
    except ValueError as error:
        raise UsageError("AP-USE-179", f"{written!r} is no date", remedy="--from 2026-05-11") from error


def _bar(*, quiet: bool) -> Progress:
    console = stderr()
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=32),
        TextColumn("{task.fields[best]}"),
        console=console,
        transient=True,
        disable=quiet or not console.is_terminal,
    )


def _written(console: Console, path: Path) -> None:
    console.print(f"{typed(path)} is yours to edit: dates, people, places", markup=False, highlight=False)


def _show(console: Console, found: Schedule, out: Path | None) -> None:
    strips = {one.id: one for one in found.strips}
    names = {one.number: one.name for one in found.performers}
    for day in found.days:
        _show_day(console, day, strips, names)
    pages = sum(one.eighths for one in found.days)
    say = _sayer(console)
    say("")
    say(f"{len(found.days)} days, {len(strips) - len(found.boneyard)} strips, {_pages(pages)} pages")
    gap = 100 * (found.cost - found.bound) / found.cost if found.cost else 0.0
    bound = f"none that keeps the rules costs less than {found.bound}, so {gap:.1f} % at most to gain"
    if not found.bound:
        bound = "no bound, because strips are left out"
    say(f"cost {found.cost}; {bound}", "bold")
    say("  " + ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in found.cost_parts.items()))
    for name, cost in found.baselines.items():
        change = 100 * (found.cost - cost) / cost if cost else 0.0
        say(f"  {name.replace('_', ' '):<18}{cost:>10}  ({change:+.1f} % here)")
    if found.boneyard:
        left = [strips[one].number for one in found.boneyard]
        say(f"boneyard: {', '.join(left[:30])}{' …' if len(left) > 30 else ''}")
    for move in found.settings.get("moves", []):
        say(f"moved: scene {move['number']}, {move['from_date']} to {move['to_date']}: saves {move['saves']}")
    moved = found.settings.get("moved", [])
    for move in moved[:SHOWN]:
        say(f"moved: scene {move['number']} from {move['from']} to {move['to']}: {move['why']}")
    if len(moved) > SHOWN:
        say(f"  and {len(moved) - SHOWN} more, all in the JSON")
    for one in found.alternatives:
        say(f"another way: {one.summary}")
    for violation in found.violations[:SHOWN]:
        say(f"broken: {violation.message}", "bold red")
        for fact in violation.conflict[:SHOWN]:
            say(f"    {fact}", "red")
    if len(found.violations) > SHOWN:
        say(f"and {len(found.violations) - SHOWN} more broken rules, all in the JSON", "red")
    if not found.violations:
        say("no hard rule is broken (looked at by a checker of its own)", "green")
    for one in found.settings.get("assumed", []):
        say(f"assumed: {one}", "dim")
    if out is not None:
        say(f"written: {typed(out)}")


def _show_day(console: Console, day: ShootDay, strips: dict[str, Strip], names: dict[int, str]) -> None:
    say = _sayer(console)
    unit = "" if day.unit == "main" else f" {day.unit} unit"
    head = f"day {day.index}{unit}  {day.date:%a} {day.date}  {_clock(day.call)}–{_clock(day.wrap)}"
    sun = (
        f"  sun {_clock(day.sunrise)}–{_clock(day.sunset)}"
        if day.sunrise is not None and day.sunset is not None
        else ""
    )
    say(f"{head}  {_pages(day.eighths)}{sun}  {day.cost}", "bold")
    for name, start in zip(day.strips, day.starts or (0,) * len(day.strips), strict=True):
        one = strips[name]
        where = ("I/E" if one.interior else "EXT") if one.exterior else "INT"
        colour = COLOURS[one.exterior, one.day_or_night in ("night", "dusk", "dawn")]
        cast = ",".join(map(str, one.cast))
        line = f"  {_clock(start)} {one.number:>5} {where} {one.set[:34]:<34} {one.day_or_night[:5]:<5}"
        say(f"{line} {_pages(one.eighths)} {one.minutes:>4} min  {cast}", colour)
    if day.held:
        say(f"  held: {', '.join(names.get(one, str(one)) for one in day.held)}", "dim")
    for note in day.notes:
        say(f"  {note}", "dim")


def _sayer(console: Console) -> Callable[..., None]:
    def say(text: str, style: str = "") -> None:
        console.print(Text(printable(text), style=style), highlight=False)

    return say


def _clock(minute: int | None) -> str:
    return "" if minute is None else f"{minute // 60:02d}:{minute % 60:02d}"


def _pages(eighths: int) -> str:
    """Pages as strips write them: 2 3/8."""
    return f"{eighths // 8} {eighths % 8}/8"
