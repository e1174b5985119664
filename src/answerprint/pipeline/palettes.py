"""A sonic palette of a screenplay: what its breakdown and its emotional level say, joined by scene."""

from __future__ import annotations

from pathlib import Path

import msgspec

from answerprint.departments.script.analysis.emotion import Levels
from answerprint.departments.script.analysis.manuscript import read_manuscript
from answerprint.departments.script.breakdown import break_down
from answerprint.departments.script.breakdown.breaking_down import scene_ids
from answerprint.departments.script.reading import read_screenplay
from answerprint.departments.sound.palette import Called, SceneFacts, ScenePalette, palettes

HEARD = ("sound", "music", "sfx", "vehicles", "animals")


class Palette(msgspec.Struct, frozen=True, kw_only=True):
    """english: whether the emotional level could be read."""

    title: str
    english: bool
    scenes: tuple[ScenePalette, ...]


def palette_of(path: Path) -> Palette:
    """The palette of a screenplay, scene by scene.

    Raises what `read_screenplay` raises, and ScriptError AP-SCRIPT-120 where there is no screenplay in it.
    """
    screenplay = read_screenplay(path)
    script = read_manuscript(screenplay, path.name)
    levels = Levels(script.scenes)
    felt = {one.id: at for at, one in enumerate(script.scenes)}
    valence, arousal = levels.mean_valence, levels.mean_arousal
    spread = (float(valence.std()) or 1.0, float(arousal.std()) or 1.0)
    facts = []
    sheets = {one.scene: one for one in break_down(screenplay).sheets}
    for scene, id in zip(screenplay.scenes, scene_ids(screenplay.scenes), strict=True):
        at, sheet = felt.get(scene.id), sheets.get(id)
        if at is None or sheet is None:
            continue
        text = script.scenes[at]
        called = tuple(
            Called(category=one.category, name=one.name, words=passage.text, line=passage.line)
            for one in sheet.elements
            if one.category in HEARD and one.answer != "rejected"
            for passage in one.evidence[:1]
        )
        facts.append(
            SceneFacts(
                number=scene.number,
                heading=scene.heading,
                line=text.line,
                place=scene.heading,
                interior=sheet.interior,
                exterior=sheet.exterior,
                day_or_night=sheet.day_or_night,
                called=called,
                action=tuple((block.line, block.text) for block in text.actions),
                dialogue_share=text.dialogue_length / max(1, text.length),
                emotional=int(levels.count[at]),
                valence=float((valence[at] - valence.mean()) / spread[0]) if script.english else None,
                arousal=float((arousal[at] - arousal.mean()) / spread[1]) if script.english else None,
            )
        )
    return Palette(title=screenplay.title or path.stem, english=script.english, scenes=palettes(facts))
