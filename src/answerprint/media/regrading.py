"""A clip whose pictures are drawn anew at their own depth; its sound, timecode and colour tags kept."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import numpy as np
from av.audio.stream import AudioStream
from av.codec.context import CodecContext
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange
from av.video.stream import VideoStream
from numpy.typing import NDArray

from answerprint.core.errors import MediaError
from answerprint.core.timecode import can_drop, format_timecode
from answerprint.media.aside import written_aside
from answerprint.media.encode import FAITHFUL, PRORES, VideoSettings, add_video, open_output
from answerprint.media.forms import PictureForm
from answerprint.media.guard import decodable, open_media
from answerprint.media.pixels import KR_KB, PictureConverter, is_full_range, matrix_of
from answerprint.media.probe import probe
from answerprint.media.reading import demux, picture_stream
from answerprint.media.recasting import CopiedSound, container_of, frames_in, nominal_rate, timecode_label

Pixels = NDArray[np.float32]

CRF = 14  # x264's: no loss that a further grade would show
UNSPECIFIED = 2  # ITU-T H.273
FULL = 2  # FFmpeg's AVCOL_RANGE_JPEG


class Regraded(NamedTuple):
    """What was written: pictures, its pixel format, and by sound stream how it was taken over."""

    pictures: int
    pixel_format: str
    sound: dict[int, str]


def regrade(
    path: Path,
    out: Path,
    draw: Callable[[Pixels], Pixels],
    *,
    between: tuple[Fraction, Fraction] | None = None,
    progress: Callable[[int], None] | None = None,
) -> Regraded:
    """Writes what `draw` makes of each picture, whole or not at all.

    draw: R'G'B' (h, w, 3) float32 0 … 1 as coded → the same shape. H.264 of the source's depth and chroma
    sampling, or ProRes HQ where a .mov is made from ProRes. Sound is copied where the container carries it.
    between: seconds from the first picture; then only these pictures are written, without sound, the start
    timecode moved on. Pixel shape is kept; turned pictures are written upright.
    Raises MediaError AP-MEDIA-001…017, 050, 051, and AP-MEDIA-081 where nothing lies between.
    """
    kind, file = container_of(out), os.fspath(path)
    found = probe(path)
    told = found.stream("video")
    rate = nominal_rate(told.rate if told else None, found.timecode)
    label = timecode_label(found.timecode, rate)
    if between is not None and found.timecode is not None:
        began = found.timecode.frame / found.timecode.rate + between[0]
        drop = found.timecode.drop and can_drop(rate)
        label = format_timecode(round(began * rate), rate, drop=drop, wrap=True)
    converter = PictureConverter(PictureForm("float"))
    with open_media(path) as source:
        chosen = decodable(picture_stream(source, file), file)
        base = chosen.time_base
        assert base is not None
        heard = [] if between is not None else list(source.streams.audio)
        clock = heard[0].rate if heard else None
        with (
            written_aside(out) as aside,
            open_output(aside, out, period=base, sound_rate=clock, faststart=kind != "matroska") as container,
        ):
            made = _Clip(container, out, chosen, heard, rate, label if kind != "matroska" else None, file)
            for frame in _between(demux(source, [chosen, *heard]), made, between, base):
                turn = round(-frame.rotation / 90) * 90 % 360
                codes = converter.convert(frame).astype(np.float32, copy=False)
                made.picture(frame, draw(_upright(codes, turn)), turn, moved=between is not None)
                if progress is not None:
                    progress(made.pictures)
            if not made.pictures and between is not None:
                raise MediaError(
                    "AP-MEDIA-081",
                    f"no picture lies between {float(between[0]):g} and {float(between[1]):g} s",
                    file=file,
                    remedy="give seconds from its first picture",
                )
            if not made.pictures:
                raise MediaError("AP-MEDIA-017", "no picture in it could be decoded", file=file)
            made.end()
    return Regraded(made.pictures, made.pixel_format, {index: one.how for index, one in made.sounds.items()})


def _between(
    packets: Iterator[Packet[Stream]],
    made: _Clip,
    between: tuple[Fraction, Fraction] | None,
    base: Fraction,
) -> Iterator[VideoFrame]:
    """The pictures of a stretch, in order, each at a time of its own; sound goes straight on."""
    last, origin = None, None
    for packet in packets:
        if packet.stream.index != made.source.index:
            made.sound(packet)
            continue
        for frame in frames_in(packet):
            if not isinstance(frame, VideoFrame) or frame.pts is None:
                continue
            if last is not None and frame.pts <= last:
                continue  # damage gives a picture out again, at a time that has passed
            last = frame.pts
            origin = frame.pts if origin is None else origin
            at = (frame.pts - origin) * base
            if between is not None and at >= between[1]:
                return
            if between is None or at >= between[0]:
                yield frame


class _Clip:
    """The clip that is being written; its first picture says of what size and format it is."""

    def __init__(
        self,
        container: OutputContainer,
        out: Path,
        source: VideoStream,
        heard: list[AudioStream],
        rate: Fraction,
        label: str | None,
        file: str,
    ) -> None:
        self.source, self.pictures, self.pixel_format = source, 0, ""
        self.sounds: dict[int, CopiedSound] = {}
        self._container, self._out, self._heard, self._rate = container, out, heard, rate
        self._label, self._file = label, file
        self._video: VideoStream | None = None
        self._waiting: list[Packet[Stream]] = []  # sound until the clip is opened
        self._first = 0

    def sound(self, packet: Packet[Stream]) -> None:
        if self._video is None:
            self._waiting.append(packet)
        else:
            self.sounds[packet.stream.index].take(packet)

    def picture(self, frame: VideoFrame, pixels: Pixels, turn: int, *, moved: bool) -> None:
        base = self.source.time_base
        assert base is not None and frame.pts is not None
        if self._video is None:
            self._first = frame.pts if moved else 0
            self._open(frame, pixels, turn, base)
        assert self._video is not None
        coded = _coded(pixels, self.pixel_format, matrix_of(frame), is_full_range(frame))
        coded.pts, coded.time_base = frame.pts - self._first, base
        self._container.mux(self._video.encode(coded))
        self.pictures += 1

    def end(self) -> None:
        assert self._video is not None
        self._container.mux(self._video.encode(None))
        for sound in self.sounds.values():
            sound.end()

    def _open(self, frame: VideoFrame, pixels: Pixels, turn: int, base: Fraction) -> None:
        settings = _settings(frame, self.source.codec_context.name, self._out, pixels.shape)
        self.pixel_format = settings.pixel_format
        aspect = self.source.sample_aspect_ratio or Fraction(1)
        if turn % 180 and aspect > 0:
            aspect = 1 / aspect
        high, wide = pixels.shape[:2]
        video = add_video(
            self._container, self._out, wide, high, self._rate, base, settings, pixel_aspect=aspect
        )
        _tag(video.codec_context, self.source.codec_context, frame)
        if self._label:
            video.metadata["timecode"] = self._label
        kind = container_of(self._out)
        self.sounds = {one.index: CopiedSound(one, self._container, kind, self._file) for one in self._heard}
        self._video = video
        for packet in self._waiting:
            self.sound(packet)
        self._waiting.clear()


def _settings(frame: VideoFrame, codec: str, out: Path, shape: tuple[int, ...]) -> VideoSettings:
    parts = frame.format.components
    high, wide = shape[:2]
    deep = max(part.bits for part in parts) > 8
    if codec == "prores" and out.suffix.casefold() == ".mov" and not wide % 2:
        return PRORES
    luma, chroma = parts[0], parts[min(1, len(parts) - 1)]
    narrow, low = chroma.width < luma.width, chroma.height < luma.height
    sampling = "420" if narrow and low else "422" if narrow else "444"
    if len(parts) < 3:
        sampling = "420"
    if wide % 2 or (high % 2 and sampling == "420"):
        sampling = "444"
    return VideoSettings(crf=CRF, pixel_format=f"yuv{sampling}p{'10le' if deep else ''}")


def _tag(made: CodecContext, source: CodecContext, frame: VideoFrame) -> None:
    """The source's own tags; the matrix is the one that was used, said or not."""
    made.color_primaries = int(source.color_primaries) or UNSPECIFIED  # type: ignore[attr-defined]
    made.color_trc = int(source.color_trc) or UNSPECIFIED  # type: ignore[attr-defined]
    made.colorspace = matrix_of(frame)  # type: ignore[attr-defined]
    if is_full_range(frame):
        made.color_range = FULL  # type: ignore[attr-defined]


