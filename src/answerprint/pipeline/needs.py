"""What needs a person: the short list that heads the report and ends every run."""

from __future__ import annotations

from answerprint.pipeline.film import Film
from answerprint.pipeline.making import Making

CLOSE = 0.25  # a choice less sure than this is a close call
PEAK_TOLERANCE = 0.05  # dB by which a measured true peak may pass its ceiling
LOUDNESS_TOLERANCE = 0.5  # LU, EBU R 128


def needs_of(making: Making, film: Film | None) -> tuple[str, ...]:
    """In order of weight: what could not be used, damage, missing lines, levels, close calls."""
    needs = [f"{one.name}: {one.step} failed: {one.reason}" for one in making.set_aside]
    needs += [finding.message for finding in making.findings if finding.needs_a_person]
    if film is None:
        return tuple(needs)
    assembly = film.assembly
    for asset, (count, first) in damaged_assets(film).items():
        rest = f" (and {count - 1} more places)" if count > 1 else ""
        needs.append(f"{making.assets[asset].name} is damaged: {first}{rest}; the good parts are kept")
    needs += [f"{line.label}: “{line.text}” is missing ({line.reason})" for line in assembly.missing]
    needs += loudness_needs(film)
    close = [slot.label for slot in assembly.slots if is_close(slot.confidence, slot.decided)]
    if close:
        needs.append(f"{len(close)} close calls: {', '.join(close)}")
    return tuple(needs)


def is_close(confidence: float | None, decided: str) -> bool:
    """Whether a choice is so close that a person should look at it."""
    return confidence is not None and confidence < CLOSE and not decided


def damaged_assets(film: Film) -> dict[str, tuple[int, str]]:
    """Asset → how many damaged places, and the first reason."""
    found: dict[str, tuple[int, str]] = {}
    for one in film.assembly.excluded:
        if one.reason.startswith("damaged: "):
            count, first = found.get(one.asset, (0, one.reason.removeprefix("damaged: ")))
            found[one.asset] = (count + 1, first)
    return found


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
