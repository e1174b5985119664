"""The demonstration's answer print held against truth.json: choices, damage, levels, sync, pictures."""

from __future__ import annotations

import json
import math
import re
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import opentimelineio as otio
import pyloudnorm
import pytest
from productions import (
    DELIVERED,
    RATE,
    SAMPLE_RATE,
    Made,
    clip_truth,
    heard,
    line_truth,
    number,
    place_of,
    seconds,
    shown,
    truth,
)
from scipy.signal import correlate, resample_poly

from answerprint.core.timecode import parse_timecode

SPEECH_ROOM = Fraction(
    1, 20
)  # s that the edge of a synthesised voice may lie outside: truth is 2 % of its peak
SUBTITLE_SYNC = 0.15  # s between the first word and its subtitle
MILLISECOND = SAMPLE_RATE // 1000
LONGEST_LEAD = Fraction(1, 3)  # s by which picture and sound part at an edit, in the style of a drama
LEAD_IN = 9  # frames at each end of a slot that are not looked at


@pytest.fixture(scope="module")
def timeline(demo: Made) -> Any:
    """rough-cut.otio as its own library reads it."""
    return otio.adapters.read_from_file(str(demo.output("rough-cut.otio")))


def test_every_line_is_in_the_cut_in_script_order_or_named_missing(demo: Made) -> None:
    lines = [one["line"] for one in truth()["lines"]]
    assert [place_of(slot.label) for slot in demo.version.slots] == [
        line for line in lines if line not in truth()["missing"]
    ]
    assert [place_of(one.label) for one in demo.version.missing] == truth()["missing"] == ["3.5"]
    assert any("3.5 TOM" in need and "missing" in need for need in demo.summary.needs)


def test_every_slot_holds_a_whole_reading_of_its_line(demo: Made) -> None:
    for slot in demo.version.slots:
        read = line_truth(slot.file, place_of(slot.label))
        assert read["complete"] and not read["repeated_words"] and not read["dropped_words"], slot.label
        assert seconds(slot.range.start) <= Fraction(read["start"]) + SPEECH_ROOM, slot.label
        assert seconds(slot.range.end) >= Fraction(read["end"]) - SPEECH_ROOM, slot.label


def test_cut_shows_nothing_of_a_slate(demo: Made) -> None:
    for slot in demo.version.slots:
        first, end = clip_truth(slot.file)["slate"]["frames"]
        assert not (number(slot.range.start) < end and first < number(slot.range.end)), slot.label


def test_slots_follow_one_another_without_gap_or_overlap(demo: Made) -> None:
    slots = demo.version.slots
    assert number(slots[0].record.start) == 0
    for before, after in pairwise(slots):
        assert before.record.end == after.record.start
    assert number(slots[-1].record.end) == demo.version.duration.frame
    for slot in slots:
        length = seconds(slot.range.end) - seconds(slot.range.start)
        assert length == seconds(slot.record.end) - seconds(slot.record.start)


def test_flubbed_take_is_not_used_and_the_report_says_why(demo: Made) -> None:
    flub = line_truth("A001C003", "1.3")
    assert flub["repeated_words"] and flub["dropped_words"]
    assert "A001C003" not in demo.slot("1.3").file
    given = [
        *(one.cost for one in demo.slot("1.3").alternates if "1B take 1" in one.label),
        *(one.reason for one in demo.version.excluded if "A001C003" in one.file),
    ]
    assert given and all("repeats" in reason and "drops" in reason for reason in given)
    assert "repeats “i have a”" in demo.output("report.html").read_text("utf-8")


def test_take_that_breaks_off_is_not_used(demo: Made) -> None:
    assert not [slot.label for slot in demo.version.slots if "A001C004" in slot.file]
    assert any("A001C004" in one.file and "drops" in one.reason for one in demo.version.excluded)


