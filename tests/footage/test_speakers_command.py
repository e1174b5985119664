"""`answerprint speakers`: turns on the file's own clock, names, files written whole, bad input named."""

from __future__ import annotations

import json
import struct
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
import soundfile

from answerprint.cli.main import run
from answerprint.departments.footage.speakers.rttm import read_rttm
from answerprint.media.ixml import ProductionSound
from answerprint.media.wave_writing import write_wave


def speakers(capfd: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, dict]:
    capfd.readouterr()
    code = run(["speakers", *(str(one) for one in arguments), "--backend", "classical", "--json"])
    return code, json.loads(capfd.readouterr().out)


def test_a_conversation_comes_out_as_turns(
    shared_data: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    source = shared_data / "diarisation" / "sample.wav"
    out, picture = tmp_path / "turns.rttm", tmp_path / "turns.png"
    code, found = speakers(
        capfd, source, "--name", "speaker_1=ANNA", "--rttm", out, "--plot", picture, "--sounds",
        "--against", shared_data / "diarisation" / "sample.rttm",
    )  # fmt: skip
    assert code == 0
    assert found["backend"] == "classical"
    assert {turn["speaker"] for turn in found["turns"]} == {"ANNA", "speaker_2"}
    times = [(Fraction(turn["start"]["time"]), Fraction(turn["end"]["time"])) for turn in found["turns"]]
    assert times == sorted(times)
    assert all(0 <= start < end <= 30 for start, end in times)
    assert sum(one["share"] for one in found["speakers"]) == pytest.approx(1, abs=0.001)
    assert 0 < found["error"]["rate"] < 0.4
    assert {"silence"} == {one["sound"] for one in found["sounds"]}
    written = read_rttm(out, 1000)
    assert [who for *_, who in written] == [turn["speaker"] for turn in found["turns"]]
    assert [start for start, *_ in written] == [round(start * 1000) for start, _ in times]
    assert cv2.imread(str(picture)).shape[1] == 1600


def test_a_recorder_that_starts_at_noon_has_its_timecode_on_every_turn(
    shared_data: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    samples, rate = soundfile.read(shared_data / "diarisation" / "sample.wav", dtype="float32")
    path = tmp_path / "noon.wav"
    clock = ProductionSound(timecode_rate=Fraction(25))
    write_wave(path, samples[:, None], rate, time_reference=12 * 3600 * rate, sound=clock)
    code, found = speakers(capfd, path)
    assert code == 0
    assert found["turns"]
    assert all(turn["start"]["timecode"].startswith("12:00:") for turn in found["turns"])


def test_nobody_is_named_who_does_not_speak(
    shared_data: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "x.rttm"
    code, found = speakers(
        capfd, shared_data / "speech" / "jfk.flac", "--name", "speaker_9=ANNA", "--rttm", out
    )
    assert (code, found["error"]["code"]) == (2, "AP-USE-351")
    assert "speaker_1" in found["error"]["remedy"]
    assert not out.exists()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--name", "ANNA"], "AP-USE-353"),
        (["--name", "=ANNA"], "AP-USE-353"),
        (["--speakers", "0"], "AP-USE-350"),
        (["--speakers", "1000"], "AP-USE-350"),
        (["--speakers", "two"], "AP-USE-011"),
    ],
)
def test_wrong_usage_is_said(
    arguments: list[str], code: str, shared_data: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    result, found = speakers(capfd, shared_data / "speech" / "jfk.flac", *arguments)
    assert (result, found["error"]["code"]) == (2, code)


def test_an_unknown_back_end_is_said(shared_data: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["speakers", str(shared_data / "speech" / "jfk.flac"), "--backend", "best", "--json"]) == 2
    assert json.loads(capfd.readouterr().out)["error"]["code"] == "AP-USE-352"


def test_bundled_without_its_models_is_not_available(
    shared_data: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANSWERPRINT_MODELS", str(tmp_path))
    assert run(["speakers", str(shared_data / "speech" / "jfk.flac"), "--backend", "bundled", "--json"]) == 4
    error = json.loads(capfd.readouterr().out)["error"]
    assert "answerprint models fetch pyannote-segmentation" in error["remedy"]


def test_files_that_are_there_and_originals_are_not_written(
    shared_data: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    taken = tmp_path / "turns.rttm"
    taken.write_text("mine")
    source = tmp_path / "jfk.flac"
    source.write_bytes((shared_data / "speech" / "jfk.flac").read_bytes())
    assert speakers(capfd, source, "--rttm", taken)[1]["error"]["code"] == "AP-USE-074"
    assert speakers(capfd, source, "--plot", source, "--force")[1]["error"]["code"] == "AP-USE-080"
    assert taken.read_text() == "mine"


def hours(path: Path) -> Path:
    """A wave header that claims ten hours, with a second behind it."""
    rate, claimed = 16_000, 36_000 * 32_000
    header = b"RIFF" + struct.pack("<I", claimed + 36) + b"WAVEfmt "
    header += struct.pack("<IHHIIHH", 16, 1, 1, rate, 2 * rate, 2, 16) + b"data" + struct.pack("<I", claimed)
    path.write_bytes(header + bytes(2 * rate))
    return path


def test_silence_noise_and_headers_that_lie_end_well(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    silence, click = tmp_path / "silence.wav", tmp_path / "click.wav"
    write_wave(silence, np.zeros((16_000 * 5, 1), np.float32), 16_000)
    write_wave(click, np.full((1, 1), 0.5, np.float32), 48_000)
    poisoned = tmp_path / "nan.wav"
    write_wave(poisoned, np.full((16_000, 2), np.nan, np.float32), 16_000, bits=32)
    for path in (silence, click, poisoned, hours(tmp_path / "hours.wav")):
        code, found = speakers(capfd, path, "--sounds")
        assert code == 0, (path, found)
        assert found["turns"] == []
        assert found["speakers"] == []


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("empty.wav", b"", "AP-MEDIA-004"),
        ("words.mp4", b"hello, this is no film\n" * 20, "AP-MEDIA-009"),
        ("cut.wav", b"RIFF\x24\x00\x00\x00WAVEfmt ", None),
    ],
)
def test_what_is_no_media_is_named_as_such(
    name: str, content: bytes, code: str | None, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_bytes(content)
    result, found = speakers(capfd, tmp_path / name)
    assert result == 1
    assert found["error"]["code"] == (code or found["error"]["code"])


def test_a_file_without_sound_says_so(shared_data: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code, found = speakers(capfd, shared_data / "video" / "counter.mp4")
    assert (code, found["error"]["code"]) == (1, "AP-FOOTAGE-021")
