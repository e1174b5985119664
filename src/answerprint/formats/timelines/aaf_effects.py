"""Effects in AAF (edit protocol, AMWA AS-05): dissolves, wipes, speeds, freezes and gains."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from aaf2.auid import AUID
from aaf2.misc import LinearInterp
from aaf2.rational import AAFRational

from answerprint.core.cut import Transition

VIDEO_DISSOLVE = "0c3bea40-fc05-11d2-8a29-0050040ef7d2"
MONO_DISSOLVE = "0c3bea41-fc05-11d2-8a29-0050040ef7d2"
WIPE = "0c3bea44-fc05-11d2-8a29-0050040ef7d2"
SPEED = "9d2ea890-0968-11d3-8a38-0050040ef7d2"  # VideoSpeedControl; Avid's "Motion Control"
REPEAT = "9d2ea891-0968-11d3-8a38-0050040ef7d2"
GAINS = ("9d2ea894-0968-11d3-8a38-0050040ef7d2", "9d2ea895-0968-11d3-8a38-0050040ef7d2")
PAN = "9d2ea893-0968-11d3-8a38-0050040ef7d2"
FADE_TO_BLACK = "0c3bea43-fc05-11d2-8a29-0050040ef7d2"
DISSOLVES = (VIDEO_DISSOLVE, MONO_DISSOLVE, "0c3bea42-fc05-11d2-8a29-0050040ef7d2", FADE_TO_BLACK,
             "2311bd90-b5da-4285-aa3a-8552848779b3")  # fmt: skip

LEVEL = "e4962320-2267-11d3-8a4c-0050040ef7d2"
AMPLITUDE = "e4962321-2267-11d3-8a4c-0050040ef7d2"
PAN_VALUE = "e4962322-2267-11d3-8a4c-0050040ef7d2"
WIPE_NUMBER = "e4962323-2267-11d3-8a4c-0050040ef7d2"
SPEED_RATIO = "72559a80-24d7-11d3-8a50-0050040ef7d2"

_OPERATIONS = {  # name, media kind, inputs, whether it is a time warp, its parameters
    VIDEO_DISSOLVE: ("Video Dissolve", "picture", 2, False, (LEVEL,)),
    MONO_DISSOLVE: ("Mono Audio Dissolve", "sound", 2, False, (LEVEL,)),
    WIPE: ("SMPTE Video Wipe", "picture", 2, False, (LEVEL, WIPE_NUMBER)),
    SPEED: ("Motion Control", "picture", 1, True, (SPEED_RATIO,)),
    GAINS[0]: ("Audio Gain", "sound", 1, False, (AMPLITUDE,)),
}
_PARAMETERS = {
    LEVEL: ("Level", "Rational"),
    AMPLITUDE: ("Amplitude", "Rational"),
    WIPE_NUMBER: ("SMPTEWipeNumber", "aafInt32"),
    SPEED_RATIO: ("SpeedRatio", "Rational"),
}
_LARGEST = 2**31 - 1  # of a rational's two numbers
_GAIN_STEPS = 2**20


class Effects:
    """Makes the effects of one file; each definition is registered at its first use."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._make = file.create.from_name  # the attributes of `create` forget their name between two calls
        self._operations: dict[str, Any] = {}
        self._parameters: dict[str, Any] = {}
        self._linear: Any = None

    def transition(self, way: Transition, sound: bool) -> Any:
        """A Transition: so long, with its cut point so many edit units after it begins."""
        media = "sound" if sound else "picture"
        wipe = way.kind == "wipe" and not sound
        group = self._group(WIPE if wipe else MONO_DISSOLVE if sound else VIDEO_DISSOLVE, way.frames, media)
        parameters = [self._ramp()]
        if wipe:
            parameters.append(self._constant(WIPE_NUMBER, wipe_number(way.name)))
        group["Parameters"].extend(parameters)
        made = self._make("Transition", media, way.frames)
        made["OperationGroup"].value = group
        made.cutpoint = way.before
        return made

    def speed(self, segment: Any, length: int, ratio: Fraction, media: str) -> Any:
        return self._around(SPEED, segment, length, media, SPEED_RATIO, ratio)

    def gain(self, segment: Any, length: int, gain_db: float) -> Any:
        return self._around(GAINS[0], segment, length, "sound", AMPLITUDE, amplitude_of(gain_db))

    def _around(
        self, operation: str, segment: Any, length: int, media: str, parameter: str, value: Fraction
    ) -> Any:
        group = self._group(operation, length, media)
        group["Parameters"].extend([self._constant(parameter, AAFRational(value))])
        group.segments.extend([segment])
        return group

    def _group(self, operation: str, length: int, media: str) -> Any:
        return self._make("OperationGroup", self._operation(operation), length, media)

    def _operation(self, auid: str) -> Any:
        if auid not in self._operations:
            name, media, inputs, warps, parameters = _OPERATIONS[auid]
            made = self._make("OperationDef", AUID(auid), name, "")
            self._file.dictionary.register_def(made)
            made.media_kind = media
            made["IsTimeWarp"].value = warps
            made["Bypass"].value = 0
            made["NumberInputs"].value = inputs
            made["OperationCategory"].value = "OperationCategory_Effect"
            made["ParametersDefined"].extend([self._parameter(one) for one in parameters])
            self._operations[auid] = made
        return self._operations[auid]

    def _parameter(self, auid: str) -> Any:
        if auid not in self._parameters:
            name, kind = _PARAMETERS[auid]
            made = self._make("ParameterDef", AUID(auid), name, "", kind)
            self._file.dictionary.register_def(made)
            self._parameters[auid] = made
        return self._parameters[auid]

    def _constant(self, parameter: str, value: Any) -> Any:
        return self._make("ConstantValue", self._parameter(parameter), value)

    def _ramp(self) -> Any:
        """The level from nothing to all over the length of the effect, in a straight line."""
        if self._linear is None:
            self._linear = self._make("InterpolationDef", LinearInterp, "LinearInterp", "")
            self._file.dictionary.register_def(self._linear)
        made = self._make("VaryingValue", self._parameter(LEVEL), self._linear)
        points = []
        for end in (0, 1):
            point = self._make("ControlPoint")
            point.time = AAFRational(end, 1)
            point.value = AAFRational(end, 1)
            point["EditHint"].value = "Proportional"
            points.append(point)
        made["PointList"].extend(points)
        return made


