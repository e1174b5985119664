"""What a scene says to a camera: its speeches, its action, and the words in both that ask for a shot."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

from answerprint.formats.screenplays.emphasis import runs
from answerprint.formats.screenplays.model import Element, Scene


@dataclass(frozen=True)
class Speech:
    who: str
    words: int
    line: int
    text: str


@cache
def cue_words() -> dict[str, Any]:
    """The cue words of cues.toml as patterns, and the light's as they are."""
    text = files("answerprint.departments.planning.boards").joinpath("cues.toml").read_text("utf-8")
    table: dict[str, Any] = tomllib.loads(text)
    light = table.pop("light")
    patterns: dict[str, Any] = {
        name: re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b", re.IGNORECASE)
        for name, words in table.items()
    }
    return patterns | {"light": light}


def first_of(pattern: re.Pattern[str], texts: Iterable[tuple[int, str]]) -> tuple[int, str, str] | None:
    """Line, word and sentence of the first match."""
    for line, text in texts:
        match = pattern.search(text)
        if match:
            start = max(text.rfind(".", 0, match.start()) + 1, match.start() - 90)
            end = text.find(".", match.end())
            stop = min(len(text) if end < 0 else end + 1, match.end() + 90)
            return line, match[0], " ".join(text[start:stop].split())
    return None


def asides(scene: Scene) -> list[tuple[int, str]]:
    return [
        (one.line, one.text if one.kind == "parenthetical" else one.extension or "")
        for one in scene.elements
        if one.kind in ("parenthetical", "character")
    ]


def said(element: Element) -> tuple[int, str]:
    return element.line, bare(element.text)


def bare(text: str) -> str:
    return "".join(run.text for run in runs(text)).replace("\n", " ")


def lines_of(elements: Sequence[Element]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(one.line for one in elements if one.kind in ("action", "dialogue")))


def answering_pairs(speeches: Sequence[Speech]) -> Counter[tuple[str, str]]:
    """How often two people answer one another."""
    found: Counter[tuple[str, str]] = Counter()
    for before, after in pairwise(speeches):
        if before.who != after.who:
            one, other = sorted((before.who, after.who))
            found[one, other] += 1
    return found


def strongest(speeches: Sequence[Speech]) -> Speech:
    """The speech that weighs most: loud marks, length, and a little for standing late."""

    def weight(at: int) -> float:
        speech = speeches[at]
        return speech.words + 8 * speech.text.count("!") + 4 * speech.text.count("?") + 6 * at / len(speeches)

    return speeches[max(range(len(speeches)), key=weight)]
