"""ASC CDL collections: `.ccc` (ColorCorrectionCollection) files, ASC CDL transfer format 1.2 (1.01 is read).

The format has no field for a colour space, and numbers mean something only in the space they were made in: it
stands in a correction's description, or in that of all of them: `space: ACEScct`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from xml.sax.saxutils import escape, quoteattr

import msgspec
from lxml import etree

from answerprint.core.cut import Cdl
from answerprint.core.errors import FormatError

NAMESPACE = "urn:ASC:CDL:v1.2"
LARGEST = 64 * 2**20  # bytes; a feature has some thousand corrections
_SPACE = re.compile(r"\bspace:\s*([^<;]+?)\s*(?:;|$)")
_ROOTS = ("ColorCorrectionCollection", "ColorCorrection", "ColorDecisionList")
_PARTS = {"Slope": "slope", "Offset": "offset", "Power": "power"}


def write_ccc(grades: Mapping[str, Cdl], *, description: str = "", notes: Mapping[str, str] = {}) -> bytes:
    """Grades by id as a collection, in their order, each with the space it names. notes: id → what a grade is
    for."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<ColorCorrectionCollection xmlns="{NAMESPACE}">']
    if description:
        lines.append(f"  <Description>{escape(description)}</Description>")
    for id, grade in grades.items():
        lines.append(f"  <ColorCorrection id={quoteattr(id)}>")
        lines.append("    <SOPNode>")
        said = described(notes.get(id, ""), grade.space)
        if said:
            lines.append(f"      <Description>{escape(said)}</Description>")
        lines += [
            f"      <{tag}>{' '.join(_number(one) for one in getattr(grade, part))}</{tag}>"
            for tag, part in _PARTS.items()
        ]
        lines += ["    </SOPNode>", "    <SatNode>"]
        lines += [f"      <Saturation>{_number(grade.saturation)}</Saturation>", "    </SatNode>"]
        lines.append("  </ColorCorrection>")
    return ("\n".join([*lines, "</ColorCorrectionCollection>"]) + "\n").encode()


def described(note: str, space: str | None) -> str:
    """A note, and the space that a grade's numbers are of."""
    return "; ".join(one for one in (note, f"space: {space}" if space else "") if one)


def read_ccc(data: bytes, *, file: str | None = None) -> dict[str, Cdl]:
    """The grades of a collection, of a single correction or of a decision list, by id.

    Raises FormatError AP-FORMAT-680 for what is none, AP-FORMAT-681 for a grade whose numbers cannot be.
    """
    if len(data) > LARGEST or b"<!DOCTYPE" in data[:65536] or b"<!ENTITY" in data[:65536]:
        raise _none("it is too large, or declares entities", file)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise _none(str(error), file) from error
    if _tag(root) not in _ROOTS:
        raise _none(f"its root is {_tag(root)!r}", file)
    of_all = _space(root)
    found: dict[str, Cdl] = {}
    for place, one in enumerate(root.iter("{*}ColorCorrection", "ColorCorrection"), start=1):
        id = one.get("id") or f"correction {place}"
        if id in found:
            raise _wrong(f"a second correction {id!r}", file, one)
        space = next((said for part in one.iter("{*}SOPNode", "SOPNode") if (said := _space(part))), None)
        found[id] = msgspec.structs.replace(_grade(one, file), space=space or _space(one) or of_all)
    return found


def _grade(node: etree._Element, file: str | None) -> Cdl:
    parts: dict[str, tuple[float, float, float]] = {}
    saturation = 1.0
    for one in node.iter():
        name = _tag(one)
        if name in _PARTS:
            numbers = _numbers(one, 3, file)
            parts[_PARTS[name]] = (numbers[0], numbers[1], numbers[2])
        elif name == "Saturation":
            saturation = _numbers(one, 1, file)[0]
    return msgspec.structs.replace(Cdl(saturation=saturation), **parts)


def _space(node: etree._Element) -> str | None:
    """The space that a node's own description says."""
    for one in node:
        said = _SPACE.search(one.text or "") if _tag(one) == "Description" else None
        if said:
            return said[1]
    return None


def _numbers(node: etree._Element, count: int, file: str | None) -> list[float]:
    try:
        numbers = [float(one) for one in (node.text or "").split()]
    except ValueError:
        numbers = []
    least = -math.inf if _tag(node) == "Offset" else 0.0
    if len(numbers) != count or not all(math.isfinite(one) and one >= least for one in numbers):
        what = f"{_tag(node)} is {(node.text or '').strip()[:40]!r}"
        raise _wrong(what, file, node)
    return numbers


def _tag(node: etree._Element) -> str:
    return etree.QName(node).localname if isinstance(node.tag, str) else ""


def _number(value: float) -> str:
    return f"{value:.10g}"


def _none(why: str, file: str | None) -> FormatError:
    return FormatError(
        "AP-FORMAT-680", f"this is no ASC CDL: {why}", file=file, remedy="export it again as .ccc or .cc"
    )


def _wrong(why: str, file: str | None, node: etree._Element) -> FormatError:
    return FormatError(
        "AP-FORMAT-681",
        why,
        file=file,
        at=f"line {node.sourceline}",
        remedy="slope, power and saturation are 0 or more",
    )
