"""What a worker does with a task: runs one step, or feeds a decode group from one decode."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

from answerprint.core.errors import EngineError
from answerprint.engine.failures import failure
from answerprint.engine.graph import MEDIA
from answerprint.engine.inputs import JobInputs
from answerprint.engine.staging import Desk, Staging
from answerprint.engine.step import AnalyserStep
from answerprint.engine.tasks import Done, Failed, Halted, Job, Started, Task, Tell

if TYPE_CHECKING:  # loading FFmpeg is for processes that decode
    from answerprint.media.fanout import Consumer, DecodeSummary, PictureBlock, SoundBlock, Wants


COLLECT = 50_000  # objects made and kept after which cycles are looked for while a step runs


def perform(task: Task, desk: Desk, tell: Tell) -> None:
    """Run a task to its end; every job of it has told Done, Failed or Halted when this returns."""
    for job in task.jobs:
        tell(Started(job.node))
    if isinstance(task.jobs[0].step, AnalyserStep):
        _decode(task.jobs, desk, tell)
    else:
        tell(_run(task.jobs[0], desk, tell))


def _run(job: Job, desk: Desk, tell: Tell) -> Done | Failed | Halted:
    clock = time.monotonic()
    with Staging(job, desk, tell) as context:
        try:
            with _seldom_collecting():
                job.step.run(JobInputs(job, desk.catalogue, desk.objects), context)
            seconds = time.monotonic() - clock
            return Done(job.node, context.commit(seconds), seconds)
        except Exception as error:  # noqa: BLE001  # whatever a step raises is its node's result
            return failure(job, error, desk.objects.root)


@contextmanager
def _seldom_collecting() -> Iterator[None]:
    """Records come by the hundred thousand and refer back to nothing: looking among them for cycles after
    every few hundred took a fifth of a long film's cut."""
    before = gc.get_threshold()
    gc.set_threshold(COLLECT, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _decode(jobs: Sequence[Job], desk: Desk, tell: Tell) -> None:
    """One decode for a group of analysers, each committing its own result.

    An analyser that raises is left out and the rest read the file again; when an exception belongs to none
    of them, they read it one at a time.
    """
    groups = [list(jobs)]
    while groups:
        group = groups.pop(0)
        readers = _readers(group, desk, tell)
        try:
            blamed = _read(readers, desk, tell)
        finally:
            for reader in readers:
                reader.context.drop()
        left = [reader.job for reader in readers if not reader.ended]
        groups += [left] if blamed and left else [[job] for job in left]


def _readers(jobs: Sequence[Job], desk: Desk, tell: Tell) -> list[_Reader]:
    readers = []
    for job in jobs:
        context = Staging(job, desk, tell)
        try:
            inputs = JobInputs(job, desk.catalogue, desk.objects)
            consumer = cast(AnalyserStep, job.step).consumer(inputs, context)
        except Exception as error:  # noqa: BLE001  # whatever a step raises is its node's result
            context.drop()
            tell(failure(job, error, desk.objects.root))
        else:
            readers.append(_Reader(job, consumer, context, tell, len(jobs)))
    return readers


def _read(readers: Sequence[_Reader], desk: Desk, tell: Tell) -> bool:
    """Read the file through once; whether every exception met belongs to an analyser."""
    # PyAV is loaded only in a process that decodes.
    from answerprint.media.fanout import fan_out

    def progress(share: float) -> None:
        for reader in readers:
            if not reader.ended:
                reader.context.progress(share, 1.0)

    if not readers:
        return True
    try:
        fan_out(cast(Path, readers[0].job.inputs[MEDIA].path), readers, progress=progress)
        if unfinished := [reader.job.node for reader in readers if not reader.ended]:
            raise EngineError("AP-ENGINE-021", f"the decode ended before {', '.join(unfinished)} did")
    except Exception as error:  # noqa: BLE001  # told as the result of the analyser it belongs to
        waiting = [reader for reader in readers if not reader.ended]
        culprit = getattr(error, "consumer", None)
        guilty = waiting if len(waiting) == 1 else [reader for reader in waiting if reader is culprit]
        for reader in guilty:
            reader.ended = True
            tell(failure(reader.job, error, desk.objects.root))
        return bool(guilty)
    return True


class _Reader:
    """One analyser in a decode group: passes blocks on, counts its seconds, commits when it has finished."""

    def __init__(self, job: Job, consumer: Consumer, context: Staging, tell: Tell, group_size: int) -> None:
        self.job = job
        self.context = context
        self.ended = False
        self._consumer = consumer
        self._tell = tell
        self._group_size = group_size
        self._started = time.monotonic()
        self._own = 0.0  # seconds spent in this analyser's own code

    @property
    def wants(self) -> Wants:
        return self._consumer.wants

    def picture(self, block: PictureBlock) -> None:
        clock = time.monotonic()
        self._consumer.picture(block)
        self._own += time.monotonic() - clock

    def sound(self, block: SoundBlock) -> None:
        clock = time.monotonic()
        self._consumer.sound(block)
        self._own += time.monotonic() - clock

    def finish(self, summary: DecodeSummary) -> None:
        """Commit the analyser's result. Its seconds are its own and its share of the decode's."""
        clock = time.monotonic()
        self._consumer.finish(summary)
        now = time.monotonic()
        self._own += now - clock
        seconds = self._own + max(0.0, now - self._started - self._own) / self._group_size
        outputs = self.context.commit(seconds)
        self.ended = True
        self._tell(Done(self.job.node, outputs, seconds))
