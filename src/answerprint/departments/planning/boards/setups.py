"""Set-ups by what asks for them: the place, who talks with whom, what is done, what has to be read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from answerprint.core.breakdown import SceneSheet
from answerprint.departments.planning.boards.scene_words import (
    Speech,
    cue_words,
    first_of,
    lines_of,
    strongest,
)
from answerprint.departments.planning.boards.shots import Shot
from answerprint.formats.screenplays.model import Scene

MONOLOGUE = 45  # words: longer than this a face changes while it speaks
SINGLE = 3  # speeches: who speaks as often in a group gets a single
MASTER_MINUTES = 45  # lighting a scene for the first time
SETUP_MINUTES = 22
INSERT_MINUTES = 10
LENSES = {
    "EWS": "18",
    "WS": "24",
    "FS": "32",
    "MS": "40",
    "MCU": "50",
    "CU": "75",
    "ECU": "100",
    "INSERT": "85",
}


def openers(
    scene: Scene,
    actions: Sequence[tuple[int, str]],
    turns: Counter[str],
    *,
    first_time: bool,
    vehicle: bool,
) -> list[Shot]:
    line = scene.elements[0].line if scene.elements else 0
    shots = []
    exterior = scene.place in ("exterior", "both")
    if first_time and (exterior or not vehicle):
        shots.append(
            _shot(
                "EWS" if exterior else "WS",
                scene.location or scene.heading,
                movement="static, or a slow move that ends on the master",
                covers=(line,),
                passage=scene.heading,
                reason="the first time this set is seen: where we are",
                minutes=MASTER_MINUTES if exterior else SETUP_MINUTES,
                essential=exterior,
            )
        )
    crowd = first_of(cue_words()["crowd"], actions)
    people = len(turns)
    if vehicle:
        subject, reason = (
            "through the windscreen",
            "inside a vehicle: the master is the two-shot from its nose",
        )
    elif people > 1:
        subject, reason = "everybody, with the doors", "master: holds the geography and every entrance"
    else:
        subject, reason = "the whole action", "master: the scene in one, so that nothing is missing"
    shots.append(
        _shot(
            "WS" if people > 2 or crowd or not people else "FS",
            subject,
            covers=lines_of(scene.elements),
            passage=scene.heading,
            reason=reason + (f"; wide for the crowd ({crowd[1]})" if crowd else ""),
            minutes=MASTER_MINUTES,
        )
    )
    return shots


def of_two(speeches: Sequence[Speech], turns: Counter[str], vehicle: bool) -> tuple[str, list[Shot]]:
    (one, _), (other, _) = turns.most_common()
    axis = (
        f"the line runs between {one} and {other}: {one} looks camera right, {other} camera left, in every "
        "shot; stay on one side of it until somebody crosses it in frame"
    )
    shots: list[Shot] = []
    for who, against, side in ((one, other, "looks right"), (other, one, "looks left")):
        mine = [speech for speech in speeches if speech.who == who]
        angle = "profile from the other seat" if vehicle else f"over {against}'s shoulder"
        shots.append(
            _shot(
                "MS" if vehicle else "MCU",
                who,
                angle=angle,
                side=side,
                covers=tuple(speech.line for speech in mine),
                passage=mine[0].text,
                reason=f"{len(mine)} speeches to {against}; the matching half of the pair",
            )
        )
        weighty = strongest(mine)
        shots.append(
            _shot(
                "CU",
                who,
                side=side,
                covers=(weighty.line,),
                passage=weighty.text,
                reason="close for the line that weighs most: the longest, latest or loudest",
                essential=len(speeches) >= 6,
            )
        )
    return axis, shots


def of_group(
    speeches: Sequence[Speech], turns: Counter[str], pairs: Counter[tuple[str, str]]
) -> tuple[str, list[Shot]]:
    shots: list[Shot] = []
    pivot = max(turns, key=lambda who: (sum(n for pair, n in pairs.items() if who in pair), turns[who]))
    main = max(pairs, key=lambda pair: (pairs[pair], pair), default=None)
    axis = (
        f"{pivot} is the pivot: a line runs from {pivot} to each of the others; cross only on {pivot}'s look"
    )
    if main is not None:
        mine = [speech for speech in speeches if speech.who in main]
        shots.append(
            _shot(
                "MS",
                f"{main[0]} and {main[1]}",
                angle="two-shot",
                covers=tuple(speech.line for speech in mine),
                passage=mine[0].text,
                reason=f"they answer one another {pairs[main]} times: the scene inside the scene",
            )
        )
    for who, count in turns.most_common():
        mine = [speech for speech in speeches if speech.who == who]
        if count >= SINGLE or who == pivot:
            shots.append(
                _shot(
                    "MCU",
                    who,
                    side="camera beside the pivot" if who != pivot else "looks to either side",
                    covers=tuple(speech.line for speech in mine),
                    passage=mine[0].text,
                    reason=f"{count} speeches"
                    + ("; everybody else is seen from here" if who == pivot else ""),
                )
            )
    quiet = [who for who, count in turns.items() if count < SINGLE and who != pivot]
    if len(quiet) > 1:
        mine = [speech for speech in speeches if speech.who in quiet]
        shots.append(
            _shot(
                "MS",
                ", ".join(quiet),
                angle="group",
                covers=tuple(speech.line for speech in mine),
                passage=mine[0].text,
                reason="those with a line or two share a frame; their reactions are here",
            )
        )
    return axis, shots


def singles(speeches: Sequence[Speech], turns: Counter[str], *, reason: str) -> list[Shot]:
    shots = []
    for who in turns:
        mine = [speech for speech in speeches if speech.who == who]
        shots.append(
            _shot(
                "MCU",
                who,
                covers=tuple(speech.line for speech in mine),
                passage=mine[0].text,
                reason=reason,
            )
        )
    return shots


def monologues(speeches: Sequence[Speech]) -> list[Shot]:
    shots = []
    others = {speech.who for speech in speeches}
    for speech in speeches:
        if speech.words >= MONOLOGUE:
            shots.append(
                _shot(
                    "CU",
                    speech.who,
                    movement="slow push in over the whole speech",
                    covers=(speech.line,),
                    passage=speech.text,
                    reason=f"{speech.words} words without a break",
                )
            )
            for listener in sorted(others - {speech.who})[:1]:
                shots.append(
                    _shot(
                        "CU",
                        listener,
                        angle="listening",
                        covers=(speech.line,),
                        passage=speech.text,
                        reason=f"{speech.who}'s long speech lands here; it is where the cut goes",
                    )
                )
    return shots


def from_action(actions: Sequence[tuple[int, str]], cues: Mapping[str, Any]) -> list[Shot]:
    """Shots that something done asks for, the first of each kind."""
    wanted = (
        (
            "reveal",
            "CU",
            "the look, then what is seen",
            "point of view after it",
            "static",
            "somebody sees something",
        ),
        ("travel", "FS", "who moves", "eye level", "track or handheld with them", "the scene moves"),
        ("entrance", "WS", "the door", "eye level", "static", "an entrance needs its door"),
        (
            "fight",
            "WS",
            "the action",
            "low",
            "two cameras, one tight",
            "done once or twice only: cover it at once",
        ),
        ("quiet", "ECU", "the face", "eye level", "static", "what happens here happens in a face"),
    )
    shots = []
    for name, size, subject, angle, movement, reason in wanted:
        hit = first_of(cues[name], actions)
        if hit is None:
            continue
        line, word, passage = hit[0], hit[1], hit[2]
        shots.append(
            _shot(
                size,
                subject,
                angle=angle,
                movement=movement,
                covers=(line,),
                passage=passage,
                reason=f"{reason} (“{word}”)",
                essential=name in ("fight", "reveal"),
            )
        )
    return shots


def inserts(
    sheet: SceneSheet | None, actions: Sequence[tuple[int, str]], cues: Mapping[str, Any]
) -> list[Shot]:
    shots = []
    if sheet is not None:
        for element in sheet.elements:
            legible = cues["reading"].search(element.name) is not None
            if element.category == "props" and element.answer != "rejected" and element.evidence and legible:
                named = re.compile(rf"\b{re.escape(element.name)}\b", re.IGNORECASE)
                hit = first_of(named, actions)
                line, passage = element.evidence[0].line, element.evidence[0].text
                shots.append(_insert(element.name, hit[0] if hit else line, hit[2] if hit else passage))
        return shots
    hit = first_of(cues["reading"], actions)
    return [_insert(hit[1], hit[0], hit[2])] if hit else []


def _insert(name: str, line: int, passage: str) -> Shot:
    return _shot(
        "INSERT",
        name,
        angle="from the eyes of who holds it",
        covers=(line,),
        passage=passage,
        reason="the audience has to read it or know it again",
        minutes=INSERT_MINUTES,
    )


def at_the_end(scene: Scene, speeches: Sequence[Speech]) -> list[Shot]:
    """The scene's end: who hears the last line, or what is left when it is over."""
    others = [speech.who for speech in speeches if speech.who != speeches[-1].who] if speeches else []
    if not others:
        return []
    last = speeches[-1]
    return [
        _shot(
            "CU",
            others[-1],
            angle="listening",
            covers=(last.line,),
            passage=last.text,
            reason=f"{last.who} has the last line: the scene ends on who hears it",
            essential=False,
        )
    ]


def _shot(size: str, subject: str, **given: Any) -> Shot:
    values = {"minutes": SETUP_MINUTES, "lens": LENSES[size]} | given
    return msgspec.convert({"name": "", "size": size, "subject": subject} | values, Shot)
