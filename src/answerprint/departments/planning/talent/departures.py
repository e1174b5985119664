"""Who may be gone before somebody else has come: the sets of actors present in the middle of a shoot.

Two actors who share no scene need not meet. A *gap* is a moment at which the actors `gone` have left for
good and the actors `fresh` have not come yet, both at least one: no scene holds one of each. All others are
there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from answerprint.departments.planning.talent.instance import Bools, Whole
from answerprint.departments.planning.talent.precedence import Precedence
from answerprint.departments.planning.talent.two_chains import SetCosts, Sets

MOST_GAPS = 50_000


@dataclass(frozen=True)
class Gaps:
    """All gaps a schedule may have, one a row, the cheapest first. covers: (gaps, scenes) bool."""

    gone: Sets
    fresh: Sets
    rate: Whole  # of those present in the gap
    covers: Bools

    def __len__(self) -> int:
        return len(self.gone)

    def only(self, kept: Bools) -> Gaps:
        return replace(
            self, gone=self.gone[kept], fresh=self.fresh[kept], rate=self.rate[kept], covers=self.covers[kept]
        )

    def caps(self, none: int) -> Whole:
        """(scenes,): the cheapest rate at which a gap could hold each scene, or `none`."""
        if not len(self):
            return np.full(self.covers.shape[1], none, dtype=np.int64)
        return np.where(self.covers.any(axis=0), self.rate[self.covers.argmax(axis=0)], none)

    def obeying(self, precedence: Precedence) -> Gaps:
        """The gaps of schedules that obey what is decided."""
        wrong = np.zeros(len(self), dtype=np.bool_)
        for actor, (after, met) in enumerate(zip(precedence.before, precedence.meets, strict=True)):
            gone, fresh = (self.gone >> actor & 1) != 0, (self.fresh >> actor & 1) != 0
            wrong |= gone & ((self.fresh & met) != 0)
            if after:
                wrong |= ~gone & ((self.gone & after) != 0)
                wrong |= fresh & ((after & ~self.fresh) != 0)
        return self.only(~wrong)

    def comparable(self, gone: int, fresh: int) -> Bools:
        """Which gaps can stand in one schedule with the given one, before or after it."""
        before = ((self.gone & ~gone) == 0) & ((fresh & ~self.fresh) == 0)
        after = ((gone & ~self.gone) == 0) & ((self.fresh & ~fresh) == 0)
        return np.asarray(before | after)


def forced_meetings(costs: SetCosts) -> list[int]:
    """For each actor, the set of those who share a scene with her, and herself."""
    shared = [1 << actor for actor in range(costs.actors)]
    for cast in costs.casts.tolist():
        for actor in range(costs.actors):
            if cast >> actor & 1:
                shared[actor] |= cast
    return shared


def gaps_of(costs: SetCosts) -> Gaps | None:
    """Every gap that the casts allow; None where they are more than MOST_GAPS."""
    apart = [costs.full & ~one for one in forced_meetings(costs)]
    gone: list[int] = []
    fresh: list[int] = []
    # free[F]: those who share no scene with anybody in F.
    free = [costs.full] * (costs.full + 1)
    for one in range(1, costs.full + 1):
        low = one & -one
        free[one] = free[one ^ low] & apart[low.bit_length() - 1]
        some = free[one]
        if len(gone) + (1 << some.bit_count()) > MOST_GAPS:
            return None
        part = some
        while part:
            gone.append(one)
            fresh.append(part)
            part = (part - 1) & some
    gone_sets, fresh_sets = np.array(gone, dtype=np.int64), np.array(fresh, dtype=np.int64)
    rate = costs.rate[costs.full & ~(gone_sets | fresh_sets)]
    order = np.argsort(rate, kind="stable")
    gone_sets, fresh_sets = gone_sets[order], fresh_sets[order]
    covers = (costs.casts[None, :] & (gone_sets | fresh_sets)[:, None]) == 0
    found = Gaps(gone=gone_sets, fresh=fresh_sets, rate=rate[order], covers=covers)
    return found.only(covers.any(axis=1))  # a gap in which nothing is shot saves nothing
