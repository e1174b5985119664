"""What this FFmpeg can do."""

from __future__ import annotations

import av
from av.codec.codec import UnknownCodecError


def encoder_available(name: str) -> bool:
    """Whether this FFmpeg encodes with an encoder of that name."""
    try:
        av.Codec(name, "w")
    except UnknownCodecError:
        return False
    return True


def ffmpeg_version() -> str:
    """The release of the FFmpeg that PyAV carries, by its libavcodec."""
    return "libavcodec " + ".".join(str(part) for part in av.library_versions["libavcodec"])
