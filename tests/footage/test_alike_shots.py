"""Shots are known again when they were copied and changed, and told from others."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from composites import REAL_SHOTS, Library
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from answerprint.departments.footage.looks.alike import (
    SAME_COURSE,
    SAME_FRAMING,
    course_likeness,
    framing_pairs,
    pairs_of,
)
from answerprint.departments.footage.looks.fingerprints import Fingerprint, fingerprint, structure
from answerprint.departments.footage.looks.measures import SightMeter
from answerprint.media.decode import read_pictures
from answerprint.media.forms import PictureForm


def known_by(pictures: np.ndarray) -> Fingerprint | None:
    """Of pictures (n, h, w, 3), four a second."""
    meter = SightMeter(4)  # type: ignore[arg-type]  # seconds a tick: every picture is looked at
    small = np.stack([cv2.resize(one, (128, 72), interpolation=cv2.INTER_AREA) for one in pictures])
    meter.add(np.arange(len(small)), small)
    return fingerprint(meter.finish().luma)


def place(seed: int, count: int = 14, walker: int | None = None) -> np.ndarray:
    """A still place (n, 144, 256, 3), and somebody who crosses it in a way of their own."""
    still = Library(None, seed=seed).texture(256, 144)
    pictures = np.stack([still] * count)
    if walker is not None:
        random = np.random.default_rng(walker)
        x = 30 + np.cumsum(random.uniform(-4, 18, count)).astype(int) % 200
        for picture, at in zip(pictures, x, strict=True):
            cv2.ellipse(picture, (int(at), 90), (12, 40), 0, 0, 360, random.integers(0, 255, 3).tolist(), -1)
    return pictures


CHANGES = {
    "darker, with more contrast": lambda one: np.clip(255 * (one / 255.0) ** 1.5 * 0.9, 0, 255).astype(
        np.uint8
    ),
    "another colour": lambda one: np.clip(one * np.array([1.2, 0.95, 0.75]), 0, 255).astype(np.uint8),
    "a small picture": lambda one: np.stack(
        [cv2.resize(a, (96, 54), interpolation=cv2.INTER_AREA) for a in one]
    ),
    "cropped": lambda one: one[:, 6:-5, 10:-9],
    "noisy": lambda one: np.clip(one + np.random.default_rng(1).normal(0, 12, one.shape), 0, 255).astype(
        np.uint8
    ),
}


def titled(pictures: np.ndarray) -> np.ndarray:
    pictures = pictures.copy()
    for one in pictures:
        cv2.putText(one, "the last ferry", (30, 130), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (255, 255, 255), 2)
    return pictures


@pytest.mark.parametrize("change", [*CHANGES, "titled"])
def test_a_changed_copy_is_a_duplicate(change: str) -> None:
    first = place(3, walker=8)
    copy = titled(first) if change == "titled" else CHANGES[change](first)
    one, two = known_by(first), known_by(copy)
    assert one is not None
    assert two is not None
    (pair,) = pairs_of([one, two])
    assert pair.kind == "duplicate"
    assert pair.likeness > 0.8


def test_a_copy_that_starts_a_moment_later_is_a_duplicate() -> None:
    first = place(3, 16, walker=8)
    one, two = known_by(first), known_by(first[2:])
    assert one is not None
    assert two is not None
    assert [pair.kind for pair in pairs_of([one, two])] == ["duplicate"]


def test_another_take_of_the_set_up_is_alike_and_no_duplicate() -> None:
    one, two = known_by(place(3, walker=8)), known_by(place(3, walker=9))
    assert one is not None
    assert two is not None
    assert [pair.kind for pair in pairs_of([one, two])] == ["alike"]


def test_other_places_are_not_alike() -> None:
    prints = [known_by(place(seed, walker=seed)) for seed in range(20, 40)]
    assert pairs_of([one for one in prints if one is not None]) == []


def test_black_and_a_blank_wall_are_known_by_nothing() -> None:
    assert known_by(np.zeros((8, 72, 128, 3), np.uint8)) is None
    assert known_by(np.full((8, 72, 128, 3), 130, np.uint8)) is None
    assert fingerprint(np.zeros((0, 18, 32), np.uint8)) is None


def test_a_hash_is_read_back_and_what_is_none_is_refused() -> None:
    one = known_by(place(5, walker=2))
    assert one is not None
    back = Fingerprint.of_hash(one.hash)
    assert np.array_equal(back.framing, one.framing)
    assert np.array_equal(back.course, one.course)
    for wrong in ("", "9" + one.hash[1:], one.hash[:200], one.hash + "00", "1zz"):
        with pytest.raises(ValueError, match=r"."):
            Fingerprint.of_hash(wrong)


def test_pairs_do_not_depend_on_the_order_or_on_how_many_there_are() -> None:
    prints = [known_by(place(seed % 7, walker=seed)) for seed in range(21)]
    known = [one for one in prints if one is not None]
    found = {(a, b) for a, b, _ in framing_pairs(known, SAME_FRAMING)}
    assert found == {(a, b) for a in range(21) for b in range(a + 1, 21) if a % 7 == b % 7}
    assert {(20 - b, 20 - a) for a, b, _ in framing_pairs(known[::-1], SAME_FRAMING)} == found
    many = known * 15  # more than one block of comparisons
    assert len(framing_pairs(many, SAME_FRAMING)) == sum(
        (a - b) % 7 == 0 for a in range(315) for b in range(a)
    )


def test_one_shot_and_none_have_no_pairs() -> None:
    one = known_by(place(5))
    assert one is not None
    assert pairs_of([one]) == []
    assert pairs_of([]) == []


@given(arrays.arrays(np.uint8, (18, 32)), st.floats(0.6, 1.0))
def test_structure_is_finite_and_gain_changes_it_little(luma: np.ndarray, gain: float) -> None:
    found, strength = structure(luma)
    assert np.isfinite(found).all()
    assert strength >= 0
    dimmed, _ = structure((luma * gain).astype(np.uint8))
    assert np.isfinite(dimmed).all()


def test_a_course_is_like_itself_and_unlike_one_that_runs_backwards() -> None:
    one = known_by(place(3, walker=8))
    assert one is not None
    back = Fingerprint(one.framing, one.course[::-1])
    assert course_likeness(one, one) == pytest.approx(1)
    assert course_likeness(one, back) < SAME_COURSE


def test_shots_of_a_real_film_are_known_again_after_a_crop_and_a_grade(shared_data: Path) -> None:
    path = shared_data / "video" / "big_buck_bunny_0_30.webm"
    pictures = np.concatenate([block.pixels for block in read_pictures(path, PictureForm("rgb", 160, 90))])
    shots = [pictures[first:last:6] for first, last in REAL_SHOTS["big_buck_bunny_0_30.webm"][:4]]
    changed = [np.clip(one[:, 3:-3, 5:-5] * 0.8 + 10, 0, 255).astype(np.uint8) for one in shots]
    prints = [known_by(one) for one in [*shots, *changed]]
    known = [one for one in prints if one is not None]
    assert len(known) == 8
    pairs = {(one.first, one.second): one.kind for one in pairs_of(known)}
    for place_of in range(4):
        assert pairs[place_of, place_of + 4] == "duplicate"
    assert not any((a % 4, b % 4) in {(0, 1), (0, 2), (1, 2), (1, 3)} for a, b in pairs)
