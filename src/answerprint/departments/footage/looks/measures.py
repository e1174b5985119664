"""What is kept of a file's pictures while they pass, small enough for an hour: about 10 kB a second."""

from __future__ import annotations

from dataclasses import dataclass, fields
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.core.logged import Probe
from answerprint.departments.footage.looks.composition import Composition, composition
from answerprint.departments.footage.looks.focus import edge_blur
from answerprint.departments.footage.looks.light import Light, light_of
from answerprint.departments.footage.looks.tracking import Motion, MotionTracker
from answerprint.media.display import upright
from answerprint.media.forms import PictureForm

COLOUR_FORM = PictureForm("rgb", 128, 72)  # the form of by_half_second.py: converted once for both
DETAIL_WIDTH = 960  # pixels across in which soft focus shows, and movement is cheap
MOST_DETAIL_LINES = 1080
EVERY = Fraction(1, 4)  # seconds between pictures that are looked at for colour and focus

GRID_WIDTH, GRID_HEIGHT = 32, 18  # of the small picture kept of each, and of the pixels kept for their colour

T = TypeVar("T")


@dataclass(frozen=True)
class Sights:
    """Pictures looked at, a quarter of a second apart or more.

    light (n, 8): the fields of Light; composed (n, 12): thirds, centre, symmetry. luma (n, 18, 32) uint8;
    colours (n, 576, 3) uint8 R'G'B', pixels evenly apart.
    """

    pts: NDArray[np.int64]
    light: NDArray[np.float32]
    composed: NDArray[np.float32]
    luma: NDArray[np.uint8]
    colours: NDArray[np.uint8]

    def lights(self, chosen: NDArray[np.int64]) -> list[Light]:
        return [
            Light(
                mean=float(row[0]),
                middle=float(row[1]),
                spread=(float(row[2]), float(row[3])),
                clipped=float(row[4]),
                crushed=float(row[5]),
                shadows=float(row[6]),
                bright=float(row[7]),
            )
            for row in self.light[chosen]
        ]

    def compositions(self, chosen: NDArray[np.int64]) -> list[Composition]:
        return [
            Composition(
                thirds=tuple(float(one) for one in row[:9]),
                centre=(float(row[9]), float(row[10])),
                symmetry=float(row[11]),
            )
            for row in self.composed[chosen]
        ]


class SightMeter:
    """Feed with `add`, in presentation order, in blocks of any size; `finish` gives what was seen."""

    def __init__(self, time_base: Fraction, rotation: int = 0) -> None:
        """rotation: degrees clockwise that turn the pictures upright."""
        self._rotation = rotation
        self._moments = _Moments(time_base)
        self._pts: list[int] = []
        self._light: list[list[float]] = []
        self._composed: list[list[float]] = []
        self._luma: list[NDArray[np.uint8]] = []
        self._colours: list[NDArray[np.uint8]] = []

    def add(self, pts: NDArray[np.int64], pixels: NDArray[np.uint8]) -> None:
        """pts (n,) ticks, rising; pixels (n, 72, 128, 3) uint8 R'G'B'."""
        for tick, coded in zip(pts, pixels, strict=True):
            if not self._moments.due(int(tick)):
                continue
            picture = upright(coded, self._rotation)
            light, seen = light_of(picture), composition(picture)
            row = [light.mean, light.middle, *light.spread, light.clipped, light.crushed, light.shadows]
            self._pts.append(int(tick))
            self._light.append([*row, light.bright])
            self._composed.append([*seen.thirds, *seen.centre, seen.symmetry])
            self._luma.append(_small(picture))
            self._colours.append(_pixels(picture))

    def finish(self) -> Sights:
        """Everything seen so far."""
        count = len(self._pts)
        return Sights(
            pts=np.array(self._pts, np.int64),
            light=np.array(self._light, np.float32).reshape(count, 8),
            composed=np.array(self._composed, np.float32).reshape(count, 12),
            luma=np.array(self._luma, np.uint8).reshape(count, GRID_HEIGHT, GRID_WIDTH),
            colours=np.array(self._colours, np.uint8).reshape(count, GRID_HEIGHT * GRID_WIDTH, 3),
        )


