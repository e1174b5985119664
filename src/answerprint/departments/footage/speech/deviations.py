"""How a reading differs from its line, as data: words repeated, dropped, swapped, substituted or added."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from answerprint.departments.footage.speech.readings import Heard, Reading, ReadWord
from answerprint.departments.footage.speech.recogniser import RATE, HeardWord

DeviationKind = Literal["repeated", "dropped", "substituted", "swapped", "inserted"]

NEAR = RATE // 2  # samples: talk so close to a reading belongs to it when it is the line's own word
SWAP_REACH = 2  # words that a word may have wandered and still be swapped rather than dropped and added
TOO_SHORT = 0.4  # of the letters of what is missing: what was heard there cannot stand for it


class Deviation(msgspec.Struct, frozen=True, kw_only=True):
    """One slip. index, count: the words of the line it concerns (of added ones: the word they stand before,
    and 0). word: those words as written; said: what was heard instead. [start_sample, end_sample): where,
    of dropped words the moment they are missing at."""

    kind: DeviationKind
    index: int
    count: int
    word: str
    said: str
    start_sample: int
    end_sample: int


@dataclass(frozen=True)
class Gap:
    """What stands between two words said as written: words heard, and indexes of words not said. before,
    after: the places of those two words in the reading (None at its ends)."""

    heard: tuple[ReadWord, ...]
    missing: tuple[int, ...]
    before: ReadWord | None
    after: ReadWord | None


def deviations_of(reading: Reading, line: Sequence[str], heard: Heard | None = None) -> tuple[Deviation, ...]:
    """The slips of a reading of the line (its words), in the order of the line.

    heard: everything heard, so that a word of the line said just outside the reading is found.
    """
    reading = _interrupted(reading)
    found = _repeated(reading, line)
    gaps = gaps_of(reading, line, heard)
    taken: set[tuple[int, int]] = set()  # (gap, word of it) told already
    gone: set[int] = set()  # missing words told already
    for number, gap in enumerate(gaps):
        for place, word in enumerate(gap.heard):
            index = _wandered(word, gap, gaps, line, gone)
            if index is not None:
                taken.add((number, place))
                gone.add(index)
                slot = gap.before.script_index if gap.before is not None else -1
                assert slot is not None
                first = index if index <= slot else slot + 1
                pair = (first, min(first + 2, len(line)))
                found.append(_deviation("swapped", pair, line, word.text, word.start_sample, word.end_sample))
    for number, gap in enumerate(gaps):
        rest = [word for place, word in enumerate(gap.heard) if (number, place) not in taken]
        missing = [index for index in gap.missing if index not in gone]
        if gap.before is None and missing:  # talk before the reading stands for no word of it
            rest = [word for word in rest if word.start_sample >= reading.start_sample]
        elif gap.before is None or gap.after is None:
            rest = [word for word in rest if reading.start_sample <= word.start_sample < reading.end_sample]
        found += _in_gap(gap, rest, missing, line)
    return tuple(sorted(found, key=lambda one: (one.index, one.start_sample)))


def gaps_of(reading: Reading, line: Sequence[str], heard: Heard | None = None) -> list[Gap]:
    """What lies between words said as written and in the line's order, repetitions left out."""
    words = [word for word in reading.words if word.kind != "repeated"]
    if heard is not None:
        words = [*_close(heard, reading, before=True), *words, *_close(heard, reading, before=False)]
    kept = _in_order(words)
    gaps: list[Gap] = []
    place, index = -1, -1
    for anchor in [*kept, len(words)]:
        reached = words[anchor].script_index if anchor < len(words) else len(line)
        assert reached is not None
        gap = Gap(
            tuple(words[place + 1 : anchor]),
            tuple(range(index + 1, reached)),
            words[place] if place >= 0 else None,
            words[anchor] if anchor < len(words) else None,
        )
        if gap.heard or gap.missing:
            gaps.append(gap)
        place, index = anchor, reached
    return gaps


def _interrupted(reading: Reading) -> Reading:
    """One word, something else, and that word again: heard so of a voice that only put something between."""
    words = list(reading.words)
    for at, word in enumerate(words[:-1]):
        alone = at == 0 or words[at - 1].kind != "repeated"
        if word.kind == "repeated" and alone and words[at + 1].kind == "inserted":
            words[at] = msgspec.structs.replace(word, kind="inserted", script_index=None)
    return msgspec.structs.replace(reading, words=tuple(words))


