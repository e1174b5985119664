"""Who speaks: the cues of a screenplay as parts, one per person whatever the cue calls them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from answerprint.departments.script.breakdown.sentences import bare, singular
from answerprint.departments.script.breakdown.vocabulary import Vocabulary, vocabulary
from answerprint.formats.screenplays.model import Element, Screenplay

_BRACKETED = re.compile(r"\s*\([^()]*\)?")
_OFF = re.compile(r"[\s,]+(?:V\.?\s?O\.?|O\.?\s?S\.?|O\.?\s?C\.?|VOICE[- ]?OVER|OFF[- ]?SCREEN)$")
_CONTINUED = re.compile(r"[\s,\-–—]+(?:CONT(?:INUED|INUING|'D|’D|D)?\.?)$")
_VOICE = re.compile(r"^(?P<who>.+?)(?:['’]S|['’])\s+(?:RECORDED\s+)?(?:VOICE|V\.O\.)$|^VOICE OF (?P<of>.+)$")
_TOGETHER = re.compile(r"\s*(?:/|&|\+|,|\bAND\b)\s*")
_EVERYONE = {
    "ALL", "BOTH", "EVERYONE", "EVERYBODY", "TOGETHER", "OTHERS", "VARIOUS", "CHORUS", "ELSE",
    "ALL THREE", "THE OTHERS", "THE TWO", "THE REST", "ALL FOUR", "EVERYBODY ELSE", "VARIOUS VOICES",
    "OTHER VOICES", "ANOTHER VOICE",
}  # fmt: skip
TITLES = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "miss",
        "dr",
        "doctor",
        "sir",
        "lady",
        "lord",
        "dame",
        "captain",
        "capt",
        "sergeant",
        "sgt",
        "lieutenant",
        "lt",
        "colonel",
        "col",
        "major",
        "general",
        "detective",
        "inspector",
        "officer",
        "constable",
        "father",
        "sister",
        "brother",
        "mother",
        "reverend",
        "rev",
        "professor",
        "prof",
        "president",
        "king",
        "queen",
        "prince",
        "princess",
        "uncle",
        "aunt",
        "auntie",
        "agent",
        "nurse",
        "judge",
        "sheriff",
        "deputy",
        "mayor",
        "senator",
        "old",
        "young",
        "little",
        "big",
        "the",
    ]
)


@dataclass
class Part:
    """A part as the cues and the action call it. `name` is the cue most used."""

    name: str
    speeches: int = 0
    cues: Counter[str] = field(default_factory=Counter)
    aliases: set[str] = field(default_factory=set)  # other names, in capitals
    group: bool = False  # CROWD, GUARDS: background with a line
    child: bool = False
    role: bool = False  # called after what he is (WAITER), not by a name
    order: int = 0
    roles: set[str] = field(default_factory=set)  # what the action calls somebody: "nurse"


def cue_names(element: Element) -> tuple[str, ...]:
    """Who speaks under a cue, in capitals without extensions; more than one for `ANNA & TOM`."""
    name = clean_cue(element.character or element.text)
    return (name,) if name else ()


def clean_cue(said: str) -> str:
    """`Anna's Voice (V.O.) (CONT'D)` is `ANNA`."""
    name = _BRACKETED.sub(" ", said.replace("*", "").replace("_", "")).strip().upper().replace("’", "'")
    name = " ".join(name.strip("@^:.,- ").split())[:80]
    for pattern in (_CONTINUED, _OFF):
        name = pattern.sub("", name).strip()
    voice = _VOICE.match(name)
    if voice:
        name = (voice["who"] or voice["of"]).strip()
    return name.removeprefix("THE ") if name.count(" ") else name


def speaking_parts(screenplay: Screenplay) -> tuple[dict[str, Part], dict[str, tuple[str, ...]]]:
    """Parts by name, and for every cue as cleaned whom it means (nobody for `ALL`)."""
    known = vocabulary()
    counted: Counter[str] = Counter()
    for scene in screenplay.scenes:
        for element in scene.elements:
            if element.kind == "character":
                counted.update(cue_names(element))
    cues = list(counted)
    meant = {cue: _split(cue, counted) for cue in cues}
    single = [cue for cue in cues if meant[cue] == (cue,)]
    main = _joined(single, counted, known)
    for character in screenplay.cast:  # the reader may know more of who is who
        for alias in character.aliases:
            short, long = clean_cue(alias), clean_cue(character.name)
            if short in main and long in main and main[short] == short:
                main[short] = main[long]
    parts: dict[str, Part] = {}
    for cue in cues:
        for one in meant[cue]:
            name = main.get(one, one)
            part = parts.setdefault(name, Part(name, order=len(parts)))
            part.speeches += counted[cue]
            part.cues[cue] += counted[cue]
            if one != name:
                part.aliases.add(one)
    for part in parts.values():
        describe(part, known)
    return parts, {cue: tuple(dict.fromkeys(main.get(one, one) for one in meant[cue])) for cue in cues}


def describe(part: Part, known: Vocabulary) -> None:
    """Whether a part is a group, a child, and a role rather than a name."""
    words = re.findall(r"[a-z'\-]+", part.name.casefold())
    words = [word for word in words if word not in ("no", "number")]
    if not words:
        return
    last = words[-1]
    one = singular(last)
    part.group = last in known.groups or (one != last and one in known.people and "'" not in last)
    part.role = one in known.people and words[0] not in ("mr", "mrs", "dr")
    part.child = known.people.get(one) == "child" or known.people.get(words[0]) == "child"


def _split(cue: str, counted: Counter[str]) -> tuple[str, ...]:
    if cue in _EVERYONE:
        return ()
    several = tuple(one for one in _TOGETHER.split(cue) if one)
    if len(several) > 1 and (
        sum(one in counted for one in several) * 2 >= len(several) or "/" in cue or "&" in cue
    ):
        return tuple(_completed(one, counted) for one in several)
    return (cue,)


def _completed(name: str, counted: Counter[str]) -> str:
    """`MR. & MRS. HILL`: a bare title stays what it is; a first name becomes its only full cue."""
    if name in counted:
        return name
    fuller = [cue for cue in counted if cue.split()[0] == name or cue.split()[-1] == name]
    return fuller[0] if len(fuller) == 1 else name


def _joined(cues: Iterable[str], counted: Counter[str], known: Vocabulary) -> dict[str, str]:
    """Every cue's main name: `DICK STEEL` is `STEEL` where no other Steel speaks."""
    cues = list(cues)
    by_word: dict[str, list[str]] = {}
    for cue in cues:
        for word in set(cue.split()):
            by_word.setdefault(word.strip("."), []).append(cue)
    main = {cue: cue for cue in cues}
    for cue in cues:
        words = cue.split()
        if len(words) != 1 or _describes(words[0], known):
            continue
        longer = [one for one in by_word[words[0].strip(".")] if one != cue and _same_person(cue, one)]
        if len(longer) == 1:
            pair = sorted((cue, longer[0]), key=lambda one: (-counted[one], cues.index(one)))
            main[pair[1]] = pair[0]
    return {cue: main[main[cue]] for cue in cues}


def _same_person(short: str, long: str) -> bool:
    """A first name or a surname of a longer cue; one with an age before it (YOUNG ANNA) is somebody else."""
    words = [word.strip(".").casefold() for word in long.split()]
    if words[0] in (
        "young",
        "old",
        "older",
        "younger",
        "little",
        "teenage",
        "baby",
        "adult",
        "future",
        "past",
        "fake",
        "other",
        "another",
        "mini",
    ):
        return False
    if any(word.isdigit() or word.startswith("#") for word in words) or "'" in long:
        return False
    rest = [word for word in words if word != short.casefold().strip(".")]
    if rest and rest[0] in ("mrs", "miss", "ms", "mr", "sir", "lady", "lord") and len(words) == 2:
        return True
    return short.casefold().strip(".") in (words[0], words[-1])


def _describes(word: str, known: Vocabulary) -> bool:
    low = word.casefold().strip(".")
    return (
        low in known.people
        or singular(low) in known.people
        or low in known.groups
        or low in TITLES
        or low == "voice"
    )


def name_words(name: str) -> list[str]:
    """A name folded into words without marks."""
    return [bare(word) for word in name.casefold().replace("’", "'").replace(".", " ").split()]
