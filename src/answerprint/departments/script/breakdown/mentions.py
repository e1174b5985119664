"""A thing, person or happening named at one place of one scene: what the rules find before it is gathered."""

from __future__ import annotations

from typing import NamedTuple

from answerprint.core.breakdown import Category


class Mention(NamedTuple):
    """`start` and `end` are characters of the text of the scene's element `element` (an index)."""

    category: Category
    name: str
    element: int
    start: int
    end: int
    confidence: float
    reason: str
    quantity: str = ""
    written: str = ""  # the name in the script's own words, where lists have another
    definite: bool = False  # "the gun", "his gun": it may be one that was named before
    same: bool = False  # "the gun", "that gun": it very likely is
