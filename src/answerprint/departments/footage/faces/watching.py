"""Faces in a decode: the pictures' form, turned upright with square pixels, handed to the follower."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from answerprint.core.errors import FootageError
from answerprint.core.logged import Probe
from answerprint.core.records import Stream
from answerprint.departments.footage.faces.sightings import Embedder, FaceFollower, FaceReaders, Sighting
from answerprint.media.forms import DecodeSummary, PictureBlock, PictureForm, SoundBlock, Wants

LONG_SIDE = 960  # pixels of the pictures that are looked at; a smaller picture is not made larger

Finish = Callable[[list[Sighting], DecodeSummary], None]


def form_for(stream: Stream | None) -> PictureForm:
    """The pictures asked for: square pixels, the longer side at most LONG_SIDE."""
    width, height = (stream.width or 0, stream.height or 0) if stream else (0, 0)
    if not stream or width < 1 or height < 1:
        return PictureForm("rgb")
    shown = Fraction(width) * (stream.pixel_aspect or 1)
    scale = min(Fraction(1), LONG_SIDE / max(shown, Fraction(height)))
    return PictureForm("rgb", max(1, round(shown * scale)), max(1, round(height * scale)))


class FaceWatcher:
    """Feeds a follower; `done` is called with the sightings at the end of the decode."""

    def __init__(
        self, asked: Probe, readers: FaceReaders, done: Finish, embedder: Embedder | None = None
    ) -> None:
        stream = asked.stream("video")
        self.wants = Wants(picture=form_for(stream))
        self._quarters = -((stream.rotation if stream else 0) // 90) % 4  # np.rot90 turns the other way
        self._readers, self._done, self._embedder = readers, done, embedder
        self._follower: FaceFollower | None = None

    def picture(self, block: PictureBlock) -> None:
        if self._follower is None:
            self._follower = FaceFollower(self._readers, block.time_base, self._embedder)
        for tick, pixels in zip(block.pts.tolist(), block.pixels, strict=True):
            self._follower.add(tick, self._upright(pixels.astype(np.uint8, copy=False)))

    def sound(self, block: SoundBlock) -> None:
        """Faces are seen, not heard."""

    def finish(self, summary: DecodeSummary) -> None:
        found = self._follower.finish(summary.end_of_pictures) if self._follower is not None else []
        self._done(found, summary)

    def _upright(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return np.ascontiguousarray(np.rot90(picture, self._quarters)) if self._quarters else picture


def require_consent(consent: bool) -> None:
    """Raises FootageError AP-FOOTAGE-300 without it: no step looks at faces unless the production says so."""
    if not consent:
        raise FootageError(
            "AP-FOOTAGE-300",
            "faces are analysed only with the consent of those filmed",
            remedy="when they have agreed, set [consent] faces = true in production.toml",
        )
