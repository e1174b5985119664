"""A document before it is paper or page: headings, tables and remarks that each renderer draws its way."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Column:
    """A table's column. `weight` is its share of the width; short ones never wrap."""

    title: str
    weight: float = 1.0
    align: str = "left"  # left, centre, right


@dataclass(frozen=True)
class Row:
    """Cells as text. `fill` is RRGGBB behind them; a `band` is one cell over the whole width."""

    cells: Sequence[str]
    fill: str = ""
    ink: str = "000000"
    bold: bool = False
    band: bool = False
    fills: dict[int, str] = field(default_factory=dict)  # cell → RRGGBB, over the row's own


@dataclass(frozen=True)
class Grid:
    """A table with its heading."""

    columns: Sequence[Column]
    rows: Sequence[Row]
    title: str = ""
    ruled: bool = True


@dataclass(frozen=True)
class Remark:
    """A paragraph; a loud one stands out (a broken rule, a warning)."""

    text: str
    loud: bool = False


@dataclass(frozen=True)
class Facts:
    """Names and values in two or more columns, as a call sheet's head has them."""

    pairs: Sequence[tuple[str, str]]
    across: int = 2


Part = Grid | Remark | Facts


@dataclass(frozen=True)
class Paper:
    """One document; each of its pages begins a new sheet."""

    name: str  # its file name without suffix
    title: str
    subtitle: str = ""
    pages: Sequence[Sequence[Part]] = ()
    landscape: bool = False
    small: bool = False  # many columns: smaller type


def to_csv(paper: Paper) -> str:
    """The document's tables as comma-separated values, one after the other; bands are rows of one cell.

    A cell that a spreadsheet would read as a formula is made text by a leading apostrophe.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    first = True
    for page in paper.pages:
        for part in page:
            if not isinstance(part, Grid):
                continue
            if not first:
                writer.writerow([])
            first = False
            if part.title:
                writer.writerow([part.title])
            writer.writerow([column.title for column in part.columns])
            writer.writerows([_harmless(cell) for cell in row.cells] for row in part.rows)
    return out.getvalue()


def clock(minutes: int | None) -> str:
    """Minutes after midnight as `06:30`; after the next midnight `01:30+1`."""
    if minutes is None:
        return ""
    days, rest = divmod(minutes, 1440)
    return f"{rest // 60:02d}:{rest % 60:02d}" + (f"+{days}" if days else "")


def hours(minutes: int) -> str:
    """A duration as `10 h 30`."""
    return f"{minutes // 60} h {minutes % 60:02d}"


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "+", "@") or (cell[:1] == "-" and len(cell) > 1) else cell
