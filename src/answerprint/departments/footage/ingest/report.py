"""What `answerprint ingest inspect` prints: cards, clips with their parts, sequences, versions, findings."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import msgspec

from answerprint.core.findings import Finding
from answerprint.core.time import TimeDocument


class PartDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a clip. path: relative to what was inspected."""

    path: str
    size: int
    part: int | None = None
    channel: str = ""
    duration: TimeDocument | None = None


class JoinDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Between two files of a clip. gap: "0/1" is exact, negative is recorded twice, null is not told."""

    before: str
    after: str
    gap: TimeDocument | None
    by: str


class ClipDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A take: its files, its companions, and what headers and sidecars say of it."""

    name: str
    medium: str  # picture, raw or sound
    size: int
    files: tuple[PartDocument, ...]
    camera: str = ""
    reel: str = ""
    clip: int | None = None
    start: str = ""  # timecode label
    rate: Fraction | None = None
    duration: TimeDocument | None = None  # of all parts; null where not every part was read
    width: int | None = None
    height: int | None = None
    pictures: int = 0
    channels: tuple[int, ...] = ()
    sample_rate: int | None = None
    joins: tuple[JoinDocument, ...] = ()
    missing: tuple[int, ...] = ()  # parts that are not here
    sounds: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ()
    thumbnails: tuple[str, ...] = ()
    sidecars: tuple[str, ...] = ()
    tags: Mapping[str, str] = {}


class SequenceDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Numbered pictures of one shot. missing: runs, inclusive."""

    name: str
    folder: str
    first: int
    last: int
    step: int
    padding: int
    count: int
    size: int
    missing: tuple[tuple[int, int], ...] = ()
    width: int | None = None  # of the first frame
    height: int | None = None
    rate: Fraction | None = None  # what the first frame says; else it has to be asked for


class VersionDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The versions of one render, oldest first."""

    name: str
    versions: tuple[int, ...]
    latest: str
    missing: tuple[int, ...] = ()
    changed_range: bool = False


class CardDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One card."""

    root: str
    name: str
    structure: str
    kind: str  # the structure's name for people
    reel: str
    camera: str
    files: int
    size: int
    duration: TimeDocument | None
    clips: tuple[ClipDocument, ...]
    sequences: tuple[SequenceDocument, ...]
    stills: int
    orphans: tuple[str, ...] = ()
    others: int = 0  # documents, indexes and files of no known kind


class InspectionDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Everything under a folder, by card."""

    folder: str
    files: int
    size: int
    duration: TimeDocument | None
    headers_read: int  # media files whose header was read; the rest are known by name only
    cards: tuple[CardDocument, ...]
    versions: tuple[VersionDocument, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def needs_a_person(self) -> bool:
        return any(one.needs_a_person for one in self.findings)
