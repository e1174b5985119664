"""The turns of a file as a picture: one line a speaker, overlaps marked, sounds below."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.departments.footage.sound.events import SoundEvent
from answerprint.departments.footage.speakers.diarisation_error import Span

WIDTH = 1600
LEFT, RIGHT, TOP, LINE = 190, 20, 20, 44  # pixels
RATE = 16_000
INK = (40, 40, 40)
GREY = (200, 200, 200)
# Blue, orange, green, red, purple, brown in BGR: told apart by most eyes (after Tableau 10).
COLOURS = ((180, 119, 31), (14, 127, 255), (44, 160, 44), (40, 39, 214), (189, 103, 148), (75, 86, 140))
MOST_LINES = 40


def timeline_png(spans: Sequence[Span], sounds: Sequence[SoundEvent], samples: int) -> bytes:
    """PNG of turns and sounds (in samples of 16 kHz) over a recording of `samples`."""
    lines = list(dict.fromkeys(who for *_, who in spans))[:MOST_LINES]
    kinds = sorted({one.sound for one in sounds})
    rows = [*lines, *kinds]
    height = TOP + LINE * max(1, len(rows)) + 50
    image = np.full((height, WIDTH, 3), 255, np.uint8)
    _ruler(image, samples, TOP + LINE * max(1, len(rows)))
    for i, name in enumerate(rows):
        y = TOP + LINE * i
        _text(image, name if len(name) < 19 else name[:17] + "..", (10, y + 27))
        cv2.line(image, (LEFT, y + LINE - 4), (WIDTH - RIGHT, y + LINE - 4), (235, 235, 235), 1)
    for start, end, who in spans:
        if who in lines:
            row = lines.index(who)
            _bar(image, start, end, samples, row, COLOURS[row % len(COLOURS)])
    for first, last in _together(spans):
        a, b = _x(first, samples), max(_x(last, samples), _x(first, samples) + 1)
        cv2.rectangle(image, (a, TOP - 8), (b, TOP - 3), INK, -1)
    for one in sounds:
        _bar(image, one.start, one.end, samples, len(lines) + kinds.index(one.sound), (150, 150, 150))
    done, coded = cv2.imencode(".png", image)
    if not done:
        raise RuntimeError("OpenCV made no PNG of a picture it was given")
    return coded.tobytes()


def _x(sample: int, samples: int) -> int:
    return LEFT + round(sample * (WIDTH - LEFT - RIGHT) / max(1, samples))


def _bar(
    image: NDArray[np.uint8], start: int, end: int, samples: int, row: int, colour: tuple[int, int, int]
) -> None:
    y = TOP + LINE * row
    a = _x(start, samples)
    cv2.rectangle(image, (a, y + 6), (max(a + 1, _x(end, samples)), y + LINE - 10), colour, -1)


def _ruler(image: NDArray[np.uint8], samples: int, y: int) -> None:
    seconds = samples / RATE
    step = next((s for s in (1, 2, 5, 10, 30, 60, 300, 600, 1800, 3600) if seconds / s <= 16), 7200)
    for at in range(0, int(seconds) + 1, step):
        x = _x(at * RATE, samples)
        cv2.line(image, (x, TOP), (x, y + 6), GREY, 1)
        minutes, rest = divmod(at, 60)
        _text(image, f"{minutes}:{rest:02d}", (x - 14, y + 26))


def _text(image: NDArray[np.uint8], text: str, at: tuple[int, int]) -> None:
    plain = text.encode("ascii", "replace").decode()  # OpenCV's letters are ASCII
    cv2.putText(image, plain, at, cv2.FONT_HERSHEY_SIMPLEX, 0.5, INK, 1, cv2.LINE_AA)


def _together(spans: Sequence[Span]) -> list[tuple[int, int]]:
    edges = sorted([(start, 1) for start, _, _ in spans] + [(end, -1) for _, end, _ in spans])
    found: list[tuple[int, int]] = []
    speaking = before = 0
    for at, change in edges:
        if speaking > 1 and at > before:
            found.append((before, at))
        speaking += change
        before = at
    return found
