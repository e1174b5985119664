"""The budget as text, CSV and a PDF top sheet."""

from __future__ import annotations

import csv
import io
from typing import Any

from answerprint.core.encoding import to_builtins
from answerprint.departments.planning.money import currency
from answerprint.departments.planning.money.budget import Budget
from answerprint.departments.planning.money.drawing import INK, LINE, SOFT, Words, text_width, write
from answerprint.departments.planning.money.rates import SECTION_NAMES, SECTIONS

PAGE = (595.28, 841.89)  # A4, points
MARGIN = 56.0


def budget_document(budget: Budget) -> dict[str, Any]:
    """The budget as JSON prints it: amounts as exact decimals, quantities as decimals and as fractions."""
    code = budget.currency

    def money(amount: int) -> str:
        return currency.exact(amount, code)

    return {
        "title": budget.title,
        "currency": code,
        "shoot_days": budget.shoot_days,
        "top_sheet": [
            {"kind": one.kind, "name": one.name, "amount": money(one.amount), "formula": one.formula}
            for one in budget.top
        ],
        "planned": money(budget.planned),
        "contingency": money(budget.contingency),
        "bond": money(budget.bond),
        "total": money(budget.gross),
        "incentives": money(budget.incentives),
        "net": money(budget.net),
        "accounts": [
            {"number": one.number, "name": one.name, "section": one.section, "amount": money(one.amount)}
            for one in budget.accounts
        ],
        "detail": [
            {
                "line": one.line,
                "account": one.account,
                "name": one.name,
                "kind": one.kind,
                "quantity": currency.plain(one.quantity),
                "unit": one.unit,
                "times": currency.plain(one.times),
                "rate": currency.plain(one.rate),
                "amount": money(one.amount),
                "formula": one.formula,
                "source": one.source,
            }
            for one in budget.rows
        ],
        "findings": to_builtins(budget.findings),
    }


def budget_csv(budget: Budget) -> str:
    """The detail, one row a line, for other programs."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(
        ("section", "account", "account_name", "line", "kind", "quantity", "unit", "times", "rate", "amount",
         "currency", "formula", "source")
    )  # fmt: skip
    accounts = {one.number: one for one in budget.accounts}
    for row in budget.rows:
        account = accounts[row.account]
        amounts = (currency.plain(one) for one in (row.times, row.rate))
        table.writerow(
            (
                account.section,
                account.number,
                _cell(account.name),
                _cell(row.name),
                row.kind,
                currency.plain(row.quantity),
                row.unit,
                *amounts,
                currency.exact(row.amount, budget.currency),
                budget.currency,
                _cell(row.formula),
                _cell(row.source),
            )
        )
    return out.getvalue()


def top_sheet(budget: Budget) -> bytes:
    """The top sheet as a PDF of one page, or more where there are many accounts."""
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=PAGE, invariant=1)
    canvas.setTitle(f"{budget.title or 'Budget'}: top sheet")
    page = _Page(canvas)
    page.words(MARGIN, budget.title or "Budget", 20, bold=True, step=30)
    days = "shooting day" if budget.shoot_days == 1 else "shooting days"
    page.words(MARGIN, f"Top sheet · {budget.shoot_days} {days} · {budget.currency}", 10.5, SOFT, step=34)
    for section in SECTIONS:
        accounts = [one for one in budget.accounts if one.section == section]
        total = sum(one.amount for one in accounts)
        page.heading(SECTION_NAMES[section], currency.exact(total, budget.currency))
        for one in accounts:
            page.row(f"{one.number}  {one.name}", currency.exact(one.amount, budget.currency))
        page.y += 10
    page.rule()
    for top in budget.top[len(SECTIONS) :]:
        amount = currency.exact(top.amount, budget.currency)
        if top.kind in ("gross", "net"):
            page.rule()
            page.heading(top.name, amount)
        else:
            page.row(f"{top.name}  ({top.formula})" if top.formula else top.name, amount)
    page.y += 20
    for finding in budget.findings:
        if finding.severity == "warning":
            page.words(MARGIN, f"Note: {finding.message}", 8.5, SOFT, step=13)
    canvas.save()
    return out.getvalue()


class _Page:
    """Text down a page, on to the next when it is full."""

    def __init__(self, canvas: Any) -> None:
        self.canvas, self.y = canvas, MARGIN + 16

    def words(
        self, x: float, text: str, size: float, colour: str = INK, *, bold: bool = False, step: float
    ) -> None:
        self._room()
        self._write(
            Words(x, self.y, _fitting(text, size, bold, PAGE[0] - MARGIN - x), size, "start", colour, bold)
        )
        self.y += step

    def heading(self, name: str, amount: str) -> None:
        self._pair(name, amount, 11.5, bold=True, step=19)

    def row(self, name: str, amount: str) -> None:
        self._pair(name, amount, 9.5, bold=False, step=15)

    def rule(self) -> None:
        self._room()
        self.canvas.setStrokeColor(LINE)
        self.canvas.setLineWidth(0.8)
        y = PAGE[1] - self.y + 10
        self.canvas.line(MARGIN, y, PAGE[0] - MARGIN, y)
        self.y += 6

    def _pair(self, name: str, amount: str, size: float, *, bold: bool, step: float) -> None:
        self._room()
        shown = _grouped(amount)
        wide = PAGE[0] - 2 * MARGIN - text_width(shown, size, bold) - 16
        self._write(Words(MARGIN, self.y, _fitting(name, size, bold, wide), size, "start", INK, bold))
        self._write(Words(PAGE[0] - MARGIN, self.y, shown, size, "end", INK, bold))
        self.y += step

    def _write(self, words: Words) -> None:
        write(self.canvas, words, PAGE[1])

    def _room(self) -> None:
        if self.y > PAGE[1] - MARGIN:
            self.canvas.showPage()
            self.y = MARGIN + 16


def _fitting(text: str, size: float, bold: bool, width: float) -> str:
    """A text cut off with an ellipsis where it is wider than its place."""
    if text_width(text, size, bold) <= width:
        return text
    while text and text_width(text + "…", size, bold) > width:
        text = text[:-1]
    return text + "…"


def _grouped(amount: str) -> str:
    whole, point, rest = amount.partition(".")
    return f"{currency.grouped(int(whole))}{point}{rest}" if whole != "-0" else amount


def _cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text
