"""One still read and written at the depth it has: PNG and TIFF of 8 and 16 bits, OpenEXR of half and float.

Alpha is kept as it is. Code values are full range R'G'B', 0 … 1; those of OpenEXR are linear and unbounded.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal, NamedTuple

import av.error
import numpy as np
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from answerprint.core.errors import MediaError
from answerprint.media.aside import written_aside
from answerprint.media.forms import PictureForm
from answerprint.media.guard import decodable, open_media
from answerprint.media.pixels import PictureConverter
from answerprint.media.reading import decode, picture_stream

Depth = Literal["8", "16", "half", "float"]
ENCODERS = {".png": "png", ".tif": "tiff", ".tiff": "tiff", ".exr": "exr"}
LARGEST_HALF = 65504.0
_DEEPEST = {"png": ("8", "16"), "tiff": ("8", "16"), "exr": ("half", "float")}
_FORMATS = {  # encoder, bytes a sample, alpha → pixel format to write
    ("png", 8, False): "rgb24",
    ("png", 8, True): "rgba",
    ("png", 16, False): "rgb48be",
    ("png", 16, True): "rgba64be",
    ("tiff", 8, False): "rgb24",
    ("tiff", 8, True): "rgba",
    ("tiff", 16, False): "rgb48le",
    ("tiff", 16, True): "rgba64le",
}


class Still(NamedTuple):
    """pixels (h, w, 3) float32; alpha (h, w) float32 where it has any; the depth of its samples."""

    pixels: NDArray[np.float32]
    alpha: NDArray[np.float32] | None
    depth: Depth


def read_still(path: Path | str) -> Still:
    """The first picture of a file. Raises MediaError AP-MEDIA-001…013, 017 where no picture decodes."""
    file = os.fspath(path)
    with open_media(path) as container:
        chosen = decodable(picture_stream(container, file), file, threads=1, frame_threads=False)
        for _, frame in decode(container, [chosen]):
            if isinstance(frame, VideoFrame):
                return _still(frame)
    raise MediaError("AP-MEDIA-017", "no picture in it could be decoded", file=file)


def write_still(out: Path, still: Still) -> Depth:
    """Writes a still, whole or not at all; returns its depth, the nearest the format has.

    Values beyond what an integer holds are clipped. Raises MediaError AP-MEDIA-050, and AP-MEDIA-082 for a
    name that no format has, or pixels its encoder does not take.
    """
    name = ENCODERS.get(out.suffix.casefold())
    if name is None:
        raise MediaError(
            "AP-MEDIA-082",
            f"no still is called {out.suffix!r}",
            file=str(out),
            remedy="name it " + ", ".join(ENCODERS),
        )
    depth = still.depth
    if depth not in _DEEPEST[name]:
        depth = "float" if name == "exr" else "16"
    frame, coded = _frame(still, name, depth)
    options = {"format": "half" if depth == "half" else "float"} if name == "exr" else {}
    try:
        with written_aside(out) as aside:
            settings = {"update": "1", "fflags": "+bitexact"}
            with av.open(str(aside), "w", format="image2", options=settings) as file:
                stream = file.add_stream(name, rate=1, options=options)
                assert isinstance(stream, VideoStream)
                stream.width, stream.height, stream.pix_fmt = frame.width, frame.height, coded
                stream.codec_context.thread_count = 1
                frame.pts = 0
                file.mux(stream.encode(frame))
                file.mux(stream.encode(None))
    except (av.error.FFmpegError, ValueError) as error:
        raise MediaError(
            "AP-MEDIA-082",
            f"{name} writes no such picture: {error}",
            file=str(out),
            remedy="choose another format",
        ) from error
    return depth


def _still(frame: VideoFrame) -> Still:
    name = frame.format.name
    bits = max(part.bits for part in frame.format.components)
    alpha = None
    if any(part.is_alpha for part in frame.format.components) and not name.startswith("pal"):
        alpha = alpha_of(frame)
    if "f32" in name or "f16" in name:
        return Still(_floats(frame, "gbr"), alpha, "half" if "f16" in name else "float")
    if name.startswith("pal"):
        rgba = frame.reformat(format="rgba").to_ndarray()
        clear = np.asarray(rgba[..., 3], np.float32) / 255
        pixels = np.asarray(rgba[..., :3], np.float32) / np.float32(255)
        return Still(pixels, clear.astype(np.float32) if (clear < 1).any() else None, "8")
    pixels = PictureConverter(PictureForm("float")).convert(frame).astype(np.float32, copy=False)
    return Still(pixels, alpha, "8" if bits <= 8 else "16")


def alpha_of(frame: VideoFrame, size: tuple[int, int] | None = None) -> NDArray[np.float32]:
    """The alpha of a frame that has it, (h, w), 0 … 1. size: width and height to scale it to."""
    if "f32" in frame.format.name or "f16" in frame.format.name:
        return _floats(frame, "a")[..., 0]
    wide, high = size or (frame.width, frame.height)
    deep = max(part.bits for part in frame.format.components) > 8
    rgba = frame.reformat(wide, high, "rgba64le" if deep else "rgba").to_ndarray()
    return np.asarray(rgba[..., 3], np.float32) / np.float32(65535 if deep else 255)


def _floats(frame: VideoFrame, wanted: Literal["gbr", "a"]) -> NDArray[np.float32]:
    """Planes as they are coded: on its way the scaler would lose what is negative, above 1 or no number."""
    kind: np.dtype[Any] = np.dtype("<f2" if "f16" in frame.format.name else "<f4")
    planes: list[NDArray[np.float32]] = [
        np.frombuffer(bytes(plane), kind)
        .reshape(plane.height, plane.line_size // kind.itemsize)[:, : plane.width]
        .astype(np.float32)
        for plane in frame.planes
    ]
    if wanted == "a":
        return planes[-1][..., None]
    if len(planes) < 3:
        return np.repeat(planes[0][..., None], 3, axis=2)
    return np.stack([planes[2], planes[0], planes[1]], axis=-1)


def _frame(still: Still, encoder: str, depth: Depth) -> tuple[VideoFrame, str]:
    values = still.pixels if still.alpha is None else np.dstack([still.pixels, still.alpha])
    if encoder == "exr":
        coded = "gbrpf32le" if still.alpha is None else "gbrapf32le"
        if depth == "half":  # beyond it a half is infinite
            values = np.clip(values, -LARGEST_HALF, LARGEST_HALF)
        made = np.ascontiguousarray(values, np.float32)
        return VideoFrame.from_ndarray(made, coded), coded
    bits = 8 if depth == "8" else 16
    most = 255 if bits == 8 else 65535
    scaled = np.rint(np.clip(np.nan_to_num(values.astype(np.float64)), 0, 1) * most)
    coded = _FORMATS[encoder, bits, still.alpha is not None]
    given = {3: "rgb", 4: "rgba"}[values.shape[2]]
    kind = {("rgb", 8): "rgb24", ("rgba", 8): "rgba", ("rgb", 16): "rgb48le", ("rgba", 16): "rgba64le"}
    made = np.ascontiguousarray(scaled.astype(np.uint8 if bits == 8 else np.uint16))
    frame = VideoFrame.from_ndarray(made, kind[given, bits])
    return (frame if frame.format.name == coded else frame.reformat(format=coded)), coded
