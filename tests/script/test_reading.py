"""Reading screenplays: formats by suffix, and the questions a script leaves open."""

from __future__ import annotations

from pathlib import Path

import pytest

from answerprint.core.errors import FormatError
from answerprint.departments.script.reading import lines, questions, read_screenplay
from answerprint.formats.screenplays.fountain import read_fountain


def codes(script: str) -> list[str]:
    return [finding.code for finding in questions(read_fountain(script), "a.fountain")]


@pytest.mark.parametrize("suffix", [".fountain", ".FOUNTAIN", ".txt", ".spmd"])
def test_fountain_is_read_under_its_names(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"night shoot's “draft”{suffix}"
    path.write_text("INT. BOAT - NIGHT\n\nANNA\nIs there a light?\n", encoding="utf-8")
    (line,) = lines(read_screenplay(path))
    assert (line.label, line.text) == ("1.1 ANNA", "Is there a light?")


@pytest.mark.parametrize("name", ["a.fdx", "a.pdf", "a.docx", "a.mov", "a"])
def test_other_formats_are_refused_with_what_to_do(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(b"x")
    with pytest.raises(FormatError) as caught:
        read_screenplay(path)
    assert caught.value.code == "AP-FORMAT-070"
    assert caught.value.remedy and ".fountain" in caught.value.remedy


def test_a_script_that_leaves_nothing_open_raises_no_question(shared_data: Path) -> None:
    for name in ("Brick-and-Steel", "The-Last-Birthday-Card"):
        play = read_screenplay(shared_data / "screenplays" / f"{name}.fountain")
        assert [one.code for one in questions(play, name)] == []


def test_a_script_without_dialogue_scenes_or_text_asks() -> None:
    assert codes("INT. BOAT - NIGHT\n\nThe sea.\n") == ["script.silent"]
    assert codes("ANNA\nHello.\n") == ["script.no_scenes"]
    assert codes("") == ["script.empty"]
    assert codes("\n\n") == ["script.empty"]


def test_a_name_one_letter_off_is_asked_about() -> None:
    play = "INT. A\n\nANNIKA\nOne.\n\nMARC\nTwo.\n\nANNIKA\nThree.\n\n{}\nFour.\n"
    for slip in ("ANIKA", "ANNIKKA", "ANNICA"):
        assert codes(play.format(slip)) == ["script.similar_names"]
    for other in ("ANNIKA (V.O.)", "MARTIN", "ANNIKA 2", "ANN"):
        assert codes(play.format(other)) == []
