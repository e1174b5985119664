"""Scratches: narrow upright lines that stay at their column of the frame while the picture moves behind them.

What stands in the picture (a pole, a door's edge) moves with it, or stands still with all around it; then
nothing tells it from a scratch, and it is left. After Joyeux, Buisson, Besserer and Boukir, Detection and
removal of line scratches in motion picture films, 1999, with evidence weighed by motion.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.departments.picture.restoring.motion import Floats, Mask

BANDS = 8  # strips, one above another, that a line is looked for in
STEEP = np.float32(0.008)  # R'G'B' that a line stands out by in a row, at least
PRESENT = 0.5  # share of a strip's rows that show the line
CHANGED = 0.025  # R'G'B' by which what lies beside a line has changed: it moves
APART = 6  # pictures between which that is asked
SURE = 0.9  # share of what moves that shows a line so surely that little need move
PLAIN = 0.85  # share of strips and pictures of a line that stands for itself beside another
ACROSS = 160  # pixels that the camera is followed at
MOVED = 0.5  # of those, between pictures that far apart
STRIPS = 6  # upright strips that this is asked of
STRETCH = 16  # pictures that are judged together
NEAR = 2  # pixels that a line wanders between stretches
BORROWED = 3  # stretches to each side that evidence of one column may come from
MOST = 12  # lines in one picture; more, and it is a picket fence


class Rules(NamedTuple):
    """through: share of strips and pictures that show the line. held: the same where the picture moves.
    moving: share of strips and pictures in which it does, at least, there and on the mean of all columns."""

    through: float
    held: float
    moving: float


STRENGTHS = {
    "gentle": Rules(0.75, 0.75, 0.25),
    "usual": Rules(0.5, 0.6, 0.15),
    "strong": Rules(0.45, 0.5, 0.1),
}


class Line(NamedTuple):
    """A scratch of pictures first … last (half-open) at a column; sign: 1 bright, −1 dark."""

    first: int
    last: int
    column: int
    sign: int


class _Seen(NamedTuple):
    steady: NDArray[np.int8]  # (bands, w): signed share of rows that show a line, in 1/100
    beside: NDArray[np.uint8]  # (bands, w): what lies beside
    small: Floats  # without lines


class _Stretch(NamedTuple):
    """Pictures judged together. scores: bright and dark, by column: share of strips and pictures that show a
    line, the same where it moves, and share in which it does; (2, 3, w). moves: whether the camera
    moves it sideways, (w,): where it does not, a pole stands at its column as a scratch does."""

    shot: int
    first: int
    last: int
    scores: NDArray[np.float64]
    moves: NDArray[np.bool_]


def gap_of(wide: int) -> int:
    """Pixels from a line's middle that belong to it, at most."""
    return max(3, round(wide / 480))


