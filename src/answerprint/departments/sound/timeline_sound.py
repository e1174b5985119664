"""The sound of a timeline as it lies there: every clip at its gain and speed, all tracks together, stereo."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from answerprint.core.cut import Clip, Cut
from answerprint.core.errors import MediaError
from answerprint.core.time import Range, Time
from answerprint.media.decode import read_sound
from answerprint.media.forms import SoundBlock, SoundForm

RATE = 48_000
BLOCK = 10  # seconds mixed at a time
FADE = 240  # samples at either end of a clip, 5 ms: no edit clicks

Samples = NDArray[np.float32]


def timeline_sound(cut: Cut, media: Mapping[str, Path]) -> Iterator[Samples]:
    """Blocks (n, 2) float32 at 48 kHz, together as long as the cut. media: where each asset lies; what is not
    there is silent, and so are freezes. A clip at another speed sounds so, as tape does."""
    total = _sample(cut.frames, cut.rate)
    clips = [
        clip
        for track in cut.tracks_of("audio")
        if not track.muted
        for clip in track.clips
        if not clip.muted and clip.asset in media and clip.speed
    ]
    for first in range(0, total, BLOCK * RATE):
        block = np.zeros((min(BLOCK * RATE, total - first), 2), np.float32)
        for clip in clips:
            _add(block, first, clip, cut.rate, media[clip.asset])
        yield block


def _add(block: Samples, first: int, clip: Clip, rate: Fraction, path: Path) -> None:
    start = _sample(clip.record.start.frame(rate), rate)
    end = _sample(clip.record.end.frame(rate), rate)
    low, high = max(start, first), min(end, first + len(block))
    if low >= high:
        return
    try:
        heard = _heard(clip, low - start, high - start, path)
    except MediaError:
        return  # a file without sound, or damaged there
    places = np.arange(low, high)
    fade = np.minimum(1.0, np.minimum(places - start + 1, end - places) / FADE)
    gain = 10 ** (clip.gain_db / 20)
    block[low - first : high - first] += heard * (gain * fade[:, None]).astype(np.float32)


def _heard(clip: Clip, low: int, high: int, path: Path) -> Samples:
    """Samples [low, high) of a clip, counted from its beginning: (n, 2)."""
    speed = abs(clip.speed)
    begins = clip.source.start.seconds + clip.speed * Fraction(low if clip.speed > 0 else high, RATE)
    length = Fraction(high - low, RATE) * speed
    range_ = Range(Time.of_seconds(begins), Time.of_seconds(begins + length))
    parts = [_stereo(one.samples, clip.channels) for one in _read(path, clip.stream, range_)]
    read = np.concatenate(parts) if parts else np.zeros((1, 2), np.float32)
    if clip.speed < 0:
        read = read[::-1]
    wanted = high - low
    if speed != 1:
        places = np.linspace(0, len(read) - 1, wanted)
        return np.stack(
            [np.interp(places, np.arange(len(read)), read[:, at]) for at in (0, 1)], axis=1
        ).astype(np.float32)
    whole = np.zeros((wanted, 2), np.float32)
    whole[: min(wanted, len(read))] = read[:wanted]
    return whole


def _read(path: Path, stream: int | None, range_: Range) -> Iterator[SoundBlock]:
    return read_sound(path, SoundForm(rate=RATE), stream=stream, range=range_)


def _stereo(samples: Samples, channels: tuple[int, ...]) -> Samples:
    """One channel on both sides; two as they are; more together on both."""
    held = [one for one in channels if one < samples.shape[1]]
    chosen = samples[:, held] if held else samples
    if chosen.shape[1] == 2 and not held:
        return chosen
    return np.repeat(chosen.mean(axis=1, keepdims=True), 2, axis=1)


def _sample(frame: int, rate: Fraction) -> int:
    return round(Fraction(frame) / rate * RATE)
