"""Reads the numbers burnt into two real films, by the shapes of their own digits; cuts made of the films.

The shapes are taken from ten pictures of each that a person has read; everything else is read with them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import islice
from pathlib import Path

import av
import cv2
import numpy as np
from coded_films import CUT_RATES, Footage, Kind, boundaries, read_footage
from numpy.typing import NDArray

from answerprint.core.cut import Clip, Cut, CutTrack
from answerprint.core.time import Range, Time
from answerprint.core.timecode import parse_timecode

Pixels = NDArray[np.uint8]

RASTER = (960, 540)
LIT = 150  # white letters: every channel above it; no background here is
GLYPH = (16, 24)
SURE = 0.85  # correlation with the shape …
CLEAR = 0.03  # … and so much more than with any other


@dataclass(frozen=True)
class BurntIn:
    """Where a film's number stands on a 960 × 540 raster, and which of its letters are the digits.

    taught: letter `last` of picture k of the film, as seen by eye, for k in 0 … 9.
    """

    file: str
    top: int
    bottom: int
    left: int
    letters: int
    digits: tuple[int, ...]
    last: int
    taught: str
    base: tuple[int, ...]  # what one of each digit is worth, in pictures


# "PTS = 0.7s" on picture 7; read by eye on all thirty, 0.0 to 2.9. The line above it says "Frame = 8".
COUNTER = BurntIn("counter.mp4", 466, 522, 640, 8, (4, 6), 6, "0123456789", (10, 1))
# "01:00:06:20" on picture 200; read by eye on 0 to 9 (01:00:00:00 to :09), 29 (01:00:00:29),
# 30 (01:00:01:00), 59, 299, 300 (01:00:10:00), 599, 600, 601 (01:00:20:01), 901 (01:00:30:01)
# and 1271 (01:00:42:11).
TIMECODE = BurntIn(
    "auto_editor_example.mp4",
    450,
    510,
    620,
    11,
    (0, 1, 3, 4, 6, 7, 9, 10),
    10,
    "0123456789",
    (1_080_000, 108_000, 18_000, 1_800, 300, 30, 10, 1),
)
HOUR_ONE = 108_000  # pictures: 01:00:00:00 at 30 a second

FILMS = {"counter": (COUNTER, Fraction(10), 0), "timecode": (TIMECODE, Fraction(30), HOUR_ONE)}
PLACES = {  # seconds in the film, and cut frames: on a picture, just before one, between two, far in
    "counter": [
        (Fraction(0), 12),
        (Fraction(7, 10), 9),
        (Fraction(7, 10) - Fraction(1, 90_000), 9),
        (Fraction(1001, 24_000), 16),
        (Fraction(997, 601), 21),
    ],
    "timecode": [
        (Fraction(0), 8),
        (Fraction(10), 9),
        (Fraction(10) - Fraction(1, 90_000), 9),
        (Fraction(1001, 240), 12),
        (Fraction(99_991, 3001), 12),
        (Fraction(1271, 30) - Fraction(7, 25), 7),
    ],
}


class Reader:
    """Reads one film's number from pictures on the raster."""

    def __init__(self, what: BurntIn, folder: Path) -> None:
        self.what = what
        first = islice(source_pictures(folder / what.file), len(what.taught))
        shapes = [self._letters(pixels)[what.last] for pixels in first]
        self._shapes = dict(zip(what.taught, shapes, strict=True))

    def number(self, pixels: Pixels) -> int | None:
        """The number in pictures; None where any digit is not clear."""
        letters = self._letters(pixels)
        if len(letters) != self.what.letters:
            return None
        total = 0
        for place, worth in zip(self.what.digits, self.what.base, strict=True):
            likeness = sorted(
                ((_likeness(letters[place], shape), digit) for digit, shape in self._shapes.items()),
                reverse=True,
            )
            if likeness[0][0] < SURE or likeness[0][0] - likeness[1][0] < CLEAR:
                return None
            total += int(likeness[0][1]) * worth
        return total

    def _letters(self, pixels: Pixels) -> list[NDArray[np.float32]]:
        """The letters of the line from left to right: what dark columns part."""
        line = pixels[self.what.top : self.what.bottom, self.what.left :].min(axis=2)
        lit = np.concatenate([[False], (line > LIT).any(axis=0), [False]])
        edges = np.flatnonzero(lit[1:] != lit[:-1])
        found = []
        for start, end in zip(edges[::2], edges[1::2], strict=True):
            rows = np.flatnonzero((line[:, start:end] > LIT).any(axis=1))
            glyph = line[rows[0] : rows[-1] + 1, start:end].astype(np.float32)
            found.append(cv2.resize(glyph, GLYPH, interpolation=cv2.INTER_AREA))
        return found


def source_pictures(path: Path, every: int = 1) -> Iterator[Pixels]:
    """A film's pictures (each, or one of so many) on the raster, by a bare decode."""
    with av.open(str(path)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number % every == 0:
                yield frame.reformat(*RASTER, "rgb24", interpolation="AREA").to_ndarray()


@lru_cache(maxsize=len(FILMS))
def footage_of(name: str, folder: Path) -> Footage:
    what, rate, _ = FILMS[name]
    return read_footage(folder / what.file, Kind("mp4", rate))


def cut_from(name: str, one: Footage, rate_name: str) -> Cut:
    """Clips at the cuts that were found in the film, and at the places above."""
    rate, drop, start = CUT_RATES[rate_name]
    clips: list[Clip] = []
    at = 0
    for first, length in [*((edge, 10) for edge in boundaries(one)[:3]), *PLACES[name]]:
        used = Range(Time.of_seconds(first), Time.of_seconds(first + length / rate))
        record = Range.of_ticks(at, at + length, rate)
        clips.append(Clip(id=f"{name}/{at}", asset=one.asset.id, record=record, source=used))
        at += length
    return Cut(
        name=name,
        rate=rate,
        drop=drop,
        start_frame=parse_timecode(start, rate, drop=drop),
        width=RASTER[0],
        height=RASTER[1],
        tracks=(CutTrack(name="V1", kind="video", clips=tuple(clips)),),
    )


def numbers_meant(name: str, cut: Cut) -> list[int]:
    """In closed form: both films start at 0 and never leave their rate."""
    _, rate, base = FILMS[name]
    return [
        base + math.floor((clip.source.start.seconds + Fraction(frame) / cut.rate) * rate)
        for clip in cut.tracks[0].clips
        for frame in range(clip.record.end.ticks - clip.record.start.ticks)
    ]


def _likeness(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])
