"""What catches the eye in pictures, without a model: what moves against the background, and what stands out.

What moves otherwise than the camera is marked, and the marks move along with it (optical flow), so that they
stay on somebody who stops; marks fade where the colours are those of the surroundings. Where nothing moves,
colours unlike those at the picture's border stand out (Wei et al. 2012, the boundary prior), and the middle
counts more than the edges.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.departments.editorial.subject_tracks import Detection

Floats = NDArray[np.float32]

LONG_SIDE = 192  # pixels of the pictures that are looked at
PROFILE = 64  # columns or rows that what stands out is summed in
BASELINE = 0.1  # seconds over which movement is measured
FINEST = 1  # the flow's finest pyramid level: half the picture's size
STARTS, SURE = 0.25, 0.8  # pixels of movement against the background: from where it is some, and is sure
MARKED = 0.4  # from which on a pixel belongs to a subject
FADES = 0.9  # what is left of a mark after a second on the subject's own colours …
FADES_FAST = 1e-3  # … and on those of the surroundings, or beside what moves: …
ABOUT, STIRRED = 0.08, 0.25  # … so much of the picture around, this share of it moving
CUT_STEP = 28.0  # mean change of a 32 × 18 picture, 0 … 255: another shot may have begun
SMALLEST, LARGEST = 0.004, 0.6  # of the picture's area, that a subject has
NEAR = 0.035  # of the longer side: marks nearer than this are one subject's
TRIM = 0.02  # of a mark's pixels left out at each side of its box
BINS = (8, 12, 12)  # of the colours that are told apart: L*, a*, b*
NEIGHBOURS = 7  # pixels a side in which colours are held against what was learned
RESTS = 0.15  # pixels: what moves less from one picture to the next stays where it is
CHANGED = 1.5  # mean change of grey levels around a pixel, 0 … 255, that shows that something moved
STANDS = 0.35  # share of a subject that moves, under which it stands
LEARNS = 0.06  # how fast the colours of subject and surroundings are learned, a picture
BORDER = 0.12  # of the picture, that the boundary prior takes for surroundings
GRID = 6  # pixels between the points the camera's movement is fitted to


class _Seen(NamedTuple):
    seconds: float
    grey: NDArray[np.uint8]
    soft: Floats  # the grey picture, its noise smoothed
    cells: NDArray[np.int32]
    tiny: Floats


class Seeker:
    """Fed with consecutive pictures (h, w, 3) uint8 R'G'B', all of one size; a cut begins it anew.

    Movement is measured against the pictures a moment before and a moment after, and is what both say: what
    a subject has just uncovered does not match the one, what it is about to cover not the other.
    """

    def __init__(self) -> None:
        self._flow: Any = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)  # type: ignore[attr-defined]
        self._flow.setFinestScale(FINEST)
        self._found: list[list[Detection]] = []
        self._begin()

    def _begin(self) -> None:
        self._seen: list[_Seen] = []
        self._done = 0  # of those seen, how many were looked at
        self._marks: Floats | None = None
        self._colours = np.full((2, int(np.prod(BINS))), 1e-6, np.float32)  # surroundings', subject's

    def add(self, picture: NDArray[np.uint8], seconds: float) -> None:
        grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)
        tiny = np.asarray(cv2.resize(grey, (32, 18), interpolation=cv2.INTER_AREA), np.float32)
        if self._seen and float(np.abs(tiny - self._seen[-1].tiny).mean()) > CUT_STEP:
            self._end()
        soft = np.asarray(cv2.GaussianBlur(grey, (5, 5), 0), np.float32)
        self._seen.append(_Seen(seconds, grey, soft, _cells(picture), tiny))
        while self._done < len(self._seen) and seconds - self._seen[self._done].seconds >= BASELINE - 1e-6:
            self._look(self._done)
            self._done += 1
            while self._done and self._seen[self._done].seconds - self._seen[0].seconds > 2 * BASELINE:
                self._seen.pop(0)
                self._done -= 1

    def finish(self) -> list[list[Detection]]:
        """What may be a subject in each picture, the largest and surest first."""
        self._end()
        return self._found

    def _end(self) -> None:
        for number in range(self._done, len(self._seen)):
            self._look(number)
        self._begin()

    def _look(self, number: int) -> None:
        this = self._seen[number]
        before = min(self._seen[: number + 1], key=lambda one: abs(this.seconds - BASELINE - one.seconds))
        after = min(self._seen[number:], key=lambda one: abs(one.seconds - this.seconds - BASELINE))
        others = [one for one in (before, after) if one is not this]
        flows = [np.asarray(self._flow.calc(this.grey, one.grey, None), np.float32) for one in others]
        if not flows:  # a shot of one picture
            self._found.append([])
            return
        cameras = [camera_flow(flow) for flow in flows]
        seen = [
            _moving(flow, camera, abs(this.seconds - one.seconds) / BASELINE)
            * _changed(this.soft, one.soft, camera)
            for one, flow, camera in zip(others, flows, cameras, strict=True)
        ]
        moving = np.minimum(*seen) if len(seen) == 2 else seen[0]
        marks, drift = moving, np.zeros((*moving.shape, 2), np.float32)
        if self._marks is not None and number and before is not this:
            step = this.seconds - self._seen[number - 1].seconds
            part = np.float32(step / (this.seconds - before.seconds))
            carried = _carried(self._marks, flows[0] * part)
            drift = -cameras[0] * part
            marks = np.maximum(moving, carried * self._fading(this.cells, moving, step))
        self._learn(this.cells, marks)
        self._marks = marks
        self._found.append(_blobs(self._marks, moving, drift))

    def _fading(self, cells: NDArray[np.int32], moving: Floats, step: float) -> Floats:
        """(h, w) what is left of a mark. Near what moves, what does not move with it was only passed; where
        nothing moves any more, somebody stands, as far as the colours are not the surroundings'."""
        own = self._colours[1] / (self._colours[0] + self._colours[1] + 1e-5)
        alike = np.clip(2 * cv2.blur(own[cells], (NEIGHBOURS, NEIGHBOURS)), 0, 1)
        reach = 2 * round(ABOUT * max(moving.shape)) + 1
        stirred = cv2.blur((moving > MARKED).astype(np.float32), (reach, reach))
        still = np.clip(1 - stirred / STIRRED, 0, 1) * alike
        return np.asarray(FADES**step * still + FADES_FAST**step * (1 - still), np.float32)

    def _learn(self, cells: NDArray[np.int32], marks: Floats) -> None:
        flat = cells.ravel()
        for row, weights in enumerate((marks < 0.1, marks > MARKED)):
            counted = np.bincount(flat, weights.ravel().astype(np.float32), self._colours.shape[1])
            if counted.sum() > SMALLEST * flat.size:
                share = (counted / counted.sum()).astype(np.float32)
                rate = LEARNS if self._colours[row].sum() > 0.5 else 1.0
                self._colours[row] += rate * (share - self._colours[row])


