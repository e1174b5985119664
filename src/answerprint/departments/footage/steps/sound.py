"""What is heard in a file before anybody understands it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from answerprint.core.logged import Listening, Probe
from answerprint.core.records import Annotation
from answerprint.engine.step import AnalyserStep, Context, Inputs, Step

if TYPE_CHECKING:
    from answerprint.media.fanout import Consumer

SILERO = "silero-vad"


@dataclass(frozen=True)
class ListenStep(AnalyserStep):
    """The asset's sound as mono 16 kHz, timecode channels left out, with its levels."""

    name: ClassVar[str] = "listen"
    version: ClassVar[int] = 4
    reads: ClassVar[tuple[str, ...]] = ("media", "probe")
    writes: ClassVar[tuple[str, ...]] = ("sound", "listening")
    libraries: ClassVar[tuple[str, ...]] = ("av", "numpy")

    def consumer(self, inputs: Inputs, context: Context) -> Consumer:
        from answerprint.departments.footage.sound.watching import Listener

        return Listener(inputs["probe"].record(Probe), context)


@dataclass(frozen=True)
class VoiceStep(Step):
    """The track `voice.1`: where people speak. Silero VAD where it is fetched, else the classical measure."""

    asset: str  # whose voices; in the key, because two files may hold the same sound
    silero: str = ""  # the model's digest; empty is the classical back end

    name: ClassVar[str] = "voice"
    version: ClassVar[int] = 2
    reads: ClassVar[tuple[str, ...]] = ("sound", "listening")
    writes: ClassVar[tuple[str, ...]] = ("voice",)
    libraries: ClassVar[tuple[str, ...]] = ("numpy", "scipy", "onnxruntime")

    def model_digests(self) -> dict[str, str]:
        return {SILERO: self.silero} if self.silero else {}

    def run(self, inputs: Inputs, context: Context) -> None:
        from answerprint.departments.footage.sound.voice import Classical, Silero, voice_ranges
        from answerprint.departments.footage.tracks import SOUND_RATE, as_float, read_samples, write_track
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
    version: ClassVar[int] = 2
    reads: ClassVar[tuple[str, ...]] = ("sound", "listening", "voice")
    writes: ClassVar[tuple[str, ...]] = ("claps",)
    libraries: ClassVar[tuple[str, ...]] = ("numpy",)

    def run(self, inputs: Inputs, context: Context) -> None:
        from answerprint.departments.footage.sound.claps import CLAP_SAMPLES, find_claps
        from answerprint.departments.footage.tracks import SOUND_RATE, as_float, read_samples, write_track

        start = inputs["listening"].record(Listening).start
        voices = inputs["voice"].track().annotations
        places = [start + one for one in find_claps(as_float(read_samples(inputs["sound"].path())))]
        marks = [
            Annotation(start=place, end=place + CLAP_SAMPLES, label="clap")
            for place in places
            if not any(voice.start <= place < voice.end for voice in voices)
        ]
        write_track(context, self.asset, "claps", SOUND_RATE, marks)
