"""Notes that say the same made one, and what is left grouped by scene and subject."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from answerprint.departments.script.analysis.manuscript import words_of
from answerprint.departments.script.analysis.repetition import FUNCTION_WORDS
from answerprint.departments.script.notes.records import Merged, Note

SAME_WORDS = 0.62  # cosine of word stems: two wordings of one remark
SAME_MEANING = 0.72  # cosine of MiniLM: set on pairs of paraphrases, see bench/analysis
BLOCK = 512  # rows compared at a time: memory stays small for thousands of notes

Embed = Callable[[Sequence[str]], NDArray[np.float32]]
_CUT = re.compile(r"\b(?:cut|trim|lose|delete|remove|drop|shorten|less|too (?:long|much|many|slow))\b", re.I)
_KEEP = re.compile(
    r"\b(?:keep|love|loved|great|don't (?:cut|touch|change)|best|perfect|longer|more of|expand)\b", re.I
)


def merged(notes: Sequence[Note], embed: Embed | None = None) -> list[Merged]:
    """Notes with their doubles joined, in order of the first. embed adds likeness of meaning.

    Two notes are doubles when their words (or, with a model, their meaning) are near and they are not on
    different scenes. Every wording is kept under the one that stands for it.
    """
    if not notes:
        return []
    vectors = _vectors([one.text for one in notes])
    meanings = embed([one.text for one in notes]) if embed is not None else None
    ones: list[int] = []
    others: list[int] = []
    likeness: dict[tuple[int, int], float] = {}
    for start in range(0, len(notes), BLOCK):
        near = (vectors[start : start + BLOCK] @ vectors.T).toarray()
        hits = near >= SAME_WORDS
        if meanings is not None:
            meant = meanings[start : start + BLOCK] @ meanings.T
            hits |= meant >= SAME_MEANING
            near = np.maximum(near, np.where(meant >= SAME_MEANING, meant, 0))
        for row, column in zip(*np.nonzero(hits), strict=True):
            one, other = start + int(row), int(column)
            if one < other and _together(notes[one], notes[other]):
                ones.append(one)
                others.append(other)
                likeness[one, other] = float(near[row, column])
    graph = csr_matrix((np.ones(len(ones)), (ones, others)), shape=(len(notes), len(notes)))
    _, labels = connected_components(graph, directed=False)
    groups: dict[int, list[int]] = defaultdict(list)
    for index, label in enumerate(labels):
        groups[int(label)].append(index)
    found = []
    for members in groups.values():
        fullest = max(members, key=lambda one: (len(notes[one].text), -one))
        pairs = [likeness[pair] for pair in pairwise(members) if pair in likeness]
        found.append(
            Merged(
                note=notes[fullest],
                same=tuple(notes[one] for one in members if one != fullest),
                likeness=round(min(pairs), 3) if pairs else 1.0,
                readers=tuple(dict.fromkeys(_reader(notes[one]) for one in members)),
            )
        )
    return found


def grouped(notes: Sequence[Merged]) -> dict[tuple[str, str], list[Merged]]:
    """(scene, subject) → remarks, those of most readers first; scenes in order, the whole script first."""
    groups: dict[tuple[str, str], list[Merged]] = defaultdict(list)
    for one in notes:
        groups[one.note.scene, one.note.subject or subject_of(one.note.text)].append(one)
    for found in groups.values():
        found.sort(key=lambda one: -len(one.readers))
    return dict(sorted(groups.items(), key=lambda one: (_number(one[0][0]), one[0][1])))


def subject_of(text: str) -> str:
    """What a note is about, by its words; "general" when none tells."""
    votes: Counter[str] = Counter()
    for word in words_of(text):
        for subject in subjects().get(word, ()):
            votes[subject] += 1
    return votes.most_common(1)[0][0] if votes else "general"


def divided(notes: Sequence[Merged]) -> bool:
    """Whether some want it cut and others want it kept."""
    texts = [each.text for one in notes for each in (one.note, *one.same)]
    cut = sum(bool(_CUT.search(text)) and not _KEEP.search(text) for text in texts)
    keep = sum(bool(_KEEP.search(text)) and not _CUT.search(text) for text in texts)
    return cut > 0 and keep > 0


@lru_cache(maxsize=1)
def subjects() -> dict[str, tuple[str, ...]]:
    """Word → subjects it votes for."""
    text = files("answerprint.departments.script.notes").joinpath("data/subjects.txt").read_text("utf-8")
    found: dict[str, tuple[str, ...]] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            subject, _, words = line.partition(":")
            for word in words.split():
                found[word] = (*found.get(word, ()), subject)
    return found


def stems(text: str) -> list[str]:
    """Content words cut to their first letters: `dragging` and `drags` are one."""
    found = []
    for word in words_of(text):
        if word in FUNCTION_WORDS:
            continue
        bare = re.sub(r"(?:'s|ing|edly|ed|es|s|ly)$", "", word) if len(word) > 4 else word
        found.append(bare[:8] if len(bare) > 2 else word)
    return found


def _vectors(texts: Sequence[str]) -> csr_matrix:
    place: dict[str, int] = {}
    rows: list[int] = []
    columns: list[int] = []
    for row, text in enumerate(texts):
        for stem in set(stems(text)):
            rows.append(row)
            columns.append(place.setdefault(stem, len(place)))
    table = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(texts), max(1, len(place))))
    seen = np.bincount(columns, minlength=max(1, len(place))) if columns else np.zeros(1)
    table = csr_matrix(table.multiply(np.log(1 + len(texts) / np.maximum(seen, 1))[None, :]))
    norm = np.sqrt(np.asarray(table.multiply(table).sum(axis=1)).ravel())
    return csr_matrix(table.multiply(1 / np.maximum(norm, 1e-12)[:, None]))


def _together(one: Note, other: Note) -> bool:
    return not one.scene or not other.scene or one.scene == other.scene


def _reader(note: Note) -> str:
    return note.reader or note.file


def _number(scene: str) -> tuple[int, int, str]:
    digits = re.search(r"\d+", scene)
    return (0, 0, "") if not scene else (1, int(digits[0]) if digits else 0, scene)
