"""A screenplay broken down: every scene's set, people and things, each with its passage and reason."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from answerprint.core.breakdown import Breakdown, CastMember, Category, Passage, SceneElement, SceneSheet
from answerprint.departments.script.breakdown.answers import Answer, answered, element_id
from answerprint.departments.script.breakdown.cast import Part, clean_cue, speaking_parts
from answerprint.departments.script.breakdown.elements import things
from answerprint.departments.script.breakdown.happenings import happenings
from answerprint.departments.script.breakdown.introductions import introduce
from answerprint.departments.script.breakdown.marked import marked_by_a_person, outranked
from answerprint.departments.script.breakdown.mentions import Mention
from answerprint.departments.script.breakdown.names import joined
from answerprint.departments.script.breakdown.people import Cast, forget_strangers, seen
from answerprint.departments.script.breakdown.presence import Reading
from answerprint.departments.script.breakdown.sentences import Sentence, sentences
from answerprint.departments.script.breakdown.sets import Place, places
from answerprint.departments.script.breakdown.sounds import sounds
from answerprint.departments.script.breakdown.vocabulary import vocabulary
from answerprint.formats.screenplays.model import Element, Scene, Screenplay
from answerprint.formats.screenplays.pagination import paginate

READ = ("action", "general", "shot")  # kinds of elements whose words stand before the camera
MOST_PASSAGES = 40  # of one element; a thing named more often is sure enough
SYNOPSIS = 110  # characters
_NO_SCENE = re.compile(
    r"^\W*(?:FADE (?:IN|UP|FROM BLACK)|OVER BLACK|BLACK(?: SCREEN)?|TITLES?|SUPER|COLD OPEN|TEASER|ACT \w+)"
    r"\b[\W\w]{0,80}$",
    re.IGNORECASE,
)
_SCREEN_TEXT = re.compile(
    r"^\W*(?:SUPER|TITLE|CHYRON|LEGEND|CARD|CAPTION|SUBTITLE)\b[^:]{0,20}:", re.IGNORECASE
)
_OFF = ("V.O", "VO", "O.S", "OS", "O.C", "OC", "VOICE", "OFF", "FILTER", "PHONE", "RADIO")


def break_down(screenplay: Screenplay, decisions: Sequence[Answer] = ()) -> Breakdown:
    """The whole breakdown: what the program proposes, with people's answers applied in order.

    Elements that a person tagged in the file (Final Draft) are accepted already and outrank what is read.
    """
    if screenplay.scenes and not any(scene.eighths for scene in screenplay.scenes):
        screenplay = paginate(screenplay)
    known = vocabulary()
    parts, cues = speaking_parts(screenplay)
    cast = Cast(parts, known)
    cast.build()
    read = [_read(scene) for scene in screenplay.scenes]
    introduce(cast, (sentence for scene in read for _, _, said in scene for sentence in said))
    introduced: set[str] = set()
    mentions = [
        _mentions(scene, said, cast, introduced) for scene, said in zip(screenplay.scenes, read, strict=True)
    ]
    mentions = joined(mentions, known)
    ids = scene_ids(screenplay.scenes)
    where = places(screenplay)
    sheets = []
    for at, scene in enumerate(screenplay.scenes):
        if not scene.heading and not _real_action(scene):
            continue
        elements = _elements(scene, ids[at], mentions[at], cues, cast.parts)
        sheets.append(_sheet(scene, ids[at], where[at], elements))
    members = _members(cast.parts, sheets)
    sets = tuple(dict.fromkeys(sheet.set for sheet in sheets if sheet.set and not sheet.omitted))
    breakdown = Breakdown(title=screenplay.title, sheets=tuple(sheets), cast=members, sets=sets)
    return answered(breakdown, decisions)


def scene_ids(scenes: Sequence[Scene]) -> tuple[str, ...]:
    """Every scene's id; where the reader gave none, its heading and which time that occurs."""
    counted: Counter[str] = Counter()
    found = []
    for scene in scenes:
        name = scene.id or "-".join(re.findall(r"[^\W_]+", scene.heading.casefold()))[:60] or "opening"
        counted[name] += 1
        found.append(name if counted[name] == 1 else f"{name}-{counted[name]}")
    return tuple(found)


_Said = list[tuple[int, bool, list[Sentence]]]


