"""A screenplay as the analysis reads it: scenes with their speeches, action and who is present."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from answerprint.core.errors import ScriptError
from answerprint.departments.script.analysis.names import CastNames, cue_name
from answerprint.departments.script.analysis.records import Passage
from answerprint.departments.script.analysis.word_lists import word_list
from answerprint.formats.screenplays.fountain import plain
from answerprint.formats.screenplays.model import Element, Scene, Screenplay

# The industry's page: 54 lines of 12-point Courier; action 61 columns wide, dialogue 35, parentheticals 25.
PAGE_LINES = 54
WIDTHS = {"action": 61, "dialogue": 35, "lyric": 35, "parenthetical": 25}
SPACED = frozenset(("action", "character", "transition", "heading", "centered", "shot", "general"))
ACTION = frozenset(("action", "centered", "general", "shot"))
PASSAGE = 240  # characters of a passage shown
ENGLISH_LEAST = 0.14  # share of the words below in English prose is .2 to .3, in other languages under .1

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_SENTENCE = re.compile(r"[^.!?…]*(?:[.!?…]+[\"'”’)]*|$)")
_OPENING = re.compile(r"(?:FADE IN|FADE FROM BLACK|OPEN ON|COLD OPEN|TEASER|ACT ONE)\W*", re.IGNORECASE)
_ENGLISH = frozenset(word_list("english"))


@dataclass(frozen=True)
class Text:
    """Words of a scene. `words` are case-folded; `scene` counts from 0, `line` is the source's, from 1."""

    scene: int
    text: str
    words: tuple[str, ...]
    line: int


@dataclass(frozen=True)
class Speech(Text):
    """One speech. `index` counts from 0 over the whole script."""

    index: int
    character: str
    heard_only: bool  # V.O., or off screen


@dataclass(frozen=True)
class ActionBlock(Text):
    """One paragraph of action."""

    layout_lines: int


@dataclass
class SceneText:
    """A scene's words and who is in it. Lengths are lines of the industry's layout."""

    index: int
    id: str
    number: str
    heading: str
    line: int
    place: str
    location: str
    time_of_day: str
    night: bool
    script_day: int | None
    eighths: int = 0
    length: int = 0
    dialogue_length: int = 0
    start: float = 0.0
    end: float = 0.0
    speeches: list[Speech] = field(default_factory=list)
    actions: list[ActionBlock] = field(default_factory=list)
    speaking: dict[str, Passage] = field(default_factory=dict)  # first passage of each
    acting: dict[str, Passage] = field(default_factory=dict)

    @property
    def present(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.speaking, *self.acting)))

    @property
    def middle(self) -> float:
        return (self.start + self.end) / 2

    @property
    def words(self) -> int:
        return sum(len(one.words) for one in self.texts)

    @property
    def texts(self) -> list[Text]:
        return [*self.actions, *self.speeches]

    def passage(self, text: str | None = None, line: int | None = None) -> Passage:
        """A passage of this scene; its heading when no words are given."""
        shown = self.heading if text is None else " ".join(text.split())
        if len(shown) > PASSAGE:
            shown = shown[: PASSAGE - 1].rstrip() + "…"
        return Passage(scene=self.id, number=self.number, line=line or self.line, text=shown)


@dataclass(frozen=True)
class Manuscript:
    """The whole screenplay, scenes in order. `cast` are speaking characters by words, most first."""

    title: str
    scenes: tuple[SceneText, ...]
    cast: tuple[str, ...]
    names: CastNames
    english: bool

    @property
    def speeches(self) -> list[Speech]:
        return [one for scene in self.scenes for one in scene.speeches]

    @property
    def actions(self) -> list[ActionBlock]:
        return [one for scene in self.scenes for one in scene.actions]

    @property
    def pages(self) -> float:
        """Pages in the industry's layout."""
        return sum(scene.length for scene in self.scenes) / PAGE_LINES

    def said(self, speech: Speech) -> Passage:
        """A speech as evidence, with its speaker."""
        return self.scenes[speech.scene].passage(f"{speech.character}: {speech.text}", speech.line)

    def done(self, block: ActionBlock, text: str | None = None) -> Passage:
        """A block of action as evidence."""
        return self.scenes[block.scene].passage(text or block.text, block.line)


def read_manuscript(screenplay: Screenplay, file: str = "") -> Manuscript:
    """The screenplay's scenes and cast. Raises ScriptError AP-SCRIPT-120 when there is nothing in it."""
    kept = [scene for scene in screenplay.scenes if not scene.omitted and _has_text(scene)]
    if not kept:
        raise ScriptError(
            "AP-SCRIPT-120",
            "there is no screenplay in this file: nothing to analyse",
            file=file or None,
            remedy="check that it is the right file; a scene begins with INT. or EXT.",
        )
    spoken: Counter[str] = Counter()
    for scene in kept:
        for element in scene.elements:
            if element.kind == "dialogue" and element.character:
                spoken[cue_name(element.character)] += len(words_of(element.text))
    names = CastNames(spoken, screenplay.cast)
    scenes = _Scenes(names).read(kept)
    said: Counter[str] = Counter()
    for one in scenes:
        for speech in one.speeches:
            said[speech.character] += len(speech.words)
    cast = tuple(name for name, _ in sorted(said.items(), key=lambda pair: (-pair[1], pair[0])))
    counted = Counter(word for one in scenes for part in one.texts for word in part.words)
    share = sum(counted[word] for word in _ENGLISH) / max(1, sum(counted.values()))
    return Manuscript(
        title=screenplay.title,
        scenes=tuple(scenes),
        cast=cast,
        names=names,
        english=share >= ENGLISH_LEAST,
    )


