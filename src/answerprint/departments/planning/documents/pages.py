"""Documents as self-contained HTML pages."""

from __future__ import annotations

from answerprint.departments.planning.documents.paper import Paper
from answerprint.formats.web_pages import template_of


def to_html(paper: Paper) -> str:
    """The document as one page: no scripts, nothing loaded from elsewhere, printable."""
    template = template_of("answerprint.departments.planning.documents", "page.html.j2")
    return template.render(paper=paper, kind=lambda part: type(part).__name__)
