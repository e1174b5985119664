"""What quality control looks at while a file is read once."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from answerprint.departments.picture.checking.flashes import PEAK, FlashMeter, linear_of
from answerprint.departments.picture.checking.gamut import suspect
from answerprint.departments.picture.checking.measures import FULL, LIMITED, Levels, PictureMeter
from answerprint.departments.picture.checking.movement import MovementMeter
from answerprint.departments.picture.checking.patterns import stripes
from answerprint.departments.picture.checking.stuck import StuckPixels
from answerprint.media.fanout import DecodeSummary, PictureBlock, PictureForm, SoundBlock, Wants

ACROSS = 320  # pixels of the pictures that light and colour are measured in
BANDS_EVERY, STRIPES_EVERY, STUCK_EVERY, BLOCKS_EVERY = 0.5, 0.5, 0.12, 0.12  # seconds
BURNT = 253  # of 255: two of a pixel's components at the end of the scale
CUT = 12.0  # codes of change, and four times the usual: another view of the camera
LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)  # ITU-R BT.709-6


class LumaWatcher:
    """Everything that is measured in luma as coded, at full size."""

    def __init__(self, rate: Fraction, *, full: bool) -> None:
        self.wants = Wants(picture=PictureForm("grey"))
        self.meter = PictureMeter(
            Levels(*(FULL if full else LIMITED)), round(BANDS_EVERY * rate), round(BLOCKS_EVERY * rate)
        )
        self.movement = MovementMeter()
        self.stuck = StuckPixels()
        self._every = max(1, round(STUCK_EVERY * rate))
        self._changes: list[float] = []
        self._number = self._looked = 0

    def picture(self, block: PictureBlock) -> None:
        for grey in block.pixels:
            luma = np.asarray(grey, np.uint8)
            small = self.meter.add(luma)
            self.movement.add(small)
            if self._cut(self.meter.last_change):
                self.stuck.part()
                self._looked = self._number
            if (self._number - self._looked) % self._every == 0:
                self.stuck.add(self._number, luma)
            self._number += 1

    def sound(self, block: SoundBlock) -> None:
        """Nothing is heard here."""

    def finish(self, summary: DecodeSummary) -> None:
        self.stuck.part()

    def _cut(self, change: float) -> bool:
        usual = float(np.median(self._changes)) if self._changes else 0.0
        self._changes = [*self._changes[-7:], change] if np.isfinite(change) else self._changes
        return bool(change > CUT and change > 4 * usual)


class ColourWatcher:
    """Flashes, patterns, and pictures that may be outside a broadcaster's gamut."""

    def __init__(self, rate: Fraction, width: int, transfer: str | None) -> None:
        self.wants = Wants(picture=PictureForm("rgb", width=min(ACROSS, width), quick=True))
        self.flashes = FlashMeter(float(rate))
        self.stripes: list[tuple[int, float]] = []  # pictures looked at, and their pairs of stripes
        self.suspects: list[float] = []  # share of each picture
        self.burnt: list[float] = []  # the same
        self._transfer = transfer
        self._every = max(1, round(STRIPES_EVERY * rate))
        self._number = 0

    def picture(self, block: PictureBlock) -> None:
        for one in block.pixels:
            rgb = np.asarray(one, np.uint8)
            light = linear_of(rgb, self._transfer)
            self.flashes.add(light)
            if self._number % self._every == 0:
                self.stripes.append((self._number, stripes(PEAK * (light @ LUMA))))
            self.suspects.append(suspect(rgb))
            self.burnt.append(float((np.partition(rgb, 1, axis=2)[..., 1] >= BURNT).mean()))
            self._number += 1

    def sound(self, block: SoundBlock) -> None:
        """Nothing is heard here."""

    def finish(self, summary: DecodeSummary) -> None:
        """What was seen is asked for by whoever made the watcher."""
