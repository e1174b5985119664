"""`picture restore` on files: clips, fields, folders of stills, masks edited by a person."""

from __future__ import annotations

import json
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench" / "generated"))

import film_damage as damage
from moving_scenes import MovingScene

import answerprint.cli.picture.restore  # noqa: F401
from answerprint.cli.picture.app import app
from answerprint.core.errors import AnswerprintError, UsageError
from answerprint.media.clip_pictures import clip_pictures
from answerprint.media.encode import PCM, Sound, VideoSettings, write_pictures
from answerprint.media.exact_stills import Still, read_still, write_still
from answerprint.media.probe import probe
from answerprint.pipeline.picture.reels import reel_of
from answerprint.pipeline.picture.restoring import kinds_of, protected_of, scratch_of
from answerprint.pipeline.picture.restoring_shots import without_feigned_cuts

WIDE, HIGH = 192, 112


def run(*arguments: object, code: int = 0) -> dict:
    result = CliRunner().invoke(app, ["restore", *map(str, arguments), "--json"])
    if isinstance(result.exception, AnswerprintError):
        raise result.exception
    assert result.exit_code == code, (result.output, result.exception)
    return json.loads(result.stdout)


def scene(count: int, seed: int = 5) -> list[np.ndarray]:
    made = MovingScene(seed, WIDE, HIGH)
    return [made.picture(t, one).astype(np.float32) for t, one in enumerate(made.path("pan", 60)[:count])]


def clip(path: Path, pictures: list[np.ndarray], rate: Fraction = Fraction(24)) -> Path:
    coded = ((t, np.rint(np.clip(one, 0, 1) * 255).astype(np.uint8)) for t, one in enumerate(pictures))
    sound = Sound([np.zeros((int(48000 * len(pictures) / rate), 2), np.float32)], PCM)
    settings = VideoSettings(crf=4, pixel_format="yuv444p", preset="veryfast")
    write_pictures(path, coded, rate, settings, sound=sound, start_timecode="01:00:00:00")
    return path


def pictures_of(path: Path) -> list[np.ndarray]:
    return [pixels for _, pixels in clip_pictures(path)]


def test_a_clip_is_restored_and_all_that_was_touched_is_told(tmp_path: Path) -> None:
    clean = scene(12)
    damaged = damage.dirty(clean, 3, 6)
    source = clip(tmp_path / "in.mov", damaged.pictures)
    out = tmp_path / "out.mov"
    told = run(source, out)
    assert told["touched"] > 6 and told["by_kind"]["dirt"] > 0.1
    assert probe(out).timecode == probe(source).timecode and told["operated"]["sound"] == {"1": "copied"}
    hurt = np.stack(damaged.masks)
    errors = [((np.stack(pictures_of(one)) - np.stack(clean)) ** 2)[hurt].mean() for one in (out, source)]
    assert errors[0] < 0.3 * errors[1]
    masks = pictures_of(tmp_path / "out.mask.mov")
    assert len(masks) == 12
    sidecar = json.loads((tmp_path / "out.mov.picture.json").read_text())
    for one in sidecar["touched"]:
        shown = float((masks[one["picture"]][..., 0] > 0.5).mean())
        assert shown == pytest.approx(sum(one["shares"].values()), abs=0.002)
    assert read_still(tmp_path / "out.review.jpg").pixels.shape[1] > 400
    assert not [one for one in tmp_path.iterdir() if one.name.startswith(".")]


def test_a_mask_can_be_looked_at_edited_and_given_back(tmp_path: Path) -> None:
    folder = tmp_path / "reel"
    folder.mkdir()
    damaged = damage.dirty(scene(8), 3, 8).pictures
    for number, pixels in enumerate(damaged):
        write_still(folder / f"reel.{number:04d}.png", Still(pixels, None, "8"))
    told = run(folder, tmp_path / "first", "--review-only", "--only", "dirt")
    masks = tmp_path / "first-mask"
    assert told["out"] is None and not (tmp_path / "first").exists()
    assert len(list(masks.iterdir())) == 8 and (tmp_path / "first.review.jpg").is_file()
    for number, file in enumerate(sorted(masks.iterdir())):
        mask = read_still(file).pixels
        if number != 4:
            mask = np.zeros_like(mask)
        write_still(file, Still(mask, None, "8"))
    run(folder, tmp_path / "second", "--mask", masks, "--only", "dirt")
    for number, file in enumerate(sorted((tmp_path / "second").iterdir())):
        changed = np.abs(read_still(file).pixels - np.rint(np.clip(damaged[number], 0, 1) * 255) / 255).max()
        assert (changed > 0.05) == (number == 4)
    with pytest.raises(UsageError, match="AP-USE-832"):
        run(folder, tmp_path / "third", "--mask", sorted(masks.iterdir())[0])


