"""The shots of a file as lists for other programs: CMX 3600 and a table."""

from __future__ import annotations

import csv
import io
from fractions import Fraction
from pathlib import Path

from answerprint.core.cut import Clip, Cut, CutTrack
from answerprint.core.errors import FootageError
from answerprint.core.time import Range, Time
from answerprint.core.timecode import recount
from answerprint.departments.footage.shots.in_file import ShotsDocument
from answerprint.formats.timelines.edl import write_edl
from answerprint.formats.timelines.model import MediaLink
from answerprint.media.probe import probe

COLUMNS = (
    "shot",
    "start",
    "end",
    "start_frame",
    "end_frame",
    "start_timecode",
    "end_timecode",
    "begins_with",
)


def shot_table(found: ShotsDocument) -> str:
    """A CSV with a row a shot: exact times, frames, timecode where the file has it, and how it begins."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    for number, shot in enumerate(found.shots, start=1):
        row = (
            *(number, shot.start.time, shot.end.time, shot.start.frame, shot.end.frame),
            *(shot.start.timecode or "", shot.end.timecode or "", _begins(found, number - 1)),
        )
        table.writerow(row)
    return out.getvalue()


def shot_list(file: Path, found: ShotsDocument) -> str:
    """A CMX 3600 list with an event a shot, each at its own place: what a conform cuts a flat file up by.

    Frames are counted as presented, from the file's own timecode. Raises FootageError AP-FOOTAGE-120 for a
    file that names no frame rate.
    """
    asked = probe(file)
    stream = asked.stream("video")
    rate = stream.rate if stream is not None else None
    if rate is None:
        raise FootageError(
            "AP-FOOTAGE-120",
            "this file names no frame rate, and an EDL counts frames",
            file=str(file),
            remedy="write a table instead: --csv",
        )
    start, drop = 0, False
    if asked.timecode is not None:
        given = asked.timecode
        start, drop = recount(given.frame, given.rate, given.drop, rate)
    clips = []
    for number, shot in enumerate(found.shots, start=1):
        first, last = shot.start.frame or 0, shot.end.frame or 0
        if last > first:
            span = Range(Time(first, rate), Time(last, rate))
            clips.append(
                Clip(id=f"shot{number}", asset="file", record=span, source=span, name=f"shot {number}")
            )
    track = CutTrack(name="V1", kind="video", clips=tuple(clips))
    cut = Cut(name=file.stem, rate=rate, drop=drop, start_frame=start, tracks=(track,))
    frames = max((shot.end.frame or 0 for shot in found.shots), default=0)
    link = MediaLink(
        name=file.name, url=file.name, rate=rate, frames=frames, start_frame=start, drop=drop,
        first=Time(0, Fraction(rate)),
    )  # fmt: skip
    return write_edl(cut, {"file": link})


def _begins(found: ShotsDocument, number: int) -> str:
    """The type of the boundary a shot begins with; "" for one that begins with the file."""
    start, end = Fraction(found.shots[number].start.time), Fraction(found.shots[number].end.time)
    for one in found.boundaries:
        first, last = Fraction(one.start.time), Fraction(one.end.time)
        if one.type == "fade_in" and start <= first < end:
            return one.type
        if one.type not in ("fade_in", "fade_out") and number and first <= start <= last:
            return one.type
    return ""
