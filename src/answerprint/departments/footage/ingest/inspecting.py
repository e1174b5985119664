"""A card or a folder of cards looked through without writing to it: what is there, whole or not."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Literal

from answerprint.core.errors import AnswerprintError
from answerprint.core.findings import Finding
from answerprint.core.time import Time, TimeDocument, time_document
from answerprint.departments.footage.ingest.doubts import (
    finding,
    listing_doubts,
    number_doubts,
    sequence_doubts,
)
from answerprint.departments.footage.ingest.grouping import CardFiles, ClipFiles, every_entry, group
from answerprint.departments.footage.ingest.heads import Head, read_head
from answerprint.departments.footage.ingest.listing import Entry, Listing, list_folder
from answerprint.departments.footage.ingest.report import (
    CardDocument,
    ClipDocument,
    InspectionDocument,
    JoinDocument,
    PartDocument,
    SequenceDocument,
    VersionDocument,
)
from answerprint.departments.footage.ingest.spans import (
    Join,
    join_of,
    merge_by_documents,
    merge_by_family,
    merge_by_playlist,
    merge_by_size,
    missing_parts,
)
from answerprint.formats.cameras.playlists import read_playlist
from answerprint.formats.cameras.roles import suffix_of
from answerprint.formats.cameras.sequences import ImageSequence, versions_of
from answerprint.formats.cameras.sidecars import ClipSidecar, read_sidecar
from answerprint.formats.cameras.xmp import XmpRecord, read_xmp

Headers = Literal["auto", "all", "none"]
MOST_HEADERS = 2000  # read without being asked: about two seconds of a fast disk
Progress = Callable[[int, int], None]


def inspect(
    folder: Path, *, headers: Headers = "auto", progress: Progress = lambda done, total: None
) -> InspectionDocument:
    """What is under a folder (or of one file), by card.

    headers: whether media files are opened for their times and timecodes; "auto" opens them where there are
    at most MOST_HEADERS, else only the files of clips that span several.
    Raises UsageError AP-USE-211, AP-USE-212 when the folder cannot be read.
    """
    return Inspection(list_folder(folder), headers, progress).document()


class Inspection:
    """A listing and all that was read of its files."""

    def __init__(
        self, listing: Listing, headers: Headers, progress: Progress = lambda done, total: None
    ) -> None:
        self.listing = listing
        self.cards = group(listing)
        self.findings: list[Finding] = [*listing.findings(), *listing_doubts(listing)]
        self.heads: dict[str, Head] = {}
        self.documents: dict[str, ClipSidecar] = {}  # by path of the document
        self.notes: dict[str, XmpRecord] = {}
        self.joins: dict[tuple[str, str], Join] = {}
        self._read(headers, progress)
        for card in self.cards:
            self._merge(card)

    def document(self) -> InspectionDocument:
        cards = tuple(self._card(one) for one in self.cards)
        shown = {
            _pattern(one): f"{one.folder}/{one.name}" if one.folder else one.name
            for card in self.cards
            for one in card.sequences
        }
        versions = [
            VersionDocument(
                name=one.name,
                versions=one.numbers,
                latest=shown.get(one.latest, one.latest),
                missing=one.missing,
                changed_range=one.changed_range,
            )
            for one in versions_of(self._versioned())
        ]
        for one in versions:
            if one.missing:
                gone = ", ".join(f"v{number:03d}" for number in one.missing)
                self.findings.append(finding("version_hole", one.name, f"{gone} of {one.name} is not here"))
            if one.changed_range:
                text = f"{one.latest} has other frames than the version before it"
                self.findings.append(finding("version_range", one.latest, text, person=True))
        lengths = [one.duration for one in cards]
        return InspectionDocument(
            folder=str(self.listing.root),
            files=len(self.listing.files),
            size=self.listing.size,
            duration=_sum(lengths),
            headers_read=len(self.heads),
            cards=cards,
            versions=tuple(versions),
            findings=tuple(self.findings),
        )

    # what is read

    def _read(self, headers: Headers, progress: Progress) -> None:
        clips = [clip for card in self.cards for clip in card.clips]
        wanted = [part.entry for clip in clips for part in clip.parts]
        if headers == "none":
            return
        if headers == "auto" and len(wanted) > MOST_HEADERS:
            text = f"{len(wanted)} media files: only spanned clips were opened (--headers all)"
            self.findings.append(finding("by_name", "", text, severity="note"))
            wanted = [part.entry for clip in clips if len(clip.parts) > 1 for part in clip.parts][
                :MOST_HEADERS
            ]
        for number, entry in enumerate(wanted, start=1):
            self._head(entry)
            progress(number, len(wanted))
        chosen = {one.path for one in wanted}
        for clip in clips:
            if clip.parts and clip.parts[0].entry.path in chosen:
                for sidecar in clip.sidecars:
                    self._sidecar(sidecar)

    def _head(self, entry: Entry) -> None:
        if entry.size == 0:
            text = f"{entry.path} holds nothing: 0 bytes"
            self.findings.append(finding("empty", entry.path, text, severity="problem", person=True))
            return
        head = read_head(self.listing.root / entry.path)
        self.heads[entry.path] = head
        raw = suffix_of(entry.name) in (".braw", ".r3d", ".ari", ".arx", ".crm", ".rmf", ".nev")
        if head.error and not (raw and head.error.startswith(("AP-MEDIA-008", "AP-MEDIA-009"))):
            text = f"{entry.path} cannot be opened: {head.error}"
            self.findings.append(
                finding("unreadable_media", entry.path, text, severity="problem", person=True)
            )

    def _sidecar(self, entry: Entry) -> None:
        path, suffix = self.listing.root / entry.path, suffix_of(entry.name)
        try:
            if suffix == ".xml":
                found = read_sidecar(path)
                if found is not None:
                    self.documents[entry.path] = found
            elif suffix == ".xmp":
                self.notes[entry.path] = read_xmp(path)
        except AnswerprintError as error:
            self.findings.append(
                finding("sidecar", entry.path, f"{entry.path}: {error.message}", person=True)
            )

    # what belongs together

    def _merge(self, card: CardFiles) -> None:
        joins: list[Join] = []
        if card.structure.key == "avchd":
            for entry in card.indexes:
                if suffix_of(entry.name) in (".mpl", ".mpls") and self.heads:
                    try:
                        items = read_playlist(self.listing.root / entry.path)
                    except AnswerprintError as error:
                        text = f"{entry.path}: {error.message}"
                        self.findings.append(finding("playlist", entry.path, text))
                        continue
                    joins += merge_by_playlist(card.clips, items)
        if card.structure.key == "panasonic-p2":
            by_clip = {
                clip.name: self.documents[one.path]
                for clip in card.clips
                for one in clip.sidecars
                if one.path in self.documents
            }
            for lost in merge_by_documents(card.clips, by_clip):
                text = f"a part of a clip on {card.name} lies on another card (its id ends in …{lost[-12:]})"
                self.findings.append(finding("part_elsewhere", card.name, text, person=True))
        joins += merge_by_size(card.clips, self.heads)
        merge_by_family(card.clips, self.heads)
        self.joins.update({(one.before, one.after): one for one in joins})

    # what is told

    def _card(self, card: CardFiles) -> CardDocument:
        clips = tuple(self._clip(card, one) for one in card.clips)
        self.findings += number_doubts(card)
        for one in card.orphans:
            text = f"{one.path} belongs to a clip that is not here"
            self.findings.append(finding("orphan", one.path, text, person=True))
        sequences = []
        for sequence in card.sequences:
            self.findings += sequence_doubts(sequence)
            sequences.append(self._sequence(sequence))
        entries = list(every_entry(card))
        return CardDocument(
            root=card.root,
            name=card.name,
            structure=card.structure.key,
            kind=card.structure.name,
            reel=card.reel,
            camera=card.camera,
            files=len(entries) + sum(one.count for one in card.sequences),
            size=sum(one.size for one in entries) + sum(one.size for one in card.sequences),
            duration=_sum([one.duration for one in clips]),
            clips=clips,
            sequences=tuple(sequences),
            stills=len(card.stills),
            orphans=tuple(one.path for one in card.orphans),
            others=len(card.others) + len(card.indexes),
        )

    def _clip(self, card: CardFiles, clip: ClipFiles) -> ClipDocument:
        heads = [self.heads.get(one.entry.path, Head()) for one in clip.parts]
        spans = clip.spans()
        said = [self.documents[one.path] for one in clip.sidecars if one.path in self.documents]
        noted = [self.notes[one.path] for one in clip.sidecars if one.path in self.notes]
        tags = _tags(heads, said, noted)
        written = clip.written
        lengths = [_length(self.heads.get(span[0].entry.path)) for span in spans]
        first = heads[0]
        start = first.timecode.label if first.timecode else next((one.start for one in said if one.start), "")
        joins = self._joins(spans)
        missing = missing_parts(clip, self._first_part(card, clip))
        for number in missing:
            text = f"part {number} of {clip.name} is not here ({_names(clip)})"
            self.findings.append(finding("part_missing", clip.name, text, severity="problem", person=True))
        duration = _sum([time_document(one) if one is not None else None for one in lengths])
        if duration is None and len(spans) == 1:
            duration = next(
                (time_document(Time(one.frames, one.rate)) for one in said if one.frames and one.rate), None
            )
        return ClipDocument(
            name=clip.name,
            medium=clip.medium,
            size=clip.size,
            files=tuple(
                PartDocument(
                    path=part.entry.path,
                    size=part.entry.size,
                    part=part.part,
                    channel=part.channel,
                    duration=time_document(head.duration) if head.duration is not None else None,
                )
                for part, head in zip(clip.parts, heads, strict=True)
            ),
            camera=written.camera or card.camera,
            reel=tags.get("reel") or written.reel or card.reel,
            clip=written.clip,
            start=start,
            rate=first.rate or next((one.rate for one in said if one.rate), None),
            duration=duration,
            width=first.width,
            height=first.height,
            pictures=first.pictures,
            channels=first.channels,
            sample_rate=first.sample_rate,
            joins=tuple(joins),
            missing=missing,
            sounds=tuple(one.path for one in clip.sounds),
            proxies=tuple(one.path for one in clip.proxies),
            thumbnails=tuple(one.path for one in clip.thumbnails),
            sidecars=tuple(one.path for one in clip.sidecars),
            tags=tags,
        )

    def _joins(self, spans: list[list]) -> list[JoinDocument]:  # type: ignore[type-arg]
        found = []
        for before, after in itertools.pairwise(spans):
            names = (before[0].entry.path, after[0].entry.path)
            one, other = self.heads.get(names[0]), self.heads.get(names[1])
            known = self.joins.get(names)
            join = (
                join_of(one, other, names)
                if one is not None and other is not None
                else Join(*names, None, "")
            )
            if join.gap is None and known is not None:
                join = known
            if join.gap is not None and join.gap.ticks:
                self.findings.append(_gap(join))
            gap = time_document(join.gap) if join.gap is not None else None
            found.append(JoinDocument(before=join.before, after=join.after, gap=gap, by=join.by))
        return found

    def _first_part(self, card: CardFiles, clip: ClipFiles) -> int:
        return 0 if clip.name.startswith("GOPR") else card.structure.first_part

    def _sequence(self, one: ImageSequence) -> SequenceDocument:
        head = Head()
        if self.heads or not any(card.clips for card in self.cards):
            head = read_head(self.listing.root / one.file(one.first))
            if head.error:
                text = f"{one.file(one.first)} cannot be opened: {head.error}"
                self.findings.append(finding("unreadable_frame", one.name, text))
        return SequenceDocument(
            name=one.name,
            folder=one.folder,
            first=one.first,
            last=one.last,
            step=one.step,
            padding=one.padding,
            count=one.count,
            size=one.size,
            missing=one.missing,
            width=head.width,
            height=head.height,
            rate=head.rate if suffix_of(one.name) in (".dpx", ".exr") and head.rate else None,
        )

    def _versioned(self) -> list[tuple[str, str]]:
        found = []
        for card in self.cards:
            for one in card.sequences:
                found.append((_pattern(one), f"{one.label} {one.missing}"))
            found += [(clip.parts[0].entry.path, "") for clip in card.clips if clip.parts]
        return found


def _pattern(one: ImageSequence) -> str:
    """A sequence's path with `#` for its frames: the same for every version but the version."""
    return f"{one.folder}/{one.head}#{one.tail}" if one.folder else f"{one.head}#{one.tail}"


