"""What a file is: its streams with exact rates and times, its timecode, its colour, and what it is not."""

from __future__ import annotations

import os
from contextlib import closing
from fractions import Fraction
from pathlib import Path

import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from answerprint.core.errors import AnswerprintError, MediaError
from answerprint.core.findings import Finding
from answerprint.core.logged import Probe
from answerprint.core.records import AssetKind, StartTimecode, Stream
from answerprint.core.time import Time
from answerprint.core.timecode import format_timecode
from answerprint.media.decode import read_sound
from answerprint.media.describe import codec_name, other_record, picture_record, sound_record
from answerprint.media.forms import SoundForm
from answerprint.media.frame_times import shown
from answerprint.media.guard import CODECS, check_file, decodable, has_decoder, open_media
from answerprint.media.ltc import LtcTrack, find_ltc
from answerprint.media.raw import camera_raw, raw_in_mxf
from answerprint.media.reading import decode, demux
from answerprint.media.start_timecodes import find_timecode
from answerprint.media.wave import read_wave_chunks

MOST_PACKETS = 100_000  # read to see whether the rate varies: an hour of pictures, …
MOST_BYTES = 256_000_000  # … or this much of the file, whichever comes first
LTC_SECONDS = 12  # of each sound stream listened to for timecode: a slate and a clap rarely hide it longer
FIRST_PACKETS = 300  # within which the first picture must come, to see its rotation and fields

_STILL_CONTAINERS = ("_pipe", "webp")


def probe(path: Path, wave_rate: Fraction | None = None) -> Probe:
    """Read a file's headers, its packets' timestamps (bounded) and its first picture.

    wave_rate: frames a second at which the time reference of a wave file that names no rate is counted;
    without it such a file has no timecode. Camera raw comes back as kind "raw" with a finding that names
    it, and with what its container tells.
    Raises MediaError AP-MEDIA-001…009, 011, 012.
    """
    absolute, head = check_file(path)
    raw = camera_raw(absolute.name, head)
    try:
        with open_media(path, raw=True) as container:
            return _probe(container, absolute, os.fspath(path), raw, wave_rate)
    except MediaError as error:
        if raw is None or error.code not in ("AP-MEDIA-008", "AP-MEDIA-009"):
            raise
        return Probe(container=raw, kind="raw", streams=(), findings=(_raw_finding(raw),))


def _probe(
    container: InputContainer, path: Path, file: str, raw: str | None, wave_rate: Fraction | None
) -> Probe:
    packets = _Packets(container)
    first = _first_pictures(file) if raw is None else {}
    tags = {name: text for name, text in container.metadata.items() if text}
    raw = raw or raw_in_mxf(container.format.name, tags, _has_unknown_picture(container))
    findings: list[Finding] = [_raw_finding(raw)] if raw else []
    streams: list[Stream] = []
    names = _wave_track_names(container, path)
    ltc = {} if raw else _ltc_tracks(container, file)
    for stream in container.streams:
        if isinstance(stream, VideoStream) and has_decoder(stream):
            streams.append(picture_record(stream, *packets.of(stream.index), first.get(stream.index)))
        elif isinstance(stream, AudioStream) and has_decoder(stream):
            ltc_channel = ltc[stream.index].channel if stream.index in ltc else None
            streams.append(sound_record(stream, names, ltc_channel, container.format.name))
        else:
            streams.append(other_record(stream))
        if stream.type in ("video", "audio") and not (has_decoder(stream) and codec_name(stream) in CODECS):
            what = f"stream {stream.index} ({stream.type}, {codec_name(stream)})"
            findings.append(
                Finding(code="media.undecodable", message=f"{what} is not decoded here", severity="warning")
            )
    moving = [one for one in container.streams.video if not _is_cover(one)]
    rate = next((one.rate for one in streams if moving and one.index == moving[0].index), None)
    timecode, timecode_findings = find_timecode(container, path, rate, wave_rate)
    if timecode is None and ltc:
        timecode = _ltc_timecode(next(iter(ltc.values())))
    return Probe(
        container=raw or container.format.name,
        kind="raw" if raw else _kind(container, streams, moving),
        streams=tuple(streams),
        timecode=timecode,
        duration=_longest(streams, container),
        tags=tags,
        findings=(*findings, *timecode_findings),
    )


