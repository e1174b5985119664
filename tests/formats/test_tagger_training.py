"""The tagger's training: labelled scripts by seed, a held-out half, a right gradient."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

FOLDER = str(Path(__file__).resolve().parents[2] / "training" / "tagger")


@pytest.fixture(autouse=True)
def _importable() -> Iterator[None]:
    sys.path.insert(0, FOLDER)
    yield
    sys.path.remove(FOLDER)


def module(name: str) -> ModuleType:
    return importlib.import_module(name)


@pytest.mark.parametrize("unseen", [False, True])
def test_a_seed_is_one_script_with_a_tag_on_every_line(unseen: bool) -> None:
    scripts = module("scripts")
    for seed in range(12):
        lines, tags = scripts.labelled(seed, unseen=unseen)
        assert scripts.labelled(seed, unseen=unseen) == (lines, tags)
        assert all((tag in tuple("SNCDETM")) == bool(line.replace("</b>", "").strip())
                   for line, tag in zip(lines, tags, strict=True))  # fmt: skip


def test_nothing_of_the_held_out_half_is_trained_on() -> None:
    seen, unseen = module("words_seen"), module("words_unseen")
    layouts, manners = module("layouts"), module("manners")
    for name in ("DIALOGUE", "ACTION", "PARENTHETICAL"):
        assert not set(getattr(seen, name)) & set(getattr(unseen, name))
    alternatives = module("sentences").alternatives
    for slot in ("name", "surname", "noun", "plural", "place", "room", "verb", "v3", "vi3", "adj", "role"):
        assert not set(alternatives(seen.SLOTS[slot])) & set(alternatives(unseen.SLOTS[slot])), slot
    assert not set(layouts.SEEN.values()) & set(layouts.UNSEEN.values())
    own = set(manners.UNSEEN_HEAD_STYLES) - set(manners.HEAD_STYLES)
    heads = {head for style in manners.HEAD_STYLES.values() for head in style}
    assert own and not {head for name in own for head in manners.UNSEEN_HEAD_STYLES[name][:1]} & heads - {
        "INT. {s} - GIORNO"
    }


def test_the_gradient_of_training_is_the_slope_of_its_loss() -> None:
    fit = module("fit")
    random = np.random.default_rng(3)
    scores = random.normal(size=(2, 5, 7)).astype(np.float32)
    truth = np.array([[0, 1, 2, 3, 3], [1, 2, 3, -1, -1]])
    chain = random.normal(size=(7, 7)).astype(np.float32)
    ends = [random.normal(size=7).astype(np.float32) for _ in range(2)]
    smoothing, fit.SMOOTHING = fit.SMOOTHING, 0.0
    try:
        _, slope, slopes = fit._chain_loss(scores, truth, chain, *ends)
        step = 1e-2
        for at in ((0, 0, 1), (0, 3, 2), (1, 2, 3), (1, 1, 6)):
            up, down = scores.copy(), scores.copy()
            up[at] += step
            down[at] -= step
            rise = fit._chain_loss(up, truth, chain, *ends)[0] - fit._chain_loss(down, truth, chain, *ends)[0]
            assert rise / (2 * step) == pytest.approx(slope[at], abs=2e-3)
        for at in ((0, 1), (3, 3), (2, 6)):
            up, down = chain.copy(), chain.copy()
            up[at] += step
            down[at] -= step
            rise = (
                fit._chain_loss(scores, truth, up, *ends)[0] - fit._chain_loss(scores, truth, down, *ends)[0]
            )
            assert rise / (2 * step) == pytest.approx(slopes["chain"][at], abs=2e-3)
    finally:
        fit.SMOOTHING = smoothing


def test_training_learns_and_writes_the_same_bytes_again(tmp_path: Path) -> None:
    fit = module("fit")
    scripts = fit.corpus(0, 12, unseen=False)
    written = []
    for name in ("one.npz", "two.npz"):
        trainer = fit.Trainer(scripts, seed=1)
        losses = [trainer.epoch(fit.RATE) for _ in range(6)]
        assert losses[-1] < 0.6 * losses[0]
        fit.save(trainer.network(), tmp_path / name)
        written.append((tmp_path / name).read_bytes())
    assert written[0] == written[1]
