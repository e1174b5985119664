"""What is said as passages to be read: of readings, of free dictation, or of a user's model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.footage.speech.readings import Heard, OffScript, dictate
from answerprint.departments.footage.speech.recogniser import RATE
from answerprint.departments.footage.speech.user_model import UserWord
from answerprint.formats.screenplays.model import Line, spoken_words

PAUSE = RATE  # samples of silence between two passages of a draft
LONGEST = 30 * RATE  # a passage that goes on longer is divided at its next pause between words …
BREATH = RATE // 4  # … of this length


@dataclass(frozen=True)
class SaidWord:
    """A word in [start_sample, end_sample). lost: of a transcript, and not found in the sound. shown: how it
    is printed (None: as it is; empty: with the word before)."""

    text: str
    start_sample: int
    end_sample: int
    confidence: float | None
    lost: bool = False
    shown: str | None = None

    @property
    def printed(self) -> str:
        return self.text if self.shown is None else self.shown


@dataclass(frozen=True)
class Said:
    """A passage: at least one word, in order. draft: free dictation."""

    words: tuple[SaidWord, ...]
    speaker: str | None = None
    draft: bool = False

    @property
    def start_sample(self) -> int:
        return self.words[0].start_sample

    @property
    def end_sample(self) -> int:
        return max(word.end_sample for word in self.words)

    @property
    def text(self) -> str:
        return " ".join(word.printed for word in self.words if word.printed)

    @property
    def confidence(self) -> float | None:
        known = [word.confidence for word in self.words if word.confidence is not None]
        return round(sum(known) / len(known), 3) if known else None


def script_passages(samples: NDArray[np.int16], heard: Heard, lines: Sequence[Line]) -> list[Said]:
    """All speech of a recording held against a script, in time order: its readings in the words that were
    said, and between them free dictation, which does not lean on the lines."""
    by_key = {line.key: line for line in lines}
    said = []
    for reading in heard.readings:
        line = by_key[reading.line_key]
        tokens = written_tokens(line.text)
        words = tuple(
            SaidWord(
                word.text,
                word.start_sample,
                word.end_sample,
                reading.confidence,
                shown=tokens.get(word.script_index, None) if word.kind in ("match", "repeated") else None,
            )
            for word in reading.words
        )
        said.append(Said(words, line.character or None))
    said += dictated_stretches(samples, heard.offscript)
    return sorted(said, key=lambda one: one.start_sample)


def written_tokens(text: str) -> dict[int | None, str]:
    """For each spoken word of a line (by index) what is printed of it, punctuation and all: `Dane’s,`. Of
    words written as one (`thirty-two`) the first has it all. Empty where brackets run over words."""
    tokens: dict[int | None, str] = {}
    index = 0
    for token in text.replace("*", "").replace("_", " ").split():
        for number in range(len(spoken_words(token))):
            tokens[index] = "" if number else token
            index += 1
    return tokens if index == len(spoken_words(text)) else {}


def dictated_stretches(samples: NDArray[np.int16], stretches: Sequence[OffScript]) -> list[Said]:
    """A draft of every stretch off the script; where dictation hears nothing, what was heard at first."""
    drafts = dictate(samples, [(one.start_sample, one.end_sample) for one in stretches]) if stretches else ()
    said = []
    for one in stretches:
        words = [
            SaidWord(word.text, word.start_sample, word.end_sample, word.confidence)
            for word in drafts
            if one.start_sample <= (word.start_sample + word.end_sample) // 2 < one.end_sample
        ]
        heard = [SaidWord(word.text, word.start_sample, word.end_sample, 0.0) for word in one.words]
        if words or heard:
            said.append(Said(tuple(words or heard), None, True))
    return said


def draft_passages(
    samples: NDArray[np.int16],
    voice: Sequence[tuple[int, int]],
    taken: Sequence[tuple[int, int]] = (),
) -> list[Said]:
    """Free dictation of a recording's voice ranges, divided at pauses; words in `taken` ranges are known."""
    words = [
        SaidWord(word.text, word.start_sample, word.end_sample, word.confidence)
        for word in dictate(samples, voice)
        if not any(start <= (word.start_sample + word.end_sample) // 2 < end for start, end in taken)
    ]
    groups: list[list[SaidWord]] = []
    for word in words:
        gap = word.start_sample - groups[-1][-1].end_sample if groups else 0
        long = bool(groups) and word.end_sample - groups[-1][0].start_sample > LONGEST
        if not groups or gap >= PAUSE or (long and gap >= BREATH):
            groups.append([word])
        else:
            groups[-1].append(word)
    return [Said(tuple(group), None, True) for group in groups]


def user_passages(words: Sequence[UserWord]) -> list[Said]:
    """The user's model divides speech itself."""
    groups: dict[int, list[SaidWord]] = {}
    for word in words:
        said = SaidWord(word.text, word.start_sample, word.end_sample, word.confidence)
        groups.setdefault(word.utterance, []).append(said)
    return [Said(tuple(group)) for group in groups.values()]
