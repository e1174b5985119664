"""Words, silences and fillers cut out of a reading: between words, in whole frames, nothing clipped."""

from __future__ import annotations

from fractions import Fraction

import msgspec
import pytest

from answerprint.core.records import Annotation, Asset, Track
from answerprint.core.time import Range, Time
from answerprint.departments.editorial.material import Material
from answerprint.departments.editorial.paper import PaperLine, read_words, struck_text, written_paper
from answerprint.departments.editorial.pieces import Piece
from answerprint.departments.editorial.tightening import fillers_of, tightenings
from answerprint.departments.editorial.word_cuts import (
    Tightening,
    WordEdit,
    as_frozen,
    cut_words,
    slot_of,
    word_edit,
    words_in,
)

RATE = Fraction(24)
TICKS = Fraction(16000)
TEXT = "I came to talk, I think, about the shed."
ASSET = Asset(id="a", name="a.mov", path="", size=1, kind="picture", container="mov", streams=())


def word(text: str, start: float, end: float, index: int | None, kind: str = "match") -> Annotation:
    return Annotation(
        start=round(start * 16000),
        end=round(end * 16000),
        label="line",
        text=text,
        value={"kind": kind, "index": index},
    )


SAID = [
    word(text, 10 + 0.4 * at, 10.3 + 0.4 * at, at)
    for at, text in enumerate(["i", "came", "to", "talk", "i", "think", "about", "the", "shed"])
]


def piece(*words: Annotation) -> Piece:
    track = Track(asset="a", name="words.1", rate=TICKS, annotations=words)
    source = Range.of_ticks(234, 234 + 96, RATE)  # 9.75 s to 13.75 s
    return Piece(
        id="take:line",
        label="1.1 HUGH",
        speaker="HUGH",
        text=TEXT,
        line="line",
        material=Material(asset=ASSET, words=track),
        source=source,
        frames=96,
        spoken=Range(Time.of_seconds(Fraction(10)), Time.of_seconds(Fraction(27, 2))),
        reason="",
    )


def parts_of(edit: WordEdit, *words: Annotation) -> list[tuple[float, float]]:
    made, _ = cut_words([piece(*(words or SAID))], edit, RATE)
    assert all(slot_of(one.id) == "take:line" for one in made)
    assert all(one.source.duration == Time(one.frames, RATE) for one in made)
    return [(float(one.source.start.seconds), float(one.source.end.seconds)) for one in made]


@pytest.mark.parametrize("struck", [(4, 5), (0,), (8,), (0, 1, 2), (3, 7), (2, 3, 4, 5, 6)])
def test_struck_words_go_and_no_other_is_clipped(struck: tuple[int, ...]) -> None:
    parts = parts_of(WordEdit({"take:line": struck}))
    for place, (start, end) in enumerate((10 + 0.4 * at, 10.3 + 0.4 * at) for at in range(9)):
        kept = sum(max(0.0, min(end, b) - max(start, a)) for a, b in parts)
        if place in struck:
            assert kept <= 0.021, place
        else:
            assert kept >= 0.3 - 0.021, place


def test_nothing_struck_leaves_the_piece_as_it_was() -> None:
    whole = piece(*SAID)
    assert cut_words([whole], WordEdit(), RATE) == ([whole], [])


def test_a_jump_is_told_for_every_join() -> None:
    seen = msgspec.structs.replace(
        piece(*SAID), material=Material(asset=ASSET, words=piece(*SAID).material.words)
    )
    made, told = cut_words([seen], WordEdit({"take:line": (4, 5)}), RATE)
    assert len(made) == 2
    assert [one.code for one in told] == ([] if not seen.seen else ["words.jump"])


def test_a_locked_piece_lies_in_its_parts() -> None:
    locked = msgspec.structs.replace(
        piece(*SAID), decided="locked", frozen={"parts": [["0", 30], ["5/2", 36]]}
    )
    made, _ = cut_words([locked], WordEdit({"take:line": (0,)}), RATE)
    assert [(one.source.start - locked.source.start, one.frames) for one in made] == [
        (Time(0, RATE), 30),
        (Time(60, RATE), 36),
    ]


