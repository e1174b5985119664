"""What was found in a file as a self-contained page and as a PDF: a strip of time, a still of each fault."""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from answerprint.core.errors import MediaError
from answerprint.core.time import Time
from answerprint.departments.planning.money.drawing import (
    INK,
    SOFT,
    Box,
    Drawing,
    Words,
    text_width,
    write,
)
from answerprint.formats.web_pages import template_of
from answerprint.media.decode import picture_at
from answerprint.media.forms import PictureForm
from answerprint.media.stills import image_bytes
from answerprint.pipeline.picture.checking_records import Check, Fault

STILLS = 60  # at most: the worst come first
ACROSS = 400  # pixels of a still
COLOURS = {"problem": "#b3261e", "warning": "#b26a00", "note": "#5b6f82"}
PAGE = (595.0, 842.0)  # points, A4
MARGIN = 42.0
ROW = 92.0  # points that a fault takes
PICTURE = 132.0  # points of a still's width
LEFT, WIDE, CURVE, LINES = 110.0, 720.0, 46.0, 13.0  # points of the strip
SIZES = {"head": 16.0, "text": 9.0, "small": 7.5}

Tell = Callable[[str, float], None]


def stills_of(path: Path, check: Check, tell: Tell = lambda what, done: None) -> dict[int, bytes]:
    """Fault's number → JPEG of a picture that shows it, of at most STILLS faults."""
    wanted = [number for number, one in enumerate(check.faults) if one.still is not None][:STILLS]
    found: dict[int, bytes] = {}
    for done, number in enumerate(wanted):
        tell("stills", done / len(wanted))
        fault = check.faults[number]
        assert fault.from_seconds is not None and fault.to_seconds is not None
        try:
            pixels, _ = picture_at(path, _time(fault), PictureForm("rgb", ACROSS), threads=1)
        except MediaError:
            continue  # it cannot be decoded there, which is what the fault says
        found[number] = image_bytes(_marked(np.asarray(pixels, np.uint8), fault, check), "jpeg")
    return found


def page(check: Check, stills: dict[int, bytes]) -> bytes:
    """The page in UTF-8: no script, nothing loaded from elsewhere."""
    template = template_of("answerprint.pipeline.picture", "templates/checking.html.j2")
    rows = [
        (one, b64encode(stills[number]).decode() if number in stills else "")
        for number, one in enumerate(check.faults)
    ]
    told = template.render(check=check, rows=rows, strip=strip(check).svg(), colours=COLOURS)
    return told.encode("utf-8", "backslashreplace")


def strip(check: Check) -> Drawing:
    """The programme from left to right: its light, and under it a line for each kind of fault."""
    frames = max(1, check.facts.frames)
    placed = [one for one in check.faults if one.from_frame is not None]
    kinds = list(dict.fromkeys(one.kind for one in placed))
    drawing = Drawing(LEFT + WIDE + 10, CURVE + LINES * (len(kinds) + 1) + 12, "Faults over time")
    step = WIDE / max(1, len(check.curve))
    for number, light in enumerate(check.curve):
        grey = round(255 * light)
        drawing.add(
            Box(
                LEFT + number * step,
                4,
                min(step + 1, WIDE - number * step),
                CURVE - 8,
                f"#{grey:02x}{grey:02x}{grey:02x}",
            )
        )
    drawing.add(Words(LEFT - 6, CURVE / 2 + 3, "mean light", SIZES["small"], "end", SOFT))
    for row, kind in enumerate(kinds):
        top = CURVE + row * LINES
        drawing.add(Box(LEFT, top + 1, WIDE, LINES - 3, "#f0ece4"))
        drawing.add(Words(LEFT - 6, top + 9, kind.replace("_", " "), SIZES["small"], "end", INK))
        for one in sorted((one for one in placed if one.kind == kind), key=lambda each: each.severity):
            first, end = one.from_frame or 0, one.to_frame or 0
            x, width = LEFT + WIDE * first / frames, max(1.5, WIDE * (end - first) / frames)
            title = f"{one.start} {one.message}"
            drawing.add(Box(x, top + 1, min(width, LEFT + WIDE - x), LINES - 3, COLOURS[one.severity], title))
    base = CURVE + len(kinds) * LINES + 10
    drawing.add(Words(LEFT, base, "0", SIZES["small"], "start", SOFT))
    drawing.add(Words(LEFT + WIDE, base, f"{check.facts.seconds:.1f} s", SIZES["small"], "end", SOFT))
    return drawing


