"""Shot scale from the size of the figure: how much of a person the frame holds.

A standing person is about seven and a half heads tall, a head (chin to crown) about 1.35 of the box face
detectors draw. The bounds follow the trade's cutting lines: a close-up cuts at the neck, a medium close-up at
the chest, a medium shot at the waist, a medium wide one at the knee, a wide one holds the whole figure.
"""

from __future__ import annotations

from itertools import pairwise

from answerprint.core.footage import SCALES, Scale

HEADS = 7.5  # a body's height in heads
HEAD_OF_FACE = 1.35  # a head's height in heights of a face's box (brow to chin, as detectors draw it)
MOST = 1.0

# Heights of the head, of the frame's: at these the frame holds a head, head and neck, head and chest, …
BOUNDS = (0.72, 0.42, 0.285, 0.19, 0.13, 0.065)


def scale_of(
    face_height: float | None = None, *, body_height: float | None = None
) -> tuple[Scale | None, float | None]:
    """The scale, and how sure (0 … 1), of a shot whose largest figure has a face box, or a body, this high.

    Heights are parts of the frame's height. (None, None) where no figure is seen: the size of a landscape is
    not guessed.
    """
    if face_height is not None and face_height > 0:
        head = face_height * HEAD_OF_FACE
    elif body_height is not None and body_height > 0:
        head = min(body_height, MOST) / HEADS
    else:
        return None, None
    place = sum(head < bound for bound in BOUNDS)
    scale = SCALES[place]
    return scale, _sure(head, place)  # type: ignore[return-value]  # SCALES are Scales


def _sure(head: float, place: int) -> float:
    """How far inside its class, in octaves: a half at a bound, towards 1 inside."""
    edges = [float("inf"), *BOUNDS, 0.0]
    upper, lower = next(pair for number, pair in enumerate(pairwise(edges)) if number == place)
    ratio = min(upper / head, head / lower if lower > 0 else float("inf"))
    return round(min(1.0, 0.5 + 2.0 * max(0.0, ratio - 1.0)), 3)
