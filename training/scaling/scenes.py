"""Five successive pictures of made-up scenes, coarse, and the middle one finer: nobody's pictures are used.

Leaves, gratings, clouds of all scales, letters and lines lie on layers that move each its own way, seen
through a made-up lens, sensor and codec.
"""

from __future__ import annotations

import string
from typing import NamedTuple

import cv2
import numpy as np

from answerprint.departments.picture.flow import flow_to
from answerprint.departments.picture.scaling.registering import parted, seen_by_flow

COARSE = 128  # pixels a side of a coarse picture
FINE = 2 * COARSE
DRAWN = 2 * FINE  # scenes are drawn finer still
CANVAS = 900
TIMES = (-2, -1, 0, 1, 2)
FONTS = (
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_DUPLEX,
    cv2.FONT_HERSHEY_COMPLEX,
    cv2.FONT_HERSHEY_TRIPLEX,
    cv2.FONT_HERSHEY_SCRIPT_COMPLEX,
)


class Example(NamedTuple):
    coarse: np.ndarray  # (5, COARSE, COARSE, 3) uint8, by time
    flows: np.ndarray  # (4, COARSE, COARSE, 2) float16, from the middle one to the others
    fine: np.ndarray  # (FINE, FINE, 3) uint8


class Scenes:
    """Draws examples; canvases are kept for a while, being what takes longest.

    filmed: soft as what lenses and codecs leave of a scene, each layer by a depth of field of its own; else
    as sharp as pixels can be.
    """

    def __init__(self, seed: int, *, filmed: bool) -> None:
        self._draw = np.random.default_rng(seed)
        self._filmed = filmed
        self._canvases = [self._canvas() for _ in range(4)]
        self._made = 0

    def example(self) -> Example:
        self._made += 1
        if self._made % 3 == 0:
            self._canvases[int(self._draw.integers(len(self._canvases)))] = self._canvas()
        draw = self._draw
        layers = [self._layer(number) for number in range(int(draw.integers(1, 4)))]
        soft = float(draw.uniform(0.3, 1.1)) if draw.random() < 0.5 else 0.0
        once_coded = None
        if self._filmed:
            soft = float(draw.uniform(0.4, 1.7)) if draw.random() < 0.85 else soft
            once_coded = int(draw.integers(40, 96)) if draw.random() < 0.4 else None
        grain = float(draw.uniform(0, 6)) if draw.random() < 0.4 else 0.0
        kernel = self._kernel()
        sensor = float(draw.uniform(0, 2.5)) if draw.random() < 0.3 else 0.0
        quality = int(draw.integers(55, 97)) if draw.random() < 0.35 else None
        halved = draw.random() < 0.3
        coarse, fine = [], None
        for time in TIMES:
            made = self._seen(layers, time, soft)
            if grain:
                made = made + self._noise(grain, made.shape)
            if once_coded is not None:
                made = _coded(np.clip(np.rint(made), 0, 255).astype(np.uint8), once_coded, False)
                made = made.astype(np.float32)
            if time == 0:
                fine = np.clip(np.rint(made), 0, 255).astype(np.uint8)
            small = _decimated(made, kernel)
            if sensor:
                small = small + self._noise(sensor, small.shape)
            coarse.append(_coded(np.clip(np.rint(small), 0, 255).astype(np.uint8), quality, halved))
        seen = [seen_by_flow(parted(one.astype(np.float32) / 255)[0]) for one in coarse]
        flows = [flow_to(seen[2], seen[at]) for at in (0, 1, 3, 4)]
        assert fine is not None
        return Example(np.stack(coarse), np.clip(np.stack(flows), -64, 64).astype(np.float16), fine)

    def _noise(self, amount: float, shape: tuple[int, ...]) -> np.ndarray:
        noise = self._draw.normal(0, amount, shape).astype(np.float32)
        return 0.7 * noise + 0.7 * noise.mean(axis=2, keepdims=True)

    def _kernel(self) -> np.ndarray:
        """An even, centred low-pass by which pictures are made coarser."""
        draw = self._draw
        at = np.arange(-7.5, 8)
        kind = draw.random()
        if kind < 0.35:
            weights = (np.abs(at) < 1).astype(float)
        elif kind < 0.75:
            weights = np.exp(-0.5 * (at / draw.uniform(0.6, 1.3)) ** 2)
        else:
            wide = draw.uniform(1.6, 2.2)
            weights = np.where(np.abs(at) < 3 * wide, np.sinc(at / wide) * np.sinc(at / wide / 3), 0)
        return (weights / weights.sum()).astype(np.float32)

    def _layer(self, number: int) -> tuple[np.ndarray, np.ndarray | None, dict[str, float]]:
        draw = self._draw
        canvas = self._canvases[int(draw.integers(len(self._canvases)))]
        mask = None
        if number:
            mask = np.zeros((CANVAS, CANVAS), np.uint8)
            for _ in range(int(draw.integers(1, 3))):
                at = draw.uniform(0.3, 0.7, 2) * CANVAS
                angles = np.linspace(0, 2 * np.pi, int(draw.integers(5, 40)), endpoint=False)
                reach = draw.uniform(0.06, 0.25) * CANVAS * (1 + 0.4 * draw.uniform(-1, 1, len(angles)))
                points = at + np.stack([np.cos(angles), np.sin(angles)], 1) * reach[:, None]
                cv2.fillPoly(mask, [points.astype(np.int32)], 255, cv2.LINE_AA)
            mask = cv2.GaussianBlur(mask, (0, 0), float(draw.uniform(0.7, 2.5)))
        still = draw.random() < 0.1
        speed = 0.0 if still else float(np.exp(draw.uniform(np.log(0.15), np.log(9)))) * DRAWN / COARSE
        way = draw.uniform(0, 2 * np.pi)
        motion = {
            "x": speed * np.cos(way),
            "y": speed * np.sin(way),
            "turn": 0.0 if still else float(draw.normal(0, 0.004)),
            "zoom": 0.0 if still else float(draw.normal(0, 0.004)),
            "bend_x": 0.0 if still else float(draw.normal(0, 0.15 * abs(speed) + 0.3)),
            "bend_y": 0.0 if still else float(draw.normal(0, 0.15 * abs(speed) + 0.3)),
            "shake": 0.0 if still or draw.random() < 0.5 else float(draw.uniform(0, 4)),
            "angle": float(draw.uniform(0, 2 * np.pi)),
            "size": float(draw.uniform(0.7, 1.3)),
            "soft": float(draw.uniform(0.8, 6)) if self._filmed and draw.random() < 0.4 else 0.0,
            "light": float(draw.normal(0, 0.01)) if draw.random() < 0.15 else 0.0,
        }
        return canvas, mask, motion

    def _seen(
        self, layers: list[tuple[np.ndarray, np.ndarray | None, dict[str, float]]], time: float, soft: float
    ) -> np.ndarray:
        made = np.empty(0)
        for canvas, mask, motion in layers:
            angle = motion["angle"] + motion["turn"] * time
            zoom = motion["size"] * (1 + motion["zoom"] * time)
            look = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) / zoom
            shift = np.array([motion["x"] * time, motion["y"] * time])
            shift += np.array([motion["bend_x"], motion["bend_y"]]) * time * time
            if time:
                shift += self._draw.normal(0, 1, 2) * motion["shake"]
            middle = np.array([DRAWN / 2, DRAWN / 2])
            offset = np.array([CANVAS / 2, CANVAS / 2]) - look @ (middle + shift)
            matrix = np.concatenate([look, offset[:, None]], axis=1)
            flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
            flat = cv2.warpAffine(
                canvas, matrix, (DRAWN, DRAWN), flags=flags, borderMode=cv2.BORDER_REFLECT
            ).astype(np.float32) * np.float32(1 + motion["light"] * time)
            if motion["soft"]:
                flat = cv2.GaussianBlur(flat, (0, 0), motion["soft"])
            if mask is None:
                made = flat
            else:
                alpha = cv2.warpAffine(mask, matrix, (DRAWN, DRAWN), flags=flags)[..., None]
                made = made + (alpha.astype(np.float32) / 255) * (flat - made)
        made = cv2.resize(made, (FINE, FINE), interpolation=cv2.INTER_AREA)
        return cv2.GaussianBlur(made, (0, 0), soft) if soft else made

    def _canvas(self) -> np.ndarray:
        """(CANVAS, CANVAS, 3) uint8 of one kind of things, or several."""
        draw = self._draw
        made = np.empty((CANVAS, CANVAS, 3), np.float32)
        made[:] = draw.uniform(20, 235, 3)
        if draw.random() < 0.85:
            flat = made.astype(np.uint8)  # what is drawn has smooth edges in 8 bits only
            self._leaves(flat, int(np.exp(draw.uniform(np.log(30), np.log(900)))))
            made = flat.astype(np.float32)
        if draw.random() < 0.5:
            made += self._clouds(float(draw.uniform(10, 60)), float(draw.uniform(0.7, 1.6)))
        flat = np.clip(made, 0, 255).astype(np.uint8)
        if draw.random() < 0.35:
            self._letters(flat)
        if draw.random() < 0.3:
            self._lines(flat)
        made = flat.astype(np.float32)
        if draw.random() < 0.3:
            slope = np.linspace(draw.uniform(0.3, 1), draw.uniform(0.3, 1), CANVAS, dtype=np.float32)
            made *= slope[:, None, None]
        if draw.random() < 0.3:
            made = made.mean() + (made - made.mean()) * np.float32(draw.uniform(0.2, 0.8))
        if draw.random() < 0.5:
            made = cv2.GaussianBlur(made, (0, 0), float(draw.uniform(0.5, 2.5)))
        grey = made.mean(axis=2, keepdims=True)
        made = grey + (made - grey) * np.float32(draw.uniform(0.05, 0.8))
        return np.clip(made, 0, 255).astype(np.uint8)

    def _leaves(self, made: np.ndarray, count: int) -> None:
        draw = self._draw
        palette = draw.uniform(10, 245, (6, 3))
        largest = CANVAS * draw.uniform(0.05, 0.3)
        for _ in range(count):
            radius = max(3.0, 4 / max(draw.random(), 4 / largest))  # sizes by a power law
            at = draw.uniform(0, CANVAS, 2)
            colour = tuple(
                float(one) for one in np.clip(palette[draw.integers(6)] + draw.normal(0, 20, 3), 0, 255)
            )
            corner = np.maximum(0, (at - radius).astype(int))
            end = np.minimum(CANVAS, (at + radius).astype(int) + 1)
            kind = draw.random()
            angle = float(draw.uniform(0, 180))
            where = int(at[0]), int(at[1])
            if kind < 0.45:
                axes = max(2, int(radius)), max(2, int(radius * draw.uniform(0.2, 1)))
                cv2.ellipse(made, where, axes, angle, 0, 360, colour, -1, cv2.LINE_AA)
            elif kind < 0.8:
                box = cv2.boxPoints(
                    ((float(at[0]), float(at[1])), (2 * radius, radius * draw.uniform(0.1, 2)), angle)
                )
                cv2.fillPoly(made, [box.astype(np.int32)], colour, cv2.LINE_AA)
            else:
                points = at + draw.uniform(-radius, radius, (int(draw.integers(3, 7)), 2))
                cv2.fillPoly(made, [points.astype(np.int32)], colour, cv2.LINE_AA)
            if radius > 25 and draw.random() < 0.4:
                self._texture(made[corner[1] : end[1], corner[0] : end[0]])

    def _texture(self, place: np.ndarray) -> None:
        draw = self._draw
        high, wide = place.shape[:2]
        if draw.random() < 0.5:
            y, x = np.mgrid[:high, :wide].astype(np.float32)
            angle, period = draw.uniform(0, np.pi), draw.uniform(5, 24)
            wave = np.sin((x * np.cos(angle) + y * np.sin(angle)) * (2 * np.pi / period))
            if draw.random() < 0.5:
                wave = np.clip(wave * 4, -1, 1)
            added = np.float32(draw.uniform(5, 50)) * wave
        else:
            coarse = draw.uniform(1, 5)
            noise = draw.normal(0, draw.uniform(4, 30), (int(high / coarse) + 1, int(wide / coarse) + 1))
            added = cv2.resize(noise.astype(np.float32), (wide, high), interpolation=cv2.INTER_CUBIC)
        place[:] = np.clip(place + added[..., None], 0, 255)

    def _clouds(self, depth: float, slope: float) -> np.ndarray:
        """Noise whose amplitude falls with frequency, in each colour partly its own."""
        draw = self._draw
        across = np.fft.rfftfreq(1024)[None]
        down = np.fft.fftfreq(1024)[:, None]
        fall = 1 / np.maximum(np.hypot(across, down), 1 / 1024) ** slope
        shared = np.fft.irfft2(np.fft.rfft2(draw.normal(size=(1024, 1024))) * fall)[:CANVAS, :CANVAS]
        shared *= depth / shared.std()
        weights = 1 + 0.3 * draw.normal(size=3)
        return (shared[..., None] * weights).astype(np.float32)

    def _letters(self, made: np.ndarray) -> None:
        draw = self._draw
        letters = list(string.ascii_letters + string.digits + "&%?!.,:")
        for _ in range(int(draw.integers(10, 60))):
            text = "".join(draw.choice(letters, int(draw.integers(2, 14))))
            at = int(draw.integers(-50, CANVAS)), int(draw.integers(0, CANVAS))
            colour = tuple(float(one) for one in draw.uniform(0, 255, 3))
            size = float(np.exp(draw.uniform(np.log(0.5), np.log(3))))
            cv2.putText(
                made,
                text,
                at,
                FONTS[int(draw.integers(len(FONTS)))],
                size,
                colour,
                max(1, int(size * draw.uniform(1, 4))),
                cv2.LINE_AA,
            )

    def _lines(self, made: np.ndarray) -> None:
        draw = self._draw
        for _ in range(int(draw.integers(5, 60))):
            start, end = draw.integers(0, CANVAS, 2), draw.integers(0, CANVAS, 2)
            colour = tuple(float(one) for one in draw.uniform(0, 255, 3))
            wide = int(draw.integers(1, 9))
            cv2.line(made, tuple(map(int, start)), tuple(map(int, end)), colour, wide, cv2.LINE_AA)


def _decimated(fine: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Every other pixel each way, of the picture filtered by an even kernel centred between pixels."""
    half = len(kernel) // 2
    anchor = (half - 1, half - 1)
    return cv2.sepFilter2D(fine, -1, kernel, kernel, anchor=anchor, borderType=cv2.BORDER_REFLECT)[::2, ::2]


def _coded(pixels: np.ndarray, quality: int | None, halved: bool) -> np.ndarray:
    if quality is not None:
        _, data = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
        return np.ascontiguousarray(cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1])
    if halved:
        parts = cv2.cvtColor(pixels, cv2.COLOR_RGB2YCrCb)
        small = cv2.resize(parts[..., 1:], (COARSE // 2, COARSE // 2), interpolation=cv2.INTER_AREA)
        parts[..., 1:] = cv2.resize(small, (COARSE, COARSE), interpolation=cv2.INTER_LINEAR)
        return cv2.cvtColor(parts, cv2.COLOR_YCrCb2RGB)
    return pixels