def _repeated(reading: Reading, line: Sequence[str]) -> list[Deviation]:
    runs: list[list[ReadWord]] = []
    for at, word in enumerate(reading.words):
        if word.kind != "repeated" or word.script_index is None:
            continue
        before = reading.words[at - 1] if at else None
        if runs and before is runs[-1][-1] and before.script_index == word.script_index - 1:
            runs[-1].append(word)
        else:
            runs.append([word])
    found = []
    for run in runs:
        first = run[0].script_index
        assert first is not None
        said = " ".join(word.text for word in run)
        span = (first, first + len(run))
        found.append(_deviation("repeated", span, line, said, run[0].start_sample, run[-1].end_sample))
    return found


def _close(heard: Heard, reading: Reading, *, before: bool) -> list[ReadWord]:
    """Talk off the script that touches the reading on one side, as words that do not belong."""
    close: list[HeardWord] = []
    edge = reading.start_sample if before else reading.end_sample
    words = [word for stretch in heard.offscript for word in stretch.words]
    for word in reversed(words) if before else words:
        gap = edge - word.end_sample if before else word.start_sample - edge
        if 0 <= gap < NEAR and len(close) < SWAP_REACH:
            close.append(word)
            edge = word.start_sample if before else word.end_sample
    return [
        ReadWord(
            text=word.text,
            start_sample=word.start_sample,
            end_sample=word.end_sample,
            kind="inserted",
            script_index=None,
            fit=word.fit,
        )
        for word in (reversed(close) if before else close)
    ]


def _in_order(words: Sequence[ReadWord]) -> list[int]:
    """Places of the most words said as written whose indexes rise (the longest increasing subsequence)."""
    tails: list[int] = []  # the lowest index that ends a run of each length
    places: list[int] = []
    back: dict[int, int | None] = {}
    for place, word in enumerate(words):
        if word.kind != "match" or word.script_index is None:
            continue
        length = bisect_left(tails, word.script_index)
        if length == len(tails):
            tails.append(word.script_index)
            places.append(place)
        else:
            tails[length], places[length] = word.script_index, place
        back[place] = places[length - 1] if length else None
    kept: list[int] = []
    at: int | None = places[-1] if places else None
    while at is not None:
        kept.append(at)
        at = back[at]
    return kept[::-1]


def _wandered(
    word: ReadWord, gap: Gap, gaps: Sequence[Gap], line: Sequence[str], gone: set[int]
) -> int | None:
    """The index of a word missing elsewhere that this one is."""
    slot = gap.before.script_index if gap.before is not None else -1
    assert slot is not None
    for other in gaps:
        for index in other.missing:
            reach = slot - index + 1 if index <= slot else index - slot - 1
            if line[index] == word.text and index not in gone and 0 < reach <= SWAP_REACH:
                return index
    return None


def _in_gap(
    gap: Gap, rest: Sequence[ReadWord], missing: Sequence[int], line: Sequence[str]
) -> list[Deviation]:
    said = " ".join(word.text for word in rest)
    at = gap.before.end_sample if gap.before is not None else gap.after.start_sample if gap.after else 0
    start, end = (rest[0].start_sample, rest[-1].end_sample) if rest else (at, at)
    if not missing:
        slot = gap.before.script_index if gap.before is not None else -1
        assert slot is not None
        return [_deviation("inserted", (slot + 1, slot + 1), line, said, start, end)] if rest else []
    span = (missing[0], missing[-1] + 1)
    written = "".join(line[index] for index in missing)
    stands_for = len(said.replace(" ", "")) >= TOO_SHORT * len(written)
    kind: DeviationKind = "substituted" if rest and stands_for else "dropped"
    return [_deviation(kind, span, line, said, start, end)]


def _deviation(
    kind: DeviationKind, span: tuple[int, int], line: Sequence[str], said: str, start: int, end: int
) -> Deviation:
    return Deviation(
        kind=kind,
        index=span[0],
        count=span[1] - span[0],
        word=" ".join(line[span[0] : span[1]]),
        said=said if kind != "dropped" else "",
        start_sample=start,
        end_sample=end,
    )
