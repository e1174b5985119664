"""Up to three people in every five seconds: overlapping windows of the segmentation network on one grid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from answerprint.departments.footage.speakers.turns import runs
from answerprint.models.pyannote_segmentation import (
    BATCH,
    FRAME_CENTRE,
    FRAME_STEP,
    FRAMES,
    SPEAKERS,
    WINDOW,
    Segmenter,
)
from answerprint.models.resemblyzer import as_floats

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Samples = NDArray[np.float32] | NDArray[np.int16]

STEP_FRAMES = 60  # outputs from one window to the next: 1.01 s
STEP = STEP_FRAMES * FRAME_STEP
ENTER = 0.444  # published for this network with pyannote/speaker-diarization 2.1 (segmentation.threshold)
EDGE = 29  # outputs at a window's ends, a tenth of it, that the windows beside it know better
NEAR = 8  # outputs, 0.14 s: two windows mean the same change when they put it within twice this


@dataclass(frozen=True)
class LocalSpeakers:
    """activities: (windows, 293, 3) float32; window w starts at output w · STEP_FRAMES of one grid.

    frames: outputs of the grid up to the end of the sound.
    """

    activities: Floats
    frames: int

    @property
    def active(self) -> Bools:
        """(windows, 293, 3): who is taken to speak."""
        return self.activities > ENTER

    @property
    def laid_out(self) -> int:
        """Outputs that all windows cover, beyond the end of the sound too."""
        return (len(self.activities) - 1) * STEP_FRAMES + FRAMES

    def part(self, window: int) -> slice:
        """Where a window lies on the grid."""
        return slice(window * STEP_FRAMES, window * STEP_FRAMES + FRAMES)

    def at_samples(self, samples: Ints) -> Ints:
        """The output nearest to each sample."""
        nearest = np.rint((samples - FRAME_CENTRE) / FRAME_STEP).astype(np.int64)
        return np.clip(nearest, 0, self.frames - 1)

    def at_once(self) -> Ints:
        """(frames,): how many people speak at once."""
        return np.rint(self._mean(self.active.sum(axis=2))).astype(np.int64)

    def changes(self) -> Bools:
        """(frames,): True at an output where most windows hear another person than just before."""
        heard = np.zeros(self.activities.shape[:2])
        for w, active in enumerate(self.active):
            alone = np.flatnonzero(active.sum(axis=1) == 1)
            who = active[alone].argmax(axis=1)
            for at in alone[1:][who[1:] != who[:-1]]:
                heard[w, max(0, at - NEAR) : at + NEAR + 1] = 1
        changed = np.zeros(self.frames, np.bool_)
        for first, last in runs(self._mean(heard) > 0.5):
            changed[(first + last) // 2] = True
        return changed

    def _mean(self, values: NDArray[Any]) -> Doubles:
        """(windows, 293) → (frames,): the mean over the windows that know an output.

        A window's first and last tenth are left to its neighbours where there are any.
        """
        total, weight = np.zeros(self.laid_out), np.zeros(self.laid_out)
        for w in range(len(values)):
            first = EDGE if w else 0
            last = FRAMES - EDGE if w < len(values) - 1 else FRAMES
            at = w * STEP_FRAMES
            total[at + first : at + last] += values[w, first:last]
            weight[at + first : at + last] += 1
        return (total / weight)[: self.frames]


def hear(
    samples: Samples, segmenter: Segmenter, progress: Callable[[float], None] | None = None
) -> LocalSpeakers:
    """Every window of mono 16 kHz samples (n,), n > 0, the last filled up with its own beginning.

    What is kept grows by 3.5 kB a second of sound. progress: told 0…1."""
    windows = 1 + max(0, -(-(len(samples) - WINDOW) // STEP))
    parts = []
    for first in range(0, windows, BATCH):
        block = np.zeros((min(BATCH, windows - first), WINDOW), np.float32)
        for i in range(len(block)):
            start = (first + i) * STEP
            part = as_floats(samples[start : start + WINDOW])
            # Repeated, not filled with silence: noise that stops dead would pass for speech.
            block[i] = np.resize(part, WINDOW)
        parts.append(segmenter.activities(block))
        if progress is not None:
            progress((first + len(block)) / windows)
    covered = (windows - 1) * STEP_FRAMES + FRAMES
    return LocalSpeakers(np.concatenate(parts), min(-(-len(samples) // FRAME_STEP), covered))


def told_apart(local: LocalSpeakers, unit_of: Ints, units: int) -> tuple[csr_array, csr_array]:
    """How long, in seconds, the windows hear each two units as one person, and as two: (units, units) each.

    unit_of: (laid_out,) which unit an output of the grid belongs to where one person speaks, −1 elsewhere.
    """
    places: list[tuple[Ints, Ints]] = []
    same: list[Doubles] = []
    other: list[Doubles] = []
    windows_over = FRAMES / STEP_FRAMES  # each moment is in so many windows
    seconds = FRAME_STEP / 16_000 / windows_over
    for w, active in enumerate(local.active):
        here = unit_of[local.part(w)]
        single = (active.sum(axis=1) == 1) & (here >= 0)
        there = np.unique(here[single])
        if len(there) < 2:
            continue
        who = active[single].argmax(axis=1)
        heard = np.zeros((len(there), SPEAKERS))
        np.add.at(heard, (np.searchsorted(there, here[single]), who), seconds)
        together = np.minimum(heard[:, None, :], heard[None, :, :]).sum(axis=2)
        pairs = np.minimum(heard[:, None, :, None], heard[None, :, None, :]).sum(axis=(2, 3))
        rows, columns = np.meshgrid(there, there, indexing="ij")
        places.append((rows.ravel(), columns.ravel()))
        same.append(together.ravel())
        other.append((pairs - together).ravel())
    if not places:
        return csr_array((units, units)), csr_array((units, units))
    where = tuple(np.concatenate(one) for one in zip(*places, strict=True))
    return (
        csr_array((np.concatenate(same), where), shape=(units, units)),
        csr_array((np.concatenate(other), where), shape=(units, units)),
    )


def second_voices(local: LocalSpeakers, labels: Ints, people: int) -> Doubles:
    """(laid_out, people): for moments when several speak, how much the windows hear of each person.

    labels: (laid_out,) who speaks where one person does, −1 elsewhere. Who a window's local speaker is, is
    read from the moments of that window in which he speaks alone.
    """
    votes = np.zeros((local.laid_out, people))
    for w, active in enumerate(local.active):
        at_once = active.sum(axis=1)
        if not (at_once > 1).any():
            continue
        here = labels[local.part(w)]
        known = (at_once == 1) & (here >= 0)
        is_who = np.full((SPEAKERS, people), 1e-3)
        for s in range(SPEAKERS):
            is_who[s] += np.bincount(here[active[:, s] & known], minlength=people)
        is_who /= is_who.sum(axis=1, keepdims=True)
        votes[local.part(w)] += (active * local.activities[w]) @ is_who
    return votes
