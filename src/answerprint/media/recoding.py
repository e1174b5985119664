"""How pictures drawn anew are coded: at the depth, chroma sampling and colour tags that they came with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
from av.codec.context import CodecContext
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange
from av.video.stream import VideoStream
from numpy.typing import NDArray

from answerprint.core.errors import MediaError
from answerprint.media.encode import FAITHFUL, PRORES, VideoSettings, add_video
from answerprint.media.pixels import KR_KB, is_full_range, matrix_of

Pixels = NDArray[np.float32]

CRF = 14  # x264's: no loss that a further grade would show
UNSPECIFIED = 2  # ITU-T H.273
FULL = 2  # FFmpeg's AVCOL_RANGE_JPEG
DEEP = 10  # bits that H.264 and ProRes hold
PRORES_4444 = replace(PRORES, pixel_format="yuva444p10le", profile="4444")


@dataclass(frozen=True)
class Coding:
    """Encoder, tags (ITU-T H.273 codes), shape of a pixel. The matrix is the one used, said or not."""

    settings: VideoSettings
    primaries: int
    transfer: int
    matrix: int
    full: bool
    aspect: Fraction

    @classmethod
    def like(
        cls,
        frame: VideoFrame,
        context: CodecContext,
        out: Path,
        shape: tuple[int, ...],
        aspect: Fraction | None = None,
    ) -> Coding:
        """As a frame of the source is coded, for pictures (h, w, 3 or 4) of that shape, into `out`.

        ProRes HQ or 4444 where a .mov is made from ProRes or has alpha; FFV1 where a .mkv is made from
        FFV1 or from more than 10 bits; H.264 else. Raises MediaError AP-MEDIA-088 where alpha has no place.
        """
        return cls(
            settings=_settings(frame, context.name, out, shape),
            primaries=int(context.color_primaries) or UNSPECIFIED,  # type: ignore[attr-defined]
            transfer=int(context.color_trc) or UNSPECIFIED,  # type: ignore[attr-defined]
            matrix=matrix_of(frame),
            full=is_full_range(frame),
            aspect=aspect or Fraction(1),
        )

    def stream(
        self, container: OutputContainer, out: Path, size: tuple[int, int], rate: Fraction, base: Fraction
    ) -> VideoStream:
        """The encoder in a container. size: width and height. Raises as `add_video`."""
        video = add_video(container, out, *size, rate, base, self.settings, pixel_aspect=self.aspect)
        made = video.codec_context
        made.color_primaries = self.primaries
        made.color_trc = self.transfer
        made.colorspace = self.matrix
        if self.full:
            made.color_range = FULL
        return video

    def frame(self, pixels: Pixels) -> VideoFrame:
        """Y'CbCr (ITU-T H.273, equations 31–40) of R'G'B', at 16 bits, then as the encoder takes it.

        pixels: (h, w, 3) or, with alpha, (h, w, 4); 0 … 1.
        """
        name = self.settings.pixel_format
        kr, kb = KR_KB[self.matrix]
        rgb = np.clip(np.nan_to_num(pixels[..., :3]), 0, 1)
        y = rgb @ np.array((kr, 1 - kr - kb, kb), np.float32)
        cb, cr = (rgb[..., 2] - y) / (2 * (1 - kb)), (rgb[..., 0] - y) / (2 * (1 - kr))
        bits = 16 if "16" in name else 10 if "10" in name else 8
        white = ((1 << bits) - 1) << (16 - bits)
        black, luma, chroma = (0, white, white) if self.full else (16 << 8, 219 << 8, 224 << 8)
        planes = [y * luma + black, cb * chroma + 32768, cr * chroma + 32768]
        coded = "yuv444p16le"
        if name.startswith("yuva"):
            planes.append(np.clip(np.nan_to_num(pixels[..., 3]), 0, 1) * (((1 << bits) - 1) << (16 - bits)))
            coded = "yuva444p16le"
        values = np.clip(np.rint(np.stack(planes, axis=-1)), 0, 65535).astype(np.uint16)
        if coded.startswith("yuva"):
            frame = _planar(values, coded)
        else:
            frame = VideoFrame.from_ndarray(np.ascontiguousarray(values), coded)
        return frame.reformat(
            format=name,
            src_color_range=ColorRange.JPEG,
            dst_color_range=ColorRange.JPEG,
            interpolation=FAITHFUL,
            threads=1,
        )


def _planar(values: NDArray[np.uint16], name: str) -> VideoFrame:
    high, wide, channels = values.shape
    frame = VideoFrame(wide, high, name)
    for number in range(channels):
        plane = frame.planes[number]
        rows = np.zeros((high, plane.line_size // 2), np.uint16)
        rows[:, :wide] = values[..., number]
        plane.update(rows.tobytes())
    return frame


def _settings(frame: VideoFrame, codec: str, out: Path, shape: tuple[int, ...]) -> VideoSettings:
    parts = [part for part in frame.format.components if not part.is_alpha]
    high, wide, channels = shape
    bits = max(part.bits for part in parts)
    kind = out.suffix.casefold()
    if channels == 4:
        if kind != ".mov" or wide % 2:
            raise MediaError(
                "AP-MEDIA-088",
                "its alpha has no place in " + (kind if kind != ".mov" else f"a picture {wide} pixels wide"),
                file=str(out),
                remedy="name it .mov (ProRes 4444), an even number of pixels wide",
            )
        return PRORES_4444
    if codec == "prores" and kind == ".mov" and not wide % 2:
        return PRORES
    luma, chroma = parts[0], parts[min(1, len(parts) - 1)]
    narrow, low = chroma.width < luma.width, chroma.height < luma.height
    sampling = "420" if narrow and low else "422" if narrow else "444"
    if len(parts) < 3:
        sampling = "420"
    if wide % 2 or (high % 2 and sampling == "420"):
        sampling = "444"
    if kind == ".mkv" and (codec == "ffv1" or bits > DEEP):
        deep = "" if bits == 8 else "10le" if bits <= DEEP else "16le"
        return VideoSettings(encoder="ffv1", pixel_format=f"yuv{sampling}p{deep}")
    return VideoSettings(crf=CRF, pixel_format=f"yuv{sampling}p{'10le' if bits > 8 else ''}")
