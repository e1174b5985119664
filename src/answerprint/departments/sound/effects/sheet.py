"""A contact sheet of sounds: one HTML page that needs nothing beside it."""

from __future__ import annotations

import base64
import html
import struct
import zlib
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from answerprint.departments.sound.effects.bands import BANDS
from answerprint.departments.sound.effects.loops import GOOD
from answerprint.departments.sound.effects.records import COLUMNS, Heard

SHOWN = 0.15  # confidence from which on a tag is shown
STYLE = (
    "body{font:14px/1.4 system-ui,sans-serif;margin:1.5rem;background:#fff;color:#111}"
    "main{display:grid;grid-template-columns:repeat(auto-fill,minmax(260px,1fr));gap:1rem}"
    "figure{margin:0;border:1px solid #ccc;padding:.5rem;border-radius:4px}"
    ".p{position:relative}.p img{width:100%;height:96px;display:block;image-rendering:pixelated}"
    ".l{position:absolute;top:0;bottom:0;border:solid #e2570f;border-width:0 2px}"
    "figcaption b{overflow-wrap:anywhere}small{color:#444}"
)


class Card(NamedTuple):
    """A sound on the sheet: its name, what was heard, the name that is proposed (or nothing)."""

    name: str
    heard: Heard
    proposed: str


def sheet_html(title: str, cards: Iterable[Card]) -> bytes:
    """Names are escaped; loops that are good are marked on the picture."""
    parts = [
        "<!doctype html><html lang='en'><meta charset='utf-8'>",
        "<meta name='viewport' content='width=device-width'>",
        f"<title>{_safe(title)}</title><style>{STYLE}</style><h1>{_safe(title)}</h1><main>",
    ]
    parts += [_card(one) for one in cards]
    return "".join([*parts, "</main></html>\n"]).encode("utf-8", "backslashreplace")


def _card(card: Card) -> str:
    heard = card.heard
    mark = ""
    if heard.loop is not None and heard.loop.seam >= GOOD and heard.seconds > 0:
        left, right = (100 * at / heard.rate / heard.seconds for at in (heard.loop.start, heard.loop.end))
        mark = f"<span class='l' style='left:{left:.1f}%;width:{max(0.0, right - left):.1f}%'></span>"
    picture = np.frombuffer(heard.picture, np.uint8).reshape(BANDS, COLUMNS)
    data = base64.b64encode(png(255 - picture[::-1])).decode()
    tags = ", ".join(
        f"{_safe(one.name)} {one.confidence:.2f}" for one in heard.tags if one.confidence >= SHOWN
    )
    level = "silent" if heard.loudness is None else f"{heard.loudness:.1f} LUFS"
    named = f"<br><small>→ {_safe(card.proposed)}</small>" if card.proposed else ""
    notes = f"<br><small>{_safe('; '.join(heard.notes))}</small>" if heard.notes else ""
    return (
        f"<figure><div class='p'><img alt='' src='data:image/png;base64,{data}'>{mark}</div><figcaption>"
        f"<b>{_safe(card.name)}</b><br>{tags or 'no tag'}<br>"
        f"<small>{heard.seconds:.2f} s, {heard.measures.kind}, "
        f"{level}{', loops' if mark else ''}</small>{named}{notes}</figcaption></figure>"
    )


def png(grey: np.ndarray) -> bytes:
    """(h, w) uint8 as a PNG file (RFC 2083)."""
    height, width = grey.shape
    rows = b"".join(b"\0" + grey[row].tobytes() for row in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def _safe(text: str) -> str:
    shown = "".join(
        one if one.isprintable() else one.encode("unicode_escape", "backslashreplace").decode()
        for one in text
    )
    return html.escape(shown, quote=True)
