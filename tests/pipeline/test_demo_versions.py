"""What a second making does: answers carried out, neighbours alone made again, versions left as they were."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from productions import (
    DELIVERED,
    RATE,
    SAMPLE_RATE,
    Made,
    answer,
    begin_demo,
    copied,
    digests,
    heard,
    make,
    number,
    packets,
    seconds,
    steps_of,
    ticks_a_second,
)

from answerprint.departments.footage.steps import ShotsStep
from answerprint.departments.release import steps as release
from answerprint.pipeline.answering import Answers
from answerprint.pipeline.summary import SlotDocument
from answerprint.store.production import Production

LOGGING = {"probe", "inspect", "thumbnail", "shots", "looks", "listen", "voice", "readings", "screenplay"}
# AAC frames of 1024 samples overlap, and the encoder looks ahead: the last ones before an edit also hold
# what comes after it. The mix itself is cut to the sample.
AAC_OVERLAP = 3 * 1024
FEW = ("A001/A001C006.mp4", "A001/A001C007.mp4", "A002/A002C003.mp4", "sound/SR01/SR01-T03.wav")


@pytest.fixture(scope="module")
def answered(demo: Made, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The demonstration made again with its opening locked and one take replaced."""
    root = copied(demo, tmp_path_factory.mktemp("answered") / "film")
    answer(root, lock=["opening"], replace=[("2.1", "1")])
    return Made(root, make(root))


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Four files of the demonstration, made by two workers, answered, and made again by them."""
    root = begin_demo(tmp_path_factory.mktemp("few") / "film", FEW)
    first = make(root, workers=2)
    assert first.version is not None and first.version.version == "v001"
    answer(root, lock=["opening"], replace=[("1.4", "1")])
    return Made(root, make(root, workers=2))


def test_unchanged_production_makes_no_version_and_runs_nothing(demo: Made, tmp_path: Path) -> None:
    root = copied(demo, tmp_path / "film")
    before = digests(root / "out/v001")
    again = make(root)
    assert (again.steps.ran, again.ran, again.new_version) == (0, (), False)
    assert again.steps.reused == demo.summary.steps.ran + demo.summary.steps.reused
    assert again.version == demo.version
    assert digests(root / "out/v001") == before
    assert [one.name for one in sorted((root / "out").iterdir())] == ["latest", "v001"]


def test_replacing_a_take_rebuilds_its_neighbours_alone(demo: Made, answered: Made) -> None:
    ran = steps_of(answered.summary.ran)
    assert not set(ran) & LOGGING
    replaced = answered.slot("2.1")
    assert ran["clip_sound"] == {f"{replaced.id}/A1"}
    assert ran["still"] == {replaced.id}
    # Picture by picture from each slot's own start: a longer take moves what follows, and changes none of it.
    shown = [_packets_of_slots(made) for made in (demo, answered)]
    changed = {slot for slot, pictures in shown[1].items() if shown[0].get(slot) != pictures}
    slots = [one.id for one in answered.version.slots]
    place = slots.index(replaced.id)
    neighbours = set(slots[place - 1 : place + 2])
    assert replaced.id in changed <= neighbours
    assert len(ran["segment"]) <= len(neighbours)


def test_replaced_take_is_the_one_that_was_asked_for(demo: Made, answered: Made) -> None:
    replaced = answered.slot("2.1")
    assert (replaced.asset, replaced.decided) == (demo.slot("2.1").alternates[0].asset, "replaced")
    first, second = (
        [(one.id, one.asset, one.range) for one in made.version.slots if one.id != replaced.id]
        for made in (demo, answered)
    )
    assert first == second


def test_locked_opening_comes_out_byte_identical(demo: Made, answered: Made) -> None:
    before, after = demo.version.slots[0], answered.version.slots[0]
    assert after.decided == "locked"
    assert (after.asset, after.range, after.record) == (before.asset, before.range, before.record)
    assert after.gain_db == before.gain_db
    films = [demo.output("rough-cut.mp4"), answered.output("rough-cut.mp4")]
    end = seconds(before.record.end) * ticks_a_second(films[0])
    old, new = ([one for one in packets(film) if one[0] < end] for film in films)
    assert len(old) == number(before.record.end)
    assert old == new
    samples = int(seconds(before.record.end) * SAMPLE_RATE) - AAC_OVERLAP
    first, second = (heard(film)[:samples] for film in films)
    assert np.array_equal(first, second) and np.abs(first).max() > 0.01


def test_new_version_stands_beside_the_old_one_and_says_what_changed(demo: Made, answered: Made) -> None:
    assert answered.summary.new_version and answered.version.version == "v002"
    assert digests(answered.root / "out/v001") == digests(demo.root / "out/v001")
    assert (answered.root / "out/latest").resolve() == (answered.root / "out/v002").resolve()
    replaced = answered.slot("2.1")
    at = re.escape(str(replaced.record.start.timecode))
    told = [change for change in answered.version.changes if " instead of " in change]
    assert len(told) == 1
    assert re.search(rf"^{at}: {Path(replaced.file).name} instead of", told[0])
    assert Path(demo.slot("2.1").file).name in told[0]
    assert told[0] in answered.output("report.html").read_text("utf-8")


def test_answers_lie_beside_the_production_for_people_to_read(answered: Made) -> None:
    text = (answered.root / "decisions.toml").read_text("utf-8")
    assert text.count("\n[[decision]]\n") == 2
    assert 'answer = "lock"' in text and 'answer = "replace"' in text
    assert answered.version.slots[0].id in text and answered.slot("2.1").asset in text


def test_carried_out_answers_stay_carried_out(answered: Made, tmp_path: Path) -> None:
    again = make(copied(answered, tmp_path / "film"))
    assert (again.steps.ran, again.new_version) == (0, False)
    assert again.version == answered.version


def test_taking_answers_back_gives_the_first_film_again(demo: Made, answered: Made, tmp_path: Path) -> None:
    root = copied(answered, tmp_path / "film")
    with Answers(Production.open(root)) as answers:
        answers.record([], undone=list(answers.decisions()))
    again = Made(root, make(root))
    assert set(steps_of(again.summary.ran)) <= {"report"}
    assert again.version.version == "v003" and again.version.slots == demo.version.slots
    made, before = digests(root / "out/v003"), digests(root / "out/v001")
    assert {name: made[name] for name in DELIVERED} == {name: before[name] for name in DELIVERED}


def test_everything_comes_out_again_from_the_answers_alone_and_in_one_process(
    few: Made, tmp_path: Path
) -> None:
    """Nothing is kept but decisions.toml and out/; one process does what workers did. No byte differs."""
    root = copied(few, tmp_path / "film")
    shutil.rmtree(root / ".answerprint")
    shutil.move(root / "out", tmp_path / "out")
    again = Made(root, make(root))
    assert again.summary.steps.reused == 0
    assert again.version.slots == few.version.slots
    assert {one.decided for one in again.version.slots} >= {"locked", "replaced"}
    made, before = digests(root / "out/v001"), digests(tmp_path / "out/v002")
    assert {name: made[name] for name in DELIVERED} == {name: before[name] for name in DELIVERED}


def test_versions_are_not_overwritten_when_the_catalogue_was_deleted(few: Made, tmp_path: Path) -> None:
    """The same version is known again; another one gets the next number."""
    root = copied(few, tmp_path / "film")
    before = [digests(root / "out" / version) for version in ("v001", "v002")]
    (root / ".answerprint/catalogue.sqlite").unlink()
    again = Made(root, make(root))
    assert (again.version.version, again.summary.new_version) == ("v002", False)
    (root / ".answerprint/catalogue.sqlite").unlink()
    (root / "decisions.toml").unlink()
    other = Made(root, make(root))
    assert (other.version.version, other.summary.new_version) == ("v003", True)
    assert [digests(root / "out" / version) for version in ("v001", "v002")] == before


def test_deleted_version_folder_is_written_again(few: Made, tmp_path: Path) -> None:
    root = copied(few, tmp_path / "film")
    before = digests(root / "out/v002")
    (root / "out/v002/rough-cut.edl").unlink()
    again = make(root)
    assert (again.steps.ran, again.new_version) == (0, False)
    assert digests(root / "out/v002") == before


def test_raised_version_runs_that_step_and_stops_where_its_output_is_the_same(
    few: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = copied(few, tmp_path / "film")
    monkeypatch.setattr(ShotsStep, "version", ShotsStep.version + 1)
    again = Made(root, make(root))
    ran = steps_of(again.summary.ran)
    assert set(ran) == {"shots", "report"}  # the page says which version of each step ran
    assert len(ran["shots"]) == 3  # the picture files
    assert again.version.slots == few.version.slots
    assert {one.decided for one in again.version.slots} >= {"locked", "replaced"}
    made, before = digests(again.output("rough-cut.mp4").parent), digests(few.output("rough-cut.mp4").parent)
    assert {name: made[name] for name in DELIVERED} == {name: before[name] for name in DELIVERED}


def test_raised_version_with_another_output_runs_what_reads_it(
    few: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = copied(few, tmp_path / "film")
    monkeypatch.setattr(release.StillStep, "version", release.StillStep.version + 1)
    monkeypatch.setattr(release, "STILL_WIDTH", 64)
    again = Made(root, make(root))
    assert set(steps_of(again.summary.ran)) == {"still", "report"}
    assert again.summary.new_version
    assert [one.decided for one in again.version.slots] == [one.decided for one in few.version.slots]
    made, before = digests(again.output("report.html").parent), digests(few.output("report.html").parent)
    assert {name: made[name] for name in DELIVERED} == {name: before[name] for name in DELIVERED}
    assert made["report.html"] != before["report.html"]


@pytest.mark.slow
def test_whole_demonstration_is_made_again_from_its_answers_alone(answered: Made, tmp_path: Path) -> None:
    root = copied(answered, tmp_path / "film")
    shutil.rmtree(root / ".answerprint")
    again = Made(root, make(root, workers=2))
    made, before = digests(again.output("rough-cut.mp4").parent), digests(answered.root / "out/v002")
    assert {name: made[name] for name in DELIVERED} == {name: before[name] for name in DELIVERED}


def _packets_of_slots(made: Made) -> dict[str, dict[int, bytes]]:
    """Slot → its picture packets, by frame from the slot's start."""
    film = made.output("rough-cut.mp4")
    ticks = ticks_a_second(film)
    coded = {int(pts / ticks * RATE): data for pts, data in packets(film)}
    return {
        one.id: {frame - min(_frames(one)): coded[frame] for frame in _frames(one)}
        for one in made.version.slots
    }


def _frames(slot: SlotDocument) -> set[int]:
    return set(range(number(slot.record.start), number(slot.record.end)))
