"""The bundled back end: who may speak from the segmentation network, whose voice it is from the encoder.

The network says where one or several people speak and where they change; single voices are encoded between
those places, put together over the whole recording, and every moment goes to the voice it is most like.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import percentile_filter

from answerprint.departments.footage.speakers.clustering import Evidence, voices
from answerprint.departments.footage.speakers.local_speakers import (
    LocalSpeakers,
    Samples,
    hear,
    second_voices,
    told_apart,
)
from answerprint.departments.footage.speakers.turns import Diarisation, turns_of
from answerprint.departments.footage.speakers.voiceprints import Span, stretches, voiceprints
from answerprint.models.pyannote_segmentation import Segmenter
from answerprint.models.resemblyzer import HOP, WIDTH, VoiceEncoder, as_floats, mel_frames

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

NAME = "pyannote-segmentation + resemblyzer"
RATE = 16_000
SHORTEST = RATE // 10  # samples: a shorter turn is a slip of the network
BRIDGED = RATE * 3 // 10  # samples: a pause within one person's turn (so the test data's truth has it)
PAUSE = 25  # frames of 10 ms: after a longer pause anybody may go on
# Speech lies over the room and near its own loud parts; the network's outputs hang on into digital silence.
LOUD_BANDS = slice(4, None)  # mel bands over 290 Hz: rooms and handling rumble below
DEEPEST_DB = 36.0
OVER_FLOOR_DB = 8.0
NEVER_OVER_DB = 20.0  # under the loud parts: where there is no pause the floor is speech
AROUND = 1001  # frames, 10 s: the loud parts and the floor are those nearby
ENCODING = 0.5  # share of the work, for progress


class Neural:
    """Segmenter and encoder of the shelf. Raises NotAvailableError where either was not fetched."""

    name = NAME

    def __init__(self, segmenter: Segmenter, encoder: VoiceEncoder) -> None:
        self._segmenter = segmenter
        self._encoder = encoder

    def diarise(
        self, samples: Samples, people: int | None = None, progress: Callable[[float], None] | None = None
    ) -> Diarisation:
        """Turns in mono 16 kHz samples (n,), float32 or 16-bit. people: how many, if known."""
        if len(samples) < RATE // 10:
            return Diarisation(NAME, (), np.zeros((0, WIDTH), np.float32), ())
        local = hear(samples, self._segmenter, _part(progress, 0, 1 - ENCODING))
        mels = mel_frames(samples)
        moments = local.at_samples(np.arange(len(mels)) * HOP)  # each 10 ms on the network's grid
        at_once = np.where(audible(mels), local.at_once()[moments], 0)
        alone = np.flatnonzero(at_once == 1)
        islands = _islands(alone, local.changes()[moments])
        spans = stretches(islands)
        single = np.ascontiguousarray(mels[alone])
        powers = frame_powers(samples, len(mels))[alone]
        prints = voiceprints(spans, single, powers, self._encoder, _part(progress, 1 - ENCODING, 1))
        heard = np.flatnonzero(np.linalg.norm(prints, axis=1) > 0)
        spans, prints = [spans[i] for i in heard], prints[heard]
        same, other = told_apart(local, _on_grid(local, moments[alone], _numbered(islands)), len(islands))
        evidence = Evidence(len(alone), islands, spans, prints, alone, same, other)
        labels, found = voices(evidence, people)
        return _joined(local, moments, at_once, alone, labels, found, evidence)


def audible(mels: Floats) -> Bools:
    """(frames,): whether a 10 ms frame is loud enough to be speech, against the ten seconds around it."""
    power = np.convolve(mels[:, LOUD_BANDS].sum(axis=1), np.ones(5) / 5, mode="same")
    level = 10 * np.log10(power + 1e-12)
    loud = percentile_filter(level, 95, size=AROUND, mode="nearest")
    floor = percentile_filter(level, 5, size=AROUND, mode="nearest")
    least = np.maximum(loud - DEEPEST_DB, np.minimum(floor + OVER_FLOOR_DB, loud - NEVER_OVER_DB))
    heard: Bools = (level > least) & (level > -110)
    return heard


def frame_powers(samples: Samples, count: int) -> Floats:
    """(count,): mean square of the 10 ms around each mel frame's middle."""
    powers = np.zeros(count, np.float32)
    for at in range(0, count, 4096):
        first = at * HOP - HOP // 2
        part = as_floats(samples[max(0, first) : first + 4096 * HOP])
        padded = np.zeros(4096 * HOP, np.float32)
        padded[max(0, -first) : max(0, -first) + len(part)] = part
        powers[at : at + 4096] = np.square(padded.reshape(4096, HOP)).mean(axis=1)[: count - at]
    return powers


