"""Scene headings: what is one, what it says, and the number it carries."""

from __future__ import annotations

import re
from collections import Counter
from typing import Literal

import msgspec

from answerprint.core.findings import Evidence, Finding
from answerprint.formats.screenplays.model import Element, Scene

_PREFIX = re.compile(
    r"(?P<prefix>INT\.?\s*/\s*EXT|EXT\.?\s*/\s*INT|I\s*/\s*E|E\s*/\s*I|INT|EXT|EST)(?:\.\s*|\s+)(?=\S)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\s*#(?P<number>[A-Za-z0-9][A-Za-z0-9.\-]*)#\s*$")
_TIMES = re.compile(
    r"\b(?:DAY|NIGHT|MORNING|AFTERNOON|EVENING|DAWN|DUSK|NOON|MIDNIGHT|SUNRISE|SUNSET|TWILIGHT|MAGIC HOUR"
    r"|GOLDEN HOUR|LATER|EARLIER|CONTINUOUS|CONT|SAME|SAME TIME|MOMENTS?|PRE-DAWN)\b",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(r"\s+[-–—]+\s+|\s*,\s+|\s+--\s+")


def is_heading(text: str) -> bool:
    """Whether a line opens a scene by its first word: INT, EXT, EST, INT./EXT, I/E, in any case."""
    return _PREFIX.match(text) is not None


def split_number(text: str) -> tuple[str, str]:
    """A heading's text and its `#number#`, empty when it has none."""
    match = _NUMBER.search(text)
    return (text[: match.start()], match["number"]) if match else (text, "")


def make_scene(heading: Element | None, elements: tuple[Element, ...]) -> Scene:
    """A scene from its heading line; the number as written, or empty."""
    if heading is None:
        return Scene(number="", heading="", elements=elements)
    text, number = split_number(heading.text)
    text = text.strip()
    match = _PREFIX.match(text)
    rest = text[match.end() :] if match else text
    location, time_of_day = _place_and_time(rest)
    return Scene(
        number=number,
        numbered=bool(number),
        heading=text,
        place=_place(match["prefix"]) if match else "",
        location=location,
        time_of_day=time_of_day,
        elements=(msgspec.structs.replace(heading, text=text), *elements),
    )


def number_scenes(scenes: list[Scene]) -> tuple[tuple[Scene, ...], tuple[Finding, ...]]:
    """Scenes with a number each: as written, else the place in the script, stepping over written ones.

    What stands before the first heading is scene 0. A number written twice is kept and reported.
    """
    written = Counter(scene.number for scene in scenes if scene.number)
    numbered: list[Scene] = []
    position = last = 0
    for scene in scenes:
        if not scene.number and not scene.heading and len(scenes) > 1:
            numbered.append(msgspec.structs.replace(scene, number="0"))
            continue
        position += 1
        if not scene.number:
            last = max(position, last + 1)
            while str(last) in written:
                last += 1
            scene = msgspec.structs.replace(scene, number=str(last))
        numbered.append(scene)
    doubled = tuple(
        Finding(
            code="script.scene_number_twice",
            message=f"scene number {number} is written on {times} scenes",
            severity="warning",
            subject=f"scene {number}",
            evidence=(Evidence(measure="scenes with this number", value=times, threshold=1),),
            needs_a_person=True,
        )
        for number, times in written.items()
        if times > 1
    )
    return tuple(numbered), doubled


def _place(prefix: str) -> Literal["interior", "exterior", "both", ""]:
    letters = re.sub(r"[^A-Z/]", "", prefix.upper())
    if "/" in letters:
        return "both"
    return "interior" if letters == "INT" else "exterior"


def _place_and_time(text: str) -> tuple[str, str]:
    """`KITCHEN - UPSTAIRS - NIGHT` is upstairs in the kitchen at night: the last part, if a time."""
    separators = list(_SEPARATOR.finditer(text))
    if separators and _TIMES.search(text, separators[-1].end()):
        return text[: separators[-1].start()].strip(), text[separators[-1].end() :].strip()
    return text.strip(), ""
