"""Rendering: the pictures that a segment of the cut shows."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.core.cut import Cut
from answerprint.core.errors import MediaError
from answerprint.core.time import Range, Time
from answerprint.departments.release.grading import Table, graded
from answerprint.departments.release.segment_plans import SegmentPlan, Shown, later, look_id, plan_segments
from answerprint.departments.release.wipes import wiped
from answerprint.media.decode import read_pictures
from answerprint.media.display import Display, display_of, letterboxed, upright
from answerprint.media.forms import PictureForm
from answerprint.media.frame_times import frame_times
from answerprint.media.stills import shortened, text_width, write_on

Pixels = NDArray[np.uint8]

BACKWARDS = 12  # pictures decoded at a time where a clip plays backwards: 75 MB of 1080p
SLATE, INK = 40, (225, 225, 225)  # R'G'B' code values: dark enough not to glare between pictures
LETTERS = 20  # a slate's lines of text are this fraction of its height


def draw_segment(
    plan: SegmentPlan,
    media: Mapping[str, Path],
    names: Mapping[str, str] | None = None,
    looks: Mapping[str, Path] | None = None,
) -> Iterator[Pixels]:
    """The segment's pictures, `plan.frames` of (height, width, 3) uint8 R'G'B', read-only.

    Whole on the raster with black beside them, upright, pixels made square. media: where each asset lies. An
    asset that is not there, is camera raw, or has no picture is drawn as a slate with its name (names: asset
    id → what people call it). looks: by `look_id`, the tables (.npy) through which grades are put on whose
    space is named. Before its first picture a clip shows that one, after its last that. Files are read in
    one pass per shot, and only a few pictures are ever in memory.
    Raises MediaError when a file that opened stops being readable.
    """
    incoming = _draw(plan.picture, plan, media, names or {}, looks or {})
    if plan.dissolve is None:
        yield from incoming
        return
    outgoing = _draw(plan.dissolve.outgoing, plan, media, names or {}, looks or {})
    wipe = plan.dissolve.wipe
    for place, (before, after) in enumerate(zip(outgoing, incoming, strict=True), start=plan.dissolve.first):
        if wipe:
            yield wiped(before, after, wipe, (place + 1) / (plan.dissolve.frames + 1))
            continue
        # frame 0 of n already shows 1/(n+1) of the new shot, and the last still as much of the old one
        share = np.float32((place + 1) / (plan.dissolve.frames + 1))
        mixed = before + (after.astype(np.float32) - before) * share
        yield np.rint(mixed).astype(np.uint8)


def _draw(
    shown: Shown | None,
    plan: SegmentPlan,
    media: Mapping[str, Path],
    names: Mapping[str, str],
    looks: Mapping[str, Path],
) -> Iterator[Pixels]:
    """One shot's pictures on the raster, graded where it has a CDL."""
    drawn = _ungraded(shown, plan, media, names)
    if shown is None or shown.cdl is None:
        yield from drawn
    elif shown.cdl.space is None:
        yield from (graded(pixels, shown.cdl) for pixels in drawn)
    else:
        table = looks.get(look_id(shown.asset, shown.cdl))
        yield from drawn if table is None else map(Table(np.load(table)), drawn)


def _ungraded(
    shown: Shown | None, plan: SegmentPlan, media: Mapping[str, Path], names: Mapping[str, str]
) -> Iterator[Pixels]:
    if shown is None:
        yield from _still(np.zeros((plan.height, plan.width, 3), np.uint8), plan.frames)
        return
    if shown.nested is not None:
        yield from _nested(shown, shown.nested, plan, media, names)
        return
    name = names.get(shown.asset) or (media[shown.asset].name if shown.asset in media else shown.asset[:12])
    try:
        path = media[shown.asset]
        display = display_of(path, shown.stream)
        times = frame_times(path, shown.stream)
    except KeyError:
        yield from _still(_slate(plan, name, "is offline"), plan.frames)
        return
    except MediaError as error:
        yield from _still(_slate(plan, name, error.message), plan.frames)
        return
    pts = times.pts.tolist()
    if not pts:
        yield from _still(_slate(plan, name, "has no picture"), plan.frames)
        return
    places = [
        (shown.start + shown.speed * frame / plan.rate) / times.time_base for frame in range(plan.frames)
    ]
    wanted = [
        pts[max(0, bisect_right(pts, math.ceil(place) if times.rounded else place) - 1)] for place in places
    ]
    form = PictureForm("rgb", *display.coded(*display.within(plan.width, plan.height)))
    for pixels in _at(path, shown.stream, wanted, times.time_base, form):
        yield (
            _on_raster(pixels, display, plan)
            if pixels is not None
            else _slate(plan, name, "could not be decoded here")
        )


