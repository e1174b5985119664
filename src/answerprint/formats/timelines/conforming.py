"""Conforms an edit list: from its timecodes back to exact source times of the footage."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

import msgspec

from answerprint.core.cut import Cdl, Clip, Cut, CutTrack, Marker, TrackKind, Transition
from answerprint.core.errors import FormatError
from answerprint.core.time import Range, Time
from answerprint.core.timecode import frames_a_day
from answerprint.formats.timelines.asc_cdl import cdl_of
from answerprint.formats.timelines.edl_document import BLACK, REEL_LENGTH, EdlDocument, EdlEvent, EdlMarker
from answerprint.formats.timelines.model import (
    MediaLink,
    frame_on_screen,
    frame_time,
    record_frames,
    source_of,
)

_SOP = re.compile(r"ASC_SOP\s*:?\s*(\(.*)")
_SAT = re.compile(r"ASC_SAT\s*:?\s*(\d.*)")
_SPACE = re.compile(r"ASC_SPACE\s*:?\s*(\S.*)")


def conform(document: EdlDocument, media: Mapping[str, MediaLink] | None = None) -> Cut:
    """The cut that a list describes, with exact source times.

    media: what the events are matched with, by source file, then clip name, then reel, then timecode.
    None takes the media as the list names it (`named_media`).
    Raises FormatError AP-FORMAT-028 for an event that no footage or more than one matches, AP-FORMAT-029
    for events that overlap on a track, AP-FORMAT-030 for keys, which a cut does not hold.
    """
    named = media is None
    known = named_media(document) if media is None else media
    start = document.start_frame
    if start is None:
        start = min((event.record_in for event in document.events), default=0)
    tracks: dict[str, list[Clip]] = {}
    markers: list[Marker] = []
    day = frames_a_day(document.rate, document.drop)
    from_black = {event.number for event in document.events if event.reel == BLACK}
    for event in document.events:
        markers += [_marker(one, start, document) for one in event.markers]
        record_in = nearest(event.record_in - start, day)
        record_out = record_in + event.record_out - event.record_in
        if event.kind[0] not in "CDW":
            raise FormatError(
                "AP-FORMAT-030",
                f"event {event.number} is a key",
                at=f"line {event.line}",
                remedy="a cut holds cuts, dissolves and wipes: replace it by one",
            )
        if event.reel == BLACK or record_out == record_in:
            continue
        before = 0 if event.edit_point is None else nearest(event.edit_point - start, day) - record_in
        asset, link = _matched(event, known, named=named)
        source = _source(event, link, before, record_out - record_in - before, document.rate)
        for channel in event.channels:
            clips = tracks.setdefault("V1" if channel == "V" else channel, [])
            outgoing = before if event.kind != "C" and event.number not in from_black else 0
            _meet(clips, event, record_in, outgoing, document.rate)
            clips.append(
                Clip(
                    id=f"{event.number}.{channel}",
                    asset=asset,
                    record=Range.of_ticks(record_in + before, record_out, document.rate),
                    source=source,
                    name=event.called or event.name or link.name,
                    link=event.number if len(event.channels) > 1 else None,
                    speed=event.speed,
                    transition=_way(event, before),
                    cdl=_grade(event),
                )
            )
    return Cut(
        name=document.title,
        rate=document.rate,
        drop=document.drop,
        start_frame=start,
        tracks=tuple(
            CutTrack(name=name, kind=_kind(name), clips=tuple(tracks[name]))
            for name in sorted(tracks, key=lambda one: (one[0] != "V", int(one[1:])))
        ),
        markers=tuple(markers),
    )


def _way(event: EdlEvent, before: int) -> Transition | None:
    if event.kind == "C":
        return None
    if event.kind == "D":
        return Transition("dissolve", event.duration, before)
    return Transition("wipe", event.duration, before, event.kind[1:])


def _grade(event: EdlEvent) -> Cdl | None:
    """The event's CDL, where its comments have one."""
    sop, sat, space = (
        next((found[1] for one in event.comments if (found := part.search(one))), None)
        for part in (_SOP, _SAT, _SPACE)
    )
    return cdl_of(sop, sat, space)


