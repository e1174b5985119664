"""The `answerprint script` group; each file beside this one adds its commands to it."""

from __future__ import annotations

from answerprint.cli.output import command_app

app = command_app()


@app.callback()
def script() -> None:
    """A screenplay read, tagged, converted, analysed, compared and broken down.

    Example: answerprint script read film.fountain
    """
