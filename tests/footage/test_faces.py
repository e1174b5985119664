"""Faces drawn with a known turn, eyes and mouth are found, followed through their shots, and measured."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from drawn_faces import Face, draw

from answerprint.core.errors import AnswerprintError
from answerprint.departments.footage.faces.cues import FoundCue, cues_of
from answerprint.departments.footage.faces.detection import FaceDetector, merged, overlap, tiles
from answerprint.departments.footage.faces.in_file import MODEL, face_readers
from answerprint.departments.footage.faces.keeping import from_bytes, to_bytes
from answerprint.departments.footage.faces.measures import Measures, measure
from answerprint.departments.footage.faces.mesh import square_of_find, square_of_mesh
from answerprint.departments.footage.faces.sightings import FaceFollower, FaceReaders, Sighting
from answerprint.departments.footage.faces.tracks import FaceTrack, face_tracks
from answerprint.models.shelf import Shelf

BASE = Fraction(1, 24000)
STEP = 960  # ticks a picture: 25 a second
HELD_OUT = 7  # a person no threshold was set on


@pytest.fixture(scope="module")
def readers() -> FaceReaders:
    if not Shelf().fetched(MODEL):
        pytest.skip(f"{MODEL} is not here: answerprint models fetch {MODEL}")
    return face_readers()


@functools.lru_cache(300)
def picture(face: Face, width: int = 320, height: int = 180) -> np.ndarray:
    return draw(face, width, height)


def measured(readers: FaceReaders, face: Face) -> Measures:
    shown = picture(face, 384, 216)
    (found,) = readers.detector.find(shown)
    mesh = readers.mesh.read(shown, square_of_find(found))
    mesh = readers.mesh.read(shown, square_of_mesh(mesh))
    return measure(mesh, readers.iris.read(shown, mesh)[0])


def followed(readers: FaceReaders, faces: Iterator[tuple[Face, ...]] | list[Face]) -> list[Sighting]:
    """A film of a face (None: nobody) picture by picture, with a little noise."""
    follower = FaceFollower(readers, BASE)
    random = np.random.default_rng(3)
    count = 0
    for face in faces:
        shown = picture(face).astype(np.int16)
        noisy = np.clip(shown + random.integers(-3, 4, shown.shape), 0, 255).astype(np.uint8)
        follower.add(count * STEP, noisy)
        count += 1
    return follower.finish(count * STEP)


def script(seconds: float, act: Callable[[float], dict[str, float]], who: int = HELD_OUT) -> list[Face]:
    still = Face(height=0.62, who=who)
    frames = (act(index / 25) for index in range(round(seconds * 25)))
    return [
        dataclasses.replace(still, **{key: round(value, 2) for key, value in one.items()}) for one in frames
    ]


def cues(readers: FaceReaders, faces: list[Face]) -> list[FoundCue]:
    (track,) = face_tracks(followed(readers, faces), [], BASE)
    return cues_of(track, BASE)


def seconds(tick: int) -> float:
    return float(tick * BASE)


@pytest.mark.parametrize("face", [Face(height=0.6, who=8), Face(x=0.25, height=0.35, who=9, roll=12)])
def test_a_face_is_found_where_it_was_drawn(readers: FaceReaders, face: Face) -> None:
    shown = picture(face, 640, 360)
    (found,) = readers.detector.find(shown)
    x, y, w, h = found.box
    assert abs(x + w / 2 - face.x * 640) < 0.12 * face.height * 360
    assert abs(y + h / 2 - (face.y + 0.1 * face.height) * 360) < 0.2 * face.height * 360
    assert 0.3 < h / (face.height * 360) < 1.2


def test_a_small_face_in_a_wide_shot_is_found_in_a_tile(readers: FaceReaders) -> None:
    face = Face(x=0.8, y=0.4, height=0.13, who=3)
    found = readers.detector.find(picture(face, 960, 540))
    assert len(found) == 1
    assert abs(found[0].box[0] + found[0].box[2] / 2 - 0.8 * 960) < 15


def test_no_face_is_found_where_there_is_none(readers: FaceReaders) -> None:
    random = np.random.default_rng(1)
    noise = random.integers(0, 256, (180, 320, 3), dtype=np.uint8)
    for shown in (noise, np.zeros((180, 320, 3), np.uint8), np.full((1, 1, 3), 90, np.uint8)):
        assert readers.detector.find(shown) == []


def test_a_photograph_by_somebody_else_has_its_face(readers: FaceReaders) -> None:
    data = pytest.importorskip("skimage.data", reason="scikit-image, whose astronaut this is, is not here")
    found = readers.detector.find(np.ascontiguousarray(data.astronaut()))
    x, y, w, h = found[0].box
    assert overlap((x, y, w, h), (177.0, 75.0, 97.0, 97.0)) > 0.6  # by eye


@pytest.mark.parametrize("yaw", [-30.0, -15.0, 15.0, 30.0])
def test_a_turned_head_is_turned_by_as_much(readers: FaceReaders, yaw: float) -> None:
    assert measured(readers, Face(height=0.6, who=HELD_OUT, yaw=yaw)).yaw == pytest.approx(yaw, abs=6)


@pytest.mark.parametrize("pitch", [-20.0, 20.0])
def test_a_raised_or_lowered_head_is_so_by_as_much(readers: FaceReaders, pitch: float) -> None:
    assert measured(readers, Face(height=0.6, who=HELD_OUT, pitch=pitch)).pitch == pytest.approx(pitch, abs=8)


def test_roll_is_that_of_the_picture(readers: FaceReaders) -> None:
    assert measured(readers, Face(height=0.6, who=HELD_OUT, roll=20)).roll == pytest.approx(20, abs=3)


def test_irises_that_look_aside_are_measured_on_that_side(readers: FaceReaders) -> None:
    gazes = [measured(readers, Face(height=0.6, who=HELD_OUT, gaze=one)).gaze for one in (-0.9, 0.0, 0.9)]
    assert gazes[0] < -0.2 < gazes[1] < 0.2 < gazes[2]


def test_blinks_are_where_the_eyes_close(readers: FaceReaders) -> None:
    closings = (0.8, 1.6)

    def act(t: float) -> dict[str, float]:
        return {"eyes": min(1.0, *(max(0.0, abs(t - one) / 0.12) for one in closings))}

    found = [one for one in cues(readers, script(2.4, act)) if one.cue == "blink"]
    assert len(found) == 2
    for one, closed in zip(found, closings, strict=True):
        assert seconds(one.start) <= closed + 0.04
        assert seconds(one.end) >= closed
        assert seconds(one.end - one.start) < 0.3


def test_eyes_kept_closed_are_no_blink(readers: FaceReaders) -> None:
    found = cues(readers, script(3, lambda t: {"eyes": 0.0 if 1 < t < 2.2 else 1.0}))
    (closed,) = [one for one in found if one.cue in ("blink", "eyes_closed")]
    assert closed.cue == "eyes_closed"
    assert seconds(closed.start) == pytest.approx(1.04, abs=0.1)
    assert seconds(closed.end) == pytest.approx(2.2, abs=0.1)


def test_a_smile_lasts_as_long_as_it_was_drawn(readers: FaceReaders) -> None:
    found = cues(readers, script(3, lambda t: {"smile": float(np.interp(t, [0.8, 1, 2, 2.2], [0, 1, 1, 0]))}))
    (smile,) = [one for one in found if one.cue == "smile"]
    assert seconds(smile.start) == pytest.approx(0.92, abs=0.15)
    assert seconds(smile.end) == pytest.approx(2.1, abs=0.15)
    assert smile.value["measure"] == "smile" and smile.value["peak"] > smile.value["enter"]
    assert not [one for one in found if one.cue in ("mouth_open", "blink", "head_left", "head_right")]


def test_a_head_that_turns_to_the_camera_and_away(readers: FaceReaders) -> None:
    turn = script(3.2, lambda t: {"yaw": float(np.interp(t, [0.8, 1.3, 2, 2.5], [-38, 0, 0, 38]))})
    found = cues(readers, turn)
    turns = [(one.cue, seconds(one.start)) for one in found if one.cue.startswith("turn")]
    assert [cue for cue, _ in turns] == ["turn_to_camera", "turn_away"]
    assert turns[0][1] == pytest.approx(0.97, abs=0.2)
    assert turns[1][1] == pytest.approx(2.16, abs=0.2)
    held = [(one.cue, seconds(one.start), seconds(one.end)) for one in found if one.cue.startswith("head_")]
    assert [cue for cue, _, _ in held] == ["head_left", "head_right"]
    assert held[0][2] == pytest.approx(1.1, abs=0.2)


def test_a_nod_is_no_shake_and_a_shake_no_nod(readers: FaceReaders) -> None:
    def swing(t: float) -> float:
        return float(np.sin(2 * np.pi * 2 * (t - 0.5))) if 0.5 < t < 2 else 0.0

    nod = cues(readers, script(2.5, lambda t: {"pitch": 9 * swing(t)}))
    shake = cues(readers, script(2.5, lambda t: {"yaw": 13 * swing(t)}))
    assert [one.cue for one in nod if one.cue in ("nod", "shake")] == ["nod"]
    assert [one.cue for one in shake if one.cue in ("nod", "shake")] == ["shake"]


def test_a_still_face_does_nothing_but_look(readers: FaceReaders) -> None:
    assert {one.cue for one in cues(readers, script(2, lambda t: {}))} <= {"look_to_camera"}


def test_a_face_ends_at_the_cut_and_the_next_is_another(readers: FaceReaders) -> None:
    one, other = Face(height=0.6, who=8), Face(x=0.45, height=0.5, who=9)
    sightings = followed(readers, [one] * 20 + [other] * 20)
    cut = 20 * STEP
    for shots in ([(0, cut), (cut, 2 * cut)], []):
        tracks = face_tracks(sightings, shots, BASE)
        assert [(track.start, track.end) for track in tracks] == [(0, cut), (cut, 2 * cut)]
    left, right = face_tracks(sightings, [(0, cut), (cut, 2 * cut)], BASE)
    assert all(sample.tick < cut for sample in left.samples)
    assert left.portrait is not None and right.portrait is not None
    assert not np.array_equal(left.portrait, right.portrait)


def test_a_face_lost_for_a_moment_is_one_face_with_a_gap(readers: FaceReaders) -> None:
    face, nobody = Face(height=0.6, who=8), Face(x=-2.0, height=0.3)
    sightings = followed(readers, [face] * 20 + [nobody] * 20 + [face] * 20)
    (track,) = face_tracks(sightings, [(0, 60 * STEP)], BASE)
    assert (track.start, track.end) == (0, 60 * STEP)
    ((gone, back),) = track.gaps
    assert gone == pytest.approx(20 * STEP, abs=3 * STEP)
    assert back == pytest.approx(40 * STEP, abs=6 * STEP)


def test_two_people_at_once_are_two_faces(readers: FaceReaders) -> None:
    from drawn_faces import paint

    follower = FaceFollower(readers, BASE)
    for index in range(15):
        shown = picture(Face(x=0.25 + 0.004 * index, height=0.55, who=8), 384, 216).astype(np.float64)
        paint(shown, Face(x=0.75 - 0.004 * index, height=0.5, who=9))
        follower.add(index * STEP, np.clip(shown, 0, 255).astype(np.uint8))
    tracks = face_tracks(follower.finish(15 * STEP), [], BASE)
    assert len(tracks) == 2
    for track, end in zip(sorted(tracks, key=lambda one: one.samples[0].box), (0.31, 0.69), strict=True):
        x, _, w, _ = track.samples[-1].box
        assert x + w / 2 == pytest.approx(end, abs=0.03)


def test_variable_timestamps_and_a_late_start_are_kept(readers: FaceReaders) -> None:
    follower = FaceFollower(readers, BASE)
    ticks = (90_000 + np.cumsum(np.random.default_rng(2).choice([400, 960, 2000], 20))).tolist()
    for tick in ticks:
        follower.add(tick, picture(Face(height=0.6, who=8)))
    (track,) = face_tracks(follower.finish(ticks[-1] + 960), [], BASE)
    assert track.start == ticks[0]
    assert track.end == ticks[-1] + 960
    assert {sample.tick for sample in track.samples} <= set(ticks)


def test_sightings_come_back_from_their_bytes(readers: FaceReaders) -> None:
    sightings = followed(readers, script(1, lambda t: {"yaw": 20 * t}))
    data = to_bytes(sightings, BASE)
    back, base = from_bytes(data)
    assert base == BASE
    assert to_bytes(sightings, BASE) == data, "the same sightings are the same bytes"
    for one, other in zip(sightings, back, strict=True):
        assert [sample.tick for sample in one.samples] == [sample.tick for sample in other.samples]
        ours = np.array([sample.measures for sample in one.samples])
        theirs = np.array([sample.measures for sample in other.samples])
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-5)
        assert one.end == other.end
    assert from_bytes(to_bytes([], BASE)) == ([], BASE)


def test_the_same_film_gives_the_same_faces(readers: FaceReaders) -> None:
    faces = script(0.6, lambda t: {"yaw": 20 * t})
    assert to_bytes(followed(readers, faces), BASE) == to_bytes(followed(readers, faces), BASE)


def test_tiles_cover_the_picture_and_stay_in_it() -> None:
    for width, height in ((960, 540), (540, 960), (960, 402), (640, 640), (100, 80), (1, 1)):
        for left, top, side in tiles(width, height):
            assert (
                left >= 0 and left + side <= max(width, side) and top >= 0 and top + side <= max(height, side)
            )
        squares = tiles(width, height)
        if min(width, height) >= 300 and width != height:
            seen = np.zeros((height, width), bool)
            for left, top, side in squares:
                seen[top : top + side, left : left + side] = True
            assert seen.all()


def test_finds_of_one_face_are_merged_and_parts_of_it_dropped() -> None:
    from answerprint.departments.footage.faces.detection import Found

    points = np.zeros((6, 2), np.float32)
    face, again = Found((100, 100, 80, 80), points, 0.9), Found((104, 98, 80, 84), points, 0.6)
    part, other = Found((120, 130, 30, 30), points, 0.8), Found((400, 100, 80, 80), points, 0.7)
    kept = merged([again, other, part, face])
    assert [one.score for one in kept] == [0.9, 0.7]
    assert 100 < kept[0].box[0] < 104


def test_the_detector_refuses_what_is_no_picture(readers: FaceReaders) -> None:
    assert isinstance(readers.detector, FaceDetector)
    with pytest.raises(ValueError, match="height, width, 3"):
        readers.detector.find(np.zeros((10, 10), np.uint8))


def test_a_step_without_consent_looks_at_nothing() -> None:
    from answerprint.departments.footage.steps import FacesPeopleStep, FacesSeenStep, FacesStep

    for act in (
        lambda: FacesSeenStep(consent=False, models="x").consumer({}, None),  # type: ignore[arg-type]
        lambda: FacesPeopleStep(consent=False, identity="classical").run({}, None),  # type: ignore[arg-type]
        lambda: FacesStep(asset="a", consent=False).run({}, None),  # type: ignore[arg-type]
    ):
        with pytest.raises(AnswerprintError) as refused:
            act()
        assert refused.value.code == "AP-FOOTAGE-300"
        assert "consent" in refused.value.remedy


def test_a_track_says_how_long_it_faces_the_camera(readers: FaceReaders) -> None:
    turned = script(2, lambda t: {"yaw": 0.0 if t < 1 else 40.0})
    (track,) = face_tracks(followed(readers, turned), [], BASE)
    assert isinstance(track, FaceTrack)
    assert track.frontal_share == pytest.approx(0.5, abs=0.1)


def test_paths_of_the_models_are_checked(readers: FaceReaders, tmp_path: Path) -> None:
    with pytest.raises(AnswerprintError) as refused:
        FaceReaders(tmp_path)
    assert refused.value.code == "AP-MODEL-020"
