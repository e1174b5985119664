"""The committed demonstration is what its truth says it is: clips, rates, timecodes, sound, and faults."""

from __future__ import annotations

import csv
import json
import subprocess
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from answerprint.core.timecode import parse_timecode
from answerprint.formats.screenplays.fountain import read_fountain
from answerprint.formats.screenplays.model import spoken_words

DEMO = Path(__file__).resolve().parents[2] / "demo"
TRUTH: dict[str, Any] = json.loads((DEMO / "truth.json").read_text(encoding="utf-8"))
CLIPS: list[dict[str, Any]] = TRUTH["clips"]
SIZE_LIMIT = 5_500_000

by_clip = pytest.mark.parametrize("clip", CLIPS, ids=lambda clip: clip["clip"])
with_sound = pytest.mark.parametrize("clip", [c for c in CLIPS if c["sound"]], ids=lambda clip: clip["clip"])


def decoded_frames(path: Path) -> int:
    """How many frames come out, however many packets do not."""
    count = 0
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        stream.codec_context.thread_count = 1
        for packet in file.demux(stream):
            try:
                count += len(packet.decode())
            except av.error.InvalidDataError:
                continue
    return count


def heard(path: Path) -> NDArray[np.float64]:
    with av.open(str(path)) as file:
        blocks = [block.to_ndarray()[0] for block in file.decode(file.streams.audio[0])]
    return np.concatenate(blocks).astype(np.float64)


def test_the_demonstration_stays_small_enough_to_commit() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "."],
        cwd=DEMO,
        check=False,
        capture_output=True,
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout: what would be committed is not known")
    names = [name for name in listed.stdout.decode().split("\0") if name]
    assert sum((DEMO / name).stat().st_size for name in names) < SIZE_LIMIT


def test_every_file_of_the_rushes_is_in_the_truth_and_the_other_way_round() -> None:
    told = {clip["file"] for clip in CLIPS} | {clip["sound"]["file"] for clip in CLIPS if clip["sound"]}
    told |= {one["file"] for one in TRUTH["stray_sound"]} | {"rushes/script_log.csv"}
    there = {path.relative_to(DEMO).as_posix() for path in (DEMO / "rushes").rglob("*") if path.is_file()}
    assert there == told


@by_clip
def test_a_clip_has_the_rate_length_and_timecode_it_was_made_with(clip: dict[str, Any]) -> None:
    with av.open(str(DEMO / clip["file"])) as file:
        video, sound = file.streams.video[0], file.streams.audio[0]
        assert video.average_rate == Fraction(clip["rate"])
        assert video.frames == clip["frames"]
        assert video.duration * video.time_base == Fraction(clip["duration"])
        assert (video.start_time, sound.start_time) == (0, 0)
        assert (video.width, video.height, sound.rate) == (640, 360, TRUTH["sample_rate"])
        labels = {one.metadata["timecode"] for one in file.streams if "timecode" in one.metadata}
        assert labels == {clip["timecode"]}
    assert clip["samples"] == Fraction(clip["duration"]) * TRUTH["sample_rate"]


@by_clip
def test_only_the_damaged_clip_loses_frames(clip: dict[str, Any]) -> None:
    lost = clip["frames"] - decoded_frames(DEMO / clip["file"])
    if clip["damage"] is None:
        assert lost == 0
    else:
        assert lost == clip["damage"]["frames_lost"] > 0


def test_timecode_runs_on_through_a_card() -> None:
    for clip in CLIPS:
        label = clip["timecode"]
        assert parse_timecode(label, Fraction(clip["rate"]), drop=clip["drop_frame"]) == clip["first_frame"]
    for before, after in pairwise(CLIPS):
        if before["card"] == after["card"]:
            assert after["first_frame"] == before["first_frame"] + before["frames"]


def test_there_are_three_rates_and_one_of_them_is_drop_frame() -> None:
    assert {(clip["rate"], clip["drop_frame"]) for clip in CLIPS} == {
        ("24/1", False),
        ("25/1", False),
        ("30000/1001", True),
    }


def test_the_truth_holds_the_screenplay_s_own_lines() -> None:
    play = read_fountain(DEMO / "script" / "the-late-post.fountain")
    read = [(f"{line.scene}.{line.number}", line.character, line.text) for line in play.lines()]
    assert read == [(line["line"], line["character"], line["text"]) for line in TRUTH["lines"]]


def test_every_line_but_one_has_a_whole_reading_outside_the_damage() -> None:
    whole = {
        line["line"] for clip in CLIPS if clip["damage"] is None for line in clip["lines"] if line["complete"]
    }
    assert {line["line"] for line in TRUTH["lines"]} - whole == set(TRUTH["missing"]) == {"3.5"}
    assert not any(line["line"] == "3.5" for clip in CLIPS for line in clip["lines"])


@by_clip
def test_the_words_spoken_are_the_script_s_less_the_dropped_and_with_the_repeated(
    clip: dict[str, Any],
) -> None:
    for line in clip["lines"]:
        scripted = spoken_words(line["text"])
        repeats = [scripted[index] for index in line["repeated_words"]]
        kept = [word for index, word in enumerate(scripted) if index not in line["dropped_words"]]
        assert line["spoken"] == repeats + kept
        assert line["complete"] == (not line["dropped_words"] and not line["repeated_words"])


