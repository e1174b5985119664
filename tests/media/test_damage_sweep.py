"""Hundreds of changed files: none crashes or hangs the inspection, and what is broken is found."""

from __future__ import annotations

from pathlib import Path

import pytest
from damage_sweep import FILES, SHORTER, cases, inspect_all, table

CODED = ("mp4", "mkv", "ts")  # whose payload shows its changes


def test_changed_files_never_crash_and_shortened_ones_are_always_found(tmp_path: Path) -> None:
    results = inspect_all(list(cases(tmp_path, list(FILES), 8, seed=1, small=True)))
    print("\n" + table(results))
    assert len(results) == 40
    assert [result.case for result in results if result.said is None] == []
    assert [one.case for one in results if one.case.way in SHORTER and not one.found] == []
    coded = [result for result in results if result.case.kind in CODED]
    assert sum(result.found for result in coded) >= len(coded) - 2
    assert all(result.explained for result in results if result.found)


@pytest.mark.slow
def test_at_least_95_of_100_changed_films_are_found(tmp_path: Path) -> None:
    results = inspect_all(list(cases(tmp_path, list(FILES), 80, seed=2)))
    print("\n" + table(results))
    assert len(results) >= 300
    assert [result.case for result in results if result.said is None] == []
    assert [one.case for one in results if one.case.way in SHORTER and not one.found] == []
    for kind in CODED:
        row = [result for result in results if result.case.kind == kind]
        missed = [result.case for result in row if not result.found]
        assert len(missed) <= 0.05 * len(row), missed
    assert all(result.explained for result in results if result.found)
