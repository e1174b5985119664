"""Review notes of a production: read from a file of any program, kept as proposals, written out again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from answerprint.core.cut import Cut, Marker
from answerprint.core.errors import UsageError
from answerprint.core.proposals import Decision, Proposal
from answerprint.core.records import Asset
from answerprint.core.time import Range
from answerprint.departments.editorial.review_notes import NOTE, note_proposals
from answerprint.formats.timelines.markers import read_markers, write_markers
from answerprint.pipeline.answering import TAKE
from answerprint.store.catalogue import Catalogue
from answerprint.store.decisions import import_decisions
from answerprint.store.production import Production

LARGEST = 64 << 20  # bytes of a file of notes that are read


@dataclass(frozen=True)
class Noted:
    """The notes on a cut, those of this file first, and people's answers to them."""

    brought: int  # notes the file has
    new: int  # of them, not known before
    notes: tuple[Proposal, ...]
    decisions: Mapping[str, Decision]


def bring_notes(
    production: Production,
    file: Path,
    *,
    version: int | None = None,
    dry_run: bool = False,
) -> Noted:
    """Takes the notes of a file in as proposals, one for each. Notes already known stay as they are.

    version: the version of the film that was reviewed; the last without it. Raises UsageError AP-USE-560 (no
    cut yet, or no such version), AP-USE-561 (the file cannot be read), and the FormatErrors of its kind.
    """
    data = _read(file)
    with production.catalogue() as catalogue:
        cut = cut_of(production, catalogue, version)
        notes = read_markers(data, file=file.name, rate=cut.rate, start_frame=cut.start_frame, drop=cut.drop)
        found = note_proposals(notes, cut, catalogue.proposals(TAKE), file.name)
        assets = {asset.id: asset for asset in catalogue.assets()}
        found = [_within_media(one, assets) for one in found]
        known = catalogue.proposals(NOTE)
        ids = {one.id for one in found}
        everything = (*found, *(one for one in known if one.id not in ids))
        if not dry_run:
            catalogue.put_proposals({NOTE: everything})
        new = len(ids - {one.id for one in known})
        return Noted(len(found), new, everything, import_decisions(production, catalogue))


def notes_of(production: Production) -> Noted:
    """The notes that are known, and people's answers to them."""
    with production.catalogue() as catalogue:
        known = tuple(catalogue.proposals(NOTE))
        return Noted(0, 0, known, import_decisions(production, catalogue))


def forget_notes(production: Production) -> int:
    """Takes out the notes nobody has answered; how many those were. Decisions stay."""
    with production.catalogue() as catalogue:
        known = catalogue.proposals(NOTE)
        decisions = import_decisions(production, catalogue)
        kept = [one for one in known if one.id in decisions]
        catalogue.put_proposals({NOTE: kept})
        return len(known) - len(kept)


def written_notes(production: Production, kind: str) -> tuple[bytes, int]:
    """The open notes as a file for another program, each where its slot lies in the last cut, and how many
    there are. A note whose line is not in it is left out."""
    noted = notes_of(production)
    with production.catalogue() as catalogue:
        cut = cut_of(production, catalogue, None)
    markers = _placed(noted, cut)
    return write_markers(kind, msgspec.structs.replace(cut, markers=markers)), len(markers)


def cut_of(production: Production, catalogue: Catalogue, version: int | None) -> Cut:
    """The cut of a version of the film, or the last: of its versions, else the draft of `cut`.

    Raises UsageError AP-USE-560.
    """
    cut = catalogue.latest_cut() if version is None else catalogue.cut(version)
    if cut is None:
        what = "nothing has been cut yet" if version is None else f"there is no version {version}"
        raise UsageError("AP-USE-560", what, remedy=f"run answerprint make {production.root.name}")
    return cut


def _placed(noted: Noted, cut: Cut) -> tuple[Marker, ...]:
    starts: dict[str, Range] = {}
    for track in cut.tracks:
        for clip in track.clips:
            if clip.slot and not clip.muted:
                starts.setdefault(clip.slot, clip.record)
    found = []
    for one in noted.notes:
        record = starts.get(f"take:{one.line}")
        if one.id not in noted.decisions and record is not None:
            first = record.start.frame(cut.rate)
            range_ = Range.of_ticks(first, first + 1, cut.rate)
            found.append(Marker(range_, one.subject.split(": ", 1)[-1][:60], f"{one.subject} ({one.reason})"))
    return tuple(sorted(found, key=lambda one: one.range.start))


def _within_media(one: Proposal, assets: Mapping[str, Asset]) -> Proposal:
    """The note, without what it asks for where the media does not reach so far: a person has to see to it."""
    for decision in one.effect:
        asset = assets.get(decision.asset or "")
        extent = _extent(asset) if asset is not None else None
        if decision.answer != "lock" or decision.range is None or extent is None:
            continue
        if decision.range.start < extent.start or extent.end < decision.range.end:
            name = asset.name if asset is not None else ""
            return msgspec.structs.replace(
                one, effect=(), choice=None, changes=f"nothing by itself: {name} does not reach so far"
            )
    return one


def _extent(asset: Asset) -> Range | None:
    """Where an asset's picture begins and ends, else its sound."""
    stream = asset.stream("video") or asset.stream("audio")
    if stream is None or stream.start is None or stream.duration is None:
        return None
    return Range(stream.start, stream.start + stream.duration)


def _read(file: Path) -> bytes:
    try:
        if file.stat().st_size > LARGEST:
            raise UsageError("AP-USE-561", "it is too large for a file of notes", file=str(file))
        return file.read_bytes()
    except OSError as error:
        raise UsageError("AP-USE-561", f"it cannot be read: {error.strerror}", file=str(file)) from error
