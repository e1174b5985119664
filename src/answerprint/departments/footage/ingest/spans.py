"""One take in several files: which files follow one another, and whether anything is lost between them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from answerprint.core.time import Rounding, Time
from answerprint.core.timecode import frames_a_day
from answerprint.departments.footage.ingest.grouping import ClipFiles, ClipPart
from answerprint.departments.footage.ingest.heads import Head
from answerprint.formats.cameras.playlists import PlayItem
from answerprint.formats.cameras.sidecars import ClipSidecar

# A file that ends at what its file system or camera allows was cut there, not by the operator.
SPLIT_SIZES = (2**31, 2**32)
NEAR = 0.03  # cameras stop at the end of a group of pictures before the limit


class Join(NamedTuple):
    """Between two files of one clip. gap: time lost (negative: recorded twice); None when nothing tells."""

    before: str
    after: str
    gap: Time | None
    by: str  # timecode, clock, playlist; empty when nothing tells


def join_of(before: Head, after: Head, names: tuple[str, str]) -> Join:
    """What lies between the end of one file and the start of the next, in whole frames or samples.

    By timecode where both pictures have one; else by the clocks of both files where the second goes on with
    that of the first (transport streams, and recorders that count samples since midnight).
    """
    one, other = before.timecode, after.timecode
    if before.pictures and one is not None and other is not None and before.duration is not None:
        if (one.rate, one.drop) == (other.rate, other.drop):
            frames = before.duration.frame(one.rate, Rounding.NEAREST)
            day = frames_a_day(one.rate, one.drop)
            lost = (other.frame - one.frame - frames + day // 2) % day - day // 2
            return Join(*names, Time(lost, one.rate), "timecode")
        return Join(*names, None, "")
    if before.start is not None and after.start is not None and before.duration is not None:
        gap = after.start - (before.start + before.duration)
        if after.start > before.start:
            return Join(*names, _snapped(gap, before), "clock")
    return Join(*names, None, "")


def _snapped(gap: Time, head: Head) -> Time:
    """A gap below half a frame of a transport stream is its clock's rounding; sound is exact."""
    if head.pictures and head.rate is not None:
        return Time(gap.frame(head.rate, Rounding.NEAREST), head.rate)
    return gap


def missing_parts(clip: ClipFiles, first: int) -> tuple[int, ...]:
    """The numbers that a clip's parts leave out: before the first that is there, and between."""
    numbers = {one.part for one in clip.parts if one.part is not None}
    if not numbers or (len(numbers) == 1 and min(numbers) <= first):
        return ()
    return tuple(number for number in range(min(first, min(numbers)), max(numbers)) if number not in numbers)


def merge_by_playlist(clips: list[ClipFiles], items: Sequence[PlayItem]) -> list[Join]:
    """Puts streams that a playlist runs on without a break into one clip. Returns their joins."""
    by_name = {one.name: one for one in clips}
    joins: list[Join] = []
    for before, after in itertools.pairwise(items):
        one, other = by_name.get(before.stream), by_name.get(after.stream)
        if not after.continues or one is None or other is None or one is other:
            continue
        names = (one.parts[-1].entry.path, other.parts[0].entry.path)
        gap = after.start - (before.start + before.duration)
        _merge(clips, one, other)
        by_name[after.stream] = one
        # A playlist whose clock starts anew with every stream says only that they belong together.
        joins.append(Join(*names, gap if after.start > before.start else None, "playlist"))
    return joins


def merge_by_documents(clips: list[ClipFiles], documents: Mapping[str, ClipSidecar]) -> list[str]:
    """Puts P2 clips into one where their documents name one another. Returns the ids that are not here.

    documents: by clip name.
    """
    by_id = {said.global_id: name for name, said in documents.items() if said.global_id}
    by_name = {one.name: one for one in clips}
    elsewhere = []
    for name, said in documents.items():
        if said.previous and said.previous not in by_id:
            elsewhere.append(said.previous)
        if said.next and said.next not in by_id:
            elsewhere.append(said.next)
        one, other = by_name.get(name), by_name.get(by_id.get(said.next, ""))
        if said.next and one is not None and other is not None and one is not other:
            _merge(clips, one, other)
            for key, held in by_name.items():
                if held is other:
                    by_name[key] = one
    return elsewhere


def merge_by_size(clips: list[ClipFiles], heads: Mapping[str, Head]) -> list[Join]:
    """Puts a file cut at 2 or 4 GiB and the one that goes on frame-exactly after it into one clip."""
    joins: list[Join] = []
    at = 0
    while at + 1 < len(clips):
        one, other = clips[at], clips[at + 1]
        last, first = one.parts[-1].entry, other.parts[0].entry
        head, after = heads.get(last.path), heads.get(first.path)
        same = one.medium == other.medium and last.folder == first.folder
        if same and head is not None and after is not None and was_cut(last.size):
            join = join_of(head, after, (last.path, first.path))
            if join.gap is not None and join.gap.ticks == 0:
                _merge(clips, one, other)
                joins.append(join)
                continue
        at += 1
    return joins


def merge_by_family(clips: list[ClipFiles], heads: Mapping[str, Head]) -> None:
    """Puts files that a recorder made as one (iXML's FILE_SET) into one clip: tracks that start together and
    are of one length, parts that go on to the sample. Families that are neither are left apart."""
    families: dict[str, list[ClipFiles]] = {}
    for one in clips:
        head = heads.get(one.parts[0].entry.path) if len(one.parts) == 1 else None
        if head is not None and head.tags.get("family") and head.start is not None:
            families.setdefault(head.tags["family"], []).append(one)
    for members in families.values():
        members.sort(key=lambda one: (_start(one, heads), one.name))
        first = members[0]
        for other in members[1:]:
            before, after = heads[first.parts[-1].entry.path], heads[other.parts[0].entry.path]
            if (before.start, before.duration) == (after.start, after.duration):
                index = after.tags.get("family_index", "")
                first.parts[0].channel = first.parts[0].channel or before.tags.get("family_index", "1")
                part = first.parts[-1].part
                first.parts.append(ClipPart(other.parts[0].entry, part, index or str(len(first.parts) + 1)))
                _take_over(clips, first, other)
            elif join_of(before, after, ("", "")).gap == Time(0, Fraction(1)):
                _merge(clips, first, other)
            else:
                first = other


def _start(clip: ClipFiles, heads: Mapping[str, Head]) -> Fraction:
    start = heads[clip.parts[0].entry.path].start
    return start.seconds if start is not None else Fraction(0)


def was_cut(size: int) -> bool:
    """Whether a file ends where a file system or a camera would have cut it."""
    return any(limit * (1 - NEAR) <= size <= limit for limit in SPLIT_SIZES)


def _merge(clips: list[ClipFiles], one: ClipFiles, other: ClipFiles) -> None:
    if one.parts[0].part is None:
        one.parts = [ClipPart(held.entry, 1, held.channel) for held in one.parts]
    last = max(held.part or 1 for held in one.parts)
    one.parts += [ClipPart(held.entry, last + 1 + (held.part or 1) - 1, held.channel) for held in other.parts]
    _take_over(clips, one, other)


def _take_over(clips: list[ClipFiles], one: ClipFiles, other: ClipFiles) -> None:
    """The companions of a clip that is part of another now."""
    for name in ("sounds", "proxies", "thumbnails", "sidecars"):
        getattr(one, name).extend(getattr(other, name))
    clips.remove(other)
