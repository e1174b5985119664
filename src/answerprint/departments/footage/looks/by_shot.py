"""What was measured while a file passed, joined with its shots: how each was taken, what it is known by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.core.footage import Movement, Scale
from answerprint.departments.footage.looks.camera import Stretch, main_movement, stretches
from answerprint.departments.footage.looks.colour import palette, temperature
from answerprint.departments.footage.looks.composition import shot_composition
from answerprint.departments.footage.looks.fingerprints import Fingerprint, fingerprint
from answerprint.departments.footage.looks.focus import focus
from answerprint.departments.footage.looks.light import Box, shot_light
from answerprint.departments.footage.looks.measures import Sharpness, Sights
from answerprint.departments.footage.looks.scale import scale_of
from answerprint.departments.footage.looks.tracking import Motion

STILLEST = 25  # per cent of a shot's moments, the sharpest: blur of movement is no fault of focus
BUSY = 0.25  # picture widths a second at which motion is 0.5
MOST_COLOURS = 20_000  # pixels a palette and a temperature are taken from
CURVE_POINTS = 50  # of a stretch's curves


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """People seen in a shot, from whatever found them. people: at once, at most. boxes: faces in the picture
    where the largest was seen, largest first; `body` a whole figure's height where no face was; both in parts
    of the picture. key_fill in stops."""

    people: int
    boxes: tuple[Box, ...] = ()
    body: float | None = None
    key_fill: float | None = None


class ShotLook(msgspec.Struct, frozen=True, kw_only=True):
    """How a shot was taken: the names of core.footage.LOOK_VALUES, and the evidence beside them.

    Everything that could not be seen is None. confidence of movement, scale and temperature 0 … 1.
    """

    scale: Scale | None
    scale_confidence: float | None
    movement: Movement | None
    movement_confidence: float | None
    speed: float | None
    shake: float | None
    focus: float | None
    exposure: float
    contrast: float
    clipped: float
    crushed: float
    key: str
    key_fill: float | None
    temperature_k: int | None
    temperature_confidence: float | None
    duv: float | None
    palette: tuple[tuple[str, float], ...]
    motion: float
    subject_motion: float
    people: int | None
    composition: dict[str, Any]


class LookedAt(msgspec.Struct, frozen=True, kw_only=True):
    """A shot [start, end) in ticks: look (None where no picture of it was seen), movements, fingerprint."""

    start: int
    end: int
    look: ShotLook | None
    movements: tuple[Stretch, ...]
    known_by: Fingerprint | None


def look_at_shots(
    shots: Sequence[tuple[int, int]],
    motion: Motion,
    sharpness: Sharpness,
    sights: Sights,
    time_base: Fraction,
    figures: Mapping[int, Figures] | None = None,
) -> list[LookedAt]:
    """Every shot, in order. shots: half-open ticks. figures: by the shot's place in the list; None where
    nobody looked for people, which is not the same as nobody being there."""
    found = []
    for number, (start, end) in enumerate(shots):
        first, last = (int(one) for one in np.searchsorted(motion.pts, (start, end)))
        moves = stretches(motion, first, last, time_base)
        seen = _moments(sights.pts, start, end)
        people = None if figures is None else figures.get(number, Figures(people=0))
        look = None
        if len(seen):
            look = _look(motion, (first, last), moves, sharpness, sights, seen, time_base, people)
        found.append(
            LookedAt(
                start=start,
                end=end,
                look=look,
                movements=tuple(moves),
                known_by=fingerprint(sights.luma[seen]) if len(seen) else None,
            )
        )
    return found


def curves(motion: Motion, stretch: Stretch) -> dict[str, list[float]]:
    """The way of what is seen since the stretch began, at no more than 50 places: ticks `at`; `x`, `y` in
    parts of the width (right, down); `scale`, 1 at the start; `roll` in degrees clockwise."""
    steps = motion.steps[stretch.first : stretch.last].astype(np.float64).copy()
    steps[0] = 0
    way = np.cumsum(steps, axis=0)
    places = np.unique(np.linspace(0, len(way) - 1, min(CURVE_POINTS, len(way))).round().astype(int))
    return {
        "at": [int(one) for one in motion.pts[stretch.first + places]],
        "x": [round(float(one), 5) for one in way[places, 0]],
        "y": [round(float(one), 5) for one in way[places, 1]],
        "scale": [round(float(one), 5) for one in np.exp(way[places, 2])],
        "roll": [round(float(one), 3) for one in np.degrees(way[places, 3])],
    }


def _look(
    motion: Motion,
    pictures: tuple[int, int],
    moves: list[Stretch],
    sharpness: Sharpness,
    sights: Sights,
    seen: NDArray[np.int64],
    time_base: Fraction,
    figures: Figures | None,
) -> ShotLook:
    first, last = pictures
    start, end = int(motion.pts[first]), int(motion.pts[last - 1])
    light = shot_light(sights.lights(seen))
    colours = sights.colours[seen].reshape(-1, 3)
    colours = colours[:: max(1, len(colours) // MOST_COLOURS)]
    warmth = temperature(colours)
    main = main_movement(moves, motion)
    faces = figures.boxes if figures is not None else ()
    scale, sure = scale_of(
        faces[0][3] if faces else None, body_height=figures.body if figures is not None else None
    )
    weight = shot_composition(sights.compositions(seen), faces)
    speed, own = _energy(motion, first, last, time_base)
    return ShotLook(
        scale=scale,
        scale_confidence=sure,
        movement=main.movement if main else None,
        movement_confidence=main.confidence if main else None,
        speed=round(main.speed, 4) if main else None,
        shake=round(main.shake, 5) if main else None,
        focus=_focus(sharpness, start, end),
        exposure=round(light.exposure, 3),
        contrast=round(light.contrast, 3),
        clipped=round(light.clipped, 4),
        crushed=round(light.crushed, 4),
        key=light.key,
        key_fill=figures.key_fill if figures is not None else None,
        temperature_k=round(warmth.kelvin / 10) * 10 if warmth else None,
        temperature_confidence=warmth.confidence if warmth else None,
        duv=round(warmth.duv, 4) if warmth else None,
        palette=tuple(palette(colours)),
        motion=speed,
        subject_motion=own,
        people=figures.people if figures is not None else None,
        composition=msgspec.to_builtins(weight),
    )


def _moments(pts: NDArray[np.int64], start: int, end: int) -> NDArray[np.int64]:
    """Those inside; of a shot too short to hold one, none."""
    first, last = np.searchsorted(pts, (start, end))
    return np.arange(first, last)


def _focus(sharpness: Sharpness, start: int, end: int) -> float | None:
    blur = sharpness.blur[_moments(sharpness.pts, start, end + 1)]
    blur = blur[~np.isnan(blur)]
    if not len(blur):
        return None
    return round(focus(float(np.percentile(blur, STILLEST))), 3)


def _energy(motion: Motion, first: int, last: int, time_base: Fraction) -> tuple[float, float]:
    """Motion of everything, and of what moves beside the camera, each 0 … 1."""
    took = float((motion.pts[last - 1] - motion.pts[first]) * time_base)
    if last - first < 2 or took <= 0:
        return 0.0, 0.0
    whole, own = (float(one[first + 1 : last].sum()) / took for one in (motion.speed, motion.own))
    return round(whole / (whole + BUSY), 4), round(own / (own + BUSY), 4)
