"""All documents of a schedule as files: which there are, in which formats."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from answerprint.core.errors import UsageError
from answerprint.departments.planning.documents.call_sheets import Company, call_sheets
from answerprint.departments.planning.documents.daily_reports import Actual, daily_reports
from answerprint.departments.planning.documents.dood import dood
from answerprint.departments.planning.documents.icalendar import to_icalendar
from answerprint.departments.planning.documents.pages import to_html
from answerprint.departments.planning.documents.paper import Paper, to_csv
from answerprint.departments.planning.documents.printing import to_pdf
from answerprint.departments.planning.documents.stripboard import (
    one_liner,
    rules_broken,
    shooting_schedule,
    stripboard,
)
from answerprint.departments.planning.records import Schedule

DOCUMENTS = {
    "stripboard": "the board: a coloured strip a scene, a black band a day",
    "one-liner": "a line a scene, day by day",
    "shooting-schedule": "every scene with everything it needs",
    "day-out-of-days": "who starts, works, is held, dropped, finishes, and when",
    "call-sheets": "a page a day: times, scenes, cast, needs, tomorrow",
    "daily-reports": "a page a day: planned beside shot",
    "calendar": "shooting days for calendar programs (.ics)",
}
FORMATS = ("pdf", "html", "csv")


def hand_out(
    schedule: Schedule,
    *,
    only: Sequence[str] = (),
    formats: Iterable[str] = FORMATS,
    company: Company | None = None,
    actuals: Sequence[Actual] = (),
    a4: bool = False,
) -> Iterator[tuple[str, bytes]]:
    """File name and content of each document. Raises UsageError AP-USE-084 for one that does not exist."""
    wanted = list(only or DOCUMENTS)
    kinds = list(formats)
    for name in [*wanted, *kinds]:
        if name not in DOCUMENTS and name not in FORMATS:
            raise UsageError(
                "AP-USE-084",
                f"there is no document {name!r}",
                remedy=f"documents: {', '.join(DOCUMENTS)}; formats: {', '.join(FORMATS)}",
            )
    for name in wanted:
        if name == "calendar":
            yield "shooting-days.ics", to_icalendar(schedule).encode()
            continue
        paper = _paper(name, schedule, company, actuals)
        if "pdf" in kinds:
            yield f"{paper.name}.pdf", to_pdf(paper, a4=a4)
        if "html" in kinds:
            yield f"{paper.name}.html", to_html(paper).encode()
        if "csv" in kinds:
            yield f"{paper.name}.csv", to_csv(paper).encode()


def _paper(name: str, schedule: Schedule, company: Company | None, actuals: Sequence[Actual]) -> Paper:
    match name:
        case "stripboard":
            board = stripboard(schedule)
            broken = rules_broken(schedule)
            pages = [*board.pages, broken] if broken else board.pages
            return Paper(board.name, board.title, board.subtitle, pages, landscape=True)
        case "one-liner":
            return one_liner(schedule)
        case "shooting-schedule":
            return shooting_schedule(schedule)
        case "day-out-of-days":
            return dood(schedule)
        case "call-sheets":
            return call_sheets(schedule, company)
        case _:
            return daily_reports(schedule, actuals)
