"""The picture of two revisions: two columns of scenes with ribbons between them, as SVG or PNG."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from io import BytesIO
from pathlib import Path

from answerprint.core.errors import UsageError
from answerprint.departments.script.difference.records import Difference, SceneChange, SceneEnd
from answerprint.media.aside import written_aside

WIDTH = 1100.0
TOP = 92.0
MARGIN = 40.0
COLUMN = 300.0
LEAST_HEIGHT = 13.0  # of a scene's box: its heading has to be read
EIGHTH = 3.2  # height of an eighth of a page
GAP = 2.0
MOST_HEIGHT = 12_000.0

COLOURS = {
    "same": "#9aa39b",
    "changed": "#c88a1a",
    "added": "#3d7a3f",
    "removed": "#b03a2e",
    "split": "#5f6caf",
    "merged": "#5f6caf",
    "moved": "#2f7f9f",
}
LEGEND = (
    ("same", "as it was"), ("changed", "changed"), ("moved", "moved"), ("split", "split or merged"),
    ("added", "added"), ("removed", "removed"),
)  # fmt: skip
INK, SOFT, PAPER, LINE = "#1c1a17", "#6c665c", "#faf8f4", "#e3ddd1"


Places = dict[int, tuple[float, float]]  # scene index → top and height


@dataclass(frozen=True)
class Box:
    """A rectangle; y runs downwards, in points."""

    x: float
    y: float
    width: float
    height: float
    fill: str
    title: str = ""


@dataclass(frozen=True)
class Ribbon:
    """A band from a right edge (x, y from a to b) to a left edge further right."""

    x: float
    a: float
    b: float
    to_x: float
    to_a: float
    to_b: float
    fill: str
    strength: float


@dataclass(frozen=True)
class Label:
    x: float
    y: float
    text: str
    size: float = 8.0
    fill: str = INK
    bold: bool = False
    end: bool = False  # the text ends at x


@dataclass(frozen=True)
class Drawing:
    height: float
    shapes: tuple[Box | Ribbon | Label, ...]


def write_picture(difference: Difference, out: Path) -> None:
    """Write the picture in the format its suffix names, .svg or .png.

    Raises UsageError AP-USE-123 for another suffix, MediaError when it cannot be written.
    """
    suffix = out.suffix.casefold()
    if suffix not in (".svg", ".png"):
        raise UsageError(
            "AP-USE-123",
            f"{suffix or 'no suffix'} names no picture format",
            file=str(out),
            remedy="use .svg or .png",
        )
    drawn = drawing(difference)
    data = svg(drawn).encode("utf-8", "backslashreplace") if suffix == ".svg" else png(drawn)
    with written_aside(out) as aside:
        aside.write_bytes(data)


def drawing(difference: Difference) -> Drawing:
    """The shapes: scenes as boxes as high as they are long, ribbons from what was to what is."""
    left = _column([end for one in difference.scenes for end in one.before])
    right = _column([end for one in difference.scenes for end in one.after])
    height = max([TOP, *(y + h for y, h in (*left.values(), *right.values()))]) + MARGIN
    shapes: list[Box | Ribbon | Label] = [Box(0, 0, WIDTH, height, PAPER)]
    left_x, right_x = MARGIN, WIDTH - MARGIN - COLUMN
    shapes += [
        Label(left_x, 34, difference.before, 13, bold=True),
        Label(right_x, 34, difference.after, 13, bold=True),
        Label(left_x, 50, _extent(difference, 0), 9, SOFT),
        Label(right_x, 50, _extent(difference, 1), 9, SOFT),
    ]
    x = left_x
    for name, words in LEGEND:
        shapes += [Box(x, 65, 9, 9, COLOURS[name]), Label(x + 13, 73, words, 9, SOFT)]
        x += 30 + 5.2 * len(words)
    ribbons: list[Ribbon] = []
    boxes: list[Box | Label] = []
    for one in difference.scenes:
        hue = COLOURS["moved" if one.moved and one.status in ("same", "changed") else one.status]
        for end in one.before:
            boxes += _scene(end, left[end.index], left_x, hue, one)
        for end in one.after:
            boxes += _scene(end, right[end.index], right_x, hue, one)
        quiet = one.status == "same" and not one.moved
        ribbons += _ribbons(one, left, right, hue, 0.22 if quiet else 0.5)
    # What moved lies over what stayed.
    ribbons.sort(key=lambda one: one.strength)
    return Drawing(height, (*shapes, *ribbons, *boxes))


def svg(drawn: Drawing) -> str:
    """The drawing as SVG."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {drawn.height:.1f}" '
        f'width="{WIDTH:g}" height="{drawn.height:.0f}" font-family="Helvetica, Arial, sans-serif">'
    ]
    for one in drawn.shapes:
        if isinstance(one, Box):
            title = f"<title>{escape(one.title)}</title>" if one.title else ""
            parts.append(
                f'<rect x="{one.x:.1f}" y="{one.y:.1f}" width="{one.width:.1f}" height="{one.height:.1f}" '
                f'fill="{one.fill}">{title}</rect>'
            )
        elif isinstance(one, Ribbon):
            bend = (one.x + one.to_x) / 2
            parts.append(
                f'<path d="M{one.x:.1f} {one.a:.1f} C{bend:.1f} {one.a:.1f} {bend:.1f} {one.to_a:.1f} '
                f"{one.to_x:.1f} {one.to_a:.1f} L{one.to_x:.1f} {one.to_b:.1f} C{bend:.1f} {one.to_b:.1f} "
                f'{bend:.1f} {one.b:.1f} {one.x:.1f} {one.b:.1f} Z" fill="{one.fill}" '
                f'fill-opacity="{one.strength}"/>'
            )
        else:
            weight = ' font-weight="bold"' if one.bold else ""
            anchor = ' text-anchor="end"' if one.end else ""
            parts.append(
                f'<text x="{one.x:.1f}" y="{one.y:.1f}" font-size="{one.size:g}" fill="{one.fill}"'
                f"{weight}{anchor}>{escape(one.text)}</text>"
            )
    return "\n".join((*parts, "</svg>\n"))


