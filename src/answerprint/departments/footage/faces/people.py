"""Who is who: faces grouped by how alike their vectors are, names kept to the places people gave them.

Average linkage over cosines, held to two rules: two faces seen at once are two people, and a group has one
name at most, so that people with names are never merged or exchanged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import msgspec
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
MOST = 4_000  # faces grouped at once: their cosines fill 64 MB


class People(msgspec.Struct, frozen=True, kw_only=True):
    """asset → number of the face in its `faces.1`, as text (JSON has no other keys) → its label."""

    labels: dict[str, dict[str, str]] = {}
    backend: str = ""
    grouped: int = 0  # faces that had a vector
    threshold: float | None = None

    def of(self, asset: str) -> dict[int, str]:
        """The labels of one file's faces, by number."""
        return {int(number): label for number, label in self.labels.get(asset, {}).items()}


@dataclass(frozen=True)
class Member:
    """A face through a shot: its file, when (seconds), its vectors (k, d), and its name if it has one."""

    asset: str
    number: int
    start: Fraction
    end: Fraction
    vectors: Floats
    name: str = ""


def grouped(members: Sequence[Member], threshold: float) -> list[str]:
    """A label for each member: its group's name, else person_1 … by who is seen first.

    threshold: the mean cosine from which on two groups are one person. A face without vectors stays alone.
    """
    groups = _named_first(members)
    sums = np.array([_sum(members, group) for group in groups], np.float64)
    counts = np.array([_count(members, group) for group in groups], np.float64)
    alive = list(range(len(groups)))
    if len(alive) > 1 and sums.shape[1]:
        _merge(members, groups, sums, counts, threshold)
    labels = [""] * len(members)
    number = 0
    for group in sorted((one for one in groups if one), key=min):
        name = next((members[one].name for one in group if members[one].name), "")
        if not name:
            number += 1
        for one in group:
            labels[one] = name or f"person_{number}"
    return labels


def _named_first(members: Sequence[Member]) -> list[list[int]]:
    """Groups to begin with: those of one name together, everybody else alone."""
    names: dict[str, list[int]] = {}
    groups: list[list[int]] = []
    for index, one in enumerate(members):
        if one.name and one.name in names:
            names[one.name].append(index)
            continue
        group = [index]
        groups.append(group)
        if one.name:
            names[one.name] = group
    return groups


def _merge(
    members: Sequence[Member], groups: list[list[int]], sums: Doubles, counts: Doubles, threshold: float
) -> None:
    """Joins the two most alike groups again and again; a merged group is left empty."""
    able = counts > 0
    means = sums / np.maximum(counts, 1)[:, None]
    alike = means @ means.T
    np.fill_diagonal(alike, -np.inf)
    alike[~able] = alike[:, ~able] = -np.inf
    while True:
        place = int(np.argmax(alike))
        one, other = divmod(place, len(groups))
        if alike[one, other] < threshold:
            return
        if not _may_join(members, groups[one], groups[other]):
            alike[one, other] = alike[other, one] = -np.inf
            continue
        forbidden = np.isneginf(alike[one]) | np.isneginf(alike[other])
        groups[one] += groups[other]
        groups[other] = []
        sums[one] += sums[other]
        counts[one] += counts[other]
        means[one] = sums[one] / counts[one]
        fresh = means @ means[one]
        fresh[forbidden] = -np.inf
        fresh[one] = -np.inf
        alike[one] = alike[:, one] = fresh
        alike[other] = alike[:, other] = -np.inf


def _may_join(members: Sequence[Member], group: Sequence[int], other: Sequence[int]) -> bool:
    names = {members[one].name for one in (*group, *other)} - {""}
    if len(names) > 1:
        return False
    times: Mapping[str, list[Member]] = _by_asset(members, group)
    return not any(
        mine.start < members[one].end and members[one].start < mine.end
        for one in other
        for mine in times.get(members[one].asset, ())
    )


def _by_asset(members: Sequence[Member], group: Sequence[int]) -> dict[str, list[Member]]:
    found: dict[str, list[Member]] = {}
    for one in group:
        found.setdefault(members[one].asset, []).append(members[one])
    return found


def _sum(members: Sequence[Member], group: Sequence[int]) -> Doubles:
    dimensions = max((one.vectors.shape[1] for one in members if one.vectors.size), default=0)
    total = np.zeros(dimensions, np.float64)
    for one in group:
        if members[one].vectors.size:
            mean = members[one].vectors.astype(np.float64).mean(0)
            total += mean / max(float(np.linalg.norm(mean)), 1e-9)
    return total


def _count(members: Sequence[Member], group: Sequence[int]) -> int:
    return sum(1 for one in group if members[one].vectors.size)
