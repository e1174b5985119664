"""From measures to confidence: more of a difference is never less of a finding, and thresholds are true."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerprint.departments.editorial.continuity_calibration import CONDITIONS, KINDS, Curve, curves

LOGIT = Curve(bias=-5.0, report=0.5, weights={"stops": 4.0, "other": -1.0}, scales={"stops": 0.1})


def test_every_kind_has_its_curve_and_is_said_from_some_confidence_on() -> None:
    assert set(curves()) == set(KINDS)
    for curve in curves().values():
        assert 0 < curve.report < 1
        assert set(curve.scales) <= set(curve.weights) and all(scale > 0 for scale in curve.scales.values())
        assert curve.confidence({}) < curve.report, "nothing measured is nothing said"


def test_confidence_is_the_logistic_of_the_weighted_logs() -> None:
    wanted = 1 / (1 + math.exp(-(-5 + 4 * math.log1p(0.9 / 0.1))))
    assert LOGIT.confidence({"stops": 0.9}) == pytest.approx(wanted)
    assert LOGIT.confidence({"stops": 0.9, "other": 1.0}) < wanted


@given(
    kind=st.sampled_from(KINDS),
    values=st.lists(st.floats(0, 100), min_size=3, max_size=3),
    more=st.floats(0.01, 50),
)
def test_more_of_a_measure_is_never_less_of_a_finding(kind: str, values: list[float], more: float) -> None:
    curve = curves()[kind]
    features = dict(zip(curve.scales, values, strict=False))
    for name in curve.scales:
        if name in ("noise", *CONDITIONS):
            continue
        raised = features | {name: features.get(name, 0.0) + more}
        assert curve.confidence(raised) >= curve.confidence(features) - 1e-12


@given(stops=st.floats(0, 5), other=st.sampled_from([0.0, 1.0]))
def test_the_threshold_is_the_value_from_which_it_is_said(stops: float, other: float) -> None:
    least = LOGIT.threshold({"stops": stops, "other": other}, "stops")
    assert least is not None
    assert LOGIT.confidence({"stops": least, "other": other}) == pytest.approx(LOGIT.report)
    assert LOGIT.confidence({"stops": 0.9 * least, "other": other}) < LOGIT.report


def test_a_measure_without_a_say_has_no_threshold() -> None:
    assert LOGIT.threshold({"stops": 1.0}, "other") is None
    assert LOGIT.threshold({"stops": 1.0}, "green") is None
