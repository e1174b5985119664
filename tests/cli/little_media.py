"""A command that was run, and the little media that the commands' tests are made of."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from answerprint.media.encode import AudioSettings, Sound, VideoSettings, write_pictures
from answerprint.media.wave_writing import write_wave

PROGRAM = Path(sys.executable).with_name("answerprint")
SIZE = (96, 54)
RATE = Fraction(25)


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """stdout as the one JSON document it has to be."""
        return json.loads(self.out)

    @property
    def error(self) -> dict[str, str | None]:
        """The error document, of which every key has to be there."""
        found = self.document["error"]
        assert set(found) == {"code", "message", "file", "at", "remedy"}
        return dict(found)


Command = Callable[..., Ran]


def scene(number: int, frames: int) -> Iterator[NDArray[np.uint8]]:
    """A textured picture that drifts; every number looks like another place."""
    width, height = SIZE
    grain = np.random.default_rng(number).integers(0, 256, (height // 6, width // 6, 3), dtype=np.uint8)
    wall = np.kron(grain, np.ones((6, 6, 1), np.uint8))
    for frame in range(frames):
        yield np.roll(wall, frame % 3, axis=1)


def tone(seconds: Fraction, channels: int = 1) -> NDArray[np.float32]:
    time = np.arange(int(seconds * 48000)) / 48000
    one = (0.2 * np.sin(2 * np.pi * 440 * time)).astype(np.float32)
    return np.repeat(one[:, None], channels, axis=1)


def film(
    path: Path, *scenes: int, sound: bool = True, timecode: str | None = None, rate: Fraction = RATE
) -> Path:
    """A picture file of scenes, each so many frames long."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pictures = [one for number, frames in enumerate(scenes) for one in scene(number, frames)]
    heard = Sound([tone(len(pictures) / rate)], AudioSettings(codec="aac", rate=48000, channels=1))
    write_pictures(
        path,
        enumerate(pictures),
        rate,
        VideoSettings(preset="ultrafast", gop=8, threads=1),
        sound=heard if sound else None,
        start_timecode=timecode,
    )
    return path


def wave(path: Path, seconds: int = 1) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_wave(path, tone(Fraction(seconds)), 48000)
    return path
