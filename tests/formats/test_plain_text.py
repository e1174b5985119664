"""Screenplays from plain text: paragraphs, speakers, scenes, spans, doubts; and what is no screenplay."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
import typed_scripts

from answerprint.core.errors import AnswerprintError, Exit
from answerprint.formats.screenplays.model import Element, Screenplay
from answerprint.formats.screenplays.plain import read_plain, tag_plain
from answerprint.formats.screenplays.tagger import TaggedLine
from answerprint.formats.screenplays.tagger.paragraphs import doubts, screenplay_of

PROGRAM = [sys.executable, "-c", "from answerprint.cli.main import main; main()"]
TITLED = """\
                       THE LAST PENNY

                         Written by

                        Nell Hargreave

                       Second draft 3/4/98



INT. KITCHEN - NIGHT

Nell counts the money on the table, coin by coin, as she has done on
every night since her husband left the island.

A cup. A spoon. A key.

                      NELL
                (quietly)
          It's too much. Nobody leaves this much
          behind by accident.

                      OSKAR (O.S.)
          Come to bed.

EXT. HARBOUR - DAWN

Boats. Oskar throws the key into the water and does not look where it
falls.
"""


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    file = folder / "script.txt"
    file.write_bytes(text.encode(encoding))
    return file


def of_kind(screenplay: Screenplay, kind: str) -> list[Element]:
    return [one for scene in screenplay.scenes for one in scene.elements if one.kind == kind]


def test_wrapped_lines_are_paragraphs_again(tmp_path: Path) -> None:
    script = read_plain(written(tmp_path, TITLED))
    assert [one.text for one in of_kind(script, "action")] == [
        "Nell counts the money on the table, coin by coin, as she has done on every night since her husband"
        " left the island.",
        "A cup. A spoon. A key.",
        "Boats. Oskar throws the key into the water and does not look where it falls.",
    ]
    assert [one.text for one in of_kind(script, "dialogue")] == [
        "It's too much. Nobody leaves this much behind by accident.",
        "Come to bed.",
    ]


def test_scenes_and_speakers_are_known(tmp_path: Path) -> None:
    script = read_plain(written(tmp_path, TITLED))
    assert [(one.number, one.heading, one.place, one.time_of_day) for one in script.scenes] == [
        ("1", "INT. KITCHEN - NIGHT", "interior", "NIGHT"),
        ("2", "EXT. HARBOUR - DAWN", "exterior", "DAWN"),
    ]
    assert script.characters() == ("NELL", "OSKAR")
    assert [one.extension for one in of_kind(script, "dialogue")] == [None, "O.S."]
    assert [one.text for one in of_kind(script, "parenthetical")] == ["quietly"]
    assert script.format == "text"


def test_the_title_page_is_no_part_of_the_story(tmp_path: Path) -> None:
    script = read_plain(written(tmp_path, TITLED))
    assert script.title == "THE LAST PENNY"
    assert script.title_page["Credit"] == "Written by"
    assert script.title_page["Author"] == "Nell Hargreave"
    assert "3/4/98" in script.title_page["Draft date"]


def test_spans_hold_the_elements_own_characters(tmp_path: Path) -> None:
    script = read_plain(written(tmp_path, TITLED))
    lines = TITLED.split("\n")
    for scene in script.scenes:
        for one in scene.elements:
            assert one.span is not None
            words = TITLED[one.span.start : one.span.end].split()
            if one.kind in ("action", "dialogue", "heading"):
                assert words == one.text.split()
            assert lines[one.line - 1].strip() == TITLED[one.span.start :].split("\n")[0].strip()
            assert one.confidence is not None and 0 < one.confidence <= 1


def test_a_speech_over_a_pages_end_is_one_speech(tmp_path: Path) -> None:
    lines, _ = typed_scripts.split(typed_scripts.FURNITURE)
    script = read_plain(written(tmp_path, "\n".join(lines)))
    said = [line.text for line in script.lines()]
    assert said == [
        "It's too much. Nobody leaves this much behind by accident. Somebody wants it found.",
        "Then let's not find it.",
    ]
    everything = " ".join(one.text for scene in script.scenes for one in scene.elements)
    assert not any(word in everything for word in ("CONTINUED", "MORE", "Rev.", "CONT'D"))


def test_names_and_words_on_one_line_are_cues_and_dialogue(tmp_path: Path) -> None:
    lines, _ = typed_scripts.split(typed_scripts.ONE_LINE)
    script = read_plain(written(tmp_path, "\n".join(lines)))
    assert [(line.character, line.text) for line in script.lines()][:2] == [
        ("ANNA", "Is that the island?"),
        ("PEER", "That's a cloud. Give it an hour and I'll show you the island."),
    ]


def test_two_speakers_side_by_side_are_two_speeches() -> None:
    rows = [
        ("N", "They both see it."),
        ("", ""),
        ("C", "          ANNA                         PEER (O.S.)"),
        ("E", "        (pointing)"),
        ("D", "    There! Over there,           Don't look at it. Just"),
        ("D", "    by the rocks!                keep rowing."),
        ("", ""),
        ("N", "It goes under."),
    ]
    lines = [text for _, text in rows]
    tagged = [
        TaggedLine(number=at, text=text.strip(), tag=tag, confidence=0.9, otherwise="M")  # type: ignore[arg-type]
        for at, (tag, text) in enumerate(rows, 1)
        if tag
    ]
    script = screenplay_of(lines, tagged, form="text")
    spoken = [(one.character, one.dual, one.text) for one in of_kind(script, "dialogue")]
    assert spoken == [
        ("ANNA", False, "There! Over there, by the rocks!"),
        ("PEER", True, "Don't look at it. Just keep rowing."),
    ]
    assert [one.text for one in of_kind(script, "action")] == ["They both see it.", "It goes under."]


def test_numbers_at_both_margins_are_the_scenes_numbers(tmp_path: Path) -> None:
    text = TITLED.replace("INT. KITCHEN - NIGHT", "12A  INT. KITCHEN - NIGHT                         12A")
    text = text.replace("EXT. HARBOUR - DAWN", "13   EXT. HARBOUR - DAWN                          13")
    script = read_plain(written(tmp_path, text))
    assert [(one.number, one.heading) for one in script.scenes] == [
        ("12A", "INT. KITCHEN - NIGHT"),
        ("13", "EXT. HARBOUR - DAWN"),
    ]


def test_numbers_that_a_converter_put_under_their_heading_are_still_its_numbers(tmp_path: Path) -> None:
    text = "".join(line + "\n" for line in (one.strip() for one in TITLED.split("\n")) if line)
    text = text.replace("INT. KITCHEN - NIGHT", "INT. KITCHEN - NIGHT\n12A 12A")
    text = text.replace("EXT. HARBOUR - DAWN", "EXT. HARBOUR - DAWN\n13 13")
    script = read_plain(written(tmp_path, text))
    assert [(one.number, one.heading) for one in script.scenes] == [
        ("12A", "INT. KITCHEN - NIGHT"),
        ("13", "EXT. HARBOUR - DAWN"),
    ]


def test_asterisks_in_the_margin_are_revisions_not_words(tmp_path: Path) -> None:
    text = TITLED.replace("          Come to bed.", "          Come to bed.".ljust(76) + "*")
    script = read_plain(written(tmp_path, text))
    marked = [one for scene in script.scenes for one in scene.elements if one.revision]
    assert [(one.kind, one.text) for one in marked] == [("dialogue", "Come to bed.")]


def test_doubtful_lines_are_questions_for_a_person() -> None:
    lines = [
        TaggedLine(number=at, text=f"line {at}", tag="D", confidence=0.4 if at % 2 else 0.99, otherwise="N")
        for at in range(1, 1001)
    ]
    found = doubts(lines)
    assert found[0].message.startswith("line 1: dialogue or action?")
    assert all(one.needs_a_person for one in found)
    assert found[-1].code == "script.lines_doubtful" and len(found) < 300


def test_windows_text_is_read_and_said_to_be_guessed(tmp_path: Path) -> None:
    script = read_plain(written(tmp_path, TITLED.replace("Oskar", "José").replace("OSKAR", "JOSÉ"), "cp1252"))
    assert "JOSÉ" in script.characters()
    assert any(one.code == "text.encoding_guessed" for one in script.findings)


@pytest.mark.parametrize(
    "encoding, mark", [("utf-8", "\ufeff"), ("utf-16-le", "\ufeff"), ("utf-16-be", "\ufeff")]
)
def test_marked_encodings_are_read(tmp_path: Path, encoding: str, mark: str) -> None:
    script = read_plain(written(tmp_path, mark + TITLED.replace("\n", "\r\n"), encoding))
    assert script.characters() == ("NELL", "OSKAR")


@pytest.mark.parametrize(
    "data, code",
    [
        (bytes(range(256)) * 40, "AP-FORMAT-001"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 500, "AP-FORMAT-001"),
        (b"", "AP-FORMAT-186"),
        (b" \n\t\n \n", "AP-FORMAT-186"),
        (b"word " * 1_000_000, "AP-FORMAT-185"),
        (b"x" * 5_000_000, "AP-FORMAT-185"),
        (b" " * 5_000_000 + b"*", "AP-FORMAT-185"),
        (b"\n" * 400_001 + b"x", "AP-FORMAT-187"),
        (b"\xff\xfe\x00", "AP-FORMAT-001"),
    ],
    ids=[
        "bytes",
        "png",
        "empty",
        "blank",
        "5 MB line",
        "5 MB word",
        "5 MB blanks",
        "400 000 lines",
        "half UTF-16",
    ],
)
def test_what_is_no_screenplay_is_refused_with_a_code(tmp_path: Path, data: bytes, code: str) -> None:
    file = tmp_path / "script.txt"
    file.write_bytes(data)
    with pytest.raises(AnswerprintError) as refused:
        read_plain(file)
    assert refused.value.code == code and refused.value.file == str(file)


def test_a_missing_file_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(AnswerprintError) as refused:
        tag_plain(tmp_path / "none.txt")
    assert refused.value.code == "AP-USE-010"


@pytest.mark.parametrize(
    "line",
    [
        " " * 99_000 + "x",
        "(" * 99_000,
        "A. " * 33_000,
        "word " * 19_000,
        "-" * 99_999,
        f"x{' ' * 90_000}*",
    ],
    ids=["blanks", "brackets", "initials", "words", "dashes", "margin"],
)
def test_a_line_as_long_as_a_chapter_costs_no_more_than_its_length(tmp_path: Path, line: str) -> None:
    """Each pattern runs over a bounded part of a line: these would take hours if one were quadratic."""
    file = written(tmp_path, f"INT. HOUSE - DAY\n\n{line}\n\nANNA\nYes.\n")
    assert len(tag_plain(file)) == 4
    assert read_plain(file).scenes


def ran(file: Path, *more: str) -> subprocess.CompletedProcess[str]:
    def bounded() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))

    return subprocess.run(
        [*PROGRAM, "script", "tag", str(file), *more],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=bounded,
        timeout=120,
        env={**os.environ, "NO_COLOR": "1", "OPENBLAS_NUM_THREADS": "1"},
    )


def test_the_command_prints_every_line_with_its_tag(tmp_path: Path) -> None:
    done = ran(written(tmp_path, TITLED), "--json")
    assert done.returncode == Exit.DONE, done.stderr
    lines = json.loads(done.stdout)["lines"]
    text = TITLED.split("\n")
    assert [one["number"] for one in lines] == [at for at, line in enumerate(text, 1) if line.strip()]
    assert {one["tag"] for one in lines} <= set("SNCDETM")
    heading = lines[4]
    assert (heading["number"], heading["text"], heading["tag"]) == (11, "INT. KITCHEN - NIGHT", "S")
    assert 0 < heading["confidence"] <= 1


def test_the_command_asks_a_person_where_too_much_is_doubtful(tmp_path: Path) -> None:
    mumble = "\n".join(
        ("BLORP", "Zid", "(", "TO", "anna", "INT", "MARK CUT", "x: y", "17", "The End Of It") * 6
    )
    done = ran(written(tmp_path, mumble), "--doubts")
    assert done.returncode == Exit.NEEDS_A_PERSON
    assert "lines to look at" in done.stdout


def test_the_command_refuses_five_megabytes_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "line.txt"
    file.write_bytes(b"x " * 2_500_000)
    done = ran(file, "--json")
    assert done.returncode == Exit.FAILED
    assert json.loads(done.stdout)["error"]["code"] == "AP-FORMAT-185"
