"""The film on its way through the stages after the cut."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from answerprint.core.frames import FrameGrid
from answerprint.core.logged import Slate, SyncMap
from answerprint.departments.editorial.layout import Assembly
from answerprint.departments.release.subtitles import Subtitles
from answerprint.departments.sound.records import ClipReport, Measured, MixLevels
from answerprint.engine.graph import Stored
from answerprint.formats.screenplays.model import Screenplay


class GradeRow(NamedTuple):
    """How a file's picture came to its look: its scene, the file it was matched to, and what was done or why
    nothing."""

    scene: str
    file: str
    hero: str
    told: str


@dataclass
class Film:
    """What each stage adds: the cut first, then its sound, its subtitles, its files."""

    assembly: Assembly
    matches: SyncMap
    slates: Mapping[str, Slate]
    screenplay: Screenplay | None
    grids: dict[str, FrameGrid] = field(default_factory=dict)  # of the assets the cut uses
    cleaned: dict[str, ClipReport] = field(default_factory=dict)  # clip id → what was done to its sound
    levels: MixLevels | None = None
    mix: Stored | None = None
    measured: Measured | None = None  # of the final file
    subtitles: Subtitles | None = None
    grades: list[GradeRow] = field(default_factory=list)
    looks: dict[str, Stored] = field(default_factory=dict)  # look_id → the grade's table
    files: dict[str, Stored] = field(default_factory=dict)  # name in out/ → object
    stills: dict[str, Stored] = field(default_factory=dict)  # slot id → JPEG

    @property
    def rate(self) -> Fraction:
        return self.assembly.cut.rate
