"""What is true of a production, for the check of its cut: read from the tracks, not from what chose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from answerprint.core.proposals import Decision
from answerprint.core.records import Annotation
from answerprint.core.time import Range
from answerprint.departments.editorial.checking import Facts
from answerprint.departments.editorial.layout import Assembly
from answerprint.departments.editorial.material import Material
from answerprint.departments.editorial.paper import order_of
from answerprint.departments.editorial.takes import MINIMUM_COMPLETENESS
from answerprint.formats.screenplays.model import Line

FAULTS = ("repeated", "missing", "inserted", "substituted")


def facts_of(
    material: Sequence[Material],
    made: Assembly,
    lines: Sequence[Line],
    handles: int,
    decisions: Mapping[str, Decision] = {},
) -> Facts:
    """The facts a cut is held against. made: what it reports of itself (missing lines, short handles)."""
    flubbed: list[tuple[str, str, Range]] = []
    clean: set[str] = set()
    circled: set[tuple[str, str]] = set()
    readable: set[str] = set()
    for one in material:
        track = one.readings
        for reading in track.annotations if track is not None else ():
            assert track is not None
            range_ = track.range_of(reading)
            if not reading.label or not _usable(one, reading, range_, decisions.get(f"take:{reading.label}")):
                continue
            readable.add(reading.label)
            if one.slate.circled:
                circled.add((reading.label, one.asset.id))
            if any(reading.value.get(fault) for fault in FAULTS):
                flubbed.append((reading.label, one.asset.id, range_))
            else:
                clean.add(reading.label)
    return Facts(
        extents={one.asset.id: _extents(one) for one in material},
        damage={one.asset.id: one.damage for one in material if one.damage},
        sound_of={
            one.asset.id: (one.sound.sound, one.sound.offset) for one in material if one.sound is not None
        },
        lines={line.key: line.label for line in lines},
        readable=frozenset(readable),
        omitted=frozenset(one.removeprefix("take:") for one in order_of(decisions).out),
        flubbed=tuple(flubbed),
        clean=frozenset(clean),
        circled=frozenset(circled),
        handles=handles,
        reported=frozenset(one.subject or "" for one in made.findings if one.code == "handles.short"),
    )


def _usable(one: Material, reading: Annotation, range_: Range, decision: Decision | None) -> bool:
    if float(reading.value.get("completeness", 1.0)) < MINIMUM_COMPLETENESS or one.damaged(range_):
        return False
    rejected = decision is not None and decision.answer == "reject" and decision.asset == one.asset.id
    return not (
        rejected and decision is not None and (decision.range is None or decision.range.overlaps(range_))
    )


def _extents(one: Material) -> dict[str, Range]:
    found = {}
    if one.frames is not None:
        found["video"] = Range(one.frames.first, one.frames.end)
    stream = one.asset.stream("audio")
    if stream is not None and stream.start is not None and stream.duration is not None:
        found["audio"] = Range(stream.start, stream.start + stream.duration)
    elif stream is not None and one.frames is not None:
        found["audio"] = found["video"]
    return found
