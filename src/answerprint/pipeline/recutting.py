"""Versions of the film: lines chosen under a version's constraints, the film cut, checked and written so."""

from __future__ import annotations

import csv
import io
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import msgspec

from answerprint.core.cut import Cut
from answerprint.core.encoding import to_json
from answerprint.core.errors import UsageError
from answerprint.core.proposals import Decision
from answerprint.core.time import Rounding
from answerprint.departments.editorial.legality import Illegal
from answerprint.departments.editorial.paper import PAPER, order_of
from answerprint.departments.editorial.pieces import CUTAWAY
from answerprint.departments.editorial.reframing import aspect_of
from answerprint.departments.editorial.versioning.profiles import Profile, profiles
from answerprint.departments.editorial.versioning.selecting import (
    Candidate,
    Selection,
    in_beats,
    select,
    worth_of,
)
from answerprint.departments.script.analysis.lexicon import emotional_words
from answerprint.formats.screenplays.model import Screenplay, spoken_words
from answerprint.formats.timelines.files import format_named
from answerprint.formats.timelines.model import MediaLink
from answerprint.pipeline.answering import TAKE
from answerprint.pipeline.cutting import film_of
from answerprint.pipeline.film import Film
from answerprint.pipeline.making import Making, opened
from answerprint.pipeline.places import link_of
from answerprint.pipeline.progress import Listener
from answerprint.pipeline.reframing import Asked, plan_reframing, write_reframed
from answerprint.pipeline.stages.render import FILM, load_grids, render
from answerprint.pipeline.stages.sound import mix
from answerprint.store.disk import coded_writing, sync_folder
from answerprint.store.production import Production

FILE, FOLDER = "versions.toml", "versions"
TIMELINES = (".otio", ".edl", ".fcpxml")
FELT = 3.0  # valence and arousal of a line's words together that are felt wholly


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A slot of a version: its place there, its place in the master, and its beat in a trailer."""

    slot: str
    label: str
    text: str
    at: str
    master: str
    frames: int
    beat: str = ""


class VersionDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A version as `versions --make --json` prints it. dropped: the next to come back first."""

    name: str
    about: str
    aspect: str
    rate: str
    frames: int
    most: int | None
    worth: float
    whole: float
    proved: bool
    kept: tuple[Kept, ...]
    dropped: tuple[tuple[str, str], ...]
    legality: tuple[Illegal, ...]
    folder: str | None
    files: tuple[str, ...]


@dataclass(frozen=True)
class Wanted:
    """What is asked for: a profile by name, and what is otherwise than it says."""

    name: str
    duration: str | None = None
    aspect: str | None = None
    rendered: bool = False
    dry_run: bool = False
    force: bool = False


def known_profiles(production: Production) -> dict[str, Profile]:
    """The profiles of a production by name. Raises UsageError AP-USE-590 and AP-USE-591."""
    found = profiles(production.root / FILE)
    for one in found.values():
        one.frames(Fraction(24))
    return found


def made_versions(production: Production) -> dict[str, Path]:
    """The versions that were made, by name."""
    folder = production.out / FOLDER
    return {one.name: one for one in sorted(folder.iterdir()) if one.is_dir()} if folder.is_dir() else {}


def make_version(
    production: Production,
    wanted: Wanted,
    *,
    workers: int | None = None,
    listener: Listener | None = None,
    tell: Callable[[float], None] | None = None,
) -> VersionDocument:
    """Makes a version in out/versions/NAME, whole or not at all. The master and its decisions stay.

    tell: of the reframing, 0 … 1. Raises UsageError AP-USE-590 to 593, AP-USE-594 (no such profile),
    AP-USE-595 (made already), AP-USE-596 (a production without a screenplay).
    """
    known = known_profiles(production)
    profile = known.get(wanted.name)
    if profile is None:
        raise UsageError(
            "AP-USE-594", f"there is no version {wanted.name!r}", remedy=f"name one of {', '.join(known)}"
        )
    changed = {
        name: value
        for name, value in (("duration", wanted.duration), ("aspect", wanted.aspect))
        if value is not None
    }
    profile = msgspec.structs.replace(profile, **changed)
    folder = production.out / FOLDER / wanted.name
    if folder.exists() and not wanted.force and not wanted.dry_run:
        raise UsageError(
            "AP-USE-595", "this version is there already", file=str(folder), remedy="use --force"
        )
    with opened(production, workers=workers, listener=listener, import_answers=True) as making:
        master = film_of(making)
        if master.screenplay is None:
            raise UsageError(
                "AP-USE-596",
                "versions are made from a screenplay's lines, and this production has none",
                remedy="answerprint paper cuts string-outs by hand",
            )
        most = profile.frames(master.rate)
        candidates = candidates_of(making, master)
        selection, beats, film = _fitted(making, master, candidates, profile, most)
        load_grids(making, film)
        document = _document(making, wanted, profile, master, film, selection, beats, most)
        if wanted.dry_run:
            return document
        if wanted.rendered:
            making.begins("sound")
            mix(making, film)
            making.begins("render")
            render(making, film)
        aside = folder.with_name(f".{folder.name}.aside")
        with coded_writing(folder):
            shutil.rmtree(aside, ignore_errors=True)
            aside.mkdir(parents=True)
            try:
                _write(making, film, document, profile, aside, wanted, tell)
                sync_folder(aside)
                shutil.rmtree(folder, ignore_errors=True)
                aside.rename(folder)
                sync_folder(folder.parent)
            finally:
                shutil.rmtree(aside, ignore_errors=True)
    files = tuple(sorted(one.name for one in folder.iterdir()))
    return msgspec.structs.replace(document, folder=str(folder), files=files)


