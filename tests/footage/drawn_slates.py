"""Clips of clapper boards drawn by program: angles, light and every kind of damage, with their truth.

Nothing here is used to train the reader.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from drawn_boards import BOARD, INKS, LAYOUTS, STICK, Board, Picture, board_picture, stripes
from numpy.typing import NDArray

__all__ = ["Board", "Clip", "Damage", "clip", "variations", "write_clip"]


@dataclass(frozen=True)
class Damage:
    """What comes between the board and the file."""

    kind: str
    yaw: float = 0.0  # degrees
    pitch: float = 0.0
    roll: float = 0.0
    size: float = 0.62  # of the picture's width
    blur: float = 0.0  # pixels of a 960 wide picture
    motion: int = 0
    light: float = 1.0
    gradient: float = 0.0
    glare: bool = False
    noise: float = 2.0  # 8-bit steps
    hand: bool = False
    moves: bool = False
    crf: int = 20
    width: int = 960
    upside_down: bool = False


@dataclass
class Clip:
    board: Board
    damage: Damage
    frames: list[Picture]
    seen: tuple[int, int]  # frames that show any of the board
    rate: Fraction = field(default=Fraction(24))


def clip(board: Board, damage: Damage, seed: int, behind: Sequence[Picture] = (), frames: int = 40) -> Clip:
    """The slate held before a picture, clapped and taken away; then the take.

    behind: pictures of the take (any size); a drawn room without them.
    """
    dice = random.Random(seed)
    grain = np.random.default_rng(seed)
    width = damage.width
    height = width * 9 // 16 // 2 * 2
    flat = board_picture(board)
    claps, leaves, gone = frames // 2, frames * 5 // 8, frames * 6 // 8
    made: list[Picture] = []
    seen = 0
    drift = dice.uniform(-1, 1), dice.uniform(-1, 1)
    for at in range(frames):
        room = _room(behind, at, width, height, dice.getrandbits(30) if not made else 0, seed)
        if at < gone:
            open_by = 14.0 * min(1.0, max(0.0, (claps - at) / 4))
            away = max(0.0, (at - leaves + 1) / (gone - leaves)) ** 1.5
            sway = np.sin(at / 7.0) * (14 if damage.moves else 2.5)
            shift = (
                width / 960 * (sway * drift[0] + (1.5 * at * drift[0] if damage.moves else 0)),
                width / 960 * sway * drift[1] * 0.6 + away * height * 1.05,
            )
            room, covered = _placed(room, _with_stick(flat, open_by), damage, shift)
            if covered:
                seen = at + 1
            if damage.hand:
                _hand(room, damage, shift, seed)
        made.append(_photographed(room, damage, grain, width, at))
    if damage.upside_down:
        made = [np.ascontiguousarray(one[::-1, ::-1]) for one in made[::-1]]
        return Clip(board, damage, made, (frames - seen, frames))
    return Clip(board, damage, made, (0, seen))


def write_clip(path: Path, made: Clip) -> None:
    """H.264 at the damage's quality."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(
            "libx264",
            rate=made.rate,
            options={"crf": str(made.damage.crf), "preset": "veryfast", "threads": "1"},
        )
        stream.height, stream.width, _ = made.frames[0].shape
        stream.pix_fmt = "yuv420p"
        for picture in made.frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))


