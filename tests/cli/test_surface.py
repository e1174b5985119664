"""The surface other programs script against: names and forms of what commands print with --json."""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from little_media import Command, film, wave

BOUNDARIES = {"cut", "dissolve", "fade_in", "fade_out", "wipe"}


def assert_is_a_time(place: Any) -> None:
    """{"time": "n/d", "frame": int | null, "timecode": str | null}, and nothing else."""
    assert set(place) == {"time", "frame", "timecode"}
    assert re.fullmatch(r"-?\d+/[1-9]\d*", place["time"])
    assert place["frame"] is None or type(place["frame"]) is int
    assert place["timecode"] is None or re.fullmatch(r"-?\d\d:\d\d:\d\d[:;]\d\d", place["timecode"])


def presentation_times(file: Path) -> list[Fraction]:
    with av.open(str(file)) as container:
        video = container.streams.video[0]
        assert video.time_base is not None
        return sorted(one.pts * video.time_base for one in container.demux(video) if one.pts is not None)


def test_probe_says_what_a_real_file_is(answerprint: Command, shared_data: Path) -> None:
    ran = answerprint("probe", shared_data / "video" / "counter.mp4", "--json")
    assert ran.code == 0
    found = ran.document
    assert {"streams", "timecode", "variable_rate", "rotation", "colour", "damage"} <= set(found)
    (stream,) = found["streams"]
    assert (stream["kind"], stream["codec"]) == ("video", "h264")
    assert (stream["width"], stream["height"]) == (1920, 1080)
    assert stream["rate"] == "10/1" and stream["frames"] == 30
    assert stream["start"]["time"] == "0/1" and stream["duration"]["time"] == "3/1"
    assert found["damage"] == [] and found["timecode"] is None
    assert found["variable_rate"] is False and found["rotation"] == 0
    assert set(found["colour"]) == {"primaries", "transfer", "matrix", "range"}
    for one in (stream["start"], stream["duration"], found["duration"]):
        assert_is_a_time(one)


def test_probe_keeps_a_start_that_is_not_zero(answerprint: Command, shared_data: Path) -> None:
    file = shared_data / "video" / "delayed_start.mp4"
    (stream,) = answerprint("probe", file, "--quick", "--json").document["streams"]
    times = presentation_times(file)
    assert Fraction(stream["start"]["time"]) == times[0] != 0
    assert stream["frames"] == len(times)


def test_probe_reads_timecode_and_sound(answerprint: Command, clip: Path) -> None:
    ran = answerprint("probe", clip, "--json")
    assert ran.code == 0
    assert {one["kind"] for one in ran.document["streams"]} >= {"video", "audio"}
    assert ran.document["timecode"]["label"] == "10:00:00:00"
    assert ran.document["timecode"]["rate"] == "25/1"


