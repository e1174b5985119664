"""Counts: what a turnover wrote, read again and held against the cut it was written from."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from answerprint.core.cut import Cut, CutTrack, TrackKind
from answerprint.formats.timelines.model import record_frames


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """One thing counted in one file."""

    file: str
    what: str
    wanted: int
    found: int

    @property
    def right(self) -> bool:
        return self.wanted == self.found


def timeline_counts(file: str, cut: Cut, again: Cut, kinds: Sequence[TrackKind]) -> list[Count]:
    """Tracks, events and frames of a timeline that was read again, and events that lie elsewhere."""
    mine = [track for track in cut.tracks if track.kind in kinds]
    theirs = [track for track in again.tracks if track.kind in kinds]
    places = sum(_places(one, cut) == _places(other, again) for one, other in zip(mine, theirs, strict=False))
    return [
        Count(file=file, what="tracks", wanted=len(mine), found=len(theirs)),
        Count(file=file, what="events", wanted=_clips(mine), found=_clips(theirs)),
        Count(file=file, what="frames", wanted=cut.frames, found=again.frames),
        Count(file=file, what="tracks with every event in its place", wanted=len(mine), found=places),
    ]


def _clips(tracks: Sequence[CutTrack]) -> int:
    return sum(len(track.clips) for track in tracks)


def _places(track: CutTrack, cut: Cut) -> list[tuple[int, int]]:
    return [record_frames(clip, cut.rate) for clip in track.clips]


def counted_text(counts: Sequence[Count]) -> str:
    """The counts as a table for people."""
    width = max((len(one.file) for one in counts), default=0)
    rows = [
        f"{one.file:<{width}}  {one.what}: {one.found}"
        + ("" if one.right else f", where {one.wanted} were to be")
        for one in counts
    ]
    return "\n".join(rows)
