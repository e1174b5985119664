"""Timecode at every rate: boundaries, other people's published conversions, and what must be refused."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from labels import labels

from answerprint.core.errors import UsageError
from answerprint.core.time import Rounding, Time
from answerprint.core.timecode import (
    DROP_RATES,
    RATES,
    format_timecode,
    frames_a_day,
    parse_position,
    parse_rate,
    parse_timecode,
    snap_rate,
)

MODES = [
    (rate, drop) for rate in RATES.values() for drop in ((False, True) if rate in DROP_RATES else (False,))
]
IDS = [f"{float(rate):.3f}{' DF' if drop else ''}" for rate, drop in MODES]


@pytest.mark.parametrize(("rate", "drop"), MODES, ids=IDS)
def test_every_label_around_every_minute_of_an_hour(rate: Fraction, drop: bool) -> None:
    """Counted label by label through an hour and more; the second before and after each minute is tried."""
    tried = 0
    for frame, label in enumerate(labels(rate, drop, range(2))):
        if label[6:8] in ("59", "00") and (label[:2] == "00" or label[3:5] in ("00", "01", "10")):
            assert format_timecode(frame, rate, drop=drop) == label
            assert parse_timecode(label, rate, drop=drop) == frame
            tried += 1
    assert tried > 120 * round(rate)


@pytest.mark.parametrize(("rate", "drop"), MODES, ids=IDS)
def test_a_day_is_as_long_as_its_labels(rate: Fraction, drop: bool) -> None:
    day = frames_a_day(rate, drop)
    last = format_timecode(day - 1, rate, drop=drop)
    assert last.startswith("23:59:59")
    assert format_timecode(day, rate, drop=drop).startswith("24:00:00")
    assert format_timecode(day, rate, drop=drop, wrap=True) == format_timecode(0, rate, drop=drop)
    assert format_timecode(-1, rate, drop=drop, wrap=True) == last
    if drop:  # what drop-frame is for: within a day the label is never 87 ms from the clock
        clock = Fraction(day) / rate
        assert abs(clock - 86400) < Fraction(87, 1000)


@given(st.sampled_from(MODES), st.integers(-(10**8), 10**8))
def test_label_to_frame_undoes_frame_to_label(mode: tuple[Fraction, bool], frame: int) -> None:
    rate, drop = mode
    label = format_timecode(frame, rate, drop=drop)
    assert parse_timecode(label, rate, drop=drop) == frame
    assert parse_timecode(label, rate) == frame  # the separator alone says it
    assert Time(frame, rate).frame(rate, Rounding.EXACT) == frame
    if frame:
        assert format_timecode(-frame, rate, drop=drop) == (label[1:] if frame < 0 else f"-{label}")


@given(st.sampled_from(MODES), st.integers(0, 10**7))
def test_labels_only_ever_rise(mode: tuple[Fraction, bool], frame: int) -> None:
    rate, drop = mode
    one, other = (format_timecode(number, rate, drop=drop) for number in (frame, frame + 1))
    assert [int(part) for part in one.replace(";", ":").split(":")] < [
        int(part) for part in other.replace(";", ":").split(":")
    ]


def test_conversions_published_elsewhere(shared_data: Path) -> None:
    cases = json.loads((shared_data / "timelines" / "timecode_truth.json").read_text())["cases"]
    assert len(cases) == 8
    for case in cases:
        operation = case["op"]
        if operation in ("frames_to_df", "frames_to_ndf"):
            found: object = format_timecode(
                case["frames"], Fraction(case["rate"]), drop=operation == "frames_to_df"
            )
        elif operation in ("df_to_frames", "ndf_to_frames"):
            found = parse_timecode(case["tc"], Fraction(case["rate"]), drop=operation == "df_to_frames")
        elif operation == "seconds_to_frames":
            found = Time.of_seconds(Fraction(case["seconds"])).frame(Fraction(case["rate"]), Rounding.EXACT)
        else:
            assert operation == "rescale_floor"
            found = Time(case["frames"], Fraction(case["from"])).frame(Fraction(case["to"]), Rounding.FLOOR)
        assert found == case["expect"], case


@pytest.mark.parametrize(
    ("text", "rate", "code"),
    [
        ("01:00:00", "25", "AP-USE-003"),
        ("1:00:00:00", "25", "AP-USE-003"),
        ("01:00:00:00:00", "25", "AP-USE-003"),
        ("ab:cd:ef:gh", "25", "AP-USE-003"),
        ("01:00:00:25", "25", "AP-USE-004"),
        ("01:60:00:00", "25", "AP-USE-004"),
        ("01:00:60:00", "25", "AP-USE-004"),
        ("00:01:00;00", "29.97", "AP-USE-004"),
        ("00:01:00;01", "29.97", "AP-USE-004"),
        ("00:59:00;03", "59.94", "AP-USE-004"),
        ("-00:01:00;01", "29.97", "AP-USE-004"),
    ],
)
def test_labels_that_do_not_exist_are_refused(text: str, rate: str, code: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_timecode(text, parse_rate(rate))
    assert caught.value.code == code


@pytest.mark.parametrize("digits", ["٠١:٠٠:٠٠:٠٠", "01:00:00:0²"])
def test_only_plain_digits_are_a_timecode(digits: str) -> None:
    with pytest.raises(UsageError):
        parse_timecode(digits, Fraction(25))


def test_drop_frame_exists_at_two_rates_only() -> None:
    for rate in RATES.values():
        if rate not in DROP_RATES:
            with pytest.raises(UsageError) as caught:
                format_timecode(0, rate, drop=True)
            assert caught.value.code == "AP-USE-002"


def test_drop_frame_as_other_programs_write_it() -> None:
    rate = RATES["29.97"]
    for text in ("00:01:00;02", "00;01;00;02", "00:01:00,02"):
        assert parse_timecode(text, rate) == 1800
    assert parse_timecode("00:01:00:02", rate) == 1802
    assert parse_timecode("01:00:00;00", Fraction(25)) == 90000  # no drop-frame there: only a separator


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("23.976", Fraction(24000, 1001)),
        ("23.98", Fraction(24000, 1001)),
        ("24000/1001", Fraction(24000, 1001)),
        ("2997/125", Fraction(24000, 1001)),
        ("29.97", Fraction(30000, 1001)),
        ("47.952", Fraction(48000, 1001)),
        ("59.94", Fraction(60000, 1001)),
        ("119.88", Fraction(120000, 1001)),
        ("24", Fraction(24)),
        ("25.0", Fraction(25)),
        ("10", Fraction(10)),
        ("12.5", Fraction(25, 2)),
        ("15/2", Fraction(15, 2)),
    ],
)
def test_a_rounded_rate_stands_for_the_exact_one(text: str, exact: Fraction) -> None:
    assert parse_rate(text) == exact
    assert snap_rate(float(exact)) == exact


@pytest.mark.parametrize("text", ["", "0", "-25", "fast", "1/0", "nan", "inf", "100000"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_rate(text)
    assert caught.value.code == "AP-USE-001"


def test_positions_as_people_type_them() -> None:
    rate = RATES["23.976"]
    assert parse_position("48", rate) == 48
    assert parse_position("-3", rate) == -3
    assert parse_position("2s", rate) == 47  # 2 s · 24000/1001 = 47.95: the frame on screen
    assert parse_position("1001/24000s", rate) == 1
    assert parse_position("00:00:02:00", rate) == 48
    with pytest.raises(UsageError):
        parse_position("soons", rate)
