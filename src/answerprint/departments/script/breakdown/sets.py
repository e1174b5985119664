"""Sets: one name per real place over the whole screenplay, whatever its headings call it."""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

from answerprint.core.breakdown import DayOrNight
from answerprint.departments.script.breakdown.vocabulary import vocabulary
from answerprint.formats.screenplays.model import Scene, Screenplay

_SEPARATOR = re.compile(r"\s+[-–—]+\s*|\s*[-–—]{2,}\s*|[-–—]+\s+|\s*[,;:]\s+|\.\s+(?=\S)|\s+/\s+")
_BRACKETED = re.compile(r"\s*[(\[][^()\[\]]*[)\]]?")
_PREFIX = re.compile(
    r"^\s*(?:\d+[A-Z]?[.)]?\s+)?(?:(?:INT|EXT|I|E|EST)\b\.?\s*/?\s*)+(?=[^A-Z]|\s)", re.IGNORECASE
)
_TIMES = {
    "day": "DAY MORNING NOON MIDDAY AFTERNOON DAYTIME DAYLIGHT",
    "night": "NIGHT EVENING MIDNIGHT NIGHTTIME",
    "dawn": "DAWN SUNRISE PRE-DAWN DAYBREAK",
    "dusk": "DUSK SUNSET TWILIGHT MAGIC GOLDEN SUNDOWN",
}
_HOUR = {word: hour for hour, said in _TIMES.items() for word in said.split()}
_BESIDE_HOURS = frozenset(
    [
        "EARLY",
        "LATE",
        "THE",
        "NEXT",
        "SAME",
        "FOLLOWING",
        "THAT",
        "HOUR",
        "TIME",
        "MID",
        "BEFORE",
        "JUST",
        "AFTER",
        "LATER",
        "-",
        "ONE",
        "CONTINUOUS",
    ]
)
_ABBREVIATED = {
    "APT": "APARTMENT",
    "RM": "ROOM",
    "HQ": "HEADQUARTERS",
    "BLDG": "BUILDING",
    "DEPT": "DEPARTMENT",
    "HWY": "HIGHWAY",
    "RD": "ROAD",
    "AVE": "AVENUE",
    "CENTRE": "CENTER",
    "HOSP": "HOSPITAL",
    "&": "AND",
}
_FOLLOWING = re.compile(
    r"^(?:(?:A |A FEW |SOME |SEVERAL )?(?:MOMENTS?|SECONDS?|MINUTES?|HOURS?|DAYS?|WEEKS?|MONTHS?|YEARS?) (?:LATER|EARLIER|AFTER))$|^(?:\w+ )?(?:YEARS?|MONTHS?|WEEKS?|DAYS?|HOURS?|MINUTES?) (?:LATER|EARLIER|AGO)$"
)
_LOOSE_ENDS = re.compile(r"(?:['’]S)?\s+POV$|\s+CONT(?:INUED|['’]D)?\.?$", re.IGNORECASE)


class Place(NamedTuple):
    """Where and when a scene plays."""

    set: str  # canonical; "" for titles and black
    interior: bool
    exterior: bool
    day_or_night: DayOrNight
    reason: str = ""


def places(screenplay: Screenplay) -> tuple[Place, ...]:
    """Every scene's set, in or out of doors, and hour.

    A forced heading that names no place is a shot of the scene around it. Headings that differ in spelling,
    typing slips, quotation marks, or in leaving out the building a room belongs to, are one set.
    """
    parts = [_parts(scene) for scene in screenplay.scenes]
    counted = Counter(
        one for scene, one in zip(screenplay.scenes, parts, strict=True) if one and _is_place(scene)
    )
    canonical = _canonical(counted)
    found: list[Place] = []
    for scene, key in zip(screenplay.scenes, parts, strict=True):
        found.append(_place(scene, key, canonical, found[-1] if found else None))
    return tuple(found)


