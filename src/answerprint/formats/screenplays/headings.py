"""Scene headings in many languages: what is one, what it says, and the number it carries."""

from __future__ import annotations

import re
from collections import Counter
from typing import Literal

import msgspec

from answerprint.core.findings import Evidence, Finding
from answerprint.formats.screenplays.headings_times import fold, is_time, phases_of, place_and_time
from answerprint.formats.screenplays.headings_words import LANGUAGES
from answerprint.formats.screenplays.model import Element, Scene

Place = Literal["interior", "exterior", "both", ""]
LONGEST = 240  # characters of a line that is looked at as a heading: longer ones are taken as they are

_FOUNTAIN = re.compile(
    r"(?P<prefix>INT\.?\s*/\s*EXT|EXT\.?\s*/\s*INT|I\s*/\s*E|E\s*/\s*I|INT|EXT|EST)(?:\.\s*|\s+)(?=\S)",
    re.IGNORECASE,
)
_MARKED_NUMBER = re.compile(r"#(?P<number>[^\W_][\w.\-]*)#")
_SCENE_WORD = (
    r"(?:SCENE|SC\.?|SCÈNE|SCENA|SZENE|BILD|ESCENA|CENA|СЦЕНА|СЦ\.?|SCÉNA|SCEN|SAHNE|ΣΚΗΝΗ|JELENET"
    r"|シーン|S\s?[#＃]|[#＃]|场景|場景|场|第|씬\s?[#＃]?|दृश्य|مشهد|صحنه|סצנה)"
)
_LEADING_NUMBER = re.compile(
    rf"(?:{_SCENE_WORD}\s*)?(?P<number>[A-Z]{{0,2}}\d{{1,4}}[A-Z]{{0,3}}(?:[-.]\d{{1,3}}[A-Z]?)?)"
    r"(?:场|場|回)?(?:\s*[.)、:：．,]\s*|\s+(?:[-–—]\s+)?)(?=\S)"
)
_OPENING_MARK = re.compile(r"[○◯〇◎]\s*(?=\S)")
_WITHIN = re.compile(r"(?:^|(?<=[\s.]))(?P<prefix>INT|EXT)\.?(?=[\s.])\.?\s*")
_PARTS = re.compile(r"\s+[-–—]+\s+|\s*[/／|]\s*|[.。]\s+|[,、]\s*")
_OMITTED = re.compile(
    r"[\[(]?\s*(?:SCENES?\s+)?(?:OMIT|OMITTED|OMISSION|CUT|SUPPRIMÉE|ENTFÄLLT)\s*[\])]?\.?", re.I
)


def _places() -> dict[str, Place]:
    found: dict[str, Place] = {}
    for language in LANGUAGES:
        found.update(dict.fromkeys((fold(word) for word in language.interior.split()), "interior"))
        found.update(dict.fromkeys((fold(word) for word in language.exterior.split()), "exterior"))
    return found


_PLACES = _places()
# In capitals, as a heading has them: PL. and BINNEN are ordinary words otherwise.
_WORD = "|".join(
    sorted(
        {
            re.escape(word.replace("ß", "ẞ") if other else word)
            for language in LANGUAGES
            for word in f"{language.interior} {language.exterior}".split()
            for other in (False, True)
        },
        key=lambda word: (-len(word), word),
    )
)
_PREFIX = re.compile(
    rf"(?P<one>{_WORD})(?P<stop>\.?)(?:\s*[/\-–]\s*(?P<two>{_WORD})\.?)?(?P<gap>[\s.:/／\-–—,·、|]+)(?P<rest>\S.*)"
)
_CHINESE_PAIR = re.compile(
    r"(?:(?P<time>[日夜晨昏晚早])[/／]?(?P<place>[内內外])|(?P<place2>[内內外])[/／]?(?P<time2>[日夜晨昏晚早]))"
)


class _Read(msgspec.Struct, frozen=True):
    """What a heading says: inside or outside, where, and when."""

    place: Place
    location: str
    time: str


