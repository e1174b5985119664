"""The ASC CDL as lists carry it, in comments and columns (ASC CDL 1.2, appendixes on EDL and ALE).

They have no place for the space that its numbers are of: it stands in a comment or column of ours, ASC_SPACE.
"""

from __future__ import annotations

import math
import re

from answerprint.core.cut import Cdl

_NUMBERS = r"\(\s*([-+.\d\seE]+?)\s*\)"
_SOP = re.compile(rf"{_NUMBERS}\s*{_NUMBERS}\s*{_NUMBERS}")
_SAT = re.compile(r"\d+(?:\.\d+)?")


def sop_text(cdl: Cdl) -> str:
    """Slope, offset and power: `(1.000000 …)(0.000000 …)(1.000000 …)`."""
    parts = (cdl.slope, cdl.offset, cdl.power)
    return "".join(f"({' '.join(f'{one:.6f}' for one in each)})" for each in parts)


def sat_text(cdl: Cdl) -> str:
    return f"{cdl.saturation:.6f}"


def cdl_of(sop: str | None, sat: str | None, space: str | None = None) -> Cdl | None:
    """The grade that two texts say, and the space it is of; None where neither says one."""
    space = (space or "").strip() or None
    found, level = _SOP.match(sop or ""), _SAT.match(sat or "")
    if found is None and level is None:
        return None
    saturation = float(level[0]) if level else 1.0
    if found is None:
        return Cdl(saturation=saturation, space=space)
    slope, offset, power = (_three(each) for each in found.groups())
    if slope is None or offset is None or power is None:
        return None
    return Cdl(slope, offset, power, saturation, space)


def _three(text: str) -> tuple[float, float, float] | None:
    """Three finite numbers; None for anything else."""
    try:
        red, green, blue = (float(one) for one in text.split())
    except ValueError:
        return None
    return (red, green, blue) if all(map(math.isfinite, (red, green, blue))) else None
