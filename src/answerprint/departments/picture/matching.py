"""Clips brought to the look of a hero: what both show is found, a grade fitted to it, and its error told."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from answerprint.core.cut import Cdl
from answerprint.departments.picture.difference import delta_e, lab_of
from answerprint.departments.picture.fitting import SPREAD, WORTH, fit
from answerprint.departments.picture.looks_keeping import Attribute, exactly, wanted, ways
from answerprint.departments.picture.operations import graded
from answerprint.departments.picture.pairs import Pairs, View, pairs_between, seen
from answerprint.departments.picture.records import Difference, How, Match, Skin
from answerprint.departments.picture.regions import pairs_by_surface, surfaces
from answerprint.departments.picture.skin import by_tone, is_skin
from answerprint.departments.picture.spaces import GRADING, LINEAR_709, change, is_linear

COUPLES = 4  # couples of frames that are looked at closely, those with most features in common
FEW = 60  # pairs of places
AGREED = 0.2  # share of the pairs that one grade has to explain
SURFACES_WORTH = 25  # independent pairs that surfaces count as: the fit stays near no change
SURFACES_AGREED = 0.3
SEED = 2
SHOWN = 20_000  # pixels that exposure is told by
LOWEST, HIGHEST = 0.012, 0.985  # code values beyond which a channel may be clipped
GAINED = 0.05  # ΔE a grade has to bring, else there is nothing to change


def usable(code: NDArray[np.float32], *, clips: bool = True) -> NDArray[np.bool_]:
    """(h, w) whether the code values (h, w, 3) of a picture are finite, and in no channel clipped."""
    good = np.isfinite(code).all(axis=-1)
    if clips:
        good &= (code > LOWEST).all(axis=-1) & (code < HIGHEST).all(axis=-1)
    return np.asarray(good)


def view_of(codes: NDArray[np.float32], space: str, grading: str) -> View:
    """A frame in the grading space, and where it can be used."""
    good = usable(codes, clips=not is_linear(space))
    return View(change(space, grading)(np.where(good[..., None], codes, np.float32(0))), good)


def match(
    ours: Sequence[View],
    theirs: Sequence[View],
    grading: str = GRADING,
    keep: Collection[Attribute] = (),
) -> Match:
    """The grade, in the grading space, that brings frames of ours to the look of theirs. keep: attributes of
    ours that it leaves as they are."""
    chance = np.random.default_rng(SEED)
    mine, other = [seen(one) for one in ours], [seen(one) for one in theirs]
    found = [
        pairs
        for a, b in _likeliest([one.descriptors for one in mine], [one.descriptors for one in other])
        if (pairs := pairs_between(mine[a], other[b], chance)) is not None
    ]
    how: How = "places"
    if not found:
        how = "surfaces"
        middle = surfaces(ours[len(ours) // 2]), surfaces(theirs[len(theirs) // 2])
        one = pairs_by_surface(*middle)
        found = [one] if one is not None else []
    if not found:
        return Match(grade=Cdl(), how="nothing")
    pairs = Pairs(
        np.concatenate([one.ours for one in found]),
        np.concatenate([one.theirs for one in found]),
        np.concatenate([one.weight for one in found]),
        sum(one.features for one in found),
    )
    return _fitted(pairs, how, grading, frozenset(keep), shown_in(ours))


def shown_in(views: Sequence[View]) -> NDArray[np.float64]:
    """(n, 3) what frames show, in the grading space, thinned: what keeping the exposure is about."""
    values = np.concatenate([one.values[::3, ::3][one.usable[::3, ::3]] for one in views])
    return values[:: max(1, len(values) // SHOWN)].astype(np.float64)


def _fitted(
    pairs: Pairs, how: How, grading: str, keep: frozenset[Attribute], shown: NDArray[np.float64]
) -> Match:
    to_linear = change(grading, LINEAR_709)

    def to_lab(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return lab_of(to_linear(values.astype(np.float32)))

    worth = WORTH if how == "places" else SURFACES_WORTH
    made = fit(pairs.ours, pairs.theirs, pairs.weight, to_lab, worth=worth)
    best = made.grade
    if keep and len(shown):  # whether the two agree is told without what is kept
        weight = pairs.weight * made.trust
        there = wanted(pairs.ours, graded(pairs.ours, made.grade), keep)
        near = fit(pairs.ours, there, weight, to_lab, worth=worth, ways=ways(keep, shown, SPREAD))
        best = exactly(near.grade, keep, shown, to_linear)
    agreed = float(np.average(made.trust, weights=pairs.weight))
    if len(pairs.ours) < (FEW if how == "places" else 1) or agreed < (
        AGREED if how == "places" else SURFACES_AGREED
    ):
        return Match(
            grade=Cdl(), how="nothing", pairs=len(pairs.ours), features=pairs.features, agreed=agreed
        )
    look, plain = to_lab(pairs.theirs), to_lab(pairs.ours)
    now = to_lab(graded(pairs.ours, best))
    before, after = (_told(delta_e(one, look), pairs.weight) for one in (plain, now))
    grade, already = best, False
    if after.median > before.median - GAINED:
        grade, after, now, already = Cdl(), before, plain, True
    # of two looks one may have carried skin out of its hue
    skin = is_skin(to_linear(pairs.theirs.astype(np.float32))) | is_skin(
        to_linear(pairs.ours.astype(np.float32))
    )
    groups = by_tone(plain[skin], now[skin], look[skin]) if skin.any() else []
    return Match(
        grade=grade,
        how=how,
        pairs=len(pairs.ours),
        features=pairs.features,
        agreed=agreed,
        error=made.error,
        before=before,
        after=after,
        skin=tuple(Skin(monk=tone, places=n, before=a, after=b) for tone, n, a, b in groups),
        already=already,
    )


def _told(unlike: NDArray[np.float64], weight: NDArray[np.float64]) -> Difference:
    order = np.argsort(unlike)
    total = np.cumsum(weight[order])
    median, high = (unlike[order][np.searchsorted(total, part * total[-1])] for part in (0.5, 0.9))
    return Difference(median=float(median), p90=float(high))


def _likeliest(
    ours: Sequence[NDArray[np.float32]], theirs: Sequence[NDArray[np.float32]]
) -> list[tuple[int, int]]:
    """Couples of frames by how many features are each other's nearest and close."""
    scores: list[tuple[int, int, int]] = []
    for a, one in enumerate(ours):
        for b, two in enumerate(theirs):
            if len(ours) * len(theirs) == 1:
                return [(0, 0)]
            likeness = one @ two.T if len(one) and len(two) else np.zeros((1, 1), np.float32)
            best = likeness.argmax(1)
            mutual = likeness.argmax(0)[best] == np.arange(len(best))
            scores.append((int((mutual & (likeness.max(1) > 0.9)).sum()), a, b))
    scores.sort(key=lambda one: -one[0])
    return [(a, b) for _, a, b in scores[:COUPLES]]