def _islands(alone: Ints, changed: Bools) -> list[Span]:
    """Unbroken stretches of single speech, as positions in `alone`."""
    if not len(alone):
        return []
    changes = np.concatenate([[0], np.cumsum(changed)])
    broken = (np.diff(alone) > PAUSE) | (np.diff(changes[alone + 1]) > 0)
    cuts = [0, *(np.flatnonzero(broken) + 1).tolist(), len(alone)]
    return list(pairwise(cuts))


def _numbered(islands: list[Span]) -> Ints:
    if not islands:
        return np.zeros(0, np.int64)
    return np.concatenate([np.full(last - first, i) for i, (first, last) in enumerate(islands)])


def _on_grid(local: LocalSpeakers, outputs: Ints, values: Ints) -> Ints:
    """Values of single moments on the network's grid, −1 where there is none."""
    laid = np.full(local.laid_out, -1, np.int64)
    laid[outputs] = values
    return laid


def _joined(
    local: LocalSpeakers,
    moments: Ints,
    at_once: Ints,
    alone: Ints,
    labels: Ints,
    found: Floats,
    evidence: Evidence,
) -> Diarisation:
    people = len(found)
    active = np.zeros((len(moments), max(1, people)), np.bool_)
    active[alone, labels] = True
    sure = np.ones(active.shape)
    several = np.flatnonzero(at_once > 1)
    if len(several) and people:
        votes = second_voices(local, _on_grid(local, moments[alone], labels), people)[moments[several]]
        rank = np.argsort(np.argsort(-votes, axis=1, kind="stable"), axis=1, kind="stable")
        active[several] = rank < np.minimum(at_once[several], people)[:, None]
    if people > 1:
        sure = _sureness(evidence, found, len(moments))
    edges = np.maximum(0, HOP * np.arange(len(moments) + 1) - HOP // 2)
    turns, order = turns_of(active, sure, edges, SHORTEST, BRIDGED)
    seconds = np.bincount(labels, minlength=max(1, people)) / 100
    given = found[order] if people else np.zeros((len(order), WIDTH), np.float32)
    return Diarisation(NAME, tuple(turns), given, tuple(float(seconds[one]) for one in order))


def _sureness(evidence: Evidence, found: Floats, frames: int) -> NDArray[np.float64]:
    """(frames, people): how much more a moment is like a voice than like the next best, as 0 … 1.

    A lead of 0.1 in cosine counts as 0.73: a scale, not a probability.
    """
    score = evidence.prints @ found.T
    total, weight = np.zeros((frames, len(found))), np.zeros((frames, 1))
    for (first, last), one in zip(evidence.spans, score, strict=True):
        others = np.array([np.delete(one, k).max() for k in range(len(one))])
        total[evidence.places[first:last]] += one - others
        weight[evidence.places[first:last]] += 1
    lead = np.divide(total, weight, out=np.zeros_like(total), where=weight > 0)
    sure: NDArray[np.float64] = 1 / (1 + np.exp(-10 * lead))
    return sure


def _part(
    progress: Callable[[float], None] | None, start: float, end: float
) -> Callable[[float], None] | None:
    if progress is None:
        return None
    told = progress
    return lambda done: told(start + (end - start) * done)