def test_circled_take_is_used_for_its_lines_although_another_scores_higher(demo: Made) -> None:
    circled = next(one["clip"] for one in truth()["clips"] if one["circled"])
    for line in ("1.2", "1.4"):
        slot = demo.slot(line)
        assert Path(slot.file).stem == circled == "A001C006"
        assert "circled" in slot.reason
        assert any("not circled" in one.cost for one in slot.alternates)


def test_damaged_stretch_is_never_shown(demo: Made) -> None:
    first, end = clip_truth("A001C001")["damage"]["frames_changed"]
    for slot in demo.version.slots:
        if "A001C001" in slot.file:
            assert number(slot.range.end) <= first or number(slot.range.start) >= end, slot.label


def test_damage_is_named_to_the_frame(demo: Made) -> None:
    damage = clip_truth("A001C001")["damage"]
    named = [one for one in demo.version.excluded if "A001C001" in one.file and one.line is None]
    ranges = [one.range for one in named if one.range is not None and one.reason.startswith("damaged")]
    overwritten = set(range(*damage["frames_overwritten"]))
    covered = {frame for one in ranges for frame in range(number(one.start), number(one.end))}
    assert overwritten <= covered <= set(range(*damage["frames_changed"]))
    assert min(covered) == damage["frames_changed"][0]
    first = next(one for one in ranges if number(one.start) == min(covered))
    assert first.start.timecode is not None
    assert any(
        "A001C001.mp4 is damaged" in need and first.start.timecode in need for need in demo.summary.needs
    )


def test_loudness_of_the_final_file_by_another_meter(demo: Made) -> None:
    samples = heard(demo.output("rough-cut.mp4"))
    found = demo.version.loudness
    assert found is not None and found.integrated is not None and found.true_peak is not None
    measured = pyloudnorm.Meter(SAMPLE_RATE).integrated_loudness(samples.astype(np.float64))
    assert measured == pytest.approx(found.target, abs=0.5)
    assert measured == pytest.approx(found.integrated, abs=0.1)
    oversampled = resample_poly(samples.astype(np.float64), 8, 1, axis=0)
    peak = 20 * math.log10(np.abs(oversampled).max())
    assert peak <= found.ceiling
    assert peak == pytest.approx(found.true_peak, abs=0.3)


def test_subtitles_are_the_script_and_begin_with_the_first_word(demo: Made) -> None:
    cues = _srt(demo.output("rough-cut.srt").read_text("utf-8"))
    texts = {one["line"]: one["text"] for one in truth()["lines"]}
    slots = demo.version.slots
    assert [text for _, _, text in cues] == [texts[place_of(slot.label)] for slot in slots]
    for slot, (start, end, _) in zip(slots, cues, strict=True):
        read = line_truth(slot.file, place_of(slot.label))
        moved = seconds(slot.record.start) - seconds(slot.range.start)
        first, last = Fraction(read["start"]) + moved, Fraction(read["end"]) + moved
        assert start == pytest.approx(float(first), abs=SUBTITLE_SYNC), slot.label
        assert end >= float(last) - SUBTITLE_SYNC, slot.label
    for (_, end, _), (start, _, _) in pairwise(cues):
        assert end <= start


def test_both_subtitle_files_say_the_same(demo: Made) -> None:
    web = demo.output("rough-cut.vtt").read_text("utf-8")
    assert web.startswith("WEBVTT")
    times = r"(\d\d:\d\d:\d\d)[.,](\d{3}) --> (\d\d:\d\d:\d\d)[.,](\d{3})"
    assert re.findall(times, web) == re.findall(times, demo.output("rough-cut.srt").read_text("utf-8"))


