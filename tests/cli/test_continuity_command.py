"""`answerprint continuity` over a little film: a return that was exposed otherwise, and one that was not."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from little_media import Command
from numpy.typing import NDArray

from answerprint.departments.footage.slates.reader import OwnReader
from answerprint.media.encode import VideoSettings, write_pictures

WIDTH, HEIGHT, FRAMES = 320, 180, 50
LOG = "clip,scene,take\nA001C001,1A,1\nA001C002,1B,1\nA001C003,1A,2\nA001C004,1B,2\n"


def wall(seed: int) -> NDArray[np.float32]:
    random = np.random.default_rng(seed)
    light = np.full((HEIGHT, WIDTH, 3), random.uniform(0.15, 0.3, 3), np.float32)
    for _ in range(70):
        x, y = int(random.integers(0, WIDTH)), int(random.integers(0, HEIGHT))
        w, h = (int(one) for one in random.integers(6, 40, 2))
        cv2.rectangle(light, (x, y), (x + w, y + h), random.uniform(0.05, 0.4, 3).tolist(), -1)
    return light


def shoot(path: Path, light: NDArray[np.float32]) -> Path:
    """Two seconds of a wall, with grain."""
    random = np.random.default_rng(int(path.stem[-1]))
    path.parent.mkdir(parents=True, exist_ok=True)
    grain = random.normal(0, 0.003, (FRAMES, *light.shape)).astype(np.float32)
    coded = np.round(255 * np.clip(light + grain, 0, 1) ** (1 / 2.4)).astype(np.uint8)
    write_pictures(path, enumerate(coded), Fraction(25), VideoSettings(preset="ultrafast", gop=8, threads=1))
    return path


@pytest.fixture(scope="module")
def rushes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A–B–A–B: the second A a stop brighter, the second B as it was."""
    folder = tmp_path_factory.mktemp("rushes") / "A001"
    for number, light in enumerate((wall(1), wall(2), 2 * wall(1), wall(2)), 1):
        shoot(folder / f"A001C00{number}.mov", light)
    (folder.parent / "log.csv").write_text(LOG)
    return folder.parent


@pytest.fixture
def film(tmp_path: Path, rushes: Path, answerprint: Command) -> Path:
    folder = tmp_path / "film"
    assert answerprint("new", folder, "--raster", "320x180", "--rate", "25", "--name", "A film").code == 0
    assert answerprint("add", folder, rushes / "A001", rushes / "log.csv").code == 0
    return folder


def test_a_return_that_is_a_stop_brighter_is_shown_with_both_pictures(
    film: Path, tmp_path: Path, answerprint: Command
) -> None:
    page = tmp_path / "continuity.html"
    ran = answerprint("continuity", film, "--workers", "0", "--page", page, "--json")
    assert ran.code == 3
    assert ran.document["cuts"] == 3
    (one,) = ran.document["findings"]
    assert (one["kind"], one["against"], one["scene"]) == ("exposure", "again", "1")
    assert one["value"] == pytest.approx(1, abs=0.06) and one["threshold"] < one["value"]
    assert 0.5 < one["confidence"] <= 1
    assert "1.0 stop brighter" in one["message"] and "the shot it returns to" in one["message"]
    assert (one["earlier"]["file"], one["after"]["file"]) == ("A001C001.mov", "A001C003.mov")
    assert one["at"]["timecode"] is not None
    for side in ("earlier", "after"):
        start, end = (one[side]["range"][each]["frame"] for each in ("start", "end"))
        assert end == start + 1
    told = {left["kind"]: left["reason"] for left in ran.document["left_out"]}
    assert "[consent] faces" in told["wardrobe"] and "no sound" in told["sound"]
    text = page.read_text("utf-8")
    assert len(re.findall(r"data:image/jpeg;base64,", text)) == 2
    assert one["message"] in text and "http" not in text


def test_the_same_is_said_in_words_and_a_page_is_not_written_over(
    film: Path, tmp_path: Path, answerprint: Command
) -> None:
    page = tmp_path / "kept.html"
    page.write_text("mine")
    refused = answerprint("continuity", film, "--page", page, "--json")
    assert (refused.code, refused.error["code"]) == (2, "AP-USE-074")
    assert page.read_text() == "mine"
    ran = answerprint("continuity", film, "--workers", "0")
    assert ran.code == 3
    assert "exposure" in ran.out and "1 was noticed at 3 cuts inside scenes" in ran.out


def test_a_scene_is_asked_for_by_its_number(film: Path, answerprint: Command) -> None:
    unknown = answerprint("continuity", film, "--workers", "0", "--scene", "9", "--json")
    assert (unknown.code, unknown.error["code"]) == (2, "AP-USE-521")
    assert unknown.error["remedy"] == "it has 1"
    assert answerprint("continuity", film, "--workers", "0", "--scene", "1", "--json").document["cuts"] == 3


def test_without_consent_no_model_of_faces_is_opened(
    film: Path, answerprint: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened() -> None:
        raise AssertionError("a model of faces was opened")

    monkeypatch.setattr("answerprint.pipeline.continuity.face_readers", opened)
    assert answerprint("continuity", film, "--workers", "0", "--json").code == 3


def test_a_face_that_is_withheld_is_not_looked_for(
    film: Path, answerprint: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[float] = []

    def look(picture: NDArray[np.uint8], readers: object) -> tuple[()]:
        seen.append(float(picture.mean()))
        return ()

    monkeypatch.setattr("answerprint.pipeline.continuity.Shelf.fetched", lambda self, name: True)
    monkeypatch.setattr("answerprint.pipeline.continuity.face_readers", object)
    monkeypatch.setattr("answerprint.pipeline.continuity.reader_of", lambda bundled: OwnReader())
    monkeypatch.setattr("answerprint.pipeline.continuity_sides.faces_in", look)
    settings = film / "production.toml"
    settings.write_text(settings.read_text("utf-8").replace("faces = false", "faces = true"), "utf-8")
    (one,) = answerprint("continuity", film, "--workers", "0", "--json").document["findings"]
    assert len(seen) == 6, "a tail and a head at each of three cuts; a return's tail was read before"
    bright = max(seen)
    seen.clear()
    (film / "people.toml").write_text(
        f'[[withheld]]\nasset = "{one["after"]["asset"]}"\nrange = "0 .. 90000 @ 12800"\n'
        "boxes = [[0, 0.4, 0.3, 0.1, 0.1]]\n"
    )
    found = answerprint("continuity", film, "--workers", "0", "--json").document
    assert len(seen) == 4 and max(seen) < 0.9 * bright
    told = {left["kind"]: left["reason"] for left in found["left_out"]}
    assert told["hair"] == "somebody in it is never to be looked for"


def test_a_folder_that_is_no_production_is_told(tmp_path: Path, answerprint: Command) -> None:
    ran = answerprint("continuity", tmp_path, "--json")
    assert (ran.code, ran.error["code"]) == (1, "AP-STORE-001")


def test_a_film_of_one_shot_has_no_cut_to_look_at(rushes: Path, tmp_path: Path, answerprint: Command) -> None:
    folder = tmp_path / "short"
    assert answerprint("new", folder, "--raster", "320x180", "--rate", "25").code == 0
    assert answerprint("add", folder, rushes / "A001" / "A001C001.mov").code == 0
    ran = answerprint("continuity", folder, "--workers", "0", "--json")
    assert ran.code == 0 and ran.document["cuts"] == 0 and ran.document["findings"] == []
