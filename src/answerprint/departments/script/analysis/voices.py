"""Voices: whether two characters can be told apart by how they speak (Burrows's Delta, permuted speeches)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.script.analysis.manuscript import Manuscript, Speech, round_to
from answerprint.departments.script.analysis.records import Part, ScriptFinding
from answerprint.departments.script.analysis.word_lists import word_list

LEAST_WORDS = 400  # of each: under it nobody's voice is known
LEAST_SPEECHES = 20
MOST_CHARACTERS = 8
MOST_PAIRS = 6  # shown
PERMUTATIONS = 499
SIGNIFICANT = 0.05
ALIKE = 0.5  # p above this, and the distance is no more than chance makes it
MARKERS = word_list("voice_markers")
Floats = NDArray[np.float64]


def voices(script: Manuscript) -> Part:
    """Pairs of large parts whose speech cannot be told apart, and those whose voice stands out."""
    part = Part()
    own: dict[str, list[Speech]] = {}
    for speech in script.speeches:
        own.setdefault(speech.character, []).append(speech)
    large = [
        name
        for name in script.cast
        if len(own[name]) >= LEAST_SPEECHES and sum(len(one.words) for one in own[name]) >= LEAST_WORDS
    ][:MOST_CHARACTERS]
    if len(large) < 2 or not script.english:
        part.findings.append(
            ScriptFinding(
                kind="dialogue.voices_untold",
                summary="voices are not compared: "
                + (
                    f"{len(large)} characters speak {LEAST_WORDS} words or more"
                    if script.english
                    else "the marker words are English, and this script is not"
                ),
                value=float(len(large)),
                threshold=2.0,
                measure=f"characters with at least {LEAST_WORDS} words and {LEAST_SPEECHES} speeches",
            )
        )
        return part
    counts = {name: marker_counts(own[name]) for name in large}
    distances: list[float] = []
    alike: list[ScriptFinding] = []
    for number, (one, other) in enumerate(combinations(large, 2)):
        distance, null, p = told_apart(counts[one], counts[other], seed=number)
        distances.append(round_to(distance))
        if p <= ALIKE:
            continue
        examples = [own[one][len(own[one]) // 2], own[other][len(own[other]) // 2]]
        words = min(sum(len(speech.words) for speech in own[name]) for name in (one, other))
        alike.append(
            ScriptFinding(
                kind="dialogue.voices_alike",
                summary=f"{one} and {other} cannot be told apart by their words: exchanging their speeches "
                f"at random gives as great a difference in {p:.0%} of trials",
                evidence=tuple(script.said(speech) for speech in examples),
                value=round_to(distance),
                threshold=round_to(null),
                # Absence of a difference is evidence only as far as a difference would have been seen.
                confidence=round_to(min(0.9, p * min(1.0, words / 1500))),
                measure="Burrows's Delta; the threshold is 95 % of exchanged speeches, above it they differ",
                subject=f"{one}, {other}",
                reference="dialogue.voice_distance",
            )
        )
    alike.sort(key=lambda one: -(one.confidence or 0.0))
    part.findings += alike[:MOST_PAIRS]
    part.measures["dialogue.voice_distance"] = tuple(distances)
    return part


def marker_counts(speeches: Sequence[Speech]) -> Floats:
    """(speeches, markers + 4): function words, then words, sentence marks `.`, `?`, `!`."""
    place = {word: index for index, word in enumerate(MARKERS)}
    counts = np.zeros((len(speeches), len(MARKERS) + 4))
    for row, speech in enumerate(speeches):
        for word in speech.words:
            if word in place:
                counts[row, place[word]] += 1
        counts[row, -4] = len(speech.words)
        counts[row, -3:] = [speech.text.count(mark) for mark in ".?!"]
    return counts


def told_apart(one: Floats, other: Floats, seed: int = 0) -> tuple[float, float, float]:
    """Delta between two speakers, its 95 % under exchanged speeches, and p.

    Speeches are exchanged whole, so that their length and inner order stay. Delta is the mean absolute
    difference of the markers' rates, each over its deviation among the exchanges.
    """
    pool = np.concatenate([one, other])
    random = np.random.default_rng(seed)
    member = np.zeros((PERMUTATIONS + 1, len(pool)))
    member[0, : len(one)] = 1
    order = random.permuted(np.tile(np.arange(len(pool)), (PERMUTATIONS, 1)), axis=1)
    np.put_along_axis(member[1:], order[:, : len(one)], 1, axis=1)
    first, second = member @ pool, (1 - member) @ pool
    rates = first / np.maximum(first[:, -4:-3], 1) - second / np.maximum(second[:, -4:-3], 1)
    rates = np.delete(rates, -4, axis=1)
    deviation = rates[1:].std(axis=0)
    used = deviation > 1e-9
    delta = np.mean(np.abs(rates[:, used]) / deviation[used], axis=1) if used.any() else np.zeros(len(rates))
    p = float((1 + np.sum(delta[1:] >= delta[0] - 1e-12)) / (1 + PERMUTATIONS))
    return float(delta[0]), float(np.quantile(delta[1:], 1 - SIGNIFICANT)), p
