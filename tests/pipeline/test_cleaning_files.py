"""`sound clean` on files: what is kept of them, pieces and their joints, recipes, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from scipy.signal import resample_poly
from typer.testing import CliRunner

from answerprint.cli.sound import app
from answerprint.core.errors import AnswerprintError, MediaError, ModelError
from answerprint.media.ixml import ProductionSound
from answerprint.media.wave import read_wave_chunks
from answerprint.media.wave_writing import write_wave
from answerprint.models.onnx_writing import Graph
from answerprint.models.waveforms import WaveformModel
from answerprint.pipeline.cleaning import cleaning, source
from answerprint.pipeline.cleaning.cleaning import Request, clean_file
from answerprint.pipeline.cleaning.networks import chosen_network
from answerprint.pipeline.cleaning.parts import Parts
from answerprint.pipeline.cleaning.recipe import read_recipe

RATE = 48_000


def hummed(seconds: float = 6.0, seed: int = 1) -> np.ndarray:
    """A humming room in which something like a voice is heard by turns."""
    random = np.random.default_rng(seed)
    at = np.arange(round(seconds * RATE)) / RATE
    hum = sum(0.02 / n * np.sin(2 * np.pi * 50 * n * at + n) for n in range(1, 8))
    spoken = sum(np.sin(2 * np.pi * 140 * n * at + n) / n for n in range(1, 20))
    spoken = spoken * 0.1 * np.clip(np.sin(2 * np.pi * 0.5 * at), 0, 1) * (1 + np.sin(2 * np.pi * 4 * at))
    return (hum + spoken + random.normal(0, 0.004, len(at))).astype(np.float32)


def level(sound: np.ndarray, hertz: float) -> float:
    at = np.arange(len(sound)) / RATE
    return 20 * float(np.log10(np.abs(np.mean(sound * np.exp(-2j * np.pi * hertz * at))) * 2 + 1e-12))


@pytest.fixture
def poly(tmp_path: Path) -> Path:
    """A recorder's file: a mix, a boom, a lavalier."""
    path = tmp_path / "A001.wav"
    boom, lav = hummed(seed=1), hummed(seed=2)
    write_wave(
        path,
        np.stack([(boom + lav) / 2, boom, lav], axis=1),
        RATE,
        bits=24,
        time_reference=10 * 3600 * RATE,
        track_names=("MixL", "Boom", "Anna"),
        sound=ProductionSound(scene="12", take="3"),
        originator="recorder",
        date="2026-05-04",
        time="10:00:00",
    )
    return path


def test_split_tracks_are_cleaned_and_the_mix_and_the_notes_are_kept(poly: Path, tmp_path: Path) -> None:
    before = poly.read_bytes()
    out, residual = tmp_path / "clean.wav", tmp_path / "taken.wav"
    made = clean_file(poly, out, Request(), residual=residual)
    assert poly.read_bytes() == before
    was, now, taken = (soundfile.read(one, dtype="float32")[0] for one in (poly, out, residual))
    assert now.shape == was.shape == taken.shape
    assert np.array_equal(now[:, 0], was[:, 0]) and made.left == {1: "a mix of the tracks beside it"}
    for channel in (1, 2):
        assert level(now[:, channel], 100) < level(was[:, channel], 100) - 12
    assert np.allclose(now + taken, was, atol=1e-6)
    wave = read_wave_chunks(out)
    assert (wave.format.kind, wave.format.bits, wave.format.rate) == ("float", 32, RATE)
    assert wave.time_reference == 10 * 3600 * RATE and wave.track_names == ("MixL", "Boom", "Anna")
    assert wave.ixml is not None and (wave.ixml.scene, wave.ixml.take) == ("12", "3")
    assert wave.bext is not None and wave.bext.originator == "recorder"
    hums = [one for one in made.chain if one.op == "hum"]
    assert [one.channel for one in hums] == [2, 3] and all(one.kept for one in hums)
    assert all(one.before is not None and one.after is not None and one.after < one.before for one in hums)
    assert {(one.channel, one.kind) for one in made.diagnosis} >= {(2, "hum"), (3, "hum")}


