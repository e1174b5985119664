"""Scenes with depth, filmed by a pinhole camera whose movement is known: the truth for camera movement."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

import cv2
import numpy as np

WIDTH, HEIGHT = 320, 180
SKY = 150.0  # level of what lies beyond every plane
EYE = 1.5  # metres above the ground


@dataclass
class Plane:
    """A textured rectangle: `corner` is texture (0, 0), `across` and `down` span it, all in metres."""

    texture: np.ndarray  # (h, w, 3) float32
    corner: np.ndarray
    across: np.ndarray
    down: np.ndarray
    alpha: np.ndarray | None = None  # (h, w) float32, 0 … 1
    velocity: np.ndarray = field(default_factory=lambda: np.zeros(3))
    bob: float = 0.0  # metres a walker rises and falls


@dataclass
class Camera:
    """Where the camera is at a moment: place in metres, angles in radians, focal length in picture widths."""

    place: np.ndarray
    pan: float = 0.0  # to the right
    tilt: float = 0.0  # upwards
    roll: float = 0.0  # clockwise
    focal: float = 1.0

    def axes(self) -> np.ndarray:
        """(3, 3) rows: the camera's right, down and forward in the world (x right, y down, z forward)."""
        cp, sp = np.cos(self.pan), np.sin(self.pan)
        ct, st = np.cos(self.tilt), np.sin(self.tilt)
        cr, sr = np.cos(self.roll), np.sin(self.roll)
        yaw = np.array([[cp, 0, -sp], [0, 1, 0], [sp, 0, cp]])
        pitch = np.array([[1, 0, 0], [0, ct, st], [0, -st, ct]])
        turn = np.array([[cr, sr, 0], [-sr, cr, 0], [0, 0, 1]])
        return turn @ pitch @ yaw


@dataclass
class Filmed:
    """A clip of one movement, made picture by picture."""

    movement: str
    rate: Fraction
    cameras: list[Camera]
    planes: list[Plane]
    noise: float
    blur: bool
    seed: int
    gain: np.ndarray  # exposure of every picture

    def pictures(self) -> Iterator[np.ndarray]:
        """(180, 320, 3) uint8, one after another."""
        random = np.random.default_rng(self.seed)
        for number, camera in enumerate(self.cameras):
            at = float(number / self.rate)
            views = [camera]
            if self.blur and number:
                before = self.cameras[number - 1]
                views = [_between(before, camera, part) for part in (0.6, 0.8, 1.0)]
            picture = np.mean([render(self.planes, view, at) for view in views], axis=0) * self.gain[number]
            picture += random.normal(0, self.noise, picture.shape).astype(np.float32)
            yield np.clip(picture, 0, 255).astype(np.uint8)


