"""`sound cues`: ADR cue sheets of markers, lists and productions, at their timecode, as CSV and PDF."""

from __future__ import annotations

import csv
import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from productions import Made, copied

import answerprint.cli.sound.cues  # noqa: F401  (it registers the command)
from answerprint.cli.output import invoke
from answerprint.cli.sound.app import app
from answerprint.core.cut import Clip, Cut, CutTrack, Marker
from answerprint.core.errors import FormatError
from answerprint.core.time import Range, Time
from answerprint.core.timecode import parse_timecode
from answerprint.departments.sound.replacement.cue_sheet import (
    Cue,
    cue_of_marker,
    numbered,
    read_cues,
    troubled,
)
from answerprint.formats.screenplays.fountain import read_fountain
from answerprint.formats.timelines.files import format_named
from answerprint.formats.timelines.model import MediaLink
from answerprint.pipeline.cueing import cue_sheet

RATE = Fraction(30000, 1001)
SCRIPT = "INT. HARBOUR - NIGHT #7#\n\nANNA\nWho comes so late?\n\nBERT\nNobody.\n"


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, dict[str, object]]:
    capsys.readouterr()
    code = invoke(app, "sound", ["cues", *map(str, arguments), "--json"], grouped=True)
    document: dict[str, object] = json.loads(capsys.readouterr().out)
    return code, document


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def mark(at: int, frames: int, name: str, comment: str = "", colour: str = "RED") -> Marker:
    return Marker(Range.of_ticks(at, at + frames, RATE), name, comment, colour)


def timeline(path: Path, lines: tuple[str, ...] = ()) -> Path:
    """Two minutes of drop-frame from 01:00:00;00, a clip from 1 s to 5 s that is marked in its own time."""
    start = parse_timecode("01:00:00;00", RATE)
    own = Range(Time.of_seconds(Fraction(30 + 10) / RATE), Time.of_seconds(Fraction(31 + 10) / RATE))
    clip = Clip(
        id="a",
        asset="a.wav",
        record=Range.of_ticks(30, 150, RATE),
        source=Range.of_ticks(10, 130, RATE),
        name="12-3",
        lines=lines,
        markers=(Marker(own, "ADR BERT: =Nobody", "wild, P3"),),
    )
    long = Clip(
        id="b", asset="a.wav", record=Range.of_ticks(150, 3700, RATE), source=Range.of_ticks(0, 3550, RATE)
    )
    cut = Cut(
        name="Harbour",
        rate=RATE,
        drop=True,
        start_frame=start,
        tracks=(CutTrack(name="A1", kind="audio", clips=(clip, long)),),
        markers=(
            mark(1800, 60, "ADR ANNA: Who comes so late?", "plane overhead, noise"),
            mark(40, 1, "adr", "added line P1"),
            mark(200, 10, "Address the sky", "nothing to do with it"),
            mark(300, 10, "check", colour="CYAN"),
        ),
    )
    media = MediaLink(name="a.wav", url="a.wav", rate=RATE, frames=4000, picture=False, channels=1)
    path.write_bytes(format_named(path).write(cut, {"a.wav": media}))
    return path


