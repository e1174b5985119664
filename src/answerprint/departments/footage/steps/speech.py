"""What is said in a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from answerprint.core.logged import Listening, SoundMatch
from answerprint.engine.step import Context, Inputs, Step
from answerprint.formats.screenplays.model import Line


@dataclass(frozen=True)
class ReadingsStep(Step):
    """The tracks `readings.1` and `words.1` of a clip: what is said in it, held against the lines.

    Where separate sound was matched the recording is heard, and its times are put on the picture's clock.
    """

    asset: str  # the clip; in the key, because two clips may hold the same sound

    name: ClassVar[str] = "readings"
    version: ClassVar[int] = 2
    reads: ClassVar[tuple[str, ...]] = ("sound", "listening", "voice", "lines")
    optional: ClassVar[tuple[str, ...]] = ("match",)
    writes: ClassVar[tuple[str, ...]] = ("readings", "words")
    libraries: ClassVar[tuple[str, ...]] = ("pocketsphinx", "numpy")

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
