"""`sound lips` on a film whose drawn face speaks: the offset in frames, and nothing without consent."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import soundfile
from drawn_faces import Face, draw
from scipy.signal import resample_poly
from typer.testing import CliRunner

from answerprint.cli.sound import app
from answerprint.core.errors import UsageError
from answerprint.departments.sound.replacement.lip_sync import GRID, loudness_curve
from answerprint.media.encode import AudioSettings, Sound, VideoSettings, write_pictures
from answerprint.media.wave_writing import write_wave
from answerprint.models.shelf import Shelf

RATE, FPS, SECONDS = 48_000, 25, 5


@pytest.fixture(scope="module")
def film(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, np.ndarray]:
    if not Shelf().fetched("mediapipe-faces"):
        pytest.skip("mediapipe-faces was not fetched")
    samples, rate = soundfile.read(sorted((shared_data / "voices").glob("*.flac"))[0])
    voice = resample_poly(samples, RATE, rate)[: SECONDS * RATE].astype(np.float32)
    level = loudness_curve([resample_poly(voice, 1, 3)], RATE // 3) / 40
    mouth = np.convolve(level, np.hanning(13) / np.hanning(13).sum(), mode="same")
    opened = np.interp(np.arange(SECONDS * FPS) / FPS, np.arange(len(mouth)) / GRID, mouth)
    pictures = (
        (frame, draw(Face(height=0.62, mouth=round(float(one), 1)), 256, 144))
        for frame, one in enumerate(opened)
    )
    path = tmp_path_factory.mktemp("lips") / "talk.mov"
    sound = Sound([voice[:, None]], AudioSettings(codec="pcm_s24le", channels=1))
    write_pictures(path, pictures, Fraction(FPS), VideoSettings(crf=18, preset="veryfast"), sound=sound)
    return path, voice


def run(*arguments: object, code: int = 0) -> dict[str, object]:
    result = CliRunner().invoke(app, ["lips", *map(str, arguments), "--json"])
    if isinstance(result.exception, UsageError):
        raise result.exception
    assert result.exit_code == code, result.output
    document: dict[str, object] = json.loads(result.stdout)
    return document


def test_a_film_in_sync_and_a_new_sound_seven_frames_late(
    film: tuple[Path, np.ndarray], tmp_path: Path
) -> None:
    path, voice = film
    whole = run(path, "--consent")["whole"]
    assert abs(whole["offset_frames"]) < 1  # type: ignore[index]
    assert whole["within"]  # type: ignore[index]
    late = np.concatenate([np.zeros(7 * RATE // FPS, np.float32), voice])[: len(voice)]
    other = tmp_path / "adr.wav"
    write_wave(other, late[:, None], RATE)
    told = run(path, "--sound", other, "--consent", code=3)["whole"]
    assert told["offset_frames"] == pytest.approx(7, abs=1)  # type: ignore[index]


def test_nothing_is_looked_at_without_consent(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="AP-USE-240"):
        run(tmp_path / "film.mov")