@by_clip
def test_lines_follow_the_slate_and_one_another_within_the_clip(clip: dict[str, Any]) -> None:
    rate = Fraction(clip["rate"])
    end = Fraction(clip["slate"]["frames"][1]) / rate
    for line in clip["lines"]:
        assert Fraction(line["start"]) == Fraction(line["start_sample"], TRUTH["sample_rate"])
        assert end < Fraction(line["start"]) < Fraction(line["end"])
        end = Fraction(line["end"])
    assert end < Fraction(clip["duration"])


@by_clip
def test_the_clap_is_heard_at_the_frame_where_the_sticks_meet(clip: dict[str, Any]) -> None:
    at, window = clip["slate"]["clap_sample"], TRUTH["sample_rate"] // 50
    start, samples = 0, heard(DEMO / clip["file"])
    if clip["sound"]:  # the sea all but hides it from the camera's own microphone
        start = clip["sound"]["offset_samples"]
        samples = soundfile.read(DEMO / clip["sound"]["file"], always_2d=True)[0][:, 0]
    before = np.sqrt(np.mean(samples[at - start - window : at - start - 240] ** 2))
    after = np.sqrt(np.mean(samples[at - start : at - start + window] ** 2))
    assert after > 3 * before
    assert abs(Fraction(at, TRUTH["sample_rate"]) * Fraction(clip["rate"]) - clip["slate"]["clap_frame"]) < 1


@with_sound
def test_the_recorder_s_file_starts_where_the_truth_says_to_the_sample(clip: dict[str, Any]) -> None:
    recorded, rate = soundfile.read(DEMO / clip["sound"]["file"], always_2d=True)
    assert (rate, recorded.shape) == (48_000, (clip["sound"]["samples"], clip["sound"]["channels"]))
    scratch = heard(DEMO / clip["file"])
    size = 1 << (len(scratch) + len(recorded)).bit_length()
    spectrum = np.fft.rfft(scratch, size) * np.conj(np.fft.rfft(recorded[:, 0], size))
    likeness = np.fft.irfft(spectrum / (np.abs(spectrum) + 1e-3 * np.abs(spectrum).max()), size)
    best = int(np.argmax(likeness))
    assert (best - size if best > size // 2 else best) == clip["sound"]["offset_samples"]


@with_sound
def test_a_recorder_whose_clock_was_set_agrees_with_the_camera(clip: dict[str, Any]) -> None:
    content = (DEMO / clip["sound"]["file"]).read_bytes()
    bext = content.index(b"bext") + 8
    reference = int.from_bytes(content[bext + 338 : bext + 346], "little")  # EBU Tech 3285: TimeReference
    camera = Fraction(clip["first_frame"]) / Fraction(clip["rate"]) * 48_000
    expected = camera + clip["sound"]["offset_samples"] if clip["sound"]["clock_set"] else 0
    assert reference == clip["sound"]["time_reference"] == expected
    for name in clip["sound"]["track_names"]:
        assert f"<NAME>{name}</NAME>".encode() in content


def test_one_sync_pair_has_no_clock_and_one_sound_file_has_no_clip() -> None:
    assert [clip["sound"]["clock_set"] for clip in CLIPS if clip["sound"]].count(False) == 1
    assert len(TRUTH["stray_sound"]) == 1


def test_the_log_and_the_truth_agree_and_one_take_is_circled() -> None:
    with (DEMO / "rushes" / "script_log.csv").open(encoding="utf-8", newline="") as file:
        logged = [
            (row["clip"], row["scene"], int(row["take"]), row["circled"] == "yes")
            for row in csv.DictReader(file)
        ]
    assert logged == [(clip["clip"], clip["setup"], clip["take"], clip["circled"]) for clip in CLIPS]
    assert [clip["clip"] for clip in CLIPS if clip["circled"]] == ["A001C006"]


def test_the_damage_is_a_stretch_inside_the_file_and_no_line_hangs_on_it() -> None:
    (clip,) = [clip for clip in CLIPS if clip["damage"]]
    size = (DEMO / clip["file"]).stat().st_size
    start, end = clip["damage"]["bytes"]
    assert 0 < start < end < size
    first, last = clip["damage"]["frames_changed"]
    assert 0 < first < last < clip["frames"]


def test_the_under_exposed_take_is_darker_than_its_twin_and_the_warm_one_warmer() -> None:
    def picture(name: str) -> NDArray[np.float64]:
        clip = next(one for one in CLIPS if one["clip"] == name)
        with av.open(str(DEMO / clip["file"])) as file:
            for number, frame in enumerate(file.decode(file.streams.video[0])):
                if number == clip["slate"]["frames"][1]:
                    return frame.to_ndarray(format="rgb24").astype(np.float64)
        raise AssertionError(f"{name} ended inside its slate")

    assert picture("A001C006").mean() / picture("A001C007").mean() == pytest.approx(2 ** (-1 / 2.2), abs=0.05)
    warm, plain = picture("B001C004"), picture("C001C001")
    assert warm[..., 0].mean() / warm[..., 2].mean() > 1.25 * plain[..., 0].mean() / plain[..., 2].mean()
