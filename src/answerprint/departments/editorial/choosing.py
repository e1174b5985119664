"""Which reading of each line, optimised over the whole scene: scores against the cost of each join.

A shortest path over the lines (Viterbi 1967): the best sequence for the sum of scores less what each edit
costs. Replacements and locks are constraints; a circle outranks every score, and a clean reading every one
with a fault.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from answerprint.core.proposals import Decision
from answerprint.departments.editorial.styles import DEFAULT, Style, style_named
from answerprint.departments.editorial.takes import Candidate
from answerprint.departments.editorial.views import View
from answerprint.formats.screenplays.model import Line

CIRCLE = 100.0  # more than any sum of scores and costs
CLEAN = 10.0  # what a reading with faults is behind a clean one of its line
LINE_SECONDS = 5.0  # the line that `Style.hold` is the cost of


class Joining(msgspec.Struct, frozen=True, kw_only=True):
    """What joins are judged by. shorter: score a second of reading costs, where a cut must be shorter."""

    style: Style = msgspec.field(default_factory=lambda: style_named(DEFAULT))
    views: Mapping[str, View] = {}
    shorter: float = 0.0

    def cost(self, before: Candidate, after: Candidate, line: Line) -> float:
        """What cutting from one reading to the next costs, in score."""
        return sum(self.parts(before, after, line).values())

    def parts(self, before: Candidate, after: Candidate, line: Line) -> dict[str, float]:
        """The cost of a join by its reasons, in words."""
        style = self.style
        if before.asset == after.asset:
            if after.range.start < before.range.end:
                return {"the same take, earlier": style.backwards}
            held = float(after.range.duration.seconds) / LINE_SECONDS
            return {"the view is held": style.hold * held}
        found = {}
        stops = abs(before.exposure_stops - after.exposure_stops)
        if stops:
            found["a step in exposure"] = style.exposure * stops
        one, other = self.views.get(before.asset), self.views.get(after.asset)
        if before.setup == after.setup:
            found["a jump cut"] = style.jump_cut
        elif one is not None and other is not None:
            if one.is_like(other):
                found["much the same view"] = style.same_view
            if one.crosses(other):
                found["the axis is crossed"] = style.crossed_axis
        return found

    def worth(self, option: Candidate, line: Line, clean: bool) -> float:
        """What a reading is worth in its place. clean: whether its line has a reading without a fault."""
        worth = option.score + (CIRCLE if option.circled else 0.0) - (CLEAN if clean and option.faults else 0)
        view = self.views.get(option.asset)
        if view is not None and view.hides(line.character):
            worth -= self.style.away
        return worth - self.shorter * float(option.range.duration.seconds)


def choose(
    lines: Sequence[Line],
    candidates: Mapping[str, Sequence[Candidate]],
    joining: Joining,
    decisions: Mapping[str, Decision] = {},
) -> dict[str, Candidate]:
    """The reading for every line that has one. Joins between scenes cost nothing, so scenes are apart."""
    chosen: dict[str, Candidate] = {}
    by_scene: dict[str, list[Line]] = {}
    for line in lines:
        if candidates.get(line.key):
            by_scene.setdefault(line.scene, []).append(line)
    for scene in by_scene.values():
        chosen |= _best_path(scene, candidates, joining, decisions)
    return chosen


def total_score(lines: Sequence[Line], chosen: Mapping[str, Candidate], joining: Joining) -> float:
    """The sum that `choose` makes greatest, of any choice: circles and faults with it."""
    total = 0.0
    before: Candidate | None = None
    scene = ""
    for line in lines:
        here = chosen.get(line.key)
        if here is None:
            continue
        total += here.score
        view = joining.views.get(here.asset)
        if view is not None and view.hides(line.character):
            total -= joining.style.away
        if before is not None and line.scene == scene:
            total -= joining.cost(before, here, line)
        before, scene = here, line.scene
    return round(total, 4)


def _best_path(
    lines: Sequence[Line],
    candidates: Mapping[str, Sequence[Candidate]],
    joining: Joining,
    decisions: Mapping[str, Decision],
) -> dict[str, Candidate]:
    options = [_allowed(line.key, candidates[line.key], decisions) for line in lines]
    totals: list[float] = []
    back: list[list[int]] = []  # for each option, the option of the line before that leads to it best
    for place, (line, here) in enumerate(zip(lines, options, strict=True)):
        clean = any(not one.faults for one in here)
        worths = [joining.worth(one, line, clean) for one in here]
        if not place:
            totals = worths
            continue
        reached, came = [], []
        for option, worth in zip(here, worths, strict=True):
            sums = [
                total - joining.cost(before, option, line)
                for total, before in zip(totals, options[place - 1], strict=True)
            ]
            best = max(sums)
            came.append(sums.index(best))
            reached.append(best + worth)
        totals = reached
        back.append(came)
    at = totals.index(max(totals))
    path = [at]
    for came in reversed(back):
        at = came[at]
        path.append(at)
    path.reverse()
    return {line.key: each[at] for line, each, at in zip(lines, options, path, strict=True)}


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