def test_separate_sound_lies_where_it_was_recorded(demo: Made, timeline: Any) -> None:
    """The recorder's file begins offset_samples after the clip: to the millisecond in the cut."""
    found = 0
    for clip in _clips(timeline, "A1"):
        if not clip.media_reference.target_url.endswith(".wav"):
            continue
        ours = clip.metadata["answerprint"]["clip"]
        slot = next(one for one in demo.version.slots if one.id == ours["slot"])
        recorded = clip_truth(slot.file)["sound"]
        assert Path(clip.media_reference.target_url).name == Path(recorded["file"]).name
        start = ours["source"]["start"]
        in_sound = Fraction(int(start["ticks"])) / Fraction(start["rate"])
        offset = seconds(slot.range.start) - in_sound
        assert abs(offset - Fraction(recorded["offset"])) <= Fraction(1, 1000), slot.label
        found += 1
    assert found == sum(1 for slot in demo.version.slots if clip_truth(slot.file)["sound"]) == 4


def test_sound_of_the_film_is_in_sync_with_its_pictures(demo: Made) -> None:
    """Each slot of the final file against the sound recorded with its picture, to the millisecond."""
    film = heard(demo.output("rough-cut.mp4")).mean(axis=1)
    sources: dict[str, Any] = {}
    for slot in demo.version.slots:
        recorded = clip_truth(slot.file)["sound"]
        file = demo.root / slot.file
        delay = Fraction(0)
        if recorded:
            file = next((demo.root / "sound").rglob(Path(recorded["file"]).name))
            delay = Fraction(recorded["offset"])
        if file.name not in sources:
            sources[file.name] = heard(file)[:, 0]
        length = int((seconds(slot.range.end) - seconds(slot.range.start)) * SAMPLE_RATE)
        first = round((seconds(slot.range.start) - delay) * SAMPLE_RATE)
        at = round(seconds(slot.record.start) * SAMPLE_RATE)
        original = sources[file.name][first : first + length]
        slack = 50 * MILLISECOND
        rendered = film[at + slack : at + length - slack]
        likeness = correlate(original, rendered, mode="valid", method="fft")
        assert abs(int(np.argmax(likeness)) - slack) <= MILLISECOND, slot.label


def test_stray_sound_is_refused_with_the_reason(demo: Made, timeline: Any) -> None:
    stray = Path(truth()["stray_sound"][0]["file"]).name
    refused = [one for one in demo.version.findings if one.code == "sync.none"]
    assert len(refused) == 1 and stray in refused[0].message and "no common audio" in refused[0].message
    assert all(stray not in clip.media_reference.target_url for clip in _clips(timeline, "A1"))


def test_timeline_file_shows_the_same_cut(demo: Made, timeline: Any) -> None:
    """Sound lies where the slots say; the picture with it, in sync, but for the lead of a J or an L cut."""
    assert timeline.global_start_time == otio.opentime.from_timecode(demo.version.start_timecode, 24)
    pictures, sounds = _clips(timeline, "V1"), _clips(timeline, "A1")
    for slot, clip, sound in zip(demo.version.slots, pictures, sounds, strict=True):
        place = sound.range_in_parent()
        assert place.start_time == otio.opentime.RationalTime(number(slot.record.start), 24)
        assert place.duration.to_frames() == number(slot.record.end) - number(slot.record.start)
        assert (demo.output("rough-cut.otio").parent / clip.media_reference.target_url).resolve() == (
            demo.root / slot.file
        ).resolve()
        begins = clip.media_reference.available_range.start_time
        shows = clip.source_range.start_time.rescaled_to(begins.rate) - begins
        lead = (clip.range_in_parent().start_time - place.start_time).rescaled_to(begins.rate).value
        assert abs(lead) <= LONGEST_LEAD * begins.rate + 1e-6
        assert abs(shows.value - lead - number(slot.range.start)) < 1 + 1e-6, slot.label
    ends = [one.range_in_parent() for one in pictures]
    assert [one.end_time_exclusive() for one in ends[:-1]] == [one.start_time for one in ends[1:]]
    (scratch,) = (track for track in timeline.tracks if track.name == "A2")
    assert not scratch.enabled  # under separate sound the camera's own is kept, muted


