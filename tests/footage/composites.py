"""Films of known transitions, put together from real footage and textures: the truth for shot detection."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import av
import cv2
import numpy as np

WIDTH, HEIGHT = 256, 144

# Single shots of the real files, by eye (first frame, last frame + 1).
REAL_SHOTS = {
    "big_buck_bunny_0_30.webm": [(60, 283), (283, 376), (376, 486), (500, 551), (551, 598), (620, 690)],
    "man_on_green_screen.mp4": [(0, 360), (360, 732)],
    "auto_editor_example.mp4": [(0, 300)],
}


@dataclass
class Film:
    """Frames (n, 144, 256, 3) uint8 and the transitions in them: (type, first frame, first frame after)."""

    frames: list[np.ndarray] = field(default_factory=list)
    truth: list[tuple[str, int, int]] = field(default_factory=list)

    @property
    def pixels(self) -> np.ndarray:
        return np.stack(self.frames)

    def add(self, shot: np.ndarray) -> None:
        self.frames.extend(shot)

    def cut(self, shot: np.ndarray) -> None:
        self.truth.append(("cut", len(self.frames), len(self.frames)))
        self.add(shot)

    def dissolve(self, shot: np.ndarray, length: int) -> None:
        """The last `length` frames become a linear blend into the first of `shot`."""
        start = len(self.frames) - length
        for k in range(length):
            alpha = (k + 1) / (length + 1)
            self.frames[start + k] = _blend(self.frames[start + k], shot[k], alpha)
        self.truth.append(("dissolve", start, len(self.frames)))
        self.add(shot[length:])

    def wipe(self, shot: np.ndarray, length: int, direction: str) -> None:
        start = len(self.frames) - length
        for k in range(length):
            part = (k + 1) / (length + 1)
            mask = _wipe_mask(direction, part)[..., None]
            self.frames[start + k] = np.where(mask, shot[k], self.frames[start + k])
        self.truth.append(("wipe", start, len(self.frames)))
        self.add(shot[length:])

    def fade_out(self, length: int, colour: int = 0) -> None:
        start = len(self.frames) - length
        solid = np.full((HEIGHT, WIDTH, 3), colour, np.uint8)
        for k in range(length):
            self.frames[start + k] = _blend(self.frames[start + k], solid, (k + 1) / (length + 1))
        self.truth.append(("fade_out", start, len(self.frames)))

    def hold(self, length: int, colour: int = 0) -> None:
        self.add(np.full((length, HEIGHT, WIDTH, 3), colour, np.uint8))

    def fade_in(self, shot: np.ndarray, length: int, colour: int = 0) -> None:
        solid = np.full((HEIGHT, WIDTH, 3), colour, np.uint8)
        start = len(self.frames)
        for k in range(length):
            self.frames.append(_blend(solid, shot[k], (k + 1) / (length + 1)))
        self.truth.append(("fade_in", start, len(self.frames)))
        self.add(shot[length:])

    def flash(self, at: int, length: int, strength: float = 0.85) -> None:
        """A photographer's flash: `length` frames from `at` lifted towards white. Not a transition."""
        white = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
        for k in range(at, at + length):
            self.frames[k] = _blend(self.frames[k], white, strength)

    def strobe(self, at: int, length: int, period: int = 4, strength: float = 0.9) -> None:
        """A strobe light: two pictures of every `period` lifted towards white. Not a transition."""
        for k in range(at, at + length):
            if (k - at) % period < 2:
                self.flash(k, 1, strength)

    def title(self, at: int, length: int, ramp: int = 12) -> None:
        """A caption that fades in and out over a running shot. Not a transition."""
        for k in range(length):
            alpha = min(1.0, (k + 1) / ramp, (length - k) / ramp)
            lettered = self.frames[at + k].copy()
            cv2.putText(lettered, "THE LIGHTHOUSE", (28, 80), 0, 0.8, (255, 255, 255), 2)
            self.frames[at + k] = _blend(self.frames[at + k], lettered, alpha)


