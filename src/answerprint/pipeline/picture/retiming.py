"""Clips and folders of stills at another rate or speed."""

from __future__ import annotations

import csv
import io
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np

from answerprint.core.errors import UsageError
from answerprint.departments.picture.retiming.following import followed
from answerprint.departments.picture.retiming.interpolator import Interpolator
from answerprint.departments.picture.retiming.timing import Key, keys_of, places, rate_of, repeated, shown
from answerprint.departments.picture.windows import Operator, Pixels
from answerprint.pipeline.picture.operating import Operated, Recipe, Schedule, identity, operate
from answerprint.pipeline.picture.parts import Arrays, kept
from answerprint.pipeline.picture.reels import Reel, Tell

Method = Literal["interpolate", "nearest", "blend", "conform"]
LOOKED_AT = 320  # pixels of width at which a survey looks
UNFOLLOWED = 0.75  # of a picture that must be followed for the rest of it to be made
LISTED = 50  # numbers told of at most


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be shown when. keys: speeds. found: what is told of it beforehand."""

    method: Method
    schedule: Schedule
    keys: tuple[Key, ...]
    unfollowed: tuple[int, ...]
    found: dict[str, Any]


def ramp_of(text: str) -> tuple[Key, ...]:
    """A speed as 0.5, or speeds from seconds of the source on as "0:1 2:0.25 4:1". Raises UsageError
    AP-USE-858."""
    parts = text.replace(",", " ").split()
    pairs = [(second, speed) for second, _, speed in (one.rpartition(":") for one in parts)]
    try:
        if len(pairs) == 1 and not pairs[0][0]:
            return keys_of([("0", pairs[0][1])])
        return keys_of(pairs)
    except ValueError as error:
        raise UsageError(
            "AP-USE-858",
            f"{text!r} is no speed: {error}",
            remedy='give one number, as 0.5, or second:speed, as "0:1 2:0.25 4:1"',
        ) from error


def ramp_file(path: Path) -> tuple[Key, ...]:
    """Two columns, seconds of the source and speeds, with or without a line of names. Raises UsageError
    AP-USE-858."""
    try:
        rows = [row for row in csv.reader(io.StringIO(path.read_text("utf-8-sig"))) if row]
        if rows and not rows[0][0].strip().replace(".", "", 1).isdigit():
            rows = rows[1:]
        return keys_of([(row[0].strip(), row[1].strip()) for row in rows])
    except (OSError, UnicodeDecodeError, ValueError, IndexError) as error:
        raise UsageError(
            "AP-USE-858",
            f"this is no ramp: {error}",
            file=str(path),
            remedy="give a .csv of two columns: seconds of the source, speed",
        ) from error


def rate_said(text: str) -> Fraction:
    """A rate as 25, 23.976 or 30000/1001. Raises UsageError AP-USE-859."""
    try:
        return rate_of(text.strip())
    except (ValueError, ZeroDivisionError) as error:
        raise UsageError(
            "AP-USE-859", f"{text!r} is no rate", remedy="give pictures a second, as 25, 23.976 or 30000/1001"
        ) from error


def plan(
    reel: Reel,
    method: Method,
    *,
    rate: Fraction | None = None,
    keys: tuple[Key, ...] = (),
    out: Path | None = None,
    tell: Tell = lambda what, done: None,
) -> Plan:
    """What is shown when, after a look through the whole reel for repeated pictures and for motion that
    cannot be followed. out: where the result will be, beside which that look is kept.

    Raises UsageError AP-USE-807 for a still, AP-USE-850 for a conform with speeds.
    """
    if reel.kind == "still":
        raise UsageError(
            "AP-USE-807", "a still has no time", file=str(reel.path), remedy="give a clip or a folder"
        )
    begins = np.array([float((tick - reel.ticks[0]) * reel.base) for tick in reel.ticks])
    seconds = float(begins[-1]) + 1 / float(reel.rate)
    wanted = rate or reel.rate
    keys = keys or (Key(0.0, 1.0),)
    plain = all(one.speed == 1 for one in keys)
    if method == "conform":
        if not plain:
            raise UsageError(
                "AP-USE-850",
                "conforming plays every picture once, at the rate given",
                remedy="leave out --speed and --ramp, or choose another --method",
            )
        factor = float(wanted / reel.rate)
        schedule = Schedule(
            wanted, [(number, 0.0) for number in range(reel.count)], sound=wanted == reel.rate
        )
        told = {"speed": round(factor, 6), "seconds": [round(seconds, 3), round(seconds / factor, 3)]}
        return Plan(method=method, schedule=schedule, keys=(Key(0.0, factor),), unfollowed=(), found=told)
    moments = shown(seconds, keys, wanted)
    found = places(moments, begins, reel.shots, whole=method == "nearest")
    between = sorted({number for number, phase in found if phase})
    survey = _surveyed(reel, between if method == "interpolate" else [], out, tell)
    share = {int(one): float(two) for one, two in zip(survey["numbers"], survey["followed"], strict=True)}
    lost = tuple(one for one in between if share.get(one, 1.0) < UNFOLLOWED)
    again, pattern = repeated(survey["change"].astype(np.float64), reel.shots)
    told = {
        "seconds": [round(seconds, 3), round(len(found) / float(wanted), 3)],
        "pictures": [reel.count, len(found)],
        "made_between": sum(phase > 0 and number not in lost for number, phase in found),
        "not_followed": len(lost),
        "not_followed_after": list(lost[:LISTED]),
        "repeated": len(again),
        "repeated_pattern": pattern,
        "repeated_numbers": again[:LISTED],
    }
    return Plan(
        method=method,
        schedule=Schedule(wanted, found, sound=plain),
        keys=keys,
        unfollowed=lost,
        found=told,
    )


def retime(
    reel: Reel, out: Path, planned: Plan, *, sheet: Path | None = None, tell: Tell = lambda what, done: None
) -> Operated:
    """Writes what was planned. Raises as `operate`."""

    def make() -> Operator:
        return Interpolator(
            "blend" if planned.method == "blend" else "interpolate",
            unfollowed=frozenset(planned.unfollowed),
            linear=reel.linear,
        )

    recipe = Recipe(
        operator="retime",
        back_end=planned.method,
        parameters={
            "rate": str(planned.schedule.rate),
            "speeds": [[one.second, one.speed] for one in planned.keys],
        },
        found=planned.found,
        key=repr(planned.unfollowed).encode(),
    )
    return operate(reel, out, make, recipe, schedule=planned.schedule, sheet=sheet, tell=tell)


def _surveyed(reel: Reel, between: list[int], out: Path | None, tell: Tell) -> Arrays:
    make = partial(_survey, reel, set(between), tell)
    if out is None:
        return make()
    return kept(out, repr((identity(reel), reel.shots, between)).encode(), make)


def _survey(reel: Reel, between: set[int], tell: Tell) -> Arrays:
    """change: (n,) mean difference of each picture to the one before. numbers, followed: how much of the way
    from a picture to the next can be followed."""
    wide = min(LOOKED_AT, reel.width)
    size = wide, max(1, round(reel.height * wide / reel.width))
    change = np.ones(reel.count, np.float32)
    numbers, shares = [], []
    last: tuple[int, Pixels] | None = None
    for number, pixels in reel.pictures(size=size):
        now = np.nan_to_num(pixels, posinf=0, neginf=0)
        if last is not None and last[0] == number - 1:
            change[number] = np.abs(now[..., :3] - last[1][..., :3]).mean()
            if number - 1 in between:
                numbers.append(number - 1)
                shares.append(followed(last[1], now, linear=reel.linear))
        last = number, now
        tell("looking at the motion", (number + 1) / reel.count)
    return {
        "change": change,
        "numbers": np.array(numbers, np.int64),
        "followed": np.array(shares, np.float32),
    }