def _read(scene: Scene) -> _Said:
    """Elements that are read: index, whether it is business in the hand, sentences."""
    if scene.omitted:
        return []
    found: _Said = []
    for at, element in enumerate(scene.elements):
        if element.kind in READ and not _SCREEN_TEXT.match(element.text):
            found.append((at, False, list(sentences(element.text))))
        elif element.kind == "parenthetical":
            found.append((at, True, list(sentences(element.text))))
    return found


def _mentions(scene: Scene, said: _Said, cast: Cast, introduced: set[str]) -> list[Mention]:
    known = cast.known
    found: list[Mention] = list(_of_heading(scene, cast))
    forget_strangers(introduced)
    for at, handled, all_sentences in said:
        for sentence in all_sentences:
            reading = Reading(sentence, known, cast.words)
            found += things(reading, at, handled=handled)
            found += seen(cast, reading, at, introduced)
            found += happenings(reading, at)
            found += sounds(reading, at)
    return found


def _of_heading(scene: Scene, cast: Cast) -> Iterable[Mention]:
    """The vehicle that a heading plays in: `INT. POLICE CAR - NIGHT`."""
    if not scene.place or not scene.elements or scene.omitted:
        return
    element = scene.elements[0]
    start = element.text.find(scene.location) if scene.location else -1
    if element.kind != "heading" or start < 0:
        return
    for sentence in sentences(scene.location.replace("/", ",")):
        for one in things(Reading(sentence, cast.known, cast.words), 0):
            if (
                one.category == "vehicles"
                and (known := cast.known.thing(one.name.split(), 0, len(one.name.split())))
                and known[0].when == "always"
            ):
                yield one._replace(
                    start=one.start + start,
                    end=one.end + start,
                    confidence=0.85,
                    reason="the scene plays in or at it, by its heading",
                    definite=True,
                )


def _elements(
    scene: Scene,
    scene_id: str,
    mentions: list[Mention],
    cues: Mapping[str, tuple[str, ...]],
    parts: Mapping[str, Part],
) -> tuple[SceneElement, ...]:
    """A scene's elements in the order they first appear, speakers first."""
    speaking: dict[str, list[Element]] = {}
    for element in scene.elements:
        if element.kind == "character" and not scene.omitted:
            for name in cues.get(clean_cue(element.character or element.text), ()):
                speaking.setdefault(name, []).append(element)
    grouped: dict[tuple[Category, str], list[Mention]] = {}
    for one in mentions:
        grouped.setdefault((one.category, one.name), []).append(one)
    found: dict[str, SceneElement] = {}
    for name, cued in speaking.items():
        category: Category = "background" if parts[name].group else "cast"
        evidence = [_passage(scene_id, one, 0, len(one.text.split("(")[0].rstrip(" ^"))) for one in cued]
        in_action = grouped.pop((category, name), [])
        evidence += [_passage(scene_id, scene.elements[one.element], one.start, one.end) for one in in_action]
        off = [one for one in cued if (one.extension or "").upper().startswith(_OFF)]
        reason = f"speaks {len(cued)} time{'s' * (len(cued) > 1)}"
        if len(off) == len(cued) and not in_action:
            reason += f", only heard ({off[0].extension})"
        elif off:
            reason += f", {len(off)} of them off ({off[0].extension})"
        _put(
            found,
            SceneElement(
                id=element_id(category, name, scene_id),
                category=category,
                name=name,
                confidence=0.98,
                reason=reason,
                evidence=tuple(evidence[:MOST_PASSAGES]),
                speaks=True,
            ),
        )
        if parts[name].child:
            _put(
                found,
                SceneElement(
                    id=element_id("children", name, scene_id),
                    category="children",
                    name=name,
                    confidence=0.7,
                    reason="called a child",
                    evidence=tuple(evidence[:1]),
                ),
            )
    for (category, name), group in grouped.items():
        best = max(group, key=lambda one: one.confidence)
        places_named = [
            _passage(scene_id, scene.elements[one.element], one.start, one.end)
            for one in group[:MOST_PASSAGES]
        ]
        sure = min(0.97, best.confidence + 0.04 * (len(group) - 1))
        many = next((one.quantity for one in group if one.quantity), "")
        _put(
            found,
            SceneElement(
                id=element_id(category, name, scene_id),
                category=category,
                name=name,
                confidence=round(sure, 2),
                reason=best.reason,
                evidence=tuple(dict.fromkeys(places_named)),
                quantity=many,
            ),
        )
    tagged = marked_by_a_person(scene, scene_id, element_id, _passage)
    return outranked(tuple(found.values()), tagged)


