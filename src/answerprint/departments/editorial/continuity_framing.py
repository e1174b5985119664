"""The move between two framings by their patterns: for walls with too little on them for points to agree.

Guesses come from faces (one laid on another) and from the framing being the same; each is tried at a few
scales as a template, and made exact by enhanced correlation (Evangelidis and Psarakis 2008).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.departments.editorial.continuity_looking import Floats, Look, SeenFace

FACTORS = tuple(0.84 * 1.03**step for step in range(13))  # of the guessed scale: faces come nearer and turn
AROUND = 0.25  # of the smaller picture's sides that the place may be off
TIGHT = 0.65  # of the zone people are given, where a framing is looked for
LEAST_SCORE = 0.3  # correlation of the template under which it is not tried
LEAST_MASK = 600  # pixels of background in the template
MOST_FACES = 2  # of each picture that framings are guessed from
HALF = 0.5  # of the picture, at which the move is made exact
Box = tuple[float, float, float, float]
Move = NDArray[np.float64]


def moves_by_pattern(earlier: Look, later: Look) -> Iterator[Move]:
    """(2, 3) from the earlier picture to the later, by one guess after another."""
    for guess in guesses(earlier, later):
        if guess[0, 0] >= 1:
            found = _placed(earlier, later, guess)
        else:
            back = _placed(later, earlier, np.asarray(cv2.invertAffineTransform(guess), np.float64))
            found = np.asarray(cv2.invertAffineTransform(back), np.float64) if back is not None else None
        if found is not None:
            yield _exact(earlier, later, found)


def guesses(earlier: Look, later: Look) -> list[Move]:
    """The same framing where the pictures are of one size, and the framings that lay a face on a face."""
    found = [np.eye(2, 3)] if earlier.grey.shape == later.grey.shape else []
    return found + [
        _face_on_face(face.box, seen.box)
        for face in (earlier.side.faces or ())[:MOST_FACES]
        for seen in (later.side.faces or ())[:MOST_FACES]
    ]


def not_background(look: Look, reach: float = 1.0) -> NDArray[np.bool_]:
    """(h, w): what moves, and where people whose faces are seen may stand. reach: less leaves out arms."""
    moving = cv2.dilate(look.moving.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    if look.side.faces:
        moving = moving | people_zone(look.side.faces, look.grey.shape, reach)
    return np.asarray(moving, np.bool_)


def people_zone(faces: tuple[SeenFace, ...], shape: tuple[int, ...], reach: float = 1.0) -> NDArray[np.bool_]:
    """(h, w): where those whose faces are seen may stand, hair and arms with them."""
    zone = np.zeros(shape[:2], np.bool_)
    for face in faces:
        x, y, w, h = face.box
        middle = x + w / 2
        head, half = h * reach, 1.9 * h * reach
        top = int(max(0.0, y - 0.9 * head))
        zone[top : int(y + 0.9 * h) + 1, int(max(0.0, middle - head)) : int(middle + head) + 1] = True
        zone[int(max(0.0, y + 0.9 * h)) :, int(max(0.0, middle - half)) : int(middle + half) + 1] = True
    return zone


def _face_on_face(box: Box, other: Box) -> Move:
    scale = other[3] / max(box[3], 1.0)
    x = other[0] + other[2] / 2 - scale * (box[0] + box[2] / 2)
    y = other[1] + other[3] / 2 - scale * (box[1] + box[3] / 2)
    return np.array([[scale, 0.0, x], [0.0, scale, y]])


def _placed(wide: Look, close: Look, guess: Move) -> Move | None:
    """(2, 3) from the wider picture to the closer: where near the guess the closer one, made as small, fits
    best in it."""
    own = _edges(close)
    field = np.where(not_background(wide, TIGHT), 0, _edges(wide)).astype(np.float32)
    seen = (~not_background(close, TIGHT)).astype(np.float32)
    height, width = close.grey.shape
    middle = _back(guess, width / 2, height / 2)
    best: tuple[float, Move] | None = None
    for factor in FACTORS:
        scale = float(guess[0, 0]) * factor
        size = max(8, round(width / scale)), max(8, round(height / scale))
        template = np.asarray(cv2.resize(own, size, interpolation=cv2.INTER_AREA), np.float32)
        mask = (cv2.resize(seen, size, interpolation=cv2.INTER_AREA) > 0.9).astype(np.float32)
        if float(mask.sum()) < LEAST_MASK:
            continue
        reach = (1 + 2 * AROUND) * size[0], (1 + 2 * AROUND) * size[1]
        left, top = (round(middle[k] - reach[k] / 2) for k in (0, 1))
        around = _window(field, left, top, round(reach[0]), round(reach[1]))
        scores = cv2.matchTemplate(around, template, cv2.TM_CCORR_NORMED, mask=mask)
        scores = np.nan_to_num(np.asarray(scores, np.float32), posinf=0.0, neginf=0.0)
        row, column = (int(one) for one in np.unravel_index(int(np.argmax(scores)), scores.shape))
        score = float(scores[row, column])
        if score > LEAST_SCORE and (best is None or score > best[0]):
            x, y = left + column, top + row
            best = score, np.array([[scale, 0.0, -scale * x], [0.0, scale, -scale * y]])
    return best[1] if best is not None else None


def _back(move: Move, x: float, y: float) -> tuple[float, float]:
    """Where a place of the closer picture lies in the wider, for a move without a turn."""
    return (x - float(move[0, 2])) / float(move[0, 0]), (y - float(move[1, 2])) / float(move[1, 1])


def _window(field: Floats, left: int, top: int, width: int, height: int) -> Floats:
    """A part of a field that may lie beyond its edges, where it is 0."""
    shift = np.array([[1.0, 0, -left], [0, 1.0, -top]])
    found: Floats = np.asarray(
        cv2.warpAffine(field, shift, (width, height), flags=cv2.INTER_NEAREST), np.float32
    )
    return found


def _edges(look: Look) -> Floats:
    """Log light without what is broad: edges and patterns, whatever the exposure."""
    log = np.log(np.maximum(look.light.mean(2), 2e-3)).astype(np.float32)
    fine = cv2.GaussianBlur(log, (0, 0), 1.5)
    found: Floats = np.clip(fine - cv2.GaussianBlur(log, (0, 0), 9), -0.6, 0.6).astype(np.float32)
    return found


def _exact(earlier: Look, later: Look, move: Move) -> Move:
    """The move made exact to a part of a pixel where that converges."""
    shrink = np.diag([HALF, HALF, 1.0])
    grow = np.diag([1 / HALF, 1 / HALF, 1.0])
    square = np.vstack([move, [0, 0, 1]])
    inverse: Any = np.linalg.inv(shrink @ square @ grow)[:2].astype(np.float32)
    first, second = (cv2.resize(_edges(one), None, fx=HALF, fy=HALF) for one in (earlier, later))
    seen = (~not_background(later, TIGHT)).astype(np.uint8)
    mask = cv2.resize(seen, (second.shape[1], second.shape[0]), interpolation=cv2.INTER_NEAREST)
    stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 40, 1e-4)
    try:
        _, inverse = cv2.findTransformECC(second, first, inverse, cv2.MOTION_AFFINE, stop, mask, 5)
    except cv2.error:  # it does not converge where the guess is wrong
        return move
    exact = grow @ np.linalg.inv(np.vstack([inverse, [0, 0, 1]])) @ shrink
    return np.asarray(exact[:2], np.float64)
