"""From a screenplay or a breakdown to a schedule: the one place where script and planning meet."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import msgspec

from answerprint.core.breakdown import Breakdown, CastMember, DayOrNight, SceneElement, SceneSheet
from answerprint.core.encoding import from_json
from answerprint.core.errors import FormatError
from answerprint.formats.screenplays.model import Scene, Screenplay, merge_speeches
from answerprint.formats.text import read_text

WORDS_AN_EIGHTH = 22


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
