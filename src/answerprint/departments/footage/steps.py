"""What the engine runs for footage: logging each asset through one decode, and matching separate sound."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import ClassVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.core.frames import FrameGrid
from answerprint.core.logged import Inspection, Listening, SoundMatch
from answerprint.core.records import Annotation, Asset, Stream, Track
from answerprint.core.time import Time
from answerprint.departments.footage.finding import end_of_pictures
from answerprint.departments.footage.listening import LISTENING_RATE, Ear
from answerprint.departments.footage.looks import FORM as LOOKS_FORM
from answerprint.departments.footage.looks import LooksMeter
from answerprint.departments.footage.readings import Reading, ScriptListener
from answerprint.departments.footage.shots import FORM, ShotDetector
from answerprint.departments.footage.sync import Stamp, SyncSide, match_sound
from answerprint.departments.footage.voice import Classical, Silero, voice_ranges
from answerprint.engine.step import AnalyserStep, Context, Inputs, Item, Step
from answerprint.formats.screenplays.model import Line, spoken_words
from answerprint.media.fanout import (
    Consumer,
    DecodeSummary,
    PictureBlock,
    SoundBlock,
    SoundForm,
    Wants,
)
from answerprint.media.probe import Probe, probe
from answerprint.media.stills import keyframe_thumbnails
from answerprint.models.shelf import Shelf

THUMBNAIL_WIDTH = 320
SILERO = "silero-vad"
SOUND_RATE = Fraction(LISTENING_RATE)


@dataclass(frozen=True)
class ProbeStep(Step):
    """What the file says of itself: streams, rates, timecode, colour tags."""

    name: ClassVar[str] = "probe"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("media",)
    writes: ClassVar[tuple[str, ...]] = ("probe",)
    libraries: ClassVar[tuple[str, ...]] = ("av",)

    def run(self, inputs: Inputs, context: Context) -> None:
        context.write_record("probe", probe(inputs["media"].path()))


@dataclass(frozen=True)
class ThumbnailStep(Step):
    """One small picture of the asset from its keyframes, for bins."""

    name: ClassVar[str] = "thumbnail"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("media",)
    writes: ClassVar[tuple[str, ...]] = ("thumbnail",)
    libraries: ClassVar[tuple[str, ...]] = ("av", "opencv-contrib-python-headless")

    def run(self, inputs: Inputs, context: Context) -> None:
        thumbnails = keyframe_thumbnails(inputs["media"].path(), 1, THUMBNAIL_WIDTH)
        if thumbnails:
            context.write_bytes("thumbnail", thumbnails[0])


@dataclass(frozen=True)
class InspectStep(AnalyserStep):
    """Counts, damage and the exact place of every picture, from one read of the whole file."""

    name: ClassVar[str] = "inspect"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("media", "probe")
    writes: ClassVar[tuple[str, ...]] = ("inspection", "frames")
    libraries: ClassVar[tuple[str, ...]] = ("av",)

    def consumer(self, inputs: Inputs, context: Context) -> Consumer:
        return _Inspector(inputs["probe"].record(Probe), context)


@dataclass(frozen=True)
class ShotsStep(AnalyserStep):
    """The track `shots.1`: boundaries by type, and the shots between them."""

    name: ClassVar[str] = "shots"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("media",)
    writes: ClassVar[tuple[str, ...]] = ("shots",)
    libraries: ClassVar[tuple[str, ...]] = ("av", "numpy", "opencv-contrib-python-headless")

    def consumer(self, inputs: Inputs, context: Context) -> Consumer:
        return _ShotWatcher(context)


@dataclass(frozen=True)
class LooksStep(AnalyserStep):
    """The track `looks.1`: exposure, colour, sharpness and motion by half second."""

    name: ClassVar[str] = "looks"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("media",)
    writes: ClassVar[tuple[str, ...]] = ("looks",)
    libraries: ClassVar[tuple[str, ...]] = ("av", "numpy", "opencv-contrib-python-headless")

    def consumer(self, inputs: Inputs, context: Context) -> Consumer:
        return _LooksWatcher(context)


@dataclass(frozen=True)
class ListenStep(AnalyserStep):
    """The asset's sound as mono 16 kHz, timecode channels left out, with its levels."""

    name: ClassVar[str] = "listen"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("media", "probe")
    writes: ClassVar[tuple[str, ...]] = ("sound", "listening")
    libraries: ClassVar[tuple[str, ...]] = ("av", "numpy")

    def consumer(self, inputs: Inputs, context: Context) -> Consumer:
        return _Listener(inputs["probe"].record(Probe), context)


