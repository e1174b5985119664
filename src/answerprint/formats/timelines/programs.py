"""What a receiving program is known to make of a timeline: a table as data, each line with its source."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Literal

import msgspec

from answerprint.core.cut import Cut
from answerprint.core.errors import UsageError
from answerprint.formats.timelines.comparing import features_of
from answerprint.formats.timelines.model import Loss

TABLE = Path(__file__).with_name("programs.toml")
ALL = "*"


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What becomes of features in a format."""

    formats: tuple[str, ...]
    features: tuple[str, ...]
    kind: Literal["kept", "lost", "approximated"]
    detail: str = ""
    source: str


class Program(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    rules: tuple[Rule, ...]


@lru_cache(maxsize=1)
def programs() -> dict[str, Program]:
    """The programs that are known, by the word for them on the command line."""
    return {key: msgspec.convert(one, Program) for key, one in _table().items() if key != "sources"}


@lru_cache(maxsize=1)
def sources() -> dict[str, str]:
    return msgspec.convert(_table()["sources"], dict[str, str])


def expected(cut: Cut, format_name: str, program: str) -> tuple[Loss, ...]:
    """What this program will not show of this cut in this format, or what nobody has told of it.

    Raises UsageError AP-USE-503 for a program that is not in the table.
    """
    known = programs()
    if program not in known:
        raise UsageError(
            "AP-USE-503",
            f"{program!r} is no program known here",
            remedy=f"--for takes {', '.join(sorted(known))}",
        )
    chosen = known[program]
    rules = [rule for rule in chosen.rules if format_name in rule.formats]
    whole = next((rule for rule in rules if rule.features == (ALL,) and rule.kind != "kept"), None)
    if whole is not None:
        return (Loss("clips", chosen.name, "lost", _told(whole)),)
    by_feature = {feature: rule for rule in rules for feature in rule.features}
    losses = []
    for feature, place in features_of(cut).items():
        rule = by_feature.get(feature)
        at = f"{chosen.name}: {place}" if place else chosen.name
        if rule is None:
            losses.append(
                Loss(feature, at, "untested", f"no source says whether it reads this from {format_name}")
            )
        elif rule.kind != "kept":
            losses.append(Loss(feature, at, rule.kind, _told(rule)))
    return tuple(losses)


def _told(rule: Rule) -> str:
    return f"{rule.detail} ({sources()[rule.source]})"


def _table() -> dict[str, object]:
    return tomllib.loads(TABLE.read_text("utf-8"))
