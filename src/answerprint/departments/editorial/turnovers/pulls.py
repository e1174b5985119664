"""Pulls: which stretches of which media a cut needs, with handles, merged where they meet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

import msgspec

from answerprint.core.cut import Clip, Cut, TrackKind
from answerprint.core.time import Range, Rounding, Time
from answerprint.core.timecode import format_timecode
from answerprint.formats.timelines.model import (
    MediaLink,
    first_frame_from,
    frame_on_screen,
    record_frames,
)


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """One clip of a cut as a turnover lists it.

    number: of its event, counted over all tracks in record order. source: what it shows, in the media's own
    time, earliest first. head, tail: frames of handle there are.
    """

    number: int
    track: str
    clip: Clip
    first: int  # frames of the cut
    end: int
    source: Range
    head: int
    tail: int

    @property
    def frames(self) -> int:
        return self.end - self.first


class Pull(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of one media that has to be fetched, handles included, and the events it serves."""

    number: int
    asset: str
    range: Range
    uses: tuple[Use, ...]

    @property
    def tracks(self) -> str:
        return " ".join(dict.fromkeys(use.track for use in self.uses))


def uses_of(cut: Cut, kinds: Sequence[TrackKind], extents: Mapping[str, Range], handles: int) -> list[Use]:
    """The clips of the tracks of some kinds, in record order, with the handles that their media has.

    extents: asset → its own time; handles: frames asked for. Disabled clips are turned over too, marked so by
    the timeline; nested cuts are not (`uses_of` them on their own).
    """
    clips = [
        (record_frames(clip, cut.rate), place, track, clip)
        for place, track in enumerate(cut.tracks)
        if track.kind in kinds
        for clip in track.clips
        if clip.nested is None
    ]
    clips.sort(key=lambda one: (one[0][0], one[1]))
    return [
        _use(number, track.name, clip, frames, extents.get(clip.asset), handles, cut.rate)
        for number, (frames, _, track, clip) in enumerate(clips, start=1)
    ]


def _use(
    number: int,
    track: str,
    clip: Clip,
    frames: tuple[int, int],
    extent: Range | None,
    handles: int,
    rate: Fraction,
) -> Use:
    source = shown(clip, frames[1] - frames[0], rate)
    head, tail = handles, handles
    if extent is not None:
        head = min(handles, max(0, (source.start - extent.start).frame(rate, Rounding.FLOOR)))
        tail = min(handles, max(0, (extent.end - source.end).frame(rate, Rounding.FLOOR)))
    return Use(
        number=number,
        track=track,
        clip=clip,
        first=frames[0],
        end=frames[1],
        source=source,
        head=head,
        tail=tail,
    )


def shown(clip: Clip, frames: int, rate: Fraction) -> Range:
    """The stretch of its media that a clip shows, earliest first: a freeze shows one frame of the cut's."""
    length = Time.of_seconds(frames / rate * abs(clip.speed)) if clip.speed else Time(1, rate)
    start = clip.source.start
    return Range(start - length, start) if clip.speed < 0 else Range(start, start + length)


def pulls_of(uses: Sequence[Use], rate: Fraction) -> list[Pull]:
    """What has to be fetched: every use with its handles, those of one media merged where they meet, in the
    order in which the cut first needs them."""
    by_asset: dict[str, list[tuple[Range, Use]]] = {}
    for use in uses:
        wide = Range(use.source.start - Time(use.head, rate), use.source.end + Time(use.tail, rate))
        by_asset.setdefault(use.clip.asset, []).append((wide, use))
    merged: list[tuple[str, Range, list[Use]]] = []
    for asset, those in by_asset.items():
        open_: tuple[Range, list[Use]] | None = None
        for range_, use in sorted(those, key=lambda one: (one[0].start, one[0].end, one[1].number)):
            if open_ is not None and range_.start <= open_[0].end:
                open_ = Range(open_[0].start, max(open_[0].end, range_.end)), [*open_[1], use]
            else:
                if open_ is not None:
                    merged.append((asset, *open_))
                open_ = range_, [use]
        if open_ is not None:
            merged.append((asset, *open_))
    merged.sort(key=lambda one: min(use.number for use in one[2]))
    return [
        Pull(number=number, asset=asset, range=range_, uses=tuple(sorted(those, key=lambda one: one.number)))
        for number, (asset, range_, those) in enumerate(merged, start=1)
    ]


def frames_of(pull: Pull, link: MediaLink) -> tuple[int, int]:
    """A pull in whole frames of its media, [first, end): no less than its range."""
    first = max(0, frame_on_screen(link, pull.range.start))
    end = max(first + 1, first_frame_from(link, pull.range.end))
    return first, min(end, link.frames) if link.frames else end


def source_label(link: MediaLink, frame: int) -> str:
    """The timecode of a frame of media."""
    return format_timecode(link.start_frame + frame, link.rate, drop=link.drop, wrap=True)


def pull_list(pulls: Sequence[Pull], cut: Cut, links: Mapping[str, MediaLink]) -> bytes:
    """The pulls as CSV (RFC 4180, UTF-8): a row for each, outs exclusive."""
    heads = (
        "pull",
        "file",
        "reel",
        "tracks",
        "fps",
        "in",
        "out",
        "frames",
        "events",
        "first used at",
        "path",
    )
    return table(heads, (_pull_row(one, cut, links[one.asset]) for one in pulls))


def _pull_row(pull: Pull, cut: Cut, link: MediaLink) -> tuple[object, ...]:
    first, end = frames_of(pull, link)
    return (
        pull.number,
        link.name,
        link.reel or "",
        pull.tracks,
        link.rate,
        source_label(link, first),
        source_label(link, end),
        end - first,
        " ".join(str(use.number) for use in pull.uses),
        cut.timecode(min(use.first for use in pull.uses)),
        link.url,
    )


def event_list(uses: Sequence[Use], cut: Cut, links: Mapping[str, MediaLink], handles: int) -> bytes:
    """Every event as CSV: where it lies, what it shows, its speed, and the handles it has."""
    heads = (
        "event",
        "track",
        "record in",
        "record out",
        "frames",
        "file",
        "source in",
        "source out",
        "speed",
    )
    more = ("head", "tail", "short of handles", "name", "reason")
    return table((*heads, *more), (_event_row(one, cut, links[one.clip.asset], handles) for one in uses))


def _event_row(use: Use, cut: Cut, link: MediaLink, handles: int) -> tuple[object, ...]:
    first = max(0, frame_on_screen(link, use.source.start))
    end = max(first + 1, first_frame_from(link, use.source.end))
    return (
        use.number,
        use.track,
        cut.timecode(use.first),
        cut.timecode(use.end),
        use.frames,
        link.name,
        source_label(link, first),
        source_label(link, end),
        f"{float(use.clip.speed):.4g}",
        use.head,
        use.tail,
        "yes" if min(use.head, use.tail) < handles else "",
        use.clip.name,
        use.clip.reason,
    )


def table(heads: Sequence[str], rows: Iterator[Sequence[object]]) -> bytes:
    """Rows as CSV, UTF-8."""
    text = io.StringIO()
    sheet = csv.writer(text, lineterminator="\r\n")
    sheet.writerow(heads)
    sheet.writerows(rows)
    return text.getvalue().encode()
