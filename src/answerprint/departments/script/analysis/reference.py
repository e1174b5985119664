"""Where a value lies among other screenplays: a table of quantiles, built in or from the user's own folder.

`python -m answerprint.departments.script.analysis.reference OUT.json FILE …` builds the one that is shipped.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path

import msgspec
import numpy as np

from answerprint.core.encoding import from_json, to_json
from answerprint.core.errors import AnswerprintError, ScriptError, UsageError
from answerprint.departments.script.analysis.records import Analysis, ReferenceUsed, ScriptFinding

QUANTILES = 41  # every 2.5 %
LEAST_SCREENPLAYS = 20  # under it a percentile of a whole-script value would be an invention
LEAST_VALUES = 20  # of a value that every scene, sentence or character has,
LEAST_SOURCES = 3  # from at least so many screenplays; how many there are is said beside it
MOST_FILES = 500
FORMATS = (".fountain", ".spmd", ".fdx", ".fadein", ".pdf", ".txt")


class Distribution(msgspec.Struct, frozen=True, kw_only=True):
    """One measure over a set. Each screenplay weighs the same, however many scenes it has."""

    screenplays: int
    values: int
    quantiles: tuple[float, ...]


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """A reference set, named as what it is."""

    name: str
    note: str
    screenplays: int
    measures: dict[str, Distribution]

    def percentile(self, key: str, value: float) -> float | None:
        """0 to 100, or None where the set is too small for this measure."""
        one = self.measures.get(key)
        if one is None or not one.quantiles:
            return None
        whole = one.values == one.screenplays
        if one.screenplays < (LEAST_SCREENPLAYS if whole else LEAST_SOURCES) or one.values < LEAST_VALUES:
            return None
        at = np.linspace(0, 100, len(one.quantiles))
        below = np.interp(value, one.quantiles, at, left=0.0, right=100.0)
        # Ties lie in the middle of what is equal to them.
        equal = [place for place, other in zip(at, one.quantiles, strict=True) if other == value]
        return round(float((equal[0] + equal[-1]) / 2 if equal else below), 1)

    def used(self) -> ReferenceUsed:
        return ReferenceUsed(name=self.name, screenplays=self.screenplays, note=self.note)


def built_in() -> Reference:
    """The set that is shipped: too small for most percentiles, and it says so."""
    data = files("answerprint.departments.script.analysis").joinpath("data/reference.json").read_bytes()
    return from_json(data, Reference)


def built_from(measured: Sequence[Mapping[str, tuple[float, ...]]], name: str, note: str) -> Reference:
    """A set from the measures of its screenplays."""
    found: dict[str, Distribution] = {}
    for key in sorted({key for one in measured for key in one}):
        sources = [np.array(one[key], float) for one in measured if one.get(key)]
        if not sources:
            continue
        values = np.concatenate(sources)
        weights = np.concatenate([np.full(len(one), 1 / len(one)) for one in sources])
        order = np.argsort(values, kind="stable")
        values, weights = values[order], weights[order]
        reached = (np.cumsum(weights) - weights / 2) / weights.sum()
        quantiles = np.interp(np.linspace(0, 1, QUANTILES), reached, values)
        found[key] = Distribution(
            screenplays=len(sources),
            values=len(values),
            quantiles=tuple(round(float(one), 4) for one in quantiles),
        )
    return Reference(name=name, note=note, screenplays=len(measured), measures=found)


def placed(findings: Iterable[ScriptFinding], reference: Reference) -> tuple[ScriptFinding, ...]:
    """The findings with their percentiles where the set is large enough."""
    return tuple(
        msgspec.structs.replace(one, percentile=reference.percentile(one.reference, one.value))
        if one.reference and one.value is not None
        else one
        for one in findings
    )


def screenplays_in(folder: Path, *, but: Path | None = None) -> list[Path]:
    """Files of a folder (and below it) that screenplays are kept in, sorted.

    Raises UsageError AP-USE-121 for what is no folder, ScriptError AP-SCRIPT-121 where there are none.
    """
    if not folder.is_dir():
        raise UsageError(
            "AP-USE-121", "this is not a folder", file=str(folder), remedy="name a folder of screenplays"
        )
    own = but.resolve() if but is not None else None
    found = sorted(
        one
        for one in folder.rglob("*")
        if one.suffix.casefold() in FORMATS
        and one.is_file()
        and one.resolve() != own
        and not any(part.startswith(".") for part in one.relative_to(folder).parts)
    )
    if not found:
        raise ScriptError(
            "AP-SCRIPT-121",
            "there is no other screenplay in this folder",
            file=str(folder),
            remedy=f"put screenplays there ({', '.join(FORMATS)})",
        )
    return found[:MOST_FILES]


def read_reference(place: Path, *, but: Path | None = None) -> tuple[Reference, list[AnswerprintError]]:
    """The set of a user's folder of screenplays, or of a table saved earlier (.json).

    Files that cannot be read are left out and returned as the errors they raised. Raises UsageError
    AP-USE-122 for a table that is none, and what `screenplays_in` raises.
    """
    if place.suffix.casefold() == ".json":
        try:
            return from_json(place.read_bytes(), Reference), []
        except (OSError, msgspec.DecodeError, msgspec.ValidationError) as error:
            raise UsageError(
                "AP-USE-122",
                f"this is no reference table: {error}",
                file=str(place),
                remedy="name a folder of screenplays, or a table that --save-reference wrote",
            ) from error
    analyses, refused = analysed(screenplays_in(place, but=but))
    if not analyses:
        raise ScriptError(
            "AP-SCRIPT-122",
            f"none of the {len(refused)} files in this folder could be read as a screenplay",
            file=str(place),
            remedy=refused[0].message if refused else None,
        )
    note = f"{len(analyses)} screenplays of the folder {place.name}"
    if refused:
        note += f"; {len(refused)} files could not be read"
    return built_from([one.measures for one in analyses], place.name, note), refused


def analysed(paths: Iterable[Path]) -> tuple[list[Analysis], list[AnswerprintError]]:
    """Each screenplay's analysis without percentiles, and the errors of those that could not be read."""
    from answerprint.departments.script.analysis.whole import analyse
    from answerprint.departments.script.reading import read_screenplay

    found: list[Analysis] = []
    refused: list[AnswerprintError] = []
    for path in paths:
        try:
            found.append(analyse(read_screenplay(path), path.name, None))
        except AnswerprintError as error:
            refused.append(error)
    return found, refused


def main(arguments: list[str]) -> int:
    """Build the shipped table from the repository's own screenplays."""
    out, *paths = [Path(one) for one in arguments]
    analyses, refused = analysed(paths)
    for error in refused:
        print(error, file=sys.stderr)
    generated = sum("generated" in str(path) for path in paths)
    note = (
        f"{len(analyses)} short screenplays written for this program ({generated} of them generated by it): "
        "no sample of produced films. Give --reference FOLDER for a set that means something."
    )
    out.write_bytes(to_json(built_from([one.measures for one in analyses], "built-in", note)) + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
