"""A script's lines as numbers: each line's facts, its place on the page, and what its column is like."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from answerprint.formats.screenplays.tagger import words
from answerprint.formats.screenplays.tagger.lines import AT, Lines, look

Features = NDArray[np.float32]

TAB = 8  # columns, as terminals and text editors count them
_WIDEST = 160  # columns that are told apart
_PROFILE = ("caps", "bracketed", "place_first", "length", "first lower", "last .", "first", "second", "third",
            "contraction", "third_start", "verb_s", "article_start", "names", "asks")  # fmt: skip
_GAPS = 4


def features(lines: Sequence[str]) -> tuple[NDArray[np.intp], Features, Lines]:
    """Indices of the non-blank lines, their features (lines, count) float32, and the lines as read."""
    texts, indents, places = [], [], []
    for at, line in enumerate(lines):
        if "<" in line:  # marks of a web page stand before the indentation
            line = words.WEB_MARK.sub("", line)
        text = line.strip()
        if text:
            texts.append(text)
            lead = line[: len(line) - len(line.lstrip())]
            indents.append(len(lead.expandtabs(TAB)) if "\t" in lead else len(lead))
            places.append(at)
    where = np.array(places, np.intp)
    seen = look(texts) if texts else Lines([], [], [], [], np.zeros((0, len(AT)), np.float32))
    if not texts:
        return where, np.zeros((0, 0), np.float32), seen
    indent = np.minimum(np.array(indents, np.int32), _WIDEST - 1)
    lengths = np.array([len(text) for text in texts], np.int32)
    before, after = _gaps(where)
    layout = _layout(indent, lengths, before, after, seen)
    made = np.concatenate([seen.facts, *layout], axis=1).astype(np.float32, copy=False)
    return where, made, seen


def _gaps(where: NDArray[np.intp]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Blank lines before and after each line, at most _GAPS. The top and the end count as many."""
    steps = np.minimum(np.diff(where) - 1, _GAPS).astype(np.int32)
    edge = np.array([_GAPS], np.int32)
    return np.concatenate((edge, steps)), np.concatenate((steps, edge))