class ScratchSurvey:
    """Told every picture of a shot in order, says which lines are scratches."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._seen: list[_Seen] = []
        self._numbers: list[int] = []
        self._stretches: list[_Stretch] = []
        self._shot = self._wide = 0

    def add(self, number: int, grey: Floats) -> None:
        high, wide = grey.shape
        if wide < 4 * gap_of(wide) + 8 or high < 4 * BANDS:
            return
        self._wide = wide
        left, right = sides(grey, gap_of(wide))
        one, other = grey - left, grey - right
        sign = np.where((one * other > 0) & (np.minimum(abs(one), abs(other)) > STEEP), np.sign(one), 0)
        steady = cv2.resize(sign.astype(np.float32), (wide, BANDS), interpolation=cv2.INTER_AREA)
        beside = cv2.resize((left + right) / 2, (wide, BANDS), interpolation=cv2.INTER_AREA)
        small = cv2.resize(grey, (ACROSS, max(32, round(ACROSS * high / wide))), interpolation=cv2.INTER_AREA)
        self._seen.append(
            _Seen(
                np.rint(steady * 100).astype(np.int8),
                np.rint(np.clip(beside, 0, 1) * 255).astype(np.uint8),
                np.asarray(cv2.medianBlur(np.asarray(small, np.float32), 5), np.float32),
            )
        )
        self._numbers.append(number)
        if len(self._seen) >= 2 * STRETCH + APART:
            self._judge(STRETCH)

    def end_shot(self) -> None:
        if self._numbers:
            self._judge(len(self._numbers))
        self._seen, self._numbers = [], []
        self._shot += 1

    def lines(self) -> list[Line]:
        """What is a scratch, a line for each stretch of pictures."""
        return [line for line, proved in self._all() if proved]

    def unproved(self) -> list[Line]:
        """Lines that stand still as all around them does: scratches or not, nothing tells."""
        return [line for line, proved in self._all() if not proved]

    def _all(self) -> list[tuple[Line, bool]]:
        self.end_shot()
        found: list[tuple[Line, bool]] = []
        for place, here in enumerate(self._stretches):
            beside = self._stretches[max(0, place - BORROWED) : place + BORROWED + 1]
            for which, sign in enumerate((1, -1)):
                through, held, moving = here.scores[which]
                proofs = [_proof(one, which, self._rules) for one in beside]
                proofs += [_came(here, one, which, self._rules) for one in beside if one.shot == here.shot]
                wide = np.ones((1, 2 * NEAR + 1), np.uint8)
                proof = np.asarray(cv2.dilate(np.max(proofs, axis=0)[None], wide))[0] > 0
                unlikely = (moving >= self._rules.moving) & (held < 0.7 * self._rules.held)
                stands = np.where((through >= self._rules.through) & ~unlikely, through, 0)
                columns = _peaks(stands, NEAR + 1)
                proved = [bool(proof[one]) for one in columns]
                if sum(proved) <= MOST:
                    lines = [Line(here.first, here.last, int(one), sign) for one in columns]
                    found += list(zip(lines, proved, strict=True))
        return [one for one in found if not self._shadow(one[0], [other for other, _ in found])]

    def _shadow(self, line: Line, lines: list[Line]) -> bool:
        """Whether a line is but the other shade that stands beside a plainer one."""
        reach = 2 * gap_of(self._wide) + NEAR

        def share(one: Line) -> float:
            here = next(each for each in self._stretches if each.first == one.first)
            return float(here.scores[0 if one.sign > 0 else 1][0][one.column])

        beside = [
            one
            for one in lines
            if one.first == line.first and one.sign != line.sign and abs(one.column - line.column) <= reach
        ]
        return share(line) < PLAIN and any(share(one) > share(line) for one in beside)

    def _judge(self, count: int) -> None:
        seen, numbers = self._seen[:count], self._numbers[:count]
        steady = np.stack([one.steady for one in seen])
        beside = np.stack([one.beside for one in seen]).astype(np.float32) / 255
        apart = min(APART, max(1, count // 2))
        moved = np.zeros(steady.shape, np.bool_)
        moved[apart:] = np.abs(beside[apart:] - beside[:-apart]) > CHANGED
        moved[:apart] = moved[apart : 2 * apart] if count >= 2 * apart else False
        scores = []
        for sign in (1, -1):
            there = _widened(steady * sign) > 100 * PRESENT
            weight = moved.sum(axis=(0, 1))
            held = (there & moved).sum(axis=(0, 1)) / np.maximum(weight, 1)
            scores.append(np.stack([there.mean(axis=(0, 1)), held, moved.mean(axis=(0, 1))]))
        moves = _sideways([one.small for one in seen], apart, self._wide)
        self._stretches.append(_Stretch(self._shot, numbers[0], numbers[-1] + 1, np.stack(scores), moves))
        self._seen, self._numbers = self._seen[count:], self._numbers[count:]


def sides(grey: Floats, gap: int) -> tuple[Floats, Floats]:
    """What lies left and right of each pixel: the mean of the next pixels beyond a line's own width."""
    strip = np.asarray(cv2.blur(grey, (gap + 1, 1), borderType=cv2.BORDER_REPLICATE), np.float32)
    reach = gap + (gap + 1) // 2
    padded = np.pad(strip, [(0, 0), (reach, reach)], mode="edge")
    return padded[:, : grey.shape[1]], padded[:, 2 * reach :]


def line_mask(grey: Floats, line: Line) -> Mask:
    """A line's pixels in one picture: where it stands there, near its column, how wide, in which rows."""
    high, wide = grey.shape
    gap = gap_of(wide)
    none = np.zeros(grey.shape, np.bool_)
    first, last = max(0, line.column - 2 * gap - NEAR), min(wide, line.column + 2 * gap + NEAR + 1)
    from_left = max(0, first - 3 * gap)
    strip = grey[:, from_left : last + 3 * gap]
    left, right = sides(strip, gap)
    one, other = (strip - left) * line.sign, (strip - right) * line.sign
    stands = np.clip(np.minimum(one, other), -0.08, 0.3)
    profile = stands.mean(axis=0)
    begin = max(0, line.column - NEAR - 1 - from_left)
    near = profile[begin : line.column + NEAR + 2 - from_left]
    if not len(near) or near.max() < 0.5 * float(STEEP):
        return none
    middle = begin + int(near.argmax())
    level = 0.2 * profile[middle]
    start = end = middle
    while start > 0 and middle - start < gap and profile[start - 1] > level:
        start -= 1
    while end < len(profile) - 1 and end - middle < gap and profile[end + 1] > level:
        end += 1
    window = max(5, high // 24) | 1
    along = cv2.blur(stands[:, middle : middle + 1], (1, window), borderType=cv2.BORDER_REPLICATE)[:, 0]
    rows = along > max(0.25 * float(profile[middle]), 0.4 * float(STEEP))
    if rows.mean() < 0.25:
        return none
    none[rows, from_left + max(0, start - 1) : from_left + end + 2] = True
    return none


def across(picture: Floats, mask: Mask) -> Floats:
    """The picture with narrow upright places under the mask bridged from side to side, along the edges that
    cross them. (h, w, 3 or 4)."""
    made = picture.copy()
    high, wide = mask.shape
    columns = np.flatnonzero(mask.any(axis=0))
    runs = np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1) if len(columns) else []
    rows = np.arange(high)
    for run in runs:
        begin, end = int(run[0]), int(run[-1])
        left, right = picture[:, max(0, begin - 1)], picture[:, min(wide - 1, end + 1)]
        if begin == 0 or end == wide - 1:
            left = right = right if begin == 0 else left
        width = end - begin + 2
        best, slant = np.full(high, np.inf, np.float32), np.zeros(high, np.int64)
        for step in sorted(range(-width, width + 1), key=abs):
            ends = np.clip(rows - step, 0, high - 1), np.clip(rows + step, 0, high - 1)
            unlike = np.abs(left[ends[0], :3] - right[ends[1], :3]).mean(axis=1)
            unlike = cv2.blur(unlike[:, None], (1, 5), borderType=cv2.BORDER_REPLICATE)[:, 0] + 0.004 * abs(
                step
            )
            better = unlike < best - 0.002
            best[better], slant[better] = unlike[better], step
        for column in run:
            share = (column - begin + 1) / width
            turn = np.rint(slant * (2 * share)).astype(np.int64)
            one = left[np.clip(rows - turn, 0, high - 1), :3]
            other = right[np.clip(rows + 2 * slant - turn, 0, high - 1), :3]
            there = mask[:, column]
            made[there, column, :3] = ((1 - share) * one + share * other)[there]
    return made


