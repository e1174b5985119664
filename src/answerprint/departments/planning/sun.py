"""Sunrise and sunset for a date and a place, by the equations of NOAA's solar calculator (Meeus 1998)."""

from __future__ import annotations

import datetime
import math
import zoneinfo
from functools import lru_cache

import msgspec

ZENITH = 90.833  # degrees: the sun's radius and the refraction at the horizon
WITHOUT_A_PLACE = (6 * 60, 18 * 60)  # sunrise and sunset where no latitude is given


class SunTimes(msgspec.Struct, frozen=True, kw_only=True):
    """Minutes after local midnight. None for both when the sun does not cross the horizon that date."""

    sunrise: int | None
    sunset: int | None
    always_up: bool = False  # the polar day

    @property
    def always_down(self) -> bool:
        return self.sunrise is None and not self.always_up


@lru_cache(maxsize=4096)
def sun_times(
    date: datetime.date, latitude: float | None, longitude: float | None, timezone: str = "UTC"
) -> SunTimes:
    """Sunrise and sunset to the minute (the equations hold to about a minute below 72 degrees)."""
    if latitude is None or longitude is None:
        return SunTimes(sunrise=WITHOUT_A_PLACE[0], sunset=WITHOUT_A_PLACE[1])
    offset = utc_offset(date, timezone)
    rise = _crossing(date, latitude, longitude, offset, rising=True)
    fall = _crossing(date, latitude, longitude, offset, rising=False)
    if rise is None or fall is None:
        declination, _ = _sun(_century(date, 12 * 60 - offset))
        noon = 90.0 - abs(latitude - declination)
        return SunTimes(sunrise=None, sunset=None, always_up=noon > 90.0 - ZENITH)
    return SunTimes(sunrise=round(rise), sunset=round(fall))


def utc_offset(date: datetime.date, timezone: str) -> int:
    """Minutes that local time is ahead of UTC at noon of the date."""
    zone = zoneinfo.ZoneInfo(timezone)
    shift = datetime.datetime(date.year, date.month, date.day, 12, tzinfo=zone).utcoffset()
    return round(shift.total_seconds() / 60) if shift is not None else 0


def _century(date: datetime.date, minutes: float) -> float:
    """Julian centuries since J2000 at so many minutes after midnight UTC."""
    days = date.toordinal() - datetime.date(2000, 1, 1).toordinal() - 0.5
    return (days + minutes / 1440.0) / 36525.0


def _sun(t: float) -> tuple[float, float]:
    """Declination in degrees and the equation of time in minutes."""
    long0 = math.radians((280.46646 + t * (36000.76983 + t * 0.0003032)) % 360.0)
    anomaly = math.radians(357.52911 + t * (35999.05029 - 0.0001537 * t))
    eccentricity = 0.016708634 - t * (0.000042037 + 0.0000001267 * t)
    centre = (
        math.sin(anomaly) * (1.914602 - t * (0.004817 + 0.000014 * t))
        + math.sin(2 * anomaly) * (0.019993 - 0.000101 * t)
        + math.sin(3 * anomaly) * 0.000289
    )
    node = math.radians(125.04 - 1934.136 * t)
    apparent = math.radians(math.degrees(long0) + centre - 0.00569 - 0.00478 * math.sin(node))
    seconds = 21.448 - t * (46.815 + t * (0.00059 - t * 0.001813))
    obliquity = math.radians(23.0 + (26.0 + seconds / 60.0) / 60.0 + 0.00256 * math.cos(node))
    declination = math.degrees(math.asin(math.sin(obliquity) * math.sin(apparent)))
    y = math.tan(obliquity / 2.0) ** 2
    equation = (
        y * math.sin(2 * long0)
        - 2 * eccentricity * math.sin(anomaly)
        + 4 * eccentricity * y * math.sin(anomaly) * math.cos(2 * long0)
        - 0.5 * y * y * math.sin(4 * long0)
        - 1.25 * eccentricity**2 * math.sin(2 * anomaly)
    )
    return declination, 4.0 * math.degrees(equation)


def _crossing(
    date: datetime.date, latitude: float, longitude: float, offset: int, *, rising: bool
) -> float | None:
    """The local minute at which the sun crosses the horizon, the position taken at that very moment."""
    minutes = 12 * 60.0 - offset
    for _ in range(3):
        declination, equation = _sun(_century(date, minutes))
        lat, dec = math.radians(latitude), math.radians(declination)
        if abs(math.cos(lat)) < 1e-9:
            return None
        cosine = math.cos(math.radians(ZENITH)) / (math.cos(lat) * math.cos(dec)) - math.tan(lat) * math.tan(
            dec
        )
        if not -1.0 <= cosine <= 1.0:
            return None
        hour_angle = math.degrees(math.acos(cosine)) * (1 if rising else -1)
        minutes = 720.0 - 4.0 * (longitude + hour_angle) - equation
    return minutes + offset
