"""What is seen in the picture at a cut: faces, by the models that find them, and text, by those that read it.

Ask for consent before faces: this looks.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.departments.editorial.continuity_looking import SeenFace, SeenText
from answerprint.departments.footage.faces.measures import measure
from answerprint.departments.footage.faces.mesh import PRESENT, square_of_find, square_of_mesh
from answerprint.departments.footage.faces.sightings import SMALLEST, FaceReaders
from answerprint.departments.footage.slates.lines import TextLine, cut_out, level, pyramid
from answerprint.departments.footage.slates.reader import HIGH, Reader

TEXT_WIDE = 960  # pixels at which text is looked for
SURE = 0.45  # probability of a word under which it is texture
LEAST_PARTS = 2  # of a word
LEAST_LETTERS = 3  # of what is told
MOST_WORDS = 48
TALLEST = 0.15  # of the picture's height
NEAR = 0.8  # of the letters' height

Picture = NDArray[np.uint8]


def faces_in(picture: Picture, readers: FaceReaders) -> tuple[SeenFace, ...]:
    """Faces of a picture (h, w, 3) R'G'B', the largest first. Not for two threads at a time."""
    found = []
    for one in readers.detector.find(picture):
        mesh = readers.mesh.read(picture, square_of_find(one))
        if mesh.presence >= PRESENT:  # once more, round what was found: the box is then the face's own
            mesh = readers.mesh.read(picture, square_of_mesh(mesh))
        if mesh.presence < PRESENT:
            continue
        low, high = mesh.points[:, :2].min(0), mesh.points[:, :2].max(0)
        wide, tall = (float(each) for each in high - low)
        if wide >= SMALLEST / 2:
            found.append(SeenFace((float(low[0]), float(low[1]), wide, tall), measure(mesh).yaw))
    return tuple(sorted(found, key=lambda face: -face.box[3]))


def texts_in(picture: Picture, reader: Reader) -> tuple[SeenText, ...]:
    """Words of a picture (h, w, 3) R'G'B' that are read surely, with their places; figures either side of a
    colon are one word."""
    grey = cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_RGB2GRAY)
    scale = max(1.0, TEXT_WIDE / grey.shape[1])
    if scale > 1:
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    turned, words, _ = level(np.asarray(grey, np.uint8))
    words = [one for one in words if one.letters >= LEAST_PARTS and one.high < TALLEST * grey.shape[0]]
    words = sorted(words, key=lambda one: -one.letters * min(one.high, 40))[:MOST_WORDS]
    levels = pyramid(turned.grey)
    parts: list[SeenText] = []
    for line, read in zip(words, reader.read([cut_out(levels, one, HIGH) for one in words]), strict=True):
        text = read.as_written or read.best
        if read.confidence >= SURE and any(map(str.isalnum, text)):
            parts.append(SeenText(text, _box(line, turned.back, scale), read.confidence))
    return tuple(one for one in _joined(parts) if sum(map(str.isalnum, one.text)) >= LEAST_LETTERS)


def _joined(parts: Sequence[SeenText]) -> list[SeenText]:
    """Parts side by side on a row, as near as the halves of a time, made one."""
    joined: list[SeenText] = []
    for part in sorted(parts, key=lambda one: one.box[0]):
        left, top, right, bottom = part.box
        for at, one in enumerate(joined):
            high = max(bottom - top, one.box[3] - one.box[1])
            level_with = min(bottom, one.box[3]) - max(top, one.box[1]) > 0.7 * high
            if level_with and 0 <= left - one.box[2] < NEAR * high:
                box = one.box[0], min(top, one.box[1]), right, max(bottom, one.box[3])
                joined[at] = SeenText(
                    f"{one.text.strip()} {part.text.strip()}", box, min(one.sure, part.sure)
                )
                break
        else:
            joined.append(part)
    return joined


def _box(line: TextLine, back: NDArray[np.float64], scale: float) -> tuple[float, float, float, float]:
    corners = [
        [line.left, line.top, 1],
        [line.right, line.top, 1],
        [line.right, line.bottom, 1],
        [line.left, line.bottom, 1],
    ]
    places = np.array(corners) @ back.T / scale
    low, far = places.min(axis=0), places.max(axis=0)
    return float(low[0]), float(low[1]), float(far[0]), float(far[1])
