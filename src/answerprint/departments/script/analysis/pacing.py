"""Pace and engagement by scene: what they are made of, and a slow stretch if chance makes none."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.script.analysis.manuscript import Manuscript, SceneText, round_to
from answerprint.departments.script.analysis.records import Part, Passage, ScriptFinding

LEAST_SCENES = 12
SHUFFLES = 499
SIGNIFICANT = 0.05
SMOOTHING = 0.04  # standard deviation of the kernel, as a share of the script
SHORTEST_STRETCH = 4  # scenes
LONGEST_STRETCH = 0.5  # of the scenes
WINDOW_SIZES = 24  # lengths tried, geometric: the scan stays linear in the scenes
LONG_SCENE = 24  # eighths: three pages
MIDDLE = (0.25, 0.75)

# How much each part counts. There is no measured truth of engagement here: equal weights are a convention,
# and the parts are shown beside their sum.
WEIGHTS = {
    "short scene": 1.0,
    "quick exchange": 1.0,
    "conflict words": 1.0,
    "exclamation and question": 1.0,
    "the company changes": 1.0,
    "short action paragraphs": 1.0,
}
Floats = NDArray[np.float64]


@lru_cache(maxsize=1)
def conflict_words() -> frozenset[str]:
    text = files("answerprint.departments.script.analysis").joinpath("data/conflict.txt").read_text("utf-8")
    return frozenset(word for line in text.splitlines() if not line.startswith("#") for word in line.split())


class Pace:
    """The engagement of each scene and its parts, in standard deviations. Arrays are (scenes,)."""

    def __init__(self, scenes: Sequence[SceneText]) -> None:
        raw = _parts(scenes)
        self.parts: dict[str, Floats] = {name: _standard(values) for name, values in raw.items()}
        total = np.sum([WEIGHTS[name] * values for name, values in self.parts.items()], axis=0)
        self.engagement: Floats = _standard(total)
        middle = np.array([one.middle for one in scenes])
        length = np.array([max(1, one.length) for one in scenes], float)
        kernel = np.exp(-0.5 * ((middle[:, None] - middle[None, :]) / SMOOTHING) ** 2) * length[None, :]
        self.smooth: Floats = np.asarray(kernel @ self.engagement / kernel.sum(axis=1), float)


def pacing(script: Manuscript) -> tuple[Pace, Part]:
    """The curve, long scenes, and the slowest stretch with the chance of such a stretch in a shuffle."""
    part = Part()
    scenes = script.scenes
    pace = Pace(scenes)
    eighths = [float(one.eighths) for one in scenes]
    part.measures["scene.eighths"] = tuple(eighths)
    part.measures["pacing.scenes_per_page"] = (round_to(len(scenes) / max(0.1, script.pages)),)
    dialogue = sum(one.dialogue_length for one in scenes) / max(1, sum(one.length for one in scenes))
    part.measures["pacing.dialogue_share"] = (round_to(dialogue),)
    part.findings += _long_scenes(scenes)
    part.findings.append(
        ScriptFinding(
            kind="pacing.dialogue_share",
            summary=f"{dialogue:.0%} of the lines are dialogue; {len(scenes) / max(0.1, script.pages):.1f} "
            "scenes a page",
            evidence=tuple(
                one.passage()
                for one in sorted(scenes, key=lambda one: -one.dialogue_length / max(1, one.length))[:1]
            ),
            value=round_to(dialogue),
            measure="share of layout lines",
            reference="pacing.dialogue_share",
        )
    )
    if len(scenes) < LEAST_SCENES:
        part.findings.append(
            ScriptFinding(
                kind="pacing.untold",
                summary=f"{len(scenes)} scenes are too few to tell a slow stretch from chance "
                f"(at least {LEAST_SCENES})",
                value=float(len(scenes)),
                threshold=float(LEAST_SCENES),
                measure="scenes",
            )
        )
        return pace, part
    begin, end, drop, critical, p = slowest_stretch(pace.engagement)
    part.findings.append(_stretch(script, pace, begin, end, drop, critical, p))
    part.findings.append(_runs(pace))
    return pace, part


def slowest_stretch(curve: Floats, seed: int = 11) -> tuple[int, int, float, float, float]:
    """The stretch that lies deepest under the rest: begin, end (not included), drop, threshold, p.

    The drop is a two-sample t of inside against outside, its greatest over all stretches (a scan statistic,
    the epidemic alternative of Levin & Kline 1985); threshold and p come from 499 shuffles of the scenes, so
    that having looked everywhere is paid for.
    """
    drops, place = _scan(curve[None, :])
    random = np.random.default_rng(seed)
    shuffled = random.permuted(np.tile(curve, (SHUFFLES, 1)), axis=1)
    null, _ = _scan(shuffled)
    p = float((1 + np.sum(null >= drops[0])) / (1 + SHUFFLES))
    begin, size = place[0]
    return begin, begin + size, float(drops[0]), float(np.quantile(null, 1 - SIGNIFICANT)), p


def runs_test(curve: Floats) -> tuple[int, float, float]:
    """Wald and Wolfowitz: runs above and below the median, their expected number, and z."""
    above = curve > np.median(curve)
    many, few = int(above.sum()), int((~above).sum())
    runs = 1 + int(np.sum(above[1:] != above[:-1]))
    total = many + few
    if not many or not few or total < 3:
        return runs, float(runs), 0.0
    expected = 1 + 2 * many * few / total
    variance = (expected - 1) * (expected - 2) / (total - 1)
    return runs, expected, (runs - expected) / float(np.sqrt(max(variance, 1e-9)))


def _scan(curves: Floats) -> tuple[Floats, list[tuple[int, int]]]:
    """(rows,) greatest drop of each curve, and for the rows where it lies."""
    rows, count = curves.shape
    sums = np.concatenate([np.zeros((rows, 1)), np.cumsum(curves, axis=1)], axis=1)
    deviation = np.maximum(curves.std(axis=1), 1e-9)
    longest = max(SHORTEST_STRETCH, int(count * LONGEST_STRETCH))
    sizes = sorted({int(one) for one in np.geomspace(SHORTEST_STRETCH, longest, WINDOW_SIZES)})
    best = np.full(rows, -np.inf)
    place = [(0, SHORTEST_STRETCH)] * rows
    for size in sizes:
        if size >= count:
            continue
        inside = sums[:, size:] - sums[:, :-size]
        outside = sums[:, -1:] - inside
        drop = (outside / (count - size) - inside / size) / deviation[:, None]
        drop = drop / np.sqrt(1 / size + 1 / (count - size))
        where = np.argmax(drop, axis=1)
        value = drop[np.arange(rows), where]
        for row in np.flatnonzero(value > best):
            place[row] = (int(where[row]), size)
        best = np.maximum(best, value)
    return np.asarray(best, float), place


def _parts(scenes: Sequence[SceneText]) -> dict[str, Floats]:
    conflict = conflict_words()
    rows: list[tuple[float, ...]] = []
    before: set[str] = set()
    for scene in scenes:
        words = [word for one in scene.texts for word in one.words]
        count = max(20, len(words))
        marks = sum(one.text.count("!") + 0.5 * one.text.count("?") for one in scene.speeches)
        marks += sum(one.text.count("!") for one in scene.actions)
        present = set(scene.present)
        union = present | before
        speech = [len(one.words) for one in scene.speeches]
        blocks = [one.layout_lines for one in scene.actions]
        rows.append(
            (
                -float(np.log(max(1, scene.length))),
                -float(np.log(np.mean(speech) + 1)) if speech else -2.5,
                100 * sum(word in conflict for word in words) / count,
                100 * marks / count,
                1 - len(present & before) / len(union) if union else 0.0,
                -float(np.mean(blocks)) if blocks else 0.0,
            )
        )
        before = present
    return {name: np.array(column) for name, column in zip(WEIGHTS, zip(*rows, strict=True), strict=True)}


def _stretch(
    script: Manuscript, pace: Pace, begin: int, end: int, drop: float, critical: float, p: float
) -> ScriptFinding:
    scenes = script.scenes[begin:end]
    told = p < SIGNIFICANT
    measure = "greatest drop of a stretch under the rest (t); the threshold is 95 % of shuffles"
    if not told:
        return ScriptFinding(
            kind="pacing.even",
            summary=f"no slow stretch can be told from chance (p {p:.2f})",
            value=round_to(drop),
            threshold=round_to(critical),
            confidence=round_to(1 - p),
            measure=measure,
        )
    centre = (scenes[0].start + scenes[-1].end) / 2
    middle = MIDDLE[0] <= centre <= MIDDLE[1]
    low = sorted((float(values[begin:end].mean()), name) for name, values in pace.parts.items())
    why = ", ".join(f"{name} {value:+.1f} sd" for value, name in low[:3] if value < 0)
    evidence: list[Passage] = [scenes[0].passage(), scenes[-1].passage()]
    evidence += [one.passage() for one in sorted(scenes, key=lambda one: pace.engagement[one.index])[:3]]
    return ScriptFinding(
        kind="pacing.slow_middle" if middle else "pacing.slow",
        summary=f"scenes {scenes[0].number} to {scenes[-1].number} ({scenes[0].start:.0%} to "
        f"{scenes[-1].end:.0%}) lie under the rest ({why}); chance makes such "
        f"a stretch in {p:.1%} of shuffles",
        evidence=tuple(evidence),
        value=round_to(drop),
        threshold=round_to(critical),
        confidence=round_to(1 - p),
        measure=measure,
        subject=f"scenes {scenes[0].number}-{scenes[-1].number}",
    )


def _runs(pace: Pace) -> ScriptFinding:
    runs, expected, z = runs_test(pace.engagement)
    clustered = z < -1.64
    return ScriptFinding(
        kind="pacing.rhythm",
        summary=f"quick and slow scenes {'come in blocks' if clustered else 'alternate as chance would'}: "
        f"{runs} runs, {expected:.0f} expected (z {z:+.1f})",
        value=round_to(z),
        threshold=-1.64,
        measure="Wald-Wolfowitz z of runs about the median; under -1.64 blocks, one-sided 5 %",
    )


def _long_scenes(scenes: Sequence[SceneText]) -> list[ScriptFinding]:
    return [
        ScriptFinding(
            kind="pacing.long_scene",
            summary=f"scene {one.number} is {one.eighths // 8} {one.eighths % 8}/8 pages",
            evidence=(one.passage(),),
            value=float(one.eighths),
            threshold=float(LONG_SCENE),
            measure="eighths of a page",
            subject=one.number,
            reference="scene.eighths",
        )
        for one in scenes
        if one.eighths > LONG_SCENE
    ]


def _standard(values: Floats) -> Floats:
    deviation = float(values.std())
    return np.asarray((values - values.mean()) / deviation if deviation > 1e-12 else values * 0.0, float)
