"""Reads Final Cut Pro 7's XML (xmeml 4 and 5), as Premiere Pro, Resolve and Hiero write it.

Elements inherit a rate from the ones around them, and those with an id may be told once and named again.
Where a note of ours stands beside an element that still says what it said then, the note is believed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

import msgspec
from lxml import etree

from answerprint.core.cut import Clip, Cut, CutTrack, Marker, TrackKind
from answerprint.core.errors import FormatError
from answerprint.core.time import Range, Time
from answerprint.formats.timelines.comparing import where
from answerprint.formats.timelines.model import Kept, Loss, TimelineFile
from answerprint.formats.timelines.xmeml_document import frame_at, parse_xmeml, rate_at, text_at, wrong
from answerprint.formats.timelines.xmeml_effects import read_marker
from answerprint.formats.timelines.xmeml_items import Item, Media, clip_of, laid_out, numbers_of
from answerprint.formats.timelines.xmeml_links import links_of
from answerprint.formats.timelines.xmeml_media import timecode_at
from answerprint.formats.timelines.xmeml_notes import attribute_of, restored_cut, restored_track

DEEPEST = 16  # sequences in sequences
LARGEST = 1_000_000  # clips, those of a nested sequence counted wherever it is used
FILM = Fraction(24)  # a sequence that says no rate


def read_xmeml(data: bytes, *, file: str | None = None, rate: Fraction | None = None) -> TimelineFile:
    """The timeline in xmeml bytes. rate: the cut's, for a document that says none.

    A clip's asset is its media's path, where it has one, else its name. Raises FormatError AP-FORMAT-620 to
    622 as `parse_xmeml`, AP-FORMAT-623 for what cannot be (with its line), AP-FORMAT-624 where there is not
    one sequence, AP-FORMAT-625 for sequences that hold themselves, or are nested beyond measure.
    """
    root = parse_xmeml(data, file)
    return Reading(root, file, rate).timeline(_only_sequence(root, file))


class Reading:
    """One document: its elements by id, its media, its sequences, each read once."""

    def __init__(self, root: etree._Element, file: str | None, rate: Fraction | None = None) -> None:
        self.file = file
        self.rate = rate or FILM
        self.told = _told(root)
        self.media = Media(self.told, file)
        self.losses: list[Loss] = []
        self._cuts: dict[
            str, tuple[Cut, int, int]
        ] = {}  # by id: the cut, its clips with all inside, its depth
        self._open: list[str] = []

    def timeline(self, element: etree._Element) -> TimelineFile:
        cut = self.sequence(element, self.rate)[0]
        return TimelineFile(cut=cut, media=self.media.links, losses=tuple(self.losses))

    def sequence(self, element: etree._Element, inherited: Fraction) -> tuple[Cut, int, int]:
        """A sequence, with the number of its clips and how deep it is nested."""
        name = element.get("id") or f"line {element.sourceline}"
        if name in self._open:
            raise FormatError(
                "AP-FORMAT-625",
                f"the sequence {name!r} holds itself",
                file=self.file,
                at=f"line {element.sourceline}",
                remedy="undo the nesting in the editing program and export again",
            )
        if name not in self._cuts:
            self._open.append(name)
            self._cuts[name] = self._sequence(self.told.get(("sequence", name), element), inherited)
            self._open.pop()
        return self._cuts[name]

    def _sequence(self, element: etree._Element, inherited: Fraction) -> tuple[Cut, int, int]:
        rate = rate_at(element, inherited, self.file) or inherited
        start, drop = timecode_at(element, rate, self.file)
        sample = element.find("media/video/format/samplecharacteristics")
        blank = Cut(name=text_at(element, "name"), rate=rate, drop=drop, start_frame=start)
        size = [None if sample is None else frame_at(sample, one, self.file) for one in ("width", "height")]
        blank = msgspec.structs.replace(
            blank,
            width=size[0] or blank.width,
            height=size[1] or blank.height,
            markers=self._markers(element, rate),
        )
        sizes: list[tuple[int, int]] = []
        tracks: list[CutTrack] = []
        items: list[Item] = []
        for kind in ("video", "audio"):
            for number, track in enumerate(element.iterfind(f"media/{kind}/track"), 1):
                made, its = self._track(track, blank, "video" if kind == "video" else "audio", number, sizes)
                tracks.append(made)
                items += its
        links = links_of(items)
        tracks = [msgspec.structs.replace(one, clips=tuple(_linked(one, links))) for one in tracks]
        count = sum(len(one.clips) for one in tracks) + sum(one[0] for one in sizes)
        depth = 1 + max((one[1] for one in sizes), default=0)
        if count > LARGEST or depth > DEEPEST:
            raise FormatError(
                "AP-FORMAT-625",
                f"its sequences are nested beyond measure: {count} clips, {depth} deep",
                file=self.file,
                at=f"line {element.sourceline}",
                remedy="export the sequences one by one",
            )
        cut = msgspec.structs.replace(blank, tracks=tuple(tracks))
        note = attribute_of(element)
        return (restored_cut(cut, note) if note else cut), count, depth

    def _track(
        self, element: etree._Element, cut: Cut, kind: TrackKind, number: int, sizes: list[tuple[int, int]]
    ) -> tuple[CutTrack, list[Item]]:
        """A track with its clips in order, and the items they were read from."""
        usual = f"{kind[0].upper()}{number}"
        name = element.get("MZ.TrackName") or text_at(element, "name") or usual
        track = CutTrack(name=name, kind=kind, muted=text_at(element, "enabled").strip().upper() == "FALSE")
        note = attribute_of(element)
        if note:
            track = restored_track(track, note)
        items = [
            numbers_of(one, kind, number, cut.rate, self.file)
            for one in element
            if one.tag in ("clipitem", "generatoritem", "transitionitem")
        ]
        clips: list[Clip] = []
        kept: list[Item] = []
        for item in laid_out(items, self.file):
            if item.frames <= 0:
                said = f"it is {item.frames} frames long" if item.start is not None else "it says no place"
                self._lose("clips", cut, track, item, "lost", said)
                continue
            nested = self._nested(item.element, cut.rate, sizes)
            clip = clip_of(item, cut.rate, track.name, nested, self.media, self.file)
            for feature, how, detail in item.losses:
                self._lose(feature, cut, track, item, how, detail)
            covered = clips[-1].record.end.frame(cut.rate) - item.place if clips else 0
            if covered > 0:
                self._lose(
                    "record_range", cut, track, item, "approximated", "it lies over the clip before it"
                )
                if covered >= item.frames:
                    continue
                clip = _trimmed(clip, covered, cut.rate)
            item.clip = clip
            clips.append(clip)
            kept.append(item)
        return msgspec.structs.replace(track, clips=tuple(clips)), kept

    def _nested(self, item: etree._Element, rate: Fraction, sizes: list[tuple[int, int]]) -> Cut | None:
        found = item.find("sequence")
        if found is None:
            return None
        if not len(found) and ("sequence", found.get("id", "")) not in self.told:
            raise wrong(f"the sequence {found.get('id')!r} is nowhere told", found, self.file)
        cut, count, depth = self.sequence(found, rate)
        sizes.append((count, depth))
        return cut

    def _markers(self, element: etree._Element, rate: Fraction) -> tuple[Marker, ...]:
        found: list[Marker] = []
        for one in element.iterfind("marker"):
            start, frames, note = read_marker(one, self.file)
            found.append(msgspec.structs.replace(note, range=Range.of_ticks(start, start + frames, rate)))
        return tuple(found)

    def _lose(self, feature: str, cut: Cut, track: CutTrack, item: Item, how: Kept, detail: str) -> None:
        at = max(item.place, 0)
        shown = Clip(
            id="",
            asset="",
            record=Range.of_ticks(at, at, cut.rate),
            source=Range(Time(0, cut.rate), Time(0, cut.rate)),
            name=text_at(item.element, "name"),
        )
        self.losses.append(Loss(feature, where(cut, track, shown), how, detail))


def _linked(track: CutTrack, links: Mapping[int, str]) -> Iterator[Clip]:
    for clip in track.clips:
        yield msgspec.structs.replace(clip, link=links.get(id(clip)))


def _only_sequence(root: etree._Element, file: str | None) -> etree._Element:
    """The document's sequence: the one that is in no other."""
    inside: set[str] = set()
    outside: dict[str, etree._Element] = {}
    for number, one in enumerate(root.iter("sequence")):
        name = one.get("id") or f"#{number}"
        nested = next(one.iterancestors("clipitem"), None) is not None
        if nested:
            inside.add(name)
        elif len(one):
            outside[name] = one
    found = [one for name, one in outside.items() if name not in inside] or list(outside.values())
    if len(found) == 1:
        return found[0]
    names = ", ".join(repr(text_at(one, "name"))[:60] for one in found[:5])
    raise FormatError(
        "AP-FORMAT-624",
        f"this document holds {len(found)} sequences: {names}"
        if found
        else "this document holds no sequence",
        file=file,
        remedy="export one sequence",
    )


def _told(root: etree._Element) -> dict[tuple[str, str], etree._Element]:
    """Where elements with an id are told in full: the first of them with anything in it."""
    found: dict[tuple[str, str], etree._Element] = {}
    for one in _with_ids(root):
        if len(one):
            found.setdefault((str(one.tag), one.get("id", "")), one)
    return found


def _with_ids(root: etree._Element) -> Iterator[etree._Element]:
    return (one for one in root.iter("file", "sequence") if one.get("id"))


def _trimmed(clip: Clip, frames: int, rate: Fraction) -> Clip:
    """The clip without its first frames."""
    start, end = clip.record.start.frame(rate) + frames, clip.record.end.frame(rate)
    first = Time.of_seconds(clip.source.start.seconds + frames / rate * clip.speed)
    length = Time.of_seconds((end - start) / rate * abs(clip.speed))
    return msgspec.structs.replace(
        clip, record=Range.of_ticks(start, end, rate), source=Range(first, first + length), transition=None
    )
