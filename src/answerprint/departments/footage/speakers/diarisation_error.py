"""The diarisation error rate as NIST's md-eval counts it: overlaps scored, no collar.

At every moment misses are people who speak and are not found, false alarms are found and do not speak, and
confusions are found as somebody else, under the one-to-one naming that agrees longest with the truth.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

Span = tuple[int, int, str]  # start and end in ticks (half-open), and who


@dataclass(frozen=True)
class DiarisationError:
    """Ticks of people's time: one person missed for a second counts a second, two count two."""

    spoken: int  # of the truth
    missed: int
    false: int
    confused: int
    names: Mapping[str, str]  # found name → true name

    @property
    def rate(self) -> float:
        """The three errors over the time spoken; may exceed 1. nan where the truth says nothing is spoken."""
        return (self.missed + self.false + self.confused) / self.spoken if self.spoken else float("nan")


def diarisation_error(truth: Iterable[Span], found: Iterable[Span]) -> DiarisationError:
    """Compares turns with the truth. Turns of one person that overlap each other count once."""
    true_turns, found_turns = _by_person(truth), _by_person(found)
    true_names, found_names = sorted(true_turns), sorted(found_turns)
    edges = np.unique(
        [
            tick
            for turns in (true_turns, found_turns)
            for one in turns.values()
            for span in one
            for tick in span
        ]
    ).astype(np.int64)
    lengths = np.diff(edges)
    true = _speaking([true_turns[name] for name in true_names], edges)
    heard = _speaking([found_turns[name] for name in found_names], edges)
    together = (true * lengths) @ heard.T  # ticks that each pair shares
    rows, columns = linear_sum_assignment(together, maximize=True)
    pairs = [(i, j) for i, j in zip(rows, columns, strict=True) if together[i, j] > 0]
    right = np.zeros(len(lengths), np.int64)
    for i, j in pairs:
        right += true[i] * heard[j]
    need, have = true.sum(axis=0), heard.sum(axis=0)
    return DiarisationError(
        spoken=int(need @ lengths),
        missed=int(np.maximum(need - have, 0) @ lengths),
        false=int(np.maximum(have - need, 0) @ lengths),
        confused=int((np.minimum(need, have) - right) @ lengths),
        names={found_names[j]: true_names[i] for i, j in pairs},
    )


def _by_person(spans: Iterable[Span]) -> dict[str, list[tuple[int, int]]]:
    found: dict[str, list[tuple[int, int]]] = {}
    for start, end, name in spans:
        if end > start:
            found.setdefault(name, []).append((start, end))
    return found


def _speaking(people: list[list[tuple[int, int]]], edges: np.ndarray) -> np.ndarray:
    """(people, stretches between edges) of 0 and 1."""
    marked = np.zeros((len(people), max(0, len(edges) - 1)), np.int64)
    for person, spans in enumerate(people):
        for start, end in spans:
            marked[person, np.searchsorted(edges, start) : np.searchsorted(edges, end)] = 1
    return marked
