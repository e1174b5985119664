"""The local executor's worker process: takes tasks from its pipe, tells events, dies with its parent."""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import sys
import threading
from dataclasses import dataclass
from multiprocessing.connection import Connection
from queue import SimpleQueue
from types import FrameType
from typing import Any

from answerprint.engine.executors.watch import die_with_parent
from answerprint.engine.failures import explain
from answerprint.engine.staging import Desk
from answerprint.engine.tasks import Event, Failed, Workplace
from answerprint.engine.workers import perform

STOP = b""  # from the parent: no more tasks


@dataclass(frozen=True)
class Ready:
    """The worker has started and waits for tasks."""


@dataclass(frozen=True)
class Free:
    """The worker's task has ended."""


@dataclass(frozen=True)
class Parcel:
    """A task as the parent sends it: pickled apart, so that what cannot be unpickled names its nodes."""

    workplace: Workplace
    nodes: tuple[str, ...]
    task: bytes


def worker_main(pipe: Any, threads: int, parent: int, parent_is_main: bool) -> None:
    """Until told to stop: take a task, perform it, say so."""
    # Ctrl-C reaches the whole process group; the parent alone decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)
    if parent_is_main:  # the kernel's signal is tied to the starting thread, which must live as long as we do
        die_with_parent(parent)
    inbox: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_listen, args=(pipe, inbox), daemon=True, name="listener").start()
    speaking = threading.Lock()

    def tell(event: Event | Ready | Free) -> None:
        with speaking:
            try:
                pipe.send(event)
            except OSError:  # the parent is gone: nobody is left to work for
                os._exit(1)

    with contextlib.ExitStack() as open_desk:
        desk: Desk | None = None
        tell(Ready())
        while (message := inbox.get()) != STOP:
            parcel: Parcel = pickle.loads(message)
            try:
                task = pickle.loads(parcel.task)
            except Exception as error:  # noqa: BLE001  # whatever unpickling a step raises is the step's failure
                code, reason = explain(error)
                for node in parcel.nodes:
                    tell(Failed(node, code, f"the step cannot be sent to a worker: {reason}"))
            else:
                if desk is None or desk.workplace != parcel.workplace:
                    open_desk.close()
                    desk = open_desk.enter_context(contextlib.closing(Desk(parcel.workplace, threads)))
                perform(task, desk, tell)
            tell(Free())


def _listen(pipe: Connection, inbox: SimpleQueue[bytes]) -> None:
    while True:
        try:
            message = pipe.recv_bytes()
        except (EOFError, OSError):  # the parent is gone; the unfinished step was never committed
            os._exit(1)
        inbox.put(message)
        if message == STOP:
            return


def _leave(_number: int, _frame: FrameType | None) -> None:
    """On SIGTERM: unwind, so that files written aside are removed."""
    sys.exit(0)
