"""The difference as one self-contained page: the picture, the changes in words, and the words themselves."""

from __future__ import annotations

from pathlib import Path

from answerprint.departments.script.difference.picture import COLOURS, drawing, svg
from answerprint.departments.script.difference.records import Difference
from answerprint.formats.web_pages import template_of
from answerprint.media.aside import written_aside


def write_page(difference: Difference, out: Path) -> None:
    """Write the page. The same difference is the same bytes. Raises MediaError when it cannot be written."""
    with written_aside(out) as aside:
        aside.write_text(page(difference), encoding="utf-8", errors="backslashreplace")


def page(difference: Difference) -> str:
    """The page's HTML: no script, nothing loaded from elsewhere."""
    template = template_of("answerprint.departments.script.difference", "templates/difference.html.j2")
    changed = [one for one in difference.scenes if one.status != "same" or one.moved]
    drawn = svg(drawing(difference))
    return template.render(data=difference, changed=changed, colours=COLOURS, picture=drawn)
