"""Writes a cut as FCPXML 1.11, the form that Final Cut Pro (10.6 and later) and DaVinci Resolve read.

What those programs have an element for is said in it; what they have none for (tracks, links between media,
grades, timeline markers) stands in notes (fcpxml_notes), each beside what the document says of it. So the
document is read again before it is done, and a note holds just what is not read back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from lxml import etree

from answerprint.core.cut import Clip, Cut, Marker
from answerprint.core.errors import FormatError
from answerprint.formats.timelines.fcpxml_document import add, plain, time_text
from answerprint.formats.timelines.fcpxml_effects import volume_text
from answerprint.formats.timelines.fcpxml_items import Leaf
from answerprint.formats.timelines.fcpxml_layout import Item, Piece, Run, channels_of, layout
from answerprint.formats.timelines.fcpxml_media import add_asset, add_format, native_link
from answerprint.formats.timelines.fcpxml_notes import common, entry_of, from_first, sequence_note, set_note
from answerprint.formats.timelines.fcpxml_reading import DEEPEST, Reading
from answerprint.formats.timelines.fcpxml_timing import Placing, add_timing, placing
from answerprint.formats.timelines.fcpxml_transitions import Effects
from answerprint.formats.timelines.model import MediaLink, record_frames
from answerprint.formats.timelines.xmeml_media import link_differences

VERSION = "1.11"
_SAMPLE_RATES = {
    32000: "32k",
    44100: "44.1k",
    48000: "48k",
    88200: "88.2k",
    96000: "96k",
    176400: "176.4k",
    192000: "192k",
}


def write_fcpxml(cut: Cut, media: Mapping[str, MediaLink]) -> bytes:
    """The cut as FCPXML, the same bytes for the same cut: no clock, no path of this machine.

    Clips without a length are left out. Every place and length is a whole number of the sequence's frames,
    which Final Cut Pro asks for. Raises FormatError AP-FORMAT-605 for a clip whose asset has no MediaLink,
    AP-FORMAT-606 for cuts nested beyond measure.
    """
    writing = _Writing(cut, media)
    root = etree.Element("fcpxml", version=VERSION)
    root.append(writing.resources)
    event = add(add(root, "library"), "event", name=cut.name)
    sequence = writing.sequence(add(event, "project", name=cut.name), cut, 1)
    for one in writing.compounds:
        writing.resources.append(one)
    writing.add_notes(root, sequence)
    etree.indent(root, "\t")
    data: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", doctype="<!DOCTYPE fcpxml>")
    return data + b"\n"


class _Writing:
    """A document as it grows: resources by what they stand for, and what was written where."""

    def __init__(self, cut: Cut, media: Mapping[str, MediaLink]) -> None:
        self.media = media
        self.raster = (cut.width, cut.height)  # also of media whose size nobody knows: a format has one
        self.resources = etree.Element("resources")
        self.compounds: list[etree._Element] = []  # after the assets they use
        self.seen: set[str] = set()  # assets whose picture the cut shows
        self.heard: dict[str, int] = {}  # by asset: channels that the cut plays
        for kind, clip in _clips(cut):
            if kind == "video":
                self.seen.add(clip.asset)
            else:
                reach = max(channels_of(clip, media.get(clip.asset)), default=-1) + 1
                self.heard[clip.asset] = max(reach, self.heard.get(clip.asset, 0))
        self.effects = Effects(self.resources, self._identity)
        self.count = 0
        self.formats: dict[tuple[Fraction, int, int], str] = {}
        self.assets: dict[str, tuple[str, etree._Element]] = {}
        self.cuts: dict[int, tuple[str, Cut]] = {}  # by the cut's identity: its media
        self.written: dict[etree._Element, tuple[Cut, dict[etree._Element, Piece]]] = {}  # by sequence

    def sequence(self, parent: etree._Element, cut: Cut, depth: int) -> etree._Element:
        if depth > DEEPEST:
            raise FormatError(
                "AP-FORMAT-606", f"cuts are nested more than {DEEPEST} deep", remedy="flatten some of them"
            )
        samples = [
            link.sample_rate
            for track in cut.tracks
            for clip in track.clips
            if (link := self.media.get(clip.asset)) is not None and link.sample_rate
        ]
        made = add(
            parent,
            "sequence",
            format=self._format(cut.rate, cut.width, cut.height),
            duration=time_text(cut.frames / cut.rate),
            tcStart=time_text(cut.start_frame / cut.rate),
            tcFormat="DF" if cut.drop else "NDF",
            audioLayout="stereo",
            audioRate=_SAMPLE_RATES.get(max(samples, default=48000), "48k"),
        )
        pieces: dict[etree._Element, Piece] = {}
        self.written[made] = (cut, pieces)
        _Storylines(self, cut, pieces, depth).add_primary(add(made, "spine"), layout(cut, self.media))
        return made

    def compound(self, nested: Cut, depth: int) -> str:
        """The `media` of a nested cut, told once."""
        known = self.cuts.get(id(nested))
        if known is None:
            known = self.cuts[id(nested)] = (self._identity(), nested)
            made = etree.Element("media", id=known[0], name=plain(nested.name))
            self.sequence(made, nested, depth)
            self.compounds.append(made)
        return known[0]

    def asset(self, asset: str, link: MediaLink) -> str:
        if asset not in self.assets:
            kinds = self.kinds_of(asset, link)
            size = (link.width, link.height) if link.width and link.height else self.raster
            format_ = self._format(link.rate, *size) if "video" in kinds else None
            identity = self._identity()
            channels = max(link.channels, self.heard.get(asset, 0))
            made = add_asset(self.resources, identity, link, format_, channels if "audio" in kinds else None)
            self.assets[asset] = (identity, made)
        return self.assets[asset][0]

    def kinds_of(self, asset: str, link: MediaLink) -> set[str]:
        """What a medium holds, as far as it is known or used."""
        picture = link.picture or asset in self.seen
        sound = bool(link.channels) or not link.picture or asset in self.heard
        return {kind for kind, there in (("video", picture), ("audio", sound)) if there}

    def link(self, clip: Clip) -> MediaLink:
        """A clip's media; a nested cut as if it were one that starts at its own timecode."""
        if clip.nested is not None:
            nested = clip.nested
            return MediaLink(
                name=nested.name,
                url="",
                rate=nested.rate,
                frames=nested.frames,
                start_frame=nested.start_frame,
            )
        link = self.media.get(clip.asset)
        if link is None:
            raise FormatError(
                "AP-FORMAT-605",
                f"{clip.name or clip.id} uses an asset that is not in the production: {clip.asset[:12]}",
                remedy="add the footage again",
            )
        return link

    def add_notes(self, root: etree._Element, sequence: etree._Element) -> None:
        """What the document does not give back, beside what it gives instead."""
        for element, (cut, _) in self.written.items():
            set_note(element, sequence_note(cut, None, ()))  # which markers are the cut's and not a clip's
        reading = Reading(root, None)
        for element, (cut, pieces) in self.written.items():
            native = reading.sequence(element, plain(cut.name))[0]
            leaves: dict[etree._Element, list[Leaf]] = {}
            for leaf in reading.leaves[element]:
                leaves.setdefault(leaf.element, []).append(leaf)
            roles: list[list[str]] = [[] for _ in cut.tracks]
            for place, piece in pieces.items():
                said = leaves[place]
                for (track, _), leaf in zip(piece.clips(), said, strict=True):
                    roles[track].append(leaf.role)
                entries = [
                    self._entry(clip, leaf.clip, track, cut)
                    for (track, clip), leaf in zip(piece.clips(), said, strict=True)
                ]
                set_note(place, {"clips": entries})
            set_note(element, sequence_note(cut, native, [common(one) for one in roles]))
        formats = {one.get("id", ""): one for one in self.resources.iterfind("format")}
        for asset, (_, made) in self.assets.items():
            link = self.media[asset]
            rate = reading.counted.get(made.get("id", ""), link.rate)
            note = link_differences(link, native_link(made, formats, rate, link.drop, None))
            if note:
                set_note(made, {"media": note})

    def _entry(self, clip: Clip, native: Clip, track: int, cut: Cut) -> dict[str, object]:
        mine = from_first(clip, self.link(clip))
        entry = entry_of(mine, native, track)
        if cut.tracks[track].muted:  # whether it is itself disabled shows once its track is not
            entry["fields"].pop("muted", None)
            entry["muted"] = clip.muted
        return entry

    def _format(self, rate: Fraction, width: int, height: int) -> str:
        key = (rate, width, height)
        if key not in self.formats:
            self.formats[key] = self._identity()
            add_format(self.resources, self.formats[key], rate, width, height)
        return self.formats[key]

    def _identity(self) -> str:
        self.count += 1
        return f"r{self.count}"


