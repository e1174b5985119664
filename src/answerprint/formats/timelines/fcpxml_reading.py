"""Reads FCPXML (1.5 and later), as Final Cut Pro and DaVinci Resolve write it.

A storyline and what is connected to it become tracks: pictures by lane, sound by lane and component. Where a
note of ours stands beside an element that still says what it said then, the note is believed.
"""

from __future__ import annotations

from fractions import Fraction

import msgspec
from lxml import etree

from answerprint.core.cut import Cut
from answerprint.core.errors import FormatError
from answerprint.core.timecode import can_drop
from answerprint.formats.timelines.fcpxml_document import parse_fcpxml, time_at
from answerprint.formats.timelines.fcpxml_items import Document, Items, Leaf, View
from answerprint.formats.timelines.fcpxml_leaves import LARGEST
from answerprint.formats.timelines.fcpxml_media import format_of, native_link
from answerprint.formats.timelines.fcpxml_notes import (
    moved,
    note_of,
    restored_entry,
    restored_sequence,
    told_markers,
    told_tracks,
)
from answerprint.formats.timelines.fcpxml_timing import Span
from answerprint.formats.timelines.fcpxml_tracks import Placed, tracks_of
from answerprint.formats.timelines.model import Loss, MediaLink, TimelineFile
from answerprint.formats.timelines.xmeml_media import media_key
from answerprint.formats.timelines.xmeml_notes import restored_link

DEEPEST = 16  # compound clips in compound clips
FILM = Fraction(24)  # a sequence that says no rate


def read_fcpxml(data: bytes, *, file: str | None = None, rate: Fraction | None = None) -> TimelineFile:
    """The timeline in FCPXML bytes. rate: the cut's, for a document that says none.

    A clip's asset is its media's path, where it has one, else its name. Raises FormatError AP-FORMAT-600 to
    602 as `parse_fcpxml`, AP-FORMAT-603 for what cannot be (with its line), AP-FORMAT-604 where there is not
    one project, AP-FORMAT-607 for compound clips that hold themselves, or are nested beyond measure.
    """
    root = parse_fcpxml(data, file)
    sequence, name = _only_sequence(root, file)
    reading = Reading(root, file, rate)
    cut = reading.sequence(sequence, name)[0]
    return TimelineFile(cut=cut, media=reading.links, losses=tuple(reading.losses))


