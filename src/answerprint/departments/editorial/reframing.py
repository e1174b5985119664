"""Reframing: a film in another aspect ratio, the crop window following the subject of each shot.

The window is as large as the picture allows, of whole even pixels, and moves along one axis. Its path is told
by keyframes, exact in a sixty-fourth of a pixel, between which it moves evenly: what they say is what is
rendered. Where somebody is wider than the window it is made wider for that shot, with black above and below.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.core.errors import UsageError
from answerprint.departments.editorial.crop_path import crop_path
from answerprint.departments.editorial.subject import Axis, Subject, kept_share, subject_of, wanted_of
from answerprint.departments.editorial.subject_tracks import SubjectTrack

Floats = NDArray[np.float64]

ASPECTS = ("9:16", "1:1", "4:5", "16:9", "2.39:1")
WIDEST, NARROWEST = Fraction(4), Fraction(1, 4)
GRAIN = 64  # positions are whole multiples of a pixel over this: exact in a double, and finer than is seen
CORNER = 1 / 64  # pixels by which keyframes may miss the path that was found
REST = 1e-4  # pixels a picture: slower is standing still …
LEAST_REST = 6  # … which for so many pictures is a rest, on whole pixels: the picture is then not resampled
INSET = 1.5  # pixels that the safe area is held clear of, for whole pixels and edges
TOO_WIDE = 0.5  # share of a shot's pictures in which the subject is wider than the window, to widen it
WIDE = 0.9  # share of the pictures in which the subject is no wider than the window then allows
MOVED = 0.02  # of the window's length that a window led at least to have moved


class Keyframe(msgspec.Struct, frozen=True):
    """The window at a picture: its left upper corner and its size, in pixels of the upright source."""

    frame: int
    time: str  # seconds, "numerator/denominator"
    x: float
    y: float
    width: int
    height: int


class ShotPath(msgspec.Struct, frozen=True, kw_only=True):
    """The window through pictures [first, end) of one shot; it moves evenly between keyframes.

    kept: share of the pictures whose subject could lie in the safe area in which it does.
    """

    first: int
    end: int
    subject: str
    move: str  # "static", "pan" (one way), "follow"
    letterboxed: bool
    kept: float
    keyframes: tuple[Keyframe, ...]

    def window_at(self, frame: int) -> Window:
        """The window at a picture of the shot, exact."""
        after = next((one for one in self.keyframes if one.frame >= frame), self.keyframes[-1])
        before = next(one for one in reversed(self.keyframes) if one.frame <= frame)
        if after.frame == before.frame:
            return Window(before.x, before.y, before.width, before.height)
        part = Fraction(frame - before.frame, after.frame - before.frame)
        x, y = (
            float(Fraction(start) + part * (Fraction(end) - Fraction(start)))
            for start, end in ((before.x, after.x), (before.y, after.y))
        )
        return Window(x, y, before.width, before.height)


@dataclass(frozen=True)
class Window:
    """A part of the upright source picture, in its pixels."""

    x: float
    y: float
    width: int
    height: int


@dataclass(frozen=True)
class Frame:
    """What is asked: the upright source's size, the aspect, and the share of the window that is safe."""

    width: int
    height: int
    aspect: Fraction
    safe: float

    @property
    def window(self) -> tuple[int, int]:
        """The largest window of that aspect in the picture, of even pixels."""
        if Fraction(self.width, self.height) > self.aspect:
            tall = self.height - self.height % 2
            return min(_even(tall * self.aspect), self.width - self.width % 2), tall
        wide = self.width - self.width % 2
        return wide, min(_even(wide / self.aspect), self.height - self.height % 2)

    @property
    def axis(self) -> Axis:
        """The way the window moves."""
        wide, tall = self.window
        return "x" if self.width - wide >= self.height - tall else "y"

    @property
    def share(self) -> float:
        """The window's length along its way, in parts of the picture."""
        wide, tall = self.window
        return wide / self.width if self.axis == "x" else tall / self.height


def aspect_of(text: str) -> Fraction:
    """`9:16`, `2.39:1`, `16/9` or `1.85` as width by height. Raises UsageError AP-USE-540."""
    found = re.fullmatch(r"\s*(\d{1,4}(?:\.\d{1,4})?)\s*(?:[:/x]\s*(\d{1,4}(?:\.\d{1,4})?))?\s*", text)
    if found is not None and Fraction(found[2] or 1) > 0:
        aspect = Fraction(found[1]) / Fraction(found[2] or 1)
        if NARROWEST <= aspect <= WIDEST:
            return aspect
    raise UsageError(
        "AP-USE-540",
        f"{text!r} is no aspect ratio between {NARROWEST} and {WIDEST}",
        remedy=f"write one as {', '.join(ASPECTS)}",
    )


