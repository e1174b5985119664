"""Clapper boards drawn by program: layouts, hands, angles, light and every kind of damage, with their truth.

Nothing here is used to train the reader. Typefaces are given as files by whoever draws.
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
    _stripes(stick, 1)
    return np.vstack([stick, np.asarray(image)])


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


def _font(face: Path | None, caps: float) -> ImageFont.FreeTypeFont:
    if face is None:
        from reportlab import __file__ as reportlab

        face = Path(reportlab).parent / "fonts" / "VeraBd.ttf"
    trial = ImageFont.truetype(str(face), 100)
    box = trial.getbbox("H")
    return ImageFont.truetype(str(face), max(6, round(100 * caps / max(20, box[3] - box[1]))))


def _stripes(stick: Picture, lean: int) -> None:
    stick[:] = (228, 226, 218)
    high = stick.shape[0]
    for at in range(-1, 12):
        x = at * 120
        band = np.array(
            [[x, high], [x + 60, high], [x + 60 + lean * high, 0], [x + lean * high, 0]], np.int32
        )
        cv2.fillPoly(stick, [band], (18, 18, 20))


def _with_stick(flat: Picture, degrees: float) -> tuple[Picture, Picture]:
    """Board and upper stick on a canvas with room above, and what it covers."""
    above, margin = 320, 60
    high, wide = flat.shape[:2]
    canvas = np.zeros((high + above, wide + 2 * margin, 3), np.uint8)
    cover = np.zeros(canvas.shape[:2], np.uint8)
    upper = np.zeros((STICK, BOARD[0], 3), np.uint8)
    _stripes(upper, -1)
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
