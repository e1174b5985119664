"""Who meets whom: the weighted graph of shared scenes, centralities, and the groups it falls into."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.script.analysis.manuscript import Manuscript, round_to
from answerprint.departments.script.analysis.records import Part, Passage, ScriptFinding, Tie

MOST_NAMES = 120  # the largest parts: a graph of more is no picture
NAMES_SHOWN = 5
CROWDED = 25  # present in one scene: a feast ties nobody to anybody in particular
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Network:
    """The graph and what was measured in it. Arrays are in the order of `names`."""

    names: tuple[str, ...]
    weights: Floats  # (names, names), symmetric, zero diagonal
    shared: NDArray[np.int64]  # scenes together
    strength: Floats
    betweenness: Floats  # share of the shortest paths between others, 0 to 1
    eigenvector: Floats  # unit length
    community: tuple[int, ...]
    modularity: float


def network(script: Manuscript) -> tuple[Network, tuple[Tie, ...], Part]:
    """The network of those who are present together, with findings on its centre and its parts."""
    names = tuple(name for name in script.cast if not script.names.is_crowd(name))[:MOST_NAMES]
    place = {name: index for index, name in enumerate(names)}
    weights = np.zeros((len(names), len(names)))
    shared = np.zeros((len(names), len(names)), np.int64)
    for scene in script.scenes:
        there = [place[name] for name in scene.present if name in place][:CROWDED]
        for one, other in combinations(there, 2):
            # A scene shares one meeting among those present (Newman 2001): a crowd ties loosely.
            weights[one, other] += 1 / (len(there) - 1)
            weights[other, one] = weights[one, other]
            shared[one, other] += 1
            shared[other, one] = shared[one, other]
    community, modularity = communities(weights)
    graph = Network(
        names=names,
        weights=weights,
        shared=shared,
        strength=np.asarray(weights.sum(axis=1), float),
        betweenness=betweenness(weights),
        eigenvector=eigenvector(weights),
        community=community,
        modularity=modularity,
    )
    ties = tuple(
        Tie(
            one=names[one],
            other=names[other],
            scenes=int(shared[one, other]),
            weight=round_to(float(weights[one, other])),
        )
        for one, other in combinations(range(len(names)), 2)
        if shared[one, other]
    )
    return graph, ties, _findings(script, graph)


def eigenvector(weights: Floats) -> Floats:
    """Eigenvector centrality: the leading eigenvector, not negative, of unit length; zeros for no ties."""
    if not weights.size or not weights.any():
        return np.zeros(len(weights))
    _, vectors = np.linalg.eigh(weights)
    leading = np.abs(vectors[:, -1])
    return np.asarray(leading / max(float(np.linalg.norm(leading)), 1e-12), float)


def betweenness(weights: Floats) -> Floats:
    """Brandes (2001) on distances 1/weight, as the share of pairs of others, 0 to 1."""
    count = len(weights)
    score = np.zeros(count)
    near = [[(int(v), 1 / weights[u, v]) for v in np.flatnonzero(weights[u])] for u in range(count)]
    for source in range(count):
        distance = [float("inf")] * count
        paths = [0.0] * count
        before: list[list[int]] = [[] for _ in range(count)]
        distance[source], paths[source] = 0.0, 1.0
        queue: list[tuple[float, int]] = [(0.0, source)]
        order: list[int] = []
        done = [False] * count
        while queue:
            far, node = heappop(queue)
            if done[node]:
                continue
            done[node] = True
            order.append(node)
            for other, step in near[node]:
                reach = far + step
                if reach < distance[other] - 1e-12:
                    distance[other] = reach
                    paths[other] = paths[node]
                    before[other] = [node]
                    heappush(queue, (reach, other))
                elif abs(reach - distance[other]) <= 1e-12 and not done[other]:
                    paths[other] += paths[node]
                    before[other].append(node)
        owed = [0.0] * count
        for node in reversed(order):
            for one in before[node]:
                owed[one] += paths[one] / paths[node] * (1 + owed[node])
            if node != source:
                score[node] += owed[node]
    return score / ((count - 1) * (count - 2)) if count > 2 else score * 0.0


def communities(weights: Floats) -> tuple[tuple[int, ...], float]:
    """Groups by greedy modularity (Clauset, Newman & Moore 2004), numbered by size, and the modularity."""
    count = len(weights)
    total = float(weights.sum())
    if count == 0 or total == 0:
        return tuple(range(count)), 0.0
    shares = weights / total
    ends = shares.sum(axis=1)
    groups = {index: [index] for index in range(count)}
    between = shares.copy()
    quality = float(-(ends**2).sum())
    held = ends.copy()
    while len(groups) > 1:
        live = sorted(groups)
        gain = 2 * (between[np.ix_(live, live)] - np.outer(held[live], held[live]))
        np.fill_diagonal(gain, -1.0)
        gain[between[np.ix_(live, live)] == 0] = -1.0
        best = int(np.argmax(gain))
        one, other = live[best // len(live)], live[best % len(live)]
        if gain.flat[best] <= 1e-12:
            break
        quality += float(gain.flat[best])
        groups[one] += groups.pop(other)
        between[one] += between[other]
        between[:, one] += between[:, other]
        between[one, one] = 0.0
        held[one] += held[other]
    number = [0] * count
    ranked = sorted(groups.values(), key=lambda one: (-len(one), min(one)))
    for index, members in enumerate(ranked):
        for member in members:
            number[member] = index
    return tuple(number), quality


def components(weights: Floats) -> list[list[int]]:
    """Groups without any tie between them, largest first."""
    left = set(range(len(weights)))
    found: list[list[int]] = []
    while left:
        reached = {left.pop()}
        edge = list(reached)
        while edge:
            node = edge.pop()
            fresh = {int(one) for one in np.flatnonzero(weights[node])} - reached
            reached |= fresh
            edge += fresh
        left -= reached
        found.append(sorted(reached))
    return sorted(found, key=lambda one: (-len(one), one))


def _findings(script: Manuscript, graph: Network) -> Part:
    part = Part()
    if len(graph.names) < 3:
        return part
    part.measures["network.modularity"] = (round_to(graph.modularity),)
    centre = int(np.argmax(graph.strength))
    talker = graph.names[0]
    bridge = int(np.argmax(graph.betweenness))
    together = np.argsort(-graph.weights[centre])[:3]
    partners = ", ".join(graph.names[int(one)] for one in together if graph.weights[centre, int(one)] > 0)
    text = f"{graph.names[centre]} is the centre (shares scenes most with {partners or 'nobody'})"
    if graph.names[centre] != talker:
        text += f", though {talker} speaks most"
    if bridge != centre and graph.betweenness[bridge] > 0:
        text += f"; {graph.names[bridge]} is the bridge between the others"
    share = float(graph.strength[centre] / max(1e-9, graph.strength.sum()))
    part.measures["network.centre_share"] = (round_to(share),)
    part.findings.append(
        ScriptFinding(
            kind="network.centre",
            summary=text,
            evidence=_meetings(script, graph.names[centre], graph.names[int(together[0])]),
            value=round_to(share),
            measure="share of all co-presence",
            subject=graph.names[centre],
            reference="network.centre_share",
        )
    )
    groups = Counter(graph.community)
    members = [
        _company([name for name, group in zip(graph.names, graph.community, strict=True) if group == one])
        for one, size in sorted(groups.items())
        if size > 1
    ]
    part.findings.append(
        ScriptFinding(
            kind="network.groups",
            summary=f"{len(members)} groups keep to themselves: {'; '.join(members)}"
            if graph.modularity >= 0.3
            else "the cast is one company: no groups keep to themselves",
            value=round_to(graph.modularity),
            threshold=0.3,  # Newman & Girvan 2004: .3 to .7 where there is community structure
            measure="modularity",
            reference="network.modularity",
        )
    )
    apart = components(graph.weights)
    for group in apart[1:]:
        if len(group) > 1:
            names = [graph.names[one] for one in group]
            part.findings.append(
                ScriptFinding(
                    kind="network.apart",
                    summary=f"{', '.join(names)} never share a scene with the rest of the cast",
                    evidence=_meetings(script, names[0], names[1]),
                    value=float(len(group)),
                    threshold=0.0,
                    measure="characters without a tie to the main company",
                    subject=names[0],
                )
            )
    return part


def _company(names: list[str]) -> str:
    shown = ", ".join(names[:NAMES_SHOWN])
    return shown if len(names) <= NAMES_SHOWN else f"{shown} and {len(names) - NAMES_SHOWN} more"


def _meetings(script: Manuscript, one: str, other: str) -> tuple[Passage, ...]:
    found = [scene.passage() for scene in script.scenes if {one, other} <= set(scene.present)]
    return tuple(found[:3])
