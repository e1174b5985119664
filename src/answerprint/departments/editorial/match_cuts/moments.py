"""Moments of a file that a match cut can be made at: the subject's place, its shape, and what moves how."""

from __future__ import annotations

from dataclasses import dataclass, fields
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.departments.editorial.match_cuts.subjects import Mask, Outline, PersonFinder, outline_of
from answerprint.departments.editorial.saliency import camera_flow, moving_against
from answerprint.media.display import upright

EVERY = Fraction(1, 4)  # seconds between moments
BASELINE = Fraction(1, 12)  # seconds before and after a moment over which movement is measured
LONG_SIDE = 192  # pixels of the pictures looked at
PLACE = (36, 64)  # rows and columns a subject's place is kept in
SHAPE = 48  # a side of the square a subject's shape is kept in …
SPAN = 2.6  # … which is so many times the square root of its area wide
FIELD = (6, 10)  # rows and columns movement is kept in
FULL = 2.0  # widths a second that fill a byte of it
WHOLE = 0.06  # of a subject's outline that may lie along the picture's border for its shape to be whole

MEANS = ("", "person", "moving", "standing out")


@dataclass(frozen=True)
class Moments:
    """Moments of one file, a quarter of a second apart.

    pts (n,) ticks. place (n, 288) uint8: the subject's 36 × 64 cells, row by row, a bit each. shape
    (n, 288) uint8: 48 × 48 bits, the subject about its middle, made one size; none where it is cut off.
    middle (n, 2) and size (n,): the subject's middle and the square root of its area, in parts of the
    picture's width and height, and of its diagonal. means (n,) uint8: by what it was found, a place in MEANS,
    0 where nothing was. motion (n, 6, 10, 2) int8: how what is seen moves, right and down.
    """

    pts: NDArray[np.int64]
    place: NDArray[np.uint8]
    shape: NDArray[np.uint8]
    middle: NDArray[np.float32]
    size: NDArray[np.float32]
    means: NDArray[np.uint8]
    motion: NDArray[np.int8]

    def save(self, path: Path) -> None:
        """The same moments are the same bytes."""
        with path.open("wb") as out:
            np.savez_compressed(out, **{one.name: getattr(self, one.name) for one in fields(self)})

    @classmethod
    def load(cls, path: Path) -> Moments:
        with np.load(path, allow_pickle=False) as found:
            return cls(**{one.name: found[one.name] for one in fields(cls)})


class MomentMeter:
    """Fed with consecutive pictures (h, w, 3) uint8 R'G'B', 192 pixels long, in presentation order."""

    def __init__(self, time_base: Fraction, rotation: int = 0, people: PersonFinder | None = None) -> None:
        self._every, self._baseline = EVERY / time_base, BASELINE / time_base
        self._second = float(1 / time_base)
        self._rotation, self._people = rotation, people
        self._flow: Any = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_FAST)  # type: ignore[attr-defined]
        self._seen: list[tuple[int, NDArray[np.uint8]]] = []
        self._due: Fraction | None = None
        self._found: dict[str, list[Any]] = {one.name: [] for one in fields(Moments)}

    def add(self, pts: NDArray[np.int64], pictures: NDArray[np.uint8]) -> None:
        for tick, picture in zip(pts.tolist(), pictures, strict=True):
            self._seen.append((tick, upright(picture, self._rotation)))
            if self._due is None:
                self._due = tick + self._baseline
            while self._seen[-1][0] >= self._due + self._baseline:
                self._look(self._due)
                self._due += self._every
            while len(self._seen) > 2 and self._seen[1][0] < self._due - self._baseline:
                self._seen.pop(0)

    def finish(self) -> Moments:
        """What was found; the last moments, with nothing after them, are left out."""
        kinds = {
            "pts": (np.int64, ()),
            "place": (np.uint8, (PLACE[0] * PLACE[1] // 8,)),
            "shape": (np.uint8, (SHAPE * SHAPE // 8,)),
            "middle": (np.float32, (2,)),
            "size": (np.float32, ()),
            "means": (np.uint8, ()),
            "motion": (np.int8, (*FIELD, 2)),
        }
        return Moments(
            **{
                name: np.array(self._found[name], kind).reshape(-1, *shape)
                for name, (kind, shape) in kinds.items()
            }
        )

    def _look(self, due: Fraction) -> None:
        this, picture = min(self._seen, key=lambda one: abs(one[0] - due))
        if self._found["pts"] and self._found["pts"][-1] == this:  # fewer pictures than moments
            return
        others = [
            min(self._seen, key=lambda one: abs(one[0] - this - away))
            for away in (-self._baseline, self._baseline)
        ]
        grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
        flows, moving = [], []
        for tick, other in others:
            if tick == this:
                continue
            flow = self._flow.calc(grey, cv2.cvtColor(other, cv2.COLOR_RGB2GRAY), None)
            seconds = (tick - this) / self._second
            flows.append(np.asarray(flow, np.float32) / np.float32(seconds * picture.shape[1]))
            camera = camera_flow(flow)
            moving.append(moving_against(picture, other, flow, camera, abs(seconds)))
        if not flows:
            return
        outline = outline_of(picture, np.minimum.reduce(moving), self._people)
        field = cv2.resize(np.mean(flows, axis=0), FIELD[::-1], interpolation=cv2.INTER_AREA)
        self._keep(this, outline, np.clip(np.rint(field * (127 / FULL)), -127, 127))

    def _keep(self, tick: int, outline: Outline | None, motion: NDArray[np.float32]) -> None:
        found = self._found
        found["pts"].append(tick)
        found["motion"].append(motion)
        mask = outline.mask if outline is not None else np.zeros(PLACE, np.bool_)
        found["place"].append(_bits(cv2.resize(_full(mask), PLACE[::-1], interpolation=cv2.INTER_AREA)))
        found["shape"].append(_bits(shape_of(mask)))
        found["means"].append(MEANS.index(outline.means) if outline is not None else 0)
        height, width = mask.shape
        ys, xs = np.nonzero(mask)
        found["middle"].append(((xs.mean() + 0.5) / width, (ys.mean() + 0.5) / height) if len(xs) else (0, 0))
        found["size"].append(np.sqrt(len(xs) / (width**2 + height**2)))


def shape_of(mask: Mask) -> NDArray[np.uint8]:
    """(48, 48) 0 … 255: a mask about its middle, made one size; zeros where the border cuts it off."""
    ys, xs = np.nonzero(mask)
    empty = np.zeros((SHAPE, SHAPE), np.uint8)
    if not len(xs):
        return empty
    inner = cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8), borderValue=1) > 0
    rim = np.zeros_like(mask)
    rim[0], rim[-1], rim[:, 0], rim[:, -1] = mask[0], mask[-1], mask[:, 0], mask[:, -1]
    if rim.sum() > WHOLE * max(1, ((mask & ~inner) | rim).sum()):
        return empty
    scale = 2 * SHAPE / (SPAN * np.sqrt(len(xs)))
    across, down = SHAPE - scale * xs.mean(), SHAPE - scale * ys.mean()
    move = np.array([[scale, 0, across], [0, scale, down]])
    large = cv2.warpAffine(_full(mask), move, (2 * SHAPE, 2 * SHAPE))
    return np.asarray(cv2.resize(large, (SHAPE, SHAPE), interpolation=cv2.INTER_AREA), np.uint8)


def _full(mask: Mask) -> NDArray[np.uint8]:
    return np.asarray(mask.astype(np.uint8) * 255, np.uint8)


def _bits(cells: NDArray[Any]) -> NDArray[np.uint8]:
    return np.packbits(np.ravel(cells) > 127)
