"""Atmospheres: the colour, level and swell of the recording, apart left and right, and no loop in them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d
from scipy.signal import welch

import answerprint.cli.sound.atmosphere  # noqa: F401  (it registers the command)
from answerprint.cli.output import invoke
from answerprint.cli.sound.app import app
from answerprint.departments.sound.atmospheres import RATE, atmosphere, repeats, texture_of
from answerprint.media.wave import read_wave_blocks, read_wave_chunks
from answerprint.media.wave_writing import write_wave

Sound = NDArray[np.float64]


def wind(seconds: float, swell: float = 0.0, seed: int = 3) -> Sound:
    """Pink noise whose level wanders by so many dB, a few times a second at most."""
    random = np.random.default_rng(seed)
    size = round(seconds * RATE)
    bins = np.fft.rfftfreq(size, 1 / RATE)
    noise = np.fft.irfft(np.fft.rfft(random.standard_normal(size)) / np.sqrt(np.maximum(bins, 30)), size)
    slow = np.fft.rfft(random.standard_normal(size)) * (bins < 0.7)
    level = np.fft.irfft(slow, size)
    return 0.05 * noise / noise.std() * 10 ** (swell * level / max(level.std(), 1e-12) / 20)


@cache
def steady() -> Sound:
    return wind(20)


def made(sound: Sound, seconds: float = 30, *, scatter: bool = False, seed: int = 1) -> NDArray[np.float32]:
    texture = texture_of([sound])
    return np.concatenate(list(atmosphere(texture, round(seconds * RATE), scatter=scatter, seed=seed)))


def swell_of(sound: Sound) -> float:
    """Standard deviation of the level over a second, dB."""
    power = uniform_filter1d(sound.astype(float) ** 2, RATE // 2)[RATE::4800]
    return float(np.std(10 * np.log10(power)))


def test_colour_and_level_are_the_recordings() -> None:
    out = made(steady())
    for side in (0, 1):
        _, wanted = welch(steady(), RATE, nperseg=8192)
        at, found = welch(out[:, side].astype(float), RATE, nperseg=8192)
        for low in (50, 100, 200, 400, 800, 1600, 3200, 6400, 12_800):
            band = (at >= low) & (at < 2 * low)
            assert 10 * np.log10(found[band].sum() / wanted[band].sum()) == pytest.approx(0, abs=1.0)


def test_it_is_as_long_as_asked_to_the_sample_and_the_same_again() -> None:
    for length in (1, 4096, RATE + 7):
        blocks = list(atmosphere(texture_of([steady()]), length))
        assert sum(len(one) for one in blocks) == length
    assert np.array_equal(made(steady(), 2), made(steady(), 2))
    assert not np.array_equal(made(steady(), 2), made(steady(), 2, seed=2))


def test_nothing_is_heard_twice_and_left_and_right_are_apart() -> None:
    out = made(steady(), 20)
    assert repeats(out[:, 0].astype(float)) < 0.1
    assert abs(np.corrcoef(out.T)[0, 1]) < 0.05
    looped = np.tile(steady()[: 5 * RATE], 4)
    assert repeats(looped) > 0.95
    copied = np.correlate(out[: RATE // 2, 0].astype(float), steady()[: RATE // 2], "valid")
    assert abs(copied[0]) < 0.1 * np.sum(steady()[: RATE // 2] ** 2)


def test_it_swells_as_the_recording_does() -> None:
    calm, restless = wind(24), wind(24, swell=2.5)
    assert swell_of(restless) > 2 * swell_of(calm)
    assert swell_of(made(calm, 24)[:, 0].astype(float)) < 2 * swell_of(calm)
    assert swell_of(made(restless, 24)[:, 0].astype(float)) > 0.6 * swell_of(restless)


def test_events_are_left_out_or_laid_in_elsewhere() -> None:
    sound = steady().copy()
    at = np.arange(RATE // 5)
    for second in (3, 9, 16):
        sound[second * RATE : second * RATE + len(at)] += 0.4 * np.sin(2 * np.pi * 2000 * at / RATE)
    texture = texture_of([sound])
    assert len(texture.events) == 3
    assert texture.events_a_minute == pytest.approx(9)

    def tone(out: NDArray[np.float32]) -> float:
        hertz, power = welch(out.sum(axis=1).astype(float), RATE, nperseg=4096)
        near = np.abs(hertz - 2000) < 30
        beside = (np.abs(hertz - 2000) < 400) & ~near
        return float(power[near].mean() / power[beside].mean())

    assert tone(made(sound, 20)) < 2
    assert tone(made(sound, 40, scatter=True)) > 10


@pytest.mark.parametrize("sound", [np.zeros(5 * RATE), np.zeros(100), wind(1)])
def test_what_is_not_steady_makes_no_atmosphere(sound: Sound) -> None:
    with pytest.raises(ValueError, match="stillness"):
        texture_of([sound])


def test_the_file_says_what_it_is_made_from_and_how_loud_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, out = tmp_path / "pier.wav", tmp_path / "bed.wav"
    write_wave(one, steady()[: 8 * RATE, None].astype(np.float32), RATE)
    before = one.read_bytes()

    def run(*arguments: object) -> tuple[int, dict[str, object]]:
        capsys.readouterr()
        code = invoke(app, "sound", ["atmosphere", *map(str, arguments), "--json"], grouped=True)
        document: dict[str, object] = json.loads(capsys.readouterr().out)
        return code, document

    code, found = run(one, out, "--seconds", "10", "--lufs", "-40")
    assert code == 0
    assert found["lufs"] == pytest.approx(-40, abs=0.1)
    assert float(str(found["repeats"])) < 0.1
    told = read_wave_chunks(out)
    assert told.frames == 10 * RATE
    assert told.ixml is not None
    assert "Synthetic atmosphere" in told.ixml.note
    assert "pier.wav" in told.ixml.note
    sound = np.concatenate(list(read_wave_blocks(out, told)))
    assert sound.shape == (10 * RATE, 2)
    assert one.read_bytes() == before
    for arguments, wrong in (
        ((one, one), "AP-USE-080"),
        ((one, out), "AP-USE-074"),
        ((out,), "AP-USE-750"),
        ((one, tmp_path / "b.wav", "--events", "some"), "AP-USE-750"),
        ((one, tmp_path / "b.wav", "--seconds", "0"), "AP-USE-750"),
    ):
        code, found = run(*arguments)
        assert (code, found["error"]["code"]) == (2, wrong)  # type: ignore[index]
    write_wave(tmp_path / "nothing.wav", np.zeros((RATE * 4, 1), np.float32), RATE)
    code, found = run(tmp_path / "nothing.wav", tmp_path / "b.wav")
    assert (code, found["error"]["code"]) == (1, "AP-MEDIA-027")  # type: ignore[index]
    assert not (tmp_path / "b.wav").exists()
