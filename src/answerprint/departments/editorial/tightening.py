"""Tightening: silences inside readings shortened, fillers and words said again taken out."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

from answerprint.core.records import Annotation
from answerprint.core.time import Range
from answerprint.departments.editorial.word_cuts import Tightening

TABLE = Path(__file__).with_name("fillers.toml")
SILENCE = Fraction(3, 5)  # seconds: a longer pause inside a line is shortened …
KEPT = Fraction(3, 10)  # … to this, half of it on either side


def tightenings(
    words: Sequence[tuple[Annotation, Range]],
    asset: str,
    *,
    silence: Fraction | None = SILENCE,
    fillers: bool = False,
    language: str = "en",
) -> list[Tightening]:
    """What can go of one reading, whose words are given in order. silence: None leaves pauses as they are.

    Never into a word: a stretch begins and ends in the pauses beside it.
    """
    found: list[Tightening] = []
    gone: set[int] = set()
    if fillers:
        for first, end, why in _said_for_nothing(words, language):
            gone |= set(range(first, end))
            if end == len(words):
                continue  # nothing of the line follows: it was given up there, and that is its reading
            start = _middle(words[first - 1][1], words[first][1]) if first else words[first][1].start.seconds
            found.append(
                Tightening(asset=asset, start=start, end=_middle(words[end - 1][1], words[end][1]), why=why)
            )
    for place in range(1, len(words)):
        if silence is None or place in gone or place - 1 in gone:
            continue
        before, after = words[place - 1][1].end.seconds, words[place][1].start.seconds
        if after - before >= silence > KEPT:
            why = f"silence {float(after - before):.1f} s"
            found.append(Tightening(asset=asset, start=before + KEPT / 2, end=after - KEPT / 2, why=why))
    return sorted(found, key=lambda one: one.start)


def _said_for_nothing(
    words: Sequence[tuple[Annotation, Range]], language: str
) -> Iterator[tuple[int, int, str]]:
    """Runs of words, [first, end), that are fillers, or were said again right: with what they are."""
    at = 0
    while at < len(words):
        end = at
        while end < len(words) and words[end][0].value.get("kind") in ("repeated", "inserted"):
            end += 1
        texts = [one.text for one, _ in words[at:end]]
        if any(one.value.get("kind") == "repeated" for one, _ in words[at:end]):
            yield at, end, f"said again: {' '.join(texts)}"
        elif texts:
            for first, last in _filler_runs(texts, language):
                yield at + first, at + last, f"filler: {' '.join(texts[first:last])}"
        at = max(end, at + 1)


def _filler_runs(texts: Sequence[str], language: str) -> Iterator[tuple[int, int]]:
    known = fillers_of(language)
    at = 0
    while at < len(texts):
        sizes = [len(one) for one in known if tuple(texts[at : at + len(one)]) == one]
        if sizes:
            yield at, at + max(sizes)
        at += max(sizes, default=1)


@lru_cache(maxsize=16)
def fillers_of(language: str) -> frozenset[tuple[str, ...]]:
    """The fillers of a language, as words; those of English where it has none listed."""
    table = tomllib.loads(TABLE.read_text("utf-8"))
    listed = table.get(language.split("-")[0].casefold(), table["en"])
    return frozenset(tuple(one.split()) for one in listed)


def _middle(before: Range, after: Range) -> Fraction:
    return (before.end.seconds + max(before.end, after.start).seconds) / 2
