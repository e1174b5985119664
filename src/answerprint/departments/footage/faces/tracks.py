"""Sightings of a file made into faces through shots: cut where shots change, joined where a face was lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.footage.faces.sightings import (
    EXEMPLARS,
    FRONTAL_PITCH,
    FRONTAL_YAW,
    Likeness,
    Sample,
    Sighting,
)

JOIN_WITHIN = Fraction(3, 2)  # seconds a face may be lost within a shot and still be the same
JOIN_REACH = 1.5  # faces' widths it may have moved meanwhile, and …
JOIN_SIZE = 1.6  # … how much larger or smaller it may have become
JOIN_TINT = 0.45  # share of its colours that must be the same
SHORTEST = Fraction(1, 4)  # seconds: what is seen for less is taken for a mistake …
SURE = 0.98  # … unless the mesh was as sure as this all along
SHORTEST_SURE = Fraction(1, 10)

Interval = tuple[int, int]


@dataclass
class FaceTrack:
    """One face through a shot, [start, end) in ticks; shot: the start of its shot."""

    start: int
    end: int
    shot: int
    samples: list[Sample]
    portrait: NDArray[np.uint8] | None = None
    portrait_worth: float = 0.0
    vectors: list[Likeness] = field(default_factory=list)
    gaps: list[Interval] = field(default_factory=list)  # where it was lost

    @property
    def presence(self) -> float:
        return float(np.mean([one.presence for one in self.samples]))

    @property
    def frontal_share(self) -> float:
        """How much of the time the face is turned to the camera."""
        turned = [
            abs(one.measures.yaw) <= FRONTAL_YAW and abs(one.measures.pitch) <= FRONTAL_PITCH
            for one in self.samples
        ]
        return float(np.mean(turned))


def face_tracks(
    sightings: Sequence[Sighting], shots: Sequence[Interval], time_base: Fraction
) -> list[FaceTrack]:
    """Faces through shots, by start, then from left to right.

    shots: [start, end) in ticks, in order, as `shots.1` has them; without any the file is one shot.
    """
    pieces = [piece for one in sightings for piece in _cut(one, shots)]
    pieces.sort(key=lambda one: (one[0].start, one[0].samples[0].box))
    joined: list[tuple[FaceTrack, NDArray[np.float32]]] = []
    for piece, tint in pieces:
        before = _earlier_half(piece, tint, joined, time_base)
        if before is None:
            joined.append((piece, tint))
        else:
            _join(before, piece)
    tracks = [one for one, _ in joined if _lasting(one, time_base)]
    return sorted(tracks, key=lambda one: (one.start, one.samples[0].box))


def _cut(sighting: Sighting, shots: Sequence[Interval]) -> list[tuple[FaceTrack, NDArray[np.float32]]]:
    ends = shots or [(sighting.samples[0].tick, sighting.end)]
    pieces = []
    for start, end in ends:
        samples = [one for one in sighting.samples if start <= one.tick < end]
        if not samples:
            continue
        track = FaceTrack(
            start=samples[0].tick,
            end=min(sighting.end, end),
            shot=start,
            samples=samples,
            vectors=[one for one in sighting.vectors if start <= one.tick < end],
        )
        if start <= sighting.portrait_tick < end:
            track.portrait, track.portrait_worth = sighting.portrait, sighting.portrait_worth
        pieces.append((track, sighting.tint))
    return pieces


def _earlier_half(
    piece: FaceTrack,
    tint: NDArray[np.float32],
    joined: list[tuple[FaceTrack, NDArray[np.float32]]],
    time_base: Fraction,
) -> FaceTrack | None:
    """The track this piece goes on with: the nearest that ended a moment ago in the shot and looked alike."""
    able: list[tuple[float, int, FaceTrack]] = []
    for number, (track, colours) in enumerate(joined):
        gap = (piece.start - track.end) * time_base
        if track.shot != piece.shot or not -Fraction(1, 20) <= gap <= JOIN_WITHIN:
            continue
        last, first = track.samples[-1].box, piece.samples[0].box
        size = (last[2] + first[2]) / 2
        moved = np.hypot(
            (last[0] + last[2] / 2) - (first[0] + first[2] / 2),
            ((last[1] + last[3] / 2) - (first[1] + first[3] / 2)) * (last[2] / max(last[3], 1e-9)),
        )
        grown = max(last[2], first[2]) / max(min(last[2], first[2]), 1e-9)
        alike = float(np.minimum(tint, colours).sum())
        if moved <= JOIN_REACH * size and grown <= JOIN_SIZE and alike >= JOIN_TINT:
            able.append((float(moved), number, track))
    return min(able)[2] if able else None


def _join(track: FaceTrack, piece: FaceTrack) -> None:
    if piece.start > track.end:
        track.gaps.append((track.end, piece.start))
    track.samples += piece.samples
    track.end = max(track.end, piece.end)
    if piece.portrait_worth > track.portrait_worth:
        track.portrait, track.portrait_worth = piece.portrait, piece.portrait_worth
    both = [*track.vectors, *piece.vectors]
    track.vectors = sorted(both, key=lambda one: (-one.worth, one.tick))[:EXEMPLARS]


def _lasting(track: FaceTrack, time_base: Fraction) -> bool:
    length = (track.end - track.start) * time_base
    return length >= SHORTEST or (length >= SHORTEST_SURE and track.presence >= SURE)
