"""Looks as pictures: a contact sheet of shots, and the camera's curves."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.core.time import Time
from answerprint.departments.footage.looks.by_shot import LookedAt, curves
from answerprint.departments.footage.looks.in_file import LookedThrough
from answerprint.media.decode import picture_at
from answerprint.media.display import display_of, upright
from answerprint.media.forms import PictureForm
from answerprint.media.stills import INK, PAPER, fitted, image_bytes, shortened, write_on

WIDTH, HEIGHT = 320, 180  # of a thumbnail
STRIP, LINE, LETTERS, GAP = 14, 19, 13, 8  # pixels: palette, line of text, letters, space between
LINES = 5
DIM, MARK, STILL = (150, 150, 150), (255, 200, 60), (90, 90, 90)
MOST_SHOTS = 400  # on one sheet

GRAPH_WIDTH, ROW_HEIGHT = 1400, 110
CURVES = (("x", "right", (235, 110, 90)), ("y", "down", (110, 200, 120)), ("scale", "scale", (110, 150, 245)))


def shot_sheet(files: list[LookedThrough], columns: int = 4) -> bytes:
    """A PNG: of every shot its middle picture, the camera's way over it, its palette and its values."""
    cells = [_cell(looked, shot) for looked in files for shot in looked.shots][:MOST_SHOTS]
    if not cells:
        raise ValueError("a contact sheet needs a shot")
    high, wide = cells[0].shape[:2]
    columns = min(columns, len(cells))
    rows = -(-len(cells) // columns)
    sheet = np.full((rows * (high + GAP) + GAP, columns * (wide + GAP) + GAP, 3), PAPER, np.uint8)
    for number, cell in enumerate(cells):
        row, column = divmod(number, columns)
        top, left = GAP + row * (high + GAP), GAP + column * (wide + GAP)
        sheet[top : top + high, left : left + wide] = cell
    return image_bytes(sheet, "png")


def curve_graph(files: list[LookedThrough]) -> bytes:
    """A PNG: the way of what is seen, right, down and in scale, over the time of every file, with the shots
    and the names of their movements."""
    return image_bytes(np.concatenate([_graph(one) for one in files]), "png")


def curve_table(files: list[LookedThrough]) -> str:
    """CSV, a row a picture: file, picture, tick, seconds, movement, and the step from the picture before:
    right and down in parts of the width, scale as a factor, degrees clockwise, the part that agreed."""
    rows = ["file,picture,tick,seconds,movement,right,down,scale,roll,agreed"]
    for looked in files:
        names = [""] * len(looked.motion.pts)
        for shot in looked.shots:
            for one in shot.movements:
                names[one.first : one.last] = [one.movement] * (one.last - one.first)
        base = looked.clock.time_base
        name = '"' + str(looked.file).replace('"', '""') + '"'
        for number, (tick, step) in enumerate(zip(looked.motion.pts, looked.motion.steps, strict=True)):
            values = [*step[:2], np.exp(step[2]), np.degrees(step[3]), looked.motion.agreed[number]]
            place = f"{name},{number},{int(tick)},{float(int(tick) * base):.6f},{names[number]}"
            rows.append(place + "," + ",".join(f"{float(value):.6f}" for value in values))
    return "\n".join(rows) + "\n"


def _cell(looked: LookedThrough, shot: LookedAt) -> NDArray[np.uint8]:
    cell = np.full((HEIGHT + STRIP + LINES * LINE + 6, WIDTH, 3), PAPER, np.uint8)
    cell[:HEIGHT] = _thumbnail(looked, shot)
    _draw_way(cell[:HEIGHT], looked, shot)
    look = shot.look
    if look is not None:
        left = 0
        total = sum(share for _, share in look.palette) or 1.0
        for colour, share in look.palette:
            right = min(WIDTH, left + round(WIDTH * share / total))
            cell[HEIGHT : HEIGHT + STRIP, left:right] = _rgb(colour)
            left = right
    for number, text in enumerate(_lines(looked, shot)):
        place = (4, HEIGHT + STRIP + (number + 1) * LINE - 3)
        write_on(cell, shortened(text, LETTERS, WIDTH - 8), place, LETTERS, INK if number < 2 else DIM)
    return cell


def _lines(looked: LookedThrough, shot: LookedAt) -> list[str]:
    place = looked.clock.at_tick(shot.start)
    lines = [f"{looked.file.name}  {place.timecode or 'picture ' + str(place.frame)}"]
    look = shot.look
    if look is None:
        return [*lines, "too short to be looked at"]
    named = (look.movement or "movement not seen").replace("_", " ")
    lines.append(f"{named}{', ' + look.scale.replace('_', ' ') if look.scale else ''}")
    lines.append(
        f"focus {_value(look.focus)}  exposure {look.exposure:+.1f}  contrast {look.contrast:.1f} stops"
    )
    ratio = f"  key/fill {look.key_fill:.1f}" if look.key_fill is not None else ""
    warmth = f"{look.temperature_k} K" if look.temperature_k else "no neutrals"
    lines.append(f"{look.key} key{ratio}  {warmth}")
    lines.append(f"motion {look.motion:.2f}  of subjects {look.subject_motion:.2f}")
    return lines


def _thumbnail(looked: LookedThrough, shot: LookedAt) -> NDArray[np.uint8]:
    """The picture in the middle of the shot, upright; grey where it cannot be decoded alone."""
    display = display_of(looked.file)
    form = PictureForm("rgb", *display.coded(*display.within(WIDTH, HEIGHT)))
    first, last = np.searchsorted(looked.motion.pts, (shot.start, shot.end))
    tick = int(looked.motion.pts[(int(first) + int(last) - 1) // 2])
    pixels, _ = picture_at(looked.file, Time(tick, 1 / looked.clock.time_base), form)
    return fitted(upright(pixels.astype(np.uint8, copy=False), display.rotation), WIDTH, HEIGHT)


def _draw_way(picture: NDArray[np.uint8], looked: LookedThrough, shot: LookedAt) -> None:
    """The camera's own way, an arrow from the middle: against the way of what is seen; zooms as frames."""
    middle = np.array([WIDTH / 2, HEIGHT / 2])
    for one in shot.movements:
        if one.movement in ("static", "handheld"):
            continue
        way = curves(looked.motion, one)
        if one.movement.startswith(("zoom", "dolly")):
            for factor in (1.0, 1 / max(0.2, min(5.0, way["scale"][-1]))):
                half = np.array([WIDTH, HEIGHT]) * 0.22 * min(2.0, factor)
                corners = [tuple(int(v) for v in middle + sign * half) for sign in (-1, 1)]
                cv2.rectangle(picture, corners[0], corners[1], MARK, 1, cv2.LINE_AA)
            continue
        places = middle - np.stack([way["x"], way["y"]], axis=1) * WIDTH
        # Long ways are drawn to fit; the direction is what is told.
        longest = float(np.abs(places - middle).max()) or 1.0
        places = middle + (places - middle) * min(1.0, 0.4 * HEIGHT / longest)
        line = np.rint(places).astype(np.int32)
        cv2.polylines(picture, [line.reshape(-1, 1, 2)], False, MARK, 2, cv2.LINE_AA)
        start, end = line[max(0, len(line) - 6)], line[-1]
        if np.abs(end - start).max() > 2:
            cv2.arrowedLine(
                picture, tuple(map(int, start)), tuple(map(int, end)), MARK, 2, cv2.LINE_AA, 0, 0.6
            )


def _graph(looked: LookedThrough) -> NDArray[np.uint8]:
    left, head = 70, 44
    graph = np.full((head + len(CURVES) * ROW_HEIGHT + 14, GRAPH_WIDTH, 3), PAPER, np.uint8)
    write_on(graph, shortened(looked.file.name, 15, GRAPH_WIDTH - 20), (8, 18), 15)
    pts = looked.motion.pts
    if len(pts) < 2:
        return graph
    span = max(1, int(pts[-1] - pts[0]))
    room = GRAPH_WIDTH - left - 12
    at = left + (pts - pts[0]) * room // span
    for shot in looked.shots:
        for one in shot.movements:
            x, end = int(at[one.first]), int(at[one.last - 1])
            cv2.line(graph, (x, head), (x, graph.shape[0] - 8), STILL, 1)
            if end - x > 24:
                write_on(
                    graph,
                    shortened(one.movement.replace("_", " "), 12, end - x - 4),
                    (x + 3, head - 6),
                    12,
                    MARK,
                )
    for row, (name, title, colour) in enumerate(CURVES):
        top = head + row * ROW_HEIGHT
        write_on(graph, title, (8, top + ROW_HEIGHT // 2), 13, colour)
        channel = {"x": 0, "y": 1, "scale": 2}[name]
        way = np.zeros(len(pts))
        for shot in looked.shots:
            first, last = (int(one) for one in np.searchsorted(pts, (shot.start, shot.end)))
            steps = looked.motion.steps[first:last, channel].astype(np.float64).copy()
            steps[:1] = 0
            way[first:last] = np.cumsum(steps)
        reach = max(float(np.abs(way).max()), 0.02)
        y = top + ROW_HEIGHT / 2 - way / reach * (ROW_HEIGHT / 2 - 8)
        cv2.line(graph, (left, top + ROW_HEIGHT // 2), (GRAPH_WIDTH - 12, top + ROW_HEIGHT // 2), STILL, 1)
        line = np.stack([at, np.rint(y)], axis=1).astype(np.int32)
        cv2.polylines(graph, [line.reshape(-1, 1, 2)], False, colour, 1, cv2.LINE_AA)
        write_on(graph, f"{reach:.2f}", (8, top + 14), 11, DIM)
    return graph


def _rgb(colour: str) -> tuple[int, int, int]:
    red, green, blue = (int(colour[one : one + 2], 16) for one in (1, 3, 5))
    return red, green, blue


def _value(one: float | None) -> str:
    return "–" if one is None else f"{one:.2f}"
