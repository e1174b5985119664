"""Elements that a person has tagged in the file itself (Final Draft's tagging): accepted before we begin."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from answerprint.core.breakdown import Category, Passage, SceneElement
from answerprint.formats.screenplays.model import Element, Scene

_CATEGORIES: dict[str, Category] = {
    "cast": "cast", "cast members": "cast", "characters": "cast", "silent bits": "cast",
    "background": "background", "background actors": "background", "extras": "background", "atmosphere": "background",
    "props": "props", "prop": "props", "hand props": "props", "weapons": "props", "set dressing": "props", "greenery": "props",
    "vehicles": "vehicles", "picture vehicles": "vehicles", "picture cars": "vehicles",
    "animals": "animals", "animal handler": "animals", "livestock": "animals", "animal wrangler": "animals",
    "wardrobe": "wardrobe", "costumes": "wardrobe", "makeup": "makeup", "make-up": "makeup", "makeup/hair": "makeup", "hair": "makeup",
    "stunts": "stunts", "vfx": "vfx", "visual effects": "vfx", "visual fx": "vfx", "optical fx": "vfx", "cgi": "vfx",
    "special effects": "sfx", "mechanical effects": "sfx", "mechanical fx": "sfx", "sfx": "sfx",
    "sound": "sound", "sound effects": "sound", "music": "music", "children": "children", "minors": "children",
}  # fmt: skip


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
