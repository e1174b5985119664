"""One fast look at a file: coarse shots, a strip of pictures, whether people speak, plain faults."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from answerprint.core.errors import MediaError
from answerprint.core.logged import Glance, Probe
from answerprint.core.records import Annotation
from answerprint.departments.footage.glance.coarse import CoarseShot, coarse_shots
from answerprint.departments.footage.sound.listening import LISTENING_RATE
from answerprint.departments.footage.sound.voice import Classical, voice_ranges
from answerprint.media.container_checks import container_faults
from answerprint.media.decode import read_sound
from answerprint.media.forms import SoundForm
from answerprint.media.guard import check_file
from answerprint.media.keyframes import Keyframe, spread_keyframes
from answerprint.media.stills import contact_sheet

EVERY = Fraction(2)  # seconds between keyframes looked at
MOST_KEYFRAMES = 1_800  # an hour at that spacing; a longer file is looked at more sparsely
WIDTH = 160  # pixels of a picture of the strip
STRIP = 24  # pictures of it at most
COLUMNS = 8
HEARD_OF, HEARD = 15 * LISTENING_RATE, 3 * LISTENING_RATE  # three seconds of every fifteen are listened to
SILENT = 1e-4  # rms under which a recording holds nothing, −80 dBFS


@dataclass(frozen=True)
class Look:
    glance: Glance
    marks: tuple[Annotation, ...]  # coarse shots, in ticks of `rate`
    rate: Fraction | None  # ticks a second; None without pictures
    strip: bytes | None  # JPEG


def look_at(path: Path, asked: Probe) -> Look:
    """The fast look. Damage inside the file is not looked for: that is the deep pass.

    Raises MediaError AP-MEDIA-001…012 for a file that cannot be opened at all.
    """
    _, head = check_file(path)
    faults = list(dict.fromkeys(one.reason for one in container_faults(path, head)))
    seen = _Seen()
    if asked.stream("video") is not None:
        try:
            for one in spread_keyframes(path, EVERY, MOST_KEYFRAMES, WIDTH):
                seen.add(one)
        except MediaError as error:
            faults.append(error.message)
    voice, silent = None, False
    if asked.stream("audio") is not None:
        try:
            voice, silent = _voice_share(path)
        except MediaError as error:
            faults.append(error.message)
    shots = seen.shots()
    glance = Glance(
        keyframes=len(seen.pts),
        coarse_shots=sum(1 for one in shots if not one.black),
        black=round(sum(one.last - one.first for one in shots if one.black) / max(1, len(seen.pts)), 4),
        voice=None if voice is None else round(voice, 4),
        silent=silent,
        faults=tuple(faults),
    )
    if not seen.pts:
        return Look(glance, (), None, None)
    return Look(glance, seen.marks(shots, asked), 1 / seen.time_base, seen.strip(shots))


class _Seen:
    """Keyframes as they come, all small."""

    def __init__(self) -> None:
        self.pts: list[int] = []
        self.time_base = Fraction(1)
        self._pixels: list[NDArray[np.uint8]] = []

    def add(self, one: Keyframe) -> None:
        self.pts.append(one.pts)
        self.time_base = one.time_base
        self._pixels.append(one.pixels)

    def shots(self) -> list[CoarseShot]:
        return coarse_shots(self._pixels)

    def marks(self, shots: list[CoarseShot], asked: Probe) -> tuple[Annotation, ...]:
        last = self.pts[-1] + 1
        video = asked.stream("video")
        if video is not None and video.start is not None and video.duration is not None:
            last = max(last, int((video.start.seconds + video.duration.seconds) / self.time_base))
        return tuple(
            Annotation(
                start=self.pts[one.first],
                end=self.pts[one.last] if one.last < len(self.pts) else last,
                label="black" if one.black else "shot",
            )
            for one in shots
        )

    def strip(self, shots: list[CoarseShot]) -> bytes:
        """The first picture of every shot where they fill the strip, pictures spread evenly where not."""
        firsts = [one.first for one in shots]
        spread = [len(self.pts) * index // STRIP for index in range(STRIP)]
        chosen = sorted({*firsts, *(spread if len(firsts) < STRIP else ())})
        count = min(STRIP, len(chosen))
        chosen = [chosen[len(chosen) * index // count] for index in range(count)]
        pictures = [
            (self._pixels[one], _clock((self.pts[one] - self.pts[0]) * self.time_base)) for one in chosen
        ]
        return contact_sheet(pictures, COLUMNS, width=WIDTH)


def _voice_share(path: Path) -> tuple[float, bool]:
    """Share of the sampled sound with a voice, and whether there is nothing to hear at all."""
    kept: list[NDArray[np.float32]] = []
    spoken = heard = 0
    loudest = 0.0
    backend = Classical()
    for block in read_sound(path, SoundForm(rate=LISTENING_RATE, mono=True)):
        samples = block.samples[:, 0]
        place = (block.start + np.arange(len(samples))) % HEARD_OF
        kept.append(samples[place < HEARD])
        if sum(len(one) for one in kept) >= 20 * HEARD:  # twenty samples at a time: bounded at any length
            share, length, level = _hear(kept, backend)
            spoken, heard, loudest, kept = spoken + share, heard + length, max(loudest, level), []
    share, length, level = _hear(kept, backend)
    spoken, heard, loudest = spoken + share, heard + length, max(loudest, level)
    return (spoken / heard if heard else 0.0), loudest < SILENT


def _hear(kept: list[NDArray[np.float32]], backend: Classical) -> tuple[int, int, float]:
    samples = np.concatenate(kept) if kept else np.zeros(0, np.float32)
    if not len(samples):
        return 0, 0, 0.0
    level = float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))
    if level < SILENT:
        return 0, len(samples), level
    voices = voice_ranges(samples, backend)
    return sum(one.end_sample - one.start_sample for one in voices), len(samples), level


def _clock(seconds: Fraction) -> str:
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"
