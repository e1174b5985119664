"""The sound that is cleaned, at 48 kHz: how long it is, which channels, and any stretch of it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from answerprint.core.records import Stream
from answerprint.core.time import Range
from answerprint.departments.footage.sound.roles import roles_of
from answerprint.media.decode import read_sound
from answerprint.media.fanout import SoundForm
from answerprint.media.probe import probe
from answerprint.media.wave import WaveChunks, read_wave_chunks
from answerprint.pipeline.measuring import finite, sound_of

RATE = 48_000
PIECE = 60 * RATE  # samples cleaned at a time
MANY = 8  # channels from which pieces become shorter
MARGIN = 2 * RATE  # samples heard on either side of a piece

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class Source:
    """One sound stream. first: its first sample on the file's clock; samples: a channel's. Both at 48 kHz."""

    path: Path
    stream: Stream
    first: int
    samples: int
    channels: int
    wave: WaveChunks | None

    @classmethod
    def of(cls, path: Path, stream: int | None) -> Source:
        """Raises MediaError as `sound_of` and `read_sound`."""
        chosen = sound_of(path, stream)
        channels = chosen.channels or 1
        if path.suffix.casefold() == ".wav":
            wave = read_wave_chunks(path)
            samples = round(Fraction(wave.frames * RATE, wave.format.rate))
            return cls(path, chosen, 0, samples, channels, wave)
        first: int | None = None
        samples = 0
        for block in read_sound(path, SoundForm(rate=RATE, mono=True), stream=chosen.index):
            first = block.start if first is None else first
            samples += len(block.samples)
        return cls(path, chosen, first or 0, samples, channels, None)

    @property
    def names(self) -> tuple[str, ...]:
        """One a channel, empty where nothing names it."""
        names = self.stream.track_names[: self.channels]
        return names + ("",) * (self.channels - len(names))

    @property
    def mixes(self) -> tuple[int, ...]:
        """The channels that are mixes of others beside them: split tracks are cleaned, not the mix."""
        roles = roles_of(self.names, self.channels, self.stream.ltc_channel)
        split = any(role in ("boom", "lavalier") for role in roles)
        return tuple(number for number, role in enumerate(roles) if split and role == "mix")

    @property
    def timecode_channel(self) -> int | None:
        roles = roles_of(self.names, self.channels, self.stream.ltc_channel)
        return next((number for number, role in enumerate(roles) if role == "timecode"), None)

    @property
    def time_reference(self) -> int | None:
        """Samples of 48 kHz since midnight at the first one, where the file has a timecode."""
        if self.wave is not None:
            reference = self.wave.time_reference
            ixml = self.wave.ixml
            rate = (ixml.timestamp_rate if ixml is not None else None) or self.wave.format.rate
            return None if reference is None else round(Fraction(reference * RATE, rate))
        start = probe(self.path).timecode
        return None if start is None else round(Fraction(start.frame * RATE) / start.rate) + self.first

    def pieces(self) -> list[tuple[int, int]]:
        """Half-open samples of each piece; the last takes in what would be too short alone."""
        long = PIECE if self.channels <= MANY else max(PIECE * MANY // self.channels, 5 * RATE)
        edges = [*range(0, max(self.samples - MARGIN, 1), long), self.samples]
        return list(pairwise(edges))

    def read(self, first: int, last: int) -> Samples:
        """(last − first, channels). Raises MediaError as `read_sound`, AP-MEDIA-018 for what is no number."""
        range_ = Range.of_ticks(self.first + first, self.first + last, Fraction(RATE))
        made = np.zeros((last - first, self.channels), np.float32)
        for block in read_sound(self.path, SoundForm(rate=RATE), stream=self.stream.index, range=range_):
            finite(block.samples, RATE, block.start, self.path)
            at = block.start - self.first - first
            made[at : at + len(block.samples)] = block.samples
        return made
