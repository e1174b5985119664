"""Files of notes: markers of Resolve, Premiere and Avid, and the comments of review pages, in and out.

| kind     | file                                                    | what it has no place for |
|----------|---------------------------------------------------------|--------------------------|
| resolve  | Timeline Markers to EDL (`|C:ResolveColorBlue |M: |D:`) | colours Resolve has not  |
| premiere | Export Markers (tab-separated, UTF-16)                  | colours                  |
| avid     | marker text (user, timecode, track, colour, comment)    | colours Avid has not     |
| avid_xml | marker XML (Avid:StreamItems)                           | colours Avid has not     |
| frameio  | comments as CSV (Timecode, Frame, Comment, Commenter …) | –                        |

Line breaks inside a text become spaces but in CSV. Locators of CMX 3600 lists (`* LOC:`) are read too.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from answerprint.core.cut import Cut, Marker
from answerprint.core.errors import FormatError, UsageError
from answerprint.formats.text import decode_text
from answerprint.formats.timelines.markers_edl import (
    has_locators,
    has_resolve_markers,
    read_locators,
    read_resolve_markers,
    write_resolve_markers,
)
from answerprint.formats.timelines.markers_notes import Note, NoteClock, notes_of, placed
from answerprint.formats.timelines.markers_tables import (
    has_avid_rows,
    has_note_columns,
    read_avid_rows,
    read_note_table,
    write_avid_rows,
    write_comment_table,
    write_premiere_table,
)
from answerprint.formats.timelines.markers_xml import (
    has_avid_markers,
    read_avid_markers,
    write_avid_markers,
)

Reader = Callable[[str, NoteClock], list[Note]]
_READERS: tuple[tuple[Callable[[str], bool], Reader], ...] = (  # the first that knows a file reads it
    (has_avid_markers, read_avid_markers),
    (has_resolve_markers, read_resolve_markers),
    (has_locators, read_locators),
    (has_avid_rows, read_avid_rows),
    (has_note_columns, read_note_table),
)
_WRITERS: dict[str, Callable[[list[Note], NoteClock, Cut], bytes]] = {
    "resolve": write_resolve_markers,
    "premiere": write_premiere_table,
    "avid": write_avid_rows,
    "avid_xml": write_avid_markers,
    "frameio": write_comment_table,
}
KINDS = tuple(_WRITERS)


def read_markers(
    data: bytes,
    *,
    file: str | None = None,
    rate: Fraction,
    start_frame: int = 0,
    drop: bool | None = None,
) -> tuple[Marker, ...]:
    """The notes of a file of any kind above, in order, at frames of the cut they were made on.

    rate, start_frame: the cut's; drop: None reads it from the labels. A file whose every label lies before
    the cut's first frame counts from zero, as review pages do. A comment without a place has that of the one
    above it. Raises FormatError AP-FORMAT-001 for what is no text, AP-FORMAT-670 for what is no file of
    notes, AP-FORMAT-671 for a note whose place or length cannot be read, AP-FORMAT-672 for marker XML that is
    damaged, declares entities or is too large.
    """
    text, _ = decode_text(_marked(data), file=file)
    reader = next((read for knows, read in _READERS if knows(text)), None)
    if reader is None:
        raise FormatError(
            "AP-FORMAT-670",
            "these are no notes of a kind known here",
            file=file,
            remedy="export markers from Resolve (EDL), Premiere or Avid (text, XML), or comments as CSV",
        )
    clock = NoteClock(rate=rate, start_frame=start_frame, drop=drop, file=file)
    return placed(reader(text, clock), clock)


def write_markers(kind: str, cut: Cut) -> bytes:
    """The notes on a cut (not those on its clips) as a file of a kind. Raises UsageError AP-USE-504 for a
    kind that is not in KINDS."""
    if kind not in _WRITERS:
        raise UsageError(
            "AP-USE-504", f"{kind!r} is no kind of marker file", remedy=f"write one of {', '.join(KINDS)}"
        )
    clock = NoteClock(rate=cut.rate, start_frame=cut.start_frame, drop=cut.drop, file=None)
    return _WRITERS[kind](notes_of(cut, clock), clock, cut)


def _marked(data: bytes) -> bytes:
    """UTF-16 without its mark, as some tools leave Premiere's files, with it."""
    if data[1:2] == b"\0" and data[:1] not in (b"\0", b""):
        return b"\xff\xfe" + data
    return b"\xfe\xff" + data if data[:1] == b"\0" and data[1:2] not in (b"\0", b"") else data
