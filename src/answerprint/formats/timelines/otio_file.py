"""OpenTimelineIO documents with the media they speak of: the two ways of `otio.py`, in bytes."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any
from urllib.parse import unquote

from answerprint.core.cut import Cut
from answerprint.core.errors import FormatError
from answerprint.core.time import Time
from answerprint.core.timecode import snap_rate
from answerprint.formats.timelines.model import Loss, MediaLink, TimelineFile
from answerprint.formats.timelines.otio import write_otio
from answerprint.formats.timelines.otio_parts import OWN, believed, exact_name, frame_of
from answerprint.formats.timelines.otio_reading import read_document
from answerprint.formats.timelines.otio_tables import table_named
from answerprint.formats.timelines.otio_texts import restored


def read_otio_file(data: bytes, *, file: str | None = None, rate: Fraction | None = None) -> TimelineFile:
    """The timeline in `.otio` bytes (UTF-8). rate is not asked: the document says its own.

    Raises FormatError AP-FORMAT-040 … 043 and 661 as `read_otio`, AP-FORMAT-660 for a frame table of ours
    that cannot be read.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FormatError(
            "AP-FORMAT-040", f"this is no OTIO document: not UTF-8 at byte {error.start}", file=file
        ) from error
    read = read_document(text, file=file)
    cut = read.cut
    with believed(file):
        media = {asset: _link(child, cut.rate, read.tables, file) for asset, child in read.shown.items()}
    losses = tuple(Loss("effect", "", "lost", str(one)) for one in cut.metadata.get("not_read", ()))
    return TimelineFile(cut=cut, media=media, losses=losses)


def write_otio_file(cut: Cut, media: Mapping[str, MediaLink]) -> bytes:
    """The cut as `.otio` bytes. Raises FormatError AP-FORMAT-026 for a clip without a MediaLink."""
    return write_otio(cut, media).encode()


def _link(child: Any, rate: Fraction, tables: Mapping[str, Any], file: str | None) -> MediaLink:
    """What a document says of a clip's media."""
    reference = child.media_reference
    own = dict(reference.metadata.get(OWN) or {}) if reference is not None else {}
    url = unquote(getattr(reference, "target_url", "") or "", errors="surrogateescape")
    named = exact_name(own, reference.name) if reference is not None else ""
    name = named or url.rsplit("/", 1)[-1] or child.name
    reach = reference.available_range if reference is not None else None
    counted = Fraction(own["rate"]) if own else snap_rate(reach.start_time.rate) if reach else rate
    width, height = own.get("size") or (None, None)
    channels, samples = own.get("sound") or (0, None)
    frames = frame_of(reach.duration, counted) if reach else 0
    ticks = Fraction(own["time_base"]) if own.get("time_base") else None
    times = table_named(own["frame_times"], tables, file) if ticks and own.get("frame_times") else ()
    kept = times if len(times) == frames else ()  # else somebody gave the media another length
    return MediaLink(
        name=name,
        url=url,
        rate=counted,
        frames=frames,
        start_frame=frame_of(reach.start_time, counted) if reach else 0,
        drop=bool(own.get("drop", False)),
        first=Time.of_seconds(Fraction(own.get("first", 0))),
        reel=restored(own.get("reel")),
        time_base=ticks,
        frame_times=kept,
        rounded=bool(kept and own.get("rounded")),
        picture=bool(own.get("picture", True)),
        width=width,
        height=height,
        channels=channels,
        sample_rate=samples,
    )
