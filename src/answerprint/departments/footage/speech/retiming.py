"""An existing transcript laid on the sound anew: cues that lie off by a constant or drift come right.

Its words are the recogniser's language model; words heard as written are anchors, a straight line through
them corrects the cues, and every passage is then aligned word by word between its anchors.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from answerprint.core.time import Time
from answerprint.departments.footage.speech.alignment import AlignedWord, Aligner, set_edges
from answerprint.departments.footage.speech.recogniser import RATE, HeardWord, Recogniser, utterances
from answerprint.formats.screenplays.model import spoken_words
from answerprint.formats.transcripts.model import Passage

ANCHOR = 2  # words heard in a row that make an anchor; one alone may be anywhere
KEY = 3  # words in a row that are found only once are where a long transcript is divided
COMPARED = 2_000_000  # pairs of words compared at once at most
WORD = RATE * 4 // 10  # samples a word takes at most, for the room a passage is given
AIR = RATE * 6 // 10  # room around a passage that has no anchor
AROUND = 2 * RATE
TOGETHER = RATE // 2  # samples: where aligner and recogniser agree on a word
POORER = 1.5  # log likelihoods a frame that a word may fit worse than its passage's anchors
WORST = -6.5
LONGEST = 60 * RATE  # samples aligned at once
DRIFT_NEEDS = 20 * RATE  # samples between the outer anchors for there to be a drift
LINES_THROUGH = 200  # anchors that the straight line is laid through, at most


@dataclass(frozen=True)
class PlacedWord:
    """A word as written, in [start_sample, end_sample). placed: heard there; else between its neighbours."""

    text: str
    start_sample: int
    end_sample: int
    placed: bool
    fit: float | None


@dataclass(frozen=True)
class PlacedPassage:
    passage: Passage
    words: tuple[PlacedWord, ...]

    @property
    def share(self) -> float:
        """0 … 1: how much of it was found in the sound."""
        return sum(word.placed for word in self.words) / max(1, len(self.words))


@dataclass(frozen=True)
class Retimed:
    """passages: in the transcript's order. offset: samples that cues lay early (late: negative) at its first
    anchor. drift: parts of one that its clock ran slow. anchors: words heard as written."""

    passages: tuple[PlacedPassage, ...]
    offset: int
    drift: float
    anchors: int


@dataclass
class _Token:
    text: str
    spoken: list[str]
    passage: int
    cue: tuple[float, float]  # samples, from the file
    heard: HeardWord | None = None
    aligned: AlignedWord | None = None
    places: list[int] = field(default_factory=list)  # of its spoken words in the whole


def retime(
    samples: NDArray[np.int16],
    voice: Sequence[tuple[int, int]],
    passages: Sequence[Passage],
    sample_at: Callable[[Time], int],
    aligner: Aligner,
) -> Retimed:
    """The passages on a recording (n,) mono 16 kHz, in its voice ranges. sample_at: of a time in the file."""
    tokens = [token for at, one in enumerate(passages) for token in _tokens(at, one, sample_at)]
    spoken = [(word, token) for token in tokens for word in token.spoken]
    for place, (_, token) in enumerate(spoken):
        token.places.append(place)
    heard = _hear(samples, voice, tokens, len(passages))
    matched = matched_words([word.text for word in heard], [word for word, _ in spoken])
    for place, at in matched.items():
        token = spoken[place][1]
        token.heard = token.heard or heard[at]
    slope, offset = _line([token for token in tokens if token.heard is not None])
    for token in tokens:
        token.cue = (token.cue[0] * slope + offset, token.cue[1] * slope + offset)
    by_passage: list[list[_Token]] = [[] for _ in passages]
    for token in tokens:
        by_passage[token.passage].append(token)
    for at, own in enumerate(by_passage):
        _align(samples, own, by_passage, at, aligner)
    placed = [
        PlacedPassage(passage, _placed(own, len(samples)))
        for passage, own in zip(passages, by_passage, strict=True)
    ]
    first = next((token for token in tokens if token.heard is not None), None)
    moved = round(first.cue[0] - (first.cue[0] - offset) / slope) if first is not None else 0
    return Retimed(tuple(placed), moved, slope - 1.0, sum(token.heard is not None for token in tokens))


def matched_words(heard: Sequence[str], written: Sequence[str]) -> dict[int, int]:
    """Place of a written word → of the heard word it is, both rising; single words only beside others."""
    found: dict[int, int] = {}
    for h0, h1, w0, w1 in _divided(heard, written):
        if not (h1 - h0) * (w1 - w0) or (h1 - h0) * (w1 - w0) > COMPARED:
            continue
        matcher = SequenceMatcher(None, written[w0:w1], heard[h0:h1], autojunk=False)
        for block in matcher.get_matching_blocks():
            for step in range(block.size):
                found[w0 + block.a + step] = h0 + block.b + step
    return {place: at for place, at in found.items() if _supported(place, at, found)}


def _supported(place: int, at: int, found: dict[int, int]) -> bool:
    """Whether a neighbour within two words is matched at the same distance, or nearly."""
    return any(
        (other := found.get(place + step)) is not None and abs((other - at) - step) <= 1
        for step in (-2, -1, 1, 2)
    )


def _divided(heard: Sequence[str], written: Sequence[str]) -> list[tuple[int, int, int, int]]:
    """Stretches (heard from, to, written from, to) between three words in a row that occur once in both."""
    if len(heard) * len(written) <= COMPARED:
        return [(0, len(heard), 0, len(written))]
    once = [_once(one) for one in (heard, written)]
    pairs = sorted((place, once[1][key]) for key, place in once[0].items() if key in once[1])
    tails: list[int] = []
    chain: list[list[tuple[int, int]]] = []
    for pair in pairs:  # the longest chain that rises on both sides
        length = bisect_left(tails, pair[1])
        before = chain[length - 1] if length else []
        if length == len(tails):
            tails.append(pair[1])
            chain.append([*before, pair])
        else:
            tails[length], chain[length] = pair[1], [*before, pair]
    cuts = [(0, 0), *(chain[-1] if chain else []), (len(heard), len(written))]
    return [(a[0], b[0], a[1], b[1]) for a, b in pairwise(cuts)]


def _once(words: Sequence[str]) -> dict[tuple[str, ...], int]:
    places: dict[tuple[str, ...], int] = {}
    often: set[tuple[str, ...]] = set()
    for place in range(len(words) - KEY + 1):
        key = tuple(words[place : place + KEY])
        if key in places:
            often.add(key)
        places[key] = place
    return {key: place for key, place in places.items() if key not in often}


def _tokens(at: int, passage: Passage, sample_at: Callable[[Time], int]) -> list[_Token]:
    start, end = sample_at(passage.range.start), sample_at(passage.range.end)
    if passage.words and " ".join(word.text for word in passage.words).split() == passage.text.split():
        texts = [word.text for word in passage.words]
        ranges = [word.range for word in passage.words]
    else:
        texts = passage.text.split()
        ranges = [None] * len(texts)
    edges = np.concatenate([[0], np.cumsum([len(text) + 1 for text in texts])])
    edges = start + (end - start) * edges / max(1, int(edges[-1]))
    return [
        _Token(
            text,
            spoken_words(text),
            at,
            (sample_at(known.start), sample_at(known.end))
            if known
            else (float(edges[n]), float(edges[n + 1])),
        )
        for n, (text, known) in enumerate(zip(texts, ranges, strict=True))
    ]


def _hear(
    samples: NDArray[np.int16], voice: Sequence[tuple[int, int]], tokens: Sequence[_Token], passages: int
) -> list[HeardWord]:
    lines: list[list[str]] = [[] for _ in range(passages)]
    for token in tokens:
        lines[token.passage] += token.spoken
    lines = [line for line in lines if line]
    if not lines:
        return []
    recogniser = Recogniser(lines)
    return [
        word
        for start, end in utterances(voice, len(samples))
        for word in recogniser.hear(np.asarray(samples[start:end]), start)
    ]


def _line(anchors: Sequence[_Token]) -> tuple[float, float]:
    """Slope and offset of sound time over cue time (Theil and Sen: medians, so that strays do not count)."""
    if not anchors:
        return 1.0, 0.0
    chosen = np.unique(np.linspace(0, len(anchors) - 1, LINES_THROUGH).astype(int))
    cues = np.array([anchors[one].cue[0] for one in chosen])
    times = np.array([one.heard.start_sample for n in chosen if (one := anchors[n]).heard is not None], float)
    slope = 1.0
    if np.ptp(cues) > DRIFT_NEEDS:
        rises, runs = times[:, None] - times[None, :], cues[:, None] - cues[None, :]
        slope = float(np.median(rises[runs > DRIFT_NEEDS / 2] / runs[runs > DRIFT_NEEDS / 2]))
        slope = slope if 0.9 < slope < 1.1 else 1.0
    return slope, float(np.median(times - slope * cues))


def _align(
    samples: NDArray[np.int16],
    own: Sequence[_Token],
    all_: Sequence[Sequence[_Token]],
    at: int,
    aligner: Aligner,
) -> None:
    """Give every token of a passage its aligned word, where the passage can be laid on its sound."""
    spoken = [word for token in own for word in token.spoken]
    if not spoken:
        return
    before = max((t.heard.end_sample for one in all_[max(0, at - 3) : at] for t in one if t.heard), default=0)
    after = min(
        (t.heard.start_sample for one in all_[at + 1 : at + 4] for t in one if t.heard), default=len(samples)
    )
    anchors = [(n, token.heard) for n, token in enumerate(own) if token.heard is not None]
    if anchors:
        (lead, first), (tail, last) = anchors[0], anchors[-1]
        low = first.start_sample - WORD * (lead + 1)
        high = last.end_sample + WORD * (len(own) - tail)
    else:
        low, high = round(own[0].cue[0]) - AIR, round(own[-1].cue[1]) + AIR
    low, high = max(0, low, min(before, low + AIR)), min(len(samples), high, max(after, high - AIR))
    if not 0 < high - low <= LONGEST:
        return
    aligned = aligner.align(samples[low:high], spoken, low)
    if not aligned:
        return
    first_around, last_around = max(0, low - AROUND), min(len(samples), high + AROUND)
    edged = set_edges(
        samples[first_around:last_around], aligned, aligner, start=first_around, within=(low, high)
    )
    place = 0
    for token in own:
        parts = edged[place : place + len(token.spoken)]
        place += len(token.spoken)
        if parts:
            fit = float(np.mean([part.fit for part in parts]))
            token.aligned = replace(parts[0], end_sample=parts[-1].end_sample, fit=fit)


def _placed(own: Sequence[_Token], length: int) -> tuple[PlacedWord, ...]:
    fits = [token.aligned.fit for token in own if token.heard is not None and token.aligned is not None]
    least = max(WORST, float(np.mean(fits)) - POORER) if fits else 0.0  # nothing heard: nothing is believed
    spans: list[tuple[int, int, float] | None] = []
    for token in own:
        heard, aligned = token.heard, token.aligned
        if heard is not None:
            agree = aligned is not None and abs(aligned.start_sample - heard.start_sample) < TOGETHER
            chosen: HeardWord | AlignedWord = aligned if agree and aligned is not None else heard
            spans.append((chosen.start_sample, chosen.end_sample, chosen.fit))
        elif aligned is not None and aligned.fit >= least:
            spans.append((aligned.start_sample, aligned.end_sample, aligned.fit))
        else:
            spans.append(None)
    at = 0
    for n, span in enumerate(spans):  # words stay in order: one that would go back is not believed
        if span is not None and span[0] < at:
            spans[n] = None
        elif span is not None:
            at = span[1]
    return tuple(
        PlacedWord(token.text, span[0], span[1], True, span[2])
        if span is not None
        else PlacedWord(token.text, *_between(n, spans, own, length), False, None)
        for n, (token, span) in enumerate(zip(own, spans, strict=True))
    )


def _between(
    n: int, spans: Sequence[tuple[int, int, float] | None], own: Sequence[_Token], length: int
) -> tuple[int, int]:
    """Where a word lies that was not found: between its neighbours, else at its corrected cue."""
    before = next((m for m in range(n - 1, -1, -1) if spans[m] is not None), None)
    after = next((m for m in range(n + 1, len(own)) if spans[m] is not None), None)
    start, end = own[n].cue
    left = spans[before] if before is not None else None
    right = spans[after] if after is not None else None
    if left is not None and right is not None and before is not None and after is not None:
        step = (right[0] - left[1]) / (after - before - 1)
        start, end = left[1] + step * (n - before - 1), left[1] + step * (n - before)
    elif left is not None:
        start, end = max(start, left[1]), max(end, left[1])
    elif right is not None:
        start, end = min(start, right[0]), min(end, right[0])
    first = min(max(0, round(start)), length)
    return first, min(max(first, round(end)), length)