def variations(
    faces: Sequence[Path], hands: Sequence[Path], seed: int, each: int = 4
) -> list[tuple[Board, Damage]]:
    """Boards and damages of every kind, `each` of a kind."""
    dice = random.Random(seed)
    kinds = [
        Damage("clean"),
        Damage("yaw", yaw=28),
        Damage("pitch", pitch=22),
        Damage("rolled", roll=14),
        Damage("all angles", yaw=20, pitch=12, roll=9),
        Damage("blur", blur=1.8),
        Damage("motion blur", motion=11),
        Damage("dark", light=0.22, noise=5),
        Damage("bright, glare", light=1.35, glare=True),
        Damage("half in shade", gradient=0.75),
        Damage("noise", noise=18),
        Damage("hand", hand=True),
        Damage("moving", moves=True, motion=5),
        Damage("compressed", crf=37),
        Damage("small in picture", size=0.34),
        Damage("480 wide", width=480),
        Damage("1920 wide", width=1920, size=0.45),
        Damage("tail slate", upside_down=True),
    ]
    made = []
    for kind in kinds:
        for at in range(each):
            letters = dice.choice(["", "A", "B", "C", "D", "E", "F", "K", "M", "R"])
            scene = f"{dice.randint(1, 160)}{letters}"
            board = Board(
                scene=scene,
                take=str(dice.choice([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 17])),
                roll=f"{dice.choice('ABC')}{dice.randint(1, 48):03d}",
                camera=dice.choice("ABC"),
                title=dice.choice(["THE LATE POST", "NIGHT FERRY", "HARBOUR", "COLD WATER", "A LONG WAY"]),
                fps=dice.choice(["24", "25", "23.976"]),
                date=f"{dice.randint(1, 28):02d}-{dice.randint(1, 12):02d}-26",
                layout=LAYOUTS[at % len(LAYOUTS)] if each >= len(LAYOUTS) else dice.choice(LAYOUTS),
                look=dice.choice(list(INKS)),
                print_face=dice.choice(list(faces)),
                hand_face=dice.choice(list(hands) if dice.random() < 0.5 and hands else list(faces)),
                stroke=dice.choice([0, 0, 1, 2]),
            )
            if board.layout == "european":
                board = replace(board, scene=str(dice.randint(1, 400)))
            turn = dice.choice([-1, 1])
            made.append(
                (board, replace(kind, yaw=kind.yaw * turn, roll=kind.roll * turn * dice.uniform(0.6, 1.0)))
            )
    return made


def _with_stick(flat: Picture, degrees: float) -> tuple[Picture, Picture]:
    """Board and upper stick on a canvas with room above, and what it covers."""
    above, margin = 320, 60
    high, wide = flat.shape[:2]
    canvas = np.zeros((high + above, wide + 2 * margin, 3), np.uint8)
    cover = np.zeros(canvas.shape[:2], np.uint8)
    upper = np.zeros((STICK, BOARD[0], 3), np.uint8)
    stripes(upper, -1)
    layer = np.zeros_like(canvas)
    layer_cover = np.zeros_like(cover)
    layer[above - STICK : above, margin : margin + wide] = upper
    layer_cover[above - STICK : above, margin : margin + wide] = 255
    turn = cv2.getRotationMatrix2D((margin + 10, above - STICK / 2), degrees, 1.0)
    layer = cv2.warpAffine(layer, turn, layer.shape[1::-1])
    layer_cover = cv2.warpAffine(layer_cover, turn, layer.shape[1::-1])
    canvas[above:, margin : margin + wide] = flat
    cover[above:, margin : margin + wide] = 255
    mask = layer_cover > 127
    canvas[mask] = layer[mask]
    cover[mask] = 255
    return canvas, cover


def _corners(damage: Damage, width: int, height: int, shift: tuple[float, float]) -> NDArray[np.float32]:
    """Where the canvas's corners (1120 × 1110, the board in it) come to lie."""
    wide, high = BOARD[0] + 120, BOARD[1] + STICK + 320
    flat = np.array(
        [
            [-wide / 2, -high / 2 - 100],
            [wide / 2, -high / 2 - 100],
            [wide / 2, high / 2 - 100],
            [-wide / 2, high / 2 - 100],
        ]
    )
    yaw, pitch, roll = np.radians([damage.yaw, damage.pitch, damage.roll])
    turn_y = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    turn_x = np.array([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]])
    turn_z = np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
    space = np.c_[flat, np.zeros(4)] @ (turn_z @ turn_y @ turn_x).T
    far = 3000.0
    seen = space[:, :2] * (far / (far + space[:, 2:]))
    scale = damage.size * width / BOARD[0]
    return (seen * scale + (width / 2 + shift[0], height * 0.52 + shift[1])).astype(np.float32)


