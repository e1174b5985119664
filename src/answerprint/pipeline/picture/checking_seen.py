"""What was seen in a file as findings: flashes, patterns, stuck pixels, and the gamut looked at again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.picture.checking.film import Film, Found, runs
from answerprint.departments.picture.checking.flashes import AREA, MOST, FlashMeter, flashing
from answerprint.departments.picture.checking.gamut import AREA as OUTSIDE
from answerprint.departments.picture.checking.gamut import COMPONENTS, LUMA, Illegal, illegal
from answerprint.departments.picture.checking.patterns import PAIRS
from answerprint.departments.picture.checking.stuck import LEAST, Stuck, confirmed
from answerprint.media.decode import read_frames
from answerprint.media.pixels import matrix_of

SUSPECT = 0.004  # of a picture that may be outside its gamut, from which it is looked at again
LOOKS = 60  # pictures looked at again in a file …
EACH = 6  # … and in one stretch
BROADCAST = "yuv444p16le"
AS_CODED = 2  # FFmpeg's full range on both sides: values stay as they are


def flashes(meter: FlashMeter, seconds: NDArray[np.float64]) -> Iterator[Found]:
    for kind, changes in meter.changes().items():
        for one in flashing(changes, seconds):
            red = kind == "red_flash"
            step = f"{one.step:.2f} in u′v′" if red else f"{one.step:.0f} cd/m²"
            what = "red flashes" if red else "flashes"
            told = f"{one.flashes:g} {what} in a second, over {100 * one.area:.0f} % of the screen, by {step}"
            if one.long:
                told = f"flashing that lasts: {told}"
            yield Found(
                kind=kind,
                message=told,
                first=one.first,
                end=one.end,
                value=one.flashes,
                limit=float(MOST),
                unit="flashes a second",
                evidence={"area": round(one.area, 3), "area_limit": AREA, "step": round(one.step, 2)},
                milder=1 if one.long else 0,
            )


def patterns(looked: Sequence[tuple[int, float]], count: int) -> Iterator[Found]:
    """looked: pictures, and their pairs of stripes. count: pictures of the programme."""
    flags = np.array([pairs > 0 for _, pairs in looked], np.bool_)
    for first, end in runs(flags):
        until = looked[end][0] if end < len(looked) else count
        pairs = float(np.median([one for _, one in looked[first:end]]))
        yield Found(
            kind="pattern",
            message=f"a regular pattern of about {pairs:.0f} pairs of stripes over the screen",
            first=looked[first][0],
            end=until,
            value=round(pairs, 1),
            limit=float(PAIRS),
            unit="pairs of stripes",
        )


def stuck(found: Sequence[Stuck], shots: Sequence[tuple[int, int]]) -> Iterator[Found]:
    for one in confirmed(found, shots):
        yield Found(
            kind="stuck_pixel",
            message=f"a {one.kind} pixel at {one.x}, {one.y} (from the top left)",
            first=one.first,
            end=one.end,
            value=round(one.level, 1),
            limit=float(LEAST),
            unit="codes out of its neighbours",
            evidence={"x": one.x, "y": one.y, "is": one.kind},
        )


def gamut(
    path: Path, film: Film, suspects: Sequence[float], tick: Callable[[int], int], *, full: bool
) -> Iterator[Found]:
    """Stretches outside EBU R 103: pictures of which much was clipped, looked at again as coded.

    tick: a picture's timestamp.
    """
    shares = np.maximum(np.array(suspects, np.float32), film.columns["below"] + film.columns["above"])
    stretches = runs(shares > SUSPECT, round(film.rate))
    each = max(1, min(EACH, LOOKS // max(1, len(stretches))))
    for first, end in stretches[:LOOKS]:
        places = [
            int(part[np.argmax(shares[part])])
            for part in np.array_split(np.arange(first, end), min(each, end - first))
        ]
        looked = [(place, one) for place in places if (one := _look(path, tick(place), full)) is not None]
        for kind, limits in (("gamut", COMPONENTS), ("luma", LUMA)):
            bad = [(place, one) for place, one in looked if _share(one, kind) > OUTSIDE]
            if not bad:
                continue
            place, worst = max(bad, key=lambda pair: _share(pair[1], kind))
            share = _share(worst, kind)
            name = "R′G′B′" if kind == "gamut" else "luma"
            yield Found(
                kind=kind,
                message=f"{100 * share:.1f} % of the picture outside {name} {100 * limits[0]:.0f} % to "
                f"{100 * limits[1]:.0f} % (components from {100 * worst.lowest:.0f} % to "
                f"{100 * worst.highest:.0f} %)",
                first=first,
                end=end,
                value=round(share, 4),
                limit=OUTSIDE,
                unit="of the picture",
                evidence={
                    "worst_frame": place,
                    "lowest": round(worst.lowest, 3),
                    "highest": round(worst.highest, 3),
                    "pictures_looked_at": len(looked),
                },
            )


def _share(one: Illegal, kind: str) -> float:
    return one.components if kind == "gamut" else one.luma


def _look(path: Path, tick: int, full: bool) -> Illegal | None:
    with closing(read_frames(path, tick, tick + 1)) as frames:
        for frame, _ in frames:
            coded = frame.reformat(
                frame.width, frame.height, BROADCAST, src_color_range=AS_CODED, dst_color_range=AS_CODED
            )
            return illegal(np.asarray(coded.to_ndarray(), np.uint16), matrix_of(frame), full=full)
    return None