def standing_out(picture: NDArray[np.uint8], narrow: float = 1.0) -> Floats:
    """(h, w) 0 … 1: how unlike the border's colours each pixel is, the picture's middle counting more: by how
    much, `narrow` says, 0 for not at all.
    """
    lab = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB).astype(np.float32)
    height, width = lab.shape[:2]
    down, across = max(1, round(BORDER * height)), max(1, round(BORDER * width))
    unlike = np.full((height, width), np.inf, np.float32)
    for side in (lab[:down], lab[-down:], lab[:, :across], lab[:, -across:]):
        points = side.reshape(-1, 3)
        spread = np.cov(points.T) + 25 * np.eye(3)
        off = lab - points.mean(axis=0)
        far = np.einsum("hwc,cd,hwd->hw", off, np.linalg.inv(spread).astype(np.float32), off)
        unlike = np.minimum(unlike, np.sqrt(np.maximum(far, 0)))
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, width, dtype=np.float32)[None]
    central = np.exp(-narrow * ((x / 0.7) ** 2 + (y / 0.9) ** 2))
    return np.asarray(unlike / (unlike + 3) * central, np.float32)


def profile(picture: NDArray[np.uint8], across: bool) -> Floats:
    """(64,) what stands out, by columns (across) or rows of the picture."""
    summed = standing_out(picture).mean(axis=0 if across else 1)
    return np.asarray(cv2.resize(summed[None], (PROFILE, 1), interpolation=cv2.INTER_AREA)[0], np.float32)


def best_place(profiles: Floats, share: float) -> float:
    """The middle, in parts of the picture, of the window (a share of it) in which most stands out; the
    nearest to the middle where several are as good. profiles: (64,) summed over a shot."""
    size = max(1, round(share * len(profiles)))
    sums = np.convolve(profiles, np.ones(size), "valid")
    places = (np.arange(len(sums)) + size / 2) / len(profiles)
    good = sums >= sums.max() * (1 - 1e-3)
    return float(min(places[good], key=lambda one: abs(one - 0.5)))


