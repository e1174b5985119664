"""What is said in a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from answerprint.core.logged import Listening, SoundMatch
from answerprint.engine.step import Context, Inputs, Step
from answerprint.formats.screenplays.model import Line
from answerprint.formats.transcripts.model import Transcript


@dataclass(frozen=True)
class ReadingsStep(Step):
    """The tracks `readings.1` and `words.1` of a clip: what is said in it, held against the lines.

    Where separate sound was matched the recording is heard, and its times are put on the picture's clock.
    """

    asset: str  # the clip; in the key, because two clips may hold the same sound

    name: ClassVar[str] = "readings"
    version: ClassVar[int] = 7
    reads: ClassVar[tuple[str, ...]] = ("sound", "listening", "voice", "lines")
    optional: ClassVar[tuple[str, ...]] = ("match",)
    writes: ClassVar[tuple[str, ...]] = ("readings", "words")
    libraries: ClassVar[tuple[str, ...]] = ("pocketsphinx", "numpy", "scipy")

    def run(self, inputs: Inputs, context: Context) -> None:
        from answerprint.departments.footage.speech.marking import hear_lines
        from answerprint.departments.footage.tracks import SOUND_RATE, read_samples, write_track

        readings, words = hear_lines(
            read_samples(inputs["sound"].path()),
            inputs["listening"].record(Listening),
            inputs["voice"].track(),
            inputs["lines"].record(tuple[Line, ...]),
            inputs["match"].record(SoundMatch) if "match" in inputs else None,
        )
        write_track(context, self.asset, "readings", SOUND_RATE, readings)
        write_track(context, self.asset, "words", SOUND_RATE, words)


@dataclass(frozen=True)
class ReadTranscriptStep(Step):
    """A transcript that another program wrote."""

    name: ClassVar[str] = "read_transcript"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("media",)
    writes: ClassVar[tuple[str, ...]] = ("imported",)

    def run(self, inputs: Inputs, context: Context) -> None:
        from answerprint.formats.transcripts.reading import read_transcript

        context.write_record("imported", read_transcript(inputs["media"].path()))


@dataclass(frozen=True)
class TranscriptStep(Step):
    """The track `transcript.1` of a clip: an imported transcript laid on its sound; else its readings as
    passages, and drafts of all speech that is no reading.

    Where separate sound was matched the recording is heard, and its times are put on the picture's clock.
    """

    asset: str  # the clip; in the key, because two clips may hold the same sound

    name: ClassVar[str] = "transcript"
    version: ClassVar[int] = 5
    reads: ClassVar[tuple[str, ...]] = ("sound", "listening", "voice")
    optional: ClassVar[tuple[str, ...]] = ("readings", "lines", "match", "imported")
    writes: ClassVar[tuple[str, ...]] = ("transcript",)
    libraries: ClassVar[tuple[str, ...]] = ("pocketsphinx", "numpy", "scipy")

    def run(self, inputs: Inputs, context: Context) -> None:
        from answerprint.departments.footage.speech.transcribing import transcribe_clip
        from answerprint.departments.footage.tracks import SOUND_RATE, read_samples, write_track

        marks = transcribe_clip(
            read_samples(inputs["sound"].path()),
            inputs["listening"].record(Listening),
            inputs["voice"].track(),
            inputs["readings"].track().annotations if "readings" in inputs else (),
            inputs["lines"].record(tuple[Line, ...]) if "lines" in inputs else (),
            inputs["match"].record(SoundMatch) if "match" in inputs else None,
            inputs["imported"].record(Transcript) if "imported" in inputs else None,
        )
        write_track(context, self.asset, "transcript", SOUND_RATE, marks)