@dataclass(frozen=True)
class VoiceStep(Step):
    """The track `voice.1`: where people speak. Silero VAD where it is fetched, else the classical measure."""

    silero: str = ""  # the model's digest; empty is the classical back end

    name: ClassVar[str] = "voice"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("sound", "listening")
    writes: ClassVar[tuple[str, ...]] = ("voice",)
    libraries: ClassVar[tuple[str, ...]] = ("numpy", "scipy", "onnxruntime")

    def model_digests(self) -> dict[str, str]:
        return {SILERO: self.silero} if self.silero else {}

    def run(self, inputs: Inputs, context: Context) -> None:
        start = inputs["listening"].record(Listening).start
        backend = Silero(Shelf().path(SILERO)) if self.silero else Classical()
        found = voice_ranges(as_float(read_samples(inputs["sound"].path())), backend)
        marks = [
            Annotation(
                start=start + one.start_sample,
                end=start + one.end_sample,
                label="voice",
                confidence=round(one.confidence, 4),
            )
            for one in found
        ]
        _write_track(context, "voice", SOUND_RATE, marks)


class SyncBrief(msgspec.Struct, frozen=True, kw_only=True):
    """The files to be matched: clips, and recordings without picture."""

    pictures: tuple[Asset, ...]
    sounds: tuple[Asset, ...]


@dataclass(frozen=True)
class SyncStep(Step):
    """Which recording belongs to which clip, by timecode, LTC or common audio; refused where unsure."""

    name: ClassVar[str] = "sync"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("brief", "sound", "listening")
    writes: ClassVar[tuple[str, ...]] = ("sync",)
    libraries: ClassVar[tuple[str, ...]] = ("numpy", "scipy")

    def run(self, inputs: Inputs, context: Context) -> None:
        brief = inputs["brief"].record(SyncBrief)
        listened = inputs.many("listening")
        heard = inputs.many("sound")

        def sides(assets: tuple[Asset, ...]) -> dict[str, SyncSide]:
            return {
                one.id: _sync_side(one, heard[one.id], listened[one.id].record(Listening))
                for one in assets
                if one.id in heard and one.id in listened
            }

        context.write_record("sync", match_sound(sides(brief.pictures), sides(brief.sounds)))


@dataclass(frozen=True)
class ReadingsStep(Step):
    """The tracks `readings.1` and `words.1` of a clip: what is said in it, held against the lines.

    Where separate sound was matched the recording is heard, and its times are put on the picture's clock.
    """

    name: ClassVar[str] = "readings"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("sound", "listening", "voice", "lines")
    optional: ClassVar[tuple[str, ...]] = ("match",)
    writes: ClassVar[tuple[str, ...]] = ("readings", "words")
    libraries: ClassVar[tuple[str, ...]] = ("pocketsphinx", "numpy")

    def run(self, inputs: Inputs, context: Context) -> None:
        listening = inputs["listening"].record(Listening)
        lines = inputs["lines"].record(tuple[Line, ...])
        samples = read_samples(inputs["sound"].path())
        start, first, last = listening.start, 0, len(samples)
        if "match" in inputs:
            match = inputs["match"].record(SoundMatch)
            start -= match.offset.frame(SOUND_RATE)  # from the recording's clock to the picture's
            first = min(max(match.heard.start.frame(SOUND_RATE) - start, 0), last)
            last = min(max(match.heard.end.frame(SOUND_RATE) - start, first), last)
        voice = [
            (max(one.start - listening.start, first) - first, min(one.end - listening.start, last) - first)
            for one in inputs["voice"].track().annotations
            if one.start - listening.start < last and one.end - listening.start > first
        ]
        heard = ScriptListener(lines).listen(samples[first:last], voice)
        texts = {line.key: spoken_words(line.text) for line in lines}
        at = start + first
        readings = [_reading_mark(one, at, texts[one.line_key]) for one in heard.readings]
        readings += [
            Annotation(start=at + one.start_sample, end=at + one.end_sample, text=one.draft)
            for one in heard.offscript
        ]
        words = [
            Annotation(
                start=at + word.start_sample,
                end=at + word.end_sample,
                label=one.line_key,
                text=word.text,
                confidence=one.confidence,
                value={"kind": word.kind, "index": word.script_index},
            )
            for one in heard.readings
            for word in one.words
        ]
        _write_track(context, "readings", SOUND_RATE, readings)
        _write_track(context, "words", SOUND_RATE, words)


