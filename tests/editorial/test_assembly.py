"""The rough cut from readings made up here: choices, reasons, locks, handles, missing lines."""

from __future__ import annotations

import itertools
from fractions import Fraction

import msgspec

from answerprint.core.frames import FrameGrid
from answerprint.core.logged import Slate, SoundMatch
from answerprint.core.proposals import Decision
from answerprint.core.records import Annotation, Asset, Damage, Stream, Track
from answerprint.core.time import Range, Time
from answerprint.departments.editorial.assembly import assemble
from answerprint.departments.editorial.layout import Assembly, CutSettings
from answerprint.departments.editorial.material import Material
from answerprint.formats.screenplays.model import Element, Scene, Screenplay

RATE = Fraction(24)
SAMPLES = Fraction(16000)
NO_SLATE = Slate()
SETTINGS = CutSettings(name="test", rate=RATE, handles=12)

SCREENPLAY = Screenplay(
    title="Test",
    scenes=(
        Scene(
            number="1",
            heading="INT. ROOM - DAY",
            elements=tuple(
                Element(kind="dialogue", text=text, line=number, character=who)
                for number, (who, text) in enumerate(
                    [("ANNA", "Is there a light?"), ("BEN", "There was."), ("ANNA", "Then who put it out?")],
                    1,
                )
            ),
        ),
    ),
)
LINES = SCREENPLAY.lines()


def reading(line: int, start: float, end: float, **value: object) -> Annotation:
    return Annotation(
        start=round(start * 16000),
        end=round(end * 16000),
        label=LINES[line].key,
        confidence=0.9,
        value={"completeness": 1.0, "fidelity": 1.0, **value},
    )


def clip(
    name: str, *readings: Annotation, slate: Slate = NO_SLATE, luma: float = 0.4, **rest: object
) -> Material:
    asset = Asset(
        id=name.ljust(64, "0"),
        name=f"{name}.mov",
        path=f"footage/{name}.mov",
        size=1,
        kind="picture",
        container="mov",
        streams=(
            Stream(index=0, kind="video", codec="h264", rate=RATE),
            Stream(index=1, kind="audio", codec="aac", rate=Fraction(48000)),
        ),
    )
    looks = Annotation(start=0, end=20 * 16000, value={"luma": luma, "sharpness": 0.5})
    return Material(
        asset=asset,
        frames=FrameGrid(first=Time(0, RATE), rate=RATE, count=480, end=Time(480, RATE)),
        readings=Track(asset=asset.id, name="readings.1", rate=SAMPLES, annotations=readings),
        looks=Track(asset=asset.id, name="looks.1", rate=SAMPLES, annotations=(looks,)),
        slate=slate,
        **rest,  # type: ignore[arg-type]
    )


def assert_gapless(assembly: Assembly) -> None:
    """Nothing overlaps, nothing is left out, and source and record are equally long."""
    at = Time(0, RATE)
    for one in assembly.cut.tracks[0].clips:
        assert one.record.start == at
        assert one.source.duration == one.record.duration
        at = one.record.end


TWO_TAKES = (
    clip("a", reading(0, 2, 3), reading(1, 4, 5), reading(2, 6, 7.5), slate=Slate(scene="1", take="1")),
    clip(
        "b",
        reading(0, 2, 3.4, fidelity=0.6, repeated=["is", "there"]),
        reading(1, 4, 5),
        reading(2, 6, 7.4, completeness=0.6, missing=["put", "it"]),
        slate=Slate(scene="1", take="2"),
    ),
)


def test_a_flubbed_reading_loses_and_the_reason_says_what_was_flubbed() -> None:
    assembly = assemble(SCREENPLAY, TWO_TAKES, SETTINGS)
    assert [slot.take for slot in assembly.slots] == ["scene 1 take 1"] * 3
    assert "repeats “is there”" in assembly.slots[0].reason
    assert "drops “put it”" in assembly.slots[2].reason
    assert assembly.slots[2].alternates[0].label == "scene 1 take 2"
    assert_gapless(assembly)


def test_a_circled_take_outranks_a_better_score() -> None:
    darker = clip(
        "c",
        *(reading(n, 2 + 2 * n, 3 + 2 * n) for n in range(3)),
        luma=0.2,
        slate=Slate(scene="1", take="3", circled=True),
    )
    assembly = assemble(SCREENPLAY, (*TWO_TAKES, darker), SETTINGS)
    assert {slot.take for slot in assembly.slots} == {"scene 1 take 3"}
    assert "circled" in assembly.slots[0].reason


def test_a_line_nobody_says_is_named_missing_and_the_rest_is_cut() -> None:
    only = clip("a", reading(0, 2, 3), reading(2, 6, 7))
    assembly = assemble(SCREENPLAY, (only,), SETTINGS)
    assert [one.label for one in assembly.missing] == ["1.2 BEN"]
    assert len(assembly.slots) == 2
    assert [one.code for one in assembly.findings if one.needs_a_person] == ["line.missing"]