def reframe_shot(
    tracks: Sequence[SubjectTrack],
    seconds: Sequence[Fraction],
    frame: Frame,
    first: int = 0,
    rest: float = 0.5,
) -> ShotPath:
    """The window's path through one shot. seconds: when each of its pictures is shown; first: the number of
    the first of them. rest: where the window stands when there is no subject, its middle in parts of the
    picture along the way it moves.
    """
    times = np.array([float(one - seconds[0]) for one in seconds])
    wide, tall = frame.window
    axis = frame.axis
    length, whole = (wide, frame.width) if axis == "x" else (tall, frame.height)
    share = length / whole
    # Two may reach half-way out of the safe area: better than to lose one of them.
    room = (1 + frame.safe) / 2 * wide / frame.width
    subject = subject_of(tracks, times, room)
    if subject is None:
        start = _grained(np.full(len(times), np.clip(rest * whole - length / 2, 0, whole - length)), whole)
        return _shot(start, seconds, frame, (wide, tall), first, "nobody found", 1.0, False)
    widened = _widened(subject, frame) if axis == "x" else None
    if widened is not None:
        wide, share, length = widened, widened / frame.width, widened
    wanted = wanted_of(subject, times, axis, share, frame.safe, min(0.02, INSET / length))
    middle = crop_path(wanted, 0.5, max(0.5, whole / length - 0.5))
    start = _rested(np.clip(middle * length - length / 2, 0, whole - length), whole - length)
    path = _shot(start, seconds, frame, (wide, tall), first, subject.label, 1.0, widened is not None)
    drawn = np.array([_along(path.window_at(first + number), axis) for number in range(len(times))])
    kept = kept_share(subject, (drawn + length / 2) / length, axis, share, frame.safe)
    return msgspec.structs.replace(path, kept=round(kept, 4))


def _shot(
    start: Floats,
    seconds: Sequence[Fraction],
    frame: Frame,
    size: tuple[int, int],
    first: int,
    label: str,
    kept: float,
    letterboxed: bool,
) -> ShotPath:
    """The record of a path; start: (n,) the window's first pixel along its way."""
    across = frame.axis == "x"
    beside = (frame.height - size[1]) / 2 if across else (frame.width - size[0]) / 2
    still = math.floor(beside)
    keys = []
    for number in _corners(start):
        place = round(float(start[number]) * GRAIN) / GRAIN
        x, y = (place, float(still)) if across else (float(still), place)
        time = seconds[number]
        keys.append(Keyframe(first + number, f"{time.numerator}/{time.denominator}", x, y, *size))
    return ShotPath(
        first=first,
        end=first + len(start),
        subject=label,
        move=_move(start, size[0] if across else size[1]),
        letterboxed=letterboxed,
        kept=kept,
        keyframes=tuple(keys),
    )


def _widened(subject: Subject, frame: Frame) -> int | None:
    """How wide the window has to be for a subject that is wider than it; None for one that is not."""
    wide = frame.window[0]
    spans = np.clip(subject.spans[:, 2], 0, 1) - np.clip(subject.spans[:, 0], 0, 1)
    across = spans[~np.isnan(spans)] * frame.width
    if not len(across) or (across > wide).mean() <= TOO_WIDE:
        return None
    needed = _even(Fraction(float(np.quantile(across, WIDE)) / frame.safe))
    return min(frame.width - frame.width % 2, max(wide, needed))


def _rested(start: Floats, most: float) -> Floats:
    """The path with its rests moved to whole pixels, what lies between them moved along."""
    still = np.concatenate([[True], np.abs(np.diff(start)) < REST])
    edges = np.flatnonzero(np.diff(np.concatenate([[False], still, [False]]).astype(np.int8)))
    at: list[int] = []
    shift: list[float] = []
    for begin, end in edges.reshape(-1, 2):
        low = max(0, begin - 1) if begin else 0
        if end - low >= min(LEAST_REST, len(start)):
            place = float(np.median(start[low:end]))
            by = min(round(place), math.floor(most)) - place
            at += [low, int(end) - 1]
            shift += [by, by]
    if not at:
        return start
    return np.clip(start + np.interp(np.arange(len(start)), at, shift), 0, most)


def _grained(start: Floats, whole: int) -> Floats:
    """Places on whole pixels, inside the picture."""
    return np.clip(np.rint(start), 0, whole)


def _corners(start: Floats) -> list[int]:
    """The pictures between which straight lines follow the path within CORNER (Douglas and Peucker 1973)."""
    kept = {0, len(start) - 1}
    open_parts = [(0, len(start) - 1)]
    while open_parts:
        low, high = open_parts.pop()
        if high - low < 2:
            continue
        line = np.linspace(start[low], start[high], high - low + 1)
        off = np.abs(start[low : high + 1] - line)
        farthest = int(off.argmax())
        if off[farthest] > CORNER:
            kept.add(low + farthest)
            open_parts += [(low, low + farthest), (low + farthest, high)]
    return sorted(kept)


def _move(start: Floats, length: int) -> str:
    led = float(start.max() - start.min())
    if led < MOVED * length:
        return "static"
    steps = np.diff(start)
    way = float(np.abs(steps).sum())
    return "pan" if abs(float(start[-1] - start[0])) > 0.95 * way else "follow"


def _along(window: Window, axis: Axis) -> float:
    return window.x if axis == "x" else window.y


def _even(length: Fraction) -> int:
    """The nearest even number of pixels, at least 2."""
    return max(2, 2 * round(length / 2))
