"""Laying out: pieces end to end on the tracks of the cut, with everything that explains them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import msgspec

from answerprint.core.cut import Clip, Cut, CutTrack
from answerprint.core.findings import Evidence, Finding
from answerprint.core.proposals import Choice, Proposal
from answerprint.core.records import Damage
from answerprint.core.time import Range, Time
from answerprint.departments.editorial.legality import Handles, Illegal, handles_of
from answerprint.departments.editorial.material import Material
from answerprint.departments.editorial.pieces import Cutaway, Piece
from answerprint.departments.editorial.room_tone import ROOM_TONE, room_tone
from answerprint.departments.editorial.styles import DEFAULT
from answerprint.departments.editorial.takes import WEIGHTS, Refused
from answerprint.departments.editorial.word_cuts import PART, slot_of


class CutSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What the production settles about the cut."""

    name: str
    rate: Fraction
    drop: bool = False
    start_frame: int = 0
    width: int = 1920
    height: int = 1080
    handles: int = 12
    weights: Mapping[str, float] = msgspec.field(default_factory=lambda: dict(WEIGHTS))
    style: str = DEFAULT
    target: int | None = None  # frames the cut should last
    taste: bool = False  # learn from the decisions of this production


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """One place in the cut: what fills it, why, and what else could."""

    id: str  # "take:<line key>"
    line: str | None
    label: str  # "1.3 ANNA"
    speaker: str
    text: str
    asset: str
    take: str  # "scene 1A take 2"
    source: Range
    record: Range
    spoken: Range | None
    reason: str
    alternates: tuple[Choice, ...] = ()
    confidence: float | None = None
    decided: str = ""  # "locked", "replaced", "accepted"
    handles: Handles = Handles(0, 0)


class MissingLine(msgspec.Struct, frozen=True, kw_only=True):
    """A scripted line that no usable reading covers."""

    line: str
    label: str
    speaker: str
    text: str
    reason: str


class Assembly(msgspec.Struct, frozen=True, kw_only=True):
    """The cut with everything that explains it."""

    cut: Cut
    slots: tuple[Slot, ...]
    proposals: tuple[Proposal, ...]
    missing: tuple[MissingLine, ...] = ()
    excluded: tuple[Refused, ...] = ()
    findings: tuple[Finding, ...] = ()
    score: float | None = None  # what the choice of readings was made greatest of (choosing.py)
    legality: tuple[Illegal, ...] = ()  # what an independent check objects to; empty when legal


def lay_out(
    pieces: Sequence[Piece],
    settings: CutSettings,
    *,
    missing: Sequence[MissingLine] = (),
    refused: Sequence[Refused] = (),
    material: Sequence[Material] = (),
    passed_over: Sequence[Refused] = (),
    score: float | None = None,
    findings: Sequence[Finding] = (),
) -> Assembly:
    """Pieces end to end on the tracks: picture, dialogue, the camera's own sound muted beneath, room tone
    where nothing else is heard."""
    picture: list[Clip] = []
    dialogue: list[Clip] = []
    scratch: list[Clip] = []
    slots: list[Slot] = []
    found: list[Finding] = list(findings)
    starts = _starts(pieces)
    for piece, start, end in zip(pieces, starts, starts[1:], strict=False):
        record = Range.of_ticks(start, end, settings.rate)
        handles = Handles(0, 0)
        extent = piece.material.extent
        if extent is not None:
            handles = handles_of(piece.source, extent, settings.rate, settings.handles)
            found += _short_handles(piece, handles, settings.handles)
        base = Clip(
            id=piece.id,
            asset=piece.material.asset.id,
            record=record,
            source=piece.source,
            name=piece.material.asset.name,
            slot=slot_of(piece.id),
            lines=(piece.line,) if piece.line else (),
            link=piece.id,
            locked=piece.locked,
            reason=piece.reason,
        )
        heard, unheard = _sound(piece, base, settings)
        dialogue += heard
        scratch += unheard
        if PART in piece.id:
            at = next(at for at, one in enumerate(slots) if one.id == slot_of(piece.id))
            slots[at] = _longer(slots[at], piece, record, handles)
            continue
        slots.append(_slot(piece, record, handles))
        if piece.cutaway is not None:
            slots.append(_cutaway_slot(piece, piece.cutaway, start, settings))
    picture = _pictures(pieces, starts, settings)
    tracks = [
        CutTrack(name="V1", kind="video", clips=tuple(picture)),
        CutTrack(name="A1", kind="audio", clips=tuple(dialogue), role="dialogue"),
    ]
    if scratch:
        tracks.append(CutTrack(name="A2", kind="audio", clips=tuple(scratch), muted=True, role="scratch"))
    tone = room_tone(pieces, starts, dialogue, material, settings.rate, settings.handles)
    if tone:
        tracks.append(
            CutTrack(name=f"A{3 if scratch else 2}", kind="audio", clips=tuple(tone), role=ROOM_TONE)
        )
    cut = Cut(
        name=settings.name,
        rate=settings.rate,
        drop=settings.drop,
        start_frame=settings.start_frame,
        width=settings.width,
        height=settings.height,
        tracks=tuple(tracks),
    )
    found += [
        Finding(
            code="line.missing",
            message=f"{line.label}: nobody says “{line.text}” in any usable take",
            severity="problem",
            subject=line.line,
            evidence=(Evidence(line=line.line),),
            needs_a_person=True,
        )
        for line in missing
    ]
    return Assembly(
        cut=cut,
        slots=tuple(slots),
        proposals=tuple(_proposal(slot) for slot in slots),
        missing=tuple(missing),
        excluded=(*refused, *passed_over, *_unused(material, slots, [*refused, *passed_over])),
        findings=tuple(found),
        score=score,
    )


