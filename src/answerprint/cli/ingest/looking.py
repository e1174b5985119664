"""`ingest inspect` and `ingest verify`: what a card holds, and whether a copy is still what was copied."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from answerprint.cli.ingest.app import amount, app, bar, creator, finish, print_findings
from answerprint.cli.output import Json, emit, printable

if TYPE_CHECKING:
    from answerprint.core.time import TimeDocument
    from answerprint.departments.footage.ingest.report import CardDocument, ClipDocument

Hashes = Annotated[
    list[str] | None,
    typer.Option("--hash", help="Checksum to record: xxh64, xxh3, xxh128, md5, sha1, c4; may be repeated."),
]
Created = Annotated[
    str | None, typer.Option("--created", help="Date of the hash list's generation (default: now).")
]
MOST_ROWS = 60  # of a card's clips in the text form; --json has all


@app.command("inspect")
def inspect(
    card: Annotated[
        Path, typer.Argument(metavar="CARD", readable=False, help="A card, or a folder of cards.")
    ],
    headers: Annotated[
        str, typer.Option(help="Open media files for times and timecodes: auto (up to 2000), all, none.")
    ] = "auto",
    json: Json = False,
) -> None:
    """What is on a card: clips with their parts, sequences, companions, and what is missing.

    Sony, Panasonic, Canon, ARRI, RED, Blackmagic, DJI, GoPro, phone and sound recorder cards are known by
    their folders and names. Nothing is written.

    Example: answerprint ingest inspect /Volumes/A001
    """
    from answerprint.core.errors import UsageError
    from answerprint.departments.footage.ingest.inspecting import inspect as look

    if headers not in ("auto", "all", "none"):
        raise UsageError("AP-USE-219", f"--headers is auto, all or none, not {headers!r}")
    with bar("reading headers", quiet=json, size=False) as tell:
        found = look(card, headers=headers, progress=tell)  # type: ignore[arg-type]  # checked above

    def text(console: Console) -> None:
        for one in found.cards:
            _print_card(console, one)
        for version in found.versions:
            numbers = ", ".join(f"v{number:03d}" for number in version.versions)
            line = f"versions of {version.name}: {numbers}; latest {version.latest}"
            console.print(printable(line), markup=False, highlight=False)
        print_findings(console, found.findings)
        length = _clock(found.duration)
        clips = sum(len(one.clips) for one in found.cards)
        total = f"{found.files} files, {amount(found.size)}, {clips} clips{', ' + length if length else ''}"
        console.print(total, highlight=False)

    emit(found, json, text)
    finish(found.needs_a_person)


@app.command("verify")
def verify(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", readable=False, help="A copied card.")],
    mhl: Annotated[
        list[Path] | None,
        typer.Option(
            "--mhl", readable=False, help="Hash list to compare with (default: those in the folder)."
        ),
    ] = None,
    record: Annotated[
        bool, typer.Option("--record", help="Write what was found as a new ASC MHL generation.")
    ] = False,
    hashes: Hashes = None,
    author: Annotated[str | None, typer.Option(help="Who verifies, for --record.")] = None,
    comment: Annotated[str | None, typer.Option(help="A remark, for --record.")] = None,
    created: Created = None,
    json: Json = False,
) -> None:
    """Read a folder through and compare it with its ASC MHL history, or with MHL 1.x lists.

    Says which files changed, are missing, or are in no list. With --record a folder without any list gets its
    first one.

    Example: answerprint ingest verify /Volumes/RAID/A001
    """
    from answerprint.departments.footage.ingest.hashing import check_formats
    from answerprint.departments.footage.ingest.verifying import verify as check

    formats = check_formats(hashes or []) if record else ()
    who = creator(created, author, comment) if record else None
    with bar("verifying", quiet=json) as tell:
        found = check(folder, lists=tuple(mhl or ()), record=who, formats=formats, progress=tell)

    def text(console: Console) -> None:
        print_findings(console, found.findings)
        parts = [f"{found.verified} files as recorded"]
        for name in ("failed", "missing", "new", "unchecked", "unreadable"):
            count = len(getattr(found, name))
            parts += [f"{count} {name}"] if count else []
        forms = ", ".join(found.formats)
        console.print(f"{', '.join(parts)}; {amount(found.size)} read ({forms})", highlight=False)
        for one in found.recorded:
            console.print(printable(f"recorded in {one}"), markup=False, highlight=False)

    emit(found, json, text)
    finish(found.needs_a_person)


def _print_card(console: Console, card: CardDocument) -> None:
    from rich import box
    from rich.table import Table

    reel = f", reel {card.reel}" if card.reel and card.reel != card.name else ""
    length = _clock(card.duration)
    line = f"{card.root or card.name}: {card.kind}{reel}; {card.files} files, {amount(card.size)}"
    console.print(printable(line + (f", {length}" if length else "")), markup=False, highlight=False)
    if card.clips:
        table = Table(box=box.SIMPLE, show_edge=False, pad_edge=False)
        for name in ("clip", "files", "start", "length", "rate", "with"):
            table.add_column(name, overflow="fold")
        for clip in card.clips[:MOST_ROWS]:
            table.add_row(*_row(clip))
        console.print(table, markup=False, highlight=False)
        if len(card.clips) > MOST_ROWS:
            console.print(f"  … and {len(card.clips) - MOST_ROWS} more (--json lists all)", highlight=False)
    for one in card.sequences[:MOST_ROWS]:
        size = f"{one.width}x{one.height}, " if one.width else ""
        holes = f", {sum(last - first + 1 for first, last in one.missing)} missing" if one.missing else ""
        where = f"{one.folder}/" if one.folder else ""
        line = f"  {where}{one.name}: {one.count} frames{holes}, {size}{amount(one.size)}; rate to be asked"
        console.print(printable(line), markup=False, highlight=False)
    if card.stills:
        console.print(f"  {card.stills} stills", highlight=False)


def _row(clip: ClipDocument) -> tuple[str, ...]:
    parts = len({one.part for one in clip.files})
    files = f"{parts} parts" if parts > 1 else f"{len(clip.files)} tracks" if len(clip.files) > 1 else "1"
    companions = [
        f"{len(found)} {name}{'' if len(found) == 1 else plural}"
        for found, name, plural in (
            (clip.proxies, "proxy", ""),
            (clip.sidecars, "sidecar", "s"),
            (clip.thumbnails, "thumbnail", "s"),
            (clip.sounds, "sound file", "s"),
        )
        if found
    ]
    rate = f"{float(clip.rate):.3f}".rstrip("0").rstrip(".") if clip.rate else ""
    return (printable(clip.name), files, clip.start, _clock(clip.duration), rate, ", ".join(companions))


def _clock(duration: TimeDocument | None) -> str:
    """A length for people: 0:12:34.5."""
    if duration is None:
        return ""
    tenths = round(Fraction(duration.time) * 10)
    seconds, tenth = divmod(tenths, 10)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}.{tenth}"
