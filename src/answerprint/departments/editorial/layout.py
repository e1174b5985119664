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
from answerprint.departments.editorial.legality import Handles, handles_of
from answerprint.departments.editorial.material import Material, seconds
from answerprint.departments.editorial.takes import WEIGHTS, Refused

RUN_ON = seconds("3/2")  # a pause up to this inside one take is played, not cut


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


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """A slot before it has its place in the cut."""

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
    alternates: tuple[Choice, ...] = ()
    confidence: float | None = None
    decided: str = ""
    frozen: Mapping[str, Any] = {}


def lay_out(
    pieces: Sequence[Piece],
    settings: CutSettings,
    *,
    missing: Sequence[MissingLine] = (),
    refused: Sequence[Refused] = (),
    material: Sequence[Material] = (),
    passed_over: Sequence[Refused] = (),
) -> Assembly:
    """Pieces end to end on the tracks: picture, dialogue, and the camera's own sound muted beneath."""
    picture: list[Clip] = []
    dialogue: list[Clip] = []
    scratch: list[Clip] = []
    slots: list[Slot] = []
    findings: list[Finding] = []
    at = 0
    for piece in pieces:
        record = Range.of_ticks(at, at + piece.frames, settings.rate)
        at += piece.frames
        handles = Handles(0, 0)
        extent = piece.material.extent
        if extent is not None:
            handles = handles_of(piece.source, extent, settings.rate, settings.handles)
            findings += _short_handles(piece, handles, settings.handles)
        base = Clip(
            id=piece.id,
            asset=piece.material.asset.id,
            record=record,
            source=piece.source,
            name=piece.material.asset.name,
            slot=piece.id,
            lines=(piece.line,) if piece.line else (),
            link=piece.id,
            locked=piece.decided == "locked",
            reason=piece.reason,
        )
        if piece.material.frames is not None:
            picture.append(msgspec.structs.replace(base, id=f"{piece.id}/V1"))
        own = msgspec.structs.replace(base, id=f"{piece.id}/A1", metadata=piece.frozen)
        has_sound = piece.material.asset.stream("audio") is not None
        link = piece.material.sound
        if link is not None:
            middle = Time.of_seconds((piece.source.start.seconds + piece.source.end.seconds) / 2)
            separate = msgspec.structs.replace(
                own,
                asset=link.sound,
                source=piece.source.moved(link.offset_at(middle)),
                name="separate sound",
            )
            dialogue.append(separate)
            if has_sound:
                scratch.append(msgspec.structs.replace(own, id=f"{piece.id}/A2", muted=True, metadata={}))
        elif has_sound:
            dialogue.append(own)
        slots.append(
            Slot(
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
                reason=piece.reason,
                alternates=piece.alternates,
                confidence=piece.confidence,
                decided=piece.decided,
                handles=handles,
            )
        )
    tracks = [
        CutTrack(name="V1", kind="video", clips=tuple(picture)),
        CutTrack(name="A1", kind="audio", clips=tuple(dialogue), role="dialogue"),
    ]
    if scratch:
        tracks.append(CutTrack(name="A2", kind="audio", clips=tuple(scratch), muted=True, role="scratch"))
    cut = Cut(
        name=settings.name,
        rate=settings.rate,
        drop=settings.drop,
        start_frame=settings.start_frame,
        width=settings.width,
        height=settings.height,
        tracks=tuple(tracks),
    )
    findings += [
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
        findings=tuple(findings),
    )


def run_on(pieces: Sequence[Piece], settings: CutSettings) -> list[Piece]:
    """Neighbours from one take with a short pause between them become one unbroken stretch."""
    joined: list[Piece] = []
    for piece in pieces:
        before = joined[-1] if joined else None
        if (
            before is not None
            and before.material.asset.id == piece.material.asset.id
            and "locked" not in (before.decided, piece.decided)
            and before.spoken is not None
            and piece.spoken is not None
            and before.spoken.end <= piece.spoken.start
            and piece.spoken.start - before.spoken.end <= RUN_ON
            and piece.source.start >= before.source.start
        ):
            # The first clip runs to where the second begins, in whole frames of the cut.
            frames = max(1, (piece.source.start - before.source.start).frame(settings.rate))
            end = before.source.start + Time(frames, settings.rate)
            joined[-1] = msgspec.structs.replace(
                before, source=Range(before.source.start, end), frames=frames
            )
            length = max(1, (piece.source.end - end).frame(settings.rate))
            piece = msgspec.structs.replace(
                piece, source=Range(end, end + Time(length, settings.rate)), frames=length
            )
        joined.append(piece)
    return joined


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
