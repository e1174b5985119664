"""Bad files in every place where `script` and `plan` read one: a coded error or a result, whole outputs,
originals as they were."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hostile_files import (
    FILM,
    PLAN_FILES,
    anything,
    archive,
    damaged,
    endless_lines,
    fade_in,
    picture,
    poisoned_pdfs,
)
from little_media import PROGRAM, Command, Ran
from script_and_plan_commands import PLAN_READINGS, READINGS, SCREENPLAYS, SCRIPT_READINGS, WRITINGS, Reading

from answerprint.cli.main import run
from answerprint.cli.plan import app as plan_app
from answerprint.cli.script import app as script_app

DONE, FAILED, USAGE, NEEDS_A_PERSON, NOT_AVAILABLE = range(5)
HANGS = 240  # seconds; a guard against hanging, no measure of speed


def named(readings: tuple[Reading, ...]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("reading", readings, ids=[one.name for one in readings])


@pytest.fixture(scope="session")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of good files of every kind, made by the program where it makes them."""
    folder = tmp_path_factory.mktemp("good")
    for name in ("scripts", "pictures"):
        (folder / name).mkdir()
    (folder / "film.fountain").write_text(FILM)
    (folder / "scripts" / "other.fountain").write_text(FILM.replace("ZOË", "THEO"))
    (folder / "pictures" / "a.png").write_bytes(picture())
    (folder / "film.fadein").write_bytes(archive({"document.xml": fade_in()}))
    for name, text in PLAN_FILES.items():
        (folder / name).write_text(text)
    lines: tuple[list[str | Path], ...]
    film, schedule = folder / "film.fountain", folder / "schedule.json"
    lines = (
        ["script", "convert", film, folder / "film.pdf"],
        ["script", "convert", film, folder / "film.fdx"],
        ["script", "convert", film, folder / "film.txt"],
        ["plan", "schedule", film, "--plan", folder / "plan.toml", "--out", schedule, "--iterations", "40"],
        ["plan", "budget", schedule, "--write-rates", folder / "rates.toml"],
    )
    for line in lines:
        assert quietly(line)[0] in (DONE, NEEDS_A_PERSON)
    (folder / "breakdown.json").write_text(quietly(["script", "breakdown", film, "--json"])[1])
    return folder


def quietly(line: list[str | Path]) -> tuple[int, str]:
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        return run([str(one) for one in line]), out.getvalue()


class Trial:
    """Runs a command with a bad file, and looks at what every command owes whatever it is given."""

    def __init__(self, answerprint: Command, good: Path, folder: Path) -> None:
        self.answerprint, self.good = answerprint, good
        self.bad_folder, self.out = folder / "bad", folder / "out"

    def __call__(self, reading: Reading, name: str, data: bytes) -> Ran:
        for one in (self.bad_folder, self.out):
            shutil.rmtree(one, ignore_errors=True)
            one.mkdir(parents=True)
        bad = self.bad_folder / name
        bad.write_bytes(data)
        before = hashlib.sha256(data).digest()
        ran = self.answerprint(*reading.line(bad, self.good, self.out), "--json")
        self.judge(ran, name)
        assert hashlib.sha256(bad.read_bytes()).digest() == before
        assert [one.name for one in self.bad_folder.iterdir()] == [name], "something was left beside it"
        return ran

    def judge(self, ran: Ran, name: str) -> None:
        left = [one for one in self.out.rglob("*") if one.is_file()]
        assert not [one for one in left if one.name.endswith(".part")]
        assert "Traceback" not in ran.err
        if ran.code in (DONE, NEEDS_A_PERSON):
            assert not (isinstance(ran.document, dict) and "error" in ran.document)
            return
        assert ran.code in (FAILED, USAGE, NOT_AVAILABLE), (name, ran.code)
        error = ran.error
        assert error["code"] and error["code"].startswith("AP-") and error["message"] and error["remedy"], (
            error
        )
        assert len(error["message"]) < 1000
        if error["file"] is not None:
            assert Path(error["file"]).name == name
        else:
            assert ran.code == USAGE, error
        assert left == []


@pytest.fixture
def trial(answerprint: Command, good: Path, tmp_path: Path) -> Trial:
    return Trial(answerprint, good, tmp_path)


def test_every_command_is_tried() -> None:
    tried = {tuple(one.arguments.split()[:2]) for one in READINGS}
    for group, app in (("script", script_app), ("plan", plan_app)):
        assert {(group, str(one.name)) for one in app.registered_commands} == {
            one for one in tried if one[0] == group
        }


