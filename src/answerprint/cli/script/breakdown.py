"""`answerprint script breakdown`: what every scene needs, and people's answers to it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from answerprint.cli.output import Json, emit, printable, save_all, stderr
from answerprint.cli.script.app import app

if TYPE_CHECKING:
    from answerprint.core.breakdown import Breakdown, SceneElement
    from answerprint.departments.script.breakdown import Answer


@app.command("breakdown")
def breakdown(
    file: Annotated[Path, typer.Argument(metavar="FILE", readable=False, help="A screenplay.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="A folder for the sheets, coloured pages and reports.")
    ] = None,
    decisions: Annotated[
        Path | None,
        typer.Option("--decisions", help="The file of answers; NAME.breakdown.toml beside FILE by default."),
    ] = None,
    accept: Annotated[
        list[str] | None, typer.Option("--accept", help="Accept an element, by its id.")
    ] = None,
    reject: Annotated[
        list[str] | None, typer.Option("--reject", help="Reject an element, by its id.")
    ] = None,
    add: Annotated[
        list[str] | None, typer.Option("--add", help='Add an element: "12: props: brass key".')
    ] = None,
    rename: Annotated[
        list[str] | None, typer.Option("--rename", help='Rename over the script: "props: case = suitcase".')
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take the last answer back.")] = False,
    scene: Annotated[str, typer.Option("--scene", help="Show one scene, by its number.")] = "",
    ids: Annotated[bool, typer.Option("--ids", help="Show each element's id.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over files that are there.")] = False,
    json: Json = False,
) -> None:
    """Cast, background, props, vehicles, animals, wardrobe and the rest of every scene, each with its reason.

    Everything is proposed until you answer. Answers are kept in a file of your own (--decisions), hold
    through revisions of the script, and are written only when you give one. --out writes
    breakdown-sheets.pdf, coloured-pages.pdf, element-report.pdf, breakdown.xlsx and tagged.fdx.

    Example: answerprint script breakdown film.fountain --out breakdown
    """
    from answerprint.departments.script.breakdown import break_down, read_answers
    from answerprint.departments.script.breakdown.answers import answered, out_of_place
    from answerprint.departments.script.document import refuse_nothing
    from answerprint.departments.script.reading import read_screenplay

    screenplay = read_screenplay(file)
    refuse_nothing(screenplay, str(file))
    kept = decisions or file.with_name(f"{file.stem}.breakdown.toml")
    answers = list(read_answers(kept))
    proposed = break_down(screenplay)
    given = _given(answered(proposed, answers), accept or [], reject or [], add or [], rename or [])
    if undo or given:
        answers = _kept(kept, answers, given, undo=undo)
    found = answered(proposed, answers)
    for one in out_of_place(found, answers):
        stderr().print(
            printable(f"kept, though its scene is gone: {one.answer} {one.category}: {one.name}"),
            markup=False, highlight=False,
        )  # fmt: skip
    if out is not None:
        from answerprint.departments.script.breakdown.coloured_pages import write_coloured_pages
        from answerprint.departments.script.breakdown.reports import write_report, write_workbook
        from answerprint.departments.script.breakdown.sheets_pdf import write_sheets
        from answerprint.formats.screenplays.fdx_writing import write_fdx

        files = {
            "breakdown-sheets.pdf": write_sheets(found),
            "coloured-pages.pdf": write_coloured_pages(screenplay, found),
            "element-report.pdf": write_report(found),
            "breakdown.xlsx": write_workbook(found),
            "tagged.fdx": write_fdx(screenplay, found),
        }
        save_all(out, files, file, kept, force=force)
        for name in files:
            stderr().print(printable(f"wrote {out / name}"), markup=False, highlight=False)
    emit(found, json, lambda console: _text(console, found, scene, ids=ids))


def _given(
    shown: Breakdown, accept: list[str], reject: list[str], add: list[str], rename: list[str]
) -> list[Answer]:
    """This call's answers, each checked against what the breakdown shows."""
    from answerprint.departments.script.breakdown.answers import addition, answer_to, renaming

    return [
        *(answer_to(shown, one, "accept") for one in accept),
        *(answer_to(shown, one, "reject") for one in reject),
        *(addition(shown, one) for one in add),
        *(renaming(shown, one) for one in rename),
    ]


