"""A query as it was understood: clauses in groups, and how the groups lie to one another in time."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

import msgspec

Kind = Literal["phrase", "words", "free", "about", "seen", "text", "moment", "colour", "person", "clip"]
How = Literal["within", "before", "after", "then"]


class Test(msgspec.Struct, frozen=True, kw_only=True):
    """A question a track can answer: annotations with one of the labels, or whose value does.

    key "" asks the label. With terms the value under the key is one of them; else it is compared as a number:
    low ≤ value ≤ high, the ends themselves left out where open. `per` scales how far inside it counts.
    """

    __test__ = False  # pytest: this is no test class

    track: str
    labels: tuple[str, ...] = ()
    key: str = ""
    terms: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    low_open: bool = False
    high_open: bool = False


class Clause(msgspec.Struct, frozen=True, kw_only=True):
    """One thing asked for. text: its canonical form, which parses back to it."""

    kind: Kind
    text: str
    meaning: str  # what was understood, for people
    negated: bool = False
    group: int = 0
    field: str = ""  # of a clip: scene, take, camera, circled, reel, card, date, clip, notes
    words: str = ""  # what is said, written, meant or named
    tests: tuple[Test, ...] = ()  # alternatives: those whose track this production has are asked
    fallback: bool = False  # only the first of the tests whose track is there is asked
    weight: float = 1.0
    notes: tuple[str, ...] = ()  # what was corrected, and other readings of it

    @property
    def canonical(self) -> str:
        return f"-{self.text}" if self.negated else self.text


class Relation(msgspec.Struct, frozen=True, kw_only=True):
    """How the moments of a group lie to those before it. window: seconds between them, at most."""

    how: How
    group: int
    window: Fraction


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """Clauses of one group happen at the same time; clauses about the clip hold for all of them."""

    clauses: tuple[Clause, ...]
    relations: tuple[Relation, ...] = ()

    def groups(self) -> list[list[Clause]]:
        """The clauses by group; those about the clip and the negated ones stand in the first."""
        found: list[list[Clause]] = [[] for _ in range(len(self.relations) + 1)]
        for clause in self.clauses:
            found[0 if clause.negated or clause.kind == "clip" else clause.group].append(clause)
        return found

    @property
    def canonical(self) -> str:
        """The query as it can be typed again, to the same clauses."""
        first, *others = self.groups()
        parts = [clause.canonical for clause in first]
        for relation, group in zip(self.relations, others, strict=True):
            window = seconds_text(relation.window)
            if relation.how == "within":
                parts += [f"within {window} of", *(clause.canonical for clause in group)]
            else:
                parts += [relation.how, *(clause.canonical for clause in group), f"within {window}"]
        return " ".join(parts)


def seconds_text(seconds: Fraction) -> str:
    """2s, 0.5s, 1/3s."""
    if seconds.denominator == 1:
        return f"{seconds.numerator}s"
    decimal = f"{float(seconds):.3f}".rstrip("0")
    return f"{decimal}s" if Fraction(decimal) == seconds else f"{seconds}s"


def quoted(text: str) -> str:
    """A text as it stands in a query, in quotes where it has to."""
    plain = text and all(one.isalnum() or one in "_-.*'" for one in text) and text[0] != "-"
    return text if plain else '"' + text.replace('"', " ").strip() + '"'
