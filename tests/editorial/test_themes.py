"""Themes: passages about one matter come together, and are called by their own words."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest

from answerprint.core.time import Range
from answerprint.departments.editorial.themes import Passage, themes_of, word_vectors

MATTERS = {
    "harbour": "the harbour was full of boats and nets and the boats came into the harbour with herring",
    "school": "our school had one teacher and the teacher taught every child of the school to read",
    "strike": "during the strike the miners closed the pit and the miners kept the strike all winter",
}


def said(count: int, seed: int = 1) -> tuple[list[Passage], list[str]]:
    chance = random.Random(seed)
    passages, truth = [], []
    for at in range(count):
        matter = chance.choice(list(MATTERS))
        words = MATTERS[matter].split()
        text = " ".join(words[at] for at in sorted(chance.sample(range(len(words)), 9)))
        passages.append(
            Passage(
                asset="a",
                name="a.mov",
                range=Range.of_ticks(at * 100, at * 100 + 60, Fraction(25)),
                text=text,
            )
        )
        truth.append(matter)
    return passages, truth


@pytest.mark.parametrize("seed", range(6))
def test_what_is_about_one_matter_comes_together(seed: int) -> None:
    passages, truth = said(36, seed)
    matter = dict(zip((one.range.start for one in passages), truth, strict=True))
    found = themes_of(passages, word_vectors([one.text for one in passages]), 3)
    assert len(found) == 3
    for theme in found:
        own = [matter[one.range.start] for one in (*theme.passages, *(two for _, two in theme.again))]
        assert max(own.count(one) for one in MATTERS) >= 0.9 * len(own)
        assert set(theme.terms) & set(MATTERS[max(MATTERS, key=own.count)].split())


def test_every_passage_is_in_one_theme_and_the_same_gives_the_same() -> None:
    passages, _ = said(30)
    vectors = word_vectors([one.text for one in passages])
    found = themes_of(passages, vectors)
    told = [one for theme in found for one in (*theme.passages, *(two for _, two in theme.again))]
    assert sorted(one.range.start for one in told) == [one.range.start for one in passages]
    assert themes_of(passages, vectors) == found


def test_an_answer_given_twice_keeps_the_last() -> None:
    passages, _ = said(6)
    again = Passage(
        asset="a", name="a.mov", range=Range.of_ticks(9000, 9060, Fraction(25)), text=passages[0].text
    )
    found = themes_of([*passages, again], word_vectors([one.text for one in [*passages, again]]), 2)
    pairs = [pair for theme in found for pair in theme.again]
    assert (again, passages[0]) in pairs
    assert passages[0] not in [one for theme in found for one in theme.passages]


def test_few_passages_and_none() -> None:
    passages, _ = said(2)
    assert len(themes_of(passages, word_vectors([one.text for one in passages]))) == 1
    assert themes_of([], np.zeros((0, 1), np.float32)) == []


def test_words_that_say_nothing_have_no_vector() -> None:
    vectors = word_vectors(["and then they were there", "herring in the harbour"])
    assert not vectors[0].any()
    assert np.linalg.norm(vectors[1]) == pytest.approx(1)
