"""Fields: combing told, which field comes first, video split into whole pictures, 3:2 pulldown undone.

Of every picture it is asked how combed it is, alone and with one of its fields put to the field of a
neighbour. Video has its two fields apart in time; pulldown (SMPTE RP 197 speaks of it) has whole film
pictures in some of the ways of putting them.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.departments.picture.restoring.motion import Floats

TEETH = np.float32(0.04)  # R'G'B' by which a line stands out from both beside it, the same way
BLOCK = (16, 16)  # lines and pixels whose teeth are counted together
COMBED = 0.12  # share of a block's pixels that are teeth
SHARE = 0.3  # of the moving pictures that are combed: video
CYCLE = 5  # pictures of a pulldown's cadence
Kind = Literal["progressive", "video", "pulldown"]
THIS, BEFORE, AFTER = 0, 1, 2  # where the second field of a whole picture is


class Combs(NamedTuple):
    """Of one picture, how combed: as it is, and with its second field taken from the picture before or after;
    then with the top field of the next and with its bottom one put to the other of this one. moved: R'G'B'
    between its lines and those of the picture before."""

    alone: float
    before: float
    after: float
    next_top: float
    next_bottom: float
    moved: float


class Fields(NamedTuple):
    """What a shot's pictures are made of. top_first: which field is shown first, where that is known."""

    kind: Kind
    top_first: bool
    combed: float  # share of the pictures that moved


def combs_of(before: Floats | None, now: Floats, after: Floats | None) -> Combs:
    """Greys, (h, w) each, of one shot: the lines whole, columns may be reduced."""
    alone = combing(now)
    if before is None:
        before = now
    if after is None:
        after = now
    return Combs(
        alone,
        combing(_put(now, before)),
        combing(_put(now, after)),
        combing(_put(after, now)),
        combing(_put(now, after)),
        float(np.mean(np.abs(now - before) > TEETH)),
    )