def candidates_of(making: Making, film: Film) -> list[Candidate]:
    """The slots of the master with what a version chooses by."""
    assert film.screenplay is not None
    lines = film.screenplay.lines()
    places = {f"take:{line.key}": place / max(1, len(lines)) for place, line in enumerate(lines)}
    scenes = _scenes(film.screenplay)
    found = []
    start = 0.0
    for slot in film.assembly.slots:
        if slot.id.startswith(CUTAWAY):
            continue
        start = places.get(slot.id, start)
        words = spoken_words(slot.text) if slot.line is not None else []
        felt = sum(abs(valence) + arousal for valence, arousal in emotional_words(words))
        decision = making.decisions.get(slot.id)
        found.append(
            Candidate(
                id=slot.id,
                label=slot.label,
                scene=scenes.get(slot.id, slot.id.partition(":")[2]),
                speaker=slot.speaker,
                text=slot.text if slot.line is not None else "",
                frames=slot.record.duration.frame(film.rate, Rounding.NEAREST),
                start=start,
                feeling=round(min(1.0, felt / FELT), 4),
                locked=decision is not None and decision.answer == "lock",
            )
        )
    return found


def _scenes(screenplay: Screenplay) -> dict[str, str]:
    return {f"take:{line.key}": line.scene for line in screenplay.lines()}


def _fitted(
    making: Making, master: Film, candidates: Sequence[Candidate], profile: Profile, most: int | None
) -> tuple[Selection, dict[str, str], Film]:
    """A version's lines, and the film cut from them. What the cut is longer by than its lines (breaths at new
    ends of scenes) is taken off what is asked for, until it fits."""
    room = most
    worth = worth_of(candidates, profile.weights)
    by_id = {one.id: one for one in candidates}
    for _ in range(4):
        selection = select(candidates, profile, room)
        kept = [by_id[id] for id in selection.kept]
        beats = dict(in_beats(kept, worth)) if profile.order == "beats" else {}
        film = _cut(making, list(beats or selection.kept), candidates)
        over = film.assembly.cut.frames - (most if most is not None else film.assembly.cut.frames)
        if over <= 0 or room is None:
            return selection, beats, film
        room -= over
    raise UsageError("AP-USE-593", "nothing fits", remedy="ask for a longer version")


def _cut(making: Making, order: Sequence[str], candidates: Sequence[Candidate]) -> Film:
    """The film of some slots, by a paper edit that is never recorded."""
    held = making.decisions
    edit = order_of(held)
    out = [one.id for one in candidates if one.id not in order]
    frozen = {**(dict(held[PAPER].frozen) if PAPER in held else {})}
    frozen |= {"order": list(order), "out": [*dict.fromkeys((*edit.out, *out))]}
    proposals, findings = making.catalogue.proposals(TAKE), making.catalogue.findings("cut")
    making.decisions = {**held, PAPER: Decision(proposal=PAPER, answer="accept", frozen=frozen)}
    try:
        return film_of(making)
    finally:  # what the master proposes is what people answer
        making.decisions = held
        making.catalogue.put_proposals({TAKE: proposals})
        making.catalogue.put_findings("cut", findings)


