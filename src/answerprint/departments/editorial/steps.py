"""What the engine runs for editorial: the cut, assembled from everything logged and decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, TypeVar

import msgspec

from answerprint.core.frames import FrameGrid
from answerprint.core.logged import Inspection, Listening, Slate, SyncMap
from answerprint.core.proposals import Decision
from answerprint.core.records import Asset, Track
from answerprint.departments.editorial.assembly import assemble
from answerprint.departments.editorial.checking import check_cut
from answerprint.departments.editorial.facts import facts_of
from answerprint.departments.editorial.layout import CutSettings
from answerprint.departments.editorial.material import Material
from answerprint.departments.editorial.matrix import take_matrix
from answerprint.departments.editorial.stringout import string_out
from answerprint.departments.editorial.takes import compare_takes
from answerprint.departments.editorial.word_cuts import word_edit
from answerprint.engine.step import Context, Inputs, Step
from answerprint.formats.screenplays.model import Screenplay

T = TypeVar("T")


class Brief(msgspec.Struct, frozen=True, kw_only=True):
    """What the cut is made from besides the tracks: the files, their slates, the settings, the decisions."""

    assets: tuple[Asset, ...]
    slates: Mapping[str, Slate]  # asset id → slate
    settings: CutSettings
    decisions: Mapping[str, Decision]


@dataclass(frozen=True)
class TakesStep(Step):
    """Every reading of every line, take by take."""

    name: ClassVar[str] = "takes"
    version: ClassVar[int] = 7
    reads: ClassVar[tuple[str, ...]] = ("brief", "frames", "inspection", "screenplay")
    optional: ClassVar[tuple[str, ...]] = ("readings", "voice", "looks", "listening", "sync")
    writes: ClassVar[tuple[str, ...]] = ("matrix",)

    def run(self, inputs: Inputs, context: Context) -> None:
        brief = inputs["brief"].record(Brief)
        lines = inputs["screenplay"].record(Screenplay).lines()
        table = compare_takes(lines, _material(inputs, brief), brief.settings.weights, brief.decisions)
        context.write_record("matrix", take_matrix(lines, table))


@dataclass(frozen=True)
class AssembleStep(Step):
    """The rough cut in script order, or a string-out where there is no screenplay."""

    name: ClassVar[str] = "assemble"
    version: ClassVar[int] = 9
    reads: ClassVar[tuple[str, ...]] = ("brief", "frames", "inspection")
    optional: ClassVar[tuple[str, ...]] = (
        "screenplay",
        "readings",
        "words",
        "voice",
        "looks",
        "shots",
        "shot_looks",
        "faces",
        "claps",
        "listening",
        "sync",
    )
    writes: ClassVar[tuple[str, ...]] = ("assembly",)

    def run(self, inputs: Inputs, context: Context) -> None:
        brief = inputs["brief"].record(Brief)
        edit = word_edit(brief.decisions)
        material = _material(inputs, brief, words=bool(edit.struck or edit.tight))
        if "screenplay" in inputs:
            screenplay = inputs["screenplay"].record(Screenplay)
            made = assemble(screenplay, material, brief.settings, brief.decisions)
            facts = facts_of(material, made, screenplay.lines(), brief.settings.handles, brief.decisions)
        else:
            made = string_out(material, brief.settings, brief.decisions)
            facts = facts_of(material, made, (), brief.settings.handles, brief.decisions)
        legality = check_cut(made.cut, facts, brief.decisions)
        context.write_record("assembly", msgspec.structs.replace(made, legality=legality))


def _material(inputs: Inputs, brief: Brief, *, words: bool = False) -> list[Material]:
    """words: those of every reading as well, of which there are many."""
    sync = inputs["sync"].record(SyncMap) if "sync" in inputs else SyncMap()
    matches = {match.picture: match for match in sync.matches}

    def records(name: str, kind: type[T]) -> dict[str, T]:
        return {subject: item.record(kind) for subject, item in inputs.many(name).items()}

    def tracks(name: str) -> dict[str, Track]:
        if name not in inputs:
            return {}
        return {subject: item.track() for subject, item in inputs.many(name).items()}

    grids = records("frames", FrameGrid)
    inspections = records("inspection", Inspection)
    listened = records("listening", Listening) if "listening" in inputs else {}
    readings, voices, looks = (tracks(name) for name in ("readings", "voice", "looks"))
    spoken = tracks("words") if words else {}
    shots, claps, shot_looks, faces = (tracks(name) for name in ("shots", "claps", "shot_looks", "faces"))
    return [
        Material(
            asset=asset,
            frames=grids.get(asset.id),
            readings=readings.get(asset.id),
            words=spoken.get(asset.id),
            voice=voices.get(asset.id),
            looks=looks.get(asset.id),
            shots=shots.get(asset.id),
            shot_looks=shot_looks.get(asset.id),
            faces=faces.get(asset.id),
            claps=claps.get(asset.id),
            damage=inspections[asset.id].damage if asset.id in inspections else (),
            slate=brief.slates.get(asset.id, Slate()),
            sound=matches.get(asset.id),
            quality=_quality(asset.id, matches, listened),
        )
        for asset in brief.assets
    ]


def _quality(
    asset: str, matches: Mapping[str, object], listened: Mapping[str, Listening]
) -> Listening | None:
    """The levels of the sound that would be heard: the separate recording's where there is one."""
    match = matches.get(asset)
    return listened.get(getattr(match, "sound", asset))
