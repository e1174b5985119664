"""The first bytes of a media file: timecode, rate, length and tracks, without reading its packets."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Protocol

import msgspec
from lxml import etree

from answerprint.core.errors import AnswerprintError
from answerprint.core.records import StartTimecode
from answerprint.core.time import Time
from answerprint.core.timecode import RATES, snap_rate
from answerprint.formats.cameras.documents import SAFE, text_of
from answerprint.formats.cameras.roles import suffix_of


class VideoStream(Protocol):
    """What is asked of FFmpeg's picture stream."""

    @property
    def average_rate(self) -> Fraction | None: ...
    @property
    def base_rate(self) -> Fraction | None: ...


_IXML_LIMIT = 2**20
HIGHEST_RATE = 1000  # pictures a second; above it the "rate" is that of a clock
_WAVES = frozenset({".wav", ".bwf", ".rf64"})


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """What a file's header says. Declared, not counted: damage is found by `answerprint probe`."""

    timecode: StartTimecode | None = None
    rate: Fraction | None = None  # pictures a second
    start: Time | None = None  # of the first stream's clock
    duration: Time | None = None
    pictures: int = 0  # streams
    channels: tuple[int, ...] = ()  # of each sound stream
    sample_rate: int | None = None
    width: int | None = None
    height: int | None = None
    tags: Mapping[str, str] = {}  # scene, take, tape, note, circled, family, family_index, track names
    error: str = ""  # why it cannot be opened; empty when it can


def read_head(path: Path) -> Head:
    """A file's header. What cannot be opened comes back with `error` set; nothing is raised."""
    try:
        return _wave(path) if suffix_of(path.name) in _WAVES else _container(path)
    except AnswerprintError as error:
        return Head(error=f"{error.code} {error.message}")
    except OSError as error:
        return Head(error=f"cannot be read: {error.strerror}")


def _container(path: Path) -> Head:
    from answerprint.media.guard import open_media
    from answerprint.media.start_timecodes import find_timecode

    with open_media(path, raw=True) as container:
        pictures = container.streams.video
        first = pictures[0] if pictures else None
        rate = _picture_rate(first) if first is not None else None
        timecode, _ = find_timecode(container, path, rate)
        if rate not in RATES.values() and timecode is not None:
            rate = timecode.rate  # the average of a rate that varies is the rate of nothing
        lengths = [
            Time(one.duration, 1 / one.time_base)
            for one in (*pictures, *container.streams.audio)
            if one.duration and one.time_base
        ]
        duration = lengths[0] if lengths else None
        if duration is None and container.duration:
            duration = Time(container.duration, Fraction(1_000_000))
        tags = {name.casefold(): text for name, text in container.metadata.items() if text}
        for one in container.streams.data:
            if one.metadata.get("reel_name"):
                tags["reel_name"] = one.metadata["reel_name"]
        lead = first if first is not None else next(iter(container.streams.audio), None)
        start = (
            Time(lead.start_time, 1 / lead.time_base)
            if lead is not None and lead.start_time is not None and lead.time_base
            else None
        )
        return Head(
            timecode=timecode,
            rate=rate,
            start=start,
            duration=duration,
            pictures=len(pictures),
            channels=tuple(one.channels for one in container.streams.audio),
            sample_rate=next((one.rate for one in container.streams.audio), None),
            width=first.width if first is not None else None,
            height=first.height if first is not None else None,
            tags={name: tags[name] for name in _TAGS if name in tags},
        )


_TAGS = (
    "reel_name",
    "creation_time",
    "com.apple.quicktime.model",
    "com.apple.quicktime.make",
    "company_name",
)


def _picture_rate(stream: VideoStream) -> Fraction | None:
    """The nominal rate: the average where it is one of the trade's, else the base rate where that is."""
    said = (stream.average_rate, stream.base_rate)
    average, base = (snap_rate(one) if one else None for one in said)
    found = base if average not in RATES.values() and base in RATES.values() else average or base
    return found if found is not None and found <= HIGHEST_RATE else None


def _wave(path: Path) -> Head:
    from answerprint.media.wave import read_wave_chunks, start_timecode

    wave = read_wave_chunks(path)
    rate = Fraction(wave.format.rate)
    reference = wave.time_reference
    sound = wave.ixml
    tags: dict[str, str] = {}
    if sound is not None:
        tags = {
            "project": sound.project,
            "scene": sound.scene,
            "take": sound.take,
            "tape": sound.tape,
            "note": sound.note,
            "circled": "yes" if sound.circled else "",
            "tracks": ", ".join(one for one in sound.track_names if one),
        }
    for chunk in wave.chunks:
        if chunk.id == "iXML" and chunk.size <= _IXML_LIMIT:
            with path.open("rb") as file:
                file.seek(chunk.offset)
                tags.update(_family(file.read(chunk.size)))
    return Head(
        timecode=start_timecode(wave),
        start=Time(reference, rate) if reference is not None else None,
        duration=Time(wave.frames, rate),
        channels=(wave.format.channels,),
        sample_rate=wave.format.rate,
        tags={name: text for name, text in tags.items() if text},
    )


def _family(raw: bytes) -> dict[str, str]:
    """FILE_SET of iXML: which files were recorded as one."""
    try:
        root = etree.fromstring(raw.strip(b"\0 \r\n\t"), etree.XMLParser(**SAFE))
    except (etree.XMLSyntaxError, ValueError):
        return {}
    if root.getroottree().docinfo.internalDTD is not None:
        return {}
    return {
        "family": text_of(root, "FILE_SET", "FAMILY_UID"),
        "family_index": text_of(root, "FILE_SET", "FILE_SET_INDEX"),
        "family_name": text_of(root, "FILE_SET", "FAMILY_NAME"),
    }
