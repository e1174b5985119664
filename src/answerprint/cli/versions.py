"""`answerprint versions`: trailers, social clips and other lengths and shapes of the film."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from answerprint.cli.output import Json, command_app, emit, printable, stderr, typed
from answerprint.core.errors import Exit

if TYPE_CHECKING:
    from collections.abc import Callable

    from answerprint.pipeline.recutting import VersionDocument

app = command_app()
SHOWN = 5  # of the lines left out; README.md of a version has all


@app.command("versions")
def versions(
    folder: Annotated[Path, typer.Argument(metavar="DIR", readable=False, help="The production.")],
    make: Annotated[
        str | None, typer.Option(metavar="NAME", help="Make this version; without it, the list.")
    ] = None,
    duration: Annotated[
        str | None, typer.Option(metavar="M:SS", help="At most so long, instead of the profile's.")
    ] = None,
    aspect: Annotated[
        str | None, typer.Option(metavar="W:H", help="In this shape, instead of the profile's.")
    ] = None,
    rendered: Annotated[
        bool, typer.Option("--render", help="Also the film, mixed, and reframed to its shape.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what it would keep only.")] = False,
    workers: Annotated[
        int | None, typer.Option(help="Worker processes; 0 runs everything in this process.", min=0)
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="In place of a version that is there.")] = False,
    json: Json = False,
) -> None:
    """Versions of the film: a trailer, a minute upright, a broadcaster's slot, each from the master's lines.

    The lines of the greatest worth that fit are kept (solved to the optimum), scenes stay readable, a
    question keeps its answer, locked lines stay. Profiles are data; versions.toml beside production.toml
    changes them and adds others: length, shape, weights, words, people and scenes to leave out. Each version
    is cut and checked like the master, and every clip says where it lies there. The master stays as it is.

    Example: answerprint versions film --make trailer --duration 1:30 --render
    """
    from answerprint.cli.progress import ProgressBars
    from answerprint.pipeline.recutting import Wanted, known_profiles, made_versions, make_version
    from answerprint.store.production import Production

    production = Production.open(folder)
    if make is None:
        known, made = known_profiles(production), made_versions(production)
        document = {
            "profiles": {name: {"about": one.about, "made": name in made} for name, one in known.items()}
        }

        def listed(console: Console) -> None:
            for name, one in known.items():
                state = f"  (made: {typed(made[name])})" if name in made else ""
                console.print(printable(f"{name:<12} {one.about}{state}"), markup=False, highlight=False)

        emit(document, json, listed)
        return
    wanted = Wanted(make, duration, aspect, rendered, dry_run, force)
    with ProgressBars(stderr(), quiet=json) as bars:
        version = make_version(production, wanted, workers=workers, listener=None if json else bars)
    emit(version, json, lambda console: _print(console, version))
    if version.legality:
        raise typer.Exit(Exit.NEEDS_A_PERSON)


def _print(console: Console, one: VersionDocument) -> None:
    def line(told: str) -> None:
        console.print(printable(told), markup=False, highlight=False)

    for kept in one.kept:
        beat = f"  [{kept.beat}]" if kept.beat else ""
        line(f"{kept.at}  {kept.label}: {kept.text}{beat}  (master {kept.master})")
    _left_out(line, one)
    most = f" of {one.most}" if one.most is not None else ""
    legal = "legal" if not one.legality else f"{len(one.legality)} rules broken"
    share = one.worth / one.whole if one.whole else 0.0
    line(f"{one.name}: {one.frames}{most} frames, {share:.0%} of the lines' worth; {legal}")
    for broken in one.legality:
        line(f"  {broken.where}: {broken.detail} ({broken.rule})")
    line(one.folder or "nothing was kept (dry run)")


def _left_out(line: Callable[[str], None], one: VersionDocument) -> None:
    if not one.dropped:
        return
    line(f"left out: {len(one.dropped)} lines, the next to come back first")
    for label, why in one.dropped[:SHOWN]:
        line(f"  {label}: {why}")
