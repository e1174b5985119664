"""Guide voices planned: which lines, whose voice, how each is said and why, and whether it may be."""

from __future__ import annotations

import datetime
import hashlib
import json
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec

from answerprint.core.errors import FormatError, UsageError
from answerprint.departments.script.analysis.emotion import Levels
from answerprint.departments.script.analysis.lexicon import emotional_words
from answerprint.departments.script.analysis.manuscript import read_manuscript
from answerprint.departments.script.reading import read_screenplay
from answerprint.departments.sound.speaking import espeak
from answerprint.departments.sound.speaking.consent import Consent, consents_of, covering
from answerprint.departments.sound.speaking.delivery import Delivery, Feeling, Level, delivery, deviations
from answerprint.departments.sound.speaking.laying import INSIDE, expected
from answerprint.departments.sound.speaking.piper import PiperVoice, piper_voice
from answerprint.departments.sound.speaking.pronouncing import pronounced, read_dictionary
from answerprint.departments.sound.speaking.speeches import Speech, speeches_of, speeches_of_text
from answerprint.departments.sound.speaking.voices import (
    A_SEMITONE,
    HIGHEST,
    LOWEST,
    VARIANTS,
    Voice,
    cast_voices,
    closest,
)
from answerprint.formats.screenplays.model import Screenplay, normalise, spoken_words
from answerprint.formats.text import read_text
from answerprint.models.runtimes.onnx import session

WORDS = 150  # a minute, at pace 1
PRIOR = 6.0  # neutral words added to a line, so that one word is no mood
HIGH_VOICE = 150  # Hz: above it a whisper is espeak's high one
TEXTS = (".txt", ".md")


@dataclass(frozen=True)
class Asked:
    """What is to be spoken. pace: 1 is 150 words a minute. arc: whether the script's feeling is followed."""

    scenes: Sequence[str] = ()
    characters: Sequence[str] = ()
    limit: int | None = None
    pace: float = 1.0
    language: str = ""
    rate: Fraction = Fraction(24)
    arc: bool = True
    voices: Path | None = None
    dictionary: Path | None = None
    model: Path | None = None
    person: str = ""
    consent: Path | None = None
    today: datetime.date = field(default_factory=datetime.date.today)


class PlannedPiece(msgspec.Struct, frozen=True, kw_only=True):
    """text: as it goes to the voice, pronunciations put in; words: a minute; pitch: espeak's."""

    text: str
    voice: str
    words: int
    pitch: int
    delivery: Delivery


class PlannedLine(msgspec.Struct, frozen=True, kw_only=True):
    """seconds: expected. consent: under which the voice is used, empty where nobody's is."""

    number: int
    speech: Speech
    voice: Voice
    pieces: tuple[PlannedPiece, ...]
    seconds: float
    consent: str

    @property
    def reasons(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one for piece in self.pieces for one in piece.delivery.reasons))


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """back_end: what speaks, with its version or digest. closest: of two voices in one scene, in steps.
    silent: labels of lines with nothing to say."""

    title: str
    language: str
    back_end: str
    rate: Fraction
    voices: Mapping[str, Voice]
    lines: tuple[PlannedLine, ...]
    closest: tuple[str, str, float] | None
    silent: tuple[str, ...]


def plan_of(path: Path, asked: Asked) -> tuple[Plan, PiperVoice | None]:
    """How the lines of a screenplay or a text would be spoken, and the model that would.

    Raises UsageError AP-USE-730 (no consent), 731 (files that cannot be read), 732 (no such lines), 733
    (languages and voices), FormatErrors of the script, ModelError AP-MODEL-006 and 040, and NotAvailableError
    AP-NEED-068 without espeak-ng, which also gives models their phonemes.
    """
    espeak.program()
    screenplay, speeches = _read(path)
    chosen = [one for one in speeches if _wanted(one, asked)]
    if not chosen:
        raise UsageError(
            "AP-USE-732",
            "no line of it is to be spoken" if speeches else "it has no line of dialogue",
            file=str(path),
            remedy="check --scene and --character" if speeches else "give a screenplay, or a .txt",
        )
    feelings, why, english = _feelings(screenplay, speeches) if asked.arc else ({}, "", None)
    model, digest = _model(asked.model)
    language = _language(asked, screenplay, english, model, path)
    voices = cast_voices(speeches, _given(asked.voices), model.speakers if model else 0)
    _check_voices(voices, language, model)
    dictionary = _dictionary(asked.dictionary)
    title = screenplay.title if screenplay is not None else ""
    consents = _consents(asked, {one.character for one in chosen}, voices, model, digest, (title, path.stem))
    lines: list[PlannedLine] = []
    silent: list[str] = []
    for one in chosen:
        if not any(letter.isalnum() for letter in one.text):
            silent.append(f"{one.scene}.{one.number} {one.character}")
        elif asked.limit is None or len(lines) < asked.limit:
            voice = voices[one.character]
            pieces = _pieces(one, voice, feelings.get(one.key), why, dictionary, language, asked, model)
            seconds = sum(
                piece.delivery.pause + (INSIDE if at and not piece.delivery.pause else 0.0) + taken
                for at, (piece, taken) in enumerate(pieces)
            )
            lines.append(
                PlannedLine(
                    number=len(lines) + 1,
                    speech=one,
                    voice=voice,
                    pieces=tuple(piece for piece, _ in pieces),
                    seconds=round(seconds, 2),
                    consent="; ".join(consents[one] for one in _people(voice, asked, model)),
                )
            )
    return Plan(
        title=title or path.stem,
        language=language,
        back_end=f"{asked.model.name} (SHA-256 {digest})" if asked.model else f"espeak-ng {espeak.version()}",
        rate=asked.rate,
        voices=voices,
        lines=tuple(lines),
        closest=None if model else closest(speeches, voices),
        silent=tuple(silent),
    ), model


