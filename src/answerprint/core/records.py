"""The records departments meet in: assets and their streams, tracks and their annotations."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Literal

import msgspec

from answerprint.core.time import Range, Time

StreamKind = Literal["video", "audio", "data", "subtitle", "attachment"]
AssetKind = Literal["picture", "sound", "still", "raw", "sidecar"]


class Colour(msgspec.Struct, frozen=True):
    """ITU-T H.273 colour tags by name, None where the file does not say."""

    primaries: str | None = None
    transfer: str | None = None
    matrix: str | None = None
    range: Literal["limited", "full"] | None = None


class Stream(msgspec.Struct, frozen=True, kw_only=True):
    """One stream of a file, in its own time base."""

    index: int
    kind: StreamKind
    codec: str
    time_base: Fraction | None = None  # seconds per tick of the stream's timestamps
    rate: Fraction | None = None  # frames or samples per second; the nominal one when the rate varies
    start: Time | None = None  # first presentation timestamp
    duration: Time | None = None
    frames: int | None = None  # video frames or audio samples, counted where the file was read through
    language: str | None = None
    # video
    width: int | None = None
    height: int | None = None
    pixel_aspect: Fraction | None = None
    pixel_format: str | None = None
    rotation: int = 0  # degrees clockwise to turn the decoded picture for display
    variable_rate: bool = False
    field_order: Literal["progressive", "top_first", "bottom_first"] | None = None
    colour: Colour = Colour()
    # audio
    channels: int | None = None
    layout: str | None = None
    track_names: tuple[str, ...] = ()  # from iXML or the container, one a channel
    ltc_channel: int | None = None  # the channel that carries linear timecode
    sample_format: str | None = None


class StartTimecode(msgspec.Struct, frozen=True):
    """The timecode of an asset's first frame, and where it was found."""

    label: str  # "01:00:00:00"
    frame: int
    rate: Fraction
    drop: bool
    source: Literal["tmcd", "metadata", "bwf", "ltc", "gop"]


class Damage(msgspec.Struct, frozen=True, kw_only=True):
    """A damaged stretch of a file, with the evidence for it."""

    kind: Literal[
        "corrupt_data",
        "missing_frames",
        "truncated",
        "bad_header",
        "bad_timestamps",
        "undecodable",
        "changed",
    ]
    range: Range | None  # in source time; None when the place in time is not known
    reason: str
    evidence: tuple[str, ...] = ()
    frames_lost: int | None = None
    stream: int | None = None


class Asset(msgspec.Struct, frozen=True, kw_only=True):
    """One media file, known by the BLAKE3 hash of its bytes. Source times are the streams' own timestamps."""

    id: str  # BLAKE3, 64 hex digits
    name: str  # file name, for people
    path: str  # relative to the production where inside it, else absolute; never part of a step's key
    size: int
    kind: AssetKind
    container: str
    streams: tuple[Stream, ...]
    timecode: StartTimecode | None = None
    card: str | None = None  # the folder it came from, as crews name cards and rolls
    reel: str | None = None
    proxy_of: str | None = None  # the asset id of the camera original this is a proxy of
    tags: Mapping[str, str] = {}

    def stream(self, kind: StreamKind) -> Stream | None:
        """The first stream of a kind."""
        return next((one for one in self.streams if one.kind == kind), None)


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """Where a track or an output came from."""

    step: str
    version: int
    key: str
    parameters: Mapping[str, Any] = {}
    models: Mapping[str, str] = {}  # name → digest
    inputs: Mapping[str, str] = {}  # name → digest


class Annotation(msgspec.Struct, gc=False, frozen=True, kw_only=True):
    """Something true of a stretch of an asset. start and end are ticks of the track's rate, half-open."""

    start: int
    end: int
    label: str = ""
    text: str = ""  # what full-text search finds
    confidence: float | None = None
    value: Mapping[str, Any] = {}

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"an annotation ends at or after its start: {self.start} … {self.end}")


class Track(msgspec.Struct, frozen=True, kw_only=True):
    """Annotations of one kind on one asset, `shots.1`: name and version, in ticks of one rate."""

    asset: str
    name: str
    rate: Fraction  # ticks per second
    annotations: tuple[Annotation, ...] = ()

    def range_of(self, annotation: Annotation) -> Range:
        return Range.of_ticks(annotation.start, annotation.end, self.rate)
