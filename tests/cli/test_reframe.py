"""`answerprint reframe`: pictures, times and sound of what it writes; what it refuses."""

from __future__ import annotations

import json
import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from little_media import Command, film, tone

from answerprint.media.encode import AudioSettings, Sound, VideoSettings, write_pictures

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "editorial"))

from moving_subjects import film as people
from moving_subjects import pictures_of


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Somebody walks through 320 × 180, then a cut to somebody else; stereo sound."""
    out = tmp_path_factory.mktemp("walks") / "walk.mov"
    pictures = [
        one
        for seed, length in ((4_300_000, 75), (4_300_001, 50))
        for one in list(pictures_of(people("walk", seed), 320, 180))[:length]
    ]
    sound = Sound([tone(Fraction(5), 2)], AudioSettings(codec="pcm_s24le", channels=2))
    settings = VideoSettings(preset="veryfast", gop=12, threads=1)
    write_pictures(
        out, enumerate(pictures), Fraction(25), settings, sound=sound, start_timecode="10:00:00:00"
    )
    return out


def packets(file: Path, kind: str) -> list[tuple[Fraction, bytes]]:
    with av.open(str(file)) as container:
        stream = next(one for one in container.streams if one.type == kind)
        assert stream.time_base is not None
        return [
            (one.pts * stream.time_base, bytes(one))
            for one in container.demux(stream)
            if one.pts is not None and one.size
        ]


def pictures(file: Path) -> list[np.ndarray]:
    with av.open(str(file)) as container:
        return [one.to_ndarray(format="rgb24") for one in container.decode(video=0)]


def test_a_reframed_film_keeps_every_picture_and_every_sample(
    answerprint: Command, walk: Path, tmp_path: Path
) -> None:
    out, path, sheet = tmp_path / "tall.mov", tmp_path / "path.json", tmp_path / "look.png"
    ran = answerprint(
        *("reframe", walk, out, "--aspect", "9:16", "--path", path, "--preview", sheet, "--json")
    )
    assert ran.code in (0, 3), ran.out
    found = ran.document
    assert found["raster"] == [102, 180] and found["sound"] == {"1": "copied"}
    assert [(one["first"], one["end"]) for one in found["shots"]] == [(0, 75), (75, 125)]
    assert sorted(time for time, _ in packets(out, "video")) == sorted(
        time for time, _ in packets(walk, "video")
    )
    assert packets(out, "audio") == packets(walk, "audio")
    assert answerprint("probe", out, "--quick", "--json").document["timecode"]["label"] == "10:00:00:00"
    assert sheet.read_bytes().startswith(b"\x89PNG")
    kept = json.loads(path.read_text())
    assert kept["shots"] == found["shots"]
    before, after = pictures(walk), pictures(out)
    for shot in found["shots"]:
        key = shot["keyframes"][0]
        left = round(key["x"])
        meant = before[key["frame"]][:, left : left + 102].astype(int)
        elsewhere = before[key["frame"]][:, (left + 60) % 218 :][:, :102].astype(int)
        shown = after[key["frame"]].astype(int)
        assert 3 * np.abs(shown - meant).mean() < np.abs(shown - elsewhere).mean()


def test_a_dry_run_writes_only_what_was_asked_for(answerprint: Command, walk: Path, tmp_path: Path) -> None:
    path = tmp_path / "path.json"
    ran = answerprint(
        "reframe", walk, tmp_path / "no.mp4", "--aspect", "1:1", "--dry-run", "--path", path, "--json"
    )
    assert ran.code in (0, 3) and ran.document["out"] is None
    assert [one.name for one in tmp_path.iterdir()] == ["path.json"]


def test_a_size_is_scaled_to_and_wave_sound_becomes_aac_in_an_mp4(
    answerprint: Command, walk: Path, tmp_path: Path
) -> None:
    out = tmp_path / "square.mp4"
    ran = answerprint("reframe", walk, out, "--aspect", "1:1", "--size", "64x64", "--json")
    assert ran.code in (0, 3) and ran.document["sound"] == {"1": "aac"}
    assert pictures(out)[0].shape == (64, 64, 3) and len(pictures(out)) == 125


def test_the_same_film_is_written_twice_alike(answerprint: Command, walk: Path, tmp_path: Path) -> None:
    for name in ("one.mp4", "two.mp4"):
        answerprint("reframe", walk, tmp_path / name, "--aspect", "4:5")
    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "two.mp4").read_bytes()


def test_a_film_without_sound_and_one_of_few_pictures_are_reframed(
    answerprint: Command, tmp_path: Path
) -> None:
    for count in (1, 2, 5):
        out = tmp_path / f"{count}.mkv"
        ran = answerprint(
            "reframe", film(tmp_path / f"{count}.mov", count, sound=False), out, "--aspect", "9:16", "--json"
        )
        assert ran.code == 0 and ran.document["sound"] == {}
        assert len(pictures(out)) == count


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--aspect", "wide"), "AP-USE-540"),
        (("--aspect", "9:16", "--follow", "face"), "AP-USE-541"),
        (("--aspect", "9:16", "--size", "100x100"), "AP-USE-542"),
        (("--aspect", "9:16", "--size", "big"), "AP-USE-542"),
        (("--aspect", "9:16", "--follow", "dog"), "AP-USE-543"),
        (("--aspect", "9:16", "--safe", "1.2"), "AP-USE-544"),
    ],
)
def test_what_cannot_be_asked_is_refused_and_writes_nothing(
    answerprint: Command, clip: Path, tmp_path: Path, options: tuple[str, ...], code: str
) -> None:
    ran = answerprint("reframe", clip, tmp_path / "out.mp4", *options, "--json")
    assert ran.code == 2 and ran.error["code"] == code
    assert list(tmp_path.iterdir()) == []


def test_originals_and_files_that_are_there_are_not_written_over(
    answerprint: Command, clip: Path, tmp_path: Path
) -> None:
    there = tmp_path / "there.mp4"
    there.write_bytes(b"kept")
    assert answerprint("reframe", clip, there, "--aspect", "1:1", "--json").error["code"] == "AP-USE-074"
    assert there.read_bytes() == b"kept"
    ran = answerprint("reframe", clip, clip, "--aspect", "1:1", "--force", "--json")
    assert ran.error["code"] == "AP-USE-080"


def test_a_name_that_is_no_film_and_a_file_that_is_none_are_told(
    answerprint: Command, clip: Path, tmp_path: Path
) -> None:
    for name in ("out.gif", "out.m4a", "out"):
        ran = answerprint("reframe", clip, tmp_path / name, "--aspect", "1:1", "--json")
        assert ran.code == 1 and ran.error["code"] == "AP-MEDIA-051"
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(clip.read_bytes()[:3000])
    ran = answerprint("reframe", broken, tmp_path / "out.mp4", "--aspect", "1:1", "--json")
    assert ran.code == 1 and ran.error["code"].startswith("AP-MEDIA-")
    assert answerprint("reframe", tmp_path / "gone.mp4", tmp_path / "o.mp4", "--aspect", "1:1").code == 1
    assert sorted(one.name for one in tmp_path.iterdir()) == ["broken.mp4"]


def test_wave_sound_is_kept_whole_in_a_matroska_file(
    answerprint: Command, walk: Path, tmp_path: Path
) -> None:
    out = tmp_path / "tall.mkv"
    ran = answerprint("reframe", walk, out, "--aspect", "9:16", "--json")
    assert ran.document["sound"] == {"1": "copied"}
    heard = b"".join(data for _, data in packets(out, "audio"))
    assert heard == b"".join(data for _, data in packets(walk, "audio"))


def test_faces_without_their_models_are_not_available(
    answerprint: Command, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANSWERPRINT_MODELS", str(tmp_path / "shelf"))
    asked = ("reframe", clip, tmp_path / "out.mp4", "--aspect", "9:16", "--consent", "--json", "--follow")
    ran = answerprint(*asked, "face")
    assert ran.code == 4 and ran.error["code"] == "AP-NEED-060"
    assert answerprint(*asked, "auto").document["backend"] == "classical"
