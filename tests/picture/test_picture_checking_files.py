"""`picture check` on files: places in timecode, one decode for all, pages, profiles, exit codes."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

import answerprint.cli.picture.check  # noqa: F401  # its import registers the command
from answerprint.cli.picture.app import app
from answerprint.core.errors import AnswerprintError, FormatError, MediaError, UsageError
from answerprint.departments.picture.checking.profiles import kinds, profile_named, profiles
from answerprint.media.encode import AudioSettings, Sound, VideoSettings, write_pictures
from answerprint.pipeline.picture.checking import check_file
from answerprint.pipeline.picture.checking_records import Check

RATE = Fraction(25)
SETTINGS = VideoSettings(preset="ultrafast", crf=12)


def landscape(seed: int) -> np.ndarray:
    draw = np.random.default_rng(seed)
    made = np.zeros((200, 500, 3), np.float32)
    for size in (1.2, 4, 12):
        made += cv2.GaussianBlur(draw.normal(0, 1, made.shape).astype(np.float32), (0, 0), size) * size
    return np.interp(made, (made.min(), made.max()), (30, 225)).astype(np.uint8)


def pan(count: int, seed: int = 5) -> list[np.ndarray]:
    wide = landscape(seed)
    return [np.ascontiguousarray(wide[40:136, 2 * number : 2 * number + 160]) for number in range(count)]


def tone(seconds: float, level: float) -> Sound:
    time = np.arange(round(48_000 * seconds)) / 48_000
    wave = (10 ** (level / 20) * np.sin(2 * np.pi * 997 * time)).astype(np.float32)
    return Sound([np.stack([wave, wave], axis=1)], AudioSettings())


def written(
    path: Path, pictures: list[np.ndarray], level: float = -23.0, rate: Fraction = RATE, **how: object
) -> Path:
    write_pictures(
        path,
        enumerate(pictures),
        rate,
        SETTINGS,
        sound=tone(len(pictures) / float(rate), level),
        **how,  # type: ignore[arg-type]
    )
    return path


def run(*arguments: object, code: int) -> dict:
    result = CliRunner().invoke(app, ["check", *map(str, arguments), "--json"])
    if isinstance(result.exception, AnswerprintError):
        raise result.exception
    assert result.exit_code == code, (result.output, result.exception)
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty pictures of a pan, then twenty that stand still, a pan again, and two that are black."""
    pictures = pan(120)
    pictures[60:80] = [pictures[59]] * 20
    pictures[100:102] = [np.zeros_like(pictures[0])] * 2
    path = tmp_path_factory.mktemp("broken") / "film.mov"
    return written(path, pictures, start_timecode="10:00:00:00")


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A profile that asks of small files what the broadcaster asks of large ones."""
    path = tmp_path_factory.mktemp("own") / "small.toml"
    path.write_text(
        'title = "Small"\nsource = "a test"\nbase = "broadcaster"\n[file]\nsizes = ["160x96"]\n'
        '[rules.frozen]\nlimit = 0.6\nseverity = "warning"\n'
    )
    return path


def test_faults_have_timecode_of_the_file_pictures_and_exact_seconds(broken: Path, own: Path) -> None:
    told = run(broken, "--profile", own, code=3)
    frozen = next(one for one in told["faults"] if one["kind"] == "frozen")
    assert (frozen["from"], frozen["to"]) == ("10:00:02:10", "10:00:03:05")
    assert (frozen["from_frame"], frozen["to_frame"]) == (60, 80)
    assert (frozen["from_seconds"], frozen["to_seconds"]) == ("12/5", "16/5")
    assert (frozen["severity"], frozen["by"], frozen["limit"]) == ("warning", "craft", 0.6)
    hole = next(one for one in told["faults"] if one["kind"] == "black")
    assert (hole["from_frame"], hole["to_frame"], hole["severity"]) == (100, 102, "problem")
    assert told["counts"]["problem"] == sum(one["severity"] == "problem" for one in told["faults"])
    assert told["facts"]["frames"] == 120
    assert {"frozen", "black"} <= set(told["kinds"])


def test_a_clean_film_at_its_level_is_clean(tmp_path: Path, own: Path) -> None:
    path = written(tmp_path / "clean.mov", pan(50), start_timecode="10:00:00:00")
    told = run(path, "--profile", own, code=0)
    assert [one for one in told["faults"] if one["severity"] != "note"] == []
    assert all(one["met"] for one in told["loudness"])


def test_loudness_is_the_sound_departments_verdict_with_its_source(tmp_path: Path, own: Path) -> None:
    path = written(tmp_path / "loud.mov", pan(50), -12.0, start_timecode="10:00:00:00")
    (one,) = [one for one in run(path, "--profile", own, code=3)["faults"] if one["kind"] == "loudness"]
    assert one["value"] == pytest.approx(-12, abs=0.2)
    assert "R 128" in one["source"]


def test_drop_frame_labels_are_the_files_own(tmp_path: Path, own: Path) -> None:
    rate = Fraction(30000, 1001)
    pictures = pan(90)
    pictures[40:42] = [np.zeros_like(pictures[0])] * 2
    path = written(tmp_path / "drop.mov", pictures, rate=rate, start_timecode="00:00:59;00")
    told = run(path, "--profile", own, code=3)
    hole = next(one for one in told["faults"] if one["kind"] == "black")
    assert hole["from"] == "00:01:00;12"  # two labels are skipped at the minute
    assert hole["from_seconds"] == "1001/750"
    assert any(one["kind"] == "rate" for one in told["faults"])


def test_pages_hold_a_still_of_each_fault_and_load_nothing(broken: Path, own: Path, tmp_path: Path) -> None:
    html, pdf = tmp_path / "qc.html", tmp_path / "qc.pdf"
    told = run(broken, "--profile", own, "--html", html, "--pdf", pdf, code=3)
    assert told["written"] == [str(html), str(pdf)]
    text = html.read_text("utf-8")
    placed = sum(one["from"] is not None for one in told["faults"])
    assert text.count("data:image/jpeg;base64,") == placed > 1
    assert "10:00:02:10" in text
    assert "http://" not in text.replace("http://www.w3.org", "")
    assert "<script" not in text
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf.read_bytes())
    said = "".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    assert "10:00:02:10" in said
    before = pdf.read_bytes()
    with pytest.raises(UsageError, match="AP-USE-074"):
        run(broken, "--profile", own, "--pdf", pdf, code=3)
    run(broken, "--profile", own, "--pdf", pdf, "--force", code=3)
    assert pdf.read_bytes() == before


def test_a_dry_run_writes_nothing_and_names_have_to_fit(broken: Path, own: Path, tmp_path: Path) -> None:
    told = run(broken, "--profile", own, "--html", tmp_path / "a.html", "--dry-run", code=3)
    assert told["written"] == []
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(UsageError, match="AP-USE-813"):
        run(broken, "--pdf", tmp_path / "a.html", code=2)
    with pytest.raises(UsageError, match="AP-USE-812"):
        run(code=2)


def test_subtitles_are_held_against_the_films_rate_and_length(
    broken: Path, own: Path, tmp_path: Path
) -> None:
    cues = tmp_path / "film.srt"
    cues.write_text(
        "1\n00:00:01,000 --> 00:00:01,100\nToo short to be read by anyone at all.\n\n"
        "2\n00:01:00,000 --> 00:01:02,000\nAfter the end.\n"
    )
    told = run(broken, "--profile", own, "--subtitles", cues, code=3)
    found = [one for one in told["faults"] if one["kind"] == "subtitles"]
    assert any(one["message"].startswith("shortest") for one in found)
    assert any("after the picture ends" in one["message"] for one in found)


def test_damage_is_named_with_its_place(tmp_path: Path, own: Path) -> None:
    path = written(tmp_path / "hurt.mp4", pan(100))
    data = bytearray(path.read_bytes())
    start = data.find(b"mdat")
    middle = start + (len(data) - start) // 2
    for at in range(middle, middle + 3000, 3):
        data[at] ^= 0x5A
    path.write_bytes(bytes(data))
    found = [one for one in check_file(path, str(own)).faults if one.kind == "damage"]
    assert found
    assert all(one.severity == "problem" for one in found)
    assert any(one.from_frame is not None for one in found)


def test_flashes_in_a_file_break_a_rule_that_is_named(tmp_path: Path, own: Path) -> None:
    pictures = pan(100)
    for number in range(20, 80):
        if number // 3 % 2:
            pictures[number] = np.full_like(pictures[number], 250)
    path = written(tmp_path / "flash.mov", pictures)
    told = check_file(path, str(own))
    (one,) = [one for one in told.faults if one.kind == "flash"]
    assert not {"over_exposed", "doubled", "blocking"} & set(told.kinds)  # the flashing brings them with it
    assert "BT.1702" in one.source
    assert one.by == "rule"
    assert abs((one.from_frame or 0) - 21) <= 1
    assert one.value == pytest.approx(4, abs=0.6)


@pytest.mark.parametrize("size", [(17, 9), (33, 31), (160, 96)])
@pytest.mark.parametrize("count", [1, 2])
def test_a_picture_or_two_of_any_size_are_checked(tmp_path: Path, size: tuple[int, int], count: int) -> None:
    path = tmp_path / "small.mkv"
    picture = cv2.resize(landscape(3), size)
    settings = VideoSettings(preset="ultrafast", pixel_format="yuv444p")
    write_pictures(path, ((number, picture) for number in range(count)), RATE, settings)
    told = check_file(path, "web")
    assert told.facts.frames == count
    seen = {"out_of_focus", "dropped", "doubled", "frozen", "flash", "bars", "banding", "stuck_pixel"}
    assert not seen & set(told.kinds)


def test_a_black_film_is_no_more_than_black(tmp_path: Path) -> None:
    path = tmp_path / "black.mp4"
    write_pictures(path, ((number, np.zeros((96, 160, 3), np.uint8)) for number in range(30)), RATE, SETTINGS)
    assert set(check_file(path, "web").kinds) <= {"black"}


def test_sound_alone_is_no_film_and_an_unknown_profile_is_named(tmp_path: Path, broken: Path) -> None:
    from answerprint.media.wave_writing import write_wave

    path = tmp_path / "sound.wav"
    write_wave(path, iter([np.zeros((4800, 2), np.float32)]), 48_000)
    with pytest.raises(MediaError, match="AP-MEDIA-085"):
        check_file(path, "web")
    with pytest.raises(UsageError, match="AP-USE-810"):
        check_file(broken, "nobody")


def test_profiles_name_their_sources_and_every_rule_has_a_severity() -> None:
    told = run("--list-profiles", code=0)["profiles"]
    assert {"festival", "web", "broadcaster"} <= set(told)
    for one in profiles().values():
        assert one.source
        assert set(one.rules) == set(kinds())
        assert all(rule.source or one.source for rule in one.rules.values() if rule.by == "rule")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("title = ", "AP-FORMAT-803"),
        ('title = "a"\nsource = "b"\n[rules.unheard]\nseverity = "note"\n', "AP-FORMAT-804"),
        ('title = "a"\nsource = "b"\n[file]\nrates = ["quick"]\n', "AP-FORMAT-804"),
        ('title = "a"\nsource = "b"\nbase = "nobody"\n', "AP-FORMAT-804"),
        ('title = "a"\nsource = "b"\n[rules]\nflash = 3\n', "AP-FORMAT-804"),
    ],
)
def test_a_profile_that_is_none_is_refused_by_name(tmp_path: Path, text: str, code: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(text)
    with pytest.raises(FormatError, match=code):
        profile_named(str(path))


def test_an_own_profile_takes_over_what_it_does_not_say(own: Path) -> None:
    mine, theirs = profile_named(str(own)), profiles()["broadcaster"]
    assert mine.file.rates == theirs.file.rates
    assert mine.rules["flash"] == theirs.rules["flash"]
    assert (mine.rules["frozen"].limit, mine.rules["frozen"].severity) == (0.6, "warning")


def test_what_is_told_is_the_same_every_time(broken: Path, own: Path) -> None:
    first, second = (check_file(broken, str(own)) for _ in range(2))
    assert isinstance(first, Check)
    assert first == second
