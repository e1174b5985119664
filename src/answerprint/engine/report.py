"""What became of every node of a graph, and the outputs of those that have them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from answerprint.core.encoding import from_json
from answerprint.core.errors import EngineError
from answerprint.core.records import Track
from answerprint.engine.graph import Node
from answerprint.store.catalogue import Catalogue
from answerprint.store.objects import ObjectStore
from answerprint.store.rows import Output

T = TypeVar("T")
Ending = Literal["done", "reused", "failed", "set_aside", "skipped"]


class NodeResult(msgspec.Struct, frozen=True):
    """How a node ended. failed: its step raised; set_aside: its worker was lost twice; skipped: it reads
    something that is not there."""

    node: str
    step: str
    subject: str
    state: Ending
    key: str = ""  # empty when the node was skipped
    outputs: Mapping[str, Output] = {}
    code: str = ""
    reason: str = ""
    attempts: int = 0
    seconds: float = 0.0  # of the run that made the outputs, now or earlier

    @property
    def there(self) -> bool:
        return self.state in ("done", "reused")


class Report:
    """Results by node id, in graph order."""

    def __init__(self, results: Mapping[str, NodeResult], catalogue: Catalogue, objects: ObjectStore) -> None:
        self.results = results
        self._catalogue = catalogue
        self._objects = objects

    def __getitem__(self, node: Node | str) -> NodeResult:
        return self.results[node if isinstance(node, str) else node.id]

    @property
    def ran(self) -> list[str]:
        """Nodes that ran now and ended well."""
        return self._of("done")

    @property
    def reused(self) -> list[str]:
        return self._of("reused")

    @property
    def failed(self) -> list[str]:
        """Nodes whose step raised, or whose worker was lost twice."""
        return self._of("failed", "set_aside")

    @property
    def skipped(self) -> list[str]:
        """Nodes that read something a failed node did not write."""
        return self._of("skipped")

    @property
    def keys(self) -> list[str]:
        """Keys of every node that has outputs: what a sweeper must keep."""
        return [result.key for result in self.results.values() if result.there]

    def tracks(self) -> list[str]:
        """Digests of every track of this graph."""
        return [
            output.digest
            for result in self.results.values()
            for output in result.outputs.values()
            if output.kind == "track"
        ]

    def record(self, node: Node | str, output: str, kind: type[T]) -> T:
        """An output as a record. Raises EngineError when the node wrote none of that name."""
        return from_json(self._objects.read(self._output(node, output, "object").digest), kind)

    def path(self, node: Node | str, output: str) -> Path:
        """An output as a file of the object store, read only. Raises EngineError as `record` does."""
        return self._objects.path(self._output(node, output, "object").digest)

    def track(self, node: Node | str, output: str) -> Track:
        """An output as a track. Raises EngineError as `record` does."""
        return self._catalogue.track(self._output(node, output, "track").digest)

    def has(self, node: Node | str, output: str) -> bool:
        return output in self[node].outputs

    def _output(self, node: Node | str, name: str, kind: str) -> Output:
        result = self[node]
        found = result.outputs.get(name)
        if found is None:
            why = f": {result.reason}" if result.reason else ""
            raise EngineError("AP-ENGINE-012", f"{result.node} ({result.state}) wrote no “{name}”{why}")
        if found.kind != kind:
            raise EngineError("AP-ENGINE-011", f"“{name}” of {result.node} is a {found.kind}, not a {kind}")
        return found

    def _of(self, *states: str) -> list[str]:
        return [node for node, result in self.results.items() if result.state in states]
