"""Scenes that could be told in another order: few suggestions, each with its reason and what was checked."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import msgspec
import numpy as np

from answerprint.core.errors import ScriptError
from answerprint.departments.script.analysis.characters import attendances, disappearance
from answerprint.departments.script.analysis.manuscript import (
    Manuscript,
    SceneText,
    read_manuscript,
    round_to,
)
from answerprint.departments.script.analysis.pacing import SIGNIFICANT, Pace, slowest_stretch
from answerprint.departments.script.analysis.records import Passage
from answerprint.departments.script.knowledge import (
    PERSON,
    Knowledge,
    chained,
    flashback,
    knowledge,
    story_days,
)
from answerprint.formats.screenplays.model import Screenplay

LEAST_SCENES = 8
MOST = 8
LEAST_RUN = 2  # scenes of one line, for two lines to be told side by side
LONGEST_RUN = 6
LEAST_REVEAL = 6  # scenes between a fact's first place and its first use, to be worth holding back
NEAR_FACTS = 2  # facts a flashback shares with the scene it would stand beside


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """One suggestion. Scene numbers are as written; nothing is changed by it."""

    kind: str  # "parallel", "flashback", "reveal", "relief", "absence"
    scenes: tuple[str, ...]  # that would move
    after: str  # the scene they would follow; empty for the opening
    order: tuple[str, ...]  # the stretch as it would be told
    reason: str
    changes: tuple[str, ...]
    checked: tuple[str, ...]
    evidence: tuple[Passage, ...]
    confidence: float


class Reordering(msgspec.Struct, frozen=True, kw_only=True):
    """Suggestions for one screenplay, and what stands in the way of more."""

    file: str
    title: str
    moves: tuple[Move, ...]
    considered: int
    refused: dict[str, int]  # why candidates fell: reason → how many
    references: int  # to something learned, that every suggestion keeps
    chains: int  # scenes that go on from the one before


class _Script:
    """A script with everything a move is checked against."""

    def __init__(self, script: Manuscript) -> None:
        self.script = script
        self.scenes = script.scenes
        self.known: Knowledge = knowledge(script)
        self.days = story_days(script)
        self.blocks = _blocks(script.scenes)
        self.order = list(range(len(script.scenes)))
        self.broken_now = set(self.known.broken(self.order))
        self.pace = Pace(script.scenes).engagement
        self.considered = 0
        self.refused: dict[str, int] = {}

    def allowed(self, order: Sequence[int], *, time_free: set[int] | None = None) -> list[str] | None:
        """What was checked, in words, or None when the order breaks something (counted by reason)."""
        self.considered += 1
        place = {scene: at for at, scene in enumerate(order)}
        for block in self.blocks:
            if any(place[other] != place[one] + 1 for one, other in pairwise(block)):
                return self._refuse("a CONTINUOUS chain would be cut")
        days = [self.days[one] for one in order if one not in (time_free or set())]
        if any(other < one for one, other in pairwise(days)) and days != [
            self.days[one] for one in self.order if one not in (time_free or set())
        ]:
            return self._refuse("the story's days would run backwards")
        fresh = [one for one in self.known.broken(order) if one not in self.broken_now]
        if fresh:
            return self._refuse("somebody would know or be seen too early")
        return [
            "no CONTINUOUS chain is cut",
            f"story days still run forwards ({max(self.days)} days)",
            f"{len(self.known.references)} references to what was learned still follow the learning",
        ]

    def _refuse(self, why: str) -> list[str] | None:
        self.refused[why] = self.refused.get(why, 0) + 1
        return None


def reorderings(screenplay: Screenplay, file: str) -> Reordering:
    """Suggestions that keep the order of time and of knowledge, the most defensible first.

    Raises ScriptError AP-SCRIPT-120 for an empty screenplay, AP-SCRIPT-124 for one of under eight scenes.
    """
    script = read_manuscript(screenplay, file)
    if len(script.scenes) < LEAST_SCENES:
        raise ScriptError(
            "AP-SCRIPT-124",
            f"{len(script.scenes)} scenes are too few to tell in another order (at least {LEAST_SCENES})",
            file=file,
            remedy="reordering is for a whole screenplay",
        )
    held = _Script(script)
    moves = [*_flashbacks(held), *_parallel(held), *_reveals(held), *_relief(held), *_absences(held)]
    moves.sort(key=lambda one: -one.confidence)
    kept: list[Move] = []
    touched: set[str] = set()
    for move in moves:
        if not touched & set(move.scenes):  # two suggestions on one scene would contradict one another
            kept.append(move)
            touched |= set(move.scenes)
    return Reordering(
        file=file,
        title=script.title,
        moves=tuple(kept[:MOST]),
        considered=held.considered,
        refused=held.refused,
        references=len(held.known.references),
        chains=sum(chained(one) for one in script.scenes),
    )


def _blocks(scenes: Sequence[SceneText]) -> list[list[int]]:
    """Scenes that belong together: one and those that go on from it."""
    blocks: list[list[int]] = []
    for scene in scenes:
        if blocks and chained(scene):
            blocks[-1].append(scene.index)
        else:
            blocks.append([scene.index])
    return blocks


def _parallel(held: _Script) -> list[Move]:
    """Two lines of the same day without a common character, one told after the other: told in turns."""
    found: list[Move] = []
    blocks = held.blocks
    at = 0
    while at < len(blocks) - 2 * LEAST_RUN + 1:
        first = _run(held, at)
        second = _run(held, at + len(first)) if len(first) >= LEAST_RUN else []
        one, other = _company(held, first), _company(held, second)
        days = {held.days[scene] for block in (*first, *second) for scene in block}
        if len(second) < LEAST_RUN or one & other or not one or not other or len(days) > 1:
            at += max(1, len(first) - LEAST_RUN + 1)
            continue
        turns = [block for pair in zip(first, second, strict=False) for block in pair]
        turns += first[len(second) :] + second[len(first) :]
        order = _with(held, [scene for block in (*first, *second) for scene in block], turns)
        checked = held.allowed(order)
        if checked is not None:
            numbers = [held.scenes[block[0]].number for block in second]
            found.append(
                _move(
                    held,
                    "parallel",
                    [scene for block in second for scene in block],
                    held.scenes[first[0][-1]],
                    [scene for block in turns for scene in block],
                    f"{_names(one)} and {_names(other)} share no scene here and both lines play on day "
                    f"{min(days)}: told in turns, each keeps the other waiting",
                    [f"scenes {', '.join(numbers)} no longer wait until the first line is done"],
                    [*checked, "the two lines share no character and no CONTINUOUS"],
                    0.45,
                )
            )
        at += len(first) + len(second)
    return found


def _flashbacks(held: _Script) -> list[Move]:
    """A marked flashback that stands apart from the scene that speaks of the same things."""
    found: list[Move] = []
    facts: list[set[str]] = [set() for _ in held.scenes]
    for fact, where in held.known.places.items():
        for at in where:
            if not fact.startswith(PERSON):
                facts[at].add(fact)
    for block in held.blocks:
        scene = held.scenes[block[0]]
        if not flashback(scene) or block[0] == 0:
            continue
        before = block[0] - 1
        shared = [
            (len(facts[block[0]] & facts[other.index]), -abs(other.index - block[0]), other.index)
            for other in held.scenes
            if other.index not in block and not flashback(other)
        ]
        most, _, target = max(shared)
        if most < NEAR_FACTS or target == before or most <= len(facts[block[0]] & facts[before]):
            continue
        end = next(one[-1] for one in held.blocks if target in one)
        order = [one for one in held.order if one not in block]
        order[order.index(end) + 1 : order.index(end) + 1] = block
        checked = held.allowed(order, time_free=set(block))
        if checked is None:
            continue
        common = ", ".join(_distinct(facts[block[0]] & facts[target])[:4])
        found.append(
            _move(
                held, "flashback", block, held.scenes[end], [end, *block],
                f"the flashback shares {most} things with scene {held.scenes[target].number} ({common}), and "
                f"stands after scene {held.scenes[before].number} with fewer",
                [f"the memory follows what calls it up, {abs(target - block[0])} scenes from where it is"],
                [*checked, "a flashback is free of the story's days"], 0.5,
            )
        )  # fmt: skip
    return found


def _reveals(held: _Script) -> list[Move]:
    """A scene that tells something long before anybody needs it, and that nothing between leans on."""
    found: list[Move] = []
    for block in held.blocks:
        lean = [one.scene for one in held.known.references if set(one.learned) & set(block)]
        news = [
            fact
            for fact, scenes in held.known.places.items()
            if len(scenes) > 1 and scenes[0] in block and fact not in held.known.people
        ]
        if len(news) < 1 or not lean:
            continue
        need = min(min(lean), min(held.known.places[fact][1] for fact in news))
        if need - block[-1] < LEAST_REVEAL:
            continue
        order = [one for one in held.order if one not in block]
        place = order.index(need)
        end = place
        while end > 0 and chained(held.scenes[order[end]]):
            end -= 1
        if held.days[order[end - 1]] != held.days[block[0]] or order[end - 1] in block:
            # Later on the same day only: another day would be another story.
            same = [at for at in range(end) if held.days[order[at]] == held.days[block[0]]]
            if not same or same[-1] + 1 - order.index(order[max(0, block[0] - 1)]) < LEAST_REVEAL:
                continue
            end = same[-1] + 1
        order[end:end] = block
        checked = held.allowed(order)
        if checked is None:
            continue
        after = held.scenes[order[end - 1]]
        told = ", ".join(f"“{one}”" for one in news[:3])
        found.append(
            _move(
                held, "reveal", block, after, [after.index, *block],
                f"it is the first to tell of {told}, which nobody needs before scene "
                f"{held.scenes[need].number}: held back, the question stays open longer",
                [f"{told} is told {after.index - block[-1]} scenes later"],
                [*checked, "no scene between leans on what it tells"], 0.35,
            )
        )  # fmt: skip
    return found


def _relief(held: _Script) -> list[Move]:
    """A lively scene near a slow stretch that could break it up."""
    if len(held.scenes) < 12:
        return []
    begin, end, _, _, p = slowest_stretch(held.pace)
    if p >= SIGNIFICANT or end - begin < LEAST_RUN:
        return []
    middle = (begin + end) // 2
    found: list[Move] = []
    for block in held.blocks:
        if begin <= block[0] < end or abs(block[0] - middle) > 3 * (end - begin):
            continue
        lively = float(np.mean([held.pace[scene] for scene in block]))
        around = [scene for one in held.blocks if begin <= one[0] < end for scene in one]
        if lively < 0.7 or not around:
            continue
        edge = next((one for one in held.blocks if one[0] >= middle), held.blocks[-1])[0]
        order = [one for one in held.order if one not in block]
        order[order.index(edge) : order.index(edge)] = block
        checked = held.allowed(order)
        if checked is None:
            continue
        inside = float(np.mean(held.pace[begin:end]))
        found.append(
            _move(
                held, "relief", block, held.scenes[edge - 1], [edge - 1, *block, edge],
                f"scenes {held.scenes[begin].number} to {held.scenes[end - 1].number} are a slow stretch (p "
                f"{p:.3f}); this one lies near and is {lively:+.1f} sd",
                [f"the longest slow run goes from {end - begin} scenes to {max(edge - begin, end - edge)}",
                 f"the stretch's mean goes from {inside:+.1f} sd to "
                 f"{(inside * (end - begin) + lively * len(block)) / (end - begin + len(block)):+.1f} sd"],
                checked, round_to(min(0.4, 0.2 + 0.1 * lively)),
            )
        )  # fmt: skip
    return found


def _absences(held: _Script) -> list[Move]:
    """A scene at either end of a character's long absence that could be told inside it."""
    found: list[Move] = []
    for person in attendances(held.script):
        lost = disappearance(held.script, person) if sum(map(bool, person.presence)) >= 4 else None
        if lost is None or lost.kind != "character.disappears" or person.gap[1] >= len(held.scenes):
            continue
        before, after = person.gap
        middle = (before + after) // 2
        for block in held.blocks:
            if not {before, after} & set(block) or (before in block and after in block):
                continue
            edge = next((one for one in held.blocks if one[0] >= middle), held.blocks[-1])[0]
            order = [one for one in held.order if one not in block]
            order[order.index(edge) : order.index(edge)] = block
            checked = held.allowed(order)
            if checked is None:
                continue
            found.append(
                _move(
                    held, "absence", block, held.scenes[edge - 1], [edge - 1, *block, edge],
                    f"{person.name} is away for {person.longest:.0%} of the script around here",
                    [f"the absence becomes two of about {person.longest / 2:.0%} each"],
                    checked, 0.3,
                )
            )  # fmt: skip
            break
    return found


