"""Proposals of the machine and decisions of people, with every decision's history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from answerprint.core.encoding import from_json, to_json
from answerprint.core.proposals import Decision, Proposal
from answerprint.store.database import Database
from answerprint.store.rows import DecisionChange


class AnswerTable(Database):
    def put_proposals(self, proposals: Mapping[str, Sequence[Proposal]]) -> None:
        """Replaces all proposals of each kind given, in one transaction. Decisions are never touched."""
        with self.write():
            for kind, those in proposals.items():
                self.execute("DELETE FROM proposal WHERE kind = ?", (kind,))
                self.execute_many(
                    "INSERT INTO proposal (id, kind, position, record) VALUES (?, ?, ?, ?)",
                    ((one.id, kind, position, to_json(one)) for position, one in enumerate(those)),
                )

    def proposals(self, kind: str | None = None) -> list[Proposal]:
        """Proposals of a kind, or all by kind, in the order they were put."""
        sql = "SELECT record FROM proposal"
        where, values = (" WHERE kind = ?", (kind,)) if kind else ("", ())
        rows = self.rows(f"{sql}{where} ORDER BY kind, position", values)
        return [from_json(row[0], Proposal) for row in rows]

    def put_decision(self, decision: Decision, label: str | None = None) -> None:
        """Records a person's answer, over an earlier one if there is one.

        label: what it is about, for people; by default the proposal's subject.
        """
        with self.write(durable=True):
            self._record(decision.proposal, decision, label)

    def remove_decision(self, proposal: str) -> bool:
        """Takes a decision back; whether there was one."""
        with self.write(durable=True):
            if self.row("SELECT 1 FROM decision WHERE proposal = ?", (proposal,)) is None:
                return False
            self._record(proposal, None, None)
            return True

    def undo_decision(self, proposal: str) -> Decision | None:
        """Goes one change back; the decision that holds then, None when none does.

        Called again it goes further back. The history keeps what was undone.
        """
        with self.write(durable=True):
            sql = "SELECT number, record FROM decision_history WHERE proposal = ? AND NOT undone "
            steps = self.rows(sql + "ORDER BY number DESC LIMIT 2", (proposal,))
            if not steps:
                return None
            self.execute("UPDATE decision_history SET undone = 1 WHERE number = ?", (steps[0][0],))
            before = steps[1][1] if len(steps) > 1 else None
            if before is None:
                self.execute("DELETE FROM decision WHERE proposal = ?", (proposal,))
                return None
            decision = from_json(before, Decision)
            self._set(proposal, decision, None)
            return decision

    def decisions(self) -> dict[str, Decision]:
        """The decisions that hold, by proposal id, sorted."""
        rows = self.rows("SELECT proposal, record FROM decision ORDER BY proposal")
        return {proposal: from_json(record, Decision) for proposal, record in rows}

    def decision_labels(self) -> dict[str, str]:
        """What each decision is about, for people."""
        return dict(self.rows("SELECT proposal, label FROM decision"))

    def decision_history(self, proposal: str | None = None) -> list[DecisionChange]:
        """Every change of a decision, or of all, oldest first."""
        sql = "SELECT number, proposal, record, undone FROM decision_history"
        where, values = (" WHERE proposal = ?", (proposal,)) if proposal else ("", ())
        return [
            DecisionChange(number, about, from_json(record, Decision) if record else None, bool(undone))
            for number, about, record, undone in self.rows(f"{sql}{where} ORDER BY number", values)
        ]

    def exported_decisions(self) -> dict[str, str]:
        """proposal → digest of the decision, as decisions.toml last held them."""
        return dict(self.rows("SELECT proposal, digest FROM decision_export"))

    def set_exported_decisions(self, digests: Mapping[str, str]) -> None:
        with self.write(durable=True):
            self.execute("DELETE FROM decision_export")
            self.execute_many("INSERT INTO decision_export (proposal, digest) VALUES (?, ?)", digests.items())

    def change_decisions(self, put: Iterable[tuple[Decision, str]], remove: Iterable[str]) -> None:
        """Many decisions (with their labels) put and taken back at once, with their history."""
        with self.write(durable=True):
            for decision, label in put:
                self._record(decision.proposal, decision, label or None)
            for proposal in remove:
                self._record(proposal, None, None)

    def _record(self, proposal: str, decision: Decision | None, label: str | None) -> None:
        record = None if decision is None else to_json(decision)
        self.execute("INSERT INTO decision_history (proposal, record) VALUES (?, ?)", (proposal, record))
        if decision is None:
            self.execute("DELETE FROM decision WHERE proposal = ?", (proposal,))
        else:
            self._set(proposal, decision, label)

    def _set(self, proposal: str, decision: Decision, label: str | None) -> None:
        if label is None:
            found = self.row("SELECT record FROM proposal WHERE id = ?", (proposal,))
            known = self.row("SELECT label FROM decision WHERE proposal = ?", (proposal,))
            label = from_json(found[0], Proposal).subject if found else known[0] if known else ""
        self.execute(
            "INSERT OR REPLACE INTO decision (proposal, label, record) VALUES (?, ?, ?)",
            (proposal, label, to_json(decision)),
        )
