"""The bins as one self-contained page: a strip of pictures for every file, and what is known of it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from fractions import Fraction
from itertools import groupby

from answerprint.formats.web_pages import template_of
from answerprint.pipeline.bins import Logged


def bins_page(title: str, logged: Logged, strips: Mapping[str, bytes]) -> bytes:
    """The page in UTF-8: no script, nothing loaded from elsewhere. strips: asset id → JPEG."""
    ordered = sorted(logged.entries, key=lambda one: (one.card, one.name))
    bins = [(card, list(entries)) for card, entries in groupby(ordered, lambda one: one.card or "no card")]
    template = template_of("answerprint.pipeline", "templates/bins.html.j2")
    pictures = {id: b64encode(data).decode() for id, data in strips.items()}
    text = template.render(title=title, bins=bins, data=logged, pictures=pictures, length=_length)
    return text.encode("utf-8", "backslashreplace")


def _length(time: str) -> str:
    seconds = Fraction(time)
    minutes, rest = divmod(round(float(seconds), 1), 60)
    return f"{int(minutes)}:{rest:04.1f}"