@dataclass(frozen=True)
class Sharpness:
    """Blur of the sharpest edges, four times a second, in pixels of the form; NaN where there are none."""

    pts: NDArray[np.int64]
    blur: NDArray[np.float32]


class DetailMeter:
    """Movement and sharpness, from one form. Feed with `add`; `finish` gives both."""

    def __init__(self, time_base: Fraction, rotation: int = 0) -> None:
        """rotation: degrees clockwise that turn the pictures upright."""
        self._rotation = rotation
        self._moments = _Moments(time_base)
        self._tracker = MotionTracker(time_base)
        self._pts: list[int] = []
        self._blur: list[float] = []

    def add(self, pts: NDArray[np.int64], grey: NDArray[np.uint8]) -> None:
        """pts (n,) ticks, rising; grey (n, h, w) uint8 luma in the form of `detail_form`."""
        for tick, coded in zip(pts, grey, strict=True):
            picture = upright(coded, self._rotation)
            self._tracker.add_one(int(tick), picture)
            if self._moments.due(int(tick)):
                blur = edge_blur(picture)
                self._pts.append(int(tick))
                self._blur.append(float("nan") if blur is None else blur)

    def finish(self) -> tuple[Motion, Sharpness]:
        sharpness = Sharpness(np.array(self._pts, np.int64), np.array(self._blur, np.float32))
        return self._tracker.finish(), sharpness


def detail_form(asked: Probe) -> PictureForm:
    """Grey pictures with square pixels, as wide as coded and at most 960."""
    stream = asked.stream("video")
    if stream is None or not stream.width or not stream.height:
        return PictureForm("grey", DETAIL_WIDTH, DETAIL_WIDTH * 9 // 16)
    width = min(DETAIL_WIDTH, stream.width)
    shape = Fraction(stream.height, stream.width) / (stream.pixel_aspect or 1)
    return PictureForm("grey", width, max(1, min(MOST_DETAIL_LINES, round(width * shape))))


def save_arrays(path: Path, *records: Any) -> None:
    """Write the arrays of dataclasses to one file; the same arrays are the same bytes."""
    arrays = {
        f"{type(one).__name__}.{field.name}": getattr(one, field.name)
        for one in records
        for field in fields(one)
    }
    with path.open("wb") as out:
        np.savez(out, **arrays)


def load_arrays(path: Path, kind: type[T]) -> T:
    """Read one dataclass of arrays back."""
    with np.load(path, allow_pickle=False) as found:
        return kind(**{one.name: found[f"{kind.__name__}.{one.name}"] for one in fields(kind)})  # type: ignore[arg-type]  # kind is a dataclass


class _Moments:
    def __init__(self, time_base: Fraction) -> None:
        self._every = EVERY / time_base
        self._next: Fraction | None = None

    def due(self, tick: int) -> bool:
        """Whether a quarter of a second has passed since the last picture for which this was true."""
        if self._next is not None and tick < self._next:
            return False
        late = self._next is None or tick >= self._next + self._every
        self._next = (tick if late or self._next is None else self._next) + self._every
        return True


def _small(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(18, 32) uint8 mean luma (Rec. 709) of every cell."""
    luma = picture.astype(np.float32) @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    return np.asarray(
        np.rint(cv2.resize(luma, (GRID_WIDTH, GRID_HEIGHT), interpolation=cv2.INTER_AREA)), np.uint8
    )


def _pixels(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(576, 3) pixels evenly apart."""
    rows, columns = _middles(picture.shape[0], GRID_HEIGHT), _middles(picture.shape[1], GRID_WIDTH)
    return picture[rows][:, columns].reshape(-1, 3)


def _middles(size: int, cells: int) -> NDArray[np.int64]:
    return np.asarray((np.arange(cells) * 2 + 1) * size // (2 * cells), np.int64)
