"""`subtitles` on files: checked, mended, converted, conformed, made, burnt in, translated, refused."""

from __future__ import annotations

import http.server
import json
import shutil
import threading
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from answerprint.cli.subtitles import app
from answerprint.core.cut import Clip, Cut, CutTrack
from answerprint.core.errors import AnswerprintError
from answerprint.core.time import Range
from answerprint.formats.subtitles.files import read_subtitle_file
from answerprint.formats.timelines.edl_file import write_edl_file
from answerprint.formats.timelines.model import MediaLink
from answerprint.formats.timelines.otio_file import write_otio_file
from answerprint.media.decode import read_pictures
from answerprint.media.encode import AudioSettings, Sound, VideoSettings, write_pictures
from answerprint.media.forms import PictureForm

SRT = """1
00:00:01,000 --> 00:00:01,300
Who comes so late?

2
00:00:02,000 --> 00:00:05,000
<i>Nobody knows the name of the man who waits at the harbour</i>

3
00:00:05,010 --> 00:00:06,500
- Yes.
- No...
"""


@pytest.fixture
def srt(tmp_path: Path) -> Path:
    path = tmp_path / "film.srt"
    path.write_text(SRT)
    return path


def run(*arguments: object, code: int = 0) -> dict[str, object]:
    result = CliRunner().invoke(app, [*map(str, arguments), "--json"])
    if isinstance(result.exception, AnswerprintError):
        raise result.exception
    assert result.exit_code == code, (result.output, result.exception)
    document: dict[str, object] = json.loads(result.output)
    return document


def film(path: Path, cut: int = 30, frames: int = 60) -> Path:
    """A grey film that turns dark at a frame, with a second of sound like a voice in it."""
    at = np.arange(frames * 2000) / 48_000
    voice = sum(np.sin(2 * np.pi * 130 * n * at) / n for n in range(1, 20)) * 0.1
    voice = voice * (0.5 + 0.5 * np.sin(2 * np.pi * 4 * at)) * ((at > 0.5) & (at < 1.8))
    random = np.random.default_rng(1)
    sheets = [random.integers(0, 90, (90, 160, 3)).astype(np.uint8) + np.uint8(150), None]
    sheets[1] = (random.integers(0, 60, (90, 160, 3))).astype(np.uint8)
    pictures = ((number, sheets[number >= cut]) for number in range(frames))
    sound = Sound([voice.astype(np.float32)[:, None]], AudioSettings(codec="aac", channels=1))
    settings = VideoSettings(preset="ultrafast", threads=1, crf=12)
    write_pictures(path, pictures, Fraction(24), settings, sound=sound)  # type: ignore[arg-type]
    return path


def test_check_and_fix_have_their_surface(srt: Path, tmp_path: Path) -> None:
    checked = run("check", srt, "--rate", "24", code=3)
    assert {one["rule"] for one in checked["violations"]} >= {"shortest", "characters", "gap", "ellipsis"}  # type: ignore[attr-defined]
    assert all(set(one) == {"cue", "rule", "value", "limit"} for one in checked["violations"])  # type: ignore[attr-defined]
    out = tmp_path / "fixed.srt"
    dry = run("fix", srt, "--rate", "24", "--dry-run", code=3)
    assert dry["out"] is None and dry["changes"] and not out.exists()
    fixed = run("fix", srt, out, "--rate", "24", code=3)
    assert {one["rule"] for one in fixed["unfixable"]} == {"ellipsis"}  # type: ignore[attr-defined]
    assert {one["rule"] for one in fixed["fixed"]} >= {"shortest", "characters", "gap"}  # type: ignore[attr-defined]
    again = tmp_path / "again.srt"
    run("fix", out, again, "--rate", "24", code=3)
    assert again.read_bytes() == out.read_bytes()
    words = [
        " ".join(" ".join(one.text.split("\n")) for one in read_subtitle_file(path).cues)
        for path in (srt, out)
    ]
    assert words[0] == words[1]
    only = run("fix", srt, tmp_path / "only.srt", "--only", "gap", "--rate", "24", code=0)
    assert [one["rule"] for one in only["fixed"]] == ["gap"]  # type: ignore[attr-defined]
    assert srt.read_text() == SRT


def test_a_film_gives_rate_and_shot_changes(tmp_path: Path) -> None:
    video = film(tmp_path / "film.mp4")
    path = tmp_path / "film.srt"
    path.write_text("1\n00:00:00,200 --> 00:00:01,200\nYes, it is.\n")
    checked = run("check", path, "--video", video, code=3)
    assert checked["rate"] == "24" and checked["rate_from"] == "the picture" and checked["shots"] == 1
    assert [one["rule"] for one in checked["violations"]] == ["shot-change"]  # type: ignore[attr-defined]
    out = tmp_path / "out.srt"
    run("fix", path, out, "--video", video)
    assert read_subtitle_file(out).cues[0].range.end.frame(Fraction(24)) == 28


