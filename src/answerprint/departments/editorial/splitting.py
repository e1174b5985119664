"""J and L cuts: at an edit the picture may change a little before or after the sound.

Only over material in which nobody on camera speaks other words: a pause of the take that is seen, or somebody
of whom the log says that he is not in the picture. A question lets the picture go first (who must answer is
seen hearing it), an answer lets the sound go first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import msgspec

from answerprint.core.time import Range, Rounding, Time
from answerprint.departments.editorial.legality import inside_handles
from answerprint.departments.editorial.pieces import Piece
from answerprint.departments.editorial.views import View

LEAST = 3  # frames: a shorter overlap reads as a mistake
SHARE = 3  # an overlap is at most one part in so many of either clip


def split_edits(
    pieces: Sequence[Piece], longest: Time, rate: Fraction, handles: int, views: Mapping[str, View]
) -> list[Piece]:
    """The pieces with their leads. longest: the most an edit is split by. A lock keeps its own."""
    made = list(pieces[:1])
    for piece in pieces[1:]:
        lead = _lead(made[-1], piece, longest, rate, handles, views)
        made.append(msgspec.structs.replace(piece, lead=lead) if lead else piece)
    return made


def _lead(
    before: Piece, after: Piece, longest: Time, rate: Fraction, handles: int, views: Mapping[str, View]
) -> int:
    if before.locked or after.locked:
        return _kept(before, after)
    if not (before.seen and after.seen and before.line and after.line and before.scene == after.scene):
        return 0
    if before.material.asset.id == after.material.asset.id or not (before.spoken and after.spoken):
        return 0
    most = min(longest.frame(rate, Rounding.FLOOR), before.frames // SHARE, after.frames // SHARE)
    early = min(most, _before(after, before.speaker, rate, handles, views))
    late = min(most, _after(before, after.speaker, rate, handles, views))
    asks = before.text.rstrip(" \"'”’)").endswith("?")
    for lead in (-early, late) if asks else (late, -early):
        if abs(lead) >= LEAST:
            return lead
    return 0


def _kept(before: Piece, after: Piece) -> int:
    """What a lock froze: its own head, and the head of what followed it."""
    if after.locked:
        return int(after.frozen.get("head", 0))
    return int(before.frozen.get("tail", 0))


def _before(piece: Piece, heard: str, rate: Fraction, handles: int, views: Mapping[str, View]) -> int:
    """Frames of a piece's take before its clip that may be seen while somebody else is heard."""
    assert piece.spoken is not None
    limits = [_reach(piece, heard, rate, handles, views).start]
    limits += [one.end for one in piece.material.spoiled(piece.spoken.start) if one.end <= piece.spoken.start]
    return max(0, (piece.source.start - max(limits)).frame(rate, Rounding.FLOOR))


def _after(piece: Piece, heard: str, rate: Fraction, handles: int, views: Mapping[str, View]) -> int:
    """Frames of a piece's take after its clip that may be seen while somebody else is heard."""
    assert piece.spoken is not None
    limits = [_reach(piece, heard, rate, handles, views).end]
    limits += [
        one.start for one in piece.material.spoiled(piece.spoken.start) if one.start >= piece.spoken.end
    ]
    return max(0, (min(limits) - piece.source.end).frame(rate, Rounding.FLOOR))


def _reach(piece: Piece, heard: str, rate: Fraction, handles: int, views: Mapping[str, View]) -> Range:
    """How far from its line a take may be seen: to the next words, or past those of who is not in it."""
    material = piece.material
    extent = material.extent
    assert extent is not None and piece.spoken is not None
    usable = inside_handles(extent, handles, rate)
    view = views.get(material.asset.id)
    if view is not None and view.hides(heard):
        return usable
    quiet = material.quiet_around(piece.spoken)
    return Range(
        max(quiet.start, usable.start), max(min(quiet.end, usable.end), max(quiet.start, usable.start))
    )
