"""Avid Log Exchange of a cut: a row for every piece of media it uses, to pull, or of the media itself.

A log is a list of clips. It knows where each lies in its media, and nothing of the cut: no order, no gaps, no
transitions, no speeds. Read as a timeline its rows are laid end to end.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import PurePath

import msgspec

from answerprint.core.cut import Clip, Cut, CutTrack, source_time
from answerprint.core.errors import AnswerprintError, FormatError
from answerprint.core.time import Range, Time, round_ticks
from answerprint.core.timecode import can_drop, format_timecode, frames_a_day, parse_rate, parse_timecode
from answerprint.formats.cameras.ale import COLOUR, parse_ale, rate_label, write_ale
from answerprint.formats.text import decode_text
from answerprint.formats.timelines.asc_cdl import cdl_of, sat_text, sop_text
from answerprint.formats.timelines.edl import source_frames
from answerprint.formats.timelines.model import (
    Loss,
    MediaLink,
    TimelineFile,
    frame_on_screen,
    record_frames,
    source_of,
)

FILE, PLACE, SPACE = "Source File", "Source Path", "ASC_SPACE"
TOLD = ("Name", "Tracks", "Start", "End", "Duration", "Tape", "FPS", FILE, PLACE, SPACE, *COLOUR)
_RASTERS = {"1080": (1920, 1080), "720": (1280, 720), "PAL": (720, 576), "NTSC": (720, 486)}
_TRACKS = re.compile(r"[VA]\d*(?:-\d+)?")


class _Row(msgspec.Struct, kw_only=True):
    """A stretch of record that one row says, and the source tracks that run in it."""

    clip: Clip
    tracks: list[str]


def read_ale_file(data: bytes, *, file: str | None = None, rate: Fraction | None = None) -> TimelineFile:
    """The rows of a log, laid end to end: picture on V1, source track A2 on A2. Columns that a clip has no
    place for stand in its `metadata["ale"]`, and are written again.

    rate: for logs that do not say FPS. Source times count from timecode zero: where media begins and how long
    it is, a log does not say. Raises FormatError AP-FORMAT-001, 002, 063 and 203 as the logs of cards,
    AP-FORMAT-667 for a row whose times cannot be, AP-FORMAT-668 when no rate is known.
    """
    log = parse_ale(decode_text(data, file=file)[0], file=file)
    counted = _rate(log.heading.get("FPS"), rate, file)
    tracks: dict[str, list[Clip]] = {"V1": []}
    media: dict[str, MediaLink] = {}
    losses: list[Loss] = []
    at = 0
    for number, row in enumerate(log.rows, start=1):
        name = row.get("Name", "")
        if "Start" not in row or "End" not in row:
            losses.append(Loss("clips", f"row {number} {name}".strip(), "lost", "it has no timecodes"))
            continue
        link, start, length = _range(row, counted, file, f"row {number}")
        frames = max(1, round_ticks(length / link.rate * counted))
        if length == 0:
            losses.append(Loss("clips", f"row {number} {name}".strip(), "lost", "it has no length"))
            continue
        asset = link.url or link.name
        media.setdefault(asset, link)
        clip = Clip(
            id=str(number),
            asset=asset,
            record=Range.of_ticks(at, at + frames, counted),
            source=source_of(Time(start, link.rate), frames, counted, Fraction(1)),
            name=name,
            cdl=cdl_of(row.get("ASC_SOP"), row.get("ASC_SAT"), row.get(SPACE)),
            metadata={"ale": more} if (more := {k: v for k, v in row.items() if k not in TOLD}) else {},
        )
        for track, one in _on_tracks(clip, row.get("Tracks", "V")):
            tracks.setdefault(track, []).append(one)
        at += frames
    width, height = _RASTERS.get(log.heading.get("VIDEO_FORMAT", ""), (Cut.width, Cut.height))
    cut = Cut(
        name=PurePath(file or "").stem,
        rate=counted,
        width=width,
        height=height,
        tracks=tuple(
            CutTrack(name=name, kind="video" if name == "V1" else "audio", clips=tuple(tracks[name]))
            for name in sorted(tracks, key=lambda one: (one[0] != "V", int(one[1:])))
        ),
    )
    return TimelineFile(cut=cut, media=media, losses=tuple(losses))


def write_ale_file(cut: Cut, media: Mapping[str, MediaLink]) -> bytes:
    """The pull list of a cut: a row for every clip in the order of the record, with the source frames it
    shows; outs are exclusive, and a clip played backwards has its earliest frame first. Disabled clips and
    nested cuts are left out. Raises FormatError AP-FORMAT-026 for a clip without a MediaLink."""
    return _written([_pulled(row, cut, _link(media, row.clip)) for row in _rows(cut, media)], cut, media)


def write_stretches(
    stretches: Sequence[tuple[str, str, int, int]], cut: Cut, media: Mapping[str, MediaLink]
) -> bytes:
    """Stretches of media that a cut needs, a row each: (asset, tracks as `VA1A2`, first frame, end)."""
    rows = [
        _row(media[asset].name, [tracks], start, end, media[asset]) for asset, tracks, start, end in stretches
    ]
    return _written(rows, cut, media)


def write_media_list(cut: Cut, media: Mapping[str, MediaLink]) -> bytes:
    """The media that a cut shows, nested cuts included: a row for every file, whole."""
    rows = []
    for clip in {one.asset: one for one in _all_clips(cut)}.values():
        link = _link(media, clip)
        sound = range(1, (link.channels or (0 if link.picture else 1)) + 1)
        tracks = [*(["V"] if link.picture else []), *(f"A{one}" for one in sound)]
        rows.append(_row(link.name, tracks, 0, link.frames, link))
    return _written(rows, cut, media)


def _written(rows: Sequence[Mapping[str, str]], cut: Cut, media: Mapping[str, MediaLink]) -> bytes:
    samples = max((link.sample_rate or 0 for link in media.values()), default=0)
    return write_ale(rows, rate=cut.rate, height=cut.height, audio_rate=samples or None)


def _rows(cut: Cut, media: Mapping[str, MediaLink]) -> list[_Row]:
    """What is shown and heard, in record order. What runs together of one file has one row."""
    found: list[tuple[int, int, _Row]] = []
    running: dict[tuple[object, ...], _Row] = {}
    for order, track in enumerate(sorted(cut.tracks, key=lambda one: one.kind != "video")):
        for clip in track.clips:
            if clip.muted or clip.nested is not None:
                continue
            tracks = ["V"] if track.kind == "video" else _sources(clip, _link(media, clip))
            key = (clip.asset, clip.record, clip.source, clip.speed)
            if key in running and not set(tracks) & set(running[key].tracks):
                running[key].tracks += tracks
                continue
            running[key] = _Row(clip=clip, tracks=tracks)
            found.append((record_frames(clip, cut.rate)[0], order, running[key]))
    return [row for *_, row in sorted(found, key=lambda one: one[:2])]


def _sources(clip: Clip, link: MediaLink) -> list[str]:
    """The sound tracks of its media that a clip plays."""
    return [f"A{one + 1}" for one in clip.channels or range(max(1, link.channels))]


def _pulled(row: _Row, cut: Cut, link: MediaLink) -> dict[str, str]:
    clip = row.clip
    record_in, record_out = record_frames(clip, cut.rate)
    start, end = source_frames(clip, record_in, record_out, cut.rate, link)
    if clip.speed < 0:
        start, end = frame_on_screen(link, source_time(clip, record_out - 1, cut.rate)), start + 1
    pulled = _row(clip.name or link.name, row.tracks, start, max(end, start + 1), link)
    if clip.cdl is not None:
        pulled |= {"ASC_SOP": sop_text(clip.cdl), "ASC_SAT": sat_text(clip.cdl)}
        pulled |= {SPACE: clip.cdl.space} if clip.cdl.space else {}
    more = clip.metadata.get("ale")
    if isinstance(more, Mapping):
        pulled |= {_plain(str(key)): _plain(str(value)) for key, value in more.items() if key not in TOLD}
    return pulled


def _row(name: str, tracks: Sequence[str], start: int, end: int, link: MediaLink) -> dict[str, str]:
    def label(frame: int) -> str:
        return format_timecode(frame, link.rate, drop=link.drop, wrap=True)

    picture, sound = [one for one in tracks if one[0] == "V"], [one for one in tracks if one[0] != "V"]
    return {
        "Name": _plain(name),
        "Tracks": "".join(picture + sorted(sound, key=lambda one: int(one[1:]))),
        "Start": label(link.start_frame + start),
        "End": label(link.start_frame + end),
        "Duration": label(end - start),
        "Tape": _plain(link.reel or ""),
        "FPS": rate_label(link.rate),
        FILE: _plain(link.name),
        PLACE: _plain(link.url),
    }


def _range(
    row: Mapping[str, str], rate: Fraction, file: str | None, place: str
) -> tuple[MediaLink, int, int]:
    """A row's media, its first frame as that counts, and how many frames it is long."""
    counted = _rate(row.get("FPS"), rate, file)
    drop = can_drop(counted) and any(";" in row[one] for one in ("Start", "End"))
    try:
        start, end = (parse_timecode(row[one], counted, drop=drop) for one in ("Start", "End"))
    except AnswerprintError as error:
        raise _spoiled(error.message, file, place) from error
    day = frames_a_day(counted, drop)
    length = (end - start) % day
    if length > day // 2:
        raise _spoiled(f"it ends at {row['End']}, before it begins at {row['Start']}", file, place)
    link = MediaLink(
        name=row.get(FILE) or row.get("Name", "") or row.get("Tape", ""),
        url=row.get(PLACE) or row.get(FILE, ""),
        rate=counted,
        frames=0,
        drop=drop,
        reel=row.get("Tape"),
        picture="V" in row.get("Tracks", "V").upper(),
    )
    return link, start, length