def _upright(pixels: Pixels, turn: int) -> Pixels:
    return np.ascontiguousarray(np.rot90(pixels, -turn // 90 % 4)) if turn else pixels


def _coded(pixels: Pixels, name: str, matrix: int, full: bool) -> VideoFrame:
    """Y'CbCr (ITU-T H.273, equations 31–40) of R'G'B', at 16 bits, then as the encoder takes it."""
    kr, kb = KR_KB[matrix]
    rgb = np.clip(np.nan_to_num(pixels), 0, 1)
    y = rgb @ np.array((kr, 1 - kr - kb, kb), np.float32)
    cb, cr = (rgb[..., 2] - y) / (2 * (1 - kb)), (rgb[..., 0] - y) / (2 * (1 - kr))
    bits = 10 if "10" in name else 8
    white = ((1 << bits) - 1) << (16 - bits)
    black, luma, chroma = (0, white, white) if full else (16 << 8, 219 << 8, 224 << 8)
    planes = np.stack([y * luma + black, cb * chroma + 32768, cr * chroma + 32768], axis=-1)
    coded = np.ascontiguousarray(np.clip(np.rint(planes), 0, 65535).astype(np.uint16))
    frame = VideoFrame.from_ndarray(coded, "yuv444p16le")
    return frame.reformat(
        format=name,
        src_color_range=ColorRange.JPEG,
        dst_color_range=ColorRange.JPEG,
        interpolation=FAITHFUL,
        threads=1,
    )
