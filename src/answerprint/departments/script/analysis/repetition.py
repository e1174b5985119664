"""Dialogue that says itself again: sentences, phrases and near-duplicate speeches, with both passages."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
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
PHRASE_BITS = 40.0  # of a phrase of five words; `what are you talking about` has some 35
SENTENCE_BITS = 18.0
FUNCTION_BITS = 6.0
LEAST_TOTAL = 10_000  # words: a short script does not make its words common
MOST_REPEATS = 20  # findings
MOST_ECHOES = 8

FUNCTION_WORDS = frozenset(word_list("function_words"))


def repetition(script: Manuscript) -> Part:
    """Findings of repeated sentences, phrases and speeches, the most telling first.

    Far echoes are told apart: they may be meant. Of each kind the strongest are shown, and a last finding
    says how many there are.
    """
    part = Part()
    speeches = [one for one in script.speeches if one.words]
    groups: list[tuple[float, ScriptFinding]] = []
    claimed: dict[int, list[set[int]]] = defaultdict(list)
    repeated: set[int] = set()
    rarity = _rarity(speeches)
    for kind, found in (
        ("speech", similar_speeches(speeches)),
        ("sentence", repeated_sentences(speeches, rarity)),
        ("phrase", repeated_phrases(speeches, rarity)),
    ):
        for text, members in found:
            own = {one.index for one in members}
            if any(own <= other for other in claimed[members[0].index]):
                continue  # part of a longer repeat that is shown
            for one in own:
                claimed[one].append(own)
            finding = _finding(script, kind, text, members)
            if finding.kind == "dialogue.repetitive":
                repeated |= own
            groups.append((sum(rarity[word] for word in text.split()) * len(own) ** 0.5, finding))
    groups.sort(key=lambda one: -one[0])
    for kind, most in (("dialogue.repetitive", MOST_REPEATS), ("dialogue.echo", MOST_ECHOES)):
        part.findings += [one for _, one in groups if one.kind == kind][:most]
    share = len(repeated) / max(1, len(speeches))
    part.measures["dialogue.repeated_share"] = (round_to(share, 4),)
    if speeches:
        count = sum(one.kind == "dialogue.repetitive" for _, one in groups)
        part.findings.append(
            ScriptFinding(
                kind="dialogue.repeated_share" if count else "dialogue.not_repetitive",
                summary=f"{count} repeats in all; {share:.1%} of the speeches repeat another near by"
                if count
                else f"no speech, sentence or phrase comes back within {NEAR_SPEECHES} speeches",
                value=round_to(share, 4),
                measure="share of speeches that repeat another",
                reference="dialogue.repeated_share",
            )
        )
    return part


def repeated_sentences(
    speeches: Sequence[Speech], rarity: Mapping[str, float]
) -> list[tuple[str, list[Speech]]]:
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
        bits = _bits(words, rarity)
        if len(words) > SHORT_SENTENCE + 1 and content >= 1 and bits >= SENTENCE_BITS:
            # What is ordinary to say has to come back once more before it is noticed.
            close = _near_run(members, 2 if bits >= PHRASE_BITS else 3)
        elif len(words) >= SHORT_SENTENCE:
            close = _near_run(members, OFTEN)
        else:
            continue
        if close or (len(words) >= PHRASE_WORDS and content >= CONTENT_WORDS and len(members) > 1):
            found.append((" ".join(words), close or members))
    return found


def repeated_phrases(
    speeches: Sequence[Speech], rarity: Mapping[str, float]
) -> list[tuple[str, list[Speech]]]:
    """Runs of five words or more inside a sentence that come back within the reach of the ear.

    A run has to be rare: what everybody says (`what are you talking about`) is no repetition. Overlapping
    runs of one repeat are one phrase, lengthened as far as it goes.
    """
    seen: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, speech in enumerate(speeches):
        for sentence in sentences_of(speech.text):
            said = words_of(sentence)
            for at in range(len(said) - PHRASE_WORDS + 1):
                words = said[at : at + PHRASE_WORDS]
                content = sum(word not in FUNCTION_WORDS for word in words)
                if content >= CONTENT_WORDS and _bits(words, rarity) >= PHRASE_BITS:
                    seen[words].append(place)
    found: dict[tuple[int, ...], tuple[str, ...]] = {}
    for words, places in seen.items():
        members: list[int] = []
        for place in places:
            if not members or (place != members[-1] and place - members[-1] <= NEAR_SPEECHES):
                members.append(place)
        if len(members) < 2:
            continue
        key = tuple(members)
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


def _rarity(speeches: Sequence[Speech]) -> dict[str, float]:
    """Bits each word carries by its frequency in this script's dialogue; a defaulting mapping.

    Function words are capped: how often a script says `I` does not make a phrase rare.
    """
    counted = Counter(word for one in speeches for word in one.words)
    total = max(sum(counted.values()), LEAST_TOTAL)
    bits = {word: float(np.log2(total / count)) for word, count in counted.items()}
    for word in FUNCTION_WORDS & bits.keys():
        bits[word] = min(bits[word], FUNCTION_BITS)
    return defaultdict(lambda: FUNCTION_BITS, bits)


def _bits(words: Sequence[str], rarity: Mapping[str, float]) -> float:
    return sum(rarity[word] for word in words)


def _finding(script: Manuscript, kind: str, text: str, members: Sequence[Speech]) -> ScriptFinding:
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
    certain = 0.4 + 0.06 * len(text.split()) + 0.05 * len(members)
    return ScriptFinding(
        kind="dialogue.repetitive" if near else "dialogue.echo",
        summary=summary,
        evidence=tuple(script.said(one) for one in members[:6]),
        value=float(len(members)) if near else float(apart),
        threshold=2.0 if near else float(NEAR_SPEECHES),
        confidence=round_to(min(0.95, certain) * (0.6 if refrain else 1)),
        measure="times said" if near else "speeches between the two",
        subject=who,
    )
