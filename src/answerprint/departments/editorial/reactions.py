"""Reaction shots: over a long line, for a moment, somebody who listens.

Who listens is known where the log names whom a set-up shows; else a pause inside another take of the scene
serves, in which nobody speaks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import pairwise

import msgspec

from answerprint.core.proposals import Choice, Decision
from answerprint.core.time import Range, Rounding, Time
from answerprint.departments.editorial.legality import inside_handles, whole_frames
from answerprint.departments.editorial.material import Material, seconds
from answerprint.departments.editorial.pieces import CUTAWAY, DECIDED, Cutaway, Piece
from answerprint.departments.editorial.styles import Style
from answerprint.departments.editorial.views import View
from answerprint.departments.editorial.word_cuts import PART

INTO = Fraction(11, 20)  # of the line: where the listener is seen
BACK = seconds("1")  # of the line that its speaker has again at the end
MARGIN = seconds("1/4")  # kept clear of words in a pause
ALTERNATES = 3


class _Option(msgspec.Struct, frozen=True):
    material: Material
    source: Range
    listener: str  # the name, where it is known


def add_reactions(
    pieces: Sequence[Piece],
    material: Mapping[str, Sequence[Material]],
    views: Mapping[str, View],
    style: Style,
    rate: Fraction,
    handles: int,
    decisions: Mapping[str, Decision],
) -> list[Piece]:
    """The pieces with cutaways. material: of each scene by its number. A stretch is used once in the film."""
    taken: list[tuple[str, Range]] = []
    made = []
    length = style.time("reaction")
    for piece in pieces:
        if _wants(piece, style) and not piece.locked and PART not in piece.id:
            found = _options(piece, material.get(piece.scene, ()), views, length, rate, handles, taken)
            cutaway = _decided(piece, found, decisions.get(f"{CUTAWAY}{piece.line}"), rate)
            if cutaway is not None:
                taken.append((cutaway.material.asset.id, cutaway.source))
                piece = msgspec.structs.replace(piece, cutaway=cutaway)
        made.append(piece)
    return made


def _wants(piece: Piece, style: Style) -> bool:
    return (
        piece.line is not None
        and piece.seen
        and piece.spoken is not None
        and piece.spoken.duration > style.time("reaction_after")
    )


def _options(
    piece: Piece,
    scene: Sequence[Material],
    views: Mapping[str, View],
    length: Time,
    rate: Fraction,
    handles: int,
    taken: Sequence[tuple[str, Range]],
) -> list[_Option]:
    """Where a listener is seen, the surest first."""
    sure: list[_Option] = []
    quiet: list[_Option] = []
    for one in scene:
        if one.frames is None or one.extent is None or one.setup == piece.material.setup:
            continue
        view = views[one.asset.id]
        usable = inside_handles(one.extent, handles, rate)
        if view.hides(piece.speaker):
            stretches, place = _readings(one, piece.line or "", length), sure
        elif not view.shows:
            stretches, place = _pauses(one, length), quiet
        else:
            continue
        for stretch in stretches:
            option = _option(one, stretch, usable, length, rate, view)
            used = any(id == one.asset.id and range_.overlaps(stretch) for id, range_ in taken)
            if option is not None and not used:
                place.append(option)
                break
    order = sorted(sure, key=_by_take) + sorted(quiet, key=_by_take)
    return order[: ALTERNATES + 1]


def _by_take(option: _Option) -> tuple[bool, str]:
    return not option.material.slate.circled, option.material.label


def _readings(one: Material, line: str, length: Time) -> list[Range]:
    """Where a take hears this very line, from the middle of it."""
    if one.readings is None:
        return []
    found = []
    for reading in one.readings.annotations:
        range_ = one.readings.range_of(reading)
        if reading.label == line and range_.duration >= length:
            start = Time.of_seconds(range_.start.seconds + (range_.duration - length).seconds * INTO)
            found.append(Range(start, start + length))
    return found


def _pauses(one: Material, length: Time) -> list[Range]:
    """Pauses of a take that are long enough, the middle of each."""
    found = []
    for before, after in pairwise(one.speech):
        gap = after.start - before.end
        if gap >= length + MARGIN + MARGIN:
            middle = (before.end.seconds + after.start.seconds) / 2
            start = Time.of_seconds(middle - length.seconds / 2)
            found.append(Range(start, start + length))
    return found


def _option(
    one: Material, stretch: Range, usable: Range, length: Time, rate: Fraction, view: View
) -> _Option | None:
    extent = one.extent
    assert extent is not None
    if stretch.start < usable.start or stretch.end > usable.end or one.damaged(stretch) is not None:
        return None
    if any(each.overlaps(stretch) for each in one.spoiled(stretch.start)):
        return None
    source, frames = whole_frames(stretch, rate, one.frames, extent)
    if frames < length.frame(rate, Rounding.FLOOR) - 1:
        return None
    return _Option(one, source, ", ".join(sorted(view.shows)))


def _decided(
    piece: Piece, found: Sequence[_Option], decision: Decision | None, rate: Fraction
) -> Cutaway | None:
    if decision is not None and decision.answer == "reject":
        return None
    asked = decision.asset if decision is not None else None
    ordered = sorted(found, key=lambda one: one.material.asset.id != asked) if asked else list(found)
    if not ordered or piece.spoken is None:
        return None
    option = ordered[0]
    frames = option.source.duration.frame(rate)
    into = Time.of_seconds(piece.spoken.start.seconds + piece.spoken.duration.seconds * INTO)
    start = (into - piece.source.start).frame(rate)
    last = (piece.spoken.end - BACK - piece.source.start).frame(rate)
    start = min(start, last - frames)
    if start <= 0:
        return None
    who = option.listener or "a pause in which nobody speaks"
    return Cutaway(
        id=f"{CUTAWAY}{piece.line}",
        material=option.material,
        source=option.source,
        start=start,
        frames=frames,
        reason=f"{option.material.label} over a line of {float(piece.spoken.duration.seconds):.1f} s: {who}.",
        alternates=tuple(
            Choice(asset=one.material.asset.id, range=one.source, label=one.material.label)
            for one in ordered[1:]
        ),
        decided=DECIDED.get(decision.answer, "")
        if decision is not None and asked == option.material.asset.id
        else "",
    )
