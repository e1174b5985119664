"""How the nodes of the graph are doing, with the reasons of those that failed."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from answerprint.store.database import Database
from answerprint.store.rows import JobRow


class JobTable(Database):
    def set_jobs(self, rows: Iterable[JobRow], *, replace: bool = False) -> None:
        """Sets the state of nodes. replace: forgets every other node (a new graph begins)."""
        with self.write():
            if replace:
                self.execute("DELETE FROM job")
            self.execute_many(
                "INSERT OR REPLACE INTO job (node, step, subject, state, reason, attempts) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (msgspec.structs.astuple(row) for row in rows),
            )

    def jobs(self) -> list[JobRow]:
        """Every node, sorted by name."""
        return [
            JobRow(node=node, step=step, subject=subject, state=state, reason=reason, attempts=attempts)
            for node, step, subject, state, reason, attempts in self.rows(
                "SELECT node, step, subject, state, reason, attempts FROM job ORDER BY node"
            )
        ]
