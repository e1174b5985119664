"""What a scene needs is what is there in it: not what is talked about, compared with, or denied."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from answerprint.core.breakdown import Breakdown
from answerprint.core.errors import UsageError
from answerprint.departments.script.breakdown import answered, break_down, read_answers
from answerprint.departments.script.breakdown.answers import addition, answer_to, renaming, written
from answerprint.departments.script.reading import read_screenplay
from answerprint.formats.screenplays.fountain import read_fountain
from answerprint.formats.screenplays.model import Element, Scene, Screenplay, Tag

ROOT = Path(__file__).resolve().parents[2]
LATE_POST = ROOT / "demo/script/the-late-post.fountain"


def needs(action: str, heading: str = "INT. ROOM - DAY") -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one in break_down(read_fountain(f"{heading}\n\n{action}")).sheets[0].elements:
        found.setdefault(one.category, set()).add(one.name)
    return found


@pytest.mark.parametrize(
    ("action", "category", "name"),
    [
        ("She takes a brass key from the drawer.", "props", "brass key"),
        ("The dog collar lies on the table. She picks up the dog collar.", "props", "dog collar"),
        ("She eats a hot dog.", "props", "hot dog"),
        ("A dog sleeps by the door.", "animals", "dog"),
        ("A police car stops.", "vehicles", "police car"),
        ("Two COPS drag him out.", "background", "cop"),
        ("He wears a torn coat.", "wardrobe", "coat"),
        ("Blood runs down her cheek.", "makeup", "blood"),
        ("He falls down the stairs.", "stunts", "fall"),
        ("Rain hammers the roof.", "sfx", "rain"),
        ("The old woman vanishes into thin air.", "vfx", "vanishing"),
        ("The phone RINGS.", "sound", "phone"),
        ("Children run through the yard.", "children", "child"),
        ("MARTA VOSS, forty, lights a cigarette.", "cast", "MARTA VOSS"),
    ],
)
def test_what_is_there_is_found_under_its_category(action: str, category: str, name: str) -> None:
    assert name in needs(action).get(category, set())


@pytest.mark.parametrize(
    ("action", "category"),
    [
        ("He is as stubborn as a mule.", "animals"),
        ("He fights like a lion.", "animals"),
        ("There is no dog.", "animals"),
        ("She eats a hot dog.", "animals"),
        ("The dog collar lies on the table.", "animals"),
        ("She waits.", "props"),
    ],
)
def test_what_is_not_there_is_left_out(action: str, category: str) -> None:
    assert needs(action).get(category, set()) == set()


def test_what_is_only_talked_about_is_not_there() -> None:
    found = needs("She waits.\n\nANNA\nMy dog bit the mayor's horse. Where is my suitcase?")
    assert set(found) == {"cast"}


def test_number_and_plural_become_a_quantity_and_a_name() -> None:
    [knife] = [
        one for one in break_down(read_fountain("INT. A - DAY\n\nHe grabs three knives.")).sheets[0].elements
    ]
    assert (knife.name, knife.quantity) == ("knife", "three")


def test_the_inside_of_a_car_is_a_car() -> None:
    assert "car" in needs("They drive.", "INT. CAR - NIGHT")["vehicles"]


def test_speakers_are_cast_off_camera_too_and_one_person_has_one_name() -> None:
    text = (
        "INT. A - DAY\n\nANNA REED enters.\n\nANNA (V.O.)\nHello.\n\nBEN (O.S.)\nHi.\n\nANNA (CONT'D)\nYes."
    )
    found = break_down(read_fountain(text))
    assert {one.name for one in found.cast} == {"ANNA", "BEN"}
    assert [one.speaks for one in found.sheets[0].elements if one.category == "cast"] == [True, True]


def test_one_set_under_several_headings_is_one_set() -> None:
    text = "\n\n".join(
        [
            "INT. HOUSE - KITCHEN - DAY\n\nA.",
            "INT. KITCHEN - NIGHT\n\nB.",
            "INT. JIM'S CAR - DAY\n\nC.",
            "INT. JIM’S CAR - NIGHT\n\nD.",
            ".THE FINGER\n\nIt points.",
            "INT. HOSPITAL - WAITING ROOM - DAY\n\nE.",
        ]
    )
    found = break_down(read_fountain(text))
    assert found.sets == ("HOUSE - KITCHEN", "JIM'S CAR", "HOSPITAL - WAITING ROOM")
    assert found.sheets[4].set == "JIM'S CAR"  # a forced heading that names no place is a shot of its scene


def test_cast_numbers_begin_with_the_largest_part() -> None:
    found = break_down(read_fountain("INT. A - DAY\n\nBEN\nOne.\n\n" + "ANNA\nTwo.\n\nShe nods.\n\n" * 4))
    assert [(one.number, one.name) for one in found.cast] == [(1, "ANNA"), (2, "BEN")]


def evidence_is_where_it_says(source: str, found: Breakdown) -> None:
    lines = source.split("\n")
    for sheet in found.sheets:
        for element in sheet.elements:
            for passage in element.evidence:
                assert 1 <= passage.line <= len(lines)
                if passage.start is not None and passage.end is not None:
                    assert source[passage.start : passage.end] == passage.text


def test_evidence_is_at_its_place_in_the_source() -> None:
    source = LATE_POST.read_text("utf-8")
    found = break_down(read_screenplay(LATE_POST))
    spans = [p for s in found.sheets for e in s.elements for p in e.evidence if p.start is not None]
    assert len(spans) > 10
    evidence_is_where_it_says(source, found)


ACTIONS = st.lists(
    st.sampled_from(
        [
            "She takes a *brass* key.",
            "A dog barks.",
            "TOM, ten, runs to the car.",
            "",
            "ANNA\n(lifting a cup)\nYes.",
            "He drops _three_ letters.",
            "[[a note]]",
        ]
    ),
    max_size=12,
)


@settings(deadline=None)
@given(ACTIONS)
def test_ids_are_unique_evidence_holds_and_the_same_text_is_the_same_breakdown(parts: list[str]) -> None:
    source = "INT. A - DAY\n\n" + "\n\n".join(parts)
    found = break_down(read_fountain(source))
    ids = [element.id for sheet in found.sheets for element in sheet.elements]
    assert len(set(ids)) == len(ids)
    evidence_is_where_it_says(source, found)
    assert break_down(read_fountain(source)) == found


def test_answers_hold_through_a_revision_and_nothing_rejected_comes_back(tmp_path: Path) -> None:
    script = "INT. HALL - DAY\n\nShe takes a key.\n\nINT. YARD - DAY\n\nA dog barks."
    first = break_down(read_fountain(script))
    given_ = [
        answer_to(first, "1: props: key", "reject"),
        addition(first, "2: vehicles: red bicycle"),
        renaming(first, "animals: dog = wolfhound"),
    ]
    kept = tmp_path / "film.breakdown.toml"
    kept.write_bytes(written(given_))
    revised = read_fountain("EXT. ROAD - DAY\n\nDust.\n\n" + script.replace("takes", "slowly takes"))
    found = break_down(revised, read_answers(kept))
    hall, yard = found.sheets[1:]
    assert [(one.name, one.answer) for one in hall.elements] == [("key", "rejected")]
    assert hall.names("props") == ()
    assert ("red bicycle", "added") in [(one.name, one.answer) for one in yard.elements]
    assert yard.names("animals") == ("wolfhound",)


def test_what_was_accepted_stays_when_a_revision_no_longer_says_it() -> None:
    script = "INT. HALL - DAY\n\nShe takes a key."
    first = break_down(read_fountain(script))
    accepted = [answer_to(first, "1: props: key", "accept")]
    found = answered(break_down(read_fountain("INT. HALL - DAY\n\nShe waits.")), accepted)
    assert found.sheets[0].names("props") == ("key",)


@pytest.mark.parametrize(
    ("make", "said", "code"),
    [
        (lambda b, s: answer_to(b, s, "accept"), "props:nothing:x", "AP-USE-140"),
        (addition, "brass key", "AP-USE-141"),
        (addition, "99: props: brass key", "AP-USE-141"),
        (addition, "1: furniture: chair", "AP-USE-141"),
        (renaming, "props: spoon = fork", "AP-USE-142"),
    ],
)
def test_an_answer_that_names_nothing_is_refused(make, said: str, code: str) -> None:  # type: ignore[no-untyped-def]
    found = break_down(read_fountain("INT. HALL - DAY\n\nShe takes a key."))
    with pytest.raises(UsageError) as refused:
        make(found, said)
    assert refused.value.code == code and refused.value.remedy


def test_what_a_person_tagged_is_accepted_and_outranks_the_words() -> None:
    text = "She waits beside the thingumajig."
    start = text.index("thingumajig")
    tag = Tag(category="Props", name="thingumajig", start=start, end=start + 11)
    scene = Scene(
        number="1",
        heading="INT. HALL - DAY",
        place="interior",
        location="HALL",
        elements=(
            Element(kind="heading", text="INT. HALL - DAY", line=1),
            Element(kind="action", text=text, line=3, tags=(tag,)),
        ),
    )
    [element] = break_down(Screenplay(scenes=(scene,))).sheets[0].elements
    assert (element.category, element.name, element.answer) == ("props", "thingumajig", "accepted")


def test_a_line_without_end_is_broken_down_too() -> None:
    found = break_down(read_fountain("INT. HALL - DAY\n\n" + "She takes a key and a cup. " * 700))
    assert {"key", "cup"} <= set(found.sheets[0].names("props"))


def test_a_screenplay_of_nothing_has_no_sheets() -> None:
    assert break_down(read_fountain("")).sheets == ()