def png(drawn: Drawing, scale: float = 2.0) -> bytes:
    """The drawing as PNG, two pixels to the point, fewer for a very long script."""
    import cv2
    import pypdfium2

    scale = min(scale, 2 * MOST_HEIGHT / max(drawn.height, 1))
    document = pypdfium2.PdfDocument(_pdf(drawn))
    try:
        pixels = document[0].render(scale=scale).to_numpy()
        return bytes(cv2.imencode(".png", pixels)[1].tobytes())
    finally:
        document.close()


def _pdf(drawn: Drawing) -> bytes:
    from reportlab.lib.colors import HexColor
    from reportlab.pdfgen.canvas import Canvas

    out = BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, drawn.height), invariant=1)
    high = drawn.height
    for one in drawn.shapes:
        canvas.setFillColor(HexColor(one.fill))
        if isinstance(one, Box):
            canvas.setFillAlpha(1)
            canvas.rect(one.x, high - one.y - one.height, one.width, one.height, stroke=0, fill=1)
        elif isinstance(one, Ribbon):
            canvas.setFillAlpha(one.strength)
            bend = (one.x + one.to_x) / 2
            path = canvas.beginPath()
            path.moveTo(one.x, high - one.a)
            path.curveTo(bend, high - one.a, bend, high - one.to_a, one.to_x, high - one.to_a)
            path.lineTo(one.to_x, high - one.to_b)
            path.curveTo(bend, high - one.to_b, bend, high - one.b, one.x, high - one.b)
            path.close()
            canvas.drawPath(path, stroke=0, fill=1)
        else:
            canvas.setFillAlpha(1)
            canvas.setFont("Helvetica-Bold" if one.bold else "Helvetica", one.size)
            draw = canvas.drawRightString if one.end else canvas.drawString
            draw(one.x, high - one.y, one.text)
    canvas.save()
    return out.getvalue()


def _column(ends: list[SceneEnd]) -> Places:
    """Where each scene of a revision lies: top and height by index."""
    places: Places = {}
    y = TOP
    for end in sorted(ends, key=lambda one: one.index):
        height = max(LEAST_HEIGHT, end.eighths * EIGHTH)
        places[end.index] = (y, height)
        y += height + GAP
    return places


def _scene(
    end: SceneEnd, place: tuple[float, float], x: float, hue: str, change: SceneChange
) -> list[Box | Label]:
    y, height = place
    told = "; ".join((*change.story, *change.production)) or "as it was"
    text = f"{end.number}  {end.heading}"
    limit = 44
    return [
        Box(x, y, COLUMN, height, "#ffffff", f"{end.number} {end.heading}: {told}"),
        Box(x, y, 4, height, hue),
        Label(x + 10, y + 9.5, text if len(text) <= limit else text[: limit - 1] + "…"),
        Label(x + COLUMN - 6, y + 9.5, _pages(end.eighths), fill=SOFT, end=True),
    ]


def _ribbons(
    one: SceneChange,
    left: Places,
    right: Places,
    hue: str,
    strength: float,
) -> list[Ribbon]:
    """Bands between a scene and what became of it; a split or merged scene's side is shared out."""
    found: list[Ribbon] = []
    for number, end in enumerate(one.before):
        for place, other in enumerate(one.after):
            y, height = left[end.index]
            to_y, to_height = right[other.index]
            part, to_part = height / len(one.after), to_height / len(one.before)
            y, to_y = y + place * part, to_y + number * to_part
            found.append(
                Ribbon(
                    MARGIN + COLUMN, y, y + part, WIDTH - MARGIN - COLUMN, to_y, to_y + to_part, hue, strength
                )
            )
    return found


def _extent(difference: Difference, later: int) -> str:
    totals = {one.name: (one.before, one.after)[later] for one in difference.totals}
    return f"{totals['scenes']:g} scenes, {totals['pages']:g} pages, {totals['sets']:g} sets"


def _pages(eighths: int) -> str:
    whole, rest = divmod(eighths, 8)
    return f"{whole} {rest}/8" if whole else f"{rest}/8"
