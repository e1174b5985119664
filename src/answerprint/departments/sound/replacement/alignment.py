"""A new reading laid on the old one: which moment of the take is which of the guide, to a few milliseconds.

Dynamic time warping (Sakoe and Chiba 1978, IEEE TASSP 26(1)) over mel cepstra, their slopes and onsets, every
5 ms; the path is then smoothed, because a mouth does not jump.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dct
from scipy.ndimage import gaussian_filter1d

RATE = 48_000
HOP, WINDOW = 240, 1200  # samples: 5 and 25 ms
BANDS = 32
LOW, HIGH = 120.0, 7600.0  # Hz
CEPSTRA = 13  # the first says how loud
SLOPE = 3  # frames over which slopes are taken
SLOPE_WEIGHT, LOUD_WEIGHT, ONSET_WEIGHT = 1.6, 0.6, 1.0
RADIUS = 0.35  # of the longer one's length that the path may leave the straight line, and
LEAST_RADIUS = 160  # frames at least
# What a frame costs that one reading has before or after the other, by what alike frames cost. At half of it,
# what is alike would be left out as well: a frame of either reading goes then.
OPEN, LONGEST_OPEN = 0.55, 120  # and so many frames at most
STILL = 0.15  # what a step that does not advance one of the two costs beside
SMOOTH, ACROSS = 5.0, 40.0  # frames, standard deviations, over which the path is smoothed; across pauses
TRUSTED = 30.0  # dB under the loudest, down to which a frame tells where it belongs
FLOOR_DB = 45.0  # under the loudest, what is quieter than that is silence

Sound = NDArray[np.float64]


@dataclass(frozen=True)
class Alignment:
    """take: (frames,) the take's sample for every frame (240 samples) of the guide, never falling; under 0
    and over its length where the guide says what the take has not. cost: mean distance along the path: the
    smaller, the more alike the readings."""

    take: NDArray[np.float64]
    cost: float

    def at(self, guide: NDArray[np.float64] | float) -> NDArray[np.float64]:
        """The take's samples for samples of the guide."""
        found: NDArray[np.float64] = np.interp(
            np.atleast_1d(guide), np.arange(len(self.take)) * HOP, self.take
        )
        return found


def align(guide: Sound, take: Sound) -> Alignment:
    """The alignment of a take (m,) to a guide (n,), both mono at 48 kHz.

    Raises ValueError where one of them is shorter than a tenth of a second.
    """
    if min(len(guide), len(take)) < RATE // 10:
        raise ValueError("there is too little to be aligned")
    one, other = features(guide), features(take)
    path, cost = _warped(one, other)
    rows: dict[int, list[int]] = {}
    for row, column in path:
        rows.setdefault(row, []).append(column)
    first, last = path[0], path[-1]
    inside = np.array([np.mean(rows[row]) for row in range(first[0], last[0] + 1)])
    before = first[1] - np.arange(first[0], 0, -1)
    after = last[1] + np.arange(1, len(one) - last[0])
    middle = np.concatenate([before, inside, after])
    straight = np.arange(len(one)) * (len(other) - 1) / max(len(one) - 1, 1)
    line = straight + _smooth(middle - straight, _trust(guide, len(one)))
    return Alignment(np.maximum.accumulate(line) * HOP, cost)


