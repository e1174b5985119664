"""Rendering: what each stretch of the cut shows, as small records, and the pictures of one of them.

A segment names only what it shows, never where it lies in the cut: a shot that moves, or whose neighbour is
replaced, keeps its segment, and its encoded bytes are reused.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.core.cut import Clip, Cut, CutTrack, source_time
from answerprint.core.errors import MediaError
from answerprint.core.time import Range, Rounding, Time
from answerprint.media.decode import read_pictures
from answerprint.media.display import Display, display_of, letterboxed, upright
from answerprint.media.forms import PictureForm
from answerprint.media.frame_times import frame_times
from answerprint.media.stills import shortened, text_width, write_on

Pixels = NDArray[np.uint8]

BACKWARDS = 12  # pictures decoded at a time where a clip plays backwards: 75 MB of 1080p
SLATE, INK = 40, (225, 225, 225)  # R'G'B' code values: dark enough not to glare between pictures
LETTERS = 20  # a slate's lines of text are this fraction of its height


class Shown(msgspec.Struct, frozen=True):
    """An asset's pictures from a source time on: frame k is the one on screen at start + k · speed / rate."""

    asset: str
    start: Fraction  # seconds in the asset's own time
    speed: Fraction = Fraction(1)  # 0 is a freeze frame, below 0 plays backwards
    stream: int | None = None


class Dissolve(msgspec.Struct, frozen=True):
    """The part of a dissolve that a segment holds."""

    outgoing: Shown | None  # None: from black
    frames: int  # of the whole dissolve
    first: int = 0  # the segment's first frame, counted in the dissolve


class SegmentPlan(msgspec.Struct, frozen=True):
    """What a stretch of the cut shows, and nothing else: equal plans are the same pictures."""

    frames: int
    rate: Fraction
    width: int
    height: int
    picture: Shown | None  # None is black
    dissolve: Dissolve | None = None


def plan_segments(cut: Cut, longest: int | None = None) -> list[SegmentPlan]:
    """The cut's picture as segments in record order, one for each run of frames between edits.

    Upper tracks cover lower ones; muted tracks and clips show nothing; what no clip covers is black. A
    dissolve is a segment of its own, so that it alone names both its shots. longest: shots longer than this
    many frames are split at its multiples from their own start.
    """
    tracks = [_stretches(track, cut.rate) for track in cut.tracks_of("video") if not track.muted]
    edges = {0, cut.frames}
    for track in tracks:
        edges.update(edge for one in track for edge in (one.start, one.end))
    runs: list[_Stretch] = []
    for start, end in pairwise(sorted(edge for edge in edges if 0 <= edge <= cut.frames)):
        top = next((one for track in reversed(tracks) for one in track if one.start <= start < one.end), None)
        run = _Stretch(start, end, None) if top is None else top.between(start, end)
        if runs and runs[-1].goes_on_in(run):  # an edit that another track hides is none
            runs[-1] = _Stretch(runs[-1].start, end, run.clip, run.outgoing, run.dissolve)
        else:
            runs.append(run)
    return [_plan(part, cut) for run in runs for part in run.split(longest)]


def draw_segment(
    plan: SegmentPlan, media: Mapping[str, Path], names: Mapping[str, str] | None = None
) -> Iterator[Pixels]:
    """The segment's pictures, `plan.frames` of (height, width, 3) uint8 R'G'B', read-only.

    Whole on the raster with black beside them, upright, pixels made square. media: where each asset lies. An
    asset that is not there, is camera raw, or has no picture is drawn as a slate with its name (names: asset
    id → what people call it). Before its first picture a clip shows that one, after its last that. Files are
    read in one pass per shot, and only a few pictures are ever in memory.
    Raises MediaError when a file that opened stops being readable.
    """
    incoming = _draw(plan.picture, plan, media, names or {})
    if plan.dissolve is None:
        yield from incoming
        return
    outgoing = _draw(plan.dissolve.outgoing, plan, media, names or {})
    for place, (before, after) in enumerate(zip(outgoing, incoming, strict=True), start=plan.dissolve.first):
        # frame 0 of n already shows 1/(n+1) of the new shot, and the last still as much of the old one
        share = np.float32((place + 1) / (plan.dissolve.frames + 1))
        mixed = before + (after.astype(np.float32) - before) * share
        yield np.rint(mixed).astype(np.uint8)


