"""Sync: separate sound to its picture, with method and confidence; refused where there is none."""

from __future__ import annotations

import msgspec

from answerprint.core.findings import Evidence, Finding
from answerprint.core.logged import SyncMap
from answerprint.departments.footage.steps import SyncBrief, SyncStep
from answerprint.engine.graph import Collected, Graph, Value
from answerprint.pipeline.making import Making, keyed


def sync(making: Making) -> SyncMap:
    """Match every sound-only file with its clips, and clips of several cameras with one another."""
    pictures = tuple(keyed(one) for one in making.assets.values() if one.kind == "picture")
    sounds = tuple(keyed(one) for one in making.assets.values() if one.kind == "sound")
    if not pictures or len(pictures) + len(sounds) < 2:
        return SyncMap()
    graph = Graph()
    step = graph.add(
        SyncStep(),
        "production",
        brief=Value(SyncBrief(pictures=pictures, sounds=sounds)),
        sound=Collected(making.collected("listen", "sound")),
        listening=Collected(making.collected("listen", "listening")),
    )
    report = making.run(graph)
    if not report[step].there:
        return SyncMap()
    found = report.record(step, "sync", SyncMap)
    named = msgspec.structs.replace(
        found,
        unmatched=tuple(
            msgspec.structs.replace(one, reason=_with_names(making, one.reason)) for one in found.unmatched
        ),
    )
    making.findings += [
        Finding(
            code="sync.none",
            message=f"{making.assets[one.sound].name} was put under no picture: {one.reason}",
            severity="warning",
            subject=one.sound,
            evidence=(Evidence(asset=one.sound),),
        )
        for one in named.unmatched
    ]
    return named


def _with_names(making: Making, reason: str) -> str:
    """A reason in which assets go by their names."""
    for id, asset in making.assets.items():
        reason = reason.replace(id, asset.name)
    return reason
