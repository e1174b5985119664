"""People's answers: which proposal is meant, and the decision that records the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from answerprint.core.errors import UsageError
from answerprint.core.proposals import Answer, Choice, Decision, Proposal
from answerprint.departments.editorial.review_notes import NOTE


def find_proposal(proposals: Sequence[Proposal], name: str) -> Proposal:
    """The proposal a person means: `opening`, `1.3` (scene and line), a number in the list, or its id.

    Raises UsageError AP-USE-030 when nothing or more than one thing fits.
    """
    wanted = name.strip().casefold()
    if wanted == "opening" and proposals:
        return proposals[0]
    if wanted.isdigit() and 1 <= int(wanted) <= len(proposals):
        return proposals[int(wanted) - 1]
    exact = [one for one in proposals if wanted in (one.id.casefold(), (one.line or "").casefold())]
    found = exact or [
        one
        for one in proposals
        if one.id.casefold().startswith(wanted)
        or one.id.casefold().removeprefix("take:").startswith(wanted)
        or one.subject.casefold().split(" ")[0].rstrip(":") == wanted
        or one.subject.casefold().startswith(wanted)
    ]
    if len(found) == 1:
        return found[0]
    what = "more than one proposal fits" if found else "no proposal is called"
    near = ", ".join(one.subject.split(":")[0] for one in (found or proposals)[:6])
    remedy = f"name one of: {near} …" if near else "there are none yet: run answerprint make"
    raise UsageError("AP-USE-030", f"{what} {name!r}", remedy=remedy)


def find_choice(proposal: Proposal, name: str, assets: Mapping[str, str]) -> Choice:
    """The alternate a person means: its number (1 is the first shown), its label, a file name or an asset id.

    assets: asset id → file name. Raises UsageError AP-USE-031 when none fits.
    """
    wanted = name.strip().casefold()
    if wanted.isdigit() and 1 <= int(wanted) <= len(proposal.alternates):
        return proposal.alternates[int(wanted) - 1]
    for choice in proposal.alternates:
        file = assets.get(choice.asset, "").casefold()
        if wanted in (choice.label.casefold(), choice.asset, file, file.rsplit(".", 1)[0]):
            return choice
    shown = ", ".join(f"{n} = {one.label}" for n, one in enumerate(proposal.alternates, start=1))
    raise UsageError(
        "AP-USE-031",
        f"{proposal.subject.split(':')[0]} has no alternate {name!r}",
        remedy=f"choose {shown}" if shown else "there is no other usable reading of it",
    )


def decide(
    proposal: Proposal,
    answer: Answer,
    *,
    choice: Choice | None = None,
    note: str = "",
    by: str = "",
    frozen: Mapping[str, Any] | None = None,
) -> Decision:
    """The decision for an answer. accept, reject and lock speak of the proposed choice, replace of another.

    A note that proposes no choice is accepted (heeded) or rejected as it is. Raises UsageError AP-USE-032
    when there is nothing the answer could be about.
    """
    about = choice if answer == "replace" else proposal.choice
    heeded = proposal.kind == NOTE and answer in ("accept", "reject")
    if about is None and not heeded:
        raise UsageError("AP-USE-032", f"{proposal.subject}: nothing is proposed that could be {answer}ed")
    return Decision(
        proposal=proposal.id,
        answer=answer,
        asset=about.asset if about is not None else None,
        range=about.range if about is not None else None,
        note=note,
        by=by,
        frozen=frozen or {},
    )
