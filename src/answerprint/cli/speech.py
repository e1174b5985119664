"""`answerprint speech`: what is said in a file, held against a script or a transcript, and written out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from answerprint.cli.output import Json, command_app, emit, printable, refuse_taken, save, stderr
from answerprint.core.errors import Exit, UsageError

if TYPE_CHECKING:
    from answerprint.core.time import TimeDocument
    from answerprint.departments.footage.speech.in_file import DeviationDocument, Speech

app = command_app()
BACKENDS = ("pocketsphinx", "faster-whisper")


@app.command("speech")
def speech(
    file: Annotated[Path, typer.Argument(metavar="FILE", readable=False, help="A file with sound.")],
    script: Annotated[
        Path | None,
        typer.Option("--script", metavar="S", readable=False, help="A screenplay, or a text of lines."),
    ] = None,
    scene: Annotated[
        str | None, typer.Option("--scene", help="The scene being shot: lines of others are a wrong page.")
    ] = None,
    transcript: Annotated[
        Path | None,
        typer.Option(
            "--transcript", metavar="T", readable=False, help="SRT, VTT or Whisper JSON to lay anew."
        ),
    ] = None,
    backend: Annotated[
        str | None, typer.Option("--backend", help="pocketsphinx (bundled) or faster-whisper (yours).")
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option("--model", metavar="FOLDER", readable=False, help="The model of faster-whisper."),
    ] = None,
    language: Annotated[str, typer.Option("--language", help="What is spoken, as a tag: en, de, ja.")] = "en",
    docx: Annotated[
        Path | None, typer.Option("--docx", metavar="OUT", readable=False, help="Write a Word document.")
    ] = None,
    pdf: Annotated[
        Path | None, typer.Option("--pdf", metavar="OUT", readable=False, help="Write a PDF.")
    ] = None,
    markdown: Annotated[
        Path | None, typer.Option("--markdown", metavar="OUT", readable=False, help="Write Markdown.")
    ] = None,
    srt: Annotated[
        Path | None, typer.Option("--srt", metavar="OUT", readable=False, help="Write SubRip subtitles.")
    ] = None,
    vtt: Annotated[
        Path | None, typer.Option("--vtt", metavar="OUT", readable=False, help="Write WebVTT subtitles.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over files that are there.")] = False,
    json: Json = False,
) -> int:
    """What is said in a file, word by word with times, in English.

    With --script every reading of a line is found, and where it strays: words repeated, dropped, swapped, put
    for others or added, speech that is no line. With --transcript an existing transcript is laid on the sound
    anew. With neither, free dictation: a draft to be corrected. Exit code 3: words of the transcript were not
    found.

    Example: answerprint speech rushes/A001C003.mov --script film.fountain --docx A001C003.docx
    """
    outs = {"docx": docx, "pdf": pdf, "markdown": markdown, "srt": srt, "vtt": vtt}
    _check(script, transcript, scene, backend, model)
    for out in outs.values():
        if out is not None:
            refuse_taken(out, file, script, transcript, force=force)
    from answerprint.departments.footage.speech.in_file import speech_of

    with _progress(json) as tell:
        found = speech_of(
            file,
            script=script,
            scene=scene,
            transcript=transcript,
            backend=backend,
            model=model,
            language=language,
            progress=tell,
        )
    for kind, out in outs.items():
        if out is not None:
            save(out, _written(kind, file, found), force=force)
    document: Any = found.document
    emit(document, json, lambda console: _print(console, file, found))
    retimed = found.document.retimed
    return int(Exit.NEEDS_A_PERSON if retimed is not None and retimed.found < retimed.words else Exit.DONE)


def _check(
    script: Path | None, transcript: Path | None, scene: str | None, backend: str | None, model: Path | None
) -> None:
    if script is not None and transcript is not None:
        raise UsageError("AP-USE-260", "speech is held against a script or laid on a transcript, not both")
    if scene is not None and script is None:
        raise UsageError("AP-USE-261", "--scene says which of a script's scenes is shot: give --script")
    if backend is not None and backend not in BACKENDS:
        raise UsageError(
            "AP-USE-262", f"there is no back end {backend!r}", remedy=f"one of {', '.join(BACKENDS)}"
        )
    if model is not None and backend != "faster-whisper":
        raise UsageError("AP-USE-263", "--model goes with --backend faster-whisper")
    if backend == "faster-whisper" and (script is not None or transcript is not None):
        raise UsageError("AP-USE-264", "scripts and transcripts are followed by the bundled recogniser alone")


@contextmanager
def _progress(hidden: bool) -> Iterator[Callable[[float], None]]:
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = stderr()
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=32), TimeElapsedColumn())
    with Progress(
        *columns, console=console, transient=True, disable=hidden or not console.is_terminal
    ) as bars:
        task = bars.add_task("reading the sound", total=1.0)

        def tell(share: float) -> None:
            listening = share >= 1.0  # how long that takes depends on what is said
            bars.update(
                task,
                completed=None if listening else share,
                total=None if listening else 1.0,
                description="listening" if listening else "reading the sound",
            )

        yield tell


def _written(kind: str, file: Path, found: Speech) -> bytes:
    """The speech as a document or as subtitles."""
    if kind in ("srt", "vtt"):
        from answerprint.formats.subtitles.srt import write_srt
        from answerprint.formats.subtitles.vtt import write_vtt
        from answerprint.formats.transcripts.cues import cues_of

        cues = cues_of(found.passages, names=kind == "srt")
        return (write_srt(cues) if kind == "srt" else write_vtt(cues)).encode()
    from answerprint.formats.transcripts.model import PrintedPassage, PrintedTranscript

    draft = ("Free dictation: a draft to be corrected.",) if found.document.draft else ()
    printed = PrintedTranscript(
        title=file.name,
        about=(f"Heard by {found.document.backend}", *draft),
        passages=tuple(
            PrintedPassage(place=place, text=passage.text, speaker=passage.speaker, note=note)
            for place, passage, note in zip(found.places, found.passages, found.notes, strict=True)
        ),
    )
    if kind == "markdown":
        from answerprint.formats.transcripts.markdown import write_markdown

        return write_markdown(printed).encode()
    if kind == "docx":
        from answerprint.formats.transcripts.docx import write_docx

        return write_docx(printed)
    from answerprint.formats.transcripts.pdf import write_pdf

    return write_pdf(printed)


def _print(console: Console, file: Path, found: Speech) -> None:
    document = found.document
    _say(console, f"{file.name}: {len(document.words)} words, {document.backend}")
    if document.draft:
        _say(console, "  free dictation: a draft to be corrected")
    if document.retimed is not None:
        one = document.retimed
        _say(
            console,
            f"  {one.found} of {one.words} words found; cues moved by {one.offset_ms} ms, "
            f"drift {one.drift_ppm} ppm",
        )
    if document.lines:
        for line in document.lines:
            name = "" if line.line is None else f"{line.line}: "
            page = "  (wrong page)" if line.wrong_page else ""
            _say(console, f"  {_place(line.start)}  {line.status:<10}  {name}{line.text}{page}")
            for slip in line.deviations:
                _say(console, f"      {_slip(slip)}")
        return
    for place, passage in zip(found.places, found.passages, strict=True):
        _say(console, f"  {place}  {passage.speaker + ': ' if passage.speaker else ''}{passage.text}")


def _slip(slip: DeviationDocument) -> str:
    place = f"word {slip.index + 1}"
    if slip.kind == "substituted":
        return f"{place}: {slip.said!r} for {slip.word!r}"
    if slip.kind == "inserted":
        return f"{place}: {slip.said!r} added"
    return f"{place}: {slip.word!r} {slip.kind}"


def _place(time: TimeDocument) -> str:
    from answerprint.departments.footage.speech.in_file import label_of

    return label_of(time)


def _say(console: Console, text: str) -> None:
    console.print(printable(text), markup=False, highlight=False)
