"""Takes compared: every reading of a line scored with its parts shown, and the reason in words.

A circled take outranks any score. A reading is refused outright only where it cannot serve: damaged,
broken off, or rejected by a person.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import NamedTuple

import msgspec

from answerprint.core.proposals import Decision
from answerprint.core.records import Annotation
from answerprint.core.time import Range
from answerprint.departments.editorial.material import OFF_SCRIPT, Material, seconds
from answerprint.formats.screenplays.model import Line

WEIGHTS: Mapping[str, float] = {
    "completeness": 4.0,  # words of the line that are said
    "fidelity": 2.0,  # free of repeated, added and changed words
    "confidence": 0.5,  # how surely the words were recognised
    "sound": 1.0,  # speech over the recording's own noise
    "exposure": 1.0,  # nearness to the scene's median exposure
    "focus": 0.5,
}
MINIMUM_COMPLETENESS = 0.5  # below this a reading is a false start
SOUND_RANGE_DB = (10.0, 40.0)  # speech over floor: unusable … as good as a studio
EXPOSURE_TOLERANCE = 2.0  # stops away from the median at which the exposure part reaches 0
NOTICEABLE = 0.06  # a smaller difference of a part is no reason
LEAST_OFF_SCRIPT = seconds("1")  # a shorter stretch may be a word of a line that was not made out
DISPLAY_GAMMA = 2.2  # from coded luma to light, for differences in stops


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """One reading of one line that could be used."""

    line: str
    asset: str
    range: Range  # from the first word to the last, in the asset's own time
    label: str
    setup: str
    score: float  # 0 … 1
    parts: Mapping[str, float]
    circled: bool = False
    faults: tuple[str, ...] = ()  # "repeats 'the light'", for people
    exposure_stops: float = 0.0  # against the scene's median


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch that is not used, and why."""

    asset: str
    range: Range | None
    reason: str
    line: str | None = None


class Unscripted(msgspec.Struct, frozen=True, kw_only=True):
    """Speech of a take that is no line: improvised, or a remark, of a second and more. draft: what it may
    have been."""

    asset: str
    range: Range
    take: str
    setup: str
    draft: str


class TakeTable(msgspec.Struct, frozen=True, kw_only=True):
    """The line-by-take matrix: candidates best first, what was refused, and what is off the script."""

    candidates: Mapping[str, tuple[Candidate, ...]]
    refused: tuple[Refused, ...]
    off_script: tuple[Unscripted, ...] = ()


def compare_takes(
    lines: Sequence[Line],
    material: Sequence[Material],
    weights: Mapping[str, float] = WEIGHTS,
    decisions: Mapping[str, Decision] = {},
) -> TakeTable:
    """Every usable reading of every line, scored, best first (circled before all others)."""
    scenes = {line.key: line.scene for line in lines}
    read = [_Read.of(one, annotation) for one, annotation in _annotations(material)]
    typical = _typical_luma(read, scenes)
    found: dict[str, list[Candidate]] = {line.key: [] for line in lines}
    refused: list[Refused] = []
    off_script: list[Unscripted] = []
    for reading in read:
        one, annotation, range_ = reading.material, reading.annotation, reading.range
        if annotation.label == OFF_SCRIPT and range_.duration >= LEAST_OFF_SCRIPT:
            off_script.append(
                Unscripted(
                    asset=one.asset.id,
                    range=range_,
                    take=one.label,
                    setup=one.setup,
                    draft=annotation.text,
                )
            )
        if annotation.label not in scenes:
            continue
        objection = _objection(one, annotation, range_, decisions)
        if objection:
            refused.append(Refused(asset=one.asset.id, range=range_, reason=objection, line=annotation.label))
        else:
            usual = typical[scenes[annotation.label]]
            found[annotation.label].append(_candidate(reading, weights, usual))
    ranked = {
        key: tuple(sorted(each, key=lambda one: (not one.circled, -one.score, one.label, one.range.start)))
        for key, each in found.items()
    }
    return TakeTable(candidates=ranked, refused=tuple(refused), off_script=tuple(off_script))


def reason_for(chosen: Candidate, others: Sequence[Candidate]) -> str:
    """Why this reading, and what the runner-up lacks, in one or two sentences."""
    strengths = []
    if chosen.circled:
        strengths.append("circled by the script supervisor, which outranks any score")
    strengths.append("; ".join(chosen.faults) if chosen.faults else "says every word as written")
    text = f"{chosen.label}: {', '.join(strengths)} (score {chosen.score:.2f})."
    runner_up = next((one for one in others if one != chosen), None)
    if runner_up is None:
        return text + " It is the only usable reading."
    return f"{text} Next: {runner_up.label} ({runner_up.score:.2f}: {drawback(runner_up, chosen)})."


