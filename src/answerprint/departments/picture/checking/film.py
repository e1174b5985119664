"""A programme's measures with its shots, and what detectors find in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.departments.picture.checking.measures import Column

Flags = NDArray[np.bool_]


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """Something noticed in pictures [first, end), or in the file where they are None.

    value was measured, limit is what it was held against, both in `unit`. evidence: further values by name.
    milder: by so many degrees of severity less strictly than its kind: it may well be meant.
    """

    kind: str
    message: str
    first: int | None = None
    end: int | None = None
    value: float | None = None
    limit: float | None = None
    unit: str = ""
    evidence: dict[str, float | str] = {}
    source: str = ""  # who asks for it, where it is not the rule's own
    milder: int = 0


class Film(msgspec.Struct, frozen=True, kw_only=True):
    """columns: what PictureMeter and MovementMeter measured, a value a picture. shots: half-open, all of
    them. passing: pictures of dissolves, fades and wipes, half-open. rate: pictures a second."""

    columns: Mapping[str, Column]
    rate: float
    shots: Sequence[tuple[int, int]]
    passing: Sequence[tuple[int, int]] = ()

    @property
    def count(self) -> int:
        return len(self.columns["mean"])

    def shot_of(self, number: int) -> tuple[int, int]:
        starts = [start for start, _ in self.shots]
        return self.shots[max(0, int(np.searchsorted(starts, number, side="right")) - 1)]

    def in_passing(self, beside: int = 0) -> Flags:
        """Whether each picture is of a transition, or so near one."""
        flags = np.zeros(self.count, np.bool_)
        for first, end in self.passing:
            flags[max(0, first - beside) : end + beside] = True
        return flags

    def black(self) -> Flags:
        """Pictures on which there is nothing to see."""
        return np.asarray((self.columns["mean"] < 0.025) & (self.columns["p999"] < 0.05), np.bool_)


def runs(flags: Flags, join: int = 0) -> list[tuple[int, int]]:
    """Stretches [first, end) of true values; those at most `join` apart are one."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    found: list[tuple[int, int]] = []
    for first, end in zip(edges[::2], edges[1::2], strict=True):
        if found and first - found[-1][1] <= join:
            found[-1] = found[-1][0], int(end)
        else:
            found.append((int(first), int(end)))
    return found


def beside(values: Column, reach: int, keep: Flags) -> tuple[Column, Column]:
    """The medians of what is kept of up to `reach` values before and after each; NaN where nothing is."""
    kept = np.where(keep, values, np.nan).astype(np.float32)
    gap = np.full(reach, np.nan, np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(np.concatenate([gap, kept, gap]), reach)
    medians = np.full(len(windows), np.nan, np.float32)
    some = np.isfinite(windows).any(axis=1)
    medians[some] = np.nanmedian(windows[some], axis=1)
    return medians[: len(values)], medians[reach + 1 : reach + 1 + len(values)]
