"""Dialogue that says itself again: sentences, phrases and near-duplicate speeches, with both passages."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.script.analysis.manuscript import (
    Manuscript,
    Speech,
    round_to,
    sentences_of,
    words_of,
)
from answerprint.departments.script.analysis.records import Part, ScriptFinding
from answerprint.departments.script.analysis.word_lists import word_list

NEAR_SPEECHES = 60  # about ten pages of talk: said again within it, the ear still has it
PHRASE_WORDS = 5  # shorter phrases are ordinary speech
CONTENT_WORDS = 2  # of which at least so many are no function words
SHORT_SENTENCE = 2  # words: a sentence as short counts only when it comes back often
OFTEN = 4  # times in one stretch
SHINGLE = 2  # words
ROWS, BANDS = 3, 32  # MinHash: pairs of Jaccard .6 share a band with probability .9996, of .2 with .23
DUPLICATE = 0.6  # Jaccard of two-word shingles
LEAST_SPEECH = 6  # words

FUNCTION_WORDS = frozenset(word_list("function_words"))


def repetition(script: Manuscript) -> Part:
    """Findings of repeated sentences, phrases and speeches. Far echoes are told apart: they may be meant."""
    part = Part()
    speeches = [one for one in script.speeches if one.words]
    groups: list[tuple[str, list[Speech]]] = []
    claimed: set[tuple[int, ...]] = set()
    for label, found in (
        ("speech", similar_speeches(speeches)),
        ("sentence", repeated_sentences(speeches)),
        ("phrase", repeated_phrases(speeches)),
    ):
        for text, members in found:
            key = tuple(one.index for one in members)
            if not any(set(key) <= set(other) for other in claimed):
                claimed.add(key)
                groups.append((f"{label}|{text}", members))
    repeated: set[int] = set()
    for label, members in groups:
        finding, near = _finding(script, label, members)
        part.findings.append(finding)
        if near:
            repeated.update(one.index for one in members)
    share = len(repeated) / max(1, len(speeches))
    part.measures["dialogue.repeated_share"] = (round_to(share, 4),)
    if speeches and not any(one.kind == "dialogue.repetitive" for one in part.findings):
        part.findings.append(
            ScriptFinding(
                kind="dialogue.not_repetitive",
                summary=f"no speech, sentence or phrase comes back within {NEAR_SPEECHES} speeches",
                value=round_to(share, 4),
                threshold=0.0,
                measure="share of speeches that repeat another",
                reference="dialogue.repeated_share",
            )
        )
    return part


def repeated_sentences(speeches: Sequence[Speech]) -> list[tuple[str, list[Speech]]]:
    """Sentences said in the same words more than once, and the speeches that say them."""
    said: dict[tuple[str, ...], list[Speech]] = defaultdict(list)
    for speech in speeches:
        for sentence in sentences_of(speech.text):
            words = words_of(sentence)
            if words and (not said[words] or said[words][-1].index != speech.index):
                said[words].append(speech)
    found = []
    for words, members in said.items():
        content = sum(word not in FUNCTION_WORDS for word in words)
        if len(words) > SHORT_SENTENCE + 1 and content >= 1:
            close = _near_run(members, 2)
        elif len(words) >= SHORT_SENTENCE:
            close = _near_run(members, OFTEN)
        else:
            continue
        if close or (len(words) >= PHRASE_WORDS and content >= CONTENT_WORDS and len(members) > 1):
            found.append((" ".join(words), close or members))
    return found


def repeated_phrases(speeches: Sequence[Speech]) -> list[tuple[str, list[Speech]]]:
    """Runs of five words or more that come back within the reach of the ear, lengthened as far as they go."""
    seen: dict[tuple[str, ...], list[tuple[int, int]]] = defaultdict(list)
    for place, speech in enumerate(speeches):
        for at in range(len(speech.words) - PHRASE_WORDS + 1):
            words = speech.words[at : at + PHRASE_WORDS]
            if sum(word not in FUNCTION_WORDS for word in words) >= CONTENT_WORDS:
                seen[words].append((place, at))
    found: dict[tuple[int, ...], tuple[str, ...]] = {}
    for words, places in seen.items():
        members: list[int] = []
        for place, _ in places:
            if not members or (place != members[-1] and place - members[-1] <= NEAR_SPEECHES):
                members.append(place)
        if len(members) < 2:
            continue
        key = tuple(members)
        # Overlapping runs of one repeat are one phrase: the first stands, lengthened by each that follows.
        known = found.get(key)
        if known is None:
            found[key] = words
        elif known[-(PHRASE_WORDS - 1) :] == words[:-1]:
            found[key] = (*known, words[-1])
    return [(" ".join(words), [speeches[one] for one in key]) for key, words in found.items()]


def similar_speeches(speeches: Sequence[Speech]) -> list[tuple[str, list[Speech]]]:
    """Pairs of speeches near in words (Jaccard of two-word shingles), found by MinHash bands.

    Broder 1997; the bands keep the work linear in the speeches. Every pair proposed is measured exactly.
    """
    kept = [one for one in speeches if len(one.words) >= LEAST_SPEECH]
    shingles = [frozenset(_shingles(one.words)) for one in kept]
    buckets: dict[bytes, list[int]] = defaultdict(list)
    for index, signature in enumerate(signatures(shingles)):
        for band in range(BANDS):
            buckets[bytes([band]) + signature[band * ROWS : (band + 1) * ROWS].tobytes()].append(index)
    pairs: set[tuple[int, int]] = set()
    for members in buckets.values():
        for one, other in pairwise(members):  # neighbours: a bucket is a chain
            pairs.add((one, other))
    linked: dict[int, int] = {}
    for one, other in sorted(pairs):
        union = len(shingles[one] | shingles[other])
        if union and len(shingles[one] & shingles[other]) / union >= DUPLICATE:
            linked[other] = linked.get(one, one)
    groups: dict[int, list[int]] = defaultdict(list)
    for other, head in linked.items():
        groups[head].append(other)
    return [
        (" ".join(kept[head].words[:12]), [kept[head], *(kept[one] for one in sorted(others))])
        for head, others in sorted(groups.items())
    ]


def signatures(shingles: Sequence[frozenset[str]]) -> list[NDArray[np.uint64]]:
    """MinHash signatures of (ROWS * BANDS,) each, the same on every machine and run."""
    random = np.random.default_rng(20011)
    prime = np.uint64((1 << 31) - 1)
    factor = random.integers(1, int(prime), ROWS * BANDS, dtype=np.uint64)
    shift = random.integers(0, int(prime), ROWS * BANDS, dtype=np.uint64)
    numbers: dict[str, int] = {}
    found = []
    for one in shingles:
        values = []
        for text in sorted(one):
            if text not in numbers:
                digest = hashlib.blake2b(text.encode(), digest_size=4).digest()
                numbers[text] = int.from_bytes(digest, "big") % int(prime)
            values.append(numbers[text])
        hashed = np.array(values or [0], np.uint64)
        found.append(((hashed[:, None] * factor[None, :] + shift[None, :]) % prime).min(axis=0))
    return found


def _shingles(words: Sequence[str]) -> Iterable[str]:
    return (" ".join(words[at : at + SHINGLE]) for at in range(len(words) - SHINGLE + 1))


def _near_run(members: Sequence[Speech], least: int) -> list[Speech]:
    """The longest chain of speeches that follow within the reach of the ear, if it has so many."""
    best: list[Speech] = []
    run: list[Speech] = []
    for one in members:
        if run and one.index - run[-1].index > NEAR_SPEECHES:
            run = []
        run.append(one)
        if len(run) > len(best):
            best = list(run)
    return best if len(best) >= least else []


def _finding(script: Manuscript, label: str, members: Sequence[Speech]) -> tuple[ScriptFinding, bool]:
    kind, _, text = label.partition("|")
    apart = min(other.index - one.index for one, other in pairwise(members))
    near = apart <= NEAR_SPEECHES
    speakers = Counter(one.character for one in members)
    who = ", ".join(name for name, _ in speakers.most_common(3))
    refrain = len(speakers) == 1 and len(members) >= OFTEN
    shown = text if len(text) <= 90 else text[:89] + "…"
    note = " (one speaker, often: it may be meant as a refrain)" if refrain else ""
    if near:
        summary = f"the same {kind} {len(members)} times, by {who}: “{shown}”{note}"
    else:
        summary = f"“{shown}” comes back after {apart} speeches: an echo, or a line written twice"
    words = len(text.split())
    return (
        ScriptFinding(
            kind="dialogue.repetitive" if near else "dialogue.echo",
            summary=summary,
            evidence=tuple(script.said(one) for one in members[:6]),
            value=float(len(members)) if near else float(apart),
            threshold=2.0 if near else float(NEAR_SPEECHES),
            confidence=round_to(
                min(0.95, 0.4 + 0.06 * words + 0.05 * len(members)) * (0.6 if refrain else 1)
            ),
            measure="times said" if near else "speeches between the two",
            subject=who,
        ),
        near,
    )
