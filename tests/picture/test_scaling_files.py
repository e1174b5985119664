"""`picture scale` on files."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from test_scaling import repeating

from answerprint.cli.output import invoke
from answerprint.cli.picture.scale import app  # with its command
from answerprint.media.encode import VideoSettings, write_pictures
from answerprint.media.exact_stills import Still, read_still, write_still
from answerprint.pipeline.picture.operating import sidecar_of
from answerprint.pipeline.picture.reels import reel_of


def run(*arguments: object) -> int:
    return invoke(app, "picture", ["scale", *map(str, arguments)], grouped=True)


def clip(path: Path, count: int = 6, wide: int = 96, high: int = 54) -> Path:
    draw = np.random.default_rng(4)
    base = np.kron(draw.integers(20, 230, (30, 50, 3)), np.ones((4, 4, 1))).astype(np.uint8)
    pictures = ((at, np.ascontiguousarray(base[at : at + high, at : at + wide])) for at in range(count))
    write_pictures(path, pictures, Fraction(24), VideoSettings(crf=10))
    return path


def test_a_clip_is_made_larger_and_says_how(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, out = clip(tmp_path / "in.mov"), tmp_path / "out.mov"
    assert run(source, out, "--by", "2", "--json", "--sheet", tmp_path / "sheet.png") == 0
    told = json.loads(capsys.readouterr().out)
    reel = reel_of(out)
    assert (reel.width, reel.height, reel.count) == (192, 108, 6)
    assert told["back_end"] == "fusion" and told["invented"] is False and told["neighbours"] == "moving"
    beside = json.loads(sidecar_of(out).read_text())
    assert beside["found"]["registered"] > 0.5 and beside["size"] == [192, 108]
    assert (tmp_path / "sheet.png").is_file()


def test_sides_of_a_clip_are_even_and_keep_their_shape(tmp_path: Path) -> None:
    source = clip(tmp_path / "in.mov", 2)
    assert run(source, tmp_path / "a.mov", "--by", "1.3") == 0
    assert run(source, tmp_path / "b.mov", "--to", "x36") == 0
    assert (reel_of(tmp_path / "a.mov").width, reel_of(tmp_path / "a.mov").height) == (124, 70)
    assert (reel_of(tmp_path / "b.mov").width, reel_of(tmp_path / "b.mov").height) == (64, 36)


def test_a_folder_of_floats_and_a_still(tmp_path: Path) -> None:
    folder = tmp_path / "plates"
    folder.mkdir()
    draw = np.random.default_rng(6)
    for number in range(3):
        write_still(
            folder / f"p.{number:04d}.exr",
            Still(draw.random((30, 40, 3)).astype(np.float32) * 3, None, "half"),
        )
    assert run(folder, tmp_path / "larger", "--by", "3/2") == 0
    there = read_still(tmp_path / "larger" / "p.0001.exr")
    assert there.pixels.shape == (45, 60, 3) and there.depth == "half" and there.pixels.max() > 1.5
    assert run(folder / "p.0000.exr", tmp_path / "one.exr", "--to", "20x15") == 0
    assert read_still(tmp_path / "one.exr").pixels.shape == (15, 20, 3)
    assert run(folder, tmp_path / "no", "--by", "2", "--model", repeating(tmp_path / "twice.onnx")) == 2


def test_what_a_model_adds_is_called_invented(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, out = clip(tmp_path / "in.mov", 2), tmp_path / "out.mov"
    assert run(source, out, "--by", "2", "--model", repeating(tmp_path / "twice.onnx")) == 0
    assert "invented" in capsys.readouterr().out
    beside = json.loads(sidecar_of(out).read_text())
    assert beside["back_end"] == "model" and beside["found"]["invented"] is True
    assert len(beside["found"]["model_sha256"]) == 64


def test_without_the_model_nothing_is_done(tmp_path: Path) -> None:
    source = clip(tmp_path / "in.mov", 2)
    assert run(source, tmp_path / "out.mov", "--by", "2", "--model", tmp_path / "none.onnx") == 4
    assert not (tmp_path / "out.mov").exists()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--by", "0"], "AP-USE-850"),
        (["--by", "much"], "AP-USE-850"),
        (["--to", "large"], "AP-USE-851"),
        (["--to", "200x200"], "AP-USE-852"),
        (["--by", "400"], "AP-USE-853"),
        (["--by", "1/1000"], "AP-USE-853"),
        ([], "AP-USE-854"),
        (["--by", "2", "--to", "192x108"], "AP-USE-854"),
        (["--by", "2", "--model", "x.onnx", "--method", "lanczos"], "AP-USE-855"),
        (["--by", "2", "--range", "2", "1"], "AP-USE-857"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: str
) -> None:
    source = clip(tmp_path / "in.mov", 2)
    assert run(source, tmp_path / "out.mov", *arguments) == 2
    assert code in capsys.readouterr().err and not (tmp_path / "out.mov").exists()


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    source = clip(tmp_path / "in.mov", 3)
    assert run(source, tmp_path / "out.mov", "--by", "2", "--dry-run") == 0
    assert sorted(one.name for one in tmp_path.iterdir()) == ["in.mov"]
