"""ADR cues: which lines are to be said again, where, why, and how urgently; numbered and in order."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

import msgspec

from answerprint.core.errors import FormatError, UsageError
from answerprint.core.timecode import can_drop, format_timecode, nominal, parse_timecode
from answerprint.formats.spreadsheet import harmless

Reason = Literal["noise", "clipping", "flubbed", "added line", "wild", "marked"]
By = Literal["timecode", "character"]

NOISY = 15.0  # dB of voice over noise in the speech band; under it a line is a cue
FAR = 7.0  # dB under that: it cannot wait
CLIPS = 3  # runs of clipped samples in a line that are a cue
MANY_CLIPS = 20
UNNAMED = "?"
HEADS = (
    "cue", "character", "scene", "reel", "in", "out", "length", "line", "reason", "priority", "notes",
    "takes",
)  # fmt: skip
_NAMES = {
    "character": ("character", "role", "speaker", "who"),
    "in": ("in", "start", "tc in", "timecode in", "timecode"),
    "out": ("out", "end", "tc out", "timecode out"),
    "line": ("line", "text", "dialogue", "dialog"),
    "reason": ("reason", "why"),
    "priority": ("priority", "prio"),
    "notes": ("notes", "note", "comment"),
    "scene": ("scene", "sc"),
    "reel": ("reel",),
}
_WORDS: tuple[tuple[Reason, str], ...] = (
    ("wild", r"wild(?: ?track)?"),
    ("added line", r"added|new line|add(?:itional)? line"),
    ("flubbed", r"flub\w*|fluff\w*|misread|performance"),
    ("clipping", r"clip(?:ped|ping)|distort\w*|overload\w*"),
    ("noise", r"noise|noisy|traffic|plane|wind|hum|rustle|generator"),
)
_MARK = re.compile(r"^\s*ADR\b[\s:#.–-]*", re.IGNORECASE)
_WHO = re.compile(r"^([^\W\d_][^:\n]{0,39}):\s*(.*)$", re.DOTALL)
_PRIORITY = re.compile(r"\b(?:P|priority )([123])\b", re.IGNORECASE)


class Cue(msgspec.Struct, frozen=True, kw_only=True):
    """first, end: frames as timecode counts them, end not included. priority: 1 must, 2 should, 3 if there is
    time. number is empty until `numbered`."""

    first: int
    end: int
    character: str = UNNAMED
    line: str = ""
    reason: Reason = "marked"
    priority: int = 2
    notes: str = ""
    scene: str = ""
    reel: str = ""
    number: str = ""


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """A film's cues at its rate, in order."""

    title: str
    rate: Fraction
    drop: bool
    cues: tuple[Cue, ...]

    def timecode(self, frame: int) -> str:
        return format_timecode(frame, self.rate, drop=self.drop, wrap=True)

    def row(self, cue: Cue) -> tuple[str, ...]:
        """A cue's cells, as `HEADS` names them."""
        return (
            cue.number,
            cue.character,
            cue.scene,
            cue.reel,
            self.timecode(cue.first),
            self.timecode(cue.end),
            f"{float((cue.end - cue.first) / self.rate):.2f}",
            cue.line,
            cue.reason,
            str(cue.priority),
            cue.notes,
            "",
        )


def numbered(
    cues: Sequence[Cue], rate: Fraction, by: By = "timecode", reel: str = "", *, drop: bool = False
) -> tuple[Cue, ...]:
    """The cues in order, each with its number: scene, character, and which one of that character's it is.

    Numbers run by timecode whatever the order. reel: of all; without it the hour of the timecode, as reels
    are counted.
    """
    counts: Counter[str] = Counter()
    found = []
    for cue in sorted(cues, key=lambda one: (one.first, one.end, one.character)):
        counts[cue.character] += 1
        who = "".join(one for one in cue.character.upper() if one.isalnum() or one == "?")
        name = "-".join(part for part in (cue.scene, who, f"{counts[cue.character]:02d}") if part)
        hour = format_timecode(cue.first, rate, drop=drop, wrap=True).split(":")[0]
        own = reel or cue.reel or str(int(hour))
        found.append(msgspec.structs.replace(cue, number=name, reel=own))
    if by == "character":
        found.sort(key=lambda one: one.character.casefold())
    return tuple(found)


def is_marked(name: str, comment: str, colour: str, wanted: str = "") -> bool:
    """Whether a marker asks for ADR: it begins with the word, or has the colour that is wanted."""
    named = _MARK.match(name) or _MARK.match(comment)
    return bool(named) or bool(wanted and colour.casefold() == wanted.casefold())


