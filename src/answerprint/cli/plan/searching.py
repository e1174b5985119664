"""How long a schedule is searched for: the options that commands with a search share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from answerprint.core.errors import UsageError

if TYPE_CHECKING:
    from answerprint.departments.planning.scheduling import Effort

Iterations = Annotated[
    int | None, typer.Option("--iterations", help="Moves to try instead: the same result on any machine.")
]
Seed = Annotated[int, typer.Option("--seed", help="Another seed, another search.")]


def effort_of(seconds: float, iterations: int | None, seed: int) -> Effort:
    """The search's effort. Raises UsageError AP-USE-178 for times and numbers that no search can take."""
    from answerprint.departments.planning.scheduling import Effort

    if not 0.5 <= seconds <= 86_400 or (iterations is not None and not 1 <= iterations <= 10**9):
        raise UsageError(
            "AP-USE-178", "no search can take that long", remedy="--seconds 0.5 to 86400, --iterations from 1"
        )
    return Effort(seed=seed, seconds=seconds, moves=iterations)