def _layout(
    indent: NDArray[np.int32],
    lengths: NDArray[np.int32],
    before: NDArray[np.int32],
    after: NDArray[np.int32],
    seen: Lines,
) -> list[Features]:
    count = len(indent)
    facts = seen.facts
    usual = int(np.median(before[1:])) if count > 2 and np.mean(before[1:] == 0) < 0.08 else 0
    spaced = np.maximum(before - usual, 0), np.maximum(after - usual, 0)
    left = int(np.sort(indent)[count // 50])
    column = np.clip(indent - left, 0, _WIDEST - 1)
    end = indent + lengths
    right = float(np.percentile(end, 95)) - left
    profile = facts[:, [AT[name] for name in _PROFILE]]
    cues = _cues(seen, spaced, column)
    likely = (facts[:, AT["caps"]] > 0) & (cues[:, 1] > 0)
    runs = spaced[0] > 0
    runs[0] = True
    first = np.flatnonzero(runs)[np.cumsum(runs) - 1]  # of each line's run without blanks between
    headed = likely[first] & (first < np.arange(count))
    under = np.append(False, likely[:-1]) & (spaced[0] == 0)
    own = np.column_stack(
        (profile, spaced[0] > 0, spaced[1] > 0, np.minimum(lengths, 120) / 60, headed, under, likely)
    )
    by_column, share = _alike(column, own)
    by_centre, centre_share = _alike(np.clip(column + lengths // 2, 0, _WIDEST - 1), own[:, :2])
    bins = np.searchsorted(np.array((1, 3, 6, 9, 12, 15, 19, 24, 30, 37, 46)), column, side="right")
    at_column = np.zeros((count, 12), np.float32)
    at_column[np.arange(count), bins] = 1
    order = np.sort(column)
    lower = np.searchsorted(order, column - 1, side="left") / count
    higher = 1 - np.searchsorted(order, column + 1, side="right") / count
    step = np.diff(indent, prepend=indent[:1])
    next_step = np.append(step[1:], 0)
    place = np.column_stack(
        (
            share, lower, higher, centre_share, by_centre,
            column / max(right, 1.0), (column + lengths) / max(right, 1.0),
            np.abs(column + lengths / 2 - right / 2) / max(right, 1.0),
            step == 0, np.clip(step, -1, 1), np.clip(step, -20, 20) / 10, np.clip(next_step, -1, 1),
            np.clip(next_step, -20, 20) / 10,
            lengths / max(float(np.percentile(lengths, 90)), 1.0),
        )
    )  # fmt: skip
    gaps = np.column_stack(
        [before == gap for gap in range(_GAPS + 1)]
        + [after == gap for gap in range(_GAPS + 1)]
        + [spaced[0] == 0, spaced[1] == 0, spaced[0] > 1, spaced[1] > 1]
    )
    whole = np.array(
        (
            float(np.max(share)), float(np.mean(before == 0)), float(np.mean(before > 1)),
            float(np.mean(facts[:, AT["caps"]])),
            float(np.mean(facts[:, AT["known"]])), float(np.mean(facts[:, AT["place_first"]])),
            np.log1p(count) / 8,
            float(np.mean(lengths)) / 60, float(usual > 0), float(np.mean(facts[:, AT["no_case"]])),
            float(np.mean(facts[:, AT["name_colon"]])), float(np.mean(facts[:, AT["bracketed"]])),
        )
    )  # fmt: skip
    blocks = _blocks(spaced[0], column, facts, cues)
    start = np.minimum(np.arange(count), 400) / 100
    finish = np.minimum(np.arange(count)[::-1], 40) / 10
    first_place = int(np.argmax(facts[:, AT["place_first"]])) if np.any(facts[:, AT["place_first"]]) else -1
    edges = np.column_stack((np.exp(-start), np.exp(-finish), np.arange(count) < first_place))
    return [
        at_column,
        by_column,
        place,
        gaps,
        np.broadcast_to(whole, (count, len(whole))),
        cues,
        blocks,
        edges,
    ]


def _alike(column: NDArray[np.int32], own: NDArray[Any]) -> tuple[Features, NDArray[np.float64]]:
    """Means of `own` over the lines within one column of each line, and the share of such lines."""
    counts = np.bincount(column, minlength=_WIDEST).astype(np.float64)
    near = np.convolve(counts, np.ones(3), "same")
    means = np.empty(own.shape, np.float32)
    for at in range(own.shape[1]):
        sums = np.convolve(np.bincount(column, own[:, at], minlength=_WIDEST), np.ones(3), "same")
        means[:, at] = (sums / np.maximum(near, 1))[column]
    return means, (near / len(column))[column]


def _cues(
    seen: Lines, spaced: tuple[NDArray[np.int32], NDArray[np.int32]], column: NDArray[np.int32]
) -> Features:
    """What is known of the text as a character cue: how often it stands alone, and what stands around it."""
    numbers: dict[str, int] = {}
    which = np.array([numbers.setdefault(key, len(numbers)) for key in seen.keys], np.intp)
    blank = numbers.get("", -1)
    many = len(numbers)
    counts = np.bincount(which, minlength=many).astype(np.float64)
    facts = seen.facts

    def mean(values: NDArray[np.generic]) -> NDArray[np.float64]:
        found: NDArray[np.float64] = (np.bincount(which, values.astype(np.float64), minlength=many) / counts)[
            which
        ]
        return found

    following = np.append(spaced[1][:-1] == 0, False)
    deeper = np.append(np.sign(np.diff(column)), 0)
    next_caps = np.append(facts[1:, AT["caps"]], 0)
    capitals = facts[:, AT["caps"]]
    is_key = which != blank
    shown = np.column_stack(
        (
            np.log1p(counts[which]), counts[which] > 1, counts[which] > 3, counts[which] / len(which) * 10,
            mean(following), mean(spaced[0] > 0), mean(deeper), mean(next_caps), mean(capitals),
            mean(facts[:, AT["extension"]]),
        )
    ) * is_key[:, None]  # fmt: skip
    speakers: dict[str, int] = {}
    said = np.array([speakers.setdefault(one, len(speakers)) for one in seen.speakers], np.intp)
    times = np.bincount(said)[said] * (said != speakers.get("", -1))
    known = np.array([bool(one) and one.rstrip(".") in numbers for one in seen.speakers])
    inline = (np.log1p(times), times > 2, times / len(said) * 10, known)
    return np.column_stack((shown, is_key, *inline)).astype(np.float32)


def _blocks(
    before: NDArray[np.int32], column: NDArray[np.int32], facts: NDArray[np.float32], cues: Features
) -> Features:
    """Where a line stands in its run of lines without blanks between, and what that run begins with."""
    count = len(before)
    starts = before > 0
    starts[0] = True
    run = np.cumsum(starts) - 1
    first = np.flatnonzero(starts)[run]
    size = np.bincount(run)[run]
    place = np.arange(count) - first
    head = np.column_stack(
        (
            facts[:, AT["caps"]], facts[:, AT["place_first"]], facts[:, AT["bracketed"]], facts[:,
            AT["extension"]],
            facts[:, AT["last :"]], cues[:, 0], cues[:, 4], cues[:, 8], cues[:, 10], facts[:, AT["length"]],
        )
    )[first]  # fmt: skip
    likely = (facts[:, AT["caps"]] > 0) & (cues[:, 1] > 0)
    last = np.maximum.accumulate(np.where(likely, np.arange(count), -1))
    since = np.where(last < 0, 30, np.minimum(np.arange(count) - last, 30))
    broken = np.where(last < 0, 1, run != run[np.maximum(last, 0)])
    at_cue = np.where(last < 0, 0, np.sign(column - column[np.maximum(last, 0)]))
    talk = facts[
        :, [AT["first"], AT["second"], AT["third_start"], AT["verb_s"], AT["contraction"], AT["names"]]
    ]
    sums = np.stack(
        [np.bincount(run, talk[:, at], minlength=run[-1] + 1) for at in range(talk.shape[1])], axis=1
    )
    of_run = (sums / np.bincount(run)[:, None])[run]
    return np.column_stack(
        (
            np.minimum(place, 6) / 3, place == 0, place == 1, size == 1, size == 2, np.log1p(size),
            place == size - 1,
            head * (place > 0)[:, None], np.exp(-since / 4), since == 1, since == 2, broken, at_cue, of_run,
        )
    ).astype(np.float32)  # fmt: skip
