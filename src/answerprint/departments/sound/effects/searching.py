"""A library ranked: by words, by likeness to an example."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.sound.effects.naming import classes, words_of

Floats = NDArray[np.float32]
Embed = Callable[[Sequence[str]], Floats]
OWN = 1.0  # weight of a word that stands in the name
KIN = 0.6  # of a word of the same class
HEARD = 0.8  # of a class that the network hears, times its confidence
MEANT = 0.7  # of the cosine of meaning
# fmt: off
IDLE = frozenset((
    "the", "and", "with", "for", "from", "into", "over", "under", "near", "very", "some", "any", "of",
    "on", "in", "at", "to", "an",
))
# fmt: on


class Entry(NamedTuple):
    """A sound to be found: words of its name and folder, tags with confidences."""

    words: tuple[str, ...]
    tags: tuple[tuple[str, float], ...]


def by_words(asked: str, entries: Sequence[Entry], embed: Embed | None = None) -> NDArray[np.float64]:
    """(entries,) how well each fits the words, 0 and more. Rare words count for more (Spärck Jones 1972).

    embed: unit vectors of sentences; without it only words and what they are synonyms of count.
    """
    wanted = [one for one in words_of(asked) if one not in IDLE]
    if not wanted or not entries:
        return np.zeros(len(entries))
    stems = [{_stem(one) for one in entry.words} for entry in entries]
    known = Counter(stem for each in stems for stem in each)
    scores = np.zeros(len(entries))
    for word in wanted:
        kinds = [
            name
            for name, one in classes().items()
            if word in one.words or _stem(word) in map(_stem, one.words)
        ]
        kin = {_stem(other) for name in kinds for other in classes()[name].words}
        rare = 1 + math.log((1 + len(entries)) / (1 + known[_stem(word)])) / math.log(2 + len(entries))
        for at, entry in enumerate(entries):
            heard = max((dict(entry.tags).get(kind, 0.0) for kind in kinds), default=0.0)
            own = OWN * rare if _stem(word) in stems[at] else KIN if kin & stems[at] else 0.0
            scores[at] += own + HEARD * heard
    scores /= len(wanted)
    if embed is not None:
        texts = [
            " ".join((*entry.words, *(name for name, sure in entry.tags if sure >= 0.5))) or "sound"
            for entry in entries
        ]
        vectors = embed([asked, *texts])
        scores += MEANT * np.clip(vectors[1:] @ vectors[0], 0, None)
    return scores


def by_likeness(example: Floats, embeddings: Floats) -> NDArray[np.float64]:
    """(sounds,) cosines of an example's embedding (96,) and a library's (sounds, 96), all of unit length."""
    return np.asarray(embeddings.astype(np.float64) @ example.astype(np.float64))


def _stem(word: str) -> str:
    for end in ("ings", "ing", "es", "s", "ed"):
        if word.endswith(end) and len(word) - len(end) >= 3:
            return word[: -len(end)]
    return word
