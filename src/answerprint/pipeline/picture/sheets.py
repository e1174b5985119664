"""Pictures before and after, written for people to look at."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from answerprint.core.errors import UsageError
from answerprint.departments.picture.contact import Row, contact_sheet, small
from answerprint.departments.picture.windows import Pixels
from answerprint.media.aside import written_aside
from answerprint.media.stills import image_bytes

__all__ = ["small", "write_pairs", "write_sheet"]


def write_sheet(out: Path, rows: Sequence[Row]) -> None:
    """A contact sheet as .png or .jpg, whole or not at all. Raises UsageError as `sheet_kind`."""
    kind = sheet_kind(out)
    pixels = np.rint(contact_sheet(rows) * 255).astype(np.uint8)
    with written_aside(out) as aside:
        aside.write_bytes(image_bytes(pixels, kind))


def sheet_kind(out: Path) -> Literal["png", "jpeg"]:
    """What a sheet of that name is coded as. Raises UsageError AP-USE-804 for a name that is no picture's."""
    kind = out.suffix.casefold()
    if kind not in (".png", ".jpg", ".jpeg"):
        raise UsageError("AP-USE-804", "a sheet is a picture", file=str(out), remedy="name it .png or .jpg")
    return "png" if kind == ".png" else "jpeg"


def write_pairs(out: Path, operator: str, pairs: Sequence[tuple[int, Pixels, Pixels]]) -> None:
    """Each picture before and after the operator, by its place."""
    write_sheet(
        out,
        [(f"picture {place}", [("before", before), (operator, after)]) for place, before, after in pairs],
    )
