"""Colour spaces by OpenColorIO: the ACES studio configuration built into it, arrays through it."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import PyOpenColorIO as ocio
from numpy.typing import NDArray

from answerprint.core.errors import UsageError
from answerprint.core.records import Colour

CONFIG = "studio-config-latest"
GRADING = "ACEScct"  # where on-set grades are made
LINEAR = "ACEScg"
LINEAR_709 = "Linear Rec.709 (sRGB)"
STILL = "sRGB Encoded Rec.709 (sRGB)"  # untagged stills
FILM = "Gamma 2.4 Encoded Rec.709"  # untagged and Rec. 709 clips, as BT.1886 shows them
PQ, HLG = "Rec.2100-PQ - Display", "Rec.2100-HLG - Display"  # 1.0 of linear light is 100 cd/m²
SHORT = {"srgb": STILL, "rec709": FILM, "pq": PQ, "hlg": HLG, "linear": LINEAR_709}
_TAGGED = {"smpte2084": PQ, "arib-std-b67": HLG, "iec61966-2-1": STILL, "linear": LINEAR_709}
_VENDORS = (  # what cameras write into metadata, lower case without blanks and hyphens
    ("arrilogc4", "ARRI LogC4"),
    ("logc4", "ARRI LogC4"),
    ("arrilogc3", "ARRI LogC3 (EI800)"),
    ("logc", "ARRI LogC3 (EI800)"),
    ("slog3sgamut3cine", "S-Log3 S-Gamut3.Cine"),
    ("slog3", "S-Log3 S-Gamut3"),
    ("vlog", "V-Log V-Gamut"),
    ("log3g10", "Log3G10 REDWideGamutRGB"),
    ("applelog2", "Apple Log 2"),
    ("applelog", "Apple Log"),
    ("canonlog2", "CanonLog2 CinemaGamut D55"),
    ("canonlog3", "CanonLog3 CinemaGamut D55"),
    ("dlog", "D-Log D-Gamut"),
)

Picture = NDArray[np.float32]


@cache
def config() -> Any:
    """OpenColorIO's built-in ACES studio configuration."""
    return ocio.Config.CreateFromBuiltinConfig(CONFIG)


def space_named(name: str) -> str:
    """The space of a name, an alias or a short name (srgb, rec709, pq, hlg, linear).

    Raises UsageError AP-USE-800 for one that is not known, or that holds data and no colour.
    """
    wanted = SHORT.get(name.casefold(), name)
    found = config().getColorSpace(wanted)
    if found is None or found.isData():
        from difflib import get_close_matches

        known = [*SHORT, *config().getColorSpaceNames()]
        near = get_close_matches(name, known, n=3, cutoff=0.3)
        raise UsageError(
            "AP-USE-800",
            f"there is no colour space {name!r}",
            remedy="did you mean " + " or ".join(near or list(SHORT)) + "?",
        )
    return str(found.getName())


def is_log(space: str) -> bool:
    return str(config().getColorSpace(space).getEncoding()) == "log"


def is_linear(space: str) -> bool:
    return str(config().getColorSpace(space).getEncoding()) == "scene-linear"


def space_of(colour: Colour, tags: dict[str, str]) -> str | None:
    """The space that a file itself says: a camera's log by its metadata, else by its transfer tag.

    Raises UsageError AP-USE-801 for HDR light whose primaries are not Rec. 2020: it is none of the spaces
    here.
    """
    for key, value in tags.items():
        plain = "".join(one for one in value.casefold() if one.isalnum())
        if any(word in key.casefold() for word in ("gamma", "transfer", "color", "colour")):
            for word, space in _VENDORS:
                if word in plain:
                    return space
    tagged = _TAGGED.get(colour.transfer or "")
    if tagged in (PQ, HLG) and colour.primaries not in (None, "bt2020"):
        raise UsageError(
            "AP-USE-801",
            f"it is HDR ({colour.transfer}) of {colour.primaries} primaries",
            remedy="say its space with --in",
        )
    if tagged is None and colour.transfer in ("bt709", "smpte170m", "bt2020-10", "bt2020-12"):
        return FILM if colour.primaries != "bt2020" else None
    return tagged


class Change:
    """Pictures from one space to another, with an operation between where one is given."""

    def __init__(self, start: str, end: str, *between: Any) -> None:
        group = ocio.GroupTransform()
        for one in between or (ocio.ColorSpaceTransform(start, end),):
            group.appendTransform(one)
        self._processor = config().getProcessor(group).getDefaultCPUProcessor()

    def __call__(self, picture: Picture) -> Picture:
        """(…, 3) float32 → the same shape, a new array."""
        made: Picture = np.array(picture, np.float32, order="C")
        self._processor.applyRGB(made.reshape(-1, 3))
        return made


@cache
def change(start: str, end: str) -> Change:
    """The change from one space to another; kept, since setting it up costs more than a small picture."""
    return Change(start, end)
