"""A screenplay beside others, and its scenes in another order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from planted_screenplays import Plan, screenplay
from script_commands import script

from answerprint.core.errors import ScriptError
from answerprint.departments.script.analysis.manuscript import read_manuscript
from answerprint.departments.script.comparing import compare, fitting_notes
from answerprint.departments.script.knowledge import chained, knowledge, story_days
from answerprint.departments.script.notes.records import Note
from answerprint.departments.script.reordering import reorderings
from answerprint.formats.screenplays.fountain import read_fountain


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "others"
    place.mkdir()
    for name, plan in {
        "twin": Plan(scenes=20, seed=4),
        "talky": Plan(scenes=20, seed=6, slow=(0, 20)),
        "short": Plan(scenes=4, seed=7),
    }.items():
        (place / f"{name}.fountain").write_text(screenplay(plan), encoding="utf-8")
    (place / "damaged.fountain").write_bytes(b"\0")
    return place


@pytest.fixture
def film(tmp_path: Path) -> Path:
    file = tmp_path / "film.fountain"
    file.write_text(screenplay(Plan(scenes=20, seed=4)), encoding="utf-8")
    return file


def test_the_twin_is_nearest_and_at_no_distance(film: Path, folder: Path) -> None:
    found = compare(read_fountain(film), film, folder, meaning="not available")
    assert found.screenplays[0].file == "twin.fountain" and found.screenplays[0].distance == 0
    assert found.screenplays[0].words == pytest.approx(1)
    assert all(one.distance > 0 and one.meaning is None for one in found.screenplays[1:])
    assert len(found.refused) == 1 and "damaged" in found.refused[0]


def test_with_a_model_scenes_are_paired_by_meaning(film: Path, folder: Path) -> None:
    def embed(texts: object) -> np.ndarray:
        rows = np.array([[len(text), text.count("e"), 1.0] for text in texts], np.float32)  # type: ignore[attr-defined]
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)

    found = compare(read_fountain(film), film, folder, embed=embed)
    twin = found.screenplays[0]
    assert found.meaning == "minilm" and twin.meaning == pytest.approx(1, abs=1e-3)
    assert twin.scenes and all(0 <= one.likeness <= 1.001 for one in twin.scenes)


def test_without_the_model_structure_is_still_compared(
    film: Path,
    folder: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("ANSWERPRINT_MODELS", str(tmp_path / "no models"))
    done = script(capfd, "compare", film, folder, "--json")
    assert done.code == 0
    assert done.document["meaning"] == "not available: answerprint models fetch minilm"
    assert done.document["screenplays"][0]["distance"] == 0
    assert "models fetch minilm" in script(capfd, "compare", film, folder).out


def test_an_old_note_on_the_like_passage_comes_back(film: Path) -> None:
    text = (
        film.read_text("utf-8") + "\nEXT. GLACIER - DAY\n\nThe icebreaker grinds through the frozen fjord.\n"
    )
    archive = [
        Note(text="How did the icebreaker get into the frozen fjord?", file="old.md", scene="9"),
        Note(text="The soufflé scene with the ambassador is charming.", file="old.md", scene="2"),
    ]
    found = fitting_notes(read_manuscript(read_fountain(text)), archive)
    assert [one.note.scene for one in found] == ["9"]
    assert "frozen fjord" in found[0].passage.text and found[0].likeness >= found[0].threshold


def test_a_folder_without_screenplays_is_refused(
    film: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert script(capfd, "compare", film, empty, "--json").document["error"]["code"] == "AP-SCRIPT-121"
    assert script(capfd, "compare", film, tmp_path / "none", "--json").code == 2
    (empty / "a.fountain").write_bytes(b"\0")
    assert script(capfd, "compare", film, empty, "--json").document["error"]["code"] == "AP-SCRIPT-122"


TWO_LINES = "".join(
    f"INT. {place} {number} - DAY\n\n{one} and {other} carry on.\n\n"
    f"{one}\nNumber {number} is done, I think.\n\n"
    for place, one, other in (("MILL", "ANNA", "BEN"), ("BARN", "CARA", "DORA"))
    for number in range(1, 6)
).replace("ANNA and", "Anna and")


def test_two_lines_that_never_meet_may_be_told_in_turns() -> None:
    found = reorderings(read_fountain(TWO_LINES), "a.fountain")
    (move,) = [one for one in found.moves if one.kind == "parallel"]
    assert move.scenes == ("6", "7", "8", "9", "10") and move.order[:4] == ("1", "6", "2", "7")
    assert move.reason and move.changes and len(move.checked) >= 3 and move.evidence
    assert 0 < move.confidence < 0.6


def test_no_suggestion_cuts_what_goes_on_without_a_break() -> None:
    text = TWO_LINES.replace("BARN 1 - DAY", "BARN 1 - CONTINUOUS")
    found = reorderings(read_fountain(text), "a.fountain")
    script_read = read_manuscript(read_fountain(text))
    assert sum(chained(one) for one in script_read.scenes) == found.chains == 1
    for move in found.moves:
        order = list(move.order)
        if "5" in order and "6" in order:
            assert order.index("6") == order.index("5") + 1


def test_nobody_speaks_of_what_they_have_not_learned() -> None:
    text = TWO_LINES.replace(
        "CARA\nNumber 1 is done",
        "ANNA\nThe Meridian sails tonight.\n\nCARA\nThe Meridian, then. Number 1 is done",
    ).replace("CARA\nNumber 4 is done", "CARA\nThe Meridian has sailed. Number 4 is done")
    known = knowledge(read_manuscript(read_fountain(text)))
    assert any(one.fact == "meridian" and one.who == "CARA" for one in known.references)
    order = list(range(10))
    assert known.broken(order) == []
    order.insert(0, order.pop(8))  # the scene that speaks of it comes first
    assert any("CARA would speak of “meridian”" in why for why in known.broken(order))


def test_days_do_not_run_backwards() -> None:
    text = "".join(
        f"EXT. FIELD {day} - {time}\n\nAnna digs.\n\nANNA\nDay {day}.\n\n"
        for day in range(1, 6)
        for time in ("DAY", "NIGHT")
    )
    play = read_manuscript(read_fountain(text))
    assert story_days(play) == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    found = reorderings(read_fountain(text), "a.fountain")
    for move in found.moves:
        days = [story_days(play)[int(number) - 1] for number in move.order]
        assert days == sorted(days)


def test_a_flashback_may_follow_the_scene_that_calls_it_up() -> None:
    text = TWO_LINES.replace("Number 2 is done", "Do you remember the Ostrava fire, and old Hollis?", 1)
    text += "INT. OSTRAVA - DAY (FLASHBACK)\n\nThe Ostrava burns. HOLLIS runs.\n\n"
    text += "HOLLIS\nThe Ostrava, all of it.\n"
    found = reorderings(read_fountain(text), "a.fountain")
    (move,) = [one for one in found.moves if one.kind == "flashback"]
    assert (move.scenes, move.after) == (("11",), "2") and "ostrava" in move.reason


def test_a_script_of_few_scenes_is_refused(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.fountain"
    file.write_text("INT. A - DAY\n\nWind.\n", encoding="utf-8")
    done = script(capfd, "reorder", file, "--json")
    assert (done.code, done.document["error"]["code"]) == (1, "AP-SCRIPT-124")
    with pytest.raises(ScriptError):
        reorderings(read_fountain(""), "a")
    file.write_text(TWO_LINES, encoding="utf-8")
    assert "told in turns" in script(capfd, "reorder", file).out
