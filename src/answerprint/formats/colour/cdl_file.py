"""One grade as an ASC CDL file (`.cdl`, `.ccc` or `.cc`), and the space its numbers are of.

ASC CDL transfer format 1.2 has no field for a colour space: it stands in the description, `space: ACEScct`.
"""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from answerprint.core.cut import Cdl
from answerprint.core.errors import FormatError
from answerprint.formats.colour.ccc import NAMESPACE, described, read_ccc
from answerprint.formats.colour.contents import contents_of

SUFFIXES = (".cdl", ".ccc", ".cc")


def write_cdl(grade: Cdl, kind: str, *, id: str, space: str, note: str = "") -> bytes:
    """A grade in a file of a kind (one of SUFFIXES), its space and a note in the description."""
    said = escape(described(note, space))
    correction = [
        f"<ColorCorrection id={quoteattr(id)}{_root_namespace(kind)}>",
        "  <SOPNode>",
        f"    <Description>{said}</Description>",
        *(
            f"    <{tag}>{' '.join(f'{one:.9g}' for one in values)}</{tag}>"
            for tag, values in (("Slope", grade.slope), ("Offset", grade.offset), ("Power", grade.power))
        ),
        "  </SOPNode>",
        "  <SatNode>",
        f"    <Saturation>{grade.saturation:.9g}</Saturation>",
        "  </SatNode>",
        "</ColorCorrection>",
    ]
    around = {".cdl": ("ColorDecisionList", "ColorDecision"), ".ccc": ("ColorCorrectionCollection",)}
    lines = correction
    for place, name in reversed(list(enumerate(around.get(kind, ())))):
        head = f'<{name} xmlns="{NAMESPACE}">' if place == 0 else f"<{name}>"
        lines = [head, *(f"  {line}" for line in lines), f"</{name}>"]
    return ('<?xml version="1.0" encoding="UTF-8"?>\n' + "\n".join(lines) + "\n").encode()


def read_cdl(path: Path, id: str | None = None) -> tuple[Cdl, str | None]:
    """The grade of a file and the space that it says; `id` where it holds several.

    Raises FormatError AP-FORMAT-680 and 681 as `read_ccc`, AP-FORMAT-800 where the file cannot be read,
    AP-FORMAT-801 where it holds none or several, or none of that id.
    """
    grades = read_ccc(contents_of(path), file=str(path))
    if id is None and len(grades) == 1:
        id = next(iter(grades))
    if id is None or id not in grades:
        what = f"it holds {len(grades)} grades" if id is None else f"it holds no grade {id!r}"
        known = ", ".join(list(grades)[:8])
        raise FormatError(
            "AP-FORMAT-801",
            what,
            file=str(path),
            remedy=f"name one with --id: {known}" if known else "give a file with a grade",
        )
    return grades[id], grades[id].space


def _root_namespace(kind: str) -> str:
    return f' xmlns="{NAMESPACE}"' if kind == ".cc" else ""
