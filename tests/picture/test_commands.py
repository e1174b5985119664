"""`picture match` and `picture apply` on files: stills of every depth, clips with sound, timecode, tags."""

from __future__ import annotations

import json
import os
import sys
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parent))

from picture_views import LOOK, eight_bits, framed, looked, wall

from answerprint.cli.picture import app
from answerprint.core.errors import AnswerprintError, FormatError, MediaError, UsageError
from answerprint.departments.picture.spaces import FILM, GRADING, LINEAR_709, PQ, STILL
from answerprint.formats.colour.cdl_file import read_cdl, write_cdl
from answerprint.media.decode import read_pictures
from answerprint.media.encode import PCM, Sound, VideoSettings, write_pictures
from answerprint.media.exact_stills import Still, read_still, write_still
from answerprint.media.forms import PictureForm
from answerprint.media.probe import probe

DATA = Path(os.environ.get("ANSWERPRINT_DATA", Path(__file__).parents[3] / "shared" / "data"))


def run(*arguments: object, code: int = 0) -> dict:
    result = CliRunner().invoke(app, [*map(str, arguments), "--json"])
    if isinstance(result.exception, AnswerprintError):
        raise result.exception
    assert result.exit_code == code, (result.output, result.exception)
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def stills(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder, light = tmp_path_factory.mktemp("stills"), wall(11)
    for name, picture in (
        ("ours", framed(light, 40, 60, 0.7)),
        ("hero", looked(framed(light, 150, 380, 0.62))),
    ):
        cv2.imwrite(str(folder / f"{name}.png"), eight_bits(picture)[..., ::-1])
    return folder / "ours.png", folder / "hero.png"


@pytest.fixture
def grade(tmp_path: Path) -> Path:
    path = tmp_path / "look.cdl"
    path.write_bytes(write_cdl(LOOK, ".cdl", id="look", space=GRADING))
    return path


def clip(path: Path, pictures: int, size: tuple[int, int] = (160, 90), pixels: str = "yuv420p") -> Path:
    picture = cv2.resize(eight_bits(framed(wall(12), 0, 0, 0.8)), size, interpolation=cv2.INTER_AREA)
    rolled = ((number, np.roll(picture, number, axis=1)) for number in range(pictures))
    settings = VideoSettings(preset="ultrafast", crf=8, pixel_format=pixels)
    write_pictures(path, rolled, Fraction(24), settings)
    return path


def test_match_has_its_surface_and_writes_what_it_says(stills: tuple[Path, Path], tmp_path: Path) -> None:
    ours, hero = stills
    outs = [tmp_path / f"g.{kind}" for kind in ("cdl", "cube", "clf")]
    sheet = tmp_path / "sheet.png"
    told = run(
        "match", ours, "--to", hero, "--cdl", outs[0], "--cube", outs[1], "--clf", outs[2], "--sheet", sheet
    )
    assert told["space"] == STILL and told["space_from"] == "assumed"
    assert told["cdl"]["space"] == GRADING
    assert told["before"]["median"] > 3 > 1 > told["after"]["median"]
    assert {"monk", "before", "after", "places"} <= set(told["skin"][0])
    found, space = read_cdl(outs[0])
    assert space == GRADING
    assert list(found.slope) == pytest.approx(told["cdl"]["slope"], rel=1e-6)
    assert cv2.imread(str(sheet)).shape[1] > 1400
    made = []
    for one in outs:
        out = tmp_path / f"graded_{one.suffix[1:]}.png"
        run("apply", ours, out, f"--{one.suffix[1:]}", one)
        made.append(read_still(out).pixels)
    assert np.abs(made[0] - made[1]).max() < 2.5 / 255
    assert np.abs(made[0] - made[2]).max() == 0


def test_a_dry_run_writes_nothing_and_what_is_there_stays(stills: tuple[Path, Path], tmp_path: Path) -> None:
    ours, hero = stills
    out = tmp_path / "g.cdl"
    assert run("match", ours, "--to", hero, "--cdl", out, "--dry-run")["written"] == []
    assert not out.exists()
    out.write_text("mine")
    with pytest.raises(UsageError):
        run("match", ours, "--to", hero, "--cdl", out)
    assert out.read_text() == "mine"
    with pytest.raises(UsageError) as caught:
        run("match", ours, "--to", hero, "--cdl", tmp_path / "g.txt")
    assert caught.value.code == "AP-USE-802"


def test_strangers_are_left_as_they_are_and_a_person_is_asked(
    stills: tuple[Path, Path], tmp_path: Path
) -> None:
    other = tmp_path / "other.png"
    cv2.imwrite(str(other), eight_bits(framed(wall(77), 0, 0, 0.7)))
    told = run("match", stills[0], "--to", other, code=3)
    assert told["how"] == "nothing"
    assert told["cdl"]["slope"] == [1, 1, 1]


def test_a_clip_is_matched_to_a_still_in_the_log_that_is_named(
    stills: tuple[Path, Path], tmp_path: Path
) -> None:
    path = tmp_path / "clip.mp4"
    picture = eight_bits(framed(wall(11), 40, 60, 0.7))
    write_pictures(path, ((number, picture) for number in range(2)), Fraction(24), VideoSettings(crf=8))
    told = run("match", path, "--to", stills[1])
    assert told["space"] == FILM and told["how"] == "places"
    assert told["after"]["median"] < 1.5 < told["before"]["median"]
    named = run("match", path, "--to", stills[1], "--in", "arri_logc4")
    assert named["cdl"]["space"] == named["space"] == "ARRI LogC4"
    assert named["space_from"] == "asked for"


@pytest.mark.parametrize(
    ("name", "depth"),
    [("a.png", "8"), ("a.png", "16"), ("a.tiff", "16"), ("a.exr", "half"), ("a.exr", "float")],
)
def test_stills_keep_depth_alpha_and_odd_sizes(tmp_path: Path, grade: Path, name: str, depth: str) -> None:
    chance = np.random.default_rng(1)
    pixels = chance.uniform(0.05, 0.9, (33, 47, 3)).astype(np.float32)
    alpha = np.rint(chance.uniform(0, 255, (33, 47))).astype(np.float32) / 255
    path, out = tmp_path / name, tmp_path / f"out{Path(name).suffix}"
    write_still(path, Still(pixels, alpha, depth))  # type: ignore[arg-type]
    told = run("apply", path, out, "--cdl", grade)
    made, was = read_still(out), read_still(path)
    assert told["coded"] == made.depth == depth
    assert made.pixels.shape == (33, 47, 3)
    assert made.alpha is not None and was.alpha is not None
    assert np.array_equal(made.alpha, was.alpha)
    assert np.abs(made.pixels - was.pixels).mean() > 0.01


def test_no_grade_changes_nothing(tmp_path: Path) -> None:
    from answerprint.core.cut import Cdl

    none, path = tmp_path / "none.cc", tmp_path / "a.png"
    none.write_bytes(write_cdl(Cdl(), ".cc", id="none", space=GRADING))
    write_still(path, Still(np.random.default_rng(4).random((20, 30, 3)).astype(np.float32), None, "16"))
    run("apply", path, tmp_path / "b.png", "--cdl", none)
    assert np.abs(read_still(tmp_path / "b.png").pixels - read_still(path).pixels).max() < 3e-4


def test_what_is_no_number_stays_and_is_counted(tmp_path: Path, grade: Path) -> None:
    pixels = np.full((8, 9, 3), 0.3, np.float32)
    pixels[2, 3, 1], pixels[4, 4] = np.nan, np.inf
    path, out = tmp_path / "a.exr", tmp_path / "b.exr"
    write_still(path, Still(pixels, None, "float"))
    told = run("apply", path, out, "--cdl", grade, code=3)
    made = read_still(out).pixels
    assert told["not_numbers"] == 2 and told["space"] == LINEAR_709
    assert np.isnan(made[2, 3, 1]) and np.isinf(made[4, 4]).all()
    assert np.isfinite(np.delete(made.reshape(-1, 3), (2 * 9 + 3, 4 * 9 + 4), axis=0)).all()


def test_a_clip_keeps_sound_timecode_tags_and_times(tmp_path: Path, grade: Path) -> None:
    path, out = tmp_path / "a.mov", tmp_path / "b.mov"
    tone = (np.sin(np.arange(24_000) / 20) * 0.3).astype(np.float32)
    picture = cv2.resize(eight_bits(framed(wall(12), 0, 0, 0.8)), (160, 90))
    write_pictures(
        path,
        ((number, picture) for number in range(12)),
        Fraction(24),
        VideoSettings(preset="ultrafast", crf=8),
        sound=Sound([np.stack([tone, tone], 1)], PCM),
        start_timecode="01:00:00:00",
    )
    before = path.read_bytes()
    told = run("apply", path, out, "--cdl", grade)
    assert told["pictures"] == 12 and told["sound"] == {"1": "copied"}
    one, two = probe(path), probe(out)
    assert one.timecode is not None and two.timecode is not None
    assert one.timecode.label == two.timecode.label
    seen = two.stream("video")
    assert seen is not None and seen.colour == one.stream("video").colour  # type: ignore[union-attr]
    assert seen.duration == one.stream("video").duration  # type: ignore[union-attr]
    assert path.read_bytes() == before
    preview = run("apply", path, tmp_path / "c.mov", "--cdl", grade, "--range", "0.125", "0.25")
    assert preview["pictures"] == 3 and preview["sound"] == {}
    assert probe(tmp_path / "c.mov").timecode.label == "01:00:00:03"  # type: ignore[union-attr]
    with pytest.raises(MediaError) as caught:
        run("apply", path, tmp_path / "d.mov", "--cdl", grade, "--range", "9", "10")
    assert caught.value.code == "AP-MEDIA-081" and not (tmp_path / "d.mov").exists()


def test_ten_bit_pq_stays_ten_bit_pq_and_is_never_taken_for_sdr(tmp_path: Path, grade: Path) -> None:
    path, out = tmp_path / "hdr.mp4", tmp_path / "graded.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=24, options={"crf": "4"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p10le"
        context = stream.codec_context
        context.color_primaries, context.color_trc, context.colorspace, context.color_range = 9, 16, 9, 1
        frame = av.VideoFrame(64, 48, "yuv420p10le")
        for plane, value in zip(frame.planes, (500, 512, 512), strict=True):
            plane.update(np.full(plane.buffer_size // 2, value, np.uint16).tobytes())
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    told = run("apply", path, out, "--cdl", grade)
    assert told["space"] == PQ and told["space_from"] == "the file"
    assert told["pictures"] == 1 and told["coded"] == "yuv420p10le"
    seen = probe(out).stream("video")
    assert seen is not None
    assert (seen.colour.transfer, seen.colour.primaries, seen.colour.matrix) == (
        "smpte2084",
        "bt2020",
        "bt2020nc",
    )


def test_odd_sizes_of_clips_are_kept(tmp_path: Path, grade: Path) -> None:
    path, out = tmp_path / "odd.mkv", tmp_path / "out.mp4"
    clip(path, 3, (101, 77), "yuv444p")
    run("apply", path, out, "--cdl", grade)
    block = next(read_pictures(out, PictureForm("rgb")))
    assert block.pixels.shape[1:3] == (77, 101)


def test_wrong_usage_is_said_by_code(tmp_path: Path, grade: Path, stills: tuple[Path, Path]) -> None:
    ours = stills[0]
    film = clip(tmp_path / "a.mp4", 2)
    for code, arguments in (
        ("AP-USE-808", (ours, tmp_path / "o.png")),
        ("AP-USE-808", (ours, tmp_path / "o.png", "--cdl", grade, "--cube", grade)),
        ("AP-USE-807", (ours, tmp_path / "o.mp4", "--cdl", grade)),
        ("AP-USE-807", (film, tmp_path / "o.png", "--cdl", grade)),
        ("AP-USE-807", (ours, tmp_path / "o.png", "--cdl", grade, "--range", "0", "1")),
        ("AP-USE-809", (film, tmp_path / "o.mp4", "--cdl", grade, "--range", "2", "1")),
        ("AP-USE-800", (ours, tmp_path / "o.png", "--cdl", grade, "--in", "nonsense")),
        ("AP-USE-806", (ours, tmp_path / "o.png", "--cdl", ours)),
        ("AP-USE-080", (ours, ours, "--cdl", grade, "--force")),
    ):
        with pytest.raises(UsageError) as caught:
            run("apply", *arguments)
        assert caught.value.code == code
    assert not list(tmp_path.glob("o.*"))


def test_pictures_of_a_few_pixels_are_refused(stills: tuple[Path, Path], tmp_path: Path) -> None:
    path = tmp_path / "dot.png"
    write_still(path, Still(np.full((1, 1, 3), 0.5, np.float32), None, "8"))
    with pytest.raises(MediaError) as caught:
        run("match", path, "--to", stills[1])
    assert caught.value.code == "AP-MEDIA-084"


def test_a_damaged_picture_and_a_damaged_table_write_nothing(tmp_path: Path, grade: Path) -> None:
    broken, out = tmp_path / "broken.png", tmp_path / "o.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 200)
    with pytest.raises(MediaError):
        run("apply", broken, out, "--cdl", grade)
    good, cube = tmp_path / "good.png", tmp_path / "bad.cube"
    write_still(good, Still(np.zeros((4, 4, 3), np.float32), None, "8"))
    cube.write_text("LUT_3D_SIZE 2\n0 0 0\n")
    with pytest.raises(FormatError) as caught:
        run("apply", good, out, "--cube", cube)
    assert caught.value.code == "AP-FORMAT-802" and not out.exists()


@pytest.mark.skipif(not (DATA / "video").is_dir(), reason="no shared data")
def test_a_real_film_is_matched_to_its_own_graded_frame(tmp_path: Path) -> None:
    film, grade = DATA / "video" / "counter.mp4", tmp_path / "look.cc"
    grade.write_bytes(write_cdl(LOOK, ".cc", id="look", space=GRADING))
    told = run("apply", film, tmp_path / "part.mp4", "--cdl", grade, "--range", "0", "0.3")
    assert told["pictures"] >= 1
    assert not list(tmp_path.glob(".*part"))
