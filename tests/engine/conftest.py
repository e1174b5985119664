"""An empty production for the engine, and both executors."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))  # spawned workers get the parent's sys.path

from answerprint.engine.executors.local import LocalExecutor  # noqa: E402
from answerprint.engine.executors.serial import SerialExecutor  # noqa: E402
from answerprint.engine.graph import Graph  # noqa: E402
from answerprint.engine.report import Report  # noqa: E402
from answerprint.engine.run import run_graph  # noqa: E402
from answerprint.engine.tasks import Executor  # noqa: E402
from answerprint.store.catalogue import Catalogue  # noqa: E402
from answerprint.store.objects import ObjectStore  # noqa: E402


@dataclass
class Bench:
    """A production in a temporary folder; `log` is what steps wrote down when they ran."""

    folder: Path
    catalogue: Catalogue
    objects: ObjectStore

    def run(self, graph: Graph, executor: Executor, **options: Any) -> Report:
        return run_graph(graph, catalogue=self.catalogue, objects=self.objects, executor=executor, **options)

    def log(self) -> list[str]:
        """Names of the steps that ran since last asked, in order."""
        file = Path(os.environ["ENGINE_LOG"])
        lines = file.read_text().split("\n")[:-1] if file.exists() else []
        file.unlink(missing_ok=True)
        return lines


@pytest.fixture(scope="session")
def log_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One for all tests, so that workers can stay warm from one to the next."""
    file = tmp_path_factory.mktemp("engine") / "log"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ENGINE_LOG", str(file))
        yield file


@pytest.fixture
def bench(tmp_path: Path, log_file: Path) -> Iterator[Bench]:
    log_file.unlink(missing_ok=True)
    folder = tmp_path / ".answerprint"
    folder.mkdir()
    with Catalogue(folder / "catalogue.db") as catalogue:
        yield Bench(tmp_path, catalogue, ObjectStore(folder))


@pytest.fixture(scope="session")
def warm_workers(log_file: Path) -> Iterator[LocalExecutor]:
    with LocalExecutor(2) as local:
        yield local


@pytest.fixture(params=["serial", "local"])
def executor(request: pytest.FixtureRequest) -> Executor:
    """Every executor there is: what a test says holds on each."""
    if request.param == "serial":
        return SerialExecutor()
    workers: Executor = request.getfixturevalue("warm_workers")
    return workers
