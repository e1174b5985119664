"""`sound library` on folders: heard once, searched, named, copies listed, odd files told, nothing written
there."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from answerprint.cli.sound import app
from answerprint.core.errors import AnswerprintError
from answerprint.models.onnx_writing import Graph
from answerprint.pipeline.sound_library import library

RATE = 48_000


def run(*arguments: object, code: int = 0) -> dict[str, object]:
    result = CliRunner().invoke(app, ["library", *map(str, arguments), "--json"])
    if isinstance(result.exception, AnswerprintError):
        raise result.exception
    assert result.exit_code == code, (result.output, result.exception)
    document: dict[str, object] = json.loads(result.output)
    return document


def wail(seconds: float = 3.0, low: float = 700.0) -> np.ndarray:
    at = np.arange(int(seconds * RATE)) / RATE
    phase = 2 * np.pi * np.cumsum(low + 0.55 * low * np.sin(2 * np.pi * 0.4 * at)) / RATE
    return 0.2 * sum(np.sin(k * phase) / k for k in range(1, 8))


def ticking(seconds: float = 3.0, seed: int = 1) -> np.ndarray:
    chance = np.random.default_rng(seed)
    out = 1e-4 * chance.standard_normal(int(seconds * RATE))
    for start in range(4000, len(out) - 1000, RATE // 2):
        out[start : start + 450] += 0.3 * chance.standard_normal(450) * np.exp(-np.arange(450) / 90)
    return out


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of effects, and what was heard of it beside it."""
    top = tmp_path_factory.mktemp("library")
    folder = top / "effects"
    (folder / "deep" / "er").mkdir(parents=True)
    noise = 0.1 * np.random.default_rng(2).standard_normal((RATE, 2))
    soundfile.write(folder / "police siren.wav", wail(), RATE, subtype="PCM_24")
    soundfile.write(folder / "deep" / "REC_0001.flac", ticking(), RATE)
    soundfile.write(folder / "deep" / "er" / "copy.wav", 0.1 * wail()[RATE // 2 :], RATE)
    soundfile.write(folder / "deep" / "rain on metal.aiff", noise, RATE)
    soundfile.write(folder / "deep" / "SIREN high.mp3", wail(low=1100.0), RATE, format="MP3")
    assert run(folder, "--index", top / "kept.index")["heard_now"] == 5
    return top


@pytest.fixture
def effects(heard: Path, tmp_path: Path) -> Path:
    """A copy of them, and of what was heard."""
    shutil.copytree(heard, tmp_path, dirs_exist_ok=True)
    return tmp_path / "effects"


def snapshot(folder: Path) -> dict[str, tuple[int, int]]:
    return {str(one): (one.stat().st_size, one.stat().st_mtime_ns) for one in folder.rglob("*")}


def test_every_sound_is_heard_once_and_nothing_is_written_beside_them(effects: Path, tmp_path: Path) -> None:
    before = snapshot(effects)
    index = tmp_path / "kept.index"
    found = run(effects, "--index", index)
    sounds = {one["file"]: one for one in found["sounds"]}
    assert found["heard_now"] == 0  # heard before, in another folder
    assert set(sounds) == {
        "police siren.wav", "deep/REC_0001.flac", "deep/er/copy.wav", "deep/rain on metal.aiff",
        "deep/SIREN high.mp3",
    }  # fmt: skip
    siren = sounds["police siren.wav"]
    assert (siren["seconds"], siren["channels"], siren["rate"]) == (3.0, 1, RATE)
    assert siren["tags"][0]["name"] == "siren"
    assert siren["name"]["name"].startswith("VEHSirn_police siren_")
    assert sounds["deep/REC_0001.flac"]["measures"]["kind"] == "rhythmic"
    assert snapshot(effects) == before
    assert run(effects, "--index", index)["heard_now"] == 0
    soundfile.write(effects / "new.wav", ticking(1.5, seed=4), RATE)
    (effects / "police siren.wav").rename(effects / "siren of police.wav")
    again = run(effects, "--index", index)
    assert again["heard_now"] == 1  # what was renamed is known by its content


def test_workers_hear_what_one_process_hears(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "FEW", 2)
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(4):
        soundfile.write(folder / f"{number:02d}.wav", ticking(0.4, seed=number), RATE)
    alone = run(folder, "--index", tmp_path / "a.index", "--workers", 1)
    together = run(folder, "--index", tmp_path / "b.index", "--workers", 2)
    assert alone["heard_now"] == together["heard_now"] == 4
    assert alone["sounds"] == together["sounds"]


def test_a_stopped_run_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "three"
    folder.mkdir()
    for number in range(3):
        soundfile.write(folder / f"{number}.wav", ticking(0.4, seed=number), RATE)
    whole = library.heard_safely

    def stopping(path: Path, tagger: object = None) -> object:
        if path.name == "2.wav":
            raise KeyboardInterrupt
        return whole(path, None)

    monkeypatch.setattr(library, "heard_safely", stopping)
    with pytest.raises(KeyboardInterrupt):
        library.read_library(folder, index=tmp_path / "i")
    monkeypatch.undo()
    assert library.read_library(folder, index=tmp_path / "i").fresh == 1


def tagger(path: Path, labels: str) -> Path:
    """A network of three scores: the first and last samples, and their sum."""
    graph = Graph("tagger")
    heard = graph.input("wave", (1, RATE // 3 * 2))
    weights = np.zeros((RATE // 3 * 2, 3), np.float32)
    weights[5, 0] = weights[7, 1] = weights[5, 2] = 1.0
    graph.output(graph.node("MatMul", [heard, graph.weight(weights)]), (1, 3))
    path.write_bytes(graph.bytes())
    path.with_suffix(".txt").write_text(labels)
    return path


def test_a_users_tagger_names_in_place_of_ours_and_wrong_labels_are_refused(tmp_path: Path) -> None:
    sound = np.zeros(RATE)
    sound[6:9] = 0.5
    soundfile.write(tmp_path / "one.wav", sound, RATE)
    own = tagger(tmp_path / "own.onnx", "dog\ncat\ncow\n")
    found = run(tmp_path / "one.wav", "--tagger", own, "--index", tmp_path / "i")
    tags = found["sounds"][0]["tags"]
    assert {one["name"] for one in tags} == {"dog", "cat", "cow"}
    assert [one["confidence"] for one in tags] == sorted((one["confidence"] for one in tags), reverse=True)
    tagger(own, "dog\ncat\n")
    with pytest.raises(AnswerprintError, match="AP-MODEL-050"):
        run(tmp_path / "one.wav", "--tagger", own, "--index", tmp_path / "j")
    own.with_suffix(".txt").unlink()
    with pytest.raises(AnswerprintError, match="AP-MODEL-050"):
        run(tmp_path / "one.wav", "--tagger", own, "--index", tmp_path / "k")


def test_an_example_finds_its_like_and_words_find_names_and_sounds(effects: Path, tmp_path: Path) -> None:
    index = tmp_path / "kept.index"
    ranked = run(effects, "--index", index, "--like", effects / "police siren.wav")["ranked"]
    assert {one["file"] for one in ranked[:2]} == {"deep/er/copy.wav", "deep/SIREN high.mp3"}
    assert run(effects, "--index", index, "--words", "ambulance")["ranked"][0]["file"].endswith(
        ("siren.wav", "high.mp3")
    )
    first = run(effects, "--index", index, "--words", "heavy rain on metal")["ranked"][0]
    assert first["file"] == "deep/rain on metal.aiff"
    with pytest.raises(AnswerprintError, match="AP-USE-785"):
        run(effects, "--words", "rain", "--like", effects / "police siren.wav")
    with pytest.raises(AnswerprintError, match="AP-USE-783"):
        run(effects, "--index", index, "--words", "!!")


def test_a_softer_trimmed_copy_and_a_twin_are_listed_together(effects: Path, tmp_path: Path) -> None:
    (effects / "twin.wav").write_bytes((effects / "police siren.wav").read_bytes())
    groups = run(effects, "--index", tmp_path / "kept.index", "--duplicates")["duplicates"]
    assert [one["files"] for one in groups] == [["deep/er/copy.wav", "police siren.wav", "twin.wav"]]
    assert groups[0]["exact"] is False


def test_names_are_proposed_in_a_table_and_nothing_is_renamed(effects: Path, tmp_path: Path) -> None:
    (effects / "RAIN_Soft On Leaves_ABC_LIB.wav").write_bytes(
        (effects / "deep" / "er" / "copy.wav").read_bytes()
    )
    (effects / "=rain\n2.wav").write_bytes((effects / "police siren.wav").read_bytes())
    before = snapshot(effects)
    table = tmp_path / "names.csv"
    run(effects, "--index", tmp_path / "kept.index", "--names", table, "--creator", "JD", "--source", "LIB")
    rows = {one["old"]: one for one in csv.DictReader(io.StringIO(table.read_text("utf-8"), newline=""))}
    assert rows["deep/rain on metal.aiff"]["new"] == "deep/RAINMetl_rain on metal_JD_LIB.aiff"
    assert "RAIN_Soft On Leaves_ABC_LIB.wav" not in rows
    assert rows["./=rain\n2.wav"]["new"] == "RAIN_rain 2_JD_LIB.wav"
    assert all(0 <= float(one["confidence"]) <= 1 for one in rows.values())
    assert snapshot(effects) == before
    with pytest.raises(AnswerprintError, match="AP-USE-074"):
        run(effects, "--index", tmp_path / "kept.index", "--names", table)


def test_odd_files_are_told_by_name_and_the_rest_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    soundfile.write(folder / "good.wav", wail(1.0), RATE)
    (folder / "empty.wav").write_bytes(b"")
    (folder / "text.wav").write_text("not a sound at all\n" * 50)
    whole = (folder / "good.wav").read_bytes()
    (folder / "cut short.wav").write_bytes(whole[: len(whole) // 2])
    soundfile.write(folder / "one sample.wav", np.array([0.5]), RATE)
    soundfile.write(folder / "silence.wav", np.zeros(RATE), RATE)
    soundfile.write(folder / "dc.wav", np.full(RATE, 0.4), RATE)
    broken = wail(1.0)
    broken[1000:1010] = np.nan
    soundfile.write(folder / "nan.wav", broken, RATE, subtype="FLOAT")
    soundfile.write(folder / "eight.wav", wail(0.5), 11_025, subtype="PCM_U8")
    soundfile.write(folder / "fast.wav", wail(0.5), 192_000)
    soundfile.write(folder / "many.wav", np.tile(wail(0.3)[:, None], (1, 64)), RATE)
    hostile = folder / "<img src=x onerror=alert(1)>\n=2+3\x1b[31m.wav"
    hostile.write_bytes(whole)
    (folder / "round").symlink_to(folder, target_is_directory=True)
    (folder / "gone.wav").symlink_to(folder / "nowhere.wav")
    sheet = tmp_path / "sheet.html"
    found = run(
        folder, "--index", tmp_path / "i", "--sheet", sheet, "--duplicates", "--words", "siren", code=3
    )
    told = {Path(one["file"]).name for one in found["failed"]}
    assert told == {"empty.wav", "text.wav", "gone.wav"}
    sounds = {one["file"]: one for one in found["sounds"]}
    assert len(sounds) == 10
    assert sounds["many.wav"]["channels"] == 64
    assert sounds["fast.wav"]["rate"] == 192_000
    assert sounds["silence.wav"]["loudness"] is None
    assert sounds["silence.wav"]["tags"] == []
    for name, word in (("nan.wav", "no numbers"), ("dc.wav", "direct current"), ("silence.wav", "silent")):
        assert any(word in note for note in sounds[name]["notes"]), name
    assert sounds["cut short.wav"]["notes"]
    page = sheet.read_text("utf-8")
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page
    with pytest.raises(AnswerprintError, match="AP-USE-781"):
        run(tmp_path / "nothing")


def test_a_loop_is_written_at_the_files_own_rate_and_channels(tmp_path: Path) -> None:
    file, out = tmp_path / "drone.wav", tmp_path / "loop.wav"
    chance = np.random.default_rng(5)
    at = np.arange(4 * 44_100) / 44_100
    drone = 0.2 * np.sin(2 * np.pi * 110 * at) + 0.05 * chance.standard_normal(len(at))
    soundfile.write(file, np.stack([drone, 0.5 * drone], 1), 44_100)
    loop = run(file, "--index", tmp_path / "i", "--loop", out)["loop"]["loop"]
    made, rate = soundfile.read(out)
    assert (rate, made.shape) == (44_100, (loop["end"] - loop["start"], 2))
    before, after = made[-2000:].std(), made[:2000].std()
    assert before == pytest.approx(after, rel=0.2)
    with pytest.raises(AnswerprintError, match="AP-USE-786"):
        run(tmp_path, "--loop", tmp_path / "b.wav")
    with pytest.raises(AnswerprintError, match="AP-USE-080"):
        run(file, "--loop", file, "--force")


def test_an_index_is_never_written_over_another_file(effects: Path, tmp_path: Path) -> None:
    other = effects / "police siren.wav"
    whole = other.read_bytes()
    with pytest.raises(AnswerprintError, match="AP-USE-780"):
        run(effects, "--index", other)
    assert other.read_bytes() == whole
    index = tmp_path / "kept.index"
    index.write_bytes(index.read_bytes()[:-100])
    with pytest.raises(AnswerprintError, match="damaged"):
        run(effects, "--index", index)
