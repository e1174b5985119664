"""Values beside printed words: to their right or below them, each thing the value of one word alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from answerprint.departments.footage.slates.grammar import values
from answerprint.departments.footage.slates.lines import TextLine
from answerprint.departments.footage.slates.reader import Read

RIGHT_WITHIN, BELOW_WITHIN = 14.0, 4.5  # heights of the label
_VALUE_AT_LEAST = 0.08
_WORD_AT_LEAST = 0.5
_SPECK = 4.0  # heights of the label that a thing without any meaning seems farther away
_LONGER = 0.7  # of its probability: what a value with its neighbour must have to be the value
_JOIN = 0.85  # of their height: nearer parts beside each other may be one value
_FRAGMENT = 0.6  # what is left of a value's probability where more stands beside it


@dataclass
class Item:
    line: TextLine
    read: Read
    label: str | None = None
    inline: dict[str, dict[str, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Candidate:
    weight: float
    label: Item
    said: dict[str, float]
    line: TextLine


def values_of(
    items: Sequence[Item], labels: Sequence[Item], again: Callable[[Sequence[Item]], Item]
) -> tuple[dict[str, dict[str, float]], list[TextLine]]:
    """Field → value → probability of all labels, and the lines that were used.

    again: reads parts that stand beside each other as one line.
    """
    fields: dict[str, dict[str, float]] = {}
    used = [one.line for one in labels]
    candidates: list[_Candidate] = []
    for label in labels:
        for name, said in label.inline.items():
            _keep(fields, name, said)
        if label.label is not None and label.label != "other":
            candidates += _value_of(label, items, labels, again)
    served: list[Item] = []
    taken: list[TextLine] = []
    for one in sorted(candidates, key=lambda candidate: -candidate.weight):
        if any(one.label is other for other in served) or any(_share(one.line, line) for line in taken):
            continue
        served.append(one.label)
        taken.append(one.line)
        assert one.label.label is not None
        _keep(fields, one.label.label, one.said)
    return fields, used + taken


def joined_line(run: Sequence[Item]) -> TextLine:
    lines = [one.line for one in run]
    return TextLine(
        min(one.left for one in lines),
        min(one.top for one in lines),
        max(one.right for one in lines),
        max(one.bottom for one in lines),
        float(np.mean([one.slope for one in lines])),
        lines[0].bright,
        sum(one.letters for one in lines),
    )


def is_word(item: Item) -> bool:
    """Whether it is a printed word, or several letters surely read."""
    several = sum(map(str.isalnum, item.read.best)) > 1
    return item.label is not None or (several and item.read.confidence >= _WORD_AT_LEAST)


def _value_of(
    label: Item,
    items: Sequence[Item],
    labels: Sequence[Item],
    again: Callable[[Sequence[Item]], Item],
) -> list[_Candidate]:
    """What stands to the right of a label, and what below it, as values of its field with their weights."""
    assert label.label is not None
    found: list[_Candidate] = []
    for below in (False, True):
        first = _nearest(label, items, labels, below=below)
        if first is None:
            continue
        best: tuple[dict[str, float], TextLine] | None = None
        runs = _runs(first, items, labels, label, below=below)
        for run in runs:
            item = first if len(run) == 1 else again(run)
            said, line = values(label.label, item.read.texts), item.line
            sure = max(said.values(), default=0.0)
            if sure >= _VALUE_AT_LEAST and (best is None or sure >= _LONGER * max(best[0].values())):
                best = said, line
        if best is not None:
            said, line = best
            if len(runs) > 1 and line is first.line and len(first.read.best) == 1:  # the rest is not readable
                said = {text: _FRAGMENT * share for text, share in said.items()}
            away = (line.top - label.line.bottom if below else line.left - label.line.right) / max(
                label.line.high, 1
            )
            weight = (
                max(said.values())
                * (1.6 if line.high > 1.15 * label.line.high else 1.0)
                / (3 + max(0.0, away))
            )
            found.append(_Candidate(weight, label, said, line))
    return found


def _nearest(label: Item, items: Sequence[Item], labels: Sequence[Item], *, below: bool) -> Item | None:
    """The nearest thing written there, if no other label comes before it."""
    one = label.line
    best: tuple[float, Item] | None = None
    for item in items:
        other = item.line
        meaning = _meaning(item, label.label or "")
        if item is label or other.high < 0.55 * one.high or meaning < _VALUE_AT_LEAST:
            continue
        if below:
            away = other.top - one.bottom
            beside = min(other.right, one.right + 3.0 * one.high) - max(other.left, one.left - 1.2 * one.high)
            fits = -0.4 * one.high <= away <= BELOW_WITHIN * max(one.high, 0.45 * other.high)
            fits = (
                fits
                and beside > 0.25 * min(other.right - other.left, 2 * one.high)
                and other.middle[1] > one.bottom
            )
            away += 0.3 * abs(other.left - one.left)
        else:
            away = other.left - one.right
            foot = one.slope * (other.left - one.middle[0])
            share = min(other.bottom, one.bottom + foot) - max(other.top, one.top + foot)
            fits = -0.4 * one.high <= away <= RIGHT_WITHIN * one.high and share > 0.45 * one.high
            fits = fits and other.left > one.left + 0.5 * (one.right - one.left)
        away += _SPECK * one.high * (1 - meaning)
        if fits and (best is None or away < best[0]):
            best = away, item
    if best is None or best[1].label is not None or best[1] in labels:
        return None
    return best[1]


def _meaning(item: Item, name: str) -> float:
    """1 for a printed word and a word surely read, else how probably it is a value: leaves and rules 0."""
    return 1.0 if is_word(item) else _weight(name, item.read)


def _weight(name: str, read: Read) -> float:
    """How probable the most probable value of a field is."""
    return max(values(name, read.texts).values(), default=0.0)


def _runs(
    first: Item, items: Sequence[Item], labels: Sequence[Item], label: Item, *, below: bool
) -> list[list[Item]]:
    """The thing itself, then with what stands close on its right (a number written wide) or left."""
    stop = np.inf
    start = -np.inf
    if below:  # what stands under the next label is that one's
        level_with = [
            one.line
            for one in labels
            if one is not label and abs(one.line.middle[1] - label.line.middle[1]) < label.line.high
        ]
        stop = min((one.left for one in level_with if one.left > label.line.right), default=np.inf)
        start = max((one.right for one in level_with if one.right < label.line.left), default=-np.inf)
    run = [first]
    runs = [[first]]
    while len(run) < 4:
        last, head = run[-1].line, run[0].line
        right = [
            one
            for one in items
            if _beside(last, one) and one.line.left < stop and one not in run and one.label is None
        ]
        left = [
            one
            for one in items
            if below
            and _beside(one.line, run[0])
            and one.line.left > start
            and one not in run
            and one.label is None
            and one.line.left > label.line.left - 1.5 * head.high
        ]
        if right:
            run = [*run, min(right, key=lambda one: one.line.left)]
        elif left:
            run = [max(left, key=lambda one: one.line.right), *run]
        else:
            break
        runs.append(run)
    return runs


def _beside(line: TextLine, item: Item) -> bool:
    other = item.line
    high = max(line.high, other.high)
    gap = other.left - line.right
    share = min(line.bottom, other.bottom) - max(line.top, other.top)
    like = high < 2.0 * min(line.high, other.high)
    return (
        item.line.bright == line.bright and -0.3 * high < gap < _JOIN * high and share > 0.5 * high and like
    )


def _keep(fields: dict[str, dict[str, float]], name: str, said: Mapping[str, float]) -> None:
    """A field named twice keeps the surer of both."""
    if name not in fields or max(said.values()) > max(fields[name].values()):
        fields[name] = dict(said)


def _share(line: TextLine, other: TextLine) -> bool:
    """Whether two lines are of the same letters."""
    wide = min(line.right, other.right) - max(line.left, other.left)
    high = min(line.bottom, other.bottom) - max(line.top, other.top)
    least = min((one.right - one.left) * one.high for one in (line, other))
    return wide > 0 and high > 0 and wide * high > 0.5 * least
