"""Proposals of the machine and decisions of people. A decision is never overwritten by a run.

Both are keyed by what they are about (content and script line), never by a database row, so they survive
a deleted catalogue, a renamed file and a new revision of the screenplay.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from answerprint.core.time import Range

Answer = Literal["accept", "reject", "replace", "lock"]


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One reading that could fill a slot: a stretch of an asset, its score, and the score's parts."""

    asset: str
    range: Range  # in the asset's own time
    score: float = 0.0
    parts: Mapping[str, float] = {}
    label: str = ""  # "scene 1 take 2"
    reason: str = ""
    cost: str = ""  # for an alternate: what choosing it would cost


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """A person's answer to a proposal."""

    proposal: str  # the proposal's id
    answer: Answer
    asset: str | None = None  # replace and lock: which asset
    range: Range | None = None  # replace and lock: which stretch of it
    note: str = ""
    by: str = ""
    frozen: Mapping[str, Any] = {}  # lock: what must come out unchanged (gain, grade, …)


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """Something the machine would do. `id` is the decision key: the same question has the same id."""

    id: str  # "take:<line key>"
    kind: str  # "take", "exclude", "sync", …
    subject: str  # what it is about, for people: "1.3 ANNA: Is there a light?"
    choice: Choice | None
    reason: str
    alternates: tuple[Choice, ...] = ()
    changes: str = ""  # what accepting it changes
    confidence: float | None = None
    line: str | None = None  # the line's content key, when it is about a line
    effect: tuple[Decision, ...] = ()  # what accepting it decides of other proposals: a note's answer
