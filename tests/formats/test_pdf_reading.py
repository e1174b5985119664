"""Screenplays from PDF: columns, pages, margins, two columns of dialogue; and PDFs that cannot be read."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typed_scripts
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from answerprint.core.errors import AnswerprintError
from answerprint.formats.screenplays.fountain import plain, read_fountain
from answerprint.formats.screenplays.model import Screenplay, normalise
from answerprint.formats.screenplays.pdf import read_pdf, tag_pdf
from answerprint.formats.screenplays.pdf_lines import pdf_lines
from answerprint.formats.screenplays.pdf_writing import write_pdf

PITCH, LEADING, LEFT, TOP = 7.2, 12.0, 108.0, 720.0


def printed(
    file: Path,
    pages: list[list[str]],
    *,
    draw: Callable[[Canvas], None] | None = None,
    typeface: str = "Courier",
    **options: Any,
) -> Path:
    """Pages of lines in Courier 12 as industry's programs print them."""
    canvas = Canvas(str(file), pagesize=(612, 792), invariant=1, **options)
    for lines in pages:
        if draw:
            draw(canvas)
        canvas.setFont(typeface, 12)
        for row, line in enumerate(lines):
            words = line.lstrip()
            if words:
                canvas.drawString(LEFT + PITCH * (len(line) - len(words)), TOP - LEADING * row, words)
        canvas.showPage()
    canvas.save()
    return file


def standard() -> tuple[list[str], str]:
    return typed_scripts.split(typed_scripts.STANDARD)


def elements(screenplay: Screenplay) -> list[tuple[str, str]]:
    return [(one.kind, normalise(one.text)) for scene in screenplay.scenes for one in scene.elements]


def test_columns_and_blank_lines_of_the_page_are_kept(tmp_path: Path) -> None:
    lines, _ = standard()
    text = pdf_lines(printed(tmp_path / "script.pdf", [lines]))
    margin = round(LEFT / PITCH)
    assert [line.rstrip() for line in text.lines] == [
        (" " * margin + line).rstrip() if line else "" for line in lines
    ]
    assert set(text.pages) == {1}


def test_every_line_of_a_printed_page_is_tagged(tmp_path: Path) -> None:
    lines, truth = standard()
    said = tag_pdf(printed(tmp_path / "script.pdf", [lines[:30], lines[30:]]))
    assert "".join(one.tag for one in said) == truth
    assert [one.page for one in said] == sorted(one.page or 0 for one in said)
    assert {one.page for one in said} == {1, 2}


@pytest.mark.parametrize("name", ["Brick-and-Steel", "The-Last-Birthday-Card"])
def test_a_printed_screenplay_reads_back(shared_data: Path, tmp_path: Path, name: str) -> None:
    script = read_fountain(shared_data / "screenplays" / f"{name}.fountain")
    file = tmp_path / "script.pdf"
    file.write_bytes(write_pdf(script))
    read = read_pdf(file)
    assert set(script.characters()) <= set(read.characters())
    spoken = {normalise(plain(line.text)) for line in script.lines()}
    found = {normalise(line.text) for line in read.lines()}
    assert len(spoken & found) > 0.9 * len(spoken)
    headings = {normalise(plain(scene.heading)) for scene in script.scenes}
    assert len(headings & {text for _, text in elements(read)}) > 0.9 * len(headings)


def test_what_the_page_adds_is_gone(tmp_path: Path) -> None:
    lines, _ = typed_scripts.split(typed_scripts.FURNITURE)
    cut = [at for at, line in enumerate(lines) if "Rev." in line]
    file = printed(tmp_path / "script.pdf", [lines[: cut[0]], lines[cut[0] : cut[1]], lines[cut[1] :]])
    script = read_pdf(file)
    assert [line.text for line in script.lines()] == [
        "It's too much. Nobody leaves this much behind by accident. Somebody wants it found.",
        "Then let's not find it.",
    ]
    assert not any(word in text for _, text in elements(script) for word in ("continued", "more", "rev."))
    assert script.pages == 3


def test_numbers_and_asterisks_in_the_margins_are_read_as_such(tmp_path: Path) -> None:
    def margins(canvas: Canvas) -> None:
        canvas.setFont("Courier", 12)
        canvas.drawString(54, TOP - LEADING * 2, "7A")
        canvas.drawString(556, TOP - LEADING * 2, "7A")
        canvas.drawString(580, TOP - LEADING * 9, "*")

    lines, _ = standard()
    script = read_pdf(printed(tmp_path / "script.pdf", [lines], draw=margins))
    assert (
        script.scenes[-3].number == "7A" and script.scenes[-3].heading == "INT. LIGHTHOUSE - KITCHEN - NIGHT"
    )
    revised = [one for scene in script.scenes for one in scene.elements if one.revision]
    assert [one.text for one in revised] == ["You said nine o'clock."]


