"""The pacing of a cut as an SVG picture: every shot by its length, the running median, the script beneath."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from xml.sax.saxutils import escape

from answerprint.departments.editorial.pacing import Pacing

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 1200, 360, 64, 40, 56  # pixels
GUIDES = (0.5, 1, 2, 5, 10, 20, 60, 120)  # seconds
COLOURS = {
    "shot": "#4e79a7",
    "usual": "#e15759",
    "slack": "#f28e2b",
    "rushed": "#b07aa1",
    "script": "#59a14f",
}


def pacing_svg(pacings: Sequence[Pacing]) -> bytes:
    """One panel for each cut, under one another on one scale of time, UTF-8."""
    longest = max((one.seconds for one in pacings), default=1.0) or 1.0
    total = HEIGHT * len(pacings)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {total}" font-family="sans-serif" '
        'font-size="13">',
        f'<rect width="{WIDTH}" height="{total}" fill="#ffffff"/>',
    ]
    for number, one in enumerate(pacings):
        parts.append(f'<g transform="translate(0 {number * HEIGHT})">{_panel(one, longest)}</g>')
    return "\n".join([*parts, "</svg>"]).encode()


def _panel(one: Pacing, longest: float) -> str:
    lengths = [shot.seconds for shot in one.shots] or [1.0]
    low, high = math.log(min(0.4, *lengths)), math.log(max(8.0, *lengths))
    floor = HEIGHT - BOTTOM

    def across(seconds: float) -> float:
        return round(LEFT + seconds / longest * (WIDTH - LEFT - 16), 1)

    def up(seconds: float) -> float:
        return round(floor - (math.log(seconds) - low) / (high - low) * (floor - TOP), 1)

    told = (
        f"{one.name}: {len(one.shots)} shots, {one.mean:.1f} s on average, {one.median:.1f} s in the middle"
    )
    parts = [f'<text x="{LEFT}" y="22" font-size="16">{escape(told)}</text>']
    for guide in GUIDES:
        if low <= math.log(guide) <= high:
            y = up(guide)
            parts.append(f'<line x1="{LEFT}" x2="{WIDTH - 16}" y1="{y}" y2="{y}" stroke="#ddd"/>')
            parts.append(f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end" fill="#666">{guide:g} s</text>')
    rate = one.seconds / one.shots[-1].end if one.shots else 0.0
    for passage in one.passages:
        left, right = across(passage.first * rate), across(passage.end * rate)
        words = escape(f"{passage.at} {passage.reason}")
        parts.append(
            f'<rect x="{left}" y="{TOP}" width="{max(2.0, round(right - left, 1))}" height="{floor - TOP}" '
            f'fill="{COLOURS[passage.kind]}" opacity="0.25"><title>{words}</title></rect>'
        )
    for shot in one.shots:
        left, right = across(shot.first * rate), across(shot.end * rate)
        y = up(shot.seconds)
        words = escape(f"{shot.at} {shot.name}: {shot.seconds:.2f} s")
        parts.append(
            f'<rect x="{left}" y="{y}" width="{max(1.0, round(right - left - 1, 1))}" '
            f'height="{round(floor - y, 1)}" fill="{COLOURS["shot"]}" opacity="0.75">'
            f"<title>{words}</title></rect>"
        )
    points = " ".join(f"{across((s.first + s.end) / 2 * rate)},{up(s.usual)}" for s in one.shots)
    parts.append(f'<polyline points="{points}" fill="none" stroke="{COLOURS["usual"]}" stroke-width="2.5"/>')
    parts += _scene_marks(one, rate, across, floor)
    return "\n".join(parts)


def _scene_marks(one: Pacing, rate: float, across: Callable[[float], float], floor: int) -> list[str]:
    parts: list[str] = []
    expected = {scene.scene: scene.expected for scene in one.scenes}
    last = None
    for shot in one.shots:
        if not shot.scene or shot.scene == last:
            continue
        last = shot.scene
        x = across(shot.first * rate)
        parts.append(
            f'<line x1="{x}" x2="{x}" y1="{TOP}" y2="{floor + 6}" stroke="#999" stroke-dasharray="3 3"/>'
        )
        level = expected.get(shot.scene)
        arrow = "" if level is None else f" ({level:+.1f})"
        parts.append(f'<text x="{x + 3}" y="{floor + 18}" fill="#444">{escape(shot.scene)}{arrow}</text>')
    if any(level is not None for level in expected.values()):
        told = "in brackets: how engaging the script's scene is, in standard deviations"
        parts.append(f'<text x="{LEFT}" y="{floor + 40}" fill="{COLOURS["script"]}">{told}</text>')
    return parts
