"""What makes scenes dear or slow to shoot: drivers by scene with the passages, their points, and a total."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

import msgspec
import numpy as np

from answerprint.departments.script.analysis.manuscript import Manuscript, SceneText, round_to
from answerprint.departments.script.analysis.passages_found import distinct, hits
from answerprint.departments.script.analysis.records import Part, Passage, ScriptFinding
from answerprint.departments.script.numbers import NUMBERS

HEAVY = 12.0  # points of one scene: two or three hard drivers at once
AGE_REACH = 60  # characters between a name and the age it is given
MOST = 8  # passages shown of a driver
_AGE = re.compile(
    r"\(\s*(?P<digits>\d{1,2})\s*\)|,\s*(?:aged?\s+)?(?P<age>\d{1,2})\b(?!\s*(?:minutes|hours|feet|metres|pounds))"
    r"|\b(?:aged|age)\s+(?P<aged>\d{1,2})\b|\b(?P<years>\d{1,2})[- ]years?[- ]old\b"
    r"|,\s*(?P<word>four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen)"
    r"(?=\s*[,.;]|\s+and\b)",
    re.IGNORECASE,
)


class Driver(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of difficulty; see data/drivers.toml."""

    title: str
    points: float
    words: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    heading_rule: str = ""
    ages: int = 0


