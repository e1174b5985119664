"""Styled characters of a paragraph, and the same as Fountain's emphasis: the text form of the model."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from answerprint.formats.screenplays.emphasis import Run, marked, runs

TAB = "    "  # as Fountain reads a tab
_CUE_END = re.compile(r"\s*\(([^()]*)\)\s*$")
_CONTINUED = re.compile(r"cont(?:['’]?d|inued|inuing)?\.?", re.IGNORECASE)
_MARKS = ("_", "**", "*")  # underline outside bold outside italic
_LINE_ENDS = re.compile("\r\n|[\r\u2028\u2029\x0b\x0c\x85]")


Style = tuple[bool, bool, bool]  # underlined, bold, italic


class Letter(NamedTuple):
    """One character as printed, with what hangs on it."""

    text: str
    underline: bool = False
    bold: bool = False
    italic: bool = False
    revision: str = ""  # a revision set's number in the file
    tags: tuple[str, ...] = ()  # numbers of the tags laid over it

    @property
    def style(self) -> tuple[bool, bool, bool]:
        return (self.underline, self.bold, self.italic)


def letters_of(
    text: str,
    *,
    underline: bool = False,
    bold: bool = False,
    italic: bool = False,
    revision: str = "",
    tags: tuple[str, ...] = (),
) -> list[Letter]:
    """A run's characters; line ends of every kind are newlines, tabs are spaces."""
    one_kind = _LINE_ENDS.sub("\n", text).replace("\t", TAB)
    made = {one: Letter(one, underline, bold, italic, revision, tags) for one in set(one_kind)}
    return [made[one] for one in one_kind]


def letters_of_plain(text: str, style: Style = (False, False, False)) -> list[Letter]:
    """Characters exactly as they are."""
    made = {one: Letter(one, *style) for one in set(text)}
    return [made[one] for one in text]


def kinds_of(letters: Iterable[Letter]) -> list[Letter]:
    """One of each letter that is the same object: of thousands in a paragraph, a few dozen."""
    return list({id(one): one for one in letters}.values())


def trimmed(letters: Sequence[Letter], *, indent: bool) -> list[Letter]:
    """Letters without blank lines around them and without spaces at line ends; with `indent`, spaces that
    begin a line stay."""
    lines: list[list[Letter]] = [[]]
    for letter in letters:
        if letter.text == "\n":
            lines.append([letter])
        else:
            lines[-1].append(letter)
    for line in lines:
        while line and line[-1].text != "\n" and line[-1].text.isspace():
            line.pop()
        while not indent and len(line) > 1 and line[0].text == "\n" and line[1].text.isspace():
            del line[1]
    while not indent and lines[0] and lines[0][0].text.isspace():
        del lines[0][0]
    while lines and not [one for one in lines[0] if one.text != "\n"]:
        lines.pop(0)
    while lines and not [one for one in lines[-1] if one.text != "\n"]:
        lines.pop()
    if lines and lines[0] and lines[0][0].text == "\n":
        del lines[0][0]
    return [letter for line in lines for letter in line]


def plain_text(letters: Iterable[Letter]) -> str:
    return "".join(letter.text for letter in letters)


def split_cue(letters: Sequence[Letter]) -> tuple[list[Letter], str | None]:
    """A cue's name and its extensions (`V.O.`) without `(CONT'D)`, which a page's end put there."""
    text = plain_text(letters)
    end = len(text)
    parts: list[str] = []
    while match := _CUE_END.search(text, 0, end):
        if not text[: match.start()].strip():
            break
        parts.insert(0, match[1].strip())
        end = match.start()
    kept = [part for part in parts if part and not _CONTINUED.fullmatch(part)]
    return trimmed(letters[:end], indent=False), ", ".join(kept) or None


def as_marked(letters: Sequence[Letter]) -> tuple[str, list[int], int]:
    """The text with Fountain's marks, where each letter stands in it, and how many letters lost their style.

    Marks nest (`_FILLS the *Mark 4* scope_`); characters that a reader could take for marks are escaped. A
    style is lost only where Fountain cannot say it (bold ending inside a word where italic begins).
    """
    plain = plain_text(letters)
    if not re.search(r"[*_\\]", plain) and not any(any(letter.style) for letter in kinds_of(letters)):
        return plain, list(range(len(plain))), 0
    text, places, lost = "", [], 0
    line: list[Letter] = []
    for letter in (*letters, Letter("\n")):
        if letter.text != "\n":
            line.append(letter)
            continue
        said, at, missed = _marked_line(line)
        places += [len(text) + one for one in at]
        text += said
        places.append(len(text))
        text += "\n"
        lost += missed
        line = []
    return text[:-1], places[:-1], lost