class Library:
    """Shots to cut from: real footage at 256×144, moving crops of it, and textures. Seeded."""

    def __init__(self, folder: Path | None, seed: int = 1) -> None:
        self.random = np.random.default_rng(seed)
        self.real: list[np.ndarray] = []
        if folder is not None:
            for name, ranges in REAL_SHOTS.items():
                frames = read_small(folder / "video" / name)
                self.real += [frames[first:last] for first, last in ranges]

    def shot(self, length: int) -> np.ndarray:
        """A shot of one of every kind, at random, with sensor noise."""
        kinds = ("real", "handheld", "texture", "pan") if self.real else ("texture", "pan")
        kind = kinds[self.random.integers(len(kinds))]
        if kind == "real":
            frames = self._real(length)
        elif kind == "handheld":
            frames = self.handheld(length)
        elif kind == "texture":
            frames = self.texture_shot(length, float(self.random.uniform(0, 1.0)))
        else:
            frames = self.texture_shot(length, float(self.random.uniform(1.0, 4.0)))
        return self.noisy(frames)

    def real_shot(self, length: int) -> np.ndarray:
        return self.noisy(self._real(length) if self.random.random() < 0.5 else self.handheld(length))

    def _real(self, length: int) -> np.ndarray:
        source = self.real[self.random.integers(len(self.real))]
        return _stretch(source, length, int(self.random.integers(0, max(1, len(source) - length + 1))))

    def handheld(self, length: int, shake: float = 1.5) -> np.ndarray:
        """A crop of real footage that wanders as a hand does, graded at random."""
        source = _stretch(self.real[self.random.integers(len(self.real))], length, 0)
        zoom = float(self.random.uniform(1.3, 2.2))
        walk = np.cumsum(self.random.normal(0, shake, (length, 2)), axis=0)
        walk = cv2.GaussianBlur(walk.astype(np.float32), (1, 7), 0)
        room = np.array([WIDTH - WIDTH / zoom, HEIGHT - HEIGHT / zoom])
        corner = np.clip(self.random.uniform(0, 1, 2) * room + walk, 0, room)
        gain = self.random.uniform(0.5, 1.2, 3)
        flip = self.random.random() < 0.5
        frames = []
        for frame, (x, y) in zip(source, corner, strict=True):
            move = np.array([[1 / zoom, 0, x], [0, 1 / zoom, y]], np.float64)
            crop = cv2.warpAffine(frame, move, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
            frames.append(np.clip((crop[:, ::-1] if flip else crop) * gain, 0, 255).astype(np.uint8))
        return np.stack(frames)

    def texture(self, width: int = 3 * WIDTH, height: int = 2 * HEIGHT) -> np.ndarray:
        """A coloured 1/f field: as much structure as a landscape, and no repetition."""
        fy = np.fft.fftfreq(height)[:, None] * height
        fx = np.fft.rfftfreq(width)[None, :] * height
        slope = (1 + np.hypot(fx, fy)) ** -self.random.uniform(1.1, 1.6)
        planes = []
        for _ in range(3):
            field = np.fft.irfft2(slope * np.fft.rfft2(self.random.normal(size=(height, width))))
            planes.append(field[:, :width] / np.abs(field).std())
        base = planes[0]
        mean = self.random.uniform(60, 190, 3)
        rgb = [mean[c] + 38 * base + 18 * planes[c] for c in range(3)]
        return np.clip(np.stack(rgb, axis=-1), 0, 255).astype(np.uint8)

    def texture_shot(self, length: int, speed: float) -> np.ndarray:
        """A camera moving over a texture at `speed` pixels a frame."""
        field = self.texture()
        angle = self.random.uniform(0, 2 * np.pi)
        x0, y0 = WIDTH, HEIGHT / 2
        frames = []
        for k in range(length):
            travel = speed * (k - length / 2)
            x = float(np.clip(x0 + travel * np.cos(angle), 0, 2 * WIDTH - 1))
            y = float(np.clip(y0 + travel * np.sin(angle) * 0.5, 0, HEIGHT - 1))
            frames.append(cv2.getRectSubPix(field, (WIDTH, HEIGHT), (x + WIDTH / 2, y + HEIGHT / 2)))
        return np.stack(frames)

    def whip_pan(self, length: int, peak: float = 45.0) -> np.ndarray:
        """A pan from rest to `peak` pixels a frame, with its motion blur, and to rest again."""
        field = self.texture(width=10 * WIDTH, height=HEIGHT)
        speed = peak * np.sin(np.linspace(0, np.pi, length)) ** 2
        x = np.cumsum(speed)
        x = x / x[-1] * min(x[-1], 9 * WIDTH - 1)
        frames = []
        for k in range(length):
            blur = max(1, int(speed[k] * 0.5))
            first = int(x[k])
            view = field[:, first : first + WIDTH + blur]
            frames.append(cv2.blur(view, (blur, 1))[:, :WIDTH])
        return np.stack(frames)

    def noisy(self, frames: np.ndarray, sigma: float = 2.0) -> np.ndarray:
        noise = self.random.normal(0, sigma, frames.shape).astype(np.float32)
        return np.clip(frames + noise, 0, 255).astype(np.uint8)


def mixed_film(library: Library, transitions: int, real_only: bool = False) -> Film:
    """A film of every kind of transition in random order, with flashes, captions and pans between them."""
    random = library.random
    make = library.real_shot if real_only else library.shot
    film = Film()
    film.add(make(int(random.integers(40, 90))))
    for _ in range(transitions):
        kind = random.choice(["cut", "cut", "cut", "cut", "dissolve", "dissolve", "fade", "wipe"])
        shot = make(int(random.integers(70, 120)))
        length = int(random.integers(10, 30))
        if kind == "cut":
            film.cut(shot)
        elif kind == "dissolve":
            film.dissolve(shot, length)
        elif kind == "wipe":
            film.wipe(shot, length, str(random.choice(["left", "right", "down", "up"])))
        else:
            colour = int(random.choice([0, 0, 255]))
            film.fade_out(length, colour)
            film.hold(int(random.integers(3, 12)), colour)
            film.fade_in(shot, int(random.integers(10, 30)), colour)
        clear = len(film.frames) - len(shot) + 32
        if random.random() < 0.15:
            film.flash(clear + 6, int(random.integers(1, 4)))
    return film


def read_small(path: Path) -> np.ndarray:
    """All pictures of a file, (n, 144, 256, 3) uint8."""
    with av.open(str(path)) as container:
        return np.stack(
            [
                frame.to_ndarray(format="rgb24", width=WIDTH, height=HEIGHT, interpolation="AREA")
                for frame in container.decode(video=0)
            ]
        )


def shrink(frames: np.ndarray, width: int = 64, height: int = 36) -> np.ndarray:
    return np.stack([cv2.resize(one, (width, height), interpolation=cv2.INTER_AREA) for one in frames])


def _blend(first: np.ndarray, second: np.ndarray, alpha: float) -> np.ndarray:
    return np.round(first * (1 - alpha) + second.astype(np.float32) * alpha).astype(np.uint8)


def _wipe_mask(direction: str, part: float) -> np.ndarray:
    x = (np.arange(WIDTH) + 0.5) / WIDTH
    y = (np.arange(HEIGHT) + 0.5) / HEIGHT
    along = {"right": x[None, :], "left": 1 - x[None, :], "down": y[:, None], "up": 1 - y[:, None]}
    return np.broadcast_to(along[direction] < part, (HEIGHT, WIDTH))


def _stretch(source: np.ndarray, length: int, first: int) -> np.ndarray:
    """`length` frames from `first`, running back and forth where the source is shorter."""
    index = np.arange(first, first + length) % (2 * len(source))
    return source[np.minimum(index, 2 * len(source) - 1 - index)]
