"""Beginning a production: its settings from what was given, and its folders."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from answerprint.core.encoding import from_builtins, to_builtins
from answerprint.core.errors import UsageError
from answerprint.store.production import Production, Settings, display_name
from answerprint.store.settings import disagreement
from answerprint.store.settings_file import explanation_of

# Option of `answerprint new` → table and key of production.toml.
PLACES: Mapping[str, tuple[str, str]] = {
    "name": ("production", "name"),
    "language": ("production", "language"),
    "rate": ("picture", "rate"),
    "raster": ("picture", "raster"),
    "drop_frame": ("picture", "drop_frame"),
    "start_timecode": ("picture", "start_timecode"),
    "handles": ("editorial", "handles"),
    "loudness": ("sound", "loudness"),
    "true_peak": ("sound", "true_peak"),
}


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """What was settled: option → value, in the words of `answerprint new`."""

    folder: str
    settings: dict[str, Any]
    dry_run: bool


def defaults(folder: Path) -> dict[str, Any]:
    """What each option is when nobody says anything."""
    table = to_builtins(Settings())
    found = {option: table[section][key] for option, (section, key) in PLACES.items()}
    found["name"] = display_name(folder.absolute().name)
    return found


def begin(folder: Path, answers: Mapping[str, Any], *, force: bool = False, dry_run: bool = False) -> Settled:
    """Make a production of a folder; force settles an existing one anew.

    Raises UsageError AP-USE-045 for a value that does not do.
    """
    table = to_builtins(Settings())
    for option, value in answers.items():
        section, key = PLACES[option]
        table[section][key] = value
    try:
        settings = from_builtins(table, Settings)
    except msgspec.ValidationError as error:
        raise _will_not_do(str(error), table) from None
    wrong = disagreement(settings)
    if wrong is not None:
        _, key, message, remedy = wrong
        raise UsageError("AP-USE-045", f"{key}: {message}", remedy=remedy)
    if not dry_run:
        Production.create(folder, settings, force)
    return Settled(folder=display_name(folder), settings=dict(answers), dry_run=dry_run)


def _will_not_do(message: str, table: Mapping[str, Any]) -> UsageError:
    """The option a validation error is about, in words; its explanation is the remedy."""
    found = re.search(r"\$\.(\w+)\.(\w+)", message)
    if found is None:
        return UsageError("AP-USE-045", message, remedy="answerprint new --help shows an example")
    section, key = found.groups()
    return UsageError(
        "AP-USE-045", f"{key}: {table[section][key]!r} will not do", remedy=explanation_of(section, key)
    )
