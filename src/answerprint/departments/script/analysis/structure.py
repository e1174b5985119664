"""Acts and turning points: where theory puts them, moved by what changes in the scenes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.script.analysis.emotion import Levels
from answerprint.departments.script.analysis.manuscript import Manuscript, SceneText, round_to
from answerprint.departments.script.analysis.records import Part, ScriptFinding, TurningPoint

# Where screenwriting theory puts the five turns. On TRIPOD (Papalampidi et al., EMNLP 2019) these positions
# alone are a baseline that models hardly beat: they are the prior here, and evidence moves it a little.
TURNS = (
    ("opportunity", 0.10, 0.07),
    ("change of plans (end of act one)", 0.25, 0.10),
    ("point of no return (midpoint)", 0.50, 0.12),
    ("major setback (end of act two)", 0.75, 0.09),
    ("climax", 0.945, 0.05),
)  # name, position, standard deviation of what annotators chose, rounded
ACTS = ("act one", "act two", "act three")
ACT_SHARES = (0.25, 0.50, 0.25)
NEAR = 0.03  # of the script's length: what counts as having found it
OPENING = 0.08
CEILING = 0.8  # of a confidence: a reader may see the turn elsewhere, or see none
LEAST_SCENES = 10
WINDOW = 3  # scenes before and after
EVIDENCE_WEIGHT = (
    0.6  # of one standard deviation of evidence, in log odds: set on planted turns, bench/analysis
)
EVIDENCE_TOP = 3.0

_JUMP = re.compile(
    r"\b(?:(?:\w+\s+)?(?:DAYS?|WEEKS?|MONTHS?|YEARS?)\s+(?:LATER|EARLIER|AGO|BEFORE)|FLASHBACK|"
    r"THE NEXT (?:DAY|MORNING)|NEXT (?:DAY|MORNING)|BACK TO PRESENT|PRESENT DAY|ONE YEAR)\b"
)
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Changes:
    """What changes at each scene, in standard deviations of this script. Arrays are (scenes,)."""

    total: Floats
    parts: dict[str, Floats]

    def reasons(self, index: int) -> tuple[str, ...]:
        """What changes most at a scene, in words, strongest first."""
        found = [(float(values[index]), name) for name, values in self.parts.items()]
        return tuple(f"{name} ({value:+.1f} sd)" for value, name in sorted(found, reverse=True) if value >= 1)


def turning_points(script: Manuscript, levels: Levels) -> tuple[tuple[TurningPoint, ...], Part]:
    """The five turns in order, each with its confidence beside what its position alone would give."""
    part = Part()
    scenes = script.scenes
    if len(scenes) < LEAST_SCENES:
        part.findings.append(
            ScriptFinding(
                kind="structure.untold",
                summary=f"{len(scenes)} scenes are too few to tell acts and turning points "
                f"(at least {LEAST_SCENES})",
                value=float(len(scenes)),
                threshold=float(LEAST_SCENES),
                measure="scenes",
            )
        )
        return (), part
    changes = scene_changes(scenes, levels)
    starts = np.array([one.start for one in scenes])
    prior = np.stack([log_prior(starts, at, spread) for _, at, spread in TURNS])
    chosen, mass = ordered_posterior(prior + EVIDENCE_WEIGHT * changes.total[None, :], starts)
    _, prior_mass = ordered_posterior(prior, starts)
    found: list[TurningPoint] = []
    for turn, (name, theory, _) in enumerate(TURNS):
        index = chosen[turn]
        near = np.abs(starts - starts[index]) <= NEAR
        best_prior = max(float(prior_mass[turn][np.abs(starts - one) <= NEAR].sum()) for one in starts)
        point = TurningPoint(
            name=name,
            scene=scenes[index].id,
            number=scenes[index].number,
            position=round_to(float(starts[index])),
            theory=theory,
            confidence=round_to(min(CEILING, float(mass[turn][near].sum()))),
            prior_confidence=round_to(min(CEILING, best_prior)),
            reasons=changes.reasons(index),
        )
        found.append(point)
        part.findings.append(_turn(script, point, index, float(changes.total[index])))
        part.measures[f"structure.turn{turn + 1}"] = (point.position,)
    _acts(script, found, chosen, part)
    return tuple(found), part


def scene_changes(scenes: Sequence[SceneText], levels: Levels) -> Changes:
    """What changes from the scenes before a scene to it and those after."""
    count = len(scenes)
    valence = levels.mean_valence
    dialogue = np.array([one.dialogue_length / max(1, one.length) for one in scenes])
    seen_cast: set[str] = set()
    seen_sets: set[str] = set()
    size: dict[str, int] = {}
    for one in scenes:
        for name in one.present:
            size[name] = size.get(name, 0) + 1
    cast, place, mood, talk, fresh, jump = (np.zeros(count) for _ in range(6))
    for at, scene in enumerate(scenes):
        before, after = scenes[max(0, at - WINDOW) : at], scenes[at : at + WINDOW]
        fresh[at] = sum(size[name] for name in scene.present if name not in seen_cast)
        new_place = scene.location.casefold() not in seen_sets
        seen_cast.update(scene.present)
        seen_sets.add(scene.location.casefold())
        if not before:
            fresh[at] = 0.0  # everybody is new in the first scene
            continue
        cast[at] = _distance(
            {name for one in before for name in one.present}, {name for one in after for name in one.present}
        )
        place[at] = new_place + _distance(
            {one.location.casefold() for one in before}, {one.location.casefold() for one in after}
        )
        span_before, span_after = slice(max(0, at - WINDOW), at), slice(at, at + WINDOW)
        mood[at] = abs(float(valence[span_after].mean() - valence[span_before].mean()))
        talk[at] = abs(float(dialogue[span_after].mean() - dialogue[span_before].mean()))
        jump[at] = _time_jump(scenes[at - 1], scene)
    # In the opening everything is new, and that is no turn.
    opening = np.minimum(1.0, np.array([one.start for one in scenes]) / OPENING)
    fresh, place, jump = fresh * opening, place * opening, jump * opening
    parts = {
        "the company changes": _standard(cast),
        "the place changes": _standard(place),
        "the mood changes": _standard(mood),
        "talk gives way to action or the reverse": _standard(talk),
        "somebody new comes in": _standard(fresh),
        "time jumps": _standard(jump),
    }
    total = _standard(np.sum(list(parts.values()), axis=0))
    return Changes(np.clip(total, -EVIDENCE_TOP, EVIDENCE_TOP), parts)


def log_prior(starts: Floats, at: float, spread: float) -> Floats:
    """Log of the prior density at each scene's start, up to a constant."""
    return np.asarray(-0.5 * ((starts - at) / spread) ** 2, float)