def test_cut_never_shows_a_rejected_take() -> None:
    key = f"take:{LINES[1].key}"
    free = assemble(SCREENPLAY, TWO_TAKES, SETTINGS)
    rejected = Decision(proposal=key, answer="reject", asset=free.slots[1].asset, by="director")
    again = assemble(SCREENPLAY, TWO_TAKES, SETTINGS, {key: rejected})
    assert again.slots[1].asset != free.slots[1].asset
    assert any("rejected by director" in one.reason for one in again.excluded)


def test_cut_never_shows_a_damaged_stretch() -> None:
    hurt = Damage(kind="corrupt_data", range=Range.of_ticks(48, 60, RATE), reason="12 frames lost")
    damaged = clip("a", reading(0, 2, 3), reading(1, 4, 5), damage=(hurt,), slate=Slate(scene="1", take="1"))
    spare = clip("b", reading(0, 2, 3.4, fidelity=0.5, repeated=["is"]), slate=Slate(scene="1", take="2"))
    assembly = assemble(SCREENPLAY, (damaged, spare), SETTINGS)
    assert assembly.slots[0].take == "scene 1 take 2"
    for one in assembly.cut.tracks[0].clips:
        if one.asset == damaged.asset.id:
            assert not one.source.overlaps(Range.of_ticks(48, 60, RATE))


def test_a_locked_slot_comes_out_as_it_was_while_its_neighbours_change() -> None:
    free = assemble(SCREENPLAY, TWO_TAKES, SETTINGS)
    opening = free.slots[0]
    lock = Decision(proposal=opening.id, answer="lock", asset=opening.asset, range=opening.source)
    other = next(one.asset.id for one in TWO_TAKES if one.asset.id != free.slots[1].asset)
    replace = Decision(proposal=free.slots[1].id, answer="replace", asset=other)
    again = assemble(SCREENPLAY, TWO_TAKES, SETTINGS, {lock.proposal: lock, replace.proposal: replace})
    assert again.slots[0].source == opening.source
    assert again.slots[0].record == opening.record
    assert again.slots[0].decided == "locked"
    assert again.slots[1].asset == other
    assert_gapless(again)


def test_neighbouring_lines_of_one_take_play_on_without_a_cut_in_time() -> None:
    assembly = assemble(SCREENPLAY, TWO_TAKES[:1], SETTINGS)
    clips = assembly.cut.tracks[0].clips
    for before, after in itertools.pairwise(clips):
        assert after.source.start == before.source.end


def test_separate_sound_replaces_the_scratch_which_stays_muted_beneath() -> None:
    link = SoundMatch(
        picture="a",
        sound="s" * 64,
        offset=Time(1, Fraction(2)),
        method="common audio",
        confidence=0.9,
        heard=Range.of_ticks(0, 480, RATE),
    )
    assembly = assemble(SCREENPLAY, (clip("a", reading(0, 2, 3), sound=link),), SETTINGS)
    by_name = {track.name: track for track in assembly.cut.tracks}
    clean, scratch = by_name["A1"].clips[0], by_name["A2"].clips[0]
    assert clean.asset == link.sound
    assert clean.source.start == scratch.source.start + link.offset
    assert scratch.muted and by_name["A2"].muted
    assert clean.link == scratch.link == by_name["V1"].clips[0].link


def test_handles_that_the_source_does_not_hold_are_reported() -> None:
    assembly = assemble(SCREENPLAY, (clip("a", reading(0, 0.1, 1)),), SETTINGS)
    assert (
        assembly.slots[0].handles.head == 2
    )  # speech begins a tenth of a second in: no breath, and 2 frames
    assert "handles.short" in {finding.code for finding in assembly.findings}


def test_breath_gives_way_to_handles_where_the_source_is_short() -> None:
    assembly = assemble(SCREENPLAY, (clip("a", reading(0, 0.9, 2)),), SETTINGS)
    assert assembly.slots[0].handles.head == 12
    assert not [finding for finding in assembly.findings if finding.code == "handles.short"]


def test_the_board_is_never_shown() -> None:
    clap = Annotation(start=round(1.0 * 16000), end=round(1.03 * 16000), label="clap")
    slated = clip("a", reading(0, 2.2, 3))
    claps = Track(asset=slated.asset.id, name="claps.1", rate=SAMPLES, annotations=(clap,))
    heard = msgspec.structs.replace(slated, claps=claps)
    with_clap = assemble(SCREENPLAY, (heard,), SETTINGS).slots[0].source.start
    assert Time(178, Fraction(100)) <= with_clap < Time(19, Fraction(10))  # the board leaves by 1.78 s
    without = assemble(SCREENPLAY, (slated,), SETTINGS).slots[0].source.start
    assert without >= Time(11, Fraction(6))  # no clap is known: a third of a second of breath, no more
