"""How the cut is cut: angles, J and L cuts, reactions, room tone, lengths, and the check of it all."""

from __future__ import annotations

from fractions import Fraction

import msgspec
import pytest
from test_assembly import LINES, NO_SLATE, RATE, SCREENPLAY, SETTINGS, clip, reading

from answerprint.core.cut import Clip, Cut
from answerprint.core.errors import UsageError
from answerprint.core.logged import Slate
from answerprint.core.proposals import Decision
from answerprint.core.records import Annotation, Damage, Track
from answerprint.core.time import Range, Time
from answerprint.departments.editorial.assembly import assemble
from answerprint.departments.editorial.checking import check_cut
from answerprint.departments.editorial.facts import facts_of
from answerprint.departments.editorial.layout import Assembly, CutSettings
from answerprint.departments.editorial.legality import Illegal
from answerprint.departments.editorial.material import Material
from answerprint.departments.editorial.styles import style_named, styles
from answerprint.departments.editorial.takes import compare_takes
from answerprint.departments.editorial.taste import learned_weights
from answerprint.departments.editorial.views import views_of

ANNA, BEN = "ANNA", "BEN"
ANGLES = (  # line 2 is best in b, lines 1 and 3 in a: two edits between two set-ups
    clip("a", reading(0, 2, 3), reading(2, 6, 7.5), slate=Slate(scene="1A", take="1", notes="cu Anna")),
    clip("b", reading(1, 4, 5), slate=Slate(scene="1B", take="1", notes="CU BEN")),
)


def legal(made: Assembly, material: tuple[Material, ...], **more: object) -> tuple[Illegal, ...]:
    facts = facts_of(material, made, LINES, SETTINGS.handles)
    return check_cut(made.cut, msgspec.structs.replace(facts, **more))


def track(made: Assembly, name: str) -> list[Clip]:
    return [clip for one in made.cut.tracks if one.name == name for clip in one.clips]


def edits(clips: list[Clip]) -> list[int]:
    return [one.record.start.frame(RATE) for one in clips]


def test_a_question_is_heard_on_the_face_of_who_must_answer() -> None:
    made = assemble(SCREENPLAY, ANGLES, SETTINGS)
    picture, sound = edits(track(made, "V1")), edits(track(made, "A1"))
    assert picture[1] < sound[1]  # “Is there a light?”: Ben is seen before he speaks
    assert picture[2] > sound[2]  # “There was.”: Anna is heard before she is seen
    assert "L cut" in made.slots[1].reason
    assert "J cut" in made.slots[2].reason
    assert legal(made, ANGLES) == ()


def test_no_lips_are_seen_moving_to_other_words() -> None:
    speaking = clip(  # of whom nobody knows who is in it: somebody speaks right before its line
        "b",
        Annotation(start=3 * 16000, end=round(3.9 * 16000), label="", value={}),
        reading(1, 4, 5),
        Annotation(start=round(5.1 * 16000), end=6 * 16000, label="", value={}),
        slate=Slate(scene="1B", take="1"),
    )
    around = clip("a", reading(0, 2, 3), reading(2, 3.1, 4.6), slate=Slate(scene="1A", take="1"))
    made = assemble(SCREENPLAY, (around, speaking), SETTINGS)
    for one in track(made, "V1"):
        material = speaking if one.asset.startswith("b") else around
        spoken = next(slot.spoken for slot in made.slots if slot.id == one.slot)
        shown = [other for other in material.speech if other.overlaps(one.source) and other != spoken]
        assert shown == [], one.id


def test_edits_beside_a_lock_stay_where_they_were() -> None:
    free = assemble(SCREENPLAY, ANGLES, SETTINGS)
    slot = free.slots[1]
    head = (track(free, "V1")[1].record.start - track(free, "A1")[1].record.start).frame(RATE)
    tail = (track(free, "V1")[1].record.end - track(free, "A1")[1].record.end).frame(RATE)
    lock = Decision(
        proposal=slot.id,
        answer="lock",
        asset=slot.asset,
        range=slot.source,
        frozen={"head": head, "tail": tail},
    )
    other = clip("c", reading(0, 3, 3.8), slate=Slate(scene="1C", take="1", circled=True))
    again = assemble(SCREENPLAY, (*ANGLES, other), SETTINGS, {slot.id: lock})
    assert track(again, "V1")[1].source == track(free, "V1")[1].source
    assert again.slots[0].asset != free.slots[0].asset


