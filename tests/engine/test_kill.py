"""A production killed at any moment is finished without doing a finished step again, to the same bytes."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from engine_steps import Mixed
from production_of_sixty import graph_of_sixty, make

from answerprint.core.errors import StoreError
from answerprint.engine.executors.local import LocalExecutor
from answerprint.engine.executors.serial import SerialExecutor
from answerprint.engine.graph import Graph, Value
from answerprint.engine.tasks import Executor
from answerprint.store.catalogue import Catalogue
from answerprint.store.objects import ObjectStore
from conftest import HERE, Bench

A_STEP = 0.05  # seconds: longer than any step takes


def test_a_killed_production_is_finished_and_nothing_is_made_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kill_and_finish(6, tmp_path, monkeypatch)


@pytest.mark.slow
def test_two_hundred_kills(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = kill_and_finish(200, tmp_path, monkeypatch)
    with capsys.disabled():
        print(f"\n{figures}")


def kill_and_finish(times: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    chance = random.Random(20_240_229)
    steps = len(graph_of_sixty())
    assert steps >= 60
    first_log, second_log = folder / "first", folder / "second"
    monkeypatch.setenv("ENGINE_LOG", str(second_log))
    (folder / "undisturbed").mkdir()
    undisturbed = make(folder / "undisturbed", SerialExecutor())
    seen: Counter[str] = Counter()
    for number in range(times):
        executor = ("serial", "local")[number % 2]
        production = folder / f"production{number}"
        production.mkdir()
        first_log.unlink(missing_ok=True)
        second_log.unlink(missing_ok=True)
        # One in ten is killed while Python and the catalogue are still being opened, the others once so
        # many steps have begun: on a busy machine seconds would say nothing of how far it is.
        begun = chance.randrange(1, steps) if number % 10 != 9 else 0
        killed(production, executor, begun=begun, seconds=chance.uniform(0, A_STEP), log=first_log)
        finished = finished_steps(production)
        started = set(first_log.read_text().split("\n")[:-1]) if first_log.exists() else set()
        assert finished <= started
        # Some are finished by workers, the others in this process: results are the same anyway.
        outputs = make(production, LocalExecutor(2) if number % 8 == 5 else SerialExecutor())
        again = second_log.read_text().split("\n")[:-1] if second_log.exists() else []
        assert not finished & set(again), f"kill {number}: finished steps were done again"
        assert len(again) == steps - len(finished)
        assert outputs == undisturbed, f"kill {number}: outputs differ"
        verify(production, outputs)
        seen["kills in the middle"] += 0 < len(finished) < steps
        seen["finished before the kill"] += len(finished)
        seen["unfinished steps lost"] += len(started - finished)
    assert seen["kills in the middle"] >= times // 2
    return (
        f"{times} kills of a production of {steps} steps, {seen['kills in the middle']} in the middle; "
        f"{seen['finished before the kill']} steps were finished before a kill, 0 were done again; "
        f"{seen['unfinished steps lost']} unfinished ones were lost; 0 outputs differ"
    )


def killed(production: Path, executor: str, *, begun: int, seconds: float, log: Path) -> None:
    """Start it in a process group of its own and kill -9 the group so long after so many steps have begun."""
    program = subprocess.Popen(
        [sys.executable, str(HERE / "production_of_sixty.py"), str(production), executor],
        start_new_session=True,
        env={**os.environ, "ENGINE_LOG": str(log)},
    )
    deadline = time.monotonic() + 60
    while begun and lines_of(log) < begun and program.poll() is None:
        assert time.monotonic() < deadline, "the production did not start"
        time.sleep(0.002)
    time.sleep(seconds)
    os.killpg(program.pid, signal.SIGKILL)
    program.wait()
    while alive_in_group(program.pid):  # a worker may still be inside a write to the disk
        time.sleep(0.01)


def lines_of(log: Path) -> int:
    return log.read_bytes().count(b"\n") if log.exists() else 0


def alive_in_group(group: int) -> bool:
    shown = subprocess.run(["ps", "-A", "-o", "pgid=,stat="], capture_output=True, text=True, check=True)
    rows = [line.split() for line in shown.stdout.splitlines()]
    return any(int(pgid) == group and not state.startswith("Z") for pgid, state in rows)


def finished_steps(production: Path) -> set[str]:
    if not (production / ".answerprint").exists():
        return set()
    with Catalogue(production / ".answerprint" / "catalogue.db") as catalogue:
        return {f"{step}:{subject}" for step, subject in catalogue.rows("SELECT step, subject FROM run")}


def verify(production: Path, outputs: dict[str, dict[str, str]]) -> None:
    """Every object's bytes are its digest's, every track can be read."""
    store = production / ".answerprint"
    objects = ObjectStore(store)
    with Catalogue(store / "catalogue.db") as catalogue:
        for written in outputs.values():
            for name, digest in written.items():
                if name == "track":
                    assert catalogue.track(digest).annotations
                else:
                    objects.verify(digest)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 4 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.geteuid() != 0 or sys.platform != "linux":
        pytest.skip("only root on Linux can mount a small disk")
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)]
    mounted = subprocess.run(mount, capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"no small disk here: {mounted.stderr.strip()}")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_full_disk_ends_the_run_and_loses_nothing(
    bench: Bench, small_disk: Path, executor: Executor
) -> None:
    graph = Graph()
    for number in range(10, 30):
        graph.add(Mixed(size=150_000), f"clip{number}", number=Value(number))  # 450 kB each
    with Catalogue(small_disk / "catalogue.db") as catalogue:
        tight = Bench(small_disk, catalogue, ObjectStore(small_disk))
        with pytest.raises(StoreError, match="AP-STORE-009") as caught:
            tight.run(graph, executor)
        assert caught.value.remedy and "free some space" in caught.value.remedy
        finished = {f"mixed:{one}" for (one,) in catalogue.rows("SELECT subject FROM run")}
        assert 0 < len(finished) < 20
        bench.log()
        subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
        report = tight.run(graph, executor)
        assert not finished & set(bench.log())
        assert set(report.reused) == finished and len(report.ran) == 20 - len(finished)
        for number in range(10, 30):
            assert report.path(f"mixed:clip{number}", "file").read_bytes() == f"{number}\n".encode() * 150_000