def ordered_posterior(score: Floats, starts: Floats) -> tuple[list[int], Floats]:
    """The best scenes for the turns in order, and each turn's own posterior over scenes (turns, scenes).

    score is (turns, scenes) in log odds. Turns lie in rising scenes (forward and backward sums, as in a
    hidden Markov model). A scene is weighted by the room around it, so that a run of short scenes holds no
    more prior than one long scene of the same length.
    """
    room = np.diff(np.append(starts, 1.0))
    score = score + np.log(np.maximum(room, 1e-4))[None, :]
    turns, count = score.shape
    likely = np.exp(score - score.max(axis=1, keepdims=True))
    forward, backward = np.zeros((turns, count)), np.zeros((turns, count))
    for turn in range(turns):
        before = np.ones(count) if turn == 0 else np.append(0.0, np.cumsum(forward[turn - 1])[:-1])
        forward[turn] = likely[turn] * before
        forward[turn] /= max(float(forward[turn].sum()), 1e-300)
        last = turns - 1 - turn
        ahead = (
            np.ones(count)
            if turn == 0
            else np.append(np.cumsum((backward[last + 1] * likely[last + 1])[::-1])[::-1][1:], 0.0)
        )
        backward[last] = ahead / max(float(ahead.max()), 1e-300)
    mass = forward * backward
    mass /= np.maximum(mass.sum(axis=1, keepdims=True), 1e-300)
    best = np.full((turns, count), -np.inf)
    came = np.zeros((turns, count), int)
    best[0] = score[0]
    for turn in range(1, turns):
        running = np.maximum.accumulate(best[turn - 1])
        where = np.where(best[turn - 1] == running, np.arange(count), 0)
        where = np.maximum.accumulate(where)
        best[turn, 1:] = score[turn, 1:] + running[:-1]
        came[turn, 1:] = where[:-1]
    chosen = [int(np.argmax(best[-1]))]
    for turn in range(turns - 1, 0, -1):
        chosen.append(int(came[turn, chosen[-1]]))
    return chosen[::-1], mass