def drawback(other: Candidate, chosen: Candidate) -> str:
    """What an alternate would cost against the chosen reading."""
    if other.faults:
        return "; ".join(other.faults)
    losses = {
        part: chosen.parts.get(part, 0.0) - value
        for part, value in other.parts.items()
        if part in chosen.parts and chosen.parts[part] - value > NOTICEABLE
    }
    words = {
        "exposure": f"exposure {other.exposure_stops:+.1f} stop from the scene",
        "sound": "noisier",
        "confidence": "less clearly heard",
        "focus": "softer",
    }
    named = [words.get(part, part) for part in sorted(losses, key=lambda part: -losses[part])]
    if named:
        return ", ".join(named[:2])
    if other.score > chosen.score and not chosen.circled:
        return "cuts less well with its neighbours"
    return "not circled" if chosen.circled and not other.circled else "very close"


def _objection(
    one: Material, annotation: Annotation, range_: Range, decisions: Mapping[str, Decision]
) -> str | None:
    damage = one.damaged(range_)
    if damage is not None:
        return f"{one.label}: damaged here ({damage.reason})"
    completeness = float(annotation.value.get("completeness", 1.0))
    if completeness < MINIMUM_COMPLETENESS:
        return f"{one.label}: broken off, {completeness:.0%} of the line is said"
    decision = decisions.get(f"take:{annotation.label}")
    if (
        decision is not None
        and decision.answer == "reject"
        and decision.asset == one.asset.id
        and (decision.range is None or decision.range.overlaps(range_))
    ):
        return f"{one.label}: rejected by {decision.by or 'a person'}" + (
            f" ({decision.note})" if decision.note else ""
        )
    return None


class _Read(NamedTuple):
    """A reading of a take, or what is off the script; luma: its exposure, coded luma 0 … 1."""

    material: Material
    annotation: Annotation
    range: Range
    luma: float | None

    @classmethod
    def of(cls, one: Material, annotation: Annotation) -> _Read:
        assert one.readings is not None
        range_ = one.readings.range_of(annotation)
        return cls(one, annotation, range_, one.mean_look(range_, "luma"))


def _annotations(material: Sequence[Material]) -> Iterator[tuple[Material, Annotation]]:
    return ((one, each) for one in material if one.readings is not None for each in one.readings.annotations)


def _candidate(reading: _Read, weights: Mapping[str, float], typical: float | None) -> Candidate:
    one, annotation, range_, luma = reading
    value = annotation.value
    parts = {
        "completeness": float(value.get("completeness", 1.0)),
        "fidelity": float(value.get("fidelity", 1.0)),
    }
    if annotation.confidence is not None:
        parts["confidence"] = float(annotation.confidence)
    if one.quality is not None:
        low, high = SOUND_RANGE_DB
        parts["sound"] = min(max((one.quality.range_db - low) / (high - low), 0.0), 1.0)
    stops = 0.0
    if luma is not None and typical:
        stops = DISPLAY_GAMMA * math.log2(max(luma, 1e-3) / max(typical, 1e-3))
        parts["exposure"] = max(0.0, 1.0 - abs(stops) / EXPOSURE_TOLERANCE)
    sharpness = one.mean_look(range_, "sharpness")
    if sharpness is not None:
        parts["focus"] = min(max(sharpness, 0.0), 1.0)
    total = sum(weights.get(part, 0.0) for part in parts)
    score = sum(weights.get(part, 0.0) * worth for part, worth in parts.items()) / total if total else 0.0
    return Candidate(
        line=annotation.label,
        asset=one.asset.id,
        range=range_,
        label=one.label,
        setup=one.setup,
        score=round(score, 4),
        parts={part: round(worth, 4) for part, worth in parts.items()},
        circled=one.slate.circled,
        faults=_faults(annotation),
        exposure_stops=round(stops, 2),
    )


def _faults(annotation: Annotation) -> tuple[str, ...]:
    """What the reading does to the text, in words."""
    verbs = {"repeated": "repeats", "missing": "drops", "inserted": "adds", "substituted": "changes"}
    faults = []
    for kind, verb in verbs.items():
        words = annotation.value.get(kind) or ()
        if words:
            faults.append(f"{verb} “{' '.join(str(word) for word in words)}”")
    return tuple(faults)


def _typical_luma(read: Sequence[_Read], scenes: Mapping[str, str]) -> dict[str, float | None]:
    """Median exposure of the readings of each scene, coded luma 0 … 1: night is not held against day."""
    values: dict[str, list[float]] = {scene: [] for scene in scenes.values()}
    for one in read:
        if one.annotation.label in scenes and one.luma is not None:
            values[scenes[one.annotation.label]].append(one.luma)
    return {scene: median(each) if each else None for scene, each in values.items()}