@named(READINGS)
def test_every_command_takes_its_good_files(trial: Trial, reading: Reading) -> None:
    """Else the trials below would be refused for another reason than the file."""
    kinds = {"answers": b"", "reference": None, "plan file": PLAN_FILES["plan.toml"].encode()}
    for suffix in reading.suffixes:
        if reading.name == "reference":
            assert quietly(
                ["script", "analyse", trial.good / "film.fountain", "--reference", trial.good / "scripts",
                 "--save-reference", trial.good / "reference.json", "--force"]
            )[0] in (DONE, NEEDS_A_PERSON)  # fmt: skip
        source = {
            "availability": "availability.csv", "weather": "weather.csv", "board": "board.csv",
            "company": "company.toml", "actuals": "actuals.csv", "rates": "rates.toml",
            "risk rates": "rates.toml", "climate": "plan.toml", "history": "history.csv",
            "talent": "talent.dat", "reference": "reference.json", "moodboard likeness": "pictures/a.png",
            "schedule": "breakdown.json" if suffix == ".json" else "", "notes": "notes.csv",
            "begin a plan": "breakdown.json" if suffix == ".json" else "",
        }.get(reading.name) or ("schedule.json" if suffix == ".json" else f"film{suffix}")  # fmt: skip
        data = kinds.get(reading.name)
        if data is None:
            data = (trial.good / source).read_bytes()
        name = Path(source).name if reading.name == "notes" else f"good{suffix}"
        ran = trial(reading, name, data)
        few = reading.name == "reorder" and ran.error["code"] == "AP-SCRIPT-124"
        assert few or ran.code in (DONE, NEEDS_A_PERSON), (suffix, ran.out)


@named(READINGS)
def test_other_bytes_than_the_name_says(trial: Trial, reading: Reading) -> None:
    """Some for every command, a quarter of the rest in turn; the slow test below has all of them."""
    turn = READINGS.index(reading)
    for at, (name, data) in enumerate(anything().items()):
        if name in ("empty", "noise", "brackets", "xml-laughs") or (at + turn) % 4 == 0:
            trial(reading, name + reading.suffixes[0], data)


@pytest.mark.slow
@named(READINGS)
def test_other_bytes_under_every_name(trial: Trial, reading: Reading) -> None:
    for suffix in reading.suffixes:
        for name, data in anything().items():
            trial(reading, name + suffix, data)


@pytest.mark.parametrize("suffix", SCREENPLAYS)
def test_a_picture_is_no_screenplay(trial: Trial, suffix: str) -> None:
    for reading in SCRIPT_READINGS:
        if suffix in reading.suffixes:
            assert trial(reading, "picture" + suffix, picture()).code in (FAILED, NEEDS_A_PERSON)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-8-sig", "utf-8", "latin-1"])
def test_a_screenplay_reads_the_same_in_every_encoding(trial: Trial, encoding: str) -> None:
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    ran = trial(SCRIPT_READINGS[0], "film.fountain", mark + FILM.encode(encoding))
    assert [one["heading"] for one in ran.document["scenes"]] == [
        "INT. CAFÉ - KITCHEN - DAY", "EXT. LOCK - NIGHT", "INT. CAFÉ - KITCHEN - DAY"
    ]  # fmt: skip
    assert {one["name"] for one in ran.document["characters"]} == {"ZOË", "BEN"}


@named(READINGS)
def test_five_megabytes_in_one_line(trial: Trial, reading: Reading) -> None:
    suffix = reading.suffixes[0]
    kinds = {".json": "one-json-string", ".dat": "one-row-of-numbers", ".csv": "one-row-of-cells"}
    ran = trial(reading, "film" + suffix, endless_lines()[kinds.get(suffix, "one-line")])
    assert ran.code in (FAILED, USAGE), ran.out[:200]


@pytest.mark.slow
@named(READINGS)
def test_five_megabytes_of_anything_in_one_line(trial: Trial, reading: Reading) -> None:
    for name, data in endless_lines().items():
        if name.startswith("one-"):
            trial(reading, name + reading.suffixes[0], data)


@pytest.mark.slow
@named(READINGS)
@pytest.mark.parametrize("lines", ["long-lines", "long-headings", "long-speeches"])
def test_five_megabytes_of_lines_that_are_only_just_lines(
    good: Path, tmp_path: Path, reading: Reading, lines: str
) -> None:
    def installed(*arguments: str) -> Ran:
        done = subprocess.run([PROGRAM, *arguments], capture_output=True, timeout=HANGS, check=False)
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())

    Trial(installed, good, tmp_path)(reading, lines + reading.suffixes[0], endless_lines()[lines])


