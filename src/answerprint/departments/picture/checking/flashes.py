"""Flashes that can start a seizure in photosensitive people, as ITU-R BT.1702-3 and Ofcom define them.

Luminance is that of a screen of 200 cd/m² peak after ITU-R BT.1886. A potentially harmful flash is a pair of
opposing changes of 20 cd/m² and more whose darker side is under 160 cd/m², over more than a quarter of the
screen; or a pair of opposing changes to or from saturated red. More than three in a second are not permitted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

PEAK = 200.0  # cd/m² of the screen, BT.1702-3
GAMMA = 2.4  # BT.1886
STEP = 20.0  # cd/m²
DARKER = 160.0  # cd/m²
AREA = 0.25  # of the screen
MOST = 3  # flashes in a second
RED_SHARE = 0.8  # R / (R + G + B) of saturated red, WCAG 2.2 and ISO 9241-391
RED_APART = 0.2  # in CIE 1976 u′v′, the same
RED_LEAST = 0.02  # of white, under which a colour is not seen as one
CELLS = (64, 36)  # parts of the screen: about 5° of vision hold one of them
TOGETHER = 0.1  # seconds within which parts change as one
LONG = 5.0  # seconds of flashing at the permitted rate that is a risk still (Ofcom, guidance to rule 2.12)
WHITE = (0.1978, 0.4683)  # u′v′ of D65
_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]], np.float32)

Kind = Literal["flash", "red_flash"]
Light = NDArray[np.float32]


class Change(NamedTuple):
    """Parts of the screen that turned at the picture `number`, with others that make up more than a quarter
    of it. parts: (cells,) flags; area: of all that turned together; step: cd/m², or u′v′ for red."""

    number: int
    parts: NDArray[np.bool_]
    area: float
    step: float


class Flashing(NamedTuple):
    """Pictures [first, end). flashes: the most in a second; area, step: in the median. long: no second of it
    has too many, but it lasts."""

    first: int
    end: int
    flashes: float
    area: float
    step: float
    long: bool


class FlashMeter:
    """Takes pictures of linear light (h, w, 3), 1 at the screen's peak, one after another."""

    def __init__(self, rate: float) -> None:
        together = max(1, round(TOGETHER * rate))
        self._general, self._red = _Together(together), _Together(together)
        self._low = self._high = np.zeros(0, np.float32)
        self._way = np.zeros(0, np.int8)  # in which direction a part turned last
        self._was_red = np.zeros(0, np.bool_)
        self._colours = np.zeros((0, 2), np.float32)
        self._number = 0

    def add(self, linear: Light) -> None:
        size = min(CELLS[0], linear.shape[1]), min(CELLS[1], linear.shape[0])
        small = cv2.resize(linear, size, interpolation=cv2.INTER_AREA)
        cells = np.asarray(small.reshape(-1, 3), np.float32)
        self._light(PEAK * (cells @ _XYZ[1]))
        self._redness(cells)
        self._number += 1

    def changes(self) -> dict[Kind, list[Change]]:
        return {"flash": self._general.changes, "red_flash": self._red.changes}

    def _light(self, value: Light) -> None:
        if self._low.shape != value.shape:
            self._low, self._high, self._way = value.copy(), value.copy(), np.zeros(len(value), np.int8)
        np.minimum(self._low, value, out=self._low)
        np.maximum(self._high, value, out=self._high)
        up = (self._way <= 0) & (value - self._low >= STEP) & (self._low < DARKER)
        down = (self._way >= 0) & (self._high - value >= STEP) & (value < DARKER)
        sizes = np.where(up, value - self._low, self._high - value)
        # From a turn on, the way back is measured from the furthest point that is then reached.
        self._high[up], self._low[down] = value[up], value[down]
        self._low[up], self._high[down] = value[up], value[down]
        self._way[up], self._way[down] = 1, -1
        self._general.add(self._number, up, down, sizes)

    def _redness(self, cells: Light) -> None:
        total = cells.sum(axis=1)
        lit = total > RED_LEAST
        red = lit & (cells[:, 0] >= RED_SHARE * total)
        xyz = cells @ _XYZ.T
        under = np.maximum(xyz[:, :1] + 15 * xyz[:, 1:2] + 3 * xyz[:, 2:], 1e-6)
        # Of what is black no hue is seen: it is taken for white.
        colours = np.where(lit[:, None], xyz[:, :2] * (4, 9) / under, WHITE).astype(np.float32)
        if self._was_red.shape != red.shape:
            self._was_red, self._colours = red, colours
        apart = np.hypot(*(colours - self._colours).T)
        turned = (red != self._was_red) & (apart > RED_APART)
        self._was_red = np.where(turned, red, self._was_red)
        # While a part is on its way it keeps the colour from which it began to change.
        steady = turned | (red == self._was_red)
        self._colours[steady] = colours[steady]
        self._red.add(self._number, turned & red, turned & ~red, apart)


