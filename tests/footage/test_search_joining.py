"""Moments joined in time, held against the same asked of every pair in Python's whole numbers."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from answerprint.departments.footage.search import joining
from answerprint.departments.footage.search.joining import Moments

Span = tuple[int, int, int]  # asset, start, end
SPANS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(-40, 40), st.integers(1, 30)).map(
        lambda one: (one[0], 2 * one[1], 2 * (one[1] + one[2]))
    ),
    max_size=8,
)
FAR = 1 << 70  # ticks that no 64 bits hold


def moments(spans: Iterable[Span], clause: int, off: int = 0) -> Moments:
    rows = list(spans)
    kind: type = object if off else np.int64
    refs = np.full((len(rows), 2), -1, np.int32)
    refs[:, clause] = np.arange(len(rows))
    return Moments(
        np.array([one[0] for one in rows], np.int32),
        np.array([one[1] + off for one in rows], kind),
        np.array([one[2] + off for one in rows], kind),
        np.ones(len(rows), np.float32),
        refs,
    )


def spans(found: Moments, off: int = 0) -> list[Span]:
    return sorted(
        (int(asset), int(start) - off, int(end) - off)
        for asset, start, end in zip(found.asset, found.start, found.end, strict=True)
    )


@given(SPANS, SPANS, st.sampled_from([0, FAR]))
def test_together_is_what_both_share(first: list[Span], second: list[Span], off: int) -> None:
    wanted = [
        (a[0], max(a[1], b[1]), min(a[2], b[2]))
        for a in first
        for b in second
        if a[0] == b[0] and max(a[1], b[1]) < min(a[2], b[2])
    ]
    found = joining.together(moments(first, 0, off), moments(second, 1, off))
    assert spans(found, off) == sorted(wanted)
    for row in range(len(found)):  # and it says from which two it came
        a, b = first[found.refs[row, 0]], second[found.refs[row, 1]]
        assert (int(found.start[row]) - off, int(found.end[row]) - off) == (max(a[1], b[1]), min(a[2], b[2]))


@given(SPANS, SPANS, st.integers(0, 20))
def test_near_finds_whatever_has_a_neighbour_within_the_window(
    first: list[Span], second: list[Span], window: int
) -> None:
    def gap(a: Span, b: Span) -> int:
        return max(a[1] - b[2], b[1] - a[2], 0)

    def close(a: Span, b: Span) -> bool:
        touching = max(a[1] - b[2], b[1] - a[2]) < 0 or window > 0
        return a[0] == b[0] and gap(a, b) <= window and touching

    wanted = {a for a in first if any(close(a, b) for b in second)}
    found = joining.near(moments(first, 0), moments(second, 1), window)
    assert {first[ref] for ref in found.refs[:, 0]} == wanted
    for row in range(len(found)):
        a, b = first[found.refs[row, 0]], second[found.refs[row, 1]]
        assert gap(a, b) == min(gap(a, other) for other in second if other[0] == a[0])
        assert spans(found.take(np.array([row]))) == [(a[0], min(a[1], b[1]), max(a[2], b[2]))]


@given(SPANS, SPANS, st.integers(0, 20), st.integers(0, 6))
def test_following_begins_after_the_other_has_ended(
    first: list[Span], second: list[Span], window: int, slack: int
) -> None:
    def follows(a: Span, b: Span) -> bool:
        return a[0] == b[0] and a[2] - slack <= b[1] <= a[2] + window and b[1] > a[1] and b[2] > a[2]

    wanted = {b for b in second if any(follows(a, b) for a in first)}
    found = joining.following(moments(first, 0), moments(second, 1), window, slack, whole=False)
    assert {second[ref] for ref in found.refs[:, 1]} == wanted
    assert all(follows(first[a], second[b]) for a, b in found.refs)
    before = joining.preceding(moments(first, 0), moments(second, 1), window, slack)
    assert {first[ref] for ref in before.refs[:, 0]} == {
        a for a in first if any(follows(a, b) for b in second)
    }


@given(SPANS, SPANS, st.sampled_from([0, FAR]))
def test_nothing_excluded_is_left_in_and_everything_else_is(
    first: list[Span], excluded: list[Span], off: int
) -> None:
    found = joining.without(moments(first, 0, off), moments(excluded, 1, off), 0.0)
    ticks = sorted(
        (asset, tick) for asset, start, end in set(spans(found, off)) for tick in range(start, end)
    )
    gone = {(asset, tick) for asset, start, end in excluded for tick in range(start, end)}
    assert not gone & set(ticks)
    kept = {(asset, tick) for asset, start, end in first for tick in range(start, end)} - gone
    assert set(ticks) == kept


def test_too_little_of_a_moment_is_no_moment() -> None:
    whole, most = moments([(0, 0, 100)], 0), moments([(0, 0, 90)], 1)
    assert spans(joining.without(whole, most, 0.25)) == []
    assert spans(joining.without(whole, most, 0.05)) == [(0, 90, 100)]


@given(SPANS, SPANS)
def test_touched_is_whatever_shares_time(first: list[Span], second: list[Span]) -> None:
    met = joining.touched(moments(first, 0), moments(second, 1))
    wanted = [any(a[0] == b[0] and a[1] < b[2] and b[1] < a[2] for b in second) for a in first]
    assert met.tolist() == wanted


@given(SPANS)
def test_run_together_covers_the_same_time_without_seams(given_spans: list[Span]) -> None:
    found = spans(joining.run_together(moments(given_spans, 0)))
    ticks = {(asset, tick) for asset, start, end in given_spans for tick in range(start, end)}
    if len(given_spans) > 1:
        assert {(a, t) for a, start, end in found for t in range(start, end)} == ticks
        assert len(found) == sum((asset, tick - 1) not in ticks for asset, tick in ticks)
