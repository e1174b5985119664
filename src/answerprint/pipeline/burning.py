"""A film with its subtitles in the picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from answerprint.core.errors import MediaError, UsageError
from answerprint.departments.release.captions_drawn import captioned
from answerprint.formats.subtitles.model import Cue
from answerprint.media.decode import read_pictures, read_sound
from answerprint.media.display import display_of, upright
from answerprint.media.encode import AudioSettings, Sound, VideoSettings, write_pictures
from answerprint.media.fanout import SoundForm
from answerprint.media.forms import PictureForm
from answerprint.media.probe import probe

KINDS = (".mp4", ".mov", ".mkv")
SOUND_RATE = 48_000


def burn_in(
    video: Path, cues: Sequence[Cue], out: Path, size: int, tell: Callable[[float], None] = lambda done: None
) -> int:
    """Writes `video` with its cues drawn in, at its own times; returns the number of pictures.

    Cues count from the first picture. Sound of up to two channels becomes AAC in .mp4, PCM elsewhere. Raises
    UsageError AP-USE-699 for another container, MediaError AP-MEDIA-020 without pictures, and as
    `read_pictures` and `write_pictures`.
    """
    if out.suffix.casefold() not in KINDS:
        raise UsageError(
            "AP-USE-699",
            f"no film is called {out.suffix or 'without a suffix'}",
            file=str(out),
            remedy="name it " + ", ".join(KINDS),
        )
    found = probe(video)
    picture, sound = found.stream("video"), found.stream("audio")
    if picture is None or picture.time_base is None:
        raise MediaError("AP-MEDIA-020", "there are no pictures in it", file=str(video))
    ordered = sorted(cues, key=lambda one: one.range.start)
    length = float(found.duration.seconds) if found.duration is not None else 0.0
    base = picture.time_base
    turned = display_of(video).rotation
    first: list[int] = []

    def pictures() -> Iterator[tuple[int, NDArray[np.uint8]]]:
        for block in read_pictures(video, PictureForm(pixels="rgb"), block=8):
            for pts, pixels in zip(block.pts, block.pixels, strict=True):
                if not first:
                    first.append(int(pts))
                tick = int(pts) - first[0]
                seconds = tick * base
                shown = [(one.text, one.place) for one in ordered if _on(one, seconds)]
                whole = upright(np.asarray(pixels, np.uint8), turned)
                yield tick, captioned(whole, shown, size) if shown else whole
                if length:
                    tell(min(1.0, float(seconds) / length))

    heard = None
    if sound is not None and (sound.channels or 0) in (1, 2):
        codec = "aac" if out.suffix.casefold() == ".mp4" else "pcm_s24le"
        blocks = (one.samples for one in read_sound(video, SoundForm(rate=SOUND_RATE), stream=sound.index))
        settings = AudioSettings(codec=codec, rate=SOUND_RATE, channels=sound.channels or 2)
        heard = Sound(blocks, settings, language=sound.language or "und")
    rate = picture.rate or Fraction(25)
    timecode = found.timecode.label if found.timecode is not None else None
    return write_pictures(
        out,
        pictures(),
        rate,
        VideoSettings(),
        time_base=base,
        sound=heard,
        start_timecode=timecode,
        pixel_aspect=picture.pixel_aspect or Fraction(1),
    )


def _on(cue: Cue, seconds: Fraction) -> bool:
    return cue.range.start.seconds <= seconds < cue.range.end.seconds
