"""What ttconv, and pysubs2 for .ass, read in subtitle files. Run by bench/subtitle_formats.py.

python subtitle_formats.py FOLDER: one JSON document: file name → its cues as begin, end (seconds as
fractions) and text, or the error.
"""

from __future__ import annotations

import json
import sys
import xml.etree.ElementTree as ElementTree
from fractions import Fraction
from pathlib import Path

Told = list[tuple[str, str, str]]


def from_model(document: object) -> Told:
    """The paragraphs of ttconv's document, with the times of all that is around them."""
    from ttconv import model

    told: Told = []

    def text_of(element: object) -> str:
        if isinstance(element, model.Text):
            return element.get_text()
        if isinstance(element, model.Br):
            return "\n"
        return "".join(text_of(child) for child in element)

    def walk(element: object, begin: Fraction) -> None:
        first = begin + (element.get_begin() or 0)
        if isinstance(element, model.P):
            ends = [begin + one for one in (element.get_end(),) if one is not None]
            spans = [
                child for child in element if isinstance(child, model.Span) and child.get_begin() is not None
            ]
            if not ends and spans:
                ends = [first + (spans[-1].get_end() or 0)]
            told.append((str(first), str(ends[0] if ends else first), text_of(element)))
            return
        for child in element:
            walk(child, first)

    body = document.get_body()
    if body is not None:
        walk(body, Fraction(0))
    return told


def read(path: Path) -> Told:
    if path.suffix in (".ass", ".ssa"):
        import pysubs2

        events = pysubs2.load(str(path), encoding="utf-8")
        return [(str(Fraction(e.start, 1000)), str(Fraction(e.end, 1000)), e.plaintext) for e in events]
    if path.suffix in (".ttml", ".dfxp", ".xml"):
        from ttconv.imsc import reader

        return from_model(reader.to_model(ElementTree.parse(path)))
    if path.suffix == ".stl":
        from ttconv.stl import reader

        with path.open("rb") as file:
            return from_model(reader.to_model(file))
    if path.suffix == ".scc":
        from ttconv.scc import reader

        return from_model(reader.to_model(path.read_text(encoding="utf-8")))
    if path.suffix == ".srt":
        from ttconv.srt import reader
    else:
        from ttconv.vtt import reader
    with path.open(encoding="utf-8") as file:
        return from_model(reader.to_model(file))


def main() -> None:
    told: dict[str, object] = {}
    for path in sorted(Path(sys.argv[1]).iterdir()):
        try:
            told[path.name] = read(path)
        except BaseException as error:  # noqa: BLE001  # a peer may fail in any way; how is the result
            told[path.name] = f"{type(error).__name__}: {str(error)[:120]}"
    print(json.dumps(told))


if __name__ == "__main__":
    main()
