"""Exact time: integer ticks of a rational rate, and half-open ranges of it.

There is no float second anywhere inside the program. A `Time` is `ticks / rate` seconds; two times of
different rates compare by that value. Arithmetic stays in the left rate when the result is exact there,
and otherwise moves to the coarsest rate that holds it exactly.
"""

from __future__ import annotations

import math
from enum import Enum
from fractions import Fraction

import msgspec


class Rounding(Enum):
    """How a time that falls between two ticks is placed."""

    NEAREST = "nearest"  # ties go to the later tick
    FLOOR = "floor"
    CEILING = "ceiling"
    EXACT = "exact"  # raise instead of rounding


def round_ticks(value: Fraction, rounding: Rounding = Rounding.NEAREST) -> int:
    """The integer tick for a fractional one. Raises ValueError when EXACT is asked and it is not whole."""
    return _divide(value.numerator, value.denominator, rounding)


def common_rate(first: Fraction, second: Fraction) -> Fraction:
    """The lowest rate of which both are whole divisors: every tick of either falls on one of its ticks."""
    if first == second:
        return first
    return Fraction(
        math.lcm(first.numerator, second.numerator), math.gcd(first.denominator, second.denominator)
    )


class Time(msgspec.Struct, gc=False, frozen=True, eq=False):
    """A point or a duration: `ticks / rate` seconds, exactly. Equal and hashed by value."""

    ticks: int
    rate: Fraction  # ticks per second, > 0

    def __post_init__(self) -> None:
        if self.rate.numerator <= 0:
            raise ValueError(f"a rate is positive, not {self.rate}")

    @classmethod
    def of_seconds(cls, seconds: Fraction | int) -> Time:
        """The time of a rational number of seconds, at the coarsest rate that holds it."""
        return cls(seconds.numerator, Fraction(seconds.denominator))

    @property
    def seconds(self) -> Fraction:
        return Fraction(self.ticks * self.rate.denominator, self.rate.numerator)

    def at(self, rate: Fraction, rounding: Rounding = Rounding.NEAREST) -> Time:
        """The same time in ticks of another rate."""
        if rate == self.rate:
            return self
        return Time(self.frame(rate, rounding), rate)

    def frame(self, rate: Fraction, rounding: Rounding = Rounding.NEAREST) -> int:
        """The tick number of this time at a rate (the frame, when the rate is a frame rate)."""
        if rate is self.rate or rate == self.rate:  # comparing fractions costs more than all the rest
            return self.ticks
        # In whole numbers: a fraction would be reduced twice on the way, and this is called for every frame.
        over = self.ticks * self.rate.denominator * rate.numerator
        under = self.rate.numerator * rate.denominator
        return _divide(over, under, rounding)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Time) and self._against(other) == 0

    def __ne__(self, other: object) -> bool:
        return not self == other  # the record's own would compare nothing

    def __hash__(self) -> int:
        return hash(self.seconds)

    def _against(self, other: Time) -> int:
        """Negative, 0 or positive as this time is before, at or after the other."""
        if self.rate is other.rate or self.rate == other.rate:
            return self.ticks - other.ticks
        mine, theirs = self.rate, other.rate
        return (
            self.ticks * mine.denominator * theirs.numerator
            - other.ticks * theirs.denominator * mine.numerator
        )

    def __lt__(self, other: Time) -> bool:
        return self._against(other) < 0

    def __le__(self, other: Time) -> bool:
        return self._against(other) <= 0

    def __gt__(self, other: Time) -> bool:
        return self._against(other) > 0

    def __ge__(self, other: Time) -> bool:
        return self._against(other) >= 0

    def _sum(self, other: Time, sign: int) -> Time:
        if self.rate is other.rate or self.rate == other.rate:
            return Time(self.ticks + sign * other.ticks, self.rate)
        exact = (self.seconds + sign * other.seconds) * self.rate
        if exact.denominator == 1:
            return Time(exact.numerator, self.rate)
        rate = common_rate(self.rate, other.rate)
        return Time((exact / self.rate * rate).numerator, rate)

    def __add__(self, other: Time) -> Time:
        return self._sum(other, 1)

    def __sub__(self, other: Time) -> Time:
        return self._sum(other, -1)

    def __neg__(self) -> Time:
        return Time(-self.ticks, self.rate)

    def __repr__(self) -> str:
        return f"Time({self.ticks} @ {self.rate})"


class Range(msgspec.Struct, gc=False, frozen=True):
    """A half-open range [start, end) of time."""

    start: Time
    end: Time

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"a range ends at or after its start: {self.start} … {self.end}")

    @classmethod
    def of_ticks(cls, start: int, end: int, rate: Fraction) -> Range:
        return cls(Time(start, rate), Time(end, rate))

    @property
    def duration(self) -> Time:
        return self.end - self.start

    @property
    def empty(self) -> bool:
        return self.start == self.end

    def __contains__(self, time: Time) -> bool:
        return self.start <= time < self.end

    def overlaps(self, other: Range) -> bool:
        return self.start < other.end and other.start < self.end

    def intersection(self, other: Range) -> Range | None:
        """What both share, or None when they share nothing (touching ends share nothing)."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Range(start, end) if start < end else None

    def moved(self, by: Time) -> Range:
        return Range(self.start + by, self.end + by)

    def at(self, rate: Fraction, rounding: Rounding = Rounding.NEAREST) -> Range:
        return Range(self.start.at(rate, rounding), self.end.at(rate, rounding))


class TimeDocument(msgspec.Struct, frozen=True):
    """A time as every command prints it in JSON."""

    time: str  # seconds as "numerator/denominator"
    frame: int | None = None  # presentation index in its stream
    timecode: str | None = None


def time_document(time: Time, frame: int | None = None, timecode: str | None = None) -> TimeDocument:
    """The printed form of a time: exact seconds, and its frame and timecode where it has them."""
    seconds = time.seconds
    return TimeDocument(f"{seconds.numerator}/{seconds.denominator}", frame, timecode)


def _divide(over: int, under: int, rounding: Rounding) -> int:
    """A quotient of whole numbers, rounded; under is positive."""
    if rounding is Rounding.NEAREST:
        return (2 * over + under) // (2 * under)
    if rounding is Rounding.FLOOR:
        return over // under
    if rounding is Rounding.CEILING:
        return -(-over // under)
    whole, rest = divmod(over, under)
    if rest:
        raise ValueError(f"{Fraction(over, under)} is not a whole number of ticks")
    return whole