def _kept(path: Path, answers: list[Answer], given: list[Answer], *, undo: bool) -> list[Answer]:
    """The answers with this call's, written whole. Raises UsageError AP-USE-143 with nothing to undo."""
    from answerprint.core.errors import UsageError
    from answerprint.departments.script.breakdown.answers import written
    from answerprint.media.aside import written_aside

    if undo:
        if not answers:
            raise UsageError(
                "AP-USE-143",
                "there is no answer to take back",
                file=str(path),
                remedy="answer something first",
            )
        gone = answers.pop()
        stderr().print(
            printable(f"taken back: {gone.answer} {gone.category}: {gone.name}"),
            markup=False,
            highlight=False,
        )
    answers = [*answers, *given]
    with written_aside(path) as aside:
        aside.write_bytes(written(answers))
    return answers


_MARKS = {"accepted": "+", "added": "+", "rejected": "-", "proposed": " "}


def _text(console: Console, found: Breakdown, scene: str, *, ids: bool) -> None:
    from answerprint.departments.script.breakdown.palette import MARKINGS
    from answerprint.formats.screenplays.pagination import in_eighths

    def line(text: str, style: str = "") -> None:
        console.print(printable(text), style=style or None, markup=False, highlight=False)

    sheets = [one for one in found.sheets if not scene or scene in (one.number, one.scene)]
    for sheet in sheets:
        if sheet.omitted:
            line(f"\n{sheet.number}  OMITTED")
            continue
        hour = sheet.day_or_night or "no hour"
        day = f", script day {sheet.script_day}" if sheet.script_day else ""
        line(f"\n{sheet.number}  {sheet.heading or '(before the first heading)'}", "bold")
        line(f"    set {sheet.set or '–'}, {hour}{day}, {in_eighths(sheet.eighths)} pages: {sheet.synopsis}")
        for marking in MARKINGS:
            chosen = [one for one in sheet.elements if one.category == marking.category]
            if chosen and ids:
                for one in chosen:
                    line(
                        f"  {_MARKS[one.answer]} {marking.title:<17}{_named(one)}  "
                        f"{one.confidence:.2f}  {one.id}"
                    )
                    line(f"      {one.reason}")
            elif chosen:
                shown = ", ".join(_named(one) for one in chosen if one.answer != "rejected")
                gone = ", ".join(one.name for one in chosen if one.answer == "rejected")
                line(f"    {marking.title:<17}{shown}{f' (rejected: {gone})' if gone else ''}")
    if scene:
        return
    elements = [one for sheet in found.sheets for one in sheet.elements]
    counted = {name: sum(one.answer == name for one in elements) for name in _MARKS}
    line("")
    for member in found.cast:
        called = f" (also {', '.join(member.aliases)})" if member.aliases else ""
        line(
            f"{member.number:>4}. {member.name}{called}: {member.speeches} speeches, "
            f"{len(member.scenes)} scenes"
        )
    line(
        f"{len(found.sheets)} scenes, {len(found.sets)} sets, {len(found.cast)} parts; "
        f"{counted['proposed']} proposed, "
        f"{counted['accepted'] + counted['added']} decided, {counted['rejected']} rejected"
    )


def _named(one: SceneElement) -> str:
    from answerprint.departments.script.breakdown.palette import shown

    doubt = "?" if one.answer == "proposed" and one.confidence < 0.6 else ""
    sure = "!" if one.answer in ("accepted", "added") else ""
    silent = " (silent)" if one.category == "cast" and not one.speaks else ""
    return f"{shown(one)}{silent}{doubt}{sure}"