def test_two_columns_of_dialogue_are_two_speakers(tmp_path: Path) -> None:
    lines, _ = standard()
    pair = [
        "            MARTHA                         EWAN",
        "     Then how did you cross         I said I would try,",
        "     it at all?                     did I not?",
    ]
    at = next(at for at, line in enumerate(lines) if "Then how" in line) - 1

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Courier", 12)
        for row, line in enumerate(pair):
            left, right = line[:32].strip(), line[32:].strip()
            place = 12 if row == 0 else 5
            canvas.drawString(LEFT + PITCH * place, TOP - LEADING * (at + row), left)
            canvas.drawString(LEFT + PITCH * (43 if row == 0 else 36), TOP - LEADING * (at + row), right)

    rest = [*lines[:at], "", "", "", *lines[at + 2 :]]
    script = read_pdf(printed(tmp_path / "script.pdf", [rest], draw=draw))
    both = [(one.character, one.dual, one.text) for scene in script.scenes for one in scene.elements
            if one.kind == "dialogue" and ("cross" in one.text or "did I not" in one.text)]  # fmt: skip
    assert both == [
        ("MARTHA", False, "Then how did you cross it at all?"),
        ("EWAN", True, "I said I would try, did I not?"),
    ]


def test_a_watermark_across_the_page_is_not_text(tmp_path: Path) -> None:
    def watermark(canvas: Canvas) -> None:
        canvas.saveState()
        canvas.setFont("Helvetica", 60)
        canvas.translate(150, 250)
        canvas.rotate(50)
        canvas.drawString(0, 0, "PROPERTY OF NOBODY")
        canvas.restoreState()

    lines, truth = standard()
    said = tag_pdf(printed(tmp_path / "script.pdf", [lines], draw=watermark))
    assert "".join(one.tag for one in said) == truth
    assert not any("PROPERTY" in one.text for one in said)


def test_letters_struck_twice_are_read_once(tmp_path: Path) -> None:
    def again(canvas: Canvas) -> None:
        canvas.setFont("Courier", 12)
        canvas.drawString(LEFT + 0.2, TOP - LEADING * 2, "INT. LIGHTHOUSE - KITCHEN - NIGHT")

    lines, _ = standard()
    said = tag_pdf(printed(tmp_path / "script.pdf", [lines], draw=again))
    assert next(one.text for one in said if one.tag == "S") == "INT. LIGHTHOUSE - KITCHEN - NIGHT"


def test_a_proportional_typeface_keeps_words_apart(tmp_path: Path) -> None:
    lines, truth = standard()
    said = tag_pdf(printed(tmp_path / "script.pdf", [lines], typeface="Times-Roman"))
    assert [one.text for one in said][:4] == [line.strip() for line in lines if line.strip()][:4]
    assert sum(one.tag == tag for one, tag in zip(said, truth, strict=True)) >= len(truth) - 1


@pytest.mark.parametrize("turn", [90, -90])
def test_a_page_lying_on_its_side_is_read_upright(tmp_path: Path, turn: int) -> None:
    canvas = Canvas(str(tmp_path / "side.pdf"), pagesize=(792, 612), invariant=1)
    canvas.translate(*((792, 0) if turn > 0 else (0, 612)))
    canvas.rotate(turn)
    canvas.setFont("Courier", 12)
    lines, truth = standard()
    for row, line in enumerate(lines):
        canvas.drawString(30 + PITCH * (len(line) - len(line.lstrip())), 760 - LEADING * row, line.strip())
    canvas.save()
    assert "".join(one.tag for one in tag_pdf(tmp_path / "side.pdf")) == truth


def picture() -> ImageReader:
    from PIL import Image

    stored = io.BytesIO()
    Image.new("L", (64, 64), 128).save(stored, "PNG")
    stored.seek(0)
    return ImageReader(stored)


