"""`sound stems`: windows joined without a seam, stems that add up, models and names that do not fit."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from answerprint.cli.sound import app
from answerprint.core.errors import AnswerprintError, ModelError, NotAvailableError, UsageError
from answerprint.media.wave_writing import write_wave
from answerprint.models.onnx_writing import Graph

RATE = 48_000


def separator(path: Path, window: int | str, stems: int = 2, channels: int = 2) -> Path:
    """A network whose first stem is 0.75 of what it hears, each further one 0.1 of it."""
    graph = Graph("separator")
    heard = graph.input("mix", (1, channels, window))
    shares = np.array([0.75, *[0.1] * (stems - 1)], np.float32)[None, :, None, None]
    one = graph.node("Unsqueeze", [heard, graph.weight(np.array([1], np.int64))])
    graph.output(graph.node("Mul", [one, graph.weight(shares)]), (1, stems, channels, window))
    path.write_bytes(graph.bytes())
    return path


@pytest.fixture
def film(tmp_path: Path) -> tuple[Path, np.ndarray]:
    random = np.random.default_rng(1)
    at = np.arange(5 * RATE) / RATE
    tone = 0.3 * np.sin(2 * np.pi * 440 * at) + 0.1 * np.sin(2 * np.pi * 90 * at)
    sound = np.stack([tone, 0.5 * tone], 1) + random.normal(0, 0.001, (len(at), 2))
    write_wave(tmp_path / "film.wav", sound.astype(np.float32), RATE, bits=32)
    return tmp_path / "film.wav", sound


def run(*arguments: object) -> dict[str, object]:
    result = CliRunner().invoke(app, ["stems", *map(str, arguments), "--json"])
    if isinstance(result.exception, AnswerprintError):
        raise result.exception
    assert result.exit_code == 0, result.output
    document: dict[str, object] = json.loads(result.stdout)
    return document


@pytest.mark.parametrize("window", [48_000, "n"])
def test_stems_join_without_a_seam_and_add_up(
    film: tuple[Path, np.ndarray], tmp_path: Path, window: int | str
) -> None:
    path, sound = film
    model = separator(tmp_path / "two.onnx", window)
    told = run(path, tmp_path / "out", "--model", model, "--names", "dialogue,music", "--rate", RATE)
    assert [one["name"] for one in told["stems"]] == ["dialogue", "music", "rest"]  # type: ignore[attr-defined]
    parts = [soundfile.read(tmp_path / "out" / f"{name}.wav")[0] for name in ("dialogue", "music", "rest")]
    assert [len(one) for one in parts] == [len(sound)] * 3
    assert np.abs(parts[0] - 0.75 * sound).max() < 1e-4
    assert np.abs(np.sum(parts, axis=0) - sound).max() < 1e-5


def test_another_rate_comes_back_in_its_place(film: tuple[Path, np.ndarray], tmp_path: Path) -> None:
    path, sound = film
    model = separator(tmp_path / "three.onnx", 44_100, stems=3)
    run(path, tmp_path / "out", "--model", model)
    one, _ = soundfile.read(tmp_path / "out" / "stem-1.wav")
    assert abs(len(one) - len(sound)) <= 2
    middle = slice(RATE, 4 * RATE)
    assert np.abs(one[middle] - 0.75 * sound[middle]).max() < 0.01


def test_models_and_names_that_do_not_fit_leave_nothing(
    film: tuple[Path, np.ndarray], tmp_path: Path
) -> None:
    path, _ = film
    out = tmp_path / "out"
    with pytest.raises(NotAvailableError, match="AP-NEED-069"):
        run(path, out)
    (tmp_path / "text.onnx").write_text("no model")
    with pytest.raises(ModelError, match="AP-MODEL-006"):
        run(path, out, "--model", tmp_path / "text.onnx")
    flat = Graph("flat")
    flat.output(flat.node("Neg", [flat.input("x", (1, 8))]), (1, 8))
    (tmp_path / "flat.onnx").write_bytes(flat.bytes())
    with pytest.raises(ModelError, match="AP-MODEL-024"):
        run(path, out, "--model", tmp_path / "flat.onnx")
    same = Graph("same")
    same.output(same.node("Neg", [same.input("x", (1, 2, "n"))]), (1, 2, "n"))
    (tmp_path / "same.onnx").write_bytes(same.bytes())
    with pytest.raises(ModelError, match="AP-MODEL-024"):
        run(path, out, "--model", tmp_path / "same.onnx")
    model = separator(tmp_path / "two.onnx", "n")
    for names in ("a,b,c", "a,a", "rest,b", "../a,b"):
        with pytest.raises(UsageError, match="AP-USE-713"):
            run(path, out, "--model", model, "--names", names)
    assert not out.exists()
    assert not list(tmp_path.glob(".out*"))
