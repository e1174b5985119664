"""Measurable cues of a face: what its curves do, with the measure, its thresholds and how long it lasted.

A cue begins where its measure passes `enter` and ends where it falls under `leave`. No cue names a feeling:
`smile` is a wide mouth with raised corners, `look_to_camera` irises where they would be for that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from answerprint.core.footage import Cue
from answerprint.departments.footage.faces.tracks import FaceTrack

Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Rule:
    """When a measure is a cue. full: the value that could not be plainer. shortest, longest: seconds."""

    cue: Cue
    measure: str
    enter: float
    leave: float
    full: float
    shortest: Fraction
    longest: Fraction | None = None


@dataclass(frozen=True)
class FoundCue:
    """A cue over [start, end) ticks. value: the measure, its peak, and the thresholds."""

    start: int
    end: int
    cue: Cue
    confidence: float
    value: dict[str, Any]


# Set on drawn faces of six people (who 0 … 5 of tests/footage/drawn_faces.py) and one photograph.
RULES: tuple[Rule, ...] = (
    Rule("smile", "smile", 0.60, 0.40, 1.1, Fraction(2, 5)),
    Rule("mouth_open", "mouth_open", 0.060, 0.040, 0.14, Fraction(3, 25)),
    Rule("blink", "eyes_closed", 0.33, 0.22, 0.55, Fraction(0), Fraction(1, 2)),
    Rule("eyes_closed", "eyes_closed", 0.33, 0.22, 0.55, Fraction(1, 2)),
    Rule("head_left", "head_left", 20.0, 15.0, 40.0, Fraction(3, 10)),
    Rule("head_right", "head_right", 20.0, 15.0, 40.0, Fraction(3, 10)),
    Rule("head_up", "head_up", 16.0, 11.0, 32.0, Fraction(3, 10)),
    Rule("head_down", "head_down", 16.0, 11.0, 32.0, Fraction(3, 10)),
    Rule("look_left", "look_left", 0.24, 0.16, 0.45, Fraction(3, 10)),
    Rule("look_right", "look_right", 0.24, 0.16, 0.45, Fraction(3, 10)),
    Rule("look_to_camera", "off_camera", -10.0, -14.0, -2.0, Fraction(1, 2)),
)

HOLE = Fraction(2, 5)  # seconds without a reading that end a cue
# The face's own neutral, within what faces are like: measures of eyes and mouth differ more between people
# than a slight smile changes them.
OPEN_EYES = (0.24, 0.42)
OPEN_PERCENTILE = 80
NEUTRAL_WIDTH = (0.48, 0.57)
NEUTRAL_LIFT = (0.005, 0.025)
NEUTRAL_PERCENTILE = 25
SMILE_WIDTH, SMILE_LIFT = 0.11, 0.030  # what a plain smile adds
EYES_TO = 40.0  # degrees of yaw to which an eye's opening can be told
MOUTH_TO = 32.0
GAZE_TO = 28.0
GAZE_TURN = 0.006  # of gaze, a degree of yaw: irises lie before the corners and shift as the head turns
EYE_DEGREES = 85.0  # degrees the eyes are turned, a unit of gaze
CAMERA_PITCH = 16.0

AWAY, TOWARDS = 25.0, 12.0  # degrees of yaw that are turned away, and turned to the camera
TURN_WITHIN = Fraction(3, 2)  # seconds
NOD_SWING, SHAKE_SWING = 6.0, 8.0  # degrees from turning point to turning point
SWING_SECONDS = (0.06, 0.75)
SWINGS = 3  # there, back, and there again


def cues_of(track: FaceTrack, time_base: Fraction) -> list[FoundCue]:
    """Every cue of a face through a shot, in order of start. time_base: seconds a tick."""
    ticks = np.array([one.tick for one in track.samples], np.int64)
    curves = curves_of(track)
    found: list[FoundCue] = []
    for rule in RULES:
        for first, last in runs(ticks, curves[rule.measure], rule, time_base):
            found.append(_cue(rule, track, ticks, curves[rule.measure], first, last))
    found += _turns(track, ticks, curves["yaw"], time_base)
    found += _swings("nod", "pitch", NOD_SWING, track, ticks, curves, time_base)
    found += _swings("shake", "yaw", SHAKE_SWING, track, ticks, curves, time_base)
    return sorted(found, key=lambda one: (one.start, one.end, one.cue))


def curves_of(track: FaceTrack) -> dict[str, Doubles]:
    """The curves that rules read, a value a sample; NaN where nothing can be told."""
    read = np.array([one.measures for one in track.samples], np.float64).reshape(-1, 9)
    yaw, pitch, _, left, right, mouth, width, lift, gaze = read.T
    yaw, pitch = _calm(yaw), _calm(pitch)
    near = np.where(yaw > 0, left, right)  # the eye on the near side is seen whole
    opening = np.where(np.abs(yaw) < 20, (left + right) / 2, near)
    opening = np.where(np.abs(yaw) <= EYES_TO, opening, np.nan)
    told = np.abs(yaw) <= MOUTH_TO
    width, lift = np.where(told, width, np.nan), np.where(told, lift, np.nan)
    smile = (
        (width - _own(width, NEUTRAL_PERCENTILE, NEUTRAL_WIDTH)) / SMILE_WIDTH
        + (lift - _own(lift, NEUTRAL_PERCENTILE, NEUTRAL_LIFT)) / SMILE_LIFT
    ) / 2
    steady = np.where(np.abs(yaw) <= GAZE_TO, gaze - GAZE_TURN * yaw, np.nan)
    off = np.abs(yaw + EYE_DEGREES * steady)
    off = np.where(np.abs(pitch) <= CAMERA_PITCH, off, np.where(np.isnan(off), np.nan, 90.0))
    return {
        "yaw": yaw,
        "pitch": pitch,
        "smile": smile,
        "mouth_open": np.where(told, mouth, np.nan),
        "eyes_closed": 1 - opening / _own(opening, OPEN_PERCENTILE, OPEN_EYES),
        "head_left": -yaw,
        "head_right": yaw,
        "head_up": pitch,
        "head_down": -pitch,
        "look_left": -steady,
        "look_right": steady,
        "off_camera": -off,
    }


def runs(
    ticks: NDArray[np.int64], values: Doubles, rule: Rule, time_base: Fraction
) -> Iterator[tuple[int, int]]:
    """First and last sample of every stretch in which a rule holds, of a length the rule allows.

    Samples without a value are passed over; a hole of HOLE seconds ends a stretch.
    """
    told = np.flatnonzero(~np.isnan(values))
    hole = int(HOLE / time_base)
    start: int | None = None
    last = -1
    for index in told:
        broken = start is not None and ticks[index] - ticks[last] > hole
        if start is not None and (broken or values[index] < rule.leave):
            if _allowed(ticks, start, last, rule, time_base):
                yield start, last
            start = None
        if start is None and values[index] >= rule.enter:
            start = int(index)
        last = int(index)
    if start is not None and _allowed(ticks, start, last, rule, time_base):
        yield start, last


def _allowed(ticks: NDArray[np.int64], first: int, last: int, rule: Rule, time_base: Fraction) -> bool:
    length = (_after(ticks, last) - int(ticks[first])) * time_base
    return length >= rule.shortest and (rule.longest is None or length < rule.longest)


def _cue(
    rule: Rule, track: FaceTrack, ticks: NDArray[np.int64], values: Doubles, first: int, last: int
) -> FoundCue:
    peak = float(np.nanmax(values[first : last + 1]))
    over = np.clip((peak - rule.enter) / (rule.full - rule.enter), 0, 1)
    sign = -1 if rule.enter < 0 else 1
    return FoundCue(
        start=int(ticks[first]),
        end=min(_after(ticks, last), track.end),
        cue=rule.cue,
        confidence=_confidence(float(over), track, first, last),
        value={
            "measure": rule.measure,
            "peak": round(sign * peak, 3),
            "enter": sign * rule.enter,
            "leave": sign * rule.leave,
        },
    )


def _turns(track: FaceTrack, ticks: NDArray[np.int64], yaw: Doubles, time_base: Fraction) -> list[FoundCue]:
    """turn_to_camera and turn_away: from the last sample of one side to the first of the other."""
    found = []
    state, at = "", 0
    for index, angle in enumerate(np.abs(yaw)):
        now = "away" if angle >= AWAY else "towards" if angle <= TOWARDS else ""
        if not now:
            continue
        if state and now != state and (int(ticks[index]) - int(ticks[at])) * time_base <= TURN_WITHIN:
            cue: Cue = "turn_to_camera" if now == "towards" else "turn_away"
            turned = abs(float(yaw[index]) - float(yaw[at]))
            value = {"measure": "yaw", "from": round(float(yaw[at]), 1), "to": round(float(angle), 1)}
            over = min(1.0, (turned - (AWAY - TOWARDS)) / 25.0)
            end = min(_after(ticks, index), track.end)
            found.append(FoundCue(int(ticks[at]), end, cue, _confidence(over, track, at, index), value))
        state, at = now, index
    return found


def _swings(
    cue: Cue,
    about: str,
    least: float,
    track: FaceTrack,
    ticks: NDArray[np.int64],
    curves: dict[str, Doubles],
    time_base: Fraction,
) -> list[FoundCue]:
    """nod and shake: the head goes there and back and there again, and the other angle moves less."""
    values = curves[about]
    points = turning_points(values, least)
    if len(points) < SWINGS + 1:
        return []
    seconds = ticks.astype(np.float64) * float(time_base)
    gaps = np.diff(seconds[points])
    quick = (gaps >= SWING_SECONDS[0]) & (gaps <= SWING_SECONDS[1])
    found = []
    first = 0
    for place in range(len(quick) + 1):
        if place < len(quick) and quick[place]:
            continue
        if place - first >= SWINGS:
            start, end = points[first], points[place]
            across = curves["yaw" if about == "pitch" else "pitch"][start : end + 1]
            span = float(np.ptp(values[start : end + 1]))
            if float(np.ptp(across)) < span:
                value = {"measure": about, "swings": place - first, "degrees": round(span, 1)}
                over = min(1.0, (span - least) / (2 * least))
                finish = min(_after(ticks, end), track.end)
                confidence = _confidence(over, track, start, end)
                found.append(FoundCue(int(ticks[start]), finish, cue, confidence, value))
        first = place + 1
    return found


def turning_points(values: Doubles, least: float) -> list[int]:
    """Places where a curve turns, each at least `least` from the one before; its ends are among them."""
    points: list[int] = []
    low = high = 0
    rising: bool | None = None
    for index, value in enumerate(values):
        if value > values[high]:
            high = index
        if value < values[low]:
            low = index
        if rising is not False and values[high] - value >= least:
            if rising is None:
                points.append(_onset(values, 0, high, least)) if high else None
            points.append(high)
            rising, low = False, index
        elif rising is not True and value - values[low] >= least:
            if rising is None:
                points.append(_onset(values, 0, low, least)) if low else None
            points.append(low)
            rising, high = True, index
    if rising is not None:
        last = high if rising else low
        if points and last != points[-1]:
            points.append(last)
    return points


def _onset(values: Doubles, first: int, turn: int, least: float) -> int:
    """Where the movement that leads to a turning point began: the last sample as far from it as a swing."""
    away = np.flatnonzero(np.abs(values[first:turn] - values[turn]) >= 0.5 * least)
    return int(away[-1]) + first if len(away) else turn


def _confidence(over: float, track: FaceTrack, first: int, last: int) -> float:
    presence = float(np.mean([one.presence for one in track.samples[first : last + 1]]))
    return round((0.5 + 0.5 * over) * presence, 3)


def _after(ticks: NDArray[np.int64], index: int) -> int:
    """The tick at which a sample stops to speak: the next sample's, or one usual step on."""
    if index + 1 < len(ticks):
        return int(ticks[index + 1])
    return int(ticks[index]) + (max(1, int(np.median(np.diff(ticks)))) if len(ticks) > 1 else 1)


def _calm(values: Doubles) -> Doubles:
    """A running median of three: one bad reading is no movement."""
    if len(values) < 3:
        return values
    calm = values.copy()
    calm[1:-1] = np.median(np.stack([values[:-2], values[1:-1], values[2:]]), axis=0)
    return calm


def _own(values: Doubles, percentile: int, bounds: Sequence[float]) -> float:
    told = values[~np.isnan(values)]
    if not len(told):
        return float(bounds[0])
    return float(np.clip(np.percentile(told, percentile), bounds[0], bounds[1]))
