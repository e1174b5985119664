"""What changed between two timelines, as an editor says it: new, gone, moved, trimmed, slipped, replaced."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from fractions import Fraction
from typing import Literal

import msgspec

from answerprint.core.cut import Clip, Cut, CutTrack
from answerprint.core.errors import UsageError
from answerprint.formats.timelines.comparing import media_name
from answerprint.formats.timelines.model import TimelineFile, record_frames

Kind = Literal["added", "removed", "moved", "trimmed", "slipped", "replaced", "changed"]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One change. before, after: the clip's place in each timeline; frames: how much longer it is."""

    kind: Kind
    track: str
    name: str
    before: str | None = None
    after: str | None = None
    frames: int = 0
    detail: str = ""

    @property
    def words(self) -> str:
        at = self.after or f"{self.before} of the one before"
        return f"{self.track} {at} {self.name}: {self.kind}" + (f", {self.detail}" if self.detail else "")


@dataclass(frozen=True)
class _Placed:
    """A clip with what it is known again by."""

    clip: Clip
    media: str
    start: int
    end: int

    @property
    def content(self) -> tuple[object, ...]:
        return self.media, self.clip.source.start.seconds, self.end - self.start, self.clip.speed


def differences(before: TimelineFile, after: TimelineFile) -> tuple[Change, ...]:
    """The changes from one timeline to another, track by track, in the order of the later one.

    Clips that only lie elsewhere because something before them changed length are no change. Raises
    UsageError AP-USE-510 for timelines of different rates.
    """
    if before.cut.rate != after.cut.rate:
        raise UsageError(
            "AP-USE-510",
            f"one runs at {before.cut.rate}, the other at {after.cut.rate} frames a second",
            remedy="export both at one rate",
        )
    changes: list[Change] = []
    for kind in ("video", "audio"):
        mine = [one for one in before.cut.tracks if one.kind == kind and one.clips]
        theirs = [one for one in after.cut.tracks if one.kind == kind and one.clips]
        for number in range(max(len(mine), len(theirs))):
            old = mine[number] if number < len(mine) else None
            new = theirs[number] if number < len(theirs) else None
            changes += _track(before, old, after, new)
    return tuple(changes)


def changed_clips(after: Cut, changes: Sequence[Change]) -> Cut:
    """The later cut with nothing but what changed in it: a change list to conform by."""
    told = {(one.track, one.after) for one in changes if one.after is not None}
    tracks = tuple(
        msgspec.structs.replace(
            track,
            clips=tuple(
                clip
                for clip in track.clips
                if (track.name, after.timecode(record_frames(clip, after.rate)[0])) in told
            ),
        )
        for track in after.tracks
    )
    return msgspec.structs.replace(after, tracks=tuple(one for one in tracks if one.clips), markers=())


def _track(
    before: TimelineFile, old: CutTrack | None, after: TimelineFile, new: CutTrack | None
) -> Iterator[Change]:
    mine, theirs = _placed(before, old), _placed(after, new)
    name = new.name if new is not None else old.name if old is not None else ""
    gone: list[_Placed] = []
    came: list[_Placed] = []
    pairs: list[tuple[_Placed, _Placed]] = []
    matcher = SequenceMatcher(
        None, [one.content for one in mine], [one.content for one in theirs], autojunk=False
    )
    for what, a, b, c, d in matcher.get_opcodes():
        if what == "equal":
            pairs += zip(mine[a:b], theirs[c:d], strict=True)
        else:
            left, right = _matched(mine[a:b], theirs[c:d], pairs)
            gone += left
            came += right
    moved = Counter(one.content for one in gone) & Counter(one.content for one in came)
    told: list[tuple[int, Change]] = []
    for one in came:
        if moved[one.content] > 0:
            moved[one.content] -= 1
            source = next(other for other in gone if other.content == one.content)
            gone.remove(source)
            told.append((one.start, _change("moved", name, before, source, after, one)))
        else:
            told.append((one.start, _change("added", name, before, None, after, one)))
    for one in gone:
        told.append((one.start, _change("removed", name, before, one, after, None)))
    for was, now in pairs:
        told += [(now.start, change) for change in _between(name, before, was, after, now)]
    yield from (change for _, change in sorted(told, key=lambda one: one[0]))