def _reading_mark(one: Reading, at: int, written: list[str]) -> Annotation:
    """A reading as an annotation: its line's key as the label, what differs from the script as words."""
    by_kind = {
        kind: [word.text for word in one.words if word.kind == kind]
        for kind in ("repeated", "inserted", "substituted")
    }
    return Annotation(
        start=at + one.start_sample,
        end=at + one.end_sample,
        label=one.line_key,
        text=" ".join(word.text for word in one.words),
        confidence=round(one.confidence, 4),
        value={
            "completeness": round(one.completeness, 4),
            "fidelity": round(one.fidelity, 4),
            "missing": [written[index] for index in one.missing],
            **by_kind,
        },
    )


def _sync_side(asset: Asset, sound: Item, listening: Listening) -> SyncSide:
    video, audio = asset.stream("video"), asset.stream("audio")
    first = next((one.start for one in (video, audio) if one is not None and one.start is not None), None)
    stamp = Stamp(asset.timecode, first) if asset.timecode is not None and first is not None else None
    by_ear = stamp is not None and stamp.timecode.source == "ltc"
    return SyncSide(
        samples=read_samples(sound.path()),
        start=listening.start,
        timecode=None if by_ear else stamp,
        ltc=stamp if by_ear else None,
    )


def read_samples(path: Path) -> NDArray[np.int16]:
    """The mono 16 kHz samples that ListenStep wrote (memory-mapped, read only)."""
    if path.stat().st_size == 0:
        return np.zeros(0, np.int16)
    samples: NDArray[np.int16] = np.memmap(path, dtype="<i2", mode="r")
    return samples


def as_float(samples: NDArray[np.int16]) -> NDArray[np.float32]:
    """16-bit samples as float32 −1 … 1."""
    return samples.astype(np.float32) / np.float32(32768.0)


class _Inspector:
    wants = Wants()

    def __init__(self, found: Probe, context: Context) -> None:
        self._probe = found
        self._context = context

    def picture(self, block: PictureBlock) -> None:
        """Nothing is looked at: the summary holds every timestamp."""

    def sound(self, block: SoundBlock) -> None:
        """Nothing is listened to: the summary holds the counts."""

    def finish(self, summary: DecodeSummary) -> None:
        self._context.write_record(
            "inspection",
            Inspection(
                pictures=summary.pictures,
                samples={str(stream): count for stream, count in sorted(summary.samples.items())},
                damage=summary.damage,
            ),
        )
        video = next((one for one in self._probe.streams if one.kind == "video"), None)
        if summary.pictures and summary.time_base is not None and video is not None:
            grid = frame_grid(summary.pts, summary.time_base, video)
            self._context.write_record("frames", grid)


