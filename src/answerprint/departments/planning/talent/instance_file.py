"""The file format of Cheng, Diamond & Lin (1993) and Smith (2005), as the public instances use it."""

from __future__ import annotations

import re
from fractions import Fraction
from math import lcm
from pathlib import Path

import numpy as np

from answerprint.core.errors import PlanError
from answerprint.departments.planning.talent.instance import Instance

MOST_BYTES = 8_000_000
MOST_SCENES = 1000
MOST_ACTORS = 300
MOST_AMOUNT = 10**9
MOST_DECIMALS = 6
MOST_COST = 2**52  # every sum stays exact, in whole numbers and in floats

FORM = (
    "name, number of scenes, number of actors, a row of 0 and 1 and the daily cost per actor, the durations"
)

_Token = tuple[str, int]  # text, line number from 1


def read_instance(path: Path) -> Instance:
    """Read an instance file. Raises PlanError AP-PLAN-130 (no such file, no text), -131, -132, -133."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise PlanError(
            "AP-PLAN-130",
            f"cannot be read: {error.strerror or error}",
            file=str(path),
            remedy="name a text file",
        ) from error
    if len(data) > MOST_BYTES:
        raise PlanError(
            "AP-PLAN-130",
            f"more than {MOST_BYTES // 1_000_000} MB: no talent instance is that long",
            file=str(path),
            remedy=FORM,
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PlanError(
            "AP-PLAN-130",
            "this is no text in UTF-8",
            file=str(path),
            at=f"byte {error.start}",
            remedy=FORM,
        ) from error
    if "\0" in text:
        raise PlanError("AP-PLAN-130", "this is no text: it holds zero bytes", file=str(path), remedy=FORM)
    return read_text(text, file=str(path))


def read_text(text: str, *, file: str | None = None) -> Instance:
    """Read an instance from its text.

    Blank lines, tabs, commas, comments from `#`, rows wrapped over lines and a missing name are accepted;
    costs and durations may have decimals. Raises PlanError: AP-PLAN-131 (wrong counts), -132 (a value that is
    none, with its row and scene), -133 (larger than can be computed exactly).
    """
    lines = [
        (number, line.split("#", 1)[0].strip()) for number, line in enumerate(text.splitlines(), start=1)
    ]
    filled = [(number, line) for number, line in lines if line]
    if not filled:
        raise PlanError("AP-PLAN-131", "the file is empty", file=file, remedy=FORM)
    name = ""
    if not _is_head(filled):
        name = filled[0][1]
        filled = filled[1:]
    tokens = [(token, number) for number, line in filled for token in re.split(r"[\s,;]+", line) if token]
    if len(tokens) < 2:
        raise PlanError("AP-PLAN-131", "the numbers of scenes and actors are missing", file=file, remedy=FORM)
    scenes = _count(tokens[0], "scenes", MOST_SCENES, file)
    actors = _count(tokens[1], "actors", MOST_ACTORS, file)
    body = tokens[2:]
    _check_shape(body, scenes, actors, file)
    works = np.zeros((actors, scenes), dtype=np.bool_)
    rates = []
    for actor in range(actors):
        row = body[actor * (scenes + 1) : (actor + 1) * (scenes + 1)]
        for scene, (token, line) in enumerate(row[:-1]):
            if token not in ("0", "1"):
                raise PlanError(
                    "AP-PLAN-132",
                    f"actor row {actor + 1}, scene {scene + 1}: {_shown(token)} is neither 0 nor 1",
                    file=file,
                    at=f"line {line}",
                    remedy="1 where the actor works in the scene, 0 elsewhere, then the daily cost",
                )
            works[actor, scene] = token == "1"
        rates.append(_amount(row[-1], f"actor row {actor + 1}: the daily cost", file))
    days = [
        _amount(token, f"the duration of scene {scene + 1}", file)
        for scene, token in enumerate(body[actors * (scenes + 1) :])
    ]
    whole_rates, rate_scale = _whole(rates)
    whole_days, day_scale = _whole(days)
    if sum(whole_rates) * sum(whole_days) > MOST_COST:
        raise PlanError(
            "AP-PLAN-133",
            "the costs are larger than can be added exactly",
            file=file,
            remedy="give costs in thousands, or with fewer decimals",
        )
    return Instance(
        name=name,
        works=works,
        rates=np.array(whole_rates, dtype=np.int64),
        days=np.array(whole_days, dtype=np.int64),
        rate_scale=rate_scale,
        day_scale=day_scale,
    )


def _is_head(filled: list[tuple[int, str]]) -> bool:
    """Whether the file starts with its counts, without a name (a film may be called 1917)."""
    single = [re.fullmatch(r"\d+", line) is not None for _, line in filled[:3]]
    if re.fullmatch(r"\d+[\s,;]+\d+", filled[0][1]):
        return True
    return len(single) == 3 and single[0] and single[1] and not single[2]


def _count(token: _Token, what: str, most: int, file: str | None) -> int:
    text, line = token
    if not re.fullmatch(r"[0-9]{1,18}", text) or int(text) < 1:
        raise PlanError(
            "AP-PLAN-131",
            f"the number of {what} is {_shown(text)}",
            file=file,
            at=f"line {line}",
            remedy=FORM,
        )
    if int(text) > most:
        raise PlanError(
            "AP-PLAN-133",
            f"{text} {what}: at most {most} are planned together",
            file=file,
            at=f"line {line}",
            remedy="plan the film in blocks",
        )
    return int(text)


def _check_shape(body: list[_Token], scenes: int, actors: int, file: str | None) -> None:
    """Refuse a body with too few or too many numbers, and name the first row that is to blame."""
    wanted = actors * (scenes + 1) + scenes
    by_line: dict[int, int] = {}
    for _, line in body:
        by_line[line] = by_line.get(line, 0) + 1
    one_line_each = len(by_line) == actors + 1
    if len(body) == wanted and not one_line_each:
        return
    for row, (line, held) in enumerate(by_line.items()):
        if (
            row < actors
            and held != scenes + 1
            and (one_line_each or held > scenes + 1 or len(body) != wanted)
        ):
            raise PlanError(
                "AP-PLAN-131",
                f"actor row {row + 1} holds {held} numbers; {scenes} scenes and a cost make {scenes + 1}",
                file=file,
                at=f"line {line}",
                remedy=FORM,
            )
    if len(body) == wanted:
        return
    if len(by_line) <= actors and len(body) <= actors * (scenes + 1):
        message = f"{len(by_line)} rows follow; {actors} actors and the durations make {actors + 1}"
    else:
        held = len(body) - actors * (scenes + 1)
        message = f"{held} numbers follow the {actors} actor rows; {scenes} scenes have {scenes} durations"
    raise PlanError("AP-PLAN-131", message, file=file, remedy=FORM)


def _amount(token: _Token, what: str, file: str | None) -> Fraction:
    text, line = token
    if not re.fullmatch(rf"\+?[0-9]{{1,18}}(\.[0-9]{{0,{MOST_DECIMALS}}})?", text):
        negative = text.startswith("-")
        raise PlanError(
            "AP-PLAN-132",
            f"{what} is {_shown(text)}"
            + (": nothing here is negative" if negative else ": that is no number"),
            file=file,
            at=f"line {line}",
            remedy=f"a number from 0, with at most {MOST_DECIMALS} decimals",
        )
    amount = Fraction(text.rstrip("."))
    if amount > MOST_AMOUNT:
        raise PlanError(
            "AP-PLAN-133",
            f"{what} is {_shown(text)}: more than {MOST_AMOUNT}",
            file=file,
            at=f"line {line}",
            remedy="give costs in thousands",
        )
    return amount


def _whole(amounts: list[Fraction]) -> tuple[list[int], int]:
    scale = lcm(*(one.denominator for one in amounts))
    return [int(one * scale) for one in amounts], scale


def _shown(token: str) -> str:
    return repr(token if len(token) <= 24 else token[:24] + "…")