def words_of(text: str) -> tuple[str, ...]:
    """Case-folded words, apostrophes kept inside them."""
    return tuple(word.replace("’", "'").casefold() for word in _WORD.findall(text))


def sentences_of(text: str) -> list[str]:
    """Sentences by their end marks; a line of dialogue without any is one."""
    return [part for one in _SENTENCE.findall(" ".join(text.split())) if (part := one.strip())]


def layout_lines(text: str, width: int) -> int:
    """Lines a paragraph fills when words are wrapped at a width."""
    count = 0
    for line in text.split("\n"):
        used = 0
        count += 1
        for word in line.split():
            if used and used + 1 + len(word) > width:
                count, used = count + 1, len(word)
            else:
                used += len(word) + (1 if used else 0)
    return count


def _has_text(scene: Scene) -> bool:
    """A scene with a heading, or text before any: a lone `FADE IN:` up there is no scene."""
    return bool(scene.heading) or any(
        element.kind in ("dialogue", "lyric")
        or (element.kind in ACTION and not _OPENING.fullmatch(element.text.strip()))
        for element in scene.elements
    )


class _Scenes:
    """Builds the scenes in one pass; the speech count runs over the whole script."""

    def __init__(self, names: CastNames) -> None:
        self.names = names
        self.speech = 0

    def read(self, kept: Iterable[Scene]) -> list[SceneText]:
        scenes: list[SceneText] = []
        seen: Counter[str] = Counter()
        night = False
        for index, scene in enumerate(kept):
            night = _is_night(scene, night)
            identity = scene.id or scene.heading.casefold() or f"scene {scene.number}"
            seen[identity] += 1
            text = SceneText(
                index=index,
                id=identity if seen[identity] == 1 else f"{identity}#{seen[identity]}",
                number=scene.number or str(index + 1),
                heading=plain(scene.heading) or "(before the first heading)",
                line=scene.elements[0].line if scene.elements else 1,
                place=scene.place,
                location=scene.location or scene.heading,
                time_of_day=scene.time_of_day,
                night=night,
                script_day=scene.script_day,
            )
            self._elements(scene.elements, text)
            text.eighths = scene.eighths or max(1, round(text.length * 8 / PAGE_LINES))
            scenes.append(text)
        total = max(1, sum(one.length for one in scenes))
        at = 0
        for one in scenes:
            one.start, one.end = at / total, (at + one.length) / total
            at += one.length
        return scenes

    def _elements(self, elements: tuple[Element, ...], scene: SceneText) -> None:
        speaking: Element | None = None
        said: list[str] = []

        def close() -> None:
            nonlocal speaking
            if speaking is not None and said:
                self._speech(speaking, " ".join(said), scene)
            speaking = None
            said.clear()

        for element in elements:
            lines = layout_lines(element.text, WIDTHS.get(element.kind, 61))
            if element.kind in ("note", "synopsis", "section", "boneyard", "page_break"):
                continue
            scene.length += lines + int(element.kind in SPACED) + int(element.kind == "heading")
            if element.kind in ("character", "dialogue", "parenthetical", "lyric"):
                scene.dialogue_length += lines
            if element.kind in ("dialogue", "lyric") and element.character:
                if speaking is None or cue_name(speaking.character or "") != cue_name(element.character):
                    close()
                    speaking = element
                said.append(plain(element.text))
            elif element.kind == "character":
                close()
            elif element.kind != "parenthetical":
                close()
                if element.kind in ACTION and element.text.strip():
                    self._action(plain(element.text), element.line, lines, scene)
        close()

    def _speech(self, element: Element, text: str, scene: SceneText) -> None:
        extension = (element.extension or "").upper()
        heard = bool(re.search(r"\bV\.?\s?O\b|\bO\.?\s?[SC]\b|PHONE|RADIO|FILTER|PRE-?LAP", extension))
        for name in self.names.speakers(element.character or ""):
            speech = Speech(
                index=self.speech,
                scene=scene.index,
                character=name,
                text=" ".join(text.split()),
                words=words_of(text),
                line=element.line,
                heard_only=heard,
            )
            scene.speeches.append(speech)
            scene.speaking.setdefault(name, scene.passage(f"{name}: {text}", element.line))
            self.speech += 1

    def _action(self, text: str, line: int, lines: int, scene: SceneText) -> None:
        block = ActionBlock(scene.index, text, words_of(text), line, lines)
        scene.actions.append(block)
        for name, around in self.names.acting(text):
            scene.acting.setdefault(name, scene.passage(around, line))


def _is_night(scene: Scene, before: bool) -> bool:
    """Night by the reader's own resolution, else by the heading; CONTINUOUS keeps what was."""
    if scene.day_or_night:
        return scene.day_or_night == "night"
    time = (scene.time_of_day or scene.heading).upper()
    if re.search(r"\b(NIGHT|MIDNIGHT|EVENING|NACHT|NUIT|NOCHE|NOTTE|NOITE|НОЧЬ)\b", time):
        return True
    if re.search(r"\b(CONTINUOUS|LATER|SAME|MOMENTS?|CONT)\b", time):
        return before
    return False


def round_to(value: float, digits: int = 3) -> float:
    """A finite float, rounded for a document; negative zero is zero."""
    return round(value, digits) + 0.0 if math.isfinite(value) else 0.0
