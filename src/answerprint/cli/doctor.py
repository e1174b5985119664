"""`answerprint doctor`: what this machine has and lacks, and what to do about it."""

from __future__ import annotations

from typing import Any

import typer
from rich.console import Console

from answerprint.cli.output import Json, command_app, emit
from answerprint.core.errors import Exit

app = command_app()


@app.command("doctor")
def doctor(json: Json = False) -> None:
    """What this machine has and lacks: program, FFmpeg, encoders, models, memory, disk.

    Exit code 4 says that something the main job needs is missing; what is merely optional is listed.

    Example: answerprint doctor
    """
    from answerprint.pipeline.examination import examine

    checks = examine()
    missing = [one for one in checks if one.state == "missing"]

    def text(console: Console) -> None:
        widest = max(len(one.name) for one in checks)
        marks = {"has": "[green]✓[/]", "optional": "[yellow]–[/]", "missing": "[red]✗[/]"}
        for one in checks:
            console.print(f"{marks[one.state]} ", end="")
            console.print(f"{one.name:<{widest}}  {one.found}", markup=False, highlight=False)
            if one.remedy:
                console.print(f"    → {one.remedy}", markup=False, highlight=False)

    document: dict[str, Any] = {"checks": checks, "ready": not missing}
    emit(document, json, text)
    if missing:
        raise typer.Exit(int(Exit.NOT_AVAILABLE))
