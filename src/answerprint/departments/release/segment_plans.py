"""What each stretch of the cut shows, as small records.

A segment names only what it shows, never where it lies in the cut: a shot that moves, or whose neighbour is
replaced, keeps its segment, and its encoded bytes are reused.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import msgspec

from answerprint.core.cut import Cdl, Clip, Cut, CutTrack, Transition, source_time
from answerprint.core.time import Rounding
from answerprint.departments.release.wipes import wipe_code


class Shown(msgspec.Struct, frozen=True):
    """An asset's pictures from a source time on: frame k is the one on screen at start + k · speed / rate."""

    asset: str
    start: Fraction  # seconds in the asset's own time
    speed: Fraction = Fraction(1)  # 0 is a freeze frame, below 0 plays backwards
    stream: int | None = None
    cdl: Cdl | None = None
    nested: Cut | None = None  # in place of an asset; start counts from its first frame


class Dissolve(msgspec.Struct, frozen=True):
    """The part of a dissolve or a wipe that a segment holds."""

    outgoing: Shown | None  # None: from black
    frames: int  # of the whole dissolve
    first: int = 0  # the segment's first frame, counted in the dissolve
    wipe: str = ""  # its SMPTE 258M code; "" dissolves


class SegmentPlan(msgspec.Struct, frozen=True):
    """What a stretch of the cut shows, and nothing else: equal plans are the same pictures."""

    frames: int
    rate: Fraction
    width: int
    height: int
    picture: Shown | None  # None is black
    dissolve: Dissolve | None = None


def look_id(asset: str, grade: Cdl) -> str:
    """The name of a grade's table over an asset's pictures."""
    return f"{asset[:16]}-{hashlib.sha256(msgspec.json.encode(grade)).hexdigest()[:12]}"


def plan_segments(cut: Cut, longest: int | None = None) -> list[SegmentPlan]:
    """The cut's picture as segments in record order, one for each run of frames between edits.

    Upper tracks cover lower ones; muted tracks and clips show nothing; what no clip covers is black. A
    dissolve is a segment of its own, so that it alone names both its shots. longest: shots longer than this
    many frames are split at its multiples from their own start.
    """
    tracks = [_stretches(track, cut.rate) for track in cut.tracks_of("video") if not track.muted]
    frames = cut.frames
    edges = {0, frames}
    for track in tracks:
        edges.update(edge for one in track for edge in (one.start, one.end))
    downwards = [([one.start for one in track], track) for track in reversed(tracks)]
    runs: list[_Stretch] = []
    for start, end in pairwise(sorted(edge for edge in edges if 0 <= edge <= frames)):
        showing = (_at(start, starts, track) for starts, track in downwards)
        top = next((one for one in showing if one is not None), None)
        run = _Stretch(start, end, None) if top is None else top.between(start, end)
        if runs and runs[-1].goes_on_in(run):  # an edit that another track hides is none
            runs[-1] = run.between(runs[-1].start, end)
        else:
            runs.append(run)
    return [_plan(part, cut) for run in runs for part in run.split(longest)]


def later(plan: SegmentPlan, frames: int) -> SegmentPlan:
    """The segment without its first frames."""
    if not frames:
        return plan

    def on(shown: Shown | None) -> Shown | None:
        if shown is None:
            return None
        return msgspec.structs.replace(shown, start=shown.start + shown.speed * frames / plan.rate)

    dissolve = plan.dissolve
    if dissolve is not None:
        dissolve = msgspec.structs.replace(
            dissolve, outgoing=on(dissolve.outgoing), first=dissolve.first + frames
        )
    return msgspec.structs.replace(
        plan, frames=plan.frames - frames, picture=on(plan.picture), dissolve=dissolve
    )


@dataclass(frozen=True)
class _Stretch:
    """Frames [start, end) of one track between edits: a clip, or a dissolve into it. No clip is black.

    dissolve: where the whole of it starts and ends; wipe: its code.
    """

    start: int
    end: int
    clip: Clip | None
    outgoing: Clip | None = None
    dissolve: tuple[int, int] | None = None
    wipe: str = ""

    def between(self, start: int, end: int) -> _Stretch:
        return _Stretch(start, end, self.clip, self.outgoing, self.dissolve, self.wipe)

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
                wipe = _wipe(clip.transition)
                stretches.append(_Stretch(first, last, clip, outgoing, (opens, closes), wipe))
                start = last
        fades = clip.fade_out.frames if clip.fade_out is not None else 0
        leaves = max(start, end - fades)
        if start < leaves:
            stretches.append(_Stretch(start, leaves, clip))
        if leaves < end and clip.fade_out is not None:
            wipe = _wipe(clip.fade_out)
            stretches.append(_Stretch(leaves, end, None, clip, (end - fades, end), wipe))
    return stretches


def _wipe(way: Transition) -> str:
    return (wipe_code(way.name) or "") if way.kind == "wipe" else ""


def _at(frame: int, starts: Sequence[int], track: Sequence[_Stretch]) -> _Stretch | None:
    """The stretch of a track that shows at a frame. starts: where each begins, in order."""
    index = bisect_right(starts, frame) - 1
    return track[index] if index >= 0 and frame < track[index].end else None


def _plan(run: _Stretch, cut: Cut) -> SegmentPlan:
    dissolve = None
    if run.dissolve is not None:
        start, end = run.dissolve
        outgoing = None if run.outgoing is None else _shown(run.outgoing, run.start, cut.rate)
        dissolve = Dissolve(outgoing, end - start, run.start - start, run.wipe)
    picture = None if run.clip is None else _shown(run.clip, run.start, cut.rate)
    return SegmentPlan(run.end - run.start, cut.rate, cut.width, cut.height, picture, dissolve)


def _shown(clip: Clip, frame: int, rate: Fraction) -> Shown:
    start = source_time(clip, frame, rate).seconds
    return Shown(clip.asset, start, clip.speed, clip.stream, clip.cdl, clip.nested)