def test_pulldown_becomes_film_again(tmp_path: Path) -> None:
    film = scene(24)
    source = clip(tmp_path / "in.mov", damage.pulled_down(film), Fraction(30000, 1001))
    told = run(source, tmp_path / "out.mov", "--only", "telecine")
    assert told["found"]["fields"] == "pulldown" and told["found"]["rate"] == "24000/1001"
    reel = reel_of(tmp_path / "out.mov")
    assert reel.rate == Fraction(24000, 1001) and reel.count == 24
    seconds = [(tick - reel.ticks[0]) * reel.base for tick in reel.ticks]
    assert seconds == [Fraction(number * 1001, 24000) for number in range(24)]
    for made, wanted in zip(pictures_of(tmp_path / "out.mov"), film, strict=True):
        assert np.abs(made - wanted).mean() < 0.02


def test_interlaced_video_becomes_fifty_pictures(tmp_path: Path) -> None:
    maker = MovingScene(9, WIDE, HIGH)
    half = [maker.picture(t / 2, fast=1.0).astype(np.float32) for t in range(24)]
    video = [damage.woven(half[t], half[t + 1], False) for t in range(0, 24, 2)]
    source = clip(tmp_path / "in.mov", video, Fraction(25))
    told = run(source, tmp_path / "out.mov", "--only", "interlace", "--fields", "double")
    assert (told["found"]["fields"], told["found"]["top_first"]) == ("video", False)
    reel = reel_of(tmp_path / "out.mov", shots=False)
    assert reel.rate == 50 and reel.count == 24
    made, was = pictures_of(tmp_path / "out.mov"), pictures_of(source)
    inner = range(2, 22)
    after = np.mean([(made[t] - half[t]) ** 2 for t in inner])
    assert after < 0.6 * np.mean([(was[t // 2] - half[t]) ** 2 for t in inner])
    told = run(source, tmp_path / "no", "--dry-run", "--without", "interlace,telecine")
    assert told["found"]["fields"] == "progressive" and told["operated"] is None


def test_pixels_that_are_no_numbers_stay(tmp_path: Path) -> None:
    folder = tmp_path / "plates"
    folder.mkdir()
    for number, pixels in enumerate(damage.dirty(scene(5), 3, 4).pictures):
        linear = np.asarray(pixels**2.4, np.float32)
        if number == 2:
            linear[10, 20] = np.nan
        write_still(folder / f"plate.{number}.exr", Still(linear, None, "float"))
    told = run(folder, tmp_path / "done", code=3)
    assert told["operated"]["not_numbers"] == 1
    there = read_still(tmp_path / "done" / "plate.2.exr").pixels
    assert np.isnan(there[10, 20]).all() and np.isfinite(there).sum() == there.size - 3


def test_one_still_is_left_as_it_is(tmp_path: Path) -> None:
    pixels = np.rint(scene(1)[0] * 255) / np.float32(255)
    write_still(tmp_path / "one.png", Still(pixels, None, "8"))
    told = run(tmp_path / "one.png", tmp_path / "two.png")
    assert told["touched"] == 0 and "too few pictures" in told["found"]["remarks"][0]
    assert np.abs(read_still(tmp_path / "two.png").pixels - pixels).max() < 1e-3


def test_damage_makes_no_shots_and_cuts_do(tmp_path: Path) -> None:
    pictures = [*scene(12), *scene(12, seed=77)]
    reel = reel_of(clip(tmp_path / "in.mov", pictures), shots=False)
    import msgspec

    feigned = msgspec.structs.replace(reel, shots=((0, 1), (1, 8), (8, 10), (10, 12), (12, 14), (14, 24)))
    assert without_feigned_cuts(feigned).shots == ((0, 12), (12, 24))


def test_wrong_words_are_refused_by_name(tmp_path: Path) -> None:
    for wrong, code in (
        (lambda: kinds_of("dust", None, False), "AP-USE-830"),
        (lambda: kinds_of("dirt", "dirt", False), "AP-USE-831"),
        (lambda: protected_of("1,2,3"), "AP-USE-833"),
        (lambda: protected_of("1,2,3,4@9-5"), "AP-USE-833"),
        (lambda: scratch_of("x"), "AP-USE-836"),
        (lambda: run(tmp_path / "in.mov", tmp_path / "out.mov", "--fields", "treble"), "AP-USE-835"),
    ):
        with pytest.raises(UsageError, match=code):
            wrong()
    source = clip(tmp_path / "in.mov", scene(3))
    with pytest.raises(UsageError, match="AP-USE-834"):
        run(source, tmp_path / "out.mov", "--strength", "brutal")
    (tmp_path / "out.mask.mov").write_bytes(b"mine")
    with pytest.raises(UsageError, match="AP-USE-074"):
        run(source, tmp_path / "out.mov")
    assert kinds_of("dirt,weave", "weave", True) == {"dirt", "fading"}
    assert tuple(protected_of("1,2,3,4@5-9")) == (1, 2, 3, 4, 5, 10)
