"""Who speaks in a file and over the production, and what else is heard.

Three steps for speakers: one listens, one says which voices are one over all files, one writes the track.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from answerprint.core.logged import Listening
from answerprint.core.records import Annotation
from answerprint.engine.step import Context, Inputs, Step

if TYPE_CHECKING:
    from answerprint.departments.footage.speakers.across_files import VoicePlace

SEGMENTATION = "pyannote-segmentation"
ENCODER = "resemblyzer"


@dataclass(frozen=True)
class SpeakersHeardStep(Step):
    """The record `speakers_heard`: turns and voices of a file, by both networks or the classical measure."""

    segmentation: str = ""  # the models' digests; both empty is the classical back end
    encoder: str = ""
    people: int = 0  # how many speak, 0 where nobody knows

    name: ClassVar[str] = "speakers_heard"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("sound", "listening", "voice")
    writes: ClassVar[tuple[str, ...]] = ("speakers_heard",)
    libraries: ClassVar[tuple[str, ...]] = ("numpy", "scipy")

    def model_digests(self) -> dict[str, str]:
        both = {SEGMENTATION: self.segmentation, ENCODER: self.encoder}
        return both if self.segmentation and self.encoder else {}

    def run(self, inputs: Inputs, context: Context) -> None:
        from answerprint.departments.footage.speakers.backends import diariser
        from answerprint.departments.footage.speakers.heard import heard_speakers
        from answerprint.departments.footage.tracks import read_samples

        start = inputs["listening"].record(Listening).start
        voice = inputs["voice"].track().annotations
        ranges = tuple((max(0, one.start - start), one.end - start) for one in voice)
        listener = diariser("bundled" if self.model_digests() else "classical", ranges)
        samples = read_samples(inputs["sound"].path())
        found = listener.diarise(samples, self.people or None, lambda done: context.progress(done, 1.0))
        context.write_record("speakers_heard", heard_speakers(found, start))


@dataclass(frozen=True)
class VoicesStep(Step):
    """The record `voices`: which speakers are one voice over all files, with ids that last and names."""

    named: tuple[VoicePlace, ...] = ()  # what people said
    known: tuple[VoicePlace, ...] = ()  # the places of the record before this one

    name: ClassVar[str] = "voices"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("speakers_heard",)
    writes: ClassVar[tuple[str, ...]] = ("voices",)
    libraries: ClassVar[tuple[str, ...]] = ("numpy",)

    def run(self, inputs: Inputs, context: Context) -> None:
        from answerprint.departments.footage.speakers.across_files import same_voices
        from answerprint.departments.footage.speakers.heard import HeardSpeakers

        heard = {asset: one.record(HeardSpeakers) for asset, one in inputs.many("speakers_heard").items()}
        context.write_record("voices", same_voices(heard, self.named, self.known))


@dataclass(frozen=True)
class SpeakersStep(Step):
    """The track `speakers.1`. A name is a person's, else the character whose lines the speaker says."""

    asset: str  # whose speakers; in the key, because two files may hold the same sound

    name: ClassVar[str] = "speakers"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("speakers_heard",)
    optional: ClassVar[tuple[str, ...]] = ("voices", "readings", "lines")
    writes: ClassVar[tuple[str, ...]] = ("speakers",)
    libraries: ClassVar[tuple[str, ...]] = ("numpy", "scipy")

    def run(self, inputs: Inputs, context: Context) -> None:
        from answerprint.departments.footage.speakers.across_files import Voices
        from answerprint.departments.footage.speakers.heard import HeardSpeakers, speaker_marks
        from answerprint.departments.footage.speakers.naming import from_script
        from answerprint.departments.footage.speakers.turns import Turn
        from answerprint.departments.footage.tracks import SOUND_RATE, write_track
        from answerprint.formats.screenplays.model import Line

        heard = inputs["speakers_heard"].record(HeardSpeakers)
        names: dict[int, str] = {}
        if "readings" in inputs and "lines" in inputs:
            who = {line.key: line.character for line in inputs["lines"].record(tuple[Line, ...])}
            track = inputs["readings"].track()
            lines = [(one.start, one.end, who[one.label]) for one in track.annotations if who.get(one.label)]
            names = from_script([Turn(t.start, t.end, t.speaker, t.confidence) for t in heard.turns], lines)
        ids: dict[int, str] = {}
        if "voices" in inputs:
            voices = inputs["voices"].record(Voices)
            ids = dict(enumerate(voices.ids.get(self.asset, ())))
            names |= {i: voices.names[one] for i, one in ids.items() if one in voices.names}
        write_track(context, self.asset, "speakers", SOUND_RATE, speaker_marks(heard, names, ids))


@dataclass(frozen=True)
class SoundsStep(Step):
    """The track `sounds.1`: laughter, applause, music and silence, as far as their measures tell."""

    asset: str  # in the key, because two files may hold the same sound

    name: ClassVar[str] = "sounds"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("sound", "listening", "voice")
    writes: ClassVar[tuple[str, ...]] = ("sounds",)
    libraries: ClassVar[tuple[str, ...]] = ("numpy", "scipy")

    def run(self, inputs: Inputs, context: Context) -> None:
        from answerprint.departments.footage.sound.events import sound_events
        from answerprint.departments.footage.tracks import SOUND_RATE, read_samples, write_track

        start = inputs["listening"].record(Listening).start
        voice = [(max(0, one.start - start), one.end - start) for one in inputs["voice"].track().annotations]
        marks = [
            Annotation(
                start=start + one.start,
                end=start + one.end,
                label=one.sound,
                confidence=round(one.confidence, 4),
            )
            for one in sound_events(read_samples(inputs["sound"].path()), voice)
        ]
        write_track(context, self.asset, "sounds", SOUND_RATE, marks)
