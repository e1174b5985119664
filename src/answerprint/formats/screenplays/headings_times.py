"""Times of day in scene headings: which words name one, and where the place ends and the time begins."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from answerprint.formats.screenplays.headings_words import BESIDE_A_TIME, LANGUAGES, QUALIFIERS, Phase

LONGEST_PHRASE = 4  # words
_BETWEEN_WORDS = re.compile(r"[\s.,;:!?()（）\[\]/／|–—·、。\"]+")
_BRACKETED = re.compile(r"[(（\[][^()（）\[\]]*[)）\]]")
_SEPARATOR = re.compile(
    r"\s+[-–—]+\s+|\s*,\s+|\s*[/／|]\s*|[.。]\s+|\s*[-–—]\s+|\s+[-–—]\s*|\s*[（(](?=[^()（）]*[)）]\s*$)"
)
_CLOCK = re.compile(
    r"(?<![\w:.])(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d{2}))?\s*"
    r"(?P<half>[ap]\.?m\b\.?|uhr\b|o['’]clock\b|hrs?\b|heures\b)"
    r"|(?<![\w:.])(?P<hour24>[01]?\d|2[0-4])[:h](?P<minute24>[0-5]\d)(?![\w:])",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<!\w)(?P<year>1[0-9]\d\d|20\d\d|2[1-9]\d\d)s?(?!\w)")


class Clock(NamedTuple):
    """A time of the clock, on 24 hours."""

    hour: int
    minute: int


def fold(word: str) -> str:
    """A word as the tables know it: one form of its letters, without case."""
    return unicodedata.normalize("NFC", word).casefold().replace("’", "'").strip("-'")


def _phrases() -> dict[tuple[str, ...], Phase]:
    found: dict[tuple[str, ...], Phase] = {}
    for language in LANGUAGES:
        for phase, words in language.times.items():
            for word in words.split():
                found.setdefault(tuple(fold(part) for part in word.split("_")), phase)
    return found


_PHRASES = _phrases()
_ENGLISH = frozenset(
    tuple(fold(part) for part in word.split("_"))
    for words in LANGUAGES[0].times.values()
    for word in words.split()
)
_BESIDE = frozenset(fold(word) for word in BESIDE_A_TIME.split())
_QUALIFIERS = frozenset(fold(word) for word in QUALIFIERS.split())


def phases_of(text: str) -> tuple[Phase, ...]:
    """The times of day that a text names, in its order. `LATER THAT NIGHT` is later, then night."""
    return tuple(phase for phase, _, _ in _found(_words(text)))


def clock_of(text: str) -> Clock | None:
    """The first time of the clock in a text: `3 A.M.`, `7:45 PM`, `22 UHR`, `18:30`."""
    match = _CLOCK.search(text)
    if match is None:
        return None
    hour = int(match["hour"] or match["hour24"])
    minute = int(match["minute"] or match["minute24"] or 0)
    half = (match["half"] or "")[:1].casefold()
    if half in ("a", "p") and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    return Clock(hour % 24, minute) if hour <= 24 and minute < 60 else None


def year_of(text: str) -> int | None:
    """The first year in a text: `(1994)`, `SUMMER 1943`."""
    match = _YEAR.search(text)
    return int(match["year"]) if match else None


def is_time(part: str, *, alone: bool = False) -> bool:
    """Whether a whole part of a heading says when: `NIGHT`, `NEXT MORNING (RAIN)`, `3 A.M.`, `1994`.

    `NIGHT CLUB` says where. An English time may follow words that are not known (`RAINY NIGHT`), unless
    the part stands alone: `KITCHEN NIGHT` says both.
    """
    bare = _BRACKETED.sub(" ", part)
    words = _words(bare)
    if not words:
        return bool(part.strip()) and (year_of(part) is not None or bool(phases_of(part)))
    found = _found(words)
    if not found:
        rest = _words(_YEAR.sub(" ", _CLOCK.sub(" ", bare)))
        says_when = _CLOCK.search(bare) is not None or _YEAR.search(bare) is not None
        return says_when and all(_known(word) for word in rest)
    covered = {at for _, start, end in found for at in range(start, end)}
    if all(at in covered or _known(word) for at, word in enumerate(words)):
        return True
    _, start, end = found[-1]
    return not alone and end == len(words) and len(words) <= 5 and tuple(words[start:end]) in _ENGLISH


def place_and_time(text: str) -> tuple[str, str]:
    """Where, and when as written: `KITCHEN - UPSTAIRS - NIGHT` is upstairs in the kitchen at night.

    The last parts are the time while they say when (`DAY - FLASHBACK`), else the first (`JOUR - CUISINE`),
    else the last word alone (`KITCHEN NIGHT`).
    """
    separators = list(_SEPARATOR.finditer(text))
    begins: re.Match[str] | None = None
    certain = False
    end = len(text)
    for separator in reversed(separators):
        part = text[separator.end() : end].strip().rstrip(")）").strip()
        timed = is_time(part)
        if not timed and not (part and all(word in _QUALIFIERS for word in _words(part))):
            break
        certain = certain or timed
        begins, end = separator, separator.start()
    if begins is not None and certain:
        return text[: begins.start()].strip(), _unbracketed(text[begins.end() :])
    if is_time(text, alone=True):
        return "", text.strip()
    if separators and is_time(text[: separators[0].start()], alone=True):
        return text[separators[0].end() :].strip(), text[: separators[0].start()].strip()
    where, _, last = text.strip().rpartition(" ")
    phase = _PHRASES.get((fold(last),))
    if where.strip() and (phase in _BARE or (phase and last.upper() == last.lower())):
        return where.strip(), last
    return text.strip(), ""


_BARE = frozenset(("day", "night"))  # ALBA and MORNING may be names


def _unbracketed(text: str) -> str:
    text = text.strip()
    if text.endswith(".") and not _CLOCK.search(text):
        text = text.rstrip(".").rstrip()
    return text[:-1].strip() if text[-1:] in (")", "）") and not re.search(r"[(（]", text) else text


def _words(text: str) -> list[str]:
    return [folded for word in _BETWEEN_WORDS.split(text) if (folded := fold(word))]


def _known(word: str) -> bool:
    return word in _BESIDE or word.isdigit()


def _found(words: list[str]) -> list[tuple[Phase, int, int]]:
    """Every phrase that names a time, longest first: (phase, first word, end)."""
    found: list[tuple[Phase, int, int]] = []
    at = 0
    while at < len(words):
        for length in range(min(LONGEST_PHRASE, len(words) - at), 0, -1):
            phase = _PHRASES.get(tuple(words[at : at + length]))
            if phase is not None:
                found.append((phase, at, at + length))
                at += length
                break
        else:
            at += 1
    return found
