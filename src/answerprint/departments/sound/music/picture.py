"""A piece drawn: onset strength, beats, bars, sections, and the marks that a cue was fitted to (SVG)."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from answerprint.departments.sound.music.analysis import CURVE, PLACES, Music
from answerprint.departments.sound.music.plans import Fit

WIDTH, HEIGHT = 960, 300
LEFT, RIGHT, TOP, BOTTOM = 24, 16, 56, 48  # pixels around the field
ROW = 60  # pixels under it for the fitted cue
INK, FAINT, CURVE_INK, BAR, HIT, MISSED = "#222", "#bbb", "#1f6fb2", "#c2410c", "#3f7d20", "#b00020"
TINTS = ("#e7f0dc", "#dce8f0", "#f3e6d8", "#eadcf0", "#f0dce0", "#e8e8d4")
MOST = 1600  # points of the curve; more are drawn as their highest
HIGHEST = 12.0  # mean strengths at the upper edge
MOST_BEATS = 600  # more beats than this are not drawn, only bars


def music_svg(music: Music, name: str, plan: Fit | None = None) -> bytes:
    """An SVG picture. plan: its pieces are drawn beneath, with the marks."""
    longest = max(music.samples, plan.length if plan is not None else 0, 1)
    wide, high = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    whole = HEIGHT + (ROW if plan is not None else 0)

    def x(samples: float) -> float:
        return LEFT + wide * samples / longest

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {whole}" '
        f'font-family="sans-serif" font-size="12" fill="{INK}">',
        f'<rect width="{WIDTH}" height="{whole}" fill="white"/>',
    ]
    for one in music.sections:
        x0, tint = x(one.start), TINTS[(ord(one.label) - ord("A")) % len(TINTS)]
        parts.append(
            f'<rect x="{x0:.1f}" y="{TOP}" width="{x(one.end) - x0:.1f}" height="{high}" fill="{tint}"/>'
            f'<text x="{x0 + 4:.1f}" y="{TOP - 6}">{one.label}</text>'
        )
    bars = set(music.downbeats)
    for number, at in enumerate(music.beats):
        if number in bars:
            parts.append(_line(x(at), TOP, TOP + high, BAR, 0.8))
        elif len(music.beats) <= MOST_BEATS:
            parts.append(_line(x(at), TOP + high - 14, TOP + high, FAINT, 0.8))
    parts.append(_curve(music, longest, wide, high))
    for number in range(5):
        place = longest * number / 4
        parts.append(
            f'<text x="{x(place):.1f}" y="{TOP + high + 16}" text-anchor="middle">'
            f"{_clock(place / PLACES)}</text>"
        )
    if plan is not None:
        parts += _fitted(plan, x, longest / wide)
    told = [
        f"{music.tempo:.1f} beats a minute" if music.tempo is not None else "no clear beat",
        *([f"{music.metre.name}, bars in orange"] if music.metre is not None else []),
        music.key.name if music.key is not None else "no key",
    ]
    parts.append(f'<text x="{LEFT}" y="24" font-size="14">{escape(name)}: onset strength</text>')
    parts.append(f'<text x="{LEFT}" y="{HEIGHT - 8}">{escape(" · ".join(told))}</text></svg>')
    return "\n".join(parts).encode()


def _line(x: float, top: float, bottom: float, colour: str, width: float) -> str:
    return f'<path d="M{x:.1f} {top:.1f}V{bottom:.1f}" stroke="{colour}" stroke-width="{width}"/>'


def _curve(music: Music, longest: int, wide: float, high: float) -> str:
    step = -(-len(music.onsets) // MOST) or 1
    path: list[str] = []
    for first in range(0, len(music.onsets), step):
        at = LEFT + wide * (first + step / 2) / CURVE * PLACES / longest
        strength = min(max(music.onsets[first : first + step]), HIGHEST) / HIGHEST
        path.append(f"{'L' if path else 'M'}{at:.1f} {TOP + high * (1 - strength):.1f}")
    return f'<path d="{"".join(path)}" fill="none" stroke="{CURVE_INK}" stroke-width="1"/>'


def _fitted(plan: Fit, x: Callable[[float], float], pixel: float) -> list[str]:
    top = HEIGHT + 6
    parts = []
    for number, one in enumerate(plan.pieces):
        parts.append(
            f'<rect x="{x(one.start):.1f}" y="{top}" width="{max(x(one.end) - x(one.start), 0.3):.1f}" '
            f'height="22" fill="{TINTS[number % 2]}" stroke="{FAINT}" stroke-width="0.5"/>'
        )
        if (one.end - one.start) / pixel > 60:
            parts.append(
                f'<text x="{x(one.start) + 3:.1f}" y="{top + 15}" font-size="10">bar {one.bar}, '
                f"{one.tempo:+.1%}</text>"
            )
    for hit in plan.hits:
        parts.append(_line(x(hit.mark.at), top - 4, top + 30, HIT, 2))
        parts.append(_name(x(hit.mark.at), top + 44, hit.mark.name, HIT))
    for missed in plan.missed:
        parts.append(_line(x(missed.mark.at), top - 4, top + 30, MISSED, 2))
        parts.append(_name(x(missed.mark.at), top + 44, missed.mark.name, MISSED))
    return parts


def _name(x: float, y: float, name: str, colour: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y}" font-size="10" text-anchor="middle" fill="{colour}">{escape(name)}</text>'
    )


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"
