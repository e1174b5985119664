"""`answerprint models` says what is here, and exits 4 with the way to it when a model is not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from answerprint.cli.main import run
from answerprint.models.shelf import BUNDLED_CARDS


@pytest.fixture(autouse=True)
def empty_shelf(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("ANSWERPRINT_MODELS", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path


def test_list_prints_every_card_as_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["models"]
    assert {one["name"] for one in listed} == {path.stem for path in BUNDLED_CARDS.glob("*.toml")}
    assert not any(one["fetched"] for one in listed)


@pytest.mark.parametrize("command", ["list", "show"])
def test_people_read_the_name_and_licence(capsys: pytest.CaptureFixture[str], command: str) -> None:
    assert run(["models", command, *(["silero-vad"] if command == "show" else [])]) == 0
    printed = capsys.readouterr().out
    assert "silero-vad" in printed and "MIT" in printed


def test_a_model_of_the_user_s_own_is_listed_and_verified(
    capsys: pytest.CaptureFixture[str], empty_shelf: Path
) -> None:
    from test_shelf import WEIGHTS, card_text

    cards = empty_shelf / "config" / "answerprint" / "models"
    cards.mkdir(parents=True)
    (cards / "little.toml").write_text(card_text("file:weights"))
    (cards / "weights").mkdir()
    (cards / "weights" / "model.onnx").write_bytes(WEIGHTS)  # a relative path starts at the card
    assert run(["models", "verify", "little", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["verified"] is True and document["fetched"] is True
    (cards / "weights" / "model.onnx").write_bytes(b"changed")
    assert run(["models", "verify", "little"]) == 1
    assert "AP-MODEL-002" in capsys.readouterr().err


def test_verifying_what_is_not_here_exits_4_with_the_way_to_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", "verify", "minilm", "--json"]) == 4
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == "AP-NEED-060"
    assert "answerprint models fetch minilm" in error["remedy"]


def test_an_unknown_model_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", "show", "nothing-of-the-kind", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "AP-USE-060"


def test_removing_what_is_not_here_frees_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", "remove", "minilm", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"name": "minilm", "freed": 0}
