"""Names by the Universal Category System (CatID_FXName_CreatorID_SourceID); classes that words name."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from answerprint.core.encoding import from_builtins

Source = Literal["kept", "name", "sound", "none"]
SURE = 0.5  # confidence of the network from which on a name is proposed of it alone
LONGEST = 120  # characters of an FXName
# The short categories of UCS 8.2 that a CatID begins with.
# fmt: off
CATEGORIES = frozenset((
    "AIR", "ALRM", "AMB", "ANML", "BEEP", "BELL", "BIRD", "BLLT", "BNCE", "BOAT", "CERM", "CHAIN",
    "CHEM", "CLOCK", "CLOTH", "CMPT", "COM", "CREA", "CRWD", "DESTR", "DIRT", "DOOR", "DRWR", "DSGN",
    "ELEC", "EQUIP", "EXPL", "FART", "FEET", "FGHT", "FIRE", "FOLY", "FOOD", "FRWK", "GAME", "GEO",
    "GLAS", "GORE", "GUN", "HAIL", "HMN", "HORN", "ICE", "IR", "LASR", "LETHR", "LIQ", "MACH", "MAG",
    "MECH", "METL", "MOTR", "MOVE", "MUSC", "NATD", "OBJ", "PAPR", "PLAS", "RAIN", "ROBT", "ROCK",
    "ROPE", "RUBR", "SCI", "SNOW", "SPRT", "STORM", "SWSH", "THUN", "TOOL", "TOON", "TOY", "TRN", "UI",
    "VEGE", "VEH", "VOX", "WATR", "WEAP", "WHSH", "WHST", "WIND", "WING", "WNDW", "WOOD", "WTHR",
))
# fmt: on
_CAT = re.compile(r"^([A-Z]{2,5})([A-Z]?[a-z]*)$")
_WORD = re.compile(r"[^\W\d_]+")
_HUMPS = re.compile(r"(?<=[a-z])(?=[A-Z])")
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*_\ud800-\udfff\u202a-\u202e\u2066-\u2069]+')


class Class(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the network tells apart: see classes.toml."""

    cat: str
    words: tuple[str, ...]
    closer: dict[str, str]
    effect: bool = True


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A proposed name, without its ending. source: the name was one already, its own words, the sound, or
    none: nothing is proposed. reason: for a person."""

    name: str
    cat: str
    source: Source
    confidence: float
    reason: str


@cache
def classes() -> dict[str, Class]:
    text = (files(__package__) / "classes.toml").read_text("utf-8")
    return from_builtins(tomllib.loads(text), dict[str, Class])


def words_of(name: str) -> tuple[str, ...]:
    """Words of a file's name or a question, in small letters: `HeavyRain_02 (metal)` → heavy, rain, metal."""
    return tuple(one.casefold() for one in _WORD.findall(_HUMPS.sub(" ", name)) if len(one) > 1)


def class_named(words: Sequence[str]) -> tuple[str, str] | None:
    """The class that words name and the word that does; the class that most of them name, then the first."""
    said: dict[str, list[str]] = {}
    for word in words:
        for name, one in classes().items():
            if word in one.words:
                said.setdefault(name, []).append(word)
    if not said:
        return None
    best = max(said, key=lambda name: (len(said[name]), classes()[name].effect))
    return best, said[best][0]


def ucs_parts(stem: str) -> tuple[str, ...] | None:
    """CatID, FXName, CreatorID, SourceID and what follows, of a name that is one; else None."""
    parts = stem.split("_")
    cat = _CAT.match(parts[0].split("-")[0])
    if len(parts) < 4 or cat is None or cat[1] + cat[2] == "" or not all(one.strip() for one in parts[:4]):
        return None
    known = any(parts[0].startswith(one) for one in CATEGORIES)
    return tuple(parts) if known else None


def proposed(stem: str, tags: Sequence[tuple[str, float]], creator: str, source: str) -> Named:
    """A name for a file: one that is UCS already stays; words of its own come before what the network hears.

    tags: class and confidence, best first; none for what could not be heard.
    """
    parts = ucs_parts(stem)
    if parts is not None:
        return Named(
            name=stem, cat=parts[0].split("-")[0], source="kept", confidence=1.0, reason="is a UCS name"
        )
    words = words_of(stem)
    named = class_named(words)
    heard, sure = tags[0] if tags else ("", 0.0)
    if named is not None:
        kind, word = named
        cat = next(
            (classes()[kind].closer[one] for one in words if one in classes()[kind].closer),
            classes()[kind].cat,
        )
        agrees = dict(tags).get(kind, 0.0)
        reason = f"its name says {word!r}" + (
            f"; it sounds like {kind} too ({agrees:.2f})"
            if kind == heard
            else f"; it sounds like {heard} ({sure:.2f})"
            if heard
            else ""
        )
        return Named(
            name=_joined(cat, stem, creator, source),
            cat=cat,
            source="name",
            confidence=round(0.7 + 0.3 * agrees, 2),
            reason=reason,
        )
    if heard and sure >= SURE and classes()[heard].effect:
        cat = classes()[heard].cat
        title = stem if words else f"{heard.title()} {stem}"
        return Named(
            name=_joined(cat, title, creator, source),
            cat=cat,
            source="sound",
            confidence=round(sure, 2),
            reason=f"its name says nothing; it sounds like {heard} ({sure:.2f})",
        )
    why = f"it may be {heard} ({sure:.2f})" if heard else "nothing is heard in it"
    if heard and not classes()[heard].effect:
        why = f"it sounds like {heard} ({sure:.2f}): not an effect"
    return Named(name=stem, cat="", source="none", confidence=round(sure, 2), reason=why)


def _joined(cat: str, title: str, creator: str, source: str) -> str:
    parts = (cat, *(_clean(one) or "NONE" for one in (title, creator, source)))
    return "_".join(parts)


def _clean(text: str) -> str:
    return " ".join(_UNSAFE.sub(" ", text).split()).lstrip("=+-@. ").rstrip(". ")[:LONGEST].strip()
