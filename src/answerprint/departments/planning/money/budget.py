"""The budget of a schedule under a rates file: top sheet, accounts, and every line with its arithmetic.

Each row is rounded half up to the currency's smallest unit; everything above a row is a sum of rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Literal

import msgspec

from answerprint.core.findings import Finding
from answerprint.departments.planning.money import currency
from answerprint.departments.planning.money.costing import Row, rows_of
from answerprint.departments.planning.money.quantities import Quantities, main_unit, quantities
from answerprint.departments.planning.money.rates import (
    SECTION_NAMES,
    SECTIONS,
    Account,
    Line,
    Rates,
    Section,
    Share,
)
from answerprint.departments.planning.records import Schedule

Kind = Literal["section", "contingency", "bond", "gross", "incentive", "net"]


class AccountTotal(msgspec.Struct, frozen=True, kw_only=True):
    number: str
    name: str
    section: Section
    amount: int


class TopLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the top sheet. `formula` says where the amount comes from."""

    kind: Kind
    name: str
    amount: int
    formula: str = ""


class Budget(msgspec.Struct, frozen=True, kw_only=True):
    """A priced schedule. Amounts are integers of the currency's smallest unit."""

    title: str
    currency: str
    shoot_days: int
    top: tuple[TopLine, ...]
    accounts: tuple[AccountTotal, ...]
    rows: tuple[Row, ...]
    planned: int  # without contingency, bond and incentives: what the schedule and the rates come to
    contingency: int
    bond: int
    gross: int
    incentives: int
    net: int
    findings: tuple[Finding, ...] = ()


def budget_of(schedule: Schedule, rates: Rates, *, title: str = "") -> Budget:
    """The budget of a schedule. Raises PlanError AP-PLAN-072 and 075."""
    counted = quantities(schedule, rates)
    completed, findings = complete(rates, schedule, counted)
    return msgspec.structs.replace(price(completed, counted, title=title), findings=findings)


def complete(rates: Rates, schedule: Schedule, counted: Quantities) -> tuple[Rates, tuple[Finding, ...]]:
    """The rates with a line for every performer who works and has none, at the rate the schedule knows; and
    what the two do not know of each other."""
    findings: list[Finding] = []
    known = {line.cast for line in rates.lines if line.cast is not None}
    performers = {one.number: one for one in schedule.performers}
    cast = set(counted.cast_work) | set(counted.cast_hold)
    lines, accounts = list(rates.lines), list(rates.accounts)
    for number in sorted(cast - known):
        performer = performers.get(number)
        name = performer.name if performer else f"Cast {number}"
        if performer is None or not performer.day_rate:
            findings.append(
                _note("budget.unpriced", f"{name} (cast {number}) works and has no rate", "warning")
            )
            continue
        account = next((line.account for line in lines if line.unit == "cast_day"), None)
        if account is None:
            account = _cast_account(accounts)
        hold = performer.hold_rate if performer.hold_rate is not None else performer.day_rate
        lines.append(
            Line(
                key=f"cast {number}",
                account=account,
                name=f"{name} (rate from the schedule)",
                rate=Decimal(performer.day_rate),
                hold_rate=Decimal(hold),
                unit="cast_day",
                cast=number,
            )
        )
        message = f"{name} (cast {number}) has no line: the schedule's rate is used"
        findings.append(_note("budget.rate_from_schedule", message, "note"))
    findings += _idle_lines(rates, counted)
    if schedule.violations:
        message = f"the schedule breaks {len(schedule.violations)} of its own rules: its days may not hold"
        findings.append(_note("budget.schedule_violations", message, "warning"))
    if schedule.boneyard:
        message = f"{len(schedule.boneyard)} strips are in the boneyard and cost nothing here"
        findings.append(_note("budget.boneyard", message, "warning"))
    if rates.starter:
        message = (
            "these are starter rates, written by the program to be overwritten: no price in them is yours"
        )
        findings.append(_note("budget.starter_rates", message, "warning"))
    completed = msgspec.structs.replace(rates, lines=tuple(lines), accounts=tuple(accounts))
    return completed, tuple(findings)


