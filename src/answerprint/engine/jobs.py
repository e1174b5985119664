"""The job table: how every node is doing, for `status` and the studio to read while a run goes on.

Written in batches, and only where a row differs from what the table holds.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from answerprint.engine.graph import Node
from answerprint.engine.report import NodeResult
from answerprint.store.catalogue import Catalogue
from answerprint.store.rows import JobRow, JobState

BATCH_EVERY = 1.0  # seconds between writes while work goes on


class JobBoard:
    """The job rows of one run."""

    def __init__(self, nodes: Sequence[Node], catalogue: Catalogue, *, forget_others: bool) -> None:
        """forget_others: nodes of earlier graphs leave the table with the first write."""
        self._catalogue = catalogue
        self._nodes = nodes
        self._attempts: dict[str, int] = {}  # of nodes that have started
        steps = None if forget_others else {node.step.name for node in nodes}
        self._table = {row.node: row for row in catalogue.jobs(steps)}
        self._replace = forget_others and not self._table.keys() <= {node.id for node in nodes}
        self._written = time.monotonic()

    def started(self, node: str, attempt: int) -> None:
        self._attempts[node] = attempt

    def stopped(self, results: Mapping[str, NodeResult]) -> None:
        """A person stopped the run: what was running waits again."""
        self._attempts = {}
        self.write(results, now=True)

    def write(self, results: Mapping[str, NodeResult], *, now: bool = False) -> None:
        """Bring the table up to date, at most once a second unless it must be now."""
        if not now and time.monotonic() - self._written < BATCH_EVERY:
            return
        changed = [
            row
            for node in self._nodes
            if not self._stands(node, result := results.get(node.id))
            and (row := self._row(node, result)) != self._table.get(node.id)
        ]
        self._table.update((row.node, row) for row in changed)
        if self._replace:
            self._table = {node.id: self._table[node.id] for node in self._nodes}
            self._catalogue.set_jobs(self._table.values(), replace=True)
        elif changed:
            self._catalogue.set_jobs(changed)
        self._replace = False
        self._written = time.monotonic()

    def _stands(self, node: Node, result: NodeResult | None) -> bool:
        """Whether the node's row need not be looked at: made once and reused ever after is the same news."""
        known = self._table.get(node.id)
        return known is not None and result is not None and (known.state, result.state) == ("done", "reused")

    def _row(self, node: Node, result: NodeResult | None) -> JobRow:
        state: JobState
        reason = ""
        attempts = self._attempts.get(node.id, 0)
        if result is None:
            state = "running" if node.id in self._attempts else "waiting"
        elif result.state == "skipped":  # it waits until what it reads is put right
            state, reason = "waiting", result.reason
        else:
            state, reason, attempts = result.state, f"{result.code} {result.reason}".strip(), result.attempts
        return JobRow(
            node=node.id,
            step=node.step.name,
            subject=node.subject,
            state=state,
            reason=reason,
            attempts=attempts,
        )
