"""Productions without a screenplay: a string-out of real files, in source order."""

from __future__ import annotations

import json
import subprocess
import sys
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from productions import DELIVERED, Made, heard, little_production, make, number, seconds, shown

from answerprint.core.records import Annotation
from answerprint.pipeline.bins import Logged, log_production
from answerprint.pipeline.bringing import bring
from answerprint.store.production import Production

PROGRAM = Path(sys.executable).with_name("answerprint")
CUT_RATE, COUNTER_RATE, COUNTER_FRAMES = 25, 10, 30
SMALL = (108, 10, 192)


@pytest.fixture(scope="module")
def small(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A counter, a film that starts late, and a voice."""
    root = little_production(tmp_path_factory.mktemp("small") / "film", raster="192x108")
    files = ("video/counter.mp4", "video/delayed_start.mp4", "speech/jfk.flac")
    bring(root, [shared_data / one for one in files])
    return Made(root, make(root))


def test_string_out_is_complete_and_in_source_order(small: Made) -> None:
    _is_a_whole_string_out(small)


def test_string_out_uses_every_good_file(small: Made) -> None:
    used = {Path(slot.file).name for slot in small.version.slots}
    assert used == {"counter.mp4", "delayed_start.mp4", "jfk.flac"}


def test_film_that_starts_late_keeps_its_own_times(small: Made) -> None:
    """delayed_start.mp4's first picture is not at 0, and no range of it begins before that picture."""
    (asset,) = (one for one in small.assets() if one.name == "delayed_start.mp4")
    stream = asset.stream("video")
    assert stream is not None and stream.start is not None and stream.start.seconds > 0
    for slot in small.version.slots:
        if slot.asset == asset.id:
            assert seconds(slot.range.start) >= stream.start.seconds


def test_counter_shows_its_frames_at_their_times(small: Made) -> None:
    """Ten frames a second in a cut of 25: every picture against those around the one due at that moment."""
    slots = [one for one in small.version.slots if one.file.endswith("counter.mp4")]
    sources = {
        index: picture.reshape(*SMALL, 10, 3).mean(axis=(1, 3))  # 1920 × 1080 to 192 × 108
        for index, picture in shown(small.root / slots[0].file, range(COUNTER_FRAMES)).items()
    }
    for slot in slots:
        first, end = number(slot.record.start), number(slot.record.end)
        for frame, picture in shown(small.output("rough-cut.mp4"), range(first, end)).items():
            due = int((seconds(slot.range.start) + Fraction(frame - first, CUT_RATE)) * COUNTER_RATE)
            around = [index for index in sources if abs(index - due) <= 2]
            nearest = min(around, key=lambda index: np.abs(sources[index] - picture).mean())
            assert nearest == due, (slot.label, frame)


def test_program_makes_a_documentary_and_ends_with_the_right_code(small: Made) -> None:
    """Unchanged, as a process of its own: 3 where something needs a person, else 0; one document."""
    done = subprocess.run(
        [PROGRAM, "make", small.root, "--json", "--workers", "0"], capture_output=True, check=False
    )
    document = json.loads(done.stdout)
    assert done.returncode == (3 if document["needs"] else 0)
    assert document["steps"]["ran"] == 0 and not document["new_version"]
    assert len(document["slots"]) == len(small.version.slots)


def test_speech_without_a_screenplay_is_drafted_and_a_transcript_is_laid_on_it(
    shared_data: Path, tmp_path: Path
) -> None:
    root = little_production(tmp_path / "film")
    bring(root, [shared_data / "speech/jfk.flac"])
    logged, _ = log_production(Production.open(root), workers=0)
    (draft, *_) = transcript(root, logged)
    assert draft.value["draft"] and "americans" in " ".join(one.text for one in transcript(root, logged))
    written = tmp_path / "JFK.srt"
    said = "And so, my fellow Americans, ask not what your country can do for you"
    written.write_text(f"1\n00:00:01,000 --> 00:00:09,000\nKENNEDY: {said}\n")
    bring(root, [written, strange_transcript(tmp_path / "interview.vtt")])
    logged, _ = log_production(Production.open(root), workers=0)
    (passage,) = transcript(root, logged)
    assert (passage.label, passage.text, passage.value["draft"]) == ("KENNEDY", said, False)
    assert passage.end < 9 * 16_000  # where it is said, not where the file has it
    (unknown,) = (one for one in logged.findings if "interview.vtt" in one)
    assert "the name of no clip" in unknown


def transcript(root: Path, logged: Logged) -> tuple[Annotation, ...]:
    (asset,) = (one.asset for one in logged.entries)
    with Production.open(root).catalogue() as catalogue:
        return catalogue.current_track(asset, "transcript.1").annotations


def strange_transcript(path: Path) -> Path:
    path.write_text("WEBVTT\n\n00:01.000 --> 00:02.000\nNobody filmed this.\n")
    return path


@pytest.mark.slow
def test_documentary_of_films_and_voices_runs_through(shared_data: Path, tmp_path: Path) -> None:
    root = little_production(tmp_path / "film", raster="640x360", rate="24")
    bring(root, [shared_data / one for one in ("video", "speech", "voices")])
    made = Made(root, make(root, workers=2))
    _is_a_whole_string_out(made)
    used = {Path(slot.file).name for slot in made.version.slots}
    voices = {path.name for path in (shared_data / "voices").glob("*.flac")}
    assert voices <= used  # each is a few seconds of speech
    assert {"auto_editor_example.mp4", "big_buck_bunny_0_30.webm", "jfk.flac"} <= used
    again = make(root)
    assert (again.steps.ran, again.new_version) == (0, False)


def _is_a_whole_string_out(made: Made) -> None:
    version = made.version
    assert version.kind == "string-out in source order"
    assert made.summary.steps.failed == ()
    assert version.slots and version.missing == ()
    by_id = {one.id: (one.card or "", one.name) for one in made.assets()}
    order = [by_id[slot.asset] for slot in version.slots]
    assert order == sorted(order)
    for before, after in pairwise(version.slots):
        assert before.record.end == after.record.start
        if before.asset == after.asset:
            assert seconds(before.range.end) <= seconds(after.range.start)
    for name in (*DELIVERED, "report.html", "summary.json"):
        assert made.output(name).stat().st_size or name.endswith((".srt", ".vtt")), name
    frames = number(version.duration)
    film = made.output("rough-cut.mp4")
    shown(film, [0, frames - 1])
    rate = Production.open(made.root).settings.picture.exact_rate
    assert len(heard(film)) == pytest.approx(float(frames / rate * 48000), abs=1024)
    assert version.loudness is not None and version.loudness.integrated is not None
    assert version.loudness.integrated == pytest.approx(version.loudness.target, abs=0.5)
    used = {slot.asset for slot in version.slots}
    left_out = {one.asset for one in version.excluded}
    assert {one.id for one in made.assets()} <= used | left_out  # nothing is dropped in silence
