"""AAF files: what Media Composer, Resolve and Pro Tools are given, and what comes back of ours."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aaf2.rational import AAFRational
from aaf_files import (
    LINK,
    NTSC,
    PAL,
    again,
    changed,
    clip,
    cut_of,
    opened,
    sequence,
    top,
)
from hypothesis import given, settings
from made_up_cuts import cuts
from rich_cuts import rich_cut

from answerprint.core.cut import Cut, CutTrack, Marker, Transition
from answerprint.core.errors import FormatError
from answerprint.core.time import Range, Time
from answerprint.formats.timelines import aaf_media_reading, aaf_reading
from answerprint.formats.timelines.aaf import write_aaf
from answerprint.formats.timelines.aaf_effects import GAINS, SPEED, VIDEO_DISSOLVE, WIPE
from answerprint.formats.timelines.aaf_reading import read_aaf
from answerprint.formats.timelines.comparing import compare
from answerprint.formats.timelines.model import MediaLink, TimelineFile, record_frames, source_of

# --- what is written ---------------------------------------------------------------------------------------


def test_a_file_has_what_other_programs_look_for() -> None:
    cut, media = rich_cut(NTSC)
    with opened(write_aaf(cut, media)) as file:
        mob = top(file)
        primary = mob.slots[0]
        assert (primary["PhysicalTrackNumber"].value, primary.edit_rate) == (1, NTSC)
        assert (primary.segment.start, primary.segment.fps, primary.segment.drop) == (108000, 30, True)
        assert str(file.header["OperationalPattern"].value) == "0d011201-0100-0000-060e-2b3404010105"
        kinds = [one.media_kind for one in mob.slots]
        assert kinds.count("Picture") == 2 and kinds.count("Sound") == 2 + 4  # A3 is heard in four channels
        named = {one.name: one for one in file.content.mastermobs()}
        assert [one.media_kind for one in named["A001.mov"].slots] == ["Picture"] + 4 * ["Sound"]
        assert dict(named["graded"].comments.items()) == {
            "ASC_SOP": "(1.1 1.0 0.9)(0.01 0.0 -0.02)(1.0 1.05 1.0)",
            "ASC_SAT": "0.9",
        }
        files = [one for one in file.content.sourcemobs() if one.name == "A001.mov"]
        urls = {one.descriptor["Locator"].value[0]["URLString"].value for one in files}
        assert urls == {"footage/A001/A001.mov"}
        tape = next(one for one in file.content.sourcemobs() if one.name == "A001")
        assert type(tape.descriptor).__name__ == "TapeDescriptor"
        picture = files[0].slots[0].segment
        assert (picture.start, picture.length, picture.mob.name) == (10 * 108000, 4000, "A001")


def test_transitions_speeds_and_gains_are_the_standard_ones() -> None:
    cut, media = rich_cut(PAL)
    with opened(write_aaf(cut, media)) as file:
        parts = list(sequence(file).components)
        ways = [one for one in parts if type(one).__name__ == "Transition"]
        told = [(str(one["OperationGroup"].value.operation.auid), one.length, one.cutpoint) for one in ways]
        assert told == [(VIDEO_DISSOLVE, 12, 6), (WIPE, 10, 5), (VIDEO_DISSOLVE, 24, 24)]
        ratios = {
            (one.length, one.segments[0].length, next(iter(one.parameters.values())).value)
            for one in parts
            if type(one).__name__ == "OperationGroup" and str(one.operation.auid) == SPEED
        }
        assert ratios == {
            (50, 100, Fraction(1, 2)),
            (50, 25, Fraction(2)),
            (40, 40, Fraction(-1)),
            (30, 1, Fraction(30)),  # a freeze: one frame, as long as it is held
        }
        selector = next(one for one in parts if type(one).__name__ == "Selector")
        assert type(selector["Selected"].value).__name__ == "Filler"
        gains = [one for one in sequence(file, "Sound").components if type(one).__name__ == "OperationGroup"]
        (gain,) = gains
        assert str(gain.operation.auid) == GAINS[0]
        assert abs(float(next(iter(gain.parameters.values())).value) - 10 ** (-3 / 20)) < 1e-6
        nested = next(
            one.mob for one in parts if getattr(one, "mob", None) and one.mob.name == "a scene within"
        )
        assert (type(nested).__name__, nested.usage) == ("CompositionMob", "Usage_LowerLevel")
        total = sum(-one.length if one in ways else one.length for one in parts)
        assert total == cut.frames


def test_notes_are_markers_with_colour_and_length() -> None:
    cut, media = rich_cut(PAL)
    with opened(write_aaf(cut, media)) as file:
        slot = next(one for one in top(file).slots if type(one).__name__ == "EventMobSlot")
        found = [(one["Position"].value, one["Comment"].value, one.length) for one in slot.segment.components]
        assert found == [(30, "eyeline: check it", 1), (40, "look: twice", 1), (120, "music in", 30)]
        listed = slot.segment.components[2]["CommentMarkerAttributeList"].value
        assert ("_ATN_CRM_COLOR", "Blue") in [(one.name, one.value) for one in listed]


def test_the_same_cut_is_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    code = (
        "import hashlib; from rich_cuts import rich_cut;"
        "from answerprint.formats.timelines.aaf import write_aaf;"
        "print(hashlib.sha256(write_aaf(*rich_cut())).hexdigest())"
    )
    here = hashlib.sha256(write_aaf(*rich_cut())).hexdigest()
    environment = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": str(Path(__file__).parent)}
    there = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, check=True, text=True
    )
    assert there.stdout.strip() == here


def urls_of(data: bytes) -> set[str]:
    with opened(data) as file:
        descriptors = [one.descriptor for one in file.content.sourcemobs()]
        return {url["URLString"].value for one in descriptors for url in one["Locator"].value or ()}


def test_media_is_found_below_a_root_or_where_its_url_says() -> None:
    cut = cut_of(clip(0, 10))
    below = write_aaf(cut, {"a": LINK}, media_root="file:///Volumes/film")
    assert urls_of(below) == {"file:///Volumes/film/footage/card%201/A001.mov"}
    whole = msgspec.structs.replace(LINK, url="file:///elsewhere/card 1/A001.mov")
    assert urls_of(write_aaf(cut, {"a": whole}, media_root="../..")) == {
        "file:///elsewhere/card%201/A001.mov"
    }


def test_a_clip_without_media_is_named() -> None:
    with pytest.raises(FormatError, match="AP-FORMAT-026"):
        write_aaf(cut_of(clip(0, 10)), {})


# --- there and back ----------------------------------------------------------------------------------------


@pytest.fixture
def theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reads as if our own attributes were not there: only what AAF itself says."""
    for module in (aaf_reading, aaf_media_reading):
        monkeypatch.setattr(module, "kept", lambda mob: {})