def ratio_of(speed: Fraction, length: int) -> Fraction:
    """AAF's SpeedRatio, output length to input length; of a freeze, whose input is one frame, its length.
    Signed 32-bit numbers hold it, so a speed that they cannot is the nearest one they can."""
    if speed == 0:
        return Fraction(length)
    ratio = 1 / speed
    if max(abs(ratio.numerator), ratio.denominator) <= _LARGEST:
        return ratio
    limit = _LARGEST if abs(ratio) <= 1 else math.floor(_LARGEST / abs(ratio)) or 1
    near = ratio.limit_denominator(limit)
    return near if near else Fraction(1 if ratio > 0 else -1, _LARGEST)


def speed_of(ratio: Fraction, length: int, used: int) -> Fraction:
    """The inverse: a single source frame as long as the clip is a freeze."""
    if ratio == 0 or (ratio == length and used == 1 and length > 1):
        return Fraction(0)
    return 1 / ratio


def amplitude_of(gain_db: float) -> Fraction:
    """A gain as the multiplier AAF writes, in 2^-20."""
    if not -400 < gain_db < 66:  # beyond, a signed 32-bit rational does not reach
        gain_db = min(max(gain_db, -400.0), 66.0)
    return Fraction(round(10 ** (gain_db / 20) * _GAIN_STEPS), _GAIN_STEPS)


def gain_of(amplitude: Fraction) -> float:
    """dB of a multiplier; silence is −120."""
    return round(20 * math.log10(amplitude), 4) if amplitude > 0 else -120.0


def wipe_number(name: str) -> int:
    """The SMPTE 258M code a wipe's name says; 1, the plainest, where it says none."""
    return int(name) if name.isascii() and name.isdigit() and len(name) <= 4 else 1


def operation_of(group: Any) -> tuple[str, str, bool]:
    """An operation's identifier, its name, and whether it is a time warp."""
    found = group.operation
    return str(found.auid), str(found.name or ""), bool(found.getvalue("IsTimeWarp"))


def parameters_of(group: Any) -> dict[str, Any]:
    """An effect's parameters by identifier."""
    found = group.getvalue("Parameters")
    values: Sequence[Any] = list(found.values()) if hasattr(found, "values") else found or ()
    return {str(one["Definition"].value): one for one in values}


def exact(value: Any) -> Fraction:
    """A number of an AAF as a fraction in lowest terms; its own rationals are kept as they were written."""
    return Fraction(value.numerator, value.denominator)
