"""What holds on every executor: results, failures kept apart, early cut-off, declarations, progress."""

from __future__ import annotations

import multiprocessing
from fractions import Fraction
from typing import Any

import pytest
from engine_steps import (
    Double,
    Gather,
    Length,
    LengthAgain,
    LengthDoubled,
    Mixed,
    ReadBack,
    Refuse,
    Say,
    Slow,
    WriteElsewhere,
)

from answerprint.core.records import Track
from answerprint.engine.executors.local import LocalExecutor
from answerprint.engine.graph import Collected, Graph, Value
from answerprint.engine.progress import GraphFinished, GraphStarted, NodeFailed, NodeFinished, NodeProgress
from answerprint.engine.tasks import Executor
from conftest import Bench


def chain(text: str, length: Length | None = None) -> Graph:
    """say → length → double."""
    graph = Graph()
    said = graph.add(Say(text=text), "line")
    counted = graph.add(length or Length(), "line", text=said["out"])
    graph.add(Double(), "line", number=counted["out"])
    return graph


def test_every_kind_of_output_is_read_back_as_it_was_written(bench: Bench, executor: Executor) -> None:
    graph = Graph()
    settings = Value({"fps": Fraction(24000, 1001)})
    mixed = graph.add(Mixed(), "a", number=Value(7))
    back = graph.add(ReadBack(), "a", file=mixed["file"], track=mixed["track"], value=settings)
    report = bench.run(graph, executor)
    assert report.ran == ["mixed:a", "read_back:a"]
    assert report.record(back, "out", Any) == {
        "first_line": "7",
        "spans": [[0, 10], [10, 24]],
        "value": {"fps": "24000/1001"},
        "value_as_file": '{"fps":"24000/1001"}',
    }
    assert report.path(mixed, "file").read_bytes() == b"7\n" * 100
    assert report.path(mixed, "bytes").read_bytes() == b"\x07\x07\x07"
    assert report.record(mixed, "record", dict[str, Any])["rate"] == "24000/1001"
    track = report.track(mixed, "track")
    assert track.rate == Fraction(24000, 1001)
    assert bench.catalogue.current_track("a", "shots.1") == track
    assert not report.has(mixed, "nothing")


def test_a_second_run_makes_nothing_again(bench: Bench, executor: Executor) -> None:
    first = bench.run(chain("a line of dialogue"), executor)
    bench.log()
    second = bench.run(chain("a line of dialogue"), executor)
    assert bench.log() == []
    assert (first.reused, second.ran) == ([], [])
    assert second.reused == first.ran
    assert [one.key for one in second.results.values()] == [one.key for one in first.results.values()]


def test_the_same_output_as_before_stops_everything_after_it(bench: Bench, executor: Executor) -> None:
    bench.run(chain("take one"), executor)
    bench.log()
    report = bench.run(chain("take two"), executor)  # another text of the same length
    assert bench.log() == ["say:line", "length:line"]
    assert report.reused == ["double:line"]


def test_a_raised_version_runs_its_step_and_only_what_reads_something_new(
    bench: Bench, executor: Executor
) -> None:
    bench.run(chain("a line"), executor)
    bench.log()
    bench.run(chain("a line", LengthAgain()), executor)
    assert bench.log() == ["length:line"]
    report = bench.run(chain("a line", LengthDoubled()), executor)
    assert bench.log() == ["length:line", "double:line"]
    assert report.record("double:line", "out", int) == 24
    report = bench.run(chain("a line"), executor)  # and back: the first version's run is still known
    assert bench.log() == []
    assert report.record("double:line", "out", int) == 12


def test_a_run_whose_object_was_deleted_is_made_again(bench: Bench, executor: Executor) -> None:
    report = bench.run(chain("a line"), executor)
    bench.log()
    bench.objects.remove(report["length:line"].outputs["out"].digest)
    again = bench.run(chain("a line"), executor)
    assert bench.log() == ["length:line"]
    assert again.record("length:line", "out", int) == 6


