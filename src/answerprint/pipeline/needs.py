"""What needs a person: the short list that heads the report and ends every run."""

from __future__ import annotations

from answerprint.departments.editorial.takes import Refused
from answerprint.pipeline.film import Film
from answerprint.pipeline.making import Making
from answerprint.pipeline.places import label_at

PEAK_TOLERANCE = 0.05  # dB by which a measured true peak may pass its ceiling
LOUDNESS_TOLERANCE = 0.5  # LU, EBU R 128


def needs_of(making: Making, film: Film | None) -> tuple[str, ...]:
    """In order of weight: what could not be used, damage, missing lines, levels."""
    needs = _set_aside(making)
    needs += [finding.message for finding in making.findings if finding.needs_a_person]
    if film is None:
        return tuple(needs)
    assembly = film.assembly
    if not assembly.slots:
        needs.append("the cut is empty: nothing that could be used was seen or heard in the rushes")
    needs += [damage_line(making, one) for one in assembly.excluded if is_damage(one)]
    needs += [f"{line.label}: “{line.text}” is missing ({line.reason})" for line in assembly.missing]
    needs += loudness_needs(film)
    return tuple(needs)


def _set_aside(making: Making) -> list[str]:
    """What failed, a file and a reason at a time: several steps may have met the same trouble."""
    steps: dict[tuple[str, str], list[str]] = {}
    for one in making.set_aside:
        steps.setdefault((one.name, one.reason), []).append(one.step)
    return [f"{name}: {', '.join(failed)} failed: {reason}" for (name, reason), failed in steps.items()]


def is_damage(one: Refused) -> bool:
    """Whether something left out is a damaged stretch of a file."""
    return one.line is None and one.reason.startswith("damaged")


def damage_line(making: Making, one: Refused) -> str:
    """A damaged stretch, named to the frame."""
    asset = making.assets[one.asset]
    grid = making.grid(one.asset)
    where = "" if one.range is None else f" from {label_at(asset, grid, one.range.start)}"
    where += "" if one.range is None else f" to {label_at(asset, grid, one.range.end)}"
    return f"{asset.name} is {one.reason.replace('damaged', 'damaged' + where, 1)}; the good parts are kept"


def loudness_needs(film: Film) -> list[str]:
    """Where the final file misses its loudness or its ceiling."""
    if film.measured is None or film.levels is None:
        return []
    needs = []
    found, target, ceiling = film.measured.loudness, film.levels.target, film.levels.ceiling
    if found.integrated is not None and abs(found.integrated - target) > LOUDNESS_TOLERANCE:
        off = found.integrated - target
        needs.append(f"the final file is at {found.integrated:.1f} LUFS, {off:+.1f} LU off target")
    if found.true_peak is not None and found.true_peak > ceiling + PEAK_TOLERANCE:
        needs.append(f"the final file peaks at {found.true_peak:.1f} dBTP, over its ceiling of {ceiling:.1f}")
    return needs
