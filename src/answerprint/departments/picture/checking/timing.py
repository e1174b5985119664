"""Time that goes wrong: pictures missing, shown twice, frozen; repeats that are a pattern are told once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from answerprint.departments.picture.checking.film import Film, Flags, Found, beside, runs

REPEATED = 0.35  # codes of change under which a picture shows nothing new
OF_USUAL = 0.12  # of the change around it, under which it does not either …
AT_MOST = 1.5  # … codes: a codec's own noise
AGAIN, RECODED = 4, 3.0  # repeats on either side, and codes of change, of a picture coded afresh
USUAL_CONTRAST = 0.6  # of black to white: in a picture of less, less changes when something moves
USUAL = 4  # pictures before and after
LIVELY = 0.8  # codes of change of a picture in which something moves
MOVES = 0.1  # pixels at 320 across
STILL = 3.0  # seconds of a shot in which nothing moves that are told
NEAR = 5  # pictures looked at beside a stretch
DROPPED = 1.65  # times as far as before and after
FARTHEST = 6.0
FITS = 0.8  # of the movement that is explained so
GROUP = 8  # pictures between two repeats of one pattern
FEWEST = 5  # repeats of a pattern
REGULAR = 0.8  # of a pattern's distances that are one
HELD = 0.3  # of the pictures repeat: drawn or shot at a lower rate
CADENCES = {
    2: "every picture is shown twice: on twos, or half the rate",
    3: "every picture is shown three times, or a third of the rate",
    4: "one in four is a repeat: 24 pictures in 32, or 18 in 24",
    5: "one in five is a repeat: 24 pictures in 30",
    6: "one in six is a repeat: 25 pictures in 30",
    25: "one in twenty-five is a repeat: 24 pictures in 25",
}


def repeats(film: Film) -> Flags:
    """Pictures that show nothing but what the one before showed."""
    change = film.columns["change"]
    contrast = film.columns["p99"] - film.columns["p1"]
    scaled = change * USUAL_CONTRAST / np.clip(contrast, 0.05, USUAL_CONTRAST)
    with np.errstate(invalid="ignore"):
        moved = np.isfinite(change) & (change >= REPEATED)
        usual = np.fmin(*beside(change, USUAL, moved))
        quiet = ((change < REPEATED) & (scaled < AT_MOST)) | (
            (change < OF_USUAL * usual) & (change < AT_MOST)
        )
    flags = np.asarray(quiet & ~film.black(), np.bool_)
    for (_, first), (end, _) in pairwise(one for one in runs(flags) if one[1] - one[0] >= AGAIN):
        # A picture coded afresh in a stretch that stands still: its noise changes, and nothing moves.
        if end - first == 1 and change[first] < RECODED:
            flags[first] = True
    return flags


def stillness(film: Film, freeze: float) -> Iterator[Found]:
    """Doubled pictures, freezes, held pictures. freeze: seconds from which a repeat is one."""
    doubled: list[tuple[int, int]] = []
    for first, end in runs(repeats(film)):
        before, after = _lively(film, first, -1), _lively(film, end, 1)
        if (end - first) / film.rate < freeze:
            if before and after:
                doubled.append((first, end))
            continue
        if before or after or (end - first) / film.rate >= STILL:
            yield _frozen(film, first, end, before or after, freeze)
    yield from _patterns(film, doubled)


def jumps(film: Film) -> Iterator[Found]:
    """Places where pictures are missing: everything moves twice as far or more, once."""
    jump, fit = film.columns["jump"], film.columns["fit"]
    with np.errstate(invalid="ignore"):
        flags = (jump > DROPPED) & (jump < FARTHEST) & (fit > FITS) & ~film.in_passing(2)
    for number in np.flatnonzero(flags):
        first, end = film.shot_of(int(number))
        if not first + 2 <= number < end - 1:
            continue
        # A movement that is uneven all along is the camera's.
        near = jump[max(first, number - 8) : number + 9]
        if int((np.nan_to_num(near, nan=1.0) > 1.4).sum()) > 2:
            continue
        missing = max(1, round(float(jump[number])) - 1)
        yield Found(
            kind="dropped",
            message=f"{missing} picture{'s' if missing > 1 else ''} missing before it: everything moves "
            f"{float(jump[number]):.1f} times as far as before and after",
            first=int(number),
            end=int(number) + 1,
            value=round(float(jump[number]), 2),
            limit=DROPPED,
            unit="times the usual movement",
            evidence={"missing": missing, "explained": round(float(fit[number]), 2)},
        )


def holes(ticks: Sequence[int], step: float) -> Iterator[Found]:
    """Places where timestamps leave more than one picture's time. step: ticks of a picture."""
    steps = np.asarray(np.diff(np.asarray(ticks, np.int64)) / step, np.float64)
    for number in np.flatnonzero(steps > 1.5):
        missing = round(float(steps[number])) - 1
        yield Found(
            kind="dropped",
            message=f"the timestamps leave out {missing} picture{'s' if missing > 1 else ''} before it",
            first=int(number) + 1,
            end=int(number) + 2,
            value=round(float(steps[number]), 3),
            limit=1.5,
            unit="pictures' time",
            evidence={"missing": missing, "by": "timestamps"},
        )