def test_silences_are_shortened_between_words() -> None:
    said = [word("i", 10, 10.3, 0), word("came", 11.4, 11.7, 1), word("to", 11.9, 12.1, 2)]
    spoken = [(one, piece(*said).material.words.range_of(one)) for one in said]  # type: ignore[union-attr]
    found = tightenings(spoken, "a", silence=Fraction(1, 2))
    assert [(float(one.start), float(one.end), one.why) for one in found] == [(10.45, 11.25, "silence 1.1 s")]
    assert tightenings(spoken, "a", silence=None) == []


def test_fillers_and_words_said_again_go_but_the_lines_own_stay() -> None:
    said = [
        word("i", 10, 10.2, 0, "repeated"),
        word("came", 10.3, 10.5, 1, "repeated"),
        word("um", 10.8, 11.0, None, "inserted"),
        word("i", 11.2, 11.4, 0),
        word("came", 11.5, 11.7, 1),
        word("you", 11.9, 12.0, None, "inserted"),
        word("know", 12.0, 12.2, None, "inserted"),
        word("to", 12.4, 12.6, 2),
        word("like", 12.8, 13.0, 3),
    ]
    track = Track(asset="a", name="words.1", rate=TICKS, annotations=tuple(said))
    spoken = words_in(track, "line", Range.of_ticks(0, 20, Fraction(1)))
    found = tightenings(spoken, "a", silence=None, fillers=True)
    assert [one.why for one in found] == ["said again: i came um", "filler: you know"]
    assert [(round(float(one.start), 2), round(float(one.end), 2)) for one in found] == [
        (10.0, 11.1),
        (11.8, 12.3),
    ]


def test_a_language_has_its_own_fillers() -> None:
    assert ("äh",) in fillers_of("de-AT")
    assert fillers_of("xx") == fillers_of("en")


def test_a_word_edit_is_kept_in_a_decision_as_it_is() -> None:
    edit = WordEdit(
        {"take:line": (4, 5)},
        {"take:line": (Tightening(asset="a", start=Fraction(1, 3), end=Fraction(2), why="silence 1.7 s"),)},
    )
    from answerprint.core.proposals import Decision

    held = {"paper": Decision(proposal="paper", answer="accept", frozen=as_frozen(edit))}
    assert word_edit(held) == edit
    assert word_edit({}) == WordEdit()


def test_the_paper_shows_what_is_struck_and_reads_it_again() -> None:
    line = PaperLine(id="take:line", label="1.1 HUGH", text=TEXT, struck=(4, 5), tight=("silence 1.1 s",))
    paper = written_paper("A Film", [line], [])
    assert "I came to talk, ~~I think,~~ about the shed. {#take:line}" in paper
    assert "- **1.1 HUGH** silence 1.1 s {#tight:0:take:line}" in paper
    assert read_words(paper, [line], "paper.md") == ({"take:line": (4, 5)}, ())


@pytest.mark.parametrize(
    ("edited", "struck", "other"),
    [
        ("I came to talk, I think, about the shed.", (), ()),
        ("I came to talk, about the shed.", (4, 5), ()),
        ("~~I came~~ to talk, I think, about the shed.", (0, 1), ()),
        ("I came to talk, I think, about ~~the~~ shed.", (7,), ()),
        ("I came to chat, I think, about the shed.", (), ("1.1 HUGH",)),
        ("I came to talk, really, I think, about the shed.", (), ("1.1 HUGH",)),
    ],
)
def test_what_an_editor_does_to_a_line_is_understood(
    edited: str, struck: tuple[int, ...], other: tuple[str, ...]
) -> None:
    line = PaperLine(id="take:line", label="1.1 HUGH", text=TEXT)
    found, reworded = read_words(f"- **1.1 HUGH** {edited} {{#take:line}}\n", [line], "paper.md")
    assert found.get("take:line", ()) == struck
    assert reworded == other


def test_words_that_do_not_add_up_are_not_struck() -> None:
    assert struck_text("(quietly, to himself) Go on.", (0,)) == "(quietly, to himself) Go on."
