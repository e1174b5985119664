"""`answerprint turnover`: a version handed over to sound, colour or effects, in a folder of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import msgspec

from answerprint.core.cut import Cut, TrackKind
from answerprint.core.errors import EngineError, UsageError
from answerprint.departments.editorial.turnovers.counts import Count, counted_text, timeline_counts
from answerprint.departments.editorial.turnovers.pulls import Use
from answerprint.formats.timelines.files import format_named, reread
from answerprint.formats.timelines.model import MediaLink
from answerprint.pipeline.progress import Listener
from answerprint.pipeline.turnovers.sources import Source, source_of
from answerprint.store.disk import coded_writing, sync_folder
from answerprint.store.production import Production

Kind = Literal["sound", "colour", "vfx"]
KINDS: tuple[Kind, ...] = ("sound", "colour", "vfx")
FOLDER = "turnovers"
CONTENTS = "CONTENTS.txt"


class ShortHandle(msgspec.Struct, frozen=True, kw_only=True):
    """An event whose media has fewer frames of handle than were asked for."""

    event: int
    at: str
    name: str
    head: int
    tail: int


class TurnedOver(msgspec.Struct, frozen=True, kw_only=True):
    """What was handed over. folder: None for a dry run. offline: media that could not be read here."""

    kind: Kind
    version: int
    folder: str | None
    events: int
    pulls: int
    frames: int
    handles: int
    files: tuple[str, ...]
    counts: tuple[Count, ...]
    short: tuple[ShortHandle, ...]
    offline: tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """What is asked of a turnover. handles: frames, None for its kind's own; shots, code: of effects."""

    kind: Kind
    version: int | None = None
    folder: Path | None = None
    handles: int | None = None
    linked: bool = False
    shots: Sequence[str] = ()
    code: str = ""
    dry_run: bool = False
    force: bool = False


@dataclass
class Desk:
    """Where a turnover is put together: the folder being filled, and what was counted on the way."""

    source: Source
    asked: Asked
    handles: int
    folder: Path
    tell: Callable[[str, float], None]
    counts: list[Count] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    pulls: int = 0

    @property
    def stem(self) -> str:
        """What files are called after: the film and its version."""
        plain = "".join(letter if letter.isalnum() else "-" for letter in self.source.cut.name).strip("-")
        return f"{plain or 'film'}-v{self.source.version:03d}"

    def write(self, name: str, data: bytes) -> None:
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_bytes(data)

    def timeline(
        self, name: str, cut: Cut, media: Mapping[str, MediaLink], kinds: Sequence[TrackKind]
    ) -> None:
        """Writes a timeline, reads it again, and counts what came back."""
        chosen = format_named(Path(name))
        data = chosen.write(cut, media)
        self.counts += timeline_counts(name, cut, reread(data, chosen, cut.rate, name).cut, kinds)
        self.write(name, data)

    def count(self, file: str, what: str, wanted: int, found: int) -> None:
        self.counts.append(Count(file=file, what=what, wanted=wanted, found=found))


def turn_over(
    production: Production,
    asked: Asked,
    *,
    listener: Listener | None = None,
    tell: Callable[[str, float], None] = lambda what, share: None,
) -> TurnedOver:
    """Hands a version over. tell: told what is being written, and how far it is.

    Raises UsageError AP-USE-570, 571, 573 (nothing to hand over), 572 (the folder is there), 575 and 576
    (effects shots), EngineError AP-ENGINE-060 when a count is wrong; nothing is left behind then.
    """
    from answerprint.pipeline.turnovers import colour, sound, vfx

    makers = {"sound": sound.fill, "colour": colour.fill, "vfx": vfx.fill}
    own = {"sound": sound.HANDLES, "colour": production.settings.editorial.handles, "vfx": vfx.HANDLES}
    with source_of(production, asked.version, listener) as source:
        wanted = own[asked.kind] if asked.handles is None else asked.handles
        named = f"{asked.kind}-v{source.version:03d}"
        folder = asked.folder or production.out / FOLDER / named
        if folder.exists() and not asked.force and not asked.dry_run:
            raise UsageError(
                "AP-USE-572", "this turnover is there already", file=str(folder), remedy="use --force, or -o"
            )
        with _aside(folder) as aside:
            desk = Desk(source, asked, wanted, aside, tell)
            makers[asked.kind](desk)
            wrong = [one for one in desk.counts if not one.right]
            if wrong:
                raise EngineError(
                    "AP-ENGINE-060",
                    f"{wrong[0].file}: {wrong[0].what} {wrong[0].found}, where {wrong[0].wanted} were to be",
                    remedy="nothing was handed over; please tell us how the cut was made",
                )
            short, offline = _short(desk), _offline(source, desk)
            desk.write(CONTENTS, _contents(desk, short, offline).encode())
            files = tuple(sorted(str(one.relative_to(aside)) for one in aside.rglob("*") if one.is_file()))
            if not asked.dry_run:
                _keep(aside, folder)
    return TurnedOver(
        kind=asked.kind,
        version=source.version,
        folder=None if asked.dry_run else str(folder),
        events=len(desk.uses),
        pulls=desk.pulls,
        frames=source.cut.frames,
        handles=wanted,
        files=files,
        counts=tuple(desk.counts),
        short=tuple(short),
        offline=tuple(offline),
    )


@contextmanager
def _aside(folder: Path) -> Iterator[Path]:
    aside = folder.with_name(f".{folder.name}.aside")
    with coded_writing(folder):
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        try:
            yield aside
        finally:
            shutil.rmtree(aside, ignore_errors=True)


def _keep(aside: Path, folder: Path) -> None:
    """The folder that was filled aside takes its place, and what lay there goes."""
    sync_folder(aside)
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    aside.rename(folder)
    sync_folder(folder.parent)
    shutil.rmtree(old, ignore_errors=True)


def _short(desk: Desk) -> list[ShortHandle]:
    return [
        ShortHandle(
            event=use.number,
            at=desk.source.cut.timecode(use.first),
            name=use.clip.name,
            head=use.head,
            tail=use.tail,
        )
        for use in desk.uses
        if min(use.head, use.tail) < desk.handles
    ]


def _offline(source: Source, desk: Desk) -> list[str]:
    used = {use.clip.asset for use in desk.uses}
    gone = [id for id in sorted(used) if id not in source.paths or not source.paths[id].is_file()]
    return [source.links[id].name for id in gone]


def _contents(desk: Desk, short: Sequence[ShortHandle], offline: Sequence[str]) -> str:
    cut = desk.source.cut
    lines = [
        f"{desk.source.title}: turnover to {desk.asked.kind}",
        f"{cut.rate} frames a second{', drop-frame' if cut.drop else ''}, {cut.timecode(0)} to "
        f"{cut.timecode(cut.frames)} (exclusive), {cut.frames} frames",
        f"{len(desk.uses)} events, {desk.pulls} pulls, {desk.handles} frames of handle asked for",
        "",
        "Every file was read again after it was written, and counted:",
        counted_text(desk.counts),
        "",
        f"{len(short)} events have shorter handles:" if short else "Every event has its handles.",
        *(f"  {one.event:4d}  {one.at}  {one.name}: {one.head} before, {one.tail} after" for one in short),
    ]
    if offline:
        lines += ["", "Not readable here:", *(f"  {name}" for name in offline)]
    return "\n".join(lines) + "\n"
