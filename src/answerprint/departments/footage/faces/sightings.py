"""Faces followed picture by picture in a stream: detected a few times a second, read by the mesh in between.

What comes out are sightings, runs of one face without a break; `tracks` joins those of a shot. Nothing of
the pictures is kept but, for each face, one small picture and (where identity is asked for) a few vectors.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.departments.footage.faces.detection import (
    DETECTOR,
    Box,
    FaceDetector,
    Found,
    overlap,
)
from answerprint.departments.footage.faces.measures import Measures, measure
from answerprint.departments.footage.faces.mesh import (
    IRIS,
    MESH,
    PRESENT,
    IrisReader,
    Mesh,
    MeshReader,
    Square,
    cut_square,
    square_of_find,
    square_of_mesh,
)

DETECT_EVERY = Fraction(1, 5)  # seconds between looks for faces
CLOSELY_EVERY = Fraction(1)  # seconds between looks for the small faces of wide shots
MESHES_A_SECOND = 36  # of all faces together; one face is read in every picture of 25 a second
SLOWEST_MESH = Fraction(1, 6)  # seconds between readings of a face, however many there are
GAZE_EVERY = Fraction(1, 6)  # seconds between readings of the irises, which cost two networks
PATIENCE = Fraction(1, 2)  # seconds a face may be gone from sight before its sighting ends
UNSEEN = Fraction(2)  # seconds the mesh is believed without the detector agreeing: it may follow a wall
SURE_MESH = 0.9  # … unless it is as sure as this (profiles, which the detector does not know)
CUT_STEP = (
    28.0  # mean change of a 32 × 18 picture, 0 … 255, that ends every sighting: the shot may be another
)
SAME_LOOK = (
    0.7  # correlation of a face's square with itself a picture later: under it, something else is there
)
LOOK_SIDE = 24  # pixels of that square
SMALLEST = 24.0  # pixels of width in the analysed picture: nothing under it is believed
READABLE = 44.0  # pixels of width from which on eyes and mouth are measured
SAME_FACE = 0.25  # IoU from which on a find and a sighting are one face
TWICE = 0.5  # IoU from which on two sightings are one face
PORTRAIT = 112  # pixels, the side of the small picture that is kept
EXEMPLARS = 4  # vectors kept of a sighting
EXEMPLAR_EVERY = Fraction(1)  # seconds between them
FRONTAL_YAW, FRONTAL_PITCH = 25.0, 22.0  # degrees within which a face is frontal


class Sample(NamedTuple):
    """A face in one picture. box: x, y, width, height in parts of the picture; NaN measures were not read."""

    tick: int
    box: Box
    presence: float
    measures: Measures


class Embedder(Protocol):
    """Turns a face into a vector; `name` goes with the vectors."""

    @property
    def name(self) -> str: ...

    def vector(self, picture: NDArray[np.uint8], mesh: Mesh) -> NDArray[np.float32]: ...


class Likeness(NamedTuple):
    """A vector of a face, how good the picture was that it comes from, and when that was."""

    worth: float
    tick: int
    vector: NDArray[np.float32]


@dataclass
class Sighting:
    """A run of one face. end: the tick at which it was seen no more. tint: its colours, to join runs by."""

    samples: list[Sample]
    end: int
    tint: NDArray[np.float32]
    portrait: NDArray[np.uint8] | None = None  # (112, 112, 3) RGB, the best seen
    portrait_worth: float = 0.0
    portrait_tick: int = 0
    vectors: list[Likeness] = field(default_factory=list)


@dataclass
class _Live:
    sighting: Sighting
    square: Square
    mesh_tick: int
    seen_tick: int  # when it was last really seen
    found_tick: int  # when the detector last agreed
    look: NDArray[np.float32]  # what was in its square when it was last read
    gaze_tick: int | None = None
    exemplar_tick: int | None = None


class FaceReaders:
    """The three networks of a folder of fetched models."""

    def __init__(self, folder: Path) -> None:
        self.detector = FaceDetector(folder / DETECTOR)
        self.mesh = MeshReader(folder / MESH)
        self.iris = IrisReader(folder / IRIS)


class FaceFollower:
    """Fed consecutive pictures, all of one size; `finish` gives the sightings in order of their start."""

    def __init__(self, readers: FaceReaders, time_base: Fraction, embedder: Embedder | None = None) -> None:
        self._readers = readers
        self._embedder = embedder
        self._per_second = 1 / time_base
        self._live: list[_Live] = []
        self._done: list[Sighting] = []
        self._detected: int | None = None
        self._closely: int | None = None
        self._small: NDArray[np.int16] | None = None

    def add(self, tick: int, picture: NDArray[np.uint8]) -> None:
        """The next picture (h, w, 3) uint8 RGB at a tick of the stream's time base."""
        if self._is_cut(picture):
            self._end_all(tick)
            self._detected = self._closely = None
        changed = [one for one in self._live if _likeness(one.look, _look(picture, one.square)) < SAME_LOOK]
        for live in changed:
            self._live.remove(live)
            self._end(live, tick)
            self._detected = None
        for live in list(self._live):
            if tick - live.mesh_tick >= self._ticks(self._mesh_interval()):
                self._read(live, tick, picture)
        if self._detected is None or tick - self._detected >= self._ticks(DETECT_EVERY):
            self._detected = tick
            closely = self._closely is None or tick - self._closely >= self._ticks(CLOSELY_EVERY)
            self._closely = tick if closely else self._closely
            self._detect(tick, picture, closely)
        self._drop_the_lost(tick)

    def finish(self, end: int) -> list[Sighting]:
        """Every sighting; those still seen end at `end`."""
        self._end_all(end)
        return sorted(self._done, key=lambda one: (one.samples[0].tick, one.samples[0].box))

    def _detect(self, tick: int, picture: NDArray[np.uint8], closely: bool) -> None:
        found = self._readers.detector.find(picture, closely=closely)
        finds = [one for one in found if one.box[2] >= SMALLEST]
        size = (picture.shape[1], picture.shape[0])
        pairs = sorted(
            (
                (-overlap(one.box, _pixels(live.sighting.samples[-1].box, size)), number, index)
                for number, one in enumerate(finds)
                for index, live in enumerate(self._live)
            ),
        )
        taken: set[int] = set()
        met: set[int] = set()
        for negative, number, index in pairs:
            if -negative < SAME_FACE or number in taken or index in met:
                continue
            taken.add(number)
            met.add(index)
            self._live[index].found_tick = tick
            if self._live[index].seen_tick < tick:  # the mesh had lost it: it looks again where it was found
                self._live[index].square = square_of_find(finds[number])
                self._read(self._live[index], tick, picture)
        for number, one in enumerate(finds):
            if number not in taken:
                self._begin(one, tick, picture)

    def _begin(self, found: Found, tick: int, picture: NDArray[np.uint8]) -> None:
        square = square_of_find(found)
        mesh = self._readers.mesh.read(picture, square)
        if mesh.presence < PRESENT:
            return
        size = (picture.shape[1], picture.shape[0])
        if any(
            overlap(_box_of(mesh), _pixels(one.sighting.samples[-1].box, size)) > TWICE for one in self._live
        ):
            return
        square = square_of_mesh(mesh)
        look = _look(picture, square)
        live = _Live(Sighting([], tick, _tint(picture, mesh)), square, tick, tick, tick, look)
        self._live.append(live)
        self._note(live, mesh, tick, picture)

    def _read(self, live: _Live, tick: int, picture: NDArray[np.uint8]) -> None:
        live.mesh_tick = tick
        mesh = self._readers.mesh.read(picture, live.square)
        doubted = tick - live.found_tick > self._ticks(UNSEEN) and mesh.presence < SURE_MESH
        if mesh.presence < PRESENT or doubted or not _plausible(mesh, picture):
            return
        live.square = square_of_mesh(mesh)
        live.look = _look(picture, live.square)
        self._note(live, mesh, tick, picture)

    def _note(self, live: _Live, mesh: Mesh, tick: int, picture: NDArray[np.uint8]) -> None:
        live.seen_tick = tick
        height, width, _ = picture.shape
        box = _box_of(mesh)
        read = measure(mesh, None)
        if box[2] < READABLE:
            nan = float("nan")
            read = Measures(read.yaw, read.pitch, read.roll, nan, nan, nan, nan, nan, nan)
        elif live.gaze_tick is None or tick - live.gaze_tick >= self._ticks(GAZE_EVERY):
            live.gaze_tick = tick
            read = measure(mesh, self._readers.iris.read(picture, mesh)[0])
        part = (box[0] / width, box[1] / height, box[2] / width, box[3] / height)
        live.sighting.samples.append(Sample(tick, part, mesh.presence, read))
        self._keep_likeness(live, mesh, read, tick, picture)

    def _keep_likeness(
        self, live: _Live, mesh: Mesh, read: Measures, tick: int, picture: NDArray[np.uint8]
    ) -> None:
        """The best small picture, and vectors now and then while the face is frontal and large enough."""
        box = _box_of(mesh)
        frontal = max(0.0, 1 - (abs(read.yaw) / 60) ** 2 - (abs(read.pitch) / 60) ** 2)
        worth = mesh.presence * frontal * min(1.0, box[2] / 96)
        sighting = live.sighting
        if worth > 1.1 * sighting.portrait_worth:
            square = square_of_mesh(mesh)
            sighting.portrait = cut_square(picture, Square(square.x, square.y, square.side, 0.0), PORTRAIT)
            sighting.portrait_worth, sighting.portrait_tick = worth, tick
        if self._embedder is None or box[2] < READABLE:
            return
        if abs(read.yaw) > FRONTAL_YAW or abs(read.pitch) > FRONTAL_PITCH:
            return
        if live.exemplar_tick is None or tick - live.exemplar_tick >= self._ticks(EXEMPLAR_EVERY):
            live.exemplar_tick = tick
            sighting.vectors.append(Likeness(worth, tick, self._embedder.vector(picture, mesh)))
            sighting.vectors.sort(key=lambda one: (-one.worth, one.tick))
            del sighting.vectors[EXEMPLARS:]

    def _drop_the_lost(self, tick: int) -> None:
        kept: list[_Live] = []
        size = (1000, 1000)  # boxes are in parts of the picture: any size compares them
        for live in self._live:
            box = _pixels(live.sighting.samples[-1].box, size)
            again = any(overlap(box, _pixels(one.sighting.samples[-1].box, size)) > TWICE for one in kept)
            if again or tick - live.seen_tick > self._ticks(PATIENCE):
                self._end(live, None)
            else:
                kept.append(live)
        self._live = kept

    def _end_all(self, tick: int) -> None:
        for live in self._live:
            self._end(live, tick)
        self._live = []

    def _end(self, live: _Live, tick: int | None) -> None:
        """Ends a sighting: at `tick` where it was seen till then, else one reading after it was last seen."""
        samples = live.sighting.samples
        usual = self._ticks(self._mesh_interval())
        last = samples[-1].tick
        late = tick is None or tick - last > 3 * usual
        live.sighting.end = last + max(1, usual) if late or tick is None else tick
        self._done.append(live.sighting)

    def _mesh_interval(self) -> Fraction:
        return min(SLOWEST_MESH, Fraction(max(1, len(self._live)), MESHES_A_SECOND))

    def _is_cut(self, picture: NDArray[np.uint8]) -> bool:
        small = cv2.resize(picture[::4, ::4], (32, 18), interpolation=cv2.INTER_AREA).astype(np.int16)
        before, self._small = self._small, small
        return before is not None and float(np.abs(small - before).mean()) > CUT_STEP

    def _ticks(self, seconds: Fraction) -> int:
        return int(seconds * self._per_second)