@pytest.mark.parametrize("rate", [8_000, 44_100, 96_000, 192_000])
def test_any_rate_becomes_48_khz_as_long_as_it_was(rate: int, tmp_path: Path) -> None:
    path, out = tmp_path / "in.wav", tmp_path / "out.wav"
    sound = resample_poly(hummed(3.0), rate, RATE)[: 3 * rate - 7].astype(np.float32)
    write_wave(path, sound[:, None], rate, bits=24, time_reference=rate * 60)
    clean_file(path, out, Request())
    assert soundfile.info(out).frames == round((3 * rate - 7) * RATE / rate)
    assert read_wave_chunks(out).time_reference == RATE * 60


def test_pieces_join_without_a_seam_and_a_broken_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, out, whole = tmp_path / "in.wav", tmp_path / "out.wav", tmp_path / "whole.wav"
    write_wave(path, hummed(24.0)[:, None], RATE, bits=24)
    steps = ("hum",)
    clean_file(path, whole, Request(steps=steps))
    monkeypatch.setattr(source, "PIECE", 6 * RATE)
    monkeypatch.setattr(cleaning, "TRIAL", 4 * RATE)
    told: list[tuple[str, float]] = []

    class Broken(Exception):
        pass

    def stop(what: str, done: float) -> None:
        told.append((what, done))
        if what == "cleaning" and done > 0.4:
            raise Broken

    with pytest.raises(Broken):
        clean_file(path, out, Request(steps=steps), tell=stop)
    assert not out.exists()
    made = clean_file(path, out, Request(steps=steps))
    assert made.resumed == 2
    assert not [one for one in tmp_path.iterdir() if one.name.endswith(".cleaning")]
    first, second = (soundfile.read(one)[0] for one in (whole, out))
    assert first.shape == second.shape
    assert np.abs(first - second).max() < 0.01
    jumps = np.abs(np.diff(second, 2))
    for joint in (6, 12, 18):
        near = jumps[joint * RATE - 30_000 : joint * RATE + 30_000]
        assert near.max() < 3 * np.percentile(jumps, 99.9)


def test_parts_of_another_request_are_thrown_away(tmp_path: Path) -> None:
    pieces = [(0, 50_000), (50_000, 90_000)]
    parts = Parts(tmp_path / "out.wav", "one", pieces)
    parts.add(0, np.ones((74_000, 1), np.float32), [])
    assert Parts(tmp_path / "out.wav", "one", pieces).done() == [0]
    other = Parts(tmp_path / "out.wav", "two", pieces)
    assert other.done() == []
    other.add(0, np.ones((74_000, 1), np.float32), [])
    other.add(1, np.ones((64_000, 1), np.float32), [])
    joined = np.concatenate(list(other.joined()))
    assert joined.shape == (90_000, 1) and np.allclose(joined, 1)


def test_a_recipe_that_a_person_changed_is_obeyed(poly: Path, tmp_path: Path) -> None:
    out = tmp_path / "clean.wav"
    runner = CliRunner()
    rest = ["--without", "noise", "--without", "rumble", "--without", "reverb", "--json"]
    first = runner.invoke(app, ["clean", str(poly), str(out), *rest])
    assert first.exit_code == 0, first.output
    recipe = tmp_path / "clean.wav.recipe.json"
    document = json.loads(recipe.read_text())
    for link in document["chain"]:
        if link["op"] == "hum" and link["channel"] == 2:
            link["kept"] = False
    recipe.write_text(json.dumps(document))
    again = runner.invoke(app, ["clean", str(poly), str(out), "--force", *rest])
    assert again.exit_code == 0, again.output
    kept = {(one["channel"], one["op"]): one["kept"] for one in json.loads(again.output)["chain"]}
    assert kept[2, "hum"] is False and kept[3, "hum"] is True
    was, now = (soundfile.read(one)[0] for one in (poly, out))
    assert level(now[:, 1], 50) > level(was[:, 1], 50) - 3
    assert level(now[:, 2], 100) < level(was[:, 2], 100) - 12
    assert read_recipe(recipe).decided() == {(2, "hum"): False}