def _starts(pieces: Sequence[Piece]) -> list[int]:
    """Where each piece is heard from, in frames of the cut, and where the last one ends."""
    starts = [0]
    for piece in pieces:
        starts.append(starts[-1] + piece.frames)
    return starts


def _sound(piece: Piece, base: Clip, settings: CutSettings) -> tuple[list[Clip], list[Clip]]:
    """What is heard of a piece, and what lies muted beneath it."""
    own = msgspec.structs.replace(base, id=f"{piece.id}/A1", metadata=_level(piece))
    if piece.frozen.get("silent"):
        return [], []
    has_sound = piece.material.asset.stream("audio") is not None
    link = piece.material.sound
    if link is None:
        return ([own] if has_sound else []), []
    middle = Time.of_seconds((piece.source.start.seconds + piece.source.end.seconds) / 2)
    separate = msgspec.structs.replace(
        own,
        asset=link.sound,
        source=piece.source.moved(link.offset_at(middle)),
        name="separate sound",
    )
    scratch = [msgspec.structs.replace(own, id=f"{piece.id}/A2", muted=True, metadata={})]
    return [separate], scratch if has_sound else []


def _level(piece: Piece) -> dict[str, Any]:
    return {"gain_db": piece.frozen["gain_db"]} if "gain_db" in piece.frozen else {}


def _pictures(pieces: Sequence[Piece], starts: Sequence[int], settings: CutSettings) -> list[Clip]:
    """The picture track: each piece from its lead to the next one's, its cutaway in the midst of it."""
    clips: list[Clip] = []
    for place, piece in enumerate(pieces):
        if not piece.seen:
            continue
        following = pieces[place + 1] if place + 1 < len(pieces) else None
        start = starts[place] + piece.lead
        end = starts[place + 1] + (following.lead if following is not None else 0)
        base = Clip(
            id=f"{piece.id}/V1",
            asset=piece.material.asset.id,
            record=Range.of_ticks(start, end, settings.rate),
            source=piece.source,
            name=piece.material.asset.name,
            slot=slot_of(piece.id),
            lines=(piece.line,) if piece.line else (),
            link=piece.id,
            locked=piece.locked,
            reason=piece.reason,
        )
        away = piece.cutaway
        if away is None:
            clips.append(_shown(base, piece, starts[place], start, end, settings.rate))
            continue
        leaves = starts[place] + away.start
        back = leaves + away.frames
        if start < leaves:
            clips.append(_shown(base, piece, starts[place], start, leaves, settings.rate))
        clips.append(
            Clip(
                id=f"{away.id}/V1",
                asset=away.material.asset.id,
                record=Range.of_ticks(leaves, back, settings.rate),
                source=away.source,
                name=away.material.asset.name,
                slot=away.id,
                locked=piece.locked,
                reason=away.reason,
            )
        )
        if back < end:
            again = msgspec.structs.replace(base, id=f"{piece.id}/V1.2")
            clips.append(_shown(again, piece, starts[place], back, end, settings.rate))
    return clips


