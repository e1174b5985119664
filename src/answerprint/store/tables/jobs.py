"""How the nodes of the graph are doing, with the reasons of those that failed."""

from __future__ import annotations

from collections.abc import Collection, Iterable

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

    def jobs(self, steps: Collection[str] | None = None) -> list[JobRow]:
        """Every node (or those of some steps), sorted by name."""
        chosen = "" if steps is None else f" WHERE step IN ({','.join('?' * len(steps))})"
        sql = f"SELECT node, step, subject, state, reason, attempts FROM job{chosen} ORDER BY node"
        return [
            JobRow(node=node, step=step, subject=subject, state=state, reason=reason, attempts=attempts)
            for node, step, subject, state, reason, attempts in self.rows(sql, tuple(steps or ()))
        ]

    def forget_jobs(self, kept: Collection[str], steps: Collection[str] | None = None) -> None:
        """Forgets every node (or every node of some steps) that is not among those kept."""
        gone = [
            (node,)
            for node, step in self.rows("SELECT node, step FROM job")
            if node not in kept and (steps is None or step in steps)
        ]
        if gone:
            with self.write():
                self.execute_many("DELETE FROM job WHERE node = ?", gone)