@pytest.mark.parametrize("coded", [True, False])
def test_a_failure_stops_only_what_depends_on_it(bench: Bench, executor: Executor, coded: bool) -> None:
    graph = Graph()
    bad = graph.add(Refuse(coded=coded), "a")
    worse = graph.add(Length(), "a", text=bad["out"])
    graph.add(Double(), "a", number=worse["out"])
    good = graph.add(Say(text="fine"), "b")
    graph.add(Length(), "b", text=good["out"])
    report = bench.run(graph, executor)
    assert report.failed == ["refuse:a"]
    assert report.skipped == ["length:a", "double:a"]
    assert report.ran == ["say:b", "length:b"]
    failed = report["refuse:a"]
    assert failed.attempts == 1  # the same inputs would raise again
    if coded:
        assert (failed.code, failed.reason) == ("AP-FORMAT-999", "A001.mov at 01:00:00:00: no slate (look)")
    else:
        assert failed.code == "AP-ENGINE-017"
        assert "KeyError: 'slate'" in failed.reason and "engine_steps.py:" in failed.reason
    assert "refuse:a failed" in report["double:a"].reason
    jobs = {job.node: (job.state, job.reason) for job in bench.catalogue.jobs()}
    assert jobs["refuse:a"][0] == "failed" and failed.reason in jobs["refuse:a"][1]
    assert jobs["length:b"] == ("done", "")
    assert list(bench.objects.digests()) and not list((bench.objects.root / "aside").glob("*"))


def test_a_collection_leaves_out_failed_members_and_its_key_says_who_is_there(
    bench: Bench, executor: Executor
) -> None:
    def gathering(third: Say | Refuse) -> Graph:
        graph = Graph()
        members = {
            "c": graph.add(third, "c")["out"],
            "a": graph.add(Say(text="one"), "a")["out"],
            "b": graph.add(Say(text="two"), "b")["out"],
        }
        graph.add(Gather(), "all", parts=Collected(members))
        return graph

    without = bench.run(gathering(Refuse()), executor)
    assert without.record("gather:all", "out", Any) == {"title": None, "parts": {"a": "one", "b": "two"}}
    whole = bench.run(gathering(Say(text="three")), executor)
    assert list(whole.record("gather:all", "out", Any)["parts"]) == ["a", "b", "c"]
    assert whole["gather:all"].key != without["gather:all"].key
    assert bench.run(gathering(Refuse()), executor).reused == ["say:a", "say:b", "gather:all"]


def test_an_optional_input_may_be_left_out_or_have_failed(bench: Bench, executor: Executor) -> None:
    graph = Graph()
    graph.add(Gather(), "bare", parts=Collected({}))
    graph.add(Gather(), "failed", parts=Collected({}), title=graph.add(Refuse(), "x")["out"])
    graph.add(Gather(), "given", parts=Collected({}), title=Value("reel 1"))
    report = bench.run(graph, executor)
    titles = [report.record(f"gather:{name}", "out", Any)["title"] for name in ("bare", "failed", "given")]
    assert titles == [None, None, "reel 1"]


def test_two_nodes_of_one_key_run_once(bench: Bench, executor: Executor) -> None:
    graph = Graph()
    for subject in ("a", "b"):
        graph.add(Say(text="the same"), subject)
    report = bench.run(graph, executor)
    assert len(bench.log()) == 1
    assert [result.state for result in report.results.values()] == ["done", "reused"]
    assert report.record("say:b", "out", str) == "the same"


@pytest.mark.parametrize(
    ("way", "code"),
    [("undeclared", "AP-ENGINE-001"), ("twice", "AP-ENGINE-019"), ("no file", "AP-ENGINE-020")],
)
def test_a_step_that_breaks_its_declaration_fails(
    bench: Bench, executor: Executor, way: str, code: str
) -> None:
    graph = Graph()
    graph.add(WriteElsewhere(way=way), "a")
    assert bench.run(graph, executor)["write_elsewhere:a"].code == code


