"""Light followed through a clip: known ramps and steps are found and undone; what holds still gets no
keyframes."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parent))

from picture_views import framed, wall

from answerprint.cli.picture import app
from answerprint.core.cut import Cdl
from answerprint.core.errors import AnswerprintError, FormatError, UsageError
from answerprint.departments.picture.difference import delta_e, lab_of
from answerprint.departments.picture.keyframes import TOLERANCE, chosen, following, grade_at, simplified
from answerprint.departments.picture.keyframes_light import LightFollower, Lit
from answerprint.departments.picture.operations import graded, operation
from answerprint.departments.picture.spaces import FILM, GRADING, LINEAR_709, change
from answerprint.formats.colour.cdl_file import read_cdl, write_cdl
from answerprint.formats.colour.keyframes import Keyframes, read_keyframes
from answerprint.media.clip_pictures import clip_pictures
from answerprint.media.encode import VideoSettings, write_pictures

STOP = float(np.ptp(change(LINEAR_709, GRADING)(np.array([[0.18] * 3, [0.36] * 3], np.float32))[:, 1]))
LENGTH = 20
WAY = np.linspace(0, 1, LENGTH)
Shows = Callable[[int], np.ndarray]


def panned(number: int, seed: int = 3, speed: float = 3.0) -> np.ndarray:
    """Linear light (90, 160, 3): a wall passing by, a subject crossing it."""
    whole = cv2.resize(wall(seed, False), (480, 270), interpolation=cv2.INTER_AREA)
    left = 40 + speed * number
    way = np.float32([[1, 0, left], [0, 1, 60]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    picture = cv2.warpAffine(whole, way, (160, 90), flags=flags)
    at = 20 + 5 * number
    picture[30:70, at : at + 30] = whole[100:140, 300 : 300 + picture[30:70, at : at + 30].shape[1]]
    return np.clip(picture * 0.8, 0.002, 0.95).astype(np.float32)


def locked(number: int) -> np.ndarray:
    return panned(number, speed=0.0)


def followed(shows: Shows, stops: np.ndarray, noise: float = 0.004) -> np.ndarray:
    """The light in stops (n, 3), of pictures in 8 bits with noise."""
    chance = np.random.default_rng(1)
    follower = LightFollower()
    for number, one in enumerate(stops):
        code = change(LINEAR_709, FILM)((shows(number) * np.exp2(one)).astype(np.float32))
        code = np.rint(np.clip(code + chance.normal(0, noise, code.shape), 0, 1) * 255) / 255
        good = (code > 0.012).all(-1) & (code < 0.985).all(-1)
        values = change(FILM, GRADING)(code.astype(np.float32))
        follower.add(Lit(values, good & (values.min(-1) > 0.2)))
    light, unfollowed = follower.light()
    assert light.shape == (len(stops), 3) and unfollowed == 0
    return light / STOP


@pytest.mark.parametrize("shows", [locked, panned])
@pytest.mark.parametrize("kind", ["ramp", "step", "cloud"])
def test_known_light_is_followed(shows: Shows, kind: str) -> None:
    ways = {"ramp": -WAY, "step": -0.6 * (WAY > 0.5), "cloud": -0.8 * np.exp(-(((WAY - 0.5) / 0.2) ** 2))}
    stops = ways[kind][:, None].repeat(3, axis=1)
    found = followed(shows, stops)
    assert np.abs(found - (stops - stops[0])).max() < 0.04


@pytest.mark.parametrize("shows", [locked, panned])
def test_what_comes_into_view_is_no_light(shows: Shows) -> None:
    found = followed(shows, np.zeros((LENGTH, 3)))
    assert np.abs(found).max() < 0.03
    assert chosen(found * STOP, STOP) == []


def test_a_lost_picture_takes_its_light_from_its_neighbours() -> None:
    follower = LightFollower()
    for number in range(8):
        values = change(LINEAR_709, GRADING)((locked(number) * 2.0 ** (-0.1 * number)).astype(np.float32))
        follower.add(None if number == 4 else Lit(values, values.min(-1) > 0.2))
    light, unfollowed = follower.light()
    assert unfollowed == 1
    assert np.abs(light[:, 1] / STOP + 0.1 * np.arange(8)).max() < 0.07


@pytest.mark.parametrize("shape", [(9, 17), (1, 1), (90, 160)])
def test_tiny_and_black_pictures_are_not_followed(shape: tuple[int, int]) -> None:
    follower = LightFollower()
    for _ in range(3):
        follower.add(Lit(np.zeros((*shape, 3), np.float32), np.zeros(shape, bool)))
    light, unfollowed = follower.light()
    assert (light == 0).all() and unfollowed == 2
    assert LightFollower().light()[0].shape == (0, 3)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(*[st.floats(-1, 1)] * 3), min_size=2, max_size=40), st.floats(0.01, 0.5))
def test_keyframes_keep_within_the_tolerance(values: list[tuple[float, ...]], tolerance: float) -> None:
    light = np.array(values)
    kept = simplified(light, tolerance)
    assert kept[0] == 0 and kept[-1] == len(light) - 1
    line = np.stack([np.interp(np.arange(len(light)), kept, light[kept, c]) for c in range(3)], axis=1)
    assert np.abs(line - light).max() <= tolerance + 1e-9


def test_a_straight_ramp_needs_two_keyframes_and_a_step_four() -> None:
    ramp = np.linspace(0, STOP, 30)[:, None].repeat(3, axis=1)
    step = (np.arange(30) >= 15)[:, None].repeat(3, axis=1) * STOP
    assert chosen(ramp, STOP) == [0, 29]
    assert chosen(step, STOP) == [0, 14, 15, 29]
    assert chosen(np.zeros((30, 3)), STOP) == [] and chosen(np.zeros((1, 3)), STOP) == []


def test_a_grade_after_light_is_undone_is_one_grade() -> None:
    grade = Cdl((1.1, 1.0, 0.9), (-0.02, 0.01, 0.03), (1.05, 1.0, 0.95), 0.8)
    undone = np.array((0.02, -0.01, 0.03))
    values = np.random.default_rng(2).uniform(0.1, 0.6, (50, 3))
    assert graded(values, following(grade, undone)) == pytest.approx(graded(values + undone, grade))


def clip(path: Path, stops: np.ndarray, seeds: tuple[int, ...] = (3,)) -> Path:
    def drawn() -> object:
        for place, seed in enumerate(seeds):
            for number, one in enumerate(stops if place == 0 else np.zeros((LENGTH, 3))):
                light = panned(number, seed) * np.exp2(one)
                code = change(LINEAR_709, FILM)(light.astype(np.float32))
                yield place * LENGTH + number, np.rint(np.clip(code, 0, 1) * 255).astype(np.uint8)

    video = VideoSettings(preset="ultrafast", crf=6)
    write_pictures(path, drawn(), Fraction(24), video, start_timecode="10:00:00:00")  # type: ignore[arg-type]
    return path


def run(*arguments: object, code: int = 0) -> dict:
    result = CliRunner().invoke(app, [*map(str, arguments), "--json"])
    if isinstance(result.exception, AnswerprintError):
        raise result.exception
    assert result.exit_code == code, (result.output, result.exception)
    return json.loads(result.stdout)


def light_in(path: Path, number: int) -> np.ndarray:
    return change(FILM, LINEAR_709)(
        next(one for place, (_, one) in enumerate(clip_pictures(path)) if place == number)
    )


def test_keyframes_hold_the_light_of_a_clip_and_know_its_cuts(tmp_path: Path) -> None:
    stops = -0.9 * WAY[:, None].repeat(3, axis=1)
    source = clip(tmp_path / "in.mov", stops, (3, 31))
    keys_file, out = tmp_path / "keys.json", tmp_path / "out.mov"
    told = run("match", source, "--keyframes", keys_file)
    assert [(one["first"], one["last"]) for one in told["keyframes"]] == [(0, LENGTH), (LENGTH, 2 * LENGTH)]
    keys = read_keyframes(keys_file)
    assert keys.space == GRADING and keys.rate == "24" and keys.source == "in.mov"
    ramp, still = keys.shots
    assert [one.number for one in ramp.keyframes] == [0, LENGTH - 1] and still.keyframes == ()
    assert ramp.keyframes[-1].timecode == "10:00:00:19"
    assert ramp.light_stops == pytest.approx(0.9, abs=0.05)
    run("apply", source, out, "--keyframes", keys_file)
    for number in (0, LENGTH - 1):  # coding alone leaves more than one
        truth = panned(number) * np.exp2(stops[ramp.reference])
        before, after = (
            delta_e(lab_of(light_in(each, number)), lab_of(truth)).mean() for each in (source, out)
        )
        assert after < 2.2 and after < 0.6 * before
    was, now = (light_in(each, LENGTH + 5) for each in (source, out))
    assert np.abs((lab_of(now) - lab_of(was)).mean(axis=(0, 1))).max() < 0.3


def test_keyframes_go_with_a_grade_and_with_words(tmp_path: Path) -> None:
    source = clip(tmp_path / "in.mov", -0.8 * WAY[:, None].repeat(3, axis=1))
    keys_file, cdl = tmp_path / "keys.json", tmp_path / "look.cdl"
    told = run("match", source, "--look", "warm", "--keyframes", keys_file, "--cdl", cdl)
    keys = read_keyframes(keys_file)
    grade, space = read_cdl(cdl)
    assert space == keys.space and keys.slope == pytest.approx(grade.slope, rel=1e-6)
    at = keys.shots[0].reference
    assert grade_at(keys, at).offset == pytest.approx(grade.offset, abs=TOLERANCE * STOP * 1.3)
    assert told["cdl"]["saturation"] == pytest.approx(keys.saturation)
    assert (
        run("apply", source, tmp_path / "o.mov", "--cdl", cdl, "--keyframes", keys_file)["pictures"] == LENGTH
    )


def test_a_clip_in_even_light_gets_no_keyframes(tmp_path: Path) -> None:
    told = run("match", clip(tmp_path / "in.mov", np.zeros((LENGTH, 3))), "--keyframes", tmp_path / "k.json")
    assert all(shot["keyframes"] == [] for shot in told["keyframes"])


def test_a_clip_of_one_picture_has_no_keyframes(tmp_path: Path) -> None:
    source = clip(tmp_path / "in.mov", np.zeros((1, 3)))
    told = run("match", source, "--keyframes", tmp_path / "k.json")
    assert told["keyframes"][0]["keyframes"] == []


def test_between_keyframes_grades_go_straight() -> None:
    keys = read_keyframes_of(
        [(4, (0.0, 0.0, 0.0), 1.0), (8, (0.4, 0.2, 0.0), 0.6)], shots=((0, 10), (10, 20))
    )
    assert grade_at(keys, 5).offset == pytest.approx((0.1, 0.05, 0.0))
    assert grade_at(keys, 6).saturation == pytest.approx(0.8)
    assert grade_at(keys, 0) == grade_at(keys, 4) and grade_at(keys, 9) == grade_at(keys, 8)
    assert grade_at(keys, 15).slope == (1.2, 1.2, 1.2)


def read_keyframes_of(
    keys: list[tuple[int, tuple[float, float, float], float]], shots: tuple[tuple[int, int], ...]
) -> Keyframes:
    from answerprint.formats.colour.keyframes import Keyframe, LitShot

    ones = (1.0, 1.0, 1.0)
    made = tuple(
        Keyframe(
            number=n, timecode="00:00:00:00", slope=ones, offset=offset, power=ones, saturation=saturation
        )
        for n, offset, saturation in keys
    )
    return Keyframes(
        source="a.mov",
        space=GRADING,
        rate="24",
        pictures=shots[-1][1],
        tolerance_stops=TOLERANCE,
        slope=(1.2, 1.2, 1.2),
        offset=(0.0, 0.0, 0.0),
        power=ones,
        saturation=1.0,
        shots=tuple(
            LitShot(first=a, last=b, reference=a, light_stops=0.0, keyframes=made if a == 0 else ())
            for a, b in shots
        ),
    )


def test_files_that_hold_no_keyframes_are_refused(tmp_path: Path) -> None:
    source = clip(tmp_path / "in.mov", -0.8 * WAY[:, None].repeat(3, axis=1))
    keys_file = tmp_path / "keys.json"
    run("match", source, "--keyframes", keys_file)
    whole = json.loads(keys_file.read_text())
    for change_it in (
        {"version": 2},
        {"shots": [{**whole["shots"][0], "first": 5}]},
        {"shots": [{**whole["shots"][0], "keyframes": whole["shots"][0]["keyframes"][::-1]}]},
        {"slope": [-1.0, 1.0, 1.0]},
    ):
        spoilt = tmp_path / "spoilt.json"
        spoilt.write_text(json.dumps({**whole, **change_it}))
        with pytest.raises(FormatError, match="AP-FORMAT-801"):
            run("apply", source, tmp_path / "o.mov", "--keyframes", spoilt)
    with pytest.raises(FormatError, match="AP-FORMAT-800"):
        run("apply", source, tmp_path / "o.mov", "--keyframes", tmp_path / "none.json")
    other = tmp_path / "other.cdl"
    other.write_bytes(write_cdl(Cdl(), ".cdl", id="a", space="ARRI LogC4"))
    with pytest.raises(UsageError, match="AP-USE-866"):
        run("apply", source, tmp_path / "o.mov", "--keyframes", keys_file, "--cdl", other)
    short = clip(tmp_path / "short.mov", np.zeros((5, 3)))
    with pytest.raises(UsageError, match="AP-USE-866"):
        run("apply", short, tmp_path / "o.mov", "--keyframes", keys_file)
    assert not (tmp_path / "o.mov").exists()


def test_a_still_has_no_keyframes(tmp_path: Path) -> None:
    picture = tmp_path / "a.png"
    cv2.imwrite(str(picture), (framed(wall(3), 0, 0, 0.5) * 255).astype(np.uint8))
    with pytest.raises(UsageError, match="AP-USE-807"):
        run("match", picture, "--keyframes", tmp_path / "k.json")


def test_the_grade_of_a_keyframe_undoes_its_light_exactly() -> None:
    light = locked(0)
    darker = (light / 2).astype(np.float32)
    grade = following(Cdl(), np.full(3, STOP))
    back = operation(LINEAR_709, grade, GRADING)(darker)
    bright = light.min(-1) > 0.03
    assert np.abs(back[bright] / light[bright] - 1).max() < 0.01
