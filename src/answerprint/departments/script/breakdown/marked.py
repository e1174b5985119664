"""Elements that a person has tagged in the file itself (Final Draft's tagging): accepted before we begin."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from answerprint.core.breakdown import Category, Passage, SceneElement
from answerprint.formats.screenplays.model import Element, Scene

# Our category ← the names other programs give it.
_NAMES: dict[Category, str] = {
    "cast": "cast, cast members, characters, silent bits",
    "background": "background, background actors, extras, atmosphere",
    "props": "props, prop, hand props, weapons, set dressing, greenery",
    "vehicles": "vehicles, picture vehicles, picture cars",
    "animals": "animals, animal handler, livestock, animal wrangler",
    "wardrobe": "wardrobe, costumes",
    "makeup": "makeup, make-up, makeup/hair, hair",
    "stunts": "stunts",
    "vfx": "vfx, visual effects, visual fx, optical fx, cgi",
    "sfx": "special effects, mechanical effects, mechanical fx, sfx",
    "sound": "sound, sound effects",
    "music": "music",
    "children": "children, minors",
}
_CATEGORIES = {name: category for category, names in _NAMES.items() for name in names.split(", ")}


def category_of(name: str) -> Category:
    """Our category for one of another program; what has none becomes a note."""
    low = name.casefold().strip()
    return (
        _CATEGORIES.get(low)
        or _CATEGORIES.get(low.removesuffix("s"))
        or _CATEGORIES.get(low + "s")
        or "notes"
    )


def marked_by_a_person(
    scene: Scene,
    scene_id: str,
    key: Callable[[str, str, str], str],
    passage: Callable[[str, Element, int, int], Passage],
) -> tuple[SceneElement, ...]:
    """The tagged elements of a scene, each once, with every tagged passage."""
    found: dict[tuple[Category, str], list[Passage]] = {}
    for element in scene.elements:
        for tag in element.tags:
            category = category_of(tag.category)
            name = tag.name or element.text[tag.start : tag.end]
            name = name.upper() if category == "cast" else name.strip().casefold()
            if name:
                found.setdefault((category, name), []).append(passage(scene_id, element, tag.start, tag.end))
    return tuple(
        SceneElement(
            id=key(category, name, scene_id),
            category=category,
            name=name,
            confidence=1.0,
            reason="tagged in the file by a person",
            evidence=tuple(dict.fromkeys(passages)),
            answer="accepted",
        )
        for (category, name), passages in found.items()
    )


def outranked(read: tuple[SceneElement, ...], tagged: tuple[SceneElement, ...]) -> tuple[SceneElement, ...]:
    """What was read with what a person tagged: the same words in the same place are the person's element."""
    if not tagged:
        return read
    by_id = {one.id: one for one in tagged}
    held = {(passage.line, passage.text.casefold()) for one in tagged for passage in one.evidence}
    kept = []
    for one in read:
        if one.id in by_id:
            mark = by_id.pop(one.id)
            evidence = tuple(dict.fromkeys((*mark.evidence, *one.evidence)))
            kept.append(
                msgspec.structs.replace(mark, evidence=evidence, speaks=one.speaks, quantity=one.quantity)
            )
        elif one.speaks or not any(
            (passage.line, passage.text.casefold()) in held for passage in one.evidence
        ):
            kept.append(one)
    return (*kept, *by_id.values())
