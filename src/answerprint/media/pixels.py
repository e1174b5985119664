"""Decoded frames to the arrays consumers ask for, and pictures gathered into blocks."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter
from numpy.typing import NDArray

from answerprint.media.forms import PictureBlock, PictureForm

Pixels = NDArray[np.uint8] | NDArray[np.float32]

BLOCK_BYTES = 48_000_000  # a block of pictures stays under this, however large the pictures are
HD_LINES = 720  # untagged pictures of this height and above are Rec. 709, below Rec. 601 (trade convention)

# ITU-T H.273 matrix coefficients (Kr, Kb) by MatrixCoefficients code.
KR_KB = {
    1: (0.2126, 0.0722),
    4: (0.30, 0.11),
    5: (0.299, 0.114),
    6: (0.299, 0.114),
    7: (0.212, 0.087),
    9: (0.2627, 0.0593),
    10: (0.2627, 0.0593),
}
_SWS_SPACE = {
    1: Colorspace.ITU709,
    4: Colorspace.FCC,
    5: Colorspace.ITU601,
    6: Colorspace.SMPTE170M,
    7: Colorspace.SMPTE240M,
    9: Colorspace.BT2020,
    10: Colorspace.BT2020,
}
_FINE = (
    Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT | Interpolation.BITEXACT
)
_QUICK = Interpolation.BILINEAR | Interpolation.BITEXACT
_FULL = ColorRange.JPEG


class PictureConverter:
    """Turns frames into one form. Keeps its scaler between frames; belongs to one thread."""

    def __init__(self, form: PictureForm) -> None:
        self.form = form
        self._scaler = VideoReformatter()

    def convert(self, frame: VideoFrame) -> Pixels:
        """(h, w) or (h, w, 3) pixels of the frame in the form."""
        width, height = self._size(frame)
        if self.form.pixels == "grey":
            return self._grey(frame, width, height)
        if self.form.pixels == "rgb":
            return self._rgb(frame, width, height)
        return self._float(frame, width, height)

    def _size(self, frame: VideoFrame) -> tuple[int, int]:
        width, height = self.form.width, self.form.height
        if width is None and height is None:
            return frame.width, frame.height
        if width is None and height is not None:
            width = max(1, round(frame.width * height / frame.height))
        if height is None and width is not None:
            height = max(1, round(frame.height * width / frame.width))
        assert width is not None and height is not None
        return width, height

    def _grey(self, frame: VideoFrame, width: int, height: int) -> NDArray[np.uint8]:
        grey = self._as_coded(frame, width, height, "gray", _QUICK)
        return np.asarray(grey.to_ndarray(), np.uint8)

    def _rgb(self, frame: VideoFrame, width: int, height: int) -> NDArray[np.uint8]:
        rgb = self._scaler.reformat(
            frame,
            width,
            height,
            "rgb24",
            src_colorspace=_SWS_SPACE[matrix_of(frame)],
            src_color_range=_FULL if is_full_range(frame) else ColorRange.MPEG,
            dst_color_range=_FULL,
            interpolation=_QUICK if self.form.quick else _FINE,
            threads=1,
        )
        return np.asarray(rgb.to_ndarray(), np.uint8)

    def _float(self, frame: VideoFrame, width: int, height: int) -> NDArray[np.float32]:
        name = frame.format.name
        if "f32" in name or "f16" in name:
            linear = self._as_coded(frame, width, height, "gbrpf32le")
            return np.asarray(linear.to_ndarray(), np.float32)
        if frame.format.is_rgb or name.startswith("pal"):
            if max(part.bits for part in frame.format.components) <= 8:
                # Eight bits stay eight: on the way to sixteen the scaler loses the exact code.
                exact = self._as_coded(frame, width, height, "rgb24")
                return np.asarray(exact.to_ndarray(), np.float32) / np.float32(255)
            deep = self._as_coded(frame, width, height, "rgb48le")
            return np.asarray(deep.to_ndarray(), np.float32) / np.float32(65535)
        if name.startswith(("gray", "mono", "ya")):
            deep = self._as_coded(frame, width, height, "gray16le")
            luma = np.asarray(deep.to_ndarray(), np.float32) / np.float32(65535)
            return np.repeat(luma[..., None], 3, axis=2)
        # The scaler's own RGB tops out at 0.996: take it only as far as 4:4:4 and do the matrix here.
        planes = self._as_coded(frame, width, height, "yuv444p16le")
        white = _white(frame) if is_full_range(frame) else None
        return rgb_of_yuv16(np.asarray(planes.to_ndarray(), np.uint16), matrix_of(frame), white)

    def _as_coded(
        self, frame: VideoFrame, width: int, height: int, name: str, how: Interpolation = _FINE
    ) -> VideoFrame:
        # Both ranges named full, so that the scaler leaves the coded values as they are.
        return self._scaler.reformat(
            frame,
            width,
            height,
            name,
            src_color_range=_FULL,
            dst_color_range=_FULL,
            interpolation=how,
            threads=1,
        )


class PictureBatch:
    """Gathers converted pictures into blocks of one shape."""

    def __init__(self, form: PictureForm, time_base: Fraction, block: int, first: int = 0) -> None:
        self._converter = PictureConverter(form)
        self._time_base = time_base
        self._block = block
        self._next = first
        self._pts: list[int] = []
        self._pixels: list[Pixels] = []

    def push(self, frame: VideoFrame, pts: int) -> Iterator[PictureBlock]:
        """Blocks that became full (none or one; two when the picture's size changed)."""
        pixels = self._converter.convert(frame)
        if self._pixels and self._pixels[0].shape != pixels.shape:
            yield from self.flush()
        self._pts.append(pts)
        self._pixels.append(pixels)
        if len(self._pixels) >= max(1, min(self._block, BLOCK_BYTES // pixels.nbytes)):
            yield from self.flush()

    def flush(self) -> Iterator[PictureBlock]:
        if not self._pixels:
            return
        pts = np.array(self._pts, np.int64)
        pixels: Pixels = np.stack(self._pixels)  # type: ignore[assignment]  # all are of one dtype
        pts.flags.writeable = pixels.flags.writeable = False  # several consumers share it
        first = self._next
        self._next += len(pts)
        self._pts, self._pixels = [], []
        yield PictureBlock(pts=pts, pixels=pixels, first=first, time_base=self._time_base)


def matrix_of(frame: VideoFrame) -> int:
    """The H.273 MatrixCoefficients code to decode a frame with; untagged ones by their height."""
    code = int(frame.colorspace)
    if code in KR_KB:
        return code
    return 1 if frame.height >= HD_LINES else 6


def is_full_range(frame: VideoFrame) -> bool:
    return int(frame.color_range) == int(ColorRange.JPEG) or frame.format.name.startswith("yuvj")


def rgb_of_yuv16(planes: NDArray[np.uint16], matrix: int, white: int | None) -> NDArray[np.float32]:
    """(h, w, 3) R'G'B' 0…1 from (h, w, 3) Y'CbCr shifted up to 16 bits (ITU-T H.273, equations 31–40).

    white: the 16-bit code of full-range white; None for limited range.
    """
    kr, kb = KR_KB[matrix]
    black, luma, chroma = (0, white, white) if white else (16 << 8, 219 << 8, 224 << 8)
    y = (planes[..., 0].astype(np.float32) - black) / np.float32(luma)
    cb = (planes[..., 1].astype(np.float32) - 32768) / np.float32(chroma)
    cr = (planes[..., 2].astype(np.float32) - 32768) / np.float32(chroma)
    red = y + np.float32(2 * (1 - kr)) * cr
    blue = y + np.float32(2 * (1 - kb)) * cb
    green = (y - np.float32(kr) * red - np.float32(kb) * blue) / np.float32(1 - kr - kb)
    rgb: NDArray[np.float32] = np.stack([red, green, blue], axis=-1).astype(np.float32)
    return rgb.clip(0, 1)


def _white(frame: VideoFrame) -> int:
    """Full-range white of n bits, shifted up to 16."""
    bits = frame.format.components[0].bits
    return int(((1 << bits) - 1) << (16 - bits))
