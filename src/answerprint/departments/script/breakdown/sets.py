"""Sets: one name per real place over the whole screenplay, whatever its headings call it."""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple, cast

from answerprint.core.breakdown import DayOrNight
from answerprint.departments.script.breakdown.vocabulary import pairs, vocabulary
from answerprint.formats.screenplays.model import Scene, Screenplay

LONGEST = 400  # characters of a heading that are read
_SEPARATOR = re.compile(
    r"\s+[-–—]+\s*|\s*[-–—]{2,}\s*|[-–—]+\s+|\s*[,;:]\s+|(?<![A-Z]\.[A-Z])(?<!\bRM)(?<!\bST)(?<!\bAPT)(?<!\bDR)(?<!\bMR)"
    r"(?<!\bMRS)\.\s+(?=\S)|\s+/\s+"
)
_BRACKETED = re.compile(r"\s*[(\[][^()\[\]]*[)\]]?")
_PREFIX = re.compile(r"^\s*(?:\d+[A-Z]?[.)]?\s+)?(?:(?:INT|EXT|EST|I|E)\b\.?\s*/?\s*)+(?=[^A-Z]|\s)", re.I)
_SPANS = r"(?:MOMENT|SECOND|MINUTE|HOUR|DAY|NIGHT|WEEK|MONTH|YEAR)S?"
_LATER = re.compile(
    rf"^(?:[\w' ]{{0,20}}\b{_SPANS} |(?:A )?(?:BIT|LITTLE|SHORT WHILE|WHILE|MUCH) )"
    r"(?:LATER|EARLIER|AFTER|AGO|BEFORE)$"
)
_YEAR = re.compile(
    r"^(?:[A-Z]+ )?(?:\d{1,2},? )?(?:1[4-9]|2[01])\d\d'?S?$|^\d{1,2}(?::\d\d)?\s*(?:[AP]\.?M\.?)?$"
)
_LOOSE_END = re.compile(r"(?:'S)?\s+POV$|\s+CONT(?:INUED|'D)?\.?$")
# A part that says how something moves or stands, not where: NORTHBOUND, ON THE BRIDGE, DRIVING HOME.
_MANNER = re.compile(
    r"^(?:\w+BOUND|ON|OFF|IN|INTO|FROM|TO|TOWARDS?|AT|BY|ALONG|ACROSS|OVER|THROUGH|UNDER|WITH|\w{2,}ING)\s"
)


class Place(NamedTuple):
    """Where and when a scene plays."""

    set: str  # canonical; "" for titles and black
    interior: bool
    exterior: bool
    day_or_night: DayOrNight


_Key = tuple[str, ...]


def places(screenplay: Screenplay) -> tuple[Place, ...]:
    """Every scene's set, in or out of doors, and hour.

    A forced heading that names no place is a shot of the scene around it. Headings that differ in spelling,
    slips, quotation marks, or in leaving out the building a room belongs to, are one set, under the heading's
    own words used most.
    """
    read = [_parts(scene.heading, bool(scene.place)) for scene in screenplay.scenes]
    written: dict[_Key, Counter[str]] = {}
    for scene, (key, said) in zip(screenplay.scenes, read, strict=True):
        if scene.place and key:
            written.setdefault(key, Counter())[said] += 1
    canonical = _canonical(written)
    found: list[Place] = []
    for scene, (key, said) in zip(screenplay.scenes, read, strict=True):
        found.append(_place(scene, key, said, canonical, found[-1] if found else None))
    return tuple(found)


def _place(scene: Scene, key: _Key, said: str, canonical: dict[_Key, str], before: Place | None) -> Place:
    interior = scene.place in ("interior", "both")
    exterior = scene.place in ("exterior", "both")
    hour = scene.day_or_night or _hour(scene, before)
    if not scene.heading:
        return Place("", False, False, hour)
    if scene.place:
        return Place(canonical.get(key, said), interior, exterior, hour)
    key, said = _of_a_shot(key, said)
    words = re.findall(
        r"[\w'\-]+", " ".join(key).casefold() if len(key) == 1 else scene.heading[:LONGEST].casefold()
    )
    if vocabulary().settings["titles"].intersection(words):
        return Place("", False, False, "")
    known = canonical.get(key) or _named_in(key, canonical)
    same = before is not None and before.set == known
    if known and not same:
        return Place(known, interior, exterior, hour or (before.day_or_night if before else ""))
    if before is None or (not known and _names_a_place(words, bool(scene.time_of_day))):
        return Place(said, interior, exterior, hour)
    return before._replace(day_or_night=scene.day_or_night or before.day_or_night)


