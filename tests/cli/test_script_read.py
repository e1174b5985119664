"""`script read` and `script convert` as a user runs them, and what they say of bad input."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from little_media import Command

from answerprint.formats.screenplays.fountain import read_fountain

SCRIPT = """Title: The Light

INT. BOAT - NIGHT #1A#

ANNA
(low)
Is there a light?

[[check the lamp]]

EXT. SHORE - CONTINUOUS

Waves.

CUT TO:
"""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "light.fountain"
    path.write_text(SCRIPT, encoding="utf-8")
    return path


def test_the_document_has_its_fixed_surface(script: Path, answerprint: Command) -> None:
    run = answerprint("script", "read", script, "--json")
    document = run.document
    assert run.code == 0
    assert document["title"] == "The Light"
    first, second = document["scenes"]
    assert {
        key: first[key] for key in ("number", "heading", "interior", "exterior", "set", "time_of_day")
    } == {
        "number": "1A",
        "heading": "INT. BOAT - NIGHT",
        "interior": True,
        "exterior": False,
        "set": "BOAT",
        "time_of_day": "NIGHT",
    }
    assert first["id"] != second["id"] and first["eighths"] >= 1
    assert (second["day_or_night"], second["script_day"], second["page"]) == ("night", 1, 1)
    assert [one["type"] for one in first["elements"]] == [
        *("scene_heading", "character", "parenthetical", "dialogue", "note"),
    ]
    for scene in document["scenes"]:
        for one in scene["elements"]:
            assert one["text"] in SCRIPT[one["span"]["start"] : one["span"]["end"]]
    assert [one["name"] for one in document["characters"]] == ["ANNA"]
    assert document["questions"] == []


def test_people_see_a_table_and_what_is_open(tmp_path: Path, answerprint: Command) -> None:
    path = tmp_path / "a.fountain"
    path.write_text("INT. A - DAY\n\nANNA\nOne.\n\nINT. CELLAR\n\nANNA\nTwo.\n")
    run = answerprint("script", "read", path)
    assert run.code == 0
    assert "INT. A - DAY" in run.out and "1/8" in run.out and "2 scenes" in run.out
    assert "is it still day?" in run.out
    assert "ANNA" in answerprint("script", "read", path, "--characters").out
    assert "Two." in answerprint("script", "read", path, "--scene", "2").out
    missing = answerprint("script", "read", path, "--scene", "9", "--json")
    assert (missing.code, missing.document["error"]["code"]) == (2, "AP-USE-079")


def test_a_number_written_twice_needs_a_person(tmp_path: Path, answerprint: Command) -> None:
    path = tmp_path / "a.fountain"
    path.write_text("INT. A - DAY #1#\n\nANNA\nOne.\n\nINT. B - DAY #1#\n\nANNA\nTwo.\n")
    run = answerprint("script", "read", path, "--json")
    assert run.code == 3
    assert "script.scene_number_twice" in [one["code"] for one in run.document["questions"]]


@pytest.mark.parametrize("suffix", [".fdx", ".fountain", ".spmd", ".pdf", ".txt"])
def test_every_format_that_is_written_is_read_again(
    suffix: str, script: Path, tmp_path: Path, answerprint: Command
) -> None:
    out = tmp_path / f"out{suffix}"
    run = answerprint("script", "convert", script, out, "--json")
    printed_only = suffix in (".pdf", ".txt")
    assert run.code == (3 if printed_only else 0)
    assert [one["what"] for one in run.document["lost"]] == (["notes"] if printed_only else [])
    again = answerprint("script", "read", out, "--json").document
    assert [one["heading"] for one in again["scenes"] if one["heading"]] == [
        *("INT. BOAT - NIGHT", "EXT. SHORE - CONTINUOUS"),
    ]
    assert [one["name"] for one in again["characters"]] == ["ANNA"]


def test_fountain_to_fountain_is_the_same_file(script: Path, tmp_path: Path, answerprint: Command) -> None:
    assert answerprint("script", "convert", script, tmp_path / "b.fountain").code == 0
    assert (tmp_path / "b.fountain").read_bytes() == script.read_bytes()


def test_nothing_is_overwritten_unless_asked(script: Path, tmp_path: Path, answerprint: Command) -> None:
    out = tmp_path / "b.fdx"
    out.write_text("mine")
    assert answerprint("script", "convert", script, out).code == 2
    assert out.read_text() == "mine"
    dry = answerprint("script", "convert", script, out, "--dry-run", "--json")
    assert (dry.code, dry.document["written"], dry.document["in_the_way"]) == (0, False, True)
    assert out.read_text() == "mine"
    assert answerprint("script", "convert", script, out, "--force").code == 0
    assert out.read_bytes().startswith(b"<?xml")
    same = answerprint("script", "convert", script, script, "--force", "--json")
    assert (same.code, same.document["error"]["code"]) == (2, "AP-USE-080")
    assert script.read_text("utf-8") == SCRIPT


def test_what_a_format_cannot_hold_is_said_by_name(tmp_path: Path, answerprint: Command) -> None:
    path = tmp_path / "a.fountain"
    path.write_text("INT. A - DAY\n\n# Act\n\n= Sum\n\n/* gone */\n\nHe runs *fast*. [[why]]\n")
    run = answerprint("script", "convert", path, tmp_path / "a.txt", "--json")
    assert run.code == 3
    assert [one["what"] for one in run.document["lost"]] == [
        *("sections", "synopses", "boneyards", "notes"),
        "styled texts (bold, italic, underlined)",
    ]
    tagged = tmp_path / "tags.fountain"
    tagged.write_text("INT. A - DAY #inside\n\nHe runs.\n")
    run = answerprint("script", "convert", tagged, tmp_path / "b.fdx", "--tags", "--json")
    assert "hashtags" in [one["what"] for one in run.document["lost"]]


def test_a_wrong_suffix_is_told_by_content(script: Path, tmp_path: Path, answerprint: Command) -> None:
    assert answerprint("script", "convert", script, tmp_path / "a.fdx").code == 0
    wrong = tmp_path / "wrong.fountain"
    wrong.write_bytes((tmp_path / "a.fdx").read_bytes())
    document = answerprint("script", "read", wrong, "--json").document
    assert document["format"] == "fdx"
    assert "script.other_format" in [one["code"] for one in document["findings"]]
    text = tmp_path / "a.txt"
    text.write_text(SCRIPT)
    assert answerprint("script", "read", text, "--json").document["format"] == "fountain"
    unnamed = tmp_path / "draft"
    unnamed.write_text(SCRIPT)
    assert answerprint("script", "read", unnamed, "--json").document["format"] == "fountain"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_every_encoding_people_send_is_read(encoding: str, tmp_path: Path, answerprint: Command) -> None:
    text = "INT. CAFÉ - DAY\n\nRENÉE\nÇa va?\n"
    marks = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}
    path = tmp_path / "a.fountain"
    path.write_bytes(marks.get(encoding, b"") + text.encode(encoding))
    run = answerprint("script", "read", path, "--json")
    assert run.code == 0
    assert [one["name"] for one in run.document["characters"]] == ["RENÉE"]


PICTURE = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 20


@pytest.mark.parametrize("suffix", [".fountain", ".txt", ".fdx", ".fadein", ".pdf", ".osf", ".jpg", ""])
@pytest.mark.parametrize("data", [PICTURE, b"", b"\n\n", b"PK\x03\x04broken", b"%PDF-1.7 broken", b"<?xml"])
def test_no_bytes_end_in_a_traceback(suffix: str, data: bytes, tmp_path: Path, answerprint: Command) -> None:
    path = tmp_path / f"bad{suffix}"
    path.write_bytes(data)
    for arguments in (("read", path), ("convert", path, tmp_path / "out.fountain")):
        run = answerprint("script", *arguments, "--json")
        if run.code not in (0, 3):
            assert run.code in (1, 2)
            error = run.document["error"]
            assert error["code"].startswith("AP-") and error["file"] and error["message"]
            assert not (tmp_path / "out.fountain").exists()
        else:
            assert data == b"<?xml"  # text as good as any other
            (tmp_path / "out.fountain").unlink(missing_ok=True)


@pytest.mark.parametrize(
    "pattern", ["x", "word ", "/*", "[[", "* a", "(a ", "A (b) ", "INT. A ", "- DAY ", "#a "]
)
def test_five_megabytes_in_one_line_are_refused_with_the_line(
    pattern: str, tmp_path: Path, answerprint: Command
) -> None:
    path = tmp_path / "line.fountain"
    path.write_text("A\n\n" + (pattern * (5_000_000 // len(pattern))), encoding="utf-8")
    run = answerprint("script", "read", path, "--json")
    assert run.code == 1
    assert run.document["error"]["code"] == "AP-FORMAT-073"
    assert run.document["error"]["at"] == "line 3"


def test_paths_that_are_no_files_are_coded(tmp_path: Path, answerprint: Command) -> None:
    locked = tmp_path / "locked.fountain"
    locked.write_text(SCRIPT)
    locked.chmod(0)
    paths = [tmp_path, tmp_path / "gone.fountain"]
    if os.geteuid() != 0:  # root may read anything
        paths.append(locked)
    for path in paths:
        run = answerprint("script", "read", path, "--json")
        assert (run.code, run.document["error"]["code"]) == (2, "AP-USE-010")


def test_an_output_that_cannot_be_written_leaves_nothing(
    script: Path, tmp_path: Path, answerprint: Command
) -> None:
    run = answerprint("script", "convert", script, tmp_path / "no" / "a.fdx", "--json")
    assert run.code == 1 and run.document["error"]["code"] == "AP-MEDIA-050"
    other = answerprint("script", "convert", script, tmp_path / "a.docx", "--json")
    assert (other.code, other.document["error"]["code"]) == (2, "AP-USE-078")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["light.fountain"]


def test_read_is_the_same_as_the_library(script: Path, answerprint: Command) -> None:
    play = read_fountain(script)
    document = answerprint("script", "read", script, "--json").document
    assert [len(one["elements"]) for one in document["scenes"]] == [len(one.elements) for one in play.scenes]