def is_heading(text: str) -> bool:
    """Whether a line opens a scene.

    As Fountain has it: INT, EXT, EST, INT./EXT or I/E in any case, then a period or a space. Beyond it,
    and only in capitals: the words of some thirty languages (`INTÉRIEUR`, `ИНТ.`, `内景`, `WN.`) where a time
    of day, a dash, or a period and capitals say that it is no sentence; `KÜCHE - INNEN - TAG`; a number at
    the margin before any of these; and `66. SET. INT. 1994`.
    """
    if _FOUNTAIN.match(text):
        return True
    if len(text) > LONGEST:
        return False
    text = text.strip()
    return _recognise(text) is not None or _without_leading_number(text) is not None


def split_number(text: str) -> tuple[str, str]:
    """A heading's text and its number, empty when it has none: `#12A#` at the end, or at either margin."""
    bare = text.rstrip()
    if bare.endswith("#") and (start := bare.rfind("#", 0, -1)) >= 0:
        match = _MARKED_NUMBER.fullmatch(bare, start)
        if match:
            return bare[:start].rstrip(), match["number"]
    return _without_leading_number(text) or (text, "")


def make_scene(heading: Element | None, elements: tuple[Element, ...]) -> Scene:
    """A scene from its heading line; the number as written, or empty."""
    if heading is None:
        return Scene(number="", heading="", elements=elements)
    text, number = split_number(heading.text)
    text = text.strip()
    said = _said(text)
    return Scene(
        number=number,
        numbered=bool(number),
        heading=text,
        place=said.place,
        location=said.location,
        time_of_day=said.time,
        elements=(msgspec.structs.replace(heading, text=text), *elements),
        omitted=len(text) <= LONGEST and _OMITTED.fullmatch(text) is not None,
    )


def number_scenes(scenes: list[Scene]) -> tuple[tuple[Scene, ...], tuple[Finding, ...]]:
    """Scenes with a number each: as written, else the place in the script, stepping over written ones.

    What stands before the first heading is scene 0. A number written twice is kept and reported.
    """
    written = Counter(scene.number for scene in scenes if scene.number)
    numbered: list[Scene] = []
    position = last = 0
    for scene in scenes:
        if not scene.number and not scene.heading and len(scenes) > 1:
            numbered.append(msgspec.structs.replace(scene, number="0"))
            continue
        position += 1
        if not scene.number:
            last = max(position, last + 1)
            while str(last) in written:
                last += 1
            scene = msgspec.structs.replace(scene, number=str(last))
        numbered.append(scene)
    doubled = tuple(
        Finding(
            code="script.scene_number_twice",
            message=f"scene number {number} is written on {times} scenes",
            severity="warning",
            subject=f"scene {number}",
            evidence=(Evidence(measure="scenes with this number", value=times, threshold=1),),
            needs_a_person=True,
        )
        for number, times in written.items()
        if times > 1
    )
    return tuple(numbered), doubled


def _said(text: str) -> _Read:
    match = _FOUNTAIN.match(text)
    if len(text) > LONGEST:
        rest = text[match.end() :] if match else text
        return _Read(_place(match["prefix"]) if match else "", rest.strip(), "")
    if match:
        return _Read(_place(match["prefix"]), *place_and_time(text[match.end() :]))
    return _recognise(text) or _interior_within(text) or _Read("", *place_and_time(text))


def _place(prefix: str) -> Place:
    letters = re.sub(r"[^A-Z/]", "", prefix.upper())
    if "/" in letters:
        return "both"
    return "interior" if letters == "INT" else "exterior"


def _recognise(text: str) -> _Read | None:
    """A heading by the words of any language, or None."""
    return _by_prefix(text) or _by_parts(text) or _by_opening_mark(text)


