"""Noise measured and taken away: how strong it is found, what is left of it, and what is left alone."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import cv2
import msgspec
import numpy as np
import pytest
from typer.testing import CliRunner

from answerprint.cli.picture.app import app as picture
from answerprint.cli.picture.denoise import denoise as denoise_command
from answerprint.core.errors import FormatError, UsageError
from answerprint.departments.picture.grain.denoising import Denoiser, Dose
from answerprint.departments.picture.grain.measuring import Measurer, quiet
from answerprint.departments.picture.grain.profiles import PLANES, NoiseProfile, read_profile, white, written
from answerprint.departments.picture.grain.shrinking import by_tile, shrunk, tile_grid
from answerprint.departments.picture.grain.spectra import (
    at_size,
    block_power,
    cosine_power,
    radial,
    sharpened,
    unit,
)
from answerprint.departments.picture.windows import Pixels, Window
from answerprint.media.encode import PCM, Sound, VideoSettings, write_pictures
from answerprint.media.exact_stills import Still, read_still, write_still
from answerprint.media.probe import probe
from answerprint.pipeline.picture.denoising import denoise, profile_of, survey, told
from answerprint.pipeline.picture.operating import sidecar_of
from answerprint.pipeline.picture.reels import reel_of

WIDE, HIGH = 160, 96
Clip = list[Pixels]

assert denoise_command and picture  # the command registers itself on the group


def scene(count: int, seed: int = 1, wide: int = WIDE, high: int = HIGH, speed: int = 3) -> Clip:
    """Discs on a slope of light, and a coarse texture, moving by whole pixels."""
    draw = np.random.default_rng(seed)
    across = wide + speed * count + 1
    base = np.empty((high, across, 3), np.float32)
    base[:] = np.linspace(0.2, 0.7, across, dtype=np.float32)[None, :, None]
    for _ in range(12):
        at = int(draw.integers(0, across)), int(draw.integers(0, high))
        colour = tuple(float(one) for one in draw.uniform(0.1, 0.9, 3))
        cv2.circle(base, at, int(draw.integers(3, max(4, high // 6))), colour, -1, cv2.LINE_AA)
    coarse = draw.normal(0, 0.03, (max(2, high // 12), max(2, across // 12), 3)).astype(np.float32)
    base += cv2.resize(coarse, (across, high), interpolation=cv2.INTER_CUBIC)
    base = np.clip(cv2.GaussianBlur(base, (0, 0), 0.7), 0.02, 0.98)
    return [np.ascontiguousarray(base[:, speed * place : speed * place + wide]) for place in range(count)]


def noisy(clip: Clip, deviation: float, gain: float = 0.0, coarse: float = 0.0, seed: int = 5) -> Clip:
    draw = np.random.default_rng(seed)
    made = []
    for one in clip:
        field = draw.standard_normal(one.shape, np.float32)
        if coarse:
            field = cv2.GaussianBlur(field, (0, 0), coarse)
            field /= field.std()
        made.append((one + np.sqrt((deviation / 255) ** 2 + gain * one) * field).astype(np.float32))
    return made


def flat_profile(deviation: float) -> NoiseProfile:
    variance = (deviation / 255) ** 2
    return NoiseProfile(
        levels=[0.0, 1.0],
        variance=[[variance] * 2] * 3,
        gain=[0.0] * 3,
        offset=[variance] * 3,
        correlation=np.eye(3).tolist(),
        spectrum=white(),
    )


def measured(clip: Clip, together: int = 3) -> NoiseProfile:
    measurer = Measurer()
    for first in range(0, len(clip), together):
        measurer.add(clip[first : first + together])
    return measurer.profile()


def error(one: Pixels, other: Pixels) -> float:
    return 255 * float(np.sqrt(np.mean((one - other) ** 2)))


def whole_window(clip: Clip, at: int) -> Window:
    return Window(clip, at, at)


def test_gaussian_noise_is_found_as_strong_as_it_is() -> None:
    for deviation in (4.0, 12.0):
        found = measured(noisy(scene(6, wide=256, high=160), deviation))
        assert np.abs(255 * found.deviation / deviation - 1).max() < 0.12
        assert found.measured == "successive pictures" and not quiet(found)


def test_noise_that_grows_with_light_is_found_to_grow() -> None:
    found = measured(noisy(scene(6, wide=256, high=160), 3, gain=0.004))
    levels = np.array([[0.25] * 3, [0.65] * 3], np.float32)
    wanted = (3 / 255) ** 2 + 0.004 * levels[:, 0]
    assert np.abs(found.variances(levels).mean(axis=1) / wanted - 1).max() < 0.25
    assert np.median(found.gain) == pytest.approx(0.004, rel=0.35)


def test_coarse_noise_is_found_coarse_and_channels_together() -> None:
    clip = scene(6, wide=256, high=160)
    fine, coarse = measured(noisy(clip, 10)), measured(noisy(clip, 10, coarse=1.0))
    assert radial(fine.power[0])[1:4].mean() < 1.5 < 3 < radial(coarse.power[0])[1:4].mean()
    draw = np.random.default_rng(3)
    grey = [one + draw.normal(0, 10 / 255, (*one.shape[:2], 1)).astype(np.float32) for one in clip]
    assert min(np.asarray(measured(grey).correlation).reshape(-1)) > 0.9


def test_a_clip_without_noise_has_none() -> None:
    clip = scene(6)
    assert quiet(measured(clip))
    assert quiet(measured([clip[0]] * 3))
    assert quiet(measured([np.zeros((HIGH, WIDE, 3), np.float32)] * 3))
    assert quiet(measured([np.zeros((9, 17, 3), np.float32)]))


def test_a_profile_comes_back_as_it_was_written(tmp_path: Path) -> None:
    made = measured(noisy(scene(3), 8))
    assert read_profile(written(made), tmp_path / "camera.json") == made


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kind": "something"}, "AP-FORMAT-808"),
        ({"version": 7}, "AP-FORMAT-809"),
        ({"variance": [[-1.0, 0.0]] * 3}, "AP-FORMAT-808"),
        ({"levels": [1.0, 0.0]}, "AP-FORMAT-808"),
        ({"spectrum": [[[1.0]]] * 3}, "AP-FORMAT-808"),
        ({"correlation": "no"}, "AP-FORMAT-808"),
    ],
)
def test_what_is_no_profile_is_refused(tmp_path: Path, change: dict[str, object], code: str) -> None:
    document = {**json.loads(written(flat_profile(5))), **change}
    file = tmp_path / "camera.json"
    file.write_text(json.dumps(document))
    with pytest.raises(FormatError, match=code):
        profile_of(file)
    file.write_text("not json")
    with pytest.raises(FormatError, match="AP-FORMAT-808"):
        profile_of(file)
    with pytest.raises(FormatError, match="AP-FORMAT-808"):
        profile_of(tmp_path / "missing.json")


def test_the_power_of_a_tile_follows_from_that_of_a_block() -> None:
    assert np.allclose(cosine_power(np.ones((32, 17))), 1, atol=1e-5)
    draw = np.random.default_rng(1)
    field = cv2.GaussianBlur(draw.standard_normal((1024, 1024), np.float32), (0, 0), 0.9)
    field /= field.std()
    blocks = field.reshape(32, 32, 32, 32).swapaxes(1, 2).reshape(-1, 32, 32)
    power = unit(sharpened(block_power(blocks).mean(axis=0)))
    tiles = field.reshape(128, 8, 128, 8).swapaxes(1, 2).reshape(-1, 8, 8)
    seen = np.stack([cv2.dct(one) for one in tiles[:4000]])
    there = (seen**2).mean(axis=0).reshape(-1)
    strong = there > there.max() / 50
    assert np.abs(cosine_power(power) / there - 1)[strong].max() < 0.25
    whole = at_size(power, 96, 160)
    assert 2 * whole.sum() - whole[:, 0].sum() - whole[:, -1].sum() == pytest.approx(96 * 160, rel=1e-4)


def test_shrinking_takes_noise_and_leaves_what_is_far_above_it() -> None:
    clean = scene(1, wide=150, high=93)[0]
    given = noisy([clean], 10)[0]
    noise = np.full((3, *tile_grid(93, 150)), (10 / 255) ** 2, np.float32)
    power = np.ones((3, 64), np.float32)
    made = shrunk((given @ PLANES.T).transpose(2, 0, 1), noise, power).transpose(1, 2, 0) @ PLANES
    assert error(made, clean) < 0.6 * error(given, clean)
    same = shrunk((given @ PLANES.T).transpose(2, 0, 1), noise * 0, power).transpose(1, 2, 0) @ PLANES
    assert error(same, given) < 0.01
    assert by_tile(np.ones((93, 150, 2), np.float32)).shape == (*tile_grid(93, 150), 2)


def test_neighbours_take_more_noise_than_a_picture_alone() -> None:
    clip = scene(7)
    given = noisy(clip, 12)
    profile = flat_profile(12)
    alone = Denoiser(profile, Dose(temporal=0)).picture(Window([given[3]], 0, 3))
    along = Denoiser(profile, Dose(spatial=0)).picture(whole_window(given, 3))
    both = Denoiser(profile).picture(whole_window(given, 3))
    was = error(given[3], clip[3])
    assert error(along, clip[3]) < 0.55 * was
    assert error(both, clip[3]) < 0.8 * error(alone, clip[3]) < 0.6 * was


def test_detail_that_moves_stays_as_sharp() -> None:
    clip = scene(7)
    made = Denoiser(flat_profile(4)).picture(whole_window(noisy(clip, 4), 3))
    edges = np.abs(cv2.Laplacian(clip[3], -1)).max(axis=2) > 0.15
    share = np.abs(cv2.Laplacian(made, -1))[edges].mean() / np.abs(cv2.Laplacian(clip[3], -1))[edges].mean()
    assert 0.9 < share < 1.1


def test_another_scene_and_a_flash_weigh_nothing() -> None:
    here, there = scene(1, seed=1), [1 - one for one in scene(1, seed=8)]
    given, other = noisy(here, 6)[0], noisy(there, 6, seed=9)[0]
    operator = Denoiser(flat_profile(6), Dose(spatial=0))
    made = operator.picture(Window([other, given, other], 1, 1))
    assert error(made, here[0]) < 1.05 * error(given, here[0])
    assert Denoiser(flat_profile(6)).joined(Window([other, given, other], 1, 1)) < 1.25
    flash = [given, given, np.clip(given + np.float32(0.3), 0, 1)]
    assert error(operator.picture(Window(flash[1:], 0, 40)), here[0]) < 1.02 * error(given, here[0])


def test_what_comes_and_goes_in_one_picture_stays_in_that_picture() -> None:
    clip = scene(5, speed=0)
    clip[2] = clip[2].copy()
    cv2.circle(clip[2], (80, 48), 7, (0.95, 0.1, 0.1), -1, cv2.LINE_AA)
    given = noisy(clip, 5)
    operator = Denoiser(flat_profile(5))
    for place in (1, 2, 3):
        made = operator.picture(whole_window(given, place))
        assert error(made[38:58, 70:90], clip[place][38:58, 70:90]) < error(
            given[place][38:58, 70:90], clip[place][38:58, 70:90]
        )


def test_static_places_flicker_less() -> None:
    clip = [scene(1)[0]] * 9
    given = noisy(clip, 10)
    operator = Denoiser(flat_profile(10))
    made = []
    for place in range(3, 6):
        window = Window(given[place - 3 : place + 4], 3, place)
        made.append(operator.picture(window))
    before, after = (np.std(np.stack(some), axis=0).mean() for some in (given[3:6], made))
    assert after < 0.3 * before


def test_the_same_window_gives_the_same_picture() -> None:
    given = noisy(scene(9), 8)
    walked, fresh = Denoiser(flat_profile(8)), Denoiser(flat_profile(8))
    for place in range(3, 6):
        made = walked.picture(Window(given[place - 3 : place + 4], 3, place))
    assert np.array_equal(made, fresh.picture(Window(given[2:9], 3, 5)))


def test_shares_strength_and_kept_grain_do_what_they_say() -> None:
    given = noisy(scene(5), 9)
    window = whole_window(given, 2)
    none = Denoiser(flat_profile(9), Dose(temporal=0, spatial=0)).picture(window)
    assert np.abs(none - given[2]).max() < 1e-5
    kept = Denoiser(flat_profile(9), Dose(keep=1)).picture(window)
    assert np.abs(kept - given[2]).max() < 1e-5
    half, full = (Denoiser(flat_profile(9), Dose(keep=one)).picture(window) for one in (0.5, 0.0))
    assert np.allclose(half, (given[2] + full) / 2, atol=1e-5)
    weak, strong = (Denoiser(flat_profile(9), Dose(strength=one)).picture(window) for one in (0.3, 1.0))
    assert error(weak, given[2]) < 0.6 * error(strong, given[2])


@pytest.mark.parametrize(("high", "wide"), [(9, 17), (1, 1), (31, 64), (97, 131)])
def test_odd_and_tiny_pictures_one_or_two_of_them(high: int, wide: int) -> None:
    for count in (1, 2):
        given = noisy([np.full((high, wide, 4), 0.5, np.float32)] * count, 8)
        made = Denoiser(flat_profile(8)).picture(whole_window(given, count - 1))
        assert made.shape == (high, wide, 4) and np.isfinite(made).all()
        assert np.array_equal(made[..., 3], given[count - 1][..., 3])
        assert error(made[..., :3], 0.5) <= 1.01 * error(given[count - 1][..., :3], 0.5)


def test_black_stays_black() -> None:
    black = [np.zeros((HIGH, WIDE, 3), np.float32)] * 3
    assert not Denoiser(flat_profile(5)).picture(whole_window(black, 1)).any()
    assert not Denoiser(measured(black)).picture(whole_window(black, 1)).any()


def test_a_folder_of_stills_loses_its_noise_and_keeps_its_depth(tmp_path: Path) -> None:
    clip = scene(6)
    folder = tmp_path / "in"
    folder.mkdir()
    for place, one in enumerate(noisy(clip, 10)):
        write_still(folder / f"a.{place:04d}.png", Still(np.clip(one, 0, 1), None, "16"))
    reel = reel_of(folder)
    out = tmp_path / "out"
    found = survey(reel, out)
    assert found.noise and found.joined > 2
    done = denoise(reel, out, found, sheet=tmp_path / "sheet.jpg")
    assert done.pictures == 6 and done.coded == "16"
    made = read_still(out / "a.0003.png").pixels
    assert error(made, clip[3]) < 0.5 * 10
    sidecar = json.loads(sidecar_of(out).read_bytes())
    assert sidecar["operator"] == "denoise" and sidecar["found"] == json.loads(
        msgspec.json.encode(told(found))
    )
    assert (tmp_path / "sheet.jpg").stat().st_size > 1000


def test_linear_light_with_pixels_that_are_no_numbers(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    clip = [3 * one for one in scene(5)]
    for place, one in enumerate(noisy(clip, 20)):
        if place == 2:
            one[40, 50] = np.nan
        write_still(folder / f"a.{place:04d}.exr", Still(one, None, "float"))
    reel = reel_of(folder)
    found = survey(reel, tmp_path / "out")
    assert found.profile.linear
    done = denoise(reel, tmp_path / "out", found)
    assert done.not_numbers == 1
    made = read_still(tmp_path / "out" / "a.0002.exr").pixels
    assert np.isnan(made[40, 50]).all() and np.isfinite(made).all(axis=2).sum() == WIDE * HIGH - 1
    there = read_still(tmp_path / "out" / "a.0003.exr").pixels
    assert np.isfinite(there).all() and error(there, clip[3]) < 0.6 * 20


def test_clean_pictures_are_written_as_they_are(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for place, one in enumerate(scene(5)):
        write_still(folder / f"a.{place:04d}.png", Still(one, None, "8"))
    reel = reel_of(folder)
    found = survey(reel, tmp_path / "out")
    assert not found.noise
    denoise(reel, tmp_path / "out", found)
    for place in range(5):
        one, other = (read_still(each / f"a.{place:04d}.png").pixels for each in (folder, tmp_path / "out"))
        assert np.array_equal(one, other)


def test_noise_of_another_kind_of_light_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "camera.json"
    file.write_bytes(written(msgspec.structs.replace(flat_profile(5), linear=True)))
    write_still(tmp_path / "a.png", Still(scene(1)[0], None, "8"))
    with pytest.raises(UsageError, match="AP-USE-840"):
        survey(reel_of(tmp_path / "a.png"), tmp_path / "out.png", profile=file)


def film(path: Path, clip: Clip) -> Path:
    codes = [np.rint(np.clip(one, 0, 1) * 255).astype(np.uint8) for one in clip]
    sound = Sound([np.zeros((48000 * len(clip) // 24, 2), np.float32)], PCM)
    settings = VideoSettings(crf=4)
    write_pictures(path, enumerate(codes), Fraction(24), settings, sound=sound, start_timecode="01:00:00:00")
    return path


def test_the_command_denoises_a_clip_and_keeps_its_sound_and_timecode(tmp_path: Path) -> None:
    clip = scene(12)
    source, out = film(tmp_path / "in.mov", noisy(clip, 10)), tmp_path / "out.mov"
    profile = tmp_path / "camera.json"
    given = ["denoise", str(source), str(out), "--write-profile", str(profile), "--json"]
    result = CliRunner().invoke(picture, given)
    assert result.exit_code == 0, result.exception
    document = json.loads(result.stdout)
    assert document["noise"] and document["pictures"] == 12 and document["deviation"]["green"]["middle"] > 5
    assert probe(out).timecode == probe(source).timecode
    before, after = (
        np.mean([error(one, truth) for (_, one), truth in zip(reel_of(each).pictures(), clip, strict=True)])
        for each in (source, out)
    )
    assert after < 0.6 * before
    text = CliRunner().invoke(
        picture, ["denoise", str(source), str(out), "--force", "--profile", str(profile)]
    )
    assert text.exit_code == 0 and "noise of 255" in text.stdout


def test_a_trial_writes_nothing_and_an_original_is_never_written(tmp_path: Path) -> None:
    source = film(tmp_path / "in.mov", noisy(scene(6), 10))
    result = CliRunner().invoke(picture, ["denoise", str(source), str(tmp_path / "out.mov"), "--dry-run"])
    assert result.exit_code == 0 and "nothing was made" in result.stdout
    assert [one.name for one in tmp_path.iterdir()] == ["in.mov"]
    for arguments, code in (
        ([str(source), "--force"], "AP-USE-080"),
        ([str(tmp_path / "out.mov"), "--range", "3", "1"], "AP-USE-844"),
    ):
        result = CliRunner().invoke(picture, ["denoise", str(source), *arguments])
        assert isinstance(result.exception, UsageError) and result.exception.code == code
