"""Progress: what a listener hears while a graph runs, with the time left.

The time left rests on the seconds earlier runs of the same step took, per byte where the step reads media.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from answerprint.engine.graph import MEDIA, Media, Node


@dataclass(frozen=True)
class Count:
    """How far the graph is."""

    total: int
    done: int  # nodes that have ended, in whatever way
    seconds_left: float | None  # None until something of the kind has been timed


@dataclass(frozen=True)
class GraphStarted:
    count: Count


@dataclass(frozen=True)
class NodeStarted:
    node: str
    attempt: int
    count: Count


@dataclass(frozen=True)
class NodeProgress:
    node: str
    done: float
    total: float
    count: Count


@dataclass(frozen=True)
class NodeFinished:
    """The node's outputs are there: made now (done) or kept from an earlier run (reused)."""

    node: str
    state: Literal["done", "reused"]
    seconds: float
    count: Count


@dataclass(frozen=True)
class NodeFailed:
    """The node has no outputs; `reason` is for people, `code` is stable."""

    node: str
    state: Literal["failed", "set_aside", "skipped"]
    code: str
    reason: str
    count: Count


@dataclass(frozen=True)
class GraphFinished:
    count: Count


ProgressEvent = GraphStarted | NodeStarted | NodeProgress | NodeFinished | NodeFailed | GraphFinished
ProgressListener = Callable[[ProgressEvent], None]


@dataclass
class TimeLeft:
    """Seconds of work left, from seconds per weight of each step.

    A node's weight is its media's size in bytes, or 1 where it reads none. A step never timed is taken to
    be like the mean node of those that were.
    """

    width: int  # nodes that run at the same time
    timed: dict[str, tuple[float, float]] = field(default_factory=dict)  # step → seconds, weight
    waiting: dict[str, tuple[int, float]] = field(default_factory=dict)  # step → nodes, weight left
    nodes: dict[str, tuple[str, float]] = field(default_factory=dict)  # node → step, weight left

    def expect(self, step: str, node: str, weight: float) -> None:
        """A node that will run, or a running node that has so much of its weight left."""
        self.end(node)
        self.nodes[node] = (step, weight)
        count, left = self.waiting.get(step, (0, 0.0))
        self.waiting[step] = (count + 1, left + weight)

    def end(self, node: str) -> None:
        if node in self.nodes:
            step, weight = self.nodes.pop(node)
            count, left = self.waiting[step]
            self.waiting[step] = (count - 1, left - weight)

    def learn(self, step: str, weight: float, seconds: float) -> None:
        """A run of the step, now or earlier, took so long for so much."""
        known = self.timed.get(step, (0.0, 0.0))
        self.timed[step] = (known[0] + seconds, known[1] + weight)

    def seconds(self) -> float | None:
        """Seconds until every node expected has ended; None when nothing like it was timed yet."""
        known, known_nodes, unknown_nodes = 0.0, 0, 0
        for step, (count, left) in self.waiting.items():
            if step in self.timed:
                seconds, weight = self.timed[step]
                known += left * seconds / weight
                known_nodes += count
            else:
                unknown_nodes += count
        if unknown_nodes and not known_nodes:
            return None
        mean = known / known_nodes if known_nodes else 0.0
        return (known + unknown_nodes * mean) / self.width


class Narrator:
    """Turns what happens in a run into events for a listener; does nothing where there is none."""

    def __init__(self, nodes: Sequence[Node], width: int, listener: ProgressListener | None) -> None:
        self._listener = listener
        self._total = len(nodes)
        self._done = 0
        self._left = TimeLeft(width)
        self._steps = {node.id: node.step.name for node in nodes}
        self._weights: dict[str, float] = {}
        if listener is None:
            return
        sizes: dict[Path, float] = {}
        for node in nodes:
            media = node.inputs.get(MEDIA)
            weight = 1.0
            if isinstance(media, Media):
                weight = sizes.get(media.path) or sizes.setdefault(media.path, _size(media.path))
            self._weights[node.id] = weight
            self._left.expect(node.step.name, node.id, weight)

    def graph_started(self) -> None:
        if self._listener is not None:
            self._listener(GraphStarted(self._count()))

    def graph_finished(self) -> None:
        if self._listener is not None:
            self._listener(GraphFinished(self._count()))

    def started(self, node: str, attempt: int) -> None:
        if self._listener is not None:
            self._listener(NodeStarted(node, attempt, self._count()))

    def advanced(self, node: str, done: float, total: float) -> None:
        if self._listener is not None:
            share = min(1.0, max(0.0, done / total)) if total > 0 else 0.0
            self._left.expect(self._steps[node], node, self._weights[node] * (1.0 - share))
            self._listener(NodeProgress(node, done, total, self._count()))

    def finished(self, node: str, state: Literal["done", "reused"], seconds: float) -> None:
        self._done += 1
        if self._listener is not None:
            self._left.end(node)
            self._left.learn(self._steps[node], self._weights[node], seconds)
            self._listener(NodeFinished(node, state, seconds, self._count()))

    def failed(
        self, node: str, state: Literal["failed", "set_aside", "skipped"], code: str, reason: str
    ) -> None:
        self._done += 1
        if self._listener is not None:
            self._left.end(node)
            self._listener(NodeFailed(node, state, code, reason, self._count()))

    def _count(self) -> Count:
        return Count(self._total, self._done, self._left.seconds())


def _size(path: Path) -> float:
    try:
        return float(max(1, path.stat().st_size))
    except OSError:  # the step that opens it will say what is wrong with it
        return 1.0
