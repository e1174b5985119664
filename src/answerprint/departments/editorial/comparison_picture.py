"""Two timelines under one another as a picture, what changed in colour."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from answerprint.core.cut import Cut, CutTrack
from answerprint.departments.editorial.differences import Change
from answerprint.formats.timelines.model import record_frames
from answerprint.media.stills import image_bytes, shortened, write_on

WIDTH, LEFT, RIGHT, TOP, LINE, BAR = 1800, 110, 20, 44, 30, 24  # pixels
LETTERS = 13
BACK, LINE_COLOUR, UNCHANGED = (24, 24, 24), (60, 60, 60), (92, 96, 102)
COLOURS = {  # R'G'B', told apart by most eyes
    "added": (89, 161, 79),
    "removed": (225, 87, 89),
    "moved": (176, 122, 161),
    "trimmed": (242, 142, 43),
    "slipped": (237, 201, 72),
    "replaced": (78, 121, 167),
    "changed": (118, 183, 178),
}


def comparison_png(before: Cut, after: Cut, changes: Sequence[Change]) -> bytes:
    """PNG: the tracks of the first timeline, those of the second, and which colour is which change."""
    rows = [(cut, track, which) for which, cut in enumerate((before, after)) for track in shown(cut)]
    height = TOP + LINE * (len(rows) + 1) + 60
    image = np.full((height, WIDTH, 3), BACK, np.uint8)
    frames = max(before.frames, after.frames, 1)
    marked = _marked(before, after, changes)
    y = TOP
    for number, (cut, track, which) in enumerate(rows):
        if number and which != rows[number - 1][2]:
            y += LINE
        if not number or which != rows[number - 1][2]:
            write_on(image, ("before", "after")[which], (8, y - 8), LETTERS)
        write_on(image, track.name, (40, y + BAR - 6), LETTERS)
        _bars(image, cut, track, frames, y, marked[which])
        y += LINE
    _ruler(image, after, frames, y + 4)
    x = LEFT
    for kind, colour in COLOURS.items():
        count = sum(one.kind == kind for one in changes)
        image[height - 24 : height - 10, x : x + 14] = colour
        write_on(image, f"{kind} {count}", (x + 20, height - 12), LETTERS)
        x += 150
    return image_bytes(image, "png")


def shown(cut: Cut) -> list[CutTrack]:
    """The tracks with something on them, the uppermost picture first, sound below."""
    pictures = [one for one in cut.tracks if one.kind == "video" and one.clips]
    return [*reversed(pictures), *(one for one in cut.tracks if one.kind == "audio" and one.clips)]


def _marked(
    before: Cut, after: Cut, changes: Sequence[Change]
) -> tuple[dict[tuple[str, str], str], dict[tuple[str, str], str]]:
    """(track, timecode) → kind of change, in the first timeline and in the second."""
    old: dict[tuple[str, str], str] = {}
    new: dict[tuple[str, str], str] = {}
    for one in changes:
        if one.before is not None:
            old.setdefault((one.track, one.before), one.kind)
        if one.after is not None:
            new.setdefault((one.track, one.after), one.kind)
    return old, new


def _bars(
    image: NDArray[np.uint8],
    cut: Cut,
    track: CutTrack,
    frames: int,
    y: int,
    marked: dict[tuple[str, str], str],
) -> None:
    scale = (WIDTH - LEFT - RIGHT) / frames
    for clip in track.clips:
        start, end = record_frames(clip, cut.rate)
        first, last = LEFT + int(start * scale), LEFT + int(end * scale)
        kind = marked.get((track.name, cut.timecode(start)))
        image[y : y + BAR, first : max(first + 1, last - 1)] = COLOURS[kind] if kind else UNCHANGED
        if last - first > 40:
            name = shortened(clip.name, LETTERS, last - first - 8)
            write_on(image, name, (first + 4, y + BAR - 7), LETTERS)


def _ruler(image: NDArray[np.uint8], cut: Cut, frames: int, y: int) -> None:
    for part in range(9):
        frame = frames * part // 8
        x = LEFT + (WIDTH - LEFT - RIGHT) * part // 8
        image[TOP:y, min(x, WIDTH - 1)] = np.maximum(image[TOP:y, min(x, WIDTH - 1)], LINE_COLOUR)
        write_on(image, cut.timecode(frame), (min(x, WIDTH - 110), y + 16), LETTERS)
