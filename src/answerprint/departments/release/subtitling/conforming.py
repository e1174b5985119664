"""Subtitles carried from one cut of a film to the next: every cue goes where its pictures went."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import msgspec

from answerprint.core.cut import Clip, Cut, visible
from answerprint.core.time import Range, Time
from answerprint.formats.subtitles.model import Cue

LEAST = Fraction(1, 2)  # seconds: what is left of a cue for less than that is not shown


class Conformed(msgspec.Struct, frozen=True, kw_only=True):
    """cues: in the new cut, in time order. gone: numbers (from 1) of cues whose pictures are not in it.
    shortened: of those of which a part is. doubled: of those that are in it more than once."""

    cues: tuple[Cue, ...]
    gone: tuple[int, ...]
    shortened: tuple[int, ...]
    doubled: tuple[int, ...]


class _Stretch(msgspec.Struct, frozen=True):
    """Where a stretch of a cut comes from. Seconds; `speed` source seconds a record second."""

    start: Fraction
    end: Fraction
    asset: str
    source: Fraction
    speed: Fraction


def conformed(cues: Sequence[Cue], old: Cut, new: Cut) -> Conformed:
    """Cues timed to `old` as they are timed to `new`; exact, from the first frame of either.

    A cue whose pictures were parted becomes as many cues as there are parts of half a second and more.
    Pictures decide, for it is they that a cue was timed to; what lies over black goes with nothing.
    """
    before, after = _stretches(old), _stretches(new)
    made: list[Cue] = []
    gone, shortened, doubled = [], [], []
    for number, cue in enumerate(cues, start=1):
        start, end = cue.range.start.seconds, cue.range.end.seconds
        spans = _joined(
            span
            for one in before
            if one.start < end and one.end > start
            for span in _moved(one, max(start, one.start), min(end, one.end), after)
        )
        kept = [span for span in spans if span[1] - span[0] >= min(LEAST, end - start)]
        if not kept:
            gone.append(number)
            continue
        length = sum((last - first for first, last in kept), Fraction(0))
        if length < end - start:
            shortened.append(number)
        elif len(kept) > 1 and length > end - start:
            doubled.append(number)
        made += [
            msgspec.structs.replace(cue, range=Range(Time.of_seconds(first), Time.of_seconds(last)))
            for first, last in kept
        ]
    made.sort(key=lambda one: (one.range.start, one.range.end))
    return Conformed(cues=tuple(made), gone=tuple(gone), shortened=tuple(shortened), doubled=tuple(doubled))


def _stretches(cut: Cut) -> list[_Stretch]:
    return [
        _Stretch(
            first / cut.rate,
            last / cut.rate,
            clip.asset,
            _source(clip, first, cut.rate),
            clip.speed,
        )
        for first, last, clip in ((Fraction(one), Fraction(two), clip) for one, two, clip in visible(cut))
        if clip.asset
    ]


def _source(clip: Clip, frame: Fraction, rate: Fraction) -> Fraction:
    return clip.source.start.seconds + (frame / rate - clip.record.start.seconds) * clip.speed


def _moved(
    one: _Stretch, start: Fraction, end: Fraction, after: Sequence[_Stretch]
) -> list[tuple[Fraction, Fraction]]:
    """Where [start, end) of a stretch lies in the other cut, as often as it does."""
    first = one.source + (start - one.start) * one.speed
    last = one.source + (end - one.start) * one.speed
    if one.speed == 0:  # a still: as long as it lasts in the other cut
        return [
            (other.start, min(other.end, other.start + end - start))
            for other in after
            if other.asset == one.asset and other.speed == 0 and other.source == first
        ]
    found = []
    for other in after:
        if other.asset != one.asset or other.speed == 0 or (other.speed > 0) != (one.speed > 0):
            continue
        places = [other.start + (edge - other.source) / other.speed for edge in (first, last)]
        begins, ends = max(places[0], other.start), min(places[1], other.end)
        if begins < ends:
            found.append((begins, ends))
    return found


def _joined(spans: object) -> list[tuple[Fraction, Fraction]]:
    """Spans in order, those that touch made one."""
    found: list[tuple[Fraction, Fraction]] = []
    for first, last in sorted(spans):  # type: ignore[call-overload]
        if found and first <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], last)
        else:
            found.append((first, last))
    return found
