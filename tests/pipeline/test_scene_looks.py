"""A make brings the clips of a scene to one look, and leaves alone what a person settled."""

from __future__ import annotations

import json
import shutil
import sys
from fractions import Fraction
from pathlib import Path

import msgspec
import numpy as np
import pytest
from productions import answer, little_production, make, packets, shown
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parents[1] / "picture"))

from picture_views import LOOK, eight_bits, framed, looked, wall

from answerprint.cli.picture import app
from answerprint.core.cut import Cdl, Clip
from answerprint.core.errors import AnswerprintError, StoreError, UsageError
from answerprint.departments.picture.operations import operation
from answerprint.departments.picture.spaces import GRADING, STILL
from answerprint.departments.release.grading import Table
from answerprint.formats.colour.ccc import read_ccc, write_ccc
from answerprint.formats.colour.cube import lattice
from answerprint.formats.timelines.files import read_timeline
from answerprint.media.encode import VideoSettings, write_pictures
from answerprint.pipeline.bringing import bring
from answerprint.pipeline.summary import Summary
from answerprint.store.production import Production

LOG = "clip,scene,take\nA001C001,12,1\nA001C002,12,2\nB001C001,12,3\n"


@pytest.fixture(scope="module")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A production of three takes of one scene, the last seen with another look."""
    root = little_production(tmp_path_factory.mktemp("filmed") / "film")
    light, source = wall(31), root.parent / "card"
    source.mkdir()
    views = {
        "A001C001": framed(light, 40, 60, 0.75),
        "A001C002": framed(light, 50, 80, 0.73),
        "B001C001": looked(framed(light, 80, 200, 0.7)),
    }
    for name, view in views.items():
        picture = eight_bits(view)
        write_pictures(
            source / f"{name}.mp4",
            ((number, picture) for number in range(30)),
            Fraction(25),
            VideoSettings(preset="ultrafast", crf=6),
        )
    (source / "log.csv").write_text(LOG)
    bring(root, [source])
    return root


@pytest.fixture(scope="module")
def made_film(filmed: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Summary]:
    """The production, made."""
    root = film(filmed, tmp_path_factory.mktemp("made") / "film")
    return root, make(root)


@pytest.fixture(scope="module")
def plain(filmed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The film without matching."""
    made = make(film(filmed, tmp_path_factory.mktemp("plain") / "film", "match = false"))
    return Path(made.outputs["rough-cut.mp4"])


def film(filmed: Path, to: Path, extra: str = "") -> Path:
    root = Path(shutil.copytree(filmed, to, symlinks=True))
    settings = root / "production.toml"
    text = settings.read_text()
    for line in extra.splitlines():
        name = line.partition(" =")[0]
        kept = [one for one in text.splitlines() if not one.startswith(f"{name} =")]
        text = "\n".join([*kept[: kept.index("[picture]") + 1], line, *kept[kept.index("[picture]") + 1 :]])
    settings.write_text(text + "\n")
    return root


def exported(*arguments: object, code: int = 0) -> dict:
    result = CliRunner().invoke(app, [*map(str, arguments), "--json"])
    if isinstance(result.exception, AnswerprintError):
        raise result.exception
    assert result.exit_code == code, (result.output, result.exception)
    return json.loads(result.stdout)


def graded(root: Path) -> dict[str, Cdl | None]:
    with Production.open(root).catalogue() as catalogue:
        cut = catalogue.cut(catalogue.versions()[-1].number)
        assets = {asset.id: Path(asset.name).stem for asset in catalogue.assets()}
    assert cut is not None
    clips: list[Clip] = [clip for track in cut.tracks_of("video") for clip in track.clips]
    return {assets[clip.asset]: clip.cdl for clip in clips}


