"""The budget as a workbook that calculates: counts, detail, accounts and top sheet, joined by formulas."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from answerprint.departments.planning.money import currency
from answerprint.departments.planning.money.budget import Budget
from answerprint.departments.planning.money.costing import Row
from answerprint.departments.planning.money.rates import SECTION_NAMES, SECTIONS, Line, Rates, Share
from answerprint.formats.spreadsheet import clean, finished

_COLUMNS = (
    "Account",
    "Line",
    "Quantity",
    "Unit",
    "×",
    "Rate",
    "Factor",
    "Amount",
    "Arithmetic",
    "Quantity from",
)


def budget_workbook(budget: Budget, rates: Rates) -> bytes:
    """XLSX with four sheets. Change a count or a rate in it and the top sheet follows; the same budget is the
    same bytes."""
    from openpyxl import Workbook

    return finished(_Book(budget, rates, Workbook()).book)


class _Book:
    def __init__(self, budget: Budget, rates: Rates, book: Any) -> None:
        self.budget, self.rates, self.book = budget, rates, book
        places = currency.digits(budget.currency)
        self.places = places
        self.money = "#,##0" + ("." + "0" * places if places else "")
        self.scale = 10**places
        book.remove(book.active)
        self.top = book.create_sheet("Top sheet")
        self.accounts = book.create_sheet("Accounts")
        self.detail = book.create_sheet("Detail")
        self.counts = book.create_sheet("Counts")
        self.account_rows = {one.number: at for at, one in enumerate(budget.accounts, 2)}
        self.count_rows: dict[str, int] = {}
        self.top_rows: dict[str, int] = {}
        self._count_sheet()
        self._top_rows()
        self._detail_sheet()
        self._account_sheet()
        self._top_sheet()

    def _count_sheet(self) -> None:
        self._head(self.counts, ("What the schedule says", "Count"), (46, 14))
        for row in self.budget.rows:
            if row.counted and row.counted not in self.count_rows:
                at = len(self.count_rows) + 2
                self.count_rows[row.counted] = at
                self.counts.cell(at, 1, clean(_plain_key(row.counted)))
                self.counts.cell(at, 2, _number(row.quantity * row.divisor))

    def _top_rows(self) -> None:
        """Where each line of the top sheet stands, for the formulas that refer to it."""
        at = 4
        for section in SECTIONS:
            self.top_rows[section] = at
            at += 1
        for one in self.budget.top:
            if one.kind in ("contingency", "bond"):
                self.top_rows[one.kind] = at
                at += 1
        self.top_rows["gross"] = at

    def _detail_sheet(self) -> None:
        self._head(self.detail, _COLUMNS, (10, 38, 12, 16, 7, 13, 10, 15, 52, 52))
        lines: dict[str, list[int]] = {}
        for at, row in enumerate(self.budget.rows, 2):
            sheet = self.detail
            sheet.cell(at, 1, row.account)
            _text(sheet.cell(at, 2), row.name)
            sheet.cell(at, 3, self._quantity(row, lines.get(row.line, [])))
            sheet.cell(at, 4, row.unit)
            sheet.cell(at, 5, _number(row.times))
            rate = sheet.cell(at, 6, _number(row.rate))
            rate.number_format = "0.00##" if row.kind in ("fringe", "share") else self.money
            sheet.cell(at, 7, _factor(row.factor))
            amount = sheet.cell(at, 8, self._amount(row, at))
            amount.number_format = self.money
            if row.kind in ("fringe", "share"):
                sheet.cell(at, 3).number_format = self.money
            _text(sheet.cell(at, 9), row.formula)
            _text(sheet.cell(at, 10), row.source)
            if row.kind in ("pay", "overtime"):
                lines.setdefault(row.line, []).append(at)
        self.last = len(self.budget.rows) + 1

    def _quantity(self, row: Row, pay: Sequence[int]) -> str | float | int:
        if row.kind == "fringe":
            total = f"SUM(H{pay[0]}:H{pay[-1]})" if pay else "0"
            if row.ceiling is None:
                return f"={total}"
            return f"=MIN({total},{_factor_text(row.ceiling * row.times)})"
        if row.kind == "share":
            return "=" + "+".join(self._part(name) for name in row.of)
        if row.counted:
            cell = f"Counts!$B${self.count_rows[row.counted]}"
            return f"={cell}" if row.divisor == 1 else f"={cell}/{_factor_text(row.divisor)}"
        return _number(row.quantity)

    def _amount(self, row: Row, at: int) -> str:
        if row.kind in ("fringe", "share"):
            value = f"ROUND(C{at}*F{at}/100,{self.places})"
            return f"=MIN({value},{_factor_text(row.cap)})" if row.cap is not None else f"={value}"
        return f"=ROUND(C{at}*E{at}*F{at}*G{at},{self.places})"

    def _part(self, name: str) -> str:
        if name in self.account_rows:
            return f"Accounts!$D${self.account_rows[name]}"
        return f"'Top sheet'!$B${self.top_rows[name]}" if name in self.top_rows else "0"

    def _account_sheet(self) -> None:
        self._head(self.accounts, ("Section", "Account", "Name", "Amount"), (20, 10, 42, 16))
        for one in self.budget.accounts:
            at = self.account_rows[one.number]
            self.accounts.cell(at, 1, SECTION_NAMES[one.section])
            self.accounts.cell(at, 2, one.number)
            _text(self.accounts.cell(at, 3), one.name)
            cell = self.accounts.cell(
                at, 4, f"=SUMIF(Detail!$A$2:$A${self.last},B{at},Detail!$H$2:$H${self.last})"
            )
            cell.number_format = self.money

    def _top_sheet(self) -> None:
        from openpyxl.styles import Border, Font, Side

        sheet = self.top
        sheet["A1"] = clean(self.budget.title or "Budget")
        sheet["A1"].font = Font(bold=True, size=16)
        days = "shooting day" if self.budget.shoot_days == 1 else "shooting days"
        sheet["A2"] = f"{self.budget.shoot_days} {days}, {self.budget.currency}"
        for letter, width in (("A", 40), ("B", 18), ("C", 64)):
            sheet.column_dimensions[letter].width = width
        last = len(self.budget.accounts) + 1
        for one, section in zip(self.budget.top, SECTIONS, strict=False):
            formula = f'=SUMIF(Accounts!$A$2:$A${last},"{SECTION_NAMES[section]}",Accounts!$D$2:$D${last})'
            self._top_line(self.top_rows[section], one.name, formula, one.formula)
        shares = {"contingency": self.rates.contingency, "bond": self.rates.bond}
        gross = self.top_rows["gross"]
        incentives = list(self.rates.incentives)
        at = gross + 1
        for one in self.budget.top[len(SECTIONS) :]:
            share = shares.get(one.kind)
            if share is not None:
                self._top_line(self.top_rows[one.kind], one.name, f"={self._share(share)}", one.formula)
            elif one.kind == "gross":
                self._top_line(gross, one.name, f"=SUM(B4:B{gross - 1})", "", strong=True)
            elif one.kind == "incentive":
                self._top_line(at, one.name, f"=-{self._share(incentives.pop(0))}", one.formula)
                at += 1
            elif one.kind == "net":
                self._top_line(at, one.name, f"=SUM(B{gross}:B{at - 1})", "", strong=True)
        for cell in sheet[gross]:
            cell.border = Border(top=Side("thin"))
        sheet.page_setup.fitToWidth = 1

    def _share(self, share: Share | Line) -> str:
        percent = share.percent if isinstance(share, Share) else share.rate
        base = "+".join(self._part(name) for name in share.of)
        value = f"ROUND(({base})*{percent}/100,{self.places})"
        return f"MIN({value},{share.cap})" if share.cap is not None else value

    def _top_line(self, at: int, name: str, formula: str, note: str, *, strong: bool = False) -> None:
        from openpyxl.styles import Font

        _text(self.top.cell(at, 1), name)
        amount = self.top.cell(at, 2, formula)
        amount.number_format = self.money
        _text(self.top.cell(at, 3), note)
        if strong:
            self.top.cell(at, 1).font = amount.font = Font(bold=True)

    def _head(self, sheet: Any, columns: Sequence[str], widths: Sequence[int]) -> None:
        from openpyxl.styles import Font, PatternFill
        from openpyxl.utils import get_column_letter

        for at, (name, width) in enumerate(zip(columns, widths, strict=True), 1):
            cell = sheet.cell(1, at, name)
            cell.font = Font(bold=True)
            cell.fill = PatternFill("solid", fgColor="EFE9DC")
            sheet.column_dimensions[get_column_letter(at)].width = width
        sheet.freeze_panes = "A2"


def _text(cell: Any, value: str) -> None:
    """Text stays text, also where it begins with an equals sign."""
    cell.value = clean(value)
    if cell.data_type == "f":
        cell.data_type = "s"


def _number(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else float(value)


def _factor(value: Fraction) -> int | str:
    return int(value) if value.denominator == 1 else f"={_factor_text(value)}"


def _factor_text(value: Fraction) -> str:
    """A fraction as a formula keeps it: exact."""
    return str(value.numerator) if value.denominator == 1 else f"({value.numerator}/{value.denominator})"


def _plain_key(key: str) -> str:
    kind, _, rest = key.partition("/")
    names = {
        "shoot_days": "Shooting days, unit",
        "eighths": "Eighths of a page",
        "cast_work": "Work days, cast",
        "cast_hold": "Hold days, cast",
        "cast_overtime": "Overtime hours, cast / step",
        "overtime": "Overtime hours, unit / step",
        "location_days": "Days at",
        "element_days": "Days with",
        "background_days": "Background, person days",
    }
    return f"{names.get(kind, kind)} {rest}".strip()
