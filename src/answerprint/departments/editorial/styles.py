"""Styles of cutting, as data: how long a line breathes, and what each kind of edit costs (`styles.toml`)."""

from __future__ import annotations

import tomllib
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import msgspec

from answerprint.core.errors import UsageError
from answerprint.core.time import Time

TABLE = Path(__file__).with_name("styles.toml")
DEFAULT = "drama"


class Style(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Times are seconds written exactly ("1/3"); costs are in score, of which a reading has 0 to 1."""

    about: str
    breath: str
    scene_breath: str
    run_on: str
    overlap: str
    reaction_after: str
    reaction: str
    jump_cut: float
    backwards: float
    same_view: float
    crossed_axis: float
    exposure: float
    hold: float
    away: float

    def time(self, name: str, pace: Fraction = Fraction(1)) -> Time:
        """One of its times, at a pace: 2 breathes twice as long."""
        return Time.of_seconds(Fraction(getattr(self, name)) * pace)


@lru_cache(maxsize=1)
def styles() -> dict[str, Style]:
    """Every style by its name."""
    table = tomllib.loads(TABLE.read_text("utf-8"))
    return {name: msgspec.convert(one, Style) for name, one in table.items()}


def style_named(name: str) -> Style:
    """Raises UsageError AP-USE-530 for a style that is not in the table."""
    known = styles()
    if name not in known:
        raise UsageError(
            "AP-USE-530",
            f"there is no style {name!r}",
            remedy=f"one of {', '.join(known)}; production.toml names it under [editorial] style",
        )
    return known[name]