def named_media(document: EdlDocument) -> dict[str, MediaLink]:
    """The media of a list as the list names it: how long it is (frames 0) no list says.

    Where the media's timecode begins, lists of ours say; or an exact source time beside a timecode tells.
    """
    found: dict[str, MediaLink] = {}
    for event in document.events:
        name = _media_name(event)
        if event.reel == BLACK or event.record_in == event.record_out:  # the side that a dissolve comes from
            continue
        if name in found and found[name].start_frame:
            continue
        link = MediaLink(
            name=event.name or name.rsplit("/", 1)[-1],
            url=name,
            rate=event.source_rate,
            frames=0,
            drop=event.source_drop,
            reel=event.long_reel or event.reel,
        )
        if event.clock is not None:
            start, first, ticks = event.clock.start_frame, event.clock.first, event.clock.time_base
            link = msgspec.structs.replace(link, start_frame=start, first=first, time_base=ticks)
        elif event.source is not None:
            before = 0
            if event.edit_point is not None:  # a dissolve at midnight begins the day before
                day = frames_a_day(document.rate, document.drop)
                before = nearest(event.edit_point - event.record_in, day)
            seconds = event.source.start.seconds - before / document.rate * event.speed
            begins = event.source_in - frame_on_screen(link, Time.of_seconds(seconds))
            day = frames_a_day(link.rate, link.drop)
            link = msgspec.structs.replace(link, start_frame=begins % day)
        if name not in found or link.start_frame:
            found[name] = link
    return found


def _media_name(event: EdlEvent) -> str:
    return event.source_file or event.name or event.long_reel or event.reel


def _matched(event: EdlEvent, media: Mapping[str, MediaLink], *, named: bool) -> tuple[str, MediaLink]:
    if named:
        return _media_name(event), media[_media_name(event)]
    found: list[str] = []
    for known in (_by_file, _by_name, _by_reel, _by_short_reel):
        found = [asset for asset, link in media.items() if known(event, link)]
        if len(found) > 1:  # the same name on two cards: the timecode decides
            found = [asset for asset in found if 0 <= _index(event, media[asset]) < media[asset].frames]
        if found:
            break
    if len(found) != 1:
        raise FormatError(
            "AP-FORMAT-028",
            f"event {event.number} ({event.name or event.reel}) matches "
            + ("no footage" if not found else f"{len(found)} files"),
            at=f"line {event.line}",
            remedy="add the footage it was cut from" if not found else "give the files different names",
        )
    return found[0], media[found[0]]


def _by_file(event: EdlEvent, link: MediaLink) -> bool:
    return bool(event.source_file) and event.source_file == link.url


def _by_name(event: EdlEvent, link: MediaLink) -> bool:
    return bool(event.name) and event.name == link.name


def _by_reel(event: EdlEvent, link: MediaLink) -> bool:
    return link.reel is not None and link.reel in (event.long_reel, event.reel)


def _by_short_reel(event: EdlEvent, link: MediaLink) -> bool:
    return (link.reel or link.name.rsplit(".", 1)[0])[:REEL_LENGTH] == event.reel


def _index(event: EdlEvent, link: MediaLink) -> int:
    """The presentation index of the event's source in."""
    since, day = event.source_in - link.start_frame, frames_a_day(link.rate, link.drop)
    if link.frames or event.clock is not None:
        return nearest(since, day)
    return since % day  # of media that is only named nothing lies before its start


def _source(event: EdlEvent, link: MediaLink, before: int, frames: int, rate: Fraction) -> Range:
    """The source range from the edit on: as the exact comment says, unless the timecode was changed since."""
    index = _index(event, link)
    offset = before / rate * event.speed
    if event.source is not None:
        first = Time.of_seconds(event.source.start.seconds - offset)
        if (frame_on_screen(link, first) - index) % frames_a_day(link.rate, link.drop) == 0:
            return event.source
    start = Time.of_seconds(frame_time(link, index).seconds + offset)
    return source_of(start, frames, rate, event.speed)


def _meet(clips: list[Clip], event: EdlEvent, record_in: int, before: int, rate: Fraction) -> None:
    """Let the outgoing clip run on `before` frames, to the edit inside a dissolve; refuse an overlap."""
    if not clips:
        return
    start, end = record_frames(clips[-1], rate)
    if end > record_in:
        raise FormatError(
            "AP-FORMAT-029",
            f"event {event.number} begins before the one above it has ended",
            at=f"line {event.line}",
            remedy="sort the list by record time (A-mode)",
        )
    if before and end == record_in:
        last = clips[-1]
        record = Range.of_ticks(start, end + before, rate)
        # An exact comment already names the whole of it; timecode names what lies before the dissolve.
        whole = source_of(last.source.start, end + before - start, rate, last.speed)
        source = Range(last.source.start, max(last.source.end, whole.end))
        clips[-1] = msgspec.structs.replace(last, record=record, source=source)


def _marker(marker: EdlMarker, start: int, document: EdlDocument) -> Marker:
    frame = nearest(marker.frame - start, frames_a_day(document.rate, document.drop))
    return Marker(Range.of_ticks(frame, frame + 1, document.rate), marker.text, colour=marker.colour)


def nearest(frames: int, day: int) -> int:
    """A difference of two labels: the nearest way round the clock."""
    wrapped = frames % day
    return wrapped - day if wrapped > day // 2 else wrapped


def _kind(name: str) -> TrackKind:
    return "video" if name.startswith("V") else "audio"
