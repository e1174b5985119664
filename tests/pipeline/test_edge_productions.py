"""Odd productions: each is made, or refused with a code; none ends the program otherwise."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from productions import little_film, little_production, little_sound, make, number, shown

from answerprint.core.errors import UsageError
from answerprint.pipeline.answer_print import STAGES
from answerprint.pipeline.bringing import bring
from answerprint.pipeline.standing import standing_of
from answerprint.pipeline.summary import Summary, VersionSummary
from answerprint.store.production import Production

SCREENPLAY = "INT. OFFICE - DAY\n\nTOM\nIs this the office?\n"


def version(summary: Summary) -> VersionSummary:
    assert summary.version is not None
    return summary.version


def jobs(root: Path) -> set[tuple[str, str]]:
    """Step and subject of every job that `status` shows."""
    return {(one.step, one.subject) for one in standing_of(Production.open(root)).jobs}


def codes(summary: Summary) -> list[str]:
    return [one.code for one in version(summary).findings]


def test_empty_production_is_refused_with_a_code(tmp_path: Path) -> None:
    root = little_production(tmp_path / "film")
    with pytest.raises(UsageError) as caught:
        make(root)
    assert caught.value.code == "AP-USE-040" and caught.value.remedy
    assert list((root / "out").iterdir()) == []


def test_sound_in_which_nobody_speaks_is_an_empty_cut_that_says_so(tmp_path: Path) -> None:
    root = little_production(tmp_path / "film")
    little_sound(root / "sound/T01.wav", 2)
    made = make(root)
    assert made.steps.failed == () and version(made).slots == ()
    assert any("the cut is empty" in one for one in made.needs)
    assert [one.file for one in version(made).excluded] == ["sound/T01.wav"]
    assert "rough-cut.mp4" not in made.outputs and "rough-cut.otio" in made.outputs


def test_speech_without_picture_is_a_string_out_of_sound(tmp_path: Path, shared_data: Path) -> None:
    root = little_production(tmp_path / "film")
    bring(root, [shared_data / "speech/jfk.flac"])
    made = make(root)
    assert {one.file for one in version(made).slots} == {"sound/speech/jfk.flac"}
    loudness = version(made).loudness
    assert loudness is not None and loudness.integrated == pytest.approx(loudness.target, abs=0.5)


def test_picture_alone_becomes_a_silent_film(tmp_path: Path) -> None:
    root = little_production(tmp_path / "film")
    little_film(root / "footage/A/one.mp4", 30, sound=False)
    little_film(root / "footage/A/two.mp4", 20, sound=False, place=2)
    made = make(root)
    assert [one.file for one in version(made).slots] == ["footage/A/one.mp4", "footage/A/two.mp4"]
    assert version(made).loudness is None
    frames = version(made).duration.frame
    assert frames == sum(number(one.record.end) - number(one.record.start) for one in version(made).slots)
    shown(Path(made.outputs["rough-cut.mp4"]), [0, frames - 1])


def test_clip_of_one_frame_is_no_failure_and_its_absence_is_said(tmp_path: Path) -> None:
    root = little_production(tmp_path / "film")
    little_film(root / "footage/one.mp4", 1, sound=False)
    little_film(root / "footage/two.mp4", 30, sound=False, place=2)
    made = make(root)
    assert made.steps.failed == ()
    assert [one.file for one in version(made).slots] == ["footage/two.mp4"]
    assert [one.file for one in version(made).excluded] == ["footage/one.mp4"]


def test_production_of_a_damaged_file_alone_says_so(tmp_path: Path) -> None:
    root = little_production(tmp_path / "film")
    path = little_film(root / "footage/whole.mp4", 50)
    data = path.read_bytes()
    path.unlink()
    torn = Path(os.fsdecode(os.fsencode(root) + b"/footage/torn \xff.mp4"))
    torn.write_bytes(data[:400])
    made = make(root)
    assert version(made).slots == () and made.steps.failed
    told = [one for one in made.needs if r"torn \xff.mp4" in one]
    assert len(told) == 1 and "failed" in told[0]  # the same trouble of several steps is said once
    for path in made.outputs.values():
        assert os.fsencode(tmp_path) not in Path(path).read_bytes()


def test_screenplay_without_dialogue_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    root = little_production(tmp_path / "film")
    little_film(root / "footage/one.mp4")
    (root / "script/silent.fountain").write_text("INT. OFFICE - DAY\n\nNobody speaks.\n", "utf-8")
    made = make(root)
    assert version(made).kind == "string-out in source order"
    assert "script.silent" in codes(made) and made.needs_a_person
    assert len(version(made).slots) == 1


def test_language_nobody_here_understands_is_named(tmp_path: Path) -> None:
    root = little_production(tmp_path / "film", language="fi")
    little_film(root / "footage/one.mp4")
    (root / "script/film.fountain").write_text(SCREENPLAY, "utf-8")
    made = make(root)
    assert "speech.language" in codes(made) and made.needs_a_person
    assert [one.text for one in version(made).missing] == ["Is this the office?"]


def test_of_two_screenplays_the_last_is_read_and_both_are_said(tmp_path: Path) -> None:
    root = little_production(tmp_path / "film")
    little_film(root / "footage/one.mp4")
    (root / "script/draft1.fountain").write_text(SCREENPLAY, "utf-8")
    (root / "script/draft2.fountain").write_text(SCREENPLAY.replace("office", "harbour"), "utf-8")
    made = make(root)
    assert [one.text for one in version(made).missing] == ["Is this the harbour?"]
    (said,) = (one for one in version(made).findings if "screenplays" in one.message)
    assert "draft2.fountain" in said.message


def test_line_that_nobody_speaks_is_missing(tmp_path: Path) -> None:
    root = little_production(tmp_path / "film")
    little_film(root / "footage/one.mp4", 60)
    (root / "script/film.fountain").write_text(SCREENPLAY, "utf-8")
    made = make(root)
    assert version(made).slots == ()
    assert [one.label for one in version(made).missing] == ["1.1 TOM"]
    assert made.needs_a_person


def test_screenplay_and_pictures_without_any_sound(tmp_path: Path) -> None:
    root = little_production(tmp_path / "film")
    little_film(root / "footage/one.mp4", sound=False)
    (root / "script/film.fountain").write_text(SCREENPLAY, "utf-8")
    made = make(root)
    assert "speech.none" in codes(made) and made.needs_a_person
    assert len(version(made).missing) == 1


def test_file_that_is_there_twice_is_used_once_and_said(tmp_path: Path) -> None:
    root = little_production(tmp_path / "film")
    first = little_film(root / "footage/A/one.mp4")
    (root / "footage/B").mkdir()
    shutil.copyfile(first, root / "footage/B/again.mp4")
    made = make(root)
    assert [one.file for one in version(made).slots] == ["footage/A/one.mp4"]
    (said,) = (one for one in version(made).findings if one.code == "file.twice")
    assert "again.mp4" in said.message and "one.mp4" in said.message


def test_footage_that_is_off_line_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    root = little_production(tmp_path / "film")
    little_film(root / "footage/A/one.mp4")
    (root / "footage/A/two.mp4").symlink_to(tmp_path / "unplugged/two.mp4")
    made = make(root)
    assert any("two.mp4" in one for one in made.needs)
    assert [one.file for one in version(made).slots] == ["footage/A/one.mp4"]


def test_footage_that_all_is_off_line_is_no_crash(tmp_path: Path) -> None:
    root = little_production(tmp_path / "film")
    (root / "footage/two.mp4").symlink_to(tmp_path / "unplugged/two.mp4")
    made = make(root)
    assert any("two.mp4" in one for one in made.needs)


def test_footage_that_comes_back_on_line_is_used(tmp_path: Path) -> None:
    root = little_production(tmp_path / "film")
    little_film(root / "footage/A/one.mp4")
    (root / "footage/A/two.mp4").symlink_to(tmp_path / "drive/two.mp4")
    make(root)
    little_film(tmp_path / "drive/two.mp4", place=2)
    made = make(root)
    assert version(made).version == "v002"
    assert [one.file for one in version(made).slots] == ["footage/A/one.mp4", "footage/A/two.mp4"]
    assert any("two.mp4 is new" in one for one in version(made).changes)


def test_footage_that_was_taken_away_leaves_the_cut(tmp_path: Path) -> None:
    root = little_production(tmp_path / "film")
    little_film(root / "footage/A/one.mp4")
    two = little_film(root / "footage/A/two.mp4", place=2)
    make(root)
    everything = jobs(root)
    two.unlink()
    made = make(root, until="log")
    assert {step for step, _ in everything} == {step for step, _ in jobs(root)}  # later stages: not asked yet
    made = make(root)
    assert [one.file for one in version(made).slots] == ["footage/A/one.mp4"]
    assert any("two.mp4 is gone" in one for one in version(made).changes)
    probed = {subject for step, subject in jobs(root) if step == "probe"}
    assert probed == {version(made).slots[0].asset} < {subject for step, subject in everything}


def test_renamed_footage_is_not_logged_again(tmp_path: Path) -> None:
    root = little_production(tmp_path / "film")
    path = little_film(root / "footage/A/one.mp4")
    make(root)
    path.rename(path.with_name("slate 1A take 1.mp4"))
    made = make(root)
    logged = ("probe", "inspect", "shots", "looks", "listen", "voice", "thumbnail", "segment", "clip_sound")
    assert not [node for node in made.ran if node.startswith(logged)]
    assert version(made).slots[0].file == "footage/A/slate 1A take 1.mp4"


def test_every_stage_can_be_the_last_and_the_next_goes_on_from_it(tmp_path: Path) -> None:
    root = little_production(tmp_path / "film")
    little_film(root / "footage/A/one.mp4")
    little_sound(root / "sound/T01.wav", 1, place=3)
    ran: list[str] = []
    for stage in STAGES:
        made = make(root, until=stage)
        assert made.stage == stage
        assert not set(made.ran) & set(ran), stage
        ran += made.ran
        assert bool(made.outputs) == (stage == "report")
    once = little_production(tmp_path / "at once")
    for path in ("footage/A/one.mp4", "sound/T01.wav"):
        (once / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / path, once / path)
    whole = make(once)
    assert set(whole.ran) == set(ran)
    assert version(whole).slots == version(made).slots
    for name in ("rough-cut.mp4", "rough-cut.otio", "rough-cut.edl"):
        assert Path(whole.outputs[name]).read_bytes() == Path(made.outputs[name]).read_bytes()
