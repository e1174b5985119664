"""Which reading of each line, optimised over the whole script: scores against the cost of each join.

A shortest path over the lines (Viterbi): the best sequence for the sum of scores less what each edit
costs. Circles, replacements and locks are constraints, never weights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from answerprint.core.proposals import Decision
from answerprint.departments.editorial.takes import Candidate

JUMP_CUT = 0.12  # two takes of one set-up side by side
BACKWARDS = 0.15  # the same take, earlier than where we just were
EXPOSURE_STEP = 0.03  # per stop of difference across an edit
LONG_HOLD = 0.02  # staying in one set-up for one more line, once it has been held for a while
CIRCLE = 100.0  # more than any sum of scores and costs


def choose(
    order: Sequence[str],
    candidates: Mapping[str, Sequence[Candidate]],
    decisions: Mapping[str, Decision] = {},
    breaks: frozenset[str] = frozenset(),
) -> dict[str, Candidate]:
    """The reading for every line that has one.

    order: line keys in script order. breaks: lines that open a scene (joins across them cost nothing).
    """
    present = [key for key in order if candidates.get(key)]
    best: dict[int, tuple[float, tuple[Candidate, ...]]] = {}
    for position, key in enumerate(present):
        options = _allowed(key, candidates[key], decisions)
        reached: dict[int, tuple[float, tuple[Candidate, ...]]] = {}
        for index, option in enumerate(options):
            worth = option.score + (CIRCLE if option.circled else 0.0)
            if not position:
                reached[index] = (worth, (option,))
                continue
            joined = max(
                (
                    (total - (0.0 if key in breaks else join_cost(path[-1], option)), rank, path)
                    for rank, (total, path) in best.items()
                ),
                key=lambda one: (one[0], -one[1]),
            )
            reached[index] = (joined[0] + worth, (*joined[2], option))
        best = reached
    if not best:
        return {}
    _, path = max(best.values(), key=lambda one: one[0])
    return {candidate.line: candidate for candidate in path}


def join_cost(before: Candidate, after: Candidate) -> float:
    """What cutting from one reading to the next costs, in score."""
    if before.asset == after.asset:
        return LONG_HOLD if after.range.start >= before.range.end else BACKWARDS
    cost = EXPOSURE_STEP * abs(before.exposure_stops - after.exposure_stops)
    return cost + (JUMP_CUT if before.setup == after.setup else 0.0)


def _allowed(
    key: str, candidates: Sequence[Candidate], decisions: Mapping[str, Decision]
) -> Sequence[Candidate]:
    """The candidates a person left open; all of them where the decided one is not among them."""
    decision = decisions.get(f"take:{key}")
    if decision is None or decision.answer == "reject" or decision.asset is None:
        return candidates
    named = [
        one
        for one in candidates
        if one.asset == decision.asset and (decision.range is None or one.range.overlaps(decision.range))
    ]
    return named or candidates
