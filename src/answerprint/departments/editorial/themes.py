"""Themes: what is said, grouped by meaning, for documentaries that are found in the cutting room.

Average-linkage clustering of cosine distances (Sokal and Michener 1958); as many groups as have the greatest
mean silhouette (Rousseeuw 1987). Vectors are a sentence model's where there is one, else of word stems.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.core.time import Range
from answerprint.formats.screenplays.model import spoken_words

MOST = 12  # themes where no number is asked for
TERMS = 4  # words a theme is called by
AGAIN = 0.75  # cosine from which on two passages are one answer given twice
LITTLE = 3  # a shorter word says little of what is talked about
_LITTLE = """
the and that this with from have was were they them then there their what when which will would could about
just into over only some very been because your you she her him his our out all not but for are had has can
did does one who how why yes well know think like really going thing things people time
"""
_LITTLE_WORDS = frozenset(_LITTLE.split())


Vectors = NDArray[np.float32]


class Passage(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is said in one file. range: in its own time."""

    asset: str
    name: str
    range: Range
    text: str
    speaker: str = ""


class Theme(msgspec.Struct, frozen=True, kw_only=True):
    """Passages about one matter, the most central first. terms: words that tell it from the others; again: of
    passages that say the same, (kept, earlier): the last one is kept."""

    name: str
    terms: tuple[str, ...]
    passages: tuple[Passage, ...]
    again: tuple[tuple[Passage, Passage], ...] = ()


def themes_of(passages: Sequence[Passage], vectors: Vectors, count: int | None = None) -> list[Theme]:
    """The themes of passages, those with most said first. vectors: (n, d), of length one. count: how many."""
    if not passages:
        return []
    labels = _grouped(vectors, count)
    whole = Counter(word for one in passages for word in set(_content(one.text)))
    found = []
    for label in sorted(set(labels)):
        own = [at for at, one in enumerate(labels) if one == label]
        found.append(_theme([passages[at] for at in own], vectors[own], whole, len(passages)))
    return sorted(found, key=lambda one: -sum(len(each.text) for each in one.passages))


def word_vectors(texts: Sequence[str]) -> Vectors:
    """Unit vectors of word stems, rare ones counting more: (n, stems)."""
    stems = [[_stem(word) for word in _content(text)] for text in texts]
    known = {stem: place for place, stem in enumerate(dict.fromkeys(stem for one in stems for stem in one))}
    table = np.zeros((len(texts), max(1, len(known))), np.float32)
    for row, one in enumerate(stems):
        for stem in one:
            table[row, known[stem]] += 1
    seen = np.maximum(1, (table > 0).sum(axis=0))
    table *= np.log(1 + len(texts) / seen)
    lengths = np.linalg.norm(table, axis=1, keepdims=True)
    return np.asarray(np.divide(table, lengths, out=np.zeros_like(table), where=lengths > 0), np.float32)


def _grouped(vectors: Vectors, count: int | None) -> list[int]:
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    total = len(vectors)
    if total < 3 or count == 1:
        return [1] * total
    apart = np.clip(1 - vectors @ vectors.T, 0, 2).astype(np.float64)
    np.fill_diagonal(apart, 0)
    tree = linkage(squareform((apart + apart.T) / 2, checks=False), "average")
    counts = range(2, min(MOST, total - 1) + 1) if count is None else [min(count, total)]
    cuts = [fcluster(tree, one, "maxclust") for one in counts]
    best = max(cuts, key=lambda labels: _silhouette(apart, labels))
    return [int(one) for one in best]


def _silhouette(apart: NDArray[np.float64], labels: NDArray[np.int32]) -> float:
    """The mean of how much nearer each is to its own group than to the next; one alone counts nothing."""
    groups = np.unique(labels)
    if len(groups) < 2:
        return -1.0
    member = labels[None, :] == groups[:, None]
    sizes = member.sum(axis=1)
    sums = apart @ member.T
    own = np.searchsorted(groups, labels)
    rows = np.arange(len(labels))
    alone = sizes[own] == 1
    inside = sums[rows, own] / np.maximum(1, sizes[own] - 1)
    means = sums / sizes
    means[rows, own] = np.inf
    nearest = means.min(axis=1)
    value = (nearest - inside) / np.maximum(np.maximum(nearest, inside), 1e-12)
    return float(np.where(alone, 0.0, value).mean())


def _theme(passages: Sequence[Passage], vectors: Vectors, whole: Counter[str], total: int) -> Theme:
    counted = Counter(word for one in passages for word in set(_content(one.text)))
    share = {word: count * np.log(1 + total / whole[word]) for word, count in counted.items()}
    terms = tuple(sorted(share, key=lambda word: (-share[word], word))[:TERMS])
    central = vectors @ vectors.mean(axis=0)
    order = sorted(range(len(passages)), key=lambda at: (-round(float(central[at]), 6), at))
    again = _again(passages, vectors)
    earlier = {id(two) for _, two in again}
    kept = [passages[at] for at in order if id(passages[at]) not in earlier]
    return Theme(name=", ".join(terms) or "no words", terms=terms, passages=tuple(kept), again=tuple(again))


def _again(passages: Sequence[Passage], vectors: Vectors) -> list[tuple[Passage, Passage]]:
    """Answers given twice by one person in one file: (the last one, an earlier one)."""
    found = []
    for at, one in enumerate(passages):
        later = [
            other
            for place, other in enumerate(passages)
            if other.asset == one.asset
            and other.speaker == one.speaker
            and other.range.start > one.range.start
            and float(vectors[at] @ vectors[place]) >= AGAIN
        ]
        if later:
            found.append((max(later, key=lambda each: each.range.start), one))
    return found


def _content(text: str) -> list[str]:
    return [one for one in spoken_words(text) if len(one) > LITTLE - 1 and one not in _LITTLE_WORDS]


def _stem(word: str) -> str:
    bare = re.sub(r"(?:'s|ing|ed|es|s|ly)$", "", word) if len(word) > 4 else word
    return bare[:8]
