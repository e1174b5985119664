"""What is kept of pictures, what is made of probabilities, and lists and sheets of what was found."""

from __future__ import annotations

import csv
import io
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from composites import Film, Library

from answerprint.core.errors import NotAvailableError, UsageError
from answerprint.departments.footage.shots.backends import BACKENDS, backend
from answerprint.departments.footage.shots.classical import ClassicalDetector
from answerprint.departments.footage.shots.evidence import FEATURES, HEIGHT, WIDTH, features, joined, keep
from answerprint.departments.footage.shots.in_file import shots_of
from answerprint.departments.footage.shots.intervals import cuts_of, slow_of
from answerprint.departments.footage.shots.lists import shot_list, shot_table
from answerprint.departments.footage.shots.network import CUT, KINDS, Network
from answerprint.departments.footage.shots.sheet import shot_sheet
from answerprint.formats.timelines.edl import read_edl


@pytest.fixture
def pictures() -> np.ndarray:
    return np.random.default_rng(2).integers(0, 256, (40, HEIGHT, WIDTH), dtype=np.uint8)


def test_what_is_kept_does_not_depend_on_blocks(pictures: np.ndarray) -> None:
    whole = keep(pictures, None)
    parts, before = [], None
    for first in range(0, len(pictures), 7):
        parts.append(keep(pictures[first : first + 7], before))
        before = pictures[min(first + 6, len(pictures) - 1)]
    for one, other in zip(vars(whole).values(), vars(joined(parts)).values(), strict=True):
        assert np.array_equal(one, other)


def test_a_still_stream_shows_nothing_and_beyond_its_ends_nothing_moves() -> None:
    still = np.repeat(np.full((1, HEIGHT, WIDTH), 90, np.uint8), 10, axis=0)
    seen = features(keep(still, None), -5, 15)
    assert seen.shape == (20, FEATURES)
    assert np.isfinite(seen).all()
    assert np.ptp(seen, axis=0).max() == 0


def test_a_picture_moved_sideways_is_found_again_and_another_is_not() -> None:
    field = cv2.GaussianBlur(np.random.default_rng(4).normal(0, 1, (HEIGHT, 2 * WIDTH)), (0, 0), 2)
    field = np.clip(128 + 300 * field, 0, 255).astype(np.uint8)
    seen = keep(np.stack([field[:, 20 : 20 + WIDTH], field[:, 26 : 26 + WIDTH], field[:, WIDTH:]]), None)
    (plain, moved), (_, elsewhere) = seen.steps[1], seen.steps[2]
    assert moved < 0.5 * plain
    assert elsewhere > 2 * moved


def probabilities(count: int) -> np.ndarray:
    table = np.zeros((count, CUT + 1), np.float32)
    table[:, 0] = 1.0
    return table


def test_two_pictures_that_may_be_a_cut_are_one() -> None:
    table = probabilities(30)
    table[10:12, CUT] = 0.7, 0.9
    table[20, CUT] = 0.8
    assert [one.start for one in cuts_of(table)] == [11, 20]


def test_a_gap_in_a_dissolve_does_not_make_two_and_a_sliver_of_another_kind_is_its_own() -> None:
    table = probabilities(60)
    dissolve, wipe = KINDS.index("dissolve"), KINDS.index("wipe")
    for span in (slice(10, 20), slice(22, 30)):
        table[span, 0], table[span, dissolve] = 0.1, 0.9
    table[30:32, 0], table[30:32, wipe] = 0.2, 0.8
    ((kind, start, end),) = [(one.type, one.start, one.end) for one in slow_of(table)]
    assert (kind, start, end) == ("dissolve", 10, 32)


def test_a_back_end_there_is_none_of_is_refused() -> None:
    with pytest.raises(UsageError, match="no back end"):
        backend("guess")
    assert [backend(name).name for name in BACKENDS[:2]] == list(BACKENDS[:2])


def test_transnet_that_was_not_fetched_is_said_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ANSWERPRINT_MODELS", str(tmp_path))
    with pytest.raises(NotAvailableError, match="transnetv2") as raised:
        backend("transnetv2")
    assert raised.value.remedy is not None
    assert "models fetch transnetv2" in raised.value.remedy


def test_weights_of_other_evidence_are_refused(tmp_path: Path) -> None:
    with np.load(Path(str(Network.__init__.__globals__["WEIGHTS"]))) as stored:
        tensors = {name: stored[name] for name in stored.files}
    tensors["mean"] = tensors["mean"][:-1]
    np.savez(tmp_path / "weights.npz", **tensors)
    with pytest.raises(KeyError, match="other evidence"):
        Network(tmp_path / "weights.npz")


def test_the_classical_back_end_finds_cuts_without_any_weights() -> None:
    library = Library(None, seed=7)
    film = Film()
    film.add(library.noisy(library.texture_shot(40, 0.4)))
    film.cut(library.noisy(library.texture_shot(40, 0.4)))
    small = [cv2.resize(one, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA) for one in film.frames]
    detector = ClassicalDetector(Fraction(1, 25))
    detector.add(np.arange(len(small)), np.stack(small))
    assert [(one.type, one.start_pts) for one in detector.finish(len(small)).boundaries] == [("cut", 40)]


@pytest.fixture
def three_shots(tmp_path: Path) -> Path:
    """A film at 24 pictures a second with cuts at pictures 40 and 75."""
    library = Library(None, seed=7)
    film = Film()
    film.add(library.noisy(library.texture_shot(40, 0.4)))
    film.cut(library.noisy(library.texture_shot(35, 0.4)))
    film.cut(library.noisy(library.texture_shot(30, 0.4)))
    path = tmp_path / "three.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=24, options={"crf": "20", "preset": "veryfast"})
        stream.height, stream.width, stream.pix_fmt = 144, 256, "yuv420p"
        for picture in film.frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    return path


def test_shots_are_listed_for_other_programs_at_their_own_frames(three_shots: Path) -> None:
    found = shots_of(three_shots)
    rows = list(csv.DictReader(io.StringIO(shot_table(found))))
    assert [(int(one["start_frame"]), int(one["end_frame"])) for one in rows] == [
        (0, 40),
        (40, 75),
        (75, 105),
    ]
    assert [one["begins_with"] for one in rows] == ["", "cut", "cut"]
    assert [Fraction(one["start"]) for one in rows] == [0, Fraction(40, 24), Fraction(75, 24)]
    listed = read_edl(shot_list(three_shots, found), rate=Fraction(24))
    spans = [(one.source_in, one.source_out) for one in listed.events]
    assert spans == [(0, 40), (40, 75), (75, 105)]


def test_the_contact_sheet_shows_first_middle_and_last_of_every_shot(three_shots: Path) -> None:
    told: list[float] = []
    sheet = cv2.imdecode(
        np.frombuffer(shot_sheet(three_shots, shots_of(three_shots), told.append), np.uint8), 1
    )
    assert sheet.shape[1] > 3 * 240
    assert sheet.shape[0] > 3 * 135
    assert told[-1] == 1.0
    # A row is a shot: what is in it looks alike, what is under it does not.
    row = [sheet[10:130, left : left + 240].astype(float) for left in (6, 252, 498)]
    below = sheet[170:290, 6:246].astype(float)
    assert np.abs(row[0] - row[2]).mean() < np.abs(row[0] - below).mean()
