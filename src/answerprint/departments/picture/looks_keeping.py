"""Attributes of a picture that a grade leaves as they are: exposure, white balance, contrast, saturation.

In a log space exposure is an offset that all channels share, contrast a slope or power that they share, white
balance what they differ by, and saturation its own number (and what a slope does to differences of channels).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Literal, cast

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.core.cut import Cdl
from answerprint.core.errors import UsageError
from answerprint.departments.picture.operations import LUMA, graded

Attribute = Literal["exposure", "white-balance", "contrast", "saturation"]
ATTRIBUTES: tuple[Attribute, ...] = ("exposure", "white-balance", "contrast", "saturation")
AXES_OF: dict[Attribute, tuple[str, ...]] = {
    "exposure": ("exposure",),
    "white-balance": ("temperature", "tint"),
    "contrast": ("contrast",),
    "saturation": ("saturation",),
}
FARTHEST, BISECTIONS = 0.2, 16  # offset within which exposure is brought back, and steps of its search

Values = NDArray[np.float64]
ToLinear = Callable[[NDArray[np.float32]], NDArray[np.float32]]


def attributes(listed: str) -> frozenset[Attribute]:
    """Attributes of a list with commas. Raises UsageError AP-USE-863 for one that is none, and for all of
    them."""
    found = [one.strip().casefold() for one in listed.split(",") if one.strip()]
    for one in found:
        if one not in ATTRIBUTES:
            raise UsageError(
                "AP-USE-863", f"{one!r} is nothing that can be kept", remedy="keep " + ", ".join(ATTRIBUTES)
            )
    if len(set(found)) == len(ATTRIBUTES):
        raise UsageError("AP-USE-863", "nothing is left to be changed", remedy="keep fewer of them")
    return cast("frozenset[Attribute]", frozenset(found))


def ways(keep: Collection[Attribute], shown: Values, spread: Values) -> Values:
    """(10, k): the ways in which slope, offset, power and saturation may leave no change, each as long as
    `spread` (10,) finds nothing unusual. shown: (n, 3) values of the grading space; exposure is what their
    median is."""
    pivot = np.median(shown, axis=0)
    none, luma = np.zeros(3), LUMA
    apart = np.array([[1.0, -1.0, 0.0], [0.0, 1.0, -1.0]])
    rows: list[Values] = []

    def row(slope: Values, offset: Values, power: Values, saturation: float = 0.0) -> None:
        rows.append(np.concatenate([slope, offset, power, [saturation]]))

    straight = "contrast" in keep or "exposure" in keep or "saturation" in keep
    if straight:
        row(none, none, luma)
    if "contrast" in keep:
        row(luma, none, none)
    if "white-balance" in keep:
        for one in apart:
            row(one, none, none)
            row(none, one, none)
            row(none, none, one)
    if "saturation" in keep:
        row(none if "contrast" in keep else luma, none, none, 1.0)
    if "exposure" in keep:
        curve = pivot * np.log(np.maximum(pivot, 1e-3))
        row(luma * pivot, luma, luma * curve)
    if not rows:
        return np.diag(spread)
    scaled = np.stack(rows) * spread
    _, sizes, turned = np.linalg.svd(scaled)
    rank = int((sizes > 1e-9).sum())
    return np.asarray(spread[:, None] * turned[rank:].T)


def wanted(ours: Values, theirs: Values, keep: Collection[Attribute]) -> Values:
    """Colours (n, 3) that are asked for, with what is kept as ours have it: what is then left to be fitted
    agrees with the ways there are."""
    if not keep:
        return theirs
    ours_grey, grey = ours @ LUMA, theirs @ LUMA
    colour, was = theirs - grey[:, None], ours - ours_grey[:, None]
    if "contrast" in keep:
        middle = np.median(grey)
        grey = middle + (grey - middle) * _ratio(_spread(ours_grey), _spread(grey))
    if "exposure" in keep:
        grey = grey + np.median(ours_grey) - np.median(grey)
    if "white-balance" in keep:
        colour = colour - np.median(colour, axis=0) + np.median(was, axis=0)
    if "saturation" in keep:
        middles = [np.median(one, axis=0) for one in (was, colour)]
        spread, now = (
            float(np.linalg.norm(one - middle, axis=1).mean())
            for one, middle in zip((was, colour), middles, strict=True)
        )
        colour = middles[1] + (colour - middles[1]) * _ratio(spread, now)
    return np.asarray(grey[:, None] + colour, np.float64)


def _spread(values: Values) -> float:
    return float(np.subtract(*np.percentile(values, (90, 10))))


def _ratio(one: float, other: float) -> float:
    return one / other if other > 1e-6 else 1.0


def exactly(grade: Cdl, keep: Collection[Attribute], shown: Values, to_linear: ToLinear) -> Cdl:
    """A grade of those ways, with what they hold to the first order alone made exact: the median luminance of
    what is shown. to_linear: to linear Rec. 709 light."""
    if "saturation" in keep:
        common = float(LUMA @ np.asarray(grade.slope))
        grade = msgspec.structs.replace(grade, saturation=1 / common)
    if "exposure" in keep:
        aim = _exposure(shown, to_linear)
        low, high = -FARTHEST, FARTHEST
        for _ in range(BISECTIONS):  # luminance rises with the offset
            middle = (low + high) / 2
            there = _exposure(graded(shown, _raised(grade, middle)), to_linear)
            low, high = (middle, high) if there < aim else (low, middle)
        grade = _raised(grade, (low + high) / 2)
    return grade


def _raised(grade: Cdl, by: float) -> Cdl:
    offset = tuple(one + by for one in grade.offset)
    return msgspec.structs.replace(grade, offset=cast("tuple[float, float, float]", offset))


def _exposure(values: Values, to_linear: ToLinear) -> float:
    """The median luminance."""
    return float(np.median(to_linear(values.astype(np.float32)) @ LUMA))
