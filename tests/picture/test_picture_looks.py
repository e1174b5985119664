"""Looks from words and from stills of something else: axes go where they were asked to, skin stays, kept is
kept."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parent))

from picture_views import LOOK, eight_bits, framed, looked, wall

from answerprint.cli.picture import app
from answerprint.core.cut import Cdl
from answerprint.core.errors import AnswerprintError, UsageError
from answerprint.departments.picture.difference import lab_of
from answerprint.departments.picture.looks import SKIN_TURN, Look, Sight, look_of, sight_of
from answerprint.departments.picture.looks_axes import AXES, LIMITS, measured, parts_of, shifts_between
from answerprint.departments.picture.looks_keeping import ATTRIBUTES, Attribute, attributes
from answerprint.departments.picture.looks_like import MOST, likeness
from answerprint.departments.picture.looks_words import GROUPS, read_look, vocabulary
from answerprint.departments.picture.matching import match, view_of
from answerprint.departments.picture.operations import LUMA, operation
from answerprint.departments.picture.skin import MONK, linear_of
from answerprint.departments.picture.spaces import GRADING, LINEAR_709, STILL, change
from answerprint.formats.colour.cdl_file import read_cdl, write_cdl
from answerprint.media.exact_stills import Still, read_still, write_still

TO_LINEAR = change(GRADING, LINEAR_709)


def lit(seed: int = 3, skin: bool = True) -> np.ndarray:
    """Linear light (90, 160, 3)."""
    return cv2.resize(framed(wall(seed, skin), 40, 60, 0.9), (160, 90), interpolation=cv2.INTER_AREA)


def sight(light: np.ndarray) -> Sight:
    values = change(LINEAR_709, GRADING)(light.reshape(-1, 3)[::7].astype(np.float32))
    return sight_of(values.astype(np.float64), TO_LINEAR)


def asked(phrase: str, light: np.ndarray, **more: object) -> Look:
    read = read_look(phrase)
    return look_of(sight(light), read.shifts, read.holds, **more)  # type: ignore[arg-type]


def moved(light: np.ndarray, grade: Cdl) -> dict[str, float]:
    """What a grade moves the axes of the whole picture by, measured anew on every pixel."""
    after = operation(LINEAR_709, grade, GRADING)(light.astype(np.float32))
    one, two = (lab_of(np.clip(each.reshape(-1, 3), 0, 1)) for each in (light, after))
    parts = parts_of(one)
    return dict(zip(AXES, shifts_between(measured(one, parts), measured(two, parts)), strict=True))


def run(*arguments: object, code: int = 0) -> dict:
    result = CliRunner().invoke(app, [*map(str, arguments), "--json"])
    if isinstance(result.exception, AnswerprintError):
        raise result.exception
    assert result.exit_code == code, (result.output, result.exception)
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("looks") / "ours.png"
    cv2.imwrite(str(path), eight_bits(lit())[..., ::-1])
    return path


def test_every_word_of_the_vocabulary_asks_for_axes_within_limits() -> None:
    words = {word: shifts for group in GROUPS for word, shifts in vocabulary()[group].items()}
    assert 80 <= len(words) <= 160
    for word, shifts in words.items():
        assert set(shifts) <= set(AXES), word
        assert all(0 < abs(shift) <= LIMITS[axis] for axis, shift in shifts.items()), word
        assert read_look(word).words[0].word == word


def test_degrees_weigh_the_next_word_and_less_turns_it_round() -> None:
    plain = read_look("warm").shifts["temperature"]
    assert read_look("slightly warm").shifts["temperature"] == plain / 2
    assert read_look("very warm").shifts["temperature"] == plain * 1.5
    assert read_look("less warm").shifts["temperature"] < 0
    two = read_look("very warm, contrasty").shifts
    assert two["contrast"] == read_look("contrasty").shifts["contrast"]


def test_a_word_before_shadows_means_these_alone() -> None:
    read = read_look("teal shadows, warm highlights")
    assert set(read.shifts) == {
        "shadow_temperature",
        "shadow_tint",
        "highlight_temperature",
        "highlight_tint",
    }
    assert read_look("cold and metallic, luminous highlights").words[-1].word == "luminous highlights"


def test_no_holds_an_axis_where_it_is() -> None:
    read = read_look("bright, no contrast")
    assert read.holds == ("contrast",) and "contrast" not in read.shifts
    made = asked("dark, no contrast", lit())
    assert abs(next(one.met for one in made.axes if one.axis == "contrast")) < 4


@pytest.mark.parametrize(
    ("phrase", "code"),
    [
        ("colld", "AP-USE-860"),
        ("warm and purplish", "AP-USE-860"),
        ("the look of a picture", "AP-USE-861"),
        ("", "AP-USE-861"),
        ("saturated shadows", "AP-USE-861"),
        ("warm, cold", "AP-USE-862"),
    ],
)
def test_what_cannot_be_read_is_refused(phrase: str, code: str) -> None:
    with pytest.raises(UsageError, match=code):
        read_look(phrase)


def test_the_nearest_known_word_is_named() -> None:
    with pytest.raises(UsageError) as refused:
        read_look("metalic")
    assert "metallic" in str(refused.value.remedy)


@pytest.mark.parametrize(
    "phrase",
    [
        "warm",
        "cold metallic, luminous highlights",
        "bright",
        "flat",
        "bleach bypass",
        "crushed blacks",
        "green",
    ],
)
def test_axes_go_where_they_are_asked_to(phrase: str) -> None:
    light = lit(skin=False)
    made = asked(phrase, light, skin_turn=None)
    found = moved(light, made.grade)
    for axis, shift in read_look(phrase).shifts.items():
        assert 0.6 < found[axis] / shift < 1.5, axis


@pytest.mark.parametrize(
    ("one", "other", "axis"),
    [
        ("warm", "cold", "temperature"),
        ("bright", "dark", "exposure"),
        ("contrasty", "flat", "contrast"),
        ("saturated", "desaturated", "saturation"),
        ("crushed", "lifted", "blacks"),
        ("luminous highlights", "soft highlights", "highlights"),
    ],
)
def test_opposites_move_opposite_ways(one: str, other: str, axis: str) -> None:
    light = lit()
    first, second = (moved(light, asked(phrase, light).grade)[axis] for phrase in (one, other))
    assert first * second < 0 and min(abs(first), abs(second)) > 0.5


def test_skin_of_every_tone_keeps_its_hue_unless_it_is_let_go() -> None:
    light = lit()
    for phrase in ("blue", "green", "teal and orange"):
        made = asked(phrase, light)
        assert made.skin_share > 0.05
        assert made.skin_turn is not None and made.skin_turn <= SKIN_TURN
    skins = np.stack([linear_of(one) * 0.8 for one in MONK]).astype(np.float32)
    held, free = (
        operation(LINEAR_709, asked("very blue", light, skin_turn=limit).grade, GRADING)(skins)
        for limit in (SKIN_TURN, None)
    )
    one, two, three = (lab_of(each)[:, 1:] for each in (skins, held, free))
    assert np.linalg.norm(two - one, axis=1).mean() < 0.8 * np.linalg.norm(three - one, axis=1).mean()


def test_what_stays_short_says_why() -> None:
    made = asked("very blue, very saturated", lit())
    short = [one for one in made.axes if one.why]
    assert short and all("skin" in one.why or "CDL" in one.why or "picture" in one.why for one in short)
    assert made.short == tuple(one.axis for one in short)


def test_black_and_flat_pictures_are_left_alone() -> None:
    black = asked("bright", np.zeros((20, 30, 3)))
    assert black.dark and black.grade == Cdl()
    grey = asked("very saturated, warm", np.full((20, 30, 3), 0.18))
    told = {one.axis: one for one in grey.axes}
    assert told["saturation"].why and abs(grey.grade.saturation - 1) < 0.3
    assert np.isfinite(np.array([*grey.grade.slope, *grey.grade.offset, *grey.grade.power])).all()


def test_black_and_white_has_no_colour() -> None:
    light = lit()
    after = operation(LINEAR_709, asked("black and white", light).grade, GRADING)(light.astype(np.float32))
    lab = lab_of(np.clip(after, 0, 1))
    assert np.hypot(lab[..., 1], lab[..., 2]).mean() < 1.5


def test_a_still_of_the_same_content_gives_its_look() -> None:
    light = lit(5)
    small = Cdl((1.05, 1.05, 1.05), (-0.02, -0.015, -0.01), (1.0, 1.0, 1.0), 0.85)
    other = looked(light, small)
    wanted = likeness(sight(light), sight(other), 1.0)
    assert not wanted.capped
    made = look_of(sight(light), wanted.shifts, skin_turn=None)
    after = operation(LINEAR_709, made.grade, GRADING)(light.astype(np.float32))
    before, now = (np.abs(lab_of(each) - lab_of(other)).mean() for each in (light, after))
    assert now < 0.5 * before


def test_a_still_that_is_quite_another_is_followed_within_limits() -> None:
    light, other = lit(5), lit(6) * np.array((1.0, 0.5, 0.1))
    found = likeness(sight(light), sight(other), 1.0)
    assert {"temperature"} <= set(found.capped)
    assert all(abs(shift) <= MOST[axis] + 1e-9 for axis, shift in found.shifts.items())
    half = likeness(sight(light), sight(other), 0.5)
    assert half.shifts["temperature"] == pytest.approx(found.shifts["temperature"] / 2)
    assert likeness(sight(light), sight(np.zeros((20, 30, 3)))).shifts == {}


def measure(attribute: Attribute, light: np.ndarray, grade: Cdl) -> float:
    """How far a grade moves an attribute: stops, stops between channels of greys, shares of spreads."""
    change_it = operation(LINEAR_709, grade, GRADING)
    if attribute == "white-balance":
        ramp = np.geomspace(0.02, 0.9, 30, dtype=np.float32)[:, None].repeat(3, axis=1)
        made = np.log2(np.maximum(change_it(ramp), 1e-4))
        return float(np.ptp(made, axis=1).max())
    values = [
        change(LINEAR_709, GRADING)(each.astype(np.float32)).reshape(-1, 3)
        for each in (light, change_it(light.astype(np.float32)))
    ]
    luma = [each @ LUMA for each in values]
    if attribute == "exposure":
        medians = [
            np.median(each.reshape(-1, 3) @ LUMA) for each in (light, change_it(light.astype(np.float32)))
        ]
        return float(abs(np.log2(medians[1] / medians[0])))
    if attribute == "contrast":
        one, two = (np.subtract(*np.percentile(each, (90, 10))) for each in luma)
    else:
        away = [each - grey[:, None] for each, grey in zip(values, luma, strict=True)]
        one, two = (np.linalg.norm(each - np.median(each, axis=0), axis=1).mean() for each in away)
    return float(abs(two / one - 1))


@pytest.fixture(scope="module")
def couple() -> tuple[np.ndarray, np.ndarray, Cdl]:
    """A clip and a hero, sRGB code values, and the grade between them where nothing is kept."""
    fault, size = np.array((0.55, 0.7, 0.8)), (400, 225)
    ours, hero = (
        cv2.resize(framed(wall(4), top, left, part), size, interpolation=cv2.INTER_AREA)
        for top, left, part in ((0, 0, 0.8), (100, 200, 0.7))
    )
    one, two = (eight_bits(each).astype(np.float32) / 255 for each in (ours * fault, looked(hero)))
    return one, two, match([view_of(one, STILL, GRADING)], [view_of(two, STILL, GRADING)]).grade


@pytest.mark.parametrize("attribute", ATTRIBUTES)
def test_what_is_kept_stays_to_a_hero_and_under_words(
    couple: tuple[np.ndarray, np.ndarray, Cdl], attribute: Attribute
) -> None:
    ours, hero, free = couple
    light = change(STILL, LINEAR_709)(ours)
    kept = match([view_of(ours, STILL, GRADING)], [view_of(hero, STILL, GRADING)], keep=[attribute])
    assert kept.how == "places"
    most = 0.03 if attribute in ("exposure", "white-balance") else 0.04
    assert measure(attribute, light, kept.grade) < most
    assert measure(attribute, light, kept.grade) < measure(attribute, light, free)
    phrase = "very warm, bright, contrasty, desaturated"
    made = asked(phrase, lit(), keep=[attribute])
    assert measure(attribute, lit(), made.grade) < 2 * most
    assert made.grade != Cdl()


def test_what_can_be_kept_is_named() -> None:
    assert attributes("exposure, White-Balance") == {"exposure", "white-balance"}
    for listed in ("hue", ",".join(ATTRIBUTES)):
        with pytest.raises(UsageError, match="AP-USE-863"):
            attributes(listed)


def test_match_by_words_tells_and_writes(still: Path, tmp_path: Path) -> None:
    out, page = tmp_path / "l.cdl", tmp_path / "l.png"
    told = run("match", still, "--look", "cold metallic", "--cdl", out, "--sheet", page)
    assert told["look"]["words"][0]["word"] == "cold"
    axes = {one["axis"]: one for one in told["axes"]}
    assert axes["temperature"]["asked"] == -9 and axes["temperature"]["met"] < -2
    assert set(axes) == set(AXES)
    grade, space = read_cdl(out)
    assert space == GRADING and grade.slope == pytest.approx(told["cdl"]["slope"], rel=1e-6)
    assert read_still(page).pixels.shape[1] > 900
    applied = tmp_path / "graded.png"
    run("apply", still, applied, "--cdl", out)
    one, two = (change(STILL, LINEAR_709)(read_still(each).pixels) for each in (still, applied))
    assert lab_of(two)[..., 2].mean() < lab_of(one)[..., 2].mean() - 1


def test_match_like_a_still_tells_what_was_cut_back(still: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.png"
    cv2.imwrite(str(other), eight_bits(lit(9) * np.array((1.0, 0.6, 0.3)))[..., ::-1])
    told = run("match", still, "--like", other, "--amount", "1", "--dry-run")
    assert "temperature" in told["capped"] and told["amount"] == 1
    assert next(one["met"] for one in told["axes"] if one["axis"] == "temperature") > 1
    with pytest.raises(UsageError, match="AP-USE-864"):
        run("match", still, "--like", other, "--amount", "1.5")


def test_match_wants_one_look(still: Path) -> None:
    for arguments in (
        (still,),
        (),
        (still, "--look", "warm", "--to", still),
        (still, "--look", "warm", "--amount", "0.5"),
    ):
        with pytest.raises(UsageError, match="AP-USE-865"):
            run("match", *arguments)
    assert run("match", "--list-looks")["temperature"]["cold"]["temperature"] == -7


def test_pixels_that_are_no_numbers_do_not_count(tmp_path: Path) -> None:
    light = lit().astype(np.float32)
    clean, spoilt = tmp_path / "clean.exr", tmp_path / "spoilt.exr"
    write_still(clean, Still(light, None, "float"))
    light[3, 5] = np.nan
    write_still(spoilt, Still(light, None, "float"))
    one, two = (run("match", path, "--look", "warm", "--dry-run")["cdl"] for path in (clean, spoilt))
    assert one["offset"] == pytest.approx(two["offset"], abs=0.004)


@pytest.mark.parametrize("alpha", [False, True])
def test_kept_regions_come_out_as_they_were(tmp_path: Path, alpha: bool) -> None:
    grade, source, out = tmp_path / "look.cdl", tmp_path / "in.png", tmp_path / "out.png"
    grade.write_bytes(write_cdl(LOOK, ".cdl", id="look", space=GRADING))
    pixels = eight_bits(lit()).astype(np.float32) / 255
    write_still(source, Still(pixels, np.full((90, 160), 0.5, np.float32) if alpha else None, "16"))
    run("apply", source, out, "--cdl", grade, "--keep-region", "20,30,40,25", "--keep-region", "150,80,50,50")
    plain = tmp_path / "plain.png"
    run("apply", source, plain, "--cdl", grade)
    was, now, all_graded = (read_still(one).pixels for one in (source, out, plain))
    assert np.array_equal(now[30:55, 20:60], was[30:55, 20:60])
    assert np.array_equal(now[80:, 150:], was[80:, 150:])
    assert np.array_equal(now[:, 75:135], all_graded[:, 75:135])
    edge = np.abs(now[40, 60:69] - was[40, 60:69]).mean(axis=-1)
    full = np.abs(all_graded[40, 60:69] - was[40, 60:69]).mean(axis=-1)
    share = edge / np.maximum(full, 1e-6)
    assert (np.diff(share[full > 0.005]) > -0.05).all() and share[0] < 0.5 and share[-1] > 0.9


@pytest.mark.parametrize("region", ["1,2,3", "a,b,c,d", "500,0,10,10", "0,0,0,5"])
def test_a_region_that_is_none_is_refused(still: Path, tmp_path: Path, region: str) -> None:
    grade = tmp_path / "look.cdl"
    grade.write_bytes(write_cdl(LOOK, ".cdl", id="look", space=GRADING))
    with pytest.raises(UsageError, match="AP-USE-866"):
        run("apply", still, tmp_path / "o.png", "--cdl", grade, "--keep-region", region)
    assert not (tmp_path / "o.png").exists()
