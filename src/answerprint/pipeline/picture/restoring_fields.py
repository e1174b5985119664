"""Reels of fields: looked at for combing and pulldown, and read as the whole pictures they were made of."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import lcm
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.departments.picture.restoring.fields import (
    CYCLE,
    THIS,
    Combs,
    Fields,
    cadence,
    choices,
    combs_of,
    fields_of,
    put_together,
    split,
)
from answerprint.departments.picture.restoring.motion import Floats, luma_of
from answerprint.departments.picture.windows import Pixels
from answerprint.pipeline.picture.reels import Reel, Tell

ACROSS = 320  # pixels of width that combing is looked for at; lines are all looked at
SAMPLES, SAMPLE = 6, 11  # stretches of a long reel that are looked at first, and their pictures
Rate = Literal["single", "double"]
Arrays = dict[str, NDArray[np.generic]]


class WholeReel(Reel, frozen=True, kw_only=True):
    """A reel whose pictures are made of the fields of another.

    source: that reel. numbers: of each picture, the one in the source that it is made of. choice: where its
    second field is (`fields.THIS` …); seconds: whether it is made of the field shown second. mixed: whether
    that picture's fields are apart in time.
    """

    source: Reel
    numbers: tuple[int, ...]
    made_of: Literal["video", "pulldown"]
    top_first: bool
    choice: tuple[int, ...] = ()
    seconds: tuple[bool, ...] = ()
    mixed: tuple[bool, ...] = ()

    def pictures(
        self, first: int = 0, last: int | None = None, size: tuple[int, int] | None = None
    ) -> Iterator[tuple[int, Pixels]]:
        last = self.count if last is None else min(last, self.count)
        if first >= last:
            return
        held: dict[int, Pixels] = {}
        feed = self.source.pictures(max(0, self.numbers[first] - 1), self.numbers[last - 1] + 2)
        newest = -1
        for place in range(first, last):
            number = self.numbers[place]
            while newest < number + 1:
                read, pixels = next(feed, (self.source.count, None))
                newest = read
                if pixels is None:
                    break
                held[read] = pixels
            for old in [one for one in held if one < number - 1]:
                del held[old]
            if number in held:
                made = self._made(place, held)
                if size is not None and size != (self.width, self.height):
                    made = np.asarray(cv2.resize(made, size, interpolation=cv2.INTER_AREA), np.float32)
                yield place, made

    def _made(self, place: int, held: dict[int, Pixels]) -> Pixels:
        number = self.numbers[place]
        now = held[number]
        if self.made_of == "pulldown":
            return put_together(held.get(number - 1, now), now, held.get(number + 1, now), self.choice[place])
        if not self.mixed[place]:
            return now
        start, end = self.source.shot_of(number)
        before = held.get(number - 1, now) if number - 1 >= start else now
        after = held.get(number + 1, now) if number + 1 < end else now
        return split(before, now, after, top_first=self.top_first, second=self.seconds[place])


def combed(reel: Reel, tell: Tell) -> Arrays:
    """How combed the pictures are: of each a row of `Combs` and the change of its top lines from those of the
    picture before; no rows where a look at some of it shows no combing."""
    if reel.kind != "clip" or reel.count < 3 or reel.height < 64:
        return {"combs": np.zeros((0, 6))}
    if reel.count > 2 * SAMPLES * SAMPLE:
        starts = np.linspace(0, reel.count - SAMPLE, SAMPLES).astype(int)
        looked = [one for start in starts for one in _combs(reel, int(start), int(start) + SAMPLE, None)]
        if fields_of(looked).kind == "progressive":
            return {"combs": np.zeros((0, 6))}
    return {"combs": np.array(list(_combs(reel, 0, reel.count, tell)), np.float64).reshape(-1, 6)}


def told_of(found: Arrays) -> Fields:
    """What the whole reel is made of."""
    combs = [Combs(*(float(one) for one in row)) for row in found["combs"]]
    return fields_of(combs) if combs else Fields("progressive", True, 0.0)


def whole_reel(reel: Reel, found: Arrays, kinds: frozenset[str], rate: Rate, tell: Tell) -> Reel:
    """The reel as whole pictures, where it is made of fields and that is to be undone; else as it is."""
    told = told_of(found)
    combs = [Combs(*(float(one) for one in row)) for row in found["combs"]]
    if len(combs) != reel.count:
        return reel  # pictures are lost: nothing says which field is whose
    if told.kind == "pulldown" and "telecine" in kinds:
        return _from_film(reel, combs, told, tell)
    if told.kind == "video" and "interlace" in kinds:
        return _from_video(reel, combs, told, rate)
    return reel


def _from_video(reel: Reel, combs: list[Combs], told: Fields, rate: Rate) -> WholeReel:
    mixed = np.zeros(reel.count, np.bool_)
    for start, end in reel.shots:
        there = fields_of(combs[start:end])
        mixed[start:end] = there.kind != "progressive" or end - start < 8 or there.combed > 0.15
    double = rate == "double"
    times = 2 if double else 1
    ends = [*reel.ticks[1:], 2 * reel.ticks[-1] - reel.ticks[-2]]
    ticks = reel.ticks
    if double:
        ticks = tuple(
            one for now, then in zip(reel.ticks, ends, strict=True) for one in (2 * now, now + then)
        )
    return WholeReel(
        **_same(reel),
        rate=reel.rate * times,
        base=reel.base / times,
        ticks=ticks,
        shots=tuple((start * times, end * times) for start, end in reel.shots),
        source=reel,
        numbers=tuple(number for number in range(reel.count) for _ in range(times)),
        made_of="video",
        top_first=told.top_first,
        seconds=tuple(bool(which) for _ in range(reel.count) for which in range(times)),
        mixed=tuple(bool(one) for one in mixed for _ in range(times)),
    )


def _from_film(reel: Reel, combs: list[Combs], told: Fields, tell: Tell) -> WholeReel:
    choice = choices(combs)
    same = _same(reel)
    joined = WholeReel(
        **same,
        rate=reel.rate,
        base=reel.base,
        ticks=reel.ticks,
        shots=reel.shots,
        source=reel,
        numbers=tuple(range(reel.count)),
        made_of="pulldown",
        top_first=told.top_first,
        choice=tuple(int(one) for one in choice),
    )
    unlike = np.ones(reel.count)
    last: Floats | None = None
    for number, pixels in joined.pictures(size=_reduced(reel)):
        grey = luma_of(pixels)
        if last is not None:
            change = np.abs(grey - last)
            unlike[number] = float(change.mean() + np.percentile(change, 99))
        last = grey
        tell("looking for the cadence", (number + 1) / reel.count)
    kept = cadence(unlike)
    rate = reel.rate * Fraction(CYCLE - 1, CYCLE)
    origin = reel.ticks[0] * reel.base
    base = Fraction(1, lcm(rate.numerator, origin.denominator))
    starts = np.searchsorted(kept, [start for start, _ in reel.shots])
    begins = sorted({int(one) for one in starts if one < len(kept)})
    return WholeReel(
        **same,
        rate=rate,
        base=base,
        ticks=tuple(int((origin + place / rate) / base) for place in range(len(kept))),
        shots=tuple(zip(begins, [*begins[1:], len(kept)], strict=True)),
        source=reel,
        numbers=tuple(int(one) for one in kept),
        made_of="pulldown",
        top_first=told.top_first,
        choice=tuple(int(choice[one]) for one in kept),
    )


def moved_share(reel: WholeReel) -> float:
    """The share of pictures whose second field was another's."""
    return float(np.mean([one != THIS for one in reel.choice])) if reel.choice else 0.0


def _same(reel: Reel) -> dict[str, Any]:
    names = ("path", "kind", "width", "height", "channels", "files", "linear", "timecode", "damage")
    return {name: getattr(reel, name) for name in names}


def _reduced(reel: Reel) -> tuple[int, int]:
    return min(ACROSS, reel.width), reel.height


def _combs(reel: Reel, first: int, last: int, tell: Tell | None) -> Iterator[Combs]:
    before: Floats | None = None
    now: Floats | None = None
    for number, pixels in reel.pictures(first, last, size=_reduced(reel)):
        after = luma_of(pixels)
        if now is not None:
            yield combs_of(before, now, after)
        before, now = now, after
        if tell is not None:
            tell("looking for fields", (number + 1) / reel.count)
    if now is not None:
        yield combs_of(before, now, None)
