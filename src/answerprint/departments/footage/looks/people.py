"""People by shot from a track of faces: how many at once, the largest, and the light on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from answerprint.core.errors import MediaError
from answerprint.core.records import Annotation, Track
from answerprint.core.time import Time
from answerprint.departments.footage.looks.by_shot import Figures
from answerprint.departments.footage.looks.light import Box, key_fill
from answerprint.media.decode import picture_at
from answerprint.media.display import Display, display_of, upright
from answerprint.media.forms import PictureForm

LIGHT_WIDTH = 640  # pixels across that light on a face is measured in


def figures_of(faces: Track, shots: Sequence[tuple[int, int]], media: Path) -> Mapping[int, Figures]:
    """Figures of every shot that shows a face, by the shot's place in the list.

    faces: an annotation a face, whose value holds `boxes`, each [tick, left, top, width, height] in parts of
    the upright picture. The light on the largest face is read from its own picture, one a shot.
    """
    found: dict[int, Figures] = {}
    display: Display | None = None
    for number, (start, end) in enumerate(shots):
        inside = [one for one in faces.annotations if one.start < end and one.end > start]
        places = [(tick, box) for one in inside for tick, box in boxes_in(one) if start <= tick < end]
        if not places:
            continue
        tick, largest = max(places, key=lambda place: (place[1][3], -place[0]))
        together = [_nearest(one, tick) for one in inside if one.start <= tick < one.end]
        display = display or display_of(media)
        pixels = _picture(media, display, Time(tick, faces.rate))
        ratio = key_fill(pixels, largest) if pixels is not None else None
        found[number] = Figures(
            people=max(1, at_once([(one.start, one.end) for one in inside])),
            boxes=tuple(sorted({*filter(None, together), largest}, key=lambda box: -box[3])),
            key_fill=None if ratio is None else round(ratio, 2),
        )
    return found


def boxes_in(annotation: Annotation) -> list[tuple[int, Box]]:
    """The ticks and boxes of one face."""
    return [
        (int(tick), (float(left), float(top), float(width), float(height)))
        for tick, left, top, width, height in annotation.value.get("boxes", ())
    ]


def at_once(stretches: Sequence[tuple[int, int]]) -> int:
    """How many half-open stretches overlap at most."""
    edges = sorted([(start, 1) for start, _ in stretches] + [(end, -1) for _, end in stretches])
    most = now = 0
    for _, change in edges:  # an end sorts before a start at the same tick
        now += change
        most = max(most, now)
    return most


def _nearest(face: Annotation, tick: int) -> Box | None:
    boxes = boxes_in(face)
    return min(boxes, key=lambda one: abs(one[0] - tick))[1] if boxes else None


def _picture(media: Path, display: Display, at: Time) -> NDArray[np.uint8] | None:
    """The picture at a time, upright; None where it cannot be decoded alone."""
    size = display.coded(*display.within(LIGHT_WIDTH, 2 * LIGHT_WIDTH))
    try:
        pixels, _ = picture_at(media, at, PictureForm("rgb", *size))
    except MediaError:  # damage at this place: the rest of the look stands without it
        return None
    return upright(pixels.astype(np.uint8, copy=False), display.rotation)
