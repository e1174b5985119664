"""Who is who and which scene is which: ids that hold through revisions, and the cast without doubles."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field

import msgspec

from answerprint.formats.screenplays.model import Character, Scene, Screenplay, merge_speeches, normalise

LONGEST_NAME = 200  # characters of a cue that is taken apart: longer ones are no names

# What a program writes behind a cue that goes on after a page break or an action; nobody's name.
_CONTINUED = re.compile(
    r"(?:cont(?:['’.]?d|inued|inuing|inúa|inua)?|more|suite|weiter|forts(?:etzung)?|segue|прод(?:олжение)?|cd|續|续|続き)\.?",
    re.IGNORECASE,
)
_TRAILING_CONTINUED = re.compile(r"\s*[-–—,]?\s*\b(?:cont(?:['’]d|inued|inuing))\.?\s*$", re.IGNORECASE)
_BRACKETED = re.compile(r"\s*\([^()]*\)\s*$")
# The same person heard, not seen: ANNA'S VOICE, VOICE OF ANNA, ANNA ON PHONE.
_VOICE = (
    re.compile(
        r"(?P<name>.+?)['’]s?\s+(?:(?:recorded|amplified|muffled|distant|inner)\s+)?(?:voice|v\.?o\.?)"
    ),
    re.compile(r"(?:the\s+)?voice\s+of\s+(?P<name>.+)"),
    re.compile(
        r"(?P<name>.+?)\s+(?:-\s+)?(?:on|over|through|into|via)\s+(?:the\s+)?"
        r"(?:phone|telephone|radio|tv|television|intercom|speaker|speakerphone|screen|video|p\.?a\.?)"
    ),
    re.compile(r"(?P<name>.+?)\s+(?:v\.?\s?o\.?|o\.?\s?[sc]\.?)"),
)
_TOGETHER = re.compile(r"\s*(?:&|/|\+|,|\band\b|\bund\b|\bet\b|\by\b|\be\b|\bи\b)\s*", re.IGNORECASE)


def identify(screenplay: Screenplay) -> Screenplay:
    """The screenplay with every scene's id, and its cast in order of first speech."""
    scenes = with_ids(screenplay.scenes)
    return msgspec.structs.replace(screenplay, scenes=scenes, cast=cast_of(scenes))


def with_ids(scenes: tuple[Scene, ...]) -> tuple[Scene, ...]:
    """Scenes with ids made of the heading and which time it occurs in the script.

    A new number, a scene moved past others and rewritten text change no id; a new heading does. Two scenes
    under one heading exchange their ids when they exchange places. An omitted scene goes by its number.
    """
    seen: Counter[str] = Counter()
    found: list[Scene] = []
    for scene in scenes:
        content = f"omitted {scene.number}" if scene.omitted else normalise(scene.heading)
        seen[content] += 1
        digest = hashlib.sha256(f"{content}|{seen[content]}".encode()).hexdigest()[:12]
        found.append(msgspec.structs.replace(scene, id=digest))
    return tuple(found)


def character_id(name: str) -> str:
    """The id of a speaker's name: the name without case, continuation marks and brackets."""
    return normalise(_bare(name))


def cast_of(scenes: tuple[Scene, ...]) -> tuple[Character, ...]:
    """Who speaks, in order of first speech, each person once.

    `ANNA (V.O.)`, `ANNA (CONT'D)` and `Anna` are ANNA; so is `ANNA'S VOICE` where ANNA speaks too. `YOUNG
    ANNA` is somebody else. `ANNA AND MARC` are both, where both speak.
    """
    cues: dict[str, _Cue] = {}
    for scene in scenes:
        for speech in merge_speeches(scene.elements):
            written = " ".join((speech.character or "").split())
            cue = cues.setdefault(character_id(written), _Cue(_bare(written)))
            cue.speeches += 1
            cue.scenes.setdefault(scene.id)
            cue.written.setdefault(written)
    people: dict[str, _Cue] = {}
    for key, cue in cues.items():
        for who in _people(key, cues):
            person = people.setdefault(who, _Cue(cues[who].name))
            person.speeches += cue.speeches
            person.scenes |= cue.scenes
            if who == key or len(_people(key, cues)) == 1:
                person.written |= cue.written
    order = {scene.id: at for at, scene in enumerate(scenes)}
    return tuple(
        Character(
            id=key,
            name=person.name,
            aliases=tuple(name for name in person.written if name != person.name),
            speeches=person.speeches,
            scenes=tuple(sorted(person.scenes, key=order.__getitem__)),
        )
        for key, person in people.items()
        if key
    )


@dataclass
class _Cue:
    """One name of the cues. Dicts stand for ordered sets."""

    name: str
    speeches: int = 0
    scenes: dict[str, None] = field(default_factory=dict)
    written: dict[str, None] = field(default_factory=dict)


def _people(key: str, cues: dict[str, _Cue]) -> tuple[str, ...]:
    """Whose cue it is: one person, or several where each of them has cues of their own."""
    if len(key) > LONGEST_NAME:
        return (key,)
    for pattern in _VOICE:
        match = pattern.fullmatch(key)
        if match and match["name"] != key and match["name"] in cues:
            return (match["name"],)
    parts = [part for part in _TOGETHER.split(key) if part]
    if len(parts) > 1 and all(part in cues for part in parts):
        return tuple(dict.fromkeys(parts))
    return (key,)


def _bare(name: str) -> str:
    """A cue's name: `ANNA (V.O.) (CONT'D)` and `ANNA CONT'D` are ANNA."""
    name = " ".join(name.split())
    if len(name) > LONGEST_NAME:
        return name
    bare = name.rstrip("^ ")
    while (shorter := _BRACKETED.sub("", bare)) != bare and shorter:
        bare = shorter
    return _TRAILING_CONTINUED.sub("", bare).strip() or name


def is_continuation(text: str) -> bool:
    """Whether what stands in a cue's brackets only says that the speech goes on: `CONT'D`, `SUITE`."""
    return _CONTINUED.fullmatch(text.strip()) is not None
