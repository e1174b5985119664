"""A reel: the pictures of a clip, of a folder of numbered stills, or one still, by number."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Literal

import cv2
import msgspec
import numpy as np

from answerprint.core.errors import MediaError
from answerprint.core.records import Damage, StartTimecode
from answerprint.departments.footage.shots.backends import backend
from answerprint.departments.footage.shots.boundaries import ShotList
from answerprint.departments.footage.shots.in_file import ShotWatcher
from answerprint.departments.picture.windows import Pixels
from answerprint.media.clip_pictures import clip_pictures, shape_of
from answerprint.media.exact_stills import ENCODERS, read_still
from answerprint.media.fanout import fan_out
from answerprint.media.frame_times import frame_times
from answerprint.media.probe import probe
from answerprint.media.recasting import nominal_rate

STILLS_RATE = Fraction(24)  # pictures a second of numbered stills, which do not say
LINEAR = ".exr"

Tell = Callable[[str, float], None]
Kind = Literal["clip", "stills", "still"]


class Reel(msgspec.Struct, frozen=True, kw_only=True):
    """Pictures by number, from 0, in the order in which they are shown.

    width, height: upright. ticks: each picture's timestamp in `base` seconds. shots: half-open, together all
    of the reel. channels: 3, or 4 with alpha. linear: scene-linear light and not code values. damage: where
    the clip is broken.
    """

    path: Path
    kind: Kind
    width: int
    height: int
    channels: int
    rate: Fraction
    base: Fraction
    ticks: tuple[int, ...]
    shots: tuple[tuple[int, int], ...]
    files: tuple[Path, ...] = ()
    linear: bool = False
    timecode: StartTimecode | None = None
    damage: tuple[Damage, ...] = ()

    @property
    def count(self) -> int:
        return len(self.ticks)

    @property
    def still(self) -> bool:
        return self.kind == "still"

    def shot_of(self, number: int) -> tuple[int, int]:
        """The shot that a picture lies in."""
        starts = [start for start, _ in self.shots]
        return self.shots[int(np.searchsorted(starts, number, side="right")) - 1]

    def pictures(
        self, first: int = 0, last: int | None = None, size: tuple[int, int] | None = None
    ) -> Iterator[tuple[int, Pixels]]:
        """(number, picture) from `first` up to, not including, `last`: (h, w, channels) float32.

        size: width and height to scale to on the way. A picture that damage keeps from being decoded is left
        out. Raises MediaError as `clip_pictures` and `read_still`.
        """
        last = self.count if last is None else min(last, self.count)
        if first >= last:
            return
        if self.kind == "clip":
            end = self.ticks[last] if last < self.count else None
            begin = self.ticks[first] if first else None
            places = {tick: number for number, tick in enumerate(self.ticks[first:last], first)}
            for tick, pixels in clip_pictures(self.path, begin, end, size=size, alpha=self.channels == 4):
                if tick in places:
                    yield places[tick], pixels
            return
        for number in range(first, last):
            yield number, _scaled(self._still(number), size)

    def _still(self, number: int) -> Pixels:
        still = read_still(self.files[number])
        if still.pixels.shape[:2] != (self.height, self.width):
            raise MediaError(
                "AP-MEDIA-089",
                f"{still.pixels.shape[1]}x{still.pixels.shape[0]} pixels; the first of them has "
                f"{self.width}x{self.height}",
                file=str(self.files[number]),
                remedy="give pictures of one size",
            )
        if self.channels == 3:
            return still.pixels
        alpha = still.alpha if still.alpha is not None else np.ones(still.pixels.shape[:2], np.float32)
        return np.dstack([still.pixels, alpha])


def reel_of(path: Path, *, shots: bool = True, tell: Tell = lambda what, done: None) -> Reel:
    """Opens a clip, a folder of stills numbered in their names, or a still.

    shots: a clip is looked through once for its cuts; without, all of it is one shot.
    Raises MediaError as `probe` and `fan_out`, AP-MEDIA-017, and AP-MEDIA-083 without pictures.
    """
    if path.is_dir():
        return _of_stills(path, numbered_stills(path), "stills", shots)
    found = probe(path)
    seen = found.stream("video")
    if seen is None:
        raise MediaError(
            "AP-MEDIA-083", "there is no picture in it", file=str(path), remedy="give a still or a clip"
        )
    if found.kind == "still":
        return _of_stills(path, [path], "still", shots)
    damage: tuple[Damage, ...] = ()
    if shots:
        watcher = ShotWatcher(backend())
        told = fan_out(path, [watcher], progress=lambda done: tell("looking for cuts", done))
        ticks, base, damage = tuple(int(one) for one in told.pts), told.time_base, told.damage
        listed = watcher.shots(told)
    else:
        times = frame_times(path)
        ticks, base, listed = tuple(int(one) for one in times.pts), times.time_base, None
    if not ticks or base is None:
        raise MediaError("AP-MEDIA-017", "no picture in it could be decoded", file=str(path))
    high, wide, channels = shape_of(path)
    return Reel(
        path=path,
        kind="clip",
        width=wide,
        height=high,
        channels=channels,
        rate=nominal_rate(seen.rate, found.timecode),
        base=base,
        ticks=ticks,
        shots=_numbers(listed, ticks),
        timecode=found.timecode,
        damage=damage,
    )


def numbered_stills(folder: Path) -> list[Path]:
    """The stills of a folder, all of the kind most of them are of, by the last number in their names.

    Raises MediaError AP-MEDIA-083 where there are none.
    """
    by_kind: dict[str, list[Path]] = {}
    for file in folder.iterdir():
        kind = file.suffix.casefold()
        if kind in ENCODERS and not file.name.startswith(".") and re.search(r"\d", file.stem):
            by_kind.setdefault(kind, []).append(file)
    if not by_kind:
        raise MediaError(
            "AP-MEDIA-083",
            "there are no numbered stills in it",
            file=str(folder),
            remedy="give a folder of " + ", ".join(ENCODERS) + " whose names end in numbers",
        )
    chosen = max(by_kind, key=lambda kind: (len(by_kind[kind]), kind))
    return sorted(by_kind[chosen], key=lambda file: (int(re.findall(r"\d+", file.stem)[-1]), file.name))


def _of_stills(path: Path, files: Sequence[Path], kind: Kind, shots: bool) -> Reel:
    first = read_still(files[0])
    base = 1 / STILLS_RATE
    ticks = tuple(range(len(files)))
    listed = None
    if shots and len(files) > 1:
        chosen = backend()
        detector = chosen.make(base)
        size = chosen.form.width or first.pixels.shape[1], chosen.form.height or first.pixels.shape[0]
        for number, file in enumerate(files):
            pixels = np.clip(np.nan_to_num(read_still(file).pixels), 0, 1)
            if file.suffix.casefold() == LINEAR:
                pixels = pixels ** np.float32(1 / 2.4)
            small = _scaled(pixels, size)
            detector.add(np.array([number], np.int64), np.rint(small[None] * 255).astype(np.uint8))
        listed = detector.finish(len(files))
    return Reel(
        path=path,
        kind=kind,
        width=first.pixels.shape[1],
        height=first.pixels.shape[0],
        channels=4 if first.alpha is not None else 3,
        rate=STILLS_RATE,
        base=base,
        ticks=ticks,
        shots=_numbers(listed, ticks),
        files=tuple(files),
        linear=files[0].suffix.casefold() == LINEAR,
    )


def _numbers(listed: ShotList | None, ticks: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Shots in picture numbers: each begins where the one before it ends."""
    starts = [0]
    for start, _ in listed.shots if listed is not None else ():
        number = int(np.searchsorted(ticks, start))
        if starts[-1] < number < len(ticks):
            starts.append(number)
    return tuple(zip(starts, [*starts[1:], len(ticks)], strict=True))


def _scaled(pixels: Pixels, size: tuple[int, int] | None) -> Pixels:
    if size is None or size == (pixels.shape[1], pixels.shape[0]):
        return pixels
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.float32)
