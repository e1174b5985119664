"""The classical back end, always there: spectra of voices, parted by the Bayesian information criterion.

Mel cepstra of two-second stretches, merged while one Gaussian tells them as well as two (Chen &
Gopalakrishnan 1998), then every moment given to the likeliest voice. No overlaps are heard; where the
evidence for a second voice is thin it says one. A microphone is part of what it takes for a voice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dct

from answerprint.departments.footage.speakers.resegmentation import cheapest
from answerprint.departments.footage.speakers.turns import Diarisation, turns_of
from answerprint.models.resemblyzer import HOP, mel_frames

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]
Span = tuple[int, int]

NAME = "classical"
RATE = 16_000
CEPSTRA = 16  # coefficients 1 … 16; the 0th is loudness
LONGEST = 200  # frames of 10 ms in a stretch
WEIGHT = 1.8  # λ of the criterion: single voices are parted under 1.3, pairs are missed over 2.2
LEAST_FRAMES = 300  # a person speaks three seconds at least
FEWEST_FRAMES = 50  # of a stretch that votes
STRETCHES = 1500  # merged one by one at most
SWITCH = 60.0  # log likelihood that a change of speaker costs within speech
SWITCH_AT_PAUSE = 10.0
FLOOR = 0.05  # added to variances, as a share of the recording's own
SHORTEST = RATE // 4
BRIDGED = 0  # the ranges of voice have bridged their own pauses


@dataclass(frozen=True)
class _Sums:
    """Frames, their sum and their outer products: enough for a Gaussian."""

    count: float
    first: Doubles
    second: Doubles

    def __add__(self, other: _Sums) -> _Sums:
        return _Sums(self.count + other.count, self.first + other.first, self.second + other.second)

    def gaussian(self, floor: Doubles) -> tuple[Doubles, Doubles]:
        mean = self.first / self.count
        return mean, self.second / self.count - np.outer(mean, mean) + floor


class Classical:
    """voice: half-open ranges of the samples in which somebody speaks."""

    name = NAME

    def __init__(self, voice: tuple[Span, ...]) -> None:
        self._voice = voice

    def diarise(
        self,
        samples: Floats | NDArray[np.int16],
        people: int | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> Diarisation:
        """Turns in mono 16 kHz samples (n,), float32 or 16-bit. people: how many, if known.

        The voices have no width: spectra do not tell a person across recordings.
        """
        mels = mel_frames(samples)
        pauses = [(round(a / HOP), min(round(b / HOP), len(mels))) for a, b in self._voice]
        spoken = [(first, last) for first, last in pauses if last > first]
        frames = np.concatenate([np.arange(first, last) for first, last in spoken] or [np.zeros(0, np.int64)])
        if not len(frames):
            return Diarisation(NAME, (), np.zeros((0, 0), np.float32), ())
        cepstra = _cepstra(mels[frames])
        starts = np.cumsum([0, *(last - first for first, last in spoken)])
        labels, sure = _told_apart(cepstra, starts, people)
        if progress is not None:
            progress(1.0)
        count = int(labels.max()) + 1
        active = np.zeros((len(mels), count), np.bool_)
        active[frames, labels] = True
        confidence = np.zeros(active.shape)
        confidence[frames] = sure
        edges = np.maximum(0, HOP * np.arange(len(mels) + 1) - HOP // 2)
        turns, order = turns_of(active, confidence, edges, SHORTEST, BRIDGED)
        seconds = np.bincount(labels, minlength=count) / 100
        return Diarisation(
            NAME, tuple(turns), np.zeros((len(order), 0), np.float32), tuple(float(seconds[i]) for i in order)
        )


def _cepstra(mels: Floats) -> Doubles:
    """(frames, 16) mel cepstra, the recording's own mean taken off."""
    found: Doubles = dct(np.log(mels.astype(np.float64) + 1e-10), norm="ortho", axis=1)[:, 1 : CEPSTRA + 1]
    found -= found.mean(axis=0)
    return found