def frame_grid(pts: NDArray[np.int64], time_base: Fraction, video: Stream) -> FrameGrid:
    """Where the pictures lie: the table of timestamps, or nothing but a rate where they fit it exactly.

    A file whose timestamps are rounded (milliseconds in Matroska) keeps its table: a time computed from the
    rate would fall before the picture it means.
    """
    rate = video.rate or Fraction(25)
    times = np.sort(pts)
    first = Time(int(times[0]), 1 / time_base)
    count = len(times)
    ticks_a_frame = 1 / (rate * time_base)
    regular = ticks_a_frame.denominator == 1 and np.array_equal(
        times, times[0] + np.arange(count) * ticks_a_frame.numerator
    )
    if regular:
        return FrameGrid(first=first, rate=rate, count=count, end=first + Time(count, rate))
    last = Time(int(times[-1]), 1 / time_base)
    return FrameGrid(
        first=first,
        rate=rate,
        count=count,
        end=last + Time(1, rate),
        time_base=time_base,
        pts=tuple(int(one) for one in times),
    )


class _ShotWatcher:
    wants = Wants(picture=FORM)

    def __init__(self, context: Context) -> None:
        self._context = context
        self._detector: ShotDetector | None = None

    def picture(self, block: PictureBlock) -> None:
        if self._detector is None:
            self._detector = ShotDetector(block.time_base)
        self._detector.add(block.pts, block.pixels.astype(np.uint8, copy=False))

    def sound(self, block: SoundBlock) -> None:
        """Shots are seen, not heard."""

    def finish(self, summary: DecodeSummary) -> None:
        if self._detector is None or summary.time_base is None:
            return
        found = self._detector.finish(end_of_pictures(summary))
        marks = [
            Annotation(
                start=one.start_pts,
                end=one.end_pts,
                label=one.type,
                confidence=one.confidence,
                value=dict(one.evidence),
            )
            for one in found.boundaries
        ]
        marks += [Annotation(start=start, end=end, label="shot") for start, end in found.shots]
        _write_track(self._context, "shots", 1 / summary.time_base, marks)


class _LooksWatcher:
    wants = Wants(picture=LOOKS_FORM)

    def __init__(self, context: Context) -> None:
        self._context = context
        self._meter: LooksMeter | None = None

    def picture(self, block: PictureBlock) -> None:
        if self._meter is None:
            self._meter = LooksMeter(block.time_base)
        self._meter.add(block.pts, block.pixels.astype(np.uint8, copy=False))

    def sound(self, block: SoundBlock) -> None:
        """Looks are seen, not heard."""

    def finish(self, summary: DecodeSummary) -> None:
        if self._meter is None or summary.time_base is None:
            return
        windows = self._meter.finish(end_of_pictures(summary))
        marks = [
            Annotation(start=one.start_pts, end=one.end_pts, label="look", value=dict(one.values))
            for one in windows
        ]
        _write_track(self._context, "looks", 1 / summary.time_base, marks)


class _Listener:
    wants = Wants(sound=SoundForm(rate=LISTENING_RATE))

    def __init__(self, found: Probe, context: Context) -> None:
        audio = next((one for one in found.streams if one.kind == "audio"), None)
        timecode = audio.ltc_channel if audio is not None else None
        self._stream = audio.index if audio is not None else None
        self._ear = Ear(frozenset() if timecode is None else frozenset({timecode}))
        self._context = context
        self._file = context.new_file("sound").open("wb")

    def picture(self, block: PictureBlock) -> None:
        """Sound is heard, not seen."""

    def sound(self, block: SoundBlock) -> None:
        if block.stream == self._stream:
            self._file.write(self._ear.add(block.start, block.samples))

    def finish(self, summary: DecodeSummary) -> None:
        self._file.close()
        listening = self._ear.finish()
        if listening is not None:
            self._context.write_record("listening", listening)


def _write_track(context: Context, name: str, rate: Fraction, marks: list[Annotation]) -> None:
    ordered = sorted(marks, key=lambda one: (one.start, one.end, one.label))
    context.write_track(
        name, Track(asset=context.subject, name=f"{name}.1", rate=rate, annotations=tuple(ordered))
    )