def _shown(clip: Clip, piece: Piece, heard_from: int, start: int, end: int, rate: Fraction) -> Clip:
    """The piece's own picture from one frame of the cut to another, in sync with its sound."""
    first = piece.source.start + Time(start - heard_from, rate)
    return msgspec.structs.replace(
        clip,
        record=Range.of_ticks(start, end, rate),
        source=Range(first, first + Time(end - start, rate)),
    )


def _slot(piece: Piece, record: Range, handles: Handles) -> Slot:
    return Slot(
        id=piece.id,
        line=piece.line,
        label=piece.label,
        speaker=piece.speaker,
        text=piece.text,
        asset=piece.material.asset.id,
        take=piece.material.label,
        source=piece.source,
        record=record,
        spoken=piece.spoken,
        reason=piece.reason + _split_words(piece.lead, record.start.rate),
        alternates=piece.alternates,
        confidence=piece.confidence,
        decided=piece.decided,
        handles=handles,
    )


def _longer(slot: Slot, piece: Piece, record: Range, handles: Handles) -> Slot:
    """A slot with a further part of it."""
    return msgspec.structs.replace(
        slot,
        source=Range(slot.source.start, piece.source.end),
        record=Range(slot.record.start, record.end),
        spoken=_joined(slot.spoken, piece.spoken),
        handles=Handles(slot.handles.head, handles.tail),
    )


def _joined(one: Range | None, other: Range | None) -> Range | None:
    return Range(one.start, other.end) if one is not None and other is not None else one or other


def _split_words(lead: int, rate: Fraction) -> str:
    """An edit's lead in words."""
    if not lead:
        return ""
    first, second = ("sound", "picture") if lead > 0 else ("picture", "sound")
    kind = "J" if lead > 0 else "L"
    return f" Its {first} comes in {abs(lead)} frames before its {second} ({kind} cut)."


def _cutaway_slot(piece: Piece, away: Cutaway, heard_from: int, settings: CutSettings) -> Slot:
    start = heard_from + away.start
    return Slot(
        id=away.id,
        line=None,
        label=f"{piece.label} reaction",
        speaker="",
        text="",
        asset=away.material.asset.id,
        take=away.material.label,
        source=away.source,
        record=Range.of_ticks(start, start + away.frames, settings.rate),
        spoken=None,
        reason=away.reason,
        alternates=away.alternates,
        decided=away.decided,
    )


def _proposal(slot: Slot) -> Proposal:
    return Proposal(
        id=slot.id,
        kind="take",
        subject=f"{slot.label}: {slot.text}" if slot.text else slot.label,
        choice=Choice(asset=slot.asset, range=slot.source, label=slot.take, reason=slot.reason),
        reason=slot.reason,
        alternates=slot.alternates,
        changes=f"fills {slot.record.duration.seconds.__float__():.1f} s of the cut",
        confidence=slot.confidence,
        line=slot.line,
    )


def _short_handles(piece: Piece, handles: Handles, wanted: int) -> list[Finding]:
    if min(handles.head, handles.tail) >= wanted:
        return []
    return [
        Finding(
            code="handles.short",
            message=f"{piece.label}: {piece.material.label} has {handles.head} and {handles.tail} frames of "
            f"handle where {wanted} are asked for",
            subject=piece.id,
            evidence=(Evidence(asset=piece.material.asset.id, range=piece.source),),
        )
    ]


def _unused(material: Sequence[Material], slots: Sequence[Slot], refused: Sequence[Refused]) -> list[Refused]:
    """Whole assets and damaged stretches that the cut leaves out."""
    used = {slot.asset for slot in slots} | {
        one.sound.sound
        for one in material
        if one.sound is not None and one.asset.id in {slot.asset for slot in slots}
    }
    named = {one.asset for one in refused}
    left: list[Refused] = []
    for one in material:
        left += [Refused(asset=one.asset.id, range=hit.range, reason=_damage(hit)) for hit in one.damage]
        if one.asset.id in used or one.asset.id in named or one.damage:
            continue
        spoken = one.readings is not None and any(each.label for each in one.readings.annotations)
        reason = "other readings of its lines were chosen" if spoken else "no scripted line is heard in it"
        if one.asset.kind == "raw":
            reason = "camera raw that cannot be decoded here, and it has no proxy"
        left.append(Refused(asset=one.asset.id, range=one.extent, reason=f"{one.label}: {reason}"))
    return left


def _damage(hit: Damage) -> str:
    """`damaged (51 frames lost): why`"""
    return f"damaged{f' ({hit.frames_lost} frames lost)' if hit.frames_lost else ''}: {hit.reason}"