def test_parameters_reach_the_step_and_the_provenance(bench: Bench, executor: Executor) -> None:
    graph = Graph()
    step = Mixed(rate=Fraction(30000, 1001), spans=((5, 6),), options={"gain": Fraction(2, 7)})
    graph.add(step, "a", number=Value(1))
    report = bench.run(graph, executor)
    assert report.record("mixed:a", "record", Any) == {"rate": "30000/1001", "gain": "2/7", "number": 1}
    key = report["mixed:a"].key
    made_by = bench.catalogue.runs([key])[key].provenance
    assert made_by.parameters["options"] == {"gain": "2/7"}
    assert made_by.inputs == {"number": Value(1).digest}
    assert (made_by.step, made_by.version, made_by.key) == ("mixed", 1, key)


def test_progress_tells_every_ending_once_and_the_time_left(bench: Bench, executor: Executor) -> None:
    graph = Graph()
    graph.add(Slow(seconds=0.4), "a")
    graph.add(Length(), "b", text=graph.add(Refuse(), "b")["out"])
    events: list[Any] = []
    bench.run(graph, executor, progress=events.append)
    assert isinstance(events[0], GraphStarted) and events[0].count.seconds_left is None
    assert isinstance(events[-1], GraphFinished)
    assert (events[-1].count.done, events[-1].count.seconds_left) == (3, 0.0)
    endings = {event.node: event.state for event in events if isinstance(event, NodeFinished | NodeFailed)}
    assert endings == {"slow:a": "done", "refuse:b": "failed", "length:b": "skipped"}
    shares = [event.done / event.total for event in events if isinstance(event, NodeProgress)]
    assert shares == sorted(shares) and len(shares) >= 2

    changed = Graph()
    changed.add(Slow(seconds=0.4), "a")
    changed.add(Slow(seconds=0.6), "b")
    events.clear()
    bench.run(changed, executor, progress=events.append)
    left = [event.count.seconds_left for event in events if isinstance(event, NodeProgress)]
    assert all(value is not None for value in left)  # the reused run has told how long a slow step takes
    assert left == sorted(left, reverse=True)


def test_a_broken_listener_is_reported_as_itself_and_no_step_is_blamed(
    bench: Bench, executor: Executor
) -> None:
    def listener(event: object) -> None:
        if isinstance(event, NodeProgress):
            raise RuntimeError("the screen is gone")

    graph = Graph()
    graph.add(Slow(seconds=0.3), "a")
    with pytest.raises(RuntimeError, match="the screen is gone"):
        bench.run(graph, executor, progress=listener)
    assert bench.run(graph, executor).failed == []


def test_the_catalogue_is_left_alone_when_nothing_changed(bench: Bench, executor: Executor) -> None:
    graph = chain("a line")
    graph.add(Mixed(), "a", number=Value(7))
    graph.add(Refuse(), "b")
    bench.run(graph, executor)
    bench.run(graph, executor)
    before = bench.catalogue.row("PRAGMA data_version"), bench.catalogue.row("SELECT total_changes()")
    bench.run(graph, executor)
    after = bench.catalogue.row("PRAGMA data_version"), bench.catalogue.row("SELECT total_changes()")
    assert before == after


def test_no_worker_outlives_its_graph(bench: Bench) -> None:
    before = {child.pid for child in multiprocessing.active_children()}
    bench.run(chain("a line"), LocalExecutor(2))
    assert {child.pid for child in multiprocessing.active_children()} <= before


def test_an_output_read_as_what_it_is_not_is_refused(bench: Bench, executor: Executor) -> None:
    report = bench.run(chain("a line"), executor)
    with pytest.raises(Exception, match="AP-ENGINE-011"):
        report.track("say:line", "out")
    with pytest.raises(Exception, match="AP-ENGINE-012"):
        report.record("say:line", "nothing", Track)
