"""Motion between pictures of one shot: dense flow, where it can be trusted, and pictures led along it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

LONGEST = 960  # pixels across that flow is measured at
SMALLEST = 32  # pixels each way; under it nothing is held to move
SPECKS = 5  # pixels of the median that keeps specks out of the flow
GAMMA = np.float32(1 / 2.4)


def grey_of(picture: Floats, linear: bool = False) -> Floats:
    """(h, w) of (h, w, 3 or 4): the mean of R'G'B'; linear light is brought to about the eye's steps."""
    grey = cv2.transform(np.ascontiguousarray(picture[..., :3]), np.full((1, 3), 1 / 3, np.float32))
    made = np.nan_to_num(np.asarray(grey, np.float32).reshape(picture.shape[:2]))
    return np.power(np.clip(made, 0, 16), GAMMA) if linear else made


def luma_of(picture: Floats) -> Floats:
    """(h, w) of (h, w, 3 or 4): Y' of BT.709, in which fields are told: chroma may be shared by both."""
    weights = np.array([[0.2126, 0.7152, 0.0722]], np.float32)
    luma = cv2.transform(np.ascontiguousarray(picture[..., :3]), weights)
    return np.nan_to_num(np.asarray(luma, np.float32).reshape(picture.shape[:2]))


class Motion:
    """Flow by number, kept while it may be wanted again. It depends on nothing but the two pictures."""

    def __init__(self) -> None:
        self._flows: dict[tuple[int, int], Floats] = {}
        self._small: dict[int, NDArray[np.uint8]] = {}
        self._measure = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)

    def forget(self, but: set[int]) -> None:
        """Forgets all pictures but those."""
        for pair in [one for one in self._flows if not but.issuperset(one)]:
            del self._flows[pair]
        for number in [one for one in self._small if one not in but]:
            del self._small[number]

    def flow(self, start: tuple[int, Floats], end: tuple[int, Floats]) -> Floats:
        """(h, w, 2) pixels: where each pixel of `start` is found in `end`. Each is a number and its grey."""
        high, wide = start[1].shape
        if min(high, wide) < SMALLEST:
            return np.zeros((high, wide, 2), np.float32)
        pair = start[0], end[0]
        if pair not in self._flows:
            self._flows[pair] = measured(self._measure, self._reduced(*start), self._reduced(*end))
        return _at_size(self._flows[pair], high, wide)

    def apart(self, start: Floats, end: tuple[int, Floats]) -> Floats:
        """The same of a picture that is none of the reel's: nothing is kept."""
        high, wide = start.shape
        if min(high, wide) < SMALLEST:
            return np.zeros((high, wide, 2), np.float32)
        return _at_size(measured(self._measure, for_flow(start, LONGEST), self._reduced(*end)), high, wide)

    def _reduced(self, number: int, grey: Floats) -> NDArray[np.uint8]:
        if number not in self._small:
            self._small[number] = for_flow(grey, LONGEST)
        return self._small[number]


def _at_size(flow: Floats, high: int, wide: int) -> Floats:
    if flow.shape[:2] == (high, wide):
        return flow
    scale = np.array([wide / flow.shape[1], high / flow.shape[0]], np.float32)
    return np.asarray(cv2.resize(flow, (wide, high), interpolation=cv2.INTER_LINEAR) * scale, np.float32)


def measured(method: cv2.DISOpticalFlow, start: NDArray[np.uint8], end: NDArray[np.uint8]) -> Floats:
    """Dense inverse search (Kroeger et al. 2016): (h, w, 2) pixels from `start` to where it is in `end`."""
    return np.asarray(method.calc(start, end, np.zeros((*start.shape, 2), np.float32)), np.float32)


def for_flow(grey: Floats, longest: int) -> NDArray[np.uint8]:
    """A grey picture as flow is measured on it: no larger than `longest`, without specks, 8 bits."""
    high, wide = grey.shape
    coded = np.asarray(cv2.convertScaleAbs(np.clip(grey, 0, 1), alpha=255), np.uint8)
    scale = longest / max(high, wide)
    if scale < 1:
        size = max(SMALLEST, round(wide * scale)), max(SMALLEST, round(high * scale))
        coded = np.asarray(cv2.resize(coded, size, interpolation=cv2.INTER_AREA), np.uint8)
    return np.asarray(cv2.medianBlur(coded, SPECKS), np.uint8)


def led(picture: Floats, flow: Floats, cubic: bool = False) -> Floats:
    """What `picture` shows where the flow points: (h, w[, channels]), edges repeated."""
    high, wide = flow.shape[:2]
    across, down = np.meshgrid(np.arange(wide, dtype=np.float32), np.arange(high, dtype=np.float32))
    how = cv2.INTER_CUBIC if cubic else cv2.INTER_LINEAR
    made = cv2.remap(
        picture, across + flow[..., 0], down + flow[..., 1], how, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(made, np.float32)


def trusted(there: Floats, back: Floats) -> Mask:
    """Where going there and back ends where it began (Sundaram, Brox and Keutzer 2010), in the picture."""
    high, wide = there.shape[:2]
    returned = led(back, there)
    gap = ((there + returned) ** 2).sum(axis=2)
    length = (there**2).sum(axis=2) + (returned**2).sum(axis=2)
    across, down = np.meshgrid(np.arange(wide, dtype=np.float32), np.arange(high, dtype=np.float32))
    across, down = across + there[..., 0], down + there[..., 1]
    inside = (across >= -0.5) & (across <= wide - 0.5) & (down >= -0.5) & (down <= high - 0.5)
    return np.asarray((gap < 0.02 * length + 0.6) & inside)


def bridged(flow: Floats, mask: Mask) -> Floats:
    """Flow with what lies under the mask taken from around it: what is damaged says nothing of motion."""
    if not mask.any():
        return flow
    made = flow.copy()
    known = (~mask).astype(np.float32)
    carried = flow * known[..., None]
    left = mask.copy()
    for reach in (9, 21, 51, 121):
        weight = cv2.boxFilter(known, -1, (reach, reach), normalize=False, borderType=cv2.BORDER_CONSTANT)
        total = cv2.boxFilter(carried, -1, (reach, reach), normalize=False, borderType=cv2.BORDER_CONSTANT)
        good = left & (weight > 0.3 * reach * reach if reach < 100 else weight > 0.5)
        made[good] = total[good] / weight[good][:, None]
        left &= ~good
        if not left.any():
            break
    return made
