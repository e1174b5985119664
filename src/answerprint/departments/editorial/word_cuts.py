"""Words and silences cut out of a reading: what is left of it, in whole frames, part after part.

A cut runs from the middle of the pause before what goes to the middle of the pause after it. The picture is
cut with its sound, and jumps there: every such place is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

import msgspec

from answerprint.core.findings import Evidence, Finding
from answerprint.core.proposals import Decision
from answerprint.core.records import Annotation, Track
from answerprint.core.time import Range, Rounding, Time
from answerprint.departments.editorial.paper import PAPER
from answerprint.departments.editorial.pieces import Piece

LEAST = 2  # frames: a shorter part would only flash
PART = "#"  # between a piece's id and the number of its part


class Tightening(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of a take that goes: a silence, a filler, words said again. start, end: seconds of its own
    time."""

    asset: str
    start: Fraction
    end: Fraction
    why: str

    @property
    def range(self) -> Range:
        return Range(Time.of_seconds(self.start), Time.of_seconds(self.end))


class WordEdit(msgspec.Struct, frozen=True):
    """What people cut inside readings.

    struck: slot → places of the line's spoken words; tight: slot → stretches of its take.
    """

    struck: Mapping[str, tuple[int, ...]] = {}
    tight: Mapping[str, tuple[Tightening, ...]] = {}

    def touches(self, slot: str) -> bool:
        return slot in self.struck or slot in self.tight


def word_edit(decisions: Mapping[str, Decision]) -> WordEdit:
    """What the paper edit says of words and silences."""
    frozen = decisions[PAPER].frozen if PAPER in decisions else {}
    return WordEdit(
        {slot: tuple(places) for slot, places in frozen.get("struck", {}).items()},
        {
            slot: tuple(
                Tightening(asset=asset, start=Fraction(start), end=Fraction(end), why=why)
                for asset, start, end, why in cuts
            )
            for slot, cuts in frozen.get("tight", {}).items()
        },
    )


def as_frozen(edit: WordEdit) -> dict[str, object]:
    """A word edit as a decision keeps it; empty parts are left out."""
    struck = {slot: list(places) for slot, places in edit.struck.items() if places}
    tight = {
        slot: [[one.asset, str(one.start), str(one.end), one.why] for one in cuts]
        for slot, cuts in edit.tight.items()
        if cuts
    }
    return {**({"struck": struck} if struck else {}), **({"tight": tight} if tight else {})}


def words_in(track: Track | None, line: str, range_: Range) -> list[tuple[Annotation, Range]]:
    """The words of one reading of a line, in order: (word, where it is)."""
    if track is None:
        return []
    found = [(one, track.range_of(one)) for one in track.annotations if one.label == line]
    return sorted(
        (one for one in found if range_.start <= one[1].start and one[1].end <= range_.end),
        key=lambda one: one[1].start,
    )


def gaps_of(piece: Piece, edit: WordEdit, words: Sequence[tuple[Annotation, Range]]) -> list[Range]:
    """The stretches of its take that go out of a piece, in order, none meeting another."""
    struck = set(edit.struck.get(piece.id, ()))
    found = [one.range for one in edit.tight.get(piece.id, ()) if one.asset == piece.material.asset.id]
    at = 0
    while at < len(words):
        end = at
        while end < len(words) and _goes(words[end][0], struck, at < end):
            end += 1
        if end == at:
            at += 1
            continue
        start = _between(words[at - 1][1].end, words[at][1].start) if at else piece.source.start
        last = _between(words[end - 1][1].end, words[end][1].start) if end < len(words) else piece.source.end
        found.append(Range(start, max(start, last)))
        at = end
    merged: list[Range] = []
    for one in sorted(found, key=lambda each: each.start):
        if merged and one.start <= merged[-1].end:
            merged[-1] = Range(merged[-1].start, max(merged[-1].end, one.end))
        else:
            merged.append(one)
    return merged


def _goes(word: Annotation, struck: set[int], within: bool) -> bool:
    """Whether a word goes: it stands for a struck one, or is another word among struck ones."""
    place = word.value.get("index")
    return place in struck if place is not None else within


def _between(end: Time, start: Time) -> Time:
    return Time.of_seconds((end.seconds + start.seconds) / 2) if start > end else start


def cut_words(pieces: Sequence[Piece], edit: WordEdit, rate: Fraction) -> tuple[list[Piece], list[Finding]]:
    """The pieces with what people cut inside of them, part by part, and where the picture jumps for it.

    A locked piece lies in the parts it had when it was locked. A line of which nothing is left goes.
    """
    made: list[Piece] = []
    told: list[Finding] = []
    for piece in pieces:
        parts = [(Fraction(offset), frames) for offset, frames in piece.frozen.get("parts", ())]
        if not parts and not piece.locked and piece.line is not None and edit.touches(piece.id):
            words = words_in(piece.material.words, piece.line, piece.spoken or piece.source)
            parts = kept_parts(piece, gaps_of(piece, edit, words), rate)
        elif not parts:
            parts = [(Fraction(0), piece.frames)]
        made += _parts(piece, parts, rate)
        if len(parts) > 1 and piece.seen:
            told.append(_jump(piece, len(parts) - 1))
    return made, told


def kept_parts(piece: Piece, gaps: Iterable[Range], rate: Fraction) -> list[tuple[Fraction, int]]:
    """What is left of a piece: (seconds from its start, frames), on the frames it had."""
    kept: list[tuple[int, int]] = []
    at = 0
    for gap in gaps:
        first = (gap.start - piece.source.start).frame(rate, Rounding.NEAREST)
        end = (gap.end - piece.source.start).frame(rate, Rounding.NEAREST)
        kept.append((at, min(max(first, at), piece.frames)))
        at = min(max(end, at), piece.frames)
    kept.append((at, piece.frames))
    return [(Fraction(first) / rate, end - first) for first, end in kept if end - first >= LEAST]


def _parts(piece: Piece, parts: Sequence[tuple[Fraction, int]], rate: Fraction) -> list[Piece]:
    made = []
    for number, (offset, frames) in enumerate(parts, start=1):
        start = piece.source.start + Time.of_seconds(offset)
        source = Range(start, start + Time(frames, rate))
        made.append(
            msgspec.structs.replace(
                piece,
                id=piece.id if number == 1 else f"{piece.id}{PART}{number}",
                source=source,
                frames=frames,
                spoken=piece.spoken.intersection(source) if piece.spoken is not None else None,
                cutaway=piece.cutaway if number == 1 else None,
            )
        )
    return made


def slot_of(piece: str) -> str:
    """The slot that a piece or a part of one fills."""
    return piece.split(PART)[0]


def _jump(piece: Piece, joins: int) -> Finding:
    return Finding(
        code="words.jump",
        message=f"{piece.label}: cut inside one take in {joins} place{'s' if joins > 1 else ''}; the picture "
        "jumps there: cover it, or keep the words",
        subject=piece.id,
        evidence=(Evidence(asset=piece.material.asset.id, range=piece.source, line=piece.line),),
    )
