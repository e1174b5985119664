"""`answerprint looks`: what it prints and writes, and what it says to files it cannot look at."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import pytest
from composites import Library
from looks_truth import write

from answerprint.cli.main import run
from answerprint.core.footage import LOOK_VALUES
from answerprint.media.encode import AudioSettings, Sound, VideoSettings, write_pictures

RATE = Fraction(24000, 1001)


class Said(NamedTuple):
    code: int
    out: str
    err: str


Looks = Callable[..., Said]


@pytest.fixture
def looks(capfd: pytest.CaptureFixture[str]) -> Looks:
    def command(*arguments: str | Path) -> Said:
        capfd.readouterr()
        code = run(["looks", *(str(one) for one in arguments)])
        captured = capfd.readouterr()
        assert "Traceback" not in captured.err
        return Said(code, captured.out, captured.err)

    return command


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two shots in one file, the first panning; and a darker copy of the first in another."""
    where = tmp_path_factory.mktemp("clips")
    still = Library(None, seed=3).texture(700, 240)
    pan = [cv2.getRectSubPix(still, (320, 180), (240 + 3.0 * k, 120.0)) for k in range(36)]
    other = Library(None, seed=8).texture(320, 180)[:180, :320]
    write(where / "a.mp4", pan + [other] * 30, RATE)
    write(where / "b.mp4", [np.clip(one * 0.8, 0, 255).astype(np.uint8) for one in pan], RATE, 26)
    return where


def test_a_document_holds_every_shot_with_the_named_values(looks: Looks, folder: Path) -> None:
    said = looks(folder / "a.mp4", "--json")
    assert said.code == 0
    document = json.loads(said.out)
    assert [one["movement"] for one in document["shots"]] == ["pan_right", "static"]
    for one in document["shots"]:
        assert set(LOOK_VALUES) <= set(one)
        assert one["scale"] is None  # nobody looked for people
        assert one["movements"][0]["start"]["time"] == one["start"]["time"]
    assert document["shots"][1]["start"]["time"] == "3003/2000"  # 36 pictures at 24000/1001, exactly
    assert document["shots"][1]["start"]["frame"] == 36
    assert document["alike"] is None


def test_a_folder_s_copies_are_named(looks: Looks, folder: Path) -> None:
    said = looks(folder, "--alike", "--json")
    assert said.code == 0
    document = json.loads(said.out)
    assert [Path(one["file"]).name for one in document["shots"]] == ["a.mp4", "a.mp4", "b.mp4"]
    (pair,) = document["alike"]
    assert (pair["first"], pair["second"], pair["kind"]) == (0, 2, "duplicate")
    lines = looks(folder, "--alike").out.splitlines()  # as people read it: a line a file, a shot, a pair
    assert len(lines) == 7
    assert "pan right" in lines[1]
    assert "duplicate" in lines[-1]


def test_sheet_and_curves_are_written_whole_and_not_over_others(
    looks: Looks, folder: Path, tmp_path: Path
) -> None:
    sheet, table, graph = tmp_path / "sheet.png", tmp_path / "curves.csv", tmp_path / "curves.png"
    assert looks(folder / "a.mp4", "--sheet", sheet, "--curves", table).code == 0
    assert looks(folder / "a.mp4", "--curves", graph).code == 0
    assert cv2.imread(str(sheet)).shape[1] > 600
    assert cv2.imread(str(graph)).shape[1] > 600
    rows = list(csv.DictReader(table.read_text().splitlines()))
    assert len(rows) == 66
    pan = [float(one["right"]) * 320 for one in rows[2:30]]
    assert np.mean(pan) == pytest.approx(-3.0, abs=0.05)
    assert {one["movement"] for one in rows[40:60]} == {"static"}
    refused = looks(folder / "a.mp4", "--sheet", sheet, "--json")
    assert (refused.code, json.loads(refused.out)["error"]["code"]) == (2, "AP-USE-074")
    assert looks(folder / "a.mp4", "--sheet", sheet, "--force").code == 0