def _by_prefix(text: str) -> _Read | None:
    match = _PREFIX.match(text)
    if match is None:
        return None
    one = _PLACES[fold(match["one"].replace("ẞ", "ß"))]
    two = _PLACES[fold(match["two"].replace("ẞ", "ß"))] if match["two"] else one
    place: Place = one if one == two else "both"
    rest = match["rest"]
    where, time = place_and_time(rest)
    first, _, others = rest.partition(" ")
    if not time and "/" in match["gap"] and others and is_time(first.strip(".,-")):
        where, time = others.strip(" -–—.,"), first.strip(".,-")
    if match["one"] != match["one"].lower():
        capitals = not _has_lower(rest)
        word = len(match["one"]) <= 3 and match["one"].isascii()  # PL. may be any abbreviation
        stopped = bool(match["stop"]) and not word
        plain = capitals and (stopped or re.search(r"\s[-–—]+\s", rest) is not None)
        accepted = (bool(time) and (capitals or not match["one"].isascii() or bool(match["stop"]))) or plain
    else:
        clear = len(match["one"]) > 1 and (match["stop"] or re.search(r"[-–—]", match["gap"] + rest))
        accepted = bool(time) or bool(clear)
    return _Read(place, where, time) if accepted else None


def _by_parts(text: str) -> _Read | None:
    """`KÜCHE - INNEN - TAG`, `客厅 内 日`, `咖啡厅 日内`: one part says inside or outside, another when."""
    if _has_lower(text):
        return None
    parts = [part.strip() for part in _PARTS.split(text) if part.strip()]
    caseless = text == text.upper() == text.lower()
    if caseless and len(parts) < 3:
        parts = text.split()
    for at, part in enumerate(parts):
        pair = _CHINESE_PAIR.fullmatch(part)
        if pair and len(parts) > 1:
            place = _PLACES[pair["place"] or pair["place2"]]
            where = " ".join(parts[:at] + parts[at + 1 :])
            return _Read(place, where, pair["time"] or pair["time2"])
    if len(parts) < 3:
        return None
    places = [at for at, part in enumerate(parts) if fold(part.rstrip(".")) in _PLACES]
    times = [at for at, part in enumerate(parts) if at not in places and is_time(part)]
    if len(places) != 1 or not times or (caseless and not phases_of(parts[times[-1]])):
        return None
    place = _PLACES[fold(parts[places[0]].rstrip("."))]
    rest = [part for at, part in enumerate(parts) if at not in (places[0], times[-1])]
    return _Read(place, " - ".join(rest), parts[times[-1]])


def _by_opening_mark(text: str) -> _Read | None:
    """`○居酒屋・店内（夜）`: the circle that opens a scene in Japanese scripts."""
    match = _OPENING_MARK.match(text)
    if match is None:
        return None
    where, time = place_and_time(text[match.end() :])
    return _Read(_PLACES.get(where[-1:], ""), where, time)


def _interior_within(text: str) -> _Read | None:
    """`SET. INT. 1994`: the place before INT. or EXT., as some scripts number their sets."""
    match = _WITHIN.search(text)
    if match is None or not match.start() or _has_lower(text):
        return None
    where, time = place_and_time(text[match.end() :])
    before = text[: match.start()].strip(" .-–—")
    return _Read(_place(match["prefix"]), " - ".join(part for part in (before, where) if part), time)


def _without_leading_number(text: str) -> tuple[str, str] | None:
    """A heading without the number at its margins, and that number. None when it is no such heading."""
    bare = text.strip()
    if len(bare) > LONGEST:
        return None
    match = _LEADING_NUMBER.match(bare)
    if match is None:
        return None
    number, rest = match["number"], bare[match.end() :]
    before, _, last = rest.rpartition(" ")
    if last.strip(".*") == number and before.strip():
        rest = before.rstrip()
    fountain = _FOUNTAIN.match(rest)
    if fountain:
        capitals = fountain["prefix"] == fountain["prefix"].upper()
        return (rest, number) if capitals and ("." in fountain[0] or not _has_lower(rest)) else None
    if _recognise(rest) or _interior_within(rest) or _OMITTED.fullmatch(rest):
        return rest, number
    _, time = place_and_time(rest)
    caseless = rest == rest.upper() == rest.lower() and any(letter.isalpha() for letter in rest)
    return (rest, number) if caseless and phases_of(time) else None


def _has_lower(text: str) -> bool:
    return any(letter.islower() and letter != "ß" for letter in text)
