"""Clapper boards drawn flat: layouts, paper, print and hands. Whoever draws gives the typefaces as files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Picture = NDArray[np.uint8]  # (h, w, 3) R'G'B'
BOARD = (1000, 720)
STICK = 70
LAYOUTS = ("columns", "rows", "american", "european", "sheet")
INKS = {
    "black board": ((24, 25, 27), (238, 238, 232), (150, 150, 148)),
    "white board": ((236, 236, 232), (24, 30, 70), (90, 90, 96)),
    "paper": ((228, 222, 205), (28, 28, 30), (70, 70, 70)),
}


@dataclass(frozen=True)
class Board:
    """What is written on a slate, and how."""

    scene: str
    take: str
    roll: str = "A001"
    camera: str = "A"
    title: str = "THE LATE POST"
    fps: str = "24"
    date: str = "14-05-26"
    layout: str = "columns"
    look: str = "black board"
    print_face: Path | None = None  # of the labels
    hand_face: Path | None = None  # of the values
    stroke: int = 0


def board_picture(board: Board) -> Picture:
    """The flat board with its lower stick, (720 + 70, 1000, 3)."""
    paper, ink, label = INKS[board.look]
    image = Image.new("RGB", (BOARD[0], BOARD[1]), paper)
    pen = ImageDraw.Draw(image)

    def put(
        text: str,
        x: float,
        y: float,
        size: float,
        face: Path | None,
        tone: tuple[int, int, int],
        stroke: int = 0,
    ) -> None:
        """Text whose capitals are `size` pixels high, its base line at y."""
        font = _font(face, size)
        pen.text((x, y), text, fill=tone, font=font, anchor="ls", stroke_width=stroke)

    def value(text: str, x: float, y: float, size: float, wide: float) -> None:
        font = _font(board.hand_face, size)
        shrink = min(1.0, wide / max(1.0, font.getlength(text)))
        put(text, x, y, size * shrink, board.hand_face, ink, board.stroke)

    def rule(x0: float, y0: float, x1: float, y1: float) -> None:
        pen.line([(x0, y0), (x1, y1)], fill=label, width=4)

    face = board.print_face
    if board.layout == "columns":
        put(board.title, 40, 92, 46, face, ink)
        for y in (130, 400, 560):
            rule(20, y, 980, y)
        for at, (name, text) in enumerate(
            (("SCENE", board.scene), ("TAKE", board.take), ("ROLL", board.roll))
        ):
            x = 40 + at * 325
            put(name, x, 180, 26, face, label)
            value(text, x, 350, 110, 270)
            if at:
                rule(x - 25, 130, x - 25, 560)
        for at, (name, text) in enumerate(
            (("CAMERA", board.camera), ("FPS", board.fps), ("DATE", board.date))
        ):
            x = 40 + at * 325
            put(name, x, 440, 22, face, label)
            value(text, x, 525, 48, 280)
        put("DIRECTOR  R. MARLOW", 40, 640, 30, face, label)
    elif board.layout == "rows":
        rows = (
            ("PROD.", board.title),
            ("SCENE", board.scene),
            ("TAKE", board.take),
            ("ROLL", board.roll),
            ("CAM", board.camera),
            ("DATE", board.date),
        )
        for at, (name, text) in enumerate(rows):
            y = 100 + at * 112
            put(f"{name}:", 50, y, 36, face, label)
            value(text, 330, y, 62, 600)
            rule(20, y + 30, 980, y + 30)
    elif board.layout == "american":
        put("PRODUCTION", 40, 60, 22, face, label)
        value(board.title, 260, 70, 48, 680)
        put("DIRECTOR", 40, 150, 22, face, label)
        value("MARLOW", 260, 158, 42, 600)
        put("CAMERA", 40, 240, 22, face, label)
        value(board.camera, 260, 248, 42, 200)
        for y in (95, 185, 275, 570):
            rule(20, y, 980, y)
        for at, (name, text) in enumerate(
            (("ROLL", board.roll), ("SCENE", board.scene), ("TAKE", board.take))
        ):
            x = 40 + at * 325
            put(name, x, 325, 28, face, label)
            value(text, x, 520, 130, 270)
            if at:
                rule(x - 25, 275, x - 25, 570)
        put("DATE", 40, 640, 24, face, label)
        value(board.date, 160, 648, 44, 300)
        put("DAY  INT  MOS", 560, 640, 26, face, label)
    elif board.layout == "european":
        put(board.title, 40, 90, 44, face, ink)
        put("SLATE", 40, 250, 40, face, label)
        value(board.scene, 330, 280, 120, 560)
        put("TAKE", 40, 450, 40, face, label)
        value(board.take, 330, 480, 120, 560)
        rule(20, 330, 980, 330)
        rule(20, 540, 980, 540)
        put("CAM ROLL", 40, 630, 28, face, label)
        value(board.roll, 330, 640, 60, 400)
    else:
        value(board.title, 80, 160, 60, 840)
        value(f"SC {board.scene}  TK {board.take}", 80, 400, 120, 840)
        value(f"ROLL {board.roll}", 80, 600, 70, 840)
    stick = np.zeros((STICK, BOARD[0], 3), np.uint8)
    stripes(stick, 1)
    return np.vstack([stick, np.asarray(image)])


def _font(face: Path | None, caps: float) -> ImageFont.FreeTypeFont:
    if face is None:
        from reportlab import __file__ as reportlab

        face = Path(reportlab).parent / "fonts" / "VeraBd.ttf"
    trial = ImageFont.truetype(str(face), 100)
    box = trial.getbbox("H")
    return ImageFont.truetype(str(face), max(6, round(100 * caps / max(20, box[3] - box[1]))))


def stripes(stick: Picture, lean: int) -> None:
    stick[:] = (228, 226, 218)
    high = stick.shape[0]
    for at in range(-1, 12):
        x = at * 120
        band = np.array(
            [[x, high], [x + 60, high], [x + 60 + lean * high, 0], [x + lean * high, 0]], np.int32
        )
        cv2.fillPoly(stick, [band], (18, 18, 20))
