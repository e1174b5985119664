"""Damage: where a file is broken, how much, why, and with what evidence. What is good is kept."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

import av.logging
from av.container import InputContainer
from av.stream import Disposition, Stream
from blake3 import blake3

from answerprint.core.errors import MediaError
from answerprint.core.records import Damage
from answerprint.media.container_checks import container_faults
from answerprint.media.evidence import Evidence
from answerprint.media.faults import Fault
from answerprint.media.guard import LogLine, check_file, decodable, open_media
from answerprint.media.reading import decode
from answerprint.media.verdict import judge, unreadable

HASH_BLOCK = 1 << 20


@dataclass(frozen=True)
class DamageReport:
    """What `inspect` found. counts: stream index → (packets read, pictures or samples decoded)."""

    damage: tuple[Damage, ...]
    container: str | None = None
    counts: dict[int, tuple[int, int]] = field(default_factory=dict)


def inspect(path: Path, *, known_hash: str | None = None) -> DamageReport:
    """Read a file through, decoding everything that can be decoded, and say what is damaged.

    known_hash: its BLAKE3 from when it was good: a difference is reported apart, as kind "changed". A file
    whose header cannot be read comes back as damage too, not as an error. One call at a time in a process:
    FFmpeg's log names no container. Raises MediaError AP-MEDIA-001, 002, 004…008, 010…012, 015.
    """
    absolute, head = check_file(path)
    faults = container_faults(absolute, head)
    changed = _changed(absolute, known_hash)
    try:
        report = _decoded(path, faults)
    except MediaError as error:
        # Not recognised at all, and nothing known of its container either: that is no damaged media file.
        if error.code not in ("AP-MEDIA-009", "AP-MEDIA-017") and not (
            error.code == "AP-MEDIA-008" and faults
        ):
            raise
        report = DamageReport(unreadable(error, faults))
    return DamageReport((*report.damage, *changed), report.container, report.counts)


def streams_to_decode(container: InputContainer, file: str, *, threads: int, exact: bool) -> list[Stream]:
    """The first picture and every sound stream, set up. exact: one thread, so that a message belongs to the
    packet at hand. Raises MediaError AP-MEDIA-010 or 017 when there is nothing to decode."""
    moving = [one for one in container.streams.video if not one.disposition & Disposition.attached_pic]
    wanted: list[Stream] = [*moving[:1], *container.streams.audio]
    chosen: list[Stream] = []
    refused: MediaError | None = None
    for stream in wanted:
        try:
            chosen.append(decodable(stream, file, threads=1 if exact else threads, frame_threads=not exact))
        except MediaError as error:
            refused = error
    if not chosen:
        raise refused or MediaError(
            "AP-MEDIA-017", "there is neither picture nor sound in this file", file=file
        )
    return chosen


def _decoded(path: Path, faults: list[Fault]) -> DamageReport:
    opening: list[LogLine] = []
    with open_media(path, opening) as container, av.logging.Capture(local=False) as log:
        log.extend(opening)
        streams = streams_to_decode(container, os.fspath(path), threads=1, exact=True)
        evidence = Evidence(log, streams)
        for _ in decode(container, streams, evidence):
            pass
        evidence.listen()
        counts = {
            index: (facts.packets, facts.frames if facts.kind == "video" else facts.samples)
            for index, facts in evidence.facts.items()
        }
        return DamageReport(judge(container, evidence, faults), container.format.name, counts)


def _changed(path: Path, known_hash: str | None) -> tuple[Damage, ...]:
    if known_hash is None:
        return ()
    digest = blake3()
    with path.open("rb") as file:
        while block := file.read(HASH_BLOCK):
            digest.update(block)
    if digest.hexdigest() == known_hash:
        return ()
    reason = "its bytes are not those that were taken in"
    evidence = (f"BLAKE3 {digest.hexdigest()} instead of {known_hash}",)
    return (Damage(kind="changed", range=None, reason=reason, evidence=evidence),)
