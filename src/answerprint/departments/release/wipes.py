"""Wipes: which of two pictures is seen where, by SMPTE 258M's codes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float64]

SQRT2 = float(np.sqrt(2))
EDGE = 0.01  # of the way across, over which the edge is soft

# How far a place is from where the new picture appears, 0 … 1: x to the right and y down, both 0 … 1.
_FIELDS: Mapping[str, Callable[[Field, Field], Field]] = {
    "001": lambda x, y: x,
    "002": lambda x, y: y,
    "003": lambda x, y: np.maximum(x, y),
    "004": lambda x, y: np.maximum(1 - x, y),
    "005": lambda x, y: np.maximum(1 - x, 1 - y),
    "006": lambda x, y: np.maximum(x, 1 - y),
    "007": lambda x, y: np.maximum(np.minimum(x, 1 - x), np.minimum(y, 1 - y)) * 2,
    "021": lambda x, y: np.abs(2 * x - 1),
    "022": lambda x, y: np.abs(2 * y - 1),
    "023": lambda x, y: np.abs(x + y - 1),
    "024": lambda x, y: np.abs(x - y),
    "041": lambda x, y: (x + y) / 2,
    "042": lambda x, y: (1 - x + y) / 2,
    "101": lambda x, y: np.maximum(np.abs(2 * x - 1), np.abs(2 * y - 1)),
    "102": lambda x, y: (np.abs(2 * x - 1) + np.abs(2 * y - 1)) / 2,
    "119": lambda x, y: np.hypot(2 * x - 1, 2 * y - 1) / SQRT2,
    "201": lambda x, y: _turn(x, y, 0.0),
    "202": lambda x, y: _turn(x, y, 0.25),
    "203": lambda x, y: _turn(x, y, 0.5),
    "204": lambda x, y: _turn(x, y, 0.75),
}
NAMES = {  # what programs call them
    "edge wipe": "001",
    "wipe": "001",
    "bar wipe": "001",
    "box wipe": "003",
    "barn door": "021",
    "diagonal wipe": "041",
    "iris box": "101",
    "iris diamond": "102",
    "diamond iris": "102",
    "iris round": "119",
    "oval iris": "119",
    "iris": "119",
    "clock wipe": "201",
}


def wipe_code(name: str) -> str | None:
    """The code of a wipe by its code (`1`, `001`, `W001`) or a program's name; None where it is not known."""
    plain = name.strip().casefold()
    digits = plain.removeprefix("smpte").removeprefix("w").strip()
    code = digits.zfill(3) if digits.isdigit() else NAMES.get(plain)
    return code if code in _FIELDS else None


def wiped(before: NDArray[np.uint8], after: NDArray[np.uint8], code: str, share: float) -> NDArray[np.uint8]:
    """A picture of a wipe, (h, w, 3) uint8: `share` of the way from one to the other, 0 … 1."""
    height, width = before.shape[:2]
    place = share * (1 + EDGE)
    seen = np.clip((place - _field(code, height, width)) / EDGE, 0, 1)[..., None]
    mixed = before + (after.astype(np.float64) - before) * seen
    return np.asarray(np.rint(mixed), np.uint8)


@lru_cache(maxsize=8)
def _field(code: str, height: int, width: int) -> Field:
    y, x = np.meshgrid(
        (np.arange(height, dtype=np.float64) + 0.5) / height,
        (np.arange(width, dtype=np.float64) + 0.5) / width,
        indexing="ij",
    )
    field = np.asarray(_FIELDS[code](x, y))
    field.flags.writeable = False
    return field


def _turn(x: Field, y: Field, start: float) -> Field:
    """Turns clockwise from `start` (0 is up), 0 … 1."""
    return np.asarray((np.arctan2(x - 0.5, 0.5 - y) / (2 * np.pi) - start) % 1)