def render(planes: list[Plane], camera: Camera, at: float) -> np.ndarray:
    """(180, 320, 3) float32: the nearest plane in every pixel, cut-outs laid over what is behind them."""
    x = (np.arange(WIDTH, dtype=np.float32) + 0.5) / WIDTH - 0.5
    y = (np.arange(HEIGHT, dtype=np.float32) + 0.5 - HEIGHT / 2) / WIDTH
    rays = np.stack(np.broadcast_arrays(x[None, :], y[:, None], np.float32(camera.focal)), axis=-1)
    axes = camera.axes()
    rays = rays @ axes.astype(np.float32)
    picture = np.full((HEIGHT, WIDTH, 3), SKY, np.float32)
    depth = np.full((HEIGHT, WIDTH), np.inf, np.float32)
    laid = [(plane, *_hits(plane, camera, axes, rays, at)) for plane in planes]
    laid = [one for one in laid if one[-1].any()]
    laid.sort(key=lambda one: (one[0].alpha is not None, -float(np.median(one[2][one[-1]]))))
    for plane, window, far, u, v, seen in laid:
        front = seen & (far < depth[window])
        if not front.any():
            continue
        high, wide = plane.texture.shape[:2]
        texture = _level(plane, u, wide, front)
        scale_y, scale_x = texture.shape[0] / high, texture.shape[1] / wide
        map_x = (u * wide * scale_x - 0.5).astype(np.float32)
        map_y = (v * high * scale_y - 0.5).astype(np.float32)
        colour = cv2.remap(texture, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        if plane.alpha is None:
            picture[window][front] = colour[front]
            depth[window][front] = far[front]
        else:
            cover = cv2.remap(plane.alpha, u * wide - 0.5, v * high - 0.5, cv2.INTER_LINEAR)
            cover = np.where(front, cover, 0)[..., None]
            picture[window] = picture[window] * (1 - cover) + colour * cover
    return picture


def _hits(plane: Plane, camera: Camera, axes: np.ndarray, rays: np.ndarray, at: float) -> tuple:
    """The part of the picture a plane can be in, and there: its depth, its texture's u and v, where it is."""
    corner = plane.corner + plane.velocity * at - np.array([0, plane.bob * abs(np.sin(7 * at)), 0])
    edges = [corner + a * plane.across + b * plane.down - camera.place for a in (0, 1) for b in (0, 1)]
    seen_from = np.array(edges) @ axes.T
    window = (slice(0, HEIGHT), slice(0, WIDTH))
    if (seen_from[:, 2] > 0.1).all():
        places = camera.focal * WIDTH * seen_from[:, :2] / seen_from[:, 2:] + [WIDTH / 2, HEIGHT / 2]
        (left, top), (right, bottom) = np.floor(places.min(axis=0)), np.ceil(places.max(axis=0)) + 1
        rows = slice(*np.clip([top, bottom], 0, HEIGHT).astype(int))
        window = (rows, slice(*np.clip([left, right], 0, WIDTH).astype(int)))
    ways = rays[window]
    normal = np.cross(plane.across, plane.down)
    under = ways @ normal.astype(np.float32)
    far = np.float32((corner - camera.place) @ normal) / np.where(np.abs(under) < 1e-9, 1e-9, under)
    start = camera.place - corner
    across = plane.across / float(plane.across @ plane.across)
    down = plane.down / float(plane.down @ plane.down)
    u = far * (ways @ across.astype(np.float32)) + np.float32(start @ across)
    v = far * (ways @ down.astype(np.float32)) + np.float32(start @ down)
    return window, far, u, v, (far > 0.05) & (u >= 0) & (u < 1) & (v >= 0) & (v < 1)


def _level(plane: Plane, u: np.ndarray, wide: int, front: np.ndarray) -> np.ndarray:
    """The texture, halved until its pixels are about those of the picture (against aliasing)."""
    step = np.abs(np.diff(u, axis=1))[front[:, 1:] & front[:, :-1]]
    pixels = float(np.percentile(step, 60)) * wide if len(step) else 1.0
    texture = plane.texture
    for _ in range(int(np.clip(np.log2(max(pixels, 1.0)) + 0.3, 0, 5))):
        texture = cv2.pyrDown(texture)
    return texture


def _between(first: Camera, second: Camera, part: float) -> Camera:
    mix = lambda a, b: a * (1 - part) + b * part  # noqa: E731
    return Camera(
        mix(first.place, second.place),
        mix(first.pan, second.pan),
        mix(first.tilt, second.tilt),
        mix(first.roll, second.roll),
        mix(first.focal, second.focal),
    )


class Studio:
    """Builds scenes and moves. `stills` are real pictures that some surfaces show."""

    def __init__(self, seed: int, stills: list[np.ndarray] | None = None) -> None:
        self.random = np.random.default_rng(seed)
        self.stills = stills or []

    def film(self, movement: str, seconds: float = 2.4, *, figures: int | None = None) -> Filmed:
        """A clip of one movement (a name of core.footage.Movement)."""
        random = self.random
        rate = Fraction(random.choice(["24000/1001", "25", "30000/1001", "50"]))
        count = int(seconds * rate)
        kind = str(random.choice(["room", "street", "field"]))
        planes, near = self.scene(kind)
        crowd = int(random.choice([0, 0, 1, 1, 2, 3])) if figures is None else figures
        planes += [self.figure(near) for _ in range(crowd)]
        cameras = self.move(movement, count, rate, near)
        gain = np.ones(count)
        if random.random() < 0.15:
            gain = np.linspace(1, random.uniform(0.75, 1.2), count)
        blur = bool(random.random() < 0.25)
        seed = int(random.integers(1 << 30))
        return Filmed(movement, rate, cameras, planes, float(random.uniform(0.5, 5)), blur, seed, gain)

    def move(self, movement: str, count: int, rate: Fraction, near: float) -> list[Camera]:
        """The camera at every picture. near: metres to the nearest things, which sets a dolly's speed."""
        random = self.random
        t = np.arange(count) / float(rate)
        seconds = count / float(rate)
        way = t.copy()
        if random.random() < 0.4:  # eased at both ends
            way = seconds * (t / seconds - np.sin(2 * np.pi * t / seconds) / (2 * np.pi))
        focal = float(random.uniform(0.8, 1.8))
        pan = tilt = roll = np.zeros(count)
        place = np.zeros((count, 3))
        focals = np.full(count, focal)
        speed = lambda low, high: float(np.exp(random.uniform(np.log(low), np.log(high))))  # noqa: E731
        if movement in ("pan_left", "pan_right"):
            pan = np.radians(speed(4, 30)) / focal * way * (1 if movement == "pan_right" else -1)
            pan = pan - pan[-1] / 2
        elif movement in ("tilt_up", "tilt_down"):
            tilt = np.radians(speed(3, 15)) / focal * way * (1 if movement == "tilt_up" else -1)
            tilt = tilt - tilt[-1] / 2
        elif movement in ("zoom_in", "zoom_out"):
            rise = speed(0.05, 0.35) * way
            focals = focal * np.exp(rise if movement == "zoom_in" else -rise + rise[-1])
        elif movement in ("dolly_in", "dolly_out"):
            travel = min(speed(0.06, 0.25) * near * seconds, 0.55 * near) / seconds * way
            place[:, 2] = travel if movement == "dolly_in" else travel[-1] - travel
        elif movement in ("track_left", "track_right"):
            place[:, 0] = speed(0.05, 0.3) * near / focal * way * (1 if movement == "track_right" else -1)
            place[:, 0] -= place[-1, 0] / 2
        elif movement in ("pedestal_up", "pedestal_down"):
            rise = min(speed(0.05, 0.2) * near / focal * seconds, 0.9) / seconds * way
            place[:, 1] = -rise if movement == "pedestal_up" else rise
            place[:, 1] -= place[-1, 1] / 2
        elif movement == "roll":
            roll = np.radians(speed(4, 25)) * way * random.choice([-1, 1])
            roll = roll - roll[-1] / 2
        if movement == "handheld":
            shake = speed(0.25, 0.9)
        else:
            shake = float(random.choice([0, 0, 0, random.uniform(0, 0.04)]))
        wobble = self.shake(t) * np.radians(shake) / focal
        sway = self.shake(t) * shake * 0.01
        return [
            Camera(
                place[k] + sway[k],
                float(pan[k] + wobble[k, 0]),
                float(tilt[k] + wobble[k, 1]),
                float(roll[k] + 0.7 * wobble[k, 2]),
                float(focals[k]),
            )
            for k in range(count)
        ]

    def shake(self, t: np.ndarray) -> np.ndarray:
        """(n, 3) hands: sums of waves from 0.6 to 7 Hz, falling with frequency, of deviation 1."""
        frequencies = np.exp(self.random.uniform(np.log(0.6), np.log(7), (14, 3)))
        phases = self.random.uniform(0, 2 * np.pi, (14, 3))
        waves = np.sin(2 * np.pi * frequencies[None] * t[:, None, None] + phases) / frequencies**0.7
        total = waves.sum(axis=1)
        return total / np.sqrt((0.5 / frequencies**1.4).sum(axis=0))

    def scene(self, kind: str) -> tuple[list[Plane], float]:
        """Planes, and the metres from the camera to the nearest of them that stand."""
        random = self.random
        far = {
            "room": random.uniform(5, 9),
            "street": random.uniform(20, 45),
            "field": random.uniform(30, 80),
        }[kind]
        near = {
            "room": random.uniform(1.8, 3),
            "street": random.uniform(4, 8),
            "field": random.uniform(5, 10),
        }[kind]
        high = {"room": 3.5, "street": 30.0, "field": 26.0}[kind]
        half = far * 1.7
        planes = [
            Plane(
                self.surface(),
                np.array([-half, EYE - high, far]),
                np.array([2 * half, 0, 0.0]),
                np.array([0, high, 0.0]),
            ),
            Plane(
                self.surface(1024, 1024),
                np.array([-half, EYE, far]),
                np.array([2 * half, 0, 0.0]),
                np.array([0, 0, -far - 3]),
            ),
        ]
        if kind == "room":
            planes.append(
                Plane(
                    self.surface(),
                    np.array([-half, EYE - high, far]),
                    np.array([2 * half, 0, 0.0]),
                    np.array([0, 0, -far - 3]),
                )
            )
        for _ in range(int(random.integers(*{"room": (3, 7), "street": (4, 9), "field": (1, 5)}[kind]))):
            z = float(np.exp(random.uniform(np.log(near), np.log(0.8 * far))))
            wide, tall = random.uniform(0.1, 0.3) * z, random.uniform(0.15, 0.5) * z
            x = random.uniform(-0.6, 0.6) * z - wide / 2
            planes.append(
                Plane(
                    self.surface(256, 256),
                    np.array([x, EYE - tall, z]),
                    np.array([wide, 0, 0.0]),
                    np.array([0, tall, 0.0]),
                )
            )
        return planes, min([float(one.corner[2]) for one in planes[2:] if one.down[2] == 0], default=near)

    def figure(self, near: float) -> Plane:
        """Somebody, cut out, who walks, sways or stands, at 1.2 to 2.5 times the nearest thing's distance."""
        random = self.random
        z = near * random.uniform(0.9, 2.2)
        high, wide = 256, 112
        yy, xx = np.mgrid[0:high, 0:wide].astype(np.float32)
        head = ((xx - 56) / 17) ** 2 + ((yy - 24) / 22) ** 2 < 1
        body = ((np.abs(xx - 56) / 36) ** 3 + (np.abs(yy - 95) / 55) ** 3) < 1
        legs = (yy > 130) & (np.abs(np.abs(xx - 56) - 17) < 13)
        alpha = cv2.GaussianBlur((head | body | legs).astype(np.float32), (0, 0), 1.0)
        texture = self.surface(wide, high)
        speed = random.choice([0.0, random.uniform(0.1, 1.2)]) * near / 3
        angle = random.uniform(-0.5, 0.5)
        velocity = speed * random.choice([-1, 1]) * np.array([np.cos(angle), 0, np.sin(angle)])
        tall = random.uniform(1.5, 1.9) * max(1.0, near / 4)
        x = random.uniform(-0.3, 0.3) * z
        return Plane(
            texture,
            np.array([x, EYE - tall + 0.05, z]),
            np.array([tall * wide / high, 0, 0.0]),
            np.array([0, tall, 0.0]),
            alpha,
            velocity,
            float(random.uniform(0, 0.06)) if speed else 0.0,
        )

    def surface(self, width: int = 1024, height: int = 512) -> np.ndarray:
        """A texture: a 1/f field, bricks, spots, or a real picture."""
        kind = self.random.choice(["field", "bricks", "spots", *(["still"] * 2 if self.stills else [])])
        base = self.fractal(width, height)
        if kind == "still":
            still = self.stills[int(self.random.integers(len(self.stills)))]
            base = cv2.resize(still, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32)
        elif kind == "bricks":
            step_x, step_y = self.random.integers(24, 70), self.random.integers(16, 48)
            rows = np.arange(height)[:, None] // step_y
            columns = (np.arange(width)[None, :] + rows % 2 * step_x // 2) // step_x
            tones = self.random.normal(0, 22, (height // step_y + 2, width // step_x + 3)).astype(np.float32)
            base = base * 0.4 + 70 + tones[rows, columns][..., None]
            base[(np.arange(height) % step_y < 2), :] -= 30
        elif kind == "spots":
            count = int(self.random.integers(40, 150))
            for x, y, radius, tone in zip(
                self.random.integers(0, width, count),
                self.random.integers(0, height, count),
                self.random.integers(4, 24, count),
                self.random.normal(120, 50, count),
                strict=True,
            ):
                colour = tuple(float(tone + bit) for bit in self.random.normal(0, 15, 3))
                cv2.circle(base, (int(x), int(y)), int(radius), colour, -1, cv2.LINE_AA)
        return np.clip(base, 4, 250).astype(np.float32)

    def fractal(self, width: int, height: int) -> np.ndarray:
        fy = np.fft.fftfreq(height)[:, None] * height
        fx = np.fft.rfftfreq(width)[None, :] * width
        slope = (2 + np.hypot(fx, fy)) ** -self.random.uniform(0.9, 1.5)
        planes = []
        for _ in range(3):
            noise = np.fft.irfft2(
                slope * np.fft.rfft2(self.random.normal(size=(height, width))), (height, width)
            )
            planes.append(noise / noise.std())
        mean = self.random.uniform(60, 180, 3)
        contrast = self.random.uniform(14, 36)
        rgb = [mean[c] + contrast * planes[0] + 0.4 * contrast * planes[c] for c in range(3)]
        return np.ascontiguousarray(np.stack(rgb, axis=-1), np.float32)


def stills_of(paths: list[str], every: int = 60) -> list[np.ndarray]:
    """Pictures (n, h, w, 3) of real films, for surfaces."""
    import av

    found = []
    for path in paths:
        with av.open(path) as container:
            for number, frame in enumerate(container.decode(video=0)):
                if number % every == 30:
                    found.append(frame.to_ndarray(format="rgb24"))
    return found


def write_clip(path: str, clip: Filmed, crf: int = 20) -> None:
    """A clip as H.264, as cameras leave it."""
    import av

    with av.open(path, "w") as container:
        stream = container.add_stream("libx264", rate=clip.rate)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.options = {"preset": "veryfast", "crf": str(crf), "threads": "1"}
        for picture in clip.pictures():
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
