"""Films of made-up shots with every kind of transition between them, and what each picture is part of."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from rendering import HEIGHT, WIDTH, Pictures, World, shot, world

NONE, DISSOLVE, FADE_OUT, FADE_IN, WIPE = range(5)
TRANSITIONS = ("cut", "dissolve", "fade", "wipe", "cut_to_solid")
SHARES = (0.42, 0.24, 0.18, 0.08, 0.08)


@dataclass(frozen=True)
class Labelled:
    """pixels (n, 36, 64) uint8; kinds (n,) of NONE … WIPE; cuts (n,): a cut lies before the picture."""

    pixels: NDArray[np.uint8]
    kinds: NDArray[np.int64]
    cuts: NDArray[np.float32]


def film(seed: int, pictures: int = 330, unrest: float = 1.0) -> Labelled:
    """A film by seed: the same seed gives the same film. unrest: as for `rendering.shot`."""
    random = np.random.default_rng(seed)
    made = _Film(random, unrest)
    if random.random() < 0.3:
        made.fade_in(made.fresh(), made.length(), made.colour())
    else:
        made.add(made.fresh())
    while made.count < pictures:
        kind = str(random.choice(TRANSITIONS, p=SHARES))
        if kind == "cut":
            made.cut(made.fresh())
        elif kind == "dissolve":
            made.mix(made.fresh(), made.length(), DISSOLVE)
        elif kind == "wipe":
            made.mix(made.fresh(), made.length(), WIPE)
        elif kind == "fade":
            colour = made.colour()
            made.fade_out(made.length(), colour)
            made.hold(int(random.choice([0, 1, random.integers(1, 30)])), colour)
            if random.random() < 0.85:
                made.fade_in(made.fresh(), made.length(), colour)
            else:
                made.cut(made.fresh())
        else:
            made.cut(made.solid(int(random.integers(1, 25)), made.colour()))
            if random.random() < 0.6:
                made.cut(made.fresh())
            else:
                made.fade_in(made.fresh(), made.length(), made.last_colour)
    if random.random() < 0.3:
        colour = made.colour()
        made.fade_out(made.length(), colour)
        made.hold(int(random.integers(0, 15)), colour)
    return made.developed()


class _Film:
    def __init__(self, random: np.random.Generator, unrest: float) -> None:
        self._random = random
        self._unrest = unrest
        self._frames: list[NDArray[np.float32]] = []
        self._kinds: list[int] = []
        self._cuts: set[int] = set()
        self._free = 0  # pictures before this belong to an earlier transition
        self._place: World | None = None
        self.last_colour = 0.0

    @property
    def count(self) -> int:
        return len(self._frames)

    def fresh(self) -> Pictures:
        """The next shot, now and then in the same set as the one before."""
        if self._place is None or self._random.random() > 0.25:
            self._place = world(self._random)
        length = int(np.exp(self._random.uniform(np.log(12), np.log(110))))
        return shot(self._random, length, self._place, self._unrest)

    def length(self) -> int:
        return int(np.exp(self._random.uniform(np.log(3), np.log(75))))

    def colour(self) -> float:
        self.last_colour = float(
            self._random.choice(
                [0, 16, 16, 20, 235, 255, self._random.uniform(0, 255)],
                p=[0.25, 0.3, 0.15, 0.05, 0.1, 0.1, 0.05],
            )
        )
        return self.last_colour

    def solid(self, length: int, colour: float) -> Pictures:
        return np.full((length, HEIGHT, WIDTH), colour, np.float32)

    def add(self, frames: Pictures, kind: int = NONE) -> None:
        self._frames.extend(frames)
        self._kinds.extend([kind] * len(frames))

    def cut(self, frames: Pictures) -> None:
        self._cuts.add(self.count)
        self._free = self.count
        self.add(frames)

    def mix(self, frames: Pictures, length: int, kind: int) -> None:
        length = min(length, self.count - self._free - 2, len(frames) - 2)
        if length < 2:
            self.cut(frames)
            return
        start = self.count - length
        shares = self._ramp(length)
        masks = self._wipe() if kind == WIPE else None
        for k in range(length):
            part = shares[k] if masks is None else np.clip(masks(shares[k]), 0, 1)
            self._frames[start + k] = self._frames[start + k] * (1 - part) + frames[k] * part
            self._kinds[start + k] = kind
        self._free = self.count
        self.add(frames[length:])

    def fade_out(self, length: int, colour: float) -> None:
        length = min(length, self.count - self._free - 2)
        if length < 2:
            self._cuts.add(self.count)  # no room: the colour is cut to
            return
        start = self.count - length
        for k, part in enumerate(self._ramp(length)):
            self._frames[start + k] = self._frames[start + k] * (1 - part) + np.float32(colour) * part
            self._kinds[start + k] = FADE_OUT
        self._free = self.count

    def hold(self, length: int, colour: float) -> None:
        self.add(self.solid(length, colour))

    def fade_in(self, frames: Pictures, length: int, colour: float) -> None:
        length = min(length, len(frames) - 2)
        for part, picture in zip(self._ramp(length), frames[:length], strict=True):
            self._frames.append(picture * part + np.float32(colour) * (1 - part))
            self._kinds.append(FADE_IN)
        self._free = self.count
        self.add(frames[length:])

    def developed(self) -> Labelled:
        """What a decoder would give, small: sensor noise, a codec's smear, limited or full range."""
        random = self._random
        frames = np.stack(self._frames)
        if random.random() < 0.25:
            bar = int(random.integers(2, 14))
            if random.random() < 0.7:
                frames[:, :bar] = frames[:, HEIGHT - bar :] = 16
            else:
                frames[:, :, :bar] = frames[:, :, WIDTH - bar :] = 16
        if random.random() < 0.3:  # a curve, so that a dissolve is no straight line any more
            frames = 255 * (np.clip(frames, 0, 255) / 255) ** np.float32(random.uniform(0.7, 1.5))
        if random.random() < 0.5:  # every second pixel, as a quick scaler takes them
            small = frames[:, ::2, ::2]
        else:
            small = np.stack(
                [cv2.resize(one, (WIDTH // 2, HEIGHT // 2), interpolation=cv2.INTER_AREA) for one in frames]
            )
        if random.random() < 0.3:  # what a codec at its limits does after a change
            smear = random.uniform(0.05, 0.3)
            steps = np.abs(np.diff(small, axis=0)).mean(axis=(1, 2))
            for k in np.flatnonzero(steps > 12) + 1:
                small[k] = cv2.GaussianBlur(small[k], (0, 0), 1.2)
                small[k] = small[k] * (1 - smear * 0.3) + small[k - 1] * smear * 0.3
        noise = random.choice([0, random.uniform(0.1, 1.5), random.uniform(0.5, 4.0)])
        small = small + random.normal(0, noise, small.shape) if noise else small
        kinds = np.array(self._kinds, np.int64)
        cuts = np.zeros(len(kinds), np.float32)
        cuts[[at for at in self._cuts if 0 < at < len(kinds)]] = 1
        return Labelled(np.clip(np.rint(small), 0, 255).astype(np.uint8), kinds, cuts)

    def _ramp(self, length: int) -> NDArray[np.float32]:
        part = (np.arange(length) + 1) / (length + 1)
        if self._random.random() < 0.25:
            part = part * part * (3 - 2 * part)
        return part.astype(np.float32)

    def _wipe(self):
        """share → (72, 128) mask of the new picture: straight, slanted, from the middle, like a clock."""
        random = self._random
        y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
        x, y = (x + 0.5) / WIDTH, (y + 0.5) / HEIGHT
        kind = random.choice(["across", "down", "slant", "iris", "clock", "doors"])
        place = {
            "across": x,
            "down": y,
            "slant": (x + y) / 2,
            "iris": np.hypot(x - 0.5, y - 0.5) / np.float32(np.hypot(0.5, 0.5)),
            "clock": (np.arctan2(y - 0.5, x - 0.5) / np.float32(2 * np.pi)) % 1,
            "doors": np.abs(x - 0.5) * 2,
        }[str(kind)]
        if random.random() < 0.5:
            place = 1 - place
        soft = float(random.choice([0.005, 0.02, 0.1]))
        return lambda share: (share * (1 + soft) - place) / soft + 0
