"""Which nodes can run, and which need not: keys looked up level by level as the nodes before them end.

Keys rest on the digests of what a node reads, so a node that ran again and wrote the same bytes leaves the
keys of everything after it as they were.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from answerprint.engine.graph import Collected, Graph, Media, Node, Output, Stored, Value
from answerprint.engine.keys import Keys, collected_digest
from answerprint.engine.report import NodeResult
from answerprint.engine.tasks import Job, Source
from answerprint.store.catalogue import Catalogue
from answerprint.store.objects import ObjectStore
from answerprint.store.rows import RunRow


class Evaluation:
    """A graph on its way from unknown to settled. `results` holds every node that has ended."""

    def __init__(self, graph: Graph, catalogue: Catalogue, objects: ObjectStore) -> None:
        """Raises EngineError when the graph does not hold together, NotAvailableError for a library."""
        plan = graph.plan()
        self.order = plan.order
        self.results: dict[str, NodeResult] = {}
        self._catalogue = catalogue
        self._objects = objects
        self._keys = Keys()
        self._place = {node.id: index for index, node in enumerate(plan.order)}
        self._readers = plan.readers
        self._waits = dict(plan.waits)
        for node in plan.order:
            self._keys.learn(node.step)
        self._free = [node for node in plan.order if not self._waits[node.id]]

    def take_free(self) -> list[Node]:
        """Nodes that became free since last asked: everything they read has ended. In graph order."""
        free, self._free = self._free, []
        return sorted(free, key=lambda node: self._place[node.id])

    def settle(self, result: NodeResult) -> None:
        """A node has ended."""
        self.results[result.node] = result
        for reader in self._readers[result.node]:
            self._waits[reader.id] -= 1
            if not self._waits[reader.id]:
                self._free.append(reader)

    def look_up(self, nodes: Iterable[Node]) -> tuple[list[NodeResult], list[Job]]:
        """Free nodes as those that end without running (reused, skipped), and jobs for the rest."""
        ended: list[NodeResult] = []
        able: list[tuple[Node, dict[str, str], str]] = []
        for node in nodes:
            missing = self._missing(node)
            if missing:
                ended.append(
                    NodeResult(
                        node.id, node.step.name, node.subject, "skipped", code="AP-ENGINE-013", reason=missing
                    )
                )
            else:
                digests = self._digests(node)
                able.append((node, digests, self._keys.of(node.step, digests)))
        rows = self._catalogue.runs([key for _, _, key in able]) if able else {}
        due: list[Job] = []
        for node, digests, key in able:
            row = rows.get(key)
            if row is not None and self._whole(row):
                ended.append(reused(node, row))
            else:
                due.append(self._job(node, digests, key))
        return ended, due

    def committed(self, job: Job) -> RunRow | None:
        """The job's run when its row was committed although nobody said so (a worker died just after)."""
        row = self._catalogue.runs([job.key]).get(job.key)
        return row if row is not None and self._whole(row) else None

    def _whole(self, row: RunRow) -> bool:
        """Whether every object a run wrote is still in the store."""
        return all(
            output.kind == "track" or self._objects.has(output.digest) for output in row.outputs.values()
        )

    def _missing(self, node: Node) -> str:
        """Why the node cannot run: what it needs and is not there. Empty when it can."""
        for name, reference in node.inputs.items():
            if isinstance(reference, Output) and name not in node.step.optional:
                before = self.results[reference.node.id]
                if reference.name not in before.outputs:
                    cause = before.reason or f"it wrote no “{reference.name}”"
                    return cause if before.state == "skipped" else f"{before.node} {before.state}: {cause}"
        return ""

    def _digests(self, node: Node) -> dict[str, str]:
        """What the key says of the inputs: name → digest."""
        digests: dict[str, str] = {}
        for name, reference in node.inputs.items():
            if isinstance(reference, Collected):
                members = {subject: self._digest(member) for subject, member in reference.members.items()}
                there = {subject: digest for subject, digest in members.items() if digest is not None}
                digests[name] = collected_digest(there)
            elif (digest := self._digest(reference)) is not None:
                digests[name] = digest
        return digests

    def _digest(self, reference: Media | Value | Output | Stored) -> str | None:
        if isinstance(reference, Stored):
            return reference.output.digest
        if isinstance(reference, Output):
            output = self.results[reference.node.id].outputs.get(reference.name)
            return None if output is None else output.digest
        return reference.asset_id if isinstance(reference, Media) else reference.digest

    def _job(self, node: Node, digests: Mapping[str, str], key: str) -> Job:
        inputs: dict[str, Source] = {}
        collected: dict[str, Mapping[str, Source]] = {}
        for name, reference in node.inputs.items():
            if isinstance(reference, Collected):
                members = {subject: self._source(member) for subject, member in reference.members.items()}
                collected[name] = {subject: one for subject, one in members.items() if one is not None}
            elif (source := self._source(reference)) is not None:
                inputs[name] = source
        return Job(node.id, node.step, node.subject, key, inputs, collected, digests)

    def _source(self, reference: Media | Value | Output | Stored) -> Source | None:
        if isinstance(reference, Media):
            return Source("media", reference.asset_id, path=reference.path)
        if isinstance(reference, Value):
            return Source("value", reference.digest, data=reference.data)
        if isinstance(reference, Stored):
            return Source(reference.output.kind, reference.output.digest)
        output = self.results[reference.node.id].outputs.get(reference.name)
        return None if output is None else Source(output.kind, output.digest)


def reused(node: Node, row: RunRow) -> NodeResult:
    """A node whose key an earlier run has."""
    return NodeResult(
        node.id, node.step.name, node.subject, "reused", row.key, row.outputs, seconds=row.seconds
    )
