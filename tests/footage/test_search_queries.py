"""What an editor types, as clauses: understood, shown, and typed again to the same clauses."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerprint.departments.footage.search.parsing import parse
from answerprint.departments.footage.search.query import Query
from answerprint.departments.footage.search.reading import pieces_of, query_of, seconds_of
from answerprint.departments.footage.search.vocabulary import (
    TERMS,
    colours_named,
    labels_of_core,
    vocabulary,
    words_of,
)


class Names:
    """A production's names and words, for the parser."""

    sees = False
    labels: ClassVar = {"dog": [("things.1", "")], "mara": [("faces.1", "")], "anna": [("speakers.1", "")]}
    said = ("ferry", "lantern", "jetty", "passport", "piano", "letter")

    def names(self, name: str) -> Sequence[tuple[str, str]]:
        return self.labels.get(name.casefold(), [])

    def corrected(self, word: str) -> tuple[str, ...]:
        if word.casefold() in self.said:
            return ()
        return {"passprt": ("passport",), "pinao": ("piano",)}.get(word.casefold(), (word,))


def read(text: str) -> Query:
    return parse(text, Names())


def shape(text: str) -> list[tuple[str, int, bool]]:
    return [(one.text, one.group, one.negated) for one in read(text).clauses]


def test_a_phrase_a_speaker_and_a_sound_near_them() -> None:
    query = read('"the ferry" speaker:ANNA laughs within 2s')
    assert [(one.text, one.group) for one in query.clauses] == [
        ('"the ferry"', 0),
        ("speaker:ANNA", 0),
        ("laughter", 1),
    ]
    assert query.relations[0].how == "within"
    assert query.relations[0].window == 2


@pytest.mark.parametrize(
    ("typed", "clauses"),
    [
        ("close-up smile turn-to-camera low-key", ["close-up", "smile", "turn-to-camera", "low-key"]),
        ("Close up, smiling; turns to camera", ["close-up", "smile", "turn-to-camera"]),
        ("scene:12A take:3 circled pan", ["scene:12A", "take:3", "circled", "pan"]),
        ("scene 12a take 3", ["scene:12a", "take:3"]),
        ("two people wide dark", ["people=2", "wide", "dark"]),
        ("a push in on a smile", ["dolly-in", "smile"]),
        ("zoom in on the red door", ["zoom-in", "colour:red", "find:door"]),
        ("no people", ["nobody"]),
        ("people>=5 exposure:-2..0", ["people>=5", "exposure:-2..0"]),
        ("temperature<4000", ["temperature_k<4000"]),
        ("dog handheld", ["thing:dog", "handheld"]),
        ("Mara smiles", ["person:Mara", "smile"]),
        ("anna laughing", ["speaker:anna", "laughter"]),
        ('text:"NO EXIT" date:2024-05-02', ['text:"NO EXIT"', "date:2024-05-02"]),
        ("colour:teal", ["colour:cyan"]),
        ("the ferry at the jetty", ['find:"ferry at the jetty"']),
        ("the camera pans to the right", ["pan-right"]),
        ("a sign that reads exit", ["text:exit"]),
        ('caption "the end"', ['text:"the end"']),
        ("she says ferry", ["find:ferry"]),
        ("says", ["find:says"]),
        ("", []),
        ("the of and", []),
    ],
)
def test_plain_language_becomes_clauses(typed: str, clauses: list[str]) -> None:
    assert [one.canonical for one in read(typed).clauses] == clauses


@pytest.mark.parametrize("typed", ["ferry -music", "ferry not music", "ferry without music"])
def test_what_is_not_wanted_excludes(typed: str) -> None:
    assert shape(typed) == [("find:ferry", 0, False), ("music", 0, True)]


def test_not_before_a_word_that_means_nothing_else_is_part_of_what_is_said() -> None:
    assert shape("not running late") == [('find:"running late"', 0, False)]


