"""Files that no command should choke on: other kinds of bytes, cut and poisoned documents, endless lines."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

MEGABYTES_5 = 5 * 1024 * 1024
LONGEST_LINE = 19_990  # characters: just under what is still a line

FILM = """\
Title: The Café at the Lock
Author: Nobody

INT. CAFÉ - KITCHEN - DAY #1#

ZOË washes a brass key. A dog barks.

ZOË
Où est la clé?

BEN
(at the door)
In the truck.

EXT. LOCK - NIGHT #2#

Rain. Ben drives the truck to the water.

BEN
Jump.

INT. CAFÉ - KITCHEN - DAY #3#

ZOË
Later.
"""

PLAN_FILES = {
    "plan.toml": '[production]\nstart = 2026-05-04\n[[performers]]\nname = "BEN"\nrate = 500\n',
    "availability.csv": "name,from,to,status\nBEN,2026-05-04,2026-06-20,available\n",
    "weather.csv": "month,location,dry\n5,LOCK,0.7\n",
    "board.csv": "scene,day,date\n1,1,2026-05-04\n2,1,2026-05-04\n3,2,2026-05-05\n",
    "company.toml": 'production = "The Café"\nhospital = "St Ann"\n[weather]\n"2026-05-04" = "rain"\n',
    "actuals.csv": "date,scene,status,setups,minutes,note\n2026-05-04,1,shot,4,120,fine\n",
    "history.csv": (
        "production,day,planned_minutes,actual_minutes,planned_cost,actual_cost,planned_days,actual_days\n"
        "Alpha,1,600,640,,,,\nAlpha,2,600,610,,,,\nBeta,,,,100000,120000,20,23\n"
    ),
    "talent.dat": "3 2\n1 1 0  4\n0 1 1  6\n1 2 1\n",
    "notes.csv": "scene,note,reader\n1,Too long for what it says,Ann\n2,Why does Ben leave?,Bob\n",
}


@cache
def anything() -> dict[str, bytes]:
    """Contents that may stand in any file, whatever its name says."""
    noise = random.Random(7).randbytes(40_000)
    return {
        "empty": b"",
        "one-byte": b"\n",
        "spaces": b" \t\r\n" * 500,
        "noise": noise,
        "picture": picture(),
        "zeros": bytes(4096),
        "nuls-in-text": FILM.encode().replace(b" ", b"\0"),
        "utf-16-le": FILM.encode("utf-16-le"),
        "utf-16-be": FILM.encode("utf-16-be"),
        "utf-16-le-mark": b"\xff\xfe" + FILM.encode("utf-16-le"),
        "utf-16-be-mark": b"\xfe\xff" + FILM.encode("utf-16-be"),
        "utf-16-cut": b"\xff\xfe" + FILM.encode("utf-16-le")[:-1],
        "latin-1": FILM.encode("latin-1"),
        "utf-8-mark": b"\xef\xbb\xbf" + FILM.encode(),
        "lone-surrogates": FILM.encode().replace(b"key", b"k\xed\xa0\x80y"),
        "broken-utf-8": FILM.encode().replace("É".encode(), b"\xc3"),
        "escapes": FILM.encode().replace(b"key", b"\x1b[2J\x07\x08key"),
        "brackets": b"[" * 100_000,
        "braces": b'{"a":' * 100_000,
        "nested-toml": b"a = " + b"[" * 50_000 + b"]" * 50_000 + b"\n",
        "quotes": b'"' * 9_999,
        "fountain-marks": b"/*[[/*[[*/]]((**__@!>.~#=\n" * 300,
        **{f"xml-{name}": data for name, data in poisoned_xml().items()},
    }


@cache
def endless_lines() -> dict[str, bytes]:
    """5 MB in a single line, and 5 MB of lines that are only just lines."""
    one = (b"INT. QUAY - DAY and the rain goes on, " * (MEGABYTES_5 // 38 + 1))[:MEGABYTES_5]
    words = ("the rain goes on " * (LONGEST_LINE // 17 + 1))[:LONGEST_LINE].encode()
    numbers = (b"1 0 " * (MEGABYTES_5 // 4))[:MEGABYTES_5]
    cells = (b"a,b;c\t" * (MEGABYTES_5 // 6 + 1))[:MEGABYTES_5]
    return {
        "one-line": one,
        "one-word": b"A" * MEGABYTES_5,
        "one-row-of-numbers": numbers,
        "one-row-of-cells": cells,
        "one-json-string": b'{"title": "' + b"A" * MEGABYTES_5 + b'"}',
        "long-lines": b"\n\n".join([words] * (MEGABYTES_5 // (LONGEST_LINE + 2))),
        "long-headings": b"\n\n".join([b"INT. " + words.upper()[5:]] * (MEGABYTES_5 // (LONGEST_LINE + 2))),
        "long-speeches": b"\n\n".join([b"ANNA\n" + words] * (MEGABYTES_5 // (LONGEST_LINE + 7))),
    }


def poisoned_xml() -> dict[str, bytes]:
    """Final Draft documents that would grow, call out, or go down without end."""
    head = b'<?xml version="1.0" encoding="UTF-8"?>\n'
    paragraph = (
        b'<FinalDraft DocumentType="Script"><Content><Paragraph Type="Action"><Text>%s</Text></Paragraph>'
        b"</Content></FinalDraft>"
    )
    laughs = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 12))
    return {
        "laughs": head + b'<!DOCTYPE FinalDraft [<!ENTITY l0 "ha">' + laughs + b"]>" + paragraph % b"&l11;",
        "quadratic": head
        + b'<!DOCTYPE FinalDraft [<!ENTITY a "'
        + b"A" * 60_000
        + b'">]>'
        + paragraph % (b"&a;" * 20_000),
        "file": head
        + b'<!DOCTYPE FinalDraft [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
        + paragraph % b"&f;",
        "network": head + b'<!DOCTYPE FinalDraft SYSTEM "http://127.0.0.1:9/evil.dtd">' + paragraph % b"text",
        "deep": head + b"<FinalDraft>" + b"<Content>" * 200_000,
        "deep-closed": head + b"<FinalDraft>" + b"<a>" * 50_000 + b"</a>" * 50_000 + b"</FinalDraft>",
        "many-attributes": head + b"<FinalDraft " + b" ".join(b'a%d="1"' % n for n in range(50_000)) + b"/>",
    }


@cache
def poisoned_zips(document: bytes) -> dict[str, bytes]:
    """Fade In archives around a document.xml: cut, growing, locked, in one another, with names that climb."""
    whole = archive({"document.xml": document})
    locked = bytearray(whole)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = locked.find(mark)
        locked[at + offset] |= 1
    wrong = bytearray(whole)
    wrong[wrong.find(b"document.xml") + len("document.xml") + 20] ^= 0xFF
    return {
        **{f"cut-{share}": whole[: len(whole) * share // 100] for share in (5, 30, 60, 90, 99)},
        "bomb": archive({"document.xml": b"<document>" + bytes(150 * 1024 * 1024)}),
        "locked": bytes(locked),
        "in-itself": archive({"document.xml": whole}),
        "climbing": archive({"../../document.xml": document, "document.xml": document}),
        "without-document": archive({"readme.txt": b"nothing"}),
        "wrong-sum": bytes(wrong),
        "many": archive({"document.xml": document} | {f"f{n}": b"" for n in range(5_000)}),
    }


@cache
def poisoned_pdfs(whole: bytes) -> dict[str, bytes]:
    """PDFs cut short, locked, without text, and with a page tree that goes round."""
    return {
        **{f"cut-{share}": whole[: len(whole) * share // 100] for share in (3, 20, 50, 80, 97)},
        "locked": locked_pdf(),
        "pictures-only": picture_pdf(),
        "without-pages": b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF",
        "round": (
            b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
            b"2 0 obj<</Type/Pages/Kids[2 0 R]/Count 9999999>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
        ),
        "noise-inside": whole[:200] + random.Random(3).randbytes(len(whole) - 400) + whole[-200:],
    }


def archive(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def picture() -> bytes:
    """A PNG of 16 × 16."""
    rows = b"".join(b"\0" + bytes(16 * 3) for _ in range(16))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in (
            (b"IHDR", struct.pack(">IIBBBBB", 16, 16, 8, 2, 0, 0, 0)),
            (b"IDAT", zlib.compress(rows)),
            (b"IEND", b""),
        )
    )


def locked_pdf() -> bytes:
    """A screenplay page that asks for a password."""
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, encrypt=StandardEncryption("secret", ownerPassword="owner"))
    canvas.drawString(100, 700, "INT. VAULT - NIGHT")
    canvas.save()
    return out.getvalue()


def picture_pdf() -> bytes:
    """Three scanned pages: a picture on each and no text at all."""
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out)
    for _ in range(3):
        canvas.drawImage(ImageReader(io.BytesIO(picture())), 72, 72, 400, 600)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def fade_in(text: str = "INT. CAFÉ - DAY") -> bytes:
    """A Fade In document.xml of one paragraph."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><document type="Open Screenplay Format document" version="21">'
        f'<paragraphs><para><style basestylename="Scene Heading"/><text>{text}</text></para>'
        '<para><style basestylename="Action"/><text>Rain.</text></para></paragraphs></document>'
    ).encode()


def halves(data: bytes) -> Iterator[tuple[str, bytes]]:
    """A document cut at several places, and one with a piece twice."""
    for share in (1, 10, 35, 60, 85, 99):
        yield f"cut-{share}", data[: len(data) * share // 100]
    middle = len(data) // 2
    yield "doubled", data[:middle] + data[middle // 2 :]
    yield "turned", data[::-1]


def damaged(good: Path, suffix: str) -> dict[str, bytes]:
    """A folder's film in one format, damaged in every way that format can be."""
    whole = (good / f"film{suffix}").read_bytes()
    if suffix == ".pdf":
        return poisoned_pdfs(whole)
    return poisoned_zips(fade_in()) if suffix == ".fadein" else dict(halves(whole))
