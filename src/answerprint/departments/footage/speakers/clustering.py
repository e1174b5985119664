"""Voices put together by likeness: how many people there are, and what each sounds like."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from answerprint.departments.footage.speakers.resegmentation import most_likely

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]
Span = tuple[int, int]

# Set on single voices and pairs of voices that the figures in the department's README do not use: two parts
# of one voice stay above SAME, two voices below (see Evidence.likeness).
FIRST = 0.70  # mean cosine under which groups of stretches are no longer joined blindly
SAME = 0.87
SAME_SHORT = 0.80  # where one of the two has under SHORT seconds: its own spread is badly known
SHORT = 4.0
APART = 0.97  # where the segmentation network heard the two as different people, in one window
APART_COST = 0.25  # and in the first joining: what that is worth in cosine
LEAST_SECONDS = 1.5  # less speech is no person of its own
USUAL = 0.78  # mean cosine of two stretches of one voice, where a voice has only one
WITHIN_MOST = 0.84  # a tighter voice was heard saying little: others of its stretches may lie further off
COMPARED = 3000  # stretches compared with each other at most: 72 MB
GROUPED = 1200  # islands joined one by one at most


@dataclass(frozen=True)
class Evidence:
    """Stretches of single voices. spans: their places among `moments` moments of 10 ms; prints: (n, d) unit
    vectors; islands: the unbroken stretches of speech, in order; same, other: seconds that each two islands
    were heard as one person and as two, (islands, islands)."""

    moments: int
    islands: list[Span]
    spans: list[Span]
    prints: Floats
    places: Ints  # (moments,) where each moment lies in time, 10 ms frames
    same: csr_array
    other: csr_array

    @property
    def seconds(self) -> Doubles:
        return np.array([last - first for first, last in self.spans]) / 100

    @property
    def island_of(self) -> Ints:
        """(n,): the island each stretch lies in."""
        starts = [first for first, _ in self.islands]
        return np.searchsorted(starts, [first for first, _ in self.spans], side="right") - 1

    def label(self, centres: Floats) -> Ints:
        """(moments,): who each moment is most likely spoken by."""
        return most_likely(self.moments, self.islands, self.spans, self.prints @ centres.T)

    def owned(self, labels: Ints, people: int) -> NDArray[np.bool_]:
        """(n, people): stretches that lie (to four fifths) within what one person speaks."""
        counts = np.stack([np.bincount(labels[a:b], minlength=people) / (b - a) for a, b in self.spans])
        return counts > 0.8


def voices(evidence: Evidence, people: int | None = None) -> tuple[Ints, Floats]:
    """Who speaks at each moment, (moments,), and the voices, (people, d) rows of length 1.

    people: how many there are, where somebody knows; fewer are found where there is less to hear.
    """
    width = evidence.prints.shape[1]
    if not len(evidence.spans):
        return np.zeros(evidence.moments, np.int64), np.zeros((min(1, evidence.moments), width), np.float32)
    centres = _first_groups(evidence, people)
    while True:
        labels, centres = _settled(evidence, centres, LEAST_SECONDS if people is None else 0.0)
        if len(centres) <= (people or 1):
            return labels, centres
        owned = evidence.owned(labels, len(centres))
        i, j, over = _most_alike(evidence, labels, owned, centres, forced=people is not None)
        if over < 0:
            return labels, centres
        both = owned[:, i] | owned[:, j]
        joined = _centre(evidence.prints[both], evidence.seconds[both]) if both.any() else centres[i]
        centres = np.concatenate([np.delete(centres, [i, j], axis=0), joined[None]])


def _settled(evidence: Evidence, centres: Floats, least: float) -> tuple[Ints, Floats]:
    """Moments given to voices and voices made from their moments, three times over; those left with less
    than `least` seconds go."""
    for _ in range(3):
        labels = evidence.label(centres)
        owned = evidence.owned(labels, len(centres))
        mass = np.bincount(labels, minlength=len(centres)) / 100
        kept = np.flatnonzero(owned.any(axis=0) & (mass >= least))
        if not len(kept):
            kept = np.array([int(mass.argmax())])
        centres = np.stack(
            [
                _centre(evidence.prints[owned[:, k]], evidence.seconds[owned[:, k]])
                if owned[:, k].any()
                else centres[k]
                for k in kept
            ]
        )
    return evidence.label(centres), centres


def _most_alike(
    evidence: Evidence, labels: Ints, owned: NDArray[np.bool_], centres: Floats, *, forced: bool
) -> tuple[int, int, float]:
    """The two voices most likely one, and how far their likeness is over what two voices have.

    Likeness: the mean cosine between stretches of the two, over the geometric mean of those within each,
    stretches that share sound left out. Short stretches scatter, which lowers all three: one voice is near 1.
    """
    count = len(centres)
    pick = np.arange(len(evidence.prints))
    if len(pick) > COMPARED:
        pick = np.linspace(0, len(pick) - 1, COMPARED).astype(int)
    middle = np.array([evidence.places[(a + b) // 2] for a, b in evidence.spans])[pick]
    weight = np.outer(evidence.seconds[pick], evidence.seconds[pick])
    weight *= np.abs(middle[:, None] - middle[None]) >= 160
    cosines = (evidence.prints[pick] @ evidence.prints[pick].T) * weight
    mine = owned[pick].astype(np.float64)
    pairs, total = mine.T @ weight @ mine, mine.T @ cosines @ mine
    mean = np.divide(total, pairs, out=centres @ centres.T * USUAL, where=pairs > 0)
    within = np.where(np.diag(pairs) > 0, np.clip(np.diag(mean), 0.6, WITHIN_MOST), USUAL)
    likeness = mean / np.sqrt(np.outer(within, within))
    np.fill_diagonal(likeness, -9)
    limit = np.zeros((count, count))
    if not forced:
        short = np.bincount(labels, minlength=count) / 100 < SHORT
        limit[:] = np.where(short[:, None] | short[None], SAME_SHORT, SAME)
        share = np.zeros((len(evidence.islands), count))
        np.add.at(share, evidence.island_of, owned.astype(np.float64))
        share /= np.maximum(share.sum(axis=1, keepdims=True), 1e-9)
        limit[_apart(share.T @ evidence.same @ share, share.T @ evidence.other @ share, 1.0)] = APART
    over = likeness - limit
    i, j = divmod(int(over.argmax()), count)
    return i, j, float(over[i, j])


def _first_groups(evidence: Evidence, people: int | None) -> Floats:
    """Islands joined by average linkage while their mean cosine is over FIRST: more voices than there are."""
    units, unit = np.unique(evidence.island_of, return_inverse=True)
    seconds = np.array([evidence.islands[u][1] - evidence.islands[u][0] for u in units]) / 100
    if len(units) > GROUPED:  # the longest of equal parts of the recording stand for all
        chosen = np.array(
            [part[seconds[part].argmax()] for part in np.array_split(np.arange(len(units)), GROUPED)]
        )
        kept = np.isin(unit, chosen)
        spans = [span for span, keep in zip(evidence.spans, kept, strict=True) if keep]
        return _first_groups(replace(evidence, spans=spans, prints=evidence.prints[kept]), people)
    count = len(units)
    total, weight = np.zeros((count, evidence.prints.shape[1])), np.zeros(count)
    np.add.at(total, unit, evidence.prints * evidence.seconds[:, None])
    np.add.at(weight, unit, evidence.seconds)
    same = evidence.same[units][:, units].toarray()
    other = evidence.other[units][:, units].toarray()
    mean = total / weight[:, None]
    close = mean @ mean.T - APART_COST * _apart(same, other, 0.3)
    np.fill_diagonal(close, -9)
    alive = np.ones(count, np.bool_)
    while alive.sum() > max(1, people or 1):
        i, j = divmod(int(close.argmax()), count)
        if close[i, j] < FIRST:
            break
        for sums in (total, weight, seconds):
            sums[i] += sums[j]
        for links in (same, other):
            links[i] += links[j]
            links[:, i] += links[:, j]
        alive[j] = False
        mean[i] = total[i] / weight[i]
        row = mean @ mean[i] - APART_COST * _apart(same[i], other[i], 0.3)
        row[~alive] = row[i] = -9
        close[i] = close[:, i] = row
        close[j] = close[:, j] = -9
    big = alive & (seconds >= LEAST_SECONDS)
    if not big.any():
        big = alive & (seconds == seconds[alive].max())
    found: Floats = (total[big] / np.linalg.norm(total[big], axis=1, keepdims=True)).astype(np.float32)
    return found


def _apart(same: Doubles, other: Doubles, seconds: float) -> NDArray[np.bool_]:
    """Where the network heard two people clearly more than one."""
    return other > 2 * same + seconds


def _centre(prints: Floats, weights: Doubles) -> Floats:
    """The weighted mean direction of unit vectors."""
    total = (prints * weights[:, None]).sum(axis=0)
    unit: Floats = (total / max(float(np.linalg.norm(total)), 1e-12)).astype(np.float32)
    return unit
