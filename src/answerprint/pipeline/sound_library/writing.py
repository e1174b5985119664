"""What is written of a library: proposed names, the contact sheet; the meaning of words where it is there."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import PurePath

from answerprint.core.errors import AnswerprintError
from answerprint.departments.sound.effects.naming import Named
from answerprint.departments.sound.effects.searching import Embed
from answerprint.departments.sound.effects.sheet import Card, sheet_html
from answerprint.formats.spreadsheet import FORMULA
from answerprint.pipeline.sound_library.library import Sound


def names_csv(named: Sequence[tuple[Sound, Named]]) -> bytes:
    """old, new, reason, confidence, a row a file whose name would change. Paths that a table would compute
    begin with `./`, which is the same path; bytes that are no UTF-8 are escaped."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(("old", "new", "reason", "confidence"))
    for one, name in named:
        if name.source not in ("name", "sound"):
            continue
        new = str(PurePath(one.name).with_name(name.name + one.path.suffix))
        writer.writerow((_path(one.name), _path(new), name.reason, f"{name.confidence:.2f}"))
    return table.getvalue().encode("utf-8", "backslashreplace")


def sheet_of(
    title: str, named: Sequence[tuple[Sound, Named]], ranked: Sequence[tuple[Sound, float]] | None
) -> bytes:
    """The contact sheet: all sounds, or those ranked, in their order."""
    by_name = {one.name: (one, name) for one, name in named}
    chosen = list(by_name.values()) if ranked is None else [by_name[one.name] for one, _ in ranked]
    return sheet_html(
        title,
        (
            Card(one.name, one.heard, name.name if name.source in ("name", "sound") else "")
            for one, name in chosen
        ),
    )


def sentences() -> tuple[Embed | None, str]:
    """MiniLM from the shelf, or None and why there is none."""
    from answerprint.models.minilm import NAME, Sentences
    from answerprint.models.shelf import Shelf

    try:
        shelf = Shelf()
        if not shelf.fetched(NAME):
            return None, "for meaning: answerprint models fetch minilm"
        return Sentences(shelf).embed, ""
    except AnswerprintError as error:
        return None, str(error)


def _path(name: str) -> str:
    return f"./{name}" if name.startswith(FORMULA) else name