def from_marked(text: str) -> tuple[list[Letter], list[int]]:
    """A marked text's letters, and where each stands in it."""
    if not re.search(r"[*_\\]", text):
        return letters_of_plain(text), list(range(len(text)))
    found = [
        one for run in runs(text) for one in letters_of_plain(run.text, (run.underline, run.bold, run.italic))
    ]
    places = []
    at = 0
    for letter in found:  # letters are a subsequence of the text: what lies between are marks and escapes
        at = text.index(letter.text, at)
        places.append(at)
        at += 1
    return found, places


def _marked_line(line: list[Letter]) -> tuple[str, list[int], int]:
    plain = plain_text(line)
    if not re.search(r"[*_\\]", plain) and not any(any(letter.style) for letter in kinds_of(line)):
        return plain, list(range(len(line))), 0
    styles = _nested(line)
    wanted = tuple(styles[at] for at in range(len(line)))
    lone = not any(any(one) for one in wanted) and max(plain.count("*"), plain.count("_")) < 2
    for escape in ("none", "where needed", "all") if lone else ("where needed", "all"):
        text, places = _emit(line, wanted, escape=escape)
        if _reads_as(text, plain, wanted):
            return text, places, sum(_differs(a, b) for a, b in zip(line, wanted, strict=True))
    text = marked(_as_runs(line, wanted))
    if _reads_as(text, plain, wanted):
        return text, from_marked(text)[1], 0
    bare = [(False, False, False)] * len(line)
    text, places = _emit(line, bare, escape="all")
    return text, places, sum(any(letter.style) and not letter.text.isspace() for letter in line)


def _differs(letter: Letter, style: Style) -> bool:
    return not letter.text.isspace() and letter.style != style


def _reads_as(text: str, plain: str, wanted: Sequence[Style]) -> bool:
    read = [(run.underline, run.bold, run.italic) for run in runs(text) for _ in run.text]
    return "".join(run.text for run in runs(text)) == plain and read == list(wanted)


def _as_runs(line: Sequence[Letter], styles: Sequence[Style]) -> list[Run]:
    found: list[Run] = []
    for letter, (underline, bold, italic) in zip(line, styles, strict=True):
        run = Run(letter.text, bold, italic, underline)
        if found and found[-1][1:] == run[1:]:
            found[-1] = found[-1]._replace(text=found[-1].text + letter.text)
        else:
            found.append(run)
    return found


def _nested(line: Sequence[Letter]) -> list[Style]:
    """Styles cut to stretches that begin and end at a letter, as marks must stand beside one."""
    styles = [list(letter.style) for letter in line]
    for which in range(3):
        at = 0
        while at < len(line):
            if not styles[at][which]:
                at += 1
                continue
            end = at
            while end < len(line) and styles[end][which]:
                end += 1
            first, last = at, end
            while first < last and line[first].text.isspace():
                styles[first][which] = False
                first += 1
            while last > first and line[last - 1].text.isspace():
                last -= 1
                styles[last][which] = False
            at = end
    return [(one[0], one[1], one[2]) for one in styles]


def _emit(line: Sequence[Letter], styles: Sequence[Style], *, escape: str) -> tuple[str, list[int]]:
    text, places = "", []
    opened: list[int] = []
    before: Style = (False, False, False)
    for at, letter in enumerate(line):
        style = styles[at]
        if style != before:
            ending = [which for which in opened if not style[which]]
            # What must stay open around a mark that ends is closed and opened again.
            keep = opened[: min((opened.index(which) for which in ending), default=len(opened))]
            text += "".join(_MARKS[which] for which in reversed(opened[len(keep) :]))
            opening = [which for which in range(3) if style[which] and which not in keep]
            opening.sort(key=lambda which: (-_lasts(styles, at, which), which))
            text += "".join(_MARKS[which] for which in opening)
            opened, before = keep + opening, style
        if (escape == "all" and letter.text in "*_\\") or (escape != "none" and _would_mark(line, at)):
            text += "\\"
        places.append(len(text))
        text += letter.text
    text += "".join(_MARKS[which] for which in reversed(opened))
    return text, places


def _would_mark(line: Sequence[Letter], at: int) -> bool:
    """Whether some reader could take the character for a mark: one with spaces on both sides is none."""
    one = line[at].text
    after = line[at + 1].text if at + 1 < len(line) else " "
    if one == "\\":
        return after in "*_\\"
    before = line[at - 1].text if at else " "
    return one in "*_" and not (before.isspace() and after.isspace())


def _lasts(styles: Sequence[Style], at: int, which: int) -> int:
    end = at
    while end < len(styles) and styles[end][which]:
        end += 1
    return end - at
