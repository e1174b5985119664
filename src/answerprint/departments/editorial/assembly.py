"""The rough cut: chosen readings laid end to end in script order, picture linked to its sound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import msgspec

from answerprint.core.findings import Finding
from answerprint.core.proposals import Choice, Decision
from answerprint.core.time import Range, Time
from answerprint.departments.editorial.choosing import Joining, choose, total_score
from answerprint.departments.editorial.fitting import fit
from answerprint.departments.editorial.layout import Assembly, CutSettings, MissingLine, lay_out
from answerprint.departments.editorial.legality import (
    breathing_room,
    inside_handles,
    keep_clear,
    whole_frames,
)
from answerprint.departments.editorial.material import Material, seconds
from answerprint.departments.editorial.paper import order_of, rearranged
from answerprint.departments.editorial.pieces import CUTAWAY, DECIDED, Cutaway, Piece, inserted, run_on
from answerprint.departments.editorial.reactions import add_reactions
from answerprint.departments.editorial.splitting import split_edits
from answerprint.departments.editorial.styles import Style, style_named
from answerprint.departments.editorial.takes import (
    Candidate,
    Refused,
    TakeTable,
    compare_takes,
    drawback,
    reason_for,
)
from answerprint.departments.editorial.taste import learned_weights
from answerprint.departments.editorial.views import View, views_of
from answerprint.departments.editorial.word_cuts import cut_words, word_edit
from answerprint.formats.screenplays.model import Line, Screenplay

OPENER = seconds("3")  # how long a clip without speech opens its scene
ALTERNATES = 4  # shown for a slot
REASONS = 0.01  # a cost of a join below this is no reason


class _Script(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the pieces are made from, but the readings chosen and the pace."""

    screenplay: Screenplay
    lines: tuple[Line, ...]
    table: TakeTable
    by_id: Mapping[str, Material]
    views: Mapping[str, View]
    settings: CutSettings
    style: Style
    decisions: Mapping[str, Decision]


def assemble(
    screenplay: Screenplay,
    material: Sequence[Material],
    settings: CutSettings,
    decisions: Mapping[str, Decision] = {},
) -> Assembly:
    """The rough cut of a screenplay: every line covered by its best reading or named missing.

    A line nobody reads usably is named, never invented; a length that cannot be met is said. Raises
    UsageError AP-USE-530 for a style that does not exist.
    """
    lines = screenplay.lines()
    table = compare_takes(lines, material, settings.weights, decisions)
    if settings.taste:
        weights = learned_weights(table, decisions, settings.weights)
        table = compare_takes(lines, material, weights, decisions)
    script = _Script(
        screenplay=screenplay,
        lines=lines,
        table=table,
        by_id={one.asset.id: one for one in material},
        views=views_of(material, screenplay.characters()),
        settings=settings,
        style=style_named(settings.style),
        decisions=decisions,
    )
    pieces, missing, joining, told = _timed(script, material)
    pieces, jumps = cut_words(pieces, word_edit(decisions), settings.rate)
    pieces = split_edits(pieces, script.style.time("overlap"), settings.rate, settings.handles, script.views)
    pieces = add_reactions(
        pieces,
        _by_scene(pieces, material),
        script.views,
        script.style,
        settings.rate,
        settings.handles,
        decisions,
    )
    chosen = {piece.line: piece for piece in pieces if piece.line}
    return lay_out(
        pieces,
        settings,
        missing=missing,
        refused=table.refused,
        material=material,
        passed_over=_flubbed(table, pieces),
        score=total_score(lines, _candidates(table, chosen), joining),
        findings=[*told, *jumps],
    )


def _timed(
    script: _Script, material: Sequence[Material]
) -> tuple[list[Piece], list[MissingLine], Joining, list[Finding]]:
    """The pieces at the pace that meets the length asked for, the style's own where none is."""
    joining = Joining(style=script.style, views=script.views)
    openers = {
        scene.number: opener
        for scene in script.screenplay.scenes
        if (opener := _opening_clip(scene.number, scene.heading, material, script.settings, script.decisions))
    }

    def made(pace: Fraction, shorter: float) -> tuple[list[Piece], list[MissingLine]]:
        asked = msgspec.structs.replace(joining, shorter=shorter)
        chosen = choose(script.lines, script.table.candidates, asked, script.decisions)
        pieces, missing = _pieces(script, chosen, openers, asked, pace)
        pieces += inserted(script.decisions, script.by_id, script.settings.rate)
        pieces, _ = rearranged(pieces, order_of(script.decisions))
        return run_on(pieces, script.style.time("run_on", pace), script.settings.rate), missing

    if script.settings.target is None:
        return *made(Fraction(1), 0.0), joining, []
    (pieces, missing), told = fit(made, script.settings.target, script.settings.rate)
    return pieces, missing, joining, told


