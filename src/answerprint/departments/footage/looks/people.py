"""People by shot from a track of faces: how many at once, the largest, and the light on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

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


class SeenFace(NamedTuple):
    """A face in one picture: its tick, and its box in parts of the picture, upright."""

    tick: int
    box: Box


def figures_of(faces: Track, shots: Sequence[tuple[int, int]], media: Path) -> Mapping[int, Figures]:
    """Figures of every shot that shows a face, by the shot's place in the list.

    faces: annotations whose value holds `boxes`, each [tick, left, top, width, height] in parts of the
    picture. The light on the largest face is read from its own picture, one a shot.
    """
    found: dict[int, Figures] = {}
    display: Display | None = None
    seen = [face for one in faces.annotations for face in faces_in(one)]
    for number, (start, end) in enumerate(shots):
        inside = [one for one in seen if start <= one.tick < end]
        if not inside:
            continue
        at_once = Counter(one.tick for one in inside)
        largest = max(inside, key=lambda one: (one.box[3], -one.tick))
        together = sorted((one.box for one in inside if one.tick == largest.tick), key=lambda box: -box[3])
        display = display or display_of(media)
        pixels = _picture(media, display, Time(largest.tick, faces.rate))
        ratio = key_fill(pixels, largest.box) if pixels is not None else None
        found[number] = Figures(
            people=max(at_once.values()),
            boxes=tuple(together),
            key_fill=None if ratio is None else round(ratio, 2),
        )
    return found


def faces_in(annotation: Annotation) -> list[SeenFace]:
    """The faces an annotation's boxes hold."""
    found = []
    for tick, left, top, width, height in annotation.value.get("boxes", ()):
        found.append(SeenFace(int(tick), (float(left), float(top), float(width), float(height))))
    return found


def _picture(media: Path, display: Display, at: Time) -> NDArray[np.uint8] | None:
    """The picture at a time, upright; None where it cannot be decoded alone."""
    size = display.coded(*display.within(LIGHT_WIDTH, 2 * LIGHT_WIDTH))
    try:
        pixels, _ = picture_at(media, at, PictureForm("rgb", *size))
    except MediaError:  # damage at this place: the rest of the look stands without it
        return None
    return upright(pixels.astype(np.uint8, copy=False), display.rotation)
