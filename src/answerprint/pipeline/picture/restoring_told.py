"""What a restoration found and did, as records and in words."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

from answerprint.core.encoding import to_builtins
from answerprint.departments.picture.restoring.plan import LOCAL, Arrays, Plan
from answerprint.departments.picture.restoring.scratches import Line
from answerprint.pipeline.picture.operating import Operated
from answerprint.pipeline.picture.reels import Reel
from answerprint.pipeline.picture.restoring_fields import WholeReel, moved_share, told_of


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What the survey found. fields: progressive, video or pulldown. flicker: by shot, the deviation of its
    light in per cent; weave: by shot, pixels. scratches: their columns and picture numbers;
    unproved: lines that stand still as all around them does, and are left."""

    fields: str
    top_first: bool | None
    rate: str
    pictures: int
    refielded: float
    flicker: list[float]
    weave: list[float]
    scratches: list[dict[str, int]]
    unproved: list[dict[str, int]]
    remarks: list[str]


class Restored(msgspec.Struct, frozen=True, kw_only=True):
    """operated: what was written, without it for a look. by_kind: mean share of the pictures repaired, in
    per cent. touched: pictures in which places were repaired."""

    found: Found
    operated: Operated | None = None
    touched: int = 0
    by_kind: dict[str, float] = {}
    mask: str | None = None
    review: str | None = None


def found_of(reel: Reel, plan: Plan, combs: Arrays) -> Found:
    fields = told_of(combs)
    remarks = []
    if reel.count < 3 and plan.kinds & set(LOCAL):
        remarks.append("too few pictures to tell what is damage: only places in a mask are repaired")
    if reel.linear and "flicker" in plan.kinds:
        remarks.append("flicker is not looked for in scene-linear pictures")
    if fields.kind != "progressive" and not isinstance(reel, WholeReel):
        remarks.append(f"made of fields ({fields.kind}), which are left as they are")
    short = [one for one in reel.shots if one[1] - one[0] < 3]
    if short and reel.count >= 3:
        remarks.append(f"{len(short)} shots are shorter than three pictures: nothing is repaired in them")
    return Found(
        fields=fields.kind,
        top_first=fields.top_first if fields.kind != "progressive" else None,
        rate=str(reel.rate),
        pictures=reel.count,
        refielded=round(moved_share(reel), 4) if isinstance(reel, WholeReel) else 0.0,
        flicker=[round(100 * float(plan.levels[start:end, 0].std()), 2) for start, end in reel.shots],
        weave=[
            round(float(np.sqrt(plan.shifts[start:end].var(axis=0).sum())), 3) for start, end in reel.shots
        ],
        scratches=_joined(plan.lines),
        unproved=_joined(plan.unproved),
        remarks=remarks,
    )


def _joined(lines: tuple[Line, ...]) -> list[dict[str, int]]:
    """Scratches with stretches one after another told as one."""
    made: list[dict[str, int]] = []
    for line in sorted(lines):
        for one in made:
            if (
                one["last"] == line.first - 1
                and abs(one["column"] - line.column) <= 3
                and one["sign"] == line.sign
            ):
                one["last"] = line.last - 1
                break
        else:
            made.append(
                {"column": line.column, "first": line.first, "last": line.last - 1, "sign": line.sign}
            )
    return made


def told(done: Restored) -> dict[str, Any]:
    """All of it as plain values."""
    made: dict[str, Any] = to_builtins(done)
    return made


def in_words(done: Restored) -> list[str]:
    """What was found and repaired, line by line."""
    found = done.found
    lines = []
    if found.fields != "progressive":
        first = "top" if found.top_first else "bottom"
        lines.append(
            f"fields: {found.fields}, {first} field first; {found.pictures} pictures at {found.rate}"
        )
    flickering = [one for one in found.flicker if one]
    if flickering:
        lines.append(
            f"flicker: {len(flickering)} of {len(found.flicker)} shots, {max(flickering):g} % at most"
        )
    weaving = [one for one in found.weave if one]
    if weaving:
        lines.append(f"weave: {len(weaving)} of {len(found.weave)} shots, {max(weaving):g} pixels at most")
    for one in found.scratches:
        shade = "bright" if one["sign"] > 0 else "dark"
        lines.append(f"scratch: {shade}, column {one['column']}, pictures {one['first']} to {one['last']}")
    for one in found.unproved:
        column, when = one["column"], f"{one['first']}-{one['last']}"
        lines.append(
            f"a line at column {column}, pictures {when}, stands still as all around it does, and is left: "
            f"--scratch {column}@{when} repairs it"
        )
    lines += found.remarks
    if done.operated is not None:
        parts = ", ".join(f"{kind} {share:g} %" for kind, share in done.by_kind.items())
        lines.append(f"repaired in {done.touched} of {done.operated.pictures} pictures: {parts or 'nothing'}")
    return lines
