"""What xmeml has no element for, in notes of our own: each field beside what the document said of it.

Where the document says something else by now, somebody has changed it in an editing program, and that holds.
A clip's note stands in its Comment B, other notes in an attribute, as Premiere writes its own.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import Any

import msgspec
from lxml import etree

from answerprint.core.cut import Clip, Cut, CutTrack, Marker
from answerprint.core.encoding import from_builtins, to_builtins
from answerprint.core.time import Range, Time
from answerprint.formats.timelines.model import MediaLink, source_of

OWN = "answerprint"
COMMENT = "comments/clipcommentb"

Note = dict[str, list[Any]]

_OF_CLIP = (
    *("id", "slot", "lines", "name", "muted", "gain_db", "transition", "fade_out", "cdl"),
    *("locked", "reason", "metadata"),
)
_LONGEST_TABLE = 32 * 2**20  # bytes of a table of frame times, unpacked: a day at 60 frames a second
_BY_FRAMES = "source by frames"
_OF_TRACK = ("name", "role")
_OF_CUT = ("name", "metadata", "markers")


def clip_note(clip: Clip, native: Clip, by_frames: Fraction) -> Note:
    """Fields of a clip that its element does not give back. Both count source from the first picture.

    by_frames: where the source starts by whole frames alone, for a program that drops Premiere's ticks.
    """
    mine, said = _clip_fields(clip), _clip_fields(native)
    note = {key: [mine[key], said[key]] for key in mine if mine[key] != said[key]}
    if by_frames != native.source.start.seconds:
        note |= {"source": [mine["source"], said["source"]], _BY_FRAMES: [str(by_frames), ""]}
    return note


def restored_clip(clip: Clip, note: Mapping[str, Any], rate: Fraction) -> Clip:
    """The clip with what its note adds; rate is the cut's. Raises msgspec.ValidationError for a note that
    does not fit."""
    said = _clip_fields(clip)
    true = {key: pair[0] for key, pair in note.items() if key in said and said[key] == pair[1]}
    if "source" not in true and "source" in note:
        true["source"] = _moved(note, said["source"], clip, rate)
    plain = {key: value for key, value in true.items() if key in _OF_CLIP}
    document = {**to_builtins(msgspec.structs.replace(clip, nested=None, markers=())), **plain}
    for key, names in (("source", ("start", "end", "speed")), ("sound", ("stream", "channels"))):
        if true.get(key) is not None:
            values = dict(zip(names, true[key], strict=True))
            if key == "source":
                times = {side: _time(Fraction(values[side])) for side in ("start", "end")}
                values = {"source": times, "speed": values["speed"]}
            document |= values
    markers = _markers(true["markers"]) if "markers" in true else clip.markers
    return msgspec.structs.replace(from_builtins(document, Clip), nested=clip.nested, markers=markers)


def track_note(track: CutTrack, native: CutTrack) -> Note:
    return {
        key: [getattr(track, key), getattr(native, key)]
        for key in _OF_TRACK
        if getattr(track, key) != getattr(native, key)
    }


def restored_track(track: CutTrack, note: Mapping[str, Any]) -> CutTrack:
    known = [key for key in _OF_TRACK if key in note and getattr(track, key) == note[key][1]]
    return msgspec.structs.replace(track, **{key: str(note[key][0]) for key in known})


def cut_note(cut: Cut, native: Cut) -> Note:
    mine, said = _cut_fields(cut), _cut_fields(native)
    return {key: [mine[key], said[key]] for key in mine if mine[key] != said[key]}


def restored_cut(cut: Cut, note: Mapping[str, Any]) -> Cut:
    said = _cut_fields(cut)
    true = {key: pair[0] for key, pair in note.items() if key in said and said[key] == pair[1]}
    try:
        markers = _markers(true["markers"]) if "markers" in true else cut.markers
        kept = {key: true.get(key, said[key]) for key in ("name", "metadata")}
        exact = from_builtins({**kept, "rate": str(cut.rate)}, Cut)
    except (ValueError, TypeError):  # a person has edited it
        return cut
    return msgspec.structs.replace(cut, name=exact.name, metadata=exact.metadata, markers=markers)


def link_fields(link: MediaLink) -> dict[str, Any]:
    """A link as its note compares it. A time base that every frame falls on says nothing more."""
    if (
        link.time_base is not None
        and not link.frame_times
        and (1 / link.rate / link.time_base).denominator == 1
    ):
        link = msgspec.structs.replace(link, time_base=None)
    fields: dict[str, Any] = to_builtins(msgspec.structs.replace(link, frame_times=()))
    return {**fields, "frame_times": _packed(link.frame_times)}


def restored_link(link: MediaLink, note: Mapping[str, Any]) -> MediaLink:
    """The link with what its note adds; as it is where the note cannot be true."""
    said = link_fields(link)
    true = {key: pair[0] for key, pair in note.items() if key in said and said[key] == pair[1]}
    try:
        times = _unpacked(true.get("frame_times", ""))
        exact = from_builtins({**said, **true, "frame_times": times}, MediaLink)
    except (ValueError, TypeError, zlib.error):
        return link
    in_order = all(one < other for one, other in pairwise(times)) and not (times and exact.time_base is None)
    sound = exact.rate > 0 and exact.frames >= 0 and (exact.time_base is None or exact.time_base > 0)
    return exact if sound and in_order else link


def note_in(element: etree._Element) -> tuple[Note, bool]:
    """The note in a clip's Comment B, and whether there is one that cannot be read any more."""
    found = element.find(COMMENT)
    text = "" if found is None or found.text is None else found.text.strip()
    if not text.startswith(OWN + " "):
        return {}, False
    note = _read(text.removeprefix(OWN + " "))
    return note or {}, note is None


