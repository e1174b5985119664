"""Conforming: a timeline led to files elsewhere, frame for frame; what is not there stays offline."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from productions import Made

from answerprint.core.errors import UsageError
from answerprint.formats.timelines.files import format_named, read_timeline
from answerprint.formats.timelines.model import frame_on_screen, record_frames
from answerprint.pipeline.conforming import conformed


def test_a_timeline_is_led_to_files_elsewhere(demo: Made, tmp_path: Path) -> None:
    found = read_timeline(demo.root / "out/latest/rough-cut.otio")
    folder = tmp_path / "card"
    folder.mkdir()
    gone = sorted(link.name for link in found.media.values())[0]
    for link in found.media.values():
        if link.name != gone:
            shutil.copyfile(demo.root / "out/latest" / link.url, folder / link.name)
    made, links = conformed(found, [folder], tmp_path)
    assert {one.name for one in links if not one.key} == {gone}
    assert all(one.how in ("name", "path") for one in links if one.key)
    for track, other in zip(found.cut.tracks, made.cut.tracks, strict=True):
        for clip, now in zip(track.clips, other.clips, strict=True):
            assert record_frames(clip, found.cut.rate) == record_frames(now, made.cut.rate)
            before, after = found.media[clip.asset], made.media[now.asset]
            assert before.name == after.name
            if track.kind == "video":
                label = before.start_frame + frame_on_screen(before, clip.source.start)
                assert label == after.start_frame + frame_on_screen(after, now.source.start)
    file = tmp_path / "conformed.otio"
    file.write_bytes(format_named(file).write(made.cut, made.media))
    again = read_timeline(file)
    assert all((tmp_path / link.url).is_file() for link in again.media.values() if link.name != gone)


def test_folders_without_media_are_refused(demo: Made, tmp_path: Path) -> None:
    found = read_timeline(demo.root / "out/latest/rough-cut.otio")
    (tmp_path / "notes.txt").write_text("nothing", "utf-8")
    with pytest.raises(UsageError, match="no media"):
        conformed(found, [tmp_path], tmp_path)