class _Together:
    """Turns of parts of the screen, kept where enough of them turn one way at about the same time."""

    def __init__(self, together: int) -> None:
        self.changes: list[Change] = []
        self._together = together
        self._when = np.zeros((2, 0), np.int64)
        self._open = np.zeros((2, 0), np.bool_)  # turned, and not yet counted
        self._size = np.zeros((2, 0), np.float32)

    def add(self, number: int, up: NDArray[np.bool_], down: NDArray[np.bool_], sizes: Light) -> None:
        if self._when.shape[1] != len(up):
            self._when = np.full((2, len(up)), -(10**9), np.int64)
            self._open, self._size = np.zeros((2, len(up)), np.bool_), np.zeros((2, len(up)), np.float32)
        for way, turned in enumerate((down, up)):
            if not turned.any():
                continue
            self._when[way][turned], self._open[way][turned] = number, True
            self._size[way][turned] = sizes[turned]
            now = self._when[way] > number - self._together
            area = float(now.mean())
            if area > AREA:
                parts = now & self._open[way]
                self._open[way][now] = False
                self.changes.append(Change(number, parts, area, float(np.median(self._size[way][now]))))


def flashing(changes: Sequence[Change], seconds: NDArray[np.float64]) -> list[Flashing]:
    """Stretches that are not permitted, and longer ones at the permitted rate.

    changes: in order. seconds: when each picture is shown. More than a quarter of the screen has to turn more
    than six times, three flashes, within one second.
    """
    if len(changes) < 2:
        return []
    when = np.array([seconds[one.number] for one in changes])
    ends = np.searchsorted(when, when + 1 - 1e-6, side="left")
    sums = np.cumsum([np.zeros(len(changes[0].parts), np.int32), *(one.parts for one in changes)], axis=0)
    rank = int(AREA * sums.shape[1])  # so many parts are not yet more than a quarter
    turns = np.array(
        [np.sort(sums[end] - sums[at])[::-1][rank] if end - at > 1 else 0 for at, end in enumerate(ends)]
    )
    found = [
        _flashing(changes[first:end], turns[first:end], False) for first, end in _runs(turns > 2 * MOST, ends)
    ]
    for first, end in _runs(turns >= 2 * MOST - 2, ends):
        one = _flashing(changes[first:end], turns[first:end], True)
        if when[end - 1] - when[first] > LONG and not any(
            each.first < one.end and one.first < each.end for each in found
        ):
            found.append(one)
    return sorted(found, key=lambda one: one.first)


def _flashing(changes: Sequence[Change], turns: NDArray[np.integer], long: bool) -> Flashing:
    return Flashing(
        changes[0].number,
        changes[-1].number + 1,
        float(turns.max()) / 2,
        float(np.median([one.area for one in changes])),
        float(np.median([one.step for one in changes])),
        long,
    )


def _runs(flags: NDArray[np.bool_], ends: NDArray[np.intp]) -> list[tuple[int, int]]:
    """Stretches [first, end) of changes that the flagged seconds hold."""
    found: list[tuple[int, int]] = []
    for at in np.flatnonzero(flags):
        end = int(ends[at])
        if found and at <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((int(at), end))
    return found


def linear_of(codes: NDArray[np.uint8], transfer: str | None) -> Light:
    """Light of R'G'B' (…, 3) uint8 on the screen, 1 at its peak of 200 cd/m².

    BT.1886 for what is not PQ (SMPTE ST 2084) or HLG (ITU-R BT.2100, on a screen of 1 000 cd/m²).
    """
    return np.asarray(_curve(transfer)[codes], np.float32)


def _curve(transfer: str | None) -> Light:
    value = np.linspace(0, 1, 256)
    if transfer == "smpte2084":
        m1, m2, c1, c2, c3 = 2610 / 16384, 78.84375, 0.8359375, 18.8515625, 18.6875
        power = value ** (1 / m2)
        light = 10_000 / PEAK * (np.maximum(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1)
    elif transfer == "arib-std-b67":
        a, b, c = 0.17883277, 0.28466892, 0.55991073
        scene = np.where(value <= 0.5, value**2 / 3, (np.exp((value - c) / a) + b) / 12)
        light = 1_000 / PEAK * scene**1.2
    else:
        light = value**GAMMA
    return light.astype(np.float32)