def _run(held: _Script, at: int) -> list[list[int]]:
    """Blocks from one on that share their company with the one before: a line of the story."""
    run = [held.blocks[at]] if at < len(held.blocks) else []
    while run and at + len(run) < len(held.blocks) and len(run) < LONGEST_RUN:
        following = held.blocks[at + len(run)]
        company = _company(held, [following])
        if not company or not company & _company(held, [run[-1]]):
            break
        run.append(following)
    return run


def _company(held: _Script, blocks: Sequence[Sequence[int]]) -> set[str]:
    return {name for block in blocks for scene in block for name in held.scenes[scene].present}


def _with(held: _Script, stretch: Sequence[int], turns: Sequence[Sequence[int]]) -> list[int]:
    begin = min(stretch)
    told = [scene for block in turns for scene in block]
    return [*range(begin), *told, *range(begin + len(told), len(held.scenes))]


def _distinct(facts: set[str]) -> list[str]:
    """Facts without those that are part of another: `matthew` beside `matthew pell`."""
    return sorted(one for one in facts if not any(one != other and one in other for other in facts))


def _names(company: set[str]) -> str:
    named = sorted(company)
    return ", ".join(named[:3]) + (f" and {len(named) - 3} more" if len(named) > 3 else "")


def _move(
    held: _Script,
    kind: str,
    moved: Sequence[int],
    after: SceneText,
    order: Sequence[int],
    reason: str,
    changes: list[str],
    checked: list[str],
    confidence: float,
) -> Move:
    return Move(
        kind=kind,
        scenes=tuple(held.scenes[one].number for one in moved),
        after=after.number,
        order=tuple(held.scenes[one].number for one in order),
        reason=reason,
        changes=tuple(changes),
        checked=tuple(checked),
        evidence=tuple(held.scenes[one].passage() for one in [*moved, after.index]),
        confidence=confidence,
    )
