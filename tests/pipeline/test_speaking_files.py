"""`sound speak` on files: waves, guide, list and timeline; voices of models; consent; refusals."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import soundfile

import answerprint.cli.sound.speak  # noqa: F401  (it registers the command)
from answerprint.cli.output import invoke
from answerprint.cli.sound.app import app
from answerprint.core.errors import ModelError
from answerprint.formats.timelines.files import read_timeline
from answerprint.media.wave import read_wave_chunks
from answerprint.models import onnx_writing
from answerprint.models.onnx_writing import Graph
from answerprint.models.runtimes.onnx import session
from answerprint.pipeline.speaking import Asked, plan_of
from answerprint.pipeline.speaking_files import speak

SCRIPT = """Title: Harbour

INT. HARBOUR - NIGHT

ANNA
(whispering)
Who comes so late?

BERT
=SUM(1) he said. I am the man who waits.

EXT. PIER - DAY

ANNA
...

ANNA
(beat)
The sea is calm and the harbour is asleep, and nobody knows your name.
"""
pytestmark = pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not here")


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "harbour.fountain"
    path.write_text(SCRIPT)
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, dict[str, object]]:
    capsys.readouterr()
    code = invoke(app, "sound", ["speak", *map(str, arguments), "--json"], grouped=True)
    document: dict[str, object] = json.loads(capsys.readouterr().out)
    return code, document


def integers(name: str, shape: list[int | str]) -> bytes:
    """An int64 input, as `Graph.input` writes float ones."""
    value = onnx_writing._value(name, shape)
    at = value.index(b"\x08\x01")  # elem_type FLOAT
    return value[:at] + b"\x08\x07" + value[at + 2 :]


def piper_model(path: Path, *, person: str = "", outputs: int = 1) -> Path:
    """A model of Piper's shape: each id a tone of 400 samples, louder the longer the length scale."""
    graph = Graph("voice")
    graph._inputs += [integers("input", [1, "ids"]), integers("input_lengths", [1])]
    graph.input("scales", [3])
    ids = np.arange(64)[:, None]
    tones = np.sin(2 * np.pi * np.arange(400)[None, :] * (4 + ids) / 400).astype(np.float32) * 0.1
    tones[0] = 0
    wave = graph.node("Gather", [graph.weight(tones), "input"])
    flat = graph.node("Reshape", [wave, graph.weight(np.array([1, 1, -1], np.int64))])
    length = graph.node("Gather", ["scales", graph.weight(np.array([1], np.int64))])
    graph.node("Mul", [flat, length], name="output")
    for _ in range(outputs):
        graph.output("output", [1, 1, "samples"])
    path.write_bytes(graph.bytes())
    table = {sign: [at] for at, sign in enumerate("_^$ .,?!abcdefghijklmnopqrstuvwxyzəɪʊɛɒɔʌæðŋɹˈˌː")}
    config = {
        "audio": {"sample_rate": 16_000},
        "espeak": {"voice": "en"},
        "phoneme_id_map": table,
        "num_speakers": 1,
        "inference": {"noise_scale": 0.6, "length_scale": 1.0, "noise_w": 0.8},
        "person": person,
    }
    Path(f"{path}.json").write_text(json.dumps(config))
    return path