def _acts(script: Manuscript, found: Sequence[TurningPoint], chosen: Sequence[int], part: Part) -> None:
    first, second = found[1], found[3]
    edges = [(0, chosen[1]), (chosen[1], chosen[3]), (chosen[3], len(script.scenes))]
    shares = [first.position, second.position - first.position, 1 - second.position]
    sure = [first.confidence, min(first.confidence, second.confidence), second.confidence]
    for number, (name, (begin, end)) in enumerate(zip(ACTS, edges, strict=True)):
        scenes = script.scenes[begin:end]
        part.measures[f"structure.act{number + 1}_share"] = (round_to(shares[number]),)
        part.findings.append(
            ScriptFinding(
                kind="structure.act",
                summary=f"{name}: scenes {scenes[0].number} to {scenes[-1].number}, "
                f"{shares[number]:.0%} of the script (theory {ACT_SHARES[number]:.0%})",
                evidence=(scenes[0].passage(), scenes[-1].passage()),
                value=round_to(shares[number]),
                threshold=ACT_SHARES[number],
                confidence=sure[number],
                measure="share of the script's length; the threshold is theory's share",
                subject=name,
                reference=f"structure.act{number + 1}_share",
            )
        )


def _turn(script: Manuscript, point: TurningPoint, index: int, evidence: float) -> ScriptFinding:
    scene = script.scenes[index]
    passages = [scene.passage()]
    passages += [script.done(one) for one in scene.actions[:1]]
    passages += [script.said(one) for one in scene.speeches[:1]]
    why = "; ".join(point.reasons) or "nothing in the scenes: its position alone"
    turn = next(number for number, one in enumerate(TURNS, start=1) if one[0] == point.name)
    return ScriptFinding(
        kind="structure.turning_point",
        summary=f"{point.name}: scene {point.number} at {point.position:.0%} (theory {point.theory:.1%}); "
        f"{why}. Confidence {point.confidence:.2f} to be within {NEAR:.0%} of the script; "
        f"the position alone gives {point.prior_confidence:.2f}",
        evidence=tuple(passages),
        value=point.position,
        threshold=point.theory,
        confidence=point.confidence,
        measure=f"position as a share of the script, the threshold is theory's; change {evidence:+.1f} sd",
        subject=point.name,
        reference=f"structure.turn{turn}",
    )


def _time_jump(before: SceneText, scene: SceneText) -> float:
    days = 0
    if before.script_day is not None and scene.script_day is not None:
        days = abs(scene.script_day - before.script_day)
    said = scene.heading.upper() + " " + " ".join(one.text for one in scene.actions[:2])
    jump = 2.0 if _JUMP.search(said) else 0.0
    return jump + min(days, 3) + 0.3 * (before.night != scene.night)


def _distance(one: set[str], other: set[str]) -> float:
    union = one | other
    return 1 - len(one & other) / len(union) if union else 0.0


def _standard(values: Floats) -> Floats:
    deviation = float(values.std())
    return np.asarray((values - values.mean()) / deviation if deviation > 1e-12 else values * 0.0, float)
