"""`sound match` and `sound tone`: colour, level, room and noise brought together; stillness of any length."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from scipy.signal import resample_poly
from typer.testing import CliRunner

from answerprint.cli.sound import app
from answerprint.core.errors import AnswerprintError
from answerprint.departments.sound.matching.room_tone import room_tone, still_spans
from answerprint.departments.sound.matching.spectra import CENTRES, equalised
from answerprint.media.wave import read_wave_chunks
from answerprint.media.wave_writing import write_wave

RATE = 48_000
Sound = NDArray[np.float64]


def run(*arguments: object, code: int = 0) -> dict[str, object]:
    result = CliRunner().invoke(app, [*map(str, arguments), "--json"])
    if isinstance(result.exception, AnswerprintError):
        raise result.exception
    assert result.exit_code == code, result.output
    document: dict[str, object] = json.loads(result.output)
    return document


@pytest.fixture(scope="module")
def voice(shared_data: Path) -> Sound:
    parts = []
    for name in ("1998-15444-0001", "1998-15444-0006"):
        samples, rate = soundfile.read(shared_data / "voices" / f"{name}.flac")
        parts += [np.zeros(RATE // 2), resample_poly(samples, RATE, rate)]
    return np.concatenate([*parts, np.zeros(RATE // 2)])


def test_a_recording_comes_to_sound_as_the_other(voice: Sound, tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    tilt = np.linspace(-8, 8, len(CENTRES))
    far = equalised(voice, RATE, tilt) * 0.3 + 0.0003 * random.normal(size=len(voice))
    near = voice + 0.0015 * random.normal(size=len(voice))
    one, other, out = (tmp_path / f"{name}.wav" for name in ("far", "near", "out"))
    write_wave(
        one, far[:, None].astype(np.float32), RATE, bits=32, time_reference=RATE * 7, track_names=("Lav",)
    )
    write_wave(other, near[:, None].astype(np.float32), RATE, bits=32)
    told = run("match", one, other, out)["channels"][0]  # type: ignore[index]
    assert told["mismatch_after"] < 0.3 * told["mismatch_before"]
    assert told["loudness_after"] == pytest.approx(told["loudness_wanted"], abs=0.5)
    assert abs(told["noise_after"] - told["noise_wanted"]) < 0.4 * abs(
        told["noise_before"] - told["noise_wanted"]
    )
    made, _ = soundfile.read(out)
    assert len(made) == len(far)
    wave = read_wave_chunks(out)
    assert wave.time_reference == RATE * 7 and wave.track_names == ("Lav",)
    # It was filtered and not moved: the two still lie on one another.
    size = 1 << (2 * len(made)).bit_length()
    alike = np.fft.irfft(np.fft.rfft(made, size) * np.fft.rfft(far, size).conj())
    assert abs((int(np.argmax(alike)) + size // 2) % size - size // 2) <= 2
    dry = run("match", one, other, tmp_path / "none.wav", "--dry-run")
    assert dry["out"] is None and not (tmp_path / "none.wav").exists()


def test_stillness_is_made_longer_without_voices_or_loops(voice: Sound, tmp_path: Path) -> None:
    random = np.random.default_rng(2)
    room = np.convolve(random.normal(size=len(voice)), np.ones(8) / 8, "same") * 0.004
    path, out = tmp_path / "take.wav", tmp_path / "tone.wav"
    write_wave(path, (voice + room)[:, None].astype(np.float32), RATE, bits=24, time_reference=5)
    told = run("tone", path, out, "--length", "40")
    assert told["seconds"] == 40 and told["still_seconds"] > 0.5  # type: ignore[operator]
    made, _ = soundfile.read(out)
    assert len(made) == 40 * RATE
    power = np.square(made).reshape(-1, RATE // 50).mean(1)
    assert 10 * np.log10(np.mean(power) / np.mean(room**2)) == pytest.approx(0, abs=1.5)
    assert power.max() < 10 * np.median(power)
    again = tmp_path / "again.wav"
    run("tone", path, again, "--length", "40")
    assert again.read_bytes() == out.read_bytes()


def test_channels_of_a_grain_stay_together() -> None:
    random = np.random.default_rng(3)
    left = random.normal(0, 0.01, 3 * RATE).astype(np.float32)
    both = np.stack([left, 0.5 * left], axis=1)
    spans = still_spans(left.astype(np.float64), RATE, np.ones(len(left), bool))
    made = np.concatenate(list(room_tone(both, RATE, spans, 10 * RATE + 7)))
    assert made.shape == (10 * RATE + 7, 2)
    assert np.allclose(made[:, 1], 0.5 * made[:, 0], atol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["match", "a.wav", "a.wav", "out.mp3"], "AP-USE-692"),
        (["match", "a.wav", "b.wav", "a.wav"], "AP-USE-080"),
        (["tone", "a.wav", "out.wav", "--length", "0"], "AP-USE-694"),
        (["tone", "a.wav", "out.wav"], "AP-MEDIA-025"),
    ],
)
def test_what_cannot_be_done_is_said(
    arguments: list[str], code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.wav", "b.wav"):
        write_wave(tmp_path / name, np.zeros((RATE, 1), np.float32), RATE)
    with pytest.raises(AnswerprintError) as raised:
        run(*arguments)
    assert raised.value.code == code
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.wav", "b.wav"]
