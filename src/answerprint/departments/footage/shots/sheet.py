"""A contact sheet of a file's shots: first, middle and last picture of each, with their timecode."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.footage.shots.in_file import ShotsDocument
from answerprint.media.decode import read_pictures
from answerprint.media.display import display_of, upright
from answerprint.media.forms import PictureForm
from answerprint.media.stills import contact_sheet

# Up to so many shots: pictures of each, and how wide one is.
SIZES = ((60, 3, 240), (300, 3, 160), (1200, 3, 96), (5000, 1, 96))
SMALLEST = (1, 48)


def shot_sheet(file: Path, found: ShotsDocument, progress: Callable[[float], None] | None = None) -> bytes:
    """A PNG. Every picture is captioned with the shot's number and its timecode (its frame without one).

    progress: told 0 … 1. Raises MediaError as `read_pictures`.
    """
    count, width = next(((n, w) for most, n, w in SIZES if len(found.shots) <= most), SMALLEST)
    wanted: dict[int, list[tuple[int, int]]] = {}  # presentation index → (shot, place in its row)
    for number, shot in enumerate(found.shots):
        first, last = shot.start.frame or 0, max((shot.end.frame or 0) - 1, shot.start.frame or 0)
        for place, index in enumerate((first, (first + last) // 2, last) if count == 3 else (first,)):
            wanted.setdefault(index, []).append((number, place))
    display = display_of(file)
    high = math.ceil(width / display.aspect) + 2
    coded_width, coded_height = display.coded(*display.within(width, high))
    end = max(wanted, default=0)
    pictures: dict[tuple[int, int], tuple[NDArray[np.uint8], str]] = {}
    for block in read_pictures(file, PictureForm("rgb", coded_width, coded_height)):
        for offset, (pts, pixels) in enumerate(zip(block.pts, block.pixels, strict=True)):
            for number, place in wanted.get(block.first + offset, ()):
                shown = upright(pixels.astype(np.uint8, copy=False), display.rotation)
                seconds = float(Fraction(int(pts)) * block.time_base)
                pictures[number, place] = shown, _caption(found, number, place, block.first + offset, seconds)
        if progress is not None:
            progress(min(1.0, (block.first + len(block.pts)) / (end + 1)))
        if block.first + len(block.pts) > end:
            break
    across = count * max(1, round(math.sqrt(len(found.shots) / count)))
    return contact_sheet([pictures[key] for key in sorted(pictures)], across, width=width, kind="png")


def _caption(found: ShotsDocument, number: int, place: int, frame: int, seconds: float) -> str:
    start = found.shots[number].start
    label = start.timecode if place == 0 and start.timecode else f"{seconds:.2f} s"
    return f"{number + 1}  {label}  #{frame}" if place == 0 else f"{label}  #{frame}"
