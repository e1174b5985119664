"""Grades written as .cdl, .ccc, .cc, .clf and .cube, and read back through OpenColorIO as one picture."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import numpy as np
import PyOpenColorIO as ocio
import pytest

from answerprint.core.cut import Cdl
from answerprint.core.errors import FormatError, UsageError
from answerprint.departments.picture.operations import from_file, operation, table
from answerprint.departments.picture.spaces import GRADING, STILL
from answerprint.formats.colour.cdl_file import SUFFIXES, read_cdl, write_cdl
from answerprint.formats.colour.clf import clf_spaces, write_clf
from answerprint.formats.colour.cube import lattice, write_cube
from answerprint.pipeline.picture.applying import cdl_change, table_change
from answerprint.pipeline.picture.sources import Source

GRADE = Cdl((1.1, 1.0, 0.93), (-0.02, 0.01, 0.03), (1.05, 1.0, 0.96), 0.9)
COLOUR = Path(os.environ.get("ANSWERPRINT_DATA", Path(__file__).parents[3] / "shared" / "data")) / "colour"
there = pytest.mark.skipif(not COLOUR.is_dir(), reason="no shared data")
SOURCE = Source(path=Path("still.png"), still=True, space=STILL, said="assumed")


@pytest.mark.parametrize("kind", SUFFIXES)
def test_a_grade_is_read_back_with_its_space(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"grade{kind}"
    path.write_bytes(write_cdl(GRADE, kind, id="A003 & <more>", space=GRADING, note="to the hero"))
    assert read_cdl(path) == (msgspec.structs.replace(GRADE, space=GRADING), GRADING)
    found = ocio.CDLTransform.CreateFromFile(str(path), "")
    assert found.getSlope() == pytest.approx(list(GRADE.slope))
    assert found.getSat() == pytest.approx(GRADE.saturation)


def test_every_file_gives_the_same_picture_through_opencolorio(tmp_path: Path) -> None:
    picture = np.random.default_rng(3).uniform(0.02, 0.98, (64, 64, 3)).astype(np.float32)
    wanted = operation(STILL, GRADE, GRADING)(picture)
    clf, cdl, cube = tmp_path / "g.clf", tmp_path / "g.cdl", tmp_path / "g.cube"
    clf.write_bytes(write_clf(GRADE, id="g", space=GRADING))
    cdl.write_bytes(write_cdl(GRADE, ".cdl", id="g", space=GRADING))
    cube.write_bytes(write_cube(table(STILL, GRADE, GRADING, lattice()), title='a "name"'))
    assert clf_spaces(clf) == (GRADING, GRADING)
    for made, most in (
        (table_change(clf, SOURCE)[0], 1e-4),
        (from_file(str(cdl), STILL, GRADING, GRADING), 1e-4),
        (cdl_change(cdl, SOURCE)[0], 1e-6),
        (table_change(cube, SOURCE)[0], 0.004),  # a code value of eight bits
    ):
        assert np.abs(made(picture) - wanted).max() < most


def test_the_identity_cube_runs_red_fastest() -> None:
    lines = write_cube(lattice(2), title="none").decode().splitlines()
    assert lines[-8:-5] == [
        "0.0000000 0.0000000 0.0000000",
        "1.0000000 0.0000000 0.0000000",
        "0.0000000 1.0000000 0.0000000",
    ]


def test_a_cube_of_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="nodes"):
        write_cube(np.zeros((3, 3, 2, 3), np.float32), title="no")


def test_a_grade_without_a_space_asks_for_it(tmp_path: Path) -> None:
    path = tmp_path / "plain.cc"
    path.write_text('<ColorCorrection id="a"><SOPNode><Slope>1 1 1</Slope></SOPNode></ColorCorrection>')
    with pytest.raises(UsageError) as caught:
        cdl_change(path, SOURCE)
    assert caught.value.code == "AP-USE-805"
    assert cdl_change(path, SOURCE, space="acescct")[1] == GRADING


@there
@pytest.mark.parametrize(
    "name",
    ["bad_power", "bad_sat", "bad_slope", "bad_style", "missing_offset", "missing_power", "missing_slope"],
)
def test_malformed_process_lists_are_refused_by_code(name: str) -> None:
    with pytest.raises(FormatError) as caught:
        table_change(COLOUR / f"cdl_{name}.clf", SOURCE)
    assert caught.value.code == "AP-FORMAT-802"
    assert caught.value.file and caught.value.remedy


@there
@pytest.mark.parametrize(
    "name",
    ["iridas_3d.cube", "iridas_1d.cube", "resolve_1d3d.cube", "cdl_all_styles.clf", "cdl_missing_sat.clf",
     "cdl_missing_sop.clf", "cdl_missing_style.clf", "cdl_various.ctf"],
)  # fmt: skip
def test_sound_tables_are_read(name: str) -> None:
    made, _ = table_change(COLOUR / name, SOURCE)
    assert np.isfinite(made(np.full((4, 4, 3), 0.4, np.float32))).all()


@there
def test_a_collection_asks_which_grade() -> None:
    with pytest.raises(FormatError) as caught:
        read_cdl(COLOUR / "cdl_test1.ccc")
    assert caught.value.code == "AP-FORMAT-801"
    assert read_cdl(COLOUR / "cdl_test1.ccc", "cc0001")[0] != Cdl()
    assert read_cdl(COLOUR / "cdl_test1.cc")[0] != Cdl()


@pytest.mark.parametrize("text", ["", "LUT_3D_SIZE 2\n0 0 0\n", "nonsense", "LUT_3D_SIZE 9999\n"])
def test_a_broken_cube_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "broken.cube"
    path.write_text(text)
    with pytest.raises(FormatError) as caught:
        table_change(path, SOURCE)
    assert caught.value.code == "AP-FORMAT-802"


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    for call in (lambda one: table_change(one, SOURCE), read_cdl):
        with pytest.raises(FormatError) as caught:
            call(tmp_path / "none.cube")
        assert caught.value.code == "AP-FORMAT-800"
