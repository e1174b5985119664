"""Black where there should be a picture: holes of black between pictures, and black that lasts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from answerprint.departments.picture.checking.film import Film, Found, runs

HOLE = 1.0  # seconds of black between two abrupt ends that are a hole; longer is a pause
ABRUPT = 0.6  # of the usual light that the last picture before black still has
NEAR = 8  # pictures


def black(film: Film, longest: float) -> Iterator[Found]:
    """longest: seconds of black that a programme may have."""
    mean = film.columns["mean"]
    for first, end in runs(film.black()):
        seconds = (end - first) / film.rate
        inside = first > 0 and end < film.count
        abrupt = inside and _abrupt(mean[max(0, first - NEAR) : first][::-1]) and _abrupt(
            mean[end : end + NEAR]
        )  # fmt: skip
        if abrupt and seconds < HOLE:
            told = "a black picture" if end - first == 1 else f"{end - first} black pictures"
            yield _found(film, first, end, f"{told} between two that are not", HOLE, milder=0)
        elif seconds > longest:
            where = "" if inside else " at the end" if first > 0 else " at the beginning"
            yield _found(
                film, first, end, f"black for {seconds:.2f} s{where}", longest, milder=0 if inside else 2
            )


def _found(film: Film, first: int, end: int, message: str, limit: float, *, milder: int) -> Found:
    return Found(
        kind="black",
        message=message,
        first=first,
        end=end,
        value=round((end - first) / film.rate, 3),
        limit=limit,
        unit="s",
        evidence={"mean": round(float(film.columns["mean"][first:end].mean()), 4)},
        milder=milder,
    )


def _abrupt(light: np.ndarray) -> bool:
    """Whether the picture next to black is as light as those beyond it: no fade."""
    return bool(len(light) and light[0] >= ABRUPT * np.median(light))
