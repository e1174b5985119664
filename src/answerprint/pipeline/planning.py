"""From a screenplay or a breakdown to a schedule: the one place where script and planning meet."""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from answerprint.core.breakdown import Breakdown, CastMember, DayOrNight, SceneElement, SceneSheet
from answerprint.core.encoding import from_json
from answerprint.core.errors import FormatError, UsageError
from answerprint.formats.screenplays.model import Scene, Screenplay, merge_speeches
from answerprint.formats.text import read_text

if TYPE_CHECKING:
    from answerprint.departments.planning.records import Schedule
    from answerprint.departments.planning.scheduling import Effort, Plan, Progress

WORDS_AN_EIGHTH = 22


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


def plan_for(path: Path, request: Request) -> Plan:
    """A screenplay or breakdown with its settings, as strips, performers and locations.

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

    beside = path.with_name(PLAN_NAME)
    file = request.plan or (beside if beside.is_file() else None)
    settings = PlanSettings()
    if file is not None:
        need_plan(file)
        settings = read_plan(file)
    if request.availability is not None:
        settings = read_availability(request.availability, settings)
    if request.weather is not None:
        settings = read_weather(request.weather, settings)
    rules = load_rules(settings.production.rules, file.parent if file is not None else None)
    return plan_of(breakdown_of(path, settings.estimates.words_per_eighth), settings, rules)


def schedule_of(path: Path, request: Request, effort: Effort, report: Progress | None = None) -> Schedule:
    """The schedule of a screenplay or breakdown, as the request asks.

    Raises UsageError AP-USE-177 for requests that contradict themselves, and what reading and planning raise.
    """
    from answerprint.departments.planning.scheduling import schedule

    _check(request)
    plan = plan_for(path, request)
    if request.published is not None and request.start is not None:
        from answerprint.departments.planning.replanning import replan
        from answerprint.departments.planning.schedule_file import read_schedule

        return replan(plan, read_schedule(request.published), request.start, effort, report)
    if request.board is not None:
        from answerprint.departments.planning.board_import import read_board
        from answerprint.departments.planning.replanning import on_board

        small = request.at_most if request.improve == "small" else None
        full = request.improve == "full"
        return on_board(plan, read_board(request.board), effort, small=small, full=full, report=report)
    return schedule(plan, effort, report)


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


def breakdown_of(path: Path, words_per_eighth: int = WORDS_AN_EIGHTH) -> Breakdown:
    """The breakdown of a screenplay in any format that is read, or one that was written as JSON.

    Raises what reading a screenplay raises, and FormatError AP-FORMAT-190 for JSON that is no breakdown.
    """
    if path.suffix.casefold() == ".json":
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
    from answerprint.departments.script.reading import read_screenplay
    from answerprint.formats.screenplays.pagination import paginate

    screenplay = read_screenplay(path)
    if not any(one.eighths for one in screenplay.scenes):
        screenplay = paginate(screenplay)
    return breakdown_of_screenplay(screenplay, words_per_eighth)


def breakdown_of_screenplay(screenplay: Screenplay, words_per_eighth: int = WORDS_AN_EIGHTH) -> Breakdown:
    """What planning needs of a screenplay: sets, light, lengths, and who speaks where."""
    speeches: Counter[str] = Counter()
    scenes: dict[str, list[str]] = {}
    sheets: list[SceneSheet] = []
    seen: Counter[str] = Counter()
    for index, scene in enumerate(screenplay.scenes):
        if scene.omitted or not scene.heading:
            continue
        id_ = scene.id or f"s{index + 1}"
        seen[id_] += 1
        if seen[id_] > 1:
            id_ = f"{id_}~{seen[id_]}"
        speakers: dict[str, None] = {}
        for speech in merge_speeches(scene.elements):
            if speech.character:
                speakers[speech.character] = None
                speeches[speech.character] += 1
        for name in speakers:
            scenes.setdefault(name, []).append(id_)
        sheets.append(_sheet(scene, id_, tuple(speakers), words_per_eighth))
    ordered = sorted(scenes, key=lambda name: (-speeches[name], name))
    cast = tuple(
        CastMember(number=n, name=name, speeches=speeches[name], scenes=tuple(scenes[name]))
        for n, name in enumerate(ordered, start=1)
    )
    return Breakdown(
        title=screenplay.title,
        sheets=tuple(sheets),
        cast=cast,
        sets=tuple(dict.fromkeys(one.set for one in sheets)),
    )


def _sheet(scene: Scene, id_: str, speakers: tuple[str, ...], words_per_eighth: int) -> SceneSheet:
    words = sum(len(one.text.split()) for one in scene.elements)
    first = next((one.text for one in scene.elements if one.kind == "action"), "")
    return SceneSheet(
        scene=id_,
        number=scene.number,
        heading=scene.heading,
        set=scene.location.upper() or scene.heading.upper(),
        interior=scene.place in ("interior", "both") or not scene.place,
        exterior=scene.place in ("exterior", "both"),
        day_or_night=scene.day_or_night or _day_or_night(scene.time_of_day),
        time_of_day=scene.time_of_day,
        script_day=scene.script_day,
        eighths=scene.eighths or max(1, round(words / words_per_eighth)),
        page=scene.page,
        synopsis=first.split(". ")[0][:80],
        elements=tuple(
            SceneElement(
                id=f"cast:{name}:{id_}",
                category="cast",
                name=name,
                confidence=1.0,
                reason="speaks",
                speaks=True,
            )
            for name in speakers
        ),
    )


def _day_or_night(time: str) -> DayOrNight:
    """What a heading's time says in plain words; empty where it says nothing."""
    word = time.casefold()
    if any(one in word for one in ("night", "midnight", "evening")):
        return "night"
    if any(one in word for one in ("dawn", "sunrise")):
        return "dawn"
    if any(one in word for one in ("dusk", "sunset", "magic hour")):
        return "dusk"
    return "day" if any(one in word for one in ("day", "morning", "noon")) else ""