def features(sound: Sound) -> Sound:
    """(frames, k): cepstra without the channel's own colour, their slopes, and how suddenly bands grow."""
    frames = len(sound) // HOP + 1
    padded = np.pad(sound, (WINDOW // 2, WINDOW))
    views = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP][:frames]
    size = 2048
    power = np.abs(np.fft.rfft(views * np.hanning(WINDOW), size)) ** 2
    bands = power @ _mel(size).T
    logs = 10 * np.log10(bands + 1e-12)
    loud = logs.max()
    logs = np.maximum(logs, loud - FLOOR_DB)
    # What lies under everything is the room's, and no reading's.
    room = np.percentile(logs, 5, axis=0)
    logs = np.maximum(logs - room, 0)
    cepstra = dct(logs, norm="ortho", axis=1)[:, :CEPSTRA]
    cepstra[:, 1:] -= cepstra[:, 1:].mean(0)
    cepstra = cepstra / (cepstra.std(0) + 1e-6)
    cepstra[:, 0] *= LOUD_WEIGHT
    weights = 1 / (1 + 0.08 * np.arange(CEPSTRA))
    cepstra = cepstra * weights
    slopes = np.gradient(gaussian_filter1d(cepstra, SLOPE / 2, axis=0), axis=0) * SLOPE
    onset = np.maximum(np.diff(gaussian_filter1d(logs, 1.0, axis=0), axis=0, prepend=logs[:1]), 0).mean(1)
    onset = onset / (onset.std() + 1e-6)
    return np.concatenate([cepstra, SLOPE_WEIGHT * slopes, ONSET_WEIGHT * onset[:, None]], axis=1)


def _trust(guide: Sound, frames: int) -> Sound:
    """(frames,) 0 … 1: how much of what is heard in a frame tells where it belongs; nothing in pauses."""
    padded = np.pad(np.square(guide), (0, max(0, frames * HOP - len(guide))))[: frames * HOP]
    levels = 10 * np.log10(gaussian_filter1d(padded.reshape(frames, HOP).mean(1), 2.0) + 1e-12)
    found: Sound = np.clip((levels - levels.max() + TRUSTED) / 10, 0, 1)
    return found


def _smooth(bent: Sound, trust: Sound) -> Sound:
    """How far the path leaves the straight line, smoothed; in pauses, what lies beside them tells."""
    near, far = (
        [gaussian_filter1d(one, sigma, mode="nearest") for one in (bent * trust, trust)]
        for sigma in (SMOOTH, ACROSS)
    )
    beside = (far[0] + 1e-4 * gaussian_filter1d(bent, ACROSS)) / (far[1] + 1e-4)
    found: Sound = (near[0] + 0.03 * beside) / (near[1] + 0.03)
    return found


def _warped(one: Sound, other: Sound) -> tuple[list[tuple[int, int]], float]:
    """The cheapest path of (row, column), and its mean cost, within a band. Either may begin before the other
    and go on after it: a reading cut short is not stretched over what it lacks."""
    rows, columns = len(one), len(other)
    radius = max(LEAST_RADIUS, int(RADIUS * max(rows, columns)) if max(rows, columns) < 4000 else 1400)
    wide = min(columns, 2 * radius + 1)
    centres = np.round(np.linspace(0, columns - 1, rows)).astype(int)
    firsts = np.clip(centres - wide // 2, 0, columns - wide)
    squares = (other**2).sum(1)

    def distances(row: int) -> Sound:
        inside = slice(firsts[row], firsts[row] + wide)
        far = squares[inside] - 2 * other[inside] @ one[row] + (one[row] ** 2).sum()
        return np.asarray(np.sqrt(np.maximum(far, 0)))

    skip = OPEN * float(np.median([distances(row).min() for row in range(0, rows, max(1, rows // 200))]))
    came = np.zeros((rows, wide), np.uint8)  # slanting, down, along; 3: the path begins here
    before = np.full(wide, np.inf)
    ends: list[tuple[float, int, int]] = []  # what a path that ends there costs
    for row in range(rows):
        distance = distances(row)
        first = firsts[row]
        shift = first - firsts[max(row - 1, 0)]
        up = np.full(wide, np.inf)  # the same column, the row before
        slant = np.full(wide, np.inf)
        up[: wide - shift] = before[shift:]
        if shift:
            slant[: wide - shift + 1] = before[shift - 1 :]
        else:
            slant[1:] = before[:-1]
        straight = np.minimum(slant, up + STILL)
        chosen = np.where(slant <= up + STILL, 0, 1).astype(np.uint8)
        if row == 0:
            straight, chosen = skip * np.arange(first, first + wide), np.full(wide, 3, np.uint8)
            straight[LONGEST_OPEN:] = np.inf
        elif first == 0 and row <= LONGEST_OPEN and skip * row < straight[0]:
            straight[0], chosen[0] = skip * row, 3
        # Along the row: a running minimum of what is reached less what the way costs.
        steps = np.cumsum(distance + STILL)
        total = np.minimum.accumulate(straight + distance - steps) + steps
        came[row] = np.where(total < straight + distance - 1e-12, 2, chosen)
        if first + wide == columns and rows - row <= LONGEST_OPEN:
            ends.append((float(total[-1]) + skip * (rows - 1 - row), row, columns - 1))
        before = total
    for at in range(max(0, columns - LONGEST_OPEN), columns):
        if firsts[-1] <= at:
            ends.append((float(before[at - firsts[-1]]) + skip * (columns - 1 - at), rows - 1, at))
    cost, row, column = min(ends)
    path: list[tuple[int, int]] = []
    while True:
        path.append((row, column))
        step = came[row, column - firsts[row]]
        if step == 3:
            break
        if step == 2:
            column -= 1
        elif step == 1:
            row -= 1
        else:
            row, column = row - 1, column - 1
    return path[::-1], cost / len(path)


def _mel(size: int) -> Sound:
    hertz = np.fft.rfftfreq(size, 1 / RATE)
    edges = 700 * (10 ** (np.linspace(_to_mel(LOW), _to_mel(HIGH), BANDS + 2) / 2595) - 1)
    rising = (hertz - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - hertz) / (edges[2:] - edges[1:-1])[:, None]
    made: Sound = np.maximum(0, np.minimum(rising, falling))
    made /= made.sum(1, keepdims=True)
    return made


def _to_mel(hertz: float) -> float:
    return 2595 * float(np.log10(1 + hertz / 700))
