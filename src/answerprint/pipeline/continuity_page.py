"""What continuity noticed as one self-contained page: both pictures of every finding side by side."""

from __future__ import annotations

from base64 import b64encode

from answerprint.formats.web_pages import template_of
from answerprint.pipeline.continuity import Continuity


def continuity_page(continuity: Continuity) -> bytes:
    """The page in UTF-8: no script, nothing loaded from elsewhere."""
    template = template_of("answerprint.pipeline", "templates/continuity.html.j2")
    rows = [
        (finding, *(b64encode(picture).decode() for picture in pair))
        for finding, pair in zip(continuity.document.findings, continuity.pictures, strict=True)
    ]
    return template.render(data=continuity.document, rows=rows).encode("utf-8", "backslashreplace")
