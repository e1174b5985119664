"""What the engine runs for footage: logging each asset through one decode, and matching separate sound.

What only a run needs is imported in it: a make in which nothing is due loads no decoder and no recogniser.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

import msgspec

from answerprint.core.logged import Listening, Probe, SoundMatch
from answerprint.core.records import Annotation, Asset
from answerprint.engine.step import AnalyserStep, Context, Inputs, Step
from answerprint.formats.screenplays.model import Line

if TYPE_CHECKING:
    from answerprint.media.fanout import Consumer

THUMBNAIL_WIDTH = 320
SILERO = "silero-vad"


@dataclass(frozen=True)
class ProbeStep(Step):
    """What the file says of itself: streams, rates, timecode, colour tags."""

    wave_rate: Fraction  # frames a second of a recorder's timecode where its files name none

    name: ClassVar[str] = "probe"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("media",)
    writes: ClassVar[tuple[str, ...]] = ("probe",)
    libraries: ClassVar[tuple[str, ...]] = ("av",)

    def run(self, inputs: Inputs, context: Context) -> None:
        from answerprint.media.probe import probe

        context.write_record("probe", probe(inputs["media"].path(), self.wave_rate))


@dataclass(frozen=True)
class ThumbnailStep(Step):
    """One small picture of the asset from its keyframes, for bins."""

    name: ClassVar[str] = "thumbnail"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("media",)
    writes: ClassVar[tuple[str, ...]] = ("thumbnail",)
    libraries: ClassVar[tuple[str, ...]] = ("av", "opencv-contrib-python-headless")

    def run(self, inputs: Inputs, context: Context) -> None:
        from answerprint.media.stills import keyframe_thumbnails

        thumbnails = keyframe_thumbnails(inputs["media"].path(), 1, THUMBNAIL_WIDTH)
        if thumbnails:
            context.write_bytes("thumbnail", thumbnails[0])


@dataclass(frozen=True)
class InspectStep(AnalyserStep):
    """Counts, damage and the exact place of every picture, from one read of the whole file."""

    name: ClassVar[str] = "inspect"
    version: ClassVar[int] = 2
    reads: ClassVar[tuple[str, ...]] = ("media", "probe")
    writes: ClassVar[tuple[str, ...]] = ("inspection", "frames")
    libraries: ClassVar[tuple[str, ...]] = ("av",)

    def consumer(self, inputs: Inputs, context: Context) -> Consumer:
        from answerprint.departments.footage.watching import Inspector

        return Inspector(inputs["probe"].record(Probe), context)


@dataclass(frozen=True)
class ShotsStep(AnalyserStep):
    """The track `shots.1`: boundaries by type, and the shots between them."""

    name: ClassVar[str] = "shots"
    version: ClassVar[int] = 2
    reads: ClassVar[tuple[str, ...]] = ("media",)
    writes: ClassVar[tuple[str, ...]] = ("shots",)
    libraries: ClassVar[tuple[str, ...]] = ("av", "numpy", "opencv-contrib-python-headless")

    def consumer(self, inputs: Inputs, context: Context) -> Consumer:
        from answerprint.departments.footage.watching import ShotWatcher

        return ShotWatcher(context)


@dataclass(frozen=True)
class LooksStep(AnalyserStep):
    """The track `looks.1`: exposure, colour, sharpness and motion by half second."""

    name: ClassVar[str] = "looks"
    version: ClassVar[int] = 2
    reads: ClassVar[tuple[str, ...]] = ("media",)
    writes: ClassVar[tuple[str, ...]] = ("looks",)
    libraries: ClassVar[tuple[str, ...]] = ("av", "numpy", "opencv-contrib-python-headless")

    def consumer(self, inputs: Inputs, context: Context) -> Consumer:
        from answerprint.departments.footage.watching import LooksWatcher

        return LooksWatcher(context)


@dataclass(frozen=True)
class ListenStep(AnalyserStep):
    """The asset's sound as mono 16 kHz, timecode channels left out, with its levels."""

    name: ClassVar[str] = "listen"
    version: ClassVar[int] = 2
    reads: ClassVar[tuple[str, ...]] = ("media", "probe")
    writes: ClassVar[tuple[str, ...]] = ("sound", "listening")
    libraries: ClassVar[tuple[str, ...]] = ("av", "numpy")

    def consumer(self, inputs: Inputs, context: Context) -> Consumer:
        from answerprint.departments.footage.watching import Listener

        return Listener(inputs["probe"].record(Probe), context)


