"""Tables people send: availability and weather as CSV. Every bad row is named, not only the first."""

from __future__ import annotations

import csv
import datetime
import math
import re
from pathlib import Path
from typing import TYPE_CHECKING

from answerprint.core.errors import PlanError
from answerprint.departments.planning.records import Window
from answerprint.formats.text import read_text

SHOWN = 8  # bad rows written out in the message

if TYPE_CHECKING:
    from _csv import Reader as CsvReader

Rows = list[tuple[int, dict[str, str]]]


def table_rows(path: Path, titles: dict[str, tuple[str, ...]], needed: tuple[str, ...]) -> Rows:
    """Rows of a CSV with their line numbers, by field; columns in any order, commas, semicolons or tabs.

    titles gives for each field the column titles it goes by, without case and punctuation.
    Raises PlanError AP-PLAN-111 when a needed column is missing or the file holds no rows.
    """
    text, _ = read_text(path)
    opened = table_reader(text)
    if opened is None:
        raise PlanError("AP-PLAN-111", "this table is empty", file=str(path), remedy=_wanted(needed))
    first, reader = opened
    rows: Rows = []
    places: dict[str, int] = {}
    try:
        for row in reader:
            if not places:
                plain = [re.sub(r"[\W_]+", "", title).casefold() for title in row]
                places = {
                    field: next(plain.index(one) for one in names if one in plain)
                    for field, names in titles.items()
                    if any(one in plain for one in names)
                }
                if not set(needed) <= set(places):
                    missing = ", ".join(one for one in needed if one not in places)
                    raise PlanError(
                        "AP-PLAN-111",
                        f"no column is named {missing}",
                        file=str(path),
                        at=f"line {first + reader.line_num}",
                        remedy=_wanted(needed),
                    )
            elif any(cell.strip() for cell in row):
                cells = {field: row[at].strip() if at < len(row) else "" for field, at in places.items()}
                rows.append((first + reader.line_num, {**cells, "*": " ".join(row).strip()}))
    except csv.Error as error:
        raise PlanError(
            "AP-PLAN-111",
            f"this table cannot be read: {error}",
            file=str(path),
            at=f"line {first + reader.line_num}",
            remedy="check its quotation marks",
        ) from error
    return rows


def table_reader(text: str) -> tuple[int, CsvReader] | None:
    """How many lines stand above a table, and what reads its rows; None where there is none.

    Its first line that is not blank decides between tabs, semicolons and commas.
    """
    lines = text.split("\n")
    first = next((at for at, line in enumerate(lines) if line.strip(" \t,;")), None)
    if first is None:
        return None
    delimiter = max("\t;,", key=lines[first].count)
    rows = (f"{line}\n" for line in lines[first:])
    return first, csv.reader(rows, delimiter=delimiter, skipinitialspace=True)


def availability_rows(path: Path) -> list[tuple[str, Window, bool, int]]:
    """(name, dates, whether available, line) of each row.

    Raises PlanError AP-PLAN-110 naming every bad row."""
    titles = {
        "name": ("name", "performer", "actor", "cast", "character"),
        "from": ("from", "first", "start", "begin"),
        "to": ("to", "last", "end", "until"),
        "kind": ("available", "availability", "kind", "status", "availableunavailable"),
    }
    found: list[tuple[str, Window, bool, int]] = []
    bad: list[str] = []
    for line, row in table_rows(path, titles, ("name", "from", "to", "kind")):
        kind = row["kind"].casefold()
        first, last = _date(row["from"]), _date(row["to"])
        if not row["name"]:
            bad.append(f"line {line}: no name")
        elif first is None or last is None:
            bad.append(
                f"line {line}: {row['from'] if first is None else row['to']!r} is no date (2026-05-04)"
            )
        elif last < first:
            bad.append(f"line {line}: ends before it begins")
        elif kind not in ("available", "unavailable", "yes", "no"):
            bad.append(f"line {line}: {row['kind']!r} is neither available nor unavailable")
        else:
            found.append((row["name"], Window(first=first, last=last), kind in ("available", "yes"), line))
    _refuse_rows(bad, path)
    return found


def weather_rows(path: Path) -> list[tuple[int, str, float, int]]:
    """(month, location, probability of a dry day, line) of each row.

    Raises PlanError AP-PLAN-110 as above."""
    titles = {
        "month": ("month",),
        "location": ("location", "place"),
        "dry": ("dry", "dryprobability", "probability", "p"),
    }
    found: list[tuple[int, str, float, int]] = []
    bad: list[str] = []
    for line, row in table_rows(path, titles, ("month", "location", "dry")):
        month = int(row["month"]) if row["month"].isdecimal() and len(row["month"]) < 3 else 0
        try:
            dry = float(row["dry"])
        except ValueError:
            dry = math.nan
        if not 1 <= month <= 12:
            bad.append(f"line {line}: {row['month']!r} is no month (1 to 12)")
        elif not row["location"]:
            bad.append(f"line {line}: no location")
        elif not (math.isfinite(dry) and 0 <= dry <= 1):
            bad.append(f"line {line}: {row['dry']!r} is no probability (0 to 1)")
        else:
            found.append((month, row["location"], dry, line))
    _refuse_rows(bad, path)
    return found


def _date(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None


def _refuse_rows(bad: list[str], path: Path) -> None:
    if bad:
        more = f"; and {len(bad) - SHOWN} more" if len(bad) > SHOWN else ""
        raise PlanError(
            "AP-PLAN-110",
            f"{len(bad)} row{'s' if len(bad) > 1 else ''} cannot be used: {'; '.join(bad[:SHOWN])}{more}",
            file=str(path),
            remedy="mend or delete those rows",
        )


def _wanted(needed: tuple[str, ...]) -> str:
    return f"the first line names the columns: {', '.join(needed)}"
