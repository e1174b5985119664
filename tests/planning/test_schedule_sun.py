"""Sunrise and sunset as almanacs print them, at every latitude, and the light that strips need."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from answerprint.departments.planning.checking_light import sun_crossings
from answerprint.departments.planning.problem import ANY, DAWN, DAY, DUSK, NIGHT, light_window
from answerprint.departments.planning.sun import SunTimes, sun_times


@pytest.mark.parametrize(
    ("date", "latitude", "longitude", "zone", "sunrise", "sunset"),
    [
        # Published times: almanacs for these cities, to the minute.
        ("2026-06-21", 52.52, 13.405, "Europe/Berlin", "04:43", "21:33"),
        ("2026-12-21", 51.4778, 0.0, "Europe/London", "08:04", "15:53"),
        ("2026-01-01", -33.87, 151.21, "Australia/Sydney", "05:48", "20:09"),
        ("2026-06-21", 64.147, -21.94, "Atlantic/Reykjavik", "02:55", "24:04"),
    ],
)
def test_sunrise_and_sunset_are_as_almanacs_print_them(
    date: str, latitude: float, longitude: float, zone: str, sunrise: str, sunset: str
) -> None:
    found = sun_times(datetime.date.fromisoformat(date), latitude, longitude, zone)
    for minute, printed in ((found.sunrise, sunrise), (found.sunset, sunset)):
        assert minute is not None
        assert abs(minute - (int(printed[:2]) * 60 + int(printed[3:]))) <= 1


@settings(max_examples=150, deadline=None)
@given(
    some.dates(datetime.date(1990, 1, 1), datetime.date(2050, 12, 31)),
    some.floats(-65, 65),
    some.floats(-180, 180),
)
def test_two_formulas_give_the_same_sun(date: datetime.date, latitude: float, longitude: float) -> None:
    found = sun_times(date, latitude, longitude)
    rise, fall, _ = sun_crossings(date, latitude, longitude, "UTC")
    assert found.sunrise is not None and found.sunset is not None and rise is not None and fall is not None
    assert abs(found.sunrise - rise) <= 4 and abs(found.sunset - fall) <= 4


def test_beyond_the_polar_circle_the_sun_stays_up_or_down() -> None:
    summer = sun_times(datetime.date(2026, 6, 21), 69.65, 18.96, "Europe/Oslo")
    winter = sun_times(datetime.date(2026, 12, 21), 69.65, 18.96, "Europe/Oslo")
    assert summer == SunTimes(sunrise=None, sunset=None, always_up=True)
    assert winter == SunTimes(sunrise=None, sunset=None, always_up=False)
    assert light_window(DAY, summer, summer, 60) == (0, 36 * 60)
    assert light_window(NIGHT, summer, summer, 60) == (1, 0)
    assert light_window(NIGHT, winter, winter, 60) == (0, 36 * 60)
    assert light_window(DAY, winter, winter, 60) == light_window(DUSK, winter, winter, 60) == (1, 0)


def test_light_is_rounded_inwards() -> None:
    today, tomorrow = SunTimes(sunrise=363, sunset=1093), SunTimes(sunrise=366, sunset=1090)
    assert light_window(ANY, today, tomorrow, 60) is None
    assert light_window(DAY, today, tomorrow, 60) == (365, 1090)
    assert light_window(NIGHT, today, tomorrow, 60) == (1095, 1805)
    assert light_window(DAWN, today, tomorrow, 60) == (305, 420)


def test_clocks_change_with_the_zone() -> None:
    """The day after summer time begins the sun rises about an hour later by the clock."""
    before = sun_times(datetime.date(2026, 3, 28), 52.52, 13.405, "Europe/Berlin").sunrise
    after = sun_times(datetime.date(2026, 3, 29), 52.52, 13.405, "Europe/Berlin").sunrise
    assert before is not None and after is not None and 55 <= after - before <= 60
