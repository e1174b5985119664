"""Several searches side by side, each with a seed of its own, in processes that are spawned."""

from __future__ import annotations

import time
from collections.abc import Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from answerprint.departments.planning.construction import first_boards
from answerprint.departments.planning.day_work import DayBook
from answerprint.departments.planning.improving import HOT, Report, anneal
from answerprint.departments.planning.problem import Problem

CHAINS = 2  # one for each core of a small machine; the same on every machine, so that results are too

Found = tuple[int, list[int], int]  # total, days, moves made


class Chains:
    """Searches begun at once and waited for later; the process that began them runs one itself.

    With an end (a reading of `time.monotonic`) the chains are stopped then and the result may depend on the
    machine; without, it depends on the seed and the number of moves alone, whether the chains run side by
    side or one after another.
    """

    def __init__(
        self,
        problem: Problem,
        *,
        seed: int,
        moves: int,
        end: float | None = None,
        processes: int = CHAINS,
        first: Sequence[int] | None = None,
        hot: float = HOT,
    ) -> None:
        self._problem, self._seed, self._moves, self._end = problem, seed, moves, end
        self._first, self._hot = first, hot
        self._others: list[tuple[Connection, BaseProcess, int]] = []
        if processes > 1:
            context = get_context("spawn")
            for n in range(1, CHAINS):
                ours, theirs = context.Pipe(duplex=False)
                arguments = (theirs, problem, n, seed, moves, end, first, hot)
                worker = context.Process(target=_chain, args=arguments, daemon=True)
                worker.start()
                theirs.close()
                self._others.append((ours, worker, n))

    def wait(self, report: Report | None = None, book: DayBook | None = None) -> list[Found]:
        """What each chain found, the best first."""
        alone = [0] if self._others else list(range(CHAINS))
        found: list[Found] = []
        for at, n in enumerate(alone):
            end = self._end
            if end is not None:  # what time is left is shared by the chains still to run
                now = time.monotonic()
                end = now + max(end - now, 0.1) / (len(alone) - at)
            found.append(self._run(n, end, report, book))
        for pipe, worker, n in self._others:
            try:
                found.append(pipe.recv())
            except EOFError:  # the process was killed: its chain is run here, so that the result is the same
                found.append(self._run(n, self._end, None, book))
            pipe.close()
            worker.join()
        return sorted(found, key=lambda one: one[0])

    def _run(self, n: int, end: float | None, report: Report | None, book: DayBook | None) -> Found:
        book = book or DayBook(self._problem)
        start = _start(self._problem, n, self._first, book)
        return anneal(
            self._problem,
            start,
            seed=self._seed + n,
            moves=self._moves,
            deadline=end,
            hot=self._hot,
            report=report,
            book=book,
        )


def _start(problem: Problem, n: int, first: Sequence[int] | None, book: DayBook) -> list[int]:
    """Where a chain begins: the board given, or by turns the best ways of working by hand."""
    if first is not None:
        return list(first)
    boards = first_boards(problem, book)
    return boards[n % len(boards)]


def _chain(
    pipe: Connection,
    problem: Problem,
    n: int,
    seed: int,
    moves: int,
    end: float | None,
    first: Sequence[int] | None,
    hot: float,
) -> None:
    """A chain in a process of its own; end is a reading of `time.monotonic`, which processes share."""
    book = DayBook(problem)
    start = _start(problem, n, first, book)
    pipe.send(anneal(problem, start, seed=seed + n, moves=moves, deadline=end, hot=hot, book=book))
    pipe.close()
