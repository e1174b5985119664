"""A screenplay as the document that `script read` prints: the fixed surface that other programs read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from answerprint.core.errors import FormatError, UsageError
from answerprint.core.findings import Finding
from answerprint.formats.screenplays.model import Element, Revision, Scene, Screenplay, Span, Tag

TYPES = {"heading": "scene_heading"}  # other kinds are their own types


class ElementDocument(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One element. `span` counts characters of the decoded source, half-open, and lines from 1."""

    type: str
    text: str
    span: Span | None
    line: int
    character: str | None = None
    extension: str | None = None
    dual: bool = False
    depth: int = 0
    confidence: float | None = None
    revision: str = ""
    style: str = ""
    tags: tuple[Tag, ...] = ()


class SceneDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One scene, its heading the first of its elements. Text before any heading is a scene without one."""

    id: str
    number: str
    heading: str
    interior: bool
    exterior: bool
    set: str
    time_of_day: str  # as written
    day_or_night: str  # resolved
    script_day: int | None
    eighths: int
    page: int
    omitted: bool
    characters: tuple[str, ...]  # ids of who speaks, in order of first speech
    elements: tuple[ElementDocument, ...]


class CharacterDocument(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str
    aliases: tuple[str, ...]
    speeches: int
    scenes: tuple[str, ...]  # ids


class ScreenplayDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A whole screenplay. `questions` are the findings that only a person can answer."""

    title: str
    format: str
    title_page: Mapping[str, str]
    pages: int
    script_days: int
    scenes: tuple[SceneDocument, ...]
    characters: tuple[CharacterDocument, ...]
    revisions: tuple[Revision, ...]
    questions: tuple[Finding, ...]
    findings: tuple[Finding, ...]


def screenplay_document(screenplay: Screenplay, findings: Iterable[Finding]) -> ScreenplayDocument:
    """The document of a finished screenplay; `findings` are its own and what was asked about it."""
    found = tuple(findings)
    cast = tuple(
        CharacterDocument(
            id=one.id, name=one.name, aliases=one.aliases, speeches=one.speeches, scenes=one.scenes
        )
        for one in screenplay.cast
    )
    days = {scene.script_day for scene in screenplay.scenes if scene.script_day is not None}
    return ScreenplayDocument(
        title=screenplay.title,
        format=screenplay.format,
        title_page=screenplay.title_page,
        pages=screenplay.pages,
        script_days=len(days),
        scenes=tuple(_scene(scene, cast) for scene in screenplay.scenes),
        characters=cast,
        revisions=screenplay.revisions,
        questions=tuple(one for one in found if one.needs_a_person),
        findings=tuple(one for one in found if not one.needs_a_person),
    )


def only_scene(document: ScreenplayDocument, number: str, file: str) -> ScreenplayDocument:
    """The document with one scene, who speaks in it, and the questions about it.

    Raises UsageError AP-USE-079 when no scene has the number.
    """
    scenes = tuple(one for one in document.scenes if number.casefold() in (one.number.casefold(), one.id))
    if not scenes:
        raise UsageError(
            "AP-USE-079",
            f"there is no scene {number}",
            file=file,
            remedy="answerprint script read FILE lists the numbers",
        )
    ids = {one.id for one in scenes}
    return msgspec.structs.replace(
        document,
        scenes=scenes,
        characters=tuple(one for one in document.characters if ids & set(one.scenes)),
        questions=tuple(one for one in document.questions if one.details.get("scene") in ids),
    )


def refuse_nothing(screenplay: Screenplay, file: str) -> None:
    """Raises FormatError AP-FORMAT-072 for a screenplay with nothing in it."""
    if not any(scene.elements for scene in screenplay.scenes) and not screenplay.title_page:
        raise FormatError(
            "AP-FORMAT-072", "there is nothing in it", file=file, remedy="check that the export worked"
        )


def _scene(scene: Scene, cast: tuple[CharacterDocument, ...]) -> SceneDocument:
    return SceneDocument(
        id=scene.id,
        number=scene.number,
        heading=scene.heading,
        interior=scene.place in ("interior", "both"),
        exterior=scene.place in ("exterior", "both"),
        set=scene.location,
        time_of_day=scene.time_of_day,
        day_or_night=scene.day_or_night,
        script_day=scene.script_day,
        eighths=scene.eighths,
        page=scene.page,
        omitted=scene.omitted,
        characters=tuple(one.id for one in cast if scene.id in one.scenes),
        elements=tuple(_element(element) for element in scene.elements),
    )


def _element(element: Element) -> ElementDocument:
    return ElementDocument(
        type=TYPES.get(element.kind, element.kind),
        text=element.text,
        span=element.span,
        line=element.line,
        character=element.character,
        extension=element.extension,
        dual=element.dual,
        depth=element.depth,
        confidence=element.confidence,
        revision=element.revision,
        style=element.style,
        tags=element.tags,
    )
