"""Documents as self-contained HTML pages."""

from __future__ import annotations

from answerprint.departments.planning.documents.paper import Paper


def to_html(paper: Paper) -> str:
    """The document as one page: no scripts, nothing loaded from elsewhere, printable."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("answerprint.departments.planning.documents", "."),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    template = environment.get_template("page.html.j2")
    return template.render(paper=paper, kind=lambda part: type(part).__name__)