@pytest.mark.parametrize("suffix", [".pdf", ".fadein", ".fdx"])
def test_damaged_documents_are_mended_or_refused(trial: Trial, good: Path, suffix: str) -> None:
    for reading in (*SCRIPT_READINGS[:3], SCRIPT_READINGS[6], PLAN_READINGS[0]):
        for name, data in damaged(good, suffix).items():
            trial(reading, name + suffix, data)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".pdf", ".fadein", ".fdx"])
@named(tuple(one for one in READINGS if SCREENPLAYS[-1] in one.suffixes))
def test_damaged_documents_in_every_command(trial: Trial, good: Path, suffix: str, reading: Reading) -> None:
    for name, data in damaged(good, suffix).items():
        trial(reading, name + suffix, data)


def test_a_conversion_of_a_damaged_source_asks_for_a_person(trial: Trial, good: Path) -> None:
    whole = (good / "film.fdx").read_bytes()
    read, convert = SCRIPT_READINGS[:2]
    cut = whole[: whole.rfind(b"Later") + 5]
    assert trial(read, "cut.fdx", cut).code == NEEDS_A_PERSON
    ran = trial(convert, "cut.fdx", cut)
    assert ran.code == NEEDS_A_PERSON
    assert ran.document["written"] and ran.document["lost"] == []
    assert any("damaged" in one["message"] or "ends" in one["message"] for one in ran.document["questions"])
    assert trial(convert, "whole.fdx", whole).code == DONE


@pytest.mark.parametrize(
    ("pdf", "word"), [("locked", "password"), ("pictures-only", "text"), ("cut-3", "damaged")]
)
def test_what_is_wrong_with_a_pdf_is_said(trial: Trial, good: Path, pdf: str, word: str) -> None:
    data = poisoned_pdfs((good / "film.pdf").read_bytes())[pdf]
    for reading in (SCRIPT_READINGS[0], SCRIPT_READINGS[5]):
        ran = trial(reading, "film.pdf", data)
        assert ran.code == FAILED and word in f"{ran.error['message']} {ran.error['remedy']}"


def test_no_file_of_the_machine_is_read_into_a_script(trial: Trial) -> None:
    poison = anything()["xml-file"]
    for reading in SCRIPT_READINGS:
        ran = trial(reading, "film" + reading.suffixes[0], poison)
        assert "root:" not in ran.out


def test_a_page_of_parentheticals_ends(trial: Trial) -> None:
    lines = "".join(
        f'<Paragraph Type="Parenthetical"><Text>(pause {n})</Text></Paragraph>' for n in range(200)
    )
    document = (
        '<FinalDraft DocumentType="Script"><Content><Paragraph Type="Scene Heading"><Text>INT. SHED - DAY'
        '</Text></Paragraph><Paragraph Type="Character"><Text>ANNA</Text></Paragraph>'
        f"{lines}</Content></FinalDraft>"
    )
    ran = trial(SCRIPT_READINGS[0], "film.fdx", document.encode())
    assert ran.document["pages"] >= 4 and "pause 199" in ran.out


