"""The rough cut alone: logged as far as it has to be, cut, checked, and compared with the last one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from answerprint.core.cut import Cut
from answerprint.core.encoding import to_json
from answerprint.core.findings import Finding
from answerprint.core.time import Time, TimeDocument, time_document
from answerprint.departments.editorial.legality import Illegal
from answerprint.formats.timelines.model import MediaLink
from answerprint.pipeline.changes import changes_between
from answerprint.pipeline.film import Film
from answerprint.pipeline.making import Making, opened
from answerprint.pipeline.needs import needs_of
from answerprint.pipeline.places import link_of
from answerprint.pipeline.progress import Listener
from answerprint.pipeline.stages.align import align, read_script, read_slates
from answerprint.pipeline.stages.cut import cut, cut_settings
from answerprint.pipeline.stages.log import log
from answerprint.pipeline.stages.render import load_grids
from answerprint.pipeline.stages.report import missing_documents, slot_documents
from answerprint.pipeline.stages.sync import sync
from answerprint.pipeline.summary import MissingDocument, SlotDocument
from answerprint.store.decisions import export_decisions
from answerprint.store.objects import hash_bytes
from answerprint.store.production import Production, Settings

DRAFT = 0  # the place of the last cut among the cuts of versions


class CutDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The cut as `cut --json` prints it. score: what the choice of readings was made greatest of. changes:
    against the cut before."""

    title: str
    style: str
    rate: str
    duration: TimeDocument
    slots: tuple[SlotDocument, ...]
    missing: tuple[MissingDocument, ...]
    score: float | None
    legality: tuple[Illegal, ...]
    changes: tuple[str, ...]
    findings: tuple[Finding, ...]
    needs: tuple[str, ...]


@dataclass(frozen=True)
class Drafted:
    """A cut with what a timeline of it needs."""

    document: CutDocument
    cut: Cut
    media: Mapping[str, MediaLink]


def cut_in(
    production: Production,
    *,
    style: str | None = None,
    target_duration: str | None = None,
    workers: int | None = None,
    listener: Listener | None = None,
    beside: Path | None = None,
) -> Drafted:
    """The rough cut of a production; what is unchanged is not done again. style, target_duration: for this
    run only, in place of the production's own. beside: the folder from which the media is named.

    Raises UsageError AP-USE-530 and AP-USE-531 for a style or a length that is none, and StoreError when the
    production is in use.
    """
    production.settings = _with(production, style, target_duration)
    cut_settings(production.settings)
    with opened(production, workers=workers, listener=listener, import_answers=True) as making:
        film = film_of(making)
        drafted = draft(making, film, beside or production.root)
        export_decisions(production, making.catalogue)
    return drafted


def film_of(making: Making) -> Film:
    """The film as far as its cut: logged, synced, aligned and assembled."""
    making.begins("log")
    log(making)
    making.begins("sync")
    matches = sync(making)
    making.begins("align")
    screenplay = read_script(making)
    slates = read_slates(making)
    if screenplay is not None:
        align(making, screenplay, matches)
    making.begins("cut")
    assembly = cut(making, screenplay, slates, matches)
    return Film(assembly=assembly, matches=matches, slates=slates, screenplay=screenplay)


def draft(making: Making, film: Film, beside: Path, *, keep: bool = True) -> Drafted:
    """The cut as it is printed and written, compared with the draft before, which it replaces (keep)."""
    load_grids(making, film)
    made = film.assembly.cut
    before = making.catalogue.cut(DRAFT)
    changes = changes_between(before, made) if before is not None else ()
    if keep:
        making.catalogue.put_cut(DRAFT, made, hash_bytes(to_json(made)))
    return Drafted(_document(making, film, changes), made, _media(making, film, beside))


def _with(production: Production, style: str | None, target_duration: str | None) -> Settings:
    editorial = production.settings.editorial
    if style is not None:
        editorial = msgspec.structs.replace(editorial, style=style)
    if target_duration is not None:
        editorial = msgspec.structs.replace(editorial, target_duration=target_duration)
    return msgspec.structs.replace(production.settings, editorial=editorial)


def _document(making: Making, film: Film, changes: tuple[str, ...]) -> CutDocument:
    made = film.assembly
    frames = made.cut.frames
    return CutDocument(
        title=made.cut.name,
        style=making.production.settings.editorial.style,
        rate=str(made.cut.rate),
        duration=time_document(Time(frames, made.cut.rate), frames, made.cut.timecode(frames)),
        slots=slot_documents(making, film),
        missing=missing_documents(film),
        score=made.score,
        legality=made.legality,
        changes=changes,
        findings=(*making.findings, *made.findings),
        needs=needs_of(making, film),
    )


def _media(making: Making, film: Film, beside: Path) -> dict[str, MediaLink]:
    """What the cut uses, each with its path from a folder, in forward slashes."""
    used = sorted({clip.asset for track in film.assembly.cut.tracks for clip in track.clips})
    links = {id: link_of(making.assets[id], film.grids.get(id), film.rate) for id in used}
    return {
        id: msgspec.structs.replace(link, url=Path(os.path.relpath(making.paths[id], beside)).as_posix())
        for id, link in links.items()
    }
