"""Words struck on the paper of the demonstration, cut out of the film, and put back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from productions import Made, copied

from answerprint.core.errors import UsageError
from answerprint.formats.timelines.otio_file import write_otio_file
from answerprint.pipeline.answer_print import make_answer_print
from answerprint.pipeline.answering import Answers
from answerprint.pipeline.cutting import cut_in
from answerprint.pipeline.papering import Papered, Tighten, paper_in
from answerprint.store.production import Production


@pytest.fixture
def film(demo: Made, tmp_path: Path) -> Path:
    return copied(demo, tmp_path / "film")


def papered(film: Path, **more: object) -> Papered:
    paper = film / "paper.md"
    made = paper_in(Production.open(film), paper, workers=0, **more)  # type: ignore[arg-type]
    if not more.get("dry_run"):
        paper.write_text(made.text, "utf-8")
    return made


def timeline(film: Path) -> bytes:
    made = cut_in(Production.open(film), workers=0)
    assert made.document.legality == ()
    return write_otio_file(made.cut, made.media)


def strike(film: Path, item: int, first: int, count: int) -> str:
    """Strikes words of an item of the paper; its slot."""
    lines = (film / "paper.md").read_text("utf-8").splitlines()
    at = [place for place, line in enumerate(lines) if line.startswith("- ")][item]
    head, label, rest = lines[at].split("**", 2)
    text, anchor = rest.split(" {#", 1)
    words = text.split()
    words[first] = f"~~{words[first]}"
    words[first + count - 1] += "~~"
    lines[at] = f"{head}**{label}** {' '.join(words)} {{#{anchor}"
    (film / "paper.md").write_text("\n".join(lines), "utf-8")
    return anchor.split("}")[0]


def test_struck_words_are_cut_out_and_come_back(film: Path) -> None:
    before = papered(film)
    untouched = timeline(film)
    slot = strike(film, 1, 1, 2)
    after = papered(film)
    assert len(after.struck) == 1
    assert after.drafted.document.legality == ()
    parts = [clip for clip in after.drafted.cut.tracks[1].clips if clip.slot == slot]
    whole = next(clip for clip in before.drafted.cut.tracks[1].clips if clip.slot == slot)
    assert len(parts) == 2
    assert after.drafted.cut.frames < before.drafted.cut.frames
    assert whole.source.start == parts[0].source.start
    assert whole.source.end == parts[-1].source.end
    assert re.search(r"~~.+~~", after.text)
    again = papered(film)
    assert (again.edited, again.text) == (False, after.text)
    (film / "paper.md").write_text(after.text.replace("~~", ""), "utf-8")
    back = papered(film)
    assert back.text == before.text
    assert timeline(film) == untouched


def test_an_edit_of_words_is_taken_back_byte_for_byte(film: Path) -> None:
    before = papered(film)
    untouched = timeline(film)
    strike(film, 2, 0, 1)
    papered(film)
    assert timeline(film) != untouched
    back = papered(film, undo=True)
    assert back.text == before.text
    assert timeline(film) == untouched


def test_every_word_struck_is_the_line_left_out(film: Path) -> None:
    before = papered(film)
    lines = before.text.splitlines()
    item = next(line for line in lines if line.startswith("- ") and line.count(" ") > 3)
    text = item.split("**", 2)[2].split(" {#")[0].strip()
    (film / "paper.md").write_text(before.text.replace(text, f"~~{text}~~", 1), "utf-8")
    after = papered(film)
    assert len(after.removed) == 1
    assert after.drafted.document.legality == ()


def test_a_lock_keeps_the_parts_a_line_has(film: Path) -> None:
    papered(film)
    slot = strike(film, 1, 1, 2)
    papered(film)
    make_answer_print(Production.open(film), workers=2)
    with Answers(Production.open(film)) as answers:
        answers.record([answers.prepare("lock", slot, by="Ada")])
        assert len(answers.decisions()[slot].frozen["parts"]) == 2
    made = cut_in(Production.open(film), workers=0)
    assert made.document.legality == ()
    assert len([clip for clip in made.cut.tracks[1].clips if clip.slot == slot]) == 2
    strike(film, 1, 0, 1)
    with pytest.raises(UsageError, match="is locked"):
        papered(film)


def test_tightening_lists_what_went_and_gives_it_back(film: Path) -> None:
    before = papered(film)
    untouched = timeline(film)
    after = papered(film, tighten=Tighten(fillers=True))
    assert after.drafted.document.legality == ()
    if after.tightened:
        assert after.drafted.cut.frames < before.drafted.cut.frames
        kept = [line for line in after.text.splitlines() if "{#tight:" not in line]
        (film / "paper.md").write_text("\n".join(kept), "utf-8")
        back = papered(film)
        assert back.text == before.text
    assert timeline(film) == untouched


def test_a_strike_without_its_end_is_refused(film: Path) -> None:
    before = papered(film)
    (film / "paper.md").write_text(before.text.replace("** ", "** ~~", 1), "utf-8")
    with pytest.raises(UsageError, match="no end"):
        papered(film)
