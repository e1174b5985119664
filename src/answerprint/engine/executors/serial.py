"""Runs tasks one after another in this process: for small productions, tests and the debugger.

It cannot outlive a step that crashes, hangs or takes all memory; the local executor can.
"""

from __future__ import annotations

import threading
from collections import deque

from answerprint.engine.executors.watch import processors
from answerprint.engine.staging import Desk
from answerprint.engine.tasks import Event, Task, Tell, Workplace
from answerprint.engine.workers import perform


class SerialExecutor:
    """In process, in the order submitted."""

    width = 1

    def __init__(self) -> None:
        self._queue: deque[Task] = deque()
        self._desk: Desk | None = None
        self._workplace: Workplace | None = None

    def open(self, workplace: Workplace) -> None:
        self._workplace = workplace

    def submit(self, task: Task) -> None:
        self._queue.append(task)

    def advance(self, tell: Tell) -> None:
        """Run the next task to its end."""
        assert self._workplace is not None, "open() comes first"
        if self._desk is None:
            self._desk = Desk(self._workplace, threads=processors())
        one_at_a_time = threading.Lock()  # the analysers of a decode group finish on threads of their own

        def tell_in_turn(event: Event) -> None:
            with one_at_a_time:
                tell(event)

        if self._queue:
            perform(self._queue.popleft(), self._desk, tell_in_turn)

    def close(self) -> None:
        self._queue.clear()
        if self._desk is not None:
            self._desk.close()
            self._desk = None
