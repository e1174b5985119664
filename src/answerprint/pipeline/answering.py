"""Answers to proposals, recorded in the catalogue and in decisions.toml."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Any

from answerprint.core.errors import UsageError
from answerprint.core.proposals import Answer, Decision, Proposal
from answerprint.pipeline.review import decide, find_choice, find_proposal
from answerprint.pipeline.versions import slot_frozen
from answerprint.store.decisions import export_decisions, import_decisions
from answerprint.store.production import Production


class Answers:
    """A production opened for answering, also beside a running make. Use as a context manager."""

    def __init__(self, production: Production) -> None:
        self._production = production
        self._stack = ExitStack()

    def __enter__(self) -> Answers:
        self._catalogue = self._production.catalogue()
        self._stack.callback(self._catalogue.close)
        import_decisions(self._production, self._catalogue)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def proposals(self) -> list[Proposal]:
        return self._catalogue.proposals()

    def decisions(self) -> dict[str, Decision]:
        return self._catalogue.decisions()

    def asset_names(self) -> dict[str, str]:
        return {asset.id: asset.name for asset in self._catalogue.assets()}

    def find(self, name: str) -> Proposal:
        return find_proposal(self.proposals(), name)

    def answered(self, name: str) -> Proposal:
        """The proposal a person has answered. Raises UsageError AP-USE-035 when nobody has."""
        proposal = self.find(name)
        if proposal.id not in self.decisions():
            raise UsageError(
                "AP-USE-035",
                f"{proposal.subject}: nothing has been decided that could be taken back",
                remedy="answerprint review without an answer shows what has been",
            )
        return proposal

    def prepare(
        self, answer: Answer, name: str, *, other: str = "", note: str = "", by: str = ""
    ) -> Decision:
        """The decision an answer would record. Raises UsageError AP-USE-03x when it cannot be one."""
        proposal = self.find(name)
        choice = find_choice(proposal, other, self.asset_names()) if answer == "replace" else None
        frozen: dict[str, Any] | None = None
        if answer == "lock":
            frozen = slot_frozen(self._production, self._catalogue, proposal.id)
            if frozen is None:
                raise UsageError(
                    "AP-USE-034",
                    f"{proposal.subject}: nothing of it has been made yet",
                    remedy=f"run answerprint make {self._production.root} first",
                )
        return decide(proposal, answer, choice=choice, note=note, by=by, frozen=frozen)

    def record(self, decisions: Sequence[Decision], undone: Sequence[str] = ()) -> None:
        """Write the decisions, and take back the last answer to each proposal in `undone`."""
        subjects = {one.id: one.subject for one in self.proposals()}
        for decision in decisions:
            self._catalogue.put_decision(decision, subjects.get(decision.proposal))
        for proposal in undone:
            self._catalogue.undo_decision(proposal)
        if decisions or undone:
            export_decisions(self._production, self._catalogue)
