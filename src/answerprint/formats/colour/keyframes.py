"""Grades that change within a clip: keyframes by shot, as a JSON document (`answerprint.keyframes`, version
1).

Between two keyframes of a shot slope, offset, power and saturation go straight from one to the other, in
the space that is named; before the first and after the last they stay. A shot without keyframes has the
grade of the whole.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Literal

import msgspec

from answerprint.core.cut import Cdl
from answerprint.core.encoding import to_builtins
from answerprint.core.errors import FormatError
from answerprint.formats.colour.contents import contents_of

Numbers = tuple[float, float, float]


class Keyframe(msgspec.Struct, frozen=True, kw_only=True):
    """number: of the picture in the clip, from 0. timecode: its label, counted from 0 where the clip has
    none."""

    number: int
    timecode: str
    slope: Numbers
    offset: Numbers
    power: Numbers
    saturation: float


class LitShot(msgspec.Struct, frozen=True, kw_only=True):
    """Pictures first … last, not including it. reference: the picture whose light the others are brought to.
    light_stops: how far the light moves, lowest to highest. unfollowed: pictures whose light could not be
    told from their neighbours'."""

    first: int
    last: int
    reference: int
    light_stops: float
    unfollowed: int = 0
    keyframes: tuple[Keyframe, ...] = ()


class Keyframes(msgspec.Struct, frozen=True, kw_only=True):
    """source: the clip's name. rate: pictures a second, as `24000/1001`. slope … saturation: the grade of
    shots whose light holds still. tolerance_stops: how far what lies between keyframes may be off what was
    followed."""

    format: Literal["answerprint.keyframes"] = "answerprint.keyframes"
    version: Literal[1] = 1
    source: str
    space: str
    rate: str
    pictures: int
    tolerance_stops: float
    slope: Numbers
    offset: Numbers
    power: Numbers
    saturation: float
    shots: tuple[LitShot, ...]


def write_keyframes(made: Keyframes) -> bytes:
    return msgspec.json.format(msgspec.json.encode(to_builtins(made)), indent=1) + b"\n"


def read_keyframes(path: Path) -> Keyframes:
    """Raises FormatError AP-FORMAT-800 where the file cannot be read, AP-FORMAT-801 where it is none, or its
    keyframes do not lie in their shots in order."""
    data = contents_of(path)
    try:
        found = msgspec.json.decode(data, type=Keyframes)
    except msgspec.MsgspecError as error:
        raise _none(path, str(error)) from error
    end = 0
    for shot in found.shots:
        numbers = [one.number for one in shot.keyframes]
        if shot.first < end or numbers != sorted(set(numbers)):
            raise _none(path, f"the shot at picture {shot.first} is out of order")
        if numbers and not shot.first <= numbers[0] <= numbers[-1] < shot.last:
            raise _none(path, f"the shot at picture {shot.first} has keyframes outside itself")
        end = shot.last
    grades: list[Keyframes | Keyframe] = [found, *(one for shot in found.shots for one in shot.keyframes)]
    for one in grades:
        if not all(map(math.isfinite, (*one.slope, *one.offset, *one.power, one.saturation))) or (
            min(one.slope) < 0 or min(one.power) <= 0 or one.saturation < 0
        ):
            raise _none(path, "a grade in it has numbers that no grade has")
    return found


def grade_of(one: Keyframe | Keyframes, space: str) -> Cdl:
    return Cdl(one.slope, one.offset, one.power, one.saturation, space)


def _none(path: Path, why: str) -> FormatError:
    return FormatError(
        "AP-FORMAT-801",
        f"it holds no keyframes: {why}",
        file=str(path),
        remedy="make it with picture match CLIP --keyframes OUT.json",
    )