def _tags(heads: list[Head], said: list[ClipSidecar], noted: list[XmpRecord]) -> dict[str, str]:
    """What is said of a clip, the camera's own file before its documents, people's notes over both."""
    tags: dict[str, str] = {}
    for document in said:
        tags.update(document.tags())
    for head in heads:
        for name, text in head.tags.items():
            tags.setdefault({"reel_name": "reel", "tape": "reel"}.get(name, name), text)
    for note in noted:
        tags.update(note.tags())
    return tags


def _gap(join: Join) -> Finding:
    assert join.gap is not None
    count = abs(join.gap.ticks)
    unit = "frame" if join.gap.rate < 1000 else "sample"
    what = f"{count} {unit}{'' if count == 1 else 's'}"
    text = f"{what} are missing" if join.gap.ticks > 0 else f"{what} are recorded twice"
    return finding("gap", join.before, f"{text} between {join.before} and {join.after}", person=True)


def _length(head: Head | None) -> Time | None:
    return head.duration if head is not None else None


def _sum(lengths: list[TimeDocument | None]) -> TimeDocument | None:
    """All lengths together, exactly; None when there is none, or one of a clip's is not known."""
    known = [Fraction(one.time) for one in lengths if one is not None]
    if not known:
        return None
    return time_document(Time.of_seconds(sum(known, Fraction(0))))


def _names(clip: ClipFiles) -> str:
    return ", ".join(one.entry.name for one in clip.parts)
