"""What would be seen between two pictures: both brought there along the motion, where they see the thing."""

from __future__ import annotations

import cv2
import numpy as np

from answerprint.departments.picture.retiming.following import Motion, Plane, grid, sampled
from answerprint.departments.picture.windows import Pixels

STEPS = 4  # of the search for what comes to lie at a place
SPREAD = 5  # pixels about each that judge together
DRIFT = 1.0  # pixels: motion there and back that differs by more is of something hidden in one picture
MISS = 1.0  # pixels: what comes no nearer to a place does not come there
SHARE = 0.08  # of a code value: a difference that weighs as much as a drift
ALIKE = 0.015  # of a code value: less than this is no sign that a thing is hidden


def between(first: Pixels, second: Pixels, moved: Motion, share: float) -> Pixels:
    """(h, w, channels) what is seen `share` (0 … 1) of the way from the first picture to the second.

    For each place two things are looked for that come there: one seen in the first, one in the second. Each
    is shown as both pictures have it, or, where there and back do not agree (it is hidden in one of them), as
    the picture it was seen in has it. Of the two the one that both pictures agree on better counts.
    """
    high, wide = first.shape[:2]
    here = grid(high, wide)
    one, one_cost = _brought(first, second, moved.forward, moved.backward, share, here)
    two, two_cost = _brought(second, first, moved.backward, moved.forward, 1 - share, here)
    lead = _smooth(two_cost - one_cost)
    prior = np.float32(0.5 - share)  # of two as good the nearer in time
    weight = 1 / (1 + np.exp(-np.clip(6 * lead + 2 * prior, -30, 30)))[..., None]
    return np.asarray(weight * one + (1 - weight) * two, np.float32)


def _brought(
    ours: Pixels, theirs: Pixels, there: Plane, back: Plane, share: float, here: Plane
) -> tuple[Pixels, Plane]:
    """What of `ours` comes to lie at each place after a share of its way, and how ill it fits."""
    at = here - np.float32(share) * there
    for _ in range(STEPS):
        flow = sampled(there, at)
        at = here - np.float32(share) * flow
    flow = sampled(there, at)
    miss = np.linalg.norm(at + np.float32(share) * flow - here, axis=-1)
    goal = at + flow
    drift = np.linalg.norm(flow + sampled(back, goal), axis=-1)
    high, wide = miss.shape
    outside = (goal[..., 0] < 0) | (goal[..., 0] > wide - 1) | (goal[..., 1] < 0) | (goal[..., 1] > high - 1)
    from_ours, from_theirs = sampled(ours, at, cv2.INTER_CUBIC), sampled(theirs, goal, cv2.INTER_CUBIC)
    apart = _smooth(np.abs(from_ours - from_theirs).mean(axis=-1))
    telling = np.minimum(apart / ALIKE, 1)  # what looks the same either way may well be mixed
    both = np.exp(-telling * (drift / DRIFT) ** 2 - (apart / SHARE) ** 2)
    both[outside] = 0
    part = (np.float32(share) * both)[..., None]
    made = from_ours + part * (from_theirs - from_ours)
    cost = miss / MISS + np.minimum(drift / DRIFT, 3) + np.minimum(apart / SHARE, 3)
    return made, cost.astype(np.float32)


def _smooth(plane: Plane) -> Plane:
    return np.asarray(cv2.blur(plane, (SPREAD, SPREAD)), np.float32)
