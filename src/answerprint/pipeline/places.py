"""Places in an asset as people and other programs name them: picture number, timecode, path."""

from __future__ import annotations

from fractions import Fraction

import msgspec

from answerprint.core.frames import FrameGrid
from answerprint.core.records import Asset
from answerprint.core.time import Range, Rounding, Time, TimeDocument, time_document
from answerprint.core.timecode import format_timecode, recount
from answerprint.formats.timelines.model import MediaLink

FROM_VERSION = "../.."  # from out/vNNN to the production's folder


class RangeDocument(msgspec.Struct, frozen=True):
    """A half-open range as every command prints it in JSON."""

    start: TimeDocument
    end: TimeDocument


def link_of(asset: Asset, grid: FrameGrid | None, cut_rate: Fraction) -> MediaLink:
    """The asset as a timeline file names it: a timecode for every picture, also where the file counts half
    of them. Sound counts its timecode at the cut's rate."""
    timecode = asset.timecode
    if grid is not None:
        start, drop = _first_label(asset, grid)
        return MediaLink(
            name=asset.name,
            url=asset.path,
            rate=grid.rate,
            frames=grid.count,
            start_frame=start,
            drop=drop,
            first=grid.first,
            reel=asset.reel,
            time_base=grid.time_base if grid.pts else None,
            frame_times=grid.pts,
            rounded=grid.rounded,
        )
    sound = asset.stream("audio")
    first = sound.start if sound is not None and sound.start is not None else Time(0, cut_rate)
    length = sound.duration if sound is not None and sound.duration is not None else Time(0, cut_rate)
    rate = timecode.rate if timecode is not None else cut_rate
    return MediaLink(
        name=asset.name,
        url=asset.path,
        rate=rate,
        frames=length.frame(rate, Rounding.CEILING),
        start_frame=timecode.frame if timecode is not None else 0,
        drop=timecode.drop if timecode is not None else False,
        first=first,
        reel=asset.reel,
    )


def source_place(asset: Asset, grid: FrameGrid | None, time: Time) -> TimeDocument:
    """A time of an asset: exact seconds, the picture on screen, and its timecode where the file has one."""
    if grid is None:
        return time_document(time)
    index = grid.index_at(time)
    if time >= grid.end:
        index = grid.count  # one past the last: the end of a half-open range
    label = None
    if asset.timecode is not None:
        start, drop = _first_label(asset, grid)
        label = format_timecode(start + index, grid.rate, drop=drop)
    return time_document(time, index, label)


def _first_label(asset: Asset, grid: FrameGrid) -> tuple[int, bool]:
    """The timecode of the first picture, counted in pictures, and whether it drops labels."""
    found = asset.timecode
    return (0, False) if found is None else recount(found.frame, found.rate, found.drop, grid.rate)


def source_range(asset: Asset, grid: FrameGrid | None, range_: Range) -> RangeDocument:
    return RangeDocument(source_place(asset, grid, range_.start), source_place(asset, grid, range_.end))


def label_at(asset: Asset, grid: FrameGrid | None, time: Time) -> str:
    """A place for people: the timecode where there is one, else minutes and seconds from the start."""
    place = source_place(asset, grid, time)
    if place.timecode is not None:
        return place.timecode
    whole = float(time.seconds)
    return f"{int(whole // 60)}:{whole % 60:05.2f}"
