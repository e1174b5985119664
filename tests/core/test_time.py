"""Exact time: closed forms and properties."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerprint.core.time import Range, Rounding, Time, common_rate, round_ticks, time_document

rates = st.sampled_from(
    [Fraction(24000, 1001), Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(48000)]
    + [Fraction(44100), Fraction(90000), Fraction(1000), Fraction(120000, 1001), Fraction(15, 2)]
)
times = st.builds(Time, st.integers(-(10**12), 10**12), rates)


@st.composite
def ranges(draw: st.DrawFn) -> Range:
    one, other = draw(times), draw(times)
    return Range(min(one, other), max(one, other))


@given(times, times)
def test_sums_are_exact_whatever_the_rates(one: Time, other: Time) -> None:
    assert (one + other).seconds == one.seconds + other.seconds
    assert (one - other).seconds == one.seconds - other.seconds
    assert (one + other) - other == one
    assert one + -one == Time(0, one.rate)


@given(times, times)
def test_order_equality_and_hash_follow_the_value(one: Time, other: Time) -> None:
    assert (one < other) == (one.seconds < other.seconds)
    assert (one <= other) == (one.seconds <= other.seconds)
    assert (one == other) == (one.seconds == other.seconds)
    same = Time.of_seconds(one.seconds)
    assert same == one and hash(same) == hash(one)
    assert (same != one) is False and (one != other) == (one.seconds != other.seconds)


@given(times, rates)
def test_rounding_lands_on_the_right_side(time: Time, rate: Fraction) -> None:
    exact = time.seconds * rate
    floor, ceiling = time.frame(rate, Rounding.FLOOR), time.frame(rate, Rounding.CEILING)
    assert floor <= exact < floor + 1
    assert ceiling - 1 < exact <= ceiling
    assert abs(time.frame(rate) - exact) <= Fraction(1, 2)
    if exact.denominator == 1:
        assert time.frame(rate, Rounding.EXACT) == exact == floor == ceiling
    else:
        with pytest.raises(ValueError, match="whole number"):
            time.frame(rate, Rounding.EXACT)


def test_ties_go_to_the_later_tick() -> None:
    assert [round_ticks(Fraction(number, 2)) for number in (-3, -1, 1, 3)] == [-1, 0, 1, 2]


@given(rates, rates, st.integers(-(10**9), 10**9))
def test_the_common_rate_holds_every_tick_of_both(one: Fraction, other: Fraction, ticks: int) -> None:
    shared = common_rate(one, other)
    for rate in (one, other):
        assert Time(ticks, rate).at(shared, Rounding.EXACT) == Time(ticks, rate)
        assert (shared / rate).denominator == 1
    # nothing lower does: the quotients have no common factor
    import math

    assert math.gcd((shared / one).numerator, (shared / other).numerator) == 1


@given(st.integers(0, 10**9), rates)
def test_frame_to_time_to_frame_is_the_same_frame(frame: int, rate: Fraction) -> None:
    for written in (Time(frame, rate), Time.of_seconds(Fraction(frame) / rate)):
        assert written.frame(rate, Rounding.EXACT) == frame


@given(ranges(), ranges())
def test_two_ranges_share_what_both_hold(one: Range, other: Range) -> None:
    shared = one.intersection(other)
    if shared is None:
        assert one.end <= other.start or other.end <= one.start or one.empty or other.empty
    else:
        assert one.overlaps(other) and not shared.empty
        assert shared.start in one and shared.start in other
        assert shared.end not in shared
        assert shared.duration <= one.duration and shared.duration <= other.duration
    assert one.overlaps(other) == other.overlaps(one)


@given(ranges(), times)
def test_moving_a_range_keeps_its_length(range_: Range, by: Time) -> None:
    assert range_.moved(by).duration == range_.duration
    assert range_.moved(by).moved(-by) == range_


def test_a_range_is_half_open_and_never_backwards() -> None:
    range_ = Range.of_ticks(10, 20, Fraction(25))
    assert Time(10, Fraction(25)) in range_ and Time(20, Fraction(25)) not in range_
    assert range_.intersection(Range.of_ticks(20, 30, Fraction(25))) is None
    with pytest.raises(ValueError, match="ends at or after"):
        Range.of_ticks(20, 10, Fraction(25))
    with pytest.raises(ValueError, match="positive"):
        Time(1, Fraction(0))


def test_a_printed_time_is_an_exact_fraction() -> None:
    assert time_document(Time(48, Fraction(24000, 1001)), 48, "00:00:02:00").time == "1001/500"