def price(rates: Rates, counted: Quantities, *, title: str = "") -> Budget:
    """Rates times quantities."""
    code = rates.currency
    rows: list[Row] = []
    for line in rates.lines:
        if line.unit != "percent":
            rows += rows_of(line, rates, counted)
    totals: dict[str, int] = {one.number: 0 for one in rates.accounts}
    for row in rows:
        totals[row.account] += row.amount
    percentages = [line for line in rates.lines if line.unit == "percent"]
    parts = _Parts(rates, totals, percentages)
    rows += [parts.row(line) for line in percentages]
    amounts = {one.number: parts.value(one.number) for one in rates.accounts}
    top = [
        TopLine(
            kind="section",
            name=SECTION_NAMES[section],
            amount=parts.value(section),
            formula=" + ".join(one.number for one in rates.accounts if one.section == section),
        )
        for section in SECTIONS
    ]
    planned = sum(one.amount for one in top)
    contingency, bond = parts.value("contingency"), parts.value("bond")
    for kind, share, amount in (
        ("contingency", rates.contingency, contingency),
        ("bond", rates.bond, bond),
    ):
        if share is not None:
            top.append(TopLine(kind=kind, name=share.name, amount=amount, formula=share_formula(share, code)))  # type: ignore[arg-type]
    gross = planned + contingency + bond
    top.append(TopLine(kind="gross", name="Total", amount=gross))
    incentives = 0
    for share in rates.incentives:
        amount = parts.share(share)
        incentives += amount
        top.append(
            TopLine(kind="incentive", name=share.name, amount=-amount, formula=share_formula(share, code))
        )
    if rates.incentives:
        top.append(TopLine(kind="net", name="Net of incentives", amount=gross - incentives))
    order = {line.key: at for at, line in enumerate(rates.lines)}
    rows.sort(key=lambda row: (row.account, order[row.line]))
    return Budget(
        title=title or rates.title,
        currency=code,
        shoot_days=counted.shoot_days[main_unit(counted)],
        top=tuple(top),
        accounts=tuple(
            AccountTotal(number=one.number, name=one.name, section=one.section, amount=amounts[one.number])
            for one in sorted(rates.accounts, key=lambda one: (SECTIONS.index(one.section), one.number))
        ),
        rows=tuple(rows),
        planned=planned,
        contingency=contingency,
        bond=bond,
        gross=gross,
        incentives=incentives,
        net=gross - incentives,
    )


def share_formula(share: Share | Line, code: str) -> str:
    """A percentage in words: "10 % of above, production, at most 50 000 EUR"."""
    percent = share.percent if isinstance(share, Share) else share.rate
    cap = (
        f", at most {currency.shown(currency.minor(share.cap, code), code)}" if share.cap is not None else ""
    )
    return f"{currency.plain(percent)} % of {', '.join(share.of)}{cap}"


class _Parts:
    """Amounts of sections, accounts and shares; the reader of the rates made sure that none is circular."""

    def __init__(self, rates: Rates, totals: Mapping[str, int], percentages: list[Line]) -> None:
        self.rates, self.totals, self.percentages = rates, totals, percentages
        self.known: dict[str, int] = {}

    def value(self, name: str) -> int:
        if name not in self.known:
            self.known[name] = self._value(name)
        return self.known[name]

    def _value(self, name: str) -> int:
        if name in SECTIONS:
            return sum(self.value(one.number) for one in self.rates.accounts if one.section == name)
        if name in ("contingency", "bond"):
            share = self.rates.contingency if name == "contingency" else self.rates.bond
            return self.share(share) if share is not None else 0
        shares = (self.share(line) for line in self.percentages if line.account == name)
        return self.totals[name] + sum(shares)

    def share(self, share: Share | Line) -> int:
        percent = share.percent if isinstance(share, Share) else share.rate
        base = sum(self.value(name) for name in share.of)
        amount = currency.rounded(Fraction(base) * Fraction(percent) / 100)
        return amount if share.cap is None else min(amount, currency.minor(share.cap, self.rates.currency))

    def row(self, line: Line) -> Row:
        base = sum(self.value(name) for name in line.of)
        code = self.rates.currency
        return Row(
            line=line.key,
            account=line.account,
            name=line.name,
            kind="share",
            quantity=Fraction(base, 10 ** currency.digits(code)),
            unit="% of",
            rate=Fraction(line.rate),
            amount=self.share(line),
            formula=share_formula(line, code),
            source="rates file",
            of=line.of,
            cap=Fraction(line.cap) if line.cap is not None else None,
        )


def _cast_account(accounts: list[Account]) -> str:
    """An account for cast nobody foresaw: the first above the line that is called so, or a new one."""
    for one in accounts:
        if one.section == "above" and "cast" in one.name.lower():
            return one.number
    numbers = {one.number for one in accounts}
    number = next(str(n) for n in range(1400, 10_000, 10) if str(n) not in numbers)
    accounts.append(Account(number=number, name="Cast", section="above"))
    return number


def _idle_lines(rates: Rates, counted: Quantities) -> list[Finding]:
    """Lines that multiply by nothing: most often a name that was misspelt."""
    found = []
    for line in rates.lines:
        what = ""
        if line.unit == "cast_day" and line.cast not in counted.cast_work:
            what = f"cast {line.cast} does not work in this schedule"
        elif line.unit == "location_day" and line.location and line.location not in counted.location_days:
            what = f"no day is shot at {line.location!r}"
        elif line.unit == "element_day" and _thing(line) not in counted.element_days:
            what = f"no scheduled scene needs {_thing(line)!r}"
        elif line.unit == "background_day" and (line.element or "") not in counted.background_days:
            what = "no scheduled scene calls this background"
        elif line.crew not in counted.shoot_days and line.unit in ("shoot_day", "day", "week"):
            main = line.crew == "main" or line.period in ("prep", "wrap") or line.quantity is not None
            what = "" if main else f"the schedule has no unit {line.crew!r}"
        if what:
            found.append(_note("budget.idle_line", f"{line.key} {line.name}: {what}", "note"))
    return found


def _thing(line: Line) -> str:
    return f"{line.category}/{line.element}" if line.element else str(line.category)


def _note(code: str, message: str, severity: Literal["note", "warning"]) -> Finding:
    return Finding(code=code, message=message, severity=severity, needs_a_person=severity == "warning")