def _widened(steady: NDArray[np.int8]) -> NDArray[np.int8]:
    """The most of a column and its neighbours, so that a line that wavers by a pixel still counts."""
    made = steady.copy()
    made[..., 1:] = np.maximum(made[..., 1:], steady[..., :-1])
    made[..., :-1] = np.maximum(made[..., :-1], steady[..., 1:])
    return made


def _proof(stretch: _Stretch, which: int, rules: Rules) -> NDArray[np.uint8]:
    through, held, moving = stretch.scores[which]
    moves = (held >= rules.held) & (moving >= rules.moving)
    moves |= (held >= SURE) & (moving >= rules.moving / 3)
    good = (through >= rules.through) & moves & stretch.moves
    return np.asarray(good, np.uint8)


def _sideways(small: list[Floats], apart: int, wide: int) -> NDArray[np.bool_]:
    """Of each column, whether the picture moves sideways there in a good part of the pictures, as the camera
    moves it: in at least three quarters of the picture. (w,)"""
    moved = []
    for before, now in zip(small, small[apart:], strict=False):
        high, across_small = now.shape
        halves = (slice(0, high // 2), slice(high // 2, high))
        ends = (slice(0, across_small // 2), slice(across_small // 2, across_small))
        parts = sorted(_right(before, now, rows, columns) for rows in halves for columns in ends)
        strip = across_small // STRIPS
        starts = [round(one) for one in np.linspace(0, across_small - 2 * strip, 2 * STRIPS - 3)]
        there = [_right(before, now, slice(0, high), slice(one, one + 2 * strip)) for one in starts]
        moved.append(np.array(there) > MOVED if parts[1] > MOVED else np.zeros(len(there)))
    if not moved:
        return np.zeros(wide, np.bool_)
    share = np.mean(moved, axis=0)
    middles = np.linspace(wide / STRIPS, wide - wide / STRIPS, len(share))
    return np.asarray(np.interp(np.arange(wide), middles, share) > 0.3)


def _right(before: Floats, now: Floats, rows: slice, columns: slice) -> float:
    """Pixels that a part of the picture has gone to either side."""
    pair = [np.ascontiguousarray(one[rows, columns]) for one in (before, now)]
    window = cv2.createHanningWindow(pair[0].shape[::-1], cv2.CV_32F)
    return abs(float(cv2.phaseCorrelate(pair[0], pair[1], window)[0][0]))


def _came(here: _Stretch, other: _Stretch, which: int, rules: Rules) -> NDArray[np.uint8]:
    """A line that is there in one stretch and not in another, though the picture stands: no pole is so."""
    still = (here.scores[which][2] < rules.moving) & (other.scores[which][2] < rules.moving)
    now, then = (one.scores[which][0] for one in (here, other))
    gone = cv2.dilate(np.minimum(now, then)[None], np.ones((1, 2 * NEAR + 3), np.uint8))
    good = still & (np.maximum(now, then) >= max(rules.through, 0.6)) & (np.asarray(gone)[0] < 0.08)
    return np.asarray(good, np.uint8)


def _peaks(values: NDArray[np.float64], apart: int) -> list[int]:
    """Places of the greatest values, each the greatest among those near it; of a level run, its middle."""
    left = values.copy()
    found = []
    while left.max(initial=0) > 0:
        top = np.flatnonzero(left == left.max())
        run = top[: int(np.argmax(np.diff(top, append=top[-1] + 2) > 1)) + 1]
        at = int(run[len(run) // 2])
        found.append(at)
        left[max(0, at - apart - len(run) // 2) : at + apart + len(run) // 2 + 1] = 0
    return sorted(found)
