"""Runs tasks on worker processes of this machine: spawned, persistent, watched for time and memory.

A worker that dies, hangs or grows too large costs its task one attempt and is replaced.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
import time
from collections import deque
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from types import TracebackType

from answerprint.core.errors import EngineError
from answerprint.engine.executors.process import STOP, Free, Parcel, Ready, worker_main
from answerprint.engine.executors.watch import physical_memory, processors, resident_memory
from answerprint.engine.failures import explain
from answerprint.engine.tasks import Done, Failed, Halted, Lost, Task, Tell, Workplace

PATIENCE = 600.0  # seconds without a sign of life before a worker counts as hung
STARTING = 120.0  # seconds a worker may take to import what it needs, on a busy machine
WATCH = 0.2  # seconds between looks at the workers
LEAVING = 2.0  # seconds a worker gets to clean up before it is killed
START_ATTEMPTS = 3
LEAST_MEMORY = 2 << 30  # bytes: a 4K float decode with its models fits
MEMORY_SHARE = 0.8  # of the machine's memory, shared by the workers


class LocalExecutor:
    """Spawned workers. In a `with` block they stay warm from one graph to the next."""

    def __init__(
        self,
        workers: int | None = None,
        *,
        patience: float = PATIENCE,
        memory_limit: int | None = None,
    ) -> None:
        """workers: None is one a processor. patience: seconds without a sign of life. memory_limit: bytes
        a worker may hold in RAM; None shares four fifths of the machine's among them, 2 GiB at least."""
        self.width = workers or processors()
        self.patience = patience
        self.memory_limit = memory_limit or max(
            LEAST_MEMORY, int(physical_memory() * MEMORY_SHARE) // self.width
        )
        self._queue: deque[Task] = deque()
        self._workers: list[_Worker] = []
        self._workplace: Workplace | None = None
        self._kept = False
        self._false_starts = 0

    def __enter__(self) -> LocalExecutor:
        self._kept = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._kept = False
        self.close()

    def open(self, workplace: Workplace) -> None:
        self._workplace = workplace

    def submit(self, task: Task) -> None:
        self._queue.append(task)

    def advance(self, tell: Tell) -> None:
        """Hand out tasks, wait a moment for news, and look after the workers."""
        self._hand_out(tell)
        watched: dict[object, _Worker] = {
            source: worker for worker in self._workers for source in worker.sources
        }
        for news in wait([source for worker in self._workers for source in worker.sources], WATCH):
            watched[news].listen(tell)
        for worker in list(self._workers):
            ending = worker.ending(self.patience, self.memory_limit)
            if ending is not None:
                self._bury(worker, *ending, tell)

    def close(self) -> None:
        self._queue.clear()
        self._dismiss([one for one in self._workers if not self._kept or not one.idle])

    def _hand_out(self, tell: Tell) -> None:
        assert self._workplace is not None, "open() comes first"
        while self._queue:
            worker = next((one for one in self._workers if one.idle), None)
            if worker is None:
                starting = sum(1 for one in self._workers if not one.ready)
                if len(self._workers) < self.width and starting < len(self._queue):
                    self._workers.append(_Worker(max(1, processors() // self.width)))
                    continue
                return
            task = self._queue.popleft()
            try:
                nodes = tuple(job.node for job in task.jobs)
                parcel = pickle.dumps(Parcel(self._workplace, nodes, pickle.dumps(task)))
            except (pickle.PicklingError, AttributeError, TypeError) as error:
                for job in task.jobs:
                    reason = f"the step cannot be sent to a worker: {error}"
                    tell(Failed(job.node, explain(error)[0], reason))
                continue
            worker.give(task, parcel)

    def _bury(self, worker: _Worker, code: str, reason: str, tell: Tell) -> None:
        worker.kill()
        worker.listen(tell)  # what it still had to say before it died
        worker.pipe.close()
        self._workers.remove(worker)
        if not worker.ready:
            self._false_starts += 1
            if self._false_starts >= START_ATTEMPTS:
                raise EngineError(
                    "AP-ENGINE-018",
                    f"workers do not start: {reason}",
                    remedy='a script that runs a graph keeps its own work under `if __name__ == "__main__":`',
                )
        else:
            self._false_starts = 0
        if worker.task is not None and worker.unfinished:
            tell(Lost(worker.task, tuple(worker.unfinished), code, reason))

    def _dismiss(self, workers: list[_Worker]) -> None:
        """Let workers go: idle ones on their own, busy ones after they have cleaned up, the rest by force."""
        going = list(workers)
        for worker in going:
            worker.send_away()
        deadline = time.monotonic() + LEAVING
        for worker in going:
            worker.process.join(max(0.0, deadline - time.monotonic()))
            worker.kill()
            worker.pipe.close()
            self._workers.remove(worker)


class _Worker:
    """The parent's side of one worker process."""

    def __init__(self, threads: int) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        in_main_thread = threading.current_thread() is threading.main_thread()
        self.process: SpawnProcess = context.Process(
            target=worker_main,
            args=(theirs, threads, os.getpid(), in_main_thread),
            daemon=True,
            name="answerprint-worker",
        )
        self.process.start()
        theirs.close()  # so that its death ends our pipe
        self.ready = False
        self.task: Task | None = None
        self.unfinished: dict[str, None] = {}
        self._sign_of_life = time.monotonic()
        self._weighed = 0.0  # when its memory was last looked at

    @property
    def sources(self) -> tuple[Connection, int]:
        """What to wait for: its news, and its death."""
        return self.pipe, self.process.sentinel

    @property
    def idle(self) -> bool:
        return self.ready and self.task is None

    def give(self, task: Task, parcel: bytes) -> None:
        self.task = task
        self.unfinished = dict.fromkeys(job.node for job in task.jobs)
        self._sign_of_life = time.monotonic()
        try:
            self.pipe.send_bytes(parcel)
        except OSError:
            return  # it has just died: the next look at it finds the task lost

    def listen(self, tell: Tell) -> None:
        """Hear everything the worker has said."""
        try:
            while self.pipe.poll():
                event = self.pipe.recv()
                self._sign_of_life = time.monotonic()
                if isinstance(event, Ready):
                    self.ready = True
                elif isinstance(event, Free):
                    self.task = None
                else:
                    if isinstance(event, Done | Failed | Halted):
                        self.unfinished.pop(event.node, None)
                    tell(event)
        except (EOFError, OSError):
            return  # it is dead: the next look at it says how

    def ending(self, patience: float, memory_limit: int) -> tuple[str, str] | None:
        """Why this worker must be given up, as code and reason; None while it is well."""
        if not self.process.is_alive():
            return "AP-ENGINE-014", f"the worker {_how_it_died(self.process.exitcode)}"
        now = time.monotonic()
        silent = now - self._sign_of_life
        if not self.ready:
            late = silent > STARTING
            return ("AP-ENGINE-015", f"the worker did not start in {STARTING:.0f} s") if late else None
        if self.task is None:
            return None
        if silent > patience:
            return "AP-ENGINE-015", f"no sign of life for {patience:g} s"
        if now - self._weighed < WATCH:
            return None
        self._weighed = now
        held = resident_memory(self.process.pid or 0)
        if held > memory_limit:
            return "AP-ENGINE-016", f"took {held >> 20} MiB of memory; the limit is {memory_limit >> 20} MiB"
        return None

    def send_away(self) -> None:
        if self.idle:
            try:
                self.pipe.send_bytes(STOP)
            except OSError:
                return  # it is dead already
        else:
            self.process.terminate()

    def kill(self) -> None:
        self.process.kill()
        self.process.join()


def _how_it_died(exit_code: int | None) -> str:
    if exit_code is not None and exit_code < 0:
        return f"was killed by {signal.Signals(-exit_code).name}"
    return f"ended with exit code {exit_code}"
