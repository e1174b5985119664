"""Scene numbers that stay: a revision takes the locked script's, new scenes get letters, cut ones OMITTED."""

from __future__ import annotations

from collections import Counter
from difflib import SequenceMatcher

import msgspec

from answerprint.formats.screenplays.blocks import UNPRINTED
from answerprint.formats.screenplays.model import Element, Scene, Screenplay, normalise

OMITTED = "OMITTED"
Place = tuple[int, int]  # scene index, element index


def same_elements(locked: Screenplay, revised: Screenplay) -> dict[Place, Place]:
    """Which printed element of the revision (scene, element) is which of the locked script, unchanged."""
    old, new = _printed(locked), _printed(revised)
    matcher = SequenceMatcher(None, [key for _, key in old], [key for _, key in new], autojunk=False)
    found: dict[Place, Place] = {}
    for a, b, size in matcher.get_matching_blocks():
        found |= {new[b + at][0]: old[a + at][0] for at in range(size)}
    return found


def same_scenes(locked: Screenplay, revised: Screenplay, same: dict[Place, Place]) -> dict[int, int]:
    """Which scene of the revision is which of the locked script.

    It is the one that most of its elements come from; a scene that moved, the one whose words it shares most.
    """
    votes: dict[int, Counter[int]] = {}
    for (scene, element), (old_scene, _) in same.items():
        heading = revised.scenes[scene].elements[element].kind == "heading"
        votes.setdefault(scene, Counter())[old_scene] += 2 if heading else 1
    found = _assign(votes)
    old_words, new_words = _words_of(locked), _words_of(revised)
    gone = set(range(len(locked.scenes))) - set(found.values())
    moved: dict[int, Counter[int]] = {}
    for scene in set(range(len(revised.scenes))) - set(found):
        shared = {old: (new_words[scene] & old_words[old]).total() for old in gone}
        moved[scene] = Counter(
            {old: size for old, size in shared.items() if 2 * size > new_words[scene].total()}
        )
    return found | _assign(moved)


def _assign(votes: dict[int, Counter[int]]) -> dict[int, int]:
    """One locked scene for each, the surest first; a scene with a choice taken by another goes without."""
    found: dict[int, int] = {}
    for scene, counted in sorted(
        votes.items(), key=lambda pair: (-max(pair[1].values(), default=0), pair[0])
    ):
        best = max(counted, key=lambda old: (counted[old], -old), default=None)
        if best is not None and best not in found.values():
            found[scene] = best
    return found


def lock_numbers(locked: Screenplay, revised: Screenplay) -> Screenplay:
    """The revision under the locked script's scene numbers.

    A scene that was there keeps its number wherever it stands; a new one after 12 is 12A, before the first
    A1; a number whose scene is gone stays in its place as OMITTED.
    """
    matches = same_scenes(locked, revised, same_elements(locked, revised))
    numbers = {scene: locked.scenes[old].number for scene, old in matches.items()}
    used = {scene.number for scene in locked.scenes}
    scenes: list[Scene] = []
    waiting = [at for at in range(len(locked.scenes)) if at not in set(matches.values())]
    last = ""
    for index, scene in enumerate(revised.scenes):
        old = matches.get(index)
        while old is not None and waiting and waiting[0] < old:
            gone = locked.scenes[waiting.pop(0)]
            scenes.append(_omitted(gone))
            last = gone.number
        if index in numbers:
            number = last = numbers[index]
        elif not scene.heading:
            number = scene.number
        else:
            number = _between(last, used)
            used.add(number)
            last = number
        scenes.append(msgspec.structs.replace(scene, number=number))
    scenes += [_omitted(locked.scenes[at]) for at in waiting]
    return msgspec.structs.replace(revised, scenes=tuple(scenes))


def _printed(screenplay: Screenplay) -> list[tuple[Place, tuple[str, str]]]:
    return [
        ((at, index), (element.kind, normalise(element.text)))
        for at, scene in enumerate(screenplay.scenes)
        for index, element in enumerate(scene.elements)
        if element.kind not in UNPRINTED and element.kind != "page_break"
    ]


def _words_of(screenplay: Screenplay) -> list[Counter[tuple[str, str]]]:
    found: list[Counter[tuple[str, str]]] = [Counter() for _ in screenplay.scenes]
    for (scene, _), (kind, text) in _printed(screenplay):
        found[scene].update((kind, word) for word in text.split())
    return found


def _omitted(scene: Scene) -> Scene:
    if scene.omitted:
        return scene
    line = scene.elements[0].line if scene.elements else 0
    return Scene(
        number=scene.number,
        heading=OMITTED,
        omitted=True,
        id=scene.id,
        elements=(Element(kind="heading", text=OMITTED, line=line),),
    )


def _between(last: str, used: set[str]) -> str:
    """The next free number after `last`: 12A after 12, 12B after 12A; A1 before the first."""
    stem = last.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") or last
    for letter in _letters():
        number = f"{stem}{letter}" if last else f"{letter}1"
        if number not in used:
            return number
    raise AssertionError("letters never end")


def _letters() -> list[str]:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return [*alphabet, *(a + b for a in alphabet for b in alphabet)]
