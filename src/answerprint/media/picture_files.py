"""Single pictures of image sequences: PNG, TIFF and DPX by FFmpeg's encoders, the same bytes every time."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
from av.video.stream import VideoStream
from numpy.typing import NDArray

from answerprint.core.errors import MediaError
from answerprint.media.encode import FAITHFUL


def write_picture_file(path: Path, pixels: NDArray[np.uint8], encoder: str, pixel_format: str) -> None:
    """Pixels (h, w, 3) uint8 R'G'B', full range, as one file.

    Raises MediaError AP-MEDIA-051 where the encoder is not there, or takes no such pixels.
    """
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), "rgb24")
    try:
        with av.open(str(path), "w", format="image2", options={"update": "1", "fflags": "+bitexact"}) as file:
            stream = file.add_stream(encoder, rate=1)
            assert isinstance(stream, VideoStream)
            stream.width, stream.height, stream.pix_fmt = frame.width, frame.height, pixel_format
            stream.codec_context.thread_count = 1
            made = frame.reformat(format=pixel_format, interpolation=FAITHFUL)
            made.pts = 0
            file.mux(stream.encode(made))
            file.mux(stream.encode(None))
    except (av.error.FFmpegError, ValueError) as error:
        raise MediaError(
            "AP-MEDIA-051", f"{encoder} writes no such picture: {error}", file=str(path)
        ) from error
