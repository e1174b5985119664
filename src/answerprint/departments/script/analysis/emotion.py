"""The emotional arc: the level by scene, smoothed, and whether it differs from the same scenes shuffled."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.script.analysis.lexicon import emotional_words
from answerprint.departments.script.analysis.manuscript import Manuscript, SceneText, round_to
from answerprint.departments.script.analysis.records import Arc, Part, Passage, ScriptFinding

GRID = 101
KERNEL = 0.08  # standard deviation of the smoothing, as a share of the script
SHUFFLES = 999
SIGNIFICANT = 0.05
LEAST_SCENES = 12  # fewer have no shape to test
LEAST_WORDS = 60  # emotional words
PRIOR_WORDS = 6.0  # neutral words added to each place, so that one word is no mood

Floats = NDArray[np.float64]

# Shapes of stories as half waves (after Reagan et al. 2016, EPJ Data Science 5:31).
SHAPES = {
    "rise": (1, -1.0),
    "fall": (1, 1.0),
    "fall, then rise": (2, 1.0),
    "rise, then fall": (2, -1.0),
    "fall, rise, fall": (3, 1.0),
    "rise, fall, rise": (3, -1.0),
}


class Levels:
    """Sums over each scene's emotional words. Arrays are (scenes,)."""

    def __init__(self, scenes: Sequence[SceneText]) -> None:
        hits = [[level for part in one.texts for level in emotional_words(part.words)] for one in scenes]
        self.count: Floats = np.array([len(one) for one in hits], float)
        self.valence: Floats = np.array([sum(level[0] for level in one) for one in hits])
        self.squares: Floats = np.array([sum(level[0] ** 2 for level in one) for one in hits])
        self.arousal: Floats = np.array([sum(level[1] for level in one) for one in hits])

    @property
    def mean_valence(self) -> Floats:
        """(scenes,) between -1 and 1, drawn to neutral where there are few words."""
        return np.asarray(self.valence / (self.count + PRIOR_WORDS), float)

    @property
    def mean_arousal(self) -> Floats:
        return np.asarray(self.arousal / (self.count + PRIOR_WORDS), float)


def emotional_arc(script: Manuscript, levels: Levels) -> tuple[Arc, Part]:
    """The arc on an even grid with its bands, and the finding of the test.

    The test's statistic is the variance of the smoothed curve; its surrogate is the same scenes in random
    order (999 shuffles, fixed seed), so that only their order can make the difference. English only.
    """
    part = Part()
    scenes = script.scenes
    total = float(levels.count.sum())
    if not script.english:
        part.findings.append(_untold("the emotional lexicon is English, and this script is not"))
        return Arc(), part
    if len(scenes) < LEAST_SCENES or total < LEAST_WORDS:
        part.findings.append(
            _untold(
                f"too little to test: {len(scenes)} scenes and {total:.0f} emotional words "
                f"(at least {LEAST_SCENES} and {LEAST_WORDS})",
                total,
            )
        )
        return Arc(), part
    part.measures["emotion.valence"] = (round_to(float(levels.valence.sum() / total)),)
    part.measures["emotion.arousal"] = (round_to(float(levels.arousal.sum() / total)),)
    at = np.array([one.middle for one in scenes])
    kernel = np.exp(-0.5 * ((np.linspace(0, 1, GRID)[:, None] - at[None, :]) / KERNEL) ** 2)
    weight = kernel @ levels.count + PRIOR_WORDS
    curve = kernel @ levels.valence / weight
    arousal = kernel @ levels.arousal / weight
    # The smoothed curve is a weighted mean of words: its variance is that of the words over their number.
    spread = kernel @ levels.squares / weight - curve**2
    effective = weight**2 / (kernel**2 @ levels.count + PRIOR_WORDS)
    error = 1.96 * np.sqrt(np.maximum(spread, 0) / np.maximum(effective, 1))
    shuffled = shuffled_curves(levels, kernel)
    statistic, null = float(curve.var()), shuffled.var(axis=0)
    p = float((1 + np.sum(null >= statistic)) / (1 + SHUFFLES))
    shape, fit = nearest_shape(curve)
    told = p < SIGNIFICANT
    low, high = np.percentile(shuffled, [2.5, 97.5], axis=1)
    arc = Arc(
        position=_rounded(np.linspace(0, 1, GRID)),
        valence=_rounded(curve),
        low=_rounded(curve - error),
        high=_rounded(curve + error),
        shuffled_low=_rounded(low),
        shuffled_high=_rounded(high),
        arousal=_rounded(arousal),
        p_value=round_to(p, 4),
        shape=shape if told else "",
    )
    ends = [int(np.argmin(curve)), int(np.argmax(curve))]
    evidence = tuple(
        strongest_passage(script, _scene_at(scenes, where / (GRID - 1)), sign)
        for where, sign in zip(ends, (-1, 1), strict=True)
    )
    summary = (
        f"the emotional level moves more than the same scenes in random order would (p {p:.3f}): "
        f"{shape}, lowest near {ends[0]} %, highest near {ends[1]} %"
        if told
        else f"no arc can be told from noise: shuffled scenes move as much (p {p:.2f})"
    )
    part.findings.append(
        ScriptFinding(
            kind="emotion.arc" if told else "emotion.no_arc",
            summary=summary,
            evidence=evidence if told else (),
            value=round_to(statistic, 6),
            threshold=round_to(float(np.quantile(null, 1 - SIGNIFICANT)), 6),
            confidence=round_to(1 - p),
            measure="variance of the smoothed valence; the threshold is 95 % of shuffles",
            subject=f"{shape} (fits {fit:.2f})" if told else "",
        )
    )
    part.findings.append(
        ScriptFinding(
            kind="emotion.level",
            summary=f"the mean level is {levels.valence.sum() / total:+.2f} (-1 dark, +1 bright), "
            f"excitement {levels.arousal.sum() / total:.2f} of 1, over {total:.0f} emotional words",
            evidence=tuple(strongest_passage(script, one, -1) for one in _darkest(levels)),
            value=round_to(float(levels.valence.sum() / total)),
            measure="mean valence of the emotional words",
            reference="emotion.valence",
        )
    )
    return arc, part


