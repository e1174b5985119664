"""Atmospheres made from the user's recordings: files read, the new one made, measured, and written."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.core.errors import MediaError, UsageError
from answerprint.departments.sound.atmospheres import RATE, Texture, atmosphere, repeats, texture_of
from answerprint.departments.sound.levels import LoudnessMeter
from answerprint.media.ixml import ProductionSound
from answerprint.media.wave_writing import write_wave
from answerprint.pipeline.cleaning.source import Source

HEARD = 5 * 60  # seconds of each recording that are listened to
LONGEST = 2 * 3600  # seconds
LOUDEST = -1.0  # dBTP

Samples = NDArray[np.float32]


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """still: seconds it was made from; events: found in the recordings, and whether they are laid in; lufs:
    of what was written, None under the gate; repeats: its highest autocorrelation; alike: the correlation of
    left and right."""

    seconds: float
    still: float
    events: int
    events_a_minute: float
    scattered: bool
    lufs: float | None
    true_peak: float
    repeats: float
    alike: float


def make_atmosphere(
    files: Sequence[Path],
    out: Path | None,
    seconds: float,
    *,
    scatter: bool = False,
    lufs: float | None = None,
    seed: int = 1,
    tell: Callable[[float], None] = lambda done: None,
) -> Made:
    """Writes an atmosphere (stereo, 48 kHz, 24 bits); without `out` it is made and measured only.

    lufs: the loudness it is brought to; without it the recordings' own. Raises UsageError AP-USE-750 for a
    length that is none, MediaError as `Source`, AP-MEDIA-027 where nothing in the recordings is steady.
    """
    if not 1 <= seconds <= LONGEST:
        raise UsageError(
            "AP-USE-750", f"an atmosphere is not {seconds:g} s long", remedy=f"give 1 to {LONGEST} s"
        )
    texture = _texture(files)
    tell(0.1)
    length = round(seconds * RATE)
    with tempfile.TemporaryFile() as kept:
        meter = LoudnessMeter(RATE, 2)
        done = 0
        for block in atmosphere(texture, length, scatter=scatter, seed=seed):
            meter.add(block)
            kept.write(block.tobytes())
            done += len(block)
            tell(0.1 + 0.6 * done / length)
        kept.flush()
        sound = np.memmap(kept, np.float32, "r", shape=(length, 2))
        measured = meter.result()
        loudness, peak = measured.integrated, measured.true_peak if measured.true_peak is not None else -200.0
        gain = 1.0 if lufs is None or loudness is None else 10 ** ((lufs - loudness) / 20)
        gain = min(gain, 10 ** ((LOUDEST - peak) / 20))
        left, right = (np.asarray(sound[: 120 * RATE, side], np.float64) for side in (0, 1))
        told = Made(
            seconds=seconds,
            still=round(texture.still, 2),
            events=len(texture.events),
            events_a_minute=round(texture.events_a_minute, 1),
            scattered=scatter,
            lufs=None if loudness is None else round(loudness + 20 * float(np.log10(gain)), 1),
            true_peak=round(peak + 20 * float(np.log10(gain)), 1),
            repeats=round(repeats(left), 3),
            alike=round(float(np.corrcoef(left, right)[0, 1]), 3),
        )
        if out is not None:
            write_wave(
                out,
                _louder(sound, gain),
                RATE,
                track_names=("L", "R"),
                sound=ProductionSound(note=_note(files, told)),
                description=_note(files, told),
                originator="Answerprint",
            )
    tell(1.0)
    return told


def _texture(files: Sequence[Path]) -> Texture:
    recordings = []
    for path in files:
        source = Source.of(path, None)
        samples = source.read(0, min(source.samples, HEARD * RATE))
        recordings.append(samples.mean(axis=1).astype(np.float64))
    try:
        return texture_of(recordings)
    except ValueError as error:
        raise MediaError(
            "AP-MEDIA-027",
            f"too little in it is steady: {error}",
            file=", ".join(path.name for path in files),
            remedy="give recordings of places in which for a while nothing happens",
        ) from error


def _note(files: Sequence[Path], told: Made) -> str:
    events = "events laid in at random" if told.scattered else "events left out"
    names = ", ".join(path.name for path in files)
    return f"Synthetic atmosphere, {events}; made from {told.still:g} s of {names}"


def _louder(sound: NDArray[np.float32], gain: float) -> Iterator[Samples]:
    for at in range(0, len(sound), RATE):
        yield np.asarray(sound[at : at + RATE] * gain, np.float32)
