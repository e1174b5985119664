"""The diarisation error is NIST's, on cases that can be counted by hand; RTTM is read as it is written."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerprint.core.errors import FormatError
from answerprint.departments.footage.speakers.diarisation_error import Span, diarisation_error
from answerprint.departments.footage.speakers.rttm import read_rttm, rttm

TURNS: list[Span] = [(0, 100, "ANNA"), (100, 150, "BEN"), (140, 200, "ANNA")]


def test_the_truth_under_other_names_has_no_error() -> None:
    other = {"ANNA": "speaker_2", "BEN": "speaker_1"}
    found = diarisation_error(TURNS, [(start, end, other[who]) for start, end, who in TURNS])
    assert found.rate == 0
    assert found.spoken == 210
    assert found.names == {"speaker_2": "ANNA", "speaker_1": "BEN"}


def test_one_speaker_for_two_is_confused_for_the_shorter_and_misses_the_overlap() -> None:
    found = diarisation_error(TURNS, [(0, 200, "speaker_1")])
    assert (found.missed, found.false, found.confused) == (10, 0, 40)
    assert found.rate == pytest.approx(50 / 210)


def test_nothing_found_is_all_missed_and_nothing_spoken_is_all_false() -> None:
    assert diarisation_error(TURNS, []).rate == 1
    alone = diarisation_error([], TURNS)
    assert (alone.false, alone.spoken) == (210, 0)
    assert math.isnan(alone.rate)


def test_a_turn_late_and_long_is_counted_at_both_ends() -> None:
    found = diarisation_error([(100, 200, "ANNA")], [(130, 250, "x")])
    assert (found.missed, found.false, found.confused) == (30, 50, 0)


def test_two_found_for_one_take_only_the_longer_for_right() -> None:
    found = diarisation_error([(0, 100, "ANNA")], [(0, 70, "x"), (70, 100, "y")])
    assert (found.missed, found.false, found.confused) == (0, 0, 30)


def test_the_naming_that_agrees_longest_in_all_is_taken() -> None:
    """Greedy naming would give x to ANNA (60 of 100) and leave y with nobody it speaks for."""
    truth: list[Span] = [(0, 110, "ANNA"), (110, 160, "BEN")]
    found: list[Span] = [(0, 60, "x"), (60, 110, "y"), (110, 160, "x")]
    assert diarisation_error(truth, found).confused == 60


def test_a_person_who_overlaps_themselves_counts_once() -> None:
    assert diarisation_error([(0, 60, "A"), (40, 100, "A")], [(0, 100, "x")]).rate == 0


spans = st.lists(
    st.tuples(st.integers(0, 300), st.integers(1, 100), st.sampled_from("abcd")).map(
        lambda one: (one[0], one[0] + one[1], one[2])
    ),
    max_size=12,
)


@given(spans, spans)
def test_every_moment_is_missed_false_confused_or_right(truth: list[Span], found: list[Span]) -> None:
    """Counted again tick by tick, under the naming that was chosen."""
    result = diarisation_error(truth, found)
    missed = false = confused = 0
    for tick in range(400):
        need = {who for start, end, who in truth if start <= tick < end}
        have = {who for start, end, who in found if start <= tick < end}
        right = sum(result.names.get(who) in need for who in have)
        missed += max(0, len(need) - len(have))
        false += max(0, len(have) - len(need))
        confused += min(len(need), len(have)) - right
    assert (result.missed, result.false, result.confused) == (missed, false, confused)
    swapped = diarisation_error(found, truth)
    assert (swapped.missed, swapped.false, swapped.confused) == (false, missed, confused)


@given(spans)
def test_rttm_comes_back_to_the_millisecond(
    tmp_path_factory: pytest.TempPathFactory, turns: list[Span]
) -> None:
    path = tmp_path_factory.getbasetemp() / "turns.rttm"
    path.write_text(rttm("a film.wav", turns, 1000))
    assert read_rttm(path, 1000) == turns
    assert all(len(line.split()) == 10 for line in path.read_text().splitlines())


def test_rttm_of_another_program_is_read(shared_data: Path) -> None:
    turns = read_rttm(shared_data / "diarisation" / "sample.rttm", 16_000)
    assert len(turns) == 10
    assert turns[0] == (107_040, 113_920, "speaker90")


@pytest.mark.parametrize(
    "text",
    [
        "SPEAKER x 1 1.0\n",
        "SPEAKER x 1 one 2.0 <NA> <NA> A <NA> <NA>\n",
        "SPEAKER x 1 -1 2.0 <NA> <NA> A <NA> <NA>\n",
        "SPEAKER x 1 1/0 2.0 <NA> <NA> A <NA> <NA>\n",
        "SPEAKER x 1 1e400 2.0 <NA> <NA> A <NA> <NA>\n",
        "SPEAKER x 1 1 nan <NA> <NA> A <NA> <NA>\n",
    ],
)
def test_a_line_that_is_no_turn_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.rttm"
    path.write_text(";; comment\n" + text)
    with pytest.raises(FormatError) as caught:
        read_rttm(path, 1000)
    assert caught.value.code == "AP-FORMAT-090"
    assert caught.value.at == "line 2"
