"""`picture balance`: clips of a scene brought to one look."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parent))

from picture_views import eight_bits, framed, looked, wall

from answerprint.cli.picture import app
from answerprint.core.cut import Cdl
from answerprint.core.errors import AnswerprintError, UsageError
from answerprint.departments.picture.balancing import appearance, middle_of
from answerprint.departments.picture.difference import delta_e, lab_of
from answerprint.departments.picture.operations import operation
from answerprint.departments.picture.spaces import GRADING, LINEAR_709, STILL, change
from answerprint.formats.colour.ccc import read_ccc

OTHER = Cdl((0.9, 0.95, 1.05), (0.04, 0.01, -0.03), (1.0, 1.0, 1.05), 1.1)


def run(*arguments: object, code: int = 0) -> dict:
    result = CliRunner().invoke(app, ["balance", *map(str, arguments), "--json"])
    if isinstance(result.exception, AnswerprintError):
        raise result.exception
    assert result.exit_code == code, (result.output, result.exception)
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Five views of one wall: three alike, two graded."""
    folder, light = tmp_path_factory.mktemp("scene"), wall(21)
    views = {
        "A001C001": framed(light, 40, 60, 0.75),
        "A001C002": framed(light, 60, 90, 0.72),
        "A001C003": framed(light, 20, 40, 0.78),
        "B001C001": looked(framed(light, 80, 200, 0.7)),
        "B001C002": looked(framed(light, 100, 180, 0.66), OTHER),
    }
    for name, view in views.items():
        cv2.imwrite(str(folder / f"{name}.png"), eight_bits(view)[..., ::-1])
    return {name: folder / f"{name}.png" for name in views}


def part_of(told: dict) -> dict[str, str]:
    return {Path(one["file"]).stem: one["part"] for one in told["clips"]}


def test_clips_are_brought_to_the_one_nearest_to_the_others(scene: dict[str, Path], tmp_path: Path) -> None:
    ccc, sheet = tmp_path / "scene.ccc", tmp_path / "sheet.jpg"
    told = run(*scene.values(), "--ccc", ccc, "--sheet", sheet)
    parts = part_of(told)
    assert told["hero_chosen"] and Path(told["hero"]).stem.startswith("A001")
    assert parts["B001C001"] == parts["B001C002"] == "graded"
    grades = read_ccc(ccc.read_bytes())
    assert set(grades) == set(scene) and {one.space for one in grades.values()} == {GRADING}
    assert grades[Path(told["hero"]).stem] == Cdl(space=GRADING)
    light = wall(21)
    truth = lab_of(framed(light, 80, 200, 0.7))
    ours = cv2.imread(str(scene["B001C001"]))[..., ::-1].astype(np.float32) / 255
    graded = operation(STILL, grades["B001C001"], GRADING)(ours)
    before, after = (
        np.median(delta_e(lab_of(change(STILL, LINEAR_709)(one)), truth)) for one in (ours, graded)
    )
    assert after < 0.4 * before
    assert cv2.imread(str(sheet)).shape[1] > 600


def test_a_hero_is_kept_to_and_what_is_deliberate_is_left(scene: dict[str, Path]) -> None:
    told = run(*scene.values(), "--hero", scene["B001C001"], "--leave", scene["A001C002"])
    parts = part_of(told)
    assert not told["hero_chosen"] and parts["B001C001"] == "hero" and parts["A001C002"] == "left"
    assert parts["A001C001"] == "graded"
    left = next(one for one in told["clips"] if one["file"].endswith("A001C002.png"))
    assert left["grade"]["slope"] == [1, 1, 1] and left["grade"]["saturation"] == 1


def test_a_camera_has_one_grade(scene: dict[str, Path], tmp_path: Path) -> None:
    light = wall(21)
    again = tmp_path / "B001C003.png"
    cv2.imwrite(str(again), eight_bits(looked(framed(light, 60, 220, 0.68)))[..., ::-1])
    files = [scene["A001C001"], scene["A001C002"], scene["B001C001"], again]
    told = run(*files, "--hero", scene["A001C001"], "--per", "camera")
    grades = {Path(one["file"]).stem: one["grade"] for one in told["clips"]}
    cameras = {Path(one["file"]).stem: one["camera"] for one in told["clips"]}
    assert cameras == {"A001C001": "A", "A001C002": "A", "B001C001": "B", "B001C003": "B"}
    assert grades["B001C001"] == grades["B001C003"] != grades["A001C001"]


def test_strangers_and_broken_files_are_named_and_the_rest_is_done(
    scene: dict[str, Path], tmp_path: Path
) -> None:
    stranger, broken = tmp_path / "C001C001.png", tmp_path / "C001C002.png"
    cv2.imwrite(str(stranger), eight_bits(framed(wall(99), 0, 0, 0.7))[..., ::-1])
    broken.write_bytes(b"no picture")
    told = run(*scene.values(), stranger, broken, "--hero", scene["A001C001"], code=3)
    parts = part_of(told)
    assert parts["C001C001"] == "unsure" and parts["C001C002"] == "unreadable"
    assert parts["B001C001"] == "graded"


def test_one_clip_alone_is_no_scene(scene: dict[str, Path]) -> None:
    with pytest.raises(UsageError, match="AP-USE-870"):
        run(scene["A001C001"])
    with pytest.raises(UsageError, match="AP-USE-871"):
        run(*scene.values(), "--per", "scene")


def test_the_middle_of_looks_is_one_of_them() -> None:
    light = wall(21)
    looks = [appearance(light * gain) for gain in (0.5, 1.0, 1.05, 0.95)]
    assert middle_of(looks, [1, 1, 1, 1]) in (1, 3)
    assert middle_of(looks, [100, 1, 1, 1]) == 0
