"""ADR cue sheets from markers of a timeline, from a list, or from what a production's lines sound like."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import ceil
from pathlib import Path

import msgspec
import numpy as np

from answerprint.core.cut import Clip, Cut
from answerprint.core.errors import MediaError, UsageError
from answerprint.core.time import Range, Rounding
from answerprint.departments.planning.documents.paper import Column, Grid, Paper, Remark, Row
from answerprint.departments.planning.documents.printing import to_pdf
from answerprint.departments.script.reading import read_screenplay
from answerprint.departments.sound.diagnosis import diagnose
from answerprint.departments.sound.replacement.cue_sheet import (
    NOISY,
    UNNAMED,
    By,
    Cue,
    Reason,
    Sheet,
    cue_of_marker,
    is_marked,
    numbered,
    read_cues,
    troubled,
)
from answerprint.formats.screenplays.model import Line
from answerprint.formats.text import read_text
from answerprint.formats.timelines.files import read_timeline
from answerprint.media.decode import read_sound
from answerprint.media.forms import SoundForm
from answerprint.pipeline.cleaning.cleaning import voices_in
from answerprint.pipeline.cleaning.source import RATE
from answerprint.pipeline.making import opened
from answerprint.pipeline.stages.align import read_script
from answerprint.pipeline.stages.log import log
from answerprint.store.production import Production

LISTS = (".csv", ".tsv", ".txt")
FALLBACK = Fraction(24)
TAKES = "1 · 2 · 3 · 4 · 5"
FILLS = {1: "F6D5D0", 2: "", 3: "EEEEEE"}  # behind a cue, by priority


class Cued(msgspec.Struct, frozen=True, kw_only=True):
    """looked_at: lines whose sound was measured. unread: what could not be, and why."""

    sheet: Sheet
    looked_at: int = 0
    unread: tuple[str, ...] = ()


def cue_sheet(
    source: Path,
    *,
    by: By = "timecode",
    rate: Fraction | None = None,
    reel: str = "",
    colour: str = "",
    script: Path | None = None,
    noisy: float = NOISY,
    version: int | None = None,
    tell: Callable[[float], None] = lambda done: None,
) -> Cued:
    """The cues of a timeline, of a list, or of a version of a production (a folder).

    script: gives lines that markers do not say. Raises UsageError AP-USE-740 for a timeline without a marker
    that asks for ADR, AP-USE-570 for a version that is not, FormatErrors of timelines and lists.
    """
    if source.is_dir():
        return _of_production(Production.open(source), version, noisy, colour, by, reel, tell)
    if source.suffix.casefold() in LISTS:
        chosen = rate or FALLBACK
        cues, drop = read_cues(read_text(source)[0], chosen, None, str(source))
        made = numbered(cues, chosen, by, reel, drop=drop)
        return Cued(sheet=Sheet(title=source.stem, rate=chosen, drop=drop, cues=made))
    cut = read_timeline(source, rate).cut
    lines = {one.key: one for one in read_screenplay(script).lines()} if script is not None else {}
    cues = marked(cut, colour, lines)
    if not cues:
        raise UsageError(
            "AP-USE-740",
            "no marker of it begins with ADR" + (f" or is {colour}" if colour else ""),
            file=str(source),
            remedy="mark lines as `ADR ANNA: the line`, give --colour, or a list (.csv)",
        )
    made = numbered(cues, cut.rate, by, reel, drop=cut.drop)
    return Cued(sheet=Sheet(title=cut.name or source.stem, rate=cut.rate, drop=cut.drop, cues=made))


def marked(cut: Cut, colour: str, lines: Mapping[str, Line]) -> list[Cue]:
    """Cues of the markers on the cut and on its clips. A marker of one frame lasts to the end of its clip."""
    found = []
    for marker in cut.markers:
        if is_marked(marker.name, marker.comment, marker.colour, colour):
            first, end = (
                at.frame(cut.rate, Rounding.NEAREST) for at in (marker.range.start, marker.range.end)
            )
            under = _under(cut, first)
            if end - first <= 1 and under is not None:
                end = under.record.end.frame(cut.rate, Rounding.NEAREST)
            found.append(_with_line(cue_of_marker(marker.name, marker.comment, first, end), under, lines))
    for track in cut.tracks:
        for clip in track.clips:
            for marker in clip.markers:
                since = marker.range.start.seconds - clip.source.start.seconds
                if clip.speed <= 0 or not is_marked(marker.name, marker.comment, marker.colour, colour):
                    continue
                at = clip.record.start.seconds + since / clip.speed
                if not clip.record.start.seconds <= at < clip.record.end.seconds:
                    continue  # outside of what is used
                first = round(at * cut.rate)
                end = round((at + marker.range.duration.seconds / clip.speed) * cut.rate)
                last = clip.record.end.frame(cut.rate, Rounding.NEAREST)
                end = last if end - first <= 1 else min(end, last)
                cue = cue_of_marker(marker.name, marker.comment, first, end, clip.name)
                found.append(_with_line(cue, clip, lines))
    moved = [
        msgspec.structs.replace(one, first=one.first + cut.start_frame, end=one.end + cut.start_frame)
        for one in found
    ]
    return list({(one.first, one.character, one.line): one for one in moved}.values())


def paper_of(sheet: Sheet, by: By) -> Paper:
    """The sheet for print: one table, or one page for each character."""
    columns = (
        Column("Cue", 1.8), Column("Character", 1.4), Column("Reel", 0.5, "centre"), Column("In", 1.3),
        Column("Out", 1.3), Column("s", 0.6, "right"), Column("Line", 4.2), Column("Why", 1.0),
        Column("P", 0.35, "centre"), Column("Notes", 2.2), Column("Takes", 2.0),
    )  # fmt: skip
    groups: dict[str, list[Row]] = {}
    for cue in sheet.cues:
        cells = dict(zip(("cue", "who", "scene", "reel", *"abcdefgh"), sheet.row(cue), strict=True))
        cells["h"] = TAKES
        row = Row([value for key, value in cells.items() if key != "scene"], fill=FILLS[cue.priority])
        groups.setdefault(cue.character if by == "character" else "", []).append(row)
    counted = "drop-frame" if sheet.drop else "non-drop"
    rate = f"{float(sheet.rate):.3f}".rstrip("0").rstrip(".")
    last = Remark(
        "P: 1 must, 2 should, 3 if there is time. Out is not included. Circle the take that is kept."
    )
    pages = [
        (Grid(columns, rows, title=f"{who}: {len(rows)} cues" if who else ""), last)
        for who, rows in groups.items()
    ]
    return Paper(
        name="adr",
        title=f"{sheet.title}: ADR cue sheet",
        subtitle=f"{len(sheet.cues)} cues, {rate} frames a second, {counted}",
        pages=pages,
        landscape=True,
        small=True,
    )


def pdf_of(sheet: Sheet, by: By, *, a4: bool = False) -> bytes:
    """The sheet as PDF. Raises NotAvailableError AP-NEED-071 for letters no typeface here has."""
    return to_pdf(paper_of(sheet, by), a4=a4)


def _of_production(
    production: Production,
    version: int | None,
    noisy: float,
    colour: str,
    by: By,
    reel: str,
    tell: Callable[[float], None],
) -> Cued:
    with opened(production, import_answers=True) as making:
        numbers = [one.number for one in making.catalogue.versions()]
        chosen = version if version is not None else (numbers[-1] if numbers else None)
        cut = making.catalogue.cut(chosen) if chosen in numbers and chosen is not None else None
        if cut is None:
            what = "no version has been made yet" if version is None else f"there is no version {version}"
            raise UsageError("AP-USE-570", what, remedy=f"run answerprint make {production.root.name}")
        making.begins("log")
        log(making)
        screenplay = read_script(making)
        lines = {one.key: one for one in screenplay.lines()} if screenplay is not None else {}
        heard = [
            clip
            for track in cut.tracks_of("audio")
            if not track.muted
            for clip in track.clips
            if clip.lines and not clip.muted and clip.asset
        ]
        cues = marked(cut, colour, lines)
        unread: list[str] = []
        for number, clip in enumerate(heard, start=1):
            path = making.paths.get(clip.asset)
            at = clip.record.start.frame(cut.rate, Rounding.EXACT)
            try:
                found = _measured(path, clip, noisy) if path is not None else None
                if path is None:
                    unread.append(f"{cut.timecode(at)} {clip.name}: its media is not here")
            except MediaError as error:
                unread.append(f"{cut.timecode(at)} {clip.name}: {error.message}")
                found = None
            if found is not None:
                reason, priority, told = found
                end = clip.record.end.frame(cut.rate, Rounding.EXACT)
                cue = Cue(
                    first=at + cut.start_frame,
                    end=end + cut.start_frame,
                    reason=reason,
                    priority=priority,
                    notes=told,
                )
                cues.append(_with_line(cue, clip, lines))
            tell(number / len(heard))
        # a line that two microphones bring is one cue
        cues = list({(one.first, one.end, one.character, one.line): one for one in cues}.values())
        ordered = numbered(cues, cut.rate, by, reel, drop=cut.drop)
        sheet = Sheet(title=cut.name, rate=cut.rate, drop=cut.drop, cues=ordered)
    return Cued(sheet=sheet, looked_at=len(heard), unread=tuple(unread))


def _measured(path: Path, clip: Clip, noisy: float) -> tuple[Reason, int, str] | None:
    """Why the stretch of sound under a clip is to be said again; None where nothing asks for it."""
    blocks = [
        block.samples
        for block in read_sound(path, SoundForm(rate=RATE), stream=clip.stream, range=_whole(clip.source))
    ]
    if not blocks:
        return None
    sound = np.concatenate(blocks)
    chosen = sound[:, [one for one in clip.channels if one < sound.shape[1]]] if clip.channels else sound
    mono = chosen.mean(axis=1).astype(np.float32)
    told = diagnose(mono, RATE, voices_in(mono))
    return troubled(told.signal_to_noise, told.clipped_runs, noisy)


def _whole(range_: Range) -> Range:
    """The range on whole samples."""
    start = range_.start.seconds * RATE
    return Range.of_ticks(ceil(start), ceil(range_.end.seconds * RATE), Fraction(RATE))


def _under(cut: Cut, frame: int) -> Clip | None:
    """The clip at a frame: of those that carry lines the first, else of sound, else of the picture."""
    found = [
        clip
        for kind in ("audio", "video")
        for track in cut.tracks
        if track.kind == kind
        for clip in track.clips
        if clip.record.start.frame(cut.rate) <= frame < clip.record.end.frame(cut.rate)
    ]
    return next((one for one in found if one.lines), found[0] if found else None)


def _with_line(cue: Cue, clip: Clip | None, lines: Mapping[str, Line]) -> Cue:
    """The cue with what the script's lines of its clip say, where it does not say it itself."""
    said = [lines[key] for key in clip.lines if key in lines] if clip is not None else []
    if not said:
        return cue
    return msgspec.structs.replace(
        cue,
        character=cue.character if cue.character != UNNAMED else said[0].character,
        line=cue.line or " / ".join(one.text for one in said),
        scene=cue.scene or said[0].scene,
    )
