"""The `answerprint plan` group; each file beside this one adds its commands to it."""

from __future__ import annotations

from answerprint.cli.output import command_app

app = command_app()


@app.callback()
def plan() -> None:
    """Schedule, day-out-of-days, call sheets, budget, risk and boards from a screenplay.

    Example: answerprint plan schedule film.fountain
    """
