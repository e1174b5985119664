"""A still or a clip as the picture department sees it: its space, who says so, and some of its frames."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.core.errors import MediaError
from answerprint.core.time import Time
from answerprint.departments.picture.contact import small
from answerprint.departments.picture.spaces import (
    FILM,
    LINEAR_709,
    STILL,
    space_named,
    space_of,
)
from answerprint.media.decode import picture_at
from answerprint.media.exact_stills import read_still
from answerprint.media.forms import PictureForm
from answerprint.media.probe import probe

FRAMES = 6  # of a clip, spread over it
LONGEST = 960  # pixels of the longer side that is looked at
SMALLEST = 48  # pixels of the shorter side under which nothing is recognised

Said = Literal["asked for", "the file", "assumed"]
Codes = NDArray[np.float32]


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """space: of its code values, and who says so."""

    path: Path
    still: bool
    space: str
    said: Said
    seconds: Fraction = Fraction(0)
    start: Fraction = Fraction(0)
    frames: int | None = None
    width: int = 0
    height: int = 0


def source_of(path: Path, asked: str | None = None) -> Source:
    """What a file is, its space as `asked` or as the file says; sRGB is assumed for other stills, Rec. 709
    for other clips, linear Rec. 709 light for OpenEXR.

    Raises MediaError as `probe`, AP-MEDIA-083 without pictures; UsageError AP-USE-800 and 801.
    """
    found = probe(path)
    seen = found.stream("video")
    if seen is None:
        raise MediaError(
            "AP-MEDIA-083", "there is no picture in it", file=str(path), remedy="give a still or a clip"
        )
    still = found.kind == "still"
    said: Said = "asked for"
    if asked is not None:
        space = space_named(asked)
    else:
        own = space_of(seen.colour, dict(found.tags))
        said = "the file" if own is not None else "assumed"
        if seen.codec == "exr":
            said, own = "assumed", LINEAR_709
        if still and own == FILM:
            said, own = "assumed", None
        space = own or (STILL if still else FILM)
    return Source(
        path=path,
        still=still,
        space=space,
        said=said,
        seconds=seen.duration.seconds if seen.duration is not None else Fraction(0),
        start=seen.start.seconds if seen.start is not None else Fraction(0),
        frames=seen.frames,
        width=seen.width or 0,
        height=seen.height or 0,
    )


def frames_of(source: Source, count: int = FRAMES) -> list[Codes]:
    """Code values (h, w, 3) of a still, or of frames spread over a clip, at most LONGEST long.

    Raises MediaError as `read_still` and `picture_at`, AP-MEDIA-084 for pictures of a few pixels.
    """
    scale = min(1.0, LONGEST / max(source.width, source.height, 1))
    if min(source.width, source.height) * scale < SMALLEST:
        raise MediaError(
            "AP-MEDIA-084",
            f"{source.width}x{source.height} pixels are too few to recognise anything by",
            file=str(source.path),
            remedy=f"give a picture of {SMALLEST} pixels and more each way",
        )
    if source.still:
        return [small(read_still(source.path).pixels, LONGEST)]
    wide, high = (max(2, round(one * scale)) for one in (source.width, source.height))
    form = PictureForm("float", wide, high)
    found: dict[int, Codes] = {}
    for number in range(count):
        at = source.start + source.seconds * (2 * number + 1) / (2 * count)
        try:
            pixels, tick = picture_at(source.path, Time.of_seconds(at), form)
        except MediaError as error:
            if error.code != "AP-MEDIA-016":
                raise
            continue
        found.setdefault(tick, np.asarray(pixels, np.float32))
    if not found:
        raise MediaError(
            "AP-MEDIA-017",
            "no picture in it could be decoded",
            file=str(source.path),
            remedy="check the file",
        )
    return [found[tick] for tick in sorted(found)]