def _place(
    scene: Scene, key: tuple[str, ...], canonical: dict[tuple[str, ...], str], before: Place | None
) -> Place:
    interior = scene.place in ("interior", "both")
    exterior = scene.place in ("exterior", "both")
    hour = scene.day_or_night or _hour(scene, before)
    if not scene.heading:
        return Place("", False, False, hour)
    if _is_place(scene):
        name = canonical.get(key) or " - ".join(key)
        inherited = before is not None and before.set == name and not (interior or exterior)
        if inherited and before is not None:
            return before._replace(day_or_night=hour or before.day_or_night)
        if scene.place:
            return Place(name, interior, exterior, hour)
    if _is_title(scene):
        return Place("", False, False, "")
    known = canonical.get(key)
    if known:
        return Place(known, interior, exterior, hour or (before.day_or_night if before else ""))
    if _names_a_place(scene) or before is None:
        return Place(" - ".join(key), interior, exterior, hour)
    return before._replace(
        day_or_night=scene.day_or_night or before.day_or_night, reason="a shot of the scene around it"
    )


def _is_place(scene: Scene) -> bool:
    return bool(scene.place)


def _is_title(scene: Scene) -> bool:
    words = {word.casefold().strip(".") for word in re.findall(r"[\w']+", scene.heading)}
    return bool(words & vocabulary().settings["titles"]) and not scene.place


def _names_a_place(scene: Scene) -> bool:
    """Whether a forced heading names somewhere rather than a shot: by its words, or by an hour at its end."""
    if _is_shot(scene):
        return False
    words = [word.casefold() for word in re.findall(r"[\w']+", scene.heading)]
    return bool(scene.time_of_day) or (
        bool(words)
        and (
            words[-1] in vocabulary().settings["places"]
            or any(word in vocabulary().settings["places"] for word in words)
        )
    )


def _is_shot(scene: Scene) -> bool:
    words = [word.casefold() for word in re.findall(r"[\w'\-]+", scene.heading)]
    shots = vocabulary().settings["shots"] - {"the", "on", "back"}
    return any(word in shots for word in words) or words[:1] == ["on"] or words[:2] == ["back", "to"]


def _parts(scene: Scene) -> tuple[str, ...]:
    """A heading's places from the largest to the smallest, without hours and remarks."""
    text = _PREFIX.sub("", scene.heading) if scene.place else scene.heading
    text = text.upper().replace("’", "'").replace("‘", "'").replace("“", '"').replace("”", '"')
    text = re.sub(r"\s*#[\w.\-]+#\s*$", "", text)
    text = _BRACKETED.sub(" ", text[:400])
    pieces: list[str] = []
    for piece in _SEPARATOR.split(text):
        piece = _LOOSE_ENDS.sub("", piece)
        piece = " ".join(_ABBREVIATED.get(word.strip("."), word) for word in piece.split()).strip(" .,-")
        piece = _without_hour(piece)
        if not piece or _is_remark(piece):
            continue
        pieces.append(piece.removeprefix("THE ").strip() or piece)
    return tuple(dict.fromkeys(pieces)) or (
        (text.strip(" .-"),) if text.strip(" .-") and not _is_remark(text.strip(" .-")) else ()
    )


def _is_remark(piece: str) -> bool:
    low = piece.casefold().strip(". ")
    words = piece.split()
    if low in vocabulary().settings["qualifiers"] or _FOLLOWING.match(piece):
        return True
    if all(word in _HOUR or word in _BESIDE_HOURS for word in words):
        return True
    if re.fullmatch(
        r"(?:(?:JANUARY|FEBRUARY|MARCH|APRIL|MAY|JUNE|JULY|AUGUST|SEPTEMBER|OCTOBER|NOVEMBER|DECEMBER)\s*)?(?:\d{1,2}\s*)?(?:1[5-9]|2[01])\d\d(?:S|'S)?",
        piece,
    ):
        return True
    return (
        bool(re.fullmatch(r"\d{1,2}(?::\d\d)?\s*(?:[AP]\.?M\.?)?", piece))
        or low.endswith("'s pov")
        or low.startswith("intercut")
    )


