"""A note as files of notes have it, and the way between its timecode and the frames of a cut."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from fractions import Fraction

import msgspec

from answerprint.core.cut import Cut, Marker
from answerprint.core.errors import AnswerprintError, FormatError
from answerprint.core.time import Range, Rounding
from answerprint.core.timecode import can_drop, format_timecode, frames_a_day, parse_timecode
from answerprint.formats.timelines.conforming import nearest

LONGEST = 10**8  # frames of a note, and where one can lie: 11 days at 100 frames a second
TIMECODE = r"\d{1,2}[:;]\d{2}[:;]\d{2}[:;.,]\d{2,3}"
_LABEL = re.compile(TIMECODE, re.ASCII)


class NoteClock(msgspec.Struct, frozen=True, kw_only=True):
    """How the labels of a file count: those of a cut of this rate that begins at start_frame."""

    rate: Fraction
    start_frame: int
    drop: bool | None  # None: as each label says
    file: str | None

    def label(self, frame: int) -> str:
        """The label of a frame of the cut."""
        return format_timecode(
            self.start_frame + frame, self.rate, drop=bool(self.drop) and can_drop(self.rate), wrap=True
        )

    def length(self, frames: int) -> str:
        """So many frames, as a label."""
        return format_timecode(frames, self.rate, drop=bool(self.drop) and can_drop(self.rate))

    def count(self, label: str, place: str) -> int:
        """The frame count of a label. Raises FormatError AP-FORMAT-671."""
        padded = label.strip() if label.strip()[2:3] in (":", ";") else f"0{label.strip()}"
        try:
            return parse_timecode(padded, self.rate, drop=self.drop if can_drop(self.rate) else False)
        except AnswerprintError as error:
            raise self.unread(error.message, place) from error

    def frames(self, text: str, place: str) -> int:
        """A number of frames."""
        if not re.fullmatch(r"\d{1,9}", text.strip(), re.ASCII) or int(text) > LONGEST:
            raise self.unread(f"{text.strip()[:20]!r} is no number of frames", place)
        return int(text)

    def unread(self, why: str, place: str) -> FormatError:
        return FormatError(
            "AP-FORMAT-671",
            why,
            file=self.file,
            at=place,
            remedy=f"it was read at {self.rate} frames a second: name the right rate, or correct the note",
        )


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """A note: where it is, by the count of its label or by the frame of the cut, and what it says."""

    count: int | None = None
    frame: int | None = None  # from the cut's first
    frames: int = 1
    name: str = ""
    comment: str = ""
    colour: str = "RED"


def is_label(text: str) -> bool:
    return _LABEL.fullmatch(text.strip()) is not None


def placed(notes: Sequence[Note], clock: NoteClock) -> tuple[Marker, ...]:
    """The notes at frames of the cut, in order."""
    drop = bool(clock.drop) and can_drop(clock.rate)
    day = frames_a_day(clock.rate, drop)
    counts = [one.count for one in notes if one.count is not None]
    start = clock.start_frame
    if all(nearest(count - start, day) < 0 for count in counts):
        start = 0  # every label lies before the cut's first frame: they count from zero
    found: list[Marker] = []
    frame = 0
    for one in notes:
        if one.frame is not None:
            frame = one.frame
        elif one.count is not None:
            frame = nearest(one.count - start, day)
        range_ = Range.of_ticks(frame, frame + max(one.frames, 1), clock.rate)
        found.append(Marker(range_, one.name, one.comment, one.colour))
    return tuple(sorted(found, key=lambda one: one.range.start))


def notes_of(cut: Cut, clock: NoteClock) -> list[Note]:
    """The cut's own notes, in order."""
    notes = []
    for one in cut.markers:
        start = one.range.start.frame(cut.rate, Rounding.NEAREST)
        frames = max(1, one.range.end.frame(cut.rate, Rounding.NEAREST) - start)
        note = Note(
            frame=start, frames=frames, name=one.name, comment=one.comment, colour=one.colour.upper() or "RED"
        )
        notes.append(note)
    return sorted(notes, key=lambda one: one.frame or 0)


def one_line(text: str, spare: str = "") -> str:
    """A text without line breaks and other control characters, and without the letters in `spare`."""
    return "".join(
        " " if letter in spare or unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") else letter
        for letter in text
    ).strip()


def written_colour(colour: str, names: Mapping[str, str], otherwise: str) -> str:
    """A program's word for a colour of a cut."""
    return names.get(colour.upper(), otherwise)


def read_colour(word: str, names: Mapping[str, str]) -> str:
    """The colour of a cut for a program's word; a word that is not known stays."""
    plain = word.strip().casefold()
    return next((colour for colour, one in names.items() if one.casefold() == plain), plain.upper() or "RED")
