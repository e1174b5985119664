"""Pieces of the cut: a chosen reading with its room, before it is laid on tracks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import msgspec

from answerprint.core.proposals import Choice, Decision
from answerprint.core.time import Range, Time
from answerprint.departments.editorial.material import Material

DECIDED = {"accept": "accepted", "replace": "replaced", "lock": "locked"}  # answers that keep a choice

CUTAWAY = "cutaway:"  # proposals of pictures over a line: its key follows
INSERT = "insert:"  # proposals of pictures that an editor laid in herself


class Cutaway(msgspec.Struct, frozen=True, kw_only=True):
    """Another picture over a stretch of a piece's sound. start: in frames from where the sound begins."""

    id: str  # CUTAWAY and the line's key
    material: Material
    source: Range
    start: int
    frames: int
    reason: str
    alternates: tuple[Choice, ...] = ()
    decided: str = ""


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """One slot on its way into the cut. source is what is heard of it; the picture follows it.

    lead: frames by which its picture comes in after its sound (before it, where negative): a J or an L cut.
    """

    id: str
    label: str
    speaker: str
    text: str
    line: str | None
    material: Material
    source: Range
    frames: int
    spoken: Range | None
    reason: str
    scene: str = ""
    alternates: tuple[Choice, ...] = ()
    confidence: float | None = None
    decided: str = ""
    frozen: Mapping[str, Any] = {}
    lead: int = 0
    cutaway: Cutaway | None = None

    @property
    def locked(self) -> bool:
        return self.decided == "locked"

    @property
    def seen(self) -> bool:
        """Whether it has a picture."""
        return self.material.frames is not None


def inserted(decisions: Mapping[str, Decision], by_id: Mapping[str, Material], rate: Fraction) -> list[Piece]:
    """The pictures that an editor laid in herself; where in the cut, the paper edit says."""
    return [
        Piece(
            id=id,
            label="insert",
            speaker="",
            text=by_id[decision.asset].label,
            line=None,
            material=by_id[decision.asset],
            source=decision.range,
            frames=max(1, decision.range.duration.frame(rate)),
            spoken=None,
            scene=decision.frozen.get("scene", ""),
            reason=f"laid in by {decision.by or 'a person'}.",
            decided="locked",
            frozen=decision.frozen,
        )
        for id, decision in sorted(decisions.items())
        if id.startswith(INSERT) and decision.answer == "accept" and decision.range is not None
        if decision.asset is not None and decision.asset in by_id
    ]


def run_on(pieces: Sequence[Piece], longest: Time, rate: Fraction) -> list[Piece]:
    """Neighbours from one take with a short pause between them become one unbroken stretch."""
    joined: list[Piece] = []
    for piece in pieces:
        before = joined[-1] if joined else None
        if before is not None and _goes_on(before, piece, longest):
            # The first clip runs to where the second begins, in whole frames of the cut.
            frames = max(1, (piece.source.start - before.source.start).frame(rate))
            end = before.source.start + Time(frames, rate)
            joined[-1] = msgspec.structs.replace(
                before, source=Range(before.source.start, end), frames=frames
            )
            length = max(1, (piece.source.end - end).frame(rate))
            piece = msgspec.structs.replace(piece, source=Range(end, end + Time(length, rate)), frames=length)
        joined.append(piece)
    return joined


def _goes_on(before: Piece, piece: Piece, longest: Time) -> bool:
    return (
        before.material.asset.id == piece.material.asset.id
        and not before.locked
        and not piece.locked
        and before.spoken is not None
        and piece.spoken is not None
        and before.spoken.end <= piece.spoken.start
        and piece.spoken.start - before.spoken.end <= longest
        and piece.source.start >= before.source.start
    )