def test_an_original_is_never_written_and_curves_have_a_kind(looks: Looks, folder: Path) -> None:
    before = (folder / "a.mp4").read_bytes()
    over = looks(folder / "a.mp4", "--sheet", folder / "a.mp4", "--force", "--json")
    assert (over.code, json.loads(over.out)["error"]["code"]) == (2, "AP-USE-080")
    assert (folder / "a.mp4").read_bytes() == before
    wrong = looks(folder / "a.mp4", "--curves", "x.pdf", "--json")
    assert (wrong.code, json.loads(wrong.out)["error"]["code"]) == (2, "AP-USE-190")


def film(path: Path, pictures: list[np.ndarray]) -> Path:
    write(path, pictures, RATE)
    return path


def test_black_and_tiny_films_are_looked_at_and_nothing_is_claimed(looks: Looks, tmp_path: Path) -> None:
    black = film(tmp_path / "black.mp4", [np.zeros((90, 160, 3), np.uint8)] * 30)
    tiny = film(tmp_path / "tiny.mp4", [np.full((2, 2, 3), 90, np.uint8)] * 30)
    for path in (black, tiny):
        said = looks(path, "--json", "--sheet", tmp_path / f"{path.stem}.png")
        assert said.code == 0
        (shot,) = json.loads(said.out)["shots"]
        for name in ("movement", "focus", "scale", "key_fill", "temperature_k", "fingerprint"):
            assert shot[name] is None, name


def test_one_picture_is_a_shot_of_no_movement(looks: Looks, tmp_path: Path) -> None:
    said = looks(film(tmp_path / "one.mp4", [np.full((90, 160, 3), 120, np.uint8)]), "--json")
    assert said.code == 0
    (shot,) = json.loads(said.out)["shots"]
    assert (shot["movement"], shot["movements"]) == (None, [])
    assert shot["exposure"] is not None


def test_sound_alone_text_nothing_and_what_is_not_there_are_refused(looks: Looks, tmp_path: Path) -> None:
    sound = tmp_path / "sound.wav"
    import soundfile

    soundfile.write(sound, np.zeros(48000), 48000)
    text, empty = tmp_path / "text.mp4", tmp_path / "empty.mp4"
    text.write_text("INT. HOUSE - DAY\n")
    empty.touch()
    for path, code in (
        (sound, "AP-FOOTAGE-"),
        (text, "AP-MEDIA-"),
        (empty, "AP-MEDIA-"),
        (tmp_path / "no", "AP-"),
    ):
        said = looks(path, "--json")
        assert said.code in (1, 2)
        assert json.loads(said.out)["error"]["code"].startswith(code)


def test_a_truncated_file_is_looked_at_as_far_as_it_goes_or_refused(
    looks: Looks, folder: Path, tmp_path: Path
) -> None:
    whole = (folder / "a.mp4").read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole[: len(whole) // 2])
    assert looks(cut, "--json").code in (0, 1)


def test_one_bad_file_among_good_ones_is_reported_and_the_rest_goes_on(
    looks: Looks, folder: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.mp4"
    bad.write_text("no film")
    said = looks(folder / "b.mp4", bad, "--json")
    assert said.code == 3
    document = json.loads(said.out)
    assert len(document["shots"]) == 1
    assert [Path(one["file"]).name for one in document["unread"]] == ["bad.mp4"]
    assert looks(bad, bad.with_name("none.mp4"), "--json").code == 2
    empty = tmp_path / "empty"
    empty.mkdir()
    assert looks(empty, "--json").code == 2


def test_a_film_with_sound_on_it_is_looked_at_like_one_without(looks: Looks, tmp_path: Path) -> None:
    out = tmp_path / "both.mp4"
    picture = Library(None, seed=2).texture(160, 90)[:90, :160]
    silent = (np.zeros((48000, 1), np.float32) for _ in range(2))
    sound = Sound(silent, AudioSettings(channels=1))
    pictures = ((number, picture) for number in range(40))
    write_pictures(out, pictures, Fraction(25), VideoSettings(preset="veryfast"), sound=sound)
    said = looks(out, "--json")
    assert said.code == 0
    assert [one["movement"] for one in json.loads(said.out)["shots"]] == ["static"]
