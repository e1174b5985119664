"""A programme taken apart by a user's model: a wave file for every stem, and one for what no stem has."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.core.errors import UsageError
from answerprint.media.decode import read_sound
from answerprint.media.forms import SoundForm
from answerprint.media.wave import read_wave_blocks, read_wave_chunks
from answerprint.media.wave_writing import write_wave
from answerprint.models.separators import SeparatorModel
from answerprint.pipeline.measuring import measure_file, sound_of
from answerprint.store.disk import coded_writing

RATE = 48_000
REST = "rest"  # what is left of the programme when every stem is taken off

Samples = NDArray[np.float32]


class StemFile(msgspec.Struct, frozen=True, kw_only=True):
    """A written stem. integrated: LUFS; dialogue: the share in which somebody speaks."""

    name: str
    file: str
    integrated: float | None
    dialogue: float | None


class Separated(msgspec.Struct, frozen=True, kw_only=True):
    """A programme taken apart. samples: of every stem, at 48 kHz."""

    model: str
    samples: int
    stems: tuple[StemFile, ...]


def separate(
    path: Path,
    folder: Path,
    model: Path,
    *,
    names: Sequence[str] = (),
    rate: int = 44_100,
    stream: int | None = None,
    tell: Callable[[float], None] = lambda done: None,
) -> Separated:
    """Writes the stems into a new folder, whole or not at all: 48 kHz float, as long as the programme; added
    with `rest.wav` they are it. names: of the stems, in the model's order.

    Raises ModelError as `SeparatorModel`, UsageError AP-USE-713 for names of another number, MediaError as
    `read_sound`.
    """
    chosen = sound_of(path, stream)
    separator = SeparatorModel(model, rate)
    total = max(1, round(float(chosen.duration.seconds) * rate)) if chosen.duration is not None else 1
    work = folder.with_name(f".{folder.name}.parts")
    with coded_writing(folder):
        shutil.rmtree(work, ignore_errors=True)
        (work / "whole").mkdir(parents=True)
        try:
            count = _run(
                separator, path, chosen.index, work / "stems.wav", lambda at: tell(0.8 * min(1, at / total))
            )
            stems = list(names) or [f"stem-{number + 1}" for number in range(count)]
            if len(stems) != count:
                raise UsageError(
                    "AP-USE-713",
                    f"the model makes {count} stems, {len(stems)} names were given",
                    file=str(model),
                    remedy="name each of its stems, in its order",
                )
            samples = _written(path, chosen.index, work, separator, [*stems, REST])
            tell(0.9)
            files = []
            for name in [*stems, REST]:
                heard = measure_file(work / "whole" / f"{name}.wav")
                files.append(
                    StemFile(
                        name=name,
                        file=f"{name}.wav",
                        integrated=heard.integrated,
                        dialogue=heard.dialogue_share,
                    )
                )
            (work / "whole").rename(folder)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    return Separated(model=model.name, samples=samples, stems=tuple(files))


def _run(separator: SeparatorModel, path: Path, stream: int, out: Path, tell: Callable[[int], None]) -> int:
    """Writes all stems beside one another as the channels of one file at the model's rate; returns how
    many."""
    count = 0

    def heard() -> Iterator[Samples]:
        for block in read_sound(path, SoundForm(rate=separator.rate), stream=stream):
            yield _spread(np.nan_to_num(block.samples), separator.channels)

    def beside() -> Iterator[Samples]:
        nonlocal count
        at = 0
        for block in separator.stems(heard()):
            count = len(block)
            at += block.shape[1]
            tell(at)
            yield block.transpose(1, 0, 2).reshape(block.shape[1], -1)

    write_wave(out, beside(), separator.rate, bits=32)
    return count


def _written(path: Path, stream: int, work: Path, separator: SeparatorModel, names: Sequence[str]) -> int:
    """The stems at 48 kHz, each a file, and what is left of the programme."""
    wide, stems = separator.channels, work / "stems48.wav"
    turned = (block.samples for block in read_sound(work / "stems.wav", SoundForm(rate=RATE)))
    write_wave(stems, turned, RATE, bits=32)
    chunks = read_wave_chunks(stems)
    samples = 0
    for number, name in enumerate(names):
        channels = slice(number * wide, (number + 1) * wide)

        def one(channels: slice = channels, rest: bool = name == REST) -> Iterator[Samples]:
            if not rest:
                for block in read_wave_blocks(stems, chunks):
                    yield np.ascontiguousarray(block[:, channels])
                return
            at = 0
            for heard in read_sound(path, SoundForm(rate=RATE), stream=stream):
                whole = _spread(np.nan_to_num(heard.samples), wide)
                whole = whole[: max(0, chunks.frames - at)]
                parts = read_wave_blocks(stems, chunks, start=at, end=at + len(whole), block=len(whole) or 1)
                taken = np.concatenate([*parts, np.zeros((0, chunks.format.channels), np.float32)])
                at += len(whole)
                yield whole - taken.reshape(len(taken), -1, wide).sum(axis=1)

        samples = write_wave(work / "whole" / f"{name}.wav", one(), RATE, bits=32)
    return samples


def _spread(samples: Samples, channels: int) -> Samples:
    """In as many channels as the model takes: one on all, more than those averaged."""
    if samples.shape[1] == channels:
        return samples
    return np.repeat(samples.mean(axis=1, keepdims=True), channels, axis=1)
