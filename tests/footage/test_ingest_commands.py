"""The ingest commands and `add`: documents, exit codes, and what a production is given of a card."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from made_cards import clip, lay

from answerprint.cli.main import run
from answerprint.pipeline.bringing import bring

Ran = Callable[..., tuple[int, Any]]


@pytest.fixture
def ingest(capfd: pytest.CaptureFixture[str]) -> Ran:
    def command(*arguments: str | Path) -> tuple[int, Any]:
        capfd.readouterr()
        code = run(["ingest", *(str(one) for one in arguments), "--json"])
        return code, json.loads(capfd.readouterr().out)

    return command


@pytest.fixture
def card(tmp_path: Path) -> Path:
    root = tmp_path / "A001"
    clip(root / "A001C001_230101_R1AB.mov", start="01:00:00:00")
    clip(root / "A001C002_230101_R1AB.mov", start="01:00:00:10")
    return root


def test_a_card_goes_through_every_command(ingest: Ran, tmp_path: Path, card: Path) -> None:
    code, found = ingest("inspect", card)
    assert (code, found["files"], found["cards"][0]["reel"]) == (0, 2, "A001")
    assert found["duration"]["time"] == "4/5"
    code, done = ingest(
        "copy", card, tmp_path / "raid", "--to", tmp_path / "two", "--hash", "md5", "--as", "ROLL1"
    )
    assert (code, [one["copied"] for one in done["destinations"]]) == (0, [2, 2])
    code, checked = ingest("verify", tmp_path / "two" / "ROLL1")
    assert (code, checked["verified"], checked["failed"]) == (0, 2, [])
    code, log = ingest("ale", tmp_path / "raid" / "ROLL1", tmp_path / "a.ale")
    assert (code, log["log"]["rows"]) == (0, 2)
    code, notes = ingest("xmp", tmp_path / "raid" / "ROLL1", tmp_path / "notes")
    assert (code, len(notes["files"])) == (0, 2)
    code, made = ingest("proxies", tmp_path / "raid" / "ROLL1", tmp_path / "proxies", "--height", "36")
    assert (code, [one["action"] for one in made["proxies"]]) == (0, ["made", "made"])


def test_findings_exit_3_and_say_why(ingest: Ran, tmp_path: Path, card: Path) -> None:
    (card / "A001C001_230101_R1AB.mov").write_bytes(b"")
    code, found = ingest("inspect", card)
    assert (code, [one["code"] for one in found["findings"]]) == (3, ["ingest.empty"])
    ingest("copy", card, tmp_path / "raid")
    (tmp_path / "raid/A001/A001C002_230101_R1AB.mov").unlink()
    code, found = ingest("verify", tmp_path / "raid" / "A001")
    assert (code, found["missing"]) == (3, ["A001C002_230101_R1AB.mov"])


@pytest.mark.parametrize(
    ("arguments", "code", "exit_code"),
    [
        (["inspect", "nowhere"], "AP-USE-211", 2),
        (["inspect", "{card}", "--headers", "some"], "AP-USE-219", 2),
        (["copy", "nowhere", "{out}"], "AP-USE-211", 2),
        (["copy", "{card}", "{card}/in"], "AP-USE-213", 2),
        (["copy", "{card}", "{out}", "--hash", "crc32"], "AP-USE-210", 2),
        (["copy", "{card}", "{out}", "--as", "../x"], "AP-USE-215", 2),
        (["copy", "{card}", "{out}", "--created", "yesterday"], "AP-USE-218", 2),
        (["verify", "{card}"], "AP-FOOTAGE-210", 1),
        (["proxies", "{card}"], "AP-USE-220", 2),
        (["ale", "{card}", "{card}/A001C001_230101_R1AB.mov"], "AP-USE-074", 2),
    ],
)
def test_wrong_usage_has_a_code(
    ingest: Ran, tmp_path: Path, card: Path, arguments: list[str], code: str, exit_code: int
) -> None:
    filled = [one.format(card=card, out=tmp_path / "out") for one in arguments]
    ran, document = ingest(*filled)
    assert (document["error"]["code"], ran) == (code, exit_code)
    assert document["error"]["remedy"] or code == "AP-USE-211" or code in ("AP-USE-219", "AP-USE-074")


def test_adding_a_card_leaves_on_it_what_the_camera_wrote_beside_the_clips(tmp_path: Path) -> None:
    sony = lay(
        tmp_path / "SONY", "PRIVATE/M4ROOT/CLIP/C0001.MP4", "PRIVATE/M4ROOT/CLIP/C0001M01.XML",
        "PRIVATE/M4ROOT/SUB/C0001S03.MP4", "PRIVATE/M4ROOT/THMBNL/C0001T01.JPG",
        "PRIVATE/M4ROOT/MEDIAPRO.XML",
    )  # fmt: skip
    brought = {Path(one.file).name: one for one in bring(tmp_path / "film", [sony])}
    assert {name: one.action for name, one in brought.items()} == {
        "C0001.MP4": "linked", "C0001M01.XML": "left on the card", "C0001S03.MP4": "left on the card",
        "C0001T01.JPG": "left on the card", "MEDIAPRO.XML": "left on the card",
    }  # fmt: skip
    assert brought["C0001S03.MP4"].reason == "a small copy of C0001"


def test_adding_camera_raw_brings_the_proxy_it_is_cut_by(tmp_path: Path) -> None:
    card = lay(
        tmp_path / "C003",
        "C003_01011200_C001.braw",
        "C003_01011200_C001.sidecar",
        "Proxy/C003_01011200_C001.mp4",
    )
    brought = {Path(one.file).name: one.action for one in bring(tmp_path / "film", [card])}
    assert brought == {
        "C003_01011200_C001.braw": "linked", "C003_01011200_C001.mp4": "linked",
        "C003_01011200_C001.sidecar": "left on the card",
    }  # fmt: skip


def test_adding_frames_of_a_shot_says_what_they_are(tmp_path: Path) -> None:
    card = lay(
        tmp_path / "VFX", *(f"shot_v001.{frame}.exr" for frame in range(1001, 1004)), "still.exr", "a.mov"
    )
    brought = {Path(one.file).name: one for one in bring(tmp_path / "film", [card])}
    assert brought["shot_v001.1001.exr"].action == "left out"
    assert "shot_v001.1001-1003.exr (3 frames)" in brought["shot_v001.1001.exr"].reason
    assert (brought["still.exr"].action, brought["a.mov"].action) == ("linked", "linked")


def test_a_crew_s_log_on_a_card_is_still_brought(tmp_path: Path) -> None:
    card = lay(tmp_path / "A001", "A001C001.mov", "A001C001.csv", "log.ale", "A001C001.xmp")
    brought = {Path(one.file).name: one.action for one in bring(tmp_path / "film", [card])}
    assert brought == {
        "A001C001.mov": "linked", "A001C001.csv": "linked", "log.ale": "linked",
        "A001C001.xmp": "left on the card",
    }  # fmt: skip
