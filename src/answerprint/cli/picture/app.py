"""The `answerprint picture` group; each file beside this one adds its commands to it."""

from __future__ import annotations

from answerprint.cli.output import command_app

app = command_app()


@app.callback()
def picture() -> None:
    """Pictures brought to one look, as a grade that any program reads.

    Example: answerprint picture match A003.mov --to hero.png --cdl A003.cdl
    """