def _on_tracks(clip: Clip, tracks: str) -> Iterator[tuple[str, Clip]]:
    """A row's clip on every track it names: `V`, `VA1A2`, `V1A1-2`."""
    named = dict.fromkeys(_named(tracks)) or {"V1": None}
    link = clip.id if len(named) > 1 else None
    for name in named:
        channels = () if name == "V1" else (int(name[1:]) - 1,)
        suffix = f".{name}" if link else ""
        yield name, msgspec.structs.replace(clip, id=clip.id + suffix, channels=channels, link=link)


def _named(tracks: str) -> Iterator[str]:
    for one in _TRACKS.findall(tracks.upper()):
        if one[0] == "V":
            yield "V1"
            continue
        first, _, last = one[1:].partition("-")
        low = min(max(int(first or 1), 1), 64)
        yield from (f"A{number}" for number in range(low, min(int(last or low), 64) + 1))


def _all_clips(cut: Cut) -> Iterator[Clip]:
    for track in cut.tracks:
        for clip in track.clips:
            if clip.nested is None:
                yield clip
            else:
                yield from _all_clips(clip.nested)


def _link(media: Mapping[str, MediaLink], clip: Clip) -> MediaLink:
    if clip.asset not in media:
        raise FormatError(
            "AP-FORMAT-026",
            f"{clip.name or clip.id} uses an asset that is not in the production: {clip.asset[:12]}",
            remedy="add the footage again",
        )
    return media[clip.asset]


def _rate(text: str | None, otherwise: Fraction | None, file: str | None) -> Fraction:
    if text is None:
        if otherwise is None:
            raise FormatError(
                "AP-FORMAT-668",
                "this log does not say its frame rate",
                file=file,
                remedy="name the rate it was made at",
            )
        return otherwise
    try:
        return parse_rate(text)
    except AnswerprintError as error:
        raise _spoiled(error.message, file, "FPS") from error


def _spoiled(why: str, file: str | None, place: str) -> FormatError:
    return FormatError("AP-FORMAT-667", why, file=file, at=place, remedy="correct the row, or leave it out")


def _plain(text: str) -> str:
    """A text for one field of a line: what breaks lines and fields becomes spaces."""
    return "".join(
        " " if unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") else letter for letter in text
    )