def test_markers_become_cues_at_their_drop_frame_timecode(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "adr.csv"
    code, found = run(capsys, timeline(tmp_path / "cut.otio"), out)
    assert code == 0
    assert found["drop"] is True
    told = rows(out)
    assert [row["in"] for row in told] == ["01:00:01;10", "01:00:02;00", "01:01:00;02"]
    assert told[2]["out"] == "01:01:02;02"  # 01:01:00;00 does not exist
    assert [row["reason"] for row in told] == ["added line", "wild", "noise"]
    assert [row["priority"] for row in told] == ["1", "3", "2"]
    assert [row["reel"] for row in told] == ["1"] * 3
    assert told[1]["line"] == "'=Nobody"
    assert told[2]["character"] == "ANNA"
    assert told[2]["line"] == "Who comes so late?"
    assert told[2]["notes"] == "plane overhead, noise"


def test_a_marker_on_a_clip_lies_where_its_sound_is_heard_and_lasts_to_the_clips_end(tmp_path: Path) -> None:
    sheet = cue_sheet(timeline(tmp_path / "cut.otio")).sheet
    bert = next(one for one in sheet.cues if one.character == "BERT")
    start = parse_timecode("01:00:00;00", RATE)
    assert (bert.first - start, bert.end - start) == (30 + 30, 150)


def test_a_colour_is_a_mark_where_it_is_asked_for(tmp_path: Path) -> None:
    path = timeline(tmp_path / "cut.otio")
    assert len(cue_sheet(path).sheet.cues) == 3
    assert len(cue_sheet(path, colour="cyan").sheet.cues) == 4


def test_a_script_gives_what_a_marker_does_not_say(tmp_path: Path) -> None:
    script = tmp_path / "harbour.fountain"
    script.write_text(SCRIPT)
    key = read_fountain(SCRIPT).lines()[0].key
    sheet = cue_sheet(timeline(tmp_path / "cut.otio", (key,)), script=script).sheet
    first = sheet.cues[0]
    assert (first.character, first.scene, first.number) == ("ANNA", "7", "7-ANNA-01")


def test_by_character_the_order_changes_and_the_numbers_do_not() -> None:
    cues = [Cue(first=at, end=at + 9, character=who) for at, who in ((50, "B"), (10, "B"), (20, "A"))]
    by_time, by_who = numbered(cues, Fraction(25)), numbered(cues, Fraction(25), "character")
    assert [one.number for one in by_time] == ["B-01", "A-01", "B-02"]
    assert [one.number for one in by_who] == ["A-01", "B-01", "B-02"]
    assert set(by_time) == set(by_who)


@pytest.mark.parametrize(
    ("name", "comment", "wanted"),
    [
        ("ADR", "", ("?", "", "marked", 2)),
        ("ADR ANNA: Go.", "clipped P1", ("ANNA", "Go.", "clipping", 1)),
        ("ADR: wild", "", ("?", "", "wild", 2)),
        ("", "ADR - Anna: I go", ("Anna", "I go", "marked", 2)),
        ("adr anna:", "noise", ("anna", "", "noise", 2)),
        ("ADR anna:", "I go.", ("anna", "I go.", "marked", 2)),
    ],
)
def test_a_markers_words_say_who_what_and_why(
    name: str, comment: str, wanted: tuple[str, str, str, int]
) -> None:
    cue = cue_of_marker(name, comment, 5, 5)
    assert (cue.character, cue.line, cue.reason, cue.priority) == wanted
    assert cue.end > cue.first


def test_noise_and_clipping_ask_for_a_line_again_and_a_clean_one_does_not() -> None:
    assert troubled(30.0, 0) is None
    assert troubled(None, 2) is None
    assert (troubled(12.0, 0) or ())[:2] == ("noise", 2)
    assert (troubled(5.0, 0) or ())[:2] == ("noise", 1)
    assert (troubled(30.0, 5) or ())[:2] == ("clipping", 2)
    assert (troubled(12.0, 40) or ())[:2] == ("clipping", 1)


def test_a_list_of_ones_own_is_read_and_comes_back_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(
        "Character;TC In;TC Out;Dialogue;Reason;Priority\n"
        "ANNA;02:00:10:00;02:00:12:12;Who?;noisy;1\nBERT;01:59:59:24;;=Nobody;;\n"
    )
    out = tmp_path / "adr.csv"
    code, _ = run(capsys, path, out, "--rate", "25")
    assert code == 0
    told = rows(out)
    assert [(row["character"], row["in"], row["out"]) for row in told] == [
        ("BERT", "01:59:59:24", "02:00:00:24"),
        ("ANNA", "02:00:10:00", "02:00:12:12"),
    ]
    assert [row["reel"] for row in told] == ["1", "2"]
    again = tmp_path / "again.csv"
    run(capsys, out, again, "--rate", "25")
    assert rows(again) != []
    assert [row["line"] for row in rows(again)] == [row["line"] for row in told] == ["'=Nobody", "Who?"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "who,when\nANNA,1\n",
        "character,in\nANNA,soon\n",
        "character,in\nANNA,01:00:00:25\n",
        "character,in,out\nANNA,01:00:01:00,01:00:00:00\n",
    ],
)
def test_a_list_that_is_none_is_refused_by_its_row(text: str) -> None:
    with pytest.raises(FormatError) as caught:
        read_cues(text, Fraction(25), None, "mine.csv")
    assert caught.value.code == "AP-FORMAT-690"


def test_a_sheet_for_print_has_every_cue_and_a_page_for_each_character(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "adr.pdf"
    code, _ = run(capsys, timeline(tmp_path / "cut.otio"), out, "--by", "character")
    assert code == 0
    pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(out)]
    assert len(pages) == 3
    anna = next(page for page in pages if "Who comes so late?" in page)
    assert "01:01:00;02" in anna
    assert "Nobody" not in anna
    before = out.read_bytes()
    run(capsys, tmp_path / "cut.otio", out, "--by", "character", "--force")
    assert out.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["adr.txt"], "AP-USE-741"),
        (["adr.csv", "--by", "mood"], "AP-USE-741"),
        (["cut.otio", "--force"], "AP-USE-741"),
        (["taken.csv"], "AP-USE-074"),
    ],
)
def test_wrong_usage_is_exit_2(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    code: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken.csv").write_text("mine")
    exit_code, found = run(capsys, timeline(tmp_path / "cut.otio"), *arguments)
    assert (exit_code, found["error"]["code"]) == (2, code)  # type: ignore[index]
    assert (tmp_path / "taken.csv").read_text() == "mine"


def test_a_timeline_without_marks_says_how_to_mark_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "cut.otio"
    path.write_bytes(format_named(path).write(Cut(name="x", rate=RATE), {}))
    code, found = run(capsys, path, tmp_path / "adr.csv")
    assert (code, found["error"]["code"]) == (2, "AP-USE-740")  # type: ignore[index]
    assert not (tmp_path / "adr.csv").exists()


def test_a_productions_lines_are_listened_to_and_the_noisy_are_cues(demo: Made, tmp_path: Path) -> None:
    film = copied(demo, tmp_path / "film")
    plain = cue_sheet(film)
    strict = cue_sheet(film, noisy=200.0)
    assert plain.looked_at > 5
    assert not plain.unread
    assert len(plain.sheet.cues) < len(strict.sheet.cues)
    for one in strict.sheet.cues:
        assert one.line
        assert one.scene
        assert "dB over noise" in one.notes or "clipped" in one.notes
    assert np.all(np.diff([one.first for one in strict.sheet.cues]) >= 0)
