"""Sound gathered for the steps: a clip's channels, its voices, its place in the mix, to the sample."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from answerprint.core.records import Track
from answerprint.core.time import Range, Rounding, Time
from answerprint.departments.sound.mixing import FADE, MixClip, Samples
from answerprint.departments.sound.mixing import RATE as MIX_RATE
from answerprint.departments.sound.records import ClipSound, MixPlace
from answerprint.media.decode import read_sound
from answerprint.media.fanout import SoundForm
from answerprint.media.wave import WaveChunks, read_wave_blocks, read_wave_chunks


@dataclass(frozen=True)
class WaveSound:
    """The first samples of a wave file, read when they are asked for."""

    path: Path
    wave: WaveChunks
    length: int

    @property
    def shape(self) -> tuple[int, int]:
        return self.length, self.wave.format.channels

    def read(self, first: int, last: int) -> Samples:
        """Samples first … last (last − first, channels)."""
        blocks = read_wave_blocks(self.path, self.wave, start=first, end=min(last, self.length))
        return np.concatenate(list(blocks))


def mix_clip(place: MixPlace, rate: Fraction, path: Path, gain_db: float) -> MixClip:
    """A clip's sound in its place, exactly as long as its frames; no fade where the recording runs on.

    It stays in its wave file until it is mixed.
    """
    start, end = sample_at(place.start, rate), sample_at(place.end, rate)
    wave = read_wave_chunks(path)
    before, after = place.goes_on
    return MixClip(
        WaveSound(path, wave, min(end - start, wave.frames)),
        start,
        gain_db,
        fade_in=0 if before else FADE,
        fade_out=0 if after else FADE,
    )


def sample_at(frame: int, rate: Fraction) -> int:
    """The 48 kHz sample at which a frame of the cut begins."""
    return Time(frame, rate).frame(Fraction(MIX_RATE))


def samples_of(range_: Range) -> tuple[int, int]:
    """A range as 48 kHz samples on the file's clock, one more than needed at its end: where in the cut the
    clip will lie decides how its length rounds."""
    rate = Fraction(MIX_RATE)
    return range_.start.frame(rate), range_.end.frame(rate, Rounding.CEILING) + 1


def mono_sound(path: Path, clip: ClipSound, first: int, last: int) -> NDArray[np.float32]:
    """The clip's channels averaged, samples first … last of the file's clock; silence where there is none."""
    range_ = Range.of_ticks(first, last, Fraction(MIX_RATE))
    mono = np.zeros(last - first, np.float32)
    blocks = read_sound(path, SoundForm(rate=MIX_RATE), stream=clip.stream, range=range_)
    for block in blocks:
        channels = clip.channels or tuple(
            one for one in range(block.samples.shape[1]) if one not in clip.left_out
        )
        chosen = block.samples[:, list(channels)] if channels else block.samples
        at = block.start - first
        mono[at : at + len(chosen)] = chosen.mean(axis=1)
    return mono


def with_surroundings(wanted: tuple[int, int], extent: Range | None, margin: int) -> tuple[int, int]:
    """The samples wanted and up to `margin` more on either side, as far as the recording goes."""
    if extent is None:
        return wanted
    first, last = samples_of(extent)
    return min(wanted[0], max(first, wanted[0] - margin)), max(wanted[1], min(last - 1, wanted[1] + margin))


def voice_spans(track: Track, first: int, samples: int) -> list[tuple[int, int]]:
    """Where people speak, as 48 kHz samples counted from `first` and held to 0 … samples."""
    rate = Fraction(MIX_RATE)
    ranges = (track.range_of(annotation) for annotation in track.annotations)
    inside = (
        (max(0, one.start.frame(rate) - first), min(samples, one.end.frame(rate) - first)) for one in ranges
    )
    return [(start, end) for start, end in inside if start < end]