def _box_of(mesh: Mesh) -> Box:
    low, high = mesh.points[:, :2].min(0), mesh.points[:, :2].max(0)
    return float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1])


def _pixels(box: Box, size: tuple[int, int]) -> Box:
    return box[0] * size[0], box[1] * size[1], box[2] * size[0], box[3] * size[1]


def _plausible(mesh: Mesh, picture: NDArray[np.uint8]) -> bool:
    """A face whose middle has left the picture, or that shrank to nothing, is seen no more."""
    height, width, _ = picture.shape
    x, y, w, h = _box_of(mesh)
    return 0 <= x + w / 2 < width and 0 <= y + h / 2 < height and w >= SMALLEST / 2 and h >= SMALLEST / 2


def _look(picture: NDArray[np.uint8], square: Square) -> NDArray[np.float32]:
    """What a square shows, (576,) float32, free of its brightness and contrast."""
    grey = cut_square(picture, square, LOOK_SIDE).astype(np.float32).mean(2).ravel()
    even: NDArray[np.float32] = grey - grey.mean()
    return even / max(float(np.linalg.norm(even)), 1e-6)


def _likeness(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    return float(one @ other)


def _tint(picture: NDArray[np.uint8], mesh: Mesh) -> NDArray[np.float32]:
    """A coarse histogram of the colours of a face and what is round it, (64,) float32: no likeness."""
    cut = cut_square(picture, square_of_mesh(mesh), 32)
    cells = (cut // 64).reshape(-1, 3).astype(int) @ np.array([16, 4, 1])
    counted: NDArray[np.float32] = (np.bincount(cells, minlength=64) / len(cells)).astype(np.float32)
    return counted
