"""Files brought into a production: sorted, linked, never moved, never overwritten."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from productions import little_production

from answerprint.core.errors import UsageError
from answerprint.departments.script.reading import read_screenplay
from answerprint.formats.screenplays.registry import write_screenplay
from answerprint.pipeline.bringing import bring
from answerprint.pipeline.making import Making
from answerprint.pipeline.stages.scan import inputs_of
from answerprint.store.production import Production

SCRIPT = Path(__file__).resolve().parents[2] / "demo/script/the-late-post.fountain"


@pytest.fixture
def card(tmp_path: Path) -> Path:
    folder = tmp_path / "cards" / "A001"
    (folder / "CLIPS").mkdir(parents=True)
    for name in ("A001C001.mov", "CLIPS/A001C002.MXF", "T01.wav", "film.fountain", "log.csv", "what.xyz"):
        (folder / name).write_bytes(name.encode())
    (folder / ".hidden.mov").write_bytes(b"")
    return folder


def test_a_card_is_sorted_by_kind_and_keeps_its_name(tmp_path: Path, card: Path) -> None:
    root = tmp_path / "film"
    brought = {one.destination: one for one in bring(root, [card])}
    assert set(brought) == {
        "footage/A001/A001C001.mov",
        "footage/A001/CLIPS/A001C002.MXF",
        "sound/A001/T01.wav",
        "script/film.fountain",
        "script/log.csv",
        "",
    }
    assert brought[""].action == "left out" and ".xyz" in brought[""].reason
    link = root / "footage/A001/A001C001.mov"
    assert link.is_symlink() and link.read_bytes() == b"A001C001.mov"


def test_a_dry_run_writes_nothing(tmp_path: Path, card: Path) -> None:
    bring(tmp_path / "film", [card], dry_run=True)
    assert not (tmp_path / "film").exists()


def test_copies_are_whole_files_of_their_own(tmp_path: Path, card: Path) -> None:
    bring(tmp_path / "film", [card / "A001C001.mov"], copy=True)
    copied = tmp_path / "film/footage/A001/A001C001.mov"
    assert not copied.is_symlink() and copied.read_bytes() == b"A001C001.mov"
    assert [one.name for one in copied.parent.iterdir()] == ["A001C001.mov"]


def test_adding_the_same_card_twice_changes_nothing(tmp_path: Path, card: Path) -> None:
    root = tmp_path / "film"
    bring(root, [card])
    again = bring(root, [card])
    assert {one.action for one in again} == {"already there", "left out"}


def test_two_files_of_one_name_are_both_kept(tmp_path: Path, card: Path) -> None:
    other = tmp_path / "other" / "A001"
    other.mkdir(parents=True)
    (other / "A001C001.mov").write_bytes(b"another take entirely")
    root = tmp_path / "film"
    bring(root, [card, other])
    assert (root / "footage/A001/A001C001.mov").read_bytes() == b"A001C001.mov"
    assert (root / "footage/A001/A001C001-2.mov").read_bytes() == b"another take entirely"


@pytest.mark.parametrize(
    ("what", "code"),
    [("missing", "AP-USE-020"), ("empty", "AP-USE-022"), ("cards/A001/what.xyz", "AP-USE-023")],
)
def test_what_cannot_be_brought_is_named_with_its_code(
    tmp_path: Path, card: Path, what: str, code: str
) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError) as caught:
        bring(tmp_path / "film", [tmp_path / what])
    assert caught.value.code == code


def test_a_production_is_not_brought_into_itself(tmp_path: Path, card: Path) -> None:
    root = tmp_path / "film"
    bring(root, [card])
    with pytest.raises(UsageError) as caught:
        bring(root, [root / "footage"])
    assert caught.value.code == "AP-USE-021"


def test_a_pdf_is_a_screenplay_when_it_is_named_and_a_card_s_paper_when_it_is_not(
    tmp_path: Path, card: Path
) -> None:
    for name in ("readme.txt", "card.pdf", "draft.fdx"):
        (card / name).write_bytes(name.encode())
    brought = {Path(one.file).name: one.destination for one in bring(tmp_path / "film", [card])}
    assert (brought["draft.fdx"], brought["card.pdf"], brought["readme.txt"]) == ("script/draft.fdx", "", "")
    [named] = bring(tmp_path / "other film", [card / "card.pdf"])
    assert named.destination == "script/card.pdf"


@pytest.mark.parametrize("suffix", [".fdx", ".pdf"])
def test_the_demonstration_s_lines_are_the_same_from_any_format(tmp_path: Path, suffix: str) -> None:
    """So a production keeps its takes and decisions when the writer sends another kind of file."""
    source = read_screenplay(SCRIPT)
    other = tmp_path / f"script{suffix}"
    other.write_bytes(write_screenplay(source, suffix))
    assert [line.key for line in read_screenplay(other).lines()] == [line.key for line in source.lines()]


def test_papers_and_transcripts_in_the_script_folder_are_inputs_and_on_cards_they_are_not(
    tmp_path: Path,
) -> None:
    root = little_production(tmp_path / "film")
    for name in ("script/draft.pdf", "script/interview.json", "script/a.srt", "footage/A001/manual.pdf"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")
    making = cast(Making, SimpleNamespace(inputs=[], production=Production.open(root)))
    assert [path.name for path in inputs_of(making, ("script",))] == ["a.srt", "draft.pdf", "interview.json"]