def _nested(
    shown: Shown, nested: Cut, plan: SegmentPlan, media: Mapping[str, Path], names: Mapping[str, str]
) -> Iterator[Pixels]:
    """The frames of a cut inside the cut, at the times that are asked for; before and after it, black."""
    inner = msgspec.structs.replace(nested, width=plan.width, height=plan.height)
    wanted = [
        math.floor((shown.start + shown.speed * frame / plan.rate) * inner.rate)
        for frame in range(plan.frames)
    ]
    if wanted[0] <= wanted[-1]:
        yield from _frames_of(inner, wanted, media, names)
        return
    for start in range(0, len(wanted), BACKWARDS):
        part = wanted[start : start + BACKWARDS]
        yield from reversed(list(_frames_of(inner, part[::-1], media, names)))


def _frames_of(
    cut: Cut, wanted: list[int], media: Mapping[str, Path], names: Mapping[str, str]
) -> Iterator[Pixels]:
    """Frames of a cut by their rising numbers; what lies outside it is black."""
    black = np.zeros((cut.height, cut.width, 3), np.uint8)
    shown = _from(cut, max(0, wanted[0]), media, names)
    number, current = max(0, wanted[0]) - 1, black
    for one in wanted:
        if not 0 <= one < cut.frames:
            yield black
            continue
        while number < one:
            current, number = next(shown), number + 1
        yield current


def _from(cut: Cut, first: int, media: Mapping[str, Path], names: Mapping[str, str]) -> Iterator[Pixels]:
    """A cut's frames from one on."""
    at = 0
    for plan in plan_segments(cut):
        end = at + plan.frames
        if end > first:
            yield from draw_segment(later(plan, max(0, first - at)), media, names)
        at = end


def _at(
    path: Path, stream: int | None, wanted: list[int], base: Fraction, form: PictureForm
) -> Iterator[Pixels | None]:
    """The picture at each wanted timestamp; where one did not decode, the one before it, else the next."""
    if wanted[0] <= wanted[-1]:
        yield from _forwards(path, stream, wanted, base, form)
        return
    for start in range(0, len(wanted), BACKWARDS):
        part = wanted[start : start + BACKWARDS]
        yield from reversed(list(_forwards(path, stream, part[::-1], base, form)))


def _forwards(
    path: Path, stream: int | None, wanted: list[int], base: Fraction, form: PictureForm
) -> Iterator[Pixels | None]:
    place = Range(
        Time.of_seconds(wanted[0] * base),
        Time.of_seconds((wanted[-1] + 1) * base),
    )
    decoded = (
        (int(pts), pixels)
        for block in read_pictures(path, form, stream=stream, range=place, numbered=False)
        for pts, pixels in zip(block.pts, block.pixels, strict=True)
    )
    following = next(decoded, None)
    current: Pixels | None = None
    for pts in wanted:
        while following is not None and (following[0] <= pts or current is None):
            current = following[1].astype(np.uint8, copy=False)
            following = next(decoded, None)
        yield current


def _on_raster(pixels: Pixels, display: Display, plan: SegmentPlan) -> Pixels:
    return letterboxed(upright(pixels, display.rotation), plan.width, plan.height)


def _still(pixels: Pixels, frames: int) -> Iterator[Pixels]:
    pixels.flags.writeable = False
    for _ in range(frames):
        yield pixels


def _slate(plan: SegmentPlan, name: str, reason: str) -> Pixels:
    """A picture that says which file is missing here, and why."""
    pixels = np.full((plan.height, plan.width, 3), SLATE, np.uint8)
    letters = max(10, plan.height // LETTERS)
    for line, text in enumerate((name, reason)):
        short = shortened(text, letters, plan.width * 9 // 10)
        left = (plan.width - text_width(short, letters)) // 2
        write_on(pixels, short, (left, plan.height // 2 + 2 * letters * line), letters, INK)
    return pixels