def _pieces(
    script: _Script,
    chosen: Mapping[str, Candidate],
    openers: Mapping[str, Piece],
    joining: Joining,
    pace: Fraction,
) -> tuple[list[Piece], list[MissingLine]]:
    pieces: list[Piece] = []
    missing: list[MissingLine] = []
    of_scene: dict[str, list[Line]] = {}
    for line in script.lines:
        of_scene.setdefault(line.scene, []).append(line)
    for scene in script.screenplay.scenes:
        if scene.number in openers:
            pieces.append(openers[scene.number])
        here = of_scene.pop(scene.number, [])
        before: Candidate | None = None
        for place, line in enumerate(here):
            decision = script.decisions.get(f"take:{line.key}")
            if decision is not None and decision.answer == "lock" and (decision.asset or "") in script.by_id:
                pieces.append(_locked(line, script.by_id[decision.asset or ""], decision, script))
                before = chosen.get(line.key)
            elif line.key in chosen:
                ends = (place == 0, place == len(here) - 1)
                reading = chosen[line.key]
                join = "" if before is None else _join_words(joining.parts(before, reading, line))
                pieces.append(_piece(line, reading, script, ends, decision, pace, join))
                before = reading
            else:
                missing.append(_missing(line, script.table))
    return pieces, missing


def _piece(
    line: Line,
    candidate: Candidate,
    script: _Script,
    ends: tuple[bool, bool],
    decision: Decision | None,
    pace: Fraction,
    join: str,
) -> Piece:
    one = script.by_id[candidate.asset]
    settings, style = script.settings, script.style
    extent = one.extent
    assert extent is not None  # a reading exists only where there is sound or picture
    opens, closes = ends
    breath, wide = style.time("breath", pace), style.time("scene_breath", pace)
    # The head of a take shows the board: more than a breath of it only where the board is known to be gone.
    running = any(other.end <= candidate.range.start for other in one.speech)
    gone = one.slate_gone(candidate.range.start) is not None
    room = breathing_room(
        candidate.range,
        wide if opens and (running or gone) else breath,
        wide if closes else breath,
        one.speech,
        inside_handles(extent, settings.handles, settings.rate),
    )
    room = keep_clear(room, candidate.range, one.spoiled(candidate.range.start))
    source, frames = whole_frames(room, settings.rate, one.frames, extent, candidate.range)
    others = [other for other in script.table.candidates[line.key] if other != candidate]
    runner_up = others[0] if others else None
    reason = reason_for(candidate, others) + join
    decided = ""
    if decision is not None and decision.asset == candidate.asset:
        decided = DECIDED.get(decision.answer, "")
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
        scene=line.scene,
        alternates=tuple(_alternate(other, candidate) for other in others[:ALTERNATES]),
        confidence=_margin(candidate, runner_up),
        decided=decided,
    )


def _join_words(parts: Mapping[str, float]) -> str:
    """What the edit into a reading costs, where it costs something."""
    named = [f"{name} ({cost:.2f})" for name, cost in parts.items() if cost >= REASONS]
    return f" The edit into it: {', '.join(named)}." if named else ""


def _locked(line: Line, one: Material, decision: Decision, script: _Script) -> Piece:
    """A locked slot comes out exactly as it was when it was locked."""
    assert decision.range is not None
    rate = script.settings.rate
    frames = max(1, decision.range.duration.frame(rate))
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
        scene=line.scene,
        confidence=1.0,
        decided="locked",
        frozen=decision.frozen,
        cutaway=_frozen_cutaway(line, decision, script),
    )


def _frozen_cutaway(line: Line, decision: Decision, script: _Script) -> Cutaway | None:
    """The reaction that lay over a line when it was locked."""
    held = decision.frozen.get("cutaway")
    if not held or held["asset"] not in script.by_id:
        return None
    rate = script.settings.rate
    first = Time.of_seconds(Fraction(held["source"]))
    return Cutaway(
        id=f"{CUTAWAY}{line.key}",
        material=script.by_id[held["asset"]],
        source=Range(first, first + Time(held["frames"], rate)),
        start=held["start"],
        frames=held["frames"],
        reason=f"locked with its line by {decision.by or 'a person'}.",
        decided="locked",
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
        and not one.speech
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
    locked = decision is not None and decision.answer == "lock" and decision.asset == one.asset.id
    if locked and decision is not None and decision.range is not None:
        source, frames = decision.range, max(1, decision.range.duration.frame(settings.rate))
    return Piece(
        id=slot,
        decided="locked" if locked else "",
        frozen=decision.frozen if locked and decision is not None else {},
        label=f"scene {number}",
        speaker="",
        text=heading,
        line=None,
        material=one,
        source=source,
        frames=frames,
        spoken=None,
        reason=f"{one.label} opens the scene: it is logged for it and nobody speaks in it.",
        scene=number,
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


def _candidates(table: TakeTable, chosen: Mapping[str, Piece]) -> dict[str, Candidate]:
    """The reading of every line that is in the cut, of those that were compared."""
    return {
        key: one
        for key, piece in chosen.items()
        for one in table.candidates.get(key, ())
        if one.asset == piece.material.asset.id and one.range == piece.spoken
    }


def _by_scene(pieces: Sequence[Piece], material: Sequence[Material]) -> dict[str, list[Material]]:
    """The clips of every scene: those logged for it, and those that the cut uses in it."""
    used: dict[str, set[str]] = {}
    for piece in pieces:
        used.setdefault(piece.scene, set()).add(piece.material.asset.id)
    found: dict[str, list[Material]] = {scene: [] for scene in used}
    logged = {scene.casefold(): scene for scene in used}
    for one in material:
        scenes = {scene for scene, ids in used.items() if one.asset.id in ids}
        named = logged.get(_scene_number(one.slate.scene))
        for scene in {*scenes, *([named] if named is not None else [])}:
            found[scene].append(one)
    return found