class _Storylines:
    """The storyline of one sequence, with all that is connected to it."""

    def __init__(self, writing: _Writing, cut: Cut, pieces: dict[etree._Element, Piece], depth: int) -> None:
        self.writing = writing
        self.cut = cut
        self.pieces = pieces
        self.depth = depth
        self.begins = cut.start_frame / cut.rate

    def add_primary(self, spine: etree._Element, items: list[Item]) -> None:
        for item in items:
            offset = self.begins + item.start / self.cut.rate
            if item.piece is None:
                length = (item.end - item.start) / self.cut.rate
                gap = self._gap(spine, offset, length)
                self._connected(gap, item, Fraction(0))
                continue
            self._piece(spine, item.piece, offset, None, item)

    def _connected(self, element: etree._Element, item: Item, start: Fraction) -> None:
        """What hangs on an item whose local time begins at start, in the order the format asks for."""
        rate = self.cut.rate
        for run in item.connected:
            self._run(element, run, start + (run.start - item.start) / rate)
        for marker in item.markers:
            frame, end = (one.frame(rate) for one in (marker.range.start, marker.range.end))
            at = start + (frame - item.start) / rate
            _add_marker(element, marker, at, (end - frame) / rate)

    def _run(self, parent: etree._Element, run: Run, offset: Fraction) -> None:
        if not run.storyline:
            self._piece(parent, run.pieces[0], offset, str(run.lane), None)
            return
        spine = add(parent, "spine", lane=str(run.lane), offset=time_text(offset))
        lead = run.pieces[0].start - run.start
        if lead:
            self._gap(spine, Fraction(0), lead / self.cut.rate)
        for piece in run.pieces:
            self._piece(spine, piece, (piece.start - run.start) / self.cut.rate, None, None)

    def _gap(self, spine: etree._Element, offset: Fraction, length: Fraction) -> etree._Element:
        return add(spine, "gap", name="Gap", offset=time_text(offset), start="0s", duration=time_text(length))

    def _piece(
        self, parent: etree._Element, piece: Piece, offset: Fraction, lane: str | None, item: Item | None
    ) -> None:
        """A clip's element, with the transitions at its ends. item: what hangs on it."""
        rate = self.cut.rate
        if piece.way_in is not None:
            heard = piece.kind == "audio" or any(one.transition for _, one in piece.sounds)
            self.writing.effects.add(parent, piece.way_in, offset, rate, piece.kind, heard)
        element, placed = self._clip(parent, piece, offset, lane)
        self.pieces[element] = piece
        if item is not None:
            self._connected(element, item, placed.start)
        for marker in piece.clip.markers:
            since = marker.range.start.seconds - self.writing.link(piece.clip).first.seconds
            _add_marker(element, marker, placed.local(since), marker.range.duration.seconds)
        self._sound_sources(element, piece)
        if piece.way_out is not None:
            edit = offset + (piece.end - piece.start) / rate
            heard = piece.kind == "audio" or any(one.fade_out for _, one in piece.sounds)
            self.writing.effects.add(parent, piece.way_out, edit, rate, piece.kind, heard)

    def _clip(
        self, parent: etree._Element, piece: Piece, offset: Fraction, lane: str | None
    ) -> tuple[etree._Element, Placing]:
        clip, rate = piece.clip, self.cut.rate
        link = self.writing.link(clip)
        placed = placing(clip, link, rate)
        track = self.cut.tracks[piece.track]
        nested = clip.nested is not None
        role = self.cut.tracks[piece.sounds[0][0]].role if piece.sounds else ""
        element = add(
            parent,
            "ref-clip" if nested else "asset-clip",
            ref=self._reference(clip, link),
            lane=lane,
            offset=time_text(offset),
            name=clip.name or link.name,
            start=time_text(placed.start),
            duration=time_text((piece.end - piece.start) / rate),
            enabled="0" if track.muted or clip.muted else None,
            srcEnable=self._sources(piece, link),
            tcFormat=None if nested else "DF" if link.drop else "NDF",
        )
        if not nested:
            for name, said in (
                ("audioRole", track.role if piece.kind == "audio" else role),
                ("videoRole", track.role if piece.kind == "video" else ""),
            ):
                if said:
                    element.set(name, plain(said))
        sounds = [record_frames(one, rate) for _, one in piece.sounds]
        if sounds and sounds[0] != (piece.start, piece.end):
            element.set("audioStart", time_text(placed.start + (sounds[0][0] - piece.start) / rate))
            element.set("audioDuration", time_text((sounds[0][1] - sounds[0][0]) / rate))
        note = clip.metadata.get("note")
        if isinstance(note, str) and note:
            add(element, "note").text = plain(note)
        pictures = nested or (link.picture and piece.kind == "video")
        add_timing(element, placed, rate, link.rate if pictures else None)
        gains = [one.gain_db for _, one in piece.clips() if one is not clip or piece.kind == "audio"]
        if len(gains) == 1 and gains[0]:
            add(element, "adjust-volume", amount=volume_text(gains[0]))
        return element, placed

    def _reference(self, clip: Clip, link: MediaLink) -> str:
        if clip.nested is not None:
            return self.writing.compound(clip.nested, self.depth + 1)
        return self.writing.asset(clip.asset, link)

    def _sources(self, piece: Piece, link: MediaLink) -> str | None:
        """Which of the media an element plays, where that is not all of it."""
        nested = piece.clip.nested
        kinds: set[str] = self.writing.kinds_of(piece.clip.asset, link)
        if nested is not None:
            kinds = {one.kind for one in nested.tracks if one.clips} or {"video"}
        plays = {piece.kind} | ({"audio"} if piece.sounds else set())
        return None if plays == kinds else piece.kind

    def _sound_sources(self, element: etree._Element, piece: Piece) -> None:
        """The channels that are heard, each clip's as one component; the others as not there."""
        sounds = [one for one in piece.clips() if self.cut.tracks[one[0]].kind == "audio"]
        used: set[int] = set()
        for number, clip in sounds:
            channels = channels_of(clip, self.writing.media.get(clip.asset))
            if not channels or clip.nested is not None:
                continue
            track = self.cut.tracks[number]
            used |= set(channels)
            alone = piece.kind == "audio"
            quiet = not alone and (track.muted or clip.muted) and element.get("enabled") != "0"
            source = add(
                element,
                "audio-channel-source",
                srcCh=", ".join(str(one + 1) for one in channels),
                role=track.role or None,
                enabled="0" if quiet else None,
            )
            if len(sounds) > 1 and clip.gain_db:
                add(source, "adjust-volume", amount=volume_text(clip.gain_db))
        link = self.writing.media.get(piece.clip.asset)
        rest = sorted(set(range(link.channels if link else 0)) - used) if used else []
        if rest:
            add(element, "audio-channel-source", srcCh=", ".join(str(one + 1) for one in rest), active="0")


def _add_marker(element: etree._Element, marker: Marker, start: Fraction, length: Fraction) -> None:
    add(
        element,
        "marker",
        start=time_text(start),
        duration=time_text(length),
        value=marker.name,
        note=marker.comment or None,
    )


def _clips(cut: Cut) -> Iterator[tuple[str, Clip]]:
    """Every clip of media with its track's kind, those of nested cuts as well, each nested cut once."""
    seen: dict[int, Cut] = {}
    waiting = [cut]
    while waiting:
        one = waiting.pop()
        for track in one.tracks:
            for clip in track.clips:
                if clip.nested is not None and id(clip.nested) not in seen:
                    seen[id(clip.nested)] = clip.nested
                    waiting.append(clip.nested)
                if clip.nested is None:
                    yield track.kind, clip
