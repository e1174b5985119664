"""Runs brought out of their files: 48 kHz, at their speed, cleaned where asked, and listened to.

Each is written once, under a name that everything deciding its samples goes into: a mix that is made again,
or goes on after it was broken off, reads only what is new.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.core.encoding import from_json, to_json
from answerprint.core.time import Range, Time
from answerprint.departments.footage.sound.events import BLOCK_SAMPLES, sound_events
from answerprint.departments.sound.dialogue import dialogue_loudness, spoken_hops
from answerprint.departments.sound.levels import LoudnessMeter
from answerprint.departments.sound.mixing import RATE
from answerprint.media.decode import read_sound
from answerprint.media.forms import SoundForm
from answerprint.media.wave_writing import write_wave
from answerprint.pipeline.measuring import HEARD_RATE, Ear
from answerprint.store.objects import hash_bytes

BLOCK = 10  # seconds read at a time
LONGEST_CLEANED = 10 * 60  # seconds; a run of dialogue longer than this is cleaned with `sound clean` first
CONTEXT = 10  # seconds to either side in which noise is learnt
HEARD_FOR_MUSIC = 5 * 60  # seconds of a run in which music is listened for
VERSION = 1

Samples = NDArray[np.float32]


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A run as a worker gets it. channels: of the stream, averaged to one where `mono`; samples: long."""

    key: str
    path: str
    stream: int | None
    channels: tuple[int, ...]
    mono: bool
    source: Fraction  # seconds on the file's clock
    speed: Fraction
    samples: int
    clean: bool

    def name(self) -> str:
        """Of the files that hold it."""
        stat = Path(self.path).stat()
        told = to_json([VERSION, msgspec.structs.replace(self, key=""), stat.st_size, stat.st_mtime_ns])
        return hash_bytes(told)[:32]


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What a run sounds like. loudness: LUFS of the whole; dialogue: LKFS while somebody speaks; loudest: its
    short-term maximum, LUFS; music: the share in which music plays; spoken: seconds from its first sample."""

    channels: int
    loudness: float | None
    dialogue: float | None
    loudest: float | None
    music: float
    spoken: tuple[tuple[float, float], ...]
    cleaned: tuple[str, ...] = ()

    @property
    def speech(self) -> float:
        """Seconds in which somebody speaks."""
        return sum(end - start for start, end in self.spoken)


@dataclass(frozen=True)
class Held:
    """A run in the work folder."""

    wave: Path
    heard: Heard


def bring(wanted: Wanted, folder: Path) -> Held:
    """The run's sound in the folder, made if it is not there. Raises MediaError as `read_sound`."""
    wave = folder / f"{wanted.name()}.wav"
    note = wave.with_suffix(".json")
    if note.exists() and wave.exists():
        return Held(wave, from_json(note.read_bytes(), Heard))
    cleaned: tuple[str, ...] = ()
    if wanted.clean and wanted.samples <= LONGEST_CLEANED * RATE and wanted.speed == 1:
        samples, cleaned = _cleaned(wanted)
        write_wave(wave, samples[:, None], RATE, bits=32)
    else:
        write_wave(wave, sound_of_run(wanted), RATE, bits=32)
    heard = _listened(wave, cleaned)
    aside = note.with_suffix(".part")
    aside.write_bytes(to_json(heard))
    aside.replace(note)
    return Held(wave, heard)


def sound_of_run(wanted: Wanted) -> Iterator[Samples]:
    """Blocks (n, channels) float32, `samples` in all. Another speed sounds as tape does."""
    for first in range(0, wanted.samples, BLOCK * RATE):
        count = min(BLOCK * RATE, wanted.samples - first)
        if wanted.speed == 1:
            yield _read(wanted, wanted.source + Fraction(first, RATE), count)
            continue
        backwards = wanted.speed < 0
        begins = wanted.source + wanted.speed * Fraction(first + count if backwards else first, RATE)
        read = _read(wanted, begins, int(count * abs(wanted.speed)) + 2)
        if backwards:
            read = read[::-1]
        places = np.arange(count) * float(abs(wanted.speed))
        at = np.arange(len(read))
        yield np.stack([np.interp(places, at, one) for one in read.T], axis=1).astype(np.float32)


def _read(wanted: Wanted, seconds: Fraction, count: int) -> Samples:
    """`count` samples from a time of the file on, in the channels wanted; silence where it has nothing."""
    first = round(seconds * RATE)
    silent = max(0, -first)  # before the clock's zero
    made: Samples | None = None
    if silent < count:
        range_ = Range(Time(first + silent, Fraction(RATE)), Time(first + count, Fraction(RATE)))
        for block in read_sound(Path(wanted.path), SoundForm(rate=RATE), stream=wanted.stream, range=range_):
            chosen = _chosen(block.samples, wanted)
            made = np.zeros((count, chosen.shape[1]), np.float32) if made is None else made
            at = block.start - first
            made[at : at + len(chosen)] = chosen[: count - at]
    return made if made is not None else np.zeros((count, max(1, len(wanted.channels))), np.float32)


def _chosen(samples: Samples, wanted: Wanted) -> Samples:
    held = [one for one in wanted.channels if one < samples.shape[1]]
    chosen = samples[:, held] if held else samples
    return chosen.mean(axis=1, keepdims=True) if wanted.mono else chosen


def _cleaned(wanted: Wanted) -> tuple[Samples, tuple[str, ...]]:
    from answerprint.departments.sound.cleaning import chain
    from answerprint.departments.sound.diagnosis import diagnose
    from answerprint.pipeline.cleaning.cleaning import voices_in
    from answerprint.pipeline.cleaning.networks import chosen_network

    lead = min(Fraction(CONTEXT), max(Fraction(0), wanted.source))
    head = round(lead * RATE)
    whole = _read(wanted, wanted.source - lead, head + wanted.samples + CONTEXT * RATE).mean(axis=1)
    heard = chain.Heard.of(whole, RATE, diagnose(whole, RATE, voices_in(whole)))
    made, tried = chain.clean(whole, RATE, heard, network=chosen_network()[1])
    return made[head : head + wanted.samples], tuple(str(step) for step in tried if step.kept)


def _listened(wave: Path, cleaned: tuple[str, ...]) -> Heard:
    meter: LoudnessMeter | None = None
    for block in read_sound(wave, SoundForm(rate=RATE)):
        meter = meter or LoudnessMeter(RATE, block.samples.shape[1], true_peak=False)
        meter.add(block.samples)
    assert meter is not None
    ear = Ear(0)
    kept: list[Samples] = []
    for block in read_sound(wave, SoundForm(rate=HEARD_RATE, mono=True)):
        ear.hear(block.samples[:, 0])
        if block.start < HEARD_FOR_MUSIC * HEARD_RATE:
            kept.append(block.samples[:, 0])
    spoken = ear.spoken()
    found = meter.result()
    energies = meter.energies()
    return Heard(
        channels=meter.channels,
        loudness=found.integrated,
        dialogue=dialogue_loudness(energies, spoken_hops(spoken, len(energies))),
        loudest=found.max_short_term if found.max_short_term is not None else found.integrated,
        music=_music(np.concatenate(kept)),
        spoken=tuple((float(start), float(end)) for start, end in spoken),
        cleaned=cleaned,
    )


def _music(samples: Samples) -> float:
    """The share of mono 16 kHz samples in which music plays. No voice is left out: songs are sung."""
    if len(samples) < BLOCK_SAMPLES:
        return 0.0
    events = sound_events(samples, [])
    return float(sum(one.end - one.start for one in events if one.sound == "music") / len(samples))
