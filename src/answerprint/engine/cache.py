"""Which nodes can run, and which need not: keys looked up level by level as the nodes before them end.

Keys rest on the digests of what a node reads, so a node that ran again and wrote the same bytes leaves the
keys of everything after it as they were.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from answerprint.engine.graph import Collected, Graph, Media, Node, Output, Stored, Value
from answerprint.engine.keys import Keys, collected_digest, step_document
from answerprint.engine.report import NodeResult
from answerprint.engine.tasks import Job, Source
from answerprint.store.catalogue import Catalogue
from answerprint.store.objects import ObjectStore
from answerprint.store.rows import RunRow


class Evaluation:
    """A graph on its way from unknown to settled. `results` holds every node that has ended."""

    def __init__(self, graph: Graph, catalogue: Catalogue, objects: ObjectStore) -> None:
        """Raises EngineError when the graph does not hold together, NotAvailableError for a library."""
        graph.check()
        self.order = graph.order()
        self.results: dict[str, NodeResult] = {}
        self._catalogue = catalogue
        self._objects = objects
        self._keys = Keys()
        self._place = {node.id: index for index, node in enumerate(self.order)}
        self._readers: dict[str, list[Node]] = {node.id: [] for node in self.order}
        self._waits: dict[str, int] = {}
        for node in self.order:
            before = {source.node.id for source in node.sources()}
            self._waits[node.id] = len(before)
            for one in before:
                self._readers[one].append(node)
        for step in {id(node.step): node.step for node in self.order}.values():
            step_document(step)
        self._free = [node for node in self.order if not self._waits[node.id]]

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
        jobs: list[Job] = []
        for node in nodes:
            missing = self._missing(node)
            if missing:
                ended.append(
                    NodeResult(
                        node.id,
                        node.step.name,
                        node.subject,
                        "skipped",
                        code="AP-ENGINE-013",
                        reason=missing,
                    )
                )
            else:
                jobs.append(self._job(node))
        rows = self._catalogue.runs([job.key for job in jobs]) if jobs else {}
        due: list[Job] = []
        for job in jobs:
            row = rows.get(job.key)
            if row is not None and self.whole(row):
                ended.append(reused(job, row))
            else:
                due.append(job)
        return ended, due

    def committed(self, job: Job) -> NodeResult | None:
        """The job's result when its row was committed although nobody said so (a worker died just after)."""
        row = self._catalogue.runs([job.key]).get(job.key)
        return reused(job, row) if row is not None and self.whole(row) else None

    def whole(self, row: RunRow) -> bool:
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

    def _job(self, node: Node) -> Job:
        inputs: dict[str, Source] = {}
        collected: dict[str, Mapping[str, Source]] = {}
        digests: dict[str, str] = {}
        for name, reference in node.inputs.items():
            if isinstance(reference, Collected):
                members = {
                    subject: source
                    for subject, member in reference.members.items()
                    if (source := self._source(member)) is not None
                }
                collected[name] = members
                digests[name] = collected_digest({subject: one.digest for subject, one in members.items()})
            else:
                found = self._source(reference)
                if found is not None:
                    inputs[name] = found
                    digests[name] = found.digest
        key = self._keys.of(node.step, digests)
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


def reused(job: Job, row: RunRow) -> NodeResult:
    """A job whose key an earlier run has."""
    return NodeResult(
        job.node, job.step.name, job.subject, "reused", job.key, row.outputs, seconds=row.seconds
    )
