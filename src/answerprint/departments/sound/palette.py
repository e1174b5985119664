"""What a scene could sound like: ambiences, effects, music, silence, each with its words or measure.

Classes of sounds are those of the Universal Category System 8.2 (Nielsen, Drury). Tempo and mode follow the
scene's emotional level: fast is felt as excited, major as bright, minor as dark (Hevner 1937, American
Journal of Psychology 49:621; Gagnon & Peretz 2003, Cognition and Emotion 17:25).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

Kind = Literal["ambience", "effect", "music", "silence"]

LEAST_WORDS = 4  # emotional words under which a scene has no mood
CLEAR = 0.5  # standard deviations from the script's mean that are told
FALLS = 1.5  # standard deviations of excitement from one scene to the next: a silence could be felt
TALKS = 0.6  # share of a scene that is dialogue, from which music keeps out of its way
TEMPI = ((-CLEAR, (50, 75)), (CLEAR, (75, 105)), (float("inf"), (105, 140)))  # beats a minute, up to each σ

_PLACES: tuple[tuple[str, str], ...] = (  # words of a heading, and the ambience that is theirs
    ("SEASIDE", r"beach|sea|ocean|coast|shore|seaside|cliffs?"),
    ("NAUTICAL", r"harbou?r|ship|boat|docks?|pier|shipyard|yacht|ferry|deck"),
    ("LAKESIDE", r"lake|pond"),
    ("FOREST", r"forest|woods?|trees|grove|clearing"),
    ("ALPINE", r"mountains?|alps?|summit|ridge"),
    ("DESERT", r"desert|dunes?"),
    ("GRASSLAND", r"meadow|prairie|fields?|hillside|moor"),
    ("FARM", r"farm|barn|stables?|ranch"),
    ("SWAMP", r"swamp|marsh"),
    ("TROPICAL", r"jungle|rainforest"),
    ("PARK", r"park|playground|garden|pool|patio|yard|backyard"),
    ("TRAFFIC", r"highway|freeway|bridge|road|intersection|overpass"),
    ("URBAN", r"city|downtown|street|alley|business district|rooftop|sidewalk"),
    ("TOWN", r"town|village|square"),
    ("SUBURBAN", r"suburb\w*|driveway|neighbou?rhood|trailer"),
    ("TRANSPORTATION", r"airport|station|subway|platform|terminal"),
    ("RESTAURANT & BAR", r"restaurant|bar|pub|caf[eé]|diner|cantina|saloon"),
    ("PUBLIC PLACE", r"lobby|hotel|mall|store|shop|museum|gallery|library|theat(?:er|re)|courtroom|bank"),
    ("HOSPITAL", r"hospital|clinic|ward|surgery|morgue"),
    ("SCHOOL", r"school|classroom|college|university"),
    ("OFFICE", r"office|newsroom|conference room|precinct|police station"),
    ("INDUSTRIAL", r"factory|warehouse|plant|garage|workshop|mill"),
    ("PRISON", r"prison|jail|cell"),
    ("RELIGIOUS", r"church|temple|mosque|chapel|cathedral"),
    ("MARKET", r"market|bazaar"),
    ("CONSTRUCTION", r"construction site|building site"),
    ("UNDERGROUND", r"tunnel|cave|sewer|bunker|basement|cellar|mine"),
    ("UNDERWATER", r"underwater"),
    ("HITECH", r"control room|laboratory|lab|data cent(?:er|re)|spaceship|bridge of the ship"),
    ("RESIDENTIAL", r"apartment|house|home|kitchen|bedroom|living room|hallway|mansion|bathroom|flat"),
)
_WILD = frozenset(("FOREST", "GRASSLAND", "FARM", "SWAMP", "TROPICAL", "PARK", "SUBURBAN", "LAKESIDE"))
_CLASSES: tuple[tuple[str, str], ...] = (  # names of a breakdown's elements, and their category
    ("ALARMS", r"alarm|siren|buzzer"), ("AIRCRAFT", r"helicopter|airplane|plane|jet|chopper|aircraft"),
    ("BELLS", r"bell|doorbell|chime"), ("BOATS", r"boat|ship|ferry|yacht"), ("CLOCKS", r"clock|tick"),
    ("COMMUNICATIONS", r"phone|telephone|radio|cell phone|walkie.talkie|static"),
    ("CROWDS", r"crowd|applause|cheer|murmur"), ("DOORS", r"door|door slam|knock"),
    ("EXPLOSIONS", r"explosion|blast"), ("FIRE", r"fire|flames?"), ("FOOTSTEPS", r"footsteps?|steps"),
    ("GLASS", r"glass|breakaway window"), ("GUNS", r"gun|gunshot|shot|rifle|gunfire"), ("RAIN", r"rain"),
    ("TRAINS", r"train|tram"), ("VEHICLES", r"car|truck|engine|van|bus|motorcycle|horn|tyres?|tires?"),
    ("WATER", r"water|splash|flood|waves?|drip"), ("WEATHER", r"thunder|storm|hail"), ("WIND", r"wind"),
    ("BIRDS", r"birds?|crow|gulls?|owl"), ("ANIMALS", r"dogs?|cats?|horses?|wolf|wolves|cows?"),
)  # fmt: skip
_SILENCE = re.compile(
    r"\b(?:(?:dead |total |long |uneasy )?silence|in silence|falls? silent|no(?:t a)? sound|hush(?:ed)?|"
    r"nothing moves|(?:long|longer) beat|deathly quiet|quiet falls|stillness)\b",
    re.IGNORECASE,
)


class Called(msgspec.Struct, frozen=True, kw_only=True):
    """Something that the text tells of. category: of the breakdown; words: as written, at a source line."""

    category: str
    name: str
    words: str
    line: int


class SceneFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a palette is read from. action: lines of the source and their text. valence, arousal: standard
    deviations from the script's mean, None where `emotional` words are too few or not in English."""

    number: str
    heading: str
    line: int
    place: str
    interior: bool
    exterior: bool
    day_or_night: str
    called: tuple[Called, ...] = ()
    action: tuple[tuple[int, str], ...] = ()
    dialogue_share: float = 0.0
    emotional: int = 0
    valence: float | None = None
    arousal: float | None = None


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """ucs: category, or category and subcategory; empty where none is known. because: words or a measure."""

    kind: Kind
    what: str
    because: str
    ucs: str = ""
    line: int = 0


