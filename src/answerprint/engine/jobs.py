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
        self._table = {row.node: row for row in catalogue.jobs()}
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
        rows = [self._row(node, results.get(node.id)) for node in self._nodes]
        changed = [row for row in rows if not _same(self._table.get(row.node), row)]
        if self._replace:
            self._catalogue.set_jobs(rows, replace=True)
        elif changed:
            self._catalogue.set_jobs(changed)
        self._replace = False
        self._table.update((row.node, row) for row in changed)
        self._written = time.monotonic()

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


def _same(known: JobRow | None, row: JobRow) -> bool:
    """Whether the table need not be written: done once and reused ever after is the same news."""
    return known == row or (known is not None and known.state == "done" and row.state == "reused")
