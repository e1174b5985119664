"""The pictures of a clip at their own depth, upright, with alpha where they have it; and how to code them."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

import numpy as np
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from answerprint.core.errors import MediaError
from answerprint.media.decode import read_frames
from answerprint.media.exact_stills import alpha_of
from answerprint.media.forms import PictureForm
from answerprint.media.guard import decodable, open_media
from answerprint.media.pixels import PictureConverter
from answerprint.media.reading import decode, picture_stream
from answerprint.media.recoding import Coding

Pixels = NDArray[np.float32]
T = TypeVar("T")


def clip_pictures(
    path: Path,
    first: int | None = None,
    end: int | None = None,
    *,
    size: tuple[int, int] | None = None,
    alpha: bool = False,
    threads: int = 0,
) -> Generator[tuple[int, Pixels], None, None]:
    """(timestamp, picture) for timestamps in [first, end), in order: R'G'B' as coded, 0 … 1, (h, w, 3), or
    (h, w, 4) with `alpha`.

    size: width and height of the upright picture, scaled on the way. Raises MediaError as `read_frames`.
    """
    converter: PictureConverter | None = None
    for frame, pts in read_frames(path, first, end, threads=threads):
        turn = round(-frame.rotation / 90) * 90 % 360
        if converter is None:
            wanted = size[::-1] if size is not None and turn % 180 else size
            converter = PictureConverter(PictureForm("float", *(wanted or (None, None))))
        pixels = converter.convert(frame).astype(np.float32, copy=False)
        if alpha:
            clear = alpha_of(frame, (pixels.shape[1], pixels.shape[0]))
            pixels = np.dstack([pixels, clear])
        yield pts, np.ascontiguousarray(np.rot90(pixels, -turn // 90 % 4)) if turn else pixels


def shape_of(path: Path) -> tuple[int, int, int]:
    """Height and width of a clip's first picture, upright, and its channels: 3, or 4 with alpha.

    Raises MediaError AP-MEDIA-017.
    """

    def shape(frame: VideoFrame, _: VideoStream) -> tuple[int, int, int]:
        channels = 4 if any(part.is_alpha for part in frame.format.components) else 3
        turned = round(frame.rotation / 90) % 2
        return (*((frame.width, frame.height) if turned else (frame.height, frame.width)), channels)

    return _of_first(path, shape)


def coding_of(path: Path, out: Path, shape: tuple[int, ...]) -> Coding:
    """How pictures of that shape are coded into `out`, like those of the clip. Raises as `Coding.like`."""

    def like(frame: VideoFrame, stream: VideoStream) -> Coding:
        aspect = stream.sample_aspect_ratio or Fraction(1)
        if round(frame.rotation / 90) % 2 and aspect > 0:
            aspect = 1 / aspect
        return Coding.like(frame, stream.codec_context, out, shape, aspect)

    return _of_first(path, like)


def _of_first(path: Path, ask: Callable[[VideoFrame, VideoStream], T]) -> T:
    file = os.fspath(path)
    with open_media(path) as container:
        chosen = decodable(picture_stream(container, file), file, threads=1)
        for _, frame in decode(container, [chosen]):
            if isinstance(frame, VideoFrame):
                return ask(frame, chosen)
    raise MediaError("AP-MEDIA-017", "no picture in it could be decoded", file=file)
