"""The lips of a film held against its sound, or against another: faces followed, the voice's level read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import msgspec
import numpy as np

from answerprint.core.errors import MediaError
from answerprint.departments.footage.faces.cues import curves_of
from answerprint.departments.footage.faces.in_file import tracks_in
from answerprint.departments.footage.faces.tracks import FaceTrack
from answerprint.departments.sound.replacement.lip_sync import (
    Lips,
    LipSync,
    lip_syncs,
    loudness_curve,
)
from answerprint.media.decode import read_sound
from answerprint.media.forms import SoundForm
from answerprint.media.probe import probe

HEARD_RATE = 16_000


class LipsChecked(msgspec.Struct, frozen=True, kw_only=True):
    """whole: one offset for the file; shots: of each shot with a face, by itself. rate: frames a second that
    offsets are told in."""

    rate: Fraction
    whole: LipSync | None
    shots: tuple[LipSync, ...]

    def frames(self, one: LipSync) -> float | None:
        """An offset in frames of the picture."""
        return None if one.offset is None else round(one.offset * float(self.rate), 2)


def check_lips(
    picture: Path,
    sound: Path | None = None,
    *,
    stream: int | None = None,
    tell: Callable[[float], None] = lambda done: None,
) -> LipsChecked:
    """How far the sound lies from the lips. sound: another file, whose first sample belongs to the picture's
    first frame; without it the film's own. Ask for consent before: this looks at faces.

    Raises MediaError AP-MEDIA-014 and 020 where there is no sound or no picture, and as `read_sound`;
    NotAvailableError AP-NEED-060 without the models.
    """
    video = probe(picture).stream("video")
    if video is None or video.rate is None:
        raise MediaError("AP-MEDIA-020", "there are no pictures in it", file=str(picture))
    shots, time_base = tracks_in(picture, progress=lambda done: tell(0.95 * done))
    curve, first = _loudness(sound or picture, stream)
    origin = Fraction(first, HEARD_RATE)
    if sound is not None:
        origin = video.start.seconds if video.start is not None else Fraction(0)
    lips = [[_lips(one, time_base, origin) for one in shot] for shot in shots]
    whole, alone = lip_syncs(lips, curve)
    tell(1.0)
    return LipsChecked(rate=video.rate, whole=whole, shots=alone)


def _lips(track: FaceTrack, time_base: Fraction, origin: Fraction) -> Lips:
    """Seconds from the sound's first sample."""
    seconds = [float(one.tick * time_base - origin) for one in track.samples]
    return Lips(np.array(seconds), curves_of(track)["mouth_open"])


def _loudness(path: Path, stream: int | None) -> tuple[np.ndarray, int]:
    """The voice's level, and the first sample on the file's clock."""
    first: list[int] = []

    def blocks() -> Iterator[np.ndarray]:
        for block in read_sound(path, SoundForm(rate=HEARD_RATE, mono=True), stream=stream):
            first.append(block.start)
            yield block.samples[:, 0]

    curve = loudness_curve(blocks(), HEARD_RATE)
    return curve, first[0] if first else 0
