"""A stronger recogniser that the user brings: faster-whisper with a Whisper model in CTranslate2's form."""

from __future__ import annotations

import importlib
import importlib.util
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from answerprint.core.errors import NotAvailableError
from answerprint.departments.footage.speech.recogniser import RATE

NAME = "faster-whisper"
NEEDED = ("model.bin", "config.json")  # what CTranslate2 loads; the vocabulary has one of several names
VOCABULARIES = ("tokenizer.json", "vocabulary.json", "vocabulary.txt")


@dataclass(frozen=True)
class UserWord:
    """A word as the model writes it, in [start_sample, end_sample). utterance: its passage, from 0."""

    text: str
    start_sample: int
    end_sample: int
    confidence: float
    utterance: int


class WrittenWord(Protocol):
    """faster_whisper.transcribe.Word: seconds, and a leading space in the word."""

    start: float
    end: float
    word: str
    probability: float


class WrittenSegment(Protocol):
    """faster_whisper.transcribe.Segment."""

    start: float
    end: float
    text: str
    words: list[Any] | None


def check_folder(folder: Path | None) -> Path:
    """The model's folder when it can be a Whisper model for CTranslate2.

    Raises NotAvailableError AP-NEED-120 without a folder, AP-NEED-121 when files are missing in it.
    """
    remedy = "name the folder of a Whisper model converted for CTranslate2: --model FOLDER"
    if folder is None:
        raise NotAvailableError("AP-NEED-120", f"{NAME} needs a model, and none is bundled", remedy=remedy)
    missing = [name for name in NEEDED if not (folder / name).is_file()]
    if not missing and not any((folder / name).is_file() for name in VOCABULARIES):
        missing = [VOCABULARIES[0]]
    if missing:
        what = "has no " + " and no ".join(missing) if folder.is_dir() else "is no folder"
        raise NotAvailableError("AP-NEED-121", f"{what}", file=str(folder), remedy=remedy)
    return folder


def transcribe(samples: NDArray[np.int16], folder: Path | None, language: str) -> list[UserWord]:
    """The words of a recording (n,) mono 16 kHz, by the user's model, on the processor.

    Raises NotAvailableError AP-NEED-120 … -122 when the model or the library is not here or does not load.
    """
    place = check_folder(folder)
    if importlib.util.find_spec("faster_whisper") is None:
        raise NotAvailableError(
            "AP-NEED-122",
            f"{NAME} is not installed",
            remedy=f"pip install {NAME}, or leave out --backend: lines of a script need no model",
        )
    WhisperModel = importlib.import_module("faster_whisper").WhisperModel

    try:
        model = WhisperModel(str(place), device="cpu", compute_type="int8", local_files_only=True)
    except (RuntimeError, ValueError, OSError) as error:
        raise NotAvailableError(
            "AP-NEED-121",
            f"the model cannot be loaded: {error}",
            file=str(place),
            remedy="convert the model again for this version of CTranslate2",
        ) from error
    sound = np.asarray(samples, np.float32) / np.float32(32768)
    segments, _ = model.transcribe(
        sound, language=language, word_timestamps=True, vad_filter=True, beam_size=5
    )
    return words_of(segments, len(samples))


def words_of(segments: Iterable[WrittenSegment], length: int) -> list[UserWord]:
    """The model's segments as words in order; times that run back, over the end, or are no numbers are held
    within their neighbours. length: samples of the recording."""
    found: list[UserWord] = []
    at = 0
    for number, segment in enumerate(segments):
        for word in segment.words or ():
            text = word.word.strip()
            if not text:
                continue
            start = min(max(at, _sample(word.start, at)), length)
            end = min(max(start, _sample(word.end, start)), length)
            sure = word.probability if math.isfinite(word.probability) else 0.0
            found.append(UserWord(text, start, end, round(min(1.0, max(0.0, sure)), 4), number))
            at = end
    return found


def _sample(seconds: float, otherwise: int) -> int:
    return round(seconds * RATE) if math.isfinite(seconds) else otherwise