def combing(grey: Floats) -> float:
    """How combed a picture is: the share of teeth in its worst blocks, 0 … 1."""
    above, below = grey[1:-1] - grey[:-2], grey[1:-1] - grey[2:]
    same = np.abs(grey[2:] - grey[:-2]) < 0.5 * np.minimum(np.abs(above), np.abs(below)) + 0.01
    teeth = (above * below > TEETH * TEETH) & same
    high, wide = teeth.shape
    size = max(1, wide // BLOCK[1]), max(1, high // BLOCK[0])
    blocks = cv2.resize(teeth.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    worst = np.sort(blocks.ravel())[-max(1, blocks.size // 50) :]
    return float(worst.mean())


def fields_of(combs: list[Combs]) -> Fields:
    """What the pictures of a shot, or of a reel, are."""
    table = np.array(combs, np.float64)
    moving = table[:, 5] > 0.01
    combed = (table[:, 0] > COMBED) & moving
    share = float(combed.sum() / max(1, moving.sum()))
    top, bottom = float(table[moving, 3].sum()), float(table[moving, 4].sum())
    # in time: first, second, first of the next. The second field and the next picture's first lie one field
    # apart, this one's first and the next one's second three: these comb more.
    top_first = top <= bottom
    if combed.sum() < 3 or share < 0.1:
        return Fields("progressive", top_first, share)
    rescued = np.minimum(table[combed, 1], table[combed, 2])
    if share < 0.75 and float((rescued < 0.5 * table[combed, 0]).mean()) > 0.7:
        return Fields("pulldown", top_first, share)
    return Fields("video" if share >= SHARE else "progressive", top_first, share)


def choices(combs: list[Combs]) -> NDArray[np.int8]:
    """Of each picture, where its second field's own is: THIS unless another way combs much less."""
    table = np.array(combs, np.float64)
    made = np.full(len(table), THIS, np.int8)
    for number, (alone, before, after) in enumerate(table[:, :3]):
        least = min(before, after)
        if alone > 0.5 * COMBED and least < 0.6 * alone:
            made[number] = BEFORE if before <= after else AFTER
    return made


def cadence(unlike: NDArray[np.float64]) -> NDArray[np.int64]:
    """The pictures to keep, four of five, so that those left out repeat the one before as exactly as can be.

    unlike: of each picture, put together, from the one before; (count,). A cadence that breaks at a cut is
    followed; sound is never off by more than two pictures.
    """
    count = len(unlike)
    slack = 2
    states = 2 * slack + 1
    cost = np.full((count + 1, states), np.inf)
    cost[0, slack] = 0.0
    came = np.zeros((count + 1, states), np.int8)
    scaled = np.minimum(unlike / (np.median(unlike) + 1e-6), 2.0)

    def due(number: int) -> int:
        return number // CYCLE

    for number in range(count):
        step = due(number + 1) - due(number)
        for state in range(states):
            if not np.isfinite(cost[number, state]):
                continue
            for dropped in (0, 1):
                to = state + dropped - step
                if not 0 <= to < states:
                    continue
                price = cost[number, state] + dropped * scaled[number]
                if price < cost[number + 1, to]:
                    cost[number + 1, to] = price
                    came[number + 1, to] = dropped
    state = int(np.argmin(cost[count] + 0.5 * np.abs(np.arange(states) - slack)))
    kept = []
    for number in range(count - 1, -1, -1):
        dropped = int(came[number + 1, state])
        if not dropped:
            kept.append(number)
        state = state - dropped + due(number + 1) - due(number)
    return np.array(kept[::-1], np.int64)


def put_together(before: Floats, now: Floats, after: Floats, choice: int) -> Floats:
    """The whole film picture: the top field of `now` with the bottom one where `choice` says."""
    if choice == THIS:
        return now
    return _put(now, before if choice == BEFORE else after)


def split(before: Floats, now: Floats, after: Floats, *, top_first: bool, second: bool) -> Floats:
    """A whole picture of one field of an interlaced one: (h, w[, channels]) like `now`.

    second: of the field shown second. The lines between come from the fields before and after it where these
    agree, and along edges from the lines above and below where they do not: what is filled in lies no farther
    from the mean in time than the picture changes there.
    """
    kept = int(second) if top_first else int(not second)  # 0: the lines 0, 2, 4 …
    earlier, later = (now, after) if second else (before, now)  # pictures whose other fields enclose it
    was, will = earlier[1 - kept :: 2], later[1 - kept :: 2]
    field = now[kept::2]
    missing = np.arange(was.shape[0]) - kept  # of each missing line, the field's line above it
    near, far = (np.clip(one, 0, len(field) - 1) for one in (missing, missing + 1))
    spatial = _along_edges(field, missing)
    mean = (was + will) / 2
    still = np.maximum(np.abs(field - before[kept::2]), np.abs(field - after[kept::2]))
    change = np.maximum(np.abs(was - will) / 2, np.maximum(still[near], still[far]) / 2)
    made = now.copy()
    made[kept::2] = field
    made[1 - kept :: 2] = np.clip(spatial, mean - change, mean + change)
    return made


def _along_edges(field: Floats, missing: NDArray[np.int64]) -> Floats:
    """Between two lines, straight down by a cubic, or along the slant in which they are most alike."""
    over, above, below, under = (field[np.clip(missing + one, 0, len(field) - 1)] for one in (-1, 0, 1, 2))
    made = (9 * (above + below) - over - under) / 16
    made = np.clip(made, np.minimum(above, below) - 0.05, np.maximum(above, below) + 0.05)
    grey_above, grey_below = (one[..., :3].mean(axis=2) if one.ndim == 3 else one for one in (above, below))
    best: Floats | None = None
    for slant in (0, -1, 1, -2, 2, -3, 3):
        unlike = np.abs(_moved(grey_above, slant) - _moved(grey_below, -slant))
        unlike = cv2.blur(unlike, (5, 1), borderType=cv2.BORDER_REPLICATE) + np.float32(0.004 * abs(slant))
        if best is None:
            best = unlike
            continue
        better = unlike < best - np.float32(0.015)
        best = np.where(better, unlike, best)
        along = (_moved(above, slant) + _moved(below, -slant)) / 2
        made = np.where(better[..., None] if above.ndim == 3 else better, along, made)
    return np.asarray(made, np.float32)


def _moved(lines: Floats, by: int) -> Floats:
    if by == 0:
        return lines
    made = np.roll(lines, -by, axis=1)
    if by > 0:
        made[:, -by:] = lines[:, -1:]
    else:
        made[:, :-by] = lines[:, :1]
    return made


def _put(top: Floats, bottom: Floats) -> Floats:
    made = top.copy()
    made[1::2] = bottom[1::2]
    return made
