"""`answerprint plan budget` and `answerprint plan risk`: what a schedule costs, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer
from rich.console import Console

from answerprint.cli.output import Json, emit, printable, stderr
from answerprint.cli.plan.app import app

if TYPE_CHECKING:
    from answerprint.core.findings import Finding
    from answerprint.departments.planning.money.budget import Budget
    from answerprint.departments.planning.money.forecast import Risk
    from answerprint.departments.planning.money.rates import Rates
    from answerprint.departments.planning.records import Schedule

ScheduleFile = Annotated[
    Path,
    typer.Argument(metavar="SCHEDULE", readable=False, help="A schedule.json, or a screenplay."),
]
RatesFile = Annotated[
    Path | None, typer.Option("--rates", help="The rates file; without one, starter rates of no authority.")
]
PlanFile = Annotated[
    Path | None,
    typer.Option("--plan", help="The plan file: dates of a screenplay, climate of the locations."),
]
Out = Annotated[Path | None, typer.Option("--out", "-o", help="The folder to write to; made when missing.")]
Force = Annotated[bool, typer.Option("--force", help="Write over files that are there.")]


@app.command("budget")
def budget(
    file: ScheduleFile,
    rates: RatesFile = None,
    write_rates: Annotated[
        Path | None,
        typer.Option("--write-rates", help="Write a rates file to start from, for this schedule, and stop."),
    ] = None,
    plan: PlanFile = None,
    out: Out = None,
    force: Force = False,
    json: Json = False,
) -> int:
    """Top sheet, accounts and detail of a schedule under a rates file, each line with its arithmetic.

    With --out: budget.xlsx (it calculates), budget.csv, budget.json and top-sheet.pdf.

    Example: answerprint plan budget schedule.json --rates rates.toml --out budget
    """
    from answerprint.core.encoding import to_json
    from answerprint.core.errors import Exit
    from answerprint.departments.planning.money.budget import budget_of, complete
    from answerprint.departments.planning.money.budget_pages import budget_csv, budget_document, top_sheet
    from answerprint.departments.planning.money.quantities import quantities
    from answerprint.departments.planning.money.workbook import budget_workbook
    from answerprint.pipeline.planning import naming

    schedule = _schedule(file, plan)
    if write_rates is not None:
        return _write_rates(schedule, file, write_rates, (rates, plan), force, json)
    priced = _rates(schedule, rates, file)
    with naming(file):
        made = budget_of(schedule, priced, title=priced.title or schedule.title)
    document = budget_document(made)
    names: list[str] = []
    if out is not None:
        from answerprint.cli.output import save_all

        completed, _ = complete(priced, schedule, quantities(schedule, priced))
        files = {
            "budget.xlsx": budget_workbook(made, completed),
            "budget.csv": budget_csv(made).encode(),
            "budget.json": to_json(document) + b"\n",
            "top-sheet.pdf": top_sheet(made),
        }
        save_all(out, files, file, rates, plan, force=force)
        names = [str(out / name) for name in files]
    emit({**document, "files": names}, json, lambda console: _budget_text(console, made, names))
    return int(Exit.NEEDS_A_PERSON if any(one.needs_a_person for one in made.findings) else Exit.DONE)


@app.command("risk")
def risk(
    file: ScheduleFile,
    rates: RatesFile = None,
    history: Annotated[
        Path | None,
        typer.Option("--history", help="CSV of your past productions, a row a day or a row a production."),
    ] = None,
    plan: PlanFile = None,
    runs: Annotated[int, typer.Option("--runs", help="How often the schedule is played.")] = 10_000,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same bytes.")] = 1,
    out: Out = None,
    force: Force = False,
    json: Json = False,
) -> int:
    """Days and money as distributions: the schedule played day by day with what goes wrong.

    P10, P50, P80 and P90, the chance of finishing within plan and budget, what drives both, and the
    contingency that P80 asks for. With --out: risk.html, risk.json, tornado.svg and tornado.png.

    Example: answerprint plan risk schedule.json --rates rates.toml --history past.csv --out risk
    """
    from answerprint.core.errors import Exit
    from answerprint.departments.planning.money.board import with_climates
    from answerprint.departments.planning.money.forecast import risk_of
    from answerprint.departments.planning.money.history import read_history
    from answerprint.pipeline.planning import naming

    schedule = _schedule(file, plan)
    priced = _rates(schedule, rates, file)
    if plan is not None:
        from answerprint.departments.planning.plan_file import read_plan

        priced = with_climates(priced, read_plan(plan).locations)
    past = read_history(history) if history is not None else None
    title = priced.title or schedule.title
    with naming(file):
        found = risk_of(schedule, priced, past, runs=runs, seed=seed, title=title)
    names: list[str] = []
    if out is not None:
        from answerprint.cli.output import save_all
        from answerprint.departments.planning.money.report import risk_files

        files = risk_files(found)
        save_all(out, files, file, rates, history, plan, force=force)
        names = [str(out / name) for name in files]
    document: Any = {**_builtins(found), "files": names}
    emit(document, json, lambda console: _risk_text(console, found, names))
    return int(Exit.NEEDS_A_PERSON if any(one.needs_a_person for one in found.findings) else Exit.DONE)


def _schedule(file: Path, plan: Path | None = None) -> Schedule:
    """A schedule that is there, or a quick one of a screenplay, the same each time."""
    from answerprint.departments.planning.schedule_file import read_schedule

    if file.suffix.casefold() == ".json":
        return read_schedule(file)
    from answerprint.departments.planning.plan_file import read_plan
    from answerprint.departments.planning.rules import load_rules
    from answerprint.departments.planning.scheduling import FEWEST_MOVES, Effort, plan_of, schedule
    from answerprint.departments.planning.settings import PlanSettings
    from answerprint.pipeline.planning import breakdown_of

    breakdown = breakdown_of(file)
    settings = read_plan(plan) if plan is not None else PlanSettings()
    rules = load_rules(settings.production.rules, plan.parent if plan is not None else None)
    stderr().print(f"scheduling {printable(file.name)} first; plan schedule searches longer", markup=False)
    made = schedule(plan_of(breakdown, settings, rules), Effort(moves=FEWEST_MOVES, alternatives=0))
    return msgspec.structs.replace(made, title=made.title or breakdown.title)


def _rates(schedule: Schedule, rates: Path | None, file: Path) -> Rates:
    from answerprint.departments.planning.money.rates_reading import parse_rates, read_rates

    return read_rates(rates) if rates is not None else parse_rates(_starter(schedule, file))


def _starter(schedule: Schedule, file: Path) -> str:
    from answerprint.departments.planning.money.quantities import quantities
    from answerprint.departments.planning.money.rates import Rates
    from answerprint.departments.planning.money.starter import starter_rates
    from answerprint.pipeline.planning import naming

    with naming(file):
        return starter_rates(schedule, quantities(schedule, Rates(currency="EUR")), title=schedule.title)


def _write_rates(
    schedule: Schedule, file: Path, path: Path, read: Iterable[Path | None], force: bool, json: bool
) -> int:
    from answerprint.cli.output import refuse_taken, save

    refuse_taken(path, file, *read, force=force)
    save(path, _starter(schedule, file).encode(), force=force)

    def text(console: Console) -> None:
        message = f"{path}: put in your own figures, then answerprint plan budget … --rates {path}"
        console.print(printable(message), markup=False, highlight=False)

    emit({"rates": str(path)}, json, text)
    return 0


def _builtins(found: Risk) -> dict[str, Any]:
    from answerprint.core.encoding import to_builtins

    document: dict[str, Any] = to_builtins(found)
    return document


def _budget_text(console: Console, made: Budget, names: list[str]) -> None:
    from rich.table import Column, Table

    from answerprint.departments.planning.money import currency
    from answerprint.departments.planning.money.rates import SECTION_NAMES, SECTIONS

    table = Table(
        Column("account"), Column("name", overflow="fold"), Column(made.currency, justify="right"), box=None
    )
    for section in SECTIONS:
        accounts = [one for one in made.accounts if one.section == section]
        total = sum(one.amount for one in accounts)
        table.add_row("", SECTION_NAMES[section], currency.exact(total, made.currency), style="bold")
        for one in accounts:
            table.add_row(one.number, printable(one.name), currency.exact(one.amount, made.currency))
    table.add_section()
    for top in made.top[len(SECTIONS) :]:
        style = "bold" if top.kind in ("gross", "net") else None
        name = f"{top.name} ({top.formula})" if top.formula else top.name
        table.add_row("", printable(name), currency.exact(top.amount, made.currency), style=style)
    _line(console, f"{made.title or 'Budget'}: {made.shoot_days} shooting days, {made.currency}")
    console.print(table, markup=False, highlight=False)
    _findings(console, made.findings)
    for name in names:
        _line(console, f"  {name}")


def _risk_text(console: Console, found: Risk, names: list[str]) -> None:
    from rich.table import Column, Table

    from answerprint.departments.planning.money.report import levels, sparkline, value

    _line(console, f"{found.title or 'Risk'}: {found.runs} runs, seed {found.seed}; {found.source}")
    right = [Column(name, justify="right") for name in ("plan", "P10", "P50", "P80", "P90", "within plan")]
    table = Table("", *right, box=None)
    for spread, name in ((found.days, "days"), (found.money, found.currency)):
        shown = [value(one.value, spread) for one in levels(spread)]
        table.add_row(name, value(spread.planned, spread), *shown, f"{spread.within_plan:.0%}")
    console.print(table, highlight=False)
    for spread in (found.days, found.money):
        first, last = value(spread.edges[0] + 0.5, spread), value(spread.edges[-1] - 0.5, spread)
        _line(console, f"  {first} {sparkline(spread.shares)} {last} {spread.unit}")
    p70, p80, p90 = found.contingencies[1:]
    others = f"{p70.percent:.1f} % for P70, {p90.percent:.1f} % for P90"
    enough = f"what is put aside is enough in {found.within_budget:.0%} of the runs"
    _line(console, f"  contingency for P80: {p80.percent:.1f} % ({others}); {enough}")
    bars = Table("driver", Column("kindest", justify="right"), Column("hardest", justify="right"), box=None)
    bars.add_column("of the variance", justify="right")
    for one in found.drivers[:6]:
        low, high = value(one.low, found.money), value(one.high, found.money)
        bars.add_row(one.label, low, high, f"{one.variance:.0%}")
    console.print(bars, highlight=False)
    for record, what in ((found.record_money, "money"), (found.record_days, "days")):
        if record.levels:
            parts = ", ".join(f"P{100 * one.level:.0f} {one.below}/{one.of}" for one in record.levels)
            _line(console, f"  your record, each film forecast from the others, {what}: {parts}")
    _findings(console, found.findings)
    for name in names:
        _line(console, f"  {name}")


def _findings(console: Console, findings: Iterable[Finding]) -> None:
    for one in findings:
        if one.severity != "note":
            _line(console, f"  ! {one.message}")


def _line(console: Console, text: str) -> None:
    console.print(printable(text.replace("\u00a0", " ")), markup=False, highlight=False)
