"""Word lists looked up in a screenplay: patterns with `*`, taken back by what stands around them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import lru_cache

SENTENCE = 400  # characters to either side; text without a full stop is no sentence without end
TAKEN_BACK = 200  # characters before a word in which "like a" or "no" concerns it
_SENTENCE_MARK = re.compile(r"[.!?…\n]")
# "like a dog", "as if on fire", "no horses": said, and not there.
_FIGURE = re.compile(
    r"(?:\blike|\bas if|\bas though|\bas|\bthan)\s+(?:(?:a|an|the|some)\s+)?(?:[\w'’-]+\s+){0,2}$", re.I
)
_NONE = re.compile(r"\b(?:no|not an?|without(?: an?| any)?|never an?|isn['’]t an?)\s+(?:\w+\s+)?$", re.I)


@lru_cache(maxsize=256)
def pattern_of(words: tuple[str, ...]) -> re.Pattern[str]:
    """One expression for a list. `chase*` takes any ending; digits and classes are kept as written."""
    parts = []
    for word in sorted(words, key=len, reverse=True):
        regular = "\\" in word or "[" in word
        bare = word if regular else re.escape(word).replace(r"\ ", r"\s+").replace(r"\*", r"\w*")
        parts.append(bare.replace("'", "['’]"))
    return re.compile(r"(?<![\w'’-])(?:" + "|".join(parts) + r")(?![\w-])", re.IGNORECASE)


def hits(text: str, words: Sequence[str], unless: Sequence[str] = ()) -> list[tuple[str, str]]:
    """(word as written, its sentence) for each place a list is found and not taken back."""
    found: list[tuple[str, str]] = []
    taken_back = [one.span() for one in pattern_of(tuple(unless)).finditer(text)] if unless else []
    ends = [end for _, end in taken_back]
    for match in pattern_of(tuple(words)).finditer(text):
        begin, end = sentence_around(text, match.start(), match.end())
        before = text[max(begin, match.start() - TAKEN_BACK) : match.start()]
        if _FIGURE.search(before) or _NONE.search(before):
            continue
        at = bisect_left(ends, match.start())  # the first that does not end before the word
        if at < len(ends) and taken_back[at][0] <= match.end():
            continue
        found.append((match[0], " ".join(text[begin:end].split())))
    return found


def sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    """The bounds of the sentence a stretch stands in, no farther from it than `SENTENCE`."""
    first, last = max(0, start - SENTENCE), min(len(text), end + SENTENCE)
    begin = max((one.end() for one in _SENTENCE_MARK.finditer(text, first, start)), default=first)
    stop = _SENTENCE_MARK.search(text, end, last)
    return begin, stop.end() if stop else last


def distinct(values: Iterable[str]) -> list[str]:
    """Values in order, each once without regard to case."""
    return list({one.casefold(): one for one in reversed(list(values))}.values())[::-1]
