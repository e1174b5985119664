"""Continuity of a production's cut: every cut inside a scene held against what was there before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_letters

import msgspec

from answerprint.core.cut import Clip
from answerprint.core.errors import UsageError
from answerprint.core.findings import Finding
from answerprint.core.logged import Slate
from answerprint.core.time import Time, TimeDocument, time_document
from answerprint.departments.editorial.continuity import (
    NO_FACES,
    Join,
    Noticed,
    Place,
    compare,
    finding_of,
    judge,
)
from answerprint.departments.editorial.continuity_looking import Look
from answerprint.departments.editorial.layout import Assembly
from answerprint.departments.footage.faces.in_file import MODEL, face_readers
from answerprint.departments.footage.slates.readers import RAPIDOCR, reader_of
from answerprint.formats.screenplays.model import Screenplay
from answerprint.models.shelf import Shelf
from answerprint.pipeline.continuity_sides import ReadSide, Sides, framed
from answerprint.pipeline.making import Making, opened
from answerprint.pipeline.places import RangeDocument, source_range
from answerprint.pipeline.progress import Listener
from answerprint.pipeline.stages.align import align, read_script, read_slates
from answerprint.pipeline.stages.cut import cut
from answerprint.pipeline.stages.log import log
from answerprint.pipeline.stages.sync import sync
from answerprint.store.production import Production

OF_A_SCENE = ("direction", "eyeline", "sound")  # may well differ between shots of two scenes


class SideDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two pictures of a finding. box: left, top, right, bottom in parts of the picture."""

    asset: str
    file: str
    take: str
    range: RangeDocument
    box: tuple[float, float, float, float] | None


class ContinuityFinding(msgspec.Struct, frozen=True, kw_only=True):
    """Something that changed. at: the cut. against: `again`, the last shot of its set-up, or `before`, the
    shot before the cut. threshold: the value from which it would be said, all else as it is."""

    kind: str
    message: str
    confidence: float
    scene: str
    at: TimeDocument
    against: str
    measure: str
    value: float
    threshold: float | None
    earlier: SideDocument
    after: SideDocument


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """What could not be told, why, and of how many cuts."""

    kind: str
    reason: str
    cuts: int


class ContinuityDocument(msgspec.Struct, frozen=True, kw_only=True):
    """cuts: how many were looked at."""

    title: str
    cuts: int
    findings: tuple[ContinuityFinding, ...]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True)
class Continuity:
    """The document, and for each of its findings both pictures at the cut as JPEGs."""

    document: ContinuityDocument
    findings: tuple[Finding, ...]
    pictures: tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True)
class _Found:
    finding: Finding
    document: ContinuityFinding
    pictures: tuple[bytes, bytes]


@dataclass(frozen=True)
class SceneCut:
    """A cut inside a scene. again: the last clip of the set-up that is cut to, None where it is new."""

    scene: str
    before: Clip
    after: Clip
    again: Clip | None


def continuity_in(
    production: Production,
    *,
    scene: str | None = None,
    workers: int | None = None,
    listener: Listener | None = None,
) -> Continuity:
    """What changed across the cuts of a production's cut, of one scene where it is named.

    What is not logged and cut yet is first. Raises UsageError AP-USE-521 for a scene the cut does not have,
    StoreError when the production is in use.
    """
    with opened(production, workers=workers, listener=listener, import_answers=True) as making:
        making.begins("log")
        log(making)
        making.begins("sync")
        matches = sync(making)
        making.begins("align")
        screenplay, slates = read_script(making), read_slates(making)
        if screenplay is not None:
            align(making, screenplay, matches)
        making.begins("cut")
        assembly = cut(making, screenplay, slates, matches)
        making.begins("continuity")
        scenes = _scenes(assembly, screenplay, slates)
        if scene is not None and scene not in scenes.values():
            raise UsageError(
                "AP-USE-521",
                f"the cut has nothing of a scene {scene!r}",
                file=str(production.root),
                remedy=f"it has {', '.join(dict.fromkeys(scenes.values()))}",
            )
        cuts = [one for one in cuts_of(assembly, scenes, slates) if scene in (None, one.scene)]
        found = _looked_at(making, assembly, cuts)
        if scene is None:
            making.catalogue.put_findings("continuity", found.findings)
        return found


def cuts_of(assembly: Assembly, scenes: Mapping[str, str], slates: Mapping[str, Slate]) -> Iterator[SceneCut]:
    """Every cut between two clips of one scene that lie side by side; a take that runs on is none, and a
    dissolve says that time has passed."""
    last: dict[tuple[str, str], Clip] = {}
    before: Clip | None = None
    for clip in _pictures(assembly):
        key = scenes[clip.id], _setup(clip, slates)
        if before is not None and before.record.end == clip.record.start and scenes[before.id] == key[0]:
            runs_on = before.asset == clip.asset and before.source.end == clip.source.start
            if not runs_on and clip.transition is None:
                yield SceneCut(key[0], before, clip, last.get(key))
        last[key] = before = clip


def _pictures(assembly: Assembly) -> list[Clip]:
    tracks = assembly.cut.tracks_of("video")
    return [one for one in tracks[0].clips if one.asset and not one.muted] if tracks else []


def _setup(clip: Clip, slates: Mapping[str, Slate]) -> str:
    slate = slates.get(clip.asset)
    return slate.scene.casefold() if slate is not None and slate.scene else clip.asset


