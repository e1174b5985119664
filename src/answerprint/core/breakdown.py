"""The breakdown of a screenplay: what each scene needs, each with the passage that says so.

Script writes it, planning reads it. Every element is a proposal until a person answers.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Category = Literal[
    "cast",  # who speaks, and individual people who act without speaking
    "background",
    "props",
    "vehicles",
    "animals",
    "wardrobe",
    "makeup",
    "stunts",
    "vfx",
    "sfx",  # practical effects: rain, smoke, fire
    "sound",
    "children",  # cast or background the text calls children
    "music",
    "notes",
]
DayOrNight = Literal["day", "night", "dawn", "dusk", ""]


class Passage(msgspec.Struct, frozen=True, kw_only=True):
    """Where the screenplay says so: the words, and their place in the source."""

    scene: str  # scene id
    text: str  # the words themselves, as written
    line: int  # of the source, from 1
    start: int | None = None  # characters of the source, half-open, where the source is text
    end: int | None = None


class SceneElement(msgspec.Struct, frozen=True, kw_only=True):
    """One thing a scene needs. `id` is the decision key: category, canonical name and scene."""

    id: str
    category: Category
    name: str  # canonical over the whole script: "suitcase", "ANNA"
    confidence: float
    reason: str  # in words: "named in capitals and handled: 'takes the SUITCASE'"
    evidence: tuple[Passage, ...] = ()
    quantity: str = ""  # as written: "two", "dozens of"
    speaks: bool = False  # cast: has a speech on camera or off in this scene
    answer: Literal["proposed", "accepted", "rejected", "added"] = "proposed"


class SceneSheet(msgspec.Struct, frozen=True, kw_only=True):
    """A breakdown sheet: one scene's facts and elements."""

    scene: str  # scene id
    number: str
    heading: str
    set: str  # canonical over the whole script
    location: str = ""  # where the set will be shot; the set itself until a person says otherwise
    interior: bool = False
    exterior: bool = False
    day_or_night: DayOrNight = ""
    time_of_day: str = ""  # as written
    script_day: int | None = None
    eighths: int = 0
    page: int = 0
    synopsis: str = ""
    elements: tuple[SceneElement, ...] = ()
    omitted: bool = False

    def names(self, category: Category) -> tuple[str, ...]:
        """Canonical names of a category that nobody rejected, in the order they appear."""
        return tuple(
            one.name for one in self.elements if one.category == category and one.answer != "rejected"
        )


class CastMember(msgspec.Struct, frozen=True, kw_only=True):
    """A speaking or acting part. `number` is its id on strips: 1 is the largest part."""

    number: int
    name: str
    speeches: int
    scenes: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    child: bool = False


class Breakdown(msgspec.Struct, frozen=True, kw_only=True):
    """The whole screenplay's breakdown, scenes in script order."""

    title: str
    sheets: tuple[SceneSheet, ...]
    cast: tuple[CastMember, ...] = ()
    sets: tuple[str, ...] = ()
