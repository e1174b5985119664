"""The checker's own money: a schedule's cost from its days alone, by no code that the optimiser uses."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from itertools import pairwise

from answerprint.departments.planning.checking_light import light_needed
from answerprint.departments.planning.records import Location, Schedule
from answerprint.departments.planning.rules import RulePack
from answerprint.departments.planning.settings import PlanSettings

DAY = datetime.timedelta(days=1)


def cost_of(
    schedule: Schedule,
    settings: PlanSettings,
    rules: RulePack,
    locations: Iterable[Location],
    published: Mapping[str, tuple[str, datetime.date]] | None = None,
) -> int:
    """What the schedule costs, from its days alone; weather is taken from the schedule's own parts.

    published gives unit and date of each strip before re-planning.
    """
    prices, strips = settings.costs, {one.id: one for one in schedule.strips}
    places = {one.name: one for one in locations}
    total = schedule.cost_parts.get("weather", 0)
    last_light: dict[str, str] = {}
    for day in schedule.days:
        total += prices.shoot_day
        total += max(0, day.wrap - day.call - settings.day.standard_minutes) * prices.overtime_hour // 60
        here = [strips[name] for name in day.strips]
        total += sum(places[name].day_cost for name in {one.location for one in here} if name in places)
        for one, two in pairwise(here):
            if one.location != two.location:
                total += prices.location_move
            elif one.set != two.set:
                total += prices.set_change
        for one in here:
            if published is not None and one.id in published and published[one.id] != (day.unit, day.date):
                total += prices.change_penalty
        lights = [light_needed(one, settings) for one in here]
        lights = ["night" if one == "night" else "day" for one in lights if one]
        if lights:
            total += prices.day_night_switch * (last_light.get(day.unit, lights[0]) != lights[0])
            total += prices.day_night_switch * (lights[0] != lights[-1])
            last_light[day.unit] = lights[-1]
    dates = _shooting_dates(schedule, settings)
    for who in schedule.performers:
        worked = sorted(
            {day.date for day in schedule.days if any(who.number in strips[name].cast for name in day.strips)}
        )
        total += len(worked) * who.day_rate
        if worked and who.hold:
            held = sum(worked[0] <= one <= worked[-1] for one in dates) - len(worked)
            if settings.hold.policy == "drop":
                held -= _dropped(worked, dates, settings.hold.drop_after or rules.drop_after)
            total += held * (who.day_rate if who.hold_rate is None else who.hold_rate)
    return total


def _shooting_dates(schedule: Schedule, settings: PlanSettings) -> list[datetime.date]:
    """The dates from the first to the last shot that are no days off, and those shot all the same."""
    shot = {one.date for one in schedule.days}
    if not shot:
        return []
    production, date, found = settings.production, min(shot), []
    while date <= max(shot):
        off = date.strftime("%A") in production.days_off or date in (
            *production.holidays,
            *production.unavailable,
        )
        if date in shot or (not off and date >= production.start):
            found.append(date)
        date += DAY
    return found


def _dropped(worked: list[datetime.date], dates: list[datetime.date], after: int) -> int:
    """Held dates that the longest gap of `after` free days or more saves."""
    gaps = [
        sum(one < date < two for date in dates)
        for one, two in pairwise(worked)
        if (two - one).days - 1 >= after
    ]
    return max(gaps, default=0)