def _document(
    making: Making,
    wanted: Wanted,
    profile: Profile,
    master: Film,
    film: Film,
    selection: Selection,
    beats: Mapping[str, str],
    most: int | None,
) -> VersionDocument:
    cut, whole = film.assembly.cut, master.assembly.cut
    before = {slot.id: slot.record.start.frame(whole.rate) for slot in master.assembly.slots}
    labels = {slot.id: slot.label for slot in master.assembly.slots}
    return VersionDocument(
        name=wanted.name,
        about=profile.about,
        aspect=profile.aspect,
        rate=str(cut.rate),
        frames=cut.frames,
        most=most,
        worth=selection.worth,
        whole=selection.whole,
        proved=selection.proved,
        kept=tuple(
            Kept(
                slot=slot.id,
                label=slot.label,
                text=slot.text,
                at=cut.timecode(slot.record.start.frame(cut.rate)),
                master=whole.timecode(before[slot.id]) if slot.id in before else "",
                frames=slot.record.duration.frame(cut.rate, Rounding.NEAREST),
                beat=beats.get(slot.id, ""),
            )
            for slot in film.assembly.slots
        ),
        dropped=tuple((labels.get(id, id), why) for id, why in selection.dropped),
        legality=film.assembly.legality,
        folder=None,
        files=(),
    )


def _write(
    making: Making,
    film: Film,
    document: VersionDocument,
    profile: Profile,
    folder: Path,
    wanted: Wanted,
    tell: Callable[[float], None] | None,
) -> None:
    cut = _traced(film.assembly.cut, document)
    links = _links(making, film, making.production.out / FOLDER / wanted.name)
    for suffix in TIMELINES:
        path = folder / f"{wanted.name}{suffix}"
        path.write_bytes(format_named(path).write(cut, links))
    (folder / "trace.csv").write_bytes(_trace(document))
    (folder / "version.json").write_bytes(to_json(document))
    (folder / "README.md").write_text(_told(document), "utf-8")
    if not wanted.rendered:
        return
    made = folder / f"{wanted.name}.mp4"
    source = making.objects.path(film.files[FILM].output.digest)
    if not profile.aspect:
        shutil.copyfile(source, made)
        return
    film_file = folder / ".film.mp4"
    shutil.copyfile(source, film_file)
    consent = making.production.settings.consent.faces
    planned = plan_reframing(film_file, Asked(aspect_of(profile.aspect), consent=consent), tell)
    write_reframed(film_file, made, planned, tell)
    (folder / f"{wanted.name}-window.json").write_bytes(to_json(planned.reframing))
    film_file.unlink()


def _traced(cut: Cut, document: VersionDocument) -> Cut:
    """The cut with every clip's place in the master in its notes."""
    masters = {one.slot: one.master for one in document.kept}
    tracks = tuple(
        msgspec.structs.replace(
            track,
            clips=tuple(
                msgspec.structs.replace(
                    clip, metadata={**clip.metadata, "master": masters.get(clip.slot or "", "")}
                )
                for clip in track.clips
            ),
        )
        for track in cut.tracks
    )
    return msgspec.structs.replace(cut, name=f"{cut.name} {document.name}", tracks=tracks)


def _links(making: Making, film: Film, beside: Path) -> dict[str, MediaLink]:
    used = sorted({clip.asset for track in film.assembly.cut.tracks for clip in track.clips})
    return {
        id: msgspec.structs.replace(
            link_of(making.assets[id], film.grids.get(id), film.rate),
            url=Path(os.path.relpath(making.paths[id], beside)).as_posix(),
        )
        for id in used
    }


def _trace(document: VersionDocument) -> bytes:
    text = io.StringIO()
    sheet = csv.writer(text, lineterminator="\r\n")
    sheet.writerow(("at", "line", "beat", "frames", "in the master at", "text"))
    for one in document.kept:
        sheet.writerow((one.at, one.label, one.beat, one.frames, one.master, one.text))
    return text.getvalue().encode()


def _told(document: VersionDocument) -> str:
    """The version for people, as Markdown."""
    most = "as long as it is" if document.most is None else f"at most {document.most} frames"
    parts = [
        f"# {document.name}",
        "",
        document.about,
        "",
        f"{document.frames} frames at {document.rate} frames a second, {most}. It keeps "
        f"{document.worth / document.whole:.0%} of what the film's lines are worth in this version"
        + ("." if document.proved else "; a better choice may exist."),
        "",
        "| at | line | beat | in the master at |",
        "|---|---|---|---|",
        *(f"| {one.at} | {one.label} {one.text} | {one.beat} | {one.master} |" for one in document.kept),
        "",
        "## Left out, the next to come back first",
        "",
        *(f"- {label}: {why}" for label, why in document.dropped),
    ]
    return "\n".join(parts) + "\n"