def test_dry_runs_shares_and_steps_left_out(poly: Path, tmp_path: Path) -> None:
    runner = CliRunner()
    out = tmp_path / "clean.wav"
    dry = runner.invoke(app, ["clean", str(poly), str(out), "--dry-run"])
    assert dry.exit_code == 0 and "nothing was written" in dry.output and not out.exists()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["A001.wav"]
    without = runner.invoke(app, ["clean", str(poly), str(out), "--without", "hum", "--json"])
    assert "hum" not in {one["op"] for one in json.loads(without.output)["chain"]}
    half = runner.invoke(app, ["clean", str(poly), str(out), "--wet", "0", "--force", "--json"])
    assert half.exit_code == 0
    was, now = (soundfile.read(one)[0] for one in (poly, out))
    assert np.allclose(was, now, atol=1e-6)
    picture = tmp_path / "look.png"
    drawn = runner.invoke(app, ["clean", str(poly), str(out), "--force", "--picture", str(picture)])
    assert drawn.exit_code == 0 and picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "code", "exit_code"),
    [
        (["--without", "magic"], "AP-USE-691", 2),
        (["--isolate"], "AP-NEED-066", 4),
        (["--recipe", "A001.wav"], "AP-USE-690", 2),
        (["--model", "A001.wav"], "AP-MODEL-006", 1),
    ],
)
def test_what_cannot_be_done_is_said(
    arguments: list[str], code: str, exit_code: int, poly: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(poly.parent)
    result = CliRunner().invoke(app, ["clean", poly.name, "out.wav", *arguments])
    assert isinstance(result.exception, AnswerprintError)
    assert (result.exception.code, result.exception.exit_code) == (code, exit_code)
    assert [one.name for one in poly.parent.iterdir()] == ["A001.wav"]


@pytest.mark.parametrize(
    "kind", ["dc", "clipped", "8-bit", "one sample", "silence", "64 channels", "cut short"]
)
def test_odd_recordings_go_through(kind: str, tmp_path: Path) -> None:
    path, out = tmp_path / "in.wav", tmp_path / "out.wav"
    sound = hummed(2.0)[:, None]
    if kind == "dc":
        sound = sound + np.float32(0.3)
    elif kind == "clipped":
        sound = np.sign(sound).astype(np.float32)
    elif kind == "one sample":
        sound = sound[:1]
    elif kind == "silence":
        sound = np.zeros_like(sound)
    elif kind == "64 channels":
        sound = np.repeat(sound[: RATE // 2], 64, axis=1)
    if kind == "8-bit":
        soundfile.write(path, sound, RATE, subtype="PCM_U8")
    else:
        write_wave(path, sound, RATE, bits=32)
    if kind == "cut short":
        path.write_bytes(path.read_bytes()[:-20_001])
    result = CliRunner().invoke(app, ["clean", str(path), str(out), "--json"])
    assert result.exit_code == (3 if kind == "cut short" else 0), result.output
    document = json.loads(result.output)
    made, _ = soundfile.read(out, always_2d=True)
    assert np.isfinite(made).all() and len(made) == document["seconds"] * RATE
    assert made.shape[1] == (64 if kind == "64 channels" else 1)
    if kind == "dc":
        assert "dc" in {one["kind"] for one in document["diagnosis"]}
    if kind == "cut short":
        assert document["faults"]


def test_a_sample_that_is_no_number_is_named(tmp_path: Path) -> None:
    path, out = tmp_path / "in.wav", tmp_path / "out.wav"
    sound = hummed(2.0)[:, None].copy()
    sound[12_345, 0] = np.nan
    write_wave(path, sound, RATE, bits=32)
    with pytest.raises(MediaError, match="sample 12345 of channel 1") as raised:
        clean_file(path, out, Request())
    assert raised.value.code == "AP-MEDIA-018" and not out.exists()


def test_a_users_model_is_put_back_in_its_place(tmp_path: Path) -> None:
    """A model that halves and comes 100 samples late: a convolution, written here."""
    path = waveform_model(tmp_path / "late.onnx", late=100)
    sound = hummed(1.0).astype(np.float64)
    made = WaveformModel(path).run(sound)
    assert np.allclose(made, sound / 2, atol=1e-5)
    name, network = chosen_network(path)
    assert name == "late.onnx" and network is not None
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"no model")
    with pytest.raises(ModelError):
        WaveformModel(broken)


def waveform_model(path: Path, late: int) -> Path:
    kernel = np.zeros((1, 1, late + 1), np.float32)
    kernel[0, 0, 0] = 0.5
    graph = Graph("late")
    heard = graph.input("sound", (1, 1, "n"))
    made = graph.node("Conv", [heard, graph.weight(kernel)], {"pads": [late, 0]}, name="made")
    graph.output(made, (1, 1, "n"))
    path.write_bytes(graph.bytes())
    return path
