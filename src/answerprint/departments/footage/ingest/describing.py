"""Clips told to other programs: rows of an Avid log, XMP sidecars."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from fractions import Fraction

import msgspec

from answerprint.core.errors import FootageError, UsageError
from answerprint.core.findings import Finding
from answerprint.core.time import Time
from answerprint.core.timecode import can_drop, format_timecode, parse_timecode
from answerprint.departments.footage.ingest.doubts import finding
from answerprint.departments.footage.ingest.report import CardDocument, ClipDocument, InspectionDocument
from answerprint.formats.cameras.ale import rate_label, write_ale
from answerprint.formats.cameras.xmp import XmpRecord, write_xmp


class LogDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What was written into a log."""

    rows: int
    rate: Fraction
    findings: tuple[Finding, ...] = ()

    @property
    def needs_a_person(self) -> bool:
        return any(one.needs_a_person for one in self.findings)


def avid_log(found: InspectionDocument, rate: Fraction | None = None) -> tuple[bytes, LogDocument]:
    """Every clip with a start timecode as a row of an Avid log. Start is the first frame, End the one after
    the last, both exact labels of the clip's own count.

    rate: of the heading; without it that of most clips. Clips of another rate, without a timecode or without
    a length are findings: Avid takes all rows to count in the heading's rate.
    Raises FootageError AP-FOOTAGE-213 when no clip can stand in the log.
    """
    findings: list[Finding] = []
    rows: list[tuple[Fraction, Mapping[str, str], ClipDocument]] = []
    for card, clip in _clips(found):
        times = clip_times(clip)
        if times is None:
            text = f"{clip.name} has no timecode or no length: it is not in the log"
            findings.append(finding("no_timecode", clip.name, text, person=True))
            continue
        rows.append((times[2], _row(card, clip, times), clip))
    if not rows:
        raise FootageError(
            "AP-FOOTAGE-213",
            "no clip here has a timecode and a length",
            file=found.folder,
            remedy="name a folder of picture files; answerprint ingest inspect shows what is in it",
        )
    main = rate or Counter(one for one, _, _ in rows).most_common(1)[0][0]
    for own, row, _ in rows:
        if own != main:
            text = f"{row['Name']} counts {rate_label(own)}, the log {rate_label(main)}: import it on its own"
            findings.append(finding("rate", row["Name"], text, person=True))
    lead = next((clip for own, _, clip in rows if own == main), rows[0][2])
    data = write_ale([row for _, row, _ in rows], rate=main, height=lead.height, audio_rate=lead.sample_rate)
    return data, LogDocument(rows=len(rows), rate=main, findings=tuple(findings))


def sidecars(found: InspectionDocument) -> dict[str, bytes]:
    """An XMP sidecar for each picture, by its path: the clip's own, with `.xmp` for its suffix."""
    written: dict[str, bytes] = {}
    for card, clip in _clips(found):
        for number, part in enumerate(clip.files):
            path = part.path.rpartition(".")[0] + ".xmp"
            written[path] = write_xmp(record_of(card, clip, first=number == 0))
    return written


def record_of(card: CardDocument | None, clip: ClipDocument, *, first: bool = True) -> XmpRecord:
    """What is known of a clip as XMP notes it. first: the start timecode is that of its first file only."""
    tags = clip.tags
    rating = tags.get("rating", "")
    return XmpRecord(
        title=tags.get("title") or tags.get("name", ""),
        description=tags.get("description", ""),
        scene=tags.get("scene", ""),
        take=tags.get("take", ""),
        shot=tags.get("shot", clip.name),
        tape=clip.reel or (card.reel if card is not None else ""),
        camera=clip.camera,
        model=tags.get("model", ""),
        comment=tags.get("comment") or tags.get("note", ""),
        good=True if "yes" in (tags.get("circled"), tags.get("good")) else None,
        rating=int(rating) if rating.lstrip("-").isdigit() else None,
        start=clip.start if first else "",
        rate=clip.rate,
    )


def clip_times(clip: ClipDocument) -> tuple[int, int, Fraction, bool] | None:
    """First frame, frames, rate and drop-frame of a clip's timecode; None where it has none or no length."""
    if not clip.start or clip.rate is None or clip.duration is None:
        return None
    rate = clip.rate
    drop = ";" in clip.start and can_drop(rate)
    try:
        start = parse_timecode(clip.start, rate, drop=drop)
    except UsageError:
        return None
    return start, Time.of_seconds(Fraction(clip.duration.time)).frame(rate), rate, drop


def _row(card: CardDocument, clip: ClipDocument, times: tuple[int, int, Fraction, bool]) -> dict[str, str]:
    start, frames, rate, drop = times
    tags = clip.tags

    def label(frame: int) -> str:
        return format_timecode(frame, rate, drop=drop, wrap=True)

    return {
        "Name": clip.name,
        "Tracks": _tracks(clip),
        "Start": label(start),
        "End": label(start + frames),
        "Duration": label(frames) if not drop else format_timecode(frames, rate, drop=True),
        "Tape": clip.reel or card.reel or card.name,
        "FPS": rate_label(rate),
        "Scene": tags.get("scene", ""),
        "Take": tags.get("take", ""),
        "Camera": clip.camera,
        "Circled": "Y" if "yes" in (tags.get("circled"), tags.get("good")) else "",
        "Source File": clip.files[0].path.rpartition("/")[2],
        "Camera Model": tags.get("model", ""),
        "Lens": tags.get("lens", ""),
        "Shoot Date": tags.get("created", "")[:10] or tags.get("creation_time", "")[:10],
        "Comments": tags.get("comment") or tags.get("note", ""),
    }


def _tracks(clip: ClipDocument) -> str:
    """`VA1A2`, as Avid counts them: one number for each channel of sound."""
    count = sum(clip.channels) + len(clip.sounds)
    return ("V" if clip.pictures else "") + "".join(f"A{number}" for number in range(1, count + 1))


def _clips(found: InspectionDocument) -> Iterator[tuple[CardDocument, ClipDocument]]:
    for card in found.cards:
        for clip in card.clips:
            if clip.files:
                yield card, clip