def _scenes(assembly: Assembly, screenplay: Screenplay | None, slates: Mapping[str, Slate]) -> dict[str, str]:
    """Clip id → its scene: of its line, else of its slate less the letter, else of the clip before."""
    of_line = {line.key: line.scene for line in screenplay.lines()} if screenplay is not None else {}
    found: dict[str, str] = {}
    scene = ""
    for clip in _pictures(assembly):
        lined = next((of_line[key] for key in clip.lines if key in of_line), "")
        slate = slates.get(clip.asset)
        scene = lined or (slate.scene.rstrip(ascii_letters) if slate is not None else scene)
        found[clip.id] = scene
    return found


def _looked_at(making: Making, assembly: Assembly, cuts: Sequence[SceneCut]) -> Continuity:
    consent, fetched = making.production.settings.consent.faces, Shelf().fetched(MODEL)
    sounds = [
        clip
        for track in assembly.cut.tracks_of("audio")
        if not track.muted
        for clip in track.clips
        if not clip.muted
    ]
    faces = face_readers() if consent and fetched else None
    reader = reader_of(Shelf().fetched(RAPIDOCR))
    sides = Sides(making, assembly.cut.rate, sounds, faces, reader)
    no_faces = "faces are looked for only with [consent] faces = true in production.toml"
    if consent:
        no_faces = "somebody in it is never to be looked for"
        if not fetched:
            no_faces = f"not available: answerprint models fetch {MODEL}"
    found: list[_Found] = []
    left_out: Counter[tuple[str, str]] = Counter()
    for one in cuts:
        found += _at_cut(making, assembly, sides, one, no_faces, left_out)
    document = ContinuityDocument(
        title=assembly.cut.name,
        cuts=len(cuts),
        findings=tuple(one.document for one in found),
        left_out=tuple(
            LeftOut(kind=kind, reason=reason, cuts=count)
            for (kind, reason), count in sorted(left_out.items())
        ),
    )
    return Continuity(document, tuple(one.finding for one in found), tuple(one.pictures for one in found))


def _at_cut(
    making: Making,
    assembly: Assembly,
    sides: Sides,
    one: SceneCut,
    no_faces: str,
    left_out: Counter[tuple[str, str]],
) -> Iterator[_Found]:
    """What is said of one cut; what cannot be told is counted."""
    before, after = sides.side(one.before, tail=True), sides.side(one.after, tail=False)
    again = sides.side(one.again, tail=True) if one.again is not None else None
    if before is None or after is None:
        clip = one.before if before is None else one.after
        left_out["everything", sides.unreadable.get(clip.id, "a shot of one picture")] += 1
        return
    compared = compare(Join(before.look, after.look, again.look if again is not None else None))
    for kind, reason in compared.left_out.items():
        left_out[kind, no_faces if reason == NO_FACES else reason] += 1
    if not one.scene:
        left_out[", ".join(OF_A_SCENE), "it is not known that the shots are of one scene"] += 1
    told = [each for each in compared.measured if one.scene or each.kind not in OF_A_SCENE]
    for noticed in judge(told):
        clip, side = one.before, before
        if noticed.measured.against == "again" and one.again is not None and again is not None:
            clip, side = one.again, again
        earlier, later = _place(making, assembly, clip, side), _place(making, assembly, one.after, after)
        finding = finding_of(noticed, earlier, later, one.after.id)
        boxes = noticed.measured.boxes
        yield _Found(
            finding,
            _document(making, assembly, one, noticed, finding, (clip, side), after),
            (framed(side.look, boxes[0]), framed(after.look, boxes[1])),
        )


def _place(making: Making, assembly: Assembly, clip: Clip, side: ReadSide) -> Place:
    return Place(clip.asset, side.range, _take(making, assembly, clip))


def _take(making: Making, assembly: Assembly, clip: Clip) -> str:
    named = {slot.id: slot.take for slot in assembly.slots}
    return named.get(clip.slot or "", making.assets[clip.asset].name)


def _document(
    making: Making,
    assembly: Assembly,
    one: SceneCut,
    noticed: Noticed,
    finding: Finding,
    earlier: tuple[Clip, ReadSide],
    after: ReadSide,
) -> ContinuityFinding:
    frame = one.after.record.start.frame(assembly.cut.rate)
    boxes = noticed.measured.boxes

    def side(clip: Clip, read: ReadSide, box: tuple[int, int, int, int] | None) -> SideDocument:
        asset = making.assets[clip.asset]
        return SideDocument(
            asset=clip.asset,
            file=asset.name,
            take=_take(making, assembly, clip),
            range=source_range(asset, making.grid(clip.asset), read.range),
            box=_share(box, read.look) if box is not None else None,
        )

    return ContinuityFinding(
        kind=str(finding.details["kind"]),
        message=finding.message,
        confidence=finding.confidence or 0.0,
        scene=one.scene,
        at=time_document(Time(frame, assembly.cut.rate), frame, assembly.cut.timecode(frame)),
        against=noticed.measured.against,
        measure=str(finding.evidence[1].measure),
        value=round(noticed.measured.value, 3),
        threshold=None if noticed.threshold is None else round(noticed.threshold, 3),
        earlier=side(*earlier, boxes[0]),
        after=side(one.after, after, boxes[1]),
    )


def _share(box: tuple[int, int, int, int], look: Look) -> tuple[float, float, float, float]:
    """A box in pixels as parts of the picture, held inside it."""
    height, width = look.grey.shape
    left, top, right, bottom = (
        min(max(value / size, 0.0), 1.0) for value, size in zip(box, (width, height) * 2, strict=True)
    )
    return round(left, 4), round(top, 4), round(right, 4), round(bottom, 4)
