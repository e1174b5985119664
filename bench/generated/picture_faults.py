"""Films made up for quality control: clean ones of every sort, and such with one known fault each.

A shot is a wide rendered picture that a camera moves over, with subjects of their own ways before it, so that
minutes of film cost seconds. Every fault comes with the pictures it lies in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.video.reformatter import ColorRange, Colorspace
from generated.moving_scenes import MovingScene

FINE = 2  # points of the wide picture to a pixel
BEYOND = 2.0  # times the picture's size that the wide picture has
RATES = (Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(50))
SIZE = (480, 270)


class Shot:
    """Pictures of one seed by time, R'G'B' (h, w, 3) uint8."""

    def __init__(self, seed: int, size: tuple[int, int] = SIZE, move: str = "pan", subjects: int = 2) -> None:
        self.size, self.move = size, move
        wide = tuple(round(BEYOND * one) for one in size)
        self._wide = _eight(MovingScene(seed, *wide, subjects=4).picture(0, scale=FINE))
        draw = np.random.default_rng(seed)
        self._phase = draw.uniform(0, 6.28, 4)
        self._subjects = []
        other = _eight(MovingScene(seed + 7919, *size, subjects=6).picture(3, scale=FINE))
        for _ in range(subjects):
            high = int(draw.uniform(0.3, 0.6) * size[1] * FINE)
            y, x = int(draw.integers(0, other.shape[0] - high)), int(draw.integers(0, other.shape[1] - high))
            alpha = np.zeros((high, high), np.float32)
            cv2.ellipse(
                alpha, (high // 2, high // 2), (high // 2 - 3, high // 3), 0, 0, 360, 1.0, -1, cv2.LINE_AA
            )
            self._subjects.append(
                (other[y : y + high, x : x + high], alpha, draw.uniform(0.5, 1.2), draw.uniform(0, 6.28))
            )

    def picture(self, t: float) -> np.ndarray:
        """t: seconds."""
        w, h = (one * FINE for one in self.size)
        reach = (BEYOND - 1) * np.array([w, h]) / 2
        dx, dy, zoom = 0.0, 0.0, 1.0
        if self.move == "pan":
            dx, dy = 0.6 * np.sin(0.35 * t + self._phase[0]), 0.25 * np.sin(0.23 * t + self._phase[1])
        elif self.move == "push":
            zoom = 1.25 + 0.2 * np.sin(0.4 * t + self._phase[0])
        elif self.move == "hand":
            dx = 0.02 * np.sin(5 * t + self._phase[0]) + 0.012 * np.sin(13 * t + self._phase[1])
            dy = 0.02 * np.sin(4 * t + self._phase[2]) + 0.012 * np.sin(11 * t + self._phase[3])
        elif self.move == "whip":
            at = (t % 3.0) / 0.35
            dx = 0.85 * (1 if (t // 3) % 2 else -1) * (-np.cos(np.pi * min(1.0, at)))
        matrix = np.float64([[1 / zoom, 0, 0], [0, 1 / zoom, 0]])
        centre = np.array([w, h]) * BEYOND / 2 + np.array([dx, dy]) * reach
        matrix[:, 2] = centre - np.array([w, h]) / 2 / zoom
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        made = cv2.warpAffine(self._wide, matrix, (w, h), flags=flags, borderMode=cv2.BORDER_REFLECT)
        if self.move == "whip" and 0 < at < 1:
            length = max(1, int(0.85 * np.pi / 2 * np.sin(np.pi * at) * reach[0] / 0.35 / 25 / 2))
            made = cv2.blur(made, (length, 1))
        for patch, alpha, speed, phase in self._subjects:
            x = w * (0.5 + 0.35 * np.sin(speed * t + phase)) - patch.shape[1] / 2
            y = h * (0.5 + 0.2 * np.sin(1.3 * speed * t + 2 * phase)) - patch.shape[0] / 2
            left, top = max(0, int(x)), max(0, int(y))
            right, bottom = min(w, left + patch.shape[1]), min(h, top + patch.shape[0])
            shift = np.float64([[1, 0, x - left], [0, 1, y - top]])
            size = right - left, bottom - top
            over = cv2.warpAffine(patch, shift, size)
            share = cv2.warpAffine(alpha, shift, size)[..., None]
            under = made[top:bottom, left:right]
            under[:] = (under + share * (over.astype(np.float32) - under)).astype(np.uint8)
        return cv2.resize(made, self.size, interpolation=cv2.INTER_AREA)


def _eight(picture: np.ndarray) -> np.ndarray:
    return np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8)


@dataclass
class Clip:
    """Pictures to be written, and what is wrong with them. fault: its kind, None for a clean one; places: the
    pictures [first, end) it lies in; also: other kinds that say the same."""

    name: str
    pictures: list[np.ndarray]
    rate: Fraction
    fault: str | None = None
    places: tuple[int, int] | None = None
    also: tuple[str, ...] = ()
    options: dict = field(default_factory=dict)  # of `write`
    after: Callable[[Path], None] | None = None  # done to the written file


def write(
    path: Path,
    pictures: Sequence[np.ndarray] | Iterator[np.ndarray],
    rate: Fraction,
    *,
    codec: str = "h264",
    crf: int = 18,
    full_values: bool = False,
    full_tag: bool = False,
    tags: tuple[int, int, int] | None = (1, 1, 1),
    ticks: Sequence[int] | None = None,
    planes: bool = False,
    size: tuple[int, int] | None = None,
    pixel_format: str | None = None,
    sound: float | None = -23.0,
) -> None:
    """tags: primaries, transfer, matrix, None for none at all. planes: pictures are Y'CbCr 4:4:4 as coded.
    sound: LUFS of a tone beside them, about."""
    with av.open(str(path), "w") as out:
        encoder = {"h264": "libx264", "prores": "prores_ks", "mpeg4": "mpeg4", "mpeg2": "mpeg2video"}[codec]
        kind = pixel_format or ("yuv422p10le" if codec == "prores" else "yuv420p")
        options = {"crf": str(crf), "preset": "veryfast"} if codec == "h264" else {}
        stream = out.add_stream(encoder, rate=rate, options=options)
        stream.pix_fmt, stream.codec_context.thread_count = kind, 1
        if codec in ("mpeg4", "mpeg2"):
            stream.bit_rate = 4_000_000
        context = stream.codec_context
        if tags is not None:
            context.color_primaries, context.color_trc, context.colorspace = tags
            context.color_range = 2 if full_tag else 1
        audio = out.add_stream("aac", rate=48000, layout="stereo") if sound is not None else None
        count = 0
        for number, picture in enumerate(pictures):
            if number == 0:
                stream.width, stream.height = size or (picture.shape[1], picture.shape[0])
            if planes:
                frame = av.VideoFrame.from_ndarray(
                    np.ascontiguousarray(picture.transpose(2, 0, 1)), "yuv444p"
                )
                frame.color_range = 1
                frame = frame.reformat(format=kind, src_color_range=1, dst_color_range=1)
            else:
                frame = av.VideoFrame.from_ndarray(picture, "rgb24").reformat(
                    format=kind,
                    dst_colorspace=Colorspace.ITU709,
                    dst_color_range=ColorRange.JPEG if full_values else ColorRange.MPEG,
                )
            if tags is not None:
                frame.color_range = 2 if full_tag else 1
                frame.colorspace, frame.color_primaries, frame.color_trc = tags[2], tags[0], tags[1]
            else:
                frame.color_range = 0
                frame.colorspace = frame.color_primaries = frame.color_trc = 2
            frame.pts, frame.time_base = (ticks[number] if ticks else number), 1 / rate
            out.mux(stream.encode(frame))
            count += 1
        out.mux(stream.encode(None))
        if audio is not None:
            seconds = float(count / rate)
            for at in range(0, int(seconds * 48000) - 1023, 1024):
                t = (np.arange(at, at + 1024)) / 48000
                # A sine of −3.01 LKFS at 0 dBFS in one channel: two of them read 3 dB more.
                tone = (10 ** (sound / 20) * np.sin(2 * np.pi * 997 * t)).astype(np.float32)
                frame = av.AudioFrame.from_ndarray(np.stack([tone, tone]), "fltp", "stereo")
                frame.sample_rate, frame.pts = 48000, at
                out.mux(audio.encode(frame))
            out.mux(audio.encode(None))


def film(shot: Shot, rate: Fraction, pictures: int, start: float = 0.0) -> list[np.ndarray]:
    return [shot.picture(start + float(number / rate)) for number in range(pictures)]


def grain(pictures: Sequence[np.ndarray], seed: int, sigma: float) -> list[np.ndarray]:
    draw = np.random.default_rng(seed)
    noise = [draw.normal(0, sigma, (*pictures[0].shape[:2], 1)).astype(np.float32) for _ in range(7)]
    made = []
    for number, one in enumerate(pictures):
        rolled = np.roll(noise[number % 7], (int(draw.integers(0, 200)), int(draw.integers(0, 200))), (0, 1))
        made.append(np.clip(np.rint(one + rolled), 0, 255).astype(np.uint8))
    return made


def slope(picture: np.ndarray, number: int, steps: int, draw: np.random.Generator) -> np.ndarray:
    """The upper part of a picture as a sky: a slope of light, with the noise of a camera, or as stairs."""
    high, wide = picture.shape[:2]
    rows = int(0.65 * high)
    light = np.linspace(0, 1, rows, dtype=np.float32)[:, None] * 0.7 + np.linspace(
        0, 0.3, wide, dtype=np.float32
    )
    light = 90 + 90 * np.roll(light, number // 8, axis=1)
    light = np.floor(light / steps) * steps if steps else light + draw.normal(0, 1.2, light.shape)
    made = picture.copy()
    made[:rows] = np.clip(np.rint(light), 0, 255).astype(np.uint8)[..., None]
    return made


def blocked(picture: np.ndarray, quality: int) -> np.ndarray:
    return cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], 1)


def flashed(pictures: list[np.ndarray], rate: Fraction, first: int, end: int, hertz: float, area: float,
            low: float, high: float, red: bool = False) -> None:  # fmt: skip
    """Puts a flashing field over the upper part of pictures. low, high: cd/m² of the field on 200 cd/m²."""
    for number in range(first, end):
        phase = int((number - first) / float(rate) * 2 * hertz) % 2
        one = pictures[number].copy()
        rows = max(1, round(area * one.shape[0]))
        if red:
            one[:rows] = (235, 10, 10) if phase else (60, 60, 60)
        else:
            one[:rows] = round(255 * ((high if phase else low) / 200) ** (1 / 2.4))
        pictures[number] = one
