"""Writes a cut as Final Cut Pro 7's XML (xmeml), the form that Premiere Pro and Resolve read.

What those programs have an element for is said in it; what they have none for stands in notes (xmeml_notes),
each beside what the document says of it. So the document is read again before it is done, and a note holds
just what is not read back.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import msgspec
from lxml import etree

from answerprint.core.cut import Clip, Cut, CutTrack, Marker, Transition
from answerprint.core.errors import FormatError
from answerprint.core.time import Range, Time
from answerprint.formats.timelines.model import MediaLink, record_frames
from answerprint.formats.timelines.xmeml_effects import (
    add_cdl,
    add_gain,
    add_marker,
    add_speed,
    add_transition,
)
from answerprint.formats.timelines.xmeml_links import Member, add_links
from answerprint.formats.timelines.xmeml_media import (
    add,
    add_rate,
    add_timecode,
    declared,
    flag,
    link_differences,
    native_link,
    rate_of,
    write_file,
)
from answerprint.formats.timelines.xmeml_notes import (
    OWN,
    Note,
    clip_note,
    cut_note,
    track_note,
    written,
)
from answerprint.formats.timelines.xmeml_reading import DEEPEST, Reading
from answerprint.formats.timelines.xmeml_timing import TICKS, Timing, source_start, timing_of, to_clip_frame

VERSION = "4"  # the one that Premiere writes; 5 adds nothing that is said here
SAMPLE_RATE, DEPTH = 48000, 16  # of a sequence's sound where no medium says one
STEREO = 2


def write_xmeml(cut: Cut, media: Mapping[str, MediaLink]) -> bytes:
    """The cut as xmeml, the same bytes for the same cut: no clock, no path of this machine.

    Clips without a length are left out. Raises FormatError AP-FORMAT-626 for a clip whose asset has no
    MediaLink, AP-FORMAT-627 for a rate that xmeml has no name for (it is n or n·1000/1001), AP-FORMAT-628 for
    cuts nested beyond measure.
    """
    writing = _Writing(media)
    writing.sequence(writing.root, cut, 1)
    writing.add_notes()
    etree.indent(writing.root, "\t")
    data: bytes = etree.tostring(
        writing.root, xml_declaration=True, encoding="UTF-8", doctype="<!DOCTYPE xmeml>"
    )
    return data + b"\n"


class _Writing:
    """A document as it grows: the files and sequences told already, and what was written where."""

    def __init__(self, media: Mapping[str, MediaLink]) -> None:
        self.root = etree.Element("xmeml", version=VERSION)
        self.media = media
        self.files: dict[str, tuple[int, etree._Element]] = {}  # by asset
        self.cuts: dict[int, tuple[int, etree._Element, Cut]] = {}  # by the cut's identity
        self.items = 0
        self.tracks: dict[int, list[tuple[etree._Element, CutTrack, list[tuple[etree._Element, Clip]]]]] = {}

    def sequence(self, parent: etree._Element, cut: Cut, depth: int) -> None:
        """A sequence in full, or where it was told before, its id."""
        known = self.cuts.get(id(cut))
        if known is not None:
            add(parent, "sequence", id=f"sequence-{known[0]}")
            return
        if depth > DEEPEST:
            raise FormatError(
                "AP-FORMAT-628", f"cuts are nested more than {DEEPEST} deep", remedy="flatten some of them"
            )
        if rate_of(*declared(cut.rate)) != cut.rate:
            raise FormatError(
                "AP-FORMAT-627",
                f"Final Cut Pro 7's XML has no name for {cut.rate} frames a second",
                remedy="make the cut at a film or video rate",
            )
        number = len(self.cuts) + 1
        made = add(parent, "sequence", id=f"sequence-{number}")
        self.cuts[id(cut)] = (number, made, cut)
        add(made, "duration", cut.frames)
        add_rate(made, cut.rate)
        add(made, "name", cut.name)
        media = add(made, "media")
        picture = add(media, "video")
        sample = add(add(picture, "format"), "samplecharacteristics")
        add_rate(sample, cut.rate)
        for tag, text in (("width", cut.width), ("height", cut.height), ("anamorphic", "FALSE")):
            add(sample, tag, text)
        add(sample, "pixelaspectratio", "square")
        add(sample, "fielddominance", "none")
        sound = self._sound(media, cut)
        told = self.tracks[number] = []
        members: list[tuple[Clip, Member]] = []
        for kind, place in (("video", picture), ("audio", sound)):
            for index, track in enumerate((one for one in cut.tracks if one.kind == kind), 1):
                element, items = self._track(place, track, cut, index, depth)
                told.append((element, track, items))
                members += [(clip, (item, kind, index, at)) for at, (item, clip) in enumerate(items, 1)]
        add_links(members)
        add_timecode(made, cut.start_frame, cut.rate, cut.drop)
        for marker in cut.markers:
            start = marker.range.start.frame(cut.rate)
            add_marker(made, marker, start, marker.range.end.frame(cut.rate) - start)

    def _sound(self, media: etree._Element, cut: Cut) -> etree._Element:
        """The sequence's sound: two outputs, left and right, on which tracks lie in turn."""
        rates = [
            link.sample_rate
            for track in cut.tracks
            for clip in track.clips
            if (link := self.media.get(clip.asset)) is not None and link.sample_rate
        ]
        sound = add(media, "audio")
        add(sound, "numOutputChannels", STEREO)
        sample = add(add(sound, "format"), "samplecharacteristics")
        add(sample, "depth", DEPTH)
        add(sample, "samplerate", max(rates, default=SAMPLE_RATE))
        outputs = add(sound, "outputs")
        for index in range(1, STEREO + 1):
            group = add(outputs, "group")
            for tag, text in (("index", index), ("numchannels", 1), ("downmix", 0)):
                add(group, tag, text)
            add(add(group, "channel"), "index", index)
        return sound

    def _track(
        self, parent: etree._Element, track: CutTrack, cut: Cut, index: int, depth: int
    ) -> tuple[etree._Element, list[tuple[etree._Element, Clip]]]:
        usual = f"{track.kind[0].upper()}{index}"
        made = add(parent, "track")
        if track.name and track.name != usual and track.name.isprintable():
            made.set("MZ.TrackName", track.name)
        clips = [one for one in track.clips if one.record.start < one.record.end]
        its: list[tuple[etree._Element, Clip]] = []
        for number, clip in enumerate(clips):
            start, end = record_frames(clip, cut.rate)
            before = clips[number - 1] if number else None
            after = clips[number + 1] if number + 1 < len(clips) else None
            meets = before is not None and record_frames(before, cut.rate)[1] == start
            joined = meets and before is not None and before.fade_out is None
            tail = _tail(clip, after, end, cut.rate)
            if clip.transition is not None:
                alignment = _alignment(clip.transition, black=not joined)
                add_transition(made, clip.transition, start, cut.rate, track.kind, alignment)
            item = self._clip(made, clip, cut, track, tail, depth)
            its.append((item, clip))
            if clip.fade_out is not None:
                add_transition(made, clip.fade_out, end, cut.rate, track.kind, "end-black")
        add(made, "enabled", flag(not track.muted))
        add(made, "locked", "FALSE")
        if track.kind == "audio":
            add(made, "outputchannelindex", (index - 1) % STEREO + 1)
        return made, its

    def _clip(
        self, parent: etree._Element, clip: Clip, cut: Cut, track: CutTrack, tail: int | None, depth: int
    ) -> etree._Element:
        """A clip item. tail: frames of a transition beyond its end, None where it ends in a cut."""
        self.items += 1
        item = add(parent, "clipitem", id=f"clipitem-{self.items}")
        link = self._link(clip)
        start, end = record_frames(clip, cut.rate)
        head = clip.transition.before if clip.transition is not None else 0
        length = head + end - start + (tail or 0)
        timing = timing_of(clip, link, length, head, cut.rate)
        if clip.nested is None:
            add(item, "masterclipid", f"masterclip-{self._file_number(clip.asset)}")
        add(item, "name", clip.name or link.name)
        add(item, "enabled", flag(not clip.muted))
        add(item, "duration", timing.duration)
        add_rate(item, cut.rate)
        add(item, "start", start if clip.transition is None else -1)
        add(item, "end", end if tail is None else -1)
        add(item, "in", timing.first)
        add(item, "out", timing.end)
        if timing.ticks is not None:
            add(item, "pproTicksIn", timing.ticks)
            add(item, "pproTicksOut", timing.ticks + round(length / cut.rate * TICKS))
        if clip.nested is not None:
            self.sequence(item, clip.nested, depth + 1)
        else:
            self._file(item, clip.asset, link)
        if track.kind == "audio" and clip.channels:
            source = add(item, "sourcetrack")
            add(source, "mediatype", "audio")
            add(source, "trackindex", _track_index(clip, link))
        if clip.speed != 1:
            add_speed(item, clip.speed, timing)
        if track.kind == "audio" and clip.gain_db:
            add_gain(item, clip.gain_db)
        for marker in clip.markers:
            _add_clip_marker(item, marker, link, timing, clip.speed, cut.rate)
        if clip.cdl is not None:
            add_cdl(item, clip.cdl)
        return item

    def _link(self, clip: Clip) -> MediaLink:
        if clip.nested is not None:
            return MediaLink(name=clip.nested.name, url="", rate=clip.nested.rate, frames=clip.nested.frames)
        link = self.media.get(clip.asset)
        if link is None:
            raise FormatError(
                "AP-FORMAT-626",
                f"{clip.name or clip.id} uses an asset that is not in the production: {clip.asset[:12]}",
                remedy="add the footage again",
            )
        return link

    def _file_number(self, asset: str) -> int:
        return self.files[asset][0] if asset in self.files else len(self.files) + 1

    def _file(self, item: etree._Element, asset: str, link: MediaLink) -> None:
        number = self._file_number(asset)
        if asset in self.files:
            add(item, "file", id=f"file-{number}")
        else:
            self.files[asset] = (number, write_file(item, link, number))

    def add_notes(self) -> None:
        """What the document does not give back, beside what it gives instead."""
        reading = Reading(self.root, None)
        for number, element, cut in self.cuts.values():
            native = reading.sequence(element, cut.rate)[0]
            self._add_attribute(element, cut_note(cut, native))
            for (track, mine, clips), said in zip(self.tracks[number], native.tracks, strict=True):
                self._add_attribute(track, track_note(mine, said))
                for (item, clip), other in zip(clips, said.clips, strict=True):
                    link = self._link(clip)
                    note = clip_note(
                        _from_first(clip, link), other, _by_frames(item, clip, other, cut.rate, link)
                    )
                    if note:
                        add(add(item, "comments"), "clipcommentb", f"{OWN} {written(note)}")
        for asset, (_, element) in self.files.items():
            link = self.media[asset]
            self._add_attribute(element, link_differences(link, native_link(element, link.rate, None)))

    def _add_attribute(self, element: etree._Element, note: Note) -> None:
        if note:
            element.set(OWN, written(note))