@dataclass(frozen=True)
class _Stretch:
    """Frames [start, end) of one track between edits: a clip, or a dissolve into it. No clip is black."""

    start: int
    end: int
    clip: Clip | None
    outgoing: Clip | None = None
    dissolve: tuple[int, int] | None = None  # where the whole dissolve starts and ends

    def between(self, start: int, end: int) -> _Stretch:
        return _Stretch(start, end, self.clip, self.outgoing, self.dissolve)

    def goes_on_in(self, other: _Stretch) -> bool:
        return (self.end, self.clip, self.outgoing, self.dissolve) == (
            other.start,
            other.clip,
            other.outgoing,
            other.dissolve,
        )

    def split(self, longest: int | None) -> Iterator[_Stretch]:
        step = longest or self.end - self.start
        for start in range(self.start, self.end, step):
            yield self.between(start, min(start + step, self.end))


def _stretches(track: CutTrack, rate: Fraction) -> list[_Stretch]:
    """A track's clips and dissolves as stretches that never overlap."""
    clips = [clip for clip in track.clips if not clip.muted and not clip.record.empty]
    spans = [
        (
            clip.record.start.frame(rate, Rounding.EXACT),
            clip.record.end.frame(rate, Rounding.EXACT),
        )
        for clip in clips
    ]
    stretches: list[_Stretch] = []
    for index, clip in enumerate(clips):
        start, end = spans[index]
        previous = stretches[-1] if stretches else None
        if clip.transition is not None and clip.transition.frames > 0:
            joined = previous is not None and spans[index - 1][1] == start
            opens = start - max(0, clip.transition.before)
            closes = opens + clip.transition.frames
            first = max(opens, 0)
            if previous is not None:  # a dissolve reaches into a shot it joins, not into another dissolve
                first = max(first, previous.start if joined and not previous.dissolve else previous.end)
            last = min(closes, end)
            if first < last:
                if previous is not None and first < previous.end:
                    stretches.pop()
                    if previous.start < first:
                        stretches.append(previous.between(previous.start, first))
                outgoing = clips[index - 1] if joined else None
                stretches.append(_Stretch(first, last, clip, outgoing, (opens, closes)))
                start = last
        if start < end:
            stretches.append(_Stretch(start, end, clip))
    return stretches


def _plan(run: _Stretch, cut: Cut) -> SegmentPlan:
    dissolve = None
    if run.dissolve is not None:
        start, end = run.dissolve
        outgoing = None if run.outgoing is None else _shown(run.outgoing, run.start, cut.rate)
        dissolve = Dissolve(outgoing, end - start, run.start - start)
    picture = None if run.clip is None else _shown(run.clip, run.start, cut.rate)
    return SegmentPlan(run.end - run.start, cut.rate, cut.width, cut.height, picture, dissolve)


def _shown(clip: Clip, frame: int, rate: Fraction) -> Shown:
    return Shown(clip.asset, source_time(clip, frame, rate).seconds, clip.speed, clip.stream)


def _draw(
    shown: Shown | None, plan: SegmentPlan, media: Mapping[str, Path], names: Mapping[str, str]
) -> Iterator[Pixels]:
    """One shot's pictures on the raster."""
    if shown is None:
        yield from _still(np.zeros((plan.height, plan.width, 3), np.uint8), plan.frames)
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
    wanted = [
        pts[max(0, bisect_right(pts, (shown.start + shown.speed * frame / plan.rate) / times.time_base) - 1)]
        for frame in range(plan.frames)
    ]
    form = PictureForm("rgb", *display.coded(*display.within(plan.width, plan.height)))
    for pixels in _at(path, shown.stream, wanted, times.time_base, form):
        yield (
            _on_raster(pixels, display, plan)
            if pixels is not None
            else _slate(plan, name, "could not be decoded here")
        )


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
