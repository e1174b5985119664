"""Text anywhere in the picture (titles, signs, captions) at a bounded number of pictures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from answerprint.core.time import Range, Time
from answerprint.departments.footage.slates.lines import TextLine, Turned, cut_out, level, pyramid
from answerprint.departments.footage.slates.reader import HIGH, Reader
from answerprint.media.decode import read_pictures
from answerprint.media.display import Display, upright
from answerprint.media.forms import PictureForm

MOST_PICTURES = 60
EVERY = Fraction(2)  # seconds between pictures, more in long files
WIDE = 960
SURE = 0.35  # probability of a whole line: below it it is texture, not text
LEAST_LETTERS = 3
MOST_LINES = 40
_SAME = 0.7  # likeness of two readings of the same text


@dataclass(frozen=True)
class FoundText:
    """Text read at one or more sampled pictures: ticks from the first to one picture step past the last."""

    start: int
    end: int
    text: str
    confidence: float
    box: tuple[float, float, float, float]  # left, top, right, bottom as shares of the picture


def find_text(file: Path, display: Display, span: Range, reader: Reader) -> list[FoundText]:
    """Text in the pictures of a file, in order of appearance. span: of its pictures on the stream's clock."""
    open_: list[FoundText] = []
    done: list[FoundText] = []
    for pts, step, grey in _sampled(file, display, span):
        now = [
            FoundText(pts, pts + step, text, round(sure, 4), box) for text, sure, box in _texts(grey, reader)
        ]
        still = []
        for one in open_:
            same = next((other for other in now if _alike(one, other)), None)
            if same is None:
                done.append(one)
                continue
            now.remove(same)
            better = same if same.confidence > one.confidence else one
            still.append(FoundText(one.start, same.end, better.text, better.confidence, better.box))
        open_ = still + now
    return sorted(done + open_, key=lambda one: (one.start, one.box[1], one.box[0]))


def _sampled(file: Path, display: Display, span: Range) -> Iterator[tuple[int, int, NDArray[np.uint8]]]:
    """(timestamp, ticks a picture lasts, grey picture) of the sampled pictures."""
    form = PictureForm("grey", *display.coded(*display.within(WIDE, WIDE)))
    length = span.duration.seconds
    count = min(MOST_PICTURES, max(1, int(length / EVERY)))
    for at in range(count):
        place = span.start.seconds + length * (2 * at + 1) / (2 * count)
        near = Range(Time.of_seconds(place), Time.of_seconds(place + Fraction(1, 2)))
        for block in read_pictures(file, form, range=near, block=1, threads=1, numbered=False):
            grey = upright(block.pixels[0].astype(np.uint8, copy=False), display.rotation)
            yield int(block.pts[0]), max(1, int(Fraction(1, 25) / block.time_base)), grey
            break


def _texts(
    grey: NDArray[np.uint8], reader: Reader
) -> list[tuple[str, float, tuple[float, float, float, float]]]:
    turned, words, _ = level(grey)
    lines = [one for one in _whole_lines(words) if one.letters >= LEAST_LETTERS]
    lines = sorted(lines, key=lambda one: -one.letters * min(one.high, 40))[:MOST_LINES]
    levels = pyramid(turned.grey)
    found = []
    for line, read in zip(lines, reader.read([cut_out(levels, one, HIGH) for one in lines]), strict=True):
        if read.confidence >= SURE and sum(map(str.isalnum, read.best)) >= LEAST_LETTERS:
            found.append((read.as_written or read.best, read.confidence, _box(line, turned, grey.shape)))
    return found


def _whole_lines(words: list[TextLine]) -> list[TextLine]:
    """Words side by side as lines."""
    lines: list[TextLine] = []
    for word in sorted(words, key=lambda one: one.left):
        for at, line in enumerate(lines):
            high = max(line.high, word.high)
            share = min(line.bottom, word.bottom) - max(line.top, word.top)
            like = line.bright == word.bright and high < 1.6 * min(line.high, word.high)
            if like and share > 0.6 * high and -0.3 * high < word.left - line.right < 0.9 * high:
                lines[at] = TextLine(
                    line.left,
                    min(line.top, word.top),
                    max(line.right, word.right),
                    max(line.bottom, word.bottom),
                    line.slope if line.letters >= word.letters else word.slope,
                    line.bright,
                    line.letters + word.letters,
                )
                break
        else:
            lines.append(word)
    return lines


def _box(line: TextLine, turned: Turned, shape: tuple[int, ...]) -> tuple[float, float, float, float]:
    corners = np.array(
        [
            [line.left, line.top, 1],
            [line.right, line.top, 1],
            [line.right, line.bottom, 1],
            [line.left, line.bottom, 1],
        ]
    )
    places = (corners @ turned.back.T) / (shape[1], shape[0])
    low, far = np.clip(places.min(axis=0), 0, 1), np.clip(places.max(axis=0), 0, 1)
    return round(float(low[0]), 4), round(float(low[1]), 4), round(float(far[0]), 4), round(float(far[1]), 4)


def _alike(one: FoundText, other: FoundText) -> bool:
    left, top = max(one.box[0], other.box[0]), max(one.box[1], other.box[1])
    right, bottom = min(one.box[2], other.box[2]), min(one.box[3], other.box[3])
    over = max(0.0, right - left) * max(0.0, bottom - top)
    least = min((box[2] - box[0]) * (box[3] - box[1]) for box in (one.box, other.box))
    return over > 0.5 * least and SequenceMatcher(None, one.text, other.text).ratio() >= _SAME
