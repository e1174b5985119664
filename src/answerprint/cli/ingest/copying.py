"""`ingest copy` and `ingest proxies`: what is written to other disks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from answerprint.cli.ingest.app import amount, app, bar, creator, finish, print_findings
from answerprint.cli.ingest.looking import Created, Hashes
from answerprint.cli.output import Json, emit, printable


@app.command("copy")
def copy(
    card: Annotated[Path, typer.Argument(metavar="CARD", readable=False, help="A card, a folder or a file.")],
    destination: Annotated[Path, typer.Argument(metavar="DEST", readable=False, help="Folder to copy into.")],
    to: Annotated[
        list[Path] | None,
        typer.Option("--to", readable=False, help="A further destination; may be repeated."),
    ] = None,
    name: Annotated[str | None, typer.Option("--as", help="Name of the copy (default: the card's).")] = None,
    hashes: Hashes = None,
    no_mhl: Annotated[bool, typer.Option("--no-mhl", help="Write no ASC MHL history.")] = False,
    author: Annotated[str | None, typer.Option(help="Who copies, for the hash list.")] = None,
    comment: Annotated[str | None, typer.Option(help="A remark for the hash list.")] = None,
    created: Created = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done only.")] = False,
    json: Json = False,
) -> None:
    """Copy a card to one or several disks, reading it once, and read every copy back.

    The copy is DEST/CARD with an ASC MHL history. Stopped at any moment, the same command goes on. Nothing is
    written over, and the card is never written to. What cannot be read is named, the rest is copied.

    Example: answerprint ingest copy /Volumes/A001 /Volumes/RAID --to /Volumes/SHUTTLE
    """
    from answerprint.departments.footage.ingest.copying import copy_card
    from answerprint.departments.footage.ingest.hashing import check_formats

    formats = check_formats(hashes or [])
    who = None if no_mhl else creator(created, author, comment)
    with bar("copying", quiet=json or dry_run) as tell:
        found = copy_card(
            card,
            [destination, *(to or ())],
            formats=formats,
            creator=who,
            name=name or "",
            dry_run=dry_run,
            progress=tell,
        )

    def text(console: Console) -> None:
        print_findings(console, found.findings)
        verb = "would be copied" if dry_run else "copied and read back"
        for one in found.destinations:
            kept = f", {one.kept} of an earlier run" if one.kept else ""
            there = f", {one.already_there} already there" if one.already_there else ""
            line = f"{one.folder}: {one.copied} files, {amount(one.written)} {verb}{kept}{there}"
            console.print(printable(line), markup=False, highlight=False)
            for path in one.recorded:
                console.print(printable(f"  recorded in {path}"), markup=False, highlight=False)
        if found.failed:
            console.print(
                f"{len(found.failed)} of {found.files} files are not in every copy", highlight=False
            )

    emit(found, json, text)
    finish(found.needs_a_person)


@app.command("proxies")
def proxies(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH… OUT", readable=False, help="Files and folders, then OUT.")
    ],
    height: Annotated[int, typer.Option(help="Lines of the proxy.")] = 540,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be made only.")] = False,
    json: Json = False,
) -> None:
    """Make a small QuickTime copy of every picture file, under the original's name.

    Each keeps every picture's own time, the start timecode and all sound; its XMP sidecar holds the reel.
    What is up to date is kept. Camera raw is named: its proxies come from the maker's program.

    Example: answerprint ingest proxies /Volumes/RAID/A001 proxies --height 540
    """
    from answerprint.core.errors import UsageError
    from answerprint.departments.footage.ingest.proxying import make_proxies

    if len(paths) < 2:
        raise UsageError(
            "AP-USE-220", "an output folder is missing", remedy="answerprint ingest proxies A001 OUT"
        )
    with bar("proxies", quiet=json or dry_run, size=False) as tell:
        found = make_proxies(
            paths[:-1],
            paths[-1],
            height=height,
            dry_run=dry_run,
            progress=lambda done, total, name: tell(done, total),
        )

    def text(console: Console) -> None:
        for one in found.proxies:
            reason = f"  ({one.reason})" if one.reason else ""
            line = f"{one.action:<15}{one.proxy}{reason}"
            console.print(printable(line), markup=False, highlight=False)
        print_findings(console, found.findings)
        made = sum(1 for one in found.proxies if one.action in ("made", "would be made"))
        console.print(f"{made} of {len(found.proxies)} {'would be ' if dry_run else ''}made", highlight=False)

    emit(found, json, text)
    finish(found.needs_a_person)
