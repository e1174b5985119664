"""Passages as cues that can be read: two lines of 42 letters, seven seconds, broken where speech is."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from fractions import Fraction

from answerprint.core.time import Range, Time
from answerprint.formats.subtitles.model import Cue
from answerprint.formats.transcripts.model import Passage, TimedWord

LINE = 42  # letters
LINES = 2
LONGEST = Fraction(7)  # seconds
BREATH = Fraction(1)  # a pause after which a cue does not go on
ENDINGS = (".", "?", "!", "…", ":", ";")


def cues_of(passages: Sequence[Passage], *, names: bool) -> list[Cue]:
    """Cues in order. names: the speaker written before the words where another one spoke before (SubRip has
    no place of its own for it; WebVTT carries it in the cue)."""
    cues: list[Cue] = []
    last: str | None = None
    for passage in passages:
        for part in _parts(passage):
            start, end = _edges(part, passage)
            said = " ".join(word.text for word in part)
            if names and passage.speaker and passage.speaker != last:
                said = f"{passage.speaker}: {said}"
            last = passage.speaker
            lines = textwrap.wrap(said, LINE) or [said]
            cues.append(Cue(range=Range(start, end), text="\n".join(lines), speaker=passage.speaker))
    return cues


def _parts(passage: Passage) -> list[list[TimedWord]]:
    words = list(passage.words) or _spread(passage)
    named = len(passage.speaker or "") + 2 if passage.speaker else 0
    parts: list[list[TimedWord]] = []
    for word in words:
        part = parts[-1] if parts else []
        if not part or _full(part, word, named):
            parts.append([word])
        else:
            part.append(word)
    return parts


def _full(part: Sequence[TimedWord], word: TimedWord, named: int) -> bool:
    said = " ".join(one.text for one in (*part, word))
    if len(textwrap.wrap("x" * named + said, LINE)) > LINES:
        return True
    first, last = part[0].range, part[-1].range
    if first is not None and word.range is not None and (word.range.end - first.start).seconds > LONGEST:
        return True
    if last is not None and word.range is not None and (word.range.start - last.end).seconds > BREATH:
        return True
    return part[-1].text.endswith(ENDINGS) and len(said) > LINE


def _spread(passage: Passage) -> list[TimedWord]:
    """The words of a passage without word times, by their letters along it."""
    words = passage.text.split()
    letters = [len(word) + 1 for word in words]
    start, length = passage.range.start.seconds, passage.range.duration.seconds
    rate = Fraction(1000)
    spread, done = [], 0
    for word, size in zip(words, letters, strict=True):
        edges = [
            round((start + length * Fraction(part, sum(letters))) * rate) for part in (done, done + size)
        ]
        spread.append(TimedWord(text=word, range=Range.of_ticks(edges[0], edges[1], rate)))
        done += size
    return spread


def _edges(part: Sequence[TimedWord], passage: Passage) -> tuple[Time, Time]:
    ranges = [word.range for word in part if word.range is not None]
    if not ranges:
        return passage.range.start, passage.range.end
    return ranges[0].start, max(one.end for one in ranges)
