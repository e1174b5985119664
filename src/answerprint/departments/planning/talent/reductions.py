"""What can be settled before any search: equal scenes, actors who never wait, parts that share nobody.

Why each is sound stands in README.md, rules 1 to 5.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from answerprint.departments.planning.talent.instance import Bools, Instance, Orders, Whole


@dataclass(frozen=True)
class Part:
    """Scenes and actors that share nobody with the rest of the film, reduced.

    instance: the reduced instance; its costs are in the same unit as the whole film's, and its hold costs are
    hold costs of the film. scenes: for each reduced scene, the scenes of the film that it stands for.
    """

    instance: Instance
    scenes: tuple[tuple[int, ...], ...]


def reduce(instance: Instance) -> tuple[list[Part], list[int]]:
    """The parts of a film that need an order, and the scenes that may stand anywhere (nobody waits for them).

    The film's cheapest order is the parts' cheapest orders one after the other.
    """
    works, rates, days = instance.works.copy(), instance.rates.copy(), instance.days.copy()
    scenes: list[list[int]] = [[one] for one in range(instance.scenes)]
    free: list[int] = []
    while True:
        shape = works.shape
        kept = (works.sum(axis=1) > 1) & (rates > 0)
        works, rates = works[kept], rates[kept]
        works, rates = _actors_together(works, rates)
        works, days, scenes = _scenes_together(works, days, scenes)
        empty = ~works.any(axis=0)
        for scene in np.flatnonzero(empty):
            free += scenes[scene]
        scenes = [scenes[one] for one in np.flatnonzero(~empty)]
        works, days = works[:, ~empty], days[~empty]
        if works.shape == shape:
            break
    parts = []
    for actors, inside in _components(works):
        parts.append(
            Part(
                instance=Instance(
                    name=instance.name,
                    works=works[np.ix_(actors, inside)],
                    rates=rates[actors],
                    days=days[inside],
                ),
                scenes=tuple(tuple(scenes[one]) for one in inside),
            )
        )
    return parts, free


def film_order(parts: list[Part], orders: list[Orders], free: list[int]) -> list[int]:
    """The order of the film's own scenes (from 0) that the parts' orders stand for."""
    film = [
        scene
        for part, order in zip(parts, orders, strict=True)
        for one in order
        for scene in part.scenes[one]
    ]
    return film + free


def _scenes_together(
    works: Bools, days: Whole, scenes: list[list[int]]
) -> tuple[Bools, Whole, list[list[int]]]:
    place: dict[bytes, int] = {}
    groups: list[list[int]] = []
    for scene in range(works.shape[1]):
        key = works[:, scene].tobytes()
        if key not in place:
            place[key] = len(groups)
            groups.append([])
        groups[place[key]].append(scene)
    first = np.array([group[0] for group in groups], dtype=np.intp)
    joined = np.array([days[group].sum() for group in groups], dtype=np.int64)
    return works[:, first], joined, [[one for scene in group for one in scenes[scene]] for group in groups]


def _actors_together(works: Bools, rates: Whole) -> tuple[Bools, Whole]:
    place: dict[bytes, int] = {}
    groups: list[list[int]] = []
    for actor in range(works.shape[0]):
        key = works[actor].tobytes()
        if key not in place:
            place[key] = len(groups)
            groups.append([])
        groups[place[key]].append(actor)
    joined = np.array([rates[group].sum() for group in groups], dtype=np.int64)
    return works[np.array([group[0] for group in groups], dtype=np.intp)], joined


def _components(works: Bools) -> list[tuple[list[int], list[int]]]:
    left = set(range(works.shape[0]))
    found = []
    while left:
        actors = {min(left)}
        while True:
            inside = works[sorted(actors)].any(axis=0)
            wider = set(np.flatnonzero(works[:, inside].any(axis=1)).tolist())
            if wider == actors:
                break
            actors = wider
        left -= actors
        found.append((sorted(actors), np.flatnonzero(inside).tolist()))
    return found