@pytest.mark.parametrize("suffix", [".vtt", ".ttml", ".xml", ".ass", ".stl", ".scc"])
def test_every_format_is_written_and_read_again(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / "film.srt"
    text = "1\n00:01:00,040 --> 00:01:02,000\n<i>Nobody waits.</i>\n\n2\n00:01:03,000 --> 00:01:05,000\nNo?\n"
    path.write_text(text)
    out = tmp_path / f"film{suffix}"
    rate = "30000/1001" if suffix == ".scc" else "25"
    run("convert", path, out, "--rate", rate)
    made = read_subtitle_file(out).cues
    assert [one.text for one in made] == ["<i>Nobody waits.</i>", "No?"]
    for one, seconds in zip(made, (60.04, 63.0), strict=True):
        assert abs(float(one.range.start.seconds) - seconds) < 0.02 + (suffix == ".scc") * 0.02


def timelines(folder: Path) -> tuple[Path, Path]:
    """A film of two shots, and the same with the second shot first."""
    rate = Fraction(24)
    links = {
        name: MediaLink(name=f"{name}.mov", url=f"{name}.mov", rate=rate, frames=500)
        for name in ("a.mov", "b.mov")
    }

    def cut(*clips: tuple[str, int, int, int]) -> Cut:
        made = tuple(
            Clip(
                id=str(number),
                asset=asset,
                name=asset,
                record=Range.of_ticks(start, end, rate),
                source=Range.of_ticks(first, first + end - start, rate),
            )
            for number, (asset, first, start, end) in enumerate(clips)
        )
        return Cut(name="film", rate=rate, tracks=(CutTrack(name="V1", kind="video", clips=made),))

    old, new = folder / "v1.otio", folder / "v2.otio"
    old.write_bytes(write_otio_file(cut(("a.mov", 0, 0, 96), ("b.mov", 24, 96, 240)), links))
    new.write_bytes(write_otio_file(cut(("b.mov", 24, 0, 144), ("a.mov", 48, 144, 192)), links))
    return old, new


def test_cues_are_carried_to_another_cut(tmp_path: Path) -> None:
    path = tmp_path / "v1.srt"
    path.write_text(
        "1\n00:00:00,500 --> 00:00:01,500\nGone.\n\n2\n00:00:02,500 --> 00:00:03,500\nKept.\n\n"
        "3\n00:00:05,000 --> 00:00:06,000\nFirst now.\n"
    )
    out = tmp_path / "v2.srt"
    told = run("conform", path, *timelines(tmp_path), out, code=3)
    assert told["gone"] == [1] and told["shortened"] == []
    found = [(float(one.range.start.seconds), one.text) for one in read_subtitle_file(out).cues]
    assert found == [(1.0, "First now."), (6.5, "Kept.")]


def test_captions_are_made_of_a_transcript_with_times(tmp_path: Path) -> None:
    words = [
        {"word": f" {word}", "start": 1 + 0.4 * at, "end": 1.3 + 0.4 * at}
        for at, word in enumerate(
            ["I", "would", "have", "come", "sooner,", "but", "the", "harbour", "bridge", "was", "up."]
        )
    ]
    text = "".join(str(one["word"]) for one in words)
    path = tmp_path / "talk.json"
    path.write_text(
        json.dumps({"text": text, "segments": [{"start": 1, "end": 5.5, "text": text, "words": words}]})
    )
    out = tmp_path / "talk.vtt"
    told = run("make", path, out, "--rate", "25")
    assert told["words_timed"] is True and told["unfixable"] == []
    made = read_subtitle_file(out).cues
    assert " ".join(one.text.replace("\n", " ") for one in made) == text.strip()
    assert not run("check", out, "--rate", "25")["violations"]


def test_captions_are_burnt_where_they_belong(tmp_path: Path) -> None:
    video = film(tmp_path / "film.mp4", frames=48)
    path = tmp_path / "film.srt"
    path.write_text(
        "1\n00:00:00,500 --> 00:00:01,000\nHello.\n\n2\n00:00:01,000 --> 00:00:01,500\n{\\an8}Up.\n"
    )
    out = tmp_path / "burnt.mp4"
    told = run("burn", video, path, out)
    assert told["pictures"] == 48
    shown = []
    for one in (video, out):
        blocks = read_pictures(one, PictureForm(pixels="grey"))
        shown.append(np.concatenate([block.pixels for block in blocks]).astype(float))
    change = np.abs(shown[1] - shown[0])
    foot, head = (change[:, rows].mean(axis=(1, 2)) for rows in (slice(70, 90), slice(0, 20)))
    assert foot[12:24].min() > 1.3 * max(foot[:12].max(), foot[24:].max())
    assert head[24:36].min() > 1.3 * max(head[:24].max(), head[36:].max())


def _spanish(text: str) -> str:
    return (
        text.replace("- ", "- Sí, ").lower().replace("sí", "Sí") if text[0] == "-" else f"Sí, {text.lower()}"
    )


def test_a_server_of_ones_own_translates_and_lines_are_fitted(srt: Path, tmp_path: Path) -> None:
    class Answer(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            texts = json.loads(body["messages"][1]["content"])
            content = "Here: " + json.dumps([_spanish(one) for one in texts])
            data = json.dumps({"choices": [{"message": {"content": content}}]}).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *arguments: object) -> None:
            """Quiet."""

    with http.server.HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            out = tmp_path / "es.srt"
            endpoint = f"http://127.0.0.1:{server.server_port}/v1"
            told = run(
                "translate",
                srt,
                out,
                "--to",
                "es",
                "--endpoint",
                endpoint,
                "--endpoint-model",
                "ours",
                code=3,
            )
        finally:
            server.shutdown()
            thread.join()
    assert told["draft"] is False and told["translator"] == "ours"
    made = read_subtitle_file(out).cues
    assert made[1].text.startswith("<i>Sí,") and made[1].text.endswith("</i>")
    assert made[-1].text == "- Sí, yes.\n- Sí, no..."
    assert all(len(line) <= 49 for one in made for line in one.text.split("\n"))


def test_nothing_translates_where_nothing_can(
    srt: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(AnswerprintError) as raised:
        run("translate", srt, tmp_path / "ja.srt", "--to", "ja")
    assert (raised.value.code, raised.value.exit_code) == ("AP-NEED-067", 4)
    assert not (tmp_path / "ja.srt").exists()


def test_those_who_do_not_hear_read_who_speaks(tmp_path: Path) -> None:
    path, out = tmp_path / "film.vtt", tmp_path / "sdh.vtt"
    path.write_text(
        "WEBVTT\n\n00:00:01.000 --> 00:00:03.000\n<v Anna>Who is it?\n\n"
        "00:00:03.500 --> 00:00:05.000\n<v Ben>Me.\n"
    )
    told = run("sdh", path, out, "--rate", "24")
    assert told["speakers"] == 2
    assert [one.text for one in read_subtitle_file(out).cues] == ["[anna] Who is it?", "[ben] Me."]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1\n-00:00:01,000 --> 00:00:02,000\nNo.\n", "AP-FORMAT-050"),
        ("1\n00:00:03,000 --> 00:00:02,000\nNo.\n", "AP-FORMAT-051"),
        ("1\n25:00:00,000 --> 25:00:02,000\nNo.\n", "AP-FORMAT-161"),
        ("", "AP-FORMAT-160"),
    ],
)
def test_bad_times_name_their_place(text: str, code: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.srt"
    path.write_text(text)
    with pytest.raises(AnswerprintError) as raised:
        run("check", path)
    assert raised.value.code == code and raised.value.file == str(path)


def test_mixed_encodings_and_hostile_markup_are_kept_as_text(tmp_path: Path) -> None:
    path, out = tmp_path / "odd.srt", tmp_path / "odd.vtt"
    said = "Caf\xe9 <script>alert(1)</script> & <b>bold</b>"
    path.write_bytes(b"1\r\n00:00:01,000 --> 00:00:05,000\r\n" + said.encode("cp1252") + b"\r\n")
    told = run("convert", path, out)
    assert any("Windows-1252" in one for one in told["notes"])  # type: ignore[attr-defined]
    assert read_subtitle_file(out).cues[0].text == said
    assert "<script>" not in out.read_text()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["check", "film.srt", "--profile", "cinema"], "AP-USE-695"),
        (["check", "film.srt", "--only", "magic"], "AP-USE-696"),
        (["check", "film.srt", "--rate", "fast"], "AP-USE-697"),
        (["fix", "film.srt"], "AP-USE-698"),
        (["fix", "film.srt", "film.srt"], "AP-USE-080"),
        (["fix", "film.srt", "out.srt", "--sync"], "AP-USE-698"),
        (["convert", "film.srt", "film.doc"], "AP-USE-680"),
        (["translate", "film.srt", "es.srt", "--to", "es", "--endpoint", "ftp://no"], "AP-USE-700"),
        (["burn", "film.srt", "film.srt", "out.gif"], "AP-USE-699"),
    ],
)
def test_what_cannot_be_asked_is_said(
    arguments: list[str], code: str, srt: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(srt.parent)
    with pytest.raises(AnswerprintError) as raised:
        run(*arguments)
    assert raised.value.code == code
    assert [one.name for one in srt.parent.iterdir()] == ["film.srt"]


def test_an_edit_list_serves_as_a_timeline(tmp_path: Path) -> None:
    old, _ = timelines(tmp_path)
    from answerprint.formats.timelines.files import read_timeline

    read = read_timeline(old)
    edl = tmp_path / "v1.edl"
    edl.write_bytes(write_edl_file(read.cut, read.media))
    path, out = tmp_path / "v1.srt", tmp_path / "out.srt"
    path.write_text("1\n00:00:00,500 --> 00:00:01,500\nHere.\n")
    run("conform", path, edl, edl, out, "--rate", "24")
    assert float(read_subtitle_file(out).cues[0].range.start.seconds) == 0.5
