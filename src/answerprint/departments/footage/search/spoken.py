"""Words in what is said and written: passages by full text, and phrases put together from single words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.footage.search.joining import touched
from answerprint.departments.footage.search.library import (
    MOST_MATCHES,
    MOST_TEXT,
    Found,
    Library,
    Places,
)
from answerprint.departments.footage.search.vocabulary import LITTLE_WORDS, PASSAGES, words_of

WORDS = "words.1"
ON_SCREEN = ("text.1", "slates.1")
LONGEST_PHRASE = 24  # words of a phrase that are looked for one after another
FEW = 500  # places of a phrase whose words are looked at one by one
FLOOR = 0.6  # what the weakest match of all words counts; the best counts 1
SOME = 0.5  # what a passage counts at most that has only some of the words


def said(library: Library, text: str, *, phrase: bool, assets: Sequence[int] | None) -> Found:
    """Where the words are said: passages that have all of them (in this order, for a phrase), and runs of
    single words that are the phrase, which stand in for the passage they lie in.

    assets: only these. Where no passage has all words, those that have some, fewer counting less.
    """
    asked = [word for word in text.split() if any(one.isalnum() for one in word)]
    content = asked if phrase else [one for one in asked if words_of(one) not in LITTLE_WORDS] or asked
    if not content:
        return nothing(library)
    query = f'"{" ".join(content)}"' if phrase else " ".join(content)
    passages = _matching(library, query, PASSAGES, assets)
    runs = _runs(library, content if phrase else content[:1], assets) if phrase or len(content) == 1 else None
    if runs is not None and len(runs):
        return _joined(passages, runs)
    if not len(passages) and len(content) > 1 and not phrase:
        return _some(library, content, assets)
    return passages


def written(library: Library, text: str, assets: Sequence[int] | None) -> Found:
    """Where words stand in the picture."""
    return _matching(library, f'"{text}"', ON_SCREEN, assets, how="text in the picture")


def nothing(library: Library) -> Found:
    none = np.zeros(0, np.int32)
    return library.found(none, none)


def _matching(
    library: Library, query: str, names: Sequence[str], assets: Sequence[int] | None, how: str = "words"
) -> Found:
    track, place, ranks, notes = _places(library, query, names, assets)
    best = float(ranks.max()) if len(ranks) else 0.0
    strength = FLOOR + (1 - FLOOR) * (ranks / best if best > 0 else np.ones(len(track)))
    return library.found(track, place, strength, how=how, notes=notes)


def _places(
    library: Library, query: str, names: Sequence[str], assets: Sequence[int] | None
) -> tuple[NDArray[np.int32], Places, NDArray[np.float64], tuple[str, ...]]:
    """(track, place, rank, notes) of the annotations with the words, in tracks of these names."""
    match = library.catalogue.matching(query, most=MOST_MATCHES)
    track, place, there = library.of_ids(match.ids)
    ranks = np.asarray(match.ranks, np.float64) if match.ranks else np.zeros(len(track))
    there &= library.among(names, assets)[track]
    track, place, ranks = track[there], place[there], ranks[there]
    bounded = match.bounded or len(track) > MOST_TEXT
    return track[:MOST_TEXT], place[:MOST_TEXT], ranks[:MOST_TEXT], _bounded(bounded)


def _runs(library: Library, words: Sequence[str], assets: Sequence[int] | None) -> Found | None:
    """Words that follow one another in words.1."""
    if not library.of(WORDS):
        return None
    plain = [_plain(word) for word in words[:LONGEST_PHRASE]]
    rarest = min(range(len(plain)), key=lambda k: library.catalogue.how_many(plain[k])) if plain[1:] else 0
    track, place, _, notes = _places(library, plain[rarest], (WORDS,), assets)
    first = place - rarest
    inside = (first >= 0) & (first + len(plain) <= library.counts[track])
    track, first = track[inside], first[inside]
    for k, word in enumerate(plain):  # sets of rows are quicker than looking at each
        if k == rarest or len(first) <= FEW:
            continue
        others = library.catalogue.matching(word, most=MOST_MATCHES)
        if not others.bounded:
            beside = np.isin(library.first_ids[track] + first + k, np.asarray(others.ids, np.int64))
            track, first = track[beside], first[beside]
    if len(plain) > 1:
        is_it = _follow(library, track, first, plain)
        track, first = track[is_it], first[is_it]
    span = np.full(len(first), len(plain), np.int32)
    return library.found(track, first.astype(np.int32), how="words", span=span, notes=notes)


def _follow(library: Library, track: NDArray[np.int32], first: Places, words: list[str]) -> NDArray[np.bool_]:
    """Whether the words stand one after another from each place."""
    ids = (library.first_ids[track] + first).tolist()
    texts = library.catalogue.texts(id + k for id in ids for k in range(len(words)))
    kept = (all(_plain(texts.get(id + k, "")) == word for k, word in enumerate(words)) for id in ids)
    return np.fromiter(kept, np.bool_, len(ids))


def _joined(passages: Found, runs: Found) -> Found:
    """Runs, and the passages in which none lies: the run says where in the passage."""
    if not len(passages):
        return runs
    alone = ~touched(passages.as_moments(0, 1, 1.0), runs.as_moments(0, 1, 1.0))
    return stacked([runs, passages.take(alone)])


def _some(library: Library, words: Sequence[str], assets: Sequence[int] | None) -> Found:
    """Passages that have some of the words, the rarer counting more; single words where none has two."""
    score: dict[tuple[int, int], float] = {}
    total = 0.0
    for word in words:
        found = _matching(library, word, PASSAGES, assets)
        weight = 1.0 / (1 + np.log1p(len(found)))
        total += weight
        for track, place in zip(found.track.tolist(), found.place.tolist(), strict=True):
            score[track, place] = score.get((track, place), 0.0) + weight
    if not score:
        parts = [one for word in words if (one := _runs(library, [word], assets)) is not None and len(one)]
        return stacked(parts) if parts else nothing(library)
    pairs = list(score)
    strength = np.array([SOME * score[pair] / total for pair in pairs])
    tracks, places = (np.array(column, np.int32) for column in zip(*pairs, strict=True))
    note = ("no passage has all of these words: those that have some are shown",)
    return library.found(tracks, places, strength, how="some of the words", notes=note)


def stacked(parts: Sequence[Found]) -> Found:
    """Several findings of one clause as one."""
    parts = [one for one in parts if len(one)] or list(parts[:1])
    if len(parts) == 1:
        return parts[0]

    spans = [np.ones(len(one), np.int32) if one.span is None else one.span for one in parts]
    measures = [np.full(len(one), np.nan) if one.measure is None else one.measure for one in parts]
    return Found(
        np.concatenate([one.asset for one in parts]),
        np.concatenate([one.start for one in parts]),
        np.concatenate([one.end for one in parts]),
        np.concatenate([one.score for one in parts]),
        np.concatenate([one.track for one in parts]),
        np.concatenate([one.place for one in parts]),
        np.concatenate(spans),
        "|".join(dict.fromkeys(one.how for one in parts)),
        np.concatenate(measures) if any(one.measure is not None for one in parts) else None,
        tuple(dict.fromkeys(note for one in parts for note in one.notes)),
    )


def _plain(word: str) -> str:
    """A word as the index has it, for a comparison letter by letter; a beginning* keeps its star."""
    split = unicodedata.normalize("NFD", word.casefold())
    return re.sub(r"[^\w*']", "", "".join(one for one in split if not unicodedata.combining(one)))


def _bounded(bounded: bool) -> tuple[str, ...]:
    return (f"said very often: the first {MOST_TEXT:,} were looked at",) if bounded else ()
