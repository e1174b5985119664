"""A mix drawn (SVG): a lane for every stem with its clips and level, its rides, speech and room tone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.sound.levels import HOPS_A_SECOND, block_loudness
from answerprint.departments.sound.stems.sorting import Stem

WIDTH, LANE, BETWEEN = 1200, 120, 34
LEFT, RIGHT, TOP, BOTTOM = 70, 20, 56, 34
LOUDEST, QUIETEST = -10.0, -70.0  # LUFS at a lane's upper and lower edge
COLOURS: dict[Stem, str] = {"dialogue": "#1f6fb2", "music": "#7c4d9e", "effects": "#2f7d4f"}
INK, FAINT, SPOKEN, RIDE, TONE = "#222", "#ddd", "#e7f0dc", "#c2410c", "#d9b44a"
MOST = 1100  # points of a curve; more are drawn as their loudest
NAMED = 46  # pixels a clip has to be wide for its name

Points = Sequence[tuple[float, float]]
Place = Callable[[float], float]


@dataclass(frozen=True)
class Lane:
    """A stem: weighted mean squares of its tenths of a second, clips as (start, end, name) in seconds, and
    its rides as (second, dB)."""

    stem: Stem
    energies: NDArray[np.float64]
    clips: Sequence[tuple[float, float, str]]
    rides: Points = ()


def mix_svg(name: str, seconds: float, lanes: Sequence[Lane], spoken: Points, tones: Points) -> bytes:
    """An SVG picture of a mix `seconds` long. spoken, tones: [start, end) seconds."""
    wide, length = WIDTH - LEFT - RIGHT, max(seconds, 1e-3)
    high = TOP + len(lanes) * (LANE + BETWEEN) + BOTTOM

    def x(second: float) -> float:
        return LEFT + wide * min(max(second, 0.0), length) / length

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {high}" font-family="sans-serif" '
        f'font-size="12" fill="{INK}">',
        f'<rect width="{WIDTH}" height="{high}" fill="white"/>',
        f'<text x="{LEFT}" y="22" font-size="15">{escape(name)}: stems before the trim, LUFS (400 ms)</text>',
        f'<text x="{LEFT}" y="40" fill="#555">green: somebody speaks · yellow: room tone filled in · '
        "orange: music ridden, dB</text>",
    ]
    for number, lane in enumerate(lanes):
        top = TOP + number * (LANE + BETWEEN)
        parts += [_box(x, start, end, top, LANE, SPOKEN) for start, end in spoken]
        if lane.stem == "dialogue":
            parts += [_box(x, start, end, top + LANE, 14, TONE) for start, end in tones]
        parts.append(f'<text x="{LEFT}" y="{top - 5}" font-weight="bold">{lane.stem}</text>')
        for level in (-20, -40, -60):
            y = _y(level, top)
            parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="{FAINT}"/>')
            parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" fill="#888">{level}</text>')
        parts.append(_curve(lane, x, top))
        for start, end, clip in lane.clips:
            parts.append(_clip(x(start), x(end), top + LANE, clip, COLOURS[lane.stem]))
        if lane.rides:
            path = "L".join(f"{x(at):.1f} {top + 4 - 3 * gain:.1f}" for at, gain in lane.rides)
            parts.append(f'<path d="M{path}" fill="none" stroke="{RIDE}" stroke-width="1.5"/>')
    for number in range(7):
        at = length * number / 6
        minutes, rest = divmod(round(at), 60)
        anchor = "end" if number == 6 else "middle"
        parts.append(
            f'<text x="{x(at):.1f}" y="{high - 10}" text-anchor="{anchor}">{minutes}:{rest:02d}</text>'
        )
    return "\n".join([*parts, "</svg>"]).encode()


def _y(level: float, top: float) -> float:
    return top + LANE * (LOUDEST - min(max(level, QUIETEST), LOUDEST)) / (LOUDEST - QUIETEST)


def _box(x: Place, start: float, end: float, top: float, high: float, colour: str) -> str:
    wide = max(x(end) - x(start), 0.4)
    return f'<rect x="{x(start):.1f}" y="{top}" width="{wide:.1f}" height="{high}" fill="{colour}"/>'


def _clip(left: float, right: float, top: float, name: str, colour: str) -> str:
    wide = max(right - left, 0.5)
    box = (
        f'<rect x="{left:.1f}" y="{top + 1}" width="{wide:.1f}" height="12" fill="{colour}" '
        'fill-opacity="0.25" stroke="white" stroke-width="0.5"/>'
    )
    if wide < NAMED:
        return box
    shown = name if len(name) * 6 < wide else name[: int(wide / 6) - 1] + "…"
    return box + f'<text x="{left + 3:.1f}" y="{top + 11}" font-size="10">{escape(shown)}</text>'


def _curve(lane: Lane, x: Place, top: float) -> str:
    if len(lane.energies) < 4:
        return ""
    levels = block_loudness(np.maximum(np.convolve(lane.energies, np.ones(4) / 4, mode="valid"), 1e-15))
    step = -(-len(levels) // MOST)
    points = []
    for first in range(0, len(levels), step):
        level = float(levels[first : first + step].max())
        points.append(f"{x((first + step / 2 + 2) / HOPS_A_SECOND):.1f} {_y(level, top):.1f}")
    colour = COLOURS[lane.stem]
    return f'<path d="M{"L".join(points)}" fill="none" stroke="{colour}" stroke-width="1.2"/>'
