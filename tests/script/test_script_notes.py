"""Notes are gathered, made one of, grouped and summed up; an endpoint is asked only when it is named."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from script_commands import script

from answerprint.core.errors import AnswerprintError, UsageError
from answerprint.departments.script.notes.endpoint import Endpoint, Unusable
from answerprint.departments.script.notes.gathering import (
    gather,
    read_notes,
    screenplay_notes,
    table_notes,
    text_notes,
)
from answerprint.departments.script.notes.grouping import divided, grouped, merged, subject_of
from answerprint.departments.script.notes.records import Note
from answerprint.departments.script.notes.summarising import report_on
from answerprint.formats.screenplays.fountain import read_fountain

FOUNTAIN = """INT. BOAT - NIGHT #4#

The lamp swings. [[Lena: why does nobody hear the storm?]]

ANNA
Is there a light?

[[Cut this line.]]
"""
MARKDOWN = """# Notes

Reader: Anna

## Scene 3
- The yard scene drags: cut the second half.
- Keep “the apple on his hand”.

Scene 14: the chase is confusing, who rides?

p. 20 - The speech is too long.

## Pacing
The middle sags.
"""
TABLE = "Scene;Reader;Comment\n3;Ben;The yard scene drags, cut its second half\n;Ben;\n9;Cleo;Lovely.\n"


def test_notes_in_a_screenplay_know_their_scene_reader_and_words_before() -> None:
    first, second = screenplay_notes(read_fountain(FOUNTAIN), "a.fountain")
    assert (first.scene, first.reader, first.line) == ("4", "Lena", 3)
    assert first.text == "why does nobody hear the storm?" and "lamp swings" in first.context
    assert second.text == "Cut this line." and second.reader == "" and "light" in second.context


def test_a_text_s_titles_bullets_and_marks_say_what_a_note_is_on() -> None:
    found = text_notes(MARKDOWN, "anna.md", "anna")
    assert [(one.scene, one.page, one.subject, one.reader) for one in found] == [
        ("3", "", "", "Anna"), ("3", "", "", "Anna"), ("14", "", "", "Anna"), ("3", "20", "", "Anna"),
        ("", "", "pace", "Anna"),
    ]  # fmt: skip
    assert found[1].context == "the apple on his hand"
    assert found[2].text == "the chase is confusing, who rides?" and found[2].line == 9


def test_a_table_is_read_whatever_its_columns_are_called() -> None:
    found = table_notes(TABLE, "b.csv")
    assert [(one.scene, one.reader, one.line) for one in found] == [("3", "Ben", 2), ("9", "Cleo", 4)]
    with pytest.raises(AnswerprintError) as caught:
        table_notes("scene,who\n1,Ben\n", "c.csv")
    assert caught.value.code == "AP-SCRIPT-131" and caught.value.at == "line 1"


def test_a_text_with_headings_is_a_screenplay(tmp_path: Path) -> None:
    file = tmp_path / "draft.txt"
    file.write_text(FOUNTAIN + "\nEXT. QUAY - DAY\n\nWind.\n", encoding="utf-8")
    assert len(read_notes(file)) == 2
    file.write_text("The INT. BOAT scene is fine.\n", encoding="utf-8")
    assert [one.text for one in read_notes(file)] == ["The INT. BOAT scene is fine."]


def test_two_wordings_are_one_remark_of_two_readers_and_scenes_are_kept_apart() -> None:
    notes = [*text_notes(MARKDOWN, "anna.md", "anna"), *table_notes(TABLE, "b.csv")]
    found = merged(notes)
    double = next(one for one in found if len(one.readers) > 1)
    assert double.readers == ("Anna", "Ben") and double.note.scene == "3"
    elsewhere = [Note(text="The yard scene drags: cut the second half.", scene="8", reader="Cleo")]
    assert len(merged([*notes, *elsewhere])) == len(found) + 1


def test_every_note_is_somewhere_in_the_report() -> None:
    notes = [*text_notes(MARKDOWN, "anna.md", "anna"), *table_notes(TABLE, "b.csv")]
    report = report_on(notes)
    kept = [note for group in report.groups for one in group.notes for note in (one.note, *one.same)]
    assert sorted(one.text for one in kept) == sorted(one.text for one in notes)
    assert (report.total, report.distinct, report.means) == (7, 6, "extractive")
    sentences = " ".join(one.text for one in notes)
    assert all(part.strip() in sentences for part in report.summary.split(". ")[:1])
    assert next(iter(grouped(merged(notes))))[0] == ""  # the whole script first


def test_readers_who_want_opposite_things_are_pointed_out() -> None:
    notes = [
        Note(text="Cut the dance, it is too long.", scene="5", reader="A", subject="pace"),
        Note(text="I love the dance, keep every second.", scene="5", reader="B", subject="pace"),
    ]
    assert divided(merged(notes)) and not divided(merged(notes[:1]))
    (finding,) = report_on(notes).findings
    assert finding.code == "notes.divided" and finding.needs_a_person


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("The dialogue is wordy.", "dialogue"), ("The middle drags and drags.", "pace"), ("Hm.", "general"),
        ("Why does she leave? I was confused.", "clarity"),
        ("What does he want? No motivation.", "character"),
    ],
)  # fmt: skip
def test_subjects_are_told_by_words(text: str, subject: str) -> None:
    assert subject_of(text) == subject


def test_meaning_joins_what_words_do_not() -> None:
    import numpy as np

    notes = [Note(text="The middle drags."), Note(text="I was bored halfway."), Note(text="Lovely ending.")]
    vectors = np.array([[1, 0], [0.9, 0.44], [0, 1]], np.float32)
    assert len(merged(notes)) == 3
    assert [len(one.same) for one in merged(notes, lambda texts: vectors)] == [1, 0]


def test_thousands_of_notes_are_joined_without_a_square_of_memory() -> None:
    notes = [Note(text=f"Remark number {number} on thing {number * 7}.") for number in range(3000)]
    assert len(merged(notes)) > 2500


class Answers:
    """A local endpoint that answers as it is told to, and remembers what it was asked."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.asked.append(json.loads(body))
                outer.keys.append(self.headers.get("Authorization"))
                answer = outer.answers.pop(0) if len(outer.answers) > 1 else outer.answers[0]
                if answer == "hang":
                    time.sleep(1.5)
                    return
                code, data = answer if isinstance(answer, tuple) else (200, answer)
                self.send_response(code)
                if code == 302:
                    self.send_header("Location", "http://127.0.0.1:9/elsewhere")
                self.end_headers()
                try:
                    self.wfile.write(data)
                except OSError:
                    return  # the other side had enough

            def log_message(self, *arguments: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def serving() -> Iterator[Any]:
    opened: list[Answers] = []

    def serve(*answers: Any) -> Answers:
        opened.append(Answers(*answers))
        return opened[-1]

    yield serve
    for one in opened:
        one.close()


def completion(content: Any) -> bytes:
    text = content if isinstance(content, str) else json.dumps(content)
    return json.dumps({"choices": [{"message": {"content": text}}]}).encode()


GOOD = completion({"summary": "Readers find the yard too long.", "points": [{"text": "long", "notes": [1]}]})
NOTES = [Note(text="The yard scene drags.", reader="A"), Note(text="I did not follow the chase.", reader="B")]


def test_a_good_answer_is_used_and_the_key_goes_with_it(
    serving: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANSWERPRINT_ENDPOINT_KEY", "secret")
    server = serving(GOOD)
    report = report_on(NOTES, endpoint=Endpoint(server.url, "m", pause=0))
    assert (report.means, report.summary) == ("endpoint", "Readers find the yard too long.")
    assert server.keys[0] == "Bearer secret" and server.asked[0]["model"] == "m"
    assert "The yard scene drags." in server.asked[0]["messages"][1]["content"]
    assert report.findings == ()


@pytest.mark.parametrize(
    ("answer", "why", "asked"),
    [
        (b"not json", "not the JSON", 3),
        (completion("Sure! Here is a summary."), "not the JSON", 3),
        (completion({"points": []}), "not the JSON", 3),
        (completion({"summary": 7}), "not the JSON", 3),
        (completion({"summary": "  "}), "empty", 3),
        (completion({"summary": "Good.", "points": [{"text": "x", "notes": [99]}]}), "do not exist", 3),
        (b'{"choices": []}', "not the JSON", 3),
        ((500, b"down"), "answers 500", 3),
        ((429, b"slow"), "answers 429", 3),
        ((401, b"no"), "answers 401", 1),
        ((302, b""), "answers 302", 1),
        (b"x" * (3 << 20), "larger than", 1),
    ],
)
def test_a_bad_answer_is_a_finding_and_the_notes_are_summed_up_all_the_same(
    serving: Any, answer: Any, why: str, asked: int
) -> None:
    server = serving(answer)
    report = report_on(NOTES, endpoint=Endpoint(server.url, "m", pause=0))
    assert report.means == "extractive" and "yard scene drags" in report.summary
    (finding,) = report.findings
    assert finding.code == "notes.endpoint_unusable" and why in finding.message
    assert len(server.asked) == asked


def test_a_second_try_may_succeed(serving: Any) -> None:
    server = serving((503, b""), b"{", GOOD)
    assert Endpoint(server.url, "m", pause=0).summarise(["a"]).summary.startswith("Readers")
    assert len(server.asked) == 3


def test_silence_ends_after_the_time_given(serving: Any) -> None:
    server = serving("hang")
    with pytest.raises(Unusable, match=r"within 0\.2 s \(2 tries\)"):
        Endpoint(server.url, "m", timeout=0.2, tries=2, pause=0).summarise(["a"])
    assert len(server.asked) == 2


def test_nobody_listening_is_no_crash() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(Unusable, match="no connection"):
        Endpoint(f"http://127.0.0.1:{port}/v1", "m", tries=1).summarise(["a"])


@pytest.mark.parametrize("url", ["", "file:///etc/passwd", "ftp://host/x", "host/v1"])
def test_what_is_no_web_address_is_never_asked(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        Endpoint(url, "m")
    assert caught.value.code == "AP-USE-124"


def test_without_an_endpoint_no_connection_is_made(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object, **named: object) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    file = tmp_path / "anna.md"
    file.write_text(MARKDOWN, encoding="utf-8")
    done = script(capfd, "notes", file, "--json")
    assert done.code == 0 and done.document["means"] == "extractive"


def test_the_command_says_which_files_it_could_not_use(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "anna.md").write_text(MARKDOWN, encoding="utf-8")
    (tmp_path / "b.csv").write_text("scene,who\n1,x\n", encoding="utf-8")
    (tmp_path / "c.txt").write_bytes(b"\0\1")
    done = script(capfd, "notes", tmp_path, "--json")
    assert done.code == 3 and done.document["total"] == 5
    assert {one["code"] for one in done.document["findings"]} >= {"notes.file_left_out"}
    assert "Scene 3" in script(capfd, "notes", tmp_path / "anna.md").out


@pytest.mark.parametrize(
    ("name", "data", "code", "ends"),
    [
        ("a.md", b"", "AP-SCRIPT-130", 1), ("a.csv", b"x,y\n", "AP-SCRIPT-131", 1),
        ("a.md", b"\0", "AP-FORMAT-001", 1), ("a.fountain", b"INT. A - DAY\n\nWind.\n", "AP-SCRIPT-130", 1),
        ("missing.md", None, "AP-USE-010", 2), ("a.csv", b"", "AP-SCRIPT-131", 1),
    ],
)  # fmt: skip
def test_files_without_notes_are_refused(
    name: str, data: bytes | None, code: str, ends: int, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / name
    if data is not None:
        file.write_bytes(data)
    done = script(capfd, "notes", file, "--json")
    assert (done.code, done.document["error"]["code"]) == (ends, code)
    assert done.document["error"]["remedy"]


def test_options_that_do_not_go_together_are_refused(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "anna.md"
    file.write_text(MARKDOWN, encoding="utf-8")
    assert script(capfd, "notes", file, "--model", "m").code == 2
    assert script(capfd, "notes", file, "--endpoint", "http://127.0.0.1:9/v1").code == 2
    assert script(capfd, "notes", file, "--timeout", "-1").code == 2


def test_gather_reads_a_folder_once_and_in_order(tmp_path: Path) -> None:
    for name in ("b.md", "a.md"):
        (tmp_path / name).write_text("- One.\n", encoding="utf-8")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "c.md").write_text("- No.\n", encoding="utf-8")
    notes, refused = gather([tmp_path])
    assert [one.file for one in notes] == ["a.md", "b.md"] and refused == []
