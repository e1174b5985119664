"""P80 means 80 per cent, on productions by other rules than the model's: the study of bench/risk.py."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

BENCH = Path(__file__).resolve().parents[2] / "bench" / "risk.py"


@pytest.fixture(scope="module")
def study() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bench_risk", BENCH)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["bench_risk"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_p80_covers_four_of_five_unseen_productions(study: ModuleType) -> None:
    rows = study.summary(list(study.study(130, seed=4)))
    for what in ("money", "days"):
        count, covered = next(
            (count, covered)
            for family, thing, way, count, covered, _, _ in rows
            if (family, thing, way) == ("all", what, "answerprint")
        )
        assert count >= 2000
        assert 0.76 <= covered[2] <= 0.84


def test_a_forecast_covers_nothing_twice_and_everything_once(study: ModuleType) -> None:
    runs = np.array([1.0] * 5 + [2.0] * 5)
    assert study._covered(runs, 3.0).tolist() == [0, 0, 0, 0]
    assert study._covered(runs, 0.5).tolist() == [1, 1, 1, 1]
    # An outcome on a step takes the part of it that lies below the level.
    assert study._covered(runs, 2.0).tolist() == pytest.approx([0, 0, 0.6, 0.8])
