"""How easily the page reads: published formulae over the action lines, long blocks, directions and jargon."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from answerprint.departments.script.analysis.manuscript import Manuscript, round_to, sentences_of, words_of
from answerprint.departments.script.analysis.passages_found import hits
from answerprint.departments.script.analysis.records import Part, ScriptFinding

LEAST_WORDS = 100  # the formulae were made for samples of a hundred words
LONG_BLOCK = 5  # lines of a paragraph: readers' guides ask for four or fewer
HARD = 60.0  # Flesch reading ease: under it the text is no longer plain English
DIRECTIONS_PER_PAGE = 0.5
MOST = 10
DIRECTIONS = (
    "close on", "close up", "close-up", "angle on", "wide shot", "the camera", "pan to", "pan across",
    "pans to", "pans across", "dolly", "tracking shot", "zoom in", "zoom out", "zooms in", "zooms out",
    "crane shot",
    "smash cut", "match cut", "rack focus", "pov", "we see", "we hear", "we move", "we follow",
    "we pull back",
    "insert shot", "two shot", "over the shoulder", "handheld", "steadicam",
)  # fmt: skip
WEAK = ("begins to", "begin to", "starts to", "start to", "seems to", "is able to", "suddenly", "there is a",
        "there are", "can be seen", "can be heard")  # fmt: skip


@dataclass(frozen=True)
class Readability:
    """Published measures of one text; grades are years of American schooling."""

    words: int
    sentences: int
    flesch: float  # Flesch 1948
    kincaid: float  # Kincaid et al. 1975
    fog: float  # Gunning 1952
    smog: float  # McLaughlin 1969
    automated: float  # Smith & Senter 1967
    coleman: float  # Coleman & Liau 1975


def syllables(word: str) -> int:
    """Syllables of an English word by its vowels: right for about nine in ten."""
    bare = re.sub(r"[^a-z]", "", word.casefold())
    if len(bare) <= 3:
        return 1
    bare = re.sub(r"(?:(?<![sc])[^laeiouyscgxz]es|[^dt]ed|[^l]e)$", lambda found: found[0][0], bare)
    bare = re.sub(r"^y", "", bare)
    return max(1, len(re.findall(r"[aeiouy]{1,2}", bare)))


def readability_of(texts: Sequence[str]) -> Readability | None:
    """The measures over some paragraphs; None when they hold no words."""
    sentences = [found for text in texts for one in sentences_of(text) if (found := words_of(one))]
    words = [word for one in sentences for word in one]
    if not words:
        return None
    count, many = len(words), len(sentences)
    sounds = [syllables(word) for word in words]
    letters = sum(len(re.sub(r"[^\w]", "", word)) for word in words)
    hard = sum(one >= 3 for one in sounds)
    length, weight = count / many, sum(sounds) / count
    return Readability(
        words=count,
        sentences=many,
        flesch=206.835 - 1.015 * length - 84.6 * weight,
        kincaid=0.39 * length + 11.8 * weight - 15.59,
        fog=0.4 * (length + 100 * hard / count),
        smog=1.0430 * (hard * 30 / many) ** 0.5 + 3.1291,
        automated=4.71 * letters / count + 0.5 * length - 21.43,
        coleman=0.0588 * (100 * letters / count) - 0.296 * (100 * many / count) - 15.8,
    )


def readability(script: Manuscript) -> Part:
    """Findings on the action lines: the formulae, long blocks, camera directions, weak openings."""
    part = Part()
    actions = script.actions
    blocks = [float(one.layout_lines) for one in actions]
    if blocks:
        part.measures["readability.block_lines"] = tuple(blocks)
        long = sorted(
            (one for one in actions if one.layout_lines > LONG_BLOCK), key=lambda one: -one.layout_lines
        )
        mean = float(np.mean(blocks))
        part.measures["readability.mean_block"] = (round_to(mean),)
        part.findings.append(
            ScriptFinding(
                kind="readability.blocks",
                summary=f"an action paragraph is {mean:.1f} lines on average; {len(long)} are longer than "
                f"{LONG_BLOCK}",
                evidence=tuple(script.done(one) for one in long[:MOST]),
                value=round_to(mean),
                threshold=float(LONG_BLOCK),
                measure="lines of an action paragraph in layout",
                reference="readability.mean_block",
            )
        )
    if not script.english:
        return part
    found = readability_of([one.text for one in actions])
    if found is None or found.words < LEAST_WORDS:
        part.findings.append(
            ScriptFinding(
                kind="readability.untold",
                summary=f"{found.words if found else 0} words of action are too few for the formulae",
                value=float(found.words if found else 0),
                threshold=float(LEAST_WORDS),
                measure="words of action",
            )
        )
    else:
        part.measures["readability.flesch"] = (round_to(found.flesch, 1),)
        part.measures["readability.kincaid"] = (round_to(found.kincaid, 1),)
        hardest = sorted(
            ((len(words_of(one)), block, one) for block in actions for one in sentences_of(block.text)),
            key=lambda one: -one[0],
        )
        part.findings.append(
            ScriptFinding(
                kind="readability.action",
                summary=f"action lines: Flesch reading ease {found.flesch:.0f} "
                f"({'plain' if found.flesch >= HARD else 'hard'} English), grade {found.kincaid:.1f} "
                f"(Flesch-Kincaid), {found.fog:.1f} (Gunning fog), {found.smog:.1f} (SMOG), "
                f"{found.automated:.1f} (ARI), {found.coleman:.1f} (Coleman-Liau)",
                evidence=tuple(script.done(block, text) for _, block, text in hardest[:3]),
                value=round_to(found.flesch, 1),
                threshold=HARD,
                measure="Flesch reading ease of the action lines, 0 to 100; under the threshold is hard",
                reference="readability.flesch",
            )
        )
    for kind, words, what in (
        ("readability.directions", DIRECTIONS, "camera directions and “we see”"),
        ("readability.weak", WEAK, "weak openings (“begins to”, “there is a”)"),
    ):
        places = [(block, text) for block in actions for _, text in hits(block.text, words)]
        rate = len(places) / max(0.1, script.pages)
        part.measures[kind] = (round_to(rate),)
        part.findings.append(
            ScriptFinding(
                kind=kind,
                summary=f"{len(places)} {what}, {rate:.1f} a page",
                evidence=tuple(script.done(block, text) for block, text in places[:MOST]),
                value=round_to(rate),
                threshold=DIRECTIONS_PER_PAGE,
                measure="a page",
                reference=kind,
            )
        )
    return part
