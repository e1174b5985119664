"""Reading `rates.toml`: every key has one meaning, and what is wrong is refused with the key's name."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

from answerprint.core.errors import FormatError
from answerprint.departments.planning.money import currency
from answerprint.departments.planning.money.rates import (
    PERIODS,
    SECTIONS,
    UNITS,
    Account,
    Climate,
    Fringe,
    Globals,
    Line,
    Overtime,
    Rates,
    Share,
)
from answerprint.departments.planning.money.toml_values import TomlValues
from answerprint.formats.text import read_text

_LINE_KEYS = {
    "hour": {"quantity"},
    "day": {"quantity", "period", "crew"},
    "week": {"quantity", "period", "crew"},
    "flat": {"quantity"},
    "page": set[str](),
    "cast_day": {"cast", "hold_rate", "travel_days", "travel_rate"},
    "shoot_day": {"crew"},
    "location_day": {"location"},
    "element_day": {"category", "element"},
    "background_day": {"element"},
    "percent": {"of", "cap"},
}
_EVERY_LINE = {"account", "name", "rate", "unit", "times", "overtime", "fringes"}


def read_rates(path: Path) -> Rates:
    """The rates of a file. Raises UsageError AP-USE-010 (cannot be opened), FormatError AP-FORMAT-170 (no
    TOML) and PlanError AP-PLAN-070 to 074, each with the key concerned."""
    text, _ = read_text(path)
    return parse_rates(text, file=str(path))


def parse_rates(text: str, *, file: str | None = None) -> Rates:
    """As `read_rates`, from text."""
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError, ArithmeticError) as error:
        raise FormatError(
            "AP-FORMAT-170",
            f"this is no TOML: {error or 'nested too deeply'}",
            file=file,
            remedy="`answerprint plan budget SCHEDULE --write-rates rates.toml` writes a file to start from",
        ) from None
    return _Reader(file).rates(data)


class _Reader(TomlValues):
    def rates(self, data: Mapping[str, Any]) -> Rates:
        known = (
            "currency title starter globals account line fringe overtime contingency bond incentive location"
        )
        self.only(data, known.split(), "")
        code = self.text(data, "currency", "")
        if not currency.known(code):
            self.refuse("AP-PLAN-071", "currency", f"{code!r} is no currency of ISO 4217", "EUR, USD, GBP …")
        accounts = self.each(data, "account", self.account)
        self.unique("account", ((one.number, f"number {one.number}") for one in accounts))
        fringes = self.each(data, "fringe", self.fringe)
        self.unique("fringe", ((one.id, f"id {one.id}") for one in fringes))
        climates = self.each(data, "location", self.climate)
        self.unique("location", ((one.name, one.name) for one in climates))
        lines = self.each(data, "line", self.line)
        # Two lines of one name in one account are one line typed twice more often than two costs.
        self.unique("line", ((f"{one.account} {one.name}", f"{one.account} {one.name}") for one in lines))
        overtime = self.each(data, "overtime", self.overtime)
        self.unique("overtime", ((str(one.after_hours.normalize()), "after_hours") for one in overtime))
        rates = Rates(
            currency=code,
            title=self.text(data, "title", "", default=""),
            starter=self.flag(data, "starter", ""),
            globals=self.globals(data.get("globals", {})),
            accounts=accounts,
            lines=lines,
            fringes=fringes,
            overtime=tuple(sorted(overtime, key=lambda one: one.after_hours)),
            contingency=self.share(data["contingency"], "contingency") if "contingency" in data else None,
            bond=self.share(data["bond"], "bond") if "bond" in data else None,
            incentives=self.each(data, "incentive", self.share),
            climates=climates,
        )
        self.references(rates)
        self.circles(rates)
        return rates

    def account(self, row: Mapping[str, Any], key: str) -> Account:
        self.only(row, ("number", "name", "section"), key)
        number = self.text(row, "number", key)
        if not re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z.-]{0,19}", number) or number in SECTIONS:
            self.refuse("AP-PLAN-070", f"{key}.number", f"{number!r} is no account number", "1100, 20-15 …")
        return Account(
            number=number,
            name=self.text(row, "name", key),
            section=self.choice(row, "section", key, SECTIONS),
        )

    def fringe(self, row: Mapping[str, Any], key: str) -> Fringe:
        self.only(row, ("id", "name", "percent", "ceiling"), key)
        id_ = self.text(row, "id", key)
        return Fringe(
            id=id_,
            name=self.text(row, "name", key, default=id_),
            percent=self.percent(row, "percent", key),
            ceiling=self.optional(row, "ceiling", key),
        )

    def overtime(self, row: Mapping[str, Any], key: str) -> Overtime:
        self.only(row, ("after_hours", "multiplier"), key)
        after, multiplier = self.amount(row, "after_hours", key), self.amount(row, "multiplier", key)
        if after > 24:
            self.refuse("AP-PLAN-070", f"{key}.after_hours", "a day has 24 hours")
        if not 1 <= multiplier <= 10:
            self.refuse("AP-PLAN-070", f"{key}.multiplier", f"{multiplier} is not between 1 and 10")
        return Overtime(after_hours=after, multiplier=multiplier)

    def share(self, row: Any, key: str) -> Share:
        if not isinstance(row, Mapping):
            self.refuse("AP-PLAN-070", key, f"this has to be a table: [{key}]")
        self.only(row, ("name", "percent", "of", "cap"), key)
        return Share(
            key=key,
            name=self.text(row, "name", key, default=key.partition("[")[0].capitalize()),
            percent=self.percent(row, "percent", key),
            of=self.texts(row, "of", key) or ("above", "production", "post"),
            cap=self.optional(row, "cap", key),
        )

    def climate(self, row: Mapping[str, Any], key: str) -> Climate:
        self.only(row, ("name", "dry_probability"), key)
        dry = row.get("dry_probability", {})
        if not isinstance(dry, Mapping):
            self.refuse("AP-PLAN-070", f"{key}.dry_probability", "this has to be months and shares")
        months = {str(month): self.amount(dry, month, f"{key}.dry_probability") for month in dry}
        for month, value in months.items():
            if month not in {str(one) for one in range(1, 13)} or value > 1:
                place = f"{key}.dry_probability.{month}"
                self.refuse("AP-PLAN-070", place, "months are 1 to 12, shares 0 to 1")
        return Climate(
            name=self.text(row, "name", key),
            dry_probability={month: float(value) for month, value in months.items()},
        )

    def globals(self, row: Any) -> Globals:
        if not isinstance(row, Mapping):
            self.refuse("AP-PLAN-070", "globals", "this has to be a table: [globals]")
        self.only(row, Globals.__struct_fields__, "globals")
        found: dict[str, Any] = {
            name: self.amount(row, name, "globals")
            for name in ("shoot_hours", "days_per_week", "prep_weeks", "wrap_weeks")
            if name in row
        }
        for name, most in (("shoot_hours", 24), ("days_per_week", 7)):
            if name in found and not 0 < found[name] <= most:
                self.refuse("AP-PLAN-070", f"globals.{name}", f"{found[name]} is not within 0 and {most}")
        if "background_group" in row:
            found["background_group"] = self.whole(row, "background_group", "globals")
        people = row.get("background", {})
        if not isinstance(people, Mapping):
            self.refuse("AP-PLAN-070", "globals.background", "this has to be names and numbers of people")
        found["background"] = {name: self.whole(people, name, "globals.background") for name in people}
        return Globals(**found)

    def line(self, row: Mapping[str, Any], key: str) -> Line:
        unit = self.choice(row, "unit", key, UNITS)
        self.only(row, sorted(_EVERY_LINE | _LINE_KEYS[unit]), key, f" with unit {unit!r}")
        for needed, units in (("cast", ("cast_day",)), ("of", ("percent",)), ("category", ("element_day",))):
            if unit in units and needed not in row:
                self.refuse("AP-PLAN-070", f"{key}.{needed}", f"missing: a line of unit {unit!r} needs it")
        if unit in ("day", "week") and ("quantity" in row) == ("period" in row):
            self.refuse("AP-PLAN-070", key, f"unit {unit!r} needs either a quantity or a period")
        if unit == "hour" and "quantity" not in row:
            self.refuse("AP-PLAN-070", f"{key}.quantity", "missing: hours are counted by you")
        return Line(
            key=key,
            account=self.text(row, "account", key),
            name=self.text(row, "name", key),
            rate=(self.percent if unit == "percent" else self.amount)(row, "rate", key),
            unit=unit,
            quantity=self.optional(row, "quantity", key),
            times=self.amount(row, "times", key) if "times" in row else Decimal(1),
            period=self.choice(row, "period", key, PERIODS) if "period" in row else None,
            cast=self.whole(row, "cast", key) if "cast" in row else None,
            hold_rate=self.optional(row, "hold_rate", key),
            travel_days=self.optional(row, "travel_days", key) or Decimal(0),
            travel_rate=self.optional(row, "travel_rate", key),
            location=self.text(row, "location", key) if "location" in row else None,
            category=self.text(row, "category", key) if "category" in row else None,
            element=self.text(row, "element", key) if "element" in row else None,
            crew=self.text(row, "crew", key, default="main"),
            overtime=self.flag(row, "overtime", key),
            fringes=self.texts(row, "fringes", key),
            of=self.texts(row, "of", key),
            cap=self.optional(row, "cap", key),
        )

    # What refers to something else in the file.

    def references(self, rates: Rates) -> None:
        numbers = {one.number for one in rates.accounts}
        ids = {one.id for one in rates.fringes}
        for line in rates.lines:
            if line.account not in numbers:
                self.unknown(f"{line.key}.account", line.account, numbers, "account")
            for fringe in line.fringes:
                if fringe not in ids:
                    self.unknown(f"{line.key}.fringes", fringe, ids, "fringe")
        bases = numbers | set(SECTIONS) | {"contingency", "bond"}
        named: list[Share | Line] = [line for line in rates.lines if line.unit == "percent"]
        named += [one for one in (rates.contingency, rates.bond, *rates.incentives) if one is not None]
        for one in named:
            for base in one.of:
                if base not in bases:
                    self.unknown(f"{one.key}.of", base, bases, "account or section")

    def circles(self, rates: Rates) -> None:
        """Refuse a percentage that is, over any way round, a percentage of itself."""
        sections: dict[str, list[str]] = {
            section: [a.number for a in rates.accounts if a.section == section] for section in SECTIONS
        }
        reads: dict[str, list[str]] = {one.number: [] for one in rates.accounts}
        reads.update(sections)
        keys: dict[tuple[str, str], str] = {}
        for line in rates.lines:
            for base in line.of if line.unit == "percent" else ():
                reads[line.account].append(base)
                keys[line.account, base] = f"{line.key}.of"
        for name, share in (("contingency", rates.contingency), ("bond", rates.bond)):
            reads[name] = list(share.of) if share else []
            keys.update({(name, base): f"{name}.of" for base in reads[name]})
        done: set[str] = set()

        def visit(node: str, way: tuple[str, ...]) -> None:
            if node in way:
                circle = (*way[way.index(node) :], node)
                key = next(keys[pair] for pair in pairwise(circle) if pair in keys)
                self.refuse(
                    "AP-PLAN-074",
                    key,
                    f"a percentage of itself: {' → '.join(circle)}",
                    "let it name the accounts or sections it is a share of, without its own",
                )
            if node not in done:
                for base in reads[node]:
                    visit(base, (*way, node))
                done.add(node)

        for node in reads:
            visit(node, ())
