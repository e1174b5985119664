"""Files that are not what they seem: `answerprint shots` says so, or finds what there is."""

from __future__ import annotations

import json
import wave
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from answerprint.cli.main import run
from answerprint.departments.footage.shots.detection import ShotDetector


def shots(capfd: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, dict]:
    capfd.readouterr()
    code = run(["shots", *(str(one) for one in arguments), "--json"])
    return code, json.loads(capfd.readouterr().out)


def film(path: Path, pictures: np.ndarray, pts: list[int] | None = None) -> Path:
    """Grey pictures (n, h, w) as FFV1, at 25 a second or at these milliseconds."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=25)
        stream.height, stream.width, stream.pix_fmt = pictures.shape[1], pictures.shape[2], "gray"
        stream.codec_context.time_base = Fraction(1, 1000)
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="gray")
            frame.pts = pts[number] if pts else 40 * number
            frame.time_base = Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def test_black_only_is_one_shot(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code, found = shots(capfd, film(tmp_path / "black.mkv", np.zeros((60, 36, 64), np.uint8)))
    assert code == 0
    assert found["boundaries"] == []
    assert len(found["shots"]) == 1
    assert found["backend"] == "network"


def test_a_picture_of_one_pixel_is_looked_at(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code, found = shots(capfd, film(tmp_path / "dot.mkv", np.full((30, 1, 1), 90, np.uint8)))
    assert code == 0
    assert len(found["shots"]) == 1


def test_a_gap_of_ten_hours_costs_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    pictures = np.full((12, 36, 64), 90, np.uint8)
    pts = [*(40 * k for k in range(11)), 36_000_000]
    code, found = shots(capfd, film(tmp_path / "long.mkv", pictures, pts))
    assert code == 0
    assert Fraction(found["shots"][-1]["end"]["time"]) > 36_000


def test_a_truncated_file_gives_what_is_left_of_it(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    random = np.random.default_rng(1)
    whole = film(tmp_path / "whole.mkv", random.integers(0, 256, (40, 36, 64), dtype=np.uint8))
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 2 // 3])
    code, found = shots(capfd, cut)
    assert code == 0
    assert 10 < found["shots"][-1]["end"]["frame"] < 40


@pytest.mark.parametrize("content", [b"", b"not a film at all\n" * 100])
def test_what_is_no_film_is_refused(
    content: bytes, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(content)
    code, found = shots(capfd, path)
    assert code == 1
    assert found["error"]["code"].startswith("AP-MEDIA-")


def test_silence_has_no_shots(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "silence.wav"
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(16_000)
        out.writeframes(bytes(32_000))
    code, found = shots(capfd, path)
    assert code == 1
    assert found["error"]["code"] == "AP-MEDIA-020"


def test_a_sheet_never_lands_on_the_film_nor_on_what_is_there(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = film(tmp_path / "black.mkv", np.zeros((30, 36, 64), np.uint8))
    before = path.read_bytes()
    code, found = shots(capfd, path, "--sheet", path, "--force")
    assert (code, found["error"]["code"]) == (2, "AP-USE-080")
    assert path.read_bytes() == before
    there = tmp_path / "there.csv"
    there.write_text("mine")
    code, found = shots(capfd, path, "--csv", there)
    assert (code, found["error"]["code"]) == (2, "AP-USE-074")
    assert there.read_text() == "mine"
    code, _ = shots(capfd, path, "--csv", there, "--force", "--sheet", tmp_path / "sheet.png")
    assert code == 0
    assert there.read_text().startswith("shot,")
    assert (tmp_path / "sheet.png").read_bytes()[:4] == b"\x89PNG"


def test_an_hour_of_pictures_takes_tens_of_megabytes() -> None:
    detector = ShotDetector(Fraction(1, 25))
    block = np.full((512, 36, 64, 3), 90, np.uint8)
    count = 0
    for _ in range(8):
        detector.add(np.arange(count, count + 512), block)
        count += 512
    kept = sum(
        array.nbytes
        for track in (detector._every, detector._thinned)
        for part in track._parts
        for array in vars(part).values()
    )
    kept += sum(one.nbytes for one in detector._colours)
    assert kept / count * 90_000 < 60e6
    assert len(detector._every._near) <= 3
