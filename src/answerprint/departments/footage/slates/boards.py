"""A slate in one picture: labels found, values beside or below them, and where the board is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.footage.slates.grammar import label_of, together, values
from answerprint.departments.footage.slates.lines import (
    TextLine,
    Turned,
    cut_out,
    flipped,
    level,
    pyramid,
    upside_down,
)
from answerprint.departments.footage.slates.reader import HIGH, Read, Reader

MOST_LINES = 90  # of a picture that are read
MOST_ALONE = 60  # single letters that are looked at near labels
_LABEL_AT_LEAST = 0.25  # probability of a word read as a label
_VALUE_AT_LEAST = 0.08
_WORD_AT_LEAST = 0.5
_RIGHT_WITHIN, _BELOW_WITHIN = 14.0, 4.5  # heights of the label
_SPECK = 4.0  # heights of the label that a thing without any meaning seems farther away
_LONGER = 0.7  # of its probability: what a value with its neighbour must have to be the value
_JOIN = 0.85  # of their height: nearer parts beside each other may be one value
LABELS_OF_A_SLATE = 3  # different printed words, one of them scene, slate or take
_FIELD_AT_LEAST = 0.3
_PARTED = 0.2  # of their height: a gap at which letters read with a blank are looked at apart
_MARKS = "-.:,'!|"
_HALF_AT_LEAST = 0.3
_HOLES = 0.3  # how surely a thing is read for what lies in it to be its holes


@dataclass(frozen=True)
class Sighting:
    """What one picture says of the slate. fields: name → value → probability.

    quad: the text's corners in the picture, (4, 2) from the upper left of the board as it is read, clockwise.
    """

    fields: Mapping[str, Mapping[str, float]]
    quad: NDArray[np.float64]
    degrees: float
    labels: int

    @property
    def whole(self) -> bool:
        return "take" in self.fields and ("scene" in self.fields or "slate" in self.fields)


@dataclass
class _Item:
    line: TextLine
    read: Read
    label: str | None = None
    inline: dict[str, dict[str, float]] = field(default_factory=dict)


def sighting(grey: NDArray[np.uint8], reader: Reader, *, both_ways: bool = True) -> Sighting | None:
    """The slate in a picture (h, w) uint8, or None. both_ways: also a slate that hangs upside down."""
    turned, lines, alone = level(grey)
    found = _upright(turned, lines, alone, reader)
    if found is None and both_ways and len(lines) >= 3:
        shape = turned.grey.shape
        found = _upright(upside_down(turned), flipped(lines, shape), flipped(alone, shape), reader)
    return found


def _upright(
    turned: Turned, lines: Sequence[TextLine], alone: Sequence[TextLine], reader: Reader
) -> Sighting | None:
    levels = pyramid(turned.grey)

    def read(some: Sequence[TextLine]) -> list[_Item]:
        reads = reader.read([cut_out(levels, one, HIGH) for one in some])
        return [_item(line, said) for line, said in zip(some, reads, strict=True)]

    items = read(_most_like_text(lines))
    labels = _labels(items)
    if not labels:
        return None
    items = _parted(items, read)
    near = [one for one in alone if _near_labels(one, labels)][:MOST_ALONE]
    single = read(near)
    for one in single:
        one.label = None  # a letter by itself is a value
    kept = _one_of_nested(items + single)
    labels = _labels(kept)
    return _seen(kept, labels, turned, lambda run: read([_joined(run)])[0]) if labels else None


def sighting_of_words(words: Sequence[tuple[TextLine, Read]]) -> Sighting | None:
    """As `sighting`, from words of any other reader with their places, upright."""
    items = [_item(line, read) for line, read in words]
    labels = _labels(items)
    if not labels:
        return None
    level_picture = Turned(np.zeros((1, 1), np.uint8), np.array([[1.0, 0, 0], [0, 1.0, 0]]), 0.0)

    def joined(run: Sequence[_Item]) -> _Item:
        text = "".join(one.read.best for one in run)
        return _item(_joined(run), Read(((text, min(one.read.confidence for one in run)),)))

    return _seen(items, labels, level_picture, joined)


def _one_of_nested(items: Sequence[_Item]) -> list[_Item]:
    """Of things of two tones one inside the other (an 8 and its holes, a letter and the shade around it) the
    one read with more certainty; nothing stays that lies within a printed word, nor what holds a word."""
    words = [one for one in items if _is_word(one)]
    dropped = {at for at, one in enumerate(items) if any(_inside(word.line, one.line) for word in words)}
    for at, inner in enumerate(items):
        for other, outer in enumerate(items):
            if at != other and other not in dropped and _inside(inner.line, outer.line):
                holes = outer.label is not None or _sureness(outer) >= _sureness(inner)
                if holes and _sureness(outer) >= _HOLES:
                    dropped.add(at)
                elif not holes:
                    dropped.add(other)
    return [one for at, one in enumerate(items) if at not in dropped]


def _sureness(item: _Item) -> float:
    """How surely it is text: of several letters, whichever; of one letter less, since holes read as such."""
    best, sure = item.read.best, item.read.confidence
    if len(best) == 1:
        return 0.6 * sure if best.isalnum() else 0.0
    if sure < _HOLES:
        return sure
    return sum(share for text, share in item.read.texts if len(text.strip(_MARKS)) > 1)


def _labels(items: Sequence[_Item]) -> list[_Item]:
    """The printed words, and texts that say a field by themselves; none where they make no slate."""
    labels = [one for one in items if one.label is not None or one.inline]
    named = {one.label for one in labels} | {name for one in labels for name in one.inline}
    several = len(labels) > 1 or any(len(one.inline) > 1 for one in labels)
    return labels if several and named & {"take", "scene", "slate"} else []


def _seen(
    items: Sequence[_Item],
    labels: Sequence[_Item],
    turned: Turned,
    again: Callable[[Sequence[_Item]], _Item],
) -> Sighting | None:
    fields: dict[str, dict[str, float]] = {}
    used = [one.line for one in labels]
    named = {one.label for one in labels if one.label} | {name for one in labels for name in one.inline}
    for label in labels:
        for name, said in label.inline.items():
            _keep(fields, name, said)
        if label.label is None or label.label == "other":
            continue
        value = _value_of(label, items, labels, again)
        if value is not None:
            said, line = value
            _keep(fields, label.label, said)
            used.append(line)
    seen = Sighting(fields, _quad(used, turned), turned.degrees, len(named))
    return seen if _surely_a_slate(seen) else None


def _surely_a_slate(seen: Sighting) -> bool:
    """Scene and take both read, or so many printed words that nothing else is likely: a sign is no slate."""
    sure = {name for name, said in seen.fields.items() if max(said.values()) >= _FIELD_AT_LEAST}
    main = sure & {"scene", "slate"}
    return bool(main and "take" in sure) or seen.labels >= LABELS_OF_A_SLATE


def _parted(items: Sequence[_Item], read: Callable[[Sequence[TextLine]], list[_Item]]) -> list[_Item]:
    """The items, those read with a blank and figures as two: a scene and a take that stand close in a row."""
    found: list[_Item] = []
    for one in items:
        parting = one.line.parting
        numbers = " " in one.read.best and any(map(str.isdigit, one.read.best)) and not one.inline
        if numbers and parting is not None and parting[1] - parting[0] > _PARTED * one.line.high:
            sides = (
                replace(one.line, right=parting[0], parting=None),
                replace(one.line, left=parting[1], parting=None),
            )
            halves = read(sides)
            if min(half.read.confidence for half in halves) >= _HALF_AT_LEAST:
                found += halves
                continue
        found.append(one)
    return found


def _most_like_text(lines: Sequence[TextLine]) -> list[TextLine]:
    """At most MOST_LINES, the ones of several letters and usual proportions first."""
    return sorted(lines, key=lambda one: -min(one.letters, 6) * min(one.high, 40))[:MOST_LINES]


def _item(line: TextLine, read: Read) -> _Item:
    """A line with what it may be: a printed word, or a text that says its field."""
    item = _Item(line, read)
    votes: dict[str, float] = {}
    for text, probability in read.texts:
        named = label_of(text)
        if named is not None:
            votes[named] = votes.get(named, 0.0) + probability
    if votes and max(votes.values()) >= _LABEL_AT_LEAST:
        item.label = max(votes, key=lambda name: votes[name])
    elif read.confidence > 0.1:
        item.inline = together(read.texts)
    return item


def _near_labels(line: TextLine, labels: Sequence[_Item]) -> bool:
    x, y = line.middle
    for one in labels:
        high = one.line.high
        if one.line.left - 2 * high <= x <= one.line.right + _RIGHT_WITHIN * high and (
            one.line.top - 2 * high <= y <= one.line.bottom + (_BELOW_WITHIN + 3) * high
        ):
            return line.high >= 0.7 * high
    return False


def _value_of(
    label: _Item,
    items: Sequence[_Item],
    labels: Sequence[_Item],
    again: Callable[[Sequence[_Item]], _Item],
) -> tuple[dict[str, float], TextLine] | None:
    """What stands to the right of a label, or below it, as a value of its field."""
    assert label.label is not None
    found: list[tuple[float, dict[str, float], TextLine]] = []
    for below in (False, True):
        first = _nearest(label, items, labels, below=below)
        if first is None:
            continue
        best: tuple[dict[str, float], TextLine] | None = None
        for run in _runs(first, items, labels, label, below=below):
            item = first if len(run) == 1 else again(run)
            said, line = values(label.label, item.read.texts), item.line
            sure = max(said.values(), default=0.0)
            if sure >= _VALUE_AT_LEAST and (best is None or sure >= _LONGER * max(best[0].values())):
                best = said, line
        if best is not None:
            said, line = best
            away = (line.top - label.line.bottom if below else line.left - label.line.right) / max(
                label.line.high, 1
            )
            weight = (
                max(said.values())
                * (1.6 if line.high > 1.15 * label.line.high else 1.0)
                / (3 + max(0.0, away))
            )
            found.append((weight, said, line))
    if not found:
        return None
    _, said, line = max(found, key=lambda one: one[0])
    return said, line


def _nearest(label: _Item, items: Sequence[_Item], labels: Sequence[_Item], *, below: bool) -> _Item | None:
    """The nearest thing written there, if no other label comes before it."""
    one = label.line
    best: tuple[float, _Item] | None = None
    for item in items:
        other = item.line
        meaning = _meaning(item, label.label or "")
        if item is label or other.high < 0.55 * one.high or meaning < _VALUE_AT_LEAST:
            continue
        if below:
            away = other.top - one.bottom
            beside = min(other.right, one.right + 3.0 * one.high) - max(other.left, one.left - 1.2 * one.high)
            fits = -0.4 * one.high <= away <= _BELOW_WITHIN * max(one.high, 0.45 * other.high)
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
            fits = -0.4 * one.high <= away <= _RIGHT_WITHIN * one.high and share > 0.45 * one.high
            fits = fits and other.left > one.left + 0.5 * (one.right - one.left)
        away += _SPECK * one.high * (1 - meaning)
        if fits and (best is None or away < best[0]):
            best = away, item
    if best is None or best[1].label is not None or best[1] in labels:
        return None
    return best[1]


def _inside(line: TextLine, other: TextLine) -> bool:
    """Whether a line is within another of the other tone: the hole of an 8, a letter in its own shade."""
    within = other.left <= line.left and line.right <= other.right
    within = within and other.top <= line.top and line.bottom <= other.bottom
    return within and line.bright != other.bright and other.high < 7 * line.high


def _meaning(item: _Item, name: str) -> float:
    """1 for a printed word and a word surely read, else how probably it is a value: leaves and rules 0."""
    return 1.0 if _is_word(item) else _weight(name, item.read)


def _is_word(item: _Item) -> bool:
    """Whether it is a printed word, or several letters surely read."""
    several = sum(map(str.isalnum, item.read.best)) > 1
    return item.label is not None or (several and item.read.confidence >= _WORD_AT_LEAST)


def _weight(name: str, read: Read) -> float:
    """How probable the most probable value of a field is."""
    return max(values(name, read.texts).values(), default=0.0)


def _runs(
    first: _Item, items: Sequence[_Item], labels: Sequence[_Item], label: _Item, *, below: bool
) -> list[list[_Item]]:
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


def _beside(line: TextLine, item: _Item) -> bool:
    other = item.line
    high = max(line.high, other.high)
    gap = other.left - line.right
    share = min(line.bottom, other.bottom) - max(line.top, other.top)
    like = high < 2.0 * min(line.high, other.high)
    return (
        item.line.bright == line.bright and -0.3 * high < gap < _JOIN * high and share > 0.5 * high and like
    )


def _joined(run: Sequence[_Item]) -> TextLine:
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


def _keep(fields: dict[str, dict[str, float]], name: str, said: Mapping[str, float]) -> None:
    """A field named twice keeps the surer of both."""
    if name not in fields or max(said.values()) > max(fields[name].values()):
        fields[name] = dict(said)


def _quad(lines: Sequence[TextLine], turned: Turned) -> NDArray[np.float64]:
    left, top = min(one.left for one in lines), min(one.top for one in lines)
    right, bottom = max(one.right for one in lines), max(one.bottom for one in lines)
    corners = np.array([[left, top, 1], [right, top, 1], [right, bottom, 1], [left, bottom, 1]])
    quad: NDArray[np.float64] = corners @ turned.back.T
    return quad
