"""Lays our own records over what an AAF says: each is believed as far as the file still says the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import msgspec

from answerprint.core.cut import Clip, Cut, CutTrack, Marker, TrackKind, Transition
from answerprint.core.time import Range, Time, round_ticks
from answerprint.formats.timelines.aaf_effects import amplitude_of, ratio_of, wipe_number
from answerprint.formats.timelines.aaf_notes import Note, said
from answerprint.formats.timelines.aaf_own import fraction, plain, restored, short
from answerprint.formats.timelines.aaf_pieces import Placed, shown_at
from answerprint.formats.timelines.model import source_of


@dataclass(frozen=True)
class FoundClip:
    """A clip as the file says it. unit: edit units a second; moved: seconds it moved to a whole frame."""

    clip: Clip
    mob: Any
    placed: Placed
    unit: Fraction
    moved: Fraction

    def shown(self, speed: Fraction) -> Fraction:
        """The second of its source it shows first, from where the slot begins."""
        piece = self.placed.piece
        return shown_at(piece.start, piece.used, speed, self.placed.covered, self.unit) + self.moved * speed


@dataclass(frozen=True)
class Found:
    """A track as the file says it. slot: 0 for a layer of another's slot."""

    slot: int
    name: str
    kind: TrackKind
    clips: list[FoundClip]


