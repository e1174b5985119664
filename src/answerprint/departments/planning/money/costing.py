"""One line of the rates as rows of arithmetic: its pay, its overtime, its fringes."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Literal

import msgspec

from answerprint.departments.planning.money import currency
from answerprint.departments.planning.money.quantities import Quantities, main_unit
from answerprint.departments.planning.money.rates import Fringe, Line, Rates


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the detail. amount = round(quantity × times × rate × factor), but for fringes
    round(rate % × min(pay, ceiling × times)) and for shares min(cap, round(rate % × quantity))."""

    line: str  # key of the line in the rates file
    account: str
    name: str
    kind: Literal["pay", "overtime", "fringe", "share"]
    quantity: Fraction
    unit: str
    rate: Fraction
    amount: int
    formula: str  # in words and numbers
    source: str  # where the quantity comes from
    times: Fraction = Fraction(1)
    factor: Fraction = Fraction(1)
    counted: str = ""  # the schedule's count behind the quantity: "shoot_days/main"
    divisor: Fraction = Fraction(1)  # quantity = that count / divisor
    ceiling: Fraction | None = None
    of: tuple[str, ...] = ()
    cap: Fraction | None = None


class _Count(msgspec.Struct, frozen=True, kw_only=True):
    """How often a line counts, in which unit, and why."""

    quantity: Fraction
    unit: str
    source: str
    counted: str = ""
    divisor: Fraction = Fraction(1)
    rate: Decimal | None = None  # None: the line's
    label: str = ""


def rows_of(line: Line, rates: Rates, counted: Quantities) -> list[Row]:
    """Every row of a line that is no percentage."""
    pay = [_row(line, rates, count) for count in _counts(line, rates, counted)]
    if line.overtime:
        pay += _overtime_rows(line, rates, counted)
    fringes = {one.id: one for one in rates.fringes}
    return pay + [_fringe_row(line, rates, fringes[name], pay) for name in line.fringes]


def _row(line: Line, rates: Rates, count: _Count) -> Row:
    rate = Fraction(line.rate if count.rate is None else count.rate)
    times = Fraction(line.times)
    many = f" × {currency.plain(times)}" if times != 1 else ""
    return Row(
        line=line.key,
        account=line.account,
        name=line.name + count.label,
        kind="pay",
        quantity=count.quantity,
        unit=count.unit,
        times=times,
        rate=rate,
        amount=currency.minor(count.quantity * times * rate, rates.currency),
        formula=f"{currency.plain(count.quantity)} {count.unit}{many} × {_money(rate, rates)}",
        source=count.source,
        counted=count.counted,
        divisor=count.divisor,
    )


def _counts(line: Line, rates: Rates, counted: Quantities) -> list[_Count]:
    crew = line.crew if line.crew in counted.shoot_days else main_unit(counted)
    days = counted.shoot_days[crew] if line.crew in (crew, "main") else 0
    unit_days = f"shoot_days/{crew}"
    if line.unit in ("flat", "hour") or line.quantity is not None:
        quantity = Fraction(line.quantity if line.quantity is not None else 1)
        label = {"flat": "flat", "hour": "hours", "day": "days", "week": "weeks"}[line.unit]
        return [_Count(quantity=quantity, unit=label, source="rates file")]
    if line.unit in ("day", "week"):
        return _period_counts(line, rates, days, unit_days)
    if line.unit == "shoot_day":
        source = f"schedule: {days} shooting days of the unit {crew!r}"
        return [_Count(quantity=Fraction(days), unit="shooting days", source=source, counted=unit_days)]
    if line.unit == "page":
        pages = Fraction(counted.eighths, 8)
        source = f"schedule: {counted.eighths} eighths of a page"
        return [_Count(quantity=pages, unit="pages", source=source, counted="eighths", divisor=Fraction(8))]
    if line.unit == "cast_day":
        return _cast_counts(line, counted)
    if line.unit == "location_day":
        if line.location:
            number, key = counted.location_days.get(line.location, 0), f"location_days/{line.location}"
            source = f"schedule: days at {line.location}"
        else:
            number, key = sum(counted.location_days.values()), ""
            source = f"schedule: every place of every day, {len(counted.location_days)} places"
        return [_Count(quantity=Fraction(number), unit="location days", source=source, counted=key)]
    if line.unit == "element_day":
        thing = f"{line.category}/{line.element}" if line.element else str(line.category)
        number = counted.element_days.get(thing, 0)
        source = f"schedule: days on which {thing} is on set"
        return [
            _Count(quantity=Fraction(number), unit="days", source=source, counted=f"element_days/{thing}")
        ]
    entry = line.element or ""
    number = counted.background_days.get(entry, 0)
    source = "breakdown: people in the background, each day they are called"
    return [
        _Count(
            quantity=Fraction(number), unit="person days", source=source, counted=f"background_days/{entry}"
        )
    ]


