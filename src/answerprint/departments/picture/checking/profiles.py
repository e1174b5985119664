"""What a delivery asks of a file and its pictures: data, each rule with who says it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import msgspec

from answerprint.core.encoding import from_builtins
from answerprint.core.errors import FormatError, UsageError
from answerprint.core.timecode import parse_rate

Severity = Literal["problem", "warning", "note", "off"]
SEVERITIES: tuple[Severity, ...] = ("problem", "warning", "note", "off")
BASE = "base"


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """severity: of what breaks it. by: a rule somebody made, or the craft's judgement, which is taste in the
    end. limit: in the rule's own unit, where it has one."""

    severity: Severity
    by: Literal["rule", "craft"] = "craft"
    source: str = ""
    limit: float | None = None


class FileRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the file may be. An empty list asks nothing. sizes: width x height; rates: frames a second."""

    containers: tuple[str, ...] = ()
    codecs: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    rates: tuple[str, ...] = ()
    pixel_formats: tuple[str, ...] = ()
    least_bits: int = 8
    progressive: bool = False
    square_pixels: bool = True
    constant_rate: bool = True
    sdr: bool = True
    channels: tuple[int, ...] = ()
    sample_rates: tuple[int, ...] = ()
    timecode: bool = False
    sound: bool = False

    def exact_rates(self) -> tuple[Fraction, ...]:
        return tuple(parse_rate(one) for one in self.rates)


class CheckProfile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """loudness and subtitles: names of profiles of those departments, where any is asked for. guide: what is
    usual, and no requirement of anybody."""

    title: str
    source: str
    file: FileRules
    rules: Mapping[str, Rule]
    loudness: str | None = None
    subtitles: str | None = None
    guide: bool = False


@cache
def profiles() -> dict[str, CheckProfile]:
    """Every profile of our own by name."""
    folder = files("answerprint.departments.picture.checking") / "profiles"
    found = sorted(one.name for one in folder.iterdir() if one.name.endswith(".toml"))
    names = [name.removesuffix(".toml") for name in found if name != f"{BASE}.toml"]
    return {name: _made(tomllib.loads(folder.joinpath(f"{name}.toml").read_text("utf-8"))) for name in names}


def profile_named(name: str) -> CheckProfile:
    """One of our own, or a user's by the path of its file.

    Raises UsageError AP-USE-810 for a name there is none of, FormatError AP-FORMAT-803 for a file that is no
    TOML, AP-FORMAT-804 for one that is no profile.
    """
    found = profiles().get(name)
    if found is not None:
        return found
    path = Path(name)
    if path.suffix.casefold() != ".toml":
        raise UsageError(
            "AP-USE-810",
            f"there is no profile {name!r}",
            remedy="one of " + ", ".join(profiles()) + "; or the path of a .toml of your own",
        )
    try:
        text = path.read_text("utf-8")
    except (OSError, ValueError) as error:
        raise UsageError(
            "AP-USE-811", f"the profile cannot be read: {error}", file=name, remedy="check the path"
        ) from error
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FormatError(
            "AP-FORMAT-803", f"this is no TOML: {error}", file=name, remedy="correct it there"
        ) from error
    try:
        return _made(told)
    except (msgspec.ValidationError, UsageError, TypeError, KeyError) as error:
        raise FormatError(
            "AP-FORMAT-804",
            f"this is no profile: {error}",
            file=name,
            remedy="`answerprint picture check --list-profiles --json` prints whole ones; `base` names the "
            "one it builds on",
        ) from error


def kinds() -> tuple[str, ...]:
    """Every kind of fault there is a rule for."""
    return tuple(_base()["rules"])


@cache
def _base() -> dict[str, Any]:
    folder = files("answerprint.departments.picture.checking") / "profiles"
    return tomllib.loads(folder.joinpath(f"{BASE}.toml").read_text("utf-8"))


def _made(told: Mapping[str, Any]) -> CheckProfile:
    """A profile over the one it builds on, and over what holds everywhere."""
    own = dict(told)
    name = own.pop("base", None)
    if name is not None and name not in profiles():
        raise UsageError("AP-USE-810", f"it builds on {name!r}, and there is no such profile")
    under: dict[str, Any] = (
        msgspec.to_builtins(profiles()[name]) if name is not None else {"rules": dict(_base()["rules"])}
    )
    rules = dict(under.get("rules", {}))
    for kind, rule in dict(own.pop("rules", {})).items():
        if kind not in _base()["rules"]:
            raise msgspec.ValidationError(f"there is no kind of fault {kind!r}")
        rules[kind] = {**rules[kind], **rule}
    file = {**under.get("file", {}), **own.pop("file", {})}
    made = from_builtins({**under, **own, "file": file, "rules": rules}, CheckProfile)
    made.file.exact_rates()
    return made