def test_a_scan_is_refused_and_a_scanned_page_is_reported(tmp_path: Path) -> None:
    shown = picture()

    def scan(canvas: Canvas) -> None:
        canvas.drawImage(shown, 0, 0, 612, 792)

    with pytest.raises(AnswerprintError) as refused:
        read_pdf(printed(tmp_path / "scan.pdf", [[], []], draw=scan))
    assert refused.value.code == "AP-FORMAT-182" and "scan" in refused.value.message
    assert "optical character recognition" in (refused.value.remedy or "")
    lines, _ = standard()
    script = read_pdf(printed(tmp_path / "some.pdf", [lines, []], draw=scan))
    assert any(one.code == "pdf.page_without_text" and "page 2" in one.message for one in script.findings)


def test_a_locked_pdf_is_refused_and_one_that_only_forbids_printing_is_read(tmp_path: Path) -> None:
    lines, _ = standard()
    locked = printed(tmp_path / "locked.pdf", [lines], encrypt=StandardEncryption("secret", strength=128))
    with pytest.raises(AnswerprintError) as refused:
        read_pdf(locked)
    assert refused.value.code == "AP-FORMAT-181"
    owned = printed(
        tmp_path / "owned.pdf", [lines], encrypt=StandardEncryption("", ownerPassword="secret", canPrint=0)
    )
    assert read_pdf(owned).scenes


@pytest.mark.parametrize(
    "harm",
    [
        lambda data: b"",
        lambda data: b"%PDF-1.4\n",
        lambda data: bytes(range(256)) * 20,
        lambda data: b"%PDF-1.7\n" + b"\xff" * 5000,
        lambda data: data[:300],
    ],
    ids=["empty", "header", "bytes", "noise", "cut short"],
)
def test_what_is_no_pdf_is_refused_with_a_code(tmp_path: Path, harm: Callable[[bytes], bytes]) -> None:
    lines, _ = standard()
    whole = printed(tmp_path / "whole.pdf", [lines]).read_bytes()
    file = tmp_path / "harmed.pdf"
    file.write_bytes(harm(whole))
    with pytest.raises(AnswerprintError) as refused:
        read_pdf(file)
    assert refused.value.code in ("AP-FORMAT-180", "AP-FORMAT-182") and refused.value.file == str(file)


def test_a_damaged_pdf_is_read_or_refused_but_never_crashes(tmp_path: Path) -> None:
    import random

    lines, _ = standard()
    whole = printed(tmp_path / "whole.pdf", [lines[:30], lines[30:]], pageCompression=0).read_bytes()
    rng = random.Random(4)
    file = tmp_path / "harmed.pdf"
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(rng.choice((1, 20, 200))):
            data[rng.randrange(len(data))] = rng.randrange(256)
        file.write_bytes(bytes(data[: rng.randrange(len(data) // 2, len(data) + 1)]))
        try:
            read_pdf(file)
        except AnswerprintError as refused:
            assert refused.code.startswith("AP-FORMAT-18")


def test_a_missing_pdf_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(AnswerprintError) as refused:
        read_pdf(tmp_path / "none.pdf")
    assert refused.value.code == "AP-USE-010"


def test_too_many_pages_are_refused(tmp_path: Path) -> None:
    file = printed(tmp_path / "long.pdf", [[]] * 3001)
    with pytest.raises(AnswerprintError) as refused:
        read_pdf(file)
    assert refused.value.code == "AP-FORMAT-183"


def test_hebrew_words_and_numbers_stand_in_reading_order(tmp_path: Path) -> None:
    from answerprint.formats.typefaces import FOLDERS

    face = next((one for folder in FOLDERS for one in sorted(folder.rglob("DejaVuSans.ttf"))), None)
    if face is None:
        pytest.skip("no typeface with Hebrew letters on this machine")
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    pdfmetrics.registerFont(TTFont("HebrewTest", str(face)))
    said = ["אנה יושבת ליד החלון 12 ומחכה.", "שלום לכולם."]
    canvas = Canvas(str(tmp_path / "script.pdf"), pagesize=(612, 792), invariant=1)
    canvas.setFont("HebrewTest", 12)
    for row, line in enumerate(said):
        # Drawn from left to right as the eye sees it: words and their letters turned round, numbers not.
        seen = " ".join(word if word.isdigit() else word[::-1] for word in reversed(line.split()))
        canvas.drawRightString(540 - 120 * row, 720 - 24 * row, seen)
    canvas.save()
    lines = [line for line in pdf_lines(tmp_path / "script.pdf").lines if line]
    assert [line.strip() for line in lines] == said
    assert len(lines[1]) - len(said[1]) > len(lines[0]) - len(said[0])  # indented from the right margin