def camera_flow(flow: Floats) -> Floats:
    """(h, w, 2) the flow that the camera's movement alone would give: a similarity, fitted robustly."""
    height, width = flow.shape[:2]
    ys, xs = np.mgrid[GRID // 2 : height : GRID, GRID // 2 : width : GRID]
    given = flow[ys, xs].reshape(-1, 2).astype(np.float64)
    x = (xs.ravel() - width / 2) / width
    y = (ys.ravel() - height / 2) / width
    one, none = np.ones_like(x), np.zeros_like(x)
    design = np.concatenate([np.stack([x, -y, one, none], 1), np.stack([y, x, none, one], 1)])
    right = np.concatenate([given[:, 0], given[:, 1]])
    # Surroundings reach the border, subjects seldom do: the border is believed more to begin with.
    outer = 0.3 + np.maximum(np.abs(x) * 2, np.abs(y) * 2 * width / height)
    way = np.median(given, axis=0)
    off = np.hypot(*(given - way).T)
    fit = np.zeros(4)
    for _ in range(6):
        scale = max(0.15, 1.5 * float(np.median(off)))
        weights = np.tile(np.sqrt(outer / (1 + (off / scale) ** 2)), 2)
        fit = np.linalg.lstsq(design * weights[:, None], right * weights, rcond=None)[0]
        off = np.hypot(*((right - design @ fit).reshape(2, -1)))
    yy, xx = np.mgrid[0:height, 0:width].astype(np.float32)
    xx, yy = (xx - width / 2) / width, (yy - height / 2) / width
    grow, turn, right_by, down_by = (np.float32(one) for one in fit)
    return np.stack([grow * xx - turn * yy + right_by, turn * xx + grow * yy + down_by], axis=-1)


def moving_against(
    this: NDArray[np.uint8], other: NDArray[np.uint8], flow: Floats, camera: Floats, seconds: float
) -> Floats:
    """(h, w) 0 … 1: what of a picture (h, w, 3) R'G'B' moves otherwise than the camera makes it move.

    flow: from it to the other picture, that many seconds away; camera: what the camera alone would give.
    """
    soft, beside = (
        np.asarray(cv2.GaussianBlur(cv2.cvtColor(one, cv2.COLOR_RGB2GRAY), (5, 5), 0), np.float32)
        for one in (this, other)
    )
    return np.asarray(_moving(flow, camera, seconds / BASELINE) * _changed(soft, beside, camera), np.float32)


def _moving(flow: Floats, camera: Floats, baseline: float) -> Floats:
    """(h, w) 0 … 1: how surely each pixel moves otherwise than the background. baseline: over which time the
    flow was measured, in BASELINEs."""
    off = np.hypot(*np.moveaxis(flow - camera, -1, 0))
    swift = 0.04 * np.hypot(*np.moveaxis(camera, -1, 0))  # fast pans are measured less exactly
    return np.asarray(
        np.clip((off / max(baseline, 0.3) - STARTS - swift) / (SURE - STARTS), 0, 1), np.float32
    )


def _changed(this: Floats, other: Floats, camera: Floats) -> NDArray[np.bool_]:
    """(h, w) where the picture really is another than the camera's movement makes it: in flat places flow is
    only spread from what lies beside them."""
    height, width = this.shape
    yy, xx = np.mgrid[0:height, 0:width].astype(np.float32)
    plain = cv2.remap(
        other, xx + camera[..., 0], yy + camera[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(cv2.blur(np.abs(this - plain), (5, 5)) > CHANGED, np.bool_)


def _carried(marks: Floats, flow: Floats) -> Floats:
    """Marks of the picture before, where flow (from this picture to that one) says they went."""
    height, width = marks.shape
    yy, xx = np.mgrid[0:height, 0:width].astype(np.float32)
    went = flow * (np.hypot(flow[..., 0], flow[..., 1]) > RESTS)[..., None]
    found = cv2.remap(marks, xx + went[..., 0], yy + went[..., 1], cv2.INTER_LINEAR)
    return np.asarray(found, np.float32)


def _cells(picture: NDArray[np.uint8]) -> NDArray[np.int32]:
    """(h, w) which of the told-apart colours each pixel has."""
    lab = cv2.cvtColor(cv2.GaussianBlur(picture, (3, 3), 0), cv2.COLOR_RGB2LAB).astype(np.int32)
    light = lab[..., 0] * BINS[0] // 256
    # a* and b* seldom leave the middle half of their range
    red, blue = (np.clip((lab[..., c] - 64) * BINS[c] // 128, 0, BINS[c] - 1) for c in (1, 2))
    return (light * BINS[1] + red) * BINS[2] + blue


def _blobs(marks: Floats, moving: Floats, drift: Floats) -> list[Detection]:
    height, width = marks.shape
    sure = (cv2.medianBlur(marks, 3) > MARKED).astype(np.uint8)
    mask = cv2.morphologyEx(sure, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    reach = max(3, round(NEAR * max(height, width)) | 1)
    joined = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    count, labels = cv2.connectedComponents(joined)
    found = []
    for label in range(1, count):
        ys, xs = np.nonzero((labels == label) & (mask > 0))
        if not SMALLEST * mask.size <= len(xs) <= LARGEST * mask.size:
            continue
        left, right = np.quantile(xs, [TRIM, 1 - TRIM])
        top, bottom = np.quantile(ys, [TRIM, 1 - TRIM])
        box = (left / width, top / height, (right - left + 1) / width, (bottom - top + 1) / height)
        along, down = drift[ys, xs].mean(axis=0).tolist()
        found.append(
            Detection(
                box=(float(box[0]), float(box[1]), float(box[2]), float(box[3])),
                score=float(marks[ys, xs].mean()),
                stands=float((moving[ys, xs] > MARKED).mean()) < STANDS,
                drift=(along / width, down / height),
            )
        )
    return sorted(found, key=lambda one: -one.box[2] * one.box[3] * one.score)
