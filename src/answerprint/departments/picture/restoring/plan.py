"""What a survey found out about a reel, and what is to be done about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.picture.restoring import dirt as dirt_of
from answerprint.departments.picture.restoring import dropouts, scratches
from answerprint.departments.picture.restoring.fading import Dyes, FadingSurvey
from answerprint.departments.picture.restoring.levels import CELLS, LevelSurvey
from answerprint.departments.picture.restoring.motion import Floats, grey_of
from answerprint.departments.picture.restoring.scratches import Line, ScratchSurvey
from answerprint.departments.picture.restoring.weave import WeaveSurvey

LOCAL = ("dirt", "scratches", "dropouts")  # repairs of places, which a mask shows
WHOLE = ("flicker", "weave")  # repairs of whole pictures
STRENGTHS = tuple(dirt_of.STRENGTHS)
Arrays = dict[str, NDArray[np.generic]]


class Protected(NamedTuple):
    """A part of the picture that is left as it is: pixels, and picture numbers first … last (half-open)."""

    x: int
    y: int
    width: int
    height: int
    first: int = 0
    last: int = 1 << 30


@dataclass(frozen=True)
class Plan:
    """Arrays have a row for each picture of the reel. levels: gain, contrast and cells of `Levels`; shifts:
    pixels right and down; dyes: black, gain and bend for R, G, B, (count, 9). unproved: lines that may be
    scratches and are left. twitters: successive pictures come of different fields, and differ by that."""

    kinds: frozenset[str]
    strength: str
    levels: NDArray[np.float64]
    shifts: NDArray[np.float64]
    lines: tuple[Line, ...]
    dyes: NDArray[np.float64]
    unproved: tuple[Line, ...] = ()
    protected: tuple[Protected, ...] = ()
    linear: bool = False
    twitters: bool = False

    @property
    def dirt(self) -> dirt_of.Measure:
        measure = dirt_of.STRENGTHS[self.strength]
        return dirt_of.stricter(measure) if self.twitters else measure

    @property
    def dropouts(self) -> float:
        return dropouts.STRENGTHS[self.strength]

    def lines_of(self, number: int) -> list[Line]:
        return [one for one in self.lines if one.first <= number < one.last]

    def dyes_of(self, number: int) -> Dyes:
        black, gain, bend = self.dyes[number].reshape(3, 3)
        return Dyes(black, gain, bend)


class Survey:
    """Told every picture of a reel in order, and where each shot ends; gives the arrays of a plan.

    What lives in the light of whole pictures (flicker) is taken out before lines are looked for; flicker and
    weave in linear light are left alone.
    """

    def __init__(self, count: int, kinds: frozenset[str], strength: str, linear: bool) -> None:
        self._kinds, self._linear = kinds, linear
        self._levels = np.zeros((count, 2 + CELLS[0] * CELLS[1]))
        self._shifts = np.zeros((count, 2))
        self._dyes = np.tile(np.repeat([0.0, 1.0, 1.0], 3), (count, 1))
        self._scratches = ScratchSurvey(scratches.STRENGTHS[strength])
        self._fresh()

    def add(self, number: int, picture: Floats) -> None:
        grey = grey_of(picture, self._linear)
        self._numbers.append(number)
        if "flicker" in self._kinds:
            self._level.add(grey)
        if "weave" in self._kinds:
            self._weave.add(grey)
        if "scratches" in self._kinds:
            self._scratches.add(number, grey)
        if "fading" in self._kinds:
            self._fading.add(picture)

    def end_shot(self) -> None:
        numbers = np.array(self._numbers, np.int64)
        if len(numbers):
            if "flicker" in self._kinds:
                found = self._level.levels()
                flat = found.cells.reshape(len(numbers), -1)
                self._levels[numbers] = np.column_stack([found.gain, found.contrast, flat])
            if "weave" in self._kinds:
                self._shifts[numbers] = self._weave.shifts()
            if "fading" in self._kinds:
                self._dyes[numbers] = np.concatenate(self._fading.dyes())
            self._scratches.end_shot()
        self._fresh()

    def arrays(self) -> Arrays:
        lines = np.array(self._scratches.lines(), np.int64).reshape(-1, 4)
        unproved = np.array(self._scratches.unproved(), np.int64).reshape(-1, 4)
        return {
            "levels": self._levels,
            "shifts": self._shifts,
            "dyes": self._dyes,
            "lines": lines,
            "unproved": unproved,
        }

    def _fresh(self) -> None:
        self._numbers: list[int] = []
        self._level, self._weave, self._fading = LevelSurvey(), WeaveSurvey(), FadingSurvey()


def plan_of(
    found: Mapping[str, NDArray[np.generic]],
    kinds: frozenset[str],
    strength: str,
    protected: tuple[Protected, ...] = (),
    named: tuple[Line, ...] = (),
    linear: bool = False,
    twitters: bool = False,
) -> Plan:
    """A plan from a survey's arrays. named: scratches that a person names."""
    return Plan(
        kinds=kinds,
        strength=strength,
        levels=np.asarray(found["levels"], np.float64),
        shifts=np.asarray(found["shifts"], np.float64),
        lines=(*_lines(found["lines"]), *named),
        unproved=_lines(found["unproved"]),
        dyes=np.asarray(found["dyes"], np.float64),
        protected=protected,
        linear=linear,
        twitters=twitters,
    )


def _lines(rows: NDArray[np.generic]) -> tuple[Line, ...]:
    return tuple(Line(*(int(value) for value in row)) for row in rows)
