"""Hits for other programs: a timeline of selects for OTIO, and a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from answerprint.core.cut import Clip, Cut, CutTrack, Marker
from answerprint.core.records import Asset
from answerprint.core.time import Range, Rounding, Time
from answerprint.departments.footage.search.in_production import HitDocument
from answerprint.formats.spreadsheet import harmless
from answerprint.formats.timelines.model import MediaLink
from answerprint.formats.timelines.otio import write_otio

HEADER = (
    "number", "clip", "path", "start", "end", "start_seconds", "end_seconds", "score", "query", "evidence",
    "asset",
)  # fmt: skip


def selects(
    hits: Sequence[HitDocument],
    assets: Mapping[str, Asset],
    extent: Callable[[Asset], Range],
    *,
    name: str,
    query: str,
    rate: Fraction,
    handles: int = 0,
    size: tuple[int, int] = (1920, 1080),
) -> Cut:
    """Hits one after another on V1 (and A1 where there is sound), each with a marker of its evidence.

    handles: frames of `rate` added before and after each, as far as the media goes. extent: where an asset's
    media starts and ends on its own clock.
    """
    at = 0
    video: list[Clip] = []
    audio: list[Clip] = []
    markers: list[Marker] = []
    for number, hit in enumerate(hits, start=1):
        asset = assets[hit.asset]
        source = _with_handles(hit, extent(asset), Fraction(handles) / rate)
        frames = max(1, source.duration.frame(rate, Rounding.CEILING))
        record = Range(Time(at, rate), Time(at + frames, rate))
        why = "; ".join(f"{one.clause} ({one.text or one.label or one.how})" for one in hit.evidence)
        clip = Clip(
            id=f"hit-{number}",
            asset=asset.id,
            record=record,
            source=Range(source.start, Time.of_seconds(source.start.seconds + frames / rate)),
            name=f"{number} {asset.name}",
            link=f"hit-{number}" if asset.stream("video") and asset.stream("audio") else None,
            reason=why,
            metadata={"query": query, "score": hit.score, "handles": handles},
        )
        if asset.stream("video") is not None:
            video.append(clip)
        if asset.stream("audio") is not None:
            audio.append(clip)
        markers.append(Marker(record, f"{number}", f"{hit.score:.2f} {why}"))
        at += frames
    tracks = [CutTrack(name="V1", kind="video", clips=tuple(video))]
    if audio:
        tracks.append(CutTrack(name="A1", kind="audio", clips=tuple(audio)))
    return Cut(
        name=name,
        rate=rate,
        width=size[0],
        height=size[1],
        tracks=tuple(tracks),
        markers=tuple(markers),
        metadata={"query": query},
    )


def as_otio(cut: Cut, links: Mapping[str, MediaLink], media_root: str) -> bytes:
    """The selects as an .otio document. media_root: from its folder to the production's."""
    return write_otio(cut, links, media_root=media_root).encode("utf-8")


def as_csv(hits: Sequence[HitDocument], query: str) -> bytes:
    """A row for each hit; times as timecode where the clip has it, and in exact seconds."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    for number, hit in enumerate(hits, start=1):
        evidence = "; ".join(
            f"{one.clause}: {one.text or one.label or one.how} ({one.score:.2f})" for one in hit.evidence
        )
        writer.writerow(
            [
                number, harmless(hit.name), harmless(hit.path),
                hit.start.timecode or "", hit.end.timecode or "",
                hit.start.time, hit.end.time, hit.score, harmless(query), harmless(evidence), hit.asset,
            ]
        )  # fmt: skip
    return out.getvalue().encode("utf-8")


def _with_handles(hit: HitDocument, whole: Range, handles: Fraction) -> Range:
    start, end = Fraction(hit.start.time), Fraction(hit.end.time)
    first = max(start - handles, min(whole.start.seconds, start))
    last = min(end + handles, max(whole.end.seconds, end))
    return Range(Time.of_seconds(first), Time.of_seconds(max(last, first)))