LONG = clip("a", reading(0, 2, 10), slate=Slate(scene="1A", take="1", notes="CU ANNA"))
LISTENER = clip("b", reading(0, 3, 11), slate=Slate(scene="1B", take="1", notes="CU BEN"), luma=0.1)


def test_a_long_line_shows_who_listens_and_returns() -> None:
    material = (LONG, LISTENER)
    made = assemble(SCREENPLAY, material, SETTINGS)
    assert [one.id.split("/")[-1] for one in track(made, "V1")] == ["V1", "V1", "V1.2"]
    away = track(made, "V1")[1]
    assert away.asset == LISTENER.asset.id
    assert made.slots[1].id == f"cutaway:{LINES[0].key}"
    first, _, last = track(made, "V1")
    assert last.source.start - first.source.start == last.record.start - first.record.start  # still in sync
    assert len(track(made, "A1")) == 1
    assert legal(made, material) == ()


def test_a_rejected_reaction_is_left_out() -> None:
    no = Decision(proposal=f"cutaway:{LINES[0].key}", answer="reject", asset=LISTENER.asset.id)
    made = assemble(SCREENPLAY, (LONG, LISTENER), SETTINGS, {no.proposal: no})
    assert len(track(made, "V1")) == 1


def test_whoever_speaks_is_no_listener() -> None:
    also = clip(
        "b", reading(0, 3, 11), slate=Slate(scene="1B", take="1", notes="two shot Anna and Ben"), luma=0.1
    )
    assert len(track(assemble(SCREENPLAY, (LONG, also), SETTINGS), "V1")) == 1


def test_room_tone_lies_under_what_has_no_sound() -> None:
    silent = clip("o", slate=Slate(scene="1", take="1"))
    mute = msgspec.structs.replace(
        silent, asset=msgspec.structs.replace(silent.asset, streams=silent.asset.streams[:1])
    )
    material = (mute, *ANGLES)
    made = assemble(SCREENPLAY, material, SETTINGS)
    tone = track(made, "A2")
    assert made.cut.tracks[-1].role == "room tone"
    assert tone[0].record.start == Time(0, RATE)
    assert tone[-1].record.end == track(made, "V1")[0].record.end
    spoken = [range_ for one in material if one.asset.id == tone[0].asset for range_ in one.speech]
    assert not any(range_.overlaps(one.source) for range_ in spoken for one in tone)
    assert legal(made, material) == ()


@pytest.mark.parametrize("style", styles())
def test_every_style_is_legal_and_a_trailer_is_shorter(style: str) -> None:
    settings = msgspec.structs.replace(SETTINGS, style=style)
    made = assemble(SCREENPLAY, ANGLES, settings)
    assert legal(made, ANGLES) == ()
    trailer = assemble(SCREENPLAY, ANGLES, msgspec.structs.replace(SETTINGS, style="trailer"))
    assert trailer.cut.frames <= made.cut.frames


def test_a_style_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="AP-USE-530"):
        style_named("noir")


@pytest.mark.parametrize("share", [Fraction(9, 10), Fraction(11, 10)])
def test_a_length_is_met_without_dropping_a_line(share: Fraction) -> None:
    free = assemble(SCREENPLAY, ANGLES, SETTINGS)
    target = int(free.cut.frames * share)
    made = assemble(SCREENPLAY, ANGLES, msgspec.structs.replace(SETTINGS, target=target))
    assert abs(made.cut.frames - target) <= 2
    assert {slot.line for slot in made.slots} == {slot.line for slot in free.slots}


def test_a_length_out_of_reach_is_said() -> None:
    made = assemble(SCREENPLAY, ANGLES, msgspec.structs.replace(SETTINGS, target=10))
    (told,) = [one for one in made.findings if one.code == "cut.length"]
    assert "shortest" in told.message
    assert told.needs_a_person


def broken(cut: Cut, name: str, place: int, **changed: object) -> Cut:
    tracks = []
    for one in cut.tracks:
        clips = list(one.clips)
        if one.name == name:
            clips[place] = msgspec.structs.replace(clips[place], **changed)
        tracks.append(msgspec.structs.replace(one, clips=tuple(clips)))
    return msgspec.structs.replace(cut, tracks=tuple(tracks))


