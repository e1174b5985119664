"""Clicks, clipped peaks and short dropouts found and filled in from the sound around them.

What is missing is what an autoregressive model of the samples beside it would have said (Janssen, Veldhuis
and Vries 1986, IEEE TASSP 34(2)); nothing else is touched.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, solve, solve_toeplitz
from scipy.ndimage import maximum_filter1d, uniform_filter1d
from scipy.signal import butter, sosfiltfilt

from answerprint.departments.sound.diagnosis import CLIPPED_LEAST, CLIPPED_RUN, DIGITAL_SILENCE

ORDER = 48  # of the model: a millisecond at 48 kHz
AROUND = 0.02  # seconds of known samples on either side
ROUNDS = 3  # times model and samples are estimated in turn
CLICK_BAND = 5000.0  # Hz: above it a click stands out of any voice
CLICK_OVER = 25.0  # times the level around it; consonants reach 6, lips 20
CLICK_LEAST = 10 ** (-34 / 20)  # of full scale: quieter ones are lips
CLICK_LONGEST = 0.003  # seconds; what is longer is a sound and no click
CLICK_MARGIN = 0.0004  # seconds beside it that are filled in too
DROPOUT_LEAST, DROPOUT_LONGEST = 0.0008, 0.02  # seconds of digital silence within a sound
DROPOUT_OVER = 1e-5  # mean square the sound beside it has: silence between two clips is no dropout
HOPELESS = 0.5  # share of a stretch's samples beyond which nothing is left to tell the rest

Sound = NDArray[np.float64]
Spans = list[tuple[int, int]]  # half-open samples


@dataclass(frozen=True)
class Damage:
    """What is missing: clicks, samples at the rails, holes."""

    clicks: Spans
    clipped: Spans
    dropouts: Spans


def find_damage(sound: Sound, rate: int) -> Damage:
    """Damage in a mono recording (n,)."""
    return Damage(find_clicks(sound, rate), clipped_spans(sound), find_dropouts(sound, rate))


def find_clicks(sound: Sound, rate: int) -> Spans:
    """Bursts of a few samples, far over everything near them above 5 kHz."""
    if len(sound) < rate // 10 or rate < 3 * CLICK_BAND:
        return []
    sections = butter(4, CLICK_BAND, "highpass", fs=rate, output="sos")
    high = np.abs(sosfiltfilt(sections, sound, padlen=min(len(sound) - 1, rate // 50)))
    # The level around: the mean of the 20 ms before and after, the click's own 3 ms left out.
    long, short = int(AROUND * 2 * rate) | 1, int(CLICK_LONGEST * rate) | 1
    around = uniform_filter1d(high, long) * long - uniform_filter1d(high, short) * short
    level = np.maximum(around / (long - short), 0)
    struck = high > np.maximum(CLICK_OVER * level, CLICK_LEAST)
    if not struck.any():
        return []
    margin = max(2, int(CLICK_MARGIN * rate))
    spans = spans_of(maximum_filter1d(struck.astype(np.int8), 2 * margin + 1) > 0)
    return [one for one in spans if one[1] - one[0] <= CLICK_LONGEST * rate + 2 * margin]


def clipped_spans(sound: Sound) -> Spans:
    """Runs of three samples and more at the highest or lowest value reached."""
    spans: Spans = []
    if len(sound):
        for rail in (sound.max(), sound.min()):
            if abs(rail) >= CLIPPED_LEAST:
                spans += [one for one in spans_of(sound == rail) if one[1] - one[0] >= CLIPPED_RUN]
    return sorted(spans)


def find_dropouts(sound: Sound, rate: int) -> Spans:
    """Short digital silences with sound on both sides."""
    least, longest, near = (int(one * rate) for one in (DROPOUT_LEAST, DROPOUT_LONGEST, AROUND))
    found = []
    for start, end in spans_of(np.square(sound) < DIGITAL_SILENCE):
        sides = sound[max(0, start - near) : start], sound[end : end + near]
        if least <= end - start <= longest and all(
            len(one) >= near // 2 and np.mean(np.square(one)) > DROPOUT_OVER for one in sides
        ):
            found.append((start, end))
    return found


def filled(sound: Sound, rate: int, spans: Spans, *, beyond_rails: bool = False) -> Sound:
    """The recording with the spans told from what lies around them, every other sample as it was.

    beyond_rails: they were clipped, so that what was there is at least as far out as what is. Stretches of
    which over half is missing stay as they are.
    """
    made = sound.copy()
    near = int(AROUND * rate)
    for group in _together(spans, 2 * ORDER):
        first, last = max(0, group[0][0] - near), min(len(sound), group[-1][1] + near)
        missing = np.zeros(last - first, bool)
        for start, end in group:
            missing[start - first : end - first] = True
        if missing.mean() > HOPELESS or (~missing).sum() < 4 * ORDER:
            continue
        piece = _interpolated(made[first:last], missing)
        if beyond_rails:
            rail = sound[first:last]
            piece = np.where(missing & (np.abs(piece) < np.abs(rail)), rail, piece)
            piece = np.where(missing & (np.sign(piece) != np.sign(rail)), rail, piece)
        made[first:last] = piece
    return made


def spans_of(mask: NDArray[np.bool_]) -> Spans:
    """Half-open spans in which a mask (n,) is true."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]


def _together(spans: Spans, near: int) -> list[Spans]:
    """Spans that lie so near one another that one model has to tell them all."""
    groups: list[Spans] = []
    for one in spans:
        if groups and one[0] - groups[-1][-1][1] < near and one[1] - groups[-1][0][0] < 64 * near:
            groups[-1].append(one)
        else:
            groups.append([one])
    return groups


def _interpolated(sound: Sound, missing: NDArray[np.bool_]) -> Sound:
    made = sound.copy()
    made[missing] = np.interp(np.flatnonzero(missing), np.flatnonzero(~missing), sound[~missing])
    unknown = np.flatnonzero(missing)
    apart = np.abs(unknown[:, None] - unknown[None, :])
    for _ in range(ROUNDS):
        model = _model(made)
        own = np.correlate(model, model, "full")[ORDER:]  # lags 0 … ORDER
        matrix = np.where(apart <= ORDER, own[np.minimum(apart, ORDER)], 0.0)
        matrix[np.diag_indices_from(matrix)] *= 1 + 1e-9
        known = np.where(missing, 0.0, made)
        pulled = np.convolve(known, np.concatenate([own[:0:-1], own]), "same")[unknown]
        try:
            made[unknown] = solve(matrix, -pulled, assume_a="pos", check_finite=False)
        except (LinAlgError, ValueError):
            break
    return made


def _model(sound: Sound) -> Sound:
    """(ORDER + 1,) prediction error filter, autocorrelation method."""
    size = 1 << (2 * len(sound) - 1).bit_length()
    own = np.fft.irfft(np.abs(np.fft.rfft(sound * np.hanning(len(sound)), size)) ** 2)[: ORDER + 1]
    if own[0] <= 0:
        return np.concatenate([[1.0], np.zeros(ORDER)])
    own[0] *= 1 + 1e-7
    tail: Sound = solve_toeplitz(own[:-1], own[1:], check_finite=False)
    return np.concatenate([[1.0], -tail])