def _placed(file: TimelineFile, track: CutTrack | None) -> list[_Placed]:
    found = []
    for clip in track.clips if track is not None else ():
        media = "nested" if clip.nested is not None else media_name(file.media.get(clip.asset), clip.asset)
        found.append(_Placed(clip, media, *record_frames(clip, file.cut.rate)))
    return found


def _matched(
    mine: Sequence[_Placed], theirs: Sequence[_Placed], pairs: list[tuple[_Placed, _Placed]]
) -> tuple[list[_Placed], list[_Placed]]:
    """Of a stretch that differs: clips of one media whose sources meet are one clip; clips of one slot, or at
    one place in a stretch of equal length, were replaced. What is left came or went."""
    left, right = list(mine), list(theirs)
    for alike in (_share_source, _share_slot):
        for one in list(left):
            other = next((other for other in right if alike(one, other)), None)
            if other is not None:
                pairs.append((one, other))
                left.remove(one)
                right.remove(other)
    if len(left) == len(right):
        pairs += zip(left, right, strict=True)
        return [], []
    return left, right


def _share_source(one: _Placed, other: _Placed) -> bool:
    mine, theirs = one.clip.source, other.clip.source
    return one.media == other.media and mine.start < theirs.end and theirs.start < mine.end


def _share_slot(one: _Placed, other: _Placed) -> bool:
    return one.clip.slot is not None and one.clip.slot == other.clip.slot


def _between(
    track: str, before: TimelineFile, was: _Placed, after: TimelineFile, now: _Placed
) -> Iterator[Change]:
    rate = after.cut.rate
    longer = (now.end - now.start) - (was.end - was.start)
    if was.media != now.media:
        yield _change("replaced", track, before, was, after, now, f"instead of {_called(was)}")
        return
    head = _frames(now.clip.source.start.seconds - was.clip.source.start.seconds, rate)
    if longer:
        tail = longer + head
        detail = ", ".join(
            f"{where} {abs(frames)} frames {'later' if frames > 0 else 'earlier'}"
            for where, frames in (("begins", head), ("ends", tail))
            if frames
        )
        yield _change("trimmed", track, before, was, after, now, detail)
    elif head:
        yield _change("slipped", track, before, was, after, now, f"{head:+d} frames of its source")
    for what, a, b in (
        ("speed", was.clip.speed, now.clip.speed),
        ("transition", _way(was.clip), _way(now.clip)),
        ("enabled", not was.clip.muted, not now.clip.muted),
        ("gain in dB", round(was.clip.gain_db, 2), round(now.clip.gain_db, 2)),
        ("colour", was.clip.cdl, now.clip.cdl),
    ):
        if a != b:
            shown = "is another" if what == "colour" else f"{a} became {b}"
            yield _change("changed", track, before, was, after, now, f"{what} {shown}")


def _way(clip: Clip) -> str:
    way = clip.transition
    return "cut" if way is None else f"{way.kind} of {way.frames}"


def _change(
    kind: Kind,
    track: str,
    before: TimelineFile,
    was: _Placed | None,
    after: TimelineFile,
    now: _Placed | None,
    detail: str = "",
) -> Change:
    length = (now.end - now.start if now else 0) - (was.end - was.start if was else 0)
    named = now or was
    assert named is not None
    return Change(
        kind=kind,
        track=track,
        name=_called(named),
        before=before.cut.timecode(was.start) if was else None,
        after=after.cut.timecode(now.start) if now else None,
        frames=length if kind != "moved" else 0,
        detail=detail,
    )


def _called(one: _Placed) -> str:
    return one.clip.name or one.media


def _frames(seconds: Fraction, rate: Fraction) -> int:
    return round(seconds * rate)