def test_time_relations_have_windows_that_are_shown() -> None:
    assert read("smile then laughter").canonical == "smile then laughter within 10s"
    assert read("smile then laughter within 3s").relations[0].window == 3
    assert read('smile after:"cut" within 3s').relations[0].window == 3
    assert read("smile preceded by a nod").canonical == "smile after nod within 10s"
    assert read("laughter within 3s of applause").canonical == "laughter within 3s of applause"
    assert read('silence after:"cut" camera:B').canonical == 'silence camera:B after "cut" within 10s'
    assert read("nod followed by smile then music within 2s").canonical == (
        "nod then smile within 10s then music within 2s"
    )
    assert read('silence within 1.5s after "cut"').relations[0].window == Fraction(3, 2)


def test_a_relation_to_nothing_is_no_relation() -> None:
    for text in ("then smile", "smile then", "within 2s", "smile within 2s", "after scene:3", "before"):
        assert read(text).relations == ()


def test_misspelt_words_are_put_right_and_said() -> None:
    (clause,) = read("passprt pinao").clauses
    assert clause.words == "passport piano"
    assert "passprt" in clause.notes[0]
    assert "passport" in clause.notes[0]
    (clause,) = read("zeppelin").clauses
    assert clause.notes == ("“zeppelin” is said nowhere",)


def test_an_unknown_field_is_shown_as_one() -> None:
    for text in ("weather:rain", 'speaker:""', "colour:nosuch", "light:nosuch", "people:many"):
        (clause,) = read(text).clauses
        assert clause.words == ""
        assert clause.notes


def test_quoted_arguments_of_a_shell_are_phrases() -> None:
    assert query_of(["the ferry", "laughs"]) == '"the ferry" laughs'
    assert query_of(["the ferry laughs"]) == "the ferry laughs"


def test_every_label_that_logging_leaves_can_be_asked_for() -> None:
    asked = {label for term in TERMS for test in term.tests for label in test.labels}
    assert set(labels_of_core()) <= asked


def test_every_way_to_say_a_term_is_read_as_that_term() -> None:
    for said, term in vocabulary().items():
        assert [one.text for one in read(said).clauses] == [term.name], said
        assert words_of(said) == said


def test_no_two_terms_share_a_name() -> None:
    assert len({term.name for term in TERMS}) == len(TERMS)


def test_every_colour_has_one_name() -> None:
    names = ("red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink")
    counts = sum(colours_named(name).astype(int) for name in (*names, "black", "white", "grey", "brown"))
    assert (counts == 1).all()
    assert colours_named("red")[0xF00]
    assert colours_named("black")[0x111]


@pytest.mark.parametrize(
    ("text", "seconds"), [("2s", 2), ("1.5s", Fraction(3, 2)), ("2m", 120), ("1/0s", None), ("x", None)]
)
def test_lengths_of_time(text: str, seconds: Fraction | None) -> None:
    assert seconds_of(text) == seconds


PIECES = st.sampled_from(
    [
        "smile", "close-up", "-music", '"the ferry"', "then", "before", "after", "within 2s", "within 3s of",
        "speaker:ANNA", "scene:12A", "circled", "two people", "people>=3", "red", "not", "without", "letter",
        "passprt", 'after:"cut"', "text:EXIT", "dog", "Mara", "the", 'about:"a long way"', "exposure:-2..0",
    ]
)  # fmt: skip


@given(st.lists(PIECES, max_size=8))
def test_the_canonical_form_is_read_as_the_same_clauses(pieces: list[str]) -> None:
    query = read(" ".join(pieces))
    again = read(query.canonical)
    assert again.canonical == query.canonical
    assert sorted(one.canonical for one in again.clauses) == sorted(one.canonical for one in query.clauses)


@given(st.text(max_size=80))
def test_anything_typed_is_read(text: str) -> None:
    query = read(text)
    assert len(query.clauses) <= len(pieces_of(text)) + 1
