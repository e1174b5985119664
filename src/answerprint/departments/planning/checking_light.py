"""The checker's own light: what a strip needs, and the sun by another formula than the optimiser's."""

from __future__ import annotations

import datetime
import math
from functools import lru_cache
from zoneinfo import ZoneInfo

from answerprint.departments.planning.records import Strip
from answerprint.departments.planning.settings import PlanSettings


def light_needed(strip: Strip, settings: PlanSettings) -> str:
    """The light a strip has to have: day, night, dawn, dusk, or none in particular."""
    if strip.exterior:
        return strip.day_or_night or "day"
    return strip.day_or_night if settings.day.interiors_follow_script else ""


@lru_cache(maxsize=8192)
def sun_crossings(
    date: datetime.date, latitude: float, longitude: float, timezone: str
) -> tuple[int | None, int | None, bool]:
    """Sunrise and sunset by bisecting the sun's altitude, from the Astronomical Almanac's short series
    (Michalsky 1988, good to a hundredth of a degree); local minutes, and whether the sun stays up."""
    noon_local = datetime.datetime(date.year, date.month, date.day, 12, tzinfo=ZoneInfo(timezone))
    offset = (noon_local.utcoffset() or datetime.timedelta()).total_seconds() / 60
    midnight = (date - datetime.date(2000, 1, 1)).days - 0.5  # days from J2000 at 0 h UTC

    def altitude(minute: float) -> float:
        n = midnight + minute / 1440
        mean, anomaly = 280.460 + 0.9856474 * n, math.radians(357.528 + 0.9856003 * n)
        ecliptic = math.radians(mean + 1.915 * math.sin(anomaly) + 0.020 * math.sin(2 * anomaly))
        tilt = math.radians(23.439 - 0.0000004 * n)
        ascension = math.atan2(math.cos(tilt) * math.sin(ecliptic), math.cos(ecliptic))
        declination = math.asin(math.sin(tilt) * math.sin(ecliptic))
        sidereal = math.radians((280.46062 + 360.98564737 * n + longitude) % 360)
        hour, lat = sidereal - ascension, math.radians(latitude)
        sine = math.sin(lat) * math.sin(declination)
        sine += math.cos(lat) * math.cos(declination) * math.cos(hour)
        return math.degrees(math.asin(sine)) + 0.833

    about = 720 - 4 * longitude
    noon = max((about + step for step in range(-20, 21)), key=altitude)
    if altitude(noon) < 0:
        return None, None, False
    found = []
    for low in (noon - 720, noon + 720):
        if altitude(low) > 0:
            return None, None, True
        dark, lit = low, noon
        while abs(lit - dark) > 0.05:
            middle = (dark + lit) / 2
            dark, lit = (dark, middle) if altitude(middle) > 0 else (middle, lit)
        found.append(round(lit + offset))
    return found[0], found[1], False
