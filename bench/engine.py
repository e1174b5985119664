"""What the engine costs: an unchanged re-run of 1 000 assets × 6 steps beside GNU make, serial beside local.

Run: python bench/engine.py
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from blake3 import blake3

from answerprint.engine.executors.local import LocalExecutor
from answerprint.engine.executors.serial import SerialExecutor
from answerprint.engine.executors.watch import processors
from answerprint.engine.graph import Graph, Media
from answerprint.engine.keys import Keys
from answerprint.engine.report import Report
from answerprint.engine.run import run_graph
from answerprint.engine.step import Context, Inputs, Step
from answerprint.engine.tasks import Executor
from answerprint.store.catalogue import Catalogue
from answerprint.store.objects import ObjectStore

ASSETS = 1000
STAGES = 6  # the first reads the asset, each other the one before it
ASSET_BYTES = 100_000
HEAVY_STEPS = 4 * processors()
HEAVY_ROUNDS = 1_500_000  # about a third of a second of pure Python
REPEATS = 5


@dataclass(frozen=True)
class Digest(Step):
    """The first stage: something small about the asset."""

    name: ClassVar[str] = "digest"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("media",)
    writes: ClassVar[tuple[str, ...]] = ("out",)

    def run(self, inputs: Inputs, context: Context) -> None:
        context.write_record("out", blake3(inputs["media"].path().read_bytes()).hexdigest())


@dataclass(frozen=True)
class Derive(Step):
    """A later stage: something small about the stage before."""

    name: ClassVar[str] = "derive"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("before",)
    writes: ClassVar[tuple[str, ...]] = ("out",)
    stage: int = 1

    def run(self, inputs: Inputs, context: Context) -> None:
        context.write_record("out", f"{self.stage}:{inputs['before'].record(str)}")


@dataclass(frozen=True)
class Heavy(Step):
    """Pure arithmetic."""

    name: ClassVar[str] = "heavy"
    version: ClassVar[int] = 1
    writes: ClassVar[tuple[str, ...]] = ("out",)
    seed: int = 0

    def run(self, inputs: Inputs, context: Context) -> None:
        state = self.seed
        for _ in range(HEAVY_ROUNDS):
            state = (state * 1_103_515_245 + 12_345) % 2**31
        context.write_record("out", state)


class Production:
    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.catalogue = Catalogue(folder / "catalogue.db")
        self.objects = ObjectStore(folder)

    def run(self, graph: Graph, executor: Executor) -> Report:
        return run_graph(graph, catalogue=self.catalogue, objects=self.objects, executor=executor)


def rushes(folder: Path) -> list[Media]:
    folder.mkdir()
    made = []
    for number in range(ASSETS):
        path = folder / f"A{number:04}.mov"
        path.write_bytes(number.to_bytes(4, "big") * (ASSET_BYTES // 4))
        made.append(Media(blake3(path.read_bytes()).hexdigest(), path))
    return made


def stages(assets: list[Media]) -> Graph:
    graph = Graph()
    for media in assets:
        before = graph.add(Digest(), media.asset_id, media=media)
        for stage in range(1, STAGES):
            before = graph.add(Derive(stage=stage), f"{media.asset_id}.{stage}", before=before["out"])
    return graph


def makefile(assets: list[Media], folder: Path) -> None:
    """The same graph for make: a stage copies the one before; the first digests the asset."""
    folder.mkdir()
    rules = []
    for number, media in enumerate(assets):
        before = str(media.path)
        for stage in range(STAGES):
            target = f"{number}.{stage}"
            rules.append(f"all: {target}\n{target}: {before}\n\t@head -c 64 {before} > {target}\n")
            before = target
    (folder / "Makefile").write_text("".join(rules))


def seconds(work: Callable[[], object], repeats: int = 1) -> float:
    """The median of some repeats."""
    taken = []
    for _ in range(repeats):
        clock = time.perf_counter()
        work()
        taken.append(time.perf_counter() - clock)
    return statistics.median(taken)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        assets = rushes(folder / "rushes")
        graph = stages(assets)
        small = Production(folder / "small")
        first = seconds(lambda: small.run(graph, SerialExecutor()))
        again = seconds(lambda: small.run(stages(assets), SerialExecutor()), REPEATS)
        assert len(small.run(stages(assets), SerialExecutor()).reused) == ASSETS * STAGES
        keys = seconds(lambda: key_all(graph), REPEATS)

        print(f"{ASSETS} assets × {STAGES} steps          first run   unchanged     ratio")
        row(f"answerprint ({ASSETS * STAGES} keys: {keys:.3f} s)", first, again)
        if shutil.which("make"):
            makefile(assets, folder / "make")
            run_make = ["make", "-s", "-C", str(folder / "make"), "all"]
            first = seconds(lambda: subprocess.run(run_make, check=True))
            row(
                "GNU make (modification times)",
                first,
                seconds(lambda: subprocess.run(run_make, check=True), REPEATS),
            )
        row("every asset hashed again", None, seconds(lambda: rehash(assets), REPEATS))

        heavy = Graph()
        for seed in range(HEAVY_STEPS):
            heavy.add(Heavy(seed=seed), str(seed))
        in_turn, together = Production(folder / "serial"), Production(folder / "local")
        serial = seconds(lambda: in_turn.run(heavy, SerialExecutor()))
        with LocalExecutor() as workers:
            local = seconds(lambda: together.run(heavy, workers))
        alone = seconds(lambda: [Heavy(seed=seed).run(None, Nowhere()) for seed in range(HEAVY_STEPS)])  # type: ignore[arg-type]
        print(f"\n{HEAVY_STEPS} heavy steps on {processors()} processors     seconds")
        print(f"{'a plain loop, nothing kept':38}{alone:9.2f}")
        print(f"{'serial':38}{serial:9.2f}")
        print(f"{'local, start of the workers included':38}{local:9.2f}")


def key_all(graph: Graph) -> None:
    keys = Keys()
    for node in graph:
        keys.of(node.step, {"before": "0" * 64})


def rehash(assets: list[Media]) -> None:
    for media in assets:
        assert blake3(media.path.read_bytes()).hexdigest() == media.asset_id


class Nowhere:
    """A context that keeps nothing."""

    def write_record(self, name: str, record: object) -> None:
        """Forgets it."""


def row(name: str, first: float | None, again: float) -> None:
    shown = "        –           " if first is None else f"{first:9.2f} s"
    ratio = "" if first is None else f"   1 : {first / again:.0f}"
    print(f"{name:36}{shown[:11]}{again:9.3f} s{ratio}")


if __name__ == "__main__":
    main()
