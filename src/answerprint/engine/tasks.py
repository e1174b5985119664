"""What goes to an executor and what comes back: tasks out, events in. Every executor keeps this contract."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from answerprint.core.errors import AnswerprintError
from answerprint.engine.step import Step
from answerprint.store.rows import Output

SourceKind = Literal["media", "value", "object", "track"]


@dataclass(frozen=True)
class Workplace:
    """Where a worker reads inputs and commits results."""

    catalogue: Path
    objects: Path


@dataclass(frozen=True)
class Source:
    """Where one input is: a media file at `path`, a constant's JSON in `data`, an object or a track."""

    kind: SourceKind
    digest: str
    path: Path | None = None
    data: bytes | None = None


@dataclass(frozen=True)
class Job:
    """One node, ready to run: its key is known and every input is there."""

    node: str
    step: Step
    subject: str
    key: str
    inputs: Mapping[str, Source]
    collected: Mapping[str, Mapping[str, Source]]
    digests: Mapping[str, str]  # input name → digest, as the key has them


@dataclass(frozen=True)
class Task:
    """One job, or a decode group: jobs of analysers that read the same file, fed by one decode."""

    id: int
    jobs: tuple[Job, ...]


@dataclass(frozen=True)
class Started:
    node: str


@dataclass(frozen=True)
class Advanced:
    """A sign of life with how far the node is."""

    node: str
    done: float
    total: float


@dataclass(frozen=True)
class Done:
    """The node's row is committed."""

    node: str
    outputs: Mapping[str, Output]
    seconds: float


@dataclass(frozen=True)
class Failed:
    """The step raised. The same inputs would raise again, so it is not retried."""

    node: str
    code: str
    reason: str


@dataclass(frozen=True)
class Lost:
    """The worker died, hung or took too much memory: one attempt of every node of the task not yet done."""

    task: Task
    nodes: tuple[str, ...]
    code: str
    reason: str


@dataclass(frozen=True)
class Halted:
    """The workplace itself fails (a full disk, a catalogue that cannot be written): nothing else can run."""

    node: str
    error: AnswerprintError


Event = Started | Advanced | Done | Failed | Lost | Halted
Tell = Callable[[Event], None]


class Executor(Protocol):
    """Runs tasks. Each ends in one Done, Failed or Halted a job, or one Lost for those that have none."""

    def open(self, workplace: Workplace) -> None:
        """Get ready for a graph. Cheap: workers start with the first task."""

    def submit(self, task: Task) -> None:
        """Take a task; it may run at any time from now."""

    def advance(self, tell: Tell) -> None:
        """Work, or wait for workers, and tell every event met; return after at least a little progress."""

    def close(self) -> None:
        """End of the graph: tasks not finished are given up. No worker of this graph writes afterwards."""

    @property
    def width(self) -> int:
        """How many tasks run at the same time."""
