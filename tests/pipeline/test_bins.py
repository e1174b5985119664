"""Two passes over rushes: bins after the first, every track after the second, the most wanted files first."""

from __future__ import annotations

from pathlib import Path

import pytest
from productions import begin_demo

from answerprint.core.logged import Glance
from answerprint.engine.progress import NodeStarted, ProgressEvent
from answerprint.pipeline.bins import Logged, log_production
from answerprint.pipeline.bins_page import bins_page
from answerprint.store.production import Production

FILES = (
    *("A001/A001C001.mp4", "A001/A001C004.mp4", "A001/A001C006.mp4"),
    *("B001/B001C002.mov", "B001/B001C003.mov", "sound/SR01/SR01-T04.wav"),
)


@pytest.fixture
def rushes(tmp_path: Path) -> Production:
    """Six files of the demonstration, of which nothing is known yet: one damaged, one circled."""
    return Production.open(begin_demo(tmp_path / "film", FILES))


class Heard:
    """What the engine says, in order."""

    def __init__(self) -> None:
        self.nodes: list[str] = []

    def stage(self, name: str) -> None:
        """Stages are not looked at."""

    def __call__(self, event: ProgressEvent) -> None:
        if isinstance(event, NodeStarted):
            self.nodes.append(event.node)


def test_the_fast_pass_alone_fills_the_bins(rushes: Production) -> None:
    logged, strips = log_production(rushes, fast=True, workers=0)
    assert len(logged.entries) == 6
    pictures = [one for one in logged.entries if one.kind == "picture"]
    assert all(one.coarse_shots == 1 and one.shots is None for one in pictures)
    assert set(strips) == {one.asset for one in pictures}
    assert sum(one.circled for one in logged.entries) == 1
    with rushes.catalogue() as catalogue:
        assert {info.name for info in catalogue.tracks()} == {"glance.1"}


def test_files_that_are_named_come_first_and_bins_are_told_before(rushes: Production) -> None:
    heard, told = Heard(), list[Logged]()
    logged, _ = log_production(
        rushes, first=["B001C"], workers=0, listener=heard, bins=lambda found: told.append(found)
    )
    assert [one.shots for one in told[0].entries if one.kind == "picture"] == [None] * 5
    named = {one.asset for one in logged.entries if one.name.startswith("B001C")}
    deep = list(dict.fromkeys(node.split(":")[1] for node in heard.nodes if node.startswith("inspect:")))
    assert set(deep[:2]) == named
    circled = next(one.asset for one in logged.entries if one.circled)
    assert deep[2] == circled
    damaged = [one.name for one in logged.entries if one.damage]
    assert damaged == ["A001C001.mp4"]
    assert logged.needs_a_person
    page = bins_page("The Late Post", logged, {}).decode()
    assert "A001C001.mp4" in page and logged.entries[0].damage[0] in page


def test_a_look_says_whether_people_speak() -> None:
    assert Glance(voice=0.3).speaks
    assert not Glance(voice=0.01).speaks
    assert not Glance().speaks
