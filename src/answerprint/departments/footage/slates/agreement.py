"""What the slate in the picture says against what the script supervisor's log says of the clip."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePath

import msgspec

from answerprint.core.findings import Evidence, Finding
from answerprint.core.logged import Slate
from answerprint.departments.footage.slates.voting import Value
from answerprint.formats.logs import LogEntry


class Disagreement(msgspec.Struct, frozen=True):
    """A field that the slate and the log give differently."""

    field: str
    slate: str
    log: str


def logged_slate(name: str, entries: Sequence[LogEntry]) -> Slate | None:
    """What a log says of a clip, by its file's name without suffix and case; None where it names none."""
    stem = PurePath(name).stem.casefold()
    for entry in entries:
        if entry.clip and PurePath(entry.clip.replace("\\", "/")).stem.casefold() == stem:
            scene, setup = entry.scene.strip(), entry.slate.strip()
            if scene and setup.casefold().startswith(scene.casefold()):
                scene = setup
            elif setup.isalpha() or not scene:
                scene += setup
            return Slate(
                scene=scene,
                take=entry.take,
                circled=entry.circled,
                camera=entry.camera,
                notes=entry.notes,
            )
    return None


def disagreements(values: Mapping[str, Value], logged: Slate) -> tuple[Disagreement, ...]:
    """Fields read with certainty and logged that are not the same: scene (or slate number), take, camera."""
    found = []
    seen = {name: value.text for name, value in values.items() if value.text is not None}
    pairs = (
        ("scene", seen.get("scene") or seen.get("slate"), logged.scene),
        ("take", seen.get("take"), logged.take),
    )
    for name, read, written in (*pairs, ("camera", seen.get("camera"), logged.camera)):
        if read and written and plain(read) != plain(written):
            found.append(Disagreement(name, read, written))
    return tuple(found)


def disagreement_finding(subject: str, name: str, found: Sequence[Disagreement]) -> Finding:
    """The finding that a slate and the log differ; subject an asset id or a file's name, name for people."""
    said = "; ".join(f"{one.field}: slate {one.slate}, log {one.log}" for one in found)
    return Finding(
        code="slates.disagree",
        message=f"{name}: the slate in the picture is not what the log says ({said})",
        severity="problem",
        subject=subject,
        evidence=tuple(Evidence(measure=one.field, value=one.slate, threshold=one.log) for one in found),
        needs_a_person=True,
    )


def plain(text: str) -> str:
    """A number of a scene or take as it is compared: capitals, no blanks and marks, no leading zeros."""
    bare = re.sub(r"^(?:SCENE|SC|TAKE|TK|CAM(?:ERA)?)(?=\W|\d)", "", text.strip().upper())
    return re.sub(r"(?<![0-9])0+(?=[0-9])", "", re.sub(r"[\\s._-]+", "", bare))