def _read(path: Path) -> tuple[Screenplay | None, tuple[Speech, ...]]:
    """A screenplay and its speeches; without a screenplay the paragraphs of a plain text."""
    if path.suffix.casefold() in TEXTS:
        try:
            screenplay = read_screenplay(path) if path.suffix.casefold() == ".txt" else None
        except FormatError:
            screenplay = None
        if screenplay is None or not screenplay.lines():
            return None, speeches_of_text(read_text(path)[0])
    else:
        screenplay = read_screenplay(path)
    return screenplay, speeches_of(screenplay)


def _wanted(one: Speech, asked: Asked) -> bool:
    scenes = {normalise(name) for name in asked.scenes}
    people = {normalise(name) for name in asked.characters}
    return (not scenes or normalise(one.scene) in scenes) and (
        not people or normalise(one.character) in people
    )


def _feelings(
    screenplay: Screenplay | None, speeches: Sequence[Speech]
) -> tuple[dict[str, Feeling], str, bool | None]:
    """What each line and its scene feel like against the whole script; or why that is not told."""
    if screenplay is None:
        return {}, "no arc: a plain text has no scenes", None
    script = read_manuscript(screenplay)
    if not script.english:
        return {}, "no arc: the emotional lexicon is English, and this script is not", False
    levels = Levels(script.scenes)
    means = zip(levels.mean_valence.tolist(), levels.mean_arousal.tolist(), strict=True)
    scenes = deviations([Level(valence, arousal) for valence, arousal in means])
    numbers = {one.number: level for one, level in zip(script.scenes, scenes, strict=True)}
    lines = deviations([_level(one) for one in speeches])
    found = {
        one.key: Feeling(line=line, scene=numbers.get(one.scene, Level()))
        for one, line in zip(speeches, lines, strict=True)
    }
    return found, "", True


def _level(one: Speech) -> Level:
    words = emotional_words(spoken_words(one.text))
    count = len(words) + PRIOR
    return Level(sum(level[0] for level in words) / count, sum(level[1] for level in words) / count)


def _language(
    asked: Asked, screenplay: Screenplay | None, english: bool | None, model: PiperVoice | None, path: Path
) -> str:
    """Asked for, the model's, the title page's, or English where the words are."""
    told = {key.casefold(): value for key, value in (screenplay.title_page if screenplay else {}).items()}
    named = asked.language or (model.language if model else "") or told.get("language", "").strip().casefold()
    if named:
        return named
    if english is None:
        text = " ".join(one.text for one in _read(path)[1])
        english = read_manuscript(_as_script(text)).english
    if not english:
        raise UsageError(
            "AP-USE-733",
            "it is not in English, and nothing says in which language it is",
            file=str(path),
            remedy="give --language (de, fr, es, en-gb …), or `Language:` on the title page",
        )
    return "en-us"


def _as_script(text: str) -> Screenplay:
    from answerprint.formats.screenplays.fountain import read_fountain

    return read_fountain(f"INT. TEXT\n\n!{text.replace(chr(10), ' ')}\n")


def _pieces(
    one: Speech,
    voice: Voice,
    feeling: Feeling | None,
    why: str,
    dictionary: Mapping[str, str],
    language: str,
    asked: Asked,
    model: PiperVoice | None,
) -> list[tuple[PlannedPiece, float]]:
    """The pieces of a speech and the seconds each is expected to take. A manner holds to the speech's end."""
    found: list[tuple[PlannedPiece, float]] = []
    held: list[str] = []
    for piece in one.pieces:
        own = delivery(piece.directions, None)
        held += piece.directions
        how = msgspec.structs.replace(delivery(held, feeling, why), pause=own.pause)
        words = WORDS * asked.pace * voice.pace * how.pace
        pitch = round(voice.pitch + how.semitones * A_SEMITONE)
        hertz = VARIANTS.get(voice.variant, (0.0, 0.0, 0.0))[0]
        variant = ("whisperf" if hertz > HIGH_VOICE else "whisper") if how.whispered else voice.variant
        planned = PlannedPiece(
            text=pronounced(piece.text, dictionary),
            voice="" if model else f"{voice.language or language}+{variant}",
            words=round(words),
            pitch=min(max(pitch, LOWEST), HIGHEST),
            delivery=how,
        )
        found.append((planned, expected(piece.text, words)))
    return found


