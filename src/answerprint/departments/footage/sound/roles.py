"""What each channel of a recorder's file is: the mix, the boom, a lavalier, timecode."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

Role = Literal["mix", "boom", "lavalier", "ambience", "playback", "timecode", ""]

# Track names as sound mixers write them, the plainest first.
_NAMES: tuple[tuple[Role, str], ...] = (
    ("timecode", r"(ltc|tc|time ?code)\d*"),
    ("mix", r"(mix|mixl|mixr|mix[ _-]?[lr12]|mono ?mix|st(ereo)? ?mix|lr|l|r|left|right|comtek)"),
    ("boom", r"(boom|bm|perche|angel|shotgun)[ _-]?\d*"),
    ("lavalier", r"(lav|lavalier|wireless|radio|rf|tx|plant|body)[ _-]?\d*.*"),
    ("ambience", r"(amb|ambience|atmos?|room ?tone|ms|xy|mid|side)[ _-]?\d*"),
    ("playback", r"(play ?back|pb|music|click)[ _-]?\d*"),
)
_COMPILED = tuple((role, re.compile(pattern)) for role, pattern in _NAMES)
_UNNAMED = re.compile(r"(track|trk|tr|ch|channel|a|iso|input|in|mic)?[ _-]?\d*")


def roles_of(names: Sequence[str], channels: int, timecode: int | None = None) -> tuple[Role, ...]:
    """A role for every channel, "" where its name does not tell. timecode: the channel that carries LTC.

    Beside a named mix or boom, a channel whose name is none of the trade's is somebody's lavalier.
    """
    found: list[Role] = []
    for index in range(channels):
        name = names[index].strip().casefold() if index < len(names) else ""
        role: Role = next((role for role, pattern in _COMPILED if pattern.fullmatch(name)), "")
        found.append("timecode" if index == timecode else role)
    if "mix" in found or "boom" in found:
        for index, role in enumerate(found):
            if not role and index < len(names) and not _UNNAMED.fullmatch(names[index].strip().casefold()):
                found[index] = "lavalier"
    return tuple(found)


def unheard(names: Sequence[str], channels: int, timecode: int | None = None) -> frozenset[int]:
    """The channels a listener leaves out: timecode and playback, and beside a mix all that is in it."""
    roles = roles_of(names, channels, timecode)
    mixed = {index for index, role in enumerate(roles) if role == "mix"}
    if mixed:
        return frozenset(range(channels)) - mixed
    return frozenset(index for index, role in enumerate(roles) if role in ("timecode", "playback"))