def pdf(check: Check, stills: dict[int, bytes]) -> bytes:
    """The same on A4; the same findings are the same bytes."""
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=PAGE, invariant=1)
    y = _head(canvas, check)
    drawing = strip(check)
    scale = (PAGE[0] - 2 * MARGIN) / drawing.width
    drawing.draw_on(canvas, MARGIN, PAGE[1] - y - drawing.height * scale, scale)
    y += drawing.height * scale + 18
    for number, one in enumerate(check.faults):
        high = ROW if number in stills else ROW * 0.55
        if y + high > PAGE[1] - MARGIN:
            canvas.showPage()
            y = MARGIN
        canvas.setFillColor(COLOURS[one.severity])
        canvas.rect(MARGIN, PAGE[1] - y - high + 10, 3, high - 12, stroke=0, fill=1)
        if number in stills:
            picture = ImageReader(io.BytesIO(stills[number]))
            wide, tall = picture.getSize()
            fit = min(PICTURE / wide, (high - 12) / tall)
            canvas.drawImage(
                picture, MARGIN + 10, PAGE[1] - y - tall * fit - 2, width=wide * fit, height=tall * fit
            )
        _row(canvas, one, MARGIN + (PICTURE + 20 if number in stills else 10), y)
        y += high
    canvas.save()
    return out.getvalue()


def _head(canvas: Any, check: Check) -> float:
    facts = check.facts
    y = MARGIN + 12
    _say(canvas, MARGIN, y, f"{check.file}", SIZES["head"], bold=True)
    colour = " ".join(f"{name} {value or 'untagged'}," for name, value in facts.colour.items()).rstrip(",")
    told = ", ".join(f"{count} {name}{'s' if count != 1 else ''}" for name, count in check.counts.items())
    usual = ", what is usual and no requirement" if check.guide else ""
    heard = [f"{one.rule}: {_number(one.value)} ({one.limit})" for one in check.loudness]
    lines = [
        f"{check.title} ({check.profile}{usual}): {told}",
        f"{facts.container}, {facts.codec}, {facts.size}, {facts.rate} pictures a second, {facts.bits} bits, "
        f"{facts.frames} pictures, {facts.seconds:.2f} s, {facts.shots} shots, "
        f"start timecode {facts.start_timecode or 'none'}",
        colour + "; " + ("; ".join(facts.sound) or "no sound"),
        *heard,
        *check.notes,
    ]
    y += 8
    for line in lines:
        for part in _wrapped(line, PAGE[0] - 2 * MARGIN, SIZES["text"]):
            y += 12
            _say(canvas, MARGIN, y, part, SIZES["text"])
    return y + 12


def _row(canvas: Any, fault: Fault, x: float, y: float) -> None:
    width = PAGE[0] - MARGIN - x
    place = f"{fault.start} – {fault.to}" if fault.start else "the whole file"
    _say(canvas, x, y + 10, f"{fault.kind.replace('_', ' ')}: {fault.severity}", SIZES["text"], bold=True)
    _say(canvas, PAGE[0] - MARGIN, y + 10, place, SIZES["text"], anchor="end")
    at = y + 12
    for part in _wrapped(fault.message, width, SIZES["text"])[:3]:
        at += 11
        _say(canvas, x, at, part, SIZES["text"])
    limit = f"{fault.value:g} {fault.unit}, limit {fault.limit:g}. " if _both(fault) else ""
    by = f"a rule: {fault.source}" if fault.by == "rule" else "the craft's judgement"
    for part in _wrapped(f"{limit}By {by}", width, SIZES["small"])[:2]:
        at += 10
        _say(canvas, x, at, part, SIZES["small"], colour=SOFT)


def _number(value: float | None) -> str:
    return "not measured" if value is None else f"{value:g}"


def _both(fault: Fault) -> bool:
    return fault.value is not None and fault.limit is not None


def _say(
    canvas: Any,
    x: float,
    y: float,
    text: str,
    size: float,
    *,
    bold: bool = False,
    anchor: Any = "start",
    colour: str = INK,
) -> None:
    printable = "".join(one if one.isprintable() else "?" for one in text)
    write(canvas, Words(x, y, printable, size, anchor, colour, bold), PAGE[1])


def _wrapped(text: str, width: float, size: float) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and text_width(longer, size) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _time(fault: Fault) -> Time:
    """When the still of a fault is shown: in the middle of it, by its exact seconds."""
    first, end = Fraction(fault.from_seconds or 0), Fraction(fault.to_seconds or 0)
    count = max(1, (fault.to_frame or 0) - (fault.from_frame or 0))
    share = Fraction((fault.still or 0) - (fault.from_frame or 0), count)
    # A half picture further: the time lies inside the picture and on no edge.
    return Time.of_seconds(first + (end - first) * (share + Fraction(1, 2 * count)))


def _marked(pixels: np.ndarray, fault: Fault, check: Check) -> np.ndarray:
    """A ring where the fault is one place of the picture."""
    if fault.kind != "stuck_pixel":
        return pixels
    wide = int(check.facts.size.split("x")[0])
    scale = pixels.shape[1] / wide
    x, y = (round(float(fault.evidence[name]) * scale) for name in ("x", "y"))
    return np.asarray(cv2.circle(pixels.copy(), (x, y), 12, (255, 214, 0), 2, cv2.LINE_AA), np.uint8)
