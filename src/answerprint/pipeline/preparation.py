"""Everything a screenplay can be prepared into, in one go: analysis, breakdown, schedule, papers, boards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from answerprint.core.breakdown import Breakdown
from answerprint.core.encoding import to_json
from answerprint.departments.planning.boards.coverage import cover
from answerprint.departments.planning.boards.shot_list import shot_list
from answerprint.departments.planning.documents.handing_out import hand_out
from answerprint.departments.planning.documents.pages import to_html
from answerprint.departments.planning.documents.printing import to_pdf
from answerprint.departments.planning.records import Schedule
from answerprint.departments.planning.schedule_file import write_schedule
from answerprint.departments.planning.scheduling import Effort
from answerprint.departments.script.analysis.reference import built_in
from answerprint.departments.script.analysis.report import page
from answerprint.departments.script.analysis.whole import analyse
from answerprint.departments.script.breakdown.coloured_pages import write_coloured_pages
from answerprint.departments.script.breakdown.reports import write_report, write_workbook
from answerprint.departments.script.breakdown.sheets_pdf import write_sheets
from answerprint.formats.screenplays.fdx_writing import write_fdx
from answerprint.formats.screenplays.model import Screenplay
from answerprint.pipeline.planning import Request, break_down_file, schedule_of

Say = Callable[[str, float], None]  # what is being done, and how much of it (0 … 1)


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """What was made: files by name, and the two records that everything else rests on."""

    title: str
    pages: int
    breakdown: Breakdown
    schedule: Schedule
    files: dict[str, bytes]
    questions: int  # that the reader could not answer alone


def prepare(file: Path, request: Request, effort: Effort, *, a4: bool = False, say: Say) -> Prepared:
    """A screenplay in any format, analysed, broken down, scheduled and written out.

    Answers given to the breakdown (NAME.breakdown.toml beside the file) count. Raises what reading, the
    plan file and scheduling raise; nothing is written here.
    """
    say("reading and breaking down", 0.0)
    screenplay, breakdown = break_down_file(file)
    found = schedule_of(
        file, request, effort, lambda share, best: say(f"scheduling, best {best}", share), breakdown
    )
    files: dict[str, bytes] = {"schedule.json": write_schedule(found)}
    for name, data in _papers(file, screenplay, breakdown, found, a4=a4):
        say(f"writing {name}", 0.0)
        files[name] = data
    return Prepared(
        title=screenplay.title or file.stem,
        pages=screenplay.pages,
        breakdown=breakdown,
        schedule=found,
        files=files,
        questions=sum(one.needs_a_person for one in screenplay.findings),
    )


def _papers(
    file: Path, screenplay: Screenplay, breakdown: Breakdown, found: Schedule, *, a4: bool
) -> Iterator[tuple[str, bytes]]:
    yield (
        "script/analysis.html",
        page(analyse(screenplay, file.name, built_in())).encode("utf-8", "backslashreplace"),
    )
    yield "script/breakdown-sheets.pdf", write_sheets(breakdown)
    yield "script/coloured-pages.pdf", write_coloured_pages(screenplay, breakdown)
    yield "script/element-report.pdf", write_report(breakdown)
    yield "script/breakdown.xlsx", write_workbook(breakdown)
    yield "script/breakdown.json", to_json(breakdown) + b"\n"
    yield "script/tagged.fdx", write_fdx(screenplay, breakdown)
    for name, data in hand_out(found, a4=a4):
        yield f"schedule/{name}", data
    coverage = cover(screenplay, {sheet.scene: sheet for sheet in breakdown.sheets})
    shots = shot_list(screenplay.title, coverage)
    yield "boards/shot-list.pdf", to_pdf(shots, a4=a4)
    yield "boards/shot-list.html", to_html(shots).encode()
