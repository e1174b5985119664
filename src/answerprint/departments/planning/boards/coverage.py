"""Suggests coverage for a scene from what is said, done and pointed out in it.

The grammar is the usual one: a master that holds the geography, matching over-shoulder shots and singles on
one side of the line between two people (Arijon, Grammar of the Film Language, 1976), reactions where a line
lands on somebody, inserts of what has to be read. Every suggestion names the words it rests on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from answerprint.core.breakdown import SceneSheet
from answerprint.departments.planning.boards.lighting import lighting_notes
from answerprint.departments.planning.boards.scene_words import (
    Speech,
    answering_pairs,
    asides,
    bare,
    cue_words,
    first_of,
    said,
)
from answerprint.departments.planning.boards.setups import (
    at_the_end,
    from_action,
    inserts,
    monologues,
    of_group,
    of_two,
    openers,
    singles,
)
from answerprint.departments.planning.boards.shots import Coverage, Shot, slate_letters
from answerprint.formats.screenplays.model import Scene, Screenplay, merge_speeches


def cover(screenplay: Screenplay, sheets: Mapping[str, SceneSheet] | None = None) -> tuple[Coverage, ...]:
    """Suggested coverage of every scene with a heading. `sheets`: breakdown by scene id, for inserts."""
    sheets = sheets or {}
    seen_sets: set[str] = set()
    found = []
    for scene in screenplay.scenes:
        if scene.heading and not scene.omitted:
            first = scene.location.casefold() not in seen_sets
            seen_sets.add(scene.location.casefold())
            found.append(cover_scene(scene, sheets.get(scene.id), first_time=first))
    return tuple(found)


def cover_scene(scene: Scene, sheet: SceneSheet | None = None, *, first_time: bool = True) -> Coverage:
    """One scene's shots. `first_time`: nobody has seen its set before."""
    cues = cue_words()
    actions = [said(element) for element in scene.elements if element.kind in ("action", "shot")]
    speeches = [
        Speech(one.character or "", len(one.text.split()), one.line, bare(one.text))
        for one in merge_speeches(scene.elements)
        if (one.extension or "").replace(" ", "").upper() not in ("V.O.", "VO")
    ]
    turns = Counter(speech.who for speech in speeches)
    pairs = answering_pairs(speeches)
    shots: list[Shot] = []
    by_phone = first_of(cues["telephone"], [*actions, *asides(scene)])
    vehicle = (
        first_of(cues["vehicle"], [(scene.elements[0].line, scene.location)]) if scene.elements else None
    )
    shots += openers(scene, actions, turns, first_time=first_time, vehicle=vehicle is not None)
    axis = ""
    if by_phone and len(turns) >= 1:
        shots += singles(speeches, turns, reason="a telephone call: each end by itself, no line between them")
        axis = "no line: the two ends of a call; let them look in opposite directions"
    elif len(turns) == 2:
        axis, made = of_two(speeches, turns, vehicle is not None)
        shots += made
    elif len(turns) > 2:
        axis, made = of_group(speeches, turns, pairs)
        shots += made
    elif len(turns) == 1:
        shots += singles(speeches, turns, reason="the only one who speaks")
    shots += monologues(speeches)
    shots += from_action(actions, cues)
    shots += inserts(sheet, actions, cues)
    shots += at_the_end(scene, speeches)
    return _finished(scene, _without_doubles(shots), axis, speeches, actions)


def _finished(
    scene: Scene,
    shots: Sequence[Shot],
    axis: str,
    speeches: Sequence[Speech],
    actions: Sequence[tuple[int, str]],
) -> Coverage:
    letters = slate_letters(len(shots))
    named = tuple(
        msgspec.structs.replace(shot, name=f"{scene.number}{letter}")
        for shot, letter in zip(shots, letters, strict=False)
    )
    order = sorted(named, key=lambda shot: (shot.size == "INSERT", _light_side(shot), named.index(shot)))
    return Coverage(
        scene=scene.id,
        number=scene.number,
        heading=scene.heading,
        shots=named,
        axis=axis,
        lighting=lighting_notes(scene, [text for _, text in actions], cue_words()["light"]),
        minutes=sum(shot.minutes for shot in named if shot.essential),
        shooting_order=tuple(shot.name for shot in order),
    )


def _light_side(shot: Shot) -> int:
    """Wide shots first, then one direction of the light, then the other."""
    if shot.size in ("EWS", "WS", "FS") and not shot.side:
        return 0
    return 2 if shot.side == "looks left" else 1


def _without_doubles(shots: Iterable[Shot]) -> list[Shot]:
    """The same size of the same subject from the same place is one set-up, with all it covers."""
    found: dict[tuple[str, str, str], Shot] = {}
    for shot in shots:
        key = (shot.size, shot.subject, "listening" if shot.angle == "listening" else "")
        if key in found:
            known = found[key]
            shot = msgspec.structs.replace(
                known,
                covers=tuple(sorted({*known.covers, *shot.covers})),
                movement=shot.movement if known.movement == "static" else known.movement,
                reason=f"{known.reason}; {shot.reason}" if shot.reason != known.reason else known.reason,
                essential=known.essential or shot.essential,
            )
        found[key] = shot
    return list(found.values())
