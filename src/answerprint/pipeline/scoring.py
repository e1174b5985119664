"""Music files analysed, and cues fitted to the marks of a timeline and written."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from answerprint.core.errors import MediaError, UsageError
from answerprint.core.time import Rounding
from answerprint.departments.sound.music.analysis import PLACES, Music, analyse
from answerprint.departments.sound.music.fitting import fit
from answerprint.departments.sound.music.onsets import RATE
from answerprint.departments.sound.music.plans import Fit, Mark, Position
from answerprint.departments.sound.music.rendering import rendered
from answerprint.formats.timelines.files import read_timeline
from answerprint.media.decode import read_sound
from answerprint.media.fanout import SoundForm
from answerprint.media.wave_writing import write_wave
from answerprint.pipeline.measuring import Tell, sound_of

SILENT = 1e-4  # a peak under −80 dBFS is silence


def music_in(path: Path, *, stream: int | None = None, tell: Tell | None = None) -> Music:
    """What the music in a file is. Raises MediaError as `read_sound` and `sound_of`; AP-MEDIA-019 where it is
    silent."""
    chosen = sound_of(path, stream)
    seconds = int(chosen.frames or 0) / int(chosen.rate or PLACES)
    music = analyse(_heard(path, chosen.index, seconds, tell))
    if music.peak < SILENT:
        raise MediaError(
            "AP-MEDIA-019",
            "its sound is silent: there is no music in it",
            file=str(path),
            remedy="give it sound",
        )
    return music


def marks_of(path: Path, rate: Fraction | None = None) -> tuple[tuple[Mark, ...], int, Fraction]:
    """The markers of a timeline as marks from its first frame, its length in samples at 48 kHz, and its rate.

    A marker with the word "beat" may be hit by any beat, with "strong" by the middle of a bar of four too.
    Raises as `read_timeline`; UsageError AP-USE-681 where none lies inside.
    """
    cut = read_timeline(path, rate).cut
    length = round(Fraction(cut.frames) / cut.rate * PLACES)
    marks: list[Mark] = []
    for one in sorted(cut.markers, key=lambda one: one.range.start.seconds):
        words = f"{one.name} {one.comment}".casefold().split()
        on: Position = "beat" if "beat" in words else "strong" if "strong" in words else "bar"
        at = one.range.start.frame(Fraction(PLACES), Rounding.NEAREST)
        if 0 < at < length and (not marks or at > marks[-1].at):
            name = one.name or cut.timecode(one.range.start.frame(cut.rate, Rounding.NEAREST))
            marks.append(Mark(at=at, name=name, on=on))
    if not marks:
        raise UsageError(
            "AP-USE-681",
            "no marker of this timeline is one that music could hit",
            file=str(path),
            remedy="mark the cut itself, not its clips, after its first frame; or give --marks",
        )
    return tuple(marks), length, cut.rate


def fitted(music: Music, marks: tuple[Mark, ...], length: int | None, rate: Fraction) -> Fit:
    """`fit`. Raises UsageError AP-USE-682 for a mark that is not inside the length."""
    try:
        return fit(music, marks, length, rate)
    except ValueError as error:
        raise UsageError(
            "AP-USE-682", str(error), remedy="marks lie after the start and before the end of the cue"
        ) from error


def write_fitted(
    path: Path, out: Path, plan: Fit, *, stream: int | None = None, tell: Tell | None = None
) -> int:
    """Writes a fitted cue as 24-bit wave at 48 kHz; returns its samples, `plan.length`.

    The original is decoded once into a temporary file and read from there, so that memory stays bounded.
    Raises MediaError as `read_sound` and `write_wave`.
    """
    chosen = sound_of(path, stream)
    with tempfile.TemporaryFile() as kept:
        count, channels = 0, 1
        for block in read_sound(path, SoundForm(rate=PLACES), stream=chosen.index):
            channels = block.samples.shape[1]
            count += len(block.samples)
            kept.write(np.nan_to_num(block.samples).astype(np.float32).tobytes())
        kept.flush()
        sound = np.memmap(kept, np.float32, "r", shape=(count, channels))
        return write_wave(out, _told(rendered(sound, plan), plan.length, tell), PLACES)


def _heard(path: Path, stream: int, seconds: float, tell: Tell | None) -> Iterator[NDArray[np.float32]]:
    done = 0
    for block in read_sound(path, SoundForm(rate=RATE, mono=True), stream=stream):
        done += len(block.samples)
        if tell is not None:
            tell(min(1.0, done / RATE / max(seconds, 1e-3)))
        yield block.samples


def _told(
    blocks: Iterator[NDArray[np.float32]], length: int, tell: Tell | None
) -> Iterator[NDArray[np.float32]]:
    done = 0
    for block in blocks:
        done += len(block)
        if tell is not None:
            tell(min(1.0, done / max(length, 1)))
        yield block