def _put(found: dict[str, SceneElement], element: SceneElement) -> None:
    """Two names may make one key ("O'Neil", "ONeil"): the second gets a number."""
    key, number = element.id, 2
    while key in found:
        key, number = f"{element.id}+{number}", number + 1
    found[key] = element if key == element.id else msgspec.structs.replace(element, id=key)


def _passage(scene_id: str, element: Element, start: int, end: int) -> Passage:
    """The words with their line, and their characters in the source where the source is text."""
    text = element.text[start:end]
    line = element.line + element.text.count("\n", 0, start)
    if element.span is None or element.raw is None:
        return Passage(scene=scene_id, text=text, line=line)
    at = _in_raw(element, start, end)
    if at is None:
        return Passage(scene=scene_id, text=text, line=line)
    line = element.span.line + element.raw.count("\n", 0, at)
    return Passage(
        scene=scene_id,
        text=text,
        line=line,
        start=element.span.start + at,
        end=element.span.start + at + len(text),
    )


def _in_raw(element: Element, start: int, end: int) -> int | None:
    """Where a stretch of an element's text stands in the element as written.

    The text differs by leading marks, indents and notes left out: the stretch is the occurrence with as many
    like it before as the text has.
    """
    raw, text = element.raw or "", element.text
    offset = raw.find(text)
    if offset >= 0:
        return offset + start
    said = text[start:end]
    before = text.count(said, 0, start)
    at = raw.find(said)
    while at >= 0 and before:
        at, before = raw.find(said, at + 1), before - 1
    return at if at >= 0 else None


def _real_action(scene: Scene) -> bool:
    return any(
        (
            element.kind in ("action", "general", "character")
            and len(element.text.split()) > 3
            and not _NO_SCENE.match(element.text)
        )
        or element.kind == "dialogue"
        for element in scene.elements
    )


def _sheet(scene: Scene, scene_id: str, place: Place, elements: tuple[SceneElement, ...]) -> SceneSheet:
    return SceneSheet(
        scene=scene_id,
        number=scene.number,
        heading=scene.heading,
        set=place.set,
        location=place.set,
        interior=place.interior,
        exterior=place.exterior,
        day_or_night=place.day_or_night,
        time_of_day=scene.time_of_day,
        script_day=scene.script_day,
        eighths=scene.eighths,
        page=scene.page,
        synopsis=synopsis(scene),
        elements=elements,
        omitted=scene.omitted,
    )


def synopsis(scene: Scene) -> str:
    """The writer's own synopsis, else the first sentence of the action, shortened at a word."""
    written = [element.text for element in scene.elements if element.kind == "synopsis"]
    action = [element.text for element in scene.elements if element.kind in READ]
    text = next((one for one in written + action if one.strip()), "")
    text = " ".join(re.sub(r"[*_]", "", text[:600]).split())
    first = re.match(r".{25,}?[.!?](?=\s|$)", text)
    text = first[0] if first else text
    if len(text) <= SYNOPSIS:
        return text
    return text[:SYNOPSIS].rsplit(" ", 1)[0].rstrip(",;:-") + " …"


def _members(parts: Mapping[str, Part], sheets: Sequence[SceneSheet]) -> tuple[CastMember, ...]:
    """Who plays, numbered by size of part: speeches, then scenes, then the order they come in."""
    scenes: dict[str, list[str]] = {}
    for sheet in sheets:
        for name in sheet.names("cast"):
            scenes.setdefault(name, []).append(sheet.scene)
    order = {name: at for at, name in enumerate(scenes)}
    ranked = sorted(
        scenes,
        key=lambda name: (-(parts[name].speeches if name in parts else 0), -len(scenes[name]), order[name]),
    )
    return tuple(
        CastMember(
            number=number,
            name=name,
            speeches=parts[name].speeches if name in parts else 0,
            scenes=tuple(scenes[name]),
            aliases=tuple(sorted(parts[name].aliases)) if name in parts else (),
            child=name in parts and parts[name].child,
        )
        for number, name in enumerate(ranked, start=1)
    )
