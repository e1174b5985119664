"""`sound measure` and `sound level`: files as they are written, what is kept in them, what is refused."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pyloudnorm
import pytest
import soundfile
from typer.testing import CliRunner

from answerprint.cli.sound import app
from answerprint.core.errors import MediaError, UsageError
from answerprint.departments.sound.levels import profiles
from answerprint.media.encode import AudioSettings, Sound, VideoSettings, write_pictures
from answerprint.media.ixml import ProductionSound
from answerprint.media.probe import probe
from answerprint.media.wave import read_wave_chunks
from answerprint.media.wave_writing import write_wave
from answerprint.pipeline.levelling import level_file, planned
from answerprint.pipeline.measuring import labelled, measure_file, measure_labelled

RATE = 48_000


def made(seconds: float = 6.0, channels: int = 2, seed: int = 1) -> np.ndarray:
    """Noise that swells, with clicks: levels, a range, and peaks to hold."""
    random = np.random.default_rng(seed)
    length = round(seconds * RATE)
    swell = 0.02 + 0.06 * np.sin(np.pi * np.arange(length) / length) ** 2
    sound = random.normal(0, 1, (length, channels)) * swell[:, None]
    for at in random.integers(0, length - 100, 8):
        sound[at : at + 40] += 0.6 * np.hanning(40)[:, None]
    return np.clip(sound, -0.95, 0.95).astype(np.float32)


def film(path: Path, codec: str) -> Path:
    pictures = ((number, np.full((54, 96, 3), number % 200, np.uint8)) for number in range(150))
    sound = Sound([made()], AudioSettings(codec=codec), language="fr")
    settings = VideoSettings(preset="ultrafast", threads=1)
    write_pictures(path, pictures, Fraction(25), settings, sound=sound, start_timecode="10:00:00:00")
    return path


def picture_packets(path: Path) -> list[tuple[int | None, bytes]]:
    with av.open(str(path)) as container:
        return [(one.pts, bytes(one)) for one in container.demux(video=0) if one.size]


def heard(path: Path) -> np.ndarray:
    with av.open(str(path)) as container:
        resampler = av.AudioResampler(format="fltp", layout="stereo", rate=RATE)
        parts = [one.to_ndarray() for frame in container.decode(audio=0) for one in resampler.resample(frame)]
    return np.concatenate(parts, axis=1).T.astype(np.float64)


@pytest.mark.parametrize(
    ("source", "out", "profile"),
    [
        ("in.wav", "out.wav", "ebu-r128"),
        ("in.wav", "out.m4a", "web"),
        ("in.mov", "out.mov", "atsc-a85"),
        ("in.mp4", "out.mp4", "web"),
        ("in.mp4", "out.mkv", "ebu-r128"),
    ],
)
def test_the_written_file_is_at_its_level_and_under_its_ceiling(
    tmp_path: Path, source: str, out: str, profile: str
) -> None:
    path, target = tmp_path / source, tmp_path / out
    if source.endswith(".wav"):
        write_wave(path, made(), RATE)
    else:
        film(path, "aac" if source.endswith(".mp4") else "pcm_s24le")
    wanted = profiles()[profile]
    found = level_file(path, target, wanted, profile)
    assert found.after.integrated == pytest.approx(wanted.integrated, abs=0.2)
    assert found.after.true_peak is not None and found.after.true_peak <= wanted.true_peak
    assert pyloudnorm.Meter(RATE).integrated_loudness(heard(target)) == pytest.approx(
        wanted.integrated, abs=0.3
    )
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []
    if not source.endswith(".wav"):
        before, after = picture_packets(path), picture_packets(target)
        assert [data for _, data in after] == [data for _, data in before]
        if not out.endswith(".mkv"):
            timecode = probe(target).timecode
            assert timecode is not None and timecode.frame == 10 * 3600 * 25
        assert probe(target).stream("audio").language in ("fre", "fra", "fr")  # type: ignore[union-attr]


def test_a_wave_keeps_its_length_timecode_names_and_notes(tmp_path: Path) -> None:
    path, out = tmp_path / "in.wav", tmp_path / "out.wav"
    sound = ProductionSound(scene="12A", take="3", note="plane")
    write_wave(path, made(3.0), RATE, time_reference=123_456_789, track_names=("Boom", "Lav"), sound=sound)
    level_file(path, out, profiles()["ebu-r128"], "ebu-r128")
    was, now = read_wave_chunks(path), read_wave_chunks(out)
    assert (now.frames, now.time_reference, now.track_names) == (was.frames, 123_456_789, ("Boom", "Lav"))
    assert now.ixml is not None and (now.ixml.scene, now.ixml.take, now.ixml.note) == ("12A", "3", "plane")


def test_a_gain_alone_changes_nothing_else(tmp_path: Path) -> None:
    path, out = tmp_path / "in.wav", tmp_path / "out.wav"
    quiet = made(3.0) * np.float32(0.05)
    write_wave(path, quiet, RATE, bits=32)
    found = level_file(path, out, profiles()["netflix"], "netflix")
    assert not found.limited
    written = soundfile.read(out)[0]
    gain = 10 ** (found.gain / 20)
    assert np.abs(written - quiet * gain).max() < 1e-4 * np.abs(written).max() + 1e-6


def test_what_would_be_done_is_told_and_nothing_written(tmp_path: Path) -> None:
    path = tmp_path / "in.wav"
    write_wave(path, made(3.0), RATE)
    told = planned(path, profiles()["web"], "web")
    assert told.passes == 0 and told.limited
    assert told.before.integrated is not None
    assert told.gain == pytest.approx(-14 - told.before.integrated, abs=0.01)
    assert [one.name for one in tmp_path.iterdir()] == ["in.wav"]


def test_mono_files_by_their_labels_are_one_programme(tmp_path: Path) -> None:
    sound = made(3.0, 6)
    paths = []
    for place, name in enumerate(("L", "R", "C", "LFE", "Ls", "Rs")):
        paths.append(tmp_path / f"film_mix.{name}.wav")
        write_wave(paths[-1], sound[:, place : place + 1], RATE, bits=32)
    whole = tmp_path / "whole.wav"
    soundfile.write(whole, sound, RATE, subtype="FLOAT")
    together, found = measure_file(whole), measure_labelled(paths[::-1])
    assert found.layout == "5.1"
    assert (found.integrated, found.true_peak, found.leq_m) == (
        together.integrated,
        together.true_peak,
        together.leq_m,
    )
    with pytest.raises(UsageError, match="make no layout"):
        labelled([paths[0], paths[3]])
    with pytest.raises(UsageError, match="no channel is called"):
        labelled([paths[0], whole])
    with pytest.raises(UsageError, match="two files are called L"):
        labelled([paths[0], paths[0]])


def test_what_cannot_be_measured_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "nan.wav"
    sound = made(1.0)
    sound[30_000, 1] = np.nan
    soundfile.write(broken, sound, RATE, subtype="FLOAT")
    with pytest.raises(MediaError, match="sample 30000 of channel 2") as raised:
        measure_file(broken)
    assert raised.value.code == "AP-MEDIA-018"
    silent, out = tmp_path / "silent.wav", tmp_path / "out.wav"
    write_wave(silent, np.zeros((RATE, 2), np.float32), RATE)
    with pytest.raises(MediaError, match="silent"):
        level_file(silent, out, profiles()["ebu-r128"], "ebu-r128")
    assert not out.exists()
    with pytest.raises(MediaError, match=r"no container is called '\.flac'"):
        level_file(silent, tmp_path / "out.flac", profiles()["ebu-r128"], "ebu-r128")
    pictures = tmp_path / "pictures.mp4"
    write_pictures(pictures, ((n, np.zeros((54, 96, 3), np.uint8)) for n in range(5)), Fraction(25))
    with pytest.raises(MediaError, match="no sound"):
        measure_file(pictures)


@pytest.mark.parametrize("seconds", [1 / RATE, 0.05])
def test_the_shortest_files_are_measured(tmp_path: Path, seconds: float) -> None:
    path = tmp_path / "short.wav"
    write_wave(path, np.full((max(1, round(seconds * RATE)), 1), 0.25, np.float32), RATE)
    assert measure_file(path).seconds == pytest.approx(seconds, abs=1e-3)


@pytest.mark.parametrize(
    ("rate", "channels", "kind"), [(192_000, 2, "PCM_24"), (8_000, 1, "PCM_U8"), (48_000, 64, "PCM_16")]
)
def test_odd_formats_are_measured(tmp_path: Path, rate: int, channels: int, kind: str) -> None:
    path = tmp_path / "odd.wav"
    at = np.arange(rate) / rate
    soundfile.write(
        path, np.repeat(0.1 * np.sin(2 * np.pi * 997 * at)[:, None], channels, 1), rate, subtype=kind
    )
    found = measure_file(path)
    assert (found.rate, found.channels) == (rate, channels) and found.integrated is not None


def test_the_commands_print_the_fixed_names_and_say_by_exit_code_what_is_not_met(tmp_path: Path) -> None:
    path, out, picture = tmp_path / "in.wav", tmp_path / "out.wav", tmp_path / "curve.svg"
    write_wave(path, made(3.0), RATE)
    run = CliRunner()
    asked = ["measure", str(path), "--profile", "web", "--picture", str(picture), "--json"]
    result = run.invoke(app, asked)
    assert result.exit_code == 3
    document = json.loads(result.stdout)
    names = ("integrated", "range", "true_peak", "momentary_max", "short_term_max", "dialogue_share")
    assert all(isinstance(document[name], float) for name in names)
    assert {"dialogue_integrated", "leq_m", "curve"} <= document.keys() and picture.exists()
    levelled = run.invoke(app, ["level", str(path), str(out), "--profile", "web", "--json"])
    assert levelled.exit_code == 0 and json.loads(levelled.stdout)["after"]["integrated"] == pytest.approx(
        -14, abs=0.2
    )
    guide = run.invoke(app, ["measure", str(out), "--profile", "theatrical"])
    assert guide.exit_code == 0 and "NOT met" in guide.stdout and "a guide" in guide.stdout
    short = tmp_path / "short.wav"
    short.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    told = run.invoke(app, ["measure", str(short)])
    assert told.exit_code == 3 and "short.wav: truncated" in told.stdout
    again = run.invoke(app, ["level", str(short), str(tmp_path / "whole.wav"), "--json"])
    assert again.exit_code == 3 and json.loads(again.stdout)["faults"]
    many = tmp_path / "many.wav"
    soundfile.write(many, np.full((4800, 64), 0.1), RATE)
    with pytest.raises(MediaError, match="no layout of 64 channels") as raised:
        level_file(many, tmp_path / "many.m4a", profiles()["web"], "web")
    assert raised.value.file == str(tmp_path / "many.m4a")
    plain = run.invoke(app, ["measure", str(out)])
    assert "integrated" in plain.stdout and plain.exit_code == 0
