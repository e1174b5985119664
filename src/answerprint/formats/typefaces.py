"""Type for PDF pages: Courier where its letters suffice, else a monospaced face of this machine.

The built-in faces hold Western European letters only; Japanese, Chinese and Korean are set in the faces
that every PDF viewer brings (Adobe's Asian font packs); anything else needs a TrueType file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from answerprint.core.errors import NotAvailableError

FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path.home() / ".local/share/fonts",
    Path("/Library/Fonts"),
    Path("/System/Library/Fonts"),
)
MONOSPACED = (  # regular, bold, italic, bold italic; the first family that is here is used
    ("CourierPrime-Regular", "CourierPrime-Bold", "CourierPrime-Italic", "CourierPrime-BoldItalic"),
    ("LiberationMono-Regular", "LiberationMono-Bold", "LiberationMono-Italic", "LiberationMono-BoldItalic"),
    ("DejaVuSansMono", "DejaVuSansMono-Bold", "DejaVuSansMono-Oblique", "DejaVuSansMono-BoldOblique"),
    ("FreeMono", "FreeMonoBold", "FreeMonoOblique", "FreeMonoBoldOblique"),
)
PROPORTIONAL = (
    ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSans-BoldOblique"),
    ("LiberationSans-Regular", "LiberationSans-Bold", "LiberationSans-Italic", "LiberationSans-BoldItalic"),
    ("Arial Unicode", "Arial Unicode", "Arial Unicode", "Arial Unicode"),
)
COURIER = ("Courier", "Courier-Bold", "Courier-Oblique", "Courier-BoldOblique")
HELVETICA = ("Helvetica", "Helvetica-Bold", "Helvetica-Oblique", "Helvetica-BoldOblique")
_ASIAN = (
    (re.compile(r"[\u3040-\u30ff\u31f0-\u31ff]"), "HeiseiMin-W3"),
    (re.compile(r"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]"), "HYSMyeongJo-Medium"),
    (re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]"), "STSong-Light"),
)


class Typeface:
    """Four styles of one family, with faces to fall back on for letters it lacks."""

    def __init__(self, built_in: tuple[str, ...], families: tuple[tuple[str, ...], ...]) -> None:
        self.built_in = built_in
        self.families = families

    def pieces(self, text: str, *, bold: bool = False, italic: bool = False) -> Iterator[tuple[str, str]]:
        """The text in parts, each with the name of a registered PDF font that has its letters.

        Raises NotAvailableError AP-NEED-071 when no face of this machine has a letter.
        """
        style = bold + 2 * italic
        part, face = "", ""
        for letter in text:
            wanted = self.built_in[style] if _western(letter) else self._face(letter, style)
            if part and wanted != face:
                yield face, part
                part = ""
            part, face = part + letter, wanted
        if part:
            yield face, part

    def _face(self, letter: str, style: int) -> str:
        for pattern, name in _ASIAN:
            if pattern.match(letter):
                return _asian(name)
        for family in self.families:
            for name in (family[style], family[0]):
                face = _true_type(name)
                if face is not None and ord(letter) in face.face.charToGlyph:
                    return name
        if letter.isspace() or not letter.isprintable():
            return self.built_in[style]
        raise NotAvailableError(
            "AP-NEED-071",
            f"no typeface of this machine has the letter {letter!r} (U+{ord(letter):04X})",
            remedy="install a monospaced TrueType font that has it: DejaVu Sans Mono, say",
        )


SCREENPLAY = Typeface(COURIER, MONOSPACED)
SANS = Typeface(HELVETICA, PROPORTIONAL)


@lru_cache(maxsize=4096)
def _western(letter: str) -> bool:
    try:
        letter.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


@lru_cache(maxsize=64)
def _true_type(name: str) -> Any | None:
    """A TrueType face of this machine, registered under its file's name; None when it is not here."""
    from reportlab.pdfbase import pdfmetrics, ttfonts

    path = next((one for one in _font_files() if one.stem == name), None)
    if path is None:
        return None
    try:
        face = ttfonts.TTFont(name, str(path))
    except (ttfonts.TTFError, OSError):
        return None
    pdfmetrics.registerFont(face)
    return face


@lru_cache(maxsize=1)
def _font_files() -> tuple[Path, ...]:
    known = {name for family in (*MONOSPACED, *PROPORTIONAL) for name in family}
    found = []
    for folder in FOLDERS:
        if folder.is_dir():
            found += [one for one in folder.rglob("*.ttf") if one.stem in known]
    return tuple(sorted(found))


@lru_cache(maxsize=8)
def _asian(name: str) -> str:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    pdfmetrics.registerFont(UnicodeCIDFont(name))
    return name
