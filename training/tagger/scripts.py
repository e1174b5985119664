"""Labelled scripts by seed: `labelled(seed)` gives lines and their tags, the same every time."""

from __future__ import annotations

import random

import words_seen
import words_unseen
from damage import damage
from layouts import Row, Typist, layout
from stories import Story


def labelled(
    seed: int, *, unseen: bool, harm: bool = True, scenes: int | None = None
) -> tuple[list[str], list[str]]:
    """Lines and one tag a line (blank lines have an empty tag).

    `unseen` draws words, sentences, heading styles and layouts from the held-out half. `harm` off leaves the
    script as it was typed.
    """
    rows = typed(seed, unseen=unseen, scenes=scenes)
    if harm:
        rng = random.Random(f"damage {seed}")
        rows = damage(rows, rng, unseen=unseen)
        if rng.random() < 0.2:
            rows = excerpt(rows, rng)
    return [text for text, _ in rows], [tag if text.replace("</b>", "").strip() else "" for text, tag in rows]


def excerpt(rows: list[Row], rng: random.Random) -> list[Row]:
    """A few lines or pages out of the middle: what people paste."""
    length = int(4 * 2 ** rng.uniform(0, 6))
    start = rng.randint(0, max(0, len(rows) - length))
    if rng.random() < 0.6:  # most people begin at a heading
        start = next((at for at in range(start, len(rows)) if rows[at][1] == "S"), start)
    return rows[start : start + length]


def typed(seed: int, *, unseen: bool, scenes: int | None = None) -> list[Row]:
    rng = random.Random(f"{'unseen' if unseen else 'seen'} {seed}")
    count = scenes or rng.choice((2, 4, 8, 12, 16, 24, 40))
    story = Story(words_unseen if unseen else words_seen, rng, scenes=count, unseen=unseen)
    return Typist(story, layout(rng, unseen=unseen), rng).rows
