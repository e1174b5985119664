"""A grade as a Common LUT Format file (SMPTE ST 2136-1:2024, Academy S-2014-006): one ASC CDL node."""

from __future__ import annotations

import re
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from answerprint.core.cut import Cdl
from answerprint.core.errors import FormatError

_DESCRIPTORS = re.compile(r"<(Input|Output)Descriptor>\s*([^<]*?)\s*</\1Descriptor>")
LARGEST = 256 * 2**20  # bytes; a 129-node table is some 60 MB


def write_clf(grade: Cdl, *, id: str, space: str, note: str = "") -> bytes:
    """A grade without clamps (style FwdNoClamp) from and to a space, which its descriptors name."""
    slope, offset, power = (
        " ".join(f"{one:.9g}" for one in each) for each in (grade.slope, grade.offset, grade.power)
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<ProcessList id={quoteattr(id)} compCLFversion="3.0">
  <Description>{escape(note or "a grade")}</Description>
  <InputDescriptor>{escape(space)}</InputDescriptor>
  <OutputDescriptor>{escape(space)}</OutputDescriptor>
  <ASC_CDL inBitDepth="32f" outBitDepth="32f" style="FwdNoClamp">
    <SOPNode>
      <Slope>{slope}</Slope>
      <Offset>{offset}</Offset>
      <Power>{power}</Power>
    </SOPNode>
    <SatNode>
      <Saturation>{grade.saturation:.9g}</Saturation>
    </SatNode>
  </ASC_CDL>
</ProcessList>
""".encode()


def clf_spaces(path: Path) -> tuple[str | None, str | None]:
    """What a file says to stand before and after it; None where it says nothing.

    Raises FormatError AP-FORMAT-800 where it cannot be read.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise FormatError("AP-FORMAT-800", "it is too large", file=str(path), remedy="give a smaller one")
        data = path.read_bytes()
    except OSError as error:
        raise FormatError(
            "AP-FORMAT-800", f"it cannot be read: {error.strerror}", file=str(path), remedy="check the path"
        ) from error
    said = dict(_DESCRIPTORS.findall(data.decode("utf-8", "replace")))
    return said.get("Input") or None, said.get("Output") or None