class Reading:
    """One document: its resources, media and sequences, each read once."""

    def __init__(self, root: etree._Element, file: str | None, rate: Fraction | None = None) -> None:
        self.file = file
        self.rate = rate or FILM
        self.resources = {one.get("id", ""): one for one in root.iterfind("resources/*")}
        self.links: dict[str, MediaLink] = {}  # by asset
        self.losses: list[Loss] = []
        self.leaves: dict[etree._Element, list[Leaf]] = {}  # by sequence
        self.counted: dict[str, Fraction] = {}  # by an asset's id: the rate of the sequence it was met in
        self._assets: dict[str, str] = {}
        self._cuts: dict[etree._Element, tuple[Cut, int, int]] = {}
        self._open: list[etree._Element] = []

    def sequence(self, element: etree._Element, name: str) -> tuple[Cut, int, int]:
        """A sequence as a cut, with the number of its clips and how deep it is nested."""
        if element in self._open:
            raise self._nested_wrong(f"the compound clip {name!r} holds itself", element)
        if element not in self._cuts:
            self._open.append(element)
            self._cuts[element] = self._sequence(element, name)
            self._open.pop()
        return self._cuts[element]

    def _sequence(self, element: etree._Element, name: str) -> tuple[Cut, int, int]:
        rate, width, height = format_of(self.resources.get(element.get("format", "")), self.file)
        rate = rate or self.rate
        begins = time_at(element, "tcStart", self.file) or Fraction(0)
        blank = Cut(
            name=name,
            rate=rate,
            drop=element.get("tcFormat") == "DF" and can_drop(rate),
            start_frame=round(begins * rate),
        )
        blank = msgspec.structs.replace(blank, width=width or blank.width, height=height or blank.height)
        note, unreadable = note_of(element)
        sizes: list[tuple[int, int]] = []

        def nested(resource: etree._Element, clip: etree._Element) -> Cut:
            inner = resource.find("sequence")
            if inner is None:
                raise items.wrong(f"the compound clip {resource.get('id')!r} is nowhere told", clip)
            cut, count, depth = self.sequence(inner, resource.get("name", "") or clip.get("name", ""))
            sizes.append((count, depth))
            return cut

        document = Document(
            self.file, self.resources, self._media, self._generated, nested, self.losses.append
        )
        length = round((time_at(element, "duration", self.file) or Fraction(0)) * rate)
        items = Items(document, blank, told_markers(note), length)
        if unreadable:
            items.lose("name", Fraction(0), "approximated", "our note on the sequence can no longer be read")
        spine = element.find("spine")
        if spine is not None:
            whole = Span(Fraction(0), Fraction(0), _counted_from(spine, begins, self.file), Fraction(1))
            items.storyline(spine, View(span=whole, primary=True), whole.local)
        self.leaves[element] = items.leaves
        placed = self._placed(items)
        tracks = tracks_of(placed, told_tracks(note), rate)
        count = len(items.leaves) + sum(one[0] for one in sizes)
        depth = 1 + max((one[1] for one in sizes), default=0)
        if count > LARGEST or depth > DEEPEST:
            words = f"its compound clips are nested beyond measure: {count} clips, {depth} deep"
            raise self._nested_wrong(words, element)
        markers = tuple(sorted(items.markers, key=lambda one: one.range.start))
        cut = msgspec.structs.replace(blank, tracks=tracks, markers=markers)
        return restored_sequence(cut, note), count, depth

    def _placed(self, items: Items) -> list[Placed]:
        """The clips with what our notes add, in the media's own time, and with their links."""
        sizes: dict[str, int] = {}
        for leaf in items.leaves:
            sizes[leaf.group] = sizes.get(leaf.group, 0) + 1
        notes: dict[etree._Element, list[object]] = {}
        found: list[Placed] = []
        for leaf in items.leaves:
            if leaf.element not in notes:
                note, unreadable = note_of(leaf.element)
                entries = note.get("clips", [])
                notes[leaf.element] = entries if isinstance(entries, list) else []
                if unreadable:
                    self._tell_broken(items, leaf)
            entries = notes[leaf.element]
            entry = entries[leaf.part] if leaf.part < len(entries) else None
            link = leaf.group if sizes[leaf.group] > 1 else None
            clip = msgspec.structs.replace(leaf.clip, link=link)
            track, alone = None, None
            if isinstance(entry, dict):
                try:
                    clip = restored_entry(leaf.clip, entry, items.cut.rate)
                except (ValueError, TypeError, ZeroDivisionError):
                    self._tell_broken(items, leaf)
                else:
                    track = entry["track"] if isinstance(entry.get("track"), int) else None
                    alone = entry["muted"] if isinstance(entry.get("muted"), bool) else None
            found.append(Placed(leaf, moved(clip, leaf.first), track, alone))
        return found

    def _tell_broken(self, items: Items, leaf: Leaf) -> None:
        seconds = leaf.start / items.cut.rate
        words = "our note on the clip can no longer be read"
        items.lose("source_range", seconds, "approximated", words, leaf.clip.name)

    def _media(self, asset: etree._Element, clip: etree._Element, cut: Cut) -> tuple[str, MediaLink]:
        """The media of an asset, met in a clip of a cut."""
        identity = asset.get("id", "")
        if identity not in self._assets:
            parent = clip.getparent()
            said = clip.get("tcFormat") or ("" if parent is None else parent.get("tcFormat", ""))
            self.counted[identity] = cut.rate
            link = native_link(asset, self.resources, cut.rate, said == "DF", self.file)
            note = note_of(asset)[0].get("media")
            pairs = isinstance(note, dict) and all(
                isinstance(one, list) and len(one) == 2 for one in note.values()
            )
            if isinstance(note, dict) and pairs:
                link = restored_link(link, note)
            self._assets[identity] = self._known(link, identity)
        key = self._assets[identity]
        return key, self.links[key]

    def _generated(self, name: str, cut: Cut) -> tuple[str, MediaLink]:
        link = MediaLink(name=name or "generator", url="", rate=cut.rate, frames=0)
        key = self._known(link, name)
        return key, self.links[key]

    def _known(self, link: MediaLink, identity: str) -> str:
        """The asset name of a link. Media without a place may share a name and be different."""
        key = media_key(link)
        if self.links.get(key, link) != link:
            key = f"{key} ({identity})"
        self.links.setdefault(key, link)
        return key

    def _nested_wrong(self, words: str, element: etree._Element) -> FormatError:
        return FormatError(
            "AP-FORMAT-607",
            words,
            file=self.file,
            at=f"line {element.sourceline}" if element.sourceline else None,
            remedy="break the compound clips apart in the editing program and export again",
        )


def _counted_from(spine: etree._Element, begins: Fraction, file: str | None) -> Fraction:
    """Where a storyline's offsets count from: its sequence's timecode, but from nought in documents of
    programs that leave the timecode out of them."""
    first = next((one for one in spine if one.get("offset") is not None), None)
    offset = None if first is None else time_at(first, "offset", file)
    return Fraction(0) if offset is not None and offset < begins and offset <= 0 else begins


def _only_sequence(root: etree._Element, file: str | None) -> tuple[etree._Element, str]:
    """The document's project, and its name; where it has none, its one compound clip."""
    holders = list(root.iter("project")) or root.findall("resources/media")
    found = [
        (sequence, one.get("name", "")) for one in holders if (sequence := one.find("sequence")) is not None
    ]
    if len(found) == 1:
        return found[0]
    names = ", ".join(repr(name)[:60] for _, name in found[:5])
    raise FormatError(
        "AP-FORMAT-604",
        f"this document holds {len(found)} projects: {names}" if found else "this document holds no project",
        file=file,
        remedy="select one project in Final Cut Pro and export it",
    )
