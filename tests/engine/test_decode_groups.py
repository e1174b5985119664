"""One decode feeds every analyser of a file; one that fails or takes the worker with it costs no other."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from pathlib import Path

import pytest
from blake3 import blake3
from engine_analysers import CountLoud, CountQuiet, CountSamples

from answerprint.engine.executors.local import LocalExecutor
from answerprint.engine.graph import Graph, Media
from answerprint.engine.tasks import Executor
from conftest import Bench

SAMPLES = 30_000


@pytest.fixture
def recording(tmp_path: Path) -> Media:
    """A little less than a second of silence."""
    path = tmp_path / "A001.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(32_000)
        file.writeframes(bytes(2 * SAMPLES))
    return Media(blake3(path.read_bytes()).hexdigest(), path)


@pytest.fixture
def hasty() -> Iterator[LocalExecutor]:
    """Workers that count as hung after two seconds."""
    with LocalExecutor(1, patience=2.0) as local:
        yield local


def three_analysers(media: Media, **ways: str) -> Graph:
    graph = Graph()
    for kind in (CountSamples, CountLoud, CountQuiet):
        graph.add(kind(way=ways.get(kind.__name__, "")), "A001", media=media)
    return graph


def test_analysers_of_a_file_share_one_decode_and_commit_each_their_own(
    bench: Bench, executor: Executor, recording: Media
) -> None:
    report = bench.run(three_analysers(recording), executor)
    assert len(report.ran) == 3
    assert {report.record(node, "out", int) for node in report.ran} == {SAMPLES}
    assert bench.run(three_analysers(recording), executor).reused == report.ran


def test_where_a_file_lies_is_no_part_of_its_key(bench: Bench, executor: Executor, recording: Media) -> None:
    first = bench.run(three_analysers(recording), executor)
    moved = Media(recording.asset_id, recording.path.rename(recording.path.with_name("moved.wav")))
    assert bench.run(three_analysers(moved), executor).reused == first.ran


@pytest.mark.parametrize(("way", "code"), [("refuse", "AP-FORMAT-997"), ("refuse at once", "AP-FORMAT-998")])
def test_an_analyser_that_raises_fails_alone(
    bench: Bench, executor: Executor, recording: Media, way: str, code: str
) -> None:
    report = bench.run(three_analysers(recording, CountLoud=way), executor)
    assert report.failed == ["count_loud:A001"]
    assert report["count_loud:A001"].code == code
    assert sorted(report.ran) == ["count_quiet:A001", "count_samples:A001"]


def test_a_file_that_cannot_be_read_fails_every_analyser_of_it(
    bench: Bench, executor: Executor, tmp_path: Path
) -> None:
    path = tmp_path / "noise.mov"
    path.write_bytes(bytes(range(256)) * 40)
    report = bench.run(three_analysers(Media("0" * 64, path)), executor)
    assert len(report.failed) == 3
    assert {report[node].code[:9] for node in report.failed} == {"AP-MEDIA-"}


@pytest.mark.parametrize(
    "way", ["kill", *(pytest.param(way, marks=pytest.mark.slow) for way in ("segfault", "hang"))]
)
def test_a_group_that_loses_its_worker_names_the_analyser_to_blame(
    bench: Bench, hasty: LocalExecutor, recording: Media, way: str
) -> None:
    report = bench.run(three_analysers(recording, CountLoud=way), hasty)
    assert [(one, report[one].state) for one in report.failed] == [("count_loud:A001", "set_aside")]
    assert sorted(report.ran) == ["count_quiet:A001", "count_samples:A001"]
    assert {report.record(node, "out", int) for node in report.ran} == {SAMPLES}
    starts = bench.log()
    assert starts.count("count_loud:A001") == 2  # once in the group, once alone
    assert all(starts.count(node) <= 2 for node in report.ran)
