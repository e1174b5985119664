"""Review notes on the demonstration: as many proposals as notes, answered, carried out and taken back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
from productions import Made, copied

from answerprint.core.cut import Cut, Marker
from answerprint.core.errors import FormatError, UsageError
from answerprint.core.time import Range
from answerprint.formats.timelines.markers import KINDS, write_markers
from answerprint.formats.timelines.otio_file import write_otio_file
from answerprint.pipeline.answering import Answers
from answerprint.pipeline.cutting import cut_in
from answerprint.pipeline.noting import bring_notes, forget_notes, notes_of, written_notes
from answerprint.store.production import Production

SAID = ("use the other take", "lose this line", "trim 6 frames", "love it", "is the light too dark?")


@pytest.fixture
def film(demo: Made, tmp_path: Path) -> Path:
    return copied(demo, tmp_path / "film")


def last_cut(film: Path) -> Cut:
    with Production.open(film).catalogue() as catalogue:
        cut = catalogue.latest_cut()
    assert cut is not None
    return cut


def noted(film: Path, said: Sequence[str], kind: str = "resolve", name: str = "notes.edl") -> Path:
    """A file of notes, one on each of the first lines of the film."""
    cut = last_cut(film)
    markers = []
    for text, clip in zip(said, cut.tracks[1].clips, strict=False):
        frame = clip.record.start.frame(cut.rate) + 3
        markers.append(Marker(Range.of_ticks(frame, frame + 1, cut.rate), "Mira", text))
    file = film.parent / name
    file.write_bytes(write_markers(kind, msgspec.structs.replace(cut, markers=tuple(markers))))
    return file


def answer(film: Path, *, accept: str = "", undo: str = "") -> None:
    with Answers(Production.open(film)) as answers:
        decisions = [answers.prepare("accept", accept, by="Ada")] if accept else []
        answers.record(decisions, [answers.answered(undo).id] if undo else [])


def timeline(film: Path) -> bytes:
    made = cut_in(Production.open(film), workers=0)
    assert made.document.legality == ()
    return write_otio_file(made.cut, made.media)


def slots(film: Path) -> dict[str, tuple[str, Range]]:
    made = cut_in(Production.open(film), workers=0)
    return {clip.slot or "": (clip.asset, clip.source) for clip in made.cut.tracks[1].clips}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_file_gives_as_many_proposals_as_notes(film: Path, kind: str) -> None:
    suffix = {"premiere": "txt", "avid": "txt", "avid_xml": "xml", "frameio": "csv"}.get(kind, "edl")
    found = bring_notes(Production.open(film), noted(film, SAID, kind, f"notes.{suffix}"))
    assert (found.brought, found.new, len(found.notes)) == (5, 5, 5)
    again = bring_notes(Production.open(film), noted(film, SAID, kind, f"notes.{suffix}"))
    assert (again.brought, again.new, len(again.notes)) == (5, 0, 5)
    cut = last_cut(film)
    on = [f"take:{one.line}" for one in again.notes]
    assert on == [clip.slot for clip in cut.tracks[1].clips[:5]]


def test_the_same_note_twice_is_two_proposals(film: Path) -> None:
    cut = last_cut(film)
    marker = Marker(Range.of_ticks(9, 10, cut.rate), "Mira", "softer")
    file = film.parent / "twice.edl"
    file.write_bytes(write_markers("resolve", msgspec.structs.replace(cut, markers=(marker, marker))))
    found = bring_notes(Production.open(film), file)
    assert len({one.id for one in found.notes}) == 2


def test_accepting_does_what_a_note_asks_for_and_undoing_takes_it_back(film: Path) -> None:
    before, bytes_before = slots(film), timeline(film)
    found = bring_notes(Production.open(film), noted(film, SAID))
    other, gone, trimmed, kept, read = found.notes
    order = list(before)
    answer(film, accept=other.id)
    assert other.choice is not None
    assert slots(film)[order[0]][0] != before[order[0]][0]
    answer(film, accept=gone.id)
    assert order[1] not in slots(film)
    answer(film, accept=trimmed.id)
    now = slots(film)[order[2]]
    assert (now[1].duration - before[order[2]][1].duration).frame(last_cut(film).rate) == -6
    answer(film, accept=kept.id)
    answer(film, accept=read.id)
    assert read.effect == ()
    with Answers(Production.open(film)) as answers:
        decisions = answers.decisions()
    assert decisions[order[3]].answer == "lock"
    assert decisions[read.id].answer == "accept"
    assert timeline(film) != bytes_before
    for one in found.notes:
        answer(film, undo=one.id)
    assert timeline(film) == bytes_before
    assert notes_of(Production.open(film)).decisions == {}


def test_a_note_out_of_two_leaves_both_lines_out(film: Path) -> None:
    before = list(slots(film))
    found = bring_notes(Production.open(film), noted(film, ["lose this line", "lose this line"]))
    for one in found.notes:
        answer(film, accept=one.id)
    assert list(slots(film)) == before[2:]


def test_notes_are_written_where_their_lines_lie_now_and_forgotten(film: Path) -> None:
    production = Production.open(film)
    found = bring_notes(production, noted(film, SAID))
    answer(film, accept=found.notes[4].id)
    data, written = written_notes(production, "resolve")
    assert written == 4
    assert data.count(b"|C:Resolve") == 4
    assert forget_notes(production) == 4
    assert [one.id for one in notes_of(production).notes] == [found.notes[4].id]


def test_dry_run_and_what_is_no_file_of_notes(film: Path, tmp_path: Path) -> None:
    production = Production.open(film)
    bring_notes(production, noted(film, SAID), dry_run=True)
    assert notes_of(production).notes == ()
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("a,b\n1,2\n", "utf-8")
    with pytest.raises(FormatError, match="no notes"):
        bring_notes(production, wrong)
    with pytest.raises(UsageError, match="version 9"):
        bring_notes(production, noted(film, SAID), version=9)
