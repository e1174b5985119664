"""What the engine runs for the script: reading the screenplay and the script supervisor's logs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import msgspec

from answerprint.core.logged import Slate
from answerprint.departments.script.reading import questions, read_screenplay
from answerprint.engine.step import Context, Inputs, Step
from answerprint.formats.logs import LogEntry, read_log


@dataclass(frozen=True)
class ReadScreenplayStep(Step):
    """The screenplay: scenes, elements, lines with keys that survive revisions, and what it leaves open.

    It is written without its places in the source, so that a change of spacing wakes nothing downstream.
    """

    file: str  # its name, as the questions speak of it

    name: ClassVar[str] = "screenplay"
    version: ClassVar[int] = 2
    reads: ClassVar[tuple[str, ...]] = ("media",)
    writes: ClassVar[tuple[str, ...]] = ("screenplay", "questions")

    def run(self, inputs: Inputs, context: Context) -> None:
        screenplay = read_screenplay(inputs["media"].path())
        context.write_record("screenplay", screenplay.for_the_cut())
        context.write_record("questions", questions(screenplay, self.file))


class ScriptLog(msgspec.Struct, frozen=True, kw_only=True):
    """What a log says of each clip it names."""

    slates: Mapping[str, Slate]  # clip name as logged → slate


@dataclass(frozen=True)
class ReadLogStep(Step):
    """A script supervisor's log: scene, take and circle of each clip."""

    name: ClassVar[str] = "script_log"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("media",)
    writes: ClassVar[tuple[str, ...]] = ("log",)

    def run(self, inputs: Inputs, context: Context) -> None:
        entries = read_log(inputs["media"].path())
        slates = {entry.clip: slate_of(entry) for entry in entries if entry.clip}
        context.write_record("log", ScriptLog(slates=slates))


def slate_of(entry: LogEntry) -> Slate:
    """A row of a log as the slate of its clip. `1` and `A`, or `1` and `1A`, are set-up 1A."""
    scene = entry.scene.strip()
    slate = entry.slate.strip()
    if slate.casefold().startswith(scene.casefold()) and scene:
        scene = slate
    elif slate.isalpha() or not scene:
        scene += slate
    return Slate(scene=scene, take=entry.take, circled=entry.circled, camera=entry.camera, notes=entry.notes)
