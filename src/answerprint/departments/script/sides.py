"""Sides: the day's pages at half size, two on a sheet, with the scenes that are not shot crossed out."""

from __future__ import annotations

import io
from collections.abc import Sequence

from answerprint.core.errors import UsageError
from answerprint.formats.screenplays.model import Screenplay, normalise
from answerprint.formats.screenplays.page_style import LETTER, PageStyle
from answerprint.formats.screenplays.pagination import lay_out
from answerprint.formats.screenplays.pdf_writing import Sheet, draw_sheet


def side_sheets(
    screenplay: Screenplay,
    scenes: Sequence[str],
    *,
    characters: Sequence[str] = (),
    header: str = "",
    style: PageStyle = LETTER,
) -> tuple[Sheet, ...]:
    """The pages that hold any of the scenes (by number), in script order.

    Without scenes, those in which the characters speak. Their speeches are highlighted. Raises UsageError
    AP-USE-071 for a scene number or a character that the script does not have.
    """
    wanted = _scenes(screenplay, scenes, characters)
    cues = frozenset(_known(screenplay, name).upper() for name in characters)
    sheets = []
    for page in lay_out(screenplay, style):
        there = {line.scene for line in page.rows.values()}
        if there & wanted:
            struck = frozenset(there - wanted)
            sheets.append(
                Sheet(str(page.number), page.rows, header, struck=struck, marked=cues),
            )
    return tuple(sheets)


def print_sides(
    sheets: Sequence[Sheet], screenplay: Screenplay, *, style: PageStyle = LETTER, numbers: bool = True
) -> bytes:
    """Sheets two by two on the same paper turned sideways, to be cut down the middle."""
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    width, height = style.height, style.width
    canvas = Canvas(out, pagesize=(width, height), invariant=1, pageCompression=1)
    canvas.setTitle(f"{screenplay.title or 'Untitled'}: sides")
    canvas.setCreator("Answerprint")
    scale = min(width / 2 / style.width, height / style.height)
    for at, sheet in enumerate(sheets):
        canvas.saveState()
        canvas.translate(at % 2 * width / 2, (height - style.height * scale) / 2)
        canvas.scale(scale, scale)
        draw_sheet(canvas, sheet, style, numbers=numbers)
        canvas.restoreState()
        if at % 2 or at == len(sheets) - 1:
            canvas.setDash(2, 4)
            canvas.setLineWidth(0.4)
            canvas.line(width / 2, 0, width / 2, height)
            canvas.showPage()
    canvas.save()
    return out.getvalue()


def _scenes(screenplay: Screenplay, numbers: Sequence[str], characters: Sequence[str]) -> set[int]:
    known = {normalise(scene.number): at for at, scene in enumerate(screenplay.scenes)}
    found: set[int] = set()
    for number in numbers:
        if normalise(number) not in known:
            raise UsageError(
                "AP-USE-071",
                f"the script has no scene {number}",
                remedy=f"its scenes are {_some([scene.number for scene in screenplay.scenes])}",
            )
        found.add(known[normalise(number)])
    if numbers:
        return found
    speaking = {normalise(_known(screenplay, name)) for name in characters}
    return {
        at
        for at, scene in enumerate(screenplay.scenes)
        if any(element.character and normalise(element.character) in speaking for element in scene.elements)
    }


def _known(screenplay: Screenplay, name: str) -> str:
    for one in screenplay.characters():
        if normalise(one) == normalise(name):
            return one
    raise UsageError(
        "AP-USE-071",
        f"nobody called {name} speaks in this script",
        remedy=f"those who do: {_some(list(screenplay.characters()))}",
    )


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:12]) + (" …" if len(names) > 12 else "")