def _of_a_shot(key: _Key, said: str) -> tuple[_Key, str]:
    """`ANNA - IN THE CAR PARK` plays in the car park."""
    match = re.search(r" - (?:IN|AT|INSIDE|OUTSIDE) (.+)$", said)
    if match is None or len(key) < 2:
        return key, said
    place = match[1]
    return (place.removeprefix("THE "),), place


def _named_in(key: _Key, canonical: dict[_Key, str]) -> str:
    """The set that a forced heading names in passing: `ANNA - IN THE CAR PARK`."""
    text = f" {' '.join(key)} "
    found = {name for one, name in canonical.items() if f" {one[-1]} " in text and len(one[-1].split()) > 1}
    return found.pop() if len(found) == 1 else ""


def _names_a_place(words: list[str], hour: bool) -> bool:
    """Whether a forced heading is somewhere rather than a shot: it ends with an hour, or is a place only."""
    settings = vocabulary().settings
    shots = settings["shots"] - {"the", "on", "back"}
    if shots.intersection(words) or words[:1] == ["on"] or words[:2] == ["back", "to"]:
        return False
    if any(word.endswith("ing") and word not in settings["rooms_in_ing"] for word in words):
        return False  # somebody is doing something
    if words and (words[0] in vocabulary().closed["prepositions"] or words[0] in ("back", "resume")):
        return False
    known = words and (words[-1] in settings["places"] or " ".join(words[-2:]) in settings["places"])
    return hour or bool(known and len(words) <= 4)


def _parts(heading: str, placed: bool) -> tuple[_Key, str]:
    """A heading's places, the largest first, without hours and remarks: folded, and as written."""
    text = " ".join(heading[:LONGEST].upper().replace("’", "'").replace("‘", "'").split())
    text = _PREFIX.sub("", text) if placed else text
    text = _BRACKETED.sub(" ", re.sub(r"\s*#[\w.\-]+#\s*$", "", text))
    pieces: list[str] = []
    for piece in _SEPARATOR.split(text):
        piece = _without_hour(_LOOSE_END.sub("", piece).strip(" .,-"))
        if piece and not _is_remark(piece) and not (pieces and placed and _is_manner(piece)):
            pieces.append(piece)
    pieces = list(dict.fromkeys(pieces))
    if not pieces and (rest := text.strip(" .-")) and not _is_remark(rest):
        pieces = [rest]
    short = pairs(vocabulary().settings["abbreviations"])
    folded = []
    for piece in pieces:
        words = [short.get(word.casefold().strip("."), word).upper() for word in piece.split()]
        folded.append(" ".join(words[1:] if words[0] == "THE" and len(words) > 1 else words))
    return tuple(folded), " - ".join(pieces)


def _is_manner(piece: str) -> bool:
    """`DRIVING HOME` says how; `WAITING ROOM` says where."""
    first = piece.split()[0].casefold()
    return _MANNER.match(piece) is not None and first not in vocabulary().settings["rooms_in_ing"]


def _is_remark(piece: str) -> bool:
    settings = vocabulary().settings
    low = piece.casefold().strip(". ")
    hours = pairs(settings["hours"])
    if low in settings["qualifiers"] or _LATER.match(piece) or _YEAR.match(piece):
        return True
    if all(word in hours or word in settings["beside_hours"] for word in low.split()):
        return True
    return low.endswith("'s pov") or low.startswith("intercut")