def shuffled_curves(levels: Levels, kernel: Floats, seed: int = 7) -> Floats:
    """(grid, shuffles): the curve of the same scenes in random order, at the places the scenes lie."""
    random = np.random.default_rng(seed)
    order = random.permuted(np.tile(np.arange(len(levels.count)), (SHUFFLES, 1)), axis=1).T
    return np.asarray((kernel @ levels.valence[order]) / (kernel @ levels.count[order] + PRIOR_WORDS), float)


def nearest_shape(curve: Floats) -> tuple[str, float]:
    """The half wave the curve goes with best, and their correlation."""
    at = np.linspace(0, 1, len(curve))
    if float(curve.std()) == 0.0:
        return "flat", 0.0
    fits = {
        name: float(np.corrcoef(curve, sign * np.cos(np.pi * waves * at))[0, 1])
        for name, (waves, sign) in SHAPES.items()
    }
    best = max(fits, key=lambda name: fits[name])
    return best, fits[best]


def strongest_passage(script: Manuscript, index: int, sign: int) -> Passage:
    """The speech or action of a scene that is darkest (sign -1) or brightest (+1)."""
    scene = script.scenes[index]
    best, found = -1e9, scene.passage()
    for block in scene.actions:
        level = sign * sum(one[0] for one in emotional_words(block.words))
        if level > best:
            best, found = level, script.done(block)
    for speech in scene.speeches:
        level = sign * sum(one[0] for one in emotional_words(speech.words))
        if level > best:
            best, found = level, script.said(speech)
    return found


def _scene_at(scenes: Sequence[SceneText], position: float) -> int:
    return next((one.index for one in scenes if one.end >= position), len(scenes) - 1)


def _darkest(levels: Levels) -> list[int]:
    return [int(one) for one in np.argsort(levels.valence)[:2]]


def _untold(why: str, value: float | None = None) -> ScriptFinding:
    return ScriptFinding(
        kind="emotion.untold",
        summary=f"no emotional arc is given: {why}",
        value=value,
        threshold=float(LEAST_WORDS) if value is not None else None,
        measure="emotional words",
    )


def _rounded(values: Floats) -> tuple[float, ...]:
    return tuple(round_to(float(one), 4) for one in values)