def _told_apart(cepstra: Doubles, starts: Ints, people: int | None) -> tuple[Ints, Doubles]:
    """(frames,) who speaks, and (frames, people) how sure. starts: where ranges begin, and the end."""
    floor = np.diag(cepstra.var(axis=0) * FLOOR + 1e-6)
    stretches = _stretches(starts)
    sums = [_sums(cepstra[a:b]) for a, b in stretches if b - a >= FEWEST_FRAMES]
    if not sums:
        return np.zeros(len(cepstra), np.int64), np.ones((len(cepstra), 1))
    if len(sums) > STRETCHES:  # neighbours go together in long recordings
        parts = np.array_split(np.arange(len(sums)), STRETCHES)
        sums = [sum((sums[i] for i in part[1:]), sums[part[0]]) for part in parts]
    groups = _merged(sums, floor, people)
    cost = np.full(len(cepstra), SWITCH)
    cost[starts[:-1]] = SWITCH_AT_PAUSE
    for _ in range(3):
        scores = np.stack([_log_likelihood(cepstra, *one.gaussian(floor)) for one in groups], axis=1)
        labels = cheapest(scores - scores.mean(axis=1, keepdims=True), cost)
        sizes = np.bincount(labels, minlength=len(groups))
        kept = [k for k, size in enumerate(sizes) if size >= (LEAST_FRAMES if people is None else 1)]
        kept = kept or [int(sizes.argmax())]
        if len(kept) < len(groups):
            groups = [groups[k] for k in kept]
        else:
            groups = [_sums(cepstra[labels == k]) for k in kept]
    scores = np.stack([_log_likelihood(cepstra, *one.gaussian(floor)) for one in groups], axis=1)
    labels = cheapest(scores - scores.mean(axis=1, keepdims=True), cost)
    return labels, _share(scores)


def _stretches(starts: Ints) -> list[Span]:
    found: list[Span] = []
    for first, last in pairwise(starts):
        parts = np.linspace(first, last, 1 + max(1, -(-int(last - first) // LONGEST))).astype(int)
        found += [(int(a), int(b)) for a, b in pairwise(parts)]
    return found


def _sums(frames: Doubles) -> _Sums:
    return _Sums(float(len(frames)), frames.sum(axis=0), frames.T @ frames)


def _merged(sums: list[_Sums], floor: Doubles, people: int | None) -> list[_Sums]:
    """Stretches joined while the criterion prefers one voice to two, the clearest case first."""
    count = np.array([one.count for one in sums])
    first = np.stack([one.first for one in sums])
    second = np.stack([one.second for one in sums])
    spread = _spread(count, first, second, floor)
    apart = np.full((len(sums), len(sums)), np.inf)

    def compared(i: int, others: Ints) -> Doubles:
        """ΔBIC of one group with others: over 0 where two Gaussians are worth their parameters."""
        both = count[i] + count[others]
        joint = _spread(both, first[i] + first[others], second[i] + second[others], floor)
        told = 0.5 * (both * joint - count[i] * spread[i] - count[others] * spread[others])
        size = first.shape[1]
        cost: Doubles = told - WEIGHT * 0.5 * (size + size * (size + 1) / 2) * np.log(both)
        return cost

    for i in range(1, len(sums)):
        apart[i, :i] = apart[:i, i] = compared(i, np.arange(i))
    alive = np.ones(len(sums), np.bool_)
    while alive.sum() > (people or 1):
        i, j = divmod(int(apart.argmin()), len(sums))
        if people is None and apart[i, j] >= 0:
            break
        for values in (count, first, second):
            values[i] += values[j]
        alive[j] = False
        spread[i] = _spread(count[i : i + 1], first[i : i + 1], second[i : i + 1], floor)[0]
        apart[j] = apart[:, j] = np.inf
        others = np.flatnonzero(alive & (np.arange(len(sums)) != i))
        apart[i, others] = apart[others, i] = compared(i, others)
    return [_Sums(float(count[k]), first[k], second[k]) for k in np.flatnonzero(alive)]


def _spread(count: Doubles, first: Doubles, second: Doubles, floor: Doubles) -> Doubles:
    """(n,) log determinants of the covariances of n groups."""
    mean = first / count[:, None]
    covariance = second / count[:, None, None] - mean[:, :, None] * mean[:, None, :] + floor
    found: Doubles = np.linalg.slogdet(covariance)[1]
    return found


def _log_likelihood(frames: Doubles, mean: Doubles, covariance: Doubles) -> Doubles:
    lower = np.linalg.cholesky(covariance)
    white = np.linalg.solve(lower, (frames - mean).T)
    value: Doubles = -0.5 * np.square(white).sum(axis=0) - np.log(np.diag(lower)).sum()
    return value


def _share(scores: Doubles) -> Doubles:
    """(frames, people): each voice's part of the likelihood over half a second, 0 … 1.

    Neighbouring frames are no independent witnesses, so a twentieth of their sum is believed."""
    width = 50
    smooth = np.apply_along_axis(lambda one: np.convolve(one, np.ones(width) / 20, mode="same"), 0, scores)
    smooth = np.exp(smooth - smooth.max(axis=1, keepdims=True))
    part: Doubles = smooth / smooth.sum(axis=1, keepdims=True)
    return part
