"""`picture retime` on files."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from answerprint.cli.output import invoke
from answerprint.cli.picture.retime import app  # with its command
from answerprint.media.encode import PCM, Sound, VideoSettings, write_pictures
from answerprint.media.exact_stills import Still, write_still
from answerprint.media.probe import probe
from answerprint.pipeline.picture.operating import sidecar_of
from answerprint.pipeline.picture.reels import reel_of

RATE = Fraction(24)


def run(*arguments: object) -> int:
    return invoke(app, "picture", ["retime", *map(str, arguments)], grouped=True)


def clip(path: Path, lengths: tuple[int, ...] = (24, 24), every: int = 1) -> Path:
    """Shots that pan by two pixels a picture; every: pictures that each is shown for."""
    grounds = [
        np.kron(np.random.default_rng(40 + at).integers(20, 230, (16, 40, 3)), np.ones((6, 6, 1))).astype(
            np.uint8
        )
        for at in range(len(lengths))
    ]
    pictures = (
        (
            sum(lengths[:shot]) + at,
            np.ascontiguousarray(grounds[shot][:72, 2 * (at // every) : 96 + 2 * (at // every)]),
        )
        for shot, length in enumerate(lengths)
        for at in range(length)
    )
    sound = Sound([np.zeros((48000 * sum(lengths) // 24, 2), np.float32)], PCM)
    write_pictures(path, pictures, RATE, VideoSettings(crf=6), sound=sound)
    return path


def test_another_rate_keeps_length_and_sound(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, out = clip(tmp_path / "in.mov"), tmp_path / "out.mov"
    assert run(source, out, "--rate", "25", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    reel = reel_of(out)
    assert reel.rate == 25 and reel.count == 50 and probe(out).stream("audio") is not None
    assert told["found"]["made_between"] >= 40 and told["found"]["not_followed"] == 0
    assert json.loads(sidecar_of(out).read_text())["parameters"]["rate"] == "25"


def test_a_cut_stays_a_cut(tmp_path: Path) -> None:
    source, out = clip(tmp_path / "in.mov"), tmp_path / "out.mov"
    assert run(source, out, "--speed", "0.4", "--rate", "30") == 0
    reel = reel_of(out)
    assert reel.count == 150 and len(reel.shots) == 2 and abs(reel.shots[0][1] - 75) <= 1
    assert probe(out).stream("audio") is None
    was = [pixels for _, pixels in reel_of(source).pictures(22, 26)]
    for _, pixels in reel.pictures(reel.shots[0][1] - 2, reel.shots[0][1] + 2):
        assert min(np.abs(pixels - one).mean() for one in was) < 0.06


def test_conforming_plays_every_picture_once(tmp_path: Path) -> None:
    source, out = clip(tmp_path / "in.mov"), tmp_path / "out.mov"
    assert run(source, out, "--rate", "25", "--method", "conform") == 0
    assert reel_of(out).count == 48 and reel_of(out).rate == 25
    beside = json.loads(sidecar_of(out).read_text())
    assert beside["back_end"] == "conform" and abs(beside["found"]["speed"] - 25 / 24) < 1e-5
    assert beside["sound"] == {}


def test_ramps_from_text_and_from_a_file_are_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, ramp = clip(tmp_path / "in.mov"), tmp_path / "ramp.csv"
    ramp.write_text("second,speed\n0,1\n1,0.5\n2,1\n")
    told = []
    for arguments in (["--speed", "0:1 1:0.5 2:1"], ["--ramp", str(ramp)]):
        assert run(source, tmp_path / "no.mov", *arguments, "--method", "blend", "--dry-run", "--json") == 0
        told.append(json.loads(capsys.readouterr().out)["found"])
    assert told[0] == told[1] and 2.5 < told[0]["seconds"][1] < 3.2
    assert sorted(one.name for one in tmp_path.iterdir()) == ["in.mov", "ramp.csv"]


def test_animation_on_twos_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = clip(tmp_path / "in.mov", (40,), every=2)
    assert run(source, tmp_path / "no.mov", "--rate", "25", "--dry-run", "--json") == 0
    assert json.loads(capsys.readouterr().out)["found"]["repeated_pattern"] == "twos"
    assert run(source, tmp_path / "no.mov", "--rate", "25", "--dry-run") == 0
    assert "on twos" in capsys.readouterr().out


def test_a_folder_of_floats_is_numbered_anew(tmp_path: Path) -> None:
    folder = tmp_path / "plates"
    folder.mkdir()
    ground = np.random.default_rng(3).random((40, 80, 3)).astype(np.float32) * 2
    for number in range(4):
        write_still(
            folder / f"p.{number:04d}.exr", Still(ground[:, 2 * number : 60 + 2 * number], None, "half")
        )
    assert run(folder, tmp_path / "slow", "--speed", "0.5") == 0
    assert len(list((tmp_path / "slow").glob("*.exr"))) == 8


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([], "AP-USE-854"),
        (["--speed", "1", "--ramp", "x.csv"], "AP-USE-854"),
        (["--speed", "0"], "AP-USE-858"),
        (["--speed", "0:1 0:2"], "AP-USE-858"),
        (["--ramp", "none.csv"], "AP-USE-858"),
        (["--rate", "quick"], "AP-USE-859"),
        (["--rate", "25", "--speed", "0.5", "--method", "conform"], "AP-USE-850"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: str
) -> None:
    source = clip(tmp_path / "in.mov", (4,))
    assert run(source, tmp_path / "out.mov", *arguments) == 2
    assert code in capsys.readouterr().err and not (tmp_path / "out.mov").exists()


def test_a_still_has_no_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_still(tmp_path / "one.png", Still(np.zeros((20, 30, 3), np.float32), None, "8-bit"))
    assert run(tmp_path / "one.png", tmp_path / "two.png", "--speed", "0.5") == 2
    assert "AP-USE-807" in capsys.readouterr().err
