"""The grades of a whole cut: a .ccc, EDLs of its picture tracks, an ALE, keyed by reel and timecode."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from answerprint.core.cut import Cdl, Clip, Cut
from answerprint.core.errors import UsageError
from answerprint.departments.editorial.turnovers.pulls import Use, uses_of
from answerprint.formats.colour.ccc import read_ccc, write_ccc
from answerprint.formats.colour.contents import contents_of
from answerprint.formats.timelines.ale import write_ale_file
from answerprint.formats.timelines.edl_file import write_edl_file
from answerprint.formats.timelines.files import read_timeline
from answerprint.formats.timelines.model import MediaLink
from answerprint.pipeline.turnovers.colour import by_track, correction_id, corrections, with_grades
from answerprint.pipeline.turnovers.sources import source_of
from answerprint.store.disk import coded_writing
from answerprint.store.production import Production


class Exported(msgspec.Struct, frozen=True, kw_only=True):
    """corrections: one for each picture event. graded: those that change something. unused: grades that were
    given and belong to no clip of the cut."""

    name: str
    events: int
    graded: int
    files: tuple[str, ...]
    spaces: tuple[str, ...]
    unused: tuple[str, ...]
    folder: str | None


def export(
    source: Path,
    folder: Path,
    *,
    version: int | None = None,
    grades: Path | None = None,
    dry_run: bool = False,
) -> Exported:
    """Writes a cut's grades into a folder, whole or not at all.

    source: a production, or a timeline that can be read. grades: a .ccc whose ids are clips' names, in place
    of what the cut says. Raises UsageError AP-USE-873 where the cut shows nothing, AP-USE-570 and 571 as
    `source_of`, FormatError as `read_timeline` and `read_ccc`.
    """
    if source.is_dir():
        with source_of(Production.open(source), version, None) as opened:
            cut, links = opened.cut, opened.links
    else:
        read = read_timeline(source)
        cut, links = read.cut, dict(read.media)
    given = read_ccc(contents_of(grades), file=str(grades)) if grades is not None else {}
    used: set[str] = set()

    def of(clip: Clip) -> Cdl | None:
        name = next((one for one in _names(clip, links.get(clip.asset)) if one in given), None)
        if name is None:
            return None
        used.add(name)
        return given[name]

    cut = with_grades(cut, of)
    uses = uses_of(cut, ["video"], {}, 0)
    if not uses:
        raise UsageError("AP-USE-873", "the cut shows no pictures", file=str(source))
    data = _files(cut, links, uses, source.stem if source.is_file() else cut.name)
    if not dry_run:
        _write(folder, data)
    return Exported(
        name=cut.name,
        events=len(uses),
        graded=sum(msgspec.structs.replace(use.clip.cdl or Cdl(), space=None) != Cdl() for use in uses),
        files=tuple(data),
        spaces=tuple(sorted({use.clip.cdl.space for use in uses if use.clip.cdl and use.clip.cdl.space})),
        unused=tuple(sorted(set(given) - used)),
        folder=str(folder) if not dry_run else None,
    )


def _names(clip: Clip, link: MediaLink | None) -> list[str]:
    """What a clip may be called in a collection: its own name, its file's, its reel's, with suffix or not."""
    told = [clip.name, *((link.name, link.reel or "") if link is not None else ())]
    return [form for one in told if one for form in (one, one.rpartition(".")[0] or one)]


def _files(cut: Cut, links: Mapping[str, MediaLink], uses: Sequence[Use], stem: str) -> dict[str, bytes]:
    plain = "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in stem).strip("-")
    plain = plain or "film"
    notes = {correction_id(use, links): f"event {use.number} {use.track}" for use in uses}
    found = {f"{plain}.ccc": write_ccc(corrections(uses, links), description=cut.name, notes=notes)}
    for track, alone in by_track(cut):
        found[f"{plain}-{track}.edl"] = write_edl_file(alone, links)
    pictures = msgspec.structs.replace(cut, tracks=cut.tracks_of("video"), markers=())
    found[f"{plain}.ale"] = write_ale_file(pictures, links)
    return found


def _write(folder: Path, data: Mapping[str, bytes]) -> None:
    """A folder of files, all of them or none."""
    aside = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(aside, ignore_errors=True)
    with coded_writing(folder):
        aside.mkdir(parents=True)
        for name, one in data.items():
            (aside / name).write_bytes(one)
        if folder.is_dir():
            for name in data:
                (aside / name).replace(folder / name)
            aside.rmdir()
        else:
            aside.rename(folder)
