"""`answerprint things`: objects and actions by a model of the user's own, in a file or a production."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from answerprint.cli.output import Json, command_app, emit, printable, stderr
from answerprint.core.errors import Exit, NotAvailableError

app = command_app()
NO_MODEL = "no model is named: Answerprint carries none that sees things"


@app.command("things")
def things(
    path: Annotated[
        Path, typer.Argument(metavar="FILE|DIR", readable=False, help="A picture file, or a production.")
    ],
    model: Annotated[
        Path | None,
        typer.Option(
            metavar="CARD_OR_PATH", help="A card (.toml), a folder with card.toml, or an .onnx detector."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Objects and actions in the pictures, by an ONNX model of your own; nothing is claimed without one.

    A detector's card: name, file = "yolo.onnx", labels = ["person", …], [input] width, height, scale, mean,
    std, layout, channels, fit; [output] form = "yolo", "yolov5" or "boxes", threshold, overlap. A card of
    kind = "encoder" (CLIP or SigLIP: vision, text and tokenizer.json) lets a production be searched by what
    pictures show: run it on the production here, then answerprint search DIR "a red car" --encoder CARD.

    Example: answerprint things rushes/A001C003.mov --model yolo/card.toml --json
    """
    if model is None:
        raise NotAvailableError(
            "AP-NEED-332", NO_MODEL, file=str(path), remedy="name yours: --model CARD_OR_PATH (see --help)"
        )
    from answerprint.departments.footage.things.cards import read_model

    loaded = read_model(model)
    if path.is_dir():
        _in_production(path, model, loaded, json)
        return
    from answerprint.departments.footage.things.in_file import things_of

    with _bar(printable(path.name), quiet=json) as progress:
        found = things_of(path, loaded, progress=progress)

    def text(console: Console) -> None:
        what = f"{path.name}: {len(found.things)} things in {found.pictures} pictures, by {found.backend}"
        console.print(printable(what), markup=False, highlight=False, emoji=False)
        for one in found.things:
            start, end = (each.timecode or _seconds(each.time) for each in (one.start, one.end))
            line = f"  {one.label:<20}{start} – {end}  confidence {one.confidence:.2f}"
            console.print(printable(line), markup=False, highlight=False, emoji=False)

    document: Any = found
    emit(document, json, text)


def _in_production(folder: Path, path: Path, loaded: Any, json: bool) -> None:
    """Every picture of a production looked through: the tracks stay in its catalogue."""
    from answerprint.cli.progress import ProgressBars
    from answerprint.departments.footage.search.in_production import gather_sights
    from answerprint.departments.footage.steps.files import ProbeStep
    from answerprint.departments.footage.steps.things import SeenStep, ThingsStep
    from answerprint.departments.footage.things.cards import SightCard
    from answerprint.engine.executors.serial import SerialExecutor
    from answerprint.engine.graph import Graph, Media
    from answerprint.engine.run import run_graph
    from answerprint.store.production import Production

    production = Production.open(folder)
    sees = isinstance(loaded.card, SightCard)
    card = str(path.absolute())
    step = SeenStep(card, loaded.digest) if sees else ThingsStep(card, loaded.digest)
    probe = ProbeStep(wave_rate=production.settings.picture.exact_rate)
    graph = Graph()
    with production.catalogue() as catalogue, production.lock():
        names = {}
        for asset in catalogue.assets():
            place = production.find(asset.path)
            if asset.kind == "picture" and place.exists():
                media = Media(asset.id, place)
                probed = graph.add(probe, asset.id, media=media)
                graph.add(step, asset.id, media=media, probe=probed["probe"])
                names[asset.id] = asset.name
        with ProgressBars(stderr(), quiet=json) as bars:
            bars.stage(loaded.card.name)
            report = run_graph(
                graph,
                catalogue=catalogue,
                objects=production.objects(),
                executor=SerialExecutor(),
                progress=None if json else bars,
                forget_other_jobs=False,
            )
        if sees:
            from answerprint.departments.footage.things.sights import Encoder

            encoder = Encoder(loaded)
            gather_sights(production.state_dir, catalogue, production.objects(), encoder.name)
        track = "seen.1" if sees else "things.1"
        counts = {one.asset: one.count for one in catalogue.tracks() if one.name == track}
    failed = [f"{names.get(report[node].subject, node)}: {report[node].reason}" for node in report.failed]
    document = {
        "backend": loaded.card.name,
        "digest": loaded.digest,
        "track": track,
        "clips": [{"asset": id, "name": name, "moments": counts.get(id, 0)} for id, name in names.items()],
        "failed": failed,
    }

    def text(console: Console) -> None:
        console.print(
            printable(
                f"{track}: {sum(counts.values()):,} moments in {len(counts)} clips, by {loaded.card.name}"
            ),
            markup=False,
            highlight=False,
            emoji=False,
        )
        for line in failed:
            console.print(printable(f"  {line}"), markup=False, highlight=False, emoji=False)

    emit(document, json, text)
    if failed:
        raise typer.Exit(int(Exit.NEEDS_A_PERSON))


def _bar(name: str, *, quiet: bool) -> Any:
    """A bar for one file on stderr; nothing where nobody looks."""
    from contextlib import contextmanager

    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    console = stderr()
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=32), TimeRemainingColumn())

    @contextmanager
    def bar() -> Any:
        with Progress(
            *columns, console=console, transient=True, disable=quiet or not console.is_terminal
        ) as bars:
            task = bars.add_task(name, total=1.0)
            yield lambda done: bars.update(task, completed=done)

    return bar()


def _seconds(time: str) -> str:
    over, _, under = time.partition("/")
    return f"{int(over) / int(under):.3f} s"