@named(READINGS)
def test_what_is_not_there_or_is_a_folder(
    answerprint: Command, good: Path, tmp_path: Path, reading: Reading
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    folder = tmp_path / f"folder{reading.suffixes[0]}"
    folder.mkdir()
    made = False
    for bad in (
        tmp_path / f"gone{reading.suffixes[0]}",
        folder,
        tmp_path / ("n" * 300 + reading.suffixes[0]),
    ):
        ran = answerprint(*reading.line(bad, good, out), "--json")
        # Answers to a breakdown need not be there yet; notes left out are findings.
        if not (reading.name in ("answers", "notes") and ran.code in (DONE, NEEDS_A_PERSON)):
            assert ran.code in (FAILED, USAGE), ran.out
            assert ran.error["file"] == str(bad) and ran.error["remedy"], ran.error
        made = made or ran.code in (DONE, NEEDS_A_PERSON)
        assert made or list(out.iterdir()) == []


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS refuses names that are not UTF-8")
def test_names_that_are_no_utf_8(answerprint: Command, good: Path, tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9 \xff")
    out = tmp_path / os.fsdecode(b"out \xfe")
    out.mkdir()
    good = Path(shutil.copytree(good, tmp_path / os.fsdecode(b"good \xfe")))
    for reading in READINGS:
        source = good / ("schedule.json" if reading.suffixes[0] == ".json" else f"film{reading.suffixes[0]}")
        bad = tmp_path / f"{name}{reading.suffixes[0]}"
        if source.is_file():
            shutil.copy(source, bad)
        line = reading.line(bad, good, out)
        for form in (line, [*line, "--json"]):
            ran = answerprint(*form)
            assert ran.code in range(5) and ran.out.encode() is not None
        if ran.code in (FAILED, USAGE) and ran.error["file"]:
            assert "caf\\xe9" in ran.error["file"] or "out" in ran.error["file"]


def test_a_file_that_may_not_be_read(good: Path, tmp_path: Path) -> None:
    setpriv = shutil.which("setpriv")
    if os.geteuid() == 0 and setpriv is None:
        pytest.skip("the superuser reads everything, and there is no setpriv to lay that down")
    lowered = [setpriv, "--bounding-set=-dac_override,-dac_read_search"] if setpriv else []
    before = lowered if os.geteuid() == 0 else []
    closed = tmp_path / "closed.fountain"
    closed.write_text(FILM)
    closed.chmod(0)
    for reading in (SCRIPT_READINGS[0], SCRIPT_READINGS[5], PLAN_READINGS[0]):
        line = reading.line(closed, good, tmp_path)
        done = subprocess.run(
            [*before, PROGRAM, *line, "--json"], capture_output=True, text=True, timeout=HANGS, check=False
        )
        error = json.loads(done.stdout)["error"]
        assert done.returncode in (FAILED, USAGE) and error["file"] == str(closed)


@pytest.mark.parametrize("writing", WRITINGS, ids=[one.name for one in WRITINGS])
def test_results_go_where_they_may_or_nowhere(
    answerprint: Command, good: Path, tmp_path: Path, writing: Reading
) -> None:
    source = tmp_path / f"source{writing.suffixes[0]}"
    shutil.copy(good / ("schedule.json" if writing.suffixes[0] == ".json" else "film.fountain"), source)
    original = source.read_bytes()
    line = [one for one in writing.line(source, good, tmp_path) if one != "--force"]
    at = next(place for place, one in enumerate(line) if one == str(tmp_path / "OUT"))

    def written_to(place: Path, *more: str) -> Ran:
        return answerprint(*line[:at], place, *line[at + 1 :], *more, "--json")

    for more in ((), ("--force",)):  # a file is in the way of the folder, or is the source itself
        ran = written_to(source, *more)
        assert ran.code in (FAILED, USAGE) and ran.error["remedy"], ran.out
        assert source.read_bytes() == original
    for place in (tmp_path / "no" / "such" / "OUT.pdf", source / "OUT.pdf", tmp_path / ("n" * 300 + ".pdf")):
        ran = written_to(place)
        if ran.code in (DONE, NEEDS_A_PERSON):  # a folder that is missing is made
            assert place.is_dir() and any(place.iterdir())
        else:
            assert ran.error["remedy"] and not list(tmp_path.rglob("*.part"))
    assert source.read_bytes() == original and good.joinpath("film.fountain").read_text() == FILM


@pytest.mark.parametrize(
    "writing",
    [
        pytest.param(
            one,
            id=one.name,
            marks=() if one.name in ("convert", "breakdown", "diff", "budget") else pytest.mark.slow,
        )
        for one in WRITINGS
    ],
)
def test_a_disk_without_room_leaves_nothing_half_written(
    good: Path, tmp_path: Path, writing: Reading
) -> None:
    """A limit on the size of files stands for the full disk: writing fails in the middle, as there."""
    name = "schedule.json" if writing.suffixes[0] == ".json" else "film.fountain"
    line = [one.replace("OUT", "OUT.fdx") for one in writing.line(good / name, good, tmp_path)]
    if writing.name == "diff":
        line = [one.replace("OUT.fdx", "OUT.html") for one in line]
    start = "import resource, sys; from answerprint.cli.main import run; "
    limit = "resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300)); sys.exit(run(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-B", "-c", start + limit, *line, "--json"],
        capture_output=True,
        text=True,
        timeout=HANGS,
        check=False,
    )
    ran = Ran(done.returncode, done.stdout, done.stderr)
    assert "Traceback" not in ran.err.partition("Exception ignored")[0], ran.err  # openpyxl tidies up aloud
    assert ran.code == FAILED and ran.error["code"] in ("AP-MEDIA-050", "AP-FORMAT-191")
    assert ran.error["remedy"]
    assert not [one for one in tmp_path.rglob("*") if one.is_file()]
