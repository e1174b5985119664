"""Files measured as programmes: one decode for loudness, peaks, Leq(m) and where somebody speaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from answerprint.core.errors import MediaError, UsageError
from answerprint.core.records import Stream
from answerprint.departments.footage.sound.voice import voice_ranges
from answerprint.departments.footage.speech.sound_in_file import voice_backend
from answerprint.departments.sound.leq_m import LeqMeter
from answerprint.departments.sound.levels import LoudnessMeter
from answerprint.departments.sound.programme import Programme, measured
from answerprint.media.decode import read_sound
from answerprint.media.fanout import DecodeSummary, PictureBlock, SoundBlock, SoundForm, Wants, fan_out
from answerprint.media.probe import probe
from answerprint.media.wave import read_wave_chunks

HEARD_RATE = 16_000  # at which a voice is listened for
PIECE = 600 * HEARD_RATE  # samples listened to at a time: ten minutes
ORDER = ("L", "R", "C", "LFE", "Ls", "Rs")  # of 5.1, ITU-R BS.775
LABELS = {
    **{name.casefold(): name for name in ORDER},
    **{"left": "L", "right": "R", "centre": "C", "center": "C", "sub": "LFE", "lf": "LFE"},
    **{"lsur": "Ls", "rsur": "Rs", "lss": "Ls", "rss": "Rs"},
}
LAYOUTS = {("L", "R"): "stereo", ("L", "R", "C"): "3.0", ("L", "R", "C", "Ls", "Rs"): "5.0", ORDER: "5.1"}

Tell = Callable[[float], None]


def sound_of(path: Path, stream: int | None = None) -> Stream:
    """The sound stream asked for, or the first. Raises MediaError AP-MEDIA-014 where there is none."""
    streams = [one for one in probe(path).streams if one.kind == "audio"]
    found = next((one for one in streams if stream is None or one.index == stream), None)
    if found is None:
        raise MediaError(
            "AP-MEDIA-014",
            "there is no sound in it" if not streams else f"stream {stream} is no sound",
            file=str(path),
            remedy=f"its sound is in {', '.join(str(one.index) for one in streams)}" if streams else "",
        )
    return found


def measure_file(path: Path, *, stream: int | None = None, tell: Tell | None = None) -> Programme:
    """A file's programme. stream: index of the sound stream, the first without it. tell: told 0 … 1.

    Raises MediaError as `fan_out` and `sound_of`, and AP-MEDIA-018 where a sample is no number.
    """
    chosen = sound_of(path, stream)
    meter, ear = ProgrammeMeter(path, chosen), Ear(chosen.index)
    fan_out(path, [meter, ear], progress=tell, thorough=False)
    return meter.programme(ear.spoken())


def faults_of(path: Path) -> tuple[str, ...]:
    """What a wave file says of itself that is not so: cut short, never finished. Empty for other files."""
    if path.suffix.casefold() != ".wav":
        return ()
    return tuple(f"{one.kind.replace('_', ' ')}: {one.reason}" for one in read_wave_chunks(path).faults)


def measure_labelled(paths: Sequence[Path], *, tell: Tell | None = None) -> Programme:
    """Mono files of one programme, labelled L, R, C, LFE, Ls, Rs at the end of their names.

    Raises UsageError AP-USE-670 where they are no such set, MediaError as `read_sound`.
    """
    ordered = labelled(paths)
    layout = LAYOUTS[tuple(ordered)]
    streams = [sound_of(path) for path in ordered.values()]
    rates = {int(one.rate or 0) for one in streams}
    if len(rates) > 1 or any(one.channels != 1 for one in streams):
        raise UsageError(
            "AP-USE-670",
            "these files are not mono of one sample rate",
            remedy="give one mono file for each channel",
        )
    rate = rates.pop()
    meter, leq = LoudnessMeter(rate, len(streams), layout), LeqMeter(rate, len(streams), layout)
    ear, total = Ear(streams[0].index), max(1, int(streams[0].frames or 0))
    speaks = list(ordered.values())[2 if "C" in ordered else 0]
    count = 0
    for blocks in zip(*(read_sound(path, SoundForm()) for path in ordered.values()), strict=True):
        least = min(len(one.samples) for one in blocks)
        together = np.concatenate([one.samples[:least] for one in blocks], axis=1)
        finite(together, rate, count, speaks)
        meter.add(together)
        leq.add(together)
        count += least
        if tell is not None:
            tell(min(1.0, count / total))
    for block in read_sound(speaks, SoundForm(rate=HEARD_RATE, mono=True)):
        ear.hear(block.samples[:, 0])
    return measured(meter, leq, layout, ear.spoken())


def labelled(paths: Sequence[Path]) -> dict[str, Path]:
    """The files by channel, in the order of 5.1. Raises UsageError AP-USE-670 where they make no layout."""
    found = {}
    for path in paths:
        label = LABELS.get(path.stem.replace("-", ".").replace("_", ".").rpartition(".")[2].casefold())
        if label is None or label in found:
            raise UsageError(
                "AP-USE-670",
                f"{'two files are' if label else 'no channel is'} called {label or path.stem}",
                file=str(path),
                remedy="name mono files of one programme film.L.wav, film.R.wav, film.C.wav …, one a channel",
            )
        found[label] = path
    ordered = {name: found[name] for name in ORDER if name in found}
    if tuple(ordered) not in LAYOUTS:
        raise UsageError(
            "AP-USE-670",
            f"{', '.join(ordered)} make no layout",
            remedy="give " + "; or ".join(", ".join(one) for one in LAYOUTS),
        )
    return ordered


class ProgrammeMeter:
    """The loudness of one sound stream."""

    wants = Wants(sound=SoundForm())

    def __init__(self, path: Path, stream: Stream) -> None:
        self._path, self._stream = path, stream
        self._meters: tuple[LoudnessMeter, LeqMeter] | None = None
        self._count = 0

    def picture(self, block: PictureBlock) -> None:
        """A programme is heard, not seen."""

    def sound(self, block: SoundBlock) -> None:
        if block.stream != self._stream.index:
            return
        meters = self._meters or self._begin(block.rate, block.samples.shape[1])
        finite(block.samples, block.rate, self._count, self._path)
        self._count += len(block.samples)
        for meter in meters:
            meter.add(block.samples)

    def finish(self, summary: DecodeSummary) -> None:
        """The programme is asked for by whoever made the meter."""

    @property
    def heard(self) -> bool:
        """Whether the stream held any sample."""
        return self._meters is not None

    def programme(self, spoken: Sequence[tuple[float, float]] | None) -> Programme:
        meters = self._meters or self._begin(int(self._stream.rate or 48_000), self._stream.channels or 1)
        return measured(*meters, self._stream.layout or "", spoken)  # "6 channels" where nothing names them

    def _begin(self, rate: int, channels: int) -> tuple[LoudnessMeter, LeqMeter]:
        layout = self._stream.layout
        if layout is not None and layout.endswith(" channels"):
            layout = None  # nothing names them: as many as 5.1 has are taken for 5.1
        self._meters = LoudnessMeter(rate, channels, layout), LeqMeter(rate, channels, layout)
        return self._meters


class Ear:
    """Where somebody speaks, ten minutes at a time."""

    wants = Wants(sound=SoundForm(rate=HEARD_RATE, mono=True))

    def __init__(self, stream: int) -> None:
        self._stream = stream
        self._waiting: list[np.ndarray] = []
        self._length = self._before = 0
        self._found: list[tuple[float, float]] = []
        self._backend = voice_backend()

    def picture(self, block: PictureBlock) -> None:
        """Voices are heard, not seen."""

    def sound(self, block: SoundBlock) -> None:
        if block.stream == self._stream:
            self.hear(block.samples[:, 0])

    def hear(self, samples: np.ndarray) -> None:
        self._waiting.append(np.nan_to_num(samples))
        self._length += len(samples)
        if self._length >= PIECE:
            self._listen()

    def finish(self, summary: DecodeSummary) -> None:
        self._listen()

    def spoken(self) -> list[tuple[float, float]]:
        self._listen()
        return list(self._joined())

    def _listen(self) -> None:
        if self._waiting:
            samples = np.concatenate(self._waiting).astype(np.float32, copy=False)
            for one in voice_ranges(samples, self._backend):
                start, end = (self._before + at for at in (one.start_sample, one.end_sample))
                self._found.append((start / HEARD_RATE, end / HEARD_RATE))
            self._before += len(samples)
        self._waiting, self._length = [], 0

    def _joined(self) -> Iterator[tuple[float, float]]:
        """Stretches, those that two pieces share made one."""
        last: tuple[float, float] | None = None
        for start, end in self._found:
            if last is not None and start - last[1] < 1e-3:
                last = last[0], end
                continue
            if last is not None:
                yield last
            last = start, end
        if last is not None:
            yield last


def finite(samples: np.ndarray, rate: int, before: int, path: Path) -> None:
    """Raises MediaError AP-MEDIA-018 where a sample is no number. before: samples that came before these."""
    bad = ~np.isfinite(samples)
    if bad.any():
        at, channel = (int(one) for one in np.argwhere(bad)[0])
        raise MediaError(
            "AP-MEDIA-018",
            f"sample {before + at} of channel {channel + 1} is no number",
            file=str(path),
            at=f"{(before + at) / rate:.3f} s",
            remedy="write the file again from its source; nothing can be measured in it",
        )
