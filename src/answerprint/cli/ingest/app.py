"""The group's application, and what its commands share: progress in bytes, findings for people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer
from rich.console import Console

from answerprint.cli.output import command_app, printable, stderr
from answerprint.core.errors import Exit

if TYPE_CHECKING:
    from answerprint.core.findings import Finding
    from answerprint.formats.cameras.mhl_writing import Creator

app = command_app()
MARKS = {"problem": "!!", "warning": " !", "note": "  "}


@app.callback()
def ingest() -> None:
    """From a card to the disk: look through it, copy it with proof, verify, make proxies, write logs.

    Example: answerprint ingest copy /Volumes/A001 /Volumes/RAID --to /Volumes/SHUTTLE
    """


@contextmanager
def bar(what: str, *, quiet: bool, size: bool = True) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on stderr with the time left; silent where nobody looks."""
    from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as Left

    console = stderr()
    count = DownloadColumn() if size else MofNCompleteColumn()
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=32), count, Left())
    with Progress(
        *columns, console=console, transient=True, disable=quiet or not console.is_terminal
    ) as bars:
        task = bars.add_task(what, total=None)

        def tell(done: int, total: int) -> None:
            bars.update(task, completed=done, total=total)

        yield tell


def print_findings(console: Console, findings: Sequence[Finding]) -> None:
    """One line each, the worst first."""
    order = ("problem", "warning", "note")
    for one in sorted(findings, key=lambda one: order.index(one.severity)):
        console.print(printable(f"{MARKS[one.severity]} {one.message}"), markup=False, highlight=False)


def finish(needs_a_person: bool) -> None:
    """Exit 3 where a person is needed."""
    if needs_a_person:
        raise typer.Exit(int(Exit.NEEDS_A_PERSON))


def creator(created: str | None, author: str | None, comment: str | None) -> Creator:
    """Who a generation names. created: ISO 8601; now where it is not given.

    Raises UsageError AP-USE-218 for a date that is none.
    """
    import platform
    from datetime import UTC, datetime

    from answerprint import __version__
    from answerprint.core.errors import UsageError
    from answerprint.formats.cameras.mhl_writing import Creator

    try:
        when = datetime.fromisoformat(created) if created else datetime.now(UTC)
    except ValueError as error:
        remedy = "write it as 2026-01-31T12:00:00+00:00"
        raise UsageError("AP-USE-218", f"{created!r} is no date", remedy=remedy) from error
    when = when.replace(tzinfo=UTC) if when.tzinfo is None else when
    return Creator(
        created=when.replace(microsecond=0).isoformat(),
        host=platform.node() or "unknown",
        tool="answerprint",
        version=__version__,
        author=author or "",
        comment=comment or "",
    )


def amount(count: int) -> str:
    """Bytes for people."""
    size = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000:
            return f"{count} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.2f} TB"
