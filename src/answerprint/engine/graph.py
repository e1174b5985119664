"""The graph: which steps run on which subjects, and where each of their inputs comes from.

What a step declares it reads and writes is checked here, before anything runs.
"""

from __future__ import annotations

import dataclasses
import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from blake3 import blake3

from answerprint.core.encoding import to_json
from answerprint.core.errors import EngineError
from answerprint.engine.step import AnalyserStep, Step
from answerprint.store.rows import Output as Committed

MEDIA = "media"  # the input through which an analyser reads its file


@dataclass(frozen=True)
class Media:
    """A media file, known by its asset id; where it lies is not part of any key."""

    asset_id: str
    path: Path


@dataclass(frozen=True, eq=False)
class Value:
    """A constant record, known by the BLAKE3 of its canonical JSON."""

    record: Any

    @cached_property
    def data(self) -> bytes:
        return to_json(self.record)

    @cached_property
    def digest(self) -> str:
        return blake3(self.data).hexdigest()


@dataclass(frozen=True)
class Output:
    """One output of a node. Made by `node["name"]`."""

    node: Node
    name: str


@dataclass(frozen=True)
class Stored:
    """An output that a run of another graph has committed."""

    output: Committed


@dataclass(frozen=True, eq=False)
class Collected:
    """Many inputs under one name, by subject. Members whose node failed are left out, and the key says so."""

    members: Mapping[str, Media | Value | Output | Stored]


Reference = Media | Value | Output | Stored | Collected


@dataclass(eq=False)
class Node:
    """One step on one subject. `id` is `step.name:subject`."""

    step: Step
    subject: str
    inputs: dict[str, Reference]

    def __post_init__(self) -> None:
        self.id = f"{self.step.name}:{self.subject}"

    def __getitem__(self, output: str) -> Output:
        """A reference to an output. Raises EngineError when the step does not declare it."""
        if output not in self.step.writes:
            raise EngineError(
                "AP-ENGINE-001",
                f"{self.id} writes no “{output}”; it writes {_listed(self.step.writes)}",
            )
        return Output(self, output)

    def __repr__(self) -> str:
        return f"Node({self.id})"

    def sources(self) -> Iterator[Output]:
        """Every output of another node this node reads."""
        for reference in self.inputs.values():
            if isinstance(reference, Output):
                yield reference
            elif isinstance(reference, Collected):
                yield from (one for one in reference.members.values() if isinstance(one, Output))


@dataclass(frozen=True)
class Plan:
    """A graph's nodes, each after those it reads; how many it waits for, and who reads it, by node id."""

    order: Sequence[Node]
    waits: Mapping[str, int]
    readers: Mapping[str, Sequence[Node]]


class Graph:
    """Steps joined by their inputs. Build with `add`, late wires with `connect`; `run_graph` runs it."""

    def __init__(self) -> None:
        self._nodes: dict[str, Node] = {}

    def __len__(self) -> int:
        return len(self._nodes)

    def __iter__(self) -> Iterator[Node]:
        return iter(self._nodes.values())

    def __getitem__(self, node_id: str) -> Node:
        return self._nodes[node_id]

    def __contains__(self, node_id: object) -> bool:
        return node_id in self._nodes

    def add(self, step: Step, subject: str, **inputs: Reference) -> Node:
        """A node for a step on a subject. Raises EngineError when it is there already or is no step."""
        kind: Any = type(step)
        _check_step(kind)
        node = Node(step, subject, inputs)
        if node.id in self._nodes:
            raise EngineError("AP-ENGINE-002", f"{node.id} is in the graph twice")
        self._nodes[node.id] = node
        return node

    def connect(self, node: Node, **inputs: Reference) -> None:
        """Give a node inputs after it was added."""
        node.inputs.update(inputs)

    def plan(self) -> Plan:
        """Which node comes when.

        Among nodes that could come next, the one added first does. Raises EngineError for a missing or
        unknown input, an analyser without a file, a node of another graph, and a circle.
        """
        nodes = list(self._nodes.values())
        before = [[source.node for source in node.sources()] for node in nodes]
        self._check(nodes, before)
        place = {node.id: index for index, node in enumerate(nodes)}
        readers: list[list[int]] = [[] for _ in nodes]
        waits: list[int] = [0] * len(nodes)
        for index, sources in enumerate(before):
            for one in {place[source.id] for source in sources}:
                readers[one].append(index)
                waits[index] += 1
        left = list(waits)
        free = [index for index, count in enumerate(left) if count == 0]
        order: list[Node] = []
        while free:
            index = heapq.heappop(free)
            order.append(nodes[index])
            for reader in readers[index]:
                left[reader] -= 1
                if left[reader] == 0:
                    heapq.heappush(free, reader)
        if len(order) < len(nodes):
            circle = [node.id for node, count in zip(nodes, left, strict=True) if count]
            raise EngineError("AP-ENGINE-007", f"steps wait for one another in a circle: {_listed(circle)}")
        return Plan(
            order,
            {node.id: waits[index] for index, node in enumerate(nodes)},
            {node.id: [nodes[reader] for reader in readers[index]] for index, node in enumerate(nodes)},
        )

    def _check(self, nodes: Sequence[Node], before: Sequence[Sequence[Node]]) -> None:
        """Raise EngineError for a missing or unknown input, an analyser without a file, a stranger's node."""
        for node, sources in zip(nodes, before, strict=True):
            step = node.step
            missing = [name for name in step.reads if name not in node.inputs and name not in step.optional]
            if missing:
                raise EngineError("AP-ENGINE-003", f"{node.id} reads {_listed(missing)} and is given none")
            unknown = [name for name in node.inputs if name not in step.reads and name not in step.optional]
            if unknown:
                raise EngineError(
                    "AP-ENGINE-004", f"{node.id} is given {_listed(unknown)}; it reads {_listed(step.reads)}"
                )
            if isinstance(step, AnalyserStep) and not isinstance(node.inputs.get(MEDIA), Media):
                raise EngineError("AP-ENGINE-005", f"{node.id} is an analyser: its input “media” is a Media")
            for source in sources:
                if self._nodes.get(source.id) is not source:
                    raise EngineError("AP-ENGINE-006", f"{node.id} reads {source.id} of another graph")


@cache
def _check_step(kind: Any) -> None:
    frozen = dataclasses.is_dataclass(kind) and getattr(kind, "__dataclass_params__").frozen  # noqa: B009
    if not frozen or not isinstance(getattr(kind, "version", None), int) or not hasattr(kind, "name"):
        raise EngineError(
            "AP-ENGINE-008", f"{kind.__qualname__} is no step: a frozen dataclass with name and version"
        )


def _listed(names: Any) -> str:
    shown = [f"“{name}”" for name in names]
    return ", ".join(shown[:8]) + (f" and {len(shown) - 8} more" if len(shown) > 8 else "") or "nothing"