@dataclass(frozen=True)
class VoiceStep(Step):
    """The track `voice.1`: where people speak. Silero VAD where it is fetched, else the classical measure."""

    asset: str  # whose voices; in the key, because two files may hold the same sound
    silero: str = ""  # the model's digest; empty is the classical back end

    name: ClassVar[str] = "voice"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("sound", "listening")
    writes: ClassVar[tuple[str, ...]] = ("voice",)
    libraries: ClassVar[tuple[str, ...]] = ("numpy", "scipy", "onnxruntime")

    def model_digests(self) -> dict[str, str]:
        return {SILERO: self.silero} if self.silero else {}

    def run(self, inputs: Inputs, context: Context) -> None:
        from answerprint.departments.footage.marking import SOUND_RATE, as_float, read_samples, write_track
        from answerprint.departments.footage.voice import Classical, Silero, voice_ranges
        from answerprint.models.shelf import Shelf

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
        write_track(context, self.asset, "voice", SOUND_RATE, marks)


@dataclass(frozen=True)
class ClapStep(Step):
    """The track `claps.1`: claps of a slate by ear, outside of speech."""

    asset: str  # whose claps; in the key, because two files may hold the same sound

    name: ClassVar[str] = "claps"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("sound", "listening", "voice")
    writes: ClassVar[tuple[str, ...]] = ("claps",)
    libraries: ClassVar[tuple[str, ...]] = ("numpy",)

    def run(self, inputs: Inputs, context: Context) -> None:
        from answerprint.departments.footage.claps import CLAP_SAMPLES, find_claps
        from answerprint.departments.footage.marking import SOUND_RATE, as_float, read_samples, write_track

        start = inputs["listening"].record(Listening).start
        voices = inputs["voice"].track().annotations
        places = [start + one for one in find_claps(as_float(read_samples(inputs["sound"].path())))]
        marks = [
            Annotation(start=place, end=place + CLAP_SAMPLES, label="clap")
            for place in places
            if not any(voice.start <= place < voice.end for voice in voices)
        ]
        write_track(context, self.asset, "claps", SOUND_RATE, marks)


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
        from answerprint.departments.footage.marking import sync_side
        from answerprint.departments.footage.sync import SyncSide, match_sound

        brief = inputs["brief"].record(SyncBrief)
        listened = inputs.many("listening")
        heard = inputs.many("sound")

        def sides(assets: tuple[Asset, ...]) -> dict[str, SyncSide]:
            return {
                one.id: sync_side(one, heard[one.id], listened[one.id].record(Listening))
                for one in assets
                if one.id in heard and one.id in listened
            }

        context.write_record("sync", match_sound(sides(brief.pictures), sides(brief.sounds)))


@dataclass(frozen=True)
class ReadingsStep(Step):
    """The tracks `readings.1` and `words.1` of a clip: what is said in it, held against the lines.

    Where separate sound was matched the recording is heard, and its times are put on the picture's clock.
    """

    asset: str  # the clip; in the key, because two clips may hold the same sound

    name: ClassVar[str] = "readings"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("sound", "listening", "voice", "lines")
    optional: ClassVar[tuple[str, ...]] = ("match",)
    writes: ClassVar[tuple[str, ...]] = ("readings", "words")
    libraries: ClassVar[tuple[str, ...]] = ("pocketsphinx", "numpy")

    def run(self, inputs: Inputs, context: Context) -> None:
        from answerprint.departments.footage.marking import (
            SOUND_RATE,
            hear_lines,
            read_samples,
            write_track,
        )

        readings, words = hear_lines(
            read_samples(inputs["sound"].path()),
            inputs["listening"].record(Listening),
            inputs["voice"].track(),
            inputs["lines"].record(tuple[Line, ...]),
            inputs["match"].record(SoundMatch) if "match" in inputs else None,
        )
        write_track(context, self.asset, "readings", SOUND_RATE, readings)
        write_track(context, self.asset, "words", SOUND_RATE, words)
