"""`answerprint convert` and `diff`: what is written, what is told, and the exit codes."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from little_media import Command

from answerprint.core.cut import Clip, Cut, CutTrack
from answerprint.core.time import Range
from answerprint.formats.timelines.model import MediaLink
from answerprint.formats.timelines.otio_file import write_otio_file

RATE = Fraction(25)


@pytest.fixture
def timeline(tmp_path: Path) -> Path:
    return written(tmp_path / "cut.otio", 50)


def written(path: Path, second: int) -> Path:
    """Two clips on V1, the second so many frames long."""
    link = MediaLink(name="a.mov", url="footage/a.mov", rate=RATE, frames=900)
    clips = tuple(
        Clip(
            id=name,
            asset="a",
            record=Range.of_ticks(at, at + length, link.rate),
            source=Range.of_ticks(100 + at, 100 + at + length, link.rate),
            name=name,
        )
        for name, at, length in (("one", 0, 40), ("two", 40, second))
    )
    cut = Cut(name="film", rate=link.rate, tracks=(CutTrack(name="V1", kind="video", clips=clips),))
    path.write_bytes(write_otio_file(cut, {"a": link}))
    return path


def test_a_timeline_is_written_and_its_losses_are_told(answerprint: Command, timeline: Path) -> None:
    out = timeline.with_suffix(".edl")
    ran = answerprint("convert", timeline, out, "--json")
    assert ran.code == 3  # a list does not say how long its media is
    assert {one["feature"] for one in ran.document["losses"]} == {"handles"}
    assert ran.document["clips"] == 2 and out.read_text().startswith("TITLE: film")
    assert answerprint("convert", timeline, out, "--json").error["code"].startswith("AP-USE")
    back = answerprint("convert", out, timeline.with_name("back.otio"), "--json")
    assert (back.code, back.document["losses"], back.document["frames"]) == (0, [], 90)


def test_a_dry_run_writes_nothing_and_a_program_is_spoken_of(answerprint: Command, timeline: Path) -> None:
    out = timeline.with_suffix(".edl")
    ran = answerprint("convert", timeline, out, "--dry-run", "--for", "fcp")
    assert ran.code == 3 and not out.exists()
    assert "FCPXML" in ran.out
    assert answerprint("convert", timeline, out, "--for", "moviola", "--json").error["code"] == "AP-USE-503"
    assert not out.exists()


def test_what_changed_is_told_listed_and_drawn(answerprint: Command, timeline: Path, tmp_path: Path) -> None:
    longer = written(tmp_path / "longer.otio", 62)
    edl, picture = tmp_path / "changes.edl", tmp_path / "changes.png"
    ran = answerprint("diff", timeline, longer, "--edl", edl, "--picture", picture, "--json")
    assert ran.code == 0
    (change,) = ran.document["changes"]
    assert (change["kind"], change["name"], change["frames"]) == ("trimmed", "two", 12)
    assert edl.read_text().count("* FROM CLIP NAME") == 1
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert "trimmed" in answerprint("diff", timeline, longer).out


def test_what_is_no_timeline_is_named(answerprint: Command, timeline: Path, tmp_path: Path) -> None:
    assert answerprint("convert", timeline, tmp_path / "cut.doc", "--json").error["code"] == "AP-USE-500"
    foreign = tmp_path / "foreign.edl"
    foreign.write_text("TITLE: X\n001 AX V C 01:00:00:00 01:00:01:00 00:00:00:00 00:00:01:00\n")
    assert answerprint("convert", foreign, tmp_path / "o.otio", "--json").error["code"] == "AP-FORMAT-023"
    assert answerprint("convert", foreign, tmp_path / "o.otio", "--rate", "25", "--json").code == 0
