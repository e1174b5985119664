"""Grain put on clips and stills: another clip's, a profile's or a named one, and only what is missing."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec

from answerprint.core.errors import UsageError
from answerprint.departments.picture.grain.growing import Regrainer, Stretch, missing
from answerprint.departments.picture.grain.measuring import quiet
from answerprint.departments.picture.grain.profiles import NoiseProfile, written
from answerprint.departments.picture.grain.stocks import LINES, STOCKS, stock_named
from answerprint.pipeline.picture.denoising import described, fits, measured, profile_of
from answerprint.pipeline.picture.operating import Operated, Recipe, operate
from answerprint.pipeline.picture.reels import Reel, Tell, reel_of

PLACES = 3  # of each shot at which what is there is measured
SIZES = (0.5, 4.0)  # times its own that a named grain may be scaled to


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """profile: of the grain. source: whose it is. coarser: times its size, for the pictures it is put on."""

    profile: NoiseProfile
    source: str
    coarser: float = 1.0


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """stretches: what each shot gets. enough: shots that have as much already."""

    wanted: Wanted
    stretches: tuple[Stretch, ...]
    enough: int
    on_top: bool


def wanted_for(
    reel: Reel,
    out: Path | None,
    *,
    like: Path | None = None,
    profile: Path | None = None,
    stock: str | None = None,
    tell: Tell = lambda what, done: None,
) -> Wanted:
    """The grain that is asked for, in one of three ways.

    Raises UsageError AP-USE-840 as `fits`, 841 unless one is given, 842 for a name that no stock has, 843 for
    a clip that has no grain; FormatError as `profile_of`; MediaError as `reel_of`.
    """
    if sum(one is not None for one in (like, profile, stock)) != 1:
        raise UsageError("AP-USE-841", "one grain is put on", remedy="give one of --like, --profile, --stock")
    if stock is not None:
        if stock not in STOCKS:
            raise UsageError(
                "AP-USE-842", f"no grain is called {stock!r}", remedy="name " + ", ".join(STOCKS)
            )
        coarser = min(max(reel.height / LINES, SIZES[0]), SIZES[1])
        return Wanted(profile=stock_named(stock, linear=reel.linear), source=stock, coarser=coarser)
    if profile is not None:
        known = profile_of(profile)
        fits(known, reel, profile)
        return Wanted(profile=known, source=profile.name)
    assert like is not None
    model = reel_of(like, tell=tell)
    known = measured(model, out, tell=tell)
    fits(known, reel, like)
    if quiet(known):
        raise UsageError(
            "AP-USE-843", "it has no grain to speak of", file=str(like), remedy="give another, or --stock"
        )
    return Wanted(profile=known, source=like.name)


def planned(
    reel: Reel,
    out: Path | None,
    wanted: Wanted,
    *,
    on_top: bool = False,
    tell: Tell = lambda what, done: None,
) -> Plan:
    """What each shot of the reel gets: all of the grain, or what it lacks of it. A still, whose texture
    cannot be told from grain, gets all."""
    on_top = on_top or reel.still
    stretches, enough = [], 0
    for number, (first, last) in enumerate(reel.shots):
        given: NoiseProfile | None = wanted.profile
        if not on_top:
            have = measured(reel, out, first, last, PLACES)
            given = wanted.profile if quiet(have) else missing(have, wanted.profile)
            enough += given is None
            tell("measuring the grain that is there", (number + 1) / len(reel.shots))
        stretches.append(Stretch(first, last, given))
    return Plan(wanted=wanted, stretches=tuple(stretches), enough=enough, on_top=on_top)


def regrain(
    reel: Reel,
    out: Path,
    plan: Plan,
    *,
    amount: float = 1.0,
    size: float = 1.0,
    seed: int = 0,
    between: tuple[Fraction, Fraction] | None = None,
    sheet: Path | None = None,
    tell: Tell = lambda what, done: None,
) -> Operated:
    """Writes the reel with the grain of the plan. Raises as `operate`."""
    coarser = plan.wanted.coarser * size
    recipe = Recipe(
        operator="regrain",
        back_end="classical",
        parameters={"amount": amount, "size": size, "seed": seed, "on_top": plan.on_top},
        found=told(plan),
        key=b"".join(written(one.profile) if one.profile is not None else b"-" for one in plan.stretches),
    )

    def make() -> Regrainer:
        return Regrainer(plan.stretches, amount=amount, coarser=coarser, seed=seed)

    return operate(reel, out, make, recipe, between=between, sheet=sheet, tell=tell)


def told(plan: Plan) -> dict[str, Any]:
    """The plan in plain values. added: the share of the wanted grain's power that each shot gets."""
    whole = _strength(plan.wanted.profile)
    return {
        "grain": plan.wanted.source,
        **described(plan.wanted.profile),
        "scaled": round(plan.wanted.coarser, 3),
        "shots": len(plan.stretches),
        "shots_with_enough": plan.enough,
        "added": [
            round(_strength(one.profile) / whole, 3) if one.profile is not None else 0.0
            for one in plan.stretches
        ],
    }


def _strength(profile: NoiseProfile) -> float:
    return max(sum(sum(one) for one in profile.variance), 1e-12)
