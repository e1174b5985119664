"""From a screenplay or a breakdown to a schedule: the one place where script and planning meet."""

from __future__ import annotations

import datetime
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from answerprint.core.breakdown import Breakdown
from answerprint.core.encoding import from_json
from answerprint.core.errors import FormatError, PlanError, UsageError
from answerprint.formats.text import read_text

if TYPE_CHECKING:
    from answerprint.departments.planning.records import Schedule
    from answerprint.departments.planning.scheduling import Effort, Plan, Progress
    from answerprint.formats.screenplays.model import Screenplay


START = 0.4  # seconds that the program takes to begin and to print


@dataclass(frozen=True)
class Request:
    """What a schedule is asked for with, beside the screenplay."""

    plan: Path | None = None  # plan.toml; None: the one beside the screenplay, else defaults
    availability: Path | None = None
    weather: Path | None = None
    board: Path | None = None
    improve: str | None = None  # "small" or "full"
    at_most: int = 5  # strips moved by "small"
    published: Path | None = None
    start: datetime.date | None = None  # re-planning: the first date that may change


def plan_for(path: Path, request: Request, breakdown: Breakdown | None = None) -> Plan:
    """A screenplay or breakdown with its settings, as strips, performers and locations. `breakdown`: that of
    the file, where it is known already.

    Raises what reading the files raises, each with file, place and remedy.
    """
    from answerprint.departments.planning.plan_file import (
        PLAN_NAME,
        need_plan,
        read_availability,
        read_plan,
        read_weather,
    )
    from answerprint.departments.planning.rules import load_rules
    from answerprint.departments.planning.scheduling import plan_of
    from answerprint.departments.planning.settings import PlanSettings

    beside = path.parent / PLAN_NAME
    file = request.plan or (beside if os.path.isfile(beside) else None)  # noqa: PTH113 - never raises
    settings = PlanSettings()
    if file is not None:
        need_plan(file)
        settings = read_plan(file)
    if request.availability is not None:
        settings = read_availability(request.availability, settings)
    if request.weather is not None:
        settings = read_weather(request.weather, settings)
    rules = load_rules(settings.production.rules, file.parent if file is not None else None)
    return plan_of(breakdown or breakdown_of(path), settings, rules)


def schedule_of(
    path: Path,
    request: Request,
    effort: Effort,
    report: Progress | None = None,
    breakdown: Breakdown | None = None,
) -> Schedule:
    """The schedule of a screenplay or breakdown, as the request asks. `breakdown`: the file's, where known.

    Raises UsageError AP-USE-177 for requests that contradict themselves, and what reading and planning raise.
    """
    from answerprint.departments.planning.scheduling import schedule

    began = time.monotonic()
    _check(request)
    plan = plan_for(path, request, breakdown)
    effort = replace(effort, seconds=max(0.5, effort.seconds - START - (time.monotonic() - began)))
    if request.published is not None and request.start is not None:
        from answerprint.departments.planning.replanning import replan
        from answerprint.departments.planning.schedule_file import read_schedule

        with naming(request.published):
            return replan(plan, read_schedule(request.published), request.start, effort, report)
    if request.board is not None:
        from answerprint.departments.planning.board_import import read_board
        from answerprint.departments.planning.replanning import on_board

        small = request.at_most if request.improve == "small" else None
        full = request.improve == "full"
        with naming(request.board):
            return on_board(plan, read_board(request.board), effort, small=small, full=full, report=report)
    return schedule(plan, effort, report)


@contextmanager
def naming(file: Path) -> Iterator[None]:
    """Errors about what a file holds name it, where what raised them knew only the records."""
    try:
        yield
    except PlanError as error:
        error.file = error.file or str(file)
        raise


def _check(request: Request) -> None:
    wrong = remedy = ""
    if (request.published is None) != (request.start is None):
        wrong, remedy = (
            "--published and --from go together",
            "give the first date that may change: --from 2026-05-11",
        )
    elif request.published is not None and request.board is not None:
        wrong, remedy = "--published and --board exclude each other", "give one of them"
    elif request.improve is not None and request.board is None:
        wrong, remedy = "--improve asks for a board", "--board board.csv"
    elif request.improve not in (None, "small", "full"):
        wrong, remedy = f"--improve {request.improve!r} is not known", "small, or full"
    elif not 1 <= request.at_most <= 200:
        wrong, remedy = f"--at-most {request.at_most} is not possible", "1 to 200 strips"
    if wrong:
        raise UsageError("AP-USE-177", wrong, remedy=remedy)


def breakdown_of(path: Path) -> Breakdown:
    """The breakdown of a screenplay in any format that is read, or one that was written as JSON. People's
    answers are taken from NAME.breakdown.toml beside the screenplay.

    Raises what reading a screenplay raises, FormatError AP-FORMAT-190 for JSON that is no breakdown, and
    PlanError AP-PLAN-104 where there is no scene.
    """
    breakdown = _read_breakdown(path) if path.suffix.casefold() == ".json" else break_down_file(path)[1]
    _need_scenes(breakdown, path)
    return breakdown


def break_down_file(path: Path) -> tuple[Screenplay, Breakdown]:
    """A screenplay and its breakdown, under the answers in NAME.breakdown.toml beside it.

    Raises what reading a screenplay raises, and PlanError AP-PLAN-104 where there is no scene.
    """
    from answerprint.departments.script.breakdown import break_down, read_answers
    from answerprint.departments.script.reading import read_screenplay

    screenplay = read_screenplay(path)
    breakdown = break_down(screenplay, read_answers(path.with_name(f"{path.stem}.breakdown.toml")))
    _need_scenes(breakdown, path)
    return screenplay, breakdown


def _need_scenes(breakdown: Breakdown, path: Path) -> None:
    if all(one.omitted for one in breakdown.sheets):
        raise PlanError(
            "AP-PLAN-104",
            "there is no scene to schedule",
            file=str(path),
            remedy="give a screenplay with scene headings",
        )


def _read_breakdown(path: Path) -> Breakdown:
    text, _ = read_text(path)
    try:
        return from_json(text, Breakdown)
    except (msgspec.DecodeError, RecursionError) as error:
        raise FormatError(
            "AP-FORMAT-190",
            f"this JSON is no breakdown: {error}",
            file=str(path),
            remedy="write one with `answerprint script breakdown FILE --json`",
        ) from error
