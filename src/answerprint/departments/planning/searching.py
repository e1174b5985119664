"""Several searches side by side, each with a seed of its own, in processes that are spawned."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection

from answerprint.departments.planning.day_work import DayBook
from answerprint.departments.planning.improving import Report, anneal
from answerprint.departments.planning.problem import Problem

CHAINS = 2  # one for each core of a small machine; the same on every machine, so that results are too

Found = tuple[int, list[int], int]  # total, days, moves made


def search(
    problem: Problem,
    starts: Sequence[Sequence[int]],
    *,
    seed: int,
    moves: int,
    seconds: float | None = None,
    processes: int = CHAINS,
    report: Report | None = None,
    meanwhile: Callable[[], None] | None = None,
) -> list[Found]:
    """What each chain found, the best first. Chain n begins from start n (in turn) with seed + n.

    With seconds the chains are stopped then and the result may depend on the machine; without, it depends on
    the seed and the number of moves alone, whether the chains run side by side or one after another.
    meanwhile runs in this process before its own chain.
    """
    began = time.monotonic()
    deadline = None if seconds is None else began + seconds
    jobs = [(list(starts[n % len(starts)]), seed + n) for n in range(CHAINS)]
    others: list[tuple[Connection, int]] = []
    workers = []
    if processes > 1:
        context = get_context("spawn")
        for n, (start, own) in enumerate(jobs[1:], start=1):
            ours, theirs = context.Pipe(duplex=False)
            left = None if deadline is None else time.time() + deadline - time.monotonic()
            worker = context.Process(
                target=_chain, args=(theirs, problem, start, own, moves, left), daemon=True
            )
            worker.start()
            theirs.close()
            others.append((ours, n))
            workers.append(worker)
    if meanwhile is not None:
        meanwhile()
    alone = jobs if not others else jobs[:1]
    found: list[Found] = []
    for at, (start, own) in enumerate(alone):
        end = (
            None if deadline is None else time.monotonic() + (deadline - time.monotonic()) / (len(alone) - at)
        )
        found.append(anneal(problem, start, seed=own, moves=moves, deadline=end, report=report))
    for pipe, n in others:
        try:
            found.append(pipe.recv())
        except EOFError:  # the process was killed: its chain is run here, so that the result is the same
            start, own = jobs[n]
            found.append(anneal(problem, start, seed=own, moves=moves, deadline=deadline))
        finally:
            pipe.close()
    for worker in workers:
        worker.join()
    return sorted(found, key=lambda one: one[0])


def _chain(
    pipe: Connection, problem: Problem, start: list[int], seed: int, moves: int, until: float | None
) -> None:
    """A chain in a process of its own; until is a reading of the clock, which processes share."""
    deadline = None if until is None else time.monotonic() + until - time.time()
    pipe.send(anneal(problem, start, seed=seed, moves=moves, deadline=deadline, book=DayBook(problem)))
    pipe.close()
