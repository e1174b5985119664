"""The pictures of the analysis page as SVG: curve, arc, presence, network, production."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.script.analysis.production_drivers import drivers
from answerprint.departments.script.analysis.records import Analysis, CharacterSheet, ScenePoint

WIDTH = 1120
LEFT, RIGHT = 118, 24
INNER = WIDTH - LEFT - RIGHT
MOST_ROWS = 16  # characters in the presence strips
MOST_NODES = 22
MOST_EDGES = 90
HUES = ("#b3541e", "#2f6f8f", "#6b8e23", "#8a4f9e", "#b8912b", "#3d7a5c", "#a8455f", "#5f6caf")
DRIVER_HUES = (
    "#2c3e66", "#5a6ea0", "#b3541e", "#a02c2c", "#6d3b3b", "#d9822b", "#7a4fa3", "#6b8e23",
    "#c98aa0", "#2f7f9f", "#8a8a5c", "#b8a05a", "#6fa0b8", "#a07850", "#c25a8f", "#8f2f45",
)  # fmt: skip


def curve(analysis: Analysis) -> str:
    """Engagement by scene: a bar as wide as the scene is long, the smoothed line, acts and turns."""
    height, top, bottom = 250, 46, 30
    scenes = [one for one in analysis.scenes if one.engagement is not None]
    if not scenes:
        return ""
    middle = top + (height - top - bottom) / 2
    limit = max(2.0, *(abs(one.engagement or 0.0) for one in scenes))
    scale = (height - top - bottom) / 2 / limit
    parts = [_acts(analysis, top, height - bottom)]
    for name, finding in (("slow", one) for one in analysis.findings if one.kind.startswith("pacing.slow")):
        inside = [one for one in analysis.scenes if _between(analysis, finding.subject, one)]
        if inside:
            begin, end = _x(inside[0].start), _x(inside[-1].end)
            parts.append(
                f'<rect class="{name}" x="{begin:.1f}" y="{top}" width="{end - begin:.1f}" '
                f'height="{height - top - bottom}"/>'
            )
    for one in scenes:
        value = one.engagement or 0.0
        x, width = _x(one.start), max(0.8, _x(one.end) - _x(one.start) - 0.8)
        y = middle - max(0.0, value) * scale
        why = ", ".join(f"{name} {part:+.1f}" for name, part in one.parts.items())
        parts.append(
            f'<rect class="bar {"up" if value >= 0 else "down"}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" '
            f'height="{max(0.8, abs(value) * scale):.1f}"><title>{escape(one.number)} {escape(one.heading)}\n'
            f"{value:+.1f} sd: {escape(why)}</title></rect>"
        )
    line = [
        (_x((one.start + one.end) / 2), middle - (one.engagement_smooth or 0.0) * scale) for one in scenes
    ]
    parts.append(f'<path class="line" d="{_path(line)}"/>')
    parts.append(f'<line class="axis" x1="{LEFT}" y1="{middle}" x2="{WIDTH - RIGHT}" y2="{middle}"/>')
    parts.append(_label("livelier", middle - (height - top - bottom) / 2 + 10))
    parts.append(_label("this script’s mean", middle + 4))
    parts.append(_label("quieter", height - bottom - 2))
    parts.append(_pages(analysis, height - bottom))
    return _svg(height, parts, "Engagement by scene")


def arc(analysis: Analysis) -> str:
    """The emotional level with its own band, over the grey band of the same scenes shuffled."""
    found = analysis.arc
    if not found.position:
        return ""
    height, top, bottom = 250, 24, 30
    values = [*found.low, *found.high, *found.shuffled_low, *found.shuffled_high]
    limit = max(0.1, *(abs(one) for one in values)) * 1.05
    middle = top + (height - top - bottom) / 2
    scale = (height - top - bottom) / 2 / limit

    def points(level: Sequence[float]) -> list[tuple[float, float]]:
        return [(_x(at), middle - one * scale) for at, one in zip(found.position, level, strict=True)]

    parts = [
        f'<path class="null" d="{_area(points(found.shuffled_high), points(found.shuffled_low))}"/>',
        f'<path class="band" d="{_area(points(found.high), points(found.low))}"/>',
        f'<line class="axis" x1="{LEFT}" y1="{middle}" x2="{WIDTH - RIGHT}" y2="{middle}"/>',
        f'<path class="line" d="{_path(points(found.valence))}"/>',
        _label("bright", top + 10),
        _label("neutral", middle + 4),
        _label("dark", height - bottom - 2),
        _pages(analysis, height - bottom),
    ]
    return _svg(height, parts, "Emotional level")


def presence(analysis: Analysis) -> str:
    """A strip for each character: dark where they speak, light where they only act, framed where missed."""
    people = sorted(analysis.characters, key=lambda one: -one.words)[:MOST_ROWS]
    if not people:
        return ""
    row, top = 24, 26
    height = top + row * len(people) + 26
    missing = {one.subject for one in analysis.findings if one.kind == "character.disappears"}
    parts = [_acts(analysis, top - 6, top + row * len(people), names=False)]
    for index, one in enumerate(people):
        y = top + index * row
        parts.append(f'<text class="name" x="{LEFT - 10}" y="{y + 14}">{escape(_short(one.name, 16))}</text>')
        parts.append(f'<rect class="rail" x="{LEFT}" y="{y + 4}" width="{INNER}" height="13"/>')
        for scene, value in zip(analysis.scenes, one.presence, strict=True):
            if value:
                x, width = _x(scene.start), max(1.2, _x(scene.end) - _x(scene.start) - 0.6)
                parts.append(
                    f'<rect class="{"speaks" if value == 2 else "acts"}" x="{x:.1f}" y="{y + 4}" '
                    f'width="{width:.1f}" height="13"><title>{escape(one.name)}: scene '
                    f"{escape(scene.number)} {escape(scene.heading)}</title></rect>"
                )
        if one.name in missing:
            begin, end = _absence(analysis.scenes, one)
            parts.append(
                f'<rect class="missed" x="{_x(begin):.1f}" y="{y + 2}" '
                f'width="{max(2.0, _x(end) - _x(begin)):.1f}" height="17" rx="3"/>'
            )
    parts.append(_pages(analysis, top + row * len(people) + 2))
    return _svg(height, parts, "Who is present when")


def network(analysis: Analysis) -> str:
    """Who shares scenes with whom: size by words, width by shared scenes, colour by group."""
    people = sorted(
        (one for one in analysis.characters if one.strength > 0), key=lambda one: (-one.strength, one.name)
    )[:MOST_NODES]
    if len(people) < 2:
        return ""
    place = {one.name: index for index, one in enumerate(people)}
    ties = [one for one in analysis.ties if one.one in place and one.other in place]
    ties = sorted(ties, key=lambda one: -one.weight)[:MOST_EDGES]
    weights = np.zeros((len(people), len(people)))
    for one in ties:
        weights[place[one.one], place[one.other]] = weights[place[one.other], place[one.one]] = one.weight
    spots = _spread(weights)
    height, width = 520, 760
    x = 90 + spots[:, 0] * (width - 180)
    y = 50 + spots[:, 1] * (height - 100)
    heaviest = max(one.weight for one in ties)
    parts = []
    for one in reversed(ties):
        a, b = place[one.one], place[one.other]
        parts.append(
            f'<line class="tie" x1="{x[a]:.1f}" y1="{y[a]:.1f}" x2="{x[b]:.1f}" y2="{y[b]:.1f}" '
            f'stroke-width="{0.6 + 6 * one.weight / heaviest:.1f}">'
            f"<title>{escape(one.one)} and {escape(one.other)}: {one.scenes} scenes</title></line>"
        )
    most = max(1, max(one.words for one in people))
    for index, person in enumerate(people):
        radius = 7 + 20 * (person.words / most) ** 0.5
        hue = HUES[person.community % len(HUES)]
        parts.append(
            f'<circle cx="{x[index]:.1f}" cy="{y[index]:.1f}" r="{radius:.1f}" fill="{hue}" class="node">'
            f"<title>{escape(person.name)}: {person.words} words, {person.scenes_present} scenes</title>"
            f'</circle><text class="who" x="{x[index]:.1f}" y="{y[index] + radius + 13:.1f}">'
            f"{escape(person.name)}</text>"
        )
    return _svg(height, parts, "Who shares scenes", width=width)


def production(analysis: Analysis) -> str:
    """Driver points stacked by scene."""
    height, top, bottom = 230, 16, 30
    totals = [sum(one.drivers.values()) for one in analysis.scenes]
    if not totals or max(totals) == 0:
        return ""
    scale = (height - top - bottom) / max(totals)
    parts = []
    for scene in analysis.scenes:
        y = float(height - bottom)
        x, width = _x(scene.start), max(1.0, _x(scene.end) - _x(scene.start) - 0.8)
        for name, points in scene.drivers.items():
            y -= points * scale
            parts.append(
                f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{points * scale:.1f}" '
                f'fill="{driver_hue(name)}"><title>{escape(scene.number)} {escape(scene.heading)}\n'
                f"{escape(drivers()[name].title)}: {points:.1f}</title></rect>"
            )
    parts.append(_label(f"{max(totals):.0f} points", top + 8))
    parts.append(_label("0", height - bottom))
    parts.append(_pages(analysis, height - bottom))
    return _svg(height, parts, "Production drivers by scene")


def driver_hue(name: str) -> str:
    """The colour a driver keeps on every page."""
    return DRIVER_HUES[list(drivers()).index(name) % len(DRIVER_HUES)]


def _x(share: float) -> float:
    return LEFT + share * INNER


def _svg(height: float, parts: Iterable[str], title: str, width: float = WIDTH) -> str:
    inside = "\n".join(one for one in parts if one)
    return (
        f'<svg viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{escape(title)}">\n{inside}\n</svg>'
    )


def _label(text: str, y: float) -> str:
    return f'<text class="dim name" x="{LEFT - 10}" y="{y:.1f}">{escape(text)}</text>'


def _pages(analysis: Analysis, y: float) -> str:
    """Ticks at pages, ten or so over the width."""
    step = next((one for one in (1, 2, 5, 10, 20, 50, 100) if analysis.pages / one <= 14), 200)
    ticks = []
    page = 0
    while page <= analysis.pages:
        x = _x(page / max(analysis.pages, 0.1))
        ticks.append(
            f'<line class="tick" x1="{x:.1f}" y1="{y}" x2="{x:.1f}" y2="{y + 5}"/>'
            f'<text class="dim mid" x="{x:.1f}" y="{y + 18}">{"page " if page == 0 else ""}{page}</text>'
        )
        page += step
    return "".join(ticks)


def _acts(analysis: Analysis, top: float, bottom: float, names: bool = True) -> str:
    """A line at each turning point; the fainter, the less is known."""
    parts = []
    for number, one in enumerate(analysis.turning_points, start=1):
        x = _x(one.position)
        shown = 0.25 + 0.75 * one.confidence
        parts.append(
            f'<line class="turn" x1="{x:.1f}" y1="{top - 4}" x2="{x:.1f}" y2="{bottom}" '
            f'opacity="{shown:.2f}">'
            f"<title>{escape(one.name)}, scene {escape(one.number)}</title></line>"
        )
        if names:
            text = escape(one.name.split(" (")[0])
            side = "end" if number == len(analysis.turning_points) else "mid"
            parts.append(
                f'<text class="dim {side}" x="{x:.1f}" y="{top - 22}">{text}</text>'
                f'<text class="dim {side}" x="{x:.1f}" y="{top - 9}">sc. {escape(one.number)} · '
                f"{one.confidence:.2f}</text>"
            )
    return "".join(parts)


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _area(upper: Sequence[tuple[float, float]], lower: Sequence[tuple[float, float]]) -> str:
    return _path([*upper, *reversed(lower)]) + " Z"


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def _between(analysis: Analysis, subject: str, scene: ScenePoint) -> bool:
    numbers = [one.number for one in analysis.scenes]
    first, _, last = subject.removeprefix("scenes ").rpartition("-")
    if first not in numbers or last not in numbers:
        return False
    return numbers.index(first) <= numbers.index(scene.number) <= numbers.index(last)


def _absence(scenes: Sequence[ScenePoint], person: CharacterSheet) -> tuple[float, float]:
    """The longest stretch without a character after their first scene, as shares of the script."""
    best, begin, last = 0.0, 0.0, None
    for scene, value in zip(scenes, person.presence, strict=True):
        if value:
            if last is not None and scene.start - last > best:
                best, begin = scene.start - last, last
            last = scene.end
    if last is not None and 1 - last > best:
        best, begin = 1 - last, last
    return begin, begin + best


def _spread(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Places (nodes, 2) in 0..1: Fruchterman and Reingold 1991 from a circle, the same every time."""
    count = len(weights)
    angle = 2 * np.pi * np.arange(count) / count
    place = np.stack([np.cos(angle), np.sin(angle)], axis=1) * 0.5
    pull = np.sqrt(weights / max(float(weights.max()), 1e-9))
    ideal = 1.0 / np.sqrt(count)
    for step in range(400):
        apart = place[:, None, :] - place[None, :, :]
        distance = np.maximum(np.linalg.norm(apart, axis=2), 0.01)
        push = (ideal**2 / distance**2)[:, :, None] * apart
        drawn = (pull * distance / ideal)[:, :, None] * apart
        move = (push - drawn).sum(axis=1) - 0.6 * place
        length = np.maximum(np.linalg.norm(move, axis=1, keepdims=True), 1e-9)
        place = place + move / length * np.minimum(length, 0.08 * (1 - step / 400))
    low, high = place.min(axis=0), place.max(axis=0)
    return np.asarray((place - low) / np.maximum(high - low, 1e-9), float)
