"""The shot list as a document: coverage, axis and light, scene by scene."""

from __future__ import annotations

from collections.abc import Sequence

from answerprint.departments.planning.boards.shots import SIZES, Coverage
from answerprint.departments.planning.documents.paper import Column, Grid, Paper, Part, Remark, Row, hours

_OPTIONAL = "f1efe9"


def shot_list(title: str, coverage: Sequence[Coverage]) -> Paper:
    """Every scene's suggested shots; those that can be dropped are grey."""
    columns = [
        Column("Shot", 0.8, "centre"),
        Column("Size", 1.1),
        Column("Subject", 1.8),
        Column("Angle and movement", 2.2),
        Column("mm", 0.5, "centre"),
        Column("Why", 3.4),
        Column("Words", 3.2),
        Column("Min", 0.5, "right"),
    ]
    parts: list[Part] = []
    for scene in coverage:
        rows = [
            Row(
                [
                    shot.name,
                    SIZES[shot.size],
                    shot.subject,
                    ", ".join(one for one in (shot.angle, shot.movement, shot.side) if one),
                    shot.lens,
                    shot.reason,
                    _short(shot.passage),
                    str(shot.minutes),
                ],
                fill="" if shot.essential else _OPTIONAL,
            )
            for shot in scene.shots
        ]
        parts.append(Grid(columns, rows, title=f"{scene.number}  {scene.heading}"))
        if scene.axis:
            parts.append(Remark(f"Line: {scene.axis}."))
        parts += [Remark(f"Light: {note}.") for note in scene.lighting]
        order = ", ".join(scene.shooting_order)
        parts.append(Remark(f"Shoot in the order {order}: {hours(scene.minutes)} without the grey ones."))
    total = sum(len(scene.shots) for scene in coverage)
    name = f"{title}: shot list" if title else "Shot list"
    return Paper(
        "shot-list", name, f"{len(coverage)} scenes, {total} suggested shots", [parts], landscape=True
    )


def _short(text: str, length: int = 110) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= length else plain[: length - 1].rsplit(" ", 1)[0] + " …"