class ScenePalette(msgspec.Struct, frozen=True, kw_only=True):
    number: str
    heading: str
    suggestions: tuple[Suggestion, ...]


def palettes(scenes: Sequence[SceneFacts]) -> tuple[ScenePalette, ...]:
    """A palette for every scene, in order."""
    found = []
    before: SceneFacts | None = None
    for one in scenes:
        told = (*_ambiences(one), *_effects(one), *_music(one), *_silences(one, before))
        found.append(ScenePalette(number=one.number, heading=one.heading, suggestions=told))
        before = one
    return tuple(found)


def _ambiences(one: SceneFacts) -> Iterator[Suggestion]:
    places = [
        (name, match.group())
        for name, form in _PLACES
        if (match := re.search(rf"\b(?:{form})\b", one.place, re.IGNORECASE))
    ]
    for name, words in places[:2]:
        yield _ambience(name, f"“{words}” in the heading", one)
    if one.exterior:
        if not places:
            yield _ambience("AIR", "an exterior, and no word of it says which", one)
        if one.day_or_night == "night" and _WILD & {name for name, _ in places}:
            yield _ambience("INSECT", f"night, outside, “{places[0][1]}”", one)
        if one.day_or_night == "dawn":
            yield _ambience("BIRDSONG", "dawn, outside", one)
    if one.interior:
        yield _ambience("ROOM TONE", "an interior: its own room tone under every cut", one)


def _ambience(name: str, because: str, one: SceneFacts) -> Suggestion:
    hour = f", {one.day_or_night}" if one.day_or_night else ""
    side = " from inside" if one.interior and name not in ("ROOM TONE",) else ""
    what = f"{name.lower()}{side}{hour}"
    return Suggestion(kind="ambience", what=what, because=because, ucs=f"AMBIENCE-{name}", line=one.line)


def _effects(one: SceneFacts) -> Iterator[Suggestion]:
    for called in one.called:
        if called.category == "music":
            continue
        ucs = next(
            (name for name, form in _CLASSES if re.search(rf"\b(?:{form})\b", called.name, re.IGNORECASE)), ""
        )
        if called.category == "sound" or ucs:
            told = f"“{called.words}” in the text ({called.category})"
            yield Suggestion(kind="effect", what=called.name, because=told, ucs=ucs, line=called.line)


def _music(one: SceneFacts) -> Iterator[Suggestion]:
    for called in one.called:
        if called.category == "music":
            yield Suggestion(
                kind="music",
                what=f"heard in the scene: {called.name}",
                because=f"“{called.words}” in the text",
                line=called.line,
            )
    if one.arousal is None or one.valence is None or one.emotional < LEAST_WORDS:
        return
    low, high = next(range_ for top, range_ in TEMPI if one.arousal <= top)
    mode = "major" if one.valence >= CLEAR else "minor" if one.valence <= -CLEAR else "major or minor"
    under = f"; under the voices ({one.dialogue_share:.0%} dialogue)" if one.dialogue_share >= TALKS else ""
    yield Suggestion(
        kind="music",
        what=f"if any, {low} to {high} beats a minute, {mode}{under}",
        because=f"{one.emotional} emotional words: {one.arousal:+.1f} σ excited, {one.valence:+.1f} σ bright",
        line=one.line,
    )


def _silences(one: SceneFacts, before: SceneFacts | None) -> Iterator[Suggestion]:
    for line, text in one.action:
        if match := _SILENCE.search(text):
            yield Suggestion(
                kind="silence",
                what="let music and effects go; room tone stays",
                because=f"“{match.group()}”",
                line=line,
            )
    if before is None or min(one.emotional, before.emotional) < LEAST_WORDS:
        return
    if one.arousal is None or before.arousal is None or before.arousal - one.arousal < FALLS:
        return
    yield Suggestion(
        kind="silence",
        what="begin it bare: it comes after a louder one",
        because=f"excitement falls from {before.arousal:+.1f} to {one.arousal:+.1f} σ",
        line=one.line,
    )
