"""A suggested shot: what the camera sees, from where, why, and what of the scene it covers."""

from __future__ import annotations

from typing import Literal

import msgspec

Size = Literal["EWS", "WS", "FS", "MS", "MCU", "CU", "ECU", "INSERT"]
SIZES: dict[str, str] = {
    "EWS": "extreme wide",
    "WS": "wide",
    "FS": "full",
    "MS": "medium",
    "MCU": "medium close-up",
    "CU": "close-up",
    "ECU": "extreme close-up",
    "INSERT": "insert",
}


class Shot(msgspec.Struct, frozen=True, kw_only=True):
    """One set-up. `name` is what the slate says: the scene's number and a letter (no I or O)."""

    name: str
    size: Size
    subject: str
    angle: str = "eye level"
    movement: str = "static"
    lens: str = ""  # focal length on Super 35, millimetres
    side: str = ""  # which way the subject looks, or which side of the axis the camera is
    covers: tuple[int, ...] = ()  # source lines of what it covers
    passage: str = ""  # the words it rests on
    reason: str = ""
    minutes: int = 0  # a set-up's usual time, lighting included
    essential: bool = True


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """A scene's suggested shots, in the order they would be listed, with its axis and its light."""

    scene: str
    number: str
    heading: str
    shots: tuple[Shot, ...]
    axis: str = ""
    lighting: tuple[str, ...] = ()
    minutes: int = 0
    shooting_order: tuple[str, ...] = ()  # names, one side of the light at a time


def slate_letters(count: int) -> list[str]:
    """`A` … `Z` without I and O, which look like numbers, then `AA` …"""
    alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ"
    single = list(alphabet)
    return (single + [one + other for one in alphabet for other in alphabet])[:count]
