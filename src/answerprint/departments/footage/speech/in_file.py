"""One file listened to without a production: what `answerprint speech FILE` prints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np

from answerprint.core.errors import NotAvailableError
from answerprint.core.time import Range, TimeDocument
from answerprint.departments.footage.speech import user_model
from answerprint.departments.footage.speech.alignment import Aligner
from answerprint.departments.footage.speech.deviations import deviations_of
from answerprint.departments.footage.speech.evidence import sureness
from answerprint.departments.footage.speech.marking import closely_heard
from answerprint.departments.footage.speech.passages import (
    Said,
    SaidWord,
    draft_passages,
    script_passages,
    user_passages,
)
from answerprint.departments.footage.speech.readings import Heard, Reading
from answerprint.departments.footage.speech.retiming import retime
from answerprint.departments.footage.speech.script_lines import lines_in
from answerprint.departments.footage.speech.sound_in_file import FileSound, sound_in
from answerprint.formats.screenplays.model import Line, spoken_words
from answerprint.formats.transcripts.model import Passage, TimedWord
from answerprint.formats.transcripts.reading import read_transcript

SPHINX = "pocketsphinx en-us"
Status = Literal["matched", "partial", "off_script"]
Flag = Literal["draft", "outside_voice", "not_found"]


class WordDocument(msgspec.Struct, frozen=True, kw_only=True):
    text: str
    start: TimeDocument
    end: TimeDocument
    confidence: float | None
    speaker: str | None
    flags: tuple[Flag, ...] = ()


class DeviationDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A slip: `word` as written at the line's word `index` (from 0), `said` instead, and where."""

    kind: str
    index: int
    count: int
    word: str
    said: str
    start: TimeDocument
    end: TimeDocument


class LineDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A reading of a line, or speech that is none. text: the line as written, of other speech a draft."""

    line: str | None
    text: str
    start: TimeDocument
    end: TimeDocument
    status: Status
    confidence: float | None
    key: str | None = None
    scene: str | None = None
    speaker: str | None = None
    said: str = ""
    wrong_page: bool = False
    deviations: tuple[DeviationDocument, ...] = ()


class RetimedDocument(msgspec.Struct, frozen=True, kw_only=True):
    """How the transcript lay: cues early by `offset_ms` at its beginning, its clock slow by `drift_ppm`."""

    offset_ms: int
    drift_ppm: int
    words: int
    found: int


class SpeechDocument(msgspec.Struct, frozen=True, kw_only=True):
    backend: str
    voice: str
    draft: bool  # free dictation: to be read for its gist and corrected
    words: tuple[WordDocument, ...]
    lines: tuple[LineDocument, ...]
    retimed: RetimedDocument | None = None


class Speech(msgspec.Struct, frozen=True, kw_only=True):
    """The document, and the same speech as passages to be written out (times on the file's own clock)."""

    document: SpeechDocument
    passages: tuple[Passage, ...]
    places: tuple[str, ...]  # of each passage, as people write places
    notes: tuple[str, ...]


def speech_of(
    file: Path,
    *,
    script: Path | None = None,
    scene: str | None = None,
    transcript: Path | None = None,
    backend: str | None = None,
    model: Path | None = None,
    language: str = "en",
    progress: Callable[[float], None] | None = None,
) -> Speech:
    """What is said in one file: held against a script, laid on its transcript, or dictated as a draft.

    scene: readings of lines of other scenes are marked as of a wrong page. Raises NotAvailableError
    AP-NEED-123 for a language that the bundled recogniser does not know, what `sound_in`, `lines_in`,
    `read_transcript` and `user_model.transcribe` raise.
    """
    lines = lines_in(script) if script is not None else ()
    written = read_transcript(transcript) if transcript is not None else None
    english = language.lower().split("-")[0] == "en"
    if backend == user_model.NAME:
        user_model.check_folder(model)
    elif not english and written is None:
        raise NotAvailableError(
            "AP-NEED-123",
            f"the bundled recogniser knows English only, not {language!r}",
            file=str(file),
            remedy="import a transcript with --transcript, or bring a model (--backend faster-whisper)",
        )
    with sound_in(file, progress) as sound:
        if written is not None:
            return _retimed(sound, written.passages, english)
        if backend == user_model.NAME:
            return _by_user_model(sound, model, language)
        if lines:
            return _against_script(sound, lines, scene)
        said = draft_passages(sound.samples, sound.voice)
        return _speech(sound, f"{SPHINX}, draft", said)


def _against_script(sound: FileSound, lines: Sequence[Line], scene: str | None) -> Speech:
    by_key = {line.key: line for line in lines}
    heard = closely_heard(sound.samples, sound.voice, lines)
    said = script_passages(sound.samples, heard, lines)
    entries = [
        (reading.start_sample, _line_document(sound, reading, by_key[reading.line_key], heard, scene))
        for reading in heard.readings
    ]
    entries += [
        (
            one.start_sample,
            LineDocument(
                line=None,
                text=one.text,
                start=sound.place(one.start_sample),
                end=sound.place(one.end_sample),
                status="off_script",
                confidence=one.confidence,
                said=one.text,
            ),
        )
        for one in said
        if one.draft
    ]
    ordered = tuple(entry for _, entry in sorted(entries, key=lambda one: one[0]))
    return _speech(sound, f"{SPHINX}, script", said, lines=ordered)


def _line_document(
    sound: FileSound, reading: Reading, line: Line, heard: Heard, scene: str | None
) -> LineDocument:
    found = deviations_of(reading, spoken_words(line.text), heard)
    return LineDocument(
        line=line.label if line.scene else f"{line.number} {line.character}".rstrip(),
        text=line.text,
        start=sound.place(reading.start_sample),
        end=sound.place(reading.end_sample),
        status="partial" if found or reading.missing else "matched",
        confidence=reading.confidence,
        key=line.key,
        scene=line.scene or None,
        speaker=line.character or None,
        said=" ".join(word.text for word in reading.words),
        wrong_page=scene is not None and line.scene != scene,
        deviations=tuple(
            DeviationDocument(
                kind=one.kind,
                index=one.index,
                count=one.count,
                word=one.word,
                said=one.said,
                start=sound.place(one.start_sample),
                end=sound.place(one.end_sample),
            )
            for one in found
        ),
    )


def _by_user_model(sound: FileSound, model: Path | None, language: str) -> Speech:
    words = user_model.transcribe(np.asarray(sound.samples), model, language)
    assert model is not None
    return _speech(sound, f"{user_model.NAME} {model.name}", user_passages(words))


def _retimed(sound: FileSound, passages: Sequence[Passage], english: bool) -> Speech:
    if not english:  # its times are kept as they are: the aligner knows English sounds only
        said = []
        for one in passages:
            start, end = sound.sample_at(one.range.start), sound.sample_at(one.range.end)
            said.append(Said((SaidWord(one.text, start, end, None),), one.speaker))
        return _speech(sound, "imported, times as in the file", said)
    found = retime(sound.samples, sound.voice, passages, sound.sample_at, Aligner())
    said, lines = [], []
    for number, placed in enumerate(found.passages, start=1):
        words = tuple(
            SaidWord(word.text, word.start_sample, word.end_sample, _confidence(word.fit), not word.placed)
            for word in placed.words
        )
        passage = Said(words, placed.passage.speaker)
        said.append(passage)
        lines.append(
            LineDocument(
                line=str(number),
                text=placed.passage.text,
                start=sound.place(passage.start_sample),
                end=sound.place(passage.end_sample),
                status="matched" if placed.share == 1 else "partial" if placed.share else "off_script",
                confidence=round(placed.share, 3),
                speaker=placed.passage.speaker,
            )
        )
    told = [word for placed in found.passages for word in placed.words]
    document = RetimedDocument(
        offset_ms=round(found.offset / 16),
        drift_ppm=round(found.drift * 1e6),
        words=len(told),
        found=sum(word.placed for word in told),
    )
    return _speech(sound, f"{SPHINX}, transcript", said, lines=tuple(lines), retimed=document)


def _speech(
    sound: FileSound,
    backend: str,
    said: Sequence[Said],
    *,
    lines: tuple[LineDocument, ...] = (),
    retimed: RetimedDocument | None = None,
) -> Speech:
    document = SpeechDocument(
        backend=backend,
        voice=sound.voice_backend,
        draft=bool(said) and all(one.draft for one in said),
        words=tuple(_word_document(sound, one, word) for one in said for word in one.words),
        lines=lines,
        retimed=retimed,
    )
    return Speech(
        document=document,
        passages=tuple(_passage(sound, one) for one in said),
        places=tuple(label_of(sound.place(one.start_sample)) for one in said),
        notes=tuple(_note(one) for one in said),
    )


def _word_document(sound: FileSound, said: Said, word: SaidWord) -> WordDocument:
    flags: list[Flag] = ["draft"] if said.draft else []
    if word.lost:
        flags.append("not_found")
    if not sound.speaks_in(word.start_sample, word.end_sample):
        flags.append("outside_voice")
    return WordDocument(
        text=word.text,
        start=sound.place(word.start_sample),
        end=sound.place(word.end_sample),
        confidence=word.confidence,
        speaker=said.speaker,
        flags=tuple(flags),
    )


def _passage(sound: FileSound, said: Said) -> Passage:
    words = tuple(
        TimedWord(
            text=word.printed,
            range=Range(sound.time_at(word.start_sample), sound.time_at(word.end_sample)),
            confidence=word.confidence,
            speaker=said.speaker,
        )
        for word in said.words
        if word.printed
    )
    whole = Range(sound.time_at(said.start_sample), sound.time_at(said.end_sample))
    return Passage(range=whole, text=said.text, speaker=said.speaker, words=words)


def label_of(place: TimeDocument) -> str:
    """Timecode where the file has it, else its clock to the millisecond."""
    if place.timecode is not None:
        return place.timecode
    over, under = (int(one) for one in place.time.split("/"))
    milliseconds = over * 1000 // under
    minutes, rest = divmod(abs(milliseconds), 60_000)
    sign = "-" if milliseconds < 0 else ""
    return f"{sign}{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}.{rest % 1000:03d}"


def _note(said: Said) -> str:
    lost = sum(word.lost for word in said.words)
    if lost == len(said.words):
        return "not found in the sound"
    return "draft" if said.draft else f"{lost} of {len(said.words)} words not found" if lost else ""


def _confidence(fit: float | None) -> float | None:
    """0 … 1 from how an aligned word fits the model."""
    return round(sureness(fit), 3) if fit is not None else None
