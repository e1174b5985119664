"""Suggests coverage for a scene from what is said, done and pointed out in it.

The grammar is the usual one: a master that holds the geography, matching over-shoulder shots and singles on
one side of the line between two people (Arijon, Grammar of the Film Language, 1976), reactions where a line
lands on somebody, inserts of what has to be read. Every suggestion names the words it rests on.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

import msgspec

from answerprint.core.breakdown import SceneSheet
from answerprint.departments.planning.boards.lighting import lighting_notes
from answerprint.departments.planning.boards.shots import Coverage, Shot, slate_letters
from answerprint.formats.screenplays.emphasis import runs
from answerprint.formats.screenplays.model import Element, Scene, Screenplay, merge_speeches

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


@dataclass(frozen=True)
class _Speech:
    who: str
    words: int
    line: int
    text: str


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
    actions = [_said(element) for element in scene.elements if element.kind in ("action", "shot")]
    speeches = [
        _Speech(one.character or "", len(one.text.split()), one.line, _bare(one.text))
        for one in merge_speeches(scene.elements)
        if (one.extension or "").replace(" ", "").upper() not in ("V.O.", "VO")
    ]
    turns = Counter(speech.who for speech in speeches)
    pairs = _pairs(speeches)
    shots: list[Shot] = []
    by_phone = _first(cues["telephone"], [*actions, *_asides(scene)])
    vehicle = _first(cues["vehicle"], [(scene.elements[0].line, scene.location)]) if scene.elements else None
    shots += _openers(scene, actions, turns, first_time=first_time, vehicle=vehicle is not None)
    axis = ""
    if by_phone and len(turns) >= 1:
        shots += _singles(
            speeches, turns, reason="a telephone call: each end by itself, no line between them"
        )
        axis = "no line: the two ends of a call; let them look in opposite directions"
    elif len(turns) == 2:
        axis, made = _two(speeches, turns, vehicle is not None)
        shots += made
    elif len(turns) > 2:
        axis, made = _group(speeches, turns, pairs)
        shots += made
    elif len(turns) == 1:
        shots += _singles(speeches, turns, reason="the only one who speaks")
    shots += _monologues(speeches)
    shots += _from_action(actions, cues)
    shots += _inserts(sheet, actions, cues)
    shots += _last(scene, speeches)
    return _finished(scene, _without_doubles(shots), axis, speeches, actions)


@cache
def cue_words() -> dict[str, Any]:
    """The cue words of cues.toml as patterns, and the light's as they are."""
    text = files("answerprint.departments.planning.boards").joinpath("cues.toml").read_text("utf-8")
    table: dict[str, Any] = tomllib.loads(text)
    light = table.pop("light")
    patterns: dict[str, Any] = {
        name: re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b", re.IGNORECASE)
        for name, words in table.items()
    }
    return patterns | {"light": light}


def _openers(
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
    crowd = _first(cue_words()["crowd"], actions)
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
            covers=_lines(scene.elements),
            passage=scene.heading,
            reason=reason + (f"; wide for the crowd ({crowd[1]})" if crowd else ""),
            minutes=MASTER_MINUTES,
        )
    )
    return shots


def _two(speeches: Sequence[_Speech], turns: Counter[str], vehicle: bool) -> tuple[str, list[Shot]]:
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
        strongest = _strongest(mine)
        shots.append(
            _shot(
                "CU",
                who,
                side=side,
                covers=(strongest.line,),
                passage=strongest.text,
                reason="close for the line that weighs most: the longest, latest or loudest",
                essential=len(speeches) >= 6,
            )
        )
    return axis, shots


def _group(
    speeches: Sequence[_Speech], turns: Counter[str], pairs: Counter[tuple[str, str]]
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


def _singles(speeches: Sequence[_Speech], turns: Counter[str], *, reason: str) -> list[Shot]:
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


def _monologues(speeches: Sequence[_Speech]) -> list[Shot]:
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


def _from_action(actions: Sequence[tuple[int, str]], cues: Mapping[str, Any]) -> list[Shot]:
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
        hit = _first(cues[name], actions)
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


def _inserts(
    sheet: SceneSheet | None, actions: Sequence[tuple[int, str]], cues: Mapping[str, Any]
) -> list[Shot]:
    shots = []
    if sheet is not None:
        for element in sheet.elements:
            legible = cues["reading"].search(element.name) is not None
            if element.category == "props" and element.answer != "rejected" and element.evidence and legible:
                named = re.compile(rf"\b{re.escape(element.name)}\b", re.IGNORECASE)
                hit = _first(named, actions)
                line, passage = element.evidence[0].line, element.evidence[0].text
                shots.append(_insert(element.name, hit[0] if hit else line, hit[2] if hit else passage))
        return shots
    hit = _first(cues["reading"], actions)
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


def _last(scene: Scene, speeches: Sequence[_Speech]) -> list[Shot]:
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


def _finished(
    scene: Scene,
    shots: Sequence[Shot],
    axis: str,
    speeches: Sequence[_Speech],
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


def _shot(size: str, subject: str, **given: Any) -> Shot:
    values = {"minutes": SETUP_MINUTES, "lens": LENSES[size]} | given
    return msgspec.convert({"name": "", "size": size, "subject": subject} | values, Shot)


def _pairs(speeches: Sequence[_Speech]) -> Counter[tuple[str, str]]:
    """How often two people answer one another."""
    found: Counter[tuple[str, str]] = Counter()
    for before, after in pairwise(speeches):
        if before.who != after.who:
            one, other = sorted((before.who, after.who))
            found[one, other] += 1
    return found


def _strongest(speeches: Sequence[_Speech]) -> _Speech:
    """The speech that weighs most: loud marks, length, and a little for standing late."""

    def weight(at: int) -> float:
        speech = speeches[at]
        return speech.words + 8 * speech.text.count("!") + 4 * speech.text.count("?") + 6 * at / len(speeches)

    return speeches[max(range(len(speeches)), key=weight)]


def _first(pattern: re.Pattern[str], texts: Iterable[tuple[int, str]]) -> tuple[int, str, str] | None:
    """Line, word and sentence of the first match."""
    for line, text in texts:
        match = pattern.search(text)
        if match:
            start = max(text.rfind(".", 0, match.start()) + 1, match.start() - 90)
            end = text.find(".", match.end())
            stop = min(len(text) if end < 0 else end + 1, match.end() + 90)
            return line, match[0], " ".join(text[start:stop].split())
    return None


def _asides(scene: Scene) -> list[tuple[int, str]]:
    return [
        (one.line, one.text if one.kind == "parenthetical" else one.extension or "")
        for one in scene.elements
        if one.kind in ("parenthetical", "character")
    ]


def _said(element: Element) -> tuple[int, str]:
    return element.line, _bare(element.text)


def _bare(text: str) -> str:
    return "".join(run.text for run in runs(text)).replace("\n", " ")


def _lines(elements: Sequence[Element]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(one.line for one in elements if one.kind in ("action", "dialogue")))
