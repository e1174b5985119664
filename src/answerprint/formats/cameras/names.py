"""What a clip's name says: camera letter, reel, clip number, as the makers build them."""

from __future__ import annotations

import re

import msgspec


class ClipName(msgspec.Struct, frozen=True):
    """The parts of a name. Empty or None where the name does not hold them."""

    camera: str = ""  # "A"
    reel: str = ""  # "A001"
    clip: int | None = None  # 3 of A001C003


_FORMS = (
    # ARRI (A001C003_230101_R1AB), Canon and Sony cine (A001C003_230101AB_CANON), VariCam
    re.compile(r"(?P<camera>[A-Z])(?P<roll>\d{3,4})[CR](?P<clip>\d{3,4})(?=[_.-]|$)"),
    # ALEXA 35 (A_0001C003_230101_120000_h1ABC)
    re.compile(r"(?P<camera>[A-Z])_(?P<roll>\d{4})C(?P<clip>\d{3,4})(?=_|$)"),
    # RED (A001_C003_0101AB)
    re.compile(r"(?P<camera>[A-Z])(?P<roll>\d{3})_C(?P<clip>\d{3})(?=_|$)"),
    # Blackmagic (A001_01011200_C003)
    re.compile(r"(?P<camera>[A-Z])(?P<roll>\d{3})_\d{8}_C(?P<clip>\d{3})(?=_|$)"),
)
_REEL_FOLDER = re.compile(
    r"(?P<reel>(?P<camera>[A-Z])_?\d{3,4})(?:R[0-9A-Z]{3}|_[0-9A-Z]{4}|\.RDM)?(?=$|[._ -])"
)


def read_clip_name(stem: str) -> ClipName:
    """Camera, reel and clip of a file's stem; an empty ClipName for a name of another form."""
    for form in _FORMS:
        found = form.match(stem.upper())
        if found is not None:
            camera, roll = found["camera"], found["roll"]
            return ClipName(camera=camera, reel=f"{camera}{roll}", clip=int(found["clip"]))
    return ClipName()


def reel_of_folder(name: str) -> ClipName:
    """Reel and camera of a card's folder or volume: A001, A001R1AA, A001_1234, A001.RDM."""
    found = _REEL_FOLDER.match(name.upper())
    return ClipName(camera=found["camera"], reel=found["reel"].replace("_", "")) if found else ClipName()
