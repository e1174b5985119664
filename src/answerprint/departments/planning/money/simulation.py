"""The schedule played through many times, day by day: pace, weather, illness and breakdowns, in minutes and
money. Arrays hold all runs of a day at once, so the result depends on the seed and on nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.planning.money.board import Board, Day, Prices
from answerprint.departments.planning.money.priors import (
    BREAKDOWN_MINUTES,
    ILL_DAYS,
    RAIN_LOSS,
    Array,
    Beliefs,
    Draws,
    draw,
    stream,
)

LONGEST_OVERTIME = 120.0  # minutes a day; what does not fit goes to a later day
LONGEST_DAY = 13.0  # hours: beyond it nobody adds overtime to a day that is planned long
ABSORBED = 60.0  # minutes left at the end that are played on the last day rather than on one more
SPILL_SETUP = 15.0  # minutes to light again what was broken off
RETURN = 30.0  # minutes to go back to a place for what is missing there
RECALL = 1.0  # what calling somebody back who is elsewhere costs on top, in day rates

DRIVERS: Mapping[str, str] = {
    "pace": "Pace of the production",
    "days": "Good and bad days",
    "scenes": "Scenes longer or shorter than estimated",
    "weather": "Weather",
    "illness": "Illness of performers",
    "crew": "Illness of the crew",
    "breakdown": "Loss of equipment or place",
    "prices": "Prices",
    "record": "What your record leaves open",
}


@dataclass(frozen=True)
class Played:
    """Every run's outcome. Shapes (runs,)."""

    days: Array  # shooting days, the last one counted by the part that is used
    whole_days: NDArray[np.int64]
    money: Array  # without contingency and bond, in the currency's units
    overtime: Array  # hours beyond the plan
    drivers: Mapping[str, Array]  # how hard each driver hit, its own measure
    parts: Mapping[str, float]  # mean money over the plan by cause


def play(board: Board, prices: Prices, beliefs: Beliefs, *, runs: int, seed: int) -> Played:
    """Play a schedule `runs` times. The same seed gives the same arrays on any number of cores."""
    return _Play(board, prices, draw(beliefs, runs, seed), beliefs, runs, seed).result()