def cue_of_marker(name: str, comment: str, first: int, end: int, clip: str = "") -> Cue:
    """A marker's cue: `ADR ANNA: the line` in its name, what else is said in its comment, or the other way.

    Words such as noise, clipped, flubbed, added or wild say why, P1 to P3 how urgently.
    """
    own, rest = _MARK.sub("", name).strip(), _MARK.sub("", comment).strip()
    text, notes = (own, rest) if own else (rest, "")
    priority = _PRIORITY.search(f"{own} {rest}")
    text, notes = (_PRIORITY.sub("", part).strip(" ,;") for part in (text, notes))
    said = _WHO.match(text)
    who = said.group(1).strip() if said else UNNAMED
    line = said.group(2).strip() if said else text
    reason = reason_of(notes) or (None if said else reason_of(text))
    if not said and any(re.fullmatch(form, text, re.IGNORECASE) for _, form in _WORDS):
        line, notes = "", notes or text
    elif said and not line and reason is None:
        line, notes = notes, ""
    return Cue(
        first=first,
        end=max(end, first + 1),
        character=who,
        line=line,
        reason=reason or "marked",
        priority=int(priority.group(1)) if priority else 1 if reason == "added line" else 2,
        notes=notes if notes or not clip else f"on {clip}",
    )


def reason_of(words: str) -> Reason | None:
    """Why, as the words have it."""
    return next((one for one, form in _WORDS if re.search(rf"\b(?:{form})\b", words, re.IGNORECASE)), None)


def troubled(
    signal_to_noise: float | None, clipped_runs: int, noisy: float = NOISY
) -> tuple[Reason, int, str] | None:
    """Why a line is to be said again, how urgently, and the measures; None where nothing asks for it."""
    told = []
    if clipped_runs >= CLIPS:
        told.append(f"clipped in {clipped_runs} places")
    if signal_to_noise is not None and signal_to_noise < noisy:
        told.append(f"voice {signal_to_noise:.0f} dB over noise ({noisy:.0f} wanted)")
    if not told:
        return None
    urgent = clipped_runs >= MANY_CLIPS or (signal_to_noise is not None and signal_to_noise < noisy - FAR)
    return "clipping" if clipped_runs >= CLIPS else "noise", 1 if urgent else 2, "; ".join(told)


def read_cues(text: str, rate: Fraction, drop: bool | None, file: str) -> tuple[list[Cue], bool]:
    """The cues of a list with a heading row (tabs, semicolons or commas), and whether it counts drop-frame.

    Raises FormatError AP-FORMAT-690 where `character` or `in` is no column, or a row has no timecode of this
    rate.
    """
    text = text.lstrip("\ufeff")
    head = text.split("\n", 1)[0]
    delimiter = max("\t;,", key=head.count)
    rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    titles = [one.strip().casefold() for one in rows[0]] if rows else []
    places = {
        key: titles.index(name) for key, names in _NAMES.items() for name in names[::-1] if name in titles
    }
    if not {"character", "in"} <= places.keys():
        raise FormatError(
            "AP-FORMAT-690",
            "its first row names no columns `character` and `in`",
            file=file,
            remedy="head it: character,in,out,line,reason,priority,notes",
        )
    if drop is None:
        drop = can_drop(rate) and any(";" in row[places["in"]] for row in rows[1:] if len(row) > places["in"])
    found = []
    for number, row in enumerate(rows[1:], start=2):
        cells = {key: row[at].strip() if at < len(row) else "" for key, at in places.items()}
        if not any(cells.values()):
            continue
        first = _frame(cells["in"], rate, drop, file, number)
        end = _frame(cells["out"], rate, drop, file, number) if cells.get("out") else first + nominal(rate)
        if end <= first:
            raise FormatError("AP-FORMAT-690", "it ends before it begins", file=file, at=f"row {number}")
        priority = cells.get("priority", "")
        why = cells.get("reason", "")
        reason = reason_of(why)
        notes = (cells.get("notes", ""), "" if reason or why == "marked" else why)
        found.append(
            Cue(
                first=first,
                end=end,
                character=cells["character"] or UNNAMED,
                line=cells.get("line", "").removeprefix("'"),
                reason=reason or "marked",
                priority=int(priority) if priority in ("1", "2", "3") else 2,
                notes="; ".join(one for one in notes if one),
                scene=cells.get("scene", ""),
                reel=cells.get("reel", ""),
            )
        )
    return found, drop


def csv_of(sheet: Sheet) -> bytes:
    """The sheet as CSV, UTF-8 with its mark; a cell that Excel would take for a formula is quoted."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADS)
    writer.writerows([harmless(cell) for cell in sheet.row(cue)] for cue in sheet.cues)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _frame(text: str, rate: Fraction, drop: bool, file: str, row: int) -> int:
    try:
        return parse_timecode(text, rate, drop=drop)
    except UsageError as error:
        raise FormatError(
            "AP-FORMAT-690", error.message, file=file, at=f"row {row}", remedy=error.remedy
        ) from error
