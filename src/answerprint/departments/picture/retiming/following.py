"""How things move from one picture to the next, both ways, and how well that can be followed."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.departments.picture.flow import flow_to
from answerprint.departments.picture.windows import Pixels

LUMA = np.array([0.299, 0.587, 0.114], np.float32)
FINE = (
    1_000_000  # pixels of a picture up to which motion is searched for down to single ones: thrice the time
)
CURVE = 1 / 2.4  # scene-linear light is looked at as code values
DRIFT, FAR = 1.0, 0.1  # pixels that there and back may differ by, and more for each pixel of the way
APART = 0.1  # of luma that what is followed may change by
FADES, DARK = 1.5 / 255, 2 / 255  # of a mean: a change that may be a fade; too dark to tell
STEEPEST = 3.0  # times brighter or darker
EXPLAINS = 0.7  # of the change that a fade may leave
PLAIN = 0.02  # of luma: what differs less where it stands need not be followed

Plane = NDArray[np.float32]


class Motion(NamedTuple):
    """(h, w, 2) each: right and down, in pixels, from the first to the second, and back."""

    forward: Plane
    backward: Plane


def motion(first: Pixels, second: Pixels, *, linear: bool = False) -> Motion:
    """Of two pictures (h, w, 3 or 4), by dense inverse search (Kroeger et al. 2016). linear: they are
    scene-linear light."""
    here, there = _seen(first, linear), _seen(second, linear)
    fine = here.size <= FINE
    return Motion(flow_to(here, there, fine=fine), flow_to(there, here, fine=fine))


def levels(first: Pixels, second: Pixels) -> Plane | None:
    """(channels,) how many times as bright the second picture is, where that is most of what changes (a
    fade); None otherwise. Alpha stays."""
    before, after = (one[..., :3].mean(axis=(0, 1)) for one in (first, second))
    if np.abs(after - before).max() < FADES or min(before.min(), after.min()) < DARK:
        return None
    times = np.clip(after / before, 1 / STEEPEST, STEEPEST).astype(np.float32)
    plain = np.abs(second[..., :3] - first[..., :3]).mean()
    if np.abs(second[..., :3] - first[..., :3] * times).mean() > EXPLAINS * plain:
        return None
    return np.concatenate([times, np.ones(first.shape[2] - 3, np.float32)])


def followed(first: Pixels, second: Pixels, *, linear: bool = False) -> float:
    """The share of two pictures whose way can be followed: there and back agree, and so does what is seen, or
    nothing changes anyhow. For small pictures of a survey."""
    times = levels(first, second)
    first = first if times is None else first * times
    moved = motion(first, second, linear=linear)
    one, two = (np.asarray(_seen(each, linear) / 255, np.float32) for each in (first, second))
    here = grid(*one.shape)
    shares = []
    for ours, theirs, there, back in (
        (one, two, moved.forward, moved.backward),
        (two, one, moved.backward, moved.forward),
    ):
        goal = here + there
        drift = np.linalg.norm(there + sampled(back, goal), axis=-1)
        far = np.linalg.norm(there, axis=-1)
        apart = cv2.blur(np.abs(sampled(theirs, goal) - ours), (5, 5))
        plain = cv2.blur(np.abs(theirs - ours), (5, 5)) < PLAIN  # where any way would do
        shares.append(float(np.mean(plain | ((drift < DRIFT + FAR * far) & (apart < APART)))))
    return min(shares)


def _seen(pixels: Pixels, linear: bool) -> NDArray[np.uint8]:
    colour = np.clip(pixels[..., :3], 0, 1)
    if linear:
        colour = colour ** np.float32(CURVE)
    if pixels.shape[2] == 4:
        colour = colour * np.clip(pixels[..., 3:], 0, 1)
    return np.asarray(np.rint(colour @ LUMA * 255), np.uint8)


def grid(high: int, wide: int) -> Plane:
    """(h, w, 2) each pixel's own place, right and down."""
    across, down = np.meshgrid(np.arange(wide, dtype=np.float32), np.arange(high, dtype=np.float32))
    return np.dstack([across, down])


def sampled(pixels: Plane, where: Plane, how: int = cv2.INTER_LINEAR) -> Plane:
    """What lies at places between pixels; edges continue past the picture."""
    found = cv2.remap(pixels, where[..., 0], where[..., 1], how, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(found, np.float32)
