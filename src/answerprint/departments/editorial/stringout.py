"""A string-out for films without a screenplay: speech, then shot quality, in source order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from answerprint.core.proposals import Decision
from answerprint.core.time import Range, Time
from answerprint.departments.editorial.layout import Assembly, CutSettings, lay_out
from answerprint.departments.editorial.legality import breathing_room, keep_clear, whole_frames
from answerprint.departments.editorial.material import BREATH, Material, seconds
from answerprint.departments.editorial.paper import order_of, rearranged
from answerprint.departments.editorial.pieces import Piece, inserted
from answerprint.departments.editorial.takes import Refused

PHRASE_GAP = seconds("1")  # shorter pauses stay inside one selection
SHORTEST_SPEECH = seconds("1/2")
SHOT_LENGTH = seconds("4")  # how much of a silent shot is shown
SHORTEST_SHOT = seconds("1")


def string_out(
    material: Sequence[Material], settings: CutSettings, decisions: Mapping[str, Decision] = {}
) -> Assembly:
    """Every stretch of speech, and of files without any the best of each shot, in the order they came."""
    pieces: list[Piece] = []
    refused: list[Refused] = []
    ordered = sorted(material, key=lambda one: (one.asset.card or "", one.asset.name, one.asset.id))
    linked = {one.sound.sound for one in material if one.sound is not None}
    for one in ordered:
        extent = one.extent
        if extent is None or extent.empty or one.asset.id in linked:
            continue
        spoken = _phrases(one)
        selections = [(each, True) for each in spoken] or [(each, False) for each in _shots(one, extent)]
        for number, (wanted, is_speech) in enumerate(selections, start=1):
            slot = f"select:{one.asset.id[:12]}:{number}"
            decision = decisions.get(slot)
            damage = one.damaged(wanted)
            if damage is not None or (decision is not None and decision.answer == "reject"):
                why = f"damaged here ({damage.reason})" if damage else "rejected by a person"
                refused.append(Refused(asset=one.asset.id, range=wanted, reason=f"{one.label}: {why}"))
                continue
            pieces.append(_selection(one, slot, number, wanted, is_speech, extent, settings, decision))
    pieces += inserted(decisions, {one.asset.id: one for one in ordered}, settings.rate)
    pieces, _ = rearranged(pieces, order_of(decisions))
    return lay_out(pieces, settings, refused=refused, material=material)


def _selection(
    one: Material,
    slot: str,
    number: int,
    wanted: Range,
    is_speech: bool,
    extent: Range,
    settings: CutSettings,
    decision: Decision | None,
) -> Piece:
    locked = decision is not None and decision.answer == "lock" and decision.range is not None
    room = breathing_room(wanted, BREATH, BREATH, one.speech, extent) if is_speech else wanted
    room = keep_clear(room, wanted, [hit.range for hit in one.damage if hit.range is not None])
    if locked and decision is not None and decision.range is not None:
        room = decision.range
    source, frames = whole_frames(
        room, settings.rate, one.frames, extent, wanted if is_speech and not locked else None
    )
    what = "speech" if is_speech else "the best of the shot: well exposed and sharp"
    return Piece(
        id=slot,
        label=f"{one.label} #{number}",
        speaker="",
        text="",
        line=None,
        material=one,
        source=source,
        frames=frames,
        spoken=wanted if is_speech else None,
        reason=f"{one.label}: {what}, in source order.",
        decided="locked" if locked else "",
        frozen=decision.frozen if locked and decision is not None else {},
    )


def _phrases(one: Material) -> list[Range]:
    """Speech with its short pauses closed, too short bursts left out."""
    if one.voice is None:
        return []
    phrases: list[Range] = []
    for annotation in one.voice.annotations:
        range_ = one.voice.range_of(annotation)
        if phrases and range_.start - phrases[-1].end <= PHRASE_GAP:
            phrases[-1] = Range(phrases[-1].start, max(phrases[-1].end, range_.end))
        else:
            phrases.append(range_)
    return [each for each in phrases if each.duration >= SHORTEST_SPEECH]


def _shots(one: Material, extent: Range) -> list[Range]:
    """Of every shot the stretch that looks best."""
    if one.frames is None:
        return []
    shots = (
        [one.shots.range_of(shot) for shot in one.shots.annotations if shot.label == "shot"]
        if one.shots is not None
        else []
    )
    return [
        _best_part(one, shot)
        for shot in shots or [extent]
        if shot.duration >= SHORTEST_SHOT or shot == extent
    ]


def _best_part(one: Material, shot: Range) -> Range:
    """The window of SHOT_LENGTH with the best mean sharpness and the least clipping."""
    if shot.duration <= SHOT_LENGTH or one.looks is None:
        return Range(shot.start, min(shot.end, shot.start + SHOT_LENGTH))
    starts = [
        one.looks.range_of(window).start
        for window in one.looks.annotations
        if one.looks.range_of(window).start >= shot.start
    ]
    possible = [each for each in starts if each + SHOT_LENGTH <= shot.end] or [shot.start]
    best = max(possible, key=lambda start: (_worth(one, start), -start.seconds))
    return Range(best, min(shot.end, best + SHOT_LENGTH))


def _worth(one: Material, start: Time) -> float:
    range_ = Range(start, start + SHOT_LENGTH)
    sharpness = one.mean_look(range_, "sharpness") or 0.0
    clipped = one.mean_look(range_, "clipped") or 0.0
    return sharpness - clipped
