"""Versions of the demonstration: legal, short enough, traced to the master, which stays as it is."""

from __future__ import annotations

import csv
from pathlib import Path

import av
import pytest
from productions import Made, copied

from answerprint.core.errors import UsageError
from answerprint.formats.timelines.files import read_timeline
from answerprint.formats.timelines.otio_file import write_otio_file
from answerprint.pipeline.answering import Answers
from answerprint.pipeline.cutting import cut_in
from answerprint.pipeline.recutting import Wanted, made_versions, make_version
from answerprint.store.production import Production


@pytest.fixture
def film(demo: Made, tmp_path: Path) -> Path:
    return copied(demo, tmp_path / "film")


def master(film: Path) -> bytes:
    made = cut_in(Production.open(film), workers=0)
    return write_otio_file(made.cut, made.media)


def proposals(film: Path) -> list[str]:
    with Answers(Production.open(film)) as answers:
        return [one.id for one in answers.proposals()]


def test_a_trailer_is_legal_short_enough_and_traced(film: Path) -> None:
    before, asked = master(film), proposals(film)
    made = make_version(Production.open(film), Wanted("trailer", duration="0:15"), workers=0)
    assert made.legality == ()
    assert made.frames <= 15 * 24
    assert made.proved
    folder = Path(made.folder or "")
    timeline = read_timeline(folder / "trailer.otio")
    assert timeline.cut.frames == made.frames
    clips = [clip for track in timeline.cut.tracks for clip in track.clips]
    assert all(clip.metadata.get("master") for clip in clips if clip.slot and clip.lines)
    with (folder / "trace.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["in the master at"] for row in rows] == [one.master for one in made.kept]
    assert {"hook", "button"} <= {row["beat"] for row in rows}
    assert (master(film), proposals(film)) == (before, asked)
    first = {one.name: one.read_bytes() for one in folder.iterdir()}
    make_version(Production.open(film), Wanted("trailer", duration="0:15", force=True), workers=0)
    assert {one.name: one.read_bytes() for one in folder.iterdir()} == first


def test_an_upright_version_is_rendered_in_its_shape(film: Path) -> None:
    wanted = Wanted("vertical", duration="0:08", rendered=True)
    made = make_version(Production.open(film), wanted, workers=2)
    with av.open(str(Path(made.folder or "") / "vertical.mp4")) as file:
        picture = file.streams.video[0]
        assert abs(picture.width / picture.height - 9 / 16) < 0.01
        assert sum(1 for _ in file.decode(picture)) == made.frames
    assert "vertical-window.json" in made.files
    assert list(made_versions(Production.open(film))) == ["vertical"]


def test_a_length_beyond_the_film_keeps_it_whole(film: Path) -> None:
    made = make_version(Production.open(film), Wanted("tv52", dry_run=True), workers=0)
    assert made.worth == made.whole
    assert made.folder is None
    assert made_versions(Production.open(film)) == {}


def test_what_cannot_be_made_is_refused(film: Path) -> None:
    for wanted, code in (
        (Wanted("nothing"), "AP-USE-594"),
        (Wanted("trailer", duration="0:00.2"), "AP-USE-593"),
        (Wanted("trailer", duration="soon"), "AP-USE-591"),
    ):
        with pytest.raises(UsageError) as caught:
            make_version(Production.open(film), wanted, workers=0)
        assert caught.value.code == code
