"""The timecode of a file's first frame: from a tmcd track, its metadata, or a wave file's time reference."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path

from av.container import InputContainer

from answerprint.core.errors import AnswerprintError, UsageError
from answerprint.core.findings import Evidence, Finding
from answerprint.core.records import StartTimecode
from answerprint.core.timecode import can_drop, nominal, parse_timecode, snap_rate
from answerprint.media.boxes import read_box, walk_boxes
from answerprint.media.wave import read_wave_chunks, start_timecode

_TMCD_ENTRY = struct.Struct(">I4s6sHIIIIB")  # QuickTime File Format, timecode sample description


def find_timecode(
    container: InputContainer, path: Path, rate: Fraction | None, wave_rate: Fraction | None = None
) -> tuple[StartTimecode | None, tuple[Finding, ...]]:
    """The start timecode, and a finding where a label is there that does not exist at the rate.

    rate: the picture's. wave_rate: at which a wave file that names none is counted. A tmcd track may count
    at a rate of its own (30 under 60 pictures): its own is used.
    """
    tracks = [one.metadata["timecode"] for one in container.streams.data if "timecode" in one.metadata]
    if tracks:
        own = _tmcd_rate(path) if container.format.name.startswith("mov") else None
        return _parsed(tracks[0], own or rate, "tmcd")
    places = [container.metadata, *(one.metadata for one in container.streams)]
    for tags in places:
        label = next((text for name, text in tags.items() if name.lower() == "timecode"), None)
        if label and rate is not None:
            return _parsed(label, rate, "metadata")
    if container.format.name == "wav":
        return _wave_timecode(path, wave_rate)
    return None, ()


def _wave_timecode(path: Path, rate: Fraction | None) -> tuple[StartTimecode | None, tuple[Finding, ...]]:
    try:
        return start_timecode(read_wave_chunks(path), rate), ()
    except AnswerprintError as error:
        return None, (Finding(code="media.wave_header", message=error.message, severity="warning"),)


def _parsed(
    label: str, rate: Fraction | None, source: str
) -> tuple[StartTimecode | None, tuple[Finding, ...]]:
    if rate is None:
        return None, ()
    drop = ";" in label and can_drop(rate)
    try:
        frame = parse_timecode(label, rate, drop=drop)
    except UsageError as error:
        evidence = Evidence(measure="timecode", value=label, threshold=str(rate))
        message = f"its start timecode {label!r} is not one at {rate} frames a second: {error.message}"
        finding = Finding(code="media.timecode", message=message, severity="warning", evidence=(evidence,))
        return None, (finding,)
    return StartTimecode(label, frame, rate, drop, source), ()  # type: ignore[arg-type]  # a literal above


def _tmcd_rate(path: Path) -> Fraction | None:
    """The frame rate in the first timecode sample description of a QuickTime or MP4 file."""
    for box in walk_boxes(path)[0]:
        if box.name != "stsd":
            continue
        raw = read_box(path, box, 8 + _TMCD_ENTRY.size)[8:]
        if len(raw) < _TMCD_ENTRY.size:
            continue
        _, kind, _, _, _, _, scale, duration, count = _TMCD_ENTRY.unpack(raw)
        if kind != b"tmcd" or not scale or not duration or not count:
            continue
        rate = snap_rate(Fraction(scale, duration))
        if nominal(rate) == count:
            return rate
    return None
