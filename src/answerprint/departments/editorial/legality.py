"""What a clip may show: whole frames inside the source, away from other speech and damage, with handles."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import msgspec

from answerprint.core.frames import FrameGrid
from answerprint.core.time import Range, Rounding, Time


class Handles(msgspec.Struct, frozen=True):
    """Frames of the cut's rate that the source still holds outside a clip, at most those asked for."""

    head: int
    tail: int


class Illegal(msgspec.Struct, frozen=True, kw_only=True):
    """A rule of the cut that is broken, where, and how."""

    rule: str  # "range", "overlap", "damage", "rejected", "sync", "lock", "line", "handles", "frame"
    where: str  # "V1 01:00:04:12"
    detail: str


def breathing_room(
    spoken: Range, wanted_head: Time, wanted_tail: Time, others: Sequence[Range], extent: Range
) -> Range:
    """A spoken range with its breath: what is wanted, at most half the gap to other speech."""
    before = max((other.end for other in others if other.end <= spoken.start), default=None)
    after = min((other.start for other in others if other.start >= spoken.end), default=None)
    head_limit, tail_limit = extent.start, extent.end
    if before is not None:
        head_limit = max(head_limit, _half_way(before, spoken.start))
    if after is not None:
        tail_limit = min(tail_limit, _half_way(spoken.end, after))
    start = max(spoken.start - wanted_head, head_limit)
    end = min(spoken.end + wanted_tail, tail_limit)
    return Range(min(start, spoken.start), max(end, spoken.end))


def inside_handles(extent: Range, handles: int, rate: Fraction) -> Range:
    """What of a source a clip may use so that its handles remain: the middle, where there is one."""
    frames = Time(handles, rate)
    start, end = extent.start + frames, extent.end - frames
    return Range(start, end) if start < end else extent


def keep_clear(range_: Range, spoken: Range, spoiled: Sequence[Range]) -> Range:
    """The range cut back so that it leaves out what is spoiled (damage), without touching the speech."""
    start, end = range_.start, range_.end
    for one in spoiled:
        if one.overlaps(spoken):
            continue
        if one.end <= spoken.start:
            start = max(start, one.end)
        elif one.start >= spoken.end:
            end = min(end, one.start)
    return Range(start, end)


def whole_frames(
    range_: Range, rate: Fraction, grid: FrameGrid | None, extent: Range, kept: Range | None = None
) -> tuple[Range, int]:
    """The range as whole frames of the cut: its start on a source picture, its length n / rate.

    It stays inside the range, but for what it must keep (the speech): that is never cut into. Returns the
    source range and n (at least 1). It never reaches past the asset's end.
    """
    start = range_.start
    if grid is not None:
        index = grid.index_at(range_.start)
        start = grid.time_of(index)
        after = grid.time_of(index + 1) if index + 1 < grid.count else grid.end
        if start < range_.start and kept is not None and after <= kept.start:
            start = after
    inside = (range_.end - start).frame(rate, Rounding.FLOOR)
    needed = (kept.end - start).frame(rate, Rounding.CEILING) if kept is not None else 1
    frames = max(1, inside, needed)
    while frames > 1 and start + Time(frames, rate) > extent.end:
        frames -= 1
    return Range(start, start + Time(frames, rate)), frames


def handles_of(source: Range, extent: Range, rate: Fraction, wanted: int) -> Handles:
    """How much of the wanted handles the source holds on either side."""
    head = (source.start - extent.start).frame(rate, Rounding.FLOOR)
    tail = (extent.end - source.end).frame(rate, Rounding.FLOOR)
    return Handles(head=max(0, min(wanted, head)), tail=max(0, min(wanted, tail)))


def _half_way(before: Time, after: Time) -> Time:
    return Time.of_seconds((before.seconds + after.seconds) / 2)