def _check_voices(voices: Mapping[str, Voice], language: str, model: PiperVoice | None) -> None:
    for who, voice in voices.items():
        if model is not None:
            if voice.speaker is not None and not 0 <= voice.speaker < model.speakers:
                raise UsageError(
                    "AP-USE-733",
                    f"{who}: the model has no speaker {voice.speaker}",
                    remedy=f"speakers go from 0 to {model.speakers - 1}",
                )
        else:
            espeak.check_voice(voice.language or language, voice.variant)


def _given(path: Path | None) -> dict[str, Voice]:
    """The voices file: a table for each character. Raises UsageError AP-USE-731."""
    if path is None:
        return {}
    try:
        document = tomllib.loads(read_text(path)[0])
        found = {
            who: msgspec.convert(row, Voice, strict=True) for who, row in document.items() if _known(who, row)
        }
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, ValueError) as error:
        raise _unreadable(path, error, "a table for each character: [ANNA] variant, pitch, pace …") from error
    for who, voice in found.items():
        if not (0 <= voice.pitch <= 99 and 0.5 <= voice.pace <= 2.0):
            raise _unreadable(path, f"{who}: pitch goes from 0 to 99, pace from 0.5 to 2", "change it")
    return found


def _known(who: str, row: object) -> bool:
    fields = set(Voice.__struct_fields__)
    if not isinstance(row, dict) or set(row) - fields:
        raise ValueError(f"[{who}] is a table with some of {', '.join(Voice.__struct_fields__)}")
    return True


def _dictionary(path: Path | None) -> dict[str, str]:
    try:
        return read_dictionary(read_text(path)[0]) if path is not None else {}
    except ValueError as error:
        raise _unreadable(path, error, "one `word = how it is said` a line") from error


def _model(path: Path | None) -> tuple[PiperVoice | None, str]:
    """The model and its SHA-256; its configuration is `MODEL.onnx.json`, or `MODEL.json`."""
    if path is None:
        return None, ""
    beside = next((one for one in (Path(f"{path}.json"), path.with_suffix(".json")) if one.is_file()), None)
    if not path.is_file() or beside is None:
        raise _unreadable(path, "the model, or its configuration beside it, is not there", "MODEL.onnx.json")
    try:
        config: Any = json.loads(read_text(beside)[0])
    except ValueError as error:
        raise _unreadable(beside, error, "a Piper configuration is JSON") from error
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return piper_voice(session(path), config, str(beside)), digest


def _people(voice: Voice, asked: Asked, model: PiperVoice | None) -> list[str]:
    """Whose voice it is, by what the voices file, the command and the model's configuration say."""
    named = (voice.person, asked.person, model.person if model is not None else "")
    return sorted({one for one in named if one})


def _consents(
    asked: Asked,
    heard: set[str],
    voices: Mapping[str, Voice],
    model: PiperVoice | None,
    digest: str,
    productions: Sequence[str],
) -> dict[str, str]:
    """What the record of each person says whose voice is heard. Raises UsageError AP-USE-730 without one."""
    people = {one for who in heard for one in _people(voices[who], asked, model)}
    found = {}
    records: tuple[Consent, ...] = ()
    mark = ""
    if asked.consent is not None:
        text = read_text(asked.consent)[0]
        reads: Callable[[str], Any] = json.loads if asked.consent.suffix == ".json" else tomllib.loads
        try:
            records = consents_of(reads(text))
        except (ValueError, AttributeError) as error:
            raise _unreadable(asked.consent, error, "see `sound speak --help`") from error
        mark = hashlib.sha256(text.encode()).hexdigest()[:16]
    for person in sorted(people):
        told = covering(records, person, [one for one in productions if one], digest, asked.today)
        if isinstance(told, str):
            raise UsageError(
                "AP-USE-730",
                f"the voice of {person} is used only with their consent: {told}",
                file=str(asked.consent) if asked.consent is not None else None,
                remedy="give --consent FILE with a record of theirs that covers this, or use another voice",
            )
        found[person] = f"{told.told} (record {mark})"
    return found


def _unreadable(path: Path | None, why: object, remedy: str) -> UsageError:
    return UsageError("AP-USE-731", str(why), file=str(path), remedy=remedy)
