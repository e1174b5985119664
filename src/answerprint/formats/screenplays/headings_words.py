"""The words of scene headings in some thirty languages, read from the table beside this file."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Literal, NamedTuple, cast, get_args

Phase = Literal[
    "dawn",
    "morning",
    "day",
    "noon",
    "afternoon",
    "dusk",
    "evening",
    "night",
    "midnight",
    "continuous",
    "later",
    "same",
]
RELATIVE: frozenset[Phase] = frozenset(("continuous", "later", "same"))


class Language(NamedTuple):
    """One language's words, apart by spaces; a word of several words has underscores."""

    name: str
    interior: str
    exterior: str
    times: dict[Phase, str]


def _table() -> tuple[tuple[Language, ...], str, str]:
    text = files(__package__).joinpath("headings_words.toml").read_text("utf-8")
    table = tomllib.loads(text)
    languages = tuple(
        Language(
            one["name"],
            one["interior"],
            one["exterior"],
            {cast(Phase, phase): one[phase] for phase in get_args(Phase) if phase in one},
        )
        for one in table["language"]
    )
    return languages, table["beside_a_time"], table["qualifiers"]


LANGUAGES, BESIDE_A_TIME, QUALIFIERS = _table()
