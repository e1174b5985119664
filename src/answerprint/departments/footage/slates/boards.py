"""A slate in one picture: labels found, values beside or below them, and where the board is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.footage.slates.beside import (
    BELOW_WITHIN,
    RIGHT_WITHIN,
    Item,
    is_word,
    joined_line,
    values_of,
)
from answerprint.departments.footage.slates.grammar import label_of, together
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

    def read(some: Sequence[TextLine]) -> list[Item]:
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
    return _seen(kept, labels, turned, lambda run: read([joined_line(run)])[0]) if labels else None


def sighting_of_words(words: Sequence[tuple[TextLine, Read]]) -> Sighting | None:
    """As `sighting`, from words of any other reader with their places, upright."""
    items = [_item(line, read) for line, read in words]
    labels = _labels(items)
    if not labels:
        return None
    level_picture = Turned(np.zeros((1, 1), np.uint8), np.array([[1.0, 0, 0], [0, 1.0, 0]]), 0.0)

    def joined(run: Sequence[Item]) -> Item:
        text = "".join(one.read.best for one in run)
        return _item(joined_line(run), Read(((text, min(one.read.confidence for one in run)),)))

    return _seen(items, labels, level_picture, joined)


def _one_of_nested(items: Sequence[Item]) -> list[Item]:
    """Of things of two tones one inside the other (an 8 and its holes, a letter and the shade around it) the
    one read with more certainty; nothing stays that lies within a printed word, nor what holds a word."""
    words = [one for one in items if is_word(one)]
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


def _sureness(item: Item) -> float:
    """How surely it is text: of several letters, whichever; of one letter less, since holes read as such."""
    best, sure = item.read.best, item.read.confidence
    if len(best) == 1:
        return 0.6 * sure if best.isalnum() else 0.0
    if sure < _HOLES:
        return sure
    return sum(share for text, share in item.read.texts if len(text.strip(_MARKS)) > 1)


def _labels(items: Sequence[Item]) -> list[Item]:
    """The printed words, and texts that say a field by themselves; none where they make no slate."""
    labels = [one for one in items if one.label is not None or one.inline]
    named = {one.label for one in labels} | {name for one in labels for name in one.inline}
    several = len(labels) > 1 or any(len(one.inline) > 1 for one in labels)
    return labels if several and named & {"take", "scene", "slate"} else []


def _seen(
    items: Sequence[Item],
    labels: Sequence[Item],
    turned: Turned,
    again: Callable[[Sequence[Item]], Item],
) -> Sighting | None:
    named = {one.label for one in labels if one.label} | {name for one in labels for name in one.inline}
    fields, used = values_of(items, labels, again)
    seen = Sighting(fields, _quad(used, turned), turned.degrees, len(named))
    return seen if _surely_a_slate(seen) else None


def _surely_a_slate(seen: Sighting) -> bool:
    """Scene and take both read, or so many printed words that nothing else is likely: a sign is no slate."""
    sure = {name for name, said in seen.fields.items() if max(said.values()) >= _FIELD_AT_LEAST}
    main = sure & {"scene", "slate"}
    return bool(main and "take" in sure) or seen.labels >= LABELS_OF_A_SLATE


def _parted(items: Sequence[Item], read: Callable[[Sequence[TextLine]], list[Item]]) -> list[Item]:
    """The items, those read with a blank and figures as two: a scene and a take that stand close in a row."""
    found: list[Item] = []
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


def _item(line: TextLine, read: Read) -> Item:
    """A line with what it may be: a printed word, or a text that says its field."""
    item = Item(line, read)
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


def _near_labels(line: TextLine, labels: Sequence[Item]) -> bool:
    x, y = line.middle
    for one in labels:
        high = one.line.high
        if one.line.left - 2 * high <= x <= one.line.right + RIGHT_WITHIN * high and (
            one.line.top - 2 * high <= y <= one.line.bottom + (BELOW_WITHIN + 3) * high
        ):
            return line.high >= 0.7 * high
    return False


def _inside(line: TextLine, other: TextLine) -> bool:
    """Whether a line is within another of the other tone: the hole of an 8, a letter in its own shade."""
    within = other.left <= line.left and line.right <= other.right
    within = within and other.top <= line.top and line.bottom <= other.bottom
    return within and line.bright != other.bright and other.high < 7 * line.high


def _quad(lines: Sequence[TextLine], turned: Turned) -> NDArray[np.float64]:
    left, top = min(one.left for one in lines), min(one.top for one in lines)
    right, bottom = max(one.right for one in lines), max(one.bottom for one in lines)
    corners = np.array([[left, top, 1], [right, top, 1], [right, bottom, 1], [left, bottom, 1]])
    quad: NDArray[np.float64] = corners @ turned.back.T
    return quad
