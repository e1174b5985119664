"""Heard words laid along the lines of a script by the best path through them (Viterbi): on to the next word,
over dropped words, back to words said again, aside for words that do not belong, or off the script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.footage.speech.recogniser import RATE, HeardWord

# What a step costs or gains, in words said right
SAID = 1.0
SUBSTITUTED = -0.3  # less than a missing word and one that does not belong
SUBSTITUTED_LATER = -0.7  # … unless a pause lies between it and the word before
INSERTED = -0.6
DROPPED = -0.5  # each word leapt over inside a line
UNSAID = -0.35  # each word missing at its start or end
BEGUN = -0.9  # so that a word in common with a line does not begin a reading; a line of one word just pays
RESTARTED = -0.6  # going back …
RESTARTED_LATE = -1.0  # … and so much more in proportion to how much of the line had been said
PAUSE = RATE  # samples of silence after which going back is another take rather than a slip
PAUSED = -3.0
STOPPED = RATE // 3  # … and after which a line said again from its beginning is another reading of it
AGAIN_FROM = 2  # words of it that may be missed there


@dataclass
class Run:
    """Heard words (by place) that the best path leaves on one line, with the line's word each stands for."""

    line: int | None
    places: list[int]
    words: list[HeardWord]
    indexes: list[int | None]  # of the line's word said or stood for; None: it does not belong
    right: list[bool]


def best_path(heard: Sequence[HeardWord], lines: Sequence[Sequence[str]]) -> list[Run]:
    """The path of most words said right. A state is (line, words of it behind us); the last is off-script."""
    if not heard or not lines:
        return []
    sizes = np.array([len(line) for line in lines])
    line_of = np.repeat(np.arange(len(lines)), sizes)
    index_of = np.concatenate([np.arange(size) for size in sizes])  # 0-based word just said
    script = np.array([word for line in lines for word in line])
    states, off = len(script), len(script)
    first_of = (np.cumsum(sizes) - sizes)[line_of]
    size_of = sizes[line_of]
    enter = BEGUN + UNSAID * index_of
    leave = UNSAID * (size_of - 1 - index_of)

    score = np.full(states + 1, -np.inf)
    score[off] = 0.0
    back = np.zeros((len(heard), states + 1), np.int64)
    how = np.zeros((len(heard), states + 1), np.int8)  # 0 off, 1 entered, 2 on, 3 stayed, 4 back
    for place, word in enumerate(heard):
        gap = word.start_sample - heard[place - 1].end_sample if place else 0
        emit = np.where(script == word.text, SAID, SUBSTITUTED if gap < PAUSE else SUBSTITUTED_LATER)
        new = np.full(states + 1, -np.inf)
        # leaving whatever line we are on, to off-script or straight into another reading
        left = np.concatenate([score[:states] + leave, score[off:]])
        best_left = int(left.argmax())
        new[off], back[place, off] = left[best_left], best_left
        new[:states] = left[best_left] + enter + emit
        back[place, :states], how[place, :states] = best_left, 1
        # on along the line: the next word, or a leap over some
        for leap in range(1, int(sizes.max())):
            came = score[: states - leap] + emit[leap:] + DROPPED * (leap - 1)
            _take(new, back, how, place, np.arange(leap, states), came, line_of, -leap, 2)
            if leap > 6:
                break
        # a word that does not belong
        stayed = score[:states] + INSERTED
        better = stayed > new[:states]
        new[:states][better] = stayed[better]
        back[place, :states][better], how[place, :states][better] = np.flatnonzero(better), 3
        # back to a word already said
        for state in np.flatnonzero(script == word.text):
            last = int(first_of[state] + size_of[state])
            later = score[state:last]
            if not np.isfinite(later).any():
                continue
            done = (np.arange(state, last) - first_of[state] + 1) / size_of[state]
            cost = RESTARTED + RESTARTED_LATE * done + (PAUSED if gap > PAUSE else 0.0)
            came_back = later + cost + SAID
            best = int(came_back.argmax())
            if came_back[best] > new[state]:
                new[state], back[place, state], how[place, state] = came_back[best], state + best, 4
        score = new
    runs = _trace(heard, script, line_of, index_of, leave, score, back, how)
    return [part for run in runs for part in _parted(run)]


def _parted(run: Run) -> list[Run]:
    """A run as two and more where the line is stopped, and after a pause begun again from its beginning."""
    if run.line is None:
        return [run]
    cuts, begins = [], 0
    for at in range(1, len(run.words)):
        said = [one for one in run.indexes[begins:at] if one is not None]
        follows = next((one for one in run.indexes[at:] if one is not None), None)
        gap = run.words[at].start_sample - run.words[at - 1].end_sample
        if gap >= STOPPED and said and follows is not None and follows <= min(max(said), AGAIN_FROM):
            cuts.append(at)
            begins = at
    return [
        Run(run.line, run.places[a:b], run.words[a:b], run.indexes[a:b], run.right[a:b])
        for a, b in pairwise([0, *cuts, len(run.words)])
    ]


def _take(
    new: NDArray[np.float64],
    back: NDArray[np.int64],
    how: NDArray[np.int8],
    place: int,
    targets: NDArray[np.intp],
    came: NDArray[np.float64],
    line_of: NDArray[np.intp],
    step: int,
    kind: int,
) -> None:
    """Keep a way into states where it is better and stays on the same line."""
    better = (came > new[targets]) & (line_of[targets] == line_of[targets + step])
    chosen = targets[better]
    new[chosen] = came[better]
    back[place, chosen], how[place, chosen] = chosen + step, kind


def _trace(
    heard: Sequence[HeardWord],
    script: NDArray[np.str_],
    line_of: NDArray[np.intp],
    index_of: NDArray[np.intp],
    leave: NDArray[np.float64],
    score: NDArray[np.float64],
    back: NDArray[np.int64],
    how: NDArray[np.int8],
) -> list[Run]:
    off = len(script)
    state = int(np.concatenate([score[:off] + leave, score[off:]]).argmax())
    runs: list[Run] = []
    open_run: Run | None = None
    for place in range(len(heard) - 1, -1, -1):
        line = None if state == off else int(line_of[state])
        if open_run is None or line is None or open_run.line != line:
            open_run = Run(line, [], [], [], [])
            runs.append(open_run)
        kind = int(how[place, state])
        belongs = line is not None and kind != 3
        open_run.places.append(place)
        open_run.words.append(heard[place])
        open_run.indexes.append(int(index_of[state]) if belongs else None)
        open_run.right.append(belongs and bool(script[state] == heard[place].text))
        if kind in (0, 1):  # before this word we were off the script or on another reading
            open_run = None
        state = int(back[place, state])
    for run in runs:
        for column in (run.places, run.words, run.indexes, run.right):
            column.reverse()
    return runs[::-1]
