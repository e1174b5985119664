"""The pictures of a risk: a distribution with its levels, the tornado of drivers, and the record so far."""

from __future__ import annotations

from answerprint.departments.planning.money.calibration import Record
from answerprint.departments.planning.money.currency import grouped
from answerprint.departments.planning.money.drawing import (
    INK,
    LINE,
    SOFT,
    Box,
    Dot,
    Drawing,
    Stroke,
    Words,
)
from answerprint.departments.planning.money.forecast import Spread
from answerprint.departments.planning.money.tornado import Driver

WIDTH = 860.0
WITHIN, OVER, CURVE, GOOD, BAD = "#7fa98b", "#e0b27a", "#8a5a10", "#4f8a63", "#c46a2b"


def distribution(spread: Spread, title: str, note: str, marks: tuple[tuple[str, float], ...] = ()) -> Drawing:
    """Runs by outcome as bars, their running total as a line, the plan and P10 to P90 marked.

    marks: further values to show, with their names, such as what the budget has put aside.
    """
    top, bottom, left, right, height = 114.0, 52.0, 28.0, 52.0, 380.0
    drawing = Drawing(WIDTH, height, f"{title}. {note}")
    low, high = spread.edges[0], spread.edges[-1]
    outside = [value for value in (spread.planned, *(value for _, value in marks))]
    low, high = min(low, *outside), max(high, *outside)
    pad = (high - low) * 0.02
    low, high = low - pad, high + pad
    wide, tall = WIDTH - left - right, height - top - bottom
    most = max(spread.shares) or 1.0

    def across(value: float) -> float:
        return left + (value - low) / (high - low) * wide

    base = top + tall
    drawing.add(Words(left, 24, title, 16, bold=True), Words(left, 42, note, 11.5, colour=SOFT))
    for share in (0.25, 0.5, 0.75, 1.0):
        y = base - share * tall
        drawing.add(Stroke([(left, y), (left + wide, y)], LINE, 0.6))
        drawing.add(Words(left + wide + 6, y + 4, f"{share:.0%}", 10.5, colour=SOFT))
    total, curve = 0.0, [(across(spread.edges[0]), base)]
    for share, start, end in zip(spread.shares, spread.edges, spread.edges[1:], strict=False):
        x, width = across(start), across(end) - across(start)
        tint = WITHIN if (start + end) / 2 <= spread.planned else OVER
        bar = share / most * tall * 0.92
        label = f"{_value(start, spread)} to {_value(end, spread)}: {share:.1%}"
        drawing.add(Box(x + 0.6, base - bar, width - 1.2, bar, tint, label))
        total += share
        curve.append((across(end), base - total * tall))
    drawing.add(Stroke(curve, CURVE, 1.8))
    drawing.add(Stroke([(left, base), (left + wide, base)], SOFT, 1))
    for value in _ticks(low, high):
        drawing.add(Stroke([(across(value), base), (across(value), base + 4)], SOFT, 1))
        drawing.add(Words(across(value), base + 17, _value(value, spread), 10.5, "middle", SOFT))
    unit = "shooting days" if spread.unit == "days" else spread.unit
    drawing.add(Words(left + wide / 2, base + 38, unit, 10.5, "middle", SOFT))
    drawing.add(Words(left + wide + right - 4, top - 8, "runs up to here", 10, "end", SOFT))
    levels = [("P10", spread.p10), ("P50", spread.p50), ("P80", spread.p80), ("P90", spread.p90)]
    taken: list[tuple[float, float]] = []
    for name, value, colour in (
        *((f"{name} {_value(one.value, spread)}", one.value, INK) for name, one in levels),
        (f"plan {_value(spread.planned, spread)}", spread.planned, GOOD),
        *((f"{name} {_value(value, spread)}", value, BAD) for name, value in marks),
    ):
        x = across(value)
        row = next(row for row in range(9) if all(abs(x - at) > 96 or row != used for at, used in taken))
        taken.append((x, row))
        y = 60.0 + 14 * row
        drawing.add(Stroke([(x, y + 3), (x, base)], colour, 1.1, dashed=colour != INK))
        before = colour == GOOD and spread.planned < spread.p50.value and x > left + 80
        anchor = "end" if before or x > left + wide - 60 else "start"
        drawing.add(Words(x + (-4 if anchor == "end" else 4), y + 8, name, 10.5, anchor, colour, bold=True))  # type: ignore[arg-type]
    return drawing