def attribute_of(element: etree._Element) -> Note:
    return _read(element.get(OWN, "")) or {}


def written(note: Note) -> str:
    """A note as text of ASCII letters, so that every name survives."""
    return json.dumps(note, ensure_ascii=True, separators=(",", ":"))


def _read(text: str) -> Note | None:
    try:
        note = json.loads(text)
    except (ValueError, RecursionError):
        return None
    pairs = isinstance(note, dict) and all(
        isinstance(pair, list) and len(pair) == 2 for pair in note.values()
    )
    return note if pairs else None


def _clip_fields(clip: Clip) -> dict[str, Any]:
    """A clip as the note compares it: what belongs together in one value, times as fractions of a second."""
    fields: dict[str, Any] = {key: _listed(to_builtins(getattr(clip, key))) for key in _OF_CLIP}
    fields["source"] = [str(clip.source.start.seconds), str(clip.source.end.seconds), str(clip.speed)]
    fields["sound"] = [clip.stream, list(clip.channels)]
    fields["markers"] = _marker_fields(clip.markers)
    return fields


def _cut_fields(cut: Cut) -> dict[str, Any]:
    fields: dict[str, Any] = {key: _listed(to_builtins(getattr(cut, key))) for key in _OF_CUT}
    fields["markers"] = _marker_fields(cut.markers)
    return fields


def _listed(value: Any) -> Any:
    """Builtins as JSON gives them back."""
    if isinstance(value, Mapping):
        return {str(key): _listed(one) for key, one in value.items()}
    return [_listed(one) for one in value] if isinstance(value, list | tuple) else value


def _marker_fields(markers: tuple[Marker, ...]) -> list[list[str]]:
    return [
        [str(one.range.start.seconds), str(one.range.end.seconds), one.name, one.comment, one.colour]
        for one in markers
    ]


def _markers(fields: list[list[str]]) -> tuple[Marker, ...]:
    return tuple(
        Marker(
            Range(Time.of_seconds(Fraction(start)), Time.of_seconds(Fraction(end))),
            str(name),
            str(comment),
            str(colour),
        )
        for start, end, name, comment, colour in fields
    )


def _moved(note: Mapping[str, Any], now: list[str], clip: Clip, rate: Fraction) -> list[str] | None:
    """The exact source after a trim or slip of whole frames; None where the speed is another now."""
    mine, then = note["source"]
    if then[2] != now[2]:
        return None
    shift = Fraction(now[0]) - Fraction(then[0])
    if (shift * rate).denominator != 1 and _BY_FRAMES in note:
        shift = Fraction(now[0]) - Fraction(note[_BY_FRAMES][0])
    start = Fraction(mine[0]) + shift
    frames = clip.record.duration.frame(rate)
    moved: Range = source_of(Time.of_seconds(start), frames, rate, Fraction(mine[2]))
    return [str(start), str(moved.end.seconds), mine[2]]


def _packed(times: tuple[int, ...]) -> str:
    """A table of every frame's time: the steps between them, compressed."""
    if not times:
        return ""
    steps = json.dumps([times[0], *(b - a for a, b in pairwise(times))], separators=(",", ":"))
    return base64.b64encode(zlib.compress(steps.encode(), 9)).decode()


def _unpacked(text: str) -> tuple[int, ...]:
    if not text:
        return ()
    stream = zlib.decompressobj()
    steps = stream.decompress(base64.b64decode(text, validate=True), _LONGEST_TABLE)
    return tuple(accumulate(msgspec.json.decode(steps, type=list[int])))


def _time(seconds: Fraction) -> Any:
    return to_builtins(Time.of_seconds(seconds))