def test_edit_list_shows_the_same_cut(demo: Made) -> None:
    text = demo.output("rough-cut.edl").read_text("utf-8")
    event = re.compile(r"^\d+\s+(\S+)\s+(\S+)\s+C\s+(\S+) (\S+) (\S+) (\S+)$", re.MULTILINE)
    events = [found.groups() for found in event.finditer(text)]
    pictures = [one for one in events if one[1] in ("V", "B", "AA/V")]
    sounds = [one for one in events if one[1] in ("A", "B")]
    for slot, picture, sound in zip(demo.version.slots, pictures, sounds, strict=True):
        assert picture[0] == Path(slot.file).stem
        assert sound[4:] == (slot.record.start.timecode, slot.record.end.timecode)
        rate = Fraction(clip_truth(slot.file)["rate"])
        lead = _frame(picture[4], RATE) - _frame(sound[4], RATE)
        shows = _frame(picture[2], rate) - _frame(str(slot.range.start.timecode), rate)
        assert abs(shows - lead / RATE * rate) < 1, slot.label


def _frame(label: str, rate: Fraction) -> int:
    return parse_timecode(label, rate, drop=";" in label)


def test_rendered_pictures_are_those_of_the_source(demo: Made) -> None:
    """Three pictures of every slot, decoded from the film and from the rushes."""
    film = demo.output("rough-cut.mp4")
    slots = demo.version.slots
    wanted = {slot.id: _looked_at(number(slot.record.start), number(slot.record.end)) for slot in slots}
    rendered = shown(film, {frame for frames in wanted.values() for frame in frames})
    for slot in slots:
        rate = Fraction(clip_truth(slot.file)["rate"])
        place = {
            frame: math.floor(
                (seconds(slot.range.start) + Fraction(frame - number(slot.record.start)) / RATE) * rate
            )
            for frame in wanted[slot.id]
        }
        sources = shown(demo.root / slot.file, place.values())
        for frame, index in place.items():
            # 8-bit 4:2:0 encoded once more at CRF 20 stays within a few codes on average.
            assert np.abs(rendered[frame] - sources[index]).mean() < 4, (slot.label, frame)


def test_film_has_the_cut_s_length_rate_and_raster(demo: Made) -> None:
    frames = demo.version.duration.frame
    assert frames is not None
    pictures = shown(demo.output("rough-cut.mp4"), (0, frames - 1))
    assert pictures[0].shape == (360, 640, 3)
    samples = len(heard(demo.output("rough-cut.mp4")))
    assert samples == pytest.approx(float(frames / RATE * SAMPLE_RATE), abs=1024)  # one AAC frame


def test_outputs_hold_no_absolute_path_and_the_page_needs_nothing_else(demo: Made) -> None:
    for name in (*DELIVERED, "summary.json", "report.html"):
        assert str(demo.root).encode() not in demo.output(name).read_bytes(), name
    page = demo.output("report.html").read_text("utf-8")
    assert not re.findall(r"(?:src|href)=[\"'](?!data:|#)[^\"']*", page)
    for expected in ("Is it too late to answer him?", "A001C001.mp4", "SR01-T04.wav", "LUFS"):
        assert expected in page
    assert json.loads(demo.output("summary.json").read_bytes())["version"] == "v001"
    assert (demo.root / "out/latest").resolve() == (demo.root / "out/v001").resolve()


def _looked_at(start: int, end: int) -> tuple[int, int, int]:
    return start + LEAD_IN, (start + end) // 2, end - 1 - LEAD_IN


def _clips(timeline: Any, track: str) -> list[Any]:
    (found,) = (one for one in timeline.tracks if one.name == track)
    return [one for one in found if isinstance(one, otio.schema.Clip)]


def _srt(text: str) -> list[tuple[float, float, str]]:
    cues = []
    for block in text.strip().split("\n\n"):
        _, times, *lines = block.split("\n")
        start, end = (_clock(one) for one in times.split(" --> "))
        cues.append((start, end, " ".join(lines)))
    return cues


def _clock(label: str) -> float:
    hours, minutes, rest = label.replace(",", ".").split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(rest)