def test_a_scene_comes_out_in_one_look_with_its_grades_in_the_edl(
    made_film: tuple[Path, Summary], plain: Path
) -> None:
    root, made = made_film
    assert made.steps.failed == ()
    grades = graded(root)
    assert grades["A001C001"] is None and grades["A001C002"] is None
    grade = grades["B001C001"]
    assert grade is not None and grade.space == GRADING
    edl = Path(made.outputs["rough-cut.edl"]).read_text()
    assert "ASC_SOP" in edl and f"ASC_SPACE {GRADING}" in edl
    page = Path(made.outputs["report.html"]).read_text()
    assert "nearest to the others" in page and "places both show" in page
    last = 30 * 3 - 5
    ours, theirs = (
        shown(one, [last])[last].astype(float) for one in (Path(made.outputs["rough-cut.mp4"]), plain)
    )
    assert np.abs(ours - theirs).mean() > 3
    assert make(root).steps.ran == 0


def test_what_is_settled_is_left_alone(made_film: tuple[Path, Summary], plain: Path, tmp_path: Path) -> None:
    root = film(made_film[0], tmp_path / "left", 'leave = ["B001C001"]')
    left = make(root)
    assert set(graded(root).values()) == {None}
    assert packets(Path(left.outputs["rough-cut.mp4"])) == packets(plain)


def test_a_hero_can_be_named(made_film: tuple[Path, Summary], tmp_path: Path) -> None:
    root = film(made_film[0], tmp_path / "hero", 'heroes = { "12" = "B001C001" }')
    make(root)
    grades = graded(root)
    assert grades["B001C001"] is None and grades["A001C001"] is not None


def test_a_locked_shot_keeps_the_grade_it_was_locked_with(
    made_film: tuple[Path, Summary], tmp_path: Path
) -> None:
    root = film(made_film[0], tmp_path / "lock", 'heroes = { "12" = "B001C001" }')
    version = made_film[1].version
    assert version is not None
    answer(root, lock=[one.id for one in version.slots if "B001C001" in one.file])
    before = graded(root)["B001C001"]
    make(root)
    after = graded(root)
    assert after["B001C001"] == before and before is not None
    assert after["A001C001"] is not None


def test_the_grades_of_a_cut_are_exported_by_reel_and_timecode(
    made_film: tuple[Path, Summary], tmp_path: Path
) -> None:
    root = film(made_film[0], tmp_path / "film")
    told = exported("export", root, tmp_path / "grades")
    assert told["events"] == 3 and told["graded"] == 1 and told["spaces"] == [GRADING]
    grades = read_ccc(next((tmp_path / "grades").glob("*.ccc")).read_bytes())
    wanted = graded(root)["B001C001"]
    assert wanted is not None
    names = [name for name, one in grades.items() if one.slope == pytest.approx(wanted.slope, rel=1e-8)]
    assert len(grades) == 3 and len(names) == 1 and ".B001C001.00:00:00:" in names[0]
    for kind in ("*-V1.edl", "*.ale"):
        read = read_timeline(next((tmp_path / "grades").glob(kind))).cut
        cdls = [clip.cdl for track in read.tracks_of("video") for clip in track.clips]
        assert [one.space for one in cdls if one] == [None, None, GRADING]
    other = tmp_path / "mine.ccc"
    other.write_bytes(write_ccc({"A001C002": LOOK, "Z": LOOK}))
    edl = Path(made_film[1].outputs["rough-cut.edl"])
    told = exported("export", edl, tmp_path / "again", "--ccc", other, code=3)
    assert told["unused"] == ["Z"] and told["graded"] == 2
    with pytest.raises(UsageError, match="AP-USE-074"):
        exported("export", edl, tmp_path / "again")


def test_settings_of_another_kind_are_refused(filmed: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        Production.open(film(filmed, tmp_path / "wrong", "heroes = 3"))


def test_a_table_is_the_operation_it_was_made_of() -> None:
    grade = msgspec.structs.replace(LOOK, space=GRADING)
    nodes = operation(STILL, grade, GRADING)(lattice())
    picture = eight_bits(framed(wall(31), 0, 0, 0.8))
    wanted = operation(STILL, grade, GRADING)(picture.astype(np.float32) / 255)
    made = Table(nodes)(picture)
    assert np.abs(made / 255 - np.clip(wanted, 0, 1)).mean() < 0.5 / 255
    assert np.array_equal(Table(lattice())(picture), picture)
