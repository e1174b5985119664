"""The line tagger: exact inference, conventions by hand, and accuracy on scripts it has not seen."""

from __future__ import annotations

import itertools
import sys
import tomllib
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
import typed_scripts
from hypothesis import given, settings
from hypothesis import strategies as st

from answerprint.formats.screenplays.tagger import TAG_WORDS, tag_lines
from answerprint.formats.screenplays.tagger.decoding import best_tags, marginals
from answerprint.formats.screenplays.tagger.features import features
from answerprint.formats.screenplays.tagger.model import TAGS, digest, network

ROOT = Path(__file__).resolve().parents[2]
CONVENTIONS = [name for name in vars(typed_scripts) if name.isupper()]


@pytest.fixture
def generator() -> Iterator[None]:
    """The made-up scripts of training/tagger, importable."""
    folder = str(ROOT / "training" / "tagger")
    sys.path.insert(0, folder)
    yield
    sys.path.remove(folder)


def tags(lines: list[str]) -> str:
    return "".join(one.tag for one in tag_lines(lines))


def accuracy(rows: list[tuple[str, str]]) -> float:
    truth = [tag for _, tag in rows if tag]
    said = tag_lines([text for text, _ in rows])
    return sum(one.tag == tag for one, tag in zip(said, truth, strict=True)) / len(truth)


@pytest.mark.parametrize("name", CONVENTIONS)
def test_every_line_of_a_convention_is_tagged_as_a_reader_would(name: str) -> None:
    lines, truth = typed_scripts.split(getattr(typed_scripts, name))
    assert tags(lines) == truth


@pytest.mark.parametrize("name", ["STANDARD", "SETS_FIRST", "IN_CAPITALS", "CYRILLIC"])
def test_lost_indentation_changes_no_tag(name: str) -> None:
    lines, truth = typed_scripts.split(getattr(typed_scripts, name))
    assert tags([line.strip() for line in lines]) == truth


@pytest.mark.parametrize("margin", [1, 7, 23])
def test_a_wider_margin_changes_no_tag(margin: int) -> None:
    lines, truth = typed_scripts.split(typed_scripts.STANDARD)
    assert tags([" " * margin + line if line else line for line in lines]) == truth


def test_numbers_are_those_of_the_file_and_blank_lines_are_left_out() -> None:
    lines, _ = typed_scripts.split(typed_scripts.STANDARD)
    said = tag_lines(lines)
    assert [one.number for one in said] == [at for at, line in enumerate(lines, 1) if line.strip()]
    assert all(one.text == lines[one.number - 1].strip() for one in said)


def test_nothing_is_tagged_where_nothing_is_written() -> None:
    assert tag_lines([]) == []
    assert tag_lines(["", "   ", "\t"]) == []


@given(st.lists(st.text(max_size=60), max_size=12))
@settings(max_examples=150, deadline=None)
def test_any_text_gets_one_tag_a_line_and_a_probability(lines: list[str]) -> None:
    said = tag_lines(lines)
    assert len(said) == sum(bool(line.strip()) for line in lines)
    assert all(one.tag in TAG_WORDS and 0 <= one.confidence <= 1 and one.otherwise != one.tag for one in said)


@pytest.mark.parametrize("count", [1, 2, 3, 5, 6])
def test_inference_is_that_of_every_sequence_weighed(count: int) -> None:
    random = np.random.default_rng(count)
    scores = random.normal(size=(count, 3)).astype(np.float32) * 2
    chain, opening, closing = random.normal(size=(3, 3)), random.normal(size=3), random.normal(size=3)
    weights = np.zeros((count, 3))
    best, best_weight = None, -np.inf
    for path in itertools.product(range(3), repeat=count):
        weight = opening[path[0]] + closing[path[-1]] + sum(scores[at, tag] for at, tag in enumerate(path))
        weight += sum(chain[one, two] for one, two in itertools.pairwise(path))
        weights[np.arange(count), path] += np.exp(weight)
        best, best_weight = (path, weight) if weight > best_weight else (best, best_weight)
    assert tuple(best_tags(scores, chain, opening, closing)) == best
    expected = weights / weights.sum(axis=1, keepdims=True)
    assert np.allclose(marginals(scores, chain, opening, closing), expected, atol=1e-6)


def test_probabilities_of_a_long_script_sum_to_one() -> None:
    random = np.random.default_rng(0)
    scores = random.normal(size=(3001, 7)).astype(np.float32) * 30  # far beyond what a network says
    found = marginals(scores, random.normal(size=(7, 7)), np.zeros(7), np.zeros(7))
    assert np.allclose(found.sum(axis=1), 1) and np.all(found >= 0)


def test_the_network_fits_the_features_it_was_trained_on() -> None:
    lines, _ = typed_scripts.split(typed_scripts.STANDARD)
    _, found, _ = features(lines)
    net = network()
    assert found.shape[1] == len(net.mean) == net.line_weights.shape[0]
    assert net.chain.shape == (len(TAGS), len(TAGS))
    assert not np.isnan(found).any()


def test_the_card_describes_the_weights_that_are_there() -> None:
    folder = resources.files("answerprint.formats.screenplays.tagger")
    card = tomllib.loads((folder / "card.toml").read_text("utf-8"))
    weights = (folder / card["file"]).read_bytes()
    assert card["sha256"] == digest()
    assert card["size"] == len(weights) < 2**20
    assert card["trained_on"] and card["weaknesses"] and card["licence"]


def test_held_out_scripts_are_tagged_as_well_as_promised(generator: None) -> None:
    from damage import damage, stripped
    from scripts import typed

    made = [typed(9000 + at, unseen=True, scenes=12) for at in range(24)]
    assert np.mean([accuracy(rows) for rows in made]) >= 0.985
    assert np.mean([accuracy(stripped(rows)) for rows in made]) >= 0.95
    import random

    harmed = [damage(rows, random.Random(at), unseen=True) for at, rows in enumerate(made)]
    assert np.mean([accuracy(rows) for rows in harmed]) >= 0.97


@pytest.mark.parametrize("name", ["Brick-and-Steel", "The-Last-Birthday-Card"])
def test_published_screenplays_are_tagged_well_in_any_layout(
    shared_data: Path, generator: None, name: str
) -> None:
    from damage import stripped
    from rendering import rendered

    file = shared_data / "screenplays" / f"{name}.fountain"
    typed = [rendered(file, seed, unseen=True) for seed in range(9)]
    assert np.mean([accuracy(rows) for rows in typed]) >= 0.97
    assert np.mean([accuracy(stripped(rows)) for rows in typed]) >= 0.95


def test_unsure_lines_are_the_wrong_ones_more_often(generator: None) -> None:
    from damage import stripped, without_blanks
    from scripts import typed

    sure, unsure = [], []
    for seed in range(9100, 9112):
        rows = without_blanks(stripped(typed(seed, unseen=True, scenes=12)))
        for one, (_, tag) in zip(tag_lines([text for text, _ in rows]), rows, strict=True):
            (unsure if one.doubtful else sure).append(one.tag == tag)
    assert unsure
    assert np.mean(unsure) < 0.75
    assert np.mean(sure) > 0.95
