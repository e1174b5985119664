"""The rough cut: chosen readings laid end to end in script order, picture linked to its sound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from answerprint.core.proposals import Choice, Decision
from answerprint.core.time import Range, Time
from answerprint.departments.editorial.choosing import choose
from answerprint.departments.editorial.layout import (
    Assembly,
    CutSettings,
    MissingLine,
    Piece,
    lay_out,
    run_on,
)
from answerprint.departments.editorial.legality import (
    breathing_room,
    inside_handles,
    keep_clear,
    whole_frames,
)
from answerprint.departments.editorial.material import BREATH, Material, seconds
from answerprint.departments.editorial.takes import (
    Candidate,
    Refused,
    TakeTable,
    compare_takes,
    drawback,
    reason_for,
)
from answerprint.formats.screenplays.model import Line, Screenplay

SCENE_BREATH = seconds("1")  # at the head and tail of a scene
OPENER = seconds("3")  # how long a clip without speech opens its scene
ALTERNATES = 4  # shown for a slot


def assemble(
    screenplay: Screenplay,
    material: Sequence[Material],
    settings: CutSettings,
    decisions: Mapping[str, Decision] = {},
) -> Assembly:
    """The rough cut of a screenplay: every line covered by its best reading or named missing."""
    lines = screenplay.lines()
    by_id = {one.asset.id: one for one in material}
    table = compare_takes(lines, material, settings.weights, decisions)
    openers = _scene_openers(lines)
    chosen = choose([line.key for line in lines], table.candidates, decisions, frozenset(openers))
    pieces: list[Piece] = []
    missing: list[MissingLine] = []
    for scene in screenplay.scenes:
        opener = _opening_clip(scene.number, scene.heading, material, settings, decisions)
        if opener is not None:
            pieces.append(opener)
        of_scene = [line for line in lines if line.scene == scene.number]
        for place, line in enumerate(of_scene):
            decision = decisions.get(f"take:{line.key}")
            if decision is not None and decision.answer == "lock" and decision.asset in by_id:
                pieces.append(_locked(line, by_id[decision.asset], decision, settings))
            elif line.key in chosen:
                ends = (place == 0, place == len(of_scene) - 1)
                pieces.append(_piece(line, chosen[line.key], table, by_id, settings, ends, decision))
            else:
                missing.append(_missing(line, table))
    pieces = run_on(pieces, settings)
    return lay_out(
        pieces,
        settings,
        missing=missing,
        refused=table.refused,
        material=material,
        passed_over=_flubbed(table, pieces),
    )


def _piece(
    line: Line,
    candidate: Candidate,
    table: TakeTable,
    by_id: Mapping[str, Material],
    settings: CutSettings,
    ends: tuple[bool, bool],
    decision: Decision | None,
) -> Piece:
    one = by_id[candidate.asset]
    extent = one.extent
    assert extent is not None  # a reading exists only where there is sound or picture
    opens, closes = ends
    # The head of a take shows the board: more than a breath of it only where the board is known to be gone.
    slate_gone = one.slate_gone(candidate.range.start)
    running = any(other.end <= candidate.range.start for other in one.speech())
    room = breathing_room(
        candidate.range,
        SCENE_BREATH if opens and (running or slate_gone is not None) else BREATH,
        SCENE_BREATH if closes else BREATH,
        one.speech(),
        inside_handles(extent, settings.handles, settings.rate),
    )
    spoiled = [hit.range for hit in one.damage if hit.range is not None]
    if slate_gone is not None:
        spoiled.append(Range(extent.start, max(extent.start, slate_gone)))
    room = keep_clear(room, candidate.range, spoiled)
    source, frames = whole_frames(room, settings.rate, one.frames, extent, candidate.range)
    others = [other for other in table.candidates[line.key] if other != candidate]
    runner_up = others[0] if others else None
    reason = reason_for(candidate, others)
    decided = ""
    if decision is not None and decision.asset == candidate.asset and decision.answer != "reject":
        decided = {"accept": "accepted", "replace": "replaced"}.get(decision.answer, "")
        if decided:
            reason = f"{decided} by {decision.by or 'a person'}. {reason}"
    return Piece(
        id=f"take:{line.key}",
        label=line.label,
        speaker=line.character,
        text=line.text,
        line=line.key,
        material=one,
        source=source,
        frames=frames,
        spoken=candidate.range,
        reason=reason,
        alternates=tuple(_alternate(other, candidate) for other in others[:ALTERNATES]),
        confidence=_margin(candidate, runner_up),
        decided=decided,
    )


def _locked(line: Line, one: Material, decision: Decision, settings: CutSettings) -> Piece:
    """A locked slot comes out exactly as it was when it was locked."""
    assert decision.range is not None
    frames = max(1, decision.range.duration.frame(settings.rate))
    return Piece(
        id=f"take:{line.key}",
        label=line.label,
        speaker=line.character,
        text=line.text,
        line=line.key,
        material=one,
        source=decision.range,
        frames=frames,
        spoken=_reading_inside(one, line.key, decision.range),
        reason=f"locked by {decision.by or 'a person'}{f' ({decision.note})' if decision.note else ''}.",
        confidence=1.0,
        decided="locked",
        frozen=decision.frozen,
    )


def _reading_inside(one: Material, line: str, range_: Range) -> Range | None:
    if one.readings is None:
        return None
    found = (
        one.readings.range_of(reading).intersection(range_)
        for reading in one.readings.annotations
        if reading.label == line
    )
    return next((each for each in found if each is not None), None)


def _opening_clip(
    number: str,
    heading: str,
    material: Sequence[Material],
    settings: CutSettings,
    decisions: Mapping[str, Decision],
) -> Piece | None:
    """A clip logged for the scene in which nobody speaks opens it (circled first, then as logged)."""
    slot = f"scene:{number}"
    silent = [
        one
        for one in material
        if one.frames is not None
        and _scene_number(one.slate.scene) == number.casefold()
        and not one.speech()
        and one.extent is not None
        and one.damaged(one.extent) is None
    ]
    decision = decisions.get(slot)
    if decision is not None and decision.asset:
        if decision.answer == "reject":
            silent = [one for one in silent if one.asset.id != decision.asset]
        else:
            silent = [one for one in silent if one.asset.id == decision.asset] or silent
    if not silent:
        return None
    silent.sort(key=lambda one: (not one.slate.circled, one.asset.name))
    one = silent[0]
    extent = one.extent
    assert extent is not None
    middle = Time.of_seconds((extent.start.seconds + extent.end.seconds) / 2)
    half = min(OPENER.seconds, extent.duration.seconds) / 2
    wanted = Range(middle - Time.of_seconds(half), middle + Time.of_seconds(half))
    source, frames = whole_frames(wanted, settings.rate, one.frames, extent)
    return Piece(
        id=slot,
        label=f"scene {number}",
        speaker="",
        text=heading,
        line=None,
        material=one,
        source=source,
        frames=frames,
        spoken=None,
        reason=f"{one.label} opens the scene: it is logged for it and nobody speaks in it.",
        alternates=tuple(
            Choice(asset=other.asset.id, range=other.extent, label=other.label)
            for other in silent[1 : 1 + ALTERNATES]
            if other.extent is not None
        ),
    )


def _scene_number(logged: str) -> str:
    """`12A` of a set-up is scene 12; a lone letter or a name stays as it is."""
    stripped = logged.strip().casefold()
    digits = stripped.rstrip("abcdefghijklmnopqrstuvwxyz")
    return digits or stripped


def _alternate(other: Candidate, chosen: Candidate) -> Choice:
    return Choice(
        asset=other.asset,
        range=other.range,
        score=other.score,
        parts=other.parts,
        label=other.label,
        cost=f"{other.score - chosen.score:+.2f}: {drawback(other, chosen)}".replace("-0.00", "+0.00"),
    )


def _margin(chosen: Candidate, runner_up: Candidate | None) -> float:
    """How clear the choice is, 0 (a toss-up) … 1 (nothing near, or circled alone)."""
    if runner_up is None or (chosen.circled and not runner_up.circled):
        return 1.0
    return round(min(1.0, max(0.0, (chosen.score - runner_up.score) / 0.2)), 2)


def _flubbed(table: TakeTable, pieces: Sequence[Piece]) -> list[Refused]:
    """Readings with faults that were passed over, each with what is wrong with it."""
    used = {(piece.line, piece.material.asset.id) for piece in pieces}
    return [
        Refused(
            asset=one.asset, range=one.range, reason=f"{one.label}: {'; '.join(one.faults)}", line=one.line
        )
        for each in table.candidates.values()
        for one in each
        if one.faults and (one.line, one.asset) not in used
    ]


def _missing(line: Line, table: TakeTable) -> MissingLine:
    refused = [one.reason for one in table.refused if one.line == line.key]
    reason = "; ".join(refused) if refused else "no reading of it was heard in any clip"
    return MissingLine(line=line.key, label=line.label, speaker=line.character, text=line.text, reason=reason)


def _scene_openers(lines: Sequence[Line]) -> set[str]:
    first: dict[str, str] = {}
    for line in lines:
        first.setdefault(line.scene, line.key)
    return set(first.values())
