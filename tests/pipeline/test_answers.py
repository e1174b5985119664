"""How people name a proposal and its alternates, and what is recorded."""

from __future__ import annotations

from fractions import Fraction

import pytest

from answerprint.core.errors import UsageError
from answerprint.core.proposals import Choice, Proposal
from answerprint.core.time import Range
from answerprint.pipeline.review import decide, find_choice, find_proposal

HERE = Range.of_ticks(10, 34, Fraction(24))


def proposal(key: str, subject: str) -> Proposal:
    first, second = (Choice(asset=each * 64, range=HERE, label=f"take {each}") for each in "ab")
    return Proposal(
        id=f"take:{key}",
        kind="take",
        subject=subject,
        choice=first,
        reason="",
        alternates=(second,),
        line=key,
    )


PROPOSALS = [proposal("abc123", "1.1 RUTH: The last boat."), proposal("abd456", "1.2 TOM: A letter.")]


@pytest.mark.parametrize("name", ["opening", "1", "1.1", "abc", "take:abc123", "abc123", "1.1 ruth"])
def test_a_slot_goes_by_many_names(name: str) -> None:
    assert find_proposal(PROPOSALS, name) is PROPOSALS[0]


@pytest.mark.parametrize("name", ["ab", "9.9", "", "3"])
def test_a_name_that_fits_none_or_several_is_refused(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        find_proposal(PROPOSALS, name)
    assert caught.value.code == "AP-USE-030"


@pytest.mark.parametrize("name", ["1", "take b", "b" * 64, "clip_b.mov", "clip_b"])
def test_an_alternate_goes_by_number_label_or_file(name: str) -> None:
    chosen = find_choice(PROPOSALS[0], name, {"b" * 64: "clip_b.mov"})
    assert chosen.asset == "b" * 64


def test_an_alternate_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(UsageError, match="take b") as caught:
        find_choice(PROPOSALS[0], "7", {})
    assert caught.value.code == "AP-USE-031"


def test_a_lock_holds_the_very_range_and_a_replacement_names_the_other_take() -> None:
    locked = decide(PROPOSALS[0], "lock", by="director", frozen={"gain_db": 2.5})
    assert (locked.asset, locked.range, locked.frozen) == ("a" * 64, HERE, {"gain_db": 2.5})
    other = find_choice(PROPOSALS[0], "1", {})
    assert decide(PROPOSALS[0], "replace", choice=other).asset == "b" * 64
