"""Light that is lost: pictures under- and over-exposed, blacks crushed, whites clipped.

No mean is looked at: a night is dark and nothing is wrong with it. What counts is what is lost, a spike at
the end of the levels where there should be a slope, and pictures that nowhere reach a level to be seen.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from answerprint.departments.picture.checking.film import Film, Flags, Found, runs

DIM = 0.2  # of black to white that 99 in 100 pixels of an under-exposed picture stay under
LOST, DARK = 0.5, 0.5  # share that is black while the brightest stays under half
BLOWN = 0.22  # of an over-exposed picture is burnt out
CLIPPED, CRUSHED = 0.03, 0.06  # shares that are noticed
SPIKE = 2.0  # times as many pixels at black as in as many codes over it
SHORTEST = 0.4  # seconds
STANDS = 0.35  # codes of change: a title, a card


def exposure(film: Film) -> Iterator[Found]:
    """Under- and over-exposed, crushed and clipped stretches. `burnt`: share of a picture at which two of
    R′G′B′ or more are at the end of the scale."""
    c = film.columns
    shown = ~film.black() & ~film.in_passing(1) & ~_beside_black(film)
    under = (c["p99"] < DIM) | ((c["dark"] > LOST) & (c["p999"] < DARK))
    over = c["burnt"] > BLOWN
    cut = ~over & (c["burnt"] > CLIPPED)
    sunk = ~under & (c["black_share"] > CRUSHED) & (c["black_spike"] > SPIKE)
    told = (
        ("under_exposed", under, "p99", DIM, "hardly anything shows: 99 in 100 pixels under {} of white"),
        ("over_exposed", over, "burnt", BLOWN, "burnt out: {} of the picture are at white"),
        ("clipped", cut, "burnt", CLIPPED, "whites are cut off: {} of the picture are at white"),
        ("crushed", sunk, "black_share", CRUSHED, "blacks are crushed: {} of the picture are at black"),
    )  # fmt: skip
    for kind, flags, column, limit, message in told:
        for first, end in runs(flags & shown, max(1, round(0.5 * film.rate))):
            if not _counts(film, first, end):
                continue
            value = float(np.median(c[column][first:end]))
            yield Found(
                kind=kind,
                message=message.format(f"{100 * value:.0f} %"),
                first=first,
                end=end,
                value=round(value, 4),
                limit=limit,
                unit="of black to white" if column == "p99" else "of the picture",
                evidence={
                    name: round(float(np.median(c[name][first:end])), 4)
                    for name in ("mean", "p1", "p50", "p99", "dark", "black_share", "white_share")
                },
            )


def _counts(film: Film, first: int, end: int) -> bool:
    """Whether a stretch is long enough, and moves: a card that stands has flat black and white by design."""
    if (end - first) / film.rate < SHORTEST and (end - first) < film.count:
        return False
    change = film.columns["change"][first:end]
    return not np.isfinite(change).any() or float(np.nanmedian(change)) > STANDS


def _beside_black(film: Film) -> Flags:
    """Pictures within a second of black on the way there: a fade."""
    near = np.zeros(film.count, np.bool_)
    reach = round(film.rate)
    mean = film.columns["mean"]
    for first, end in runs(film.black()):
        for number in range(first - 1, max(-1, first - 1 - 2 * reach), -1):
            if number + 1 < film.count and mean[number] < mean[number + 1] - 0.002:
                break
            near[number] = True
        for number in range(end, min(film.count, end + 2 * reach)):
            if mean[number] < mean[number - 1] - 0.002:
                break
            near[number] = True
    return near
