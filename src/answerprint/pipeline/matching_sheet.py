"""A sheet of match cuts: both pictures of each, and their outlines on one another."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.core.time import Time
from answerprint.departments.editorial.match_cuts.moments import PLACE
from answerprint.departments.editorial.match_cuts.pairs import Zoom
from answerprint.media.decode import picture_at
from answerprint.media.display import display_of, upright
from answerprint.media.forms import PictureForm
from answerprint.media.stills import contact_sheet
from answerprint.pipeline.matching import MatchCut, Matched, Side
from answerprint.pipeline.matching_sources import Looked

WIDTH = 320  # pixels of a picture
MOST = 40  # cuts on a sheet
COLOURS = (255, 170, 60), (80, 200, 255)  # R'G'B' of the first outline and the second
Picture = NDArray[np.uint8]


def match_sheet(found: Matched, tell: Callable[[float], None] | None = None) -> bytes:
    """A PNG, a cut a row: the picture left, the picture come into, and half of each with both outlines; an
    enlarged one as it would be shown. tell: told 0 … 1. Raises MediaError as `picture_at`."""
    pictures = []
    drawn = min(MOST, len(found.cuts))
    for number, (cut, sides) in enumerate(zip(found.cuts[:drawn], found.sources, strict=False), start=1):
        first, second = (_shown(*side, cut.zoom, first=n == 0) for n, side in enumerate(sides))
        pictures += [
            (first[0], f"{number}  {_called(cut.first)}"),
            (second[0], _called(cut.second)),
            (_both(first, second), _told(cut)),
        ]
        if tell is not None:
            tell(number / drawn)
    return contact_sheet(pictures, 3, width=WIDTH, kind="png")


def _shown(one: Looked, tick: int, zoom: Zoom | None, *, first: bool) -> tuple[Picture, Picture]:
    """The picture as it would be shown, and where the subject is, 0 or 255."""
    display = display_of(one.path)
    size = display.within(WIDTH, 4 * WIDTH)
    pixels, _ = picture_at(one.path, Time(tick, 1 / one.time_base), PictureForm("rgb", *display.coded(*size)))
    picture = upright(pixels.astype(np.uint8, copy=False), display.rotation)
    row = int(np.searchsorted(one.moments.pts, tick))
    cells = np.unpackbits(one.moments.place[row]).reshape(PLACE) * np.uint8(255)
    high, wide = picture.shape[:2]
    mask = cv2.resize(cells, (wide, high), interpolation=cv2.INTER_CUBIC)
    if zoom is not None and zoom.first == first:
        scale = zoom.scale
        move = np.array([[scale, 0, -zoom.x * wide * scale], [0, scale, -zoom.y * high * scale]])
        picture = np.asarray(cv2.warpAffine(picture, move, (wide, high)), np.uint8)
        mask = cv2.warpAffine(mask, move, (wide, high))
    return picture, np.asarray(mask, np.uint8)


def _both(first: tuple[Picture, Picture], second: tuple[Picture, Picture]) -> Picture:
    high, wide = first[0].shape[:2]
    laid = [np.asarray(cv2.resize(one, (wide, high)), np.uint8) for one in second]
    both = cv2.addWeighted(first[0], 0.5, laid[0], 0.5, 0)
    for mask, colour in zip((first[1], laid[1]), COLOURS, strict=True):
        inside = (mask > 127).astype(np.uint8)
        outlines, _ = cv2.findContours(inside, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(both, outlines, -1, colour, 2, cv2.LINE_AA)
    return np.asarray(both, np.uint8)


def _called(side: Side) -> str:
    return f"{side.take or side.file}  {side.at.timecode or side.at.time}"


def _told(cut: MatchCut) -> str:
    larger = f", x{cut.zoom.scale:.2f}" if cut.zoom is not None and cut.zoom.scale >= 1.02 else ""
    return f"{cut.kind} {cut.likeness:.2f}{larger}"
