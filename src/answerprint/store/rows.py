"""The catalogue's own records: what it knows about files, runs, tracks, jobs and versions."""

from __future__ import annotations

import os
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from answerprint.core.proposals import Decision
from answerprint.core.records import Annotation, Provenance

JobState = Literal["waiting", "running", "done", "reused", "failed", "set_aside"]


class FileStat(NamedTuple):
    """What tells that a file is the one hashed before, without reading it."""

    path: str
    size: int
    mtime_ns: int
    inode: int


def stat_of(path: Path) -> FileStat:
    """The stat of a file (of what a link points at). Raises OSError."""
    found = path.stat()
    return FileStat(os.fspath(path), found.st_size, found.st_mtime_ns, found.st_ino)


class Output(msgspec.Struct, frozen=True):
    """One output of a run: an object of the store, or a track of the catalogue."""

    kind: Literal["object", "track"]
    digest: str
    size: int  # bytes of the object; of the track's canonical JSON


class RunRow(msgspec.Struct, frozen=True, kw_only=True):
    """One finished step. The same key never runs again."""

    key: str
    step: str
    version: int
    subject: str  # an asset id, or a name the pipeline gave
    provenance: Provenance
    outputs: dict[str, Output] = {}
    seconds: float = 0.0


class TrackInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A current track without its annotations."""

    asset: str
    name: str
    rate: Fraction
    digest: str
    count: int
    provenance: Provenance


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A place found. rank: 0 is best for overlaps; for text a BM25 score, more is better."""

    asset: str
    track: str  # the track's name
    rate: Fraction  # ticks per second of the annotation's start and end
    annotation: Annotation
    rank: float = 0.0


class JobRow(msgspec.Struct, frozen=True, kw_only=True):
    """How one node of the graph is doing."""

    node: str
    step: str
    subject: str
    state: JobState
    reason: str = ""
    attempts: int = 0


class DecisionChange(msgspec.Struct, frozen=True):
    """One entry of the history of decisions. decision None: it was taken back."""

    number: int
    proposal: str
    decision: Decision | None
    undone: bool


class VersionRow(msgspec.Struct, frozen=True):
    """A folder of out/. digest: of everything that decides its bytes; outputs: name → object digest."""

    number: int
    digest: str
    outputs: Mapping[str, str]


class SweepReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a sweep removed."""

    objects: int = 0
    bytes: int = 0
    aside: int = 0  # folders left by processes that are gone
    runs: int = 0
    tracks: int = 0
