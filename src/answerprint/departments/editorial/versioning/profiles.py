"""What a version is to be: its length, shape, order and limits, from data."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import msgspec

from answerprint.core.errors import UsageError

TABLE = Path(__file__).with_name("profiles.toml")
NAMES = "abcdefghijklmnopqrstuvwxyz0123456789-"


class Weights(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much what makes a line worth keeping counts."""

    words: float = 1.0
    feeling: float = 1.0
    people: float = 1.0
    place: float = 1.0


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A version as it is asked for.

    scenes: only these, where any are named; without_*: lines with such words, of such people, in such scenes
    are left out.
    """

    about: str = ""
    duration: str = ""
    aspect: str = ""
    order: Literal["script", "beats"] = "script"
    spoilers: float = 0.0
    least: int = 2
    weights: Weights = Weights()
    scenes: tuple[str, ...] = ()
    without_words: tuple[str, ...] = ()
    without_people: tuple[str, ...] = ()
    without_scenes: tuple[str, ...] = ()

    def frames(self, rate: Fraction) -> int | None:
        """The longest it may be, in frames of a rate. Raises UsageError AP-USE-591 for what is no length."""
        if not self.duration:
            return None
        try:
            numbers = [Fraction(part) for part in self.duration.split(":")]
        except (ValueError, ZeroDivisionError):
            numbers = []
        seconds = sum((one * 60**place for place, one in enumerate(reversed(numbers))), Fraction(0))
        if not 1 <= len(numbers) <= 3 or seconds <= 0 or any(one < 0 for one in numbers):
            raise UsageError(
                "AP-USE-591", f"{self.duration!r} is no length", remedy='write "0:30", "52:00" or "1:30:00"'
            )
        return int(seconds * rate)


def profiles(own: Path) -> dict[str, Profile]:
    """The built-in profiles, and a production's own over them, key by key.

    Raises UsageError AP-USE-590 for a versions.toml that cannot be read, with the place.
    """
    tables: dict[str, dict[str, Any]] = tomllib.loads(TABLE.read_text("utf-8"))
    for name, table in _own(own).items():
        if not name or set(name) - set(NAMES):
            raise _unreadable(own, name, "a version is called by small letters, digits and hyphens")
        if not isinstance(table, dict):
            raise _unreadable(own, name, "a version is a table: [name]")
        tables[name] = {**tables.get(name, {}), **table}
    found: dict[str, Profile] = {}
    for name, table in tables.items():
        try:
            found[name] = msgspec.convert(table, Profile)
        except msgspec.ValidationError as error:
            raise _unreadable(own, name, str(error)) from error
    return found


def _own(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _unreadable(path, "", str(error)) from error


def _unreadable(path: Path, name: str, why: str) -> UsageError:
    return UsageError("AP-USE-590", why, file=path.name, at=f"[{name}]" if name else "", remedy="correct it")
