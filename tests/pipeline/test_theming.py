"""Themes of the demonstration, and their string-out."""

from __future__ import annotations

from pathlib import Path

import pytest
from productions import Made, copied, little_production

from answerprint.core.errors import UsageError
from answerprint.formats.timelines.model import record_frames
from answerprint.pipeline.bringing import bring
from answerprint.pipeline.theming import themes_in
from answerprint.store.production import Production


def test_a_stringout_has_every_passage_once_and_a_note_for_each_theme(demo: Made, tmp_path: Path) -> None:
    film = copied(demo, tmp_path / "film")
    made = themes_in(Production.open(film), count=5, workers=0)
    assert len(made.themes) == 5
    cut = made.stringout
    assert len(cut.markers) == 5
    shown = [one for theme in made.themes for one in theme.passages]
    clips = cut.tracks_of("video")[0].clips
    assert [clip.asset for clip in clips] == [one.asset for one in shown]
    ends = 0
    for clip, one in zip(clips, shown, strict=True):
        first, end = record_frames(clip, cut.rate)
        assert first == ends
        ends = end
        assert clip.source.start <= one.range.start and one.range.end <= clip.source.end
    alone = themes_in(Production.open(film), count=5, only=2, workers=0)
    assert len(alone.stringout.tracks[0].clips) == len(made.themes[1].passages)
    with pytest.raises(UsageError, match="no theme 9"):
        themes_in(Production.open(film), count=5, only=9, workers=0)


def test_a_production_in_which_nothing_said_is_known(shared_data: Path, tmp_path: Path) -> None:
    root = little_production(tmp_path / "silent")
    bring(root, [shared_data / "video/counter.mp4"])
    with pytest.raises(UsageError, match="nothing that is said"):
        themes_in(Production.open(root), workers=0)