class _Play:
    def __init__(
        self, board: Board, prices: Prices, draws: Draws, beliefs: Beliefs, runs: int, seed: int
    ) -> None:
        self.board, self.prices, self.draws, self.beliefs, self.runs = board, prices, draws, beliefs, runs
        self.random = {
            name: stream(seed, name) for name in ("days", "scenes", "weather", "ill", "crew", "gear")
        }
        self.backlog = {day.place: np.zeros(runs) for day in board.days}  # minutes; negative: ahead
        self.pulled = {day.place: np.zeros(runs) for day in board.days}  # minutes of cover that are used
        self.ill = {number: np.zeros(runs) for number in board.cast}  # days of illness left
        self.hit = {name: np.zeros(runs) for name in DRIVERS if name != "record"}
        self.work = np.zeros(runs)  # minutes that were asked for, for weighing days and scenes
        self.overtime, self.overtime_money, self.recalls = np.zeros(runs), np.zeros(runs), np.zeros(runs)
        self.unused = np.zeros(runs)  # minutes of the last day nobody needed
        self.called = _call_costs(board, prices)

    def result(self) -> Played:
        mood: dict[str, Array] = {}
        ordinary = np.zeros(self.runs)
        for day in self.board.days:
            noise = self.random["days"].standard_normal(self.runs)
            memory = self.beliefs.memory if day.unit in mood else 0.0
            before = mood.get(day.unit, ordinary)
            mood[day.unit] = memory * before + np.sqrt(1 - memory**2) * noise
            self._day(day, self.draws.pace + self.draws.day_sd * mood[day.unit], mood[day.unit])
        return self._end()

    def _day(self, day: Day, factor: Array, mood: Array) -> None:
        self._fall_ill(day)
        stretch = np.exp(factor)
        wet = self.random["weather"].random(self.runs) < _wet(day.dry, self.draws.wet_odds)
        loss = np.where(wet, self.random["weather"].uniform(*RAIN_LOSS, self.runs), 0.0)
        today, rained, missing = (np.zeros(self.runs) for _ in range(3))
        for scene in day.scenes:
            noise = self.random["scenes"].standard_normal(self.runs)
            spread = np.exp(self.beliefs.scene_sd * noise)
            need = scene.minutes * stretch * spread
            self.hit["scenes"] += scene.minutes * spread
            absent = np.zeros(self.runs, bool)
            for number in scene.cast:
                absent |= self.ill[number] > 0
            away = np.where(absent, need, 0.0)
            missing += away
            need = need - away
            if scene.exterior:
                rained += need * loss
                need = need * (1 - loss)
            today += need
        planned = sum(scene.minutes for scene in day.scenes)
        self.hit["days"] += planned * mood
        self.hit["weather"] += rained
        self.hit["illness"] += missing
        room = day.capacity - day.moves - self._lost(day)
        self._work(day, today, rained + missing, room)

    def _fall_ill(self, day: Day) -> None:
        for number in self.board.cast:
            np.maximum(self.ill[number] - day.gap, 0.0, out=self.ill[number])
        for number in day.cast:
            onset = self.random["ill"].random(self.runs) < self.draws.performer
            length = self.random["ill"].geometric(1 / ILL_DAYS, self.runs)
            self.ill[number] = np.where(onset, np.maximum(length, self.ill[number]), self.ill[number])

    def _lost(self, day: Day) -> Array:
        """Minutes lost to crew who are ill and to what breaks."""
        absent = self.random["crew"].random(self.runs) < self.draws.crew
        crew = np.where(absent, day.capacity * self.random["crew"].uniform(0.5, 1.0, self.runs), 0.0)
        broken = self.random["gear"].random(self.runs) < self.draws.breakdown
        gear = np.where(broken, self.random["gear"].exponential(BREAKDOWN_MINUTES, self.runs), 0.0)
        self.hit["crew"] += crew
        self.hit["breakdown"] += gear
        lost: Array = np.minimum(crew + gear, day.capacity)
        return lost

    def _work(self, day: Day, today: Array, blocked: Array, room: Array) -> None:
        """A day's work in the room there is: ahead or behind at its place, overtime, and what spills."""
        room = np.maximum(room, 0.0)
        behind = self.backlog[day.place]
        credit = np.minimum(today, np.maximum(-behind, 0.0))
        today = today - credit
        behind = behind + credit
        free = np.maximum(room - today, 0.0)
        caught = np.minimum(free, np.maximum(behind, 0.0))
        # What is pulled forward is gone from the cover of the days that follow.
        pulled = np.minimum(self.pulled[day.place], day.cover)
        ahead = np.minimum(free - caught, day.cover - pulled)
        self.pulled[day.place] = pulled + ahead
        limit = min(LONGEST_OVERTIME, max(0.0, LONGEST_DAY * 60 - day.capacity))
        over = np.maximum(today - room, 0.0)
        # Overtime belongs to the end of a day somebody worked: a day that is lost whole has none.
        extra = np.where(room > 0, np.minimum(over, limit), 0.0)
        spilled = over - extra
        behind = behind - caught - ahead + blocked + spilled + np.where(spilled > 0, SPILL_SETUP, 0.0)
        self.backlog[day.place] = behind
        self.overtime += extra / 60
        hour = self.prices.overtime_hour + sum(self.prices.cast_overtime.get(one, 0.0) for one in day.cast)
        self.overtime_money += extra / 60 * hour
        self.recalls += caught / day.capacity * self._absent_cost(day)
        self.unused = free - caught - ahead  # of the day that turns out to be the last

    def _absent_cost(self, day: Day) -> float:
        """The day rates of those who play at a place and are not called today anyway, by their share."""
        return sum(
            share * self.prices.cast_day.get(number, 0.0)
            for number, share in self.called[day.place].items()
            if number not in day.cast
        )

    def _end(self) -> Played:
        capacity = self.board.shoot_minutes
        total, returning = np.zeros(self.runs), np.zeros(self.runs)
        loss = 1 + self.draws.breakdown * BREAKDOWN_MINUTES / capacity + self.draws.crew * 0.75
        left_cost = np.zeros(self.runs)
        for place, behind in self.backlog.items():
            left = np.maximum(behind, 0.0) * loss
            total += left + np.where(left > 0, RETURN, 0.0)
            returning += left
            cast = sum(
                share * self.prices.cast_day.get(number, 0.0) * (1 + RECALL * (number in self.board.gone))
                for number, share in self.called[place].items()
            )
            left_cost += left / capacity * (cast + self.prices.place_day.get(place, 0.0))
        absorbed = total <= ABSORBED
        more = np.where(absorbed, 0.0, np.ceil((total - ABSORBED) / capacity))
        late = np.where(absorbed, total / 60 * self.prices.overtime_hour, 0.0)
        days = self.board.main_days
        used = np.where(total > 0, total, -np.minimum(self.unused, capacity)) / capacity
        prices = self.prices.planned * np.expm1(self.draws.price)
        parts = {
            "more days": more * self.prices.shoot_day,
            "cast and places on them": left_cost,
            "overtime": self.overtime_money + late,
            "people called again": self.recalls,
            "prices": prices,
        }
        self.hit["pace"] = self.draws.pace
        self.hit["prices"] = self.draws.price
        return Played(
            days=np.maximum(days + used, 0.5),
            whole_days=(days + more).astype(np.int64),
            money=self.prices.planned + sum(parts.values(), np.zeros(self.runs)),
            overtime=self.overtime,
            drivers=self.hit,
            parts={name: float(np.mean(value)) for name, value in parts.items()},
        )


def _wet(dry: float, odds: Array) -> Array:
    """Probability of rain, its odds moved by a season's."""
    wet = np.clip(1 - dry, 0.0, 1.0)
    moved: Array = wet * np.exp(odds) / (1 - wet + wet * np.exp(odds))
    return moved


def _call_costs(board: Board, prices: Prices) -> dict[str, dict[int, float]]:
    """Place → performer → the share of the work there that needs them."""
    found: dict[str, dict[int, float]] = {}
    totals: dict[str, float] = {}
    for day in board.days:
        place = found.setdefault(day.place, {})
        for scene in day.scenes:
            totals[day.place] = totals.get(day.place, 0.0) + scene.minutes
            for number in scene.cast:
                place[number] = place.get(number, 0.0) + scene.minutes
    return {
        place: {number: minutes / totals[place] for number, minutes in shares.items() if totals.get(place)}
        for place, shares in found.items()
    }