def test_probe_says_where_a_copy_was_cut_off(answerprint: Command, tmp_path: Path) -> None:
    whole = film(tmp_path / "whole.mkv", 50, 50, sound=False)
    data = whole.read_bytes()
    cut_off = tmp_path / "cut off.mkv"
    cut_off.write_bytes(data[: len(data) * 6 // 10])
    ran = answerprint("probe", cut_off, "--json")
    assert ran.code == 3
    assert ran.document["damage"]
    for one in ran.document["damage"]:
        assert {"from", "to", "kind", "reason"} <= set(one)
        assert isinstance(one["kind"], str) and one["reason"]
        assert (one["from"] is None) == (one["to"] is None)
    placed = [one for one in ran.document["damage"] if one["from"] is not None]
    assert placed
    for one in placed:
        assert_is_a_time(one["from"])
        assert_is_a_time(one["to"])
        assert 0 < Fraction(one["from"]["time"]) <= Fraction(one["to"]["time"]) <= 4
    assert answerprint("probe", whole, "--json").document["damage"] == []


def test_shots_of_a_delayed_file_start_where_its_pictures_start(
    answerprint: Command, shared_data: Path
) -> None:
    file = shared_data / "video" / "delayed_start.mp4"
    ran = answerprint("shots", file, "--json")
    assert ran.code == 0 and set(ran.document) == {"boundaries", "shots", "backend"}
    times = presentation_times(file)
    first = ran.document["shots"][0]
    assert set(first) == {"start", "end"}
    assert Fraction(first["start"]["time"]) == times[0] and first["start"]["frame"] == 0
    step = times[1] - times[0]
    assert Fraction(ran.document["shots"][-1]["end"]["time"]) == times[-1] + step


def test_a_cut_starts_and_ends_at_the_first_frame_of_the_new_shot(answerprint: Command, clip: Path) -> None:
    found = answerprint("shots", clip, "--json").document
    (cut,) = found["boundaries"]
    assert set(cut) == {"type", "start", "end", "confidence"}
    assert cut["type"] == "cut" and cut["start"] == cut["end"]
    assert cut["start"] == {"time": "24/25", "frame": 24, "timecode": "10:00:00:24"}
    assert 0 <= cut["confidence"] <= 1
    assert [(one["start"]["frame"], one["end"]["frame"]) for one in found["shots"]] == [(0, 24), (24, 48)]


def test_shots_lie_end_to_end_in_a_real_file(answerprint: Command, shared_data: Path) -> None:
    found = answerprint("shots", shared_data / "video" / "counter.mp4", "--json").document
    for one in found["boundaries"]:
        assert one["type"] in BOUNDARIES
        assert_is_a_time(one["start"])
        assert_is_a_time(one["end"])
        assert one["type"] != "cut" or one["start"] == one["end"]
    shots = found["shots"]
    assert shots[0]["start"]["time"] == "0/1" and shots[-1]["end"]["time"] == "3/1"
    for one, following in pairwise(shots):
        assert Fraction(one["end"]["time"]) <= Fraction(following["start"]["time"])


@pytest.mark.parametrize(
    ("arguments", "frame", "label"),
    [
        (("107892", "--rate", "30000/1001", "--drop"), 107892, "01:00:00;00"),  # SMPTE ST 12-1: 108 an hour
        (("01:00:00;00", "--rate", "30000/1001", "--drop"), 107892, "01:00:00;00"),
        (("01:00:00:00", "--rate", "25"), 90000, "01:00:00:00"),
        (("1001/24000s", "--rate", "23.976"), 1, "00:00:00:01"),
        (("2s", "--rate", "24"), 48, "00:00:02:00"),
        (("-5", "--rate", "24"), -5, "-00:00:00:05"),
    ],
)
def test_timecode_converts_exactly(
    answerprint: Command, arguments: tuple[str, ...], frame: int, label: str
) -> None:
    ran = answerprint("timecode", *arguments, "--json")
    assert ran.code == 0
    rates = {"23.976": Fraction(24000, 1001)}
    rate = rates.get(arguments[2]) or Fraction(arguments[2])
    assert (ran.document["frame"], ran.document["timecode"]) == (frame, label)
    assert Fraction(ran.document["time"]) == frame / rate
    assert re.fullmatch(r"-?\d+/\d+", ran.document["time"])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(frame=st.integers(-(10**7), 10**7), rate=st.sampled_from(["24000/1001", "25", "30000/1001", "60"]))
def test_a_timecode_read_back_is_the_same_frame(answerprint: Command, frame: int, rate: str) -> None:
    label = answerprint("timecode", str(frame), "--rate", rate, "--json").document["timecode"]
    assert answerprint("timecode", label, "--rate", rate, "--json").document["frame"] == frame


def test_status_of_a_new_production_is_empty(answerprint: Command, production: Path) -> None:
    ran = answerprint("status", production, "--json")
    assert ran.code == 0
    assert (ran.document["assets"], ran.document["tracks"], ran.document["jobs"]) == ([], [], [])


def test_status_names_assets_tracks_and_jobs(answerprint: Command, production: Path, clip: Path) -> None:
    assert answerprint("add", production, clip, wave(production.parent / "SR01" / "T01.wav")).code == 0
    assert answerprint("make", production, "--until", "log", "--workers", "0", "--json").code == 0
    found = answerprint("status", production, "--json").document
    assert {(one["name"], one["kind"]) for one in found["assets"]} == {
        ("A001C001.mov", "picture"),
        ("T01.wav", "sound"),
    }
    ids = {one["id"] for one in found["assets"]}
    assert {one["asset"] for one in found["tracks"]} == ids
    assert {"shots.1"} <= {one["name"] for one in found["tracks"]}
    assert found["jobs"]
    for job in found["jobs"]:
        assert job["state"] == "done" and {"step", "subject", "reason"} <= set(job)


MAKE_KEYS = {"outputs", "slots", "missing", "excluded", "steps", "loudness"}


def test_make_prints_one_document_at_any_stage(answerprint: Command, production: Path, clip: Path) -> None:
    answerprint("add", production, clip)
    first = answerprint("make", production, "--until", "log", "--workers", "0", "--json")
    assert first.code == 0 and set(first.document) >= MAKE_KEYS
    steps = first.document["steps"]
    assert {"ran", "reused", "failed"} <= set(steps)
    assert steps["ran"] > 0 and steps["reused"] == 0 and steps["failed"] == []
    again = answerprint("make", production, "--until", "log", "--workers", "0", "--json").document["steps"]
    assert (again["ran"], again["reused"]) == (0, steps["ran"])


@pytest.mark.slow
def test_make_says_where_its_files_are_and_why_each_choice(
    answerprint: Command, production: Path, shared_data: Path
) -> None:
    answerprint("add", production, shared_data / "video" / "auto_editor_example.mp4")
    ran = answerprint("make", production, "--workers", "0", "--json")
    assert ran.code in (0, 3)
    found = ran.document
    assert set(found) >= MAKE_KEYS
    for name, path in found["outputs"].items():
        assert Path(path).is_file() and Path(path).name == name
    assert found["slots"]
    for slot in found["slots"]:
        assert {"line", "asset", "range", "reason", "alternates"} <= set(slot)
        assert slot["reason"]
        assert_is_a_time(slot["range"]["start"])
        assert_is_a_time(slot["range"]["end"])
        for other in slot["alternates"]:
            assert_is_a_time(other["range"]["start"])
    for one in found["excluded"]:
        assert {"asset", "range", "reason"} <= set(one) and one["reason"]
    assert {"integrated", "target"} <= set(found["loudness"])
