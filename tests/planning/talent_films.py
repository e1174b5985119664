"""Small random talent instances, and their optimum by trying every order."""

from __future__ import annotations

from itertools import permutations

import numpy as np

from answerprint.departments.planning.talent import Instance


def random_film(generator: np.random.Generator, scenes: int, actors: int, density: float) -> Instance:
    """Actors without scenes, scenes without cast, unpaid actors and scenes of no length may all occur."""
    return Instance(
        name="random",
        works=generator.random((actors, scenes)) < density,
        rates=generator.integers(0 if generator.random() < 0.2 else 1, 12, actors),
        days=generator.integers(0 if generator.random() < 0.2 else 1, 5, scenes),
    )


def little_film(generator: np.random.Generator, most_scenes: int) -> Instance:
    density = float(generator.choice([0.15, 0.25, 0.35, 0.5, 0.7]))
    scenes, actors = int(generator.integers(1, most_scenes + 1)), int(generator.integers(1, 9))
    return random_film(generator, scenes, actors, density)


def paid(film: Instance, order: list[int] | tuple[int, ...]) -> int:
    """What an order costs, said again: whoever has begun and has scenes left is paid for every scene."""
    cost = 0
    for place, scene in enumerate(order):
        for actor in range(film.actors):
            begun = any(film.works[actor, one] for one in order[: place + 1])
            goes_on = any(film.works[actor, one] for one in order[place:])
            if begun and goes_on:
                cost += int(film.rates[actor] * film.days[scene])
    return cost


def cheapest_of_all(film: Instance) -> int:
    """The least cost over every permutation."""
    orders = np.array(list(permutations(range(film.scenes))))
    cost = np.zeros(len(orders), dtype=np.int64)
    days = film.days[orders]
    for actor in range(film.actors):
        works = film.works[actor][orders]
        begun = np.logical_or.accumulate(works, axis=1)
        goes_on = np.logical_or.accumulate(works[:, ::-1], axis=1)[:, ::-1]
        cost += film.rates[actor] * (days * (begun & goes_on)).sum(axis=1)
    return int(cost.min())
