"""What FCPXML has no element for, in notes of our own: each field beside what the document said of it.

Where the document says something else by now, somebody has changed it in an editing program, and that holds.
Notes stand in `metadata`, whose unknown keys Final Cut Pro keeps: one of the sequence, one of every clip's
element with an entry for each clip in it, one of every asset.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import msgspec
from lxml import etree

from answerprint.core.cut import Clip, Cut, Marker
from answerprint.core.encoding import from_builtins, to_builtins
from answerprint.core.time import Time
from answerprint.formats.timelines.fcpxml_document import add, plain
from answerprint.formats.timelines.model import MediaLink
from answerprint.formats.timelines.xmeml_notes import clip_note, cut_note, restored_clip, restored_cut

KEY = "com.answerprint.note"
SEEN = "BLUE"  # the colour of Final Cut's own markers, and so of one that says no other

MarkerKey = tuple[int, str, str]  # frame, value and note of a marker as the document has it


def set_note(element: etree._Element, note: Mapping[str, Any]) -> None:
    """Puts a note into an element's `metadata`, which is its last child, in place of an earlier one."""
    metadata = element.find("metadata")
    if metadata is None:
        metadata = add(element, "metadata")
    found = next((one for one in metadata if one.get("key") == KEY), None)
    if found is None:
        found = add(metadata, "md", key=KEY)
    found.set("value", json.dumps(note, ensure_ascii=True, separators=(",", ":")))


def note_of(element: etree._Element) -> tuple[dict[str, Any], bool]:
    """The note in an element, and whether there is one that cannot be read any more."""
    text = next(
        (one.get("value", "") for one in element.iterfind("metadata/md") if one.get("key") == KEY), ""
    )
    if not text:
        return {}, False
    try:
        note = json.loads(text)
    except (ValueError, RecursionError):
        return {}, True
    return (note, False) if isinstance(note, dict) else ({}, True)


def entry_of(clip: Clip, native: Clip, track: int) -> dict[str, Any]:
    """A clip's entry in its element's note: its track's index, its link, and what the element does not say.
    Both clips count source from the media's first picture; native is disabled with its track."""
    return {
        "track": track,
        "link": clip.link,
        "fields": clip_note(clip, native, native.source.start.seconds),
    }


def restored_entry(native: Clip, entry: Mapping[str, Any], rate: Fraction) -> Clip:
    """The clip with what its entry adds; rate is the cut's. Raises ValueError, TypeError or
    ZeroDivisionError for an entry that somebody has broken."""
    fields, link = entry.get("fields"), entry.get("link")
    pairs = isinstance(fields, dict) and all(
        isinstance(one, list) and len(one) == 2 for one in fields.values()
    )
    if not isinstance(fields, dict) or not pairs or not isinstance(link, str | None):
        raise TypeError("no entry of ours")
    return msgspec.structs.replace(restored_clip(native, fields, rate), link=link)


def sequence_note(cut: Cut, native: Cut | None, roles: Sequence[str]) -> dict[str, Any]:
    """The note of a sequence. native: the cut as the document gives it back, None before that is known;
    roles: the tracks' roles as their elements say them."""
    note: dict[str, Any] = {
        "markers": [
            {"as": list(marker_key(one, cut.rate)), "is": to_builtins(one)}
            for one in sorted(cut.markers, key=lambda one: one.range.start)
        ]
    }
    if native is not None:
        note["cut"] = cut_note(_bare(cut), _bare(native))
        note["tracks"] = [
            {"name": one.name, "kind": one.kind, "muted": one.muted, "role": [one.role, said]}
            for one, said in zip(cut.tracks, roles, strict=True)
        ]
    return note


def marker_key(marker: Marker, rate: Fraction) -> MarkerKey:
    """How a marker of a cut is known again: by its place and its words."""
    return marker.range.start.frame(rate), plain(marker.name), plain(marker.comment)


def told_markers(note: Mapping[str, Any]) -> dict[MarkerKey, list[Marker]]:
    """The markers that belong to the cut and not to the clips they hang on, by what the document says."""
    found: dict[MarkerKey, list[Marker]] = {}
    for one in _dicts(note.get("markers")):
        try:
            frame, value, said = one["as"]
            marker = from_builtins(one["is"], Marker)
        except (ValueError, TypeError, KeyError, ZeroDivisionError):
            continue
        found.setdefault((int(frame), str(value), str(said)), []).append(marker)
    return found


def told_tracks(note: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The tracks as the cut had them, in order; none where any of them is broken."""
    found = _dicts(note.get("tracks"))
    sound = all(
        isinstance(one.get("name"), str)
        and one.get("kind") in ("video", "audio")
        and isinstance(one.get("role"), list)
        and [type(each) for each in one["role"]] == [str, str]
        for one in found
    )
    return found if sound else []


def restored_sequence(cut: Cut, note: Mapping[str, Any]) -> Cut:
    """The cut with its name and records as they were."""
    fields = note.get("cut")
    if not isinstance(fields, dict) or not all(
        isinstance(one, list) and len(one) == 2 for one in fields.values()
    ):
        return cut
    exact = restored_cut(_bare(cut), fields)
    return msgspec.structs.replace(exact, markers=cut.markers)


def common(roles: Iterable[str]) -> str:
    """The role that all have; empty where they differ."""
    found = set(roles)
    return found.pop() if len(found) == 1 else ""


def from_first(clip: Clip, link: MediaLink) -> Clip:
    """The clip with its times counted from its media's first picture."""
    return moved(clip, Time.of_seconds(-link.first.seconds))


def moved(clip: Clip, by: Time) -> Clip:
    """The clip with its source, and its markers, later by so much."""
    if not by.ticks:
        return clip
    markers = tuple(msgspec.structs.replace(one, range=one.range.moved(by)) for one in clip.markers)
    return msgspec.structs.replace(clip, source=clip.source.moved(by), markers=markers)


def _bare(cut: Cut) -> Cut:
    return msgspec.structs.replace(cut, markers=())


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