def _tail(clip: Clip, after: Clip | None, end: int, rate: Fraction) -> int | None:
    """Frames of the transition at a clip's end that lie beyond it; None where there is none."""
    if clip.fade_out is not None:
        return clip.fade_out.frames - clip.fade_out.before
    if after is None or after.transition is None or record_frames(after, rate)[0] != end:
        return None
    return after.transition.frames - after.transition.before


def _alignment(way: Transition, *, black: bool) -> str:
    """Final Cut's word for where a transition lies about its edit; between its words, the nearest."""
    if black:
        return "start-black"
    return "start" if way.before == 0 else "end" if way.before == way.frames else "center"


def _track_index(clip: Clip, link: MediaLink) -> int:
    """The number of a clip's sound among the tracks of its file, each stream's first channel one further."""
    streams = 0 if clip.stream is None else max(clip.stream - (1 if link.picture else 0), 0)
    return streams + min(clip.channels) + 1


def _by_frames(item: etree._Element, clip: Clip, native: Clip, rate: Fraction, link: MediaLink) -> Fraction:
    """Where a clip item's source starts, in seconds, for a program that does not read Premiere's ticks."""
    if clip.speed != 1:
        return native.source.start.seconds
    head = clip.transition.before if clip.transition is not None else 0
    timing = Timing(first=int(item.findtext("in", "0")), end=0, duration=0)
    return source_start(timing, clip.speed, head, rate, rate, link.rate)


def _add_clip_marker(
    item: etree._Element, marker: Marker, link: MediaLink, timing: Timing, speed: Fraction, rate: Fraction
) -> None:
    start = to_clip_frame(marker.range.start.seconds - link.first.seconds, timing, speed, rate)
    length = marker.range.duration.frame(rate)
    one_picture = marker.range.duration.seconds == 1 / link.rate
    add_marker(item, marker, start, 1 if one_picture else length)


def _from_first(clip: Clip, link: MediaLink) -> Clip:
    """The clip with its times counted from its media's first picture."""
    back = Time.of_seconds(-link.first.seconds)
    markers = tuple(msgspec.structs.replace(one, range=_shifted(one.range, back)) for one in clip.markers)
    return msgspec.structs.replace(clip, source=_shifted(clip.source, back), markers=markers)


def _shifted(range_: Range, by: Time) -> Range:
    return range_ if not by.ticks else range_.moved(by)
