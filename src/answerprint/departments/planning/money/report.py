"""What `plan risk` writes: a self-contained page with its pictures, the numbers, the tornado alone."""

from __future__ import annotations

from collections.abc import Sequence

from answerprint.core.encoding import to_json
from answerprint.departments.planning.money.charts import distribution, record_chart, tornado_chart
from answerprint.departments.planning.money.currency import grouped
from answerprint.departments.planning.money.forecast import Quantile, Risk, Spread
from answerprint.formats.web_pages import template_of

BLOCKS = "▁▂▃▄▅▆▇█"


def risk_files(risk: Risk) -> dict[str, bytes]:
    """Name → bytes; the same risk is the same bytes."""
    bars = tornado_chart(risk.drivers, risk.money, "What moves the money")
    return {
        "risk.html": risk_page(risk).encode(),
        "risk.json": to_json(risk) + b"\n",
        "tornado.svg": bars.svg().encode(),
        "tornado.png": bars.png(),
    }


def risk_page(risk: Risk) -> str:
    """The page, its charts inline."""
    note = f"{grouped(risk.runs)} runs, seed {risk.seed}; {risk.source}"
    aside = (("plan and contingency", risk.money.planned + risk.budget_contingency),)
    charts = {
        "money": distribution(risk.money, "What it may cost", note, aside if risk.budget_contingency else ()),
        "days": distribution(risk.days, "How long it may take", note),
        "tornado": tornado_chart(risk.drivers, risk.money, "What moves the money"),
        "tornado_days": tornado_chart(risk.days_drivers, risk.days, "What moves the days"),
    }
    if risk.record_money.scores:
        charts["record_money"] = record_chart(risk.record_money, "Your record: money")
    if risk.record_days.scores:
        charts["record_days"] = record_chart(risk.record_days, "Your record: days")
    page: str = template_of("answerprint.departments.planning.money", "risk.html.j2").render(
        risk=risk,
        charts={name: one.svg() for name, one in charts.items()},
        spreads=((risk.money, "Money"), (risk.days, "Shooting days")),
        value=value,
        percent=lambda share: f"{100 * share:.0f} %",
    )
    return page


def value(number: float, spread: Spread) -> str:
    """A value of a distribution for people: whole days, whole units of money."""
    if spread.unit == "days":
        return f"{number:.0f}"
    return grouped(round(number))


def levels(spread: Spread) -> tuple[Quantile, ...]:
    return (spread.p10, spread.p50, spread.p80, spread.p90)


def sparkline(shares: Sequence[float], width: int = 40) -> str:
    """A histogram in one line of text."""
    shares = list(shares)
    if len(shares) > width:
        step = len(shares) / width
        shares = [sum(shares[int(at * step) : int((at + 1) * step)]) for at in range(width)]
    most = max(shares, default=0.0)
    if most <= 0:
        return ""
    return "".join(
        " " if share <= 0 else BLOCKS[min(len(BLOCKS) - 1, int(share / most * len(BLOCKS)))]
        for share in shares
    )