class _Packets:
    """The picture packets' timestamps, read without decoding, up to the limits (`whole`: to the end)."""

    def __init__(self, container: InputContainer) -> None:
        self.pts: dict[int, NDArray[np.int64]] = {}
        self.whole = False
        found: dict[int, list[int]] = {one.index: [] for one in container.streams.video}
        if not found:
            return
        count = size = 0
        for packet in demux(container, container.streams.video):
            if packet.size == 0:
                continue
            count, size = count + 1, size + packet.size
            if count > MOST_PACKETS or size > MOST_BYTES:
                break
            stamp = packet.pts if packet.pts is not None else packet.dts
            if stamp is not None and not packet.is_discard and shown(codec_name(packet.stream), packet):
                found[packet.stream.index].append(stamp)
        else:
            self.whole = True
        self.pts = {index: np.array(sorted(stamps), np.int64) for index, stamps in found.items()}
        if not self.whole:
            # Cut off between pictures that are out of order: the last few may miss one among them.
            self.pts = {index: pts[: max(2, len(pts) - 16)] for index, pts in self.pts.items()}

    def of(self, index: int) -> tuple[NDArray[np.int64], bool]:
        return self.pts.get(index, np.zeros(0, np.int64)), self.whole


def _first_pictures(file: str) -> dict[int, VideoFrame]:
    """The first picture of each picture stream, where one decodes."""
    found: dict[int, VideoFrame] = {}
    with open_media(file, raw=True) as container:
        wanted = []
        for stream in container.streams.video:
            if has_decoder(stream) and codec_name(stream) in CODECS:
                wanted.append(decodable(stream, file, threads=1, frame_threads=False))
        for number, decoded in enumerate(decode(container, wanted) if wanted else ()):
            if isinstance(decoded.frame, VideoFrame):
                found.setdefault(decoded.stream.index, decoded.frame)
            if len(found) == len(wanted) or number > FIRST_PACKETS:
                break
    return found


def _ltc_tracks(container: InputContainer, file: str) -> dict[int, LtcTrack]:
    """The sound streams that carry linear timecode on a channel."""
    found: dict[int, LtcTrack] = {}
    for stream in container.streams.audio:
        if not has_decoder(stream) or codec_name(stream) not in CODECS or not stream.rate:
            continue
        blocks: list[NDArray[np.float32]] = []
        with closing(read_sound(file, SoundForm(), stream=stream.index, threads=1)) as sound:
            for block in sound:
                blocks.append(block.samples)
                if len(blocks) == LTC_SECONDS:
                    break
        track = find_ltc(np.concatenate(blocks), stream.rate) if blocks else None
        if track is not None:
            found[stream.index] = track
    return found


def _ltc_timecode(track: LtcTrack) -> StartTimecode:
    label = format_timecode(track.start_frame, track.rate, drop=track.drop)
    return StartTimecode(label, track.start_frame, track.rate, track.drop, "ltc")


def _kind(container: InputContainer, streams: list[Stream], moving: list[VideoStream]) -> AssetKind:
    name = container.format.name
    if moving:
        single = len(moving) == 1 and moving[0].duration is None and moving[0].frames == 1
        still = name.endswith(_STILL_CONTAINERS) or (single and "avif" in str(container.metadata))
        return "still" if still or _is_heif(container) else "picture"
    return "sound" if any(one.kind == "audio" for one in streams) else "sidecar"


def _is_heif(container: InputContainer) -> bool:
    brands = container.metadata.get("compatible_brands", "") + container.metadata.get("major_brand", "")
    return any(brand in brands for brand in ("mif1", "avif", "heic", "heix")) and "avis" not in brands


def _is_cover(stream: VideoStream) -> bool:
    return bool(stream.disposition & Disposition.attached_pic)


def _has_unknown_picture(container: InputContainer) -> bool:
    return any(one.type == "video" and not has_decoder(one) for one in container.streams)


def _longest(streams: list[Stream], container: InputContainer) -> Time | None:
    found = [one.duration for one in streams if one.kind in ("video", "audio") and one.duration]
    if not found and container.duration is not None:
        return Time(container.duration, Fraction(1_000_000))
    return max(found, default=None)


def _wave_track_names(container: InputContainer, path: Path) -> tuple[str, ...]:
    if container.format.name != "wav":
        return ()
    try:
        return read_wave_chunks(path).track_names
    except AnswerprintError:
        return ()  # damage.py reports the header; here it only means that there are no names


def _raw_finding(name: str) -> Finding:
    return Finding(
        code="media.raw",
        message=f"{name} is not decoded here; it stays in the timeline as itself and is cut through a proxy",
        severity="note",
        details={"raw": name},
    )
