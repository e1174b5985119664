"""A screenplay as plain text in the industry's columns, without pages."""

from __future__ import annotations

from answerprint.formats.screenplays.blocks import blocks_of
from answerprint.formats.screenplays.emphasis import runs
from answerprint.formats.screenplays.model import Screenplay
from answerprint.formats.screenplays.page_style import LETTER

MARGIN = 6  # columns for scene numbers, where the script has any


def write_text(screenplay: Screenplay) -> str:
    """The printed lines of the whole script. Styles, notes, sections and boneyards are not printed."""
    numbered = any(scene.numbered for scene in screenplay.scenes)
    lines: list[str] = []
    for value in screenplay.title_page.values():
        said = ["".join(run.text for run in runs(line)) for line in value.split("\n")]
        lines += [line.center(LETTER.columns).rstrip() for line in said]
        lines.append("")
    for block in blocks_of(screenplay.scenes, LETTER):
        lines += [""] * (block.above if lines else 0)
        for line in block.lines:
            margin = line.number.ljust(MARGIN) if numbered else ""
            lines.append((margin + line.text).rstrip())
    return "\n".join(lines) + "\n" if lines else ""
