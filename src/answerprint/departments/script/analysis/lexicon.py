"""Emotional level of a text by our own lexicon: valence and arousal of its words, negation turned round."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files

from answerprint.departments.script.analysis.word_lists import word_list

NEGATIONS = frozenset(word_list("negations"))
NEGATION_REACH = 3  # words before the one that is turned round
NEGATED = -0.5  # "not happy" is less than "sad": half the way, the other side
STRONGER = {"very": 1.3, "so": 1.2, "really": 1.2, "utterly": 1.4, "completely": 1.3, "too": 1.1}
WEAKER = {"slightly": 0.6, "somewhat": 0.7, "almost": 0.6, "fairly": 0.8, "rather": 0.9}
VALENCE_TOP = 3.0
AROUSAL_TOP = 3.0
_ENDINGS = (
    ("ies", "y"), ("ied", "y"), ("iest", "y"), ("ier", "y"), ("ily", "y"), ("ing", ""), ("ing", "e"),
    ("ed", ""), ("ed", "e"), ("es", ""), ("s", ""), ("ly", ""), ("er", ""), ("est", ""), ("'s", ""),
)  # fmt: skip


@lru_cache(maxsize=1)
def lexicon() -> dict[str, tuple[float, float]]:
    """Word → (valence -1 to 1, arousal 0 to 1)."""
    found: dict[str, tuple[float, float]] = {}
    text = files("answerprint.departments.script.analysis").joinpath("data/lexicon.txt").read_text("utf-8")
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        head, _, words = line.partition(":")
        valence, arousal = head.split()
        for word in words.split():
            found.setdefault(word, (float(valence) / VALENCE_TOP, float(arousal) / AROUSAL_TOP))
    return found


@lru_cache(maxsize=65536)
def level_of(word: str) -> tuple[float, float] | None:
    """A word's valence and arousal, its inflections found through the base form; None when it has none."""
    known = lexicon()
    if word in known:
        return known[word]
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) > 2:
            stem = word[: -len(ending)] + instead
            if stem in known:
                return known[stem]
            if len(stem) > 3 and stem[-1] == stem[-2] and stem[:-1] in known:
                return known[stem[:-1]]
    return None


def emotional_words(words: Sequence[str]) -> list[tuple[float, float]]:
    """(valence, arousal) of every emotional word of a text, in order; words are case-folded."""
    found: list[tuple[float, float]] = []
    for at, word in enumerate(words):
        level = level_of(word)
        if level is None:
            continue
        valence, arousal = level
        before = words[max(0, at - NEGATION_REACH) : at]
        if before and before[-1] in STRONGER:
            valence *= STRONGER[before[-1]]
        elif before and before[-1] in WEAKER:
            valence *= WEAKER[before[-1]]
        if any(one in NEGATIONS for one in before):
            valence *= NEGATED
        found.append((max(-1.0, min(1.0, valence)), arousal))
    return found
