"""Match cuts of files and of a production: what is told, drawn, strung out, and what is left out."""

from __future__ import annotations

import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from productions import Made, copied
from typer.testing import CliRunner

from answerprint.cli.matches import app
from answerprint.core.errors import MediaError, UsageError
from answerprint.formats.timelines.files import format_named, read_timeline
from answerprint.formats.timelines.model import record_frames
from answerprint.media.encode import VideoSettings, write_pictures
from answerprint.pipeline.bringing import bring
from answerprint.pipeline.matching import Matched, matches_in_files, matches_in_production
from answerprint.pipeline.matching_sheet import match_sheet
from answerprint.store.production import Production

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "editorial"))

from matching_shots import RATE, Shot, pictures

STILL = (0.0, 0.0)
HOUSE = Shot("house", 0.9, 0.5, 0.6, 0.0, drift=STILL, pan=STILL, seed=11, setup=1)
FILMED = {
    "house.mp4": HOUSE,
    "elsewhere.mp4": replace(HOUSE, seed=12, x=0.91),
    "again.mp4": replace(HOUSE, copy=True),
    "bottle.mp4": replace(HOUSE, silhouette="bottle", seed=13),
}


@pytest.fixture(scope="module")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Four films of one shot each: a house, the house elsewhere, a copy of the first, a bottle."""
    folder = tmp_path_factory.mktemp("filmed")
    for name, shot in FILMED.items():
        settings = VideoSettings(preset="veryfast", gop=12, threads=1)
        write_pictures(
            folder / name,
            enumerate(pictures(shot)),
            Fraction(RATE),
            settings,
            start_timecode="10:00:00:00",
        )
    return {name: folder / name for name in FILMED}


def test_files_match_where_their_subjects_do_and_a_copy_is_no_match(filmed: dict[str, Path]) -> None:
    found = matches_in_files(list(filmed.values()), kinds=("mask",))
    pairs = {frozenset((one.first.file, one.second.file)) for one in found.cuts}
    assert {"house.mp4", "elsewhere.mp4"} in pairs or {"again.mp4", "elsewhere.mp4"} in pairs
    assert not any("bottle.mp4" in pair or pair == {"house.mp4", "again.mp4"} for pair in pairs)
    assert len(found.cuts) == 1  # the copy and what it is a copy of match alike: one is told
    cut = found.cuts[0]
    assert cut.first.at.timecode is not None and cut.first.at.timecode.startswith("10:00:0")
    sheet = cv2.imdecode(np.frombuffer(match_sheet(found), np.uint8), cv2.IMREAD_COLOR)
    assert sheet is not None and sheet.shape[1] > 3 * 320


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_looked_at(
    filmed: dict[str, Path], tmp_path: Path
) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"not a film" * 100)
    found = matches_in_files([filmed["house.mp4"], broken, filmed["elsewhere.mp4"]], kinds=("mask",))
    assert len(found.cuts) == 1
    assert [one.file for one in found.unread] == [str(broken)]
    with pytest.raises(MediaError):
        matches_in_files([broken])


@pytest.fixture(scope="module")
def matched(demo: Made, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Matched]:
    """The demonstration's match cuts, and the folder of its copy."""
    film = copied(demo, tmp_path_factory.mktemp("matched") / "film")
    return film, matches_in_production(Production.open(film), beside=film.parent, workers=2)


def test_the_demonstration_matches_between_scenes_and_never_on_a_board(
    matched: tuple[Path, Matched],
) -> None:
    film, found = matched
    assert found.cuts
    for one in found.cuts:
        assert one.first.scene != one.second.scene
        assert one.first.scene <= one.second.scene  # in the script's order
    boards = [one for one in found.sources for side, tick in one if tick * side.time_base < Fraction(3, 2)]
    assert not boards
    setups = [
        (one.kind, *(side.take.split(" take ")[0] for side in (one.first, one.second))) for one in found.cuts
    ]
    assert len(set(setups)) == len(setups)  # of several takes of two set-ups the best pair
    only = matches_in_production(Production.open(film), of="2B", workers=0)
    assert only.cuts and all("2B" in one.first.take + one.second.take for one in only.cuts)
    with pytest.raises(UsageError, match="is called 'nobody'"):
        matches_in_production(Production.open(film), of="nobody", workers=0)


def test_the_stringout_cuts_at_the_moments_told(matched: tuple[Path, Matched], tmp_path: Path) -> None:
    _, found = matched
    assert found.stringout is not None
    clips = found.stringout.tracks[0].clips
    assert len(clips) == 2 * len(found.cuts) == 2 * len(found.stringout.markers)
    for number, sides in enumerate(found.sources):
        before, after = clips[2 * number : 2 * number + 2]
        assert record_frames(before, found.stringout.rate)[1] == record_frames(after, found.stringout.rate)[0]
        (first, tick), (second, other) = sides
        assert before.source.end.seconds == tick * first.time_base
        assert after.source.start.seconds == other * second.time_base
    out = tmp_path / "matches.otio"
    out.write_bytes(format_named(out).write(found.stringout, found.media))
    assert len(read_timeline(out).cut.tracks[0].clips) == len(clips)


def test_nothing_found_is_told_and_nothing_is_drawn(filmed: dict[str, Path], tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.png"
    files = [str(filmed[name]) for name in ("house.mp4", "bottle.mp4")]
    told = CliRunner().invoke(app, [*files, "--kind", "mask", "--sheet", str(sheet)])
    assert told.exit_code == 0 and "0 match cuts" in told.stdout
    assert not sheet.exists()
    with pytest.raises(UsageError, match="for one production"):
        CliRunner().invoke(app, [*files, "--within"], catch_exceptions=False)


def test_a_production_without_pictures_has_no_matches(filmed: dict[str, Path], tmp_path: Path) -> None:
    from productions import little_production, little_sound

    root = little_production(tmp_path / "sound")
    bring(root, [little_sound(tmp_path / "rushes" / "talk.wav")])
    assert not matches_in_production(Production.open(root), workers=0).cuts