@pytest.mark.usefixtures("theirs")
@pytest.mark.parametrize("rate", [Fraction(24000, 1001), PAL, NTSC, Fraction(60000, 1001)], ids=str)
def test_without_our_attributes_only_roles_some_links_and_whose_a_note_is_are_lost(rate: Fraction) -> None:
    cut, media = rich_cut(rate)
    losses = compare(TimelineFile(cut=cut, media=media), read_aaf(write_aaf(cut, media)))
    assert {one.feature for one in losses} == {"role", "links", "markers", "clip_markers"}


def test_made_up_cuts_are_native(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (aaf_reading, aaf_media_reading):
        monkeypatch.setattr(module, "kept", lambda mob: {})

    @given(made_up=cuts())
    @settings(max_examples=25, deadline=None)
    def of_every_cut(made_up: tuple[Cut, dict[str, MediaLink]]) -> None:
        cut, media = made_up
        back = read_aaf(write_aaf(cut, media))
        losses = {one.feature for one in compare(TimelineFile(cut=cut, media=media), back)}
        assert not {"rate", "start_timecode", "record_range", "clips", "dissolve", "wipe", "fade"} & losses
        for before, after in zip(cut.tracks[0].clips, back.cut.tracks[0].clips, strict=True):
            assert record_frames(before, cut.rate) == record_frames(after, cut.rate)
            assert before.speed == after.speed or (
                before.speed == 0 and record_frames(before, cut.rate)[1] == 1
            )

    of_every_cut()


def test_everything_of_a_clip_and_a_cut_comes_back() -> None:
    marker = Marker(Range.of_ticks(110, 111, PAL), "a: b", "c", "CYAN")
    unseen = Marker(Range.of_ticks(4000, 4001, PAL), "later")
    one = clip(
        0,
        50,
        slot="s1",
        lines=("a", "b"),
        link="L",
        stream=2,
        locked=True,
        reason="best \ud800 \0 take",
        metadata={"k": [1, 2.5, None]},
        markers=(marker, unseen),
        transition=Transition("wipe", 8, 0, "Iris"),
    )
    cut = cut_of(
        one,
        clip(50, 10, name="", fade_out=Transition("dissolve", 5, 5)),
        clip(60, 20, 7, speed=Fraction(-7, 3), name="x" * 40_000),
        metadata={"note": "n" * 70_000},
        markers=(Marker(Range.of_ticks(3, 9, PAL), "", "only a comment", "Sable"),),
        width=720,
        height=576,
    )
    assert again(cut).cut == cut


def test_sound_of_all_channels_is_a_slot_for_each_and_one_track_again() -> None:
    cut = cut_of(clip(0, 50), clip(50, 20, channels=(1,)), kind="audio")
    data = write_aaf(cut, {"a": LINK})
    with opened(data) as file:
        slots = [one.segment.components for one in top(file).slots if one.media_kind == "Sound"]
        assert [[getattr(one, "slot_id", None) for one in parts] for parts in slots] == [[2, 3], [3, None]]
    assert read_aaf(data).cut == cut


def test_media_of_variable_rate_comes_back_with_every_picture() -> None:
    times = (7, 3010, 6004, 9100, 12000, 15900)
    link = msgspec.structs.replace(LINK, frames=6, time_base=Fraction(1, 90000), frame_times=times)
    cut = cut_of(
        msgspec.structs.replace(
            clip(0, 2), source=Range(Time(3100, Fraction(90000)), Time(10300, Fraction(90000)))
        )
    )
    back = again(cut, link)
    assert back.media["a"] == link and back.cut == cut


# --- changed in between ------------------------------------------------------------------------------------


def test_a_slipped_clip_keeps_our_record_and_moves_with_its_source() -> None:
    exact = Time(2_000_001, Fraction(480_000))
    one = clip(0, 50, lines=("l",), reason="why")
    one = msgspec.structs.replace(one, source=source_of(exact, 50, PAL, Fraction(1)))

    def slip(file: Any) -> None:
        sequence(file).components[0].start += 5

    (found,) = read_aaf(changed(write_aaf(cut_of(one), {"a": LINK}), slip)).cut.tracks[0].clips
    assert (found.lines, found.reason, found.asset) == (("l",), "why", "a")
    assert found.source.start == exact + Time(5, PAL)


def test_what_was_changed_in_another_program_is_read_from_it() -> None:
    cut = cut_of(
        clip(0, 50, gain_db=-3.0, reason="r"),
        clip(50, 50, transition=Transition("dissolve", 10, 5)),
        kind="audio",
        markers=(Marker(Range.of_ticks(7, 8, PAL), "n", "c", "RED"),),
    )

    def change(file: Any) -> None:
        parts = sequence(file, "Sound").components
        next(iter(parts[0].parameters.values())).value = AAFRational(2, 1)
        parts[1].cutpoint = 8
        slot = next(one for one in top(file).slots if type(one).__name__ == "EventMobSlot")
        slot.segment.components[0]["Comment"].value = "rewritten"
        top(file).name = "renamed"

    back = read_aaf(changed(write_aaf(cut, {"a": msgspec.structs.replace(LINK, channels=1)}), change)).cut
    first, second = back.tracks[0].clips
    assert abs(first.gain_db - 6.0206) < 1e-4 and first.reason == "r"
    assert second.transition == Transition("dissolve", 10, 8)
    assert record_frames(second, PAL) == (53, 100) and record_frames(first, PAL) == (0, 53)
    assert second.source.start == Time(103, PAL)
    assert [(one.name, one.comment) for one in back.markers] == [("rewritten", "")]
    assert back.name == "renamed"


def test_a_track_muted_by_us_and_heard_again_in_part_is_not_muted() -> None:
    track = CutTrack(name="V1", kind="video", muted=True, clips=(clip(0, 10), clip(10, 10, muted=True)))
    cut = Cut(name="m", rate=PAL, tracks=(track,))
    data = write_aaf(cut, {"a": LINK})
    assert read_aaf(data).cut == cut

    def enable(file: Any) -> None:
        selector = sequence(file).components[0]
        chosen = selector["Alternates"].value[0].copy()
        selector["Selected"].value = chosen

    back = read_aaf(changed(data, enable)).cut.tracks[0]
    assert (back.muted, [one.muted for one in back.clips]) == (False, [False, True])
