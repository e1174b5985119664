"""Relinking: which file here the media of somebody else's timeline is, and its places in that file's clock.

By path, then file name, then name without suffix (a transcode), then reel, wherever several files fit by the
timecode they share. Media that nothing fits stays offline under its own name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Literal
from urllib.parse import unquote, urlsplit

import msgspec

from answerprint.core.cut import Clip, Cut
from answerprint.core.time import Range, Time
from answerprint.core.timecode import frames_a_day
from answerprint.formats.timelines.comparing import media_name
from answerprint.formats.timelines.model import MediaLink, TimelineFile, frame_on_screen, frame_time

How = Literal["path", "name", "stem", "reel", "hash", "offline"]


class Relink(msgspec.Struct, frozen=True):
    """What a timeline's media was found to be: the key of the known file, "" where it is offline."""

    name: str
    key: str
    how: How
    detail: str = ""


def relink(media: Mapping[str, MediaLink], known: Sequence[tuple[str, MediaLink]]) -> dict[str, Relink]:
    """For every media of a timeline the known file that it is. known: (key, link) pairs; a key may stand
    several times (a proxy under its own name and its original's)."""
    return {asset: _found(media_name(link, asset), link, known) for asset, link in media.items()}


def relinked(file: TimelineFile, found: Mapping[str, Relink], known: Sequence[tuple[str, MediaLink]]) -> Cut:
    """The cut with its clips on the known files, their source times in those files' clocks. Offline media
    keeps its name."""
    links = _by_name(known)

    def moved(cut: Cut) -> Cut:
        tracks = tuple(
            msgspec.structs.replace(track, clips=tuple(clip_of(clip) for clip in track.clips))
            for track in cut.tracks
        )
        return msgspec.structs.replace(cut, tracks=tracks)

    def clip_of(clip: Clip) -> Clip:
        if clip.nested is not None:
            return msgspec.structs.replace(clip, nested=moved(clip.nested))
        one = found.get(clip.asset)
        if one is None or not one.key:
            return clip
        theirs = file.media[clip.asset]
        ours = links.get((one.key, one.name.casefold())) or next(
            link for key, link in known if key == one.key
        )
        source = source_in(clip.source, theirs, ours)
        return msgspec.structs.replace(clip, asset=one.key, source=source)

    return moved(file.cut)


def source_in(source: Range, theirs: MediaLink, ours: MediaLink) -> Range:
    """A stretch of media, told in one clock, in another's: the same picture by its timecode (by its number,
    where the two count at different rates), and the same place within it."""
    start = _time_in(source.start, theirs, ours)
    return Range(start, start + source.duration)


def _time_in(time: Time, theirs: MediaLink, ours: MediaLink) -> Time:
    frame = frame_on_screen(theirs, time)
    within = time - frame_time(theirs, frame)
    if theirs.rate == ours.rate:
        day = frames_a_day(ours.rate, ours.drop)
        shift = (theirs.start_frame - ours.start_frame + day // 2) % day - day // 2
        frame += shift if 0 <= frame + shift <= max(ours.frames, frame) else 0
    return frame_time(ours, frame) + within


def _by_name(known: Sequence[tuple[str, MediaLink]]) -> dict[tuple[str, str], MediaLink]:
    return {(key, link.name.casefold()): link for key, link in known}


def _found(name: str, link: MediaLink, known: Sequence[tuple[str, MediaLink]]) -> Relink:
    for how, fits in _rules(name, link, known):
        keys = list(dict.fromkeys(key for key, _ in fits))
        if len(keys) > 1:
            shared = [key for key, other in fits if _shares_timecode(link, other)]
            keys = list(dict.fromkeys(shared)) or keys
        if len(keys) == 1:
            return Relink(name, keys[0], how)
        if keys:
            return Relink(name, "", "offline", f"{len(keys)} files fit by {how}")
    return Relink(name, "", "offline", "no file fits")


def _rules(
    name: str, link: MediaLink, known: Sequence[tuple[str, MediaLink]]
) -> Iterator[tuple[How, list[tuple[str, MediaLink]]]]:
    called = name.casefold()
    path = path_of(link.url)
    named = [one for one in known if one[1].name.casefold() == called]
    depths = [(shared_depth(path, path_of(one[1].url)), one) for one in named]
    deepest = max((depth for depth, _ in depths), default=0)
    if deepest > 1:
        yield "path", [one for depth, one in depths if depth == deepest]
    yield "name", named
    stem = PurePosixPath(called).stem
    yield (
        "stem",
        [
            one
            for one in known
            if PurePosixPath(one[1].name.casefold()).stem == stem and _may_be(link, one[1])
        ],
    )
    if link.reel:
        reel = link.reel.casefold()
        of_reel = [one for one in known if (one[1].reel or "").casefold() == reel]
        yield "reel", [one for one in of_reel if _shares_timecode(link, one[1])]


def path_of(url: str) -> PurePosixPath:
    """The path that a media URL names."""
    return PurePosixPath(unquote(urlsplit(url).path if "://" in url or url.startswith("file:") else url))


def shared_depth(one: PurePosixPath, other: PurePosixPath) -> int:
    """How many parts two paths share from their ends."""
    depth = 0
    for mine, theirs in zip(reversed(one.parts), reversed(other.parts), strict=False):
        if mine.casefold() != theirs.casefold():
            break
        depth += 1
    return depth


def _may_be(link: MediaLink, other: MediaLink) -> bool:
    """Whether one can be a transcode of the other: of one rate, and as long where both say how long."""
    return link.rate == other.rate and (not link.frames or not other.frames or link.frames == other.frames)


def _shares_timecode(link: MediaLink, other: MediaLink) -> bool:
    if link.rate != other.rate:
        return False
    end, other_end = link.start_frame + max(1, link.frames), other.start_frame + max(1, other.frames)
    return link.start_frame < other_end and other.start_frame < end
