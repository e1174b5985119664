"""Tagged lines as a screenplay: wrapped lines joined, speeches with their speakers, page furniture gone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from answerprint.core.findings import Evidence, Finding
from answerprint.formats.screenplays.headings import is_heading, make_scene, number_scenes
from answerprint.formats.screenplays.model import Element, ElementKind, Scene, Screenplay
from answerprint.formats.screenplays.tagger import words
from answerprint.formats.screenplays.tagger.elements import (
    PARTED,
    OpenElement,
    SourceLine,
    bare,
    is_revised,
    name_and_extension,
    source_lines,
)
from answerprint.formats.screenplays.tagger.side_by_side import Pair
from answerprint.formats.screenplays.tagger.tagging import DOUBTFUL, TAG_WORDS, TaggedLine
from answerprint.formats.screenplays.tagger.title_page import title_page_of

_ENDS = '.?!:;"”»)…—*'
SHOWN_DOUBTS = 200  # findings of single lines; what is beyond is counted in one more
_DASHED = re.compile(r"[^\W\d_]-$")


def screenplay_of(lines: Sequence[str], tagged: Sequence[TaggedLine], *, form: str) -> Screenplay:
    """The screenplay that tagged lines make. `form` is what it was read from: "text" or "pdf".

    Elements carry their span, and as confidence that of their least certain line. Every line under
    `DOUBTFUL` is a finding that needs a person.
    """
    source = source_lines(lines, tagged)
    builder = _Builder(source)
    scenes, doubled = number_scenes(builder.scenes())
    title_page = builder.title_page
    return Screenplay(
        title=" ".join(title_page.get("Title", "").split()),
        title_page=title_page,
        scenes=scenes,
        findings=(*doubts(tagged), *doubled),
        format=form,
    )


def doubts(tagged: Sequence[TaggedLine]) -> list[Finding]:
    """Lines whose tag a person should look at, the first `SHOWN_DOUBTS` one by one."""
    found = [one for one in tagged if one.doubtful]
    findings = [
        Finding(
            code="script.line_doubtful",
            message=f"line {one.number}: {TAG_WORDS[one.tag]} or {TAG_WORDS[one.otherwise]}? "
            f"“{one.text[:60]}”",
            severity="warning",
            subject=f"line {one.number}",
            evidence=(
                Evidence(
                    line=one.text[:200], measure="probability", value=one.confidence, threshold=DOUBTFUL
                ),
            ),
            confidence=one.confidence,
            needs_a_person=True,
        )
        for one in found[:SHOWN_DOUBTS]
    ]
    if len(found) > SHOWN_DOUBTS:
        findings.append(
            Finding(
                code="script.lines_doubtful",
                message=f"{len(found) - SHOWN_DOUBTS} more lines are doubtful: this may be no screenplay",
                severity="warning",
                subject="script",
                evidence=(Evidence(measure="doubtful lines", value=len(found), threshold=SHOWN_DOUBTS),),
                needs_a_person=True,
            )
        )
    return findings


@dataclass
class _Builder:
    """Walks the lines once."""

    source: list[SourceLine]
    title_page: dict[str, str] = field(default_factory=dict)
    opened: list[tuple[Element | None, list[Element]]] = field(default_factory=lambda: [(None, [])])
    current: OpenElement | None = None
    cue: tuple[str, str | None] | None = None
    revision: str = ""  # the revision set that the page's header names
    broken: bool = False  # a page ended since the last line
    pair: Pair | None = None

    def scenes(self) -> list[Scene]:
        source = self.source
        gaps = sorted(one.above for one in source[1:])
        self.usual = (
            gaps[len(gaps) // 10] if gaps else 0
        )  # a double-spaced script has a blank line everywhere
        self.width = {tag: self._width(tag) for tag in "NDSE"}
        self.repeated = Counter(_skeleton(one.tagged.text) for one in source if one.tag == "M")
        self.placed = sum(one.tag == "S" and is_heading(bare(one.tagged.text)) for one in source)
        self.slugs = sum(one.tag == "S" for one in source)
        at = self._title_page()
        while at < len(source):
            at = self._line(at)
        self._end_pair()
        self._close()
        return [
            make_scene(heading, tuple(elements)) for heading, elements in self.opened if heading or elements
        ]

    def _width(self, tag: str) -> int:
        lengths = sorted(len(one.tagged.text) for one in self.source if one.tag == tag)
        return lengths[len(lengths) * 9 // 10] if lengths else 0

    def _title_page(self) -> int:
        """Reads the page matter before anything else as the title page; returns the first line after it."""
        end = next((at for at, one in enumerate(self.source) if one.tag != "M"), len(self.source))
        if end == len(self.source) and end > 40:
            return 0
        front = [bare(one.tagged.text) for one in self.source[:end]]
        self.title_page = title_page_of(text for text in front if not _is_furniture(text))
        return end

    def _line(self, at: int) -> int:
        one = self.source[at]
        text = bare(one.tagged.text)
        if one.tag == "M":
            self._page_matter(one, text)
            return at + 1
        beside = self.pair is not None and one.tag in "DEC" and (one.tag != "C" or PARTED.search(text))
        if beside and self.pair is not None and self.pair.take(one, self.usual):
            self.broken = False
            return at + 1
        self._end_pair()
        if one.tag == "C":
            self._character(one, text)
        elif one.tag == "D":
            self._dialogue(one, text)
        elif one.tag == "E":
            self._parenthetical(one, text)
        elif one.tag == "S":
            self._heading(one, text)
        elif one.tag == "T":
            self._start("transition", one, text)
            self.cue = None
        else:
            self._action(one, text)
        self.broken = False
        return at + 1

    def _page_matter(self, one: SourceLine, text: str) -> None:
        furniture = (
            _is_furniture(text)
            or words.DATE.search(text)
            or words.REVISION.search(text)
            or self.repeated[_skeleton(one.tagged.text)] > 2
        )
        both = words.PAGE_NUMBER.match(text[:40])
        if both and both["pair"] and self.current and self.current.kind == "heading":
            # The numbers of both margins, which some converters put under their heading.
            self.current.number = self.current.number or both["pair"]
            return
        if furniture:
            self.broken = True
            if words.REVISION.search(text) and words.DATE.search(text):
                self.revision = re.sub(r"\s{2,}\S*\d+\.?$", "", text)
            return
        self._end_pair()
        self._start("general", one, text)
        self.cue = None

    def _heading(self, one: SourceLine, text: str) -> None:
        text, number = _without_numbers(re.sub(r"^[\[{<(](.*?)[\]}>)]$", r"\1", text))
        last = self.current
        if (
            last is not None
            and last.kind in ("heading", "shot")
            and one.above <= self.usual
            and not number
            and not is_heading(text)
            and (len(last.text) + len(text.split()[0]) > self.width["S"] * 0.8 or last.text[-1] in ",-–/&")
        ):
            self._extend(one, text, " ")
            return
        place = number or is_heading(text) or words.NUMBER_FIRST.match(text)
        place = place or words.ENDS_IN_TIME.search(text) or words.OMITTED.match(text)
        # A script whose scenes say INT. and EXT. has its bare slugs inside scenes: shots, not scenes.
        within = not place and (words.SHOT.match(text) or self.placed > 0.5 * self.slugs)
        self._start("shot" if within and self.opened[-1][0] is not None else "heading", one, text)
        if self.current is not None:
            self.current.number = number
        self.cue = None

    def _character(self, one: SourceLine, text: str) -> None:
        pair = Pair.opened_by(one, text)
        if pair is not None:
            self._close()
            self.pair = pair
            return
        name, extension = name_and_extension(text)
        before = self.current
        if (
            self.broken
            and before is not None
            and before.kind in ("dialogue", "parenthetical")
            and before.character is not None
            and _folded(before.character) == _folded(name)
        ):
            self.cue = (before.character, before.extension)  # the same speech, over a page's end
            return
        self._start("character", one, name, character=name, extension=extension)
        self.cue = (name, extension)

    def _dialogue(self, one: SourceLine, text: str) -> None:
        inline = words.NAME_COLON.match(text) or words.NAME_STOP.match(text)
        if inline and (self.cue is None or self.current is None or self.current.kind != "character"):
            said_by = inline["name"].strip()
            said_how = name_and_extension(text[: inline.start("said")])[1]
            self._start("character", one, said_by, character=said_by, extension=said_how)
            self.cue = (said_by, said_how)
            text = text[inline.start("said") :]
        last = self.current
        if last is not None and last.kind == "dialogue" and self.cue is not None:
            self._extend(one, text, " " if one.above <= self.usual or self.broken else "\n")
            return
        name, extension = self.cue if self.cue else (None, None)
        self._start("dialogue", one, text, character=name, extension=extension)

    def _parenthetical(self, one: SourceLine, text: str) -> None:
        last = self.current
        if (
            last is not None
            and last.kind == "parenthetical"
            and last.lines[-1].tagged.text.rstrip()[-1:] != ")"
        ):
            self._extend(one, text.rstrip(")"), " ")
            return
        name, extension = self.cue if self.cue else (None, None)
        self._start(
            "parenthetical",
            one,
            text.removeprefix("(").removesuffix(")"),
            character=name,
            extension=extension,
        )

    def _action(self, one: SourceLine, text: str) -> None:
        last = self.current
        if last is not None and last.kind == "action":
            going_on = text[:1].islower() or last.text[-1] not in _ENDS
            if self.broken and going_on:
                self._extend(one, text, " ")
                return
            if one.above <= self.usual and not self.broken:
                room = self.width["N"] * 0.85 - len(last.lines[-1].tagged.text)
                wrapped = text[:1].islower() or len(text.split()[0]) + 1 > room
                self._extend(one, text, " " if wrapped else "\n")
                return
        self._start("action", one, text)
        self.cue = None

    def _start(
        self,
        kind: ElementKind,
        one: SourceLine,
        text: str,
        *,
        character: str | None = None,
        extension: str | None = None,
    ) -> None:
        self._close()
        if kind in ("heading", "shot", "action", "transition"):
            text = " ".join(text.split())
        self.current = OpenElement(kind, [one], text, character, extension, revision=self._revised(one))

    def _extend(self, one: SourceLine, text: str, joint: str) -> None:
        last = self.current
        if last is None:
            return
        if joint == " " and _DASHED.search(last.text) and text[:1].islower() and not last.text.endswith("--"):
            joint = ""  # broken at a hyphen: the hyphen stays, as it may belong to the word
        last.text = f"{last.text}{joint}{text}"
        last.lines.append(one)
        last.revision = last.revision or self._revised(one)

    def _revised(self, one: SourceLine) -> str:
        """The revision set an asterisk in the margin stands for: the page's header names it."""
        return (self.revision or "*") if is_revised(one) else ""

    def _close(self) -> None:
        last, self.current = self.current, None
        if last is None:
            return
        element = last.element()
        if last.kind == "heading":
            if last.number:
                element = msgspec.structs.replace(element, text=f"{element.text} #{last.number}#")
            self.opened.append((element, []))
        else:
            self.opened[-1][1].append(element)

    def _end_pair(self) -> None:
        if self.pair is not None:
            self.opened[-1][1].extend(self.pair.elements())
            self.pair = None
            self.cue = None


def _without_numbers(text: str) -> tuple[str, str]:
    """A heading without the number that stands at both its ends, and that number."""
    first, last = words.NUMBER_FIRST.match(text), words.NUMBER_LAST.search(text)
    if first and last and first["number"] == last["number"] and first.end() < last.start():
        return text[first.end() : last.start()].strip(), first["number"]
    return text, ""


def _is_furniture(text: str) -> bool:
    """CONTINUED, (MORE) or a page number."""
    squeezed = " ".join(text[:200].split())
    return bool(words.FURNITURE.match(squeezed) or words.PAGE_NUMBER.match(squeezed))


def _skeleton(text: str) -> str:
    """Text with its numbers alike: page headers differ by them only."""
    return re.sub(r"\d+", "0", " ".join(text.split()))


def _folded(name: str) -> str:
    return "".join(one for one in name.casefold() if one.isalnum())