def tornado_chart(drivers: tuple[Driver, ...], spread: Spread, title: str) -> Drawing:
    """Each driver's mean outcome from its kindest tenth of the runs to its hardest, the widest on top."""
    row, left, right, top = 34.0, 262.0, 128.0, 82.0
    height = top + row * max(len(drivers), 1) + 44
    note = "mean outcome where a driver was kindest (a tenth of the runs) and where it was hardest"
    drawing = Drawing(WIDTH, height, f"{title}: {note}")
    drawing.add(Words(28, 24, title, 16, bold=True), Words(28, 42, note, 11.5, colour=SOFT))
    values = [value for one in drivers for value in (one.low, one.high)] + [spread.mean]
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    low, high = low - span * 0.1, high + span * 0.1
    wide = WIDTH - left - right
    drawing.add(Words(WIDTH - 28, top - 12, "of the variance", 10.5, "end", SOFT))

    def across(value: float) -> float:
        return left + (value - low) / (high - low) * wide

    base = top + row * len(drivers)
    for value in _ticks(low, high):
        drawing.add(Stroke([(across(value), top - 4), (across(value), base + 4)], LINE, 0.6))
        drawing.add(Words(across(value), base + 18, _value(value, spread), 10.5, "middle", SOFT))
    middle = across(spread.mean)
    for at, one in enumerate(drivers):
        y = top + at * row
        drawing.add(Words(left - 14, y + row / 2 + 4, one.label, 12, "end"))
        for value, colour in ((one.low, GOOD), (one.high, BAD)):
            start, end = sorted((middle, across(value)))
            label = f"{one.label}: {_value(value, spread)}"
            drawing.add(Box(start, y + 6, end - start, row - 12, colour, label))
        ends = sorted((across(one.low), across(one.high)))
        first, last = sorted((one.low, one.high))
        first_x, last_x = min(ends[0], middle), max(ends[1], middle)
        drawing.add(Words(first_x - 5, y + row / 2 + 4, _value(first, spread), 10, "end", SOFT))
        drawing.add(Words(last_x + 5, y + row / 2 + 4, _value(last, spread), 10, "start", SOFT))
        drawing.add(Words(WIDTH - 28, y + row / 2 + 4, f"{one.variance:.0%}", 12, "end", bold=True))
    drawing.add(Stroke([(middle, top - 4), (middle, base + 4)], INK, 1.2))
    drawing.add(Words(middle, top - 10, f"mean {_value(spread.mean, spread)}", 10.5, "middle", bold=True))
    return drawing


def record_chart(record: Record, title: str) -> Drawing:
    """Past productions: what the forecast from the others said (P10 to P90, P50, P80) and what it was."""
    row, left, right, top = 26.0, 200.0, 48.0, 70.0
    shown = record.scores[:40]
    height = top + row * len(shown) + 40
    note = "actual over planned; each forecast knows every production but its own"
    drawing = Drawing(WIDTH, height, f"{title}: {note}")
    drawing.add(Words(28, 24, title, 16, bold=True), Words(28, 42, note, 11.5, colour=SOFT))
    values = [value for one in shown for value in (one.p10, one.p90, one.actual)]
    low, high = min(values) - 0.02, max(values) + 0.02
    wide = WIDTH - left - right

    def across(value: float) -> float:
        return left + (value - low) / (high - low) * wide

    base = top + row * len(shown)
    for value in _ticks(low, high):
        drawing.add(Stroke([(across(value), top - 6), (across(value), base)], LINE, 0.6))
        drawing.add(Words(across(value), base + 16, f"×{value:g}", 10.5, "middle", SOFT))
    for at, one in enumerate(shown):
        y = top + at * row + row / 2
        name = one.production if len(one.production) <= 26 else one.production[:25] + "…"
        drawing.add(Words(left - 14, y + 4, name, 11.5, "end"))
        drawing.add(Box(across(one.p10), y - 5, across(one.p90) - across(one.p10), 10, LINE))
        drawing.add(Box(across(one.p10), y - 5, across(one.p80) - across(one.p10), 10, "#cfd9cc"))
        drawing.add(Stroke([(across(one.p50), y - 7), (across(one.p50), y + 7)], SOFT, 1.4))
        within = one.actual <= one.p80
        label = f"{one.production}: ×{one.actual:.2f}, P80 ×{one.p80:.2f}"
        drawing.add(Dot(across(one.actual), y, 4.5, GOOD if within else BAD, label))
    return drawing


def _value(value: float, spread: Spread) -> str:
    if spread.unit == "days":
        return f"{value:.0f}" if abs(value - round(value)) < 0.05 else f"{value:.1f}"
    if abs(value) >= 1e7:
        return f"{value / 1e6:.2f} m"
    return grouped(round(value)) if abs(value) < 1e5 else f"{grouped(round(value / 1000))} k"


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers within a range, five to nine of them."""
    step = 1.0
    while (high - low) / step > 9:
        step *= 10
    while (high - low) / step < 5:
        step /= 10
    for by in (5, 2):
        if (high - low) / (step * by) >= 4:
            step *= by
            break
    first = int(low / step) + (low > 0)
    found = []
    while first * step <= high:
        if first * step >= low:
            found.append(round(first * step, 10))
        first += 1
    return found