class Records:
    """The records of one composition. left: the notes that are on no clip of ours."""

    def __init__(self, own: Mapping[str, Any], rate: Fraction, notes: list[Note]) -> None:
        told = own.get("tracks")
        listed = [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
        self._told: dict[int, dict[str, Any]] = {
            one["slot"]: one for one in listed if isinstance(one.get("slot"), int)
        }
        self._rate = rate
        self._notes: dict[tuple[int, str], list[Note]] = defaultdict(list)
        for note in notes:
            self._notes[(_frame(note.place, note, rate), note.text)].append(note)

    @property
    def left(self) -> list[Note]:
        return [note for notes in self._notes.values() for note in notes]

    def tracks(self, found: list[Found]) -> tuple[CutTrack, ...]:
        made = []
        numbers = {"video": 0, "audio": 0}
        copies = self._lanes(found)
        for one in found:
            if one.slot in copies:
                continue
            numbers[one.kind] += 1
            name = one.name or f"{one.kind[0].upper()}{numbers[one.kind]}"
            told = self._told.get(one.slot)
            if told is None or told.get("kind", one.kind) != one.kind:
                clips = tuple(clip.clip for clip in one.clips)
                made.append(CutTrack(name=name, kind=one.kind, clips=clips))
            else:
                made.append(self._track(one, name, told))
        return tuple(made)

    def _lanes(self, found: list[Found]) -> set[int]:
        """The slots that only carry further channels of a track of ours: its first slot has all they have."""
        by_slot = {one.slot: one for one in found if one.slot}
        copies = set()
        for slot, told in self._told.items():
            first, lanes = by_slot.get(slot), told.get("lanes", 1)
            if first is None or not isinstance(lanes, int):
                continue
            places = {_of_clip(one) for one in first.clips}
            for other in range(slot + 1, slot + min(lanes, 1000)):
                if other in by_slot and all(_of_clip(one) in places for one in by_slot[other].clips):
                    copies.add(other)
        return copies

    def _track(self, found: Found, name: str, told: Mapping[str, Any]) -> CutTrack:
        fields = {key: one for key, one in told.items() if key in CutTrack.__struct_fields__}
        fields = {"name": name, **fields, "clips": (), "kind": found.kind}
        ours: CutTrack | None = restored(CutTrack, fields)
        if ours is None:
            return CutTrack(name=name, kind=found.kind, clips=tuple(one.clip for one in found.clips))
        muted = ours.muted and all(one.clip.muted for one in found.clips)
        records = self._matched(found.clips, told.get("clips"))
        clips = [
            one.clip if record is None else self._clip(one, record, found.kind)
            for one, record in zip(found.clips, records, strict=True)
        ]
        if muted:
            clips = [
                msgspec.structs.replace(clip, muted=bool(record and record.get("muted")))
                for clip, record in zip(clips, records, strict=True)
            ]
        kept_name = ours.name if plain(ours.name) == found.name else name
        return msgspec.structs.replace(ours, name=kept_name, muted=muted, clips=tuple(clips))

    def _matched(self, clips: list[FoundClip], told: Any) -> list[dict[str, Any] | None]:
        """The record of each clip: that of its place, else of the same part of the same media, else of the
        same media, none twice."""
        records = [one for one in told if _is_record(one)] if isinstance(told, list) else []
        chosen: list[dict[str, Any] | None] = [None] * len(clips)
        used: set[int] = set()
        for key_of_clip, key_of_record in _KEYS:
            waiting = defaultdict(list)
            for number, record in enumerate(records):
                if number not in used:
                    waiting[key_of_record(record)].append(number)
            for at, clip in enumerate(clips):
                same = waiting.get(key_of_clip(clip)) if chosen[at] is None else None
                if same:
                    number = same.pop(0)
                    used.add(number)
                    chosen[at] = records[number]
        return chosen

    def _clip(self, found: FoundClip, record: Mapping[str, Any], kind: TrackKind) -> Clip:
        """Our clip as far as the file says the same of it, in everything else the file's."""
        there = found.clip
        ours: Clip | None = restored(Clip, record.get("clip"), record=there.record)
        if ours is None:
            return there
        changes: dict[str, Any] = {
            "asset": there.asset,
            "nested": there.nested,
            "muted": there.muted,
            "transition": _way(ours.transition, there.transition, kind),
            "fade_out": _way(ours.fade_out, there.fade_out, kind),
            "markers": self._markers(ours, record.get("notes")),
            **self._source(ours, found, record),
        }
        comment = found.placed.piece.comment
        if plain(ours.name) != there.name and (ours.name or comment):
            changes["name"] = there.name
        if kind == "audio":
            amplitude = found.placed.piece.amplitude
            if amplitude != (amplitude_of(ours.gain_db) if ours.gain_db else None):
                changes["gain_db"] = there.gain_db
            if there.channels and there.channels[0] != (ours.channels or (0,))[0]:
                changes["channels"] = there.channels
        elif there.cdl != ours.cdl and there.nested is None:
            changes["cdl"] = there.cdl
        return msgspec.structs.replace(ours, **changes)

    def _source(self, ours: Clip, found: FoundClip, record: Mapping[str, Any]) -> dict[str, Any]:
        """Speed and source: exactly ours where the same is shown, else moved by as much as that moved."""
        piece = found.placed.piece
        expected = None if ours.speed == 1 else ratio_of(ours.speed, piece.length)
        speed = ours.speed if piece.ratio == expected else found.clip.speed
        written, shown = fraction(record.get("shown")), found.shown(speed)
        frames = round_ticks(ours.record.duration.seconds * self._rate)
        if written is None:
            return {"speed": speed, "source": found.clip.source}
        start, end = record["at"]
        if written == shown and speed == ours.speed and frames == end - start:
            return {}
        moved = Time.of_seconds(ours.source.start.seconds + shown - written)
        return {"speed": speed, "source": source_of(moved, frames, self._rate, speed)}

    def _markers(self, clip: Clip, places: Any) -> tuple[Marker, ...]:
        """A clip's notes: those that still stand where they were written, and those that never stood."""
        kept: list[Marker] = []
        start = clip.record.start.frame(self._rate)
        listed = places if isinstance(places, list) else []
        for marker, place in zip(clip.markers, listed, strict=False):
            if not isinstance(place, int):
                kept.append(marker)
                continue
            same = self._notes.get((start + place, said(marker)))
            if same:
                kept.append(msgspec.structs.replace(marker, colour=_colour(marker, same.pop(0))))
        return tuple(kept)


def cut_notes(notes: Iterable[Note], ours: tuple[Marker, ...], rate: Fraction) -> tuple[Marker, ...]:
    """The notes on a cut, ours with their name and comment apart, in order of place."""
    waiting = defaultdict(list)
    for marker in ours:
        waiting[(marker.range.start.frame(rate), said(marker))].append(marker)
    found = []
    for note in notes:
        start = _frame(note.place, note, rate)
        range_ = Range.of_ticks(start, start + max(_frame(note.frames, note, rate), 0), rate)
        same = waiting.get((start, note.text))
        if same:
            marker = same.pop(0)
            found.append(msgspec.structs.replace(marker, range=range_, colour=_colour(marker, note)))
        else:
            found.append(Marker(range_, note.text, "", note.colour))
    return tuple(sorted(found, key=lambda one: one.range.start.ticks))


def our_cut(found: Cut, own: Mapping[str, Any]) -> Cut:
    """The cut with what a composition of ours keeps of it: its exact name, raster, notes and metadata."""
    ours: Cut | None = restored(Cut, own.get("cut"), rate=found.rate) if own else None
    if ours is None:
        return found
    same = (plain(ours.name) or " ") == found.name
    return msgspec.structs.replace(ours, name=ours.name if same else found.name)


def _is_record(record: Any) -> bool:
    """Whether this is a record of a clip, by what is asked of every one."""
    at = record.get("at") if isinstance(record, dict) else None
    return (
        isinstance(at, list)
        and len(at) == 2
        and all(isinstance(one, int) for one in at)
        and isinstance(record.get("mob"), str)
        and isinstance(record.get("shown"), str)
    )


def _of_clip(found: FoundClip) -> tuple[int, int, str, str]:
    range_ = found.clip.record
    mob = "" if found.mob is None else short(found.mob.mob_id)
    return range_.start.ticks, range_.end.ticks, mob, str(found.shown(found.clip.speed))


def _of_record(record: Mapping[str, Any]) -> tuple[int, int, str, str]:
    return record["at"][0], record["at"][1], record["mob"], record["shown"]


_KEYS: tuple[tuple[Any, Any], ...] = (
    (lambda one: _of_clip(one)[::2], lambda one: _of_record(one)[::2]),  # its place and its media
    (lambda one: _of_clip(one)[2:], lambda one: _of_record(one)[2:]),  # its media from the same moment on
    (lambda one: _of_clip(one)[2], lambda one: _of_record(one)[2]),  # its media
)


def _way(ours: Transition | None, there: Transition | None, kind: TrackKind) -> Transition | None:
    """A transition as the file has it, by our name for it: of a wipe AAF keeps its code, and of sound's ways
    that they are dissolves."""
    if ours is None or there is None:
        return there
    wipe = ours.kind == "wipe" and kind == "video"
    if wipe != (there.kind == "wipe") or (wipe and wipe_number(ours.name) != wipe_number(there.name)):
        return there
    return msgspec.structs.replace(there, kind=ours.kind, name=ours.name)


def _colour(marker: Marker, note: Note) -> str:
    """Ours, unless the note has another one now; AAF writes colours in its own letters."""
    return marker.colour if plain(marker.colour.capitalize()).upper() == note.colour else note.colour


def _frame(place: int, note: Note, rate: Fraction) -> int:
    return round_ticks(Fraction(place) * rate / note.rate)
