"""Stills: one picture of a file, thumbnails from its keyframes, contact sheets, and words on pictures."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import av.error
import cv2
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from answerprint.core.errors import MediaError
from answerprint.core.time import Time
from answerprint.media.decode import picture_at
from answerprint.media.display import Display, display_of, letterboxed, upright
from answerprint.media.forms import PictureForm
from answerprint.media.guard import decodable, open_media
from answerprint.media.pixels import PictureConverter
from answerprint.media.reading import decode, picture_stream

JPEG_QUALITY = 85  # of 100: no visible blocks on faces at thumbnail size
FONT = "sans"  # OpenCV's built-in face, Unicode
PAPER, INK = (24, 24, 24), (225, 225, 225)
CAPTION = 0.09  # height of a caption's letters, of its picture's height
Kind = Literal["jpeg", "png"]


def still(
    path: Path | str, time: Time, width: int, *, kind: Kind = "jpeg", stream: int | None = None
) -> bytes:
    """The picture on screen at a source time, upright, `width` pixels wide, as a JPEG or PNG.

    Raises MediaError AP-MEDIA-001…013, 015, 016, 017.
    """
    display = display_of(path, stream)
    coded_width, coded_height = display.coded(*display.within(width, math.ceil(width / display.aspect) + 2))
    form = PictureForm("rgb", coded_width, coded_height)
    pixels, _ = picture_at(path, time, form, stream=stream)
    return image_bytes(upright(pixels.astype(np.uint8, copy=False), display.rotation), kind)


def keyframe_thumbnails(path: Path | str, count: int, width: int) -> list[bytes]:
    """At most `count` JPEGs of keyframes spread over the file, in order; fewer when it has fewer.

    Only keyframes are decoded, each reached by a seek where the file says how long it is.
    Raises MediaError AP-MEDIA-001…013, 015.
    """
    file = os.fspath(path)
    with open_media(path) as container:
        stream = picture_stream(container, file)
        decodable(stream, file, threads=1, frame_threads=False)
        stream.codec_context.skip_frame = "NONKEY"
        frames = _spread(container, stream, count) or _first_and_on(container, stream, count)
        return [image_bytes(_thumbnail(frame, stream, width), "jpeg") for frame in frames]


def contact_sheet(
    pictures: Sequence[tuple[NDArray[np.uint8], str]], columns: int, *, width: int = 240, kind: Kind = "jpeg"
) -> bytes:
    """Pictures (h, w, 3) R'G'B' with captions under them, `columns` in a row, each `width` pixels wide.

    Every cell has the shape of the first picture; others are letterboxed in it.
    """
    if not pictures:
        raise ValueError("a contact sheet needs a picture")
    high, wide = pictures[0][0].shape[:2]
    height = max(1, round(width * high / wide))
    letters = max(10, round(height * CAPTION))
    gap, foot = max(2, width // 40), round(letters * 1.8)
    columns = min(columns, len(pictures))
    rows = -(-len(pictures) // columns)
    sheet = np.full((rows * (height + foot) + gap, columns * (width + gap) + gap, 3), PAPER, np.uint8)
    for index, (pixels, caption) in enumerate(pictures):
        row, column = divmod(index, columns)
        top, left = gap + row * (height + foot), gap + column * (width + gap)
        sheet[top : top + height, left : left + width] = fitted(pixels, width, height)
        place = (left, top + height + round(letters * 1.2))
        write_on(sheet, shortened(caption, letters, width), place, letters)
    return image_bytes(sheet, kind)


def image_bytes(pixels: NDArray[np.uint8], kind: Kind) -> bytes:
    """Pixels (h, w, 3) R'G'B' or (h, w) grey as a JPEG or PNG; the same pixels are the same bytes."""
    swapped = np.ascontiguousarray(pixels[..., ::-1]) if pixels.ndim == 3 else pixels
    options = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY] if kind == "jpeg" else [cv2.IMWRITE_PNG_COMPRESSION, 6]
    done, data = cv2.imencode(".jpg" if kind == "jpeg" else ".png", swapped, options)
    if not done:
        raise MediaError("AP-MEDIA-070", f"a picture of {pixels.shape} cannot be written as {kind}")
    return bytes(data)


def fitted(pixels: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """Pixels of square shape scaled whole into (height, width, 3), black beside them."""
    high, wide = pixels.shape[:2]
    scale = min(width / wide, height / high)
    size = max(1, min(width, round(wide * scale))), max(1, min(height, round(high * scale)))
    # area averaging for shrinking; cubic for growing
    scaled = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    return letterboxed(np.asarray(scaled, np.uint8), width, height)


def write_on(
    pixels: NDArray[np.uint8],
    text: str,
    place: tuple[int, int],
    letters: int,
    ink: tuple[int, int, int] = INK,
) -> None:
    """Writes a line of text onto pixels, from its left end on the baseline; letters are `letters` px high."""
    cv2.putText(pixels, text, place, ink, cv2.FontFace(FONT), letters)


def text_width(text: str, letters: int) -> int:
    """Pixels a line of text takes."""
    return int(cv2.getTextSize((0, 0), text, (0, 0), cv2.FontFace(FONT), letters)[2])


def shortened(text: str, letters: int, width: int) -> str:
    """The text, its middle left out where it is wider than `width` pixels."""
    if text_width(text, letters) <= width:
        return text
    for kept in range(len(text) - 1, 1, -1):
        short = f"{text[: (kept + 1) // 2]}…{text[len(text) - kept // 2 :]}"
        if text_width(short, letters) <= width:
            return short
    return "…"


def _spread(container: InputContainer, stream: VideoStream, count: int) -> list[VideoFrame]:
    """Keyframes at or before evenly spread places; empty when the file cannot be sought in."""
    if not stream.duration or stream.time_base is None:
        return []
    start = stream.start_time or 0
    found: dict[int, VideoFrame] = {}
    for index in range(count):
        target = start + stream.duration * (2 * index + 1) // (2 * count)
        try:
            container.seek(target, stream=stream)
        except av.error.FFmpegError:
            return []
        frame = next(_keyframes(container, stream), None)
        if frame is not None and frame.pts is not None:
            found.setdefault(frame.pts, frame)
    return [found[pts] for pts in sorted(found)]


def _first_and_on(container: InputContainer, stream: VideoStream, count: int) -> list[VideoFrame]:
    """Keyframes spread over a file read through, never holding more than twice as many as asked for."""
    kept: list[VideoFrame] = []
    stride = 1
    for number, frame in enumerate(_keyframes(container, stream)):
        if number % stride == 0:
            kept.append(frame)
        if len(kept) >= 2 * count + 1:
            kept, stride = kept[::2], stride * 2
    if len(kept) <= count:
        return kept
    return [kept[(2 * index + 1) * len(kept) // (2 * count)] for index in range(count)]


def _keyframes(container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
    for _, frame in decode(container, [stream]):
        if isinstance(frame, VideoFrame):
            yield frame


def _thumbnail(frame: VideoFrame, stream: VideoStream, width: int) -> NDArray[np.uint8]:
    turn = round(-frame.rotation / 90) * 90 % 360
    display = Display(
        frame.width, frame.height, turn, stream.sample_aspect_ratio or Display(1, 1).pixel_aspect
    )
    size = display.coded(*display.within(width, math.ceil(width / display.aspect) + 2))
    pixels = PictureConverter(PictureForm("rgb", *size)).convert(frame)
    return upright(pixels.astype(np.uint8, copy=False), turn)
