"""`sound adr`: a take laid on its guide, the best of several, in the guide's length and timecode."""

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
from answerprint.departments.sound.replacement.alignment import align
from answerprint.departments.sound.replacement.warping import warped
from answerprint.media.wave import read_wave_chunks
from answerprint.media.wave_writing import write_wave

RATE = 48_000
Sound = NDArray[np.float64]


@pytest.fixture(scope="module")
def voices(shared_data: Path) -> dict[str, Sound]:
    found = {}
    for name in ("1998-15444-0007", "2033-164914-0005"):
        samples, rate = soundfile.read(shared_data / "voices" / f"{name}.flac")
        found[name] = resample_poly(samples, RATE, rate)
    return found


def bent(sound: Sound, seed: int) -> tuple[Sound, Sound]:
    """At a pace that wanders within 15 %, and which sample of it each new one was."""
    random = np.random.default_rng(seed)
    knots = int(len(sound) / RATE / 0.7)
    pace = np.interp(
        np.linspace(0, knots + 1, len(sound)),
        np.arange(knots + 2),
        1 + random.uniform(-0.15, 0.15, knots + 2),
    )
    places = np.cumsum(pace)
    places = places[: int(np.searchsorted(places, len(sound) - 1))]
    return np.interp(places, np.arange(len(sound)), sound), places


def off(sound: Sound, places: Sound, found: Sound, at: Sound) -> Sound:
    """Milliseconds off where something is said."""
    loud = np.array([np.abs(sound[max(0, int(one) - 600) : int(one) + 600]).mean() for one in at])
    true = np.searchsorted(places, at)
    kept = (loud > 0.1 * loud.max()) & (true > 0) & (true < len(places) - 10)
    return np.abs(found - true)[kept] / RATE * 1000


def test_a_bent_take_is_laid_on_its_guide(voices: dict[str, Sound]) -> None:
    for seed, sound in enumerate(voices.values()):
        random = np.random.default_rng(seed)
        take, places = bent(sound, seed)
        take = take + random.normal(size=len(take)) * np.sqrt(np.mean(take**2)) * 0.1
        alignment = align(sound, take)
        at = np.arange(0, len(sound), 1200).astype(float)
        wrong = off(sound, places, alignment.at(at), at)
        assert np.percentile(wrong, 90) < 20 and np.median(wrong) < 8
        assert (np.diff(alignment.take) >= 0).all()
        straight = warped(take[:, None].astype(np.float32), alignment, len(sound))
        assert straight.shape == (len(sound), 1)
        again = align(sound, straight[:, 0].astype(np.float64))
        rest = np.abs(again.at(at) - at)[np.abs(sound[at.astype(int)]) > 0.02] / RATE * 1000
        assert np.percentile(rest, 90) < 15


def test_the_command_chooses_the_take_and_keeps_length_and_timecode(
    voices: dict[str, Sound], tmp_path: Path
) -> None:
    right, wrong = voices.values()
    guide, good, bad, out = (tmp_path / f"{name}.wav" for name in ("guide", "good", "bad", "out"))
    write_wave(guide, right[:, None].astype(np.float32), RATE, bits=24, time_reference=RATE * 60)
    write_wave(good, bent(right, 7)[0][:, None].astype(np.float32) * 0.3, RATE, bits=24)
    write_wave(bad, wrong[:, None].astype(np.float32), RATE, bits=24)
    result = CliRunner().invoke(app, ["adr", str(guide), str(bad), str(good), str(out), "--json"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.output)
    assert told["take"] == "good.wav" and [one["file"] for one in told["takes"]] == ["good.wav", "bad.wav"]
    assert set(told["map"][0]) == {"guide", "take"} and len(told["map"]) > 100
    made, _ = soundfile.read(out)
    assert len(made) == len(right)
    assert read_wave_chunks(out).time_reference == RATE * 60
    assert told["matched"]["loudness_after"] == pytest.approx(told["matched"]["loudness_wanted"], abs=0.5)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["a.wav", "out.wav"], "AP-USE-702"),
        (["a.wav", "a.wav", "out.mp3"], "AP-USE-692"),
        (["a.wav", "b.wav", "a.wav"], "AP-USE-080"),
        (["a.wav", "b.wav", "out.wav"], "AP-MEDIA-026"),
    ],
)
def test_what_cannot_be_done_is_said(
    arguments: list[str], code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.wav", "b.wav"):
        write_wave(tmp_path / name, np.zeros((100, 1), np.float32), RATE)
    result = CliRunner().invoke(app, ["adr", *arguments])
    assert isinstance(result.exception, AnswerprintError) and result.exception.code == code
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.wav", "b.wav"]