def test_the_check_finds_every_rule_that_is_broken() -> None:
    made = assemble(SCREENPLAY, ANGLES, SETTINGS)
    facts = facts_of(ANGLES, made, LINES, SETTINGS.handles)
    one = track(made, "V1")[1]
    late = Range(one.source.start + Time(400, RATE), one.source.end + Time(400, RATE))
    shifted = Range(one.source.start + Time(2, RATE), one.source.end + Time(2, RATE))
    overlapping = Range(one.record.start - Time(3, RATE), one.record.end - Time(3, RATE))
    rules = {
        "range": {"source": late},
        "sync": {"source": shifted},
        "overlap": {"record": overlapping},
        "frame": {"source": Range(one.source.start, one.source.end + Time(1, RATE))},
    }
    for rule, changed in rules.items():
        found = check_cut(broken(made.cut, "V1", 1, **changed), facts)
        assert rule in {each.rule for each in found}, rule
    hurt = Damage(kind="corrupt_data", range=one.source, reason="lost")
    assert {
        each.rule for each in check_cut(made.cut, msgspec.structs.replace(facts, damage={one.asset: [hurt]}))
    } == {"damage"}
    assert one.slot is not None
    no = Decision(proposal=one.slot, answer="reject", asset=one.asset)
    assert {each.rule for each in check_cut(made.cut, facts, {one.slot: no})} == {"rejected"}
    moved = Decision(proposal=one.slot, answer="lock", asset=one.asset, range=late)
    assert {each.rule for each in check_cut(made.cut, facts, {one.slot: moved})} == {"lock"}
    fewer = broken(broken(made.cut, "V1", 1, lines=()), "A1", 1, lines=())
    assert {each.rule for each in check_cut(fewer, facts)} == {"line"}
    flubbed = msgspec.structs.replace(facts, flubbed=[(LINES[1].key, one.asset, one.source)])
    assert {each.rule for each in check_cut(made.cut, flubbed)} == {"line"}
    wide = msgspec.structs.replace(facts, handles=500)
    assert {each.rule for each in check_cut(made.cut, wide)} == {"handles"}


def test_what_the_log_says_of_one_take_holds_for_its_set_up() -> None:
    named = clip("a", slate=Slate(scene="1A", take="1", notes="MCU of Ben, good"))
    other = clip("b", slate=Slate(scene="1A", take="2"))
    views = views_of((named, other), (ANNA, BEN))
    assert views[other.asset.id].shows == {BEN}
    assert views[other.asset.id].hides(ANNA)
    assert not views[other.asset.id].hides(BEN)


def test_people_who_look_the_same_way_cross_the_axis() -> None:
    def facing(name: str, who: str, yaw: float) -> Material:
        one = clip(name, slate=Slate(scene=f"1{name}", notes=f"CU {who}"))
        seen = Annotation(start=0, end=240, label="person_1", value={"yaw": yaw})
        faces = Track(asset=one.asset.id, name="faces.1", rate=RATE, annotations=(seen,))
        return msgspec.structs.replace(one, faces=faces)

    views = views_of((facing("A", ANNA, 30), facing("B", BEN, -30), facing("C", BEN, 25)), (ANNA, BEN))
    anna, right, wrong = views.values()
    assert anna.crosses(wrong)
    assert not anna.crosses(right)


def test_taste_follows_what_people_put_in_place_of_the_machine() -> None:
    readings = [reading(n % 3, 2, 3) for n in range(3)]
    loud = clip("a", *readings, slate=NO_SLATE, luma=0.4)
    sharp = clip("b", *readings, slate=NO_SLATE, luma=0.1)
    table = compare_takes(LINES, (loud, sharp))
    weights = {"completeness": 1.0, "exposure": 1.0}
    darker = {
        f"take:{line.key}": Decision(proposal=f"take:{line.key}", answer="replace", asset=sharp.asset.id)
        for line in LINES
    }
    learned = learned_weights(table, darker, weights)
    assert learned["exposure"] < weights["exposure"]
    assert sum(learned.values()) == pytest.approx(2, abs=1e-3)
    assert learned_weights(table, dict(list(darker.items())[:2]), weights) == weights  # too few to learn from
    settings = msgspec.structs.replace(SETTINGS, taste=True)
    assert isinstance(settings, CutSettings)
