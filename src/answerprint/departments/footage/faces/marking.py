"""Faces and cues as the annotations of `faces.1` and `cues.1`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from answerprint.core.records import Annotation
from answerprint.departments.footage.faces.cues import cues_of
from answerprint.departments.footage.faces.detection import Box
from answerprint.departments.footage.faces.tracks import FaceTrack

BOX_EVERY = Fraction(1, 2)  # seconds between the boxes that are kept, and …
BOX_MOVED = 0.25  # … one more wherever the face moved by this part of its width


def face_marks(
    tracks: Sequence[FaceTrack], time_base: Fraction, labels: Mapping[int, str] | None = None
) -> list[Annotation]:
    """`faces.1`: an annotation for each face. labels: by the track's place in the list; else numbered."""
    return [
        Annotation(
            start=track.start,
            end=track.end,
            label=_label(number, labels),
            confidence=round(track.presence, 3),
            value={
                "face": number,
                "shot": track.shot,
                "frontal": round(track.frontal_share, 3),
                "yaw": _middle(one.measures.yaw for one in track.samples),
                "pitch": _middle(one.measures.pitch for one in track.samples),
                "boxes": boxes_of(track, time_base),
                "gaps": [list(gap) for gap in track.gaps],
            },
        )
        for number, track in enumerate(tracks)
    ]


def cue_marks(
    tracks: Sequence[FaceTrack], time_base: Fraction, labels: Mapping[int, str] | None = None
) -> list[Annotation]:
    """`cues.1`: an annotation for each cue, with the person and the face it is of."""
    return [
        Annotation(
            start=cue.start,
            end=cue.end,
            label=cue.cue,
            confidence=cue.confidence,
            value={"person": _label(number, labels), "face": number, **cue.value},
        )
        for number, track in enumerate(tracks)
        for cue in cues_of(track, time_base)
    ]


def boxes_of(track: FaceTrack, time_base: Fraction) -> list[list[Any]]:
    """[tick, x, y, width, height] in parts of the upright picture: where it moved, and twice a second."""
    kept: list[list[Any]] = []
    last: Box = (0.0, 0.0, 0.0, 0.0)
    every = int(BOX_EVERY / time_base)
    for sample in track.samples:
        x, y, w, h = sample.box
        moved = abs(x - last[0]) + abs(y - last[1]) + abs(w - last[2]) + abs(h - last[3])
        if not kept or sample.tick - kept[-1][0] >= every or moved > BOX_MOVED * w:
            kept.append([sample.tick, *(round(one, 4) for one in sample.box)])
            last = sample.box
    return kept


def _label(number: int, labels: Mapping[int, str] | None) -> str:
    return labels[number] if labels and number in labels else f"person_{number + 1}"


def _middle(values: Any) -> float:
    ordered = sorted(values)
    return round(float(ordered[len(ordered) // 2]), 1)