def _without_hour(piece: str) -> str:
    """`KITCHEN NIGHT` is the kitchen."""
    words = piece.split()
    if len(words) > 1 and words[-1] in _HOUR and words[-1] not in ("MAGIC", "GOLDEN"):
        while len(words) > 1 and (words[-1] in _HOUR or words[-1] in ("EARLY", "LATE")):
            words.pop()
    return " ".join(words)


def _hour(scene: Scene, before: Place | None) -> DayOrNight:
    """For readers that do not resolve it: the hour written, else the one before for CONTINUOUS and the like."""
    words = re.findall(r"[A-Z\-]+", (scene.time_of_day or "").upper())
    for word in reversed(words):
        if word in _HOUR:
            return _HOUR[word]  # type: ignore[return-value]
    if words or not scene.place:
        return before.day_or_night if before is not None and not _is_title(scene) else ""
    return ""


def _canonical(counted: Counter[tuple[str, ...]]) -> dict[tuple[str, ...], str]:
    """One name for every way a set is written."""
    keys = list(counted)
    main: dict[tuple[str, ...], tuple[str, ...]] = {key: key for key in keys}
    _join_spellings(keys, counted, main)
    _join_slips(keys, counted, main)
    _join_buildings(keys, main)
    return {key: " - ".join(_root(main, key)) for key in keys}


def _root(main: dict[tuple[str, ...], tuple[str, ...]], key: tuple[str, ...]) -> tuple[str, ...]:
    for _ in range(4):
        if main[key] == key:
            break
        key = main[key]
    return key


def _join_spellings(
    keys: list[tuple[str, ...]],
    counted: Counter[tuple[str, ...]],
    main: dict[tuple[str, ...], tuple[str, ...]],
) -> None:
    """The same words in another order of parts, with other marks, spaces or articles."""
    by_words: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    for key in keys:
        folded = tuple(sorted(re.sub(r"[^A-Z0-9]", "", part) for part in key))
        by_words.setdefault(folded, []).append(key)
    for same in by_words.values():
        best = max(same, key=lambda key: (counted[key], -keys.index(key)))
        for key in same:
            main[key] = best


def _join_slips(
    keys: list[tuple[str, ...]],
    counted: Counter[tuple[str, ...]],
    main: dict[tuple[str, ...], tuple[str, ...]],
) -> None:
    """A heading written once, one letter away from another: a slip. Numbers and short words differ on purpose."""
    by_gap: dict[str, list[tuple[str, ...]]] = {}
    for key in keys:
        said = " - ".join(key)
        for at in range(min(len(said), 60)):
            by_gap.setdefault(f"{len(said) - 1}:{said[:at]}{said[at + 1 :]}", []).append(key)
        by_gap.setdefault(f"{len(said)}:{said}", []).append(key)
    for same in by_gap.values():
        if len(same) < 2:
            continue
        best = max(same, key=lambda key: (counted[key], -keys.index(key)))
        for key in same:
            if key != best and counted[key] == 1 < counted[best] and _slip(" - ".join(key), " - ".join(best)):
                main[key] = best


def _slip(one: str, other: str) -> bool:
    if any(letter.isdigit() for letter in one + other) or min(len(one), len(other)) < 6:
        return False
    words, others = one.split(), other.split()
    if len(words) != len(others):
        return False
    changed = [(a, b) for a, b in zip(words, others, strict=True) if a != b]
    if len(changed) != 1:
        return False
    a, b = changed[0]
    return min(len(a), len(b)) >= 5 and a.rstrip("S") != b.rstrip("S") and a[0] == b[0]


def _join_buildings(keys: list[tuple[str, ...]], main: dict[tuple[str, ...], tuple[str, ...]]) -> None:
    """`KITCHEN` is `HOUSE - KITCHEN` where the screenplay has one kitchen only."""
    longer: dict[str, set[tuple[str, ...]]] = {}
    for key in keys:
        if len(key) > 1:
            longer.setdefault(key[-1], set()).add(_root(main, key))
            longer.setdefault(key[0] + "\0", set()).add(_root(main, key))
    for key in keys:
        if len(key) == 1 and main[key] == key:
            rooms = longer.get(key[0], set())
            if len(rooms) == 1:
                main[key] = next(iter(rooms))
