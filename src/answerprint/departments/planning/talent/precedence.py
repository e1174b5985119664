"""Who is gone before whom comes, and who meets: what decisions about some pairs say about others.

Stays are intervals, so "gone before" is an interval order (Fishburn 1970).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Precedence:
    """before[i]: the actors who come only after i is gone. meets[i]: those who are there together with i."""

    before: tuple[int, ...]
    meets: tuple[int, ...]

    def gone_before(self, i: int, j: int) -> Precedence | None:
        """With i gone before j comes, and all that follows; None where that cannot be."""
        before = list(self.before)
        before[i] |= 1 << j
        return _closed(before, list(self.meets))

    def meet(self, i: int, j: int) -> Precedence | None:
        """With i and j there together at some moment, and all that follows; None where that cannot be."""
        meets = list(self.meets)
        meets[i] |= 1 << j
        meets[j] |= 1 << i
        return _closed(list(self.before), meets)

    def open(self, i: int, j: int) -> bool:
        """Whether nothing is decided about i and j."""
        return not (self.before[i] >> j & 1 or self.before[j] >> i & 1 or self.meets[i] >> j & 1)

    @property
    def followers(self) -> int:
        """Everybody who comes only after somebody is gone."""
        everybody = 0
        for one in self.before:
            everybody |= one
        return everybody

    @property
    def leaders(self) -> int:
        """Everybody who is gone before somebody comes."""
        return sum(1 << i for i, one in enumerate(self.before) if one)


def _closed(before: list[int], meets: list[int]) -> Precedence | None:
    actors = range(len(before))
    changed = True
    while changed:
        changed = False
        for i in actors:
            if not before[i]:
                continue
            for k in actors:
                # k is gone before one comes who is gone before j, or who meets i while i is gone before j.
                if (before[k] >> i & 1 or before[k] & meets[i]) and before[i] & ~before[k]:
                    before[k] |= before[i]
                    changed = True
    for i in actors:
        if before[i] >> i & 1 or before[i] & meets[i]:
            return None
    return Precedence(tuple(before), tuple(meets))
