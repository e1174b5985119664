"""Lines of text in a picture: parts of one tone, of like height, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

LEAST_HIGH = 7  # pixels: smaller letters are not read
MOST_PARTS = 2500  # of one tone; more is foliage or noise
_SHARE_HIGH = 0.36  # of the picture's height: larger things are no letters
_LEAN = 0.32  # ink stands this many local deviations from the local mean
_NEAR = 0.42  # of the letters' height: a wider gap parts two words
_LIKE = 1.9  # heights of neighbours differ by at most this factor
_WIDEST_LETTER = 2.6  # of its height: what is wider is no letter
_TOUCH = 26  # pixels: letters less high often touch each other
_MOST_TURN = 42.0  # degrees
_ROOM_UP, _ROOM_SIDE = 0.15, 0.22  # of the letters' height, left around a line

Boxes = NDArray[np.float32]  # (n, 4): left, top, right, bottom


@dataclass(frozen=True)
class TextLine:
    """A line in the turned picture: its box, lean and tone. `letters` counts its parts."""

    left: float
    top: float
    right: float
    bottom: float
    slope: float  # rows a column
    bright: bool
    letters: int
    parting: tuple[float, float] | None = None  # the widest gap between its letters, left and right of it

    @property
    def high(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2


@dataclass(frozen=True)
class Turned:
    """A picture turned so that its text stands level, and the way back."""

    grey: NDArray[np.uint8]
    back: NDArray[np.float64]  # (2, 3): a place of the turned picture → of the original
    degrees: float


def level(grey: NDArray[np.uint8]) -> tuple[Turned, list[TextLine], list[TextLine]]:
    """The picture (h, w) with its text level; its lines of several letters, and letters that stand alone."""
    if min(grey.shape) < 2 * LEAST_HIGH:
        return Turned(grey, np.array([[1.0, 0, 0], [0, 1.0, 0]]), 0.0), [], []
    parts = _parts(grey)
    degrees = _lean_of(parts)
    if abs(degrees) < 1.5:
        turned = Turned(grey, np.array([[1.0, 0, 0], [0, 1.0, 0]]), 0.0)
    else:
        turned = _turn(grey, degrees)
        parts = _parts(turned.grey)
    lines: list[TextLine] = []
    alone: list[TextLine] = []
    for bright, boxes in parts.items():
        many, single = _lines(boxes, bright)
        lines += many
        alone += single
    return turned, lines, _with_slopes(alone, lines)


def upside_down(turned: Turned) -> Turned:
    """The same picture the other way up."""
    high, wide = turned.grey.shape
    flip = np.array([[-1.0, 0, wide - 1], [0, -1.0, high - 1], [0, 0, 1]])
    back = np.vstack([turned.back, [0, 0, 1]]) @ flip
    return Turned(np.ascontiguousarray(turned.grey[::-1, ::-1]), back[:2], turned.degrees + 180)


def flipped(lines: Sequence[TextLine], shape: tuple[int, ...]) -> list[TextLine]:
    """Lines as they lie in the picture turned by half."""
    high, wide = shape[:2]
    return [
        TextLine(
            wide - one.right,
            high - one.bottom,
            wide - one.left,
            high - one.top,
            one.slope,
            one.bright,
            one.letters,
        )
        for one in lines
    ]


def cut_out(levels: Sequence[NDArray[np.uint8]], line: TextLine, high: int) -> NDArray[np.float32]:
    """A line's pixels, level and bright on dark, `high` rows; levels: the picture and halves of it."""
    wide, body = line.right - line.left, line.high
    rows = body * (1 + 2 * _ROOM_UP)
    columns = wide + 2 * _ROOM_SIDE * body
    step = 0
    while step + 1 < len(levels) and rows / 2 ** (step + 1) >= high:
        step += 1
    scale = high / rows
    size = max(8, round(columns * scale)), high
    # Place (u, v) of the cut lies at left + u / scale, and lower by the slope.
    move = (
        np.array(
            [
                [1 / scale, 0, line.left - _ROOM_SIDE * body],
                [
                    line.slope / scale,
                    1 / scale,
                    line.top - _ROOM_UP * body - line.slope * (wide / 2 + _ROOM_SIDE * body),
                ],
            ]
        )
        / 2**step
    )
    pixels = cv2.warpAffine(
        levels[step],
        move,
        size,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    cut = pixels.astype(np.float32) / np.float32(255)
    return cut if line.bright else 1 - cut


def pyramid(grey: NDArray[np.uint8], levels: int = 4) -> list[NDArray[np.uint8]]:
    """The picture and halves of it."""
    found = [grey]
    while len(found) < levels and min(found[-1].shape) > 16:
        found.append(np.asarray(cv2.pyrDown(found[-1]), np.uint8))
    return found


def _parts(grey: NDArray[np.uint8]) -> dict[bool, Boxes]:
    """Boxes of connected ink, bright on dark and dark on bright."""
    high, wide = grey.shape
    smooth = cv2.GaussianBlur(grey, (3, 3), 0).astype(np.float32)
    window = max(15, round(high / 9) | 1)
    mean = cv2.boxFilter(smooth, -1, (window, window), borderType=cv2.BORDER_REPLICATE)
    square = cv2.boxFilter(smooth * smooth, -1, (window, window), borderType=cv2.BORDER_REPLICATE)
    deviation = np.sqrt(np.maximum(square - mean * mean, 0))
    # Noise alone must not be ink: what differs from pixel to pixel sets the least contrast.
    grain = float(np.median(np.abs(smooth[:, 1:] - smooth[:, :-1])))
    edge = np.maximum(_LEAN * deviation, 1.5 + 1.6 * grain)
    found = {}
    for bright in (True, False):
        ink = smooth > mean + edge if bright else smooth < mean - edge
        _, _, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
        stats = stats[1:]
        w, h, area = stats[:, 2], stats[:, 3], stats[:, 4]
        fits = (
            (h >= LEAST_HIGH) & (h <= _SHARE_HIGH * high) & (w <= 9 * h) & (w >= 2) & (area >= 0.10 * w * h)
        )
        fits &= (w <= 0.6 * wide) & (h <= 14 * w)
        stats = stats[fits]
        if len(stats) > MOST_PARTS:
            stats = stats[np.argsort(-stats[:, 4])[:MOST_PARTS]]
        found[bright] = np.c_[
            stats[:, 0], stats[:, 1], stats[:, 0] + stats[:, 2], stats[:, 1] + stats[:, 3]
        ].astype(np.float32)
    return found


def _neighbours(boxes: Boxes, reach: float, tall: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pairs (left one, right one) that may be of one line: like heights, a gap of at most reach heights."""
    high = boxes[:, 3] - boxes[:, 1]
    both = np.maximum(high[:, None], high[None])
    ratio = both / np.minimum(high[:, None], high[None])
    gap = boxes[None, :, 0] - boxes[:, None, 2]
    middle_x = (boxes[:, 0] + boxes[:, 2]) / 2
    middle_y = (boxes[:, 1] + boxes[:, 3]) / 2
    beside = middle_x[None] > middle_x[:, None]
    off = np.abs(middle_y[None] - middle_y[:, None])
    letter = boxes[:, 2] - boxes[:, 0] < np.where(high < _TOUCH, 7.0, _WIDEST_LETTER) * high
    beside &= letter[:, None] & letter[None]
    pairs = beside & (ratio < _LIKE) & (gap < reach * both) & (gap > -0.5 * both) & (off < tall * both)
    left, right = np.nonzero(pairs)
    return left, right


def _lean_of(parts: dict[bool, Boxes]) -> float:
    """Degrees by which text leans, clockwise in the picture; 0 where nothing says."""
    votes = np.zeros(2 * int(_MOST_TURN) + 1)
    for boxes in parts.values():
        if len(boxes) < 3:
            continue
        left, right = _neighbours(boxes, 1.0, 0.9)
        x = (boxes[:, 0] + boxes[:, 2]) / 2
        for edge in (1, 3):  # tops and feet: middles of letters of other heights lie
            y = boxes[:, edge]
            angle = np.degrees(np.arctan2(y[right] - y[left], x[right] - x[left]))
            kept = np.abs(angle) <= _MOST_TURN
            size = np.minimum(boxes[:, 3] - boxes[:, 1], 40)
            np.add.at(votes, np.round(angle[kept] + _MOST_TURN).astype(int), size[left][kept])
    if votes.sum() == 0:
        return 0.0
    smooth = np.convolve(votes, [1, 2, 3, 2, 1], "same")
    peak = int(smooth.argmax())
    near = slice(max(0, peak - 2), peak + 3)
    angles = np.arange(len(votes))[near] - _MOST_TURN
    return float((votes[near] * angles).sum() / max(1e-9, votes[near].sum()))


def _turn(grey: NDArray[np.uint8], degrees: float) -> Turned:
    high, wide = grey.shape
    turn = cv2.getRotationMatrix2D(((wide - 1) / 2, (high - 1) / 2), degrees, 1.0)
    corners = np.array([[0, 0, 1], [wide, 0, 1], [wide, high, 1], [0, high, 1]]) @ turn.T
    low, far = corners.min(axis=0), corners.max(axis=0)
    turn[:, 2] -= low
    size = int(far[0] - low[0]), int(far[1] - low[1])
    pixels = cv2.warpAffine(grey, turn, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return Turned(
        np.asarray(pixels, np.uint8), np.asarray(cv2.invertAffineTransform(turn), np.float64), degrees
    )


def _lines(boxes: Boxes, bright: bool) -> tuple[list[TextLine], list[TextLine]]:
    count = len(boxes)
    if not count:
        return [], []
    left, right = _neighbours(boxes, _NEAR, 0.5)
    root = list(range(count))

    def find(at: int) -> int:
        while root[at] != at:
            root[at] = root[root[at]]
            at = root[at]
        return at

    nearest: dict[int, tuple[float, int]] = {}
    for one, other in zip(left.tolist(), right.tolist(), strict=True):
        gap = float(boxes[other, 0] - boxes[one, 2])
        if one not in nearest or gap < nearest[one][0]:
            nearest[one] = gap, other
    for one, (_, other) in nearest.items():
        root[find(one)] = find(other)
    groups: dict[int, list[int]] = {}
    for at in range(count):
        groups.setdefault(find(at), []).append(at)
    lines, alone = [], []
    for members in groups.values():
        some = boxes[members]
        line = _line(some, bright)
        wide = line.right - line.left
        if len(members) > 1 or wide > 1.9 * line.high:
            lines.append(line)
        else:
            alone.append(line)
    return lines, alone


def _line(boxes: Boxes, bright: bool) -> TextLine:
    x = (boxes[:, 0] + boxes[:, 2]) / 2
    high = boxes[:, 3] - boxes[:, 1]
    tall = high > 0.6 * high.max()
    slope = 0.0
    if tall.sum() >= 3 and np.ptp(x[tall]) > 2 * high.max():
        ends = np.polyfit(x[tall], (boxes[tall, 1] + boxes[tall, 3]) / 2, 1)
        slope = float(np.clip(ends[0], -0.15, 0.15))
    centre = (boxes[:, 0].min() + boxes[:, 2].max()) / 2
    lower = slope * (x - centre)
    order = np.argsort(boxes[:, 0])
    reach = np.maximum.accumulate(boxes[order, 2])[:-1]
    gaps = boxes[order, 0][1:] - reach
    widest = int(gaps.argmax()) if len(gaps) else 0
    return TextLine(
        left=float(boxes[:, 0].min()),
        top=float((boxes[:, 1] - lower).min()),
        right=float(boxes[:, 2].max()),
        bottom=float((boxes[:, 3] - lower).max()),
        slope=slope,
        bright=bright,
        letters=len(boxes),
        parting=(float(reach[widest]), float(reach[widest] + gaps[widest])) if len(gaps) else None,
    )


def _with_slopes(alone: Sequence[TextLine], lines: Sequence[TextLine]) -> list[TextLine]:
    """A letter by itself leans as the nearest long line does."""
    long = [one for one in lines if one.letters >= 4]
    if not long:
        return list(alone)
    found = []
    for one in alone:
        x, y = one.middle
        near = min(long, key=lambda line: abs(line.middle[0] - x) + 2 * abs(line.middle[1] - y))
        found.append(TextLine(one.left, one.top, one.right, one.bottom, near.slope, one.bright, 1))
    return found
