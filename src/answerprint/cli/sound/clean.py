"""`answerprint sound clean`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from answerprint.cli.output import Json, emit, printable, refuse_taken, save
from answerprint.cli.sound.app import app, refuse_other_than_wave
from answerprint.core.errors import Exit, NotAvailableError, UsageError

if TYPE_CHECKING:
    from answerprint.pipeline.cleaning.recipe import Recipe


@app.command("clean")
def clean(
    file: Annotated[Path, typer.Argument(metavar="IN", readable=False, help="A recording, or a film.")],
    out: Annotated[
        Path, typer.Argument(metavar="OUT.wav", readable=False, help="The cleaned wave file, 48 kHz float.")
    ],
    floor: Annotated[
        float | None,
        typer.Option(
            metavar="DB",
            min=-60.0,
            max=0.0,
            help="How far noise is lowered at most; chosen by the recording without it (-12 to -24).",
        ),
    ] = None,
    residual: Annotated[
        Path | None,
        typer.Option("--residual", metavar="FILE.wav", readable=False, help="Write what was taken away."),
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(
            "--without",
            metavar="OP",
            help="Leave out a step: de-click, fill, de-clip, hum, rumble, noise, reverb. Can be repeated.",
        ),
    ] = None,
    wet: Annotated[
        float,
        typer.Option(metavar="SHARE", min=0.0, max=1.0, help="Share of cleaned sound; the rest is dry."),
    ] = 1.0,
    model: Annotated[
        Path | None,
        typer.Option(
            "--model",
            metavar="FILE.onnx",
            readable=False,
            help="A denoiser of your own: one 48 kHz waveform in, one out.",
        ),
    ] = None,
    isolate: Annotated[
        bool, typer.Option("--isolate", help="Take the dialogue out of a mix, by the model of --model.")
    ] = False,
    recipe: Annotated[
        Path | None,
        typer.Option(
            "--recipe",
            metavar="FILE.json",
            readable=False,
            help="Keep what this recipe keeps, whatever is measured.",
        ),
    ] = None,
    every_channel: Annotated[
        bool, typer.Option("--every-channel", help="Clean a mix beside its split tracks too.")
    ] = False,
    picture: Annotated[
        Path | None,
        typer.Option(
            "--picture", metavar="OUT.png", readable=False, help="Draw before, after, what was taken."
        ),
    ] = None,
    stream: Annotated[
        int | None, typer.Option(metavar="N", min=0, help="Index of the sound stream; the first without it.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what is wrong and what would be done; write nothing.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over files that are there.")] = False,
    json: Json = False,
) -> None:
    """Rescues a recording: clicks, holes, clipped peaks mended; hum, rumble, noise, reverberation lowered.

    A step is kept where an independent measure says that it helps and the voice stays. Noise is lowered to a
    floor, by RNNoise (`answerprint models fetch rnnoise`) and an estimator together. Every sample stays in
    its place; timecode, channel names and iXML are kept; mixes beside split tracks are copied.
    OUT.wav.recipe.json says what was done: set `kept` in it otherwise, and the next run obeys. Exit code 3
    where the wave file was cut short.

    Example: answerprint sound clean boom.wav boom-clean.wav --residual taken.wav
    """
    from answerprint.cli.progress import named_bar
    from answerprint.departments.sound.cleaning.chain import OPS
    from answerprint.pipeline.cleaning.cleaning import Request, clean_file
    from answerprint.pipeline.cleaning.recipe import recipe_beside
    from answerprint.pipeline.measuring import faults_of

    unknown = [one for one in without or () if one not in OPS]
    if unknown:
        raise UsageError("AP-USE-691", f"there is no step {unknown[0]!r}", remedy="one of " + ", ".join(OPS))
    refuse_other_than_wave(out)
    if isolate and model is None:
        raise NotAvailableError(
            "AP-NEED-066",
            "no model that takes dialogue out of a mix is free to carry along",
            remedy="give your own as --model FILE.onnx: one 48 kHz waveform in, the voice out",
        )
    beside = recipe_beside(out)
    decided = _decided(recipe, beside)
    written = [one for one in (out, residual, picture) if one is not None]
    if len({str(one) for one in written}) < len(written):
        raise UsageError("AP-USE-692", "two results have one name", file=str(out), remedy="name each its own")
    for one in written:
        refuse_taken(one, file, model, recipe, force=force)
    faults = [f"{file.name}: {fault}" for fault in faults_of(file)] if file.is_file() else []
    request = Request(
        floor=floor if floor is not None or decided is None else decided.floor,
        model=model,
        steps=tuple(one for one in OPS if one not in (without or ())),
        wet=wet,
        decided=decided.decided() if decided is not None else None,
        every_channel=every_channel,
    )
    with named_bar("listening", hidden=json) as tell:
        made = clean_file(
            file, None if dry_run else out, request, residual=residual, stream=stream, tell=tell
        )
    if not dry_run:
        save(beside, made.recipe.encoded(), force=True)
        if picture is not None:
            from answerprint.pipeline.cleaning.picture import cleaning_picture

            save(picture, cleaning_picture(file, out, stream), force=force)
    document = {
        "out": None if dry_run else str(out),
        "recipe": None if dry_run else str(beside),
        "residual": str(residual) if residual is not None and not dry_run else None,
        "picture": str(picture) if picture is not None and not dry_run else None,
        "faults": faults,
        "seconds": made.samples / 48_000,
        "channels": made.channels,
        "network": made.network,
        "resumed": made.resumed,
        "left": {str(channel): why for channel, why in made.left.items()},
        "diagnosis": made.diagnosis,
        "chain": made.chain,
    }

    def text(console: Console) -> None:
        def line(told: str) -> None:
            console.print(printable(told), markup=False, highlight=False)

        for fault in faults:
            line(fault)
        many = made.channels > 1
        line(f"{file.name}: {made.samples / 48_000:.1f} s, {made.channels} channel{'s' if many else ''}")
        for one in made.diagnosis:
            where = f"channel {one.channel}, " if many else ""
            count = f" ({one.count}, the first at {one.at[0]:.2f} s)" if one.count else ""
            line(f"  found  {where}{one.kind}: {one.value:.1f} {one.unit}, {one.told}{count}")
        for link in made.chain:
            where = f"channel {link.channel}, " if many else ""
            line(f"  {'kept ' if link.kept else 'left '}  {where}{link.op}: {link.reason}")
        for channel, why in made.left.items():
            line(f"  copied channel {channel}: {why}")
        if made.resumed:
            line(f"  {made.resumed} pieces were done by a run before this one")
        if made.network == "classical" and any(one.op == "noise" for one in made.chain):
            line("  noise by the estimator alone: `answerprint models fetch rnnoise` for the better one")
        line("nothing was written" if dry_run else f"{out.name}, and {beside.name} that says how")

    emit(document, json, text)
    if faults:
        raise typer.Exit(Exit.NEEDS_A_PERSON)


def _decided(recipe: Path | None, beside: Path) -> Recipe | None:
    """The recipe named, or the one that lies beside the result where a person changed it."""
    from answerprint.pipeline.cleaning.recipe import read_recipe

    if recipe is not None:
        return read_recipe(recipe)
    if beside.is_file():
        found = read_recipe(beside)
        return found if found.decided() else None
    return None
