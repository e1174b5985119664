"""Tags the lines of a script, each with the probability that the tag is right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec
import numpy as np

from answerprint.formats.screenplays.tagger.decoding import best_tags, marginals
from answerprint.formats.screenplays.tagger.features import features
from answerprint.formats.screenplays.tagger.model import TAGS, Network, network

Tag = Literal["S", "N", "C", "D", "E", "T", "M"]

# Below it a line is shown to a person: a third of them are wrong, and half of all errors are there.
DOUBTFUL = 0.8
TAG_WORDS: dict[str, str] = {
    "S": "scene heading",
    "N": "action",
    "C": "character",
    "D": "dialogue",
    "E": "parenthetical",
    "T": "transition",
    "M": "page matter",
}
LIMIT = 100_000  # lines decoded at once; a longer file goes in pieces, so that memory stays bounded


class TaggedLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line that is not blank. `number` counts the file's lines from 1, a PDF's those of its text."""

    number: int
    text: str  # without the blanks at either end
    tag: Tag
    confidence: float  # 0 to 1: how probable the tag is
    otherwise: Tag  # the next probable tag
    page: int | None = None

    @property
    def doubtful(self) -> bool:
        return self.confidence < DOUBTFUL


def tag_lines(
    lines: Sequence[str], *, pages: Sequence[int] | None = None, using: Network | None = None
) -> list[TaggedLine]:
    """Every line that is not blank with its tag. `lines` keep their indentation, as far as the file has any.

    `pages` gives each line's page. Lines carry no line ends. The tags are the most probable sequence; a
    line's confidence is its tag's share of all sequences.
    """
    net = using or network()
    tagged: list[TaggedLine] = []
    for start in range(0, len(lines), LIMIT):
        where, found, seen = features(lines[start : start + LIMIT])
        if not len(where):
            continue
        scores = net.scores(found)
        heat = net.temperature
        tags = best_tags(scores, net.chain, net.opening, net.closing)
        chances = marginals(scores / heat, net.chain / heat, net.opening / heat, net.closing / heat)
        every = np.arange(len(tags))
        sure = np.clip(chances[every, tags], 0, 1)
        others = chances.copy()
        others[every, tags] = -1
        second = others.argmax(axis=1)
        for at, (line, tag, chance, other) in enumerate(
            zip(where.tolist(), tags.tolist(), np.round(sure, 4).tolist(), second.tolist(), strict=True)
        ):
            tagged.append(
                TaggedLine(
                    number=start + line + 1,
                    text=seen.texts[at],
                    tag=TAGS[tag],
                    confidence=chance,
                    otherwise=TAGS[other],
                    page=pages[start + line] if pages is not None else None,
                )
            )
    return tagged
