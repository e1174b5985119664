"""What coding leaves: blocks and bands, and bars around the picture with their changes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from answerprint.departments.picture.checking.film import Film, Found, runs

BLOCKS = 0.4  # of the usual step
BANDS = 0.12  # of the picture
ASKEW = 0.02  # of the picture's height that two bars may differ by
THIN = 0.004  # of its height, under which a line of black is no bar
EDGES = 0.015  # of its height that the same bars may differ by from shot to shot
DARK = 0.4  # of what is inside the bars: words on black have none
STEADY = 0.8  # of a shot's pictures with the same bars


def blocks(film: Film) -> Iterator[Found]:
    told = "the grid of a codec shows: steps on it stand out by"
    yield from _looked(film, "blocking", BLOCKS, "of the usual step", told)


def bands(film: Film) -> Iterator[Found]:
    yield from _looked(film, "banding", BANDS, "of the picture", "a slope of light has become stairs, over")


def _looked(film: Film, kind: str, limit: float, unit: str, message: str) -> Iterator[Found]:
    """From a column of which some pictures were looked at: what lies between two that have it has it."""
    values = film.columns[kind]
    looked = np.flatnonzero(np.isfinite(values) & ~film.black())
    for first, end in runs(values[looked] > limit, 1):
        if end - first < 2 and len(looked) > 3:
            continue
        value = float(np.median(values[looked[first:end]]))
        yield Found(
            kind=kind,
            message=f"{message} {100 * value:.0f} % {unit}",
            first=int(looked[first]),
            end=int(looked[end]) if end < len(looked) else film.count,
            value=round(value, 4),
            limit=limit,
            unit=unit,
        )


def bars(film: Film, size: tuple[int, int]) -> Iterator[Found]:
    """Letterbox and pillarbox, where they are uneven, and where they change. size: width, height."""
    wide, high = size
    found: list[tuple[int, int, tuple[int, ...]]] = []
    for first, end in film.shots:
        told = _of_shot(film, first, end, wide, high)
        if told is None:
            continue
        same = next((one for _, _, one in found if _alike(one, told, size)), told)
        if found and found[-1][2] == same:
            found[-1] = found[-1][0], end, same
        else:
            found.append((first, end, same))
    if len({told for _, _, told in found}) > 1:
        lengths: dict[tuple[int, ...], int] = {}
        for first, end, told in found:
            lengths[told] = lengths.get(told, 0) + end - first
        usual = max(lengths, key=lambda one: lengths[one])
        for first, end, told in found:
            if told != usual:
                yield _bars("bars_change", film, first, end, told, size, f"instead of {_shape(usual, size)}")
        first, end, told = 0, film.count, usual
    elif found:
        first, end, told = found[0]
    else:
        return
    if any(told):
        yield _bars("bars", film, first, end, told, size, "")
        top, bottom, left, right = told
        if abs(top - bottom) > ASKEW * high or abs(left - right) > ASKEW * wide:
            yield _bars("bars_uneven", film, first, end, told, size, "uneven")


def _alike(one: tuple[int, ...], other: tuple[int, ...], size: tuple[int, int]) -> bool:
    """Whether two are the same bars but for lines at their edge that are dark by themselves."""
    limits = (size[1], size[1], size[0], size[0])
    return all(
        abs(a - b) <= max(2, EDGES * limit) and (a > 0) == (b > 0)
        for a, b, limit in zip(one, other, limits, strict=True)
    )


def _of_shot(film: Film, first: int, end: int, wide: int, high: int) -> tuple[int, ...] | None:
    """Bars that most pictures of a shot have and none falls short of; None for a dark shot."""
    names = ("bar_top", "bar_bottom", "bar_left", "bar_right")
    table = np.stack([film.columns[name][first:end] for name in names], axis=1)
    lit = (film.columns["mean"][first:end] > 0.03) & (film.columns["dark"][first:end] < DARK)
    table = table[np.isfinite(table).all(axis=1) & lit]
    if len(table) < 3:
        return None
    least = np.percentile(table, 2, axis=0)
    told = []
    for number, size in enumerate((high, high, wide, wide)):
        steady = float((table[:, number] <= least[number] + 2).mean()) >= STEADY
        told.append(round(float(least[number])) if least[number] >= max(2, THIN * size) and steady else 0)
    # Rounded to even lines: codecs smear the edge of a bar by one.
    return tuple(one // 2 * 2 for one in told)


def _bars(
    kind: str, film: Film, first: int, end: int, told: tuple[int, ...], size: tuple[int, int], more: str
) -> Found:
    names = ("top", "bottom", "left", "right")
    return Found(
        kind=kind,
        message=f"{_shape(told, size)}{', ' if more else ''}{more}",
        first=first,
        end=end,
        value=round(100 * (1 - _area(told, size)), 2),
        unit="% of the picture",
        evidence=dict(zip(names, map(float, told), strict=True)),
    )


def _area(told: tuple[int, ...], size: tuple[int, int]) -> float:
    top, bottom, left, right = told
    return (size[1] - top - bottom) * (size[0] - left - right) / (size[0] * size[1])


def _shape(told: tuple[int, ...], size: tuple[int, int]) -> str:
    top, bottom, left, right = told
    if not any(told):
        return "no bars"
    ratio = (size[0] - left - right) / max(1, size[1] - top - bottom)
    name = " and ".join(
        one for one, there in (("letterbox", top + bottom), ("pillarbox", left + right)) if there
    )
    return f"{name}, a picture of {ratio:.2f}:1"