@lru_cache(maxsize=1)
def drivers() -> dict[str, Driver]:
    """The drivers of data/drivers.toml by name."""
    data = files("answerprint.departments.script.analysis").joinpath("data/drivers.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(data), dict[str, Driver])


class SceneDrivers(msgspec.Struct, frozen=True, kw_only=True):
    """A scene's drivers: points by name, and the passages of each."""

    points: dict[str, float]
    passages: dict[str, tuple[Passage, ...]]

    @property
    def total(self) -> float:
        return sum(self.points.values())


def children_of(script: Manuscript) -> dict[str, Passage]:
    """Cast the text gives an age under eighteen (`WIL, twelve`), with the passage that does."""
    found: dict[str, Passage] = {}
    for block in script.actions:
        for age in _ages(block.text, drivers()["children"].ages):
            for name in _whose(script, block.text, age):
                found.setdefault(name, script.done(block))
    return found


def scene_drivers(script: Manuscript, scene: SceneText, young: Mapping[str, Passage]) -> SceneDrivers:
    """What a scene asks of a production, read from its heading and action lines, never from talk.

    Points grow with the number of different things (each doubling adds half): two horses and a dog are more
    than a horse, forty mentions of one horse are not.
    """
    points: dict[str, float] = {}
    passages: dict[str, tuple[Passage, ...]] = {}
    for name, driver in drivers().items():
        found = _passages(script, scene, driver)
        if driver.ages:
            found += [
                (who, scene.speaking.get(who) or scene.acting[who]) for who in scene.present if who in young
            ]
        if found:
            things = len(distinct(word for word, _ in found))
            points[name] = round_to(driver.points * (1 + 0.5 * float(np.log2(things))), 2)
            passages[name] = tuple(passage for _, passage in found[:MOST])
    return SceneDrivers(points=points, passages=passages)


def production_drivers(script: Manuscript) -> tuple[list[SceneDrivers], Part]:
    """Drivers of every scene; a finding for each driver, for heavy scenes, and for the whole."""
    part = Part()
    if not script.english:
        part.findings.append(
            ScriptFinding(
                kind="production.untold",
                summary="no drivers but night are read: the word lists are English, and this script is not",
                measure="",
            )
        )
    young = children_of(script) if script.english else {}
    by_scene = [scene_drivers(script, scene, young) for scene in script.scenes]
    totals = [one.total for one in by_scene]
    part.measures["production.scene_points"] = tuple(round_to(one, 2) for one in totals)
    pages = max(0.1, script.pages)
    for name, driver in drivers().items():
        where = [index for index, one in enumerate(by_scene) if name in one.points]
        share = len(where) / len(script.scenes)
        part.measures[f"production.{name}"] = (round_to(share),)
        if not where:
            continue
        eighths = sum(script.scenes[index].eighths for index in where)
        numbers = ", ".join(script.scenes[index].number for index in where[:12])
        numbers += f" and {len(where) - 12} more" if len(where) > 12 else ""
        evidence = [by_scene[index].passages[name][0] for index in where[:MOST]]
        part.findings.append(
            ScriptFinding(
                kind=f"production.{name}",
                summary=f"{driver.title}: {len(where)} scene{'' if len(where) == 1 else 's'} "
                f"({eighths // 8} {eighths % 8}/8 pages), "
                f"{numbers}",
                evidence=tuple(evidence),
                value=float(len(where)),
                threshold=1.0,
                confidence=1.0 if driver.heading_rule else 0.75,
                measure="scenes",
                subject=driver.title,
                reference=f"production.{name}",
            )
        )
    for index in sorted(range(len(totals)), key=lambda one: (-totals[one], one))[:5]:
        if totals[index] >= HEAVY:
            part.findings.append(_heavy(script.scenes[index], by_scene[index]))
    rate = sum(totals) / pages
    part.measures["production.points_per_page"] = (round_to(rate),)
    ranked = sorted(drivers(), key=lambda one: -sum(scene.points.get(one, 0.0) for scene in by_scene))
    top = [drivers()[one].title for one in ranked[:3] if any(one in scene.points for scene in by_scene)]
    part.findings.append(
        ScriptFinding(
            kind="production.total",
            summary=f"{sum(totals):.0f} points in all, {rate:.1f} a page"
            + (f"; most of them for {', '.join(top)}" if top else ""),
            evidence=tuple(
                script.scenes[index].passage() for index in np.argsort(-np.array(totals))[:3] if totals[index]
            ),
            value=round_to(rate),
            measure="driver points a page (weights of data/drivers.toml)",
            reference="production.points_per_page",
        )
    )
    return by_scene, part


def _passages(script: Manuscript, scene: SceneText, driver: Driver) -> list[tuple[str, Passage]]:
    if driver.heading_rule:
        outside = scene.place in ("exterior", "both")
        if scene.night and outside == (driver.heading_rule == "night exterior"):
            return [("night", scene.passage())]
        return []
    if not script.english:
        return []
    found = [(word, scene.passage()) for word, _ in hits(scene.heading, driver.words, driver.unless)]
    for block in scene.actions:
        found += [
            (word, script.done(block, sentence))
            for word, sentence in hits(block.text, driver.words, driver.unless)
        ]
        if driver.ages:
            found += [
                (age[0], script.done(block))
                for age in _ages(block.text, driver.ages)
                if not _whose(script, block.text, age)
            ]
    return found


def _ages(text: str, under: int) -> list[re.Match[str]]:
    return [one for one in _AGE.finditer(text) if _years(one) <= under]


def _whose(script: Manuscript, text: str, age: re.Match[str]) -> list[str]:
    """The cast member named last before an age, or nobody."""
    return script.names.mentioned(text[max(0, age.start() - AGE_REACH) : age.start()])[-1:]


def _years(match: re.Match[str]) -> int:
    word = match["word"]
    if word:
        return NUMBERS[word.casefold()]
    digits = match["digits"] or match["age"] or match["aged"] or match["years"]
    return int(digits) or 99  # no newborn is "0"


def _heavy(scene: SceneText, found: SceneDrivers) -> ScriptFinding:
    names = sorted(found.points, key=lambda one: -found.points[one])
    return ScriptFinding(
        kind="production.heavy_scene",
        summary=f"scene {scene.number} asks for {', '.join(drivers()[one].title for one in names)} at once "
        f"({found.total:.0f} points)",
        evidence=tuple(found.passages[one][0] for one in names),
        value=round_to(found.total, 2),
        threshold=HEAVY,
        confidence=0.75,
        measure="driver points of one scene",
        subject=scene.number,
        reference="production.scene_points",
    )
