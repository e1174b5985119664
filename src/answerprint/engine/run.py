"""Runs a graph: looks keys up, hands out what is due, retries what was lost, and reports every node."""

from __future__ import annotations

import itertools
from collections import defaultdict

from msgspec.structs import replace

from answerprint.engine.cache import Evaluation
from answerprint.engine.graph import Graph
from answerprint.engine.jobs import JobBoard
from answerprint.engine.progress import Narrator, ProgressListener
from answerprint.engine.report import NodeResult, Report
from answerprint.engine.step import AnalyserStep
from answerprint.engine.tasks import (
    Advanced,
    Done,
    Event,
    Executor,
    Failed,
    Halted,
    Job,
    Lost,
    Started,
    Task,
    Workplace,
)
from answerprint.store.catalogue import Catalogue
from answerprint.store.objects import ObjectStore

ATTEMPTS = 2  # a node whose worker is lost is tried once more, alone


def run_graph(
    graph: Graph,
    *,
    catalogue: Catalogue,
    objects: ObjectStore,
    executor: Executor,
    progress: ProgressListener | None = None,
    forget_other_jobs: bool = True,
) -> Report:
    """Run what is due and return the result of every node; what failed is in the report, not raised.

    forget_other_jobs: the job table is this graph's alone; False for a second graph of the same make.
    Raises EngineError before anything runs when the graph does not hold together, NotAvailableError when a
    library a step names is missing, and StoreError when the production cannot be written (a full disk);
    what was finished until then is kept.
    """
    evaluation = Evaluation(graph, catalogue, objects)
    nodes = evaluation.order
    narrator = Narrator(nodes, executor.width, progress)
    board = JobBoard(nodes, catalogue, forget_others=forget_other_jobs)
    executor.open(Workplace(catalogue.path, objects.root))
    run = _Run(evaluation, executor, narrator, board)
    narrator.graph_started()
    try:
        run.to_the_end()
    except KeyboardInterrupt:
        executor.close()
        board.stopped(evaluation.results)
        raise
    finally:
        executor.close()
    report = Report({node.id: evaluation.results[node.id] for node in nodes}, catalogue, objects)
    catalogue.set_current(report.tracks())
    narrator.graph_finished()
    return report


class _Run:
    def __init__(
        self, evaluation: Evaluation, executor: Executor, narrator: Narrator, board: JobBoard
    ) -> None:
        self._evaluation = evaluation
        self._executor = executor
        self._narrator = narrator
        self._board = board
        self._out: dict[str, Job] = {}  # node → its job, handed out and not ended
        self._twins: dict[str, list[Job]] = {}  # key → jobs out that have it; the first one runs
        self._attempts: dict[str, int] = defaultdict(int)
        self._task_ids = itertools.count()
        self._stop: Exception | None = None

    def to_the_end(self) -> None:
        """Until every node has ended. Raises what stops the whole run."""
        self._proceed()
        while self._out:
            self._board.write(self._evaluation.results)
            self._executor.advance(self._hear)
            if self._stop is not None:
                raise self._stop
            self._proceed()
        self._board.write(self._evaluation.results, now=True)

    def _proceed(self) -> None:
        """Settle every node that need not run, and hand out those that must."""
        due: list[Job] = []
        while free := self._evaluation.take_free():
            ended, jobs = self._evaluation.look_up(free)
            for result in ended:
                self._end(result)
            due += jobs
        first = [job for job in due if job.key not in self._twins and not self._twins.setdefault(job.key, [])]
        for job in due:
            self._twins[job.key].append(job)
            self._out[job.node] = job
        for jobs in _decode_groups(first):
            self._submit(jobs)

    def _submit(self, jobs: list[Job]) -> None:
        for job in jobs:
            self._attempts[job.node] += 1
        self._executor.submit(Task(next(self._task_ids), tuple(jobs)))

    def _hear(self, event: Event) -> None:
        try:
            self._take(event)
        except Exception as error:  # noqa: BLE001  # a listener's error is no step's: raised after the step
            self._stop = error

    def _take(self, event: Event) -> None:
        if isinstance(event, Halted):
            self._stop = event.error
        elif isinstance(event, Lost):
            for node in event.nodes:
                self._lost(self._out[node], event.code, event.reason)
        elif event.node not in self._out:
            return  # a late word about a node that has ended
        elif isinstance(event, Started):
            self._board.started(event.node, self._attempts[event.node])
            self._narrator.started(event.node, self._attempts[event.node])
        elif isinstance(event, Advanced):
            self._narrator.advanced(event.node, event.done, event.total)
        elif isinstance(event, Done):
            self._done(self._out[event.node], event)
        else:
            self._failed(self._out[event.node], "failed", event)

    def _done(self, job: Job, event: Done) -> None:
        result = NodeResult(
            job.node,
            job.step.name,
            job.subject,
            "done",
            job.key,
            event.outputs,
            attempts=self._attempts[job.node],
            seconds=event.seconds,
        )
        self._end_with_twins(job, result, replace(result, state="reused", attempts=0))

    def _failed(self, job: Job, state: str, event: Failed) -> None:
        result = NodeResult(
            job.node,
            job.step.name,
            job.subject,
            "failed" if state == "failed" else "set_aside",
            job.key,
            code=event.code,
            reason=event.reason,
            attempts=self._attempts[job.node],
        )
        self._end_with_twins(job, result, result)

    def _lost(self, job: Job, code: str, reason: str) -> None:
        committed = self._evaluation.committed(job)
        if committed is not None:
            self._done(job, Done(job.node, committed.outputs, committed.seconds))
        elif self._attempts[job.node] < ATTEMPTS:
            self._submit([job])
        else:
            why = f"{reason}, {self._attempts[job.node]} times in a row"
            self._failed(job, "set_aside", Failed(job.node, code, why))

    def _end_with_twins(self, job: Job, result: NodeResult, for_twins: NodeResult) -> None:
        for twin in self._twins.pop(job.key):
            del self._out[twin.node]
            own = result if twin is job else replace(for_twins, node=twin.node, subject=twin.subject)
            self._end(own)

    def _end(self, result: NodeResult) -> None:
        self._evaluation.settle(result)
        if result.state == "done" or result.state == "reused":
            self._narrator.finished(result.node, result.state, result.seconds)
        else:
            self._narrator.failed(result.node, result.state, result.code, result.reason)


def _decode_groups(jobs: list[Job]) -> list[list[Job]]:
    """Jobs to hand out together: analysers of the same file in one group, every other job alone."""
    groups: dict[object, list[Job]] = {}
    for job in jobs:
        analyser = isinstance(job.step, AnalyserStep)
        groups.setdefault(("media", job.inputs["media"].digest) if analyser else job.node, []).append(job)
    return list(groups.values())
