"""Wardrobe, hair and eyelines: what is worn round a face that was seen before, and which way faces look.

Colours are compared in the light that falls on the face, so that other light is no other coat.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from answerprint.departments.editorial.continuity_looking import (
    Floats,
    Look,
    SeenFace,
    alike,
    colours_of,
    lab,
)
from answerprint.departments.editorial.continuity_matching import Surfaces, laid

NEAR = 1.6  # heights of a face that somebody may have moved
LIKE_SIZE = 1.5
LEAST_FACE = 20.0  # pixels of height under which a face's surroundings are not compared
FACING = 4.0  # degrees of yaw under which a face looks ahead
# Parts round a face, in its widths and heights from its middle: left, top, right, bottom.
TORSO = (-1.05, 1.05, 1.05, 2.6)
TORSO_GRID = (4, 3)  # columns, rows that are compared one by one
CROWN = (-0.36, -0.80, 0.36, -0.44)
ABOVE = (-0.38, -1.05, 0.38, -0.78)
LOCKS = ((-0.95, -0.25, -0.66, 0.45), (0.66, -0.25, 0.95, 0.45))
SKIN = (-0.22, -0.15, 0.22, 0.3)
Part = tuple[float, float, float, float]


@dataclass(frozen=True)
class PersonChange:
    """Somebody in both pictures. wardrobe, hair: colour differences (ΔE*ab) of what is worn and of the hair,
    the most changed parts of it; spread: 0 … 1, how little the colours worn have in common; before, after:
    the faces. None where the part is not seen in both."""

    before: SeenFace
    after: SeenFace
    wardrobe: float | None
    spread: float
    hair: float | None
    locks: float


@dataclass(frozen=True)
class Eyeline:
    """Two people cut together. degrees: how far both look the same way, 0 where they face each other; unlike:
    how sure it is that they are two, 0 … 1."""

    degrees: float
    unlike: float


def people_changes(earlier: Look, later: Look, surfaces: Surfaces) -> list[PersonChange]:
    """Everybody whose face is seen at the same place in both looks; empty where nobody looked for faces."""
    found = []
    left = list(later.side.faces or ())
    for face in earlier.side.faces or ():
        placed = laid(surfaces, face)
        near = sorted(left, key=lambda other: _away(placed, other.box))
        if not near or _away(placed, near[0].box) > NEAR or min(placed[3], near[0].box[3]) < LEAST_FACE:
            continue
        if not 1 / LIKE_SIZE < placed[3] / near[0].box[3] < LIKE_SIZE:
            continue
        left.remove(near[0])
        found.append(_change(earlier, face, later, near[0], surfaces))
    return found


def eyeline(before: Look, after: Look) -> Eyeline | None:
    """Of two singles cut together; None unless one face alone is seen on either side."""
    if not before.side.faces or not after.side.faces:
        return None
    if len(before.side.faces) != 1 or len(after.side.faces) != 1:
        return None
    one, other = before.side.faces[0], after.side.faces[0]
    change = _change(before, one, after, other, None)
    unlike = max(change.spread, min(1.0, (change.wardrobe or 0.0) / 40))
    same_way = one.yaw * other.yaw > 0
    turned = min(abs(one.yaw), abs(other.yaw))
    return Eyeline(turned if same_way and turned > FACING else 0.0, unlike)


def _away(placed: Part, box: Part) -> float:
    """Between the middles of two boxes, in heights of the second."""
    x = placed[0] + placed[2] / 2 - box[0] - box[2] / 2
    y = placed[1] + placed[3] / 2 - box[1] - box[3] / 2
    return float(np.hypot(x, y)) / max(box[3], 1.0)


def _change(
    earlier: Look, face: SeenFace, later: Look, other: SeenFace, surfaces: Surfaces | None
) -> PersonChange:
    skins = [_cut(look.light, one.box, SKIN) for look, one in ((earlier, face), (later, other))]
    if skins[0] is None or skins[1] is None:
        return PersonChange(face, other, None, 0.0, None, 0.0)
    lit = np.median(skins[1].reshape(-1, 3), axis=0) / np.maximum(
        np.median(skins[0].reshape(-1, 3), axis=0), 1e-4
    )
    light = (earlier.light * np.clip(lit, 0.2, 5)).astype(np.float32)  # as it would be in the later light
    worn = _cut(light, face.box, TORSO), _cut(later.light, other.box, TORSO)
    wardrobe, spread = None, 0.0
    if worn[0] is not None and worn[1] is not None:
        wardrobe = float(np.median(_differences(worn[0], worn[1])))
        spread = 1 - alike(*(colours_of(one.reshape(-1, 3)) for one in (worn[0], worn[1])))
    crown = _differs(light, face.box, later.light, other.box, CROWN, 0.6)
    top = float(np.sort(crown)[-2]) if crown is not None else None  # a band covers two of its six parts
    if top is None or surfaces is None or not surfaces.points:
        return PersonChange(face, other, wardrobe, spread, top, 0.0)
    above, *locks = (_differs_from_all(light, face, later, other, surfaces, part) for part in (ABOVE, *LOCKS))
    return PersonChange(face, other, wardrobe, spread, max(top, above), min(locks))


def _differs_from_all(
    light: Floats, face: SeenFace, later: Look, other: SeenFace, surfaces: Surfaces, part: Part
) -> float:
    """How a part round a face differs from what was at the same part before, and from what is behind it: a
    wall seen beside a head that moved is no other hair. 0 where it is not seen."""
    by_head = _differs(light, face.box, later.light, other.box, part)
    gone = _differs(light, face.box, later.light, laid(surfaces, face), part)
    come = _differs(surfaces.earlier, other.box, later.light, other.box, part)
    if by_head is None or gone is None or come is None:
        return 0.0
    return min(float(np.median(by_head)), max(float(np.median(gone)), float(np.median(come))))


def _differs(
    one: Floats, box: Part, other: Floats, other_box: Part, part: Part, least: float = 0.9
) -> Floats | None:
    """(6,) ΔE of a part round a face; None where less than a share of it is in both pictures."""
    first, second = _cut(one, box, part, least), _cut(other, other_box, part, least)
    return _differences(first, second, (2, 3)) if first is not None and second is not None else None


def _cut(light: Floats, box: Part, part: Part, least: float = 0.66) -> Floats | None:
    """The part round a face, (48, 48, 3) linear; None where less than a share of it is in the picture."""
    x, y, w, h = box
    middle = x + w / 2, y + h / 2
    left, right = middle[0] + part[0] * w, middle[0] + part[2] * w
    top, bottom = middle[1] + part[1] * h, middle[1] + part[3] * h
    height, width = light.shape[:2]
    kept = max(0, int(left)), max(0, int(top)), min(width, int(right) + 1), min(height, int(bottom) + 1)
    area = max(0, kept[2] - kept[0]) * max(0, kept[3] - kept[1])
    if area < least * (right - left) * (bottom - top) or area < 9:
        return None
    cut = light[kept[1] : kept[3], kept[0] : kept[2]]
    return np.asarray(cv2.resize(cut, (48, 48), interpolation=cv2.INTER_AREA), np.float32)


def _differences(one: Floats, other: Floats, grid: tuple[int, int] = TORSO_GRID) -> Floats:
    """ΔE*ab of the medians of parts of two cuts, the lightness of which counts half: it follows the body."""
    found = []
    for rows in np.array_split(np.arange(48), grid[1]):
        for columns in np.array_split(np.arange(48), grid[0]):
            window = np.ix_(rows, columns)
            first, second = (
                lab(np.median(cut[window].reshape(-1, 3), axis=0)[None].astype(np.float32))[0]
                for cut in (one, other)
            )
            off = (second - first) * (0.5, 1, 1)
            found.append(float(np.hypot(np.hypot(off[0], off[1]), off[2])))
    return np.array(found, np.float32)
