"""Everything put right in one pass: light, then lost lines, scratches and dirt, then place and dyes."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.departments.picture.restoring.dirt import Neighbours, candidates, dirt, spoilt
from answerprint.departments.picture.restoring.dropouts import dropouts
from answerprint.departments.picture.restoring.fading import brought_back
from answerprint.departments.picture.restoring.levels import CELLS, evened_out
from answerprint.departments.picture.restoring.motion import (
    Floats,
    Mask,
    Motion,
    bridged,
    grey_of,
    led,
    trusted,
)
from answerprint.departments.picture.restoring.plan import LOCAL, Plan
from answerprint.departments.picture.restoring.repairing import from_around, put_in
from answerprint.departments.picture.restoring.scratches import across, line_mask
from answerprint.departments.picture.restoring.weave import put_back
from answerprint.departments.picture.windows import Pixels, Window

REACH = 2  # neighbours to each side; at a shot's ends both come from one side
AGREE = 0.08  # R'G'B' that two neighbours differ by at most where both are believed
LIKE = 0.12  # R'G'B' between a single neighbour and the picture's surroundings
BOXES = 5  # places told of each picture, the largest


class Place(NamedTuple):
    kind: str
    x: int
    y: int
    width: int
    height: int


class Touched(NamedTuple):
    """What was repaired in a picture: its places in the picture made, the share of it by kind, and the
    largest places."""

    mask: Mask
    shares: dict[str, float]
    places: tuple[Place, ...]


Keep = Callable[[int, Touched], None]
Painted = Callable[[int], Mask | None]


class Restorer:
    """An operator (`windows.Operator`) that follows a plan.

    keep: told what was repaired in each picture. painted: places given by a person, by picture number; they
    alone are repaired then, whatever they hold. masks: pictures made are masks, white where something would
    be repaired.
    """

    def __init__(
        self, plan: Plan, keep: Keep | None = None, painted: Painted | None = None, *, masks: bool = False
    ) -> None:
        self._plan, self._keep, self._painted, self._masks = plan, keep, painted, masks
        self._motion = Motion()
        self._ready: dict[tuple[int, int], tuple[Pixels, Floats, Floats]] = {}
        self._local = painted is not None or bool(plan.kinds & set(LOCAL))

    @property
    def before(self) -> int:
        return REACH if self._local else 0

    @property
    def after(self) -> int:
        return REACH if self._local else 0

    def picture(self, window: Window) -> Pixels:
        made, touched = self.restored(window)
        if self._keep is not None:
            self._keep(window.number, touched)
        if not self._masks:
            return made
        shown = np.repeat(touched.mask[..., None].astype(np.float32), 3, axis=2)
        return shown if made.shape[2] == 3 else np.dstack([shown, np.ones(shown.shape[:2], np.float32)])

    def restored(self, window: Window) -> tuple[Pixels, Touched]:
        """The picture put right, of the shape it had, and what was repaired in places."""
        number = window.number
        self._forget(window)
        made, grey = self._levelled(window, window.at)
        found: dict[str, Mask] = {}
        if self._local:
            made, found = self._repaired(window, made, grey)
        off = self._plan.shifts[number]
        if np.any(off):
            made = put_back(made, off)
            found = {
                kind: np.asarray(put_back(mask.astype(np.float32), off, nearest=True) > 0.25)
                for kind, mask in found.items()
            }
        if "fading" in self._plan.kinds:
            made = brought_back(made, self._plan.dyes_of(number))
        return made, _touched(window.now.shape, found)

    def _repaired(self, window: Window, made: Floats, grey: Floats) -> tuple[Floats, dict[str, Mask]]:
        near = self._neighbours(window, grey)
        found = self._found(window, grey, near)
        for kind in found:
            found[kind] &= self._free(window.number, grey.shape)
        found = {kind: mask for kind, mask in found.items() if mask.any()}
        if not found:
            return made, found
        scratch = found.get("scratches", np.zeros(grey.shape, np.bool_))
        whole = np.logical_or.reduce(list(found.values()))
        spatial = across(made, scratch) if scratch.any() else made
        fill = self._filled(window, spatial, near, whole & ~scratch, scratch)
        return put_in(made, fill, whole), found

    def _found(self, window: Window, grey: Floats, near: _Near | None) -> dict[str, Mask]:
        if self._painted is not None:
            mask = self._painted(window.number)
            fits = mask is not None and mask.shape == grey.shape
            if mask is None or not fits:
                return {}
            off = -self._plan.shifts[window.number]  # masks lie on pictures put back in their place
            return {"painted": np.asarray(put_back(mask.astype(np.float32), off, nearest=True) > 0.25)}
        kinds = self._plan.kinds
        found: dict[str, Mask] = {}
        taken = np.zeros(grey.shape, np.bool_)
        if "scratches" in kinds:
            for line in self._plan.lines_of(window.number):
                taken |= line_mask(grey, line)
            found["scratches"] = taken
        if near is None:
            return found
        if "dropouts" in kinds:
            lost = dropouts(grey, near.led, self._plan.dropouts) & ~taken
            found["dropouts"] = _edged(lost) & ~taken
            taken = taken | found["dropouts"]
        if "dirt" in kinds:
            blobs = dirt(grey, near.led, self._plan.dirt, near.one_sided) & ~taken
            found["dirt"] = _edged(blobs) & ~taken
        return found

    def _filled(
        self, window: Window, spatial: Floats, near: _Near | None, places: Mask, scratch: Mask
    ) -> Floats:
        """The picture with damage replaced: by both neighbours where they agree, by one where it fits what is
        around, by what is around where neither does."""
        if near is None:
            return from_around(spatial, places) if places.any() else spatial
        whole = places | scratch
        flows = self._flows_past(window, spatial, near, whole)
        one, other = (
            led(self._levelled(window, at)[0], flow, cubic=True)
            for at, flow in zip(near.at, flows, strict=True)
        )
        # a scratch lies at its column in the neighbours too: what they show there is no better
        clear = [self._clear(window, side, scratch, flow) for side, flow in zip(near.at, flows, strict=True)]
        gap = np.abs(one[..., :3] - other[..., :3]).mean(axis=2)
        both = clear[0] & clear[1] & (gap < AGREE) & whole
        made = spatial.copy()
        made[both] = (one[both] + other[both]) / 2
        left = whole & ~both
        around = from_around(made, left & places) if (left & places).any() else made.copy()
        if scratch.any():  # once more, now that no dirt lies beside it
            around = np.where((scratch & left)[..., None], across(around, scratch), around)
        for source, free in ((one, clear[0]), (other, clear[1])):
            like = np.abs(source[..., :3] - around[..., :3]).mean(axis=2) < LIKE
            good = left & free & like
            made[good] = source[good]
            left &= ~good
        made[left] = around[left]
        return made

    def _clear(self, window: Window, side: int, scratch: Mask, flow: Floats) -> Mask:
        """Where a neighbour is not known to be as bad: beside its scratches, and what a person painted."""
        hidden: Mask | None = scratch
        if self._painted is not None:
            hidden = self._painted(window.number + side - window.at)
        if hidden is None or hidden.shape != scratch.shape or not hidden.any():
            return np.ones(scratch.shape, np.bool_)
        return np.asarray(led(hidden.astype(np.float32), flow) < 0.02)

    def _flows_past(self, window: Window, spatial: Floats, near: _Near, whole: Mask) -> list[Floats]:
        """Flow to both neighbours, measured again once the damage, which spoils it, is painted out."""
        wide = np.asarray(cv2.dilate(whole.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0)
        flows = [bridged(near.led.one_flow, wide), bridged(near.led.other_flow, wide)]
        greys = [self._levelled(window, at)[1] for at in near.at]
        one, other = (led(grey, flow) for grey, flow in zip(greys, flows, strict=True))
        over = grey_of(spatial, self._plan.linear)
        agree = np.abs(one - other) < AGREE
        over = np.where(wide & agree, (one + other) / 2, over)
        rest = wide & ~agree
        if rest.any():
            over = from_around(np.repeat(over[..., None], 3, axis=2), rest)[..., 0]
        return [
            self._motion.apart(over, (id(window.pictures[at]), grey))
            for at, grey in zip(near.at, greys, strict=True)
        ]

    def _neighbours(self, window: Window, grey: Floats) -> _Near | None:
        count, at = len(window.pictures), window.at
        if count < 3:
            return None
        sides = (at - 1, at + 1)
        one_sided = at in (0, count - 1)
        if one_sided:
            sides = (1, 2) if at == 0 else (count - 2, count - 3)
        now = id(window.now), grey
        greys, there, back = [], [], []
        for side in sides:
            that = id(window.pictures[side]), self._levelled(window, side)[1]
            greys.append(that[1])
            there.append(self._motion.flow(now, that))
            back.append(self._motion.flow(that, now))
        one, other = (led(pixels, flow) for pixels, flow in zip(greys, there, strict=True))
        seeds, low = candidates(grey, one, other, self._plan.dirt)
        if seeds.any():  # what may be dirt has spoilt the flow around it
            hidden = spoilt(seeds, low)
            there = [bridged(flow, hidden) for flow in there]
            one, other = (led(pixels, flow) for pixels, flow in zip(greys, there, strict=True))
        trust = [trusted(flow, returned) for flow, returned in zip(there, back, strict=True)]
        near = Neighbours(one, other, trust[0], trust[1], there[0], there[1], greys[0], greys[1])
        return _Near(near, sides, one_sided)

    def _levelled(self, window: Window, at: int) -> tuple[Floats, Floats]:
        """A picture of the window with its light put right, and its grey."""
        number, picture = window.number + at - window.at, window.pictures[at]
        key = id(picture), number  # where pictures are lost, a number can be counted differently
        if key not in self._ready:
            row = self._plan.levels[min(number, len(self._plan.levels) - 1)]
            made = evened_out(picture, float(row[0]), float(row[1]), row[2:].reshape(CELLS))
            self._ready[key] = picture, made, grey_of(made, self._plan.linear)
        return self._ready[key][1:]

    def _free(self, number: int, shape: tuple[int, ...]) -> NDArray[np.bool_]:
        free = np.ones(shape, np.bool_)
        for x, y, wide, high, first, last in self._plan.protected:
            if first <= number < last:
                free[max(0, y) : max(0, y + high), max(0, x) : max(0, x + wide)] = False
        return free

    def _forget(self, window: Window) -> None:
        held = {id(one) for one in window.pictures}
        for old in [one for one in self._ready if one[0] not in held]:
            del self._ready[old]
        self._motion.forget(held)


def _edged(mask: Mask) -> Mask:
    """With the pixels beside it, which are half damage."""
    return np.asarray(cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0)


class _Near(NamedTuple):
    led: Neighbours
    at: tuple[int, int]  # of the window's pictures
    one_sided: bool


def _touched(shape: tuple[int, ...], found: dict[str, Mask]) -> Touched:
    mask = np.zeros(shape[:2], np.bool_)
    places: list[tuple[int, Place]] = []
    for kind, one in found.items():
        mask |= one
        count, _, boxes, _ = cv2.connectedComponentsWithStats(one.astype(np.uint8), connectivity=8)
        order = np.argsort(-boxes[1:count, cv2.CC_STAT_AREA])[:BOXES] + 1
        places += [(int(boxes[at, 4]), Place(kind, *(int(value) for value in boxes[at, :4]))) for at in order]
    largest = sorted(places, key=lambda one: (-one[0], one[1]))[:BOXES]
    shares = {kind: round(float(one.mean()), 6) for kind, one in found.items() if one.any()}
    return Touched(mask, shares, tuple(place for _, place in largest))
