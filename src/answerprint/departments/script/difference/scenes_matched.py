"""Which scene became which: by their words, never by their numbers; moved, split, merged, renamed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_matrix

from answerprint.departments.script.analysis.manuscript import Manuscript, SceneText
from answerprint.departments.script.difference.records import Rename

LEAST_LIKE = 0.30  # cosine under which two scenes are strangers, whatever their headings
HEADING_BONUS = 0.10
ORDER_BONUS = 0.05
PART = 0.55  # of a scene's word pairs found in another, to be a piece of it
LEAST_PART = 6  # word pairs a piece must have
LEAST_VOTES = 2

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Match:
    """A scene of both revisions, by index."""

    before: int
    after: int
    similarity: float
    moved: bool = False


@dataclass(frozen=True)
class Matching:
    """Pairs, and what has no pair. `splits` and `merges` name the pieces beyond the pair itself."""

    pairs: tuple[Match, ...]
    splits: dict[int, list[int]]  # scene before → further scenes after that are pieces of it
    merges: dict[int, list[int]]  # scene after → further scenes before that went into it
    removed: tuple[int, ...]
    added: tuple[int, ...]


def matched(before: Manuscript, after: Manuscript) -> Matching:
    """The scenes of two revisions paired by what they say.

    Cosine of their words (weighted by rarity) with a little for the same heading and order; the pairing of
    greatest sum (Hungarian method). Work grows with the product of the scene counts, a matter of
    milliseconds for two hundred.
    """
    like = similarities(before, after)
    bonus = np.array(
        [
            [HEADING_BONUS * (one.heading.casefold() == other.heading.casefold()) for other in after.scenes]
            for one in before.scenes
        ]
    ).reshape(like.shape)
    order = 1 - np.abs(
        np.array([one.middle for one in before.scenes])[:, None]
        - np.array([one.middle for one in after.scenes])[None, :]
    )
    short = _short_pairs(before.scenes, after.scenes)
    score = np.where((like >= LEAST_LIKE) | short, like + bonus + ORDER_BONUS * order, 0.0)
    rows, columns = linear_sum_assignment(-score)
    pairs = [
        (int(row), int(column)) for row, column in zip(rows, columns, strict=True) if score[row, column] > 0
    ]
    staying = _rising([column for _, column in pairs])
    found = tuple(
        Match(row, column, float(like[row, column]), moved=place not in staying)
        for place, (row, column) in enumerate(pairs)
    )
    lone_before = sorted(set(range(len(before.scenes))) - {row for row, _ in pairs})
    lone_after = sorted(set(range(len(after.scenes))) - {column for _, column in pairs})
    splits = _pieces(after.scenes, lone_after, before.scenes, {row for row, _ in pairs})
    merges = _pieces(before.scenes, lone_before, after.scenes, {column for _, column in pairs})
    taken_after = {one for group in splits.values() for one in group}
    taken_before = {one for group in merges.values() for one in group}
    return Matching(
        pairs=found,
        splits=splits,
        merges=merges,
        removed=tuple(one for one in lone_before if one not in taken_before),
        added=tuple(one for one in lone_after if one not in taken_after),
    )


def similarities(before: Manuscript, after: Manuscript) -> Floats:
    """(scenes before, scenes after): cosine of words weighted by inverse scene frequency, 0 to 1."""
    scenes = [*before.scenes, *after.scenes]
    place: dict[str, int] = {}
    rows: list[int] = []
    columns: list[int] = []
    values: list[float] = []
    for row, scene in enumerate(scenes):
        counted = Counter(word for one in scene.texts for word in one.words)
        for word, count in counted.items():
            rows.append(row)
            columns.append(place.setdefault(word, len(place)))
            values.append(1 + float(np.log(count)))
    table = csr_matrix((values, (rows, columns)), shape=(len(scenes), max(1, len(place))))
    seen = np.bincount(columns, minlength=max(1, len(place)))
    table = table.multiply(np.log((1 + len(scenes)) / (1 + seen)) + 1).tocsr()
    norm = np.sqrt(np.asarray(table.multiply(table).sum(axis=1)).ravel())
    table = table.multiply(1 / np.maximum(norm, 1e-12)[:, None]).tocsr()
    one, other = table[: len(before.scenes)], table[len(before.scenes) :]
    return np.asarray((one @ other.T).toarray(), float)


def renames(before: Manuscript, after: Manuscript, pairs: Sequence[Match]) -> tuple[Rename, ...]:
    """Characters whose speeches go on under another cue, and sets whose scenes go on under another name.

    A name counts as new only when the old one is gone from the later revision and the new one is not in the
    earlier.
    """
    old_cast, new_cast = set(before.cast), set(after.cast)
    old_sets = {one.location.casefold() for one in before.scenes}
    new_sets = {one.location.casefold() for one in after.scenes}
    cues: Counter[tuple[str, str]] = Counter()
    sets: Counter[tuple[str, str]] = Counter()
    spoken: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for pair in pairs:
        one, other = before.scenes[pair.before], after.scenes[pair.after]
        spoken.clear()
        for speech in other.speeches:
            spoken[speech.words].append(speech.character)
        for speech in one.speeches:
            for name in spoken.get(speech.words, [])[:1]:
                if speech.character not in new_cast and name not in old_cast:
                    cues[speech.character, name] += 1
        here, there = one.location, other.location
        if here.casefold() not in new_sets and there.casefold() not in old_sets and pair.similarity > 0.5:
            sets[here, there] += 1
    found = [
        Rename(kind="character", before=old, after=new, places=count)
        for (old, new), count in cues.most_common()
        if count >= min(LEAST_VOTES, sum(one.character == old for one in before.speeches))
    ]
    found += [
        Rename(kind="set", before=old, after=new, places=count) for (old, new), count in sets.most_common()
    ]
    unique: dict[tuple[str, str], Rename] = {}
    for rename in found:
        unique.setdefault((rename.kind, rename.before.casefold()), rename)
    return tuple(unique.values())


def _short_pairs(before: Sequence[SceneText], after: Sequence[SceneText]) -> NDArray[np.bool_]:
    """Scenes without words pair by an equal heading alone."""
    empty = [{one.heading.casefold() for one in [scene] if not scene.words} for scene in after]
    return np.array(
        [[not one.words and one.heading.casefold() in other for other in empty] for one in before]
    ).reshape(len(before), len(after))


def _rising(columns: Sequence[int]) -> set[int]:
    """Places of a longest rising run: what is in it stayed, what is not was moved. n log n (Fredman 1975)."""
    tails: list[int] = []
    back: list[int] = []
    ends: list[int] = []
    for place, value in enumerate(columns):
        at = int(np.searchsorted(tails, value)) if tails else 0
        back.append(ends[at - 1] if at else -1)
        if at == len(tails):
            tails.append(value)
            ends.append(place)
        else:
            tails[at], ends[at] = value, place
    kept: set[int] = set()
    place = ends[-1] if ends else -1
    while place >= 0:
        kept.add(place)
        place = back[place]
    return kept


def _pieces(
    lone_scenes: Sequence[SceneText], lone: Sequence[int], wholes: Sequence[SceneText], paired: set[int]
) -> dict[int, list[int]]:
    """Unpaired scenes whose word pairs lie in one scene of the other revision."""
    holders: dict[tuple[str, str], set[int]] = defaultdict(set)
    for index in paired:
        for pair in _word_pairs(wholes[index]):
            holders[pair].add(index)
    found: dict[int, list[int]] = defaultdict(list)
    for index in lone:
        own = _word_pairs(lone_scenes[index])
        if len(own) < LEAST_PART:
            continue
        votes = Counter(holder for pair in own for holder in holders.get(pair, ()))
        for holder, count in votes.most_common(1):
            if count / len(own) >= PART:
                found[holder].append(index)
    return dict(found)


def _word_pairs(scene: SceneText) -> set[tuple[str, str]]:
    return {pair for one in scene.texts for pair in zip(one.words, one.words[1:], strict=False)}
