"""The loudness of a programme drawn: short-term curve, target, and where somebody speaks (SVG)."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from answerprint.departments.sound.levels import Profile
from answerprint.departments.sound.programme import Programme

WIDTH, HEIGHT = 960, 320
LEFT, RIGHT, TOP, BOTTOM = 56, 16, 40, 48  # pixels around the field
LOUDEST, QUIETEST = -5.0, -60.0  # LUFS at its upper and lower edge
INK, FAINT, CURVE, TARGET, SPOKEN = "#222", "#bbb", "#1f6fb2", "#c2410c", "#e7f0dc"
MOST = 1600  # points of the curve; more are drawn as their loudest


def loudness_svg(one: Programme, name: str, profile: Profile | None = None) -> bytes:
    """An SVG picture. profile: its target is drawn as a band."""
    wide, high = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    length = max(one.seconds, 1e-3)

    def x(seconds: float) -> float:
        return LEFT + wide * min(seconds, length) / length

    def y(lufs: float) -> float:
        return TOP + high * (LOUDEST - min(max(lufs, QUIETEST), LOUDEST)) / (LOUDEST - QUIETEST)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'font-family="sans-serif" font-size="12" fill="{INK}">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
    ]
    for start, end in one.spoken:
        parts.append(
            f'<rect x="{x(start):.1f}" y="{TOP}" width="{max(x(end) - x(start), 0.3):.1f}" height="{high}" '
            f'fill="{SPOKEN}"/>'
        )
    if profile is not None and profile.gate != "leq-m":
        upper, lower = y(profile.integrated + profile.tolerance), y(profile.integrated - profile.tolerance)
        parts.append(
            f'<rect x="{LEFT}" y="{upper:.1f}" width="{wide}" height="{lower - upper:.1f}" '
            f'fill="{TARGET}" opacity="0.25"/>'
        )
    for level in range(-60, 0, 10):
        parts.append(
            f'<path d="M{LEFT} {y(level):.1f}H{WIDTH - RIGHT}" stroke="{FAINT}" stroke-width="0.5"/>'
            f'<text x="{LEFT - 6}" y="{y(level) + 4:.1f}" text-anchor="end">{level}</text>'
        )
    for number in range(5):
        at = length * number / 4
        parts.append(f'<text x="{x(at):.1f}" y="{HEIGHT - 28}" text-anchor="middle">{_clock(at)}</text>')
    if one.integrated is not None:
        line = f"M{LEFT} {y(one.integrated):.1f}H{WIDTH - RIGHT}"
        parts.append(f'<path d="{line}" stroke="{INK}" stroke-dasharray="6 4"/>')
    parts.append(_curve(one, x, y))
    told = [
        f"integrated {_text(one.integrated)} LUFS (dashed)",
        f"range {_text(one.range)} LU",
        f"true peak {_text(one.true_peak)} dBTP",
        f"dialogue in the mix {_text(one.dialogue_in_mix)} LKFS (estimate; spoken parts shaded)",
    ]
    parts.append(f'<text x="{LEFT}" y="24" font-size="14">{escape(name)}: short-term loudness, LUFS</text>')
    parts.append(f'<text x="{LEFT}" y="{HEIGHT - 8}">{escape(" · ".join(told))}</text></svg>')
    return "\n".join(parts).encode()


def _curve(one: Programme, x: Callable[[float], float], y: Callable[[float], float]) -> str:
    step = -(-len(one.curve) // MOST) or 1
    path, pen = [], "M"
    for first in range(0, len(one.curve), step):
        values = [value for value in one.curve[first : first + step] if value is not None]
        if not values:
            pen = "M"
            continue
        seconds = first + (step + 1) / 2
        path.append(f"{pen}{x(seconds):.1f} {y(max(values)):.1f}")
        pen = "L"
    return f'<path d="{"".join(path)}" fill="none" stroke="{CURVE}" stroke-width="1.5"/>'


def _text(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
