"""What a person decided is never lost: not with the catalogue, not in an edit, not in a torn file."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from shutil import rmtree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from answerprint.core.errors import StoreError
from answerprint.core.proposals import Decision, Proposal
from answerprint.core.records import Asset
from answerprint.core.time import Range, Time
from answerprint.store.catalogue import Catalogue
from answerprint.store.decisions import export_decisions, import_decisions, parse_decisions
from answerprint.store.production import Production

FILM = Fraction(24000, 1001)

ACCEPT = Decision(proposal="take:aa", answer="accept", by="Mia", note='she says "yes"')
REPLACE = Decision(
    proposal="take:bb", answer="replace", asset="b" * 64, range=Range.of_ticks(1001, 2002, FILM)
)
LOCK = Decision(
    proposal="take:cc",
    answer="lock",
    asset="c" * 64,
    range=Range(Time(1, Fraction(24)), Time(90000, Fraction(48000))),
    frozen={"gain_db": -3.0, "grade": {"slope": [1.0, 1, None]}, "said": "it's"},
)


@pytest.fixture
def production(tmp_path: Path) -> Production:
    return Production.create(tmp_path / "film")


@pytest.fixture
def opened(production: Production) -> Iterator[Catalogue]:
    with production.catalogue() as catalogue:
        yield catalogue


def edit(production: Production, old: str, new: str) -> None:
    text = production.decisions_file.read_text()
    assert old in text
    production.decisions_file.write_text(text.replace(old, new))


def block_of(production: Production, proposal: str) -> str:
    blocks = production.decisions_file.read_text().split("[[decision]]")
    return "[[decision]]" + next(block for block in blocks if f'"{proposal}"' in block)


def test_decisions_come_back_when_the_catalogue_is_deleted(production: Production) -> None:
    with production.catalogue() as catalogue:
        catalogue.put_proposals(
            {
                "take": [
                    Proposal(
                        id="take:aa", kind="take", subject="1.1 ANNA: Yes.", choice=None, reason="circled"
                    )
                ]
            }
        )
        for decision in (LOCK, ACCEPT, REPLACE):
            catalogue.put_decision(decision)
        path = export_decisions(production, catalogue)
    first = path.read_bytes()
    rmtree(production.state_dir)
    with Production.open(production.root).catalogue() as catalogue:
        assert import_decisions(production, catalogue) == {d.proposal: d for d in (ACCEPT, REPLACE, LOCK)}
        assert catalogue.decision_labels()["take:aa"] == "1.1 ANNA: Yes."
        restored = catalogue.decisions()["take:cc"]
        assert restored.range is not None
        assert (restored.range.start.ticks, restored.range.start.rate) == (1, Fraction(24))
        assert restored.frozen == LOCK.frozen
        assert export_decisions(production, catalogue).read_bytes() == first


def test_the_file_is_sorted_and_names_what_each_decision_is_about(
    production: Production, opened: Catalogue
) -> None:
    opened.put_assets(
        [
            Asset(
                id="b" * 64,
                name="A003.mov",
                path="footage/A003.mov",
                size=1,
                kind="picture",
                container="mov",
                streams=(),
            )
        ]
    )
    opened.put_decision(REPLACE, "1.3 ANNA: Is there a light?")
    opened.put_decision(ACCEPT, "1.1 TOM: No.")
    text = export_decisions(production, opened).read_text()
    assert text.index("take:aa") < text.index("take:bb")
    assert 'about = "1.3 ANNA: Is there a light?"' in text
    assert f'asset = "{"b" * 64}"  # A003.mov' in text
    assert 'range = "1001 .. 2002 @ 24000/1001"' in text
    assert text.startswith("# ")


def test_without_decisions_there_is_no_file(production: Production, opened: Catalogue) -> None:
    assert import_decisions(production, opened) == {}
    assert not export_decisions(production, opened).exists()


def test_an_edit_by_hand_wins_and_the_earlier_answer_stays_in_the_history(
    production: Production, opened: Catalogue
) -> None:
    opened.put_decision(ACCEPT)
    export_decisions(production, opened)
    edit(production, '"accept"', '"reject"')
    assert import_decisions(production, opened)["take:aa"].answer == "reject"
    assert opened.undo_decision("take:aa") == ACCEPT


def test_a_decision_made_since_the_export_is_kept_beside_an_edit_by_hand(
    production: Production, opened: Catalogue
) -> None:
    opened.put_decision(ACCEPT)
    export_decisions(production, opened)
    opened.put_decision(LOCK)
    edit(production, '"accept"', '"reject"')
    assert import_decisions(production, opened).keys() == {"take:aa", "take:cc"}
    export_decisions(production, opened)
    assert "take:cc" in production.decisions_file.read_text()
    assert 'answer = "reject"' in production.decisions_file.read_text()


def test_an_export_takes_in_an_edit_before_it_writes(production: Production, opened: Catalogue) -> None:
    opened.put_decision(ACCEPT)
    export_decisions(production, opened)
    edit(production, '"accept"', '"reject"')
    opened.put_decision(LOCK)
    export_decisions(production, opened)
    assert opened.decisions()["take:aa"].answer == "reject"


def test_only_a_block_deleted_by_hand_takes_a_decision_back(
    production: Production, opened: Catalogue
) -> None:
    opened.put_decision(ACCEPT)
    opened.put_decision(REPLACE)
    export_decisions(production, opened)
    opened.put_decision(LOCK)  # not exported yet: its absence from the file says nothing
    edit(production, block_of(production, "take:aa"), "")
    assert import_decisions(production, opened).keys() == {"take:bb", "take:cc"}
    assert import_decisions(production, opened).keys() == {"take:bb", "take:cc"}
    export_decisions(production, opened)
    assert parse_decisions(production.decisions_file.read_text(), Path("x")).keys() == {"take:bb", "take:cc"}


def test_a_decision_changed_since_the_export_survives_its_deletion_by_hand(
    production: Production, opened: Catalogue
) -> None:
    opened.put_decision(ACCEPT)
    export_decisions(production, opened)
    changed = Decision(proposal="take:aa", answer="lock")
    opened.put_decision(changed)
    edit(production, block_of(production, "take:aa"), "")
    assert import_decisions(production, opened) == {"take:aa": changed}


def test_a_decision_taken_back_in_review_does_not_return_from_the_file(
    production: Production, opened: Catalogue
) -> None:
    opened.put_decision(ACCEPT)
    opened.put_decision(REPLACE)
    export_decisions(production, opened)
    opened.remove_decision("take:aa")
    assert import_decisions(production, opened).keys() == {"take:bb"}
    export_decisions(production, opened)
    assert "take:aa" not in production.decisions_file.read_text()


def test_a_file_deleted_as_a_whole_is_written_again(production: Production, opened: Catalogue) -> None:
    opened.put_decision(ACCEPT)
    export_decisions(production, opened).unlink()
    assert import_decisions(production, opened) == {"take:aa": ACCEPT}
    assert export_decisions(production, opened).exists()


def test_an_unchanged_file_keeps_its_comments_and_its_time(production: Production, opened: Catalogue) -> None:
    opened.put_decision(ACCEPT)
    path = export_decisions(production, opened)
    path.write_text(path.read_text() + "\n# discussed on Tuesday\n")
    before = path.stat().st_mtime_ns
    import_decisions(production, opened)
    export_decisions(production, opened)
    assert path.stat().st_mtime_ns == before
    assert "discussed on Tuesday" in path.read_text()


@pytest.mark.parametrize(
    ("old", "new", "at", "said"),
    [
        ('answer = "accept"', 'answer = "acept"', "line 6", "acept"),
        ('answer = "accept"', "answer = accept", "line 8", "not TOML"),
        ('answer = "accept"', 'answer = "accept"\nanswr = 3', "line 6", "answr"),
        ('answer = "accept"', 'answer = "replace"', "line 6", "needs an asset"),
        ('answer = "accept"', 'answer = "accept"\nrange = "24 .. 12 @ 24"', "line 6", "range"),
        ('answer = "accept"', 'answer = "accept"\nrange = "1 .. 2 @ 0"', "line 6", "range"),
        ('answer = "accept"', 'answer = "accept"\nrange = "soon"', "line 6", "soon"),
        ("[[decision]]", "[decision]", "line 1", "double brackets"),
        ("[[decision]]", "[[decisions]]", "line 6", "decisions"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_the_line_and_nothing_is_lost(
    production: Production, opened: Catalogue, old: str, new: str, at: str, said: str
) -> None:
    opened.put_decision(ACCEPT)
    export_decisions(production, opened)
    edit(production, old, new)
    broken = production.decisions_file.read_bytes()
    opened.put_decision(REPLACE)
    for attempt in (import_decisions, export_decisions):
        with pytest.raises(StoreError) as caught:
            attempt(production, opened)
        assert (caught.value.code, caught.value.at) == ("AP-STORE-016", at)
        assert said in caught.value.message
        assert caught.value.remedy
    assert production.decisions_file.read_bytes() == broken
    assert opened.decisions() == {"take:aa": ACCEPT, "take:bb": REPLACE}


def test_two_decisions_on_one_question_are_refused(production: Production, opened: Catalogue) -> None:
    opened.put_decision(ACCEPT)
    path = export_decisions(production, opened)
    path.write_text(path.read_text() + '[[decision]]\nproposal = "take:aa"\nanswer = "reject"\n')
    with pytest.raises(StoreError, match="a second decision"):
        import_decisions(production, opened)


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
times = st.builds(Time, st.integers(-(2**40), 2**40), st.fractions(Fraction(1, 999), 96000))
ranges = st.builds(lambda a, b: Range(min(a, b), max(a, b)), times, times)
decisions = st.builds(
    Decision,
    proposal=texts,
    answer=st.sampled_from(["accept", "reject", "lock"]),
    asset=st.none() | st.text("0123456789abcdef", min_size=64, max_size=64),
    range=st.none() | ranges,
    note=texts,
    by=texts,
    frozen=st.dictionaries(texts, st.none() | texts | st.integers(-(2**53), 2**53) | st.booleans()),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(st.lists(decisions, max_size=4))
def test_any_decision_survives_the_file(
    production: Production, opened: Catalogue, made: list[Decision]
) -> None:
    production.decisions_file.unlink(missing_ok=True)
    opened.change_decisions([(decision, "a line") for decision in made], ())
    expected = opened.decisions()
    export_decisions(production, opened)
    opened.change_decisions((), list(expected))
    opened.set_exported_decisions({})
    assert import_decisions(production, opened) == expected
    opened.change_decisions((), list(expected))
