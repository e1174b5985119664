"""Grain put on: its spectrum, its tones, its colour, and only what is missing."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from answerprint.cli.picture.app import app
from answerprint.cli.picture.regrain import regrain as regrain_command
from answerprint.core.errors import UsageError
from answerprint.departments.picture.grain.growing import Field, Regrainer, Stretch, missing
from answerprint.departments.picture.grain.measuring import Measurer
from answerprint.departments.picture.grain.profiles import PLANES, NoiseProfile, written
from answerprint.departments.picture.grain.spectra import block_power, radial
from answerprint.departments.picture.grain.stocks import STOCKS, stock_named
from answerprint.departments.picture.windows import Pixels, Window
from answerprint.media.exact_stills import Still, read_still, write_still
from answerprint.pipeline.picture.operating import sidecar_of
from answerprint.pipeline.picture.reels import reel_of
from answerprint.pipeline.picture.regraining import planned, regrain, told, wanted_for

WIDE, HIGH = 256, 160
Clip = list[Pixels]

assert regrain_command  # the command registers itself on the group


def plain(count: int, seed: int = 1) -> Clip:
    """Patches of soft colours, still."""
    draw = np.random.default_rng(seed)
    patches = draw.uniform(0.15, 0.85, (5, 8, 3)).astype(np.float32)
    base = cv2.resize(patches, (WIDE, HIGH), interpolation=cv2.INTER_CUBIC).clip(0.05, 0.95)
    return [base.copy() for _ in range(count)]


def grained(clip: Clip, deviation: float, coarse: float, seed: int = 5) -> Clip:
    draw = np.random.default_rng(seed)
    made = []
    for one in clip:
        field = draw.standard_normal(one.shape, np.float32)
        if coarse:
            field = cv2.GaussianBlur(field, (0, 0), coarse)
            field /= field.std()
        made.append((one + np.float32(deviation / 255) * np.sqrt(2 * one) * field).astype(np.float32))
    return made


def measured(clip: Clip) -> NoiseProfile:
    measurer = Measurer()
    for first in range(0, len(clip), 2):
        measurer.add(clip[first : first + 2])
    return measurer.profile()


def added(profile: NoiseProfile | None, clip: Clip, **more: float) -> Clip:
    operator = Regrainer([Stretch(0, len(clip), profile)], **more)  # type: ignore[arg-type]
    return [operator.picture(Window([one], 0, place)) - one for place, one in enumerate(clip)]


def rings(grain: Clip) -> np.ndarray:
    blocks = np.concatenate(
        [
            (one @ PLANES.T)[: HIGH // 32 * 32, : WIDE // 32 * 32]
            .reshape(HIGH // 32, 32, WIDE // 32, 32, 3)
            .swapaxes(1, 2)
            .reshape(-1, 32, 32, 3)
            for one in grain
        ]
    )
    power = [radial(block_power(blocks[..., plane]).mean(axis=0))[1:] for plane in range(3)]
    return np.stack([one / one.mean() for one in power])


@pytest.mark.parametrize("coarse", [0.0, 0.8])
def test_learnt_grain_has_the_spectrum_and_the_tones_of_its_source(coarse: float) -> None:
    source, target = plain(16, seed=1), plain(16, seed=2)
    there = grained(source, 10, coarse)
    made = added(measured(there), target)
    true = rings([a - b for a, b in zip(there, source, strict=True)])
    strong = true > true.max() / 20
    assert np.abs(rings(made) / true - 1)[strong].mean() < 0.1
    level = np.stack(target).reshape(-1)
    values = np.stack(made).reshape(-1)
    for low, high in ((0.2, 0.35), (0.4, 0.6), (0.65, 0.8)):
        inside = (level > low) & (level < high)
        wanted = (10 / 255) ** 2 * 2 * level[inside].mean()
        assert values[inside].var() == pytest.approx(wanted, rel=0.12)


def test_every_picture_has_its_own_grain_and_every_run_the_same() -> None:
    clip = plain(3)
    one, other = added(stock_named("medium"), clip), added(stock_named("medium"), clip)
    assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))
    assert abs(np.corrcoef(one[0].reshape(-1), one[1].reshape(-1))[0, 1]) < 0.02
    seeded = added(stock_named("medium"), clip, seed=3)
    assert abs(np.corrcoef(one[0].reshape(-1), seeded[0].reshape(-1))[0, 1]) < 0.02
    late = Regrainer([Stretch(0, 3, stock_named("medium"))]).picture(Window([clip[2]], 0, 2)) - clip[2]
    assert np.array_equal(late, one[2])


def test_amount_and_size_do_what_they_say() -> None:
    clip = plain(4)
    one, twice = added(stock_named("fine"), clip), added(stock_named("fine"), clip, amount=2.0)
    assert np.std(twice) == pytest.approx(2 * np.std(one), rel=0.01)
    large = added(stock_named("fine"), clip, coarser=2.0)
    assert np.std(large) == pytest.approx(np.std(one), rel=0.05)
    assert rings(large)[0, :3].mean() > 1.5 * rings(one)[0, :3].mean()


@pytest.mark.parametrize("name", list(STOCKS))
def test_a_named_grain_is_as_strong_and_coloured_as_drawn_up(name: str) -> None:
    profile, stock = stock_named(name), STOCKS[name]
    field = np.stack([Field(profile, 135, 241).drawn(0, number) for number in range(4)])
    assert field.shape == (4, 135, 241, 3)
    assert np.abs(field.std(axis=(0, 1, 2)) - 1).max() < 0.06
    shared = np.corrcoef(field.reshape(-1, 3).T)
    assert np.abs(shared[np.triu_indices(3, 1)] - stock.together).max() < 0.08
    grey = [np.full((HIGH, WIDE, 3), 0.45, np.float32)] * 3
    assert 255 * np.std(np.stack(added(profile, grey))[..., 0]) == pytest.approx(stock.strength, rel=0.06)
    white = [np.ones((HIGH, WIDE, 3), np.float32)] * 2
    assert np.std(added(profile, white)) < 0.3 * np.std(added(profile, grey))


def test_a_named_grain_looks_the_same_on_linear_light() -> None:
    grey = [np.full((HIGH, WIDE, 3), level, np.float32) for level in (0.25, 0.45, 0.65)]
    codes = [np.std(one) for one in added(stock_named("fine"), grey)]
    light = [one**2.4 for one in grey]
    grained_light = [
        a + b for a, b in zip(light, added(stock_named("fine", linear=True), light), strict=True)
    ]
    seen = [np.std(np.maximum(one, 0) ** (1 / 2.4)) for one in grained_light]
    assert np.allclose(seen, codes, rtol=0.15)


def test_only_what_is_missing_is_put_on() -> None:
    clip = plain(12)
    wanted = measured(grained(clip, 10, 0.8))
    half = grained(clip, 10 / 2**0.5, 0.8, seed=9)
    have = measured(half)
    both = [a + b for a, b in zip(half, added(missing(have, wanted), half), strict=True)]
    grain = [a - b for a, b in zip(both, clip, strict=True)]
    true = [a - b for a, b in zip(grained(clip, 10, 0.8, seed=11), clip, strict=True)]
    assert np.std(grain) == pytest.approx(np.std(true), rel=0.06)
    strong = rings(true) > rings(true).max() / 20
    assert np.abs(rings(grain) / rings(true) - 1)[strong].mean() < 0.1
    assert missing(wanted, wanted) is None
    assert missing(measured(grained(clip, 15, 0.8)), wanted) is None


def test_black_and_white_odd_and_tiny_pictures_and_alpha() -> None:
    operator = Regrainer([Stretch(0, 9, stock_named("coarse"))])
    for high, wide in ((9, 17), (1, 1), (31, 64)):
        given = np.full((high, wide, 4), 0.4, np.float32)
        made = Regrainer([Stretch(0, 9, stock_named("coarse"))]).picture(Window([given], 0, 1))
        assert made.shape == given.shape and np.isfinite(made).all()
        assert np.array_equal(made[..., 3], given[..., 3])
    outside = np.full((8, 8, 3), 0.4, np.float32)
    assert operator.picture(Window([outside], 0, 20)) is outside


def stills(folder: Path, clip: Clip, depth: str = "16") -> Path:
    folder.mkdir()
    for place, one in enumerate(clip):
        write_still(folder / f"a.{place:04d}.png", Still(np.clip(one, 0, 1), None, depth))  # type: ignore[arg-type]
    return folder


def test_a_folder_gets_the_grain_of_another(tmp_path: Path) -> None:
    like = stills(tmp_path / "like", grained(plain(6, seed=3), 12, 0.7))
    clean = stills(tmp_path / "in", plain(6, seed=4))
    out = tmp_path / "out"
    reel = reel_of(clean, shots=False)
    wanted = wanted_for(reel, out, like=like)
    plan = planned(reel, out, wanted)
    assert told(plan)["added"] == [1.0]
    done = regrain(reel, out, plan, sheet=tmp_path / "sheet.png")
    assert done.pictures == 6 and done.coded == "16"
    made = [read_still(out / f"a.{place:04d}.png").pixels for place in range(6)]
    assert 255 * np.std(np.stack(made) - np.stack(plain(6, seed=4))) == pytest.approx(12, rel=0.12)
    assert json.loads(sidecar_of(out).read_bytes())["found"]["grain"] == "like"
    again = planned(reel_of(out, shots=False), tmp_path / "again", wanted)
    assert again.enough == 1 and told(again)["added"] == [0.0]


def test_a_still_gets_all_of_it(tmp_path: Path) -> None:
    write_still(tmp_path / "a.png", Still(grained(plain(1), 10, 0)[0].clip(0, 1), None, "16"))
    reel = reel_of(tmp_path / "a.png")
    plan = planned(reel, tmp_path / "b.png", wanted_for(reel, None, stock="fine"))
    assert plan.on_top and told(plan)["added"] == [1.0]
    assert regrain(reel, tmp_path / "b.png", plan).pictures == 1


def test_what_grain_is_wanted_has_to_be_clear(tmp_path: Path) -> None:
    clean = stills(tmp_path / "in", plain(4))
    reel = reel_of(clean, shots=False)
    with pytest.raises(UsageError, match="AP-USE-841"):
        wanted_for(reel, None)
    with pytest.raises(UsageError, match="AP-USE-841"):
        wanted_for(reel, None, like=clean, stock="fine")
    with pytest.raises(UsageError, match="AP-USE-842"):
        wanted_for(reel, None, stock="gritty")
    with pytest.raises(UsageError, match="AP-USE-843"):
        wanted_for(reel, None, like=clean)
    profile = tmp_path / "camera.json"
    profile.write_bytes(written(stock_named("fine")))
    assert wanted_for(reel, None, profile=profile).source == "camera.json"


def test_the_command_tells_what_it_added_and_learns_a_profile(tmp_path: Path) -> None:
    like = stills(tmp_path / "like", grained(plain(6, seed=3), 12, 0.7))
    clean = stills(tmp_path / "in", plain(6, seed=4))
    profile, out = tmp_path / "grain.json", tmp_path / "out"
    dry = ["regrain", str(clean), str(out), "--like", str(like), "--dry-run", "--json"]
    result = CliRunner().invoke(app, [*dry, "--write-profile", str(profile)])
    assert result.exit_code == 0, result.exception
    document = json.loads(result.stdout)
    assert document["out"] is None and document["added"] == [1.0] and profile.exists()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["grain.json", "in", "like"]
    result = CliRunner().invoke(app, ["regrain", str(clean), str(out), "--profile", str(profile)])
    assert result.exit_code == 0 and "6 pictures" in result.stdout
    assert len(list(out.iterdir())) == 6
    result = CliRunner().invoke(app, ["regrain", str(clean), str(out), "--profile", str(profile)])
    assert isinstance(result.exception, UsageError) and result.exception.code == "AP-USE-074"
