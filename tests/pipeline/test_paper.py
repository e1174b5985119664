"""Paper edits on the demonstration: lines struck, moved and put back on the paper, and the film cut so."""

from __future__ import annotations

from pathlib import Path

import pytest
from productions import Made, answer, copied

from answerprint.core.cut import Cut
from answerprint.core.errors import UsageError
from answerprint.formats.timelines.otio_file import write_otio_file
from answerprint.pipeline.cutting import cut_in
from answerprint.pipeline.papering import Papered, paper_in
from answerprint.store.production import Production


@pytest.fixture
def film(demo: Made, tmp_path: Path) -> Path:
    return copied(demo, tmp_path / "film")


def papered(film: Path, **more: bool) -> Papered:
    """`answerprint paper`: what is in paper.md carried out, and the paper written anew."""
    paper = film / "paper.md"
    made = paper_in(Production.open(film), paper, workers=0, **more)
    if not more.get("dry_run"):
        paper.write_text(made.text, "utf-8")
    return made


def timeline(film: Path) -> bytes:
    made = cut_in(Production.open(film), workers=0)
    return write_otio_file(made.cut, made.media)


def order(cut: Cut) -> list[str]:
    return [clip.slot or "" for clip in cut.tracks[1].clips]


def edited(film: Path, *, gone: tuple[int, ...] = (), move: tuple[int, int] | None = None) -> None:
    """Deletes items of the paper by their place, and moves one to stand after another."""
    lines = (film / "paper.md").read_text("utf-8").splitlines()
    items = [at for at, line in enumerate(lines) if line.startswith("- ")]
    if move is not None:
        text, after = lines[items[move[0]]], items[move[1]]
        lines.insert(after + 1, text)
        del lines[items[move[0]] + (items[move[0]] > after)]
    for place in sorted(gone, reverse=True):
        del lines[items[place]]
    (film / "paper.md").write_text("\n".join(lines), "utf-8")


def test_three_lines_struck_and_one_moved_and_all_of_it_taken_back(film: Path) -> None:
    before = papered(film)
    untouched, text = timeline(film), before.text
    was = order(before.drafted.cut)
    assert not before.edited
    edited(film, gone=(1, 4, 7), move=(9, 10))
    after = papered(film)
    kept = [id for place, id in enumerate(was) if place not in (1, 4, 7)]
    moved = was[9]
    kept.remove(moved)
    kept.insert(kept.index(was[10]) + 1, moved)
    assert order(after.drafted.cut) == kept
    assert (len(after.removed), len(after.moved), after.restored) == (3, 1, ())
    assert after.drafted.document.legality == ()
    assert timeline(film) != untouched
    again = papered(film)
    assert not again.edited
    assert order(again.drafted.cut) == kept
    back = papered(film, undo=True)
    assert back.text == text
    assert timeline(film) == untouched


def test_a_line_left_out_comes_back(film: Path) -> None:
    was = papered(film)
    edited(film, gone=(2,))
    out = papered(film)
    assert out.text.split("## Left out")[1].count("{#") == 1
    head, left = (film / "paper.md").read_text("utf-8").split("## Left out")
    place = head.index("- ", head.index("## Scene 1"))
    (film / "paper.md").write_text(head[:place] + left.strip() + "\n" + head[place:], "utf-8")
    back = papered(film)
    assert back.restored == out.removed
    assert sorted(order(back.drafted.cut)) == sorted(order(was.drafted.cut))


def test_a_dry_run_changes_nothing(film: Path) -> None:
    papered(film)
    untouched = timeline(film)
    edited(film, gone=(2,))
    told = papered(film, dry_run=True)
    assert len(told.removed) == 1
    (film / "paper.md").unlink()
    assert timeline(film) == untouched


def test_a_locked_line_stays(film: Path) -> None:
    papered(film)
    answer(film, lock=["opening"])
    edited(film, gone=(0,))
    with pytest.raises(UsageError, match="AP-USE-554"):
        papered(film)


@pytest.mark.parametrize(
    ("was", "becomes", "code"),
    [
        ("{#take:", "{take:", "AP-USE-551"),
        ("{#take:", "{#take:x", "AP-USE-553"),
    ],
)
def test_a_paper_that_cannot_be_read_changes_nothing(film: Path, was: str, becomes: str, code: str) -> None:
    papered(film)
    untouched = timeline(film)
    text = (film / "paper.md").read_text("utf-8").replace(was, becomes, 1)
    (film / "paper.md").write_text(text, "utf-8")
    with pytest.raises(UsageError, match=code):
        papered(film)
    assert (film / "paper.md").read_text("utf-8") == text
    assert timeline(film) == untouched


def test_a_line_that_stands_twice_and_words_that_changed_are_told(film: Path) -> None:
    papered(film)
    text = (film / "paper.md").read_text("utf-8")
    item = next(line for line in text.splitlines() if line.startswith("- "))
    (film / "paper.md").write_text(text.replace(item, f"{item}\n{item}", 1), "utf-8")
    with pytest.raises(UsageError, match="AP-USE-552"):
        papered(film)
    (film / "paper.md").write_text(text.replace("island boat", "island ferry", 1), "utf-8")
    assert len(papered(film).reworded) == 1
