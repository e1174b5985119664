"""AAF files of other programs, and files that are none."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import aaf2
import pytest
from aaf2.auid import AUID
from aaf2.rational import AAFRational
from aaf_files import (
    LINK,
    PAL,
    changed,
    clip,
    cut_of,
    effect,
    made,
    sequence,
    source,
    top,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from answerprint.core.cut import Transition
from answerprint.core.errors import FormatError
from answerprint.core.time import Range, Time
from answerprint.formats.timelines.aaf import write_aaf
from answerprint.formats.timelines.aaf_effects import REPEAT, SPEED
from answerprint.formats.timelines.aaf_reading import read_aaf
from answerprint.formats.timelines.model import record_frames

# --- other programs' ---------------------------------------------------------------------------------------


def test_a_media_composer_sequence_of_layers_and_markers(shared_data: Path) -> None:
    file = read_aaf((shared_data / "timelines" / "aaf" / "multitrack.aaf").read_bytes())
    cut = file.cut
    assert (cut.rate, cut.timecode(0)) == (24, "01:00:00:00")
    assert [(one.name, one.kind, len(one.clips)) for one in cut.tracks] == [
        ("Circles", "video", 3),
        ("V2", "video", 1),
        ("V3", "video", 1),
        ("A1", "audio", 8),
        ("A2", "audio", 8),
    ]
    assert [(one.range.start.ticks, one.name, one.colour) for one in cut.markers] == [
        (375, "v1 red tech", "RED"),
        (665, "v2 green hawk", "GREEN"),
        (1100, "v3 cyan filler", "CYAN"),
    ]
    assert {one.channels for one in cut.tracks[4].clips} == {(1,)}
    link = file.media[cut.tracks[0].clips[0].asset]
    assert (link.name, link.frames, link.start_frame, link.channels) == (
        "tech.fux (loop)-HD.mp4",
        720,
        86400,
        2,
    )
    assert cut.tracks[0].clips[0].link == cut.tracks[3].clips[0].link is not None


def test_the_timecode_of_imported_media_is_its_own(shared_data: Path) -> None:
    file = read_aaf((shared_data / "timelines" / "aaf" / "timecode_test.aaf").read_bytes())
    starts = [file.media[one.asset].start_frame for one in file.cut.tracks[0].clips]
    assert starts == [0, 86400]
    assert [one.source.start.seconds for one in file.cut.tracks[0].clips] == [1, 1]


def test_sound_cut_between_frames_moves_to_the_nearest_with_its_source_and_is_told() -> None:
    def build(file: Any, master: Any) -> list[Any]:
        first = source(file, master, 480, 1920 * 3 + 100, "sound")
        return [first, source(file, master, 9600, 1920 * 2 - 100, "sound")]

    found = read_aaf(made(build, rate=48000, kind="sound"))
    one, two = found.cut.tracks[0].clips
    assert [record_frames(clip, PAL) for clip in (one, two)] == [(0, 3), (3, 5)]
    assert one.source.start.seconds == Fraction(480, 48000)
    assert two.source.start.seconds == Fraction(9600 - 100, 48000)
    told = [loss for loss in found.losses if loss.feature == "record_range"]
    assert len(told) == 2 and "+100 edit units off" in told[0].detail


def test_a_transition_into_filler_is_a_fade_for_as_long_as_it_is_seen() -> None:
    def build(file: Any, master: Any) -> list[Any]:
        make = file.create.from_name
        way = make("Transition", "picture", 10)
        way["OperationGroup"].value = effect(
            file, "0c3bea43-fc05-11d2-8a29-0050040ef7d2", "Fade to Black", [], 10
        )
        way.cutpoint = 4
        return [source(file, master, 0, 56), way, make("Filler", "picture", 20)]

    (found,) = read_aaf(made(build)).cut.tracks[0].clips
    assert record_frames(found, PAL) == (0, 56)
    assert found.fade_out == Transition("dissolve", 10, 10)


def test_a_group_clip_shows_its_angle_and_a_disabled_one_none() -> None:
    def build(file: Any, master: Any) -> list[Any]:
        make = file.create.from_name
        group, off = make("Selector", "picture", 20), make("Selector", "picture", 20)
        group["Selected"].value = source(file, master, 5, 20)
        group["Alternates"].extend([source(file, master, 6, 20), source(file, master, 7, 20)])
        off["Selected"].value = make("Filler", "picture", 20)
        off["Alternates"].extend([source(file, master, 8, 20)])
        return [group, off]

    found = read_aaf(made(build))
    shown, hidden = found.cut.tracks[0].clips
    assert (shown.source.start, shown.muted) == (Time(5, PAL), False)
    assert (hidden.source.start, hidden.muted) == (Time(8, PAL), True)
    assert "its 2 other angles" in found.losses[0].detail


def test_effects_in_effects_are_taken_off_and_told() -> None:
    blur, scale = "11111111-2222-3333-4444-555555555555", "2e0a119d-e6f7-4bee-b5dc-6dd42988687e"

    def build(file: Any, master: Any) -> list[Any]:
        make = file.create.from_name
        inner = effect(file, blur, "Blur", [source(file, master, 10, 30)], 30)
        outer = effect(file, scale, "Resize", [inner], 25)
        row = make("Sequence", "picture")
        row.components.value = [source(file, master, 0, 10), source(file, master, 90, 10)]
        flat = effect(file, "f1db0f3d-8d64-11d3-80df-006008143e6f", "Submaster", [row], 20)
        title = effect(file, "2c50831c-572e-4042-b1dd-55ed0b7c49df", "Title", [], 15)
        return [outer, flat, title, source(file, master, 3, 5)]

    found = read_aaf(made(build))
    places = [(record_frames(one, PAL), one.source.start) for one in found.cut.tracks[0].clips]
    assert places == [
        ((0, 25), Time(10, PAL)),
        ((25, 35), Time(0, PAL)),
        ((35, 45), Time(90, PAL)),
        ((60, 65), Time(3, PAL)),
    ]
    told = [(one.feature, one.detail) for one in found.losses]
    assert [one.split(" ")[0] for _, one in told] == ["Blur", "Resize", "Submaster", "Title"]
    assert told[3][0] == "generator"


def test_a_speed_over_several_clips_is_a_nested_cut_and_a_repeat_a_freeze() -> None:
    def build(file: Any, master: Any) -> list[Any]:
        make = file.create.from_name
        row = make("Sequence", "picture")
        row.components.value = [source(file, master, 0, 10), source(file, master, 90, 30)]
        ratio = make(
            "ParameterDef", AUID("72559a80-24d7-11d3-8a50-0050040ef7d2"), "SpeedRatio", "", "Rational"
        )
        file.dictionary.register_def(ratio)
        half = make("ConstantValue", ratio, AAFRational(1, 2))
        fast = effect(file, SPEED, "Motion Control", [row], 20, warps=True, ratio=half)
        return [fast, effect(file, REPEAT, "Repeat", [source(file, master, 77, 1)], 12)]

    fast, held = read_aaf(made(build)).cut.tracks[0].clips
    assert fast.nested is not None and fast.speed == 2
    assert [record_frames(one, PAL) for one in fast.nested.tracks[0].clips] == [(0, 10), (10, 40)]
    assert (held.speed, held.source, record_frames(held, PAL)) == (0, Range.of_ticks(77, 77, PAL), (20, 32))


def test_a_subclip_is_its_master_and_alternates_of_essence_are_told() -> None:
    def build(file: Any, master: Any) -> list[Any]:
        make = file.create.from_name
        part = make("CompositionMob", "part of it")
        part.usage = "Usage_SubClip"
        part.slots.extend([make("TimelineMobSlot", 4, "", source(file, master, 1000, 200), 0, 25)])
        file.content.mobs.extend([part])
        group = make("EssenceGroup", "picture", 10)
        group["Choices"].extend([source(file, master, 40, 10), source(file, master, 41, 10)])
        return [make("SourceClip", 7, 20, part.mob_id, 4, "picture"), group]

    found = read_aaf(made(build))
    first, second = found.cut.tracks[0].clips
    assert (first.name, first.source.start, first.nested) == ("part of it", Time(1007, PAL), None)
    assert second.source.start == Time(40, PAL)
    assert "of 2 alternates of its media" in found.losses[0].detail


def test_missing_media_stays_as_a_named_clip_and_other_sequences_are_told() -> None:
    def build(file: Any, master: Any) -> list[Any]:
        make = file.create.from_name
        other = make("CompositionMob", "second")
        other.usage = "Usage_TopLevel"
        gone = aaf2.mobid.MobID.new()
        file.content.mobs.extend([other])
        return [make("SourceClip", 7, 20, gone, 1, "picture")]

    found = read_aaf(made(build))
    assert [(one.feature, one.where) for one in found.losses] == [
        ("clips", "second"),
        ("media", found.cut.tracks[0].clips[0].asset),
    ]
    (one,) = found.cut.tracks[0].clips
    assert found.cut.name == "theirs" and one.name.startswith("urn:smpte:umid:")
    assert found.media[one.asset].frames == 0


def test_essence_inside_the_file_is_told() -> None:
    def build(file: Any, master: Any) -> list[Any]:
        make = file.create.from_name
        inside = make("SourceMob", "inside")
        inside.descriptor = make("PCMDescriptor")
        for name in ("BlockAlign", "AverageBPS", "AudioSamplingRate", "Channels", "QuantizationBits"):
            inside.descriptor[name].value = 2
        inside.descriptor["SampleRate"].value, inside.descriptor["Length"].value = 48000, 9
        inside.slots.extend(
            [make("TimelineMobSlot", 1, "", make("SourceClip", 0, 9, None, 0, "sound"), 0, 25)]
        )
        essence = make("EssenceData")
        essence.mob_id = inside.mob_id
        file.content.mobs.extend([inside])
        file.content.essencedata.append(essence)
        essence.open("w").write(b"sound")
        return [make("SourceClip", 0, 5, inside.mob_id, 1, "sound")]

    losses = read_aaf(made(build, kind="sound")).losses
    assert any("inside the AAF" in one.detail for one in losses)


# --- files that are none -----------------------------------------------------------------------------------


def test_a_file_that_is_none_or_cut_off_is_told() -> None:
    data = write_aaf(cut_of(clip(0, 10)), {"a": LINK})
    for broken, code in (
        (b"", "640"),
        (b"<xmeml/>" * 100, "640"),
        (data[:600], "641"),
        (data[: len(data) // 2], "641"),
        (data[:-4096], "641"),
        (data[:30] + b"\x40\x00" + data[32:], "642"),
        (data[:72] + b"\xff\xff\xff\xff" + data[76:], "641"),
    ):
        with pytest.raises(FormatError, match=f"AP-FORMAT-{code}"):
            read_aaf(broken)


def test_a_stream_that_says_it_is_longer_than_the_file_is_refused() -> None:
    data = bytearray(write_aaf(cut_of(clip(0, 10)), {"a": LINK}))
    place = data.index("properties".encode("utf-16-le"))
    data[place + 120 : place + 128] = (2**40).to_bytes(8, "little")
    with pytest.raises(FormatError, match="AP-FORMAT-642"):
        read_aaf(bytes(data))


DAMAGED = write_aaf(cut_of(clip(0, 10), clip(10, 10, speed=Fraction(2))), {"a": LINK})


@given(
    places=st.lists(st.tuples(st.integers(0, len(DAMAGED) - 1), st.integers(0, 255)), min_size=1, max_size=40)
)
@settings(max_examples=60, deadline=None)
def test_damage_anywhere_is_a_coded_error_or_a_timeline(places: list[tuple[int, int]]) -> None:
    data = bytearray(DAMAGED)
    for place, value in places:
        data[place] = value
    try:
        read_aaf(bytes(data))
    except FormatError as error:
        assert "AP-FORMAT-640" <= error.code <= "AP-FORMAT-659"


@pytest.mark.parametrize("length", [-5, 2**50])
def test_a_length_that_is_none_is_refused(length: int) -> None:
    def build(file: Any, master: Any) -> list[Any]:
        return [source(file, master, 0, length)]

    with pytest.raises(FormatError, match="AP-FORMAT-646"):
        read_aaf(made(build))


def test_clips_of_no_length_are_left_out_and_told() -> None:
    def build(file: Any, master: Any) -> list[Any]:
        return [source(file, master, 0, 0), source(file, master, 0, 4)]

    found = read_aaf(made(build))
    assert len(found.cut.tracks[0].clips) == 1
    assert [one.feature for one in found.losses] == ["clips"]


def test_mobs_that_refer_to_themselves_are_refused() -> None:
    def into_itself(file: Any) -> None:
        mob = top(file)
        sequence(file).components[0].mob = mob

    def in_a_circle(file: Any) -> None:
        master = next(file.content.mastermobs())
        files = master.slots[0].segment.mob
        files.slots[0].segment.mob_id = master.mob_id
        files.slots[0].segment.slot_id = 1

    data = write_aaf(cut_of(clip(0, 10)), {"a": LINK})
    for change in (into_itself, in_a_circle):
        with pytest.raises(FormatError, match="AP-FORMAT-645"):
            read_aaf(changed(data, change))


def test_a_cut_nested_twice_in_each_of_many_is_refused_before_it_fills_the_memory() -> None:
    def deeper(file: Any) -> None:
        make = file.create.from_name
        below = top(file)
        for level in range(24):
            below.usage = "Usage_LowerLevel"
            mob = make("CompositionMob", f"level {level}")
            row = make("Sequence", "picture")
            row.components.value = [make("SourceClip", 0, 10, below.mob_id, 101, "picture") for _ in range(2)]
            mob.slots.extend([make("TimelineMobSlot", 101, "", row, 0, 25)])
            file.content.mobs.extend([mob])
            below = mob
        below.usage = "Usage_TopLevel"

    with pytest.raises(FormatError, match="AP-FORMAT-647"):
        read_aaf(changed(write_aaf(cut_of(clip(0, 10)), {"a": LINK}), deeper))


def test_a_file_without_a_sequence_or_a_rate_says_so() -> None:
    def none(file: Any) -> None:
        for mob in list(file.content.compositionmobs()):
            mob.usage = "Usage_SubClip"

    data = write_aaf(cut_of(clip(0, 10)), {"a": LINK})
    with pytest.raises(FormatError, match="AP-FORMAT-643"):
        read_aaf(changed(data, none))

    def rateless(file: Any) -> None:
        for slot in top(file).slots:
            slot.edit_rate = 48000

    with pytest.raises(FormatError, match="AP-FORMAT-644"):
        read_aaf(changed(data, rateless))
    assert read_aaf(changed(data, rateless), rate=PAL).cut.rate == PAL
