"""Clauses about whole clips: what slates, logs and files say of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np

from answerprint.core.logged import Slate
from answerprint.core.records import Asset
from answerprint.departments.footage.search.library import Found, Library, within
from answerprint.departments.footage.search.query import Clause
from answerprint.departments.footage.search.spoken import stacked
from answerprint.store.tables.moments import NUMBER

SLATES = "slates.1"
SLATE_FIELDS = ("scene", "take", "camera", "circled")
Mark = tuple[int, int, dict[str, str]]  # start, end, what it says
_DATE_TAGS = ("creation_time", "date", "com.apple.quicktime.creationdate", "origination_date")


def clips(clause: Clause, library: Library, slates: Mapping[str, Slate]) -> tuple[Found, str]:
    """The clips (or, where a file holds several slates, the stretch after each) that a clause is true of,
    and why it cannot be answered where nothing in the production says anything of the field.

    slates: by asset, what script supervisors' logs say. A log outranks a slate that was read.
    """
    parts: list[int] = []
    known = False
    stretches: list[Found] = []
    read = library.once(SLATES, _slated) if clause.field in SLATE_FIELDS else {}
    for place, asset in enumerate(library.assets):
        logged = slates.get(asset.id)
        values = _values(clause.field, asset, logged)
        if clause.field in SLATE_FIELDS and not values:
            marks = read.get(place, [])
            known = known or bool(marks)
            if any(mark[2] != marks[0][2] for mark in marks[1:]):
                stretches += _stretches(clause, library, place, marks)
            elif marks and _matches(clause, [marks[0][2].get(clause.field, "")]):
                parts.append(place)
            continue
        known = known or bool(values)
        if _matches(clause, values):
            parts.append(place)
    found = stacked([library.extents(parts), *stretches])
    return found, "" if known else f"nothing here says {_what(clause.field)}"


def _values(field: str, asset: Asset, logged: Slate | None) -> list[str]:
    if field in ("scene", "take", "camera", "notes", "circled"):
        if logged is None:
            return []
        value = getattr(logged, field)
        return [("yes" if value else "no") if field == "circled" else value] if value != "" else []
    if field == "card":
        return [asset.card] if asset.card else []
    if field == "reel":
        return [one for one in (asset.reel, asset.card) if one]
    if field == "clip":
        return [asset.name]
    if field == "kind":
        return [asset.kind]
    if field == "rate":
        video = asset.stream("video")
        return [] if video is None or video.rate is None else [_rate_text(video.rate), str(video.rate)]
    if field == "date":
        return [str(asset.tags[tag]) for tag in _DATE_TAGS if asset.tags.get(tag)]
    return []


def _matches(clause: Clause, values: Sequence[str]) -> bool:
    asked = clause.words.casefold().strip()
    for value in values:
        have = value.casefold().strip()
        if clause.field in ("clip", "notes"):
            if asked in have:
                return True
        elif clause.field == "date":
            if have.startswith(asked) or have.replace(":", "-").startswith(asked):
                return True
        elif clause.field in ("scene", "take") and asked.isdecimal():
            # scene:12 is also 12A and 12B; take:3 is also "3 PU"
            if re.match(rf"0*{asked}(?!\d)", have):
                return True
        elif clause.field == "circled":
            if (have in ("yes", "true", "1")) == (asked in ("yes", "true", "1")):
                return True
        elif have == asked or (clause.field in ("card", "reel") and asked in re.split(r"[/_-]", have)):
            return True
    return False


def _slated(library: Library) -> dict[int, list[Mark]]:
    """Clip → the slates read in it, in order."""
    tracks = library.of(SLATES)
    counts = [library.tracks[index].count for index in tracks]
    track = np.repeat(np.array(tracks, np.int32), counts)
    place = np.concatenate([np.arange(count, dtype=np.int32) for count in counts] or [track])
    marks = library.found(track, place)
    values = {name: library.spread(SLATES, name) for name in ("scene", "slate", "take", "camera")}
    circled, numbers = library.numbers(SLATES, "circled", NUMBER)
    yes = set(zip(circled.tolist(), within(circled).tolist(), (numbers == 1).tolist(), strict=True))
    found: dict[int, list[Mark]] = {}
    for row in range(len(marks)):
        key = (int(marks.track[row]), int(marks.place[row]))
        slate = {name: each[key] for name, each in values.items() if key in each}
        if "slate" in slate:  # where slates are numbered through, the number stands for the scene
            slate.setdefault("scene", slate["slate"])
        if (*key, True) in yes:
            slate["circled"] = "yes"
        if slate:
            mark = (int(marks.start[row]), int(marks.end[row]), slate)
            found.setdefault(int(marks.asset[row]), []).append(mark)
    return {clip: sorted(marks, key=lambda mark: mark[0]) for clip, marks in found.items()}


def _stretches(clause: Clause, library: Library, place: int, marks: list[Mark]) -> list[Found]:
    """From each slate that matches to the next one, or to the clip's end."""
    whole = library.extents([place])
    found: list[Found] = []
    for index, (start, end, value) in enumerate(marks):
        if _matches(clause, [value.get(clause.field, "")]):
            last = marks[index + 1][0] if index + 1 < len(marks) else max(int(whole.end[0]), end)
            moment = library.extents([place])
            found.append(
                Found(
                    moment.asset,
                    np.array([start], moment.start.dtype),
                    np.array([max(last, start + 2)], moment.end.dtype),
                    moment.score,
                    moment.track,
                    moment.place,
                    how="slate",
                )
            )
    return found


def _rate_text(rate: Fraction) -> str:
    return f"{float(rate):.3f}".rstrip("0").rstrip(".")


def _what(field: str) -> str:
    return {
        "circled": "which takes are circled (a log or slates)",
        "date": "when it was shot",
        "notes": "anything about takes: no log has notes",
    }.get(field, f"the {field} of a clip")
