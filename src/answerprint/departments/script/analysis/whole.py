"""The whole analysis: every matter in turn, its findings placed among the reference set."""

from __future__ import annotations

from collections.abc import Mapping

from answerprint.core.errors import ScriptError
from answerprint.departments.script.analysis.characters import Attendance, attendances, characters
from answerprint.departments.script.analysis.confusion import confusion
from answerprint.departments.script.analysis.emotion import Levels, emotional_arc
from answerprint.departments.script.analysis.genre import genre
from answerprint.departments.script.analysis.manuscript import Manuscript, read_manuscript, round_to
from answerprint.departments.script.analysis.network import Network, network
from answerprint.departments.script.analysis.pacing import LEAST_SCENES, Pace, pacing
from answerprint.departments.script.analysis.production_drivers import SceneDrivers, production_drivers
from answerprint.departments.script.analysis.readability import readability
from answerprint.departments.script.analysis.records import (
    Analysis,
    CharacterSheet,
    ReferenceUsed,
    ScenePoint,
    ScriptFinding,
)
from answerprint.departments.script.analysis.reference import Reference, placed
from answerprint.departments.script.analysis.repetition import repetition
from answerprint.departments.script.analysis.structure import turning_points
from answerprint.departments.script.analysis.voices import voices
from answerprint.formats.screenplays.model import Screenplay

# What a person should look at: the command ends with exit code 3 when one of these is found.
ASKING = frozenset(
    (
        "pacing.slow", "pacing.slow_middle", "character.disappears", "character.not_introduced",
        "dialogue.repetitive", "dialogue.confusing", "dialogue.overlong", "dialogue.voices_alike",
        "network.apart",
    )
)  # fmt: skip


def analyse(screenplay: Screenplay, file: str, reference: Reference | None, genre_name: str = "") -> Analysis:
    """The analysis of a screenplay; file is its name, for people. reference None leaves percentiles open.

    Raises ScriptError AP-SCRIPT-120 for an empty screenplay, AP-SCRIPT-123 for one without action and
    dialogue, UsageError AP-USE-120 for an unknown genre.
    """
    script = read_manuscript(screenplay, file)
    if not any(one.speeches or one.actions for one in script.scenes):
        raise ScriptError(
            "AP-SCRIPT-123",
            f"{len(script.scenes)} scene headings and no word of action or dialogue: nothing to analyse",
            file=file,
            remedy="an outline is no screenplay yet: analyse it when scenes are written",
        )
    levels = Levels(script.scenes)
    points, structure = turning_points(script, levels)
    pace, pacing_part = pacing(script)
    people = attendances(script)
    graph, ties, network_part = network(script)
    arc, emotion = emotional_arc(script, levels)
    scores, genre_part = genre(script, genre_name)
    found_drivers, production = production_drivers(script)
    parts = [
        structure,
        pacing_part,
        characters(script, people),
        network_part,
        repetition(script),
        confusion(script),
        voices(script),
        emotion,
        genre_part,
        readability(script),
        production,
    ]
    findings: list[ScriptFinding] = [finding for part in parts for finding in part.findings]
    measures = {key: values for part in parts for key, values in part.measures.items()}
    return Analysis(
        title=script.title,
        file=file,
        pages=round_to(script.pages, 1),
        english=script.english,
        findings=placed(findings, reference) if reference else tuple(findings),
        scenes=_points(script, pace, levels, found_drivers),
        turning_points=points,
        characters=_sheets(people, graph),
        ties=ties,
        arc=arc,
        genres=scores,
        reference=reference.used()
        if reference
        else ReferenceUsed(name="none", screenplays=0, note="no reference set: no percentiles"),
        measures=measures,
    )


def _points(
    script: Manuscript, pace: Pace, levels: Levels, found_drivers: list[SceneDrivers]
) -> tuple[ScenePoint, ...]:
    enough = len(script.scenes) >= LEAST_SCENES
    valence, arousal = levels.mean_valence, levels.mean_arousal
    return tuple(
        ScenePoint(
            scene=one.id,
            number=one.number,
            heading=one.heading,
            line=one.line,
            start=round_to(one.start, 4),
            end=round_to(one.end, 4),
            eighths=one.eighths,
            words=one.words,
            dialogue_share=round_to(one.dialogue_length / max(1, one.length)),
            engagement=round_to(float(pace.engagement[one.index])) if enough else None,
            engagement_smooth=round_to(float(pace.smooth[one.index])) if enough else None,
            parts=_rounded({name: float(values[one.index]) for name, values in pace.parts.items()}),
            valence=round_to(float(valence[one.index])) if script.english else None,
            arousal=round_to(float(arousal[one.index])) if script.english else None,
            drivers=found_drivers[one.index].points,
            present=one.present,
        )
        for one in script.scenes
    )


def _sheets(people: list[Attendance], graph: Network) -> tuple[CharacterSheet, ...]:
    place = {name: index for index, name in enumerate(graph.names)}
    found = []
    for one in people:
        at = place.get(one.name)
        found.append(
            CharacterSheet(
                name=one.name,
                speeches=one.speeches,
                words=one.words,
                scenes_speaking=sum(value == 2 for value in one.presence),
                scenes_present=sum(value > 0 for value in one.presence),
                first=round_to(one.first, 4),
                last=round_to(one.last, 4),
                longest_absence=round_to(one.longest, 4),
                presence=one.presence,
                strength=round_to(float(graph.strength[at])) if at is not None else 0.0,
                betweenness=round_to(float(graph.betweenness[at]), 4) if at is not None else 0.0,
                eigenvector=round_to(float(graph.eigenvector[at]), 4) if at is not None else 0.0,
                community=graph.community[at] if at is not None else 0,
            )
        )
    return tuple(found)


def _rounded(values: Mapping[str, float]) -> dict[str, float]:
    return {name: round_to(value, 2) for name, value in values.items()}