def _placed(
    room: Picture, canvas: tuple[Picture, Picture], damage: Damage, shift: tuple[float, float]
) -> tuple[Picture, bool]:
    paint, cover = canvas
    height, width = room.shape[:2]
    high, wide = cover.shape
    source = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    move = cv2.getPerspectiveTransform(source, _corners(damage, width, height, shift))
    shrink = damage.size * width / BOARD[0]
    if shrink < 0.5:  # area averaging, as a lens does
        paint = cv2.GaussianBlur(paint, (0, 0), 0.45 / shrink)
    mask = cv2.warpPerspective(cover, move, (width, height))[..., None].astype(np.float32) / 255
    painted = cv2.warpPerspective(paint, move, (width, height), flags=cv2.INTER_LINEAR).astype(np.float32)
    whole = room * (1 - mask) + painted * mask
    return whole.astype(np.uint8), bool(mask.sum() > 12)


def _hand(picture: Picture, damage: Damage, shift: tuple[float, float], seed: int) -> None:
    """Fingers over the board's edge: at its left, below, or its lower right corner."""
    height, width = picture.shape[:2]
    corners = _corners(damage, width, height, shift)
    left, right = corners[3], corners[2]
    dice = random.Random(seed + 1)
    unit = damage.size * width / 10
    place = dice.choice(
        [
            left + (unit * 0.5, -unit * 2.2),
            (left + right) / 2 + (0, -unit * 0.2),
            right + (-unit * 1.0, -unit * 1.5),
        ]
    )
    for finger in range(4):
        at = place + (0, finger * unit * 0.42) if dice.random() < 0.5 else place + (finger * unit * 0.42, 0)
        cv2.ellipse(
            picture,
            (int(at[0]), int(at[1])),
            (int(unit * 0.75), int(unit * 0.22)),
            8 * finger,
            0,
            360,
            (186, 140, 118),
            -1,
            cv2.LINE_AA,
        )


def _room(behind: Sequence[Picture], at: int, width: int, height: int, _: int, seed: int) -> Picture:
    if behind:
        picture = behind[at % len(behind)]
        return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    dice = random.Random(seed + 7)
    picture = np.zeros((height, width, 3), np.float32)
    top, bottom = (
        np.array([dice.uniform(30, 150) for _ in range(3)]),
        np.array([dice.uniform(20, 120) for _ in range(3)]),
    )
    ramp = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    picture += top * (1 - ramp) + bottom * ramp
    for _ in range(14):
        x, y = dice.uniform(-0.1, 1) * width, dice.uniform(-0.1, 1) * height
        w, h = dice.uniform(0.02, 0.3) * width, dice.uniform(0.05, 0.5) * height
        tone = [dice.uniform(10, 230) for _ in range(3)]
        cv2.rectangle(picture, (int(x), int(y)), (int(x + w), int(y + h)), tone, -1)
    picture = cv2.GaussianBlur(picture, (0, 0), width / 200)
    sway = int(np.sin(at / 9.0) * width / 160)
    cv2.ellipse(
        picture,
        (width * 3 // 4 + sway, height * 3 // 5),
        (width // 12, height // 3),
        0,
        0,
        360,
        (150, 110, 95),
        -1,
        cv2.LINE_AA,
    )
    return picture.clip(0, 255).astype(np.uint8)


def _photographed(
    picture: Picture, damage: Damage, grain: np.random.Generator, width: int, at: int
) -> Picture:
    seen = picture.astype(np.float32)
    height = seen.shape[0]
    scale = width / 960
    if damage.gradient:
        across = np.linspace(1, 1 - damage.gradient, width, dtype=np.float32)
        seen *= across[None, :, None]
    if damage.glare:
        spot = np.zeros((height, width), np.float32)
        cv2.ellipse(
            spot,
            (int(width * 0.62), int(height * 0.42)),
            (int(width * 0.16), int(height * 0.09)),
            25,
            0,
            360,
            130.0,
            -1,
        )
        seen += cv2.GaussianBlur(spot, (0, 0), width / 40)[..., None]
    seen *= damage.light
    if damage.blur:
        seen = cv2.GaussianBlur(seen, (0, 0), damage.blur * scale)
    if damage.motion:
        length = max(3, round(damage.motion * scale * (0.4 + 0.6 * abs(np.sin(at / 5.0)))))
        kernel = np.zeros((length, length), np.float32)
        kernel[length // 2] = 1.0 / length
        seen = cv2.filter2D(seen, -1, kernel)
    seen += grain.normal(0, damage.noise, seen.shape).astype(np.float32)
    return seen.clip(0, 255).astype(np.uint8)