def _period_counts(line: Line, rates: Rates, days: int, unit_days: str) -> list[_Count]:
    """Days or weeks of preparation, shooting and wrapping. A week of shooting is its working days."""
    week = Fraction(rates.globals.days_per_week)
    found = []
    fixed = {"prep": Fraction(rates.globals.prep_weeks), "wrap": Fraction(rates.globals.wrap_weeks)}
    for period in ("prep", "shoot", "wrap"):
        if line.period not in (period, "all"):
            continue
        label = f": {period}" if line.period == "all" else ""
        divisor = Fraction(1) if line.unit == "day" else week
        if period == "shoot":
            source = f"schedule: {days} shooting days" + (
                f", {currency.plain(week)} a week" if line.unit == "week" else ""
            )
            quantity, counted = Fraction(days) / divisor, unit_days
        else:
            source = f"rates file: globals.{period}_weeks"
            quantity, counted = fixed[period] * week / divisor, ""
        found.append(
            _Count(
                quantity=quantity,
                unit=f"{line.unit}s",
                source=source,
                counted=counted,
                divisor=divisor if counted else Fraction(1),
                label=label,
            )
        )
    return found


def _cast_counts(line: Line, counted: Quantities) -> list[_Count]:
    number = line.cast or 0
    work, hold = counted.cast_work.get(number, 0), counted.cast_hold.get(number, 0)
    days = counted.cast_days.get(number, ())
    listed = ", ".join(str(day) for day in days[:8]) + (" …" if len(days) > 8 else "")
    source = f"day-out-of-days: works on {listed}" if days else "day-out-of-days: no work"
    found = [_Count(quantity=Fraction(work), unit="work days", source=source, counted=f"cast_work/{number}")]
    if hold:
        found.append(
            _Count(
                quantity=Fraction(hold),
                unit="hold days",
                source="day-out-of-days: held between work days",
                counted=f"cast_hold/{number}",
                rate=line.hold_rate,
                label=": held",
            )
        )
    if line.travel_days:
        found.append(
            _Count(
                quantity=Fraction(line.travel_days),
                unit="travel days",
                source="rates file: travel_days",
                rate=line.travel_rate,
                label=": travel",
            )
        )
    return found


def _overtime_rows(line: Line, rates: Rates, counted: Quantities) -> list[Row]:
    """Hours beyond the day's, at the line's hourly rate times each step's multiplier."""
    if line.unit == "cast_day":
        none = (Fraction(0),) * len(rates.overtime)  # somebody who is held and never works
        hours, counter = counted.cast_overtime.get(line.cast or 0, none), f"cast_overtime/{line.cast}"
        per_hour = Fraction(rates.globals.shoot_hours)
    elif line.unit == "shoot_day" or line.period in ("shoot", "all"):
        unit = line.crew if line.crew in counted.overtime else main_unit(counted)
        hours, counter = counted.overtime[unit], f"overtime/{unit}"
        days = rates.globals.days_per_week if line.unit == "week" else Decimal(1)
        per_hour = Fraction(rates.globals.shoot_hours) * Fraction(days)
    else:
        return []
    rows = []
    for at, (step, worked) in enumerate(zip(rates.overtime, hours, strict=True)):
        if not worked:
            continue
        factor = Fraction(step.multiplier) / per_hour
        times = Fraction(line.times)
        rate = Fraction(line.rate)
        many = f" × {currency.plain(times)}" if times != 1 else ""
        rows.append(
            Row(
                line=line.key,
                account=line.account,
                name=f"{line.name}: overtime {currency.plain(step.multiplier)}×",
                kind="overtime",
                quantity=worked,
                unit="hours",
                times=times,
                rate=rate,
                factor=factor,
                amount=currency.minor(worked * times * rate * factor, rates.currency),
                formula=(
                    f"{currency.plain(worked)} hours{many} × {_money(rate, rates)} ÷ "
                    f"{currency.plain(per_hour)} × {currency.plain(step.multiplier)}"
                ),
                source=f"schedule: hours of its days beyond {currency.plain(step.after_hours)}",
                counted=f"{counter}/{at}",
            )
        )
    return rows


def _fringe_row(line: Line, rates: Rates, fringe: Fringe, pay: list[Row]) -> Row:
    code = rates.currency
    total = sum(row.amount for row in pay)
    base, ceiling = total, None
    if fringe.ceiling is not None:
        ceiling = Fraction(fringe.ceiling)
        base = min(total, currency.minor(ceiling * Fraction(line.times), code))
    capped = f" (ceiling {_money(ceiling, rates)} a person)" if ceiling is not None else ""
    return Row(
        line=line.key,
        account=line.account,
        name=f"{line.name}: {fringe.name}",
        kind="fringe",
        quantity=Fraction(base, 10 ** currency.digits(code)),
        unit="% of pay",
        times=Fraction(line.times),
        rate=Fraction(fringe.percent),
        amount=currency.rounded(Fraction(base) * Fraction(fringe.percent) / 100),
        formula=f"{currency.plain(fringe.percent)} % of {currency.exact(base, code)}{capped}",
        source="rates file: fringe",
        ceiling=ceiling,
    )


def _money(rate: Fraction, rates: Rates) -> str:
    return currency.exact(currency.minor(rate, rates.currency), rates.currency)
