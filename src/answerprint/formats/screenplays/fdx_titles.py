"""Title pages laid out as printed, read into their values and laid out again.

Final Draft keeps a title page as centred and left-aligned paragraphs without names. What a value is called
follows from where it stands and what it says; what would not be found again that way is written with its
name (`Format: Feature`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

PAGE_LINES = 54
TITLE_AT = 16  # blank lines above the title

_CREDIT = re.compile(r"(?:[\w,&/' -]{0,60}\b)?by", re.IGNORECASE)
_SOURCE = re.compile(
    r"(?:based (?:up)?on|inspired by|adapted from|from the|suggested by|story by|characters by)\b.*",
    re.IGNORECASE | re.DOTALL,
)
_COPYRIGHT = re.compile(r"\s*(?:copyright\b|©|\(c\))", re.IGNORECASE)
_DRAFT = re.compile(
    r"\bdraft\b|\brevis(?:ed|ion)\b|^\s*\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\s*$|"
    r"^\s*(?:\d{1,2}\.?\s+)?(?:january|february|march|april|may|june|july|august|september|october|november"
    r"|december)\b[\s\d.,]*$",
    re.IGNORECASE,
)
_NAMED = re.compile(r"(?P<key>[^\W\d_][^:\n]{0,39}):(?: (?P<value>[^\n]*))?")
_CALLED = {
    "authors": "Author",
    "written by": "Author",
    "date": "Draft date",
    "draft": "Draft date",
    "drafts": "Draft date",
    "basedon": "Source",
}
_CENTRED = ("Title", "Credit", "Author", "Source")
_BELOW = ("Copyright", "Draft date", "Contact")
_ORDER = ("Title", "Credit", "Author", "Source", "", "Draft date", "Copyright", "Contact")


class TitleLine(NamedTuple):
    """A printed line of a title page (marked text); a blank one divides groups."""

    text: str
    centred: bool
    key: str = ""  # what the file itself calls it (Fade In's bookmarks)


def read_title_page(lines: Sequence[TitleLine]) -> dict[str, str]:
    """A title page's values by name, in the order Fountain users write them."""
    found: dict[str, str] = {}
    groups = _groups(lines)
    for centred, key, text in groups:
        name = _canonical(key) if key else ""
        if name:
            found[name] = f"{found[name]}\n{text}" if name in found else text
        elif centred:
            _centred_group(text, found, named=any(one for _, one, _ in groups))
        else:
            _left_group(text, found)
    others = [name for name in found if name not in _ORDER]
    order = [one for name in _ORDER for one in ((name,) if name else others)]
    return {name: found[name] for name in order if name in found}


def lay_out(title_page: Mapping[str, str]) -> list[TitleLine]:
    """A title page's lines as printed, from which `read_title_page` finds every value again."""
    values: dict[str, str] = {}
    named: dict[str, str] = {}
    for key, value in title_page.items():
        name = _canonical(key)
        if name in _ORDER and name not in values and value.strip():
            values[name] = value
        else:
            named[key] = value
    while True:
        lines = _laid_out(values, named)
        read = read_title_page(lines)
        astray = [name for name, value in values.items() if read.get(name) != value]
        if not astray:
            return lines
        named = {**{name: values.pop(name) for name in astray}, **named}


def _canonical(key: str) -> str:
    folded = " ".join(key.casefold().split())
    for name in _ORDER:
        if name and name.casefold() == folded:
            return name
    return _CALLED.get(folded, key.strip())


def _groups(lines: Sequence[TitleLine]) -> list[tuple[bool, str, str]]:
    groups: list[tuple[bool, str, list[str]]] = []
    open_group = False
    for line in lines:
        if not line.text.strip():
            open_group = False
            continue
        if open_group and groups[-1][0] == line.centred and not line.key:
            groups[-1][2].append(line.text)
        else:
            groups.append((line.centred, line.key, [line.text]))
        open_group = True
    return [(centred, key, "\n".join(texts)) for centred, key, texts in groups]


def _centred_group(text: str, found: dict[str, str], *, named: bool) -> None:
    first, _, rest = text.partition("\n")
    bare = re.sub(r"[*_\\]", "", first).strip()
    if "Title" not in found and not named:
        found["Title"] = text
    elif "Credit" not in found and _CREDIT.fullmatch(bare):
        found["Credit"] = first
        if rest:
            _centred_group(rest, found, named=named)
    elif "Source" not in found and ("Author" in found or _SOURCE.fullmatch(bare)):
        found["Source"] = text
    elif "Author" not in found:
        found["Author"] = text
    else:
        found["Notes"] = f"{found['Notes']}\n{text}" if "Notes" in found else text


def _left_group(text: str, found: dict[str, str]) -> None:
    first, _, rest = text.partition("\n")
    match = _NAMED.fullmatch(first)
    if match is not None:
        name = match["key"].strip()
        if _canonical(name).casefold() == name.casefold():
            name = _canonical(name)
        value = "\n".join(part for part in (match["value"] or "", rest) if part)
        if name not in found:
            found[name] = value
            return
    if "Copyright" not in found and _COPYRIGHT.match(first):
        found["Copyright"] = text
    elif "Draft date" not in found and _DRAFT.search(first):
        found["Draft date"] = text
    else:
        found["Contact"] = f"{found['Contact']}\n{text}" if "Contact" in found else text


def _laid_out(values: Mapping[str, str], named: Mapping[str, str]) -> list[TitleLine]:
    blank = TitleLine("", False)
    above = [TitleLine("", False)] * TITLE_AT
    for name in _CENTRED:
        if name in values:
            above += [TitleLine(one, True) for one in values[name].split("\n")]
            above += [TitleLine("", True)] * (3 if name == "Title" else 1)
    below: list[TitleLine] = []
    # In an order of their own, so that a page read and laid out again is the same page.
    order = sorted(named, key=lambda key: _ORDER.index(key) if key in _ORDER else -1)
    for key in order:
        value = named[key]
        first, _, rest = value.partition("\n")
        below += [TitleLine(f"{key}: {first}".rstrip(), False)]
        below += [TitleLine(one, False) for one in rest.split("\n") if rest]
        below.append(blank)
    for name in _BELOW:
        if name in values:
            below += [*(TitleLine(one, False) for one in values[name].split("\n")), blank]
    if not values and not named:
        return []
    below = below[:-1] if below else below
    gap = max(PAGE_LINES - len(above) - len(below), 1) if below else 0
    return above + [blank] * gap + below
