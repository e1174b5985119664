"""The sound of one file as speech listens to it: mono 16 kHz on disk, its voice, and its clock."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from answerprint.core.errors import FootageError
from answerprint.core.logged import Listening, Probe
from answerprint.core.time import Rounding, Time, TimeDocument, time_document
from answerprint.core.timecode import format_timecode
from answerprint.departments.footage.clock import PictureClock
from answerprint.departments.footage.sound.listening import LISTENING_RATE, Ear
from answerprint.departments.footage.sound.voice import Backend, Classical, Silero, voice_ranges
from answerprint.departments.footage.tracks import SOUND_RATE, as_float, read_samples
from answerprint.media.fanout import DecodeSummary, PictureBlock, SoundBlock, SoundForm, Wants, fan_out
from answerprint.media.probe import probe
from answerprint.models.shelf import Shelf

SILERO = "silero-vad"
VOICE_PIECE = 600 * LISTENING_RATE  # samples: ten minutes at a time, so that memory stays bounded


@dataclass(frozen=True)
class FileSound:
    """samples: (n,) int16 mono 16 kHz on disk. voice: half-open ranges of them. place: a sample as people
    write places. range_at: the time of a sample on the file's own clock."""

    samples: NDArray[np.int16]
    voice: tuple[tuple[int, int], ...]
    voice_backend: str
    listening: Listening
    place: Callable[[int], TimeDocument]

    def speaks_in(self, start: int, end: int) -> bool:
        """Whether anybody speaks in at least half of a stretch."""
        at = bisect_right(self.voice, (start, start))
        near = self.voice[max(0, at - 1) : at + 4]
        spoken = sum(max(0, min(end, last) - max(start, first)) for first, last in near)
        return 2 * spoken >= end - start

    def time_at(self, sample: int) -> Time:
        return Time(self.listening.start + sample, SOUND_RATE)

    def sample_at(self, time: Time) -> int:
        return time.frame(SOUND_RATE) - self.listening.start


@contextmanager
def sound_in(file: Path, progress: Callable[[float], None] | None = None) -> Iterator[FileSound]:
    """The sound of a file, for as long as the context lasts. Raises FootageError AP-FOOTAGE-021 when it has
    none, and what probe and fan_out raise."""
    asked = probe(file)
    with TemporaryDirectory(prefix="answerprint-") as folder:
        path = Path(folder) / "sound"
        with path.open("wb") as out:
            hearer = _Hearer(asked, out)
            summary = fan_out(file, [hearer], progress=progress, thorough=False)
        listening = hearer.ear.finish()
        if listening is None or not listening.samples:
            raise FootageError(
                "AP-FOOTAGE-021",
                "there is no sound in it",
                file=str(file),
                remedy="give a file with sound, or the separate recording",
            )
        samples = read_samples(path)
        voice, backend = _voice(samples)
        yield FileSound(samples, voice, backend, listening, _clock(asked, summary, listening.start))
        del samples


def voice_backend() -> Backend:
    """What hears voices: Silero VAD where it was fetched, else the classical measure."""
    shelf = Shelf()
    return Silero(shelf.path(SILERO)) if shelf.fetched(SILERO) else Classical()


def _voice(samples: NDArray[np.int16]) -> tuple[tuple[tuple[int, int], ...], str]:
    backend = voice_backend()
    found: list[tuple[int, int]] = []
    for at in range(0, len(samples), VOICE_PIECE):
        for one in voice_ranges(as_float(np.asarray(samples[at : at + VOICE_PIECE])), backend):
            found.append((at + one.start_sample, at + one.end_sample))
    return tuple(found), backend.name


def _clock(asked: Probe, summary: DecodeSummary, start: int) -> Callable[[int], TimeDocument]:
    if summary.time_base is not None and summary.pictures:
        pictures = PictureClock(asked, summary)
        return lambda sample: pictures.at_time(Time(start + sample, SOUND_RATE))
    timecode = asked.timecode
    stream = asked.stream("audio")
    begins = stream.start if stream is not None and stream.start is not None else Time(0, Fraction(1))

    def place(sample: int) -> TimeDocument:
        time = Time(start + sample, SOUND_RATE)
        label = None
        if timecode is not None:
            counted = (time - begins).frame(timecode.rate, Rounding.FLOOR)
            label = format_timecode(timecode.frame + counted, timecode.rate, drop=timecode.drop)
        return time_document(time, None, label)

    return place


class _Hearer:
    """The first sound of a file, timecode channels left out, as 16-bit samples in a file."""

    wants = Wants(sound=SoundForm(rate=LISTENING_RATE))

    def __init__(self, asked: Probe, out: BinaryIO) -> None:
        audio = asked.stream("audio")
        timecode = audio.ltc_channel if audio is not None else None
        self._stream = audio.index if audio is not None else None
        self._out = out
        self.ear = Ear(frozenset() if timecode is None else frozenset({timecode}))

    def picture(self, block: PictureBlock) -> None:
        """Speech is heard, not seen."""

    def sound(self, block: SoundBlock) -> None:
        if block.stream == self._stream:
            self._out.write(self.ear.add(block.start, np.nan_to_num(block.samples)))

    def finish(self, summary: DecodeSummary) -> None:
        """The sound is read by whoever made the hearer."""