def _without_hour(piece: str) -> str:
    """`KITCHEN NIGHT` is the kitchen."""
    hours = pairs(vocabulary().settings["hours"])
    words = piece.split()
    if len(words) > 1 and words[-1].casefold() in hours and words[-1] not in ("MAGIC", "GOLDEN"):
        while len(words) > 1 and (words[-1].casefold() in hours or words[-1] in ("EARLY", "LATE")):
            words.pop()
    return " ".join(words)


def _hour(scene: Scene, before: Place | None) -> DayOrNight:
    """For readers that do not resolve it: the hour written, else the one before for CONTINUOUS."""
    hours = pairs(vocabulary().settings["hours"])
    words = re.findall(r"[a-z\-]+", scene.time_of_day.casefold())
    for word in reversed(words):
        if word in hours:
            return cast(DayOrNight, hours[word])
    return before.day_or_night if before is not None and (words or not scene.place) else ""


def _canonical(written: dict[_Key, Counter[str]]) -> dict[_Key, str]:
    """One name for every way a set is written."""
    main: dict[_Key, _Key] = {key: key for key in written}
    counted = Counter({key: said.total() for key, said in written.items()})
    _join_spellings(counted, main)
    _join_slips(counted, main)
    _join_buildings(counted, main)
    said: dict[_Key, Counter[str]] = {}
    for key, ways in written.items():
        root = _root(main, key)
        held = said.setdefault(root, Counter())
        if root == key or sorted(root) == sorted(main[key]) or len(key) == len(root):
            held.update(ways)
    return {key: said[_root(main, key)].most_common(1)[0][0] for key in written}


def _root(main: dict[_Key, _Key], key: _Key) -> _Key:
    for _ in range(4):
        if main[key] == key:
            break
        key = main[key]
    return key


def _join_spellings(counted: Counter[_Key], main: dict[_Key, _Key]) -> None:
    """The same words with other marks and spaces, or the parts in another order."""
    same: dict[_Key, list[_Key]] = {}
    for key in counted:
        same.setdefault(tuple(sorted(re.sub(r"\W", "", part) for part in key)), []).append(key)
    for keys in same.values():
        best = max(keys, key=lambda key: counted[key])
        main.update(dict.fromkeys(keys, best))


def _join_slips(counted: Counter[_Key], main: dict[_Key, _Key]) -> None:
    """A heading written once, one letter away from another, is a slip; numbers and short words are not."""
    near: dict[str, list[_Key]] = {}
    for key in counted:
        said = " - ".join(key)[:60]
        near.setdefault(said, []).append(key)
        for at in range(len(said)):
            near.setdefault(said[:at] + said[at + 1 :], []).append(key)
    for keys in near.values():
        best = max(keys, key=lambda key: counted[key])
        for key in keys:
            once = key != best and counted[key] == 1 < counted[best]
            if once and main[key] == key and _slip(" - ".join(key), " - ".join(best)):
                main[key] = best


def _slip(one: str, other: str) -> bool:
    words, others = one.split(), other.split()
    if len(words) != len(others) or re.search(r"\d", one + other):
        return False
    changed = [(a, b) for a, b in zip(words, others, strict=True) if a != b]
    if len(changed) != 1:
        return False
    a, b = changed[0]
    return min(len(a), len(b)) >= 5 and a.rstrip("S") != b.rstrip("S") and a[0] == b[0]


def _join_buildings(counted: Counter[_Key], main: dict[_Key, _Key]) -> None:
    """`KITCHEN` is `HOUSE - KITCHEN` where the script has one kitchen only; `ROOM 12` is `INN ROOM 12`."""
    longer: dict[str, set[_Key]] = {}
    for key in counted:
        root = _root(main, key)
        if len(key) > 1:
            longer.setdefault(key[-1], set()).add(root)
        words = key[-1].split()
        for at in range(1, len(words) - 1):
            if any(letter.isdigit() for letter in words[-1]):
                longer.setdefault(" ".join(words[at:]), set()).add(root)
    for key in counted:
        rooms = longer.get(key[0], set()) - {key} if len(key) == 1 and main[key] == key else set()
        if len(rooms) == 1:
            main[key] = next(iter(rooms))
