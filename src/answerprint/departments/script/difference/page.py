"""The difference as one self-contained page: the picture, the changes in words, and the words themselves."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from answerprint.departments.script.difference.picture import COLOURS, drawing, svg
from answerprint.departments.script.difference.records import Difference
from answerprint.media.aside import written_aside


def write_page(difference: Difference, out: Path) -> None:
    """Write the page. The same difference is the same bytes. Raises MediaError when it cannot be written."""
    with written_aside(out) as aside:
        aside.write_text(page(difference), encoding="utf-8", errors="backslashreplace")


def page(difference: Difference) -> str:
    """The page's HTML: no script, nothing loaded from elsewhere."""
    from jinja2 import Environment, StrictUndefined, select_autoescape

    environment = Environment(
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.from_string(
        files("answerprint.departments.script.difference")
        .joinpath("templates/difference.html.j2")
        .read_text("utf-8")
    )
    changed = [one for one in difference.scenes if one.status != "same" or one.moved]
    drawn = svg(drawing(difference))
    return template.render(data=difference, changed=changed, colours=COLOURS, picture=drawn)
