"""A worker that is killed, hangs or takes all memory costs one attempt; then the node is set aside."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from engine_steps import Length, Perish, Say, Slow

from answerprint.core.errors import EngineError
from answerprint.engine.executors import local
from answerprint.engine.executors.local import LocalExecutor
from answerprint.engine.executors.watch import resident_memory
from answerprint.engine.graph import Graph
from conftest import HERE, Bench

LONGER = "60"  # seconds: the production still runs whenever a busy machine gets round to stopping it


def beside_it(way: str, times: int = 99) -> Graph:
    """A step that loses its worker, one that reads it, and two that have nothing to do with it."""
    graph = Graph()
    bad = graph.add(Perish(way=way, times=times), "a")
    graph.add(Length(), "a", text=bad["out"])
    graph.add(Length(), "b", text=graph.add(Say(text="fine"), "b")["out"])
    return graph


@pytest.mark.parametrize(
    ("way", "code", "reason"),
    [
        ("kill", "AP-ENGINE-014", "the worker was killed by SIGKILL"),
        pytest.param("segfault", "AP-ENGINE-014", "the worker was killed by SIGSEGV", marks=pytest.mark.slow),
        ("hang", "AP-ENGINE-015", "no sign of life for 1 s"),
        ("memory", "AP-ENGINE-016", "MiB of memory; the limit is 400 MiB"),
    ],
)
def test_a_lost_node_is_tried_twice_then_set_aside_with_its_reason(
    bench: Bench, way: str, code: str, reason: str
) -> None:
    patience = 1.0 if way == "hang" else 60.0
    with LocalExecutor(2, patience=patience, memory_limit=400 << 20) as executor:
        report = bench.run(beside_it(way), executor)
    result = report["perish:a"]
    assert (result.state, result.code, result.attempts) == ("set_aside", code, 2)
    assert reason in result.reason and "2 times in a row" in result.reason
    assert bench.log().count("perish:a") == 2
    assert report.skipped == ["length:a"]
    assert report.ran == ["say:b", "length:b"]
    job = next(one for one in bench.catalogue.jobs() if one.node == "perish:a")
    assert (job.state, job.attempts) == ("set_aside", 2) and reason in job.reason


def test_a_node_lost_once_is_made_by_the_second_attempt(bench: Bench) -> None:
    report = bench.run(beside_it("kill", times=1), LocalExecutor(1))
    assert report["perish:a"].attempts == 2
    assert report.record("length:a", "out", int) == len("survived")


def test_a_step_that_says_how_far_it_is_does_not_count_as_hung(bench: Bench) -> None:
    graph = Graph()
    graph.add(Slow(seconds=1.6), "a")
    with LocalExecutor(1, patience=0.8) as executor:
        assert bench.run(graph, executor).ran == ["slow:a"]


def test_a_step_that_cannot_be_sent_fails_and_the_rest_goes_on(bench: Bench) -> None:
    class Inside(Say):  # a class of no module: a worker cannot import it
        name = "inside"

    graph = Graph()
    graph.add(Inside(text="x"), "a")
    graph.add(Say(text="y"), "b")
    report = bench.run(graph, LocalExecutor(1))
    assert report.failed == ["inside:a"] and report.ran == ["say:b"]
    assert "cannot be sent to a worker" in report["inside:a"].reason


def test_workers_that_do_not_start_end_the_run_with_a_remedy(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "worker_main", os._exit)  # called with a pipe: dies before it is ready
    with pytest.raises(EngineError, match=r"AP-ENGINE-018 .*__main__"):
        bench.run(beside_it("kill"), LocalExecutor(1))


def test_ctrl_c_stops_the_workers_and_keeps_what_was_finished(bench: Bench) -> None:
    with production(bench, "local") as program:
        wait_for(lambda: len(lines(bench)) >= 3)
        workers = children(program.pid)
        os.killpg(program.pid, signal.SIGINT)
        assert program.wait(20) == 130
        wait_for(lambda: not any(map(alive, workers)))
    assert not list((bench.objects.root / "aside").glob("*"))
    states = {job.state for job in bench.catalogue.jobs()}
    assert states == {"done", "waiting"}


def test_workers_of_a_killed_parent_die_with_it(bench: Bench) -> None:
    with production(bench, "local") as program:
        wait_for(lambda: len(lines(bench)) >= 3)
        workers = children(program.pid)
        assert workers
        os.kill(program.pid, signal.SIGKILL)
        program.wait(20)
        wait_for(lambda: not any(map(alive, workers)))


def test_resident_memory_is_what_a_process_holds() -> None:
    before = resident_memory(os.getpid())
    held = b"\xff" * (64 << 20)
    assert before + (60 << 20) < resident_memory(os.getpid()) < before + (80 << 20), len(held)
    assert resident_memory(2**22 + 1) == 0  # above the kernel's highest process id


def production(bench: Bench, executor: str) -> subprocess.Popen[bytes]:
    """production_of_sixty.py on the bench's folder, in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, str(HERE / "production_of_sixty.py"), str(bench.folder), executor, LONGER],
        start_new_session=True,
        env={**os.environ, "ENGINE_LOG": str(bench.folder / "log")},
    )


def lines(bench: Bench) -> list[str]:
    log = bench.folder / "log"
    return log.read_text().split("\n")[:-1] if log.exists() else []


def children(pid: int) -> list[int]:
    shown = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True)
    pairs = [row.split() for row in shown.stdout.splitlines()]
    return [int(child) for child, parent in pairs if int(parent) == pid]


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits to be collected does not."""
    shown = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return bool(shown.stdout.strip()) and not shown.stdout.strip().startswith("Z")


def wait_for(true: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
