"""Answers to proposals, recorded in the catalogue and in decisions.toml."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Any

import msgspec

from answerprint.core.errors import UsageError
from answerprint.core.proposals import Answer, Decision, Proposal
from answerprint.departments.editorial.paper import PAPER
from answerprint.departments.editorial.review_notes import struck
from answerprint.pipeline.review import decide, find_choice, find_proposal
from answerprint.pipeline.versions import slot_frozen
from answerprint.store.decisions import export_decisions, import_decisions
from answerprint.store.production import Production

CARRIED = ("accept", "replace")  # answers that do what a proposal asks for
TAKE = "take"  # the kind of the proposals that fill the cut's slots


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
        """The cut's slots in their order, then whatever else is proposed."""
        return sorted(self._catalogue.proposals(), key=lambda one: one.kind != TAKE)

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
        """Write the decisions with what they decide of other proposals, and take back the last answer to each
        proposal in `undone`, with what that had decided."""
        known = {one.id: one for one in self.proposals()}
        held = self.decisions()
        for decision in decisions:
            asked = known.get(decision.proposal)
            for one in self._effect(asked, decision):
                about = known.get(one.proposal)
                self._catalogue.put_decision(one, about.subject if about is not None else None)
            self._catalogue.put_decision(decision, asked.subject if asked is not None else None)
        for id in undone:
            for one in known[id].effect if held[id].answer in CARRIED else ():
                self._catalogue.undo_decision(one.proposal)
            self._catalogue.undo_decision(id)
        if decisions or undone:
            export_decisions(self._production, self._catalogue)

    def _effect(self, asked: Proposal | None, decision: Decision) -> Iterator[Decision]:
        """What an answer decides of other proposals: accepting does what is proposed, replacing does it with
        another choice. A lock freezes a slot as it stands; lines left out join those that are out already."""
        for one in asked.effect if asked is not None and decision.answer in CARRIED else ():
            if one.proposal == PAPER:
                one = struck(self.decisions(), one)
            elif one.answer == "lock":
                frozen = slot_frozen(self._production, self._catalogue, one.proposal) or {}
                one = msgspec.structs.replace(one, frozen=frozen)
            elif decision.answer == "replace":
                one = msgspec.structs.replace(one, asset=decision.asset, range=decision.range)
            yield msgspec.structs.replace(one, by=decision.by, note=decision.note or one.note)
