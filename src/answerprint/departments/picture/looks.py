"""A look brought about by an ASC CDL: axes moved as far as was asked and a CDL can, skin's hue held.

Nonlinear least squares (Levenberg and Marquardt, scipy) over slope, offset, power and saturation: what is
asked counts fully, what is not asked is drawn to stay, and so is the grade to none.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from answerprint.core.cut import Cdl
from answerprint.departments.picture.difference import lab_of
from answerprint.departments.picture.fitting import CONTRASTS, NO_CHANGE, SPREAD, cdl_of
from answerprint.departments.picture.looks_axes import (
    AXES,
    RELATIVE,
    UNITS,
    Parts,
    measured,
    parts_of,
    shifts_between,
    unmeasurable,
)
from answerprint.departments.picture.looks_keeping import AXES_OF, Attribute, ToLinear, exactly, ways
from answerprint.departments.picture.operations import graded
from answerprint.departments.picture.skin import is_skin

# A miss that weighs one, in the units in which shifts are asked for
MISS = np.array([1.0, 3.0, 1.0, 1.5, 4.0, 0.7, 0.7, 0.9, 0.9, 0.9, 0.9])
# What a miss on an axis that nobody asked for weighs beside one that was asked for: casts are worst
UNASKED = np.array([0.3, 0.25, 0.2, 0.2, 0.25, 0.5, 0.5, 0.35, 0.35, 0.35, 0.35])
DRAWN = 0.35  # how a grade is drawn to none, in what is nothing unusual
SPLIT = 0.15  # how slopes and powers of the channels are drawn to one another
SKIN_TURN = 10.0  # degrees that skin's hue may turn by
SKIN_WEIGHT = 3.0  # what that turn weighs; half of it weighs an eighth
SKIN_SHARE = 0.01  # of the pixels, under which skin is not looked after
TONES, FEWEST = 5, 5  # groups of skin by lightness, and the pixels that make a group
SKIN_CHROMA = 20.0  # what skin usually has; paler skin's turn is told as that of the same difference at it
CLIPPING = 60.0  # what light beyond the display's white weighs
DISPLAY_WHITE, SCENE_WHITE = 1.0, 16.0  # the most linear light that is told apart
STEP = 2e-3  # of what is nothing unusual; smaller ones drown in the rounding of float32
ASTRAY = 0.25  # share met under which a person is asked
AGAIN, WRONG = 4, 0.1  # tries while something moves the wrong way, each weighing it more
DEAR = 4.0  # what holding skin costs from which on another start is tried
TIGHTER = 4  # times that skin's limit is drawn tighter until it is kept
SMALLEST = np.array([0.5] * 3 + [-0.6] * 3 + [0.6] * 3 + [0.0])
LARGEST = np.array([2.0] * 3 + [0.6] * 3 + [1.6] * 3 + [2.5])
SATURATION, CASTS = AXES.index("saturation"), AXES[5:]
SHORT = 0.75  # share met from which on an axis counts as reached
GREY = -90.0  # per cent of saturation from which on there is no colour to be kept
BLACK = 4.0  # L* of the lightest part under which there is no picture to give a look

Values = NDArray[np.float64]


class AxisTold(msgspec.Struct, frozen=True, kw_only=True):
    """One axis: before, target and after as measured; asked and met as shifts (per cent for contrast and
    saturation). asked is None where nobody asked; held: it was to stay. share: of the asked shift that is
    met. capped: the target is nearer than asked, since no picture has it. why: what keeps it from its
    target."""

    axis: str
    unit: str
    before: float
    target: float
    after: float
    asked: float | None
    met: float
    held: bool = False
    share: float | None = None
    capped: bool = False
    why: str = ""


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """A grade and where it leads. skin_share: of the pixels. skin_turn: degrees its hue turns by, the most of
    its groups by lightness and chroma; None where there is none. dark: the picture is too dark to be given a
    look."""

    grade: Cdl
    axes: tuple[AxisTold, ...]
    skin_share: float
    skin_turn: float | None
    skin_limit: float | None
    dark: bool = False

    @property
    def short(self) -> tuple[str, ...]:
        """Axes that stay short of what was asked."""
        return tuple(one.axis for one in self.axes if one.why)

    @property
    def astray(self) -> bool:
        """Whether something that was asked for hardly came about, or nothing at all could be done."""
        return self.dark or any(one.why and (one.share or 0) < ASTRAY for one in self.axes)


class Sight(NamedTuple):
    """Pixels of a picture: values (n, 3) of the grading space, the way to linear Rec. 709 light, the most
    light that is told apart, L*a*b*, parts, axes."""

    values: Values
    to_linear: ToLinear
    white: float
    lab: Values
    parts: Parts
    axes: Values


def sight_of(values: Values, to_linear: ToLinear, *, scene: bool = False) -> Sight:
    """scene: light of a scene, which has no white that it ends at."""
    white = SCENE_WHITE if scene else DISPLAY_WHITE
    lab = _lab(to_linear(values.astype(np.float32)), white)
    parts = parts_of(lab)
    return Sight(values, to_linear, white, lab, parts, measured(lab, parts))


def look_of(
    sight: Sight,
    shifts: Mapping[str, float],
    holds: Collection[str] = (),
    *,
    skin_turn: float | None = SKIN_TURN,
    keep: Collection[Attribute] = (),
) -> Look:
    """The grade that moves the axes of a picture by `shifts` as far as a CDL can.

    holds: axes that stay. skin_turn: degrees that skin's hue may turn by, None for any. keep: attributes that
    the grade leaves alone, whatever is asked of their axes.
    """
    kept = {axis for one in keep for axis in AXES_OF[one]}
    shifts = {axis: shift for axis, shift in shifts.items() if axis not in kept}
    holds = {*holds, *kept}
    skin = is_skin(sight.to_linear(sight.values.astype(np.float32)))
    share = float(skin.mean())
    grey = shifts.get("saturation", 0.0) <= GREY
    limit = skin_turn if share >= SKIN_SHARE and not grey else None
    if sight.axes[AXES.index("highlights")] < BLACK:
        return Look(grade=Cdl(), axes=(), skin_share=share, skin_turn=None, skin_limit=skin_turn, dark=True)
    target, capped = _targets(sight, shifts, holds)
    groups = _groups(sight.lab, skin) if share >= SKIN_SHARE and not grey else []
    weights = _weights(sight, shifts, holds)
    for _ in range(AGAIN):
        job = _Job(sight, target, weights, groups, limit, frozenset(keep))
        free = _solved(job._replace(limit=None))
        best, after = free, _seen(sight, free.grade)
        told = _told(sight, shifts, holds, target, capped, measured(after, sight.parts))
        if limit is not None:
            best, after = _held(job, free)
            held = _told(sight, shifts, holds, target, capped, measured(after, sight.parts))
            told = [
                msgspec.structs.replace(one, why="skin's hue is held")
                if one.why and (other.share or 0) > (one.share or 0) + 0.1
                else one
                for one, other in zip(held, told, strict=True)
            ]
        wrong = np.array([one.share is not None and one.share < WRONG for one in told])
        if not wrong.any():
            break
        weights = np.where(wrong, 3 * weights, weights)
    turned = _turned(sight, after, groups) if groups else None
    return Look(
        grade=best.grade,
        axes=tuple(told),
        skin_share=share,
        skin_turn=turned,
        skin_limit=skin_turn,
    )


class _Job(NamedTuple):
    sight: Sight
    target: Values
    weights: Values
    groups: list[NDArray[np.intp]]
    limit: float | None
    keep: frozenset[Attribute]


class _Solved(NamedTuple):
    grade: Cdl
    way: Values  # from no change
    cost: float


def _held(job: _Job, free: _Solved) -> tuple[_Solved, Values]:
    """The grade that keeps to skin's limit, from where it is kept without and from near no change: the
    limit is curved. Tightened until it is kept."""
    assert job.limit is not None
    found, after, tight = free, _seen(job.sight, free.grade), job.limit
    for _ in range(TIGHTER):
        tightened = job._replace(limit=tight)
        found = _solved(tightened, free.way)
        if found.cost > free.cost + DEAR:
            found = min(found, _solved(tightened, 0.3 * free.way), key=lambda one: one.cost)
        after = _seen(job.sight, found.grade)
        if _turned(job.sight, after, job.groups) <= job.limit:
            break
        tight *= 0.75
    return found, after


def _turned(sight: Sight, after: Values, groups: list[NDArray[np.intp]]) -> float:
    return max(abs(_turn(sight.lab, after, one)) for one in groups)


def _solved(job: _Job, start: Values | None = None) -> _Solved:
    sight = job.sight
    basis = ways(job.keep, sight.values, SPREAD)
    if not basis.shape[1]:
        return _Solved(Cdl(), np.zeros(0), 0.0)
    plain = np.minimum(sight.to_linear(sight.values.astype(np.float32)), sight.white)

    def grade_at(way: Values) -> Cdl:
        return cdl_of(np.clip(NO_CHANGE + basis @ way, SMALLEST, LARGEST))

    def missed(way: Values) -> Values:
        at = NO_CHANGE + basis @ way
        linear = sight.to_linear(graded(sight.values, grade_at(way)).astype(np.float32))
        lab = _lab(linear, sight.white)
        off = shifts_between(sight.axes, measured(lab, sight.parts)) - shifts_between(sight.axes, job.target)
        beyond = np.maximum(linear - np.maximum(plain, sight.white), 0).mean() * CLIPPING
        out = (np.maximum(at - LARGEST, 0) + np.maximum(SMALLEST - at, 0)) / SPREAD
        split = np.concatenate([one - one.mean() for one in (at[0:3], at[6:9])]) / CONTRASTS
        parts = [off * job.weights, DRAWN * way, SPLIT * split, [beyond], 3 * out]
        if job.limit is not None:
            turns = [_turn(sight.lab, lab, one) for one in job.groups]
            parts.append([0.5 * one / job.limit + SKIN_WEIGHT * (one / job.limit) ** 3 for one in turns])
        return np.concatenate(parts)

    def slopes(way: Values) -> Values:
        here = missed(way)
        steps = STEP * np.eye(len(way))
        return np.stack([(missed(way + one) - here) / STEP for one in steps], axis=1)

    if start is None:
        first = NO_CHANGE.copy()
        first[9] = max(0.05, job.target[SATURATION] / max(sight.axes[SATURATION], 1e-6))
        start = np.linalg.lstsq(basis, first - NO_CHANGE, rcond=None)[0]
    found = least_squares(missed, start, jac=slopes, max_nfev=30, ftol=1e-4, xtol=1e-4)
    return _Solved(
        exactly(grade_at(found.x), job.keep, sight.values, sight.to_linear), found.x, float(found.cost)
    )


def _targets(
    sight: Sight, shifts: Mapping[str, float], holds: Collection[str]
) -> tuple[Values, frozenset[str]]:
    """What the axes are to be, within what a picture can have; and the axes where that is nearer than asked.
    A cast that nobody asked about fades with all colour."""
    target, capped = sight.axes.copy(), set()
    lowest = {"exposure": 3.0, "blacks": 0.2 * sight.axes[AXES.index("blacks")], "saturation": 0.0}
    highest = {"exposure": 95.0, "highlights": 98.5 if sight.white == DISPLAY_WHITE else 150.0}
    for place, axis in enumerate(AXES):
        now = target[place]
        if axis not in shifts:
            if axis in CASTS and axis not in holds:
                target[place] = now * (1 + shifts.get("saturation", 0.0) / 100)
            continue
        wanted = now * (1 + shifts[axis] / 100) if axis in RELATIVE else now + shifts[axis]
        low, high = min(lowest.get(axis, -1e9), now), max(highest.get(axis, 1e9), now)
        target[place] = np.clip(wanted, low, high)
        if abs(target[place] - wanted) > 0.02 * abs(wanted - now):
            capped.add(axis)
    return target, frozenset(capped)


def _weights(sight: Sight, shifts: Mapping[str, float], holds: Collection[str]) -> Values:
    asked = np.array([axis in shifts or axis in holds for axis in AXES])
    part = np.where(asked, 1.0, UNASKED)
    for axis in unmeasurable(sight.axes):
        part[AXES.index(axis)] = 0.0
    return np.asarray(part / MISS, np.float64)


def _told(
    sight: Sight,
    shifts: Mapping[str, float],
    holds: Collection[str],
    target: Values,
    capped: frozenset[str],
    after: Values,
) -> list[AxisTold]:
    met, wanted = shifts_between(sight.axes, after), shifts_between(sight.axes, target)
    without = unmeasurable(sight.axes)
    found = []
    for place, axis in enumerate(AXES):
        share, why = None, ""
        if axis in shifts:
            if axis in without:
                why = "the picture has too little of it"
            elif abs(wanted[place]) < 0.1:
                why = "the picture has no room for it"
            else:
                share = float(met[place] / wanted[place])
                why = "a CDL cannot do it together with the rest" if share < SHORT else ""
        found.append(
            AxisTold(
                axis=axis,
                unit=UNITS[axis],
                before=float(sight.axes[place]),
                target=float(target[place]),
                after=float(after[place]),
                asked=float(shifts[axis]) if axis in shifts else None,
                met=float(met[place]),
                held=axis in holds,
                share=share,
                capped=axis in capped,
                why=why,
            )
        )
    return found


def _seen(sight: Sight, grade: Cdl) -> Values:
    return _lab(sight.to_linear(graded(sight.values, grade).astype(np.float32)), sight.white)


def _lab(linear: NDArray[np.float32], white: float) -> Values:
    return lab_of(np.clip(linear, 0, white))


def _groups(lab: Values, skin: NDArray[np.bool_]) -> list[NDArray[np.intp]]:
    """Skin by lightness, and by chroma within it: dark and pale skin count as any other."""
    places = np.flatnonzero(skin)
    places = places[np.argsort(lab[places, 0], kind="stable")]
    chroma = np.hypot(lab[:, 1], lab[:, 2])
    found = []
    for tone in np.array_split(places, TONES):
        by_chroma = tone[np.argsort(chroma[tone], kind="stable")]
        found += [one for one in np.array_split(by_chroma, 2) if len(one) >= FEWEST]
    return found or [places]


def _turn(before: Values, after: Values, places: NDArray[np.intp]) -> float:
    """Degrees by which a group's mean hue turns; where it has less than SKIN_CHROMA, that the same difference
    makes there."""
    one, two = before[places, 1:].mean(axis=0), after[places, 1:].mean(axis=0)
    chroma = float(np.hypot(*one) * np.hypot(*two))
    if chroma < 1e-6:
        return 0.0
    cross, along = float(one[0] * two[1] - one[1] * two[0]), float(one @ two)
    angle, mean = np.arctan2(cross, along), np.sqrt(chroma)
    return float(np.degrees(2 * np.arcsin(np.sin(angle / 2) * mean / max(mean, SKIN_CHROMA))))