def _lively(film: Film, edge: int, way: int) -> bool:
    """Whether something moves beside a stretch, in the same shot, and it is no fade."""
    inside = edge if way > 0 else edge - 1
    if not 0 <= inside < film.count:
        return False
    shot = film.shot_of(edge if way < 0 else edge - 1)
    first, end = (edge, edge + NEAR) if way > 0 else (edge - NEAR, edge)
    first, end = max(first, shot[0] + (way < 0)), min(end, shot[1])
    if end - first < 1 or film.in_passing()[first:end].any():
        return False
    change, motion = film.columns["change"][first:end], film.columns["motion"][first:end]
    if not np.isfinite(change).any() or not np.isfinite(motion).any():
        return False
    mean = film.columns["mean"][first:end]
    fading = len(mean) >= 4 and abs(float(mean[-1] - mean[0])) > 0.015 and _one_way(mean)
    return bool(np.nanmax(change) >= LIVELY and np.nanmax(motion) >= MOVES and not fading)


def _one_way(values: np.ndarray) -> bool:
    steps = np.diff(values)
    return bool((steps > 0).all() or (steps < 0).all())


def _frozen(film: Film, first: int, end: int, moved: bool, freeze: float) -> Found:
    seconds = (end - first) / film.rate
    last = end >= film.count - 1
    message = f"nothing moves for {seconds:.2f} s"
    if not moved:
        message = f"a still picture of {seconds:.2f} s: nothing in its shot moves"
    elif last:
        message = f"the picture stands still to the end, {seconds:.2f} s"
    return Found(
        kind="frozen",
        message=message,
        first=first,
        end=end,
        value=round(seconds, 3),
        limit=freeze,
        unit="s",
        milder=2 if last or not moved else 0,
    )


def _patterns(film: Film, doubled: list[tuple[int, int]]) -> Iterator[Found]:
    groups: list[list[tuple[int, int]]] = []
    for one in doubled:
        reach = 26 if groups and _steady(groups[-1], one) else GROUP
        if groups and one[0] - groups[-1][-1][0] <= reach:
            groups[-1].append(one)
        else:
            groups.append([one])
    told = [_pattern(group) for group in groups]
    regular = {gap for gap, _, even in told if even}
    for group, (gap, share, even) in zip(groups, told, strict=True):
        first, end = group[0][0], group[-1][1]
        goes_on = len(group) > 1 and gap in regular  # of a pattern that is surely there
        if even or goes_on or (len(group) >= FEWEST and share >= HELD):
            yield Found(
                kind="cadence",
                message=CADENCES.get(gap, f"a repeat every {gap} pictures")
                if even or goes_on
                else f"{100 * share:.0f} % of the pictures repeat: drawn, or shot, at a lower rate",
                first=max(0, first - 1),
                end=end,
                value=round(share, 3),
                unit="of the pictures",
                evidence={"repeats": len(group), "distance": gap},
            )
            continue
        for start, stop in group:
            yield Found(
                kind="doubled",
                message=f"the picture before it is shown {stop - start + 1} times",
                first=start,
                end=stop,
                value=round(float(np.nanmax(film.columns["change"][start:stop])), 3),
                limit=REPEATED,
                unit="codes of change",
                evidence={"repeats": stop - start},
            )


def _pattern(group: list[tuple[int, int]]) -> tuple[int, float, bool]:
    """The commonest distance of a group's repeats, their share of it, and whether that is a pattern."""
    starts = np.array([first for first, _ in group])
    gaps = Counter(np.diff(starts).tolist())
    gap, times = gaps.most_common(1)[0] if gaps else (0, 0)
    share = sum(end - first for first, end in group) / max(1, group[-1][1] - group[0][0])
    return int(gap), share, len(group) >= FEWEST and times >= REGULAR * (len(group) - 1)


def _steady(group: list[tuple[int, int]], one: tuple[int, int]) -> bool:
    """Whether a repeat goes on in a group's regular distance."""
    if len(group) < 2:
        return one[0] - group[-1][0] in CADENCES
    gap = group[-1][0] - group[-2][0]
    return gap in CADENCES and one[0] - group[-1][0] == gap
