"""Progress bars on stderr: one for the whole stage with the time left, one for each long step."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from answerprint.cli.output import printable, stderr
from answerprint.engine.progress import (
    GraphFinished,
    GraphStarted,
    NodeFailed,
    NodeFinished,
    NodeProgress,
    NodeStarted,
    ProgressEvent,
)

SHOWN = 4  # steps shown at the same time
REDRAW = 0.1  # seconds between updates for steps that take no time


class ProgressBars:
    """A listener for the engine's events. Silent when nobody looks (`quiet`, or stderr is no terminal)."""

    def __init__(self, console: Console, *, quiet: bool = False) -> None:
        self._console = console
        self._quiet = quiet
        self._stage = ""
        self._progress = Progress(
            TextColumn("{task.description}", justify="left"),
            BarColumn(bar_width=32),
            TextColumn("{task.fields[left]}"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=quiet or not console.is_terminal,
        )
        self._drawn = 0.0  # when the bars were last brought up to date
        self._whole: TaskID | None = None
        self._steps: dict[str, TaskID] = {}

    def __enter__(self) -> ProgressBars:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def stage(self, name: str) -> None:
        """A stage of the main job begins."""
        self._stage = name
        if not self._quiet and not self._console.is_terminal:
            self._console.print(f"{name} …", highlight=False)

    def __call__(self, event: ProgressEvent) -> None:
        if isinstance(event, NodeFinished) and event.node not in self._steps:
            now = time.monotonic()
            if self._progress.disable or now - self._drawn < REDRAW:
                return  # ten thousand steps kept from before would be ten thousand updates
            self._drawn = now
        if isinstance(event, GraphStarted):
            self._clear()
            self._whole = self._progress.add_task(self._stage, total=event.count.total, left="")
        elif isinstance(event, NodeStarted):
            if len(self._steps) < SHOWN:
                self._steps[event.node] = self._progress.add_task(
                    f"  {_short(event.node)}", total=None, left=""
                )
        elif isinstance(event, NodeProgress):
            if event.node in self._steps and event.total:
                self._progress.update(self._steps[event.node], completed=event.done, total=event.total)
        elif isinstance(event, NodeFinished | NodeFailed):
            if event.node in self._steps:
                self._progress.remove_task(self._steps.pop(event.node))
            if isinstance(event, NodeFailed) and event.state != "skipped" and not self._quiet:
                self._progress.console.print(
                    f"{_short(event.node)}: {event.code} {event.reason}", markup=False, highlight=False
                )
        elif isinstance(event, GraphFinished):
            self._clear()
            return
        if self._whole is not None:
            self._progress.update(
                self._whole, completed=event.count.done, left=_left(event.count.seconds_left)
            )

    def _clear(self) -> None:
        for task in [*self._steps.values(), *([self._whole] if self._whole is not None else [])]:
            self._progress.remove_task(task)
        self._steps.clear()
        self._whole = None


@contextmanager
def one_bar(name: str, *, hidden: bool) -> Iterator[Callable[[float], None]]:
    """A bar on stderr, told 0 … 1, while something long is done; none where nobody looks."""
    with named_bar(name, hidden=hidden) as tell:
        yield lambda done: tell(name, done)


@contextmanager
def named_bar(name: str, *, hidden: bool) -> Iterator[Callable[[str, float], None]]:
    """As `one_bar`, for things done one after another: told what is done as well."""
    console = stderr()
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=32), TimeRemainingColumn())
    with Progress(
        *columns, console=console, transient=True, disable=hidden or not console.is_terminal
    ) as bars:
        task = bars.add_task(printable(name), total=1.0)
        yield lambda what, done: bars.update(task, completed=done, description=printable(what))


def _left(seconds: float | None) -> str:
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d} left" if minutes else f"{rest} s left"


def _short(node: str) -> str:
    """`shots:3f9a…` rather than 64 hex digits."""
    step, _, subject = node.partition(":")
    return f"{step} {subject[:10]}" if len(subject) > 24 else f"{step} {subject}"
