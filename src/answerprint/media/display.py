"""How a file's coded pictures are to be seen: upright, with square pixels, whole on a raster."""

from __future__ import annotations

import os
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from answerprint.core.errors import MediaError
from answerprint.media.guard import decodable, open_media
from answerprint.media.reading import decode, picture_stream


@dataclass(frozen=True)
class Display:
    """Coded size, what turns it upright, and the shape of its pixels."""

    width: int
    height: int
    rotation: int = 0  # degrees clockwise: 0, 90, 180 or 270
    pixel_aspect: Fraction = Fraction(1)  # of the coded picture, width / height

    @property
    def aspect(self) -> Fraction:
        """Width by height as seen upright."""
        coded = self.pixel_aspect * self.width / self.height
        return 1 / coded if self.rotation % 180 else coded

    def within(self, width: int, height: int) -> tuple[int, int]:
        """The largest even size, at most width × height, of the whole picture seen upright."""
        if self.aspect >= Fraction(width, height):
            return width, min(height, max(2, round(width / self.aspect / 2) * 2))
        return min(width, max(2, round(height * self.aspect / 2) * 2)), height

    def coded(self, width: int, height: int) -> tuple[int, int]:
        """The size to decode to, so that turning it upright gives width × height."""
        return (height, width) if self.rotation % 180 else (width, height)


def display_of(path: Path | str, stream: int | None = None) -> Display:
    """How a file's pictures are to be seen, from its first picture.

    Raises MediaError AP-MEDIA-001…013, 015, and 017 when no picture decodes.
    """
    file = os.fspath(path)
    with open_media(path) as container:
        chosen = decodable(picture_stream(container, file, stream), file, threads=1, frame_threads=False)
        for _, frame in decode(container, [chosen]):
            if isinstance(frame, VideoFrame):
                turn = round(-frame.rotation / 90) * 90 % 360  # the file counts the other way round
                aspect = chosen.sample_aspect_ratio or Fraction(1)
                return Display(frame.width, frame.height, turn, aspect if aspect > 0 else Fraction(1))
    raise MediaError("AP-MEDIA-017", "no picture in it could be decoded", file=file)


def upright(pixels: NDArray[np.uint8], rotation: int) -> NDArray[np.uint8]:
    """Pixels (h, w, …) turned clockwise by 0, 90, 180 or 270 degrees."""
    return np.ascontiguousarray(np.rot90(pixels, -rotation // 90 % 4)) if rotation % 360 else pixels


def letterboxed(pixels: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """The picture in the middle of a black raster (height, width, 3)."""
    high, wide = pixels.shape[:2]
    if (wide, high) == (width, height):
        return pixels
    raster = np.zeros((height, width, 3), np.uint8)
    top, left = (height - high) // 2, (width - wide) // 2
    raster[top : top + high, left : left + wide] = pixels
    return raster
