"""The slates of a file: where one is looked for, which pictures are read, and what they say together.

Looked at are the head and the tail of a file, two seconds around each clap, and single pictures between.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.core.time import Range, Time
from answerprint.departments.footage.slates.boards import Sighting, sighting
from answerprint.departments.footage.slates.extents import seen_range, small
from answerprint.departments.footage.slates.reader import Reader
from answerprint.departments.footage.slates.voting import Value, filled, unread, vote
from answerprint.media.decode import read_pictures
from answerprint.media.display import Display, upright
from answerprint.media.forms import PictureForm

WIDE = 960  # pixels of the longer side of what is read
HEAD = Fraction(12)  # seconds
TAIL = Fraction(9)
AROUND_CLAP = Fraction(2)
MOST_CLAPS = 8
BETWEEN = Fraction(10)  # seconds between single looks in the rest
MOST_BETWEEN = 40
STEP = Fraction(7, 10)  # seconds between looks where a slate is likely: one is held longer
ASKED_AGAIN = 4  # pictures that a second reader reads
MORE = 6  # further pictures of a slate that are read
_QUICK = 2  # looks without a slate after one: it is gone

Pixels = NDArray[np.uint8]


@dataclass
class FoundSlate:
    """A slate: ticks (half-open) in which it is in the picture, what it says, and its best picture."""

    start: int
    end: int
    values: Mapping[str, Value]
    read_at: int  # tick of the best picture
    picture: Pixels  # (h, w) grey, upright, at most WIDE
    quad: NDArray[np.float64]
    upside_down: bool
    pictures_read: int


@dataclass
class _Look:
    index: int
    pts: int
    grey: Pixels
    seen: Sighting


@dataclass
class _Window:
    pts: list[int] = field(default_factory=list)
    smalls: list[Pixels] = field(default_factory=list)
    looks: list[_Look] = field(default_factory=list)
    time_base: Fraction = Fraction(1)
    step: int = 1  # ticks between looks

    @property
    def picture_step(self) -> int:
        return max(1, int(np.median(np.diff(self.pts)))) if len(self.pts) > 1 else 1


def find_slates(
    file: Path,
    display: Display,
    span: Range,
    reader: Reader,
    *,
    second: Reader | None = None,
    claps: Sequence[Time] = (),
    scenes: Collection[str] = (),
    progress: Callable[[float], None] | None = None,
) -> list[FoundSlate]:
    """Every slate of a file in order. span: of its pictures, on the stream's own clock; claps: heard ones.

    second: a reader that is asked for what the first leaves unread, and overrules nothing. scenes: the
    screenplay's scene numbers, a prior. Raises what `read_pictures` raises.
    """
    found = _found_by(file, display, span, reader, second, claps, scenes, progress)
    if not found and second is not None:
        found = _found_by(file, display, span, second, None, claps, scenes, progress)
    return found


def _found_by(
    file: Path,
    display: Display,
    span: Range,
    reader: Reader,
    second: Reader | None,
    claps: Sequence[Time],
    scenes: Collection[str],
    progress: Callable[[float], None] | None,
) -> list[FoundSlate]:
    form = _form(display)
    windows = _windows(span, claps)
    windows = _joined([*windows, *_between(file, form, display, windows, span, reader)])
    found: list[FoundSlate] = []
    for number, window in enumerate(windows):
        looked = _look_through(file, form, display, window, reader)
        for group in _groups(looked):
            slate = _slate(file, form, display, looked, group, (reader, second), scenes)
            if found and slate.start < found[-1].end and _same(slate, found[-1]):
                found[-1] = max(found[-1], slate, key=lambda one: one.pictures_read)
            else:
                found.append(slate)
        if progress is not None:
            progress((number + 1) / len(windows))
    return found


def _form(display: Display) -> PictureForm:
    wide, high = display.within(WIDE, WIDE)
    coded = display.coded(wide, high)
    return PictureForm("grey", *coded)


def _windows(span: Range, claps: Sequence[Time]) -> list[Range]:
    start, end = span.start.seconds, span.end.seconds
    parts = [(start, start + HEAD), (end - TAIL, end)]
    parts += [(one.seconds - AROUND_CLAP, one.seconds + AROUND_CLAP) for one in claps[:MOST_CLAPS]]
    ranges = []
    for one, other in parts:
        low, far = max(start, one), min(end, other)
        if low < far:
            ranges.append(Range(Time.of_seconds(low), Time.of_seconds(far)))
    return _joined(ranges)


def _joined(ranges: Sequence[Range]) -> list[Range]:
    joined: list[Range] = []
    for one in sorted(ranges, key=lambda part: part.start):
        if joined and one.start <= joined[-1].end + Time(1, Fraction(1)):
            joined[-1] = Range(joined[-1].start, max(joined[-1].end, one.end))
        else:
            joined.append(one)
    return joined


def _between(
    file: Path, form: PictureForm, display: Display, windows: Sequence[Range], span: Range, reader: Reader
) -> list[Range]:
    """Ranges around single pictures, away from the windows, that show a slate: series takes, restarts."""
    length = span.duration.seconds
    step = max(BETWEEN, length / MOST_BETWEEN)
    found = []
    for count in range(1, int(length / step) + 1):
        place = span.start.seconds + count * step
        time = Time.of_seconds(place)
        if any(one.start <= time < one.end for one in windows):
            continue
        near = Range(time, Time.of_seconds(place + Fraction(1, 4)))
        for block in read_pictures(file, form, range=near, block=1, threads=1, numbered=False):
            grey = upright(block.pixels[0].astype(np.uint8, copy=False), display.rotation)
            if sighting(grey, reader, both_ways=False) is not None:
                low = max(span.start.seconds, place - 4)
                found.append(Range(Time.of_seconds(low), Time.of_seconds(min(span.end.seconds, place + 4))))
            break
    return found


def _look_through(file: Path, form: PictureForm, display: Display, window: Range, reader: Reader) -> _Window:
    """All pictures of a window small, and a look at one every STEP."""
    seen = _Window()
    next_look: int | None = None
    for block in read_pictures(file, form, range=window, threads=1, numbered=False):
        seen.time_base, seen.step = block.time_base, max(1, int(STEP / block.time_base))
        for pts, pixels in zip(block.pts.tolist(), block.pixels, strict=True):
            grey = upright(pixels.astype(np.uint8, copy=False), display.rotation)
            index = len(seen.pts)
            seen.pts.append(pts)
            seen.smalls.append(small(grey))
            if next_look is None or pts >= next_look:
                next_look = pts + seen.step
                what = sighting(grey, reader)
                if what is not None:
                    seen.looks.append(_Look(index, pts, grey, what))
    return seen


def _groups(window: _Window) -> list[list[_Look]]:
    """Looks at the same slate: near in time, and not surely of another take."""
    groups: list[list[_Look]] = []
    for look in window.looks:
        last = groups[-1][-1] if groups else None
        near = last is not None and look.pts - last.pts <= (_QUICK + 1) * window.step
        if last is not None and near and not _other(last.seen, look.seen):
            groups[-1].append(look)
        else:
            groups.append([look])
    return groups


def _other(one: Sighting, other: Sighting) -> bool:
    """Whether two sightings say surely different things."""
    for name in ("take", "scene", "slate"):
        if name in one.fields and name in other.fields:
            first, second = _surest(one.fields[name]), _surest(other.fields[name])
            if first[0] != second[0] and min(first[1], second[1]) > 0.9:
                return True
    return False


def _same(one: FoundSlate, other: FoundSlate) -> bool:
    """Whether two slates in the picture at the same time say nothing different."""
    said = ((one.values.get(name), other.values.get(name)) for name in ("scene", "slate", "take"))
    return not any(a and b and a.text and b.text and a.text != b.text for a, b in said)


def _surest(said: Mapping[str, float]) -> tuple[str, float]:
    text = max(said, key=lambda one: said[one])
    return text, said[text]


def _slate(
    file: Path,
    form: PictureForm,
    display: Display,
    window: _Window,
    group: list[_Look],
    readers: tuple[Reader, Reader | None],
    scenes: Collection[str],
) -> FoundSlate:
    reader, second = readers
    best = max(group, key=lambda one: (one.seen.whole, one.seen.labels, _sharpness(one.grey, one.seen.quad)))
    first, end = seen_range(window.smalls, best.index, best.seen.quad, best.grey.shape[1])
    looks = group + _more(file, form, display, window, group, (first, end), best, reader)
    sharpest = max(looks, key=lambda one: (one.seen.whole, _sharpness(one.grey, one.seen.quad)))
    values = vote([one.seen.fields for one in looks], scenes)
    if second is not None and unread(values):
        clear = sorted(looks, key=lambda one: -_sharpness(one.grey, one.seen.quad))[:ASKED_AGAIN]
        seen = [what for one in clear if (what := sighting(one.grey, second)) is not None]
        values = filled(values, vote([one.fields for one in seen], scenes))
    last = window.pts[end] if end < len(window.pts) else window.pts[-1] + window.picture_step
    return FoundSlate(
        start=window.pts[first],
        end=last,
        values=values,
        read_at=sharpest.pts,
        picture=sharpest.grey,
        quad=sharpest.seen.quad,
        upside_down=abs(sharpest.seen.degrees) > 90,
        pictures_read=len(looks),
    )


def _more(
    file: Path,
    form: PictureForm,
    display: Display,
    window: _Window,
    group: list[_Look],
    seen: tuple[int, int],
    best: _Look,
    reader: Reader,
) -> list[_Look]:
    """Further pictures of the slate, the sharpest of each part of its time, read as well."""
    first, end = seen
    known = {one.index for one in group}
    parts = np.array_split(np.arange(first, end), min(MORE, max(1, end - first)))
    chosen: dict[int, tuple[float, int, Pixels]] = {}
    shown = Range.of_ticks(window.pts[first], window.pts[end - 1] + 1, 1 / window.time_base)
    for block in read_pictures(file, form, range=shown, threads=1, numbered=False):
        for pts, pixels in zip(block.pts.tolist(), block.pixels, strict=True):
            index = int(np.searchsorted(window.pts, pts))
            if index in known or not first <= index < end:
                continue
            grey = upright(pixels.astype(np.uint8, copy=False), display.rotation)
            sharp = _sharpness(grey, best.seen.quad)
            part = next(at for at, one in enumerate(parts) if len(one) and one[0] <= index <= one[-1])
            if part not in chosen or sharp > chosen[part][0]:
                chosen[part] = sharp, index, grey
    found = []
    for _, index, grey in chosen.values():
        what = sighting(grey, reader)
        if what is not None:
            found.append(_Look(index, window.pts[index], grey, what))
    return found


def _sharpness(grey: Pixels, quad: NDArray[np.float64]) -> float:
    """How sharp the board's writing is: the variance of the Laplacian within its corners' box."""
    high, wide = grey.shape
    left, top = np.clip(quad.min(axis=0), 0, (wide - 2, high - 2)).astype(int)
    right, bottom = np.clip(quad.max(axis=0), (left + 2, top + 2), (wide, high)).astype(int)
    return float(cv2.Laplacian(grey[top:bottom, left:right], cv2.CV_32F).var())
