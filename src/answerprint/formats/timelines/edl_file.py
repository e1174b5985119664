"""CMX 3600 lists as timelines: one picture track and up to four of sound, in bytes."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import msgspec

from answerprint.core.cut import Cut, CutTrack
from answerprint.core.errors import FormatError
from answerprint.formats.timelines.conforming import conform, named_media
from answerprint.formats.timelines.edl import SOUND_CHANNELS, write_edl
from answerprint.formats.timelines.edl_document import read_edl
from answerprint.formats.timelines.model import Loss, MediaLink, TimelineFile


def read_edl_file(data: bytes, *, file: str | None = None, rate: Fraction | None = None) -> TimelineFile:
    """The timeline of a list. Media is named as the list names it; of how long it is, lists say nothing.

    rate: the cut's, for lists of other programs. Raises FormatError AP-FORMAT-020 … 023 and 028 … 030.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")  # programs write names so; every byte is a letter in it
    document = read_edl(text, rate, file=file)
    try:
        cut = conform(document)
    except FormatError as error:
        raise FormatError(error.code, error.message, file=file, at=error.at, remedy=error.remedy) from error
    losses = tuple(
        Loss("record_range", one.subject or "", "approximated", one.message) for one in document.findings
    )
    return TimelineFile(cut=cut, media=named_media(document), losses=losses)


def write_edl_file(cut: Cut, media: Mapping[str, MediaLink]) -> bytes:
    """The cut's lowest picture track with the first four of sound. What a list has no place for is left out:
    further tracks, nested cuts, disabled clips. Raises FormatError AP-FORMAT-026, AP-FORMAT-027."""
    flat = msgspec.structs.replace(cut, tracks=tuple(_flat(track) for track in cut.tracks))
    pictures = [one.name for one in flat.tracks if one.kind == "video" and one.clips]
    sounds = [one.name for one in flat.tracks if one.kind == "audio" and one.clips]
    if not pictures:
        empty = CutTrack(name="V", kind="video")
        flat = msgspec.structs.replace(flat, tracks=(empty, *flat.tracks))
        pictures = [empty.name]
    text = write_edl(flat, media, track=pictures[0], sound=sounds[:SOUND_CHANNELS])
    return text.encode("utf-8", "surrogateescape")


def _flat(track: CutTrack) -> CutTrack:
    return msgspec.structs.replace(
        track, clips=tuple(one for one in track.clips if one.nested is None and not one.muted)
    )
