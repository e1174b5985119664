"""Dated rule packs: rest, hours and minors' hours as data, each with its sources. None is legal advice."""

from __future__ import annotations

import datetime
import tomllib
from importlib import resources
from pathlib import Path

import msgspec

from answerprint.core.errors import PlanError


class MinorRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a child of an age may work."""

    from_age: int
    below_age: int
    work_minutes: int  # on a school day, on camera or rehearsing
    work_minutes_no_school: int
    earliest: str = "05:00"
    latest: str = "22:00"
    latest_before_no_school: str = "22:00"  # on the eve of a date without school
    rest_minutes: int = 720


class RulePack(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Hard rules of work. Minutes."""

    name: str
    title: str
    date: datetime.date  # as of
    sources: tuple[str, ...]
    note: str
    daily_rest: int  # from wrap to the next call
    weekly_rest: int  # around a date off
    weekly_rest_two_days: int  # around two or more dates off
    max_consecutive_days: int
    max_day_minutes: int  # call to wrap
    max_week_minutes: int = 0  # Monday to Sunday; 0: none
    drop_after: int = 10  # calendar days free before a performer may be dropped and picked up
    minors: tuple[MinorRule, ...] = ()

    def minor_rule(self, age: int | None) -> MinorRule | None:
        """The rule for an age; None for adults and where the pack has none."""
        if age is None:
            return None
        return next((one for one in self.minors if one.from_age <= age < one.below_age), None)


def rule_packs() -> tuple[str, ...]:
    """Names of the packs that come with the program."""
    folder = resources.files(__package__)
    return tuple(sorted(one.name[:-5] for one in folder.iterdir() if one.name.endswith(".toml")))


def load_rules(name: str, beside: Path | None = None) -> RulePack:
    """A pack by name, or a file of one's own (`my_rules.toml`, looked for beside the plan).

    Raises PlanError AP-PLAN-120 when there is none of that name, AP-PLAN-121 when it cannot be read.
    """
    if name in rule_packs():
        text = resources.files(__package__).joinpath(f"{name}.toml").read_text("utf-8")
        return msgspec.convert(tomllib.loads(text), RulePack)
    path = (beside / name) if beside is not None else Path(name)
    if not name.endswith(".toml") or not path.is_file():
        raise PlanError(
            "AP-PLAN-120",
            f"there is no rule pack {name!r}",
            remedy=f"known: {', '.join(rule_packs())}; or name a .toml file of your own beside the plan",
        )
    try:
        return msgspec.convert(tomllib.loads(path.read_text("utf-8")), RulePack)
    except (OSError, ValueError, RecursionError, msgspec.ValidationError) as error:
        raise PlanError(
            "AP-PLAN-121",
            f"this rule pack cannot be read: {error}",
            file=name,
            remedy="copy one of the packs that come with the program and change its values",
        ) from error
