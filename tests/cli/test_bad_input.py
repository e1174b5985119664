"""Bad input gets a coded error and the designed exit code, and leaves the originals as they were."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from little_media import PROGRAM, Command, Ran, film, wave

DONE, FAILED, USAGE, NEEDS_A_PERSON, NOT_AVAILABLE = range(5)

SILENT_SCREENPLAY = """\
Title: Nobody Speaks

INT. HARBOUR OFFICE - NIGHT

The lamp is lit. Nobody speaks.
"""


def hashes(*folders: Path) -> dict[Path, str]:
    """Every file under some folders, by its content. Links are followed: they lead to the originals."""
    return {
        file: hashlib.sha256(file.read_bytes()).hexdigest()
        for folder in folders
        for file in sorted(folder.rglob("*"))
        if file.is_file() and os.access(file, os.R_OK)
    }


@pytest.fixture
def card(tmp_path: Path) -> Path:
    folder = tmp_path / "cards" / "A001"
    folder.mkdir(parents=True)
    return folder


@contextmanager
def untouched(*folders: Path) -> Iterator[None]:
    """Whatever is done in the block, the files of these folders end as they were."""
    before = hashes(*folders)
    assert before
    yield
    assert hashes(*folders) == before


def make(answerprint: Command, production: Path, *more: str) -> Ran:
    return answerprint("make", production, "--workers", "0", "--json", *more)


@pytest.mark.parametrize("command", ["probe", "shots"])
@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("notes.xyz", b"not a film\n", "AP-MEDIA-008"),
        ("empty.mov", b"", "AP-MEDIA-004"),
        ("words.mp4", b"hello, this is no film\n" * 20, "AP-MEDIA-009"),
    ],
)
def test_a_file_that_is_no_media_is_named_as_such(
    answerprint: Command, tmp_path: Path, command: str, name: str, content: bytes, code: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    ran = answerprint(command, file, "--json")
    assert ran.code == FAILED
    assert (ran.error["code"], ran.error["file"]) == (code, str(file))
    assert ran.error["message"] and ran.error["remedy"]
    said = answerprint(command, file)
    assert said.code == FAILED and said.out == "" and code in said.err


@pytest.mark.parametrize("command", ["probe", "shots"])
def test_a_folder_and_a_file_that_is_not_there(answerprint: Command, tmp_path: Path, command: str) -> None:
    assert answerprint(command, tmp_path, "--json").error["code"] == "AP-MEDIA-002"
    ran = answerprint(command, tmp_path / "gone.mov", "--json")
    assert (ran.code, ran.error["code"]) == (FAILED, "AP-MEDIA-001")


def test_shots_of_a_file_without_pictures(answerprint: Command, tmp_path: Path) -> None:
    ran = answerprint("shots", wave(tmp_path / "T01.wav"), "--json")
    assert (ran.code, ran.error["code"]) == (FAILED, "AP-MEDIA-020")


def test_one_frame_is_one_shot(answerprint: Command, tmp_path: Path) -> None:
    file = film(tmp_path / "one.mov", 1, sound=False)
    assert answerprint("probe", file, "--json").document["streams"][0]["frames"] == 1
    found = answerprint("shots", file, "--json").document
    assert found["boundaries"] == [] and len(found["shots"]) == 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("frobnicate",), "AP-USE-012"),
        (("probe",), "AP-USE-011"),
        (("timecode", "12"), "AP-USE-011"),
        (("timecode", "01:00:00:99", "--rate", "24"), "AP-USE-004"),
        (("timecode", "one o'clock", "--rate", "24"), "AP-USE-003"),
        (("timecode", "12", "--rate", "fast"), "AP-USE-001"),
        (("timecode", "12", "--rate", "24", "--drop"), "AP-USE-002"),
        (("new", "{here}/film", "--rate", "25", "--drop-frame"), "AP-USE-045"),
        (("new", "{here}/film", "--raster", "large"), "AP-USE-045"),
        (("new", "{here}/film", "--loudness", "3"), "AP-USE-045"),
        (("new", "{here}/film", "--handles", "-1"), "AP-USE-011"),
        (("make", "{here}/film", "--until", "lunch"), "AP-USE-050"),
        (("models", "show", "nothing-of-the-kind"), "AP-USE-060"),
    ],
)
def test_wrong_usage_exits_2_and_says_what_is_right(
    answerprint: Command, tmp_path: Path, arguments: tuple[str, ...], code: str
) -> None:
    ran = answerprint(*(one.replace("{here}", str(tmp_path)) for one in arguments), "--json")
    assert ran.code == USAGE
    assert ran.error["code"] == code and ran.error["remedy"]
    assert not (tmp_path / "film").exists()


@pytest.mark.parametrize("command", ["status", "make", "review"])
def test_a_folder_that_is_no_production(answerprint: Command, tmp_path: Path, command: str) -> None:
    ran = answerprint(command, tmp_path, "--json")
    assert (ran.code, ran.error["code"]) == (FAILED, "AP-STORE-001")
    assert "answerprint new" in (ran.error["remedy"] or "")


def test_a_production_is_not_begun_twice_unless_forced(answerprint: Command, production: Path) -> None:
    before = (production / "production.toml").read_text()
    ran = answerprint("new", production, "--json")
    assert (ran.code, ran.error["code"]) == (FAILED, "AP-STORE-002")
    assert (production / "production.toml").read_text() == before
    assert answerprint("new", production, "--force", "--rate", "24").code == DONE
    assert (production / "production.toml.before").read_text() == before


def test_an_empty_production_makes_nothing(answerprint: Command, production: Path) -> None:
    ran = make(answerprint, production)
    assert (ran.code, ran.error["code"]) == (USAGE, "AP-USE-040")
    assert "answerprint add" in (ran.error["remedy"] or "")
    assert list((production / "out").iterdir()) == []


def test_an_empty_folder_and_an_unknown_kind_are_not_brought_in(
    answerprint: Command, production: Path, tmp_path: Path
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    (tmp_path / "notes.xyz").write_text("x")
    assert answerprint("add", production, empty, "--json").error["code"] == "AP-USE-022"
    assert answerprint("add", production, tmp_path / "notes.xyz", "--json").error["code"] == "AP-USE-023"
    ran = answerprint("add", production, tmp_path / "gone", "--json")
    assert (ran.code, ran.error["code"]) == (USAGE, "AP-USE-020")


def test_unknown_kinds_on_a_card_are_left_out_by_name(
    answerprint: Command, production: Path, card: Path, clip: Path
) -> None:
    shutil.copy(clip, card / "A001C001.mov")
    (card / "checksums.mhl").write_text("x")
    with untouched(card):
        ran = answerprint("add", production, card, "--json")
    assert ran.code == NEEDS_A_PERSON
    actions = {Path(one["file"]).name: one["action"] for one in ran.document["files"]}
    assert actions == {"A001C001.mov": "linked", "checksums.mhl": "left out"}
    assert answerprint("add", production, card, "--json").document["files"][0]["action"] == "already there"


def test_broken_files_are_set_aside_and_the_rest_goes_on(
    answerprint: Command, production: Path, card: Path, clip: Path
) -> None:
    shutil.copy(clip, card / "A001C001.mov")
    film(card / "A001C002.mov", 1, sound=False)
    (card / "A001C003.mov").write_bytes(b"")
    (card / "A001C004.mov").write_bytes(b"this is no film\n" * 9)
    with untouched(card):
        answerprint("add", production, card)
        ran = make(answerprint, production, "--until", "log")
    assert ran.code == NEEDS_A_PERSON
    failed = {(one["file"], one["code"]) for one in ran.document["steps"]["failed"]}
    assert failed == {("A001C003.mov", "AP-MEDIA-004"), ("A001C004.mov", "AP-MEDIA-009")}
    states = answerprint("status", production, "--json").document
    assert {one["name"] for one in states["assets"]} == {"A001C001.mov", "A001C002.mov"}
    for job in states["jobs"]:
        assert job["state"] == "done" or job["reason"]
    assert {job["state"] for job in states["jobs"]} > {"done"}


def test_pictures_without_any_sound_are_strung_out(
    answerprint: Command, production: Path, card: Path
) -> None:
    film(card / "A001C001.mov", 40, 40, sound=False)
    with untouched(card):
        answerprint("add", production, card)
        ran = make(answerprint, production)
    assert ran.code == DONE
    assert len(ran.document["slots"]) == 2 and ran.document["loudness"] is None
    streams = answerprint("probe", ran.document["outputs"]["rough-cut.mp4"], "--json").document["streams"]
    assert "audio" not in {one["kind"] for one in streams}


def test_sound_without_speech_or_picture_makes_an_empty_cut_that_says_so(
    answerprint: Command, production: Path, card: Path
) -> None:
    wave(card / "SR01-T01.wav", 2)
    with untouched(card):
        answerprint("add", production, card)
        ran = make(answerprint, production)
    assert ran.code == NEEDS_A_PERSON
    assert ran.document["slots"] == []
    assert any("the cut is empty" in need for need in ran.document["needs"])


def test_a_screenplay_with_no_dialogue_gives_a_string_out(
    answerprint: Command, production: Path, card: Path
) -> None:
    film(card / "A001C001.mov", 40, 40)
    script = production.parent / "silent.fountain"
    script.write_text(SILENT_SCREENPLAY)
    with untouched(card):
        answerprint("add", production, card, script)
        ran = make(answerprint, production, "--until", "cut")
    assert ran.code == NEEDS_A_PERSON
    assert any("silent.fountain" in need and "string-out" in need for need in ran.document["needs"])
    assert script.read_text() == SILENT_SCREENPLAY


def test_spaces_and_quotes_in_paths(answerprint: Command, tmp_path: Path, clip: Path) -> None:
    card = tmp_path / 'Ruth\'s "last" boat; $HOME & co' / "card  one"
    card.mkdir(parents=True)
    shutil.copy(clip, card / "take 'one' \"a\".mov")
    folder = tmp_path / 'it\'s a "film"'
    assert answerprint("new", folder, "--raster", "96x54").code == DONE
    assert answerprint("add", folder, card).code == DONE
    ran = answerprint("make", folder, "--until", "log", "--workers", "0", "--json")
    assert ran.code == DONE
    (asset,) = answerprint("status", folder, "--json").document["assets"]
    assert asset["name"] == "take 'one' \"a\".mov" and asset["card"] == "card  one"


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS refuses names that are not UTF-8")
def test_names_that_are_not_utf_8(
    answerprint: Command, installed: Command, tmp_path: Path, clip: Path
) -> None:
    card = tmp_path / os.fsdecode(b"caf\xe9")
    card.mkdir()
    file = card / os.fsdecode(b"prise \xe9t\xe9.mov")
    shutil.copy(clip, file)
    folder = tmp_path / os.fsdecode(b"film \xff")
    assert installed("new", os.fsencode(folder), "--raster", "96x54").code == DONE
    assert answerprint("probe", file, "--json").document["damage"] == []
    brought = answerprint("add", folder, card, "--json")
    assert brought.code == DONE and "prise \\xe9t\\xe9.mov" in brought.document["files"][0]["file"]
    assert answerprint("make", folder, "--until", "log", "--workers", "0", "--json").code == DONE
    standing = answerprint("status", folder, "--json").document
    assert standing["name"] == "film \\xff"
    assert [one["name"] for one in standing["assets"]] == ["prise \\xe9t\\xe9.mov"]
    assert "caf\\xe9" in answerprint("status", folder).out
    gone = answerprint("probe", tmp_path / os.fsdecode(b"\xff\xfe.mov"), "--json")
    assert (gone.error["code"], "\\xff\\xfe.mov" in (gone.error["file"] or "")) == ("AP-MEDIA-001", True)


def without_privileges(command: list[str | Path]) -> list[str | Path]:
    """The command as somebody runs it who may not read everything."""
    if os.geteuid() != 0:
        return command
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        pytest.skip("the superuser reads everything, and there is no setpriv to lay that down")
    return [setpriv, "--bounding-set=-dac_override,-dac_read_search", *command]


def test_an_unreadable_file_is_set_aside_by_name(
    answerprint: Command, production: Path, tmp_path: Path, clip: Path
) -> None:
    card = tmp_path / "A001"
    card.mkdir()
    shutil.copy(clip, card / "open.mov")
    closed = film(card / "closed.mov", 3, sound=False)
    closed.chmod(0)

    def run(*arguments: str | Path) -> Ran:
        command = without_privileges([PROGRAM, *arguments, "--json"])
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert "Traceback" not in done.stderr
        return Ran(done.returncode, done.stdout, done.stderr)

    looked = run("probe", closed)
    assert (looked.code, looked.error["code"]) == (FAILED, "AP-MEDIA-005")
    assert answerprint("add", production, card).code == DONE
    made = run("make", production, "--until", "log", "--workers", "0")
    assert made.code == NEEDS_A_PERSON
    assert any("closed.mov cannot be read" in need for need in made.document["needs"])
    standing = answerprint("status", production, "--json").document
    assert [one["name"] for one in standing["assets"]] == ["open.mov"]
    closed.chmod(0o600)
    assert answerprint("make", production, "--until", "log", "--workers", "0").code == DONE


def test_a_catalogue_from_the_future_is_left_alone(answerprint: Command, production: Path) -> None:
    assert answerprint("status", production).code == DONE
    file = production / ".answerprint" / "catalogue.sqlite"
    with sqlite3.connect(file) as catalogue:
        catalogue.execute("pragma user_version = 9999")
    catalogue.close()
    before = file.read_bytes()
    for command in ("status", "review", "make"):
        ran = answerprint(command, production, "--json")
        assert ran.code == FAILED
        assert (ran.error["code"], bool(ran.error["remedy"])) == ("AP-STORE-013", True)
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("text", "code", "at"),
    [
        ('[production]\nname = "A film\n', "AP-STORE-003", "line 2"),
        ("[production]\nnmae = 'A film'\n", "AP-STORE-004", "line 2"),
        ("[picture]\nrate = 24\n", "AP-STORE-005", "line 2"),
        ("[picture]\nrate = '25'\ndrop_frame = true\n", "AP-STORE-005", "line 3"),
        ("[sound]\n\nloudness = 12.0\n", "AP-STORE-005", "line 3"),
    ],
)
def test_a_malformed_production_toml_is_named_with_its_line(
    answerprint: Command, production: Path, text: str, code: str, at: str
) -> None:
    file = production / "production.toml"
    file.write_text(text)
    for command in ("status", "make", "review", "add"):
        ran = answerprint(command, production, *([production] if command == "add" else []), "--json")
        assert ran.code == FAILED
        error = ran.error
        assert (error["code"], error["file"], error["at"]) == (code, str(file), at)
        assert error["remedy"]
    assert file.read_text() == text


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("[[decision]]\nproposal = take\n", "line 2"),
        ('[[decision]]\nproposal = "take:x"\nanswer = "perhaps"\n', "line 1"),
        ('[decision]\nproposal = "take:x"\n', "line 1"),
        ('\n[[decision]]\nproposal = "take:x"\nanswer = "replace"\n', "line 2"),
    ],
)
def test_a_malformed_decisions_toml_is_kept_and_named_with_its_line(
    answerprint: Command, production: Path, clip: Path, text: str, at: str
) -> None:
    answerprint("add", production, clip)
    file = production / "decisions.toml"
    file.write_text(text)
    for command in ("review", "make"):
        ran = answerprint(command, production, "--json")
        assert (ran.code, ran.error["code"], ran.error["at"]) == (FAILED, "AP-STORE-016", at)
        assert ran.error["file"] == str(file)
    assert file.read_text() == text


def test_a_production_in_use_names_the_process(answerprint: Command, production: Path, clip: Path) -> None:
    answerprint("add", production, clip)
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys; from pathlib import Path; from answerprint.store.production import Production\n"
            "with Production.open(Path(sys.argv[1])).lock(): print('held', flush=True); sys.stdin.read()",
            production,
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with holder:
        assert holder.stdout is not None and holder.stdout.readline() == "held\n"
        ran = make(answerprint, production)
        assert (ran.code, ran.error["code"]) == (FAILED, "AP-STORE-007")
        assert str(holder.pid) in (ran.error["message"] or "")
        assert answerprint("status", production).code == DONE  # looking is always possible
        holder.communicate("")
    assert make(answerprint, production, "--until", "log").code == DONE
