"""A title page's lines as the values Fountain has for them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from answerprint.formats.screenplays.tagger import words

LONGEST = 200  # characters of a line that is looked at
_NAMED = re.compile(
    r"(?P<key>title|credit|authors?|source|draft date|contact|copyright|notes)\s*:\s*(?P<value>.*)",
    re.IGNORECASE,
)
_CREDIT = re.compile(
    r"(?P<credit>(?:(?:an? )?(?:original )?"
    r"(?:screenplay|teleplay|story|script|written|adapted|created|directed|film)\b.{0,24}? )?"
    r"(?:by|for|von|par|de))(?:\s*:?\s+(?P<who>.*))?",
    re.IGNORECASE,
)
_SOURCE = re.compile(r"(?:based|suggested|inspired|from)\b|(?:story|novel|play|book) by\b", re.IGNORECASE)
_AND = ("and", "&", "und", "et", "y")
_RIGHTS = re.compile(r"copyright|©|\(c\)|all rights", re.IGNORECASE)


def title_page_of(lines: Iterable[str]) -> dict[str, str]:
    """Title, Credit, Author, Source, Draft date, Copyright and Notes, as far as the page says them.

    What stands before the first credit is the title, what follows it the author; the rest is notes.
    """
    values: dict[str, list[str]] = {}
    key = "Title"
    for line in lines:
        text = " ".join(line[:LONGEST].split())
        named, credit = _NAMED.fullmatch(text), _CREDIT.fullmatch(text)
        if named:
            key, text = named["key"].capitalize(), named["value"]
            values.setdefault(key, [])
        elif _RIGHTS.search(text):
            values.setdefault("Copyright", []).append(text)
            continue
        elif words.REVISION.search(text) or words.DATE.search(text):
            values.setdefault("Draft date", []).append(text)
            continue
        elif _SOURCE.match(text):
            values.setdefault("Source", []).append(text)
            key = "Source" if text.lower().endswith(" by") else "Notes"
            continue
        elif credit and not values.get("Author"):
            values.setdefault("Credit", []).append(credit["credit"])
            key, text = "Author", credit["who"] or ""
        elif key in ("Author", "Source") and values.get(key):
            key = "Author" if text.lower() in _AND or values[key][-1].lower() in _AND else "Notes"
        elif key == "Title" and len(values.get("Title", ())) >= 4:
            key = "Notes"
        if text:
            values.setdefault(key, []).append(text)
    return {name: "\n".join(parts) for name, parts in values.items() if parts}
