"""A lower bound for many actors: groups of actors solved on their own, added up.

Holding a group costs at least what it costs when nobody else has to be considered, and every actor's hold
cost is counted in one group only (README.md, bound 3).
"""

from __future__ import annotations

import time

import numpy as np

from answerprint.departments.planning.talent.branching import branch
from answerprint.departments.planning.talent.improving import insertion_start
from answerprint.departments.planning.talent.instance import Instance
from answerprint.departments.planning.talent.reductions import reduce


def grouped_bound(instance: Instance, size: int, generator: np.random.Generator, deadline: float) -> int:
    """What no order of the instance costs less than, in units of 1 / scale, working days included.

    size: actors in a group; a group's programme has 4^size states.
    """
    # Actors who cost much and work often force the most holding on one another.
    weight = instance.rates * (instance.works @ instance.days)
    ranked = np.argsort(-weight, kind="stable")
    groups = [ranked[start : start + size] for start in range(0, len(ranked), size)]
    bound = instance.working_cost
    for at, group in enumerate(groups):
        now = time.monotonic()
        stop = now + (deadline - now) / (len(groups) - at)
        parts, _ = reduce(
            Instance(name="", works=instance.works[group], rates=instance.rates[group], days=instance.days)
        )
        for part in parts:
            small = part.instance
            begin = time.monotonic()
            first = insertion_start(small, begin + (stop - begin) * 0.2)
            found = branch(small, first, small.working_cost, generator, stop, _nobody_listens, polish=False)
            if found is not None:
                bound += found.bound - small.working_cost
    return bound


def _nobody_listens(cost: int, bound: int) -> None:
    """A group's progress says nothing about the film."""
