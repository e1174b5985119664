"""Out of focus: stretches softer than their own shot, and shots softer than the others of the programme."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from answerprint.departments.picture.checking.film import Film, Flags, Found, runs

OCTAVES = 1.5  # softer than the shot's usual
WHOLE = 2.5  # softer than the programme's usual, for a whole shot
SHORTEST = 0.25  # seconds
SHOTS = 4  # needed, to know what is usual in a programme
FAST = 4.0  # pixels at 320 across: what moves so fast is blurred by it
USUAL = 75  # per cent


def focus(film: Film) -> Iterator[Found]:
    """Soft stretches, pans and transitions left out."""
    sharp, motion = film.columns["sharp"], film.columns["motion"]
    with np.errstate(invalid="ignore"):
        fast = np.nan_to_num(motion) > FAST
    still = ~film.in_passing(2) & ~film.black() & ~_wide(fast, 2)
    usual: list[tuple[int, int, float]] = []
    for first, end in film.shots:
        told = still[first:end] & np.isfinite(sharp[first:end])
        if int(told.sum()) < max(3, SHORTEST * film.rate):
            continue
        level = float(np.percentile(sharp[first:end][told], USUAL))
        usual.append((first, end, level))
        with np.errstate(invalid="ignore"):
            soft = still[first:end] & (sharp[first:end] < level - OCTAVES)
        for start, stop in runs(soft, 2):
            if (stop - start) / film.rate >= SHORTEST:
                lost = level - float(np.nanmedian(sharp[first + start : first + stop]))
                yield _found(first + start, first + stop, lost, OCTAVES, "the rest of its shot")
    if len(usual) >= SHOTS:
        programme = float(np.median([level for _, _, level in usual]))
        for first, end, level in usual:
            if programme - level > WHOLE:
                yield _found(first, end, programme - level, WHOLE, "the programme's other shots")


def _found(first: int, end: int, lost: float, limit: float, than: str) -> Found:
    return Found(
        kind="out_of_focus",
        message=f"softer than {than} by {lost:.1f} octaves of fine detail",
        first=first,
        end=end,
        value=round(lost, 2),
        limit=limit,
        unit="octaves",
    )


def _wide(flags: Flags, reach: int) -> Flags:
    """Flags, and what lies so near one."""
    wide = np.convolve(flags.astype(np.int32), np.ones(2 * reach + 1, np.int32))
    return np.asarray(wide[reach : reach + len(flags)] > 0, np.bool_)
