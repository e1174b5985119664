"""The clapper board at the head of every take."""

from __future__ import annotations

import cv2
import numpy as np
from shoot.painting import MARGIN, Image, Points, box, canvas, fill, write

CLAP_AFTER = 20  # frames until the sticks meet
HELD_AFTER = 9  # frames it stays shut
LEAVES_IN = 7  # frames to go out of the picture
SLATE_FRAMES = CLAP_AFTER + HELD_AFTER + LEAVES_IN
CLOSES_IN = 3
OPEN_DEGREES = 17.0
GOES_DOWN = 560.0

LEFT, TOP, RIGHT, BOTTOM = 330.0, 226.0, 950.0, 656.0
HINGE = (LEFT + 14, TOP - 22)


def board(
    title: str, scene: str, take: int, roll: str, camera: str, fps: str, sound: str
) -> tuple[Image, Image]:
    """The board without its upper stick, as paint and coverage, three bands each."""
    cover, paint = canvas(), canvas()
    fill(cover, box(LEFT, TOP, RIGHT, BOTTOM), (1, 1, 1))
    fill(cover, box(LEFT, TOP - 44, RIGHT, TOP), (1, 1, 1))
    fill(paint, box(LEFT, TOP, RIGHT, BOTTOM), (0.085, 0.09, 0.095), (0.06, 0.062, 0.066))
    _stick(paint, TOP - 44, TOP)
    ink = (0.93, 0.93, 0.90)
    label = (0.62, 0.63, 0.62)
    rule = (0.55, 0.56, 0.55)
    for y in (TOP + 86, TOP + 250, TOP + 340):
        fill(paint, box(LEFT + 16, y, RIGHT - 16, y + 2.5), rule)
    for x in (LEFT + 207, LEFT + 413):
        fill(paint, box(x, TOP + 86, x + 2.5, TOP + 340), rule)

    def put(text: str, x: float, y: float, size: int, tone: tuple[float, float, float], weight: int) -> None:
        write(paint, text, x + MARGIN[0], y + MARGIN[1], size, tone, weight)

    put(title, LEFT + 24, TOP + 62, 44, ink, 700)
    for column, (name, value) in enumerate((("SCENE", scene), ("TAKE", str(take)), ("ROLL", roll))):
        x = LEFT + 24 + column * 206
        put(name, x, TOP + 120, 22, label, 600)
        put(value, x, TOP + 226, 92 if len(value) < 3 else 54, ink, 700)
    for column, (name, value) in enumerate((("CAMERA", camera), ("FPS", fps), ("SOUND", sound))):
        x = LEFT + 24 + column * 206
        put(name, x, TOP + 284, 20, label, 600)
        put(value, x, TOP + 326, 30, ink, 700)
    put("Answerprint Demonstration Pictures", LEFT + 24, TOP + 392, 27, label, 500)
    return paint * cover, cover


def show(picture: Image, slate: tuple[Image, Image], stick: tuple[Image, Image], frame: int) -> None:
    """Hold the board before the picture: open, shut at frame CLAP_AFTER, then down and away."""
    if frame >= SLATE_FRAMES:
        return
    open_share = np.clip((CLAP_AFTER - frame) / CLOSES_IN, 0, 1)
    gone = max(0.0, (frame - CLAP_AFTER - HELD_AFTER + 1) / LEAVES_IN)
    left, top, right = round(LEFT + MARGIN[0]) - 30, 0, round(RIGHT + MARGIN[0]) + 30
    hinge = (HINGE[0] + MARGIN[0] - left, HINGE[1] + MARGIN[1] - top)
    there = picture[top:, left:right]
    still = np.array([[1.0, 0, 0], [0, 1.0, 0]])
    turned = cv2.getRotationMatrix2D(hinge, OPEN_DEGREES * float(open_share), 1.0)
    for (paint, cover), move in ((slate, still), (stick, turned)):
        move[1, 2] += GOES_DOWN * gone**1.6
        size = (there.shape[1], there.shape[0])
        there *= 1 - cv2.warpAffine(cover[top:, left:right], move, size)
        there += cv2.warpAffine(paint[top:, left:right], move, size)


def upper_stick() -> tuple[Image, Image]:
    """The stick that claps, lying shut."""
    cover, paint = canvas(), canvas()
    fill(cover, box(LEFT, TOP - 88, RIGHT, TOP - 44), (1, 1, 1))
    _stick(paint, TOP - 88, TOP - 44, lean=-1)
    return paint * cover, cover


def _stick(paint: Image, top: float, bottom: float, lean: int = 1) -> None:
    fill(paint, box(LEFT, top, RIGHT, bottom), (0.90, 0.89, 0.85), (0.78, 0.77, 0.73))
    high = bottom - top
    for stripe in range(-1, 8):
        x = LEFT + 20 + stripe * 92.0
        shift = lean * high * 0.8
        band: Points = [(x, bottom), (x + 46, bottom), (x + 46 + shift, top), (x + shift, top)]
        band = [(min(max(a, LEFT), RIGHT), b) for a, b in band]
        fill(paint, band, (0.06, 0.062, 0.066))
    fill(paint, box(LEFT, bottom - 2, RIGHT, bottom), (0.03, 0.03, 0.03), strength=0.8)
