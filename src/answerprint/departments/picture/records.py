"""What the picture department tells: matches, and how pictures look; and which grades are sure."""

from __future__ import annotations

from typing import Literal

import msgspec

from answerprint.core.cut import Cdl

WORTH = 1.0  # ΔE00 between two looks from which on a grade is worth its while
GAIN = 0.7  # of the difference may be left
UNSURE = 1.5  # ΔE00 that a grade may be off by, at most

How = Literal["places", "surfaces", "nothing"]


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """ΔE00 over the places both show: the median, and what nine in ten stay under."""

    median: float
    p90: float


class Skin(msgspec.Struct, frozen=True, kw_only=True):
    """A group of skin-coloured places. monk: tone 1 … 10 by lightness, an estimate."""

    monk: int
    places: int
    before: float
    after: float


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """A grade, and what it rests on.

    how: places that both views show, surfaces held to be the same, or nothing (the grade is then none).
    error: ΔE00 that the grade itself may be off by, one standard deviation. agreed: share of the pairs it
    explains. already: no grade would bring them nearer.
    """

    grade: Cdl
    how: How
    pairs: int = 0
    features: int = 0
    agreed: float = 0.0
    error: float | None = None
    before: Difference | None = None
    after: Difference | None = None
    skin: tuple[Skin, ...] = ()
    already: bool = False


class Appearance(msgspec.Struct, frozen=True, kw_only=True):
    """How pictures look: L* at its 10th, 30th, 50th, 70th and 90th percentile; medians of a*, b*, chroma."""

    lightness: tuple[float, ...]
    a: float
    b: float
    chroma: float


def sure(found: Match) -> bool:
    """Whether a grade is put on without being asked for: it rests on places that both show, brings something,
    and is not much off."""
    return (
        found.how == "places"
        and not found.already
        and found.before is not None
        and found.after is not None
        and found.error is not None
        and found.before.median >= WORTH
        and found.after.median <= GAIN * found.before.median
        and found.error <= UNSURE
    )


def told(found: Match) -> str:
    """A match in words: what was done, or why nothing."""
    if found.how == "nothing":
        return "nothing that both show was found; left as it is"
    assert found.before is not None and found.after is not None
    places = f"{found.pairs} places both show" if found.how == "places" else "surfaces held to be the same"
    if found.already or found.before.median < WORTH:
        return f"looks alike already: ΔE {found.before.median:.1f} over {places}"
    change = f"ΔE {found.before.median:.1f} to {found.after.median:.1f} over {places}"
    if sure(found):
        return change
    return f"unsure, left as it is: {change}" + (
        f", may be off by {found.error:.1f}" if found.error is not None else ""
    )
