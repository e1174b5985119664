"""What the words heard of a line say about whether it was read: how telling they are, in what order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from answerprint.departments.footage.speech.recogniser import common_words

LEAST_FIT = -4.2  # mean log likelihood a frame of its words: below, the script was read into the noise
TELLING = 1e-4  # share of all speech below which a word is fully telling; "the" has .05 and tells a third
# Telling words of a line, heard in its order, that no other speech and no noise is heard as (measured: 2.7 at
# most), so that a voice the recogniser knows badly is believed down to a worse fit
WORDS_ENOUGH = 3.0


def telling(word: str) -> float:
    """0 … 1: how much hearing this word says about which line it is."""
    share = common_words().get(word, 0.0)
    return 1.0 if share <= TELLING else float(np.log(share) / np.log(TELLING))


def longest_run(matched: set[int], worth: Sequence[float]) -> float:
    """The most that words of the line said one after the other are worth."""
    best = run = 0.0
    for index, value in enumerate(worth):
        run = run + value if index in matched else 0.0
        best = max(best, run)
    return best


def in_order(indexes: Sequence[int], worth: Sequence[float]) -> float:
    """The most that words heard in the line's order are worth; indexes: of the line's words, as heard."""
    best = [0.0] * (len(worth) + 1)  # of sequences that end before each word of the line
    for index in indexes:
        reached = max(best[: index + 1]) + worth[index]
        best[index + 1] = max(best[index + 1], reached)
    return max(best)


def sureness(fit: float) -> float:
    """0 … 1 from a log likelihood a frame: a half at the least fit that is believed."""
    return float(1 / (1 + np.exp(-2.0 * (fit - LEAST_FIT))))


def sureness_of_words(told: float) -> float:
    """0 … 1 from the telling words that were heard in order, however badly the voice fits the model."""
    return float(1 - 0.5 * np.exp((WORDS_ENOUGH - told) / 2)) if told >= WORDS_ENOUGH else 0.0
