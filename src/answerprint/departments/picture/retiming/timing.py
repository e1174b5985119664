"""Which moment of the source is shown when: rates, speeds and ramps."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

ALMOST = (
    0.02  # of the way between two pictures: nearer than this to one of them, that picture itself is shown
)
FINE = 1000  # steps a second in which a ramp is added up
SLOWEST, FASTEST = 0.01, 100.0  # times the speed of the source
AROUND = 8  # pictures on each side
SAME, MOVES = 0.0008, 0.004  # of luma: what a repeated picture differs by at most, and moving ones at least
REGULAR = 0.7  # of the repetitions that keep to one distance
SPOKEN = {"23.976": 24000, "23.98": 24000, "29.97": 30000, "47.95": 48000, "59.94": 60000, "119.88": 120000}

Times = NDArray[np.float64]


class Key(NamedTuple):
    """From this second of the source on, this speed, to which it is eased from the key before."""

    second: float
    speed: float


def rate_of(text: str) -> Fraction:
    """A rate as it is said: 23.976 is 24000/1001. Raises ValueError for what is none."""
    rate = Fraction(SPOKEN[text], 1001) if text in SPOKEN else Fraction(text)
    if not 1 <= rate <= 1000:
        raise ValueError(text)
    return rate


def shown(seconds: float, keys: Sequence[Key], rate: Fraction) -> Times:
    """For each picture at that rate the second of the source that it shows. seconds: the source's length.

    Before the first key its speed holds, after the last one its speed; between them the speed goes from one
    to the other along 3x² − 2x³.
    """
    if len({one.speed for one in keys}) == 1:
        speed = keys[0].speed
        count = max(1, round(seconds / speed * float(rate)))
        return np.arange(count) / float(rate) * speed
    at = np.linspace(0, seconds, max(2, round(seconds * FINE)) + 1)
    slow = 1 / speeds(at, keys)
    clock = np.concatenate([[0], np.cumsum((slow[1:] + slow[:-1]) / 2 * np.diff(at))])
    count = max(1, round(clock[-1] * float(rate)))
    return np.asarray(np.interp(np.arange(count) / float(rate), clock, at))


def speeds(at: Times, keys: Sequence[Key]) -> Times:
    """The speed at seconds of the source."""
    seconds, values = np.array([one.second for one in keys]), np.array([one.speed for one in keys])
    after = np.clip(np.searchsorted(seconds, at, side="right"), 1, len(keys) - 1)
    share = np.clip((at - seconds[after - 1]) / (seconds[after] - seconds[after - 1]), 0, 1)
    eased = share * share * (3 - 2 * share)
    return np.asarray(values[after - 1] + eased * (values[after] - values[after - 1]))


def places(
    moments: Times, begins: Times, shots: Sequence[tuple[int, int]], *, whole: bool = False
) -> list[tuple[int, float]]:
    """Of each moment the picture shown last before it, and the share of the way to the next.

    moments: seconds of the source, rising. begins: the second at which each of its pictures begins. Between
    the last picture of a shot and the first of the next, and after the last, there is no way: the nearer is
    shown. whole: everywhere.
    """
    last = len(begins) - 1
    ends = {end - 1 for _, end in shots}
    numbers = np.clip(np.searchsorted(begins, moments + 1e-9, side="right") - 1, 0, last)
    following = np.minimum(numbers + 1, last)
    length = np.where(following > numbers, begins[following] - begins[numbers], 1)
    shares = np.round(np.clip((moments - begins[numbers]) / length, 0, 1), 6)
    found = []
    for number, share in zip(numbers.tolist(), shares.tolist(), strict=True):
        if number == last or share < ALMOST:
            found.append((number, 0.0))
        elif whole or number in ends or share > 1 - ALMOST:
            found.append((number + (share >= 0.5), 0.0))
        else:
            found.append((number, share))
    return found


def repeated(change: NDArray[np.float64], shots: Sequence[tuple[int, int]]) -> tuple[list[int], str]:
    """Pictures that show again what the one before them shows, and what that looks like: "pulldown" (one in
    five or so), "twos" (every other), "threes", "some", or "".

    change: (n,) mean difference of luma to the picture before, 0 … 1.
    """
    found: list[int] = []
    for start, end in shots:
        inner = change[start + 1 : end]
        for at, one in enumerate(inner):
            near = inner[max(0, at - AROUND) : at + AROUND + 1]
            if one < SAME and np.percentile(near, 75) > MOVES:
                found.append(start + 1 + at)
    gaps = np.diff(found)
    if len(found) < 4 or not len(gaps):
        return found, "some" if found else ""
    usual = int(np.bincount(gaps).argmax())
    names = {2: "twos", 3: "threes", 4: "pulldown", 5: "pulldown"}
    regular = np.mean(gaps == usual) >= REGULAR
    return found, names.get(usual, "some") if regular else "some"


def keys_of(pairs: Sequence[tuple[str, str]]) -> tuple[Key, ...]:
    """Keys as they were written. Raises ValueError, with what is wrong, for what is no ramp."""
    made: list[Key] = []
    for second, speed in pairs:
        key = Key(float(second), float(speed))
        if not key.second >= 0:
            raise ValueError(f"{second!r} is no second of the clip")
        if not SLOWEST <= key.speed <= FASTEST:
            raise ValueError(f"{speed!r} is no speed: give {SLOWEST:g} to {FASTEST:g}")
        if made and key.second <= made[-1].second:
            raise ValueError(f"{second!r} comes after {made[-1].second:g}: seconds must rise")
        made.append(key)
    if not made:
        raise ValueError("it is empty")
    return tuple(made)
