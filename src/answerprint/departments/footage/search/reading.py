"""A typed query cut into its pieces: quoted phrases, fields, comparisons and words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

import msgspec

Sort = Literal["phrase", "field", "number", "word"]

_PIECE = re.compile(
    r"""(?P<no>-(?=\S))?(?:
        "(?P<phrase>[^"]*)"?
      | (?P<field>[A-Za-z_]+):(?:"(?P<quoted>[^"]*)"?|(?P<bare>[^\s"]+))
      | (?P<key>[A-Za-z_]+)(?P<sign><=|>=|<|>|=)(?P<number>-?\d+(?:\.\d+)?)(?!\S)
      | (?P<word>[^\s"]+)
    )""",
    re.VERBOSE,
)
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "’": "'", "–": "-"})
_SECONDS = re.compile(r"(\d{1,6}(?:\.\d{1,6})?|\d{1,6}/\d{1,6})(s|sec|secs|seconds?|m|min|mins|minutes?)?")
LONGEST = 2_000  # characters of a query that are read


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of a query. text: the phrase, the field's value, the number, or the word as typed."""

    sort: Sort
    text: str
    negated: bool = False
    field: str = ""  # of a field or a comparison, lower case
    sign: str = ""
    quoted: bool = False


def pieces_of(query: str) -> list[Piece]:
    """The pieces of a query, in order. Control characters count as spaces."""
    clean = "".join(one if one.isprintable() else " " for one in query[:LONGEST].translate(_QUOTES))
    found: list[Piece] = []
    for match in _PIECE.finditer(clean):
        negated = match["no"] is not None
        if match["phrase"] is not None:
            if match["phrase"].strip():
                text = " ".join(match["phrase"].split())
                found.append(Piece(sort="phrase", text=text, negated=negated))
        elif match["field"] is not None:
            value = match["quoted"] if match["quoted"] is not None else match["bare"]
            found.append(
                Piece(
                    sort="field",
                    text=" ".join(value.split()),
                    negated=negated,
                    field=match["field"].casefold(),
                    quoted=match["quoted"] is not None,
                )
            )
        elif match["key"] is not None:
            found.append(
                Piece(
                    sort="number",
                    text=match["number"],
                    negated=negated,
                    field=match["key"].casefold(),
                    sign=match["sign"],
                )
            )
        else:
            word = match["word"].strip(",;:!?()[]").rstrip(".")
            if word:
                found.append(Piece(sort="word", text=word, negated=negated))
    return found


def query_of(arguments: Sequence[str]) -> str:
    """One query from a command line's words: one that holds spaces beside others was a quoted phrase."""
    if len(arguments) == 1:
        return arguments[0]
    return " ".join(
        f'"{one}"' if any(c.isspace() for c in one) and '"' not in one else one for one in arguments
    )


def seconds_of(text: str) -> Fraction | None:
    """A length of time: 2s, 1.5s, 3, 2m; None for anything else."""
    match = _SECONDS.fullmatch(text.casefold())
    if match is None:
        return None
    try:
        value = Fraction(match[1])
    except ZeroDivisionError:
        return None
    return value * 60 if (match[2] or "s").startswith("m") else value