def test_every_line_is_a_wave_and_the_guide_the_list_and_the_timelines_agree(
    script: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "guide"
    code, found = run(capsys, script, out, "--rate", "23.976")
    assert code == 0
    assert found["silent"] == ["2.1 ANNA"]
    rate = Fraction(24000, 1001)
    guide, hertz = soundfile.read(out / "guide.wav")
    assert hertz == 48_000
    for name in ("guide.otio", "guide.aaf"):
        cut = read_timeline(out / name).cut
        assert cut.rate == rate
        (track,) = [one for one in cut.tracks if one.clips]
        assert [clip.name for clip in track.clips] == ["1.1 ANNA", "1.2 BERT", "2.2 ANNA"]
        for clip, file in zip(track.clips, sorted((out / "lines").iterdir()), strict=True):
            said, own = soundfile.read(file)
            assert own == 48_000
            first = round(Fraction(clip.record.start.frame(rate)) / rate * 48_000)
            end = round(Fraction(clip.record.end.frame(rate)) / rate * 48_000)
            assert 0 <= len(said) - (end - first) <= 2
            assert np.allclose(guide[first:end], said[: end - first], atol=2e-7)
            assert np.abs(said).max() > 0.02
    assert len(guide) == round(Fraction(cut.frames) / rate * 48_000)
    with (out / "lines.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["in"] == "00:00:00:00"
    assert rows[1]["line"].startswith("'=SUM")
    assert rows[0]["voice"].split("+")[1].startswith("whisper")
    told = read_wave_chunks(next((out / "lines").glob("0001*")))
    assert told.ixml is not None
    assert "SYNTHETIC VOICE" in told.ixml.note
    assert "espeak-ng" in told.ixml.note
    assert (told.ixml.scene, told.ixml.track_names) == ("1", ("ANNA",))


def test_a_dry_run_says_the_same_plan_and_writes_nothing(
    script: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = run(capsys, script, tmp_path / "guide", "--dry-run", "--character", "anna", "--limit", "1")
    assert code == 0
    (line,) = found["lines"]  # type: ignore[misc]
    assert line["seconds"] > 0.5
    assert any("whispering" in one for one in line["reasons"])
    assert sorted(one.name for one in tmp_path.iterdir()) == ["harbour.fountain"]


def test_the_cast_that_was_written_is_kept_when_given_back(
    script: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, script, tmp_path / "guide", "--scene", "1")
    kept = tmp_path / "guide" / "voices.toml"
    more = tmp_path / "more.fountain"
    more.write_text(SCRIPT + "\nCARL\n" + "I speak far more than all of the others. " * 5 + "\n")
    _, found = run(capsys, more, tmp_path / "again", "--dry-run", "--voices", kept)
    _, before = run(capsys, script, tmp_path / "again", "--dry-run")
    voices, first = found["voices"], before["voices"]
    assert {who: voices[who] for who in first} == first  # type: ignore[attr-defined,index]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--scene", "9"], "AP-USE-732"),
        (["--language", "xx"], "AP-USE-733"),
        (["--pace", "9"], "AP-USE-735"),
        (["--rate", "fast"], "AP-USE-001"),
        (["--person", "Anna"], "AP-USE-735"),
        (["--voices", "harbour.fountain"], "AP-USE-731"),
        (["--model", "none.onnx"], "AP-USE-731"),
        (["--dictionary", "harbour.fountain"], "AP-USE-731"),
    ],
)
def test_wrong_usage_is_exit_2_and_leaves_nothing(
    script: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    code: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    exit_code, found = run(capsys, script, tmp_path / "guide", *arguments)
    assert (exit_code, found["error"]["code"]) == (2, code)  # type: ignore[index]
    assert sorted(one.name for one in tmp_path.iterdir()) == ["harbour.fountain"]


def test_a_folder_with_something_in_it_is_never_written_into(
    script: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = run(capsys, script, tmp_path)
    assert (code, found["error"]["code"]) == (2, "AP-USE-736")  # type: ignore[index]


def test_a_model_of_pipers_shape_speaks_and_says_what_it_lacks(
    script: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = piper_model(tmp_path / "voice.onnx")
    out = tmp_path / "guide"
    code, found = run(capsys, script, out, "--model", model, "--character", "BERT", "--no-arc")
    spoken = found["spoken"]
    assert code == (3 if spoken["unknown"] else 0)  # type: ignore[index]
    assert hashlib.sha256(model.read_bytes()).hexdigest() in str(found["back_end"])
    said, rate = soundfile.read(next((out / "lines").iterdir()))
    assert rate == 48_000
    spectrum = np.abs(np.fft.rfft(said))
    strongest = np.argmax(spectrum) * 48_000 / len(said)
    assert 160 <= strongest <= 2800  # its tones lie between 4 and 68 times 40 Hz
    table = json.loads(Path(f"{model}.json").read_text())["phoneme_id_map"]
    assert "ˈ" in table


def test_a_model_is_given_the_ids_of_its_phonemes_and_the_pace_as_a_length(
    script: Path, tmp_path: Path
) -> None:
    _, voice = plan_of(script, Asked(model=piper_model(tmp_path / "voice.onnx")))
    assert voice is not None
    plain, unknown = voice.spoken("aba", 1.0, None)
    faster, _ = voice.spoken("aba", 2.0, None)
    assert unknown == 0
    assert np.abs(plain).max() == pytest.approx(2 * np.abs(faster).max(), rel=0.02)
    assert voice.spoken("a☃", 1.0, None)[1] == 1


def test_a_model_of_another_shape_is_refused(tmp_path: Path, script: Path) -> None:
    model = piper_model(tmp_path / "voice.onnx")
    config = json.loads(Path(f"{model}.json").read_text())
    Path(f"{model}.json").write_text(json.dumps({**config, "num_speakers": 4}))
    with pytest.raises(ModelError, match="no input sid"):
        plan_of(script, Asked(model=model))
    Path(f"{model}.json").write_text("{}")
    with pytest.raises(ModelError, match="configuration lacks"):
        plan_of(script, Asked(model=model))
    graph = Graph("other")
    graph.output(graph.node("Relu", [graph.input("tokens", [1, 4])], name="made"), [1, 4])
    model.write_bytes(graph.bytes())
    assert session(model).inputs == ("tokens",)
    with pytest.raises(ModelError, match="its inputs are tokens"):
        plan_of(script, Asked(model=model))


def test_a_persons_voice_wants_their_consent_and_the_file_says_under_which(
    script: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = piper_model(tmp_path / "voice.onnx", person="Anna Holm")
    out = tmp_path / "guide"
    code, found = run(capsys, script, out, "--model", model)
    assert (code, found["error"]["code"]) == (2, "AP-USE-730")  # type: ignore[index]
    assert not out.exists()
    digest = hashlib.sha256(model.read_bytes()).hexdigest()
    record = tmp_path / "consent.toml"
    text = (
        'person = "Anna Holm"\nscope = "voice"\nproduction = "Harbour"\ngranted_by = "Anna Holm"\n'
        f'date = 2020-01-01\ndigest = "{digest}"\n'
    )
    record.write_text(text + "until = 2020-02-01\n")
    code, found = run(capsys, script, out, "--model", model, "--consent", record)
    assert code == 2
    assert "ended on 2020-02-01" in found["error"]["message"]  # type: ignore[index]
    record.write_text(text)
    code, found = run(capsys, script, out, "--model", model, "--consent", record)
    assert code in (0, 3)
    told = read_wave_chunks(next((out / "lines").iterdir()))
    assert told.ixml is not None
    assert "consent of Anna Holm, granted by Anna Holm on 2020-01-01" in told.ixml.note
    # another person named beside the model's own does not replace them
    code, found = run(
        capsys, script, tmp_path / "b", "--model", model, "--consent", record, "--person", "Eve"
    )
    assert code == 2
    assert "Eve" in found["error"]["message"]  # type: ignore[index]


def test_a_voices_file_that_names_a_person_wants_consent_only_where_they_are_heard(
    script: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    voices = tmp_path / "voices.toml"
    voices.write_text('[BERT]\nvariant = "m7"\nperson = "Bert Olsen"\n')
    code, _ = run(capsys, script, tmp_path / "a", "--voices", voices, "--character", "ANNA", "--dry-run")
    assert code == 0
    code, found = run(capsys, script, tmp_path / "a", "--voices", voices, "--dry-run")
    assert (code, found["error"]["code"]) == (2, "AP-USE-730")  # type: ignore[index]


def test_a_voice_that_fails_half_way_leaves_no_folder(
    script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, _ = plan_of(script, Asked())
    broken = plan.lines[-1]
    kinds = [type(one) for one in plan.lines]
    assert len(kinds) == 3
    from answerprint.departments.sound.speaking import espeak

    said = espeak.spoken

    def fails(text: str, how: espeak.Saying) -> np.ndarray:
        if text == broken.pieces[-1].text:
            raise OSError(28, "No space left on device")
        return said(text, how)

    monkeypatch.setattr(espeak, "spoken", fails)
    with pytest.raises(Exception, match="the disk is full"):
        speak(plan, tmp_path / "guide", None)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["harbour.fountain"]


def test_a_script_that_is_not_english_asks_for_its_language(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "hafen.fountain"
    path.write_text(
        "INT. HAFEN - NACHT\n\nANNA\nWer kommt so spät durch Nacht und Wind zu uns?\n\nBERT\nNiemand.\n"
    )
    code, found = run(capsys, path, tmp_path / "a", "--dry-run")
    assert (code, found["error"]["code"]) == (2, "AP-USE-733")  # type: ignore[index]
    code, found = run(capsys, path, tmp_path / "a", "--dry-run", "--language", "de")
    assert code == 0
    assert found["lines"][0]["pieces"][0]["voice"].startswith("de+")  # type: ignore[index]
    assert "no arc" in found["lines"][0]["reasons"][0]  # type: ignore[index]
