"""The sides of a film's cuts, read from its media: a few pictures at the cut, faces and text, the sound."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.core.cut import Clip, source_time
from answerprint.core.errors import MediaError
from answerprint.core.frames import FrameGrid
from answerprint.core.logged import Listening
from answerprint.core.time import Range, Rounding, Time
from answerprint.departments.editorial.continuity_looking import (
    WIDE,
    Look,
    SeenFace,
    Side,
    look_at,
)
from answerprint.departments.footage.faces.places import Place, read_people
from answerprint.departments.footage.faces.sightings import FaceReaders
from answerprint.departments.footage.slates.reader import Reader
from answerprint.departments.footage.tracks import SOUND_RATE, as_float, read_samples
from answerprint.media.decode import read_pictures
from answerprint.media.display import Display, display_of, upright
from answerprint.media.forms import PictureForm
from answerprint.media.stills import image_bytes
from answerprint.pipeline.continuity_eyes import faces_in, texts_in
from answerprint.pipeline.making import Making

PICTURES = 6  # of a side
APART = Fraction(2, 25)  # seconds between them, about
SOUND = Time.of_seconds(3)  # listened to on each side, beyond the cut too: it is the room that is heard
LEAST_SIDE = 48  # pixels
KEPT = 16  # sides, of some 8 MB each
FRAME = (255, 212, 121)


@dataclass(frozen=True)
class ReadSide:
    """A side with the range of the picture at the cut, on its asset's clock."""

    look: Look
    range: Range


class Sides:
    """Reads the sides of clips, and keeps the last few. sounds: the clips that are heard; faces: None where
    there is no consent or no model."""

    def __init__(
        self,
        making: Making,
        rate: Fraction,
        sounds: Sequence[Clip],
        faces: FaceReaders | None,
        reader: Reader,
    ) -> None:
        self._making, self._rate, self._sounds = making, rate, sounds
        self._faces, self._reader = faces, reader
        self._withheld = read_people(making.production.root).withheld
        self._displays: dict[str, Display] = {}
        self._read: OrderedDict[tuple[str, bool], ReadSide | None] = OrderedDict()
        self.unreadable: dict[str, str] = {}  # clip id → why

    def side(self, clip: Clip, *, tail: bool) -> ReadSide | None:
        """The tail or the head of a clip; None where it has not two pictures that can be read."""
        key = clip.id, tail
        if key not in self._read:
            try:
                self._read[key] = self._look(clip, tail)
            except MediaError as error:
                self.unreadable[clip.id] = f"{error.code}: {error.message}"
                self._read[key] = None
            while len(self._read) > KEPT:
                self._read.popitem(last=False)
        self._read.move_to_end(key)
        return self._read[key]

    def _look(self, clip: Clip, tail: bool) -> ReadSide | None:
        grid = self._making.grid(clip.asset)
        if grid is None:
            return None
        places = shown(clip, self._rate, grid, tail=tail)
        if len(places) < 2:
            return None
        pictures = self._pictures(clip.asset, grid, places)
        if pictures is None:
            return None
        at_cut = places[-1] if tail else places[0]
        range_ = Range(grid.time_of(at_cut), _after(grid, at_cut))
        coded = pictures[-1] if tail else pictures[0]
        withheld = any(one.asset == clip.asset and _range_of(one).overlaps(range_) for one in self._withheld)
        faces: tuple[SeenFace, ...] | None = None
        if self._faces is not None and not withheld:
            faces = faces_in(coded, self._faces)
        apart = (grid.time_of(places[-1]) - grid.time_of(places[0])).seconds / (len(places) - 1)
        side = Side(pictures, apart, tail, faces, texts_in(coded, self._reader), self._sound(clip, tail))
        return ReadSide(look_at(side), range_)

    def _pictures(self, asset: str, grid: FrameGrid, places: list[int]) -> NDArray[np.uint8] | None:
        """Pictures by their index, upright, WIDE pixels wide at most; None where one is not there."""
        path = self._making.paths[asset]
        if asset not in self._displays:
            self._displays[asset] = display_of(path)
        display = self._displays[asset]
        form = PictureForm("rgb", *display.coded(*display.within(WIDE, WIDE)))
        wanted = Range(grid.time_of(places[0]), _after(grid, places[-1]))
        read: list[NDArray[np.uint8]] = []
        for block in read_pictures(path, form, range=wanted, threads=1, numbered=False):
            read += list(block.pixels.astype(np.uint8, copy=False))
        kept = [place - places[0] for place in places]
        if len(read) <= kept[-1]:
            return None
        pictures = np.stack([upright(read[one], display.rotation) for one in kept])
        return pictures if min(pictures.shape[1:3]) >= LEAST_SIDE else None

    def _sound(self, clip: Clip, tail: bool) -> NDArray[np.float32] | None:
        """What is heard at the cut, from the copy that was listened to; None without. With an L-cut both
        sides of a cut hear the same."""
        frame = clip.record.end.frame(self._rate) - 1 if tail else clip.record.start.frame(self._rate)
        now = Time(frame, self._rate)
        heard = next((one for one in self._sounds if now in one.record), None)
        if heard is None:
            return None
        stored, listening = (
            self._making.stored("listen", heard.asset, one) for one in ("sound", "listening")
        )
        if stored is None or listening is None:
            return None
        start = self._making.read(listening.output, Listening).start
        samples = read_samples(self._making.objects.path(stored.output.digest))
        at = source_time(heard, frame, self._rate) - (SOUND if tail else Time(0, self._rate))
        first = at.frame(SOUND_RATE, Rounding.FLOOR) - start
        return as_float(samples[max(0, first) : max(0, first + SOUND.frame(SOUND_RATE))])


def shown(clip: Clip, rate: Fraction, grid: FrameGrid, *, tail: bool) -> list[int]:
    """Indexes of the pictures that a side of a clip shows, in the asset's order, the one at the cut first or
    last; a still, or a clip of one picture, shows one."""
    first, end = clip.record.start.frame(rate), clip.record.end.frame(rate)
    step = max(1, round(APART * rate))
    while step > 1 and (PICTURES - 1) * step >= end - first:
        step -= 1
    frames = [(end - 1 - k * step) if tail else (first + k * step) for k in range(PICTURES)]
    inside = [frame for frame in frames if first <= frame < end]
    return sorted({grid.index_at(source_time(clip, frame, rate)) for frame in inside})


def framed(look: Look, box: tuple[int, int, int, int] | None) -> bytes:
    """The picture at the cut as a JPEG, with a frame round what is meant (left, top, right, bottom)."""
    drawn: NDArray[np.uint8] = look.coded.copy()
    if box is not None:
        cv2.rectangle(drawn, box[:2], box[2:], FRAME, 2, cv2.LINE_AA)
    return image_bytes(drawn, "jpeg")


def _after(grid: FrameGrid, index: int) -> Time:
    return grid.time_of(index + 1) if index + 1 < grid.count else grid.end


def _range_of(place: Place) -> Range:
    return Range.of_ticks(place.start, place.end, place.rate)
