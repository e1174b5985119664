"""`answerprint plan documents`: a schedule as what is handed out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from answerprint.cli.output import Json, emit, printable
from answerprint.cli.plan.app import app


@app.command("documents")
def documents(
    file: Annotated[
        Path,
        typer.Argument(metavar="SCHEDULE", readable=False, help="What `plan schedule --out` wrote."),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder to write to; made when missing.")],
    only: Annotated[
        str,
        typer.Option(
            "--only",
            help="With commas: stripboard, one-liner, shooting-schedule, day-out-of-days, call-sheets, "
            "daily-reports, calendar.",
        ),
    ] = "",
    formats: Annotated[str, typer.Option("--format", help="With commas: pdf, html, csv.")] = "pdf,html,csv",
    company: Annotated[
        Path | None,
        typer.Option(
            "--company",
            help="TOML with what no script knows: production, company, director, producer, "
            "first_assistant, phone, base, parking, hospital, notes, [weather], [addresses].",
        ),
    ] = None,
    actuals: Annotated[
        Path | None,
        typer.Option("--actuals", help="CSV of what was shot: date, scene, status, setups, minutes, note."),
    ] = None,
    a4: Annotated[bool, typer.Option("--a4", help="A4 paper instead of US letter.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over files that are there.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Name the files and write nothing.")] = False,
    json: Json = False,
) -> None:
    """Stripboard, one-liner, shooting schedule, day-out-of-days, call sheets, daily reports, calendar.

    Example: answerprint plan documents schedule.json --out handed-out --only call-sheets,calendar
    """
    from answerprint.cli.output import save_all
    from answerprint.departments.planning.documents.company import read_company
    from answerprint.departments.planning.documents.daily_reports import read_actuals
    from answerprint.departments.planning.documents.handing_out import hand_out
    from answerprint.departments.planning.schedule_file import read_schedule

    schedule = read_schedule(file)
    made = dict(
        hand_out(
            schedule,
            only=[one.strip() for one in only.split(",") if one.strip()],
            formats=[one.strip() for one in formats.split(",") if one.strip()],
            company=read_company(company) if company else None,
            actuals=read_actuals(actuals) if actuals else (),
            a4=a4,
        )
    )
    if not dry_run:
        save_all(out, made, file, company, actuals, force=force)

    def text(console: Console) -> None:
        for name, data in made.items():
            console.print(
                printable(f"{out / name}  {len(data) / 1000:.0f} kB"), markup=False, highlight=False
            )

    emit({"folder": str(out), "files": list(made), "written": not dry_run}, json, text)
