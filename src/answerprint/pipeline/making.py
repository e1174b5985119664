"""One making of the answer print: the production, its catalogue, and the graphs run on the way."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import msgspec

from answerprint.core.encoding import from_json
from answerprint.core.errors import EngineError
from answerprint.core.findings import Finding
from answerprint.core.frames import FrameGrid
from answerprint.core.proposals import Decision
from answerprint.core.records import Asset
from answerprint.engine.executors.local import LocalExecutor
from answerprint.engine.executors.serial import SerialExecutor
from answerprint.engine.graph import Graph, Stored
from answerprint.engine.report import Report
from answerprint.engine.run import run_graph
from answerprint.engine.tasks import Executor
from answerprint.pipeline.bringing import Kind
from answerprint.pipeline.progress import Listener
from answerprint.store.catalogue import Catalogue, Output
from answerprint.store.decisions import import_decisions
from answerprint.store.objects import ObjectStore
from answerprint.store.production import Production, display_name

T = TypeVar("T")


@dataclass
class SetAside:
    """A file or a step of it that could not be used, with the coded reason."""

    subject: str
    name: str
    step: str
    code: str
    reason: str


@dataclass
class Making:
    """What the stages share. Outputs are kept by node id, so that a later graph can read them."""

    production: Production
    catalogue: Catalogue
    objects: ObjectStore
    executor: Executor
    progress: Listener | None = None
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    inputs: list[tuple[Path, Kind | None]] = field(default_factory=list)  # every input file, once looked at
    assets: dict[str, Asset] = field(default_factory=dict)  # in the order of their paths
    paths: dict[str, Path] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)
    ran: list[str] = field(default_factory=list)
    reused: list[str] = field(default_factory=list)
    nodes: dict[str, str] = field(default_factory=dict)  # node id → step, of every graph
    outputs: dict[str, Mapping[str, Output]] = field(default_factory=dict)  # node id → outputs

    def begins(self, stage: str) -> None:
        """Tell whoever listens that a stage begins."""
        if self.progress is not None:
            self.progress.stage(stage)

    def run(self, graph: Graph) -> Report:
        """Run a stage's graph; what failed is set aside with its reason, the rest goes on."""
        report = run_graph(
            graph,
            catalogue=self.catalogue,
            objects=self.objects,
            executor=self.executor,
            progress=self.progress,
            forget_other_jobs=False,  # one make runs many graphs: what is gone is forgotten at its end
        )
        for node, result in report.results.items():
            self.nodes[node] = result.step
            if result.there:
                self.outputs[node] = result.outputs
        self.ran += report.ran
        self.reused += report.reused
        for node in report.failed:
            result = report[node]
            path = self.paths.get(result.subject)
            self.set_aside.append(
                SetAside(
                    subject=result.subject,
                    name=display_name(path.name) if path is not None else result.subject,
                    step=result.step,
                    code=result.code,
                    reason=self._told(result.reason, path),
                )
            )
        return report

    def _told(self, reason: str, path: Path | None) -> str:
        """A reason as a report may hold it: nothing of where this production lies."""
        if path is not None:
            reason = reason.removeprefix(f"{display_name(path)}: ")
        return reason.replace(f"{display_name(self.production.root)}{os.sep}", "")

    def stored(self, step: str, subject: str, output: str) -> Stored | None:
        """An output of an earlier graph as an input, or None when it was not made."""
        found = self.outputs.get(f"{step}:{subject}", {}).get(output)
        return Stored(found) if found is not None else None

    def kept(self, step: str, subject: str, output: str) -> Stored:
        """An output that has to be there. Raises EngineError with the step's own reason when it is not."""
        found = self.stored(step, subject, output)
        if found is None:
            why = next(
                (one for one in self.set_aside if (one.step, one.subject) == (step, subject)),
                SetAside(subject, subject, step, "AP-ENGINE-013", "something it reads was not made"),
            )
            raise EngineError(why.code, f"{step} could not be made: {why.reason}")
        return found

    def read(self, output: Output, kind: type[T]) -> T:
        """An earlier output as a record."""
        return from_json(self.objects.read(output.digest), kind)

    def grid(self, asset: str) -> FrameGrid | None:
        """Where an asset's pictures lie in time, where it has any that could be read."""
        found = self.outputs.get(f"inspect:{asset}", {}).get("frames")
        return self.read(found, FrameGrid) if found is not None else None

    def collected(self, step: str, output: str) -> dict[str, Stored]:
        """The same output of every subject that has it."""
        prefix = f"{step}:"
        return {
            node.removeprefix(prefix): Stored(outputs[output])
            for node, outputs in self.outputs.items()
            if node.startswith(prefix) and output in outputs
        }


def keyed(asset: Asset) -> Asset:
    """The asset as a step may read it: where it lies and how its container tags it are in no key."""
    return msgspec.structs.replace(asset, path="", tags={})


@contextmanager
def opened(
    production: Production,
    *,
    workers: int | None = None,
    listener: Listener | None = None,
    import_answers: bool = False,
) -> Iterator[Making]:
    """A making of a production that nobody else works on meanwhile.

    workers: None takes the production's setting, 0 runs everything in this process. import_answers: what
    people wrote into decisions.toml is brought into the catalogue first. Raises StoreError when the
    production is in use.
    """
    with (
        production.lock(),
        executor_for(production, workers) as executor,
        production.catalogue() as catalogue,
    ):
        if import_answers:
            import_decisions(production, catalogue)
        yield Making(
            production=production,
            catalogue=catalogue,
            objects=production.objects(),
            executor=executor,
            progress=listener,
            decisions=catalogue.decisions(),
        )


@contextmanager
def executor_for(production: Production, workers: int | None) -> Iterator[Executor]:
    """What runs a production's steps. workers: None takes the production's setting, 0 is this process."""
    limits = production.settings.limits
    if workers == 0:
        yield SerialExecutor()
        return
    with LocalExecutor(
        workers or limits.workers or None,
        patience=float(limits.timeout_s),
        memory_limit=limits.memory_mb << 20 or None,
    ) as executor:
        yield executor
