"""Writes a cut as an AAF file (edit protocol, AMWA AS-05) that links to its media.

A composition mob with its primary timecode, a slot for every picture track and every channel of a sound
track, master mobs, file mobs and tapes (`aaf_media.py`), notes on event slots (`aaf_notes.py`). Identifiers
follow from content and dates are fixed, so that the same cut is the same bytes.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import aaf2
from aaf2.auid import AUID

from answerprint.core.cut import Clip, Cut, CutTrack, Transition, source_time
from answerprint.core.encoding import to_builtins
from answerprint.core.time import Rounding
from answerprint.core.timecode import nominal
from answerprint.formats.timelines.aaf_effects import Effects, ratio_of
from answerprint.formats.timelines.aaf_media import (
    MADE,
    PICTURE_SLOT,
    MediaMobs,
    channels_of,
    dated,
    link_of,
    rational,
)
from answerprint.formats.timelines.aaf_notes import NoteSlots, note_place
from answerprint.formats.timelines.aaf_own import auid_of, fields_of, keep, mob_id_of, plain, short
from answerprint.formats.timelines.aaf_pieces import shown_at
from answerprint.formats.timelines.model import MediaLink, frame_on_screen, record_frames

DISABLED = "_DISABLE_CLIP_FLAG"  # on a selector, as DaVinci Resolve marks a disabled clip
TIMECODE_SLOT = 1
FIRST_TRACK = 101  # slots of master mobs have lower numbers: some readers mix up the two


def write_aaf(cut: Cut, media: Mapping[str, MediaLink], *, media_root: str = "") -> bytes:
    """The cut as `.aaf` bytes, the same for the same cut.

    media_root: what the media's places are relative to, `../..` or a whole URL such as `file:///Volumes/film`
    (Media Composer and Pro Tools find files again by whole URLs, or by name). Handles need no option: media
    is linked whole, and a master clip is as long as its file, so that clips can be drawn out to its ends.
    Sound is written as mono slots, a slot for every channel heard. Places in media of another rate or between
    frames are the nearest AAF can say, a frame of the cut; exact ones are kept in our own attributes.
    Raises FormatError AP-FORMAT-026 for a clip whose asset has no MediaLink.
    """
    with aaf2.open() as file:
        _Writer(file, cut, media, media_root).write()
        # what closing does, but for closing the bytes before they are taken
        file.save()
        file.manager.remove_temp()
        file.cfb.close()
        return bytes(file.f.getvalue())


@dataclass
class _Stretch:
    """A part of a track: a clip or a gap, and the transition into it. Frames of the cut."""

    start: int
    end: int
    clip: Clip | None = None
    way: Transition | None = None
    before: int = field(default=0, init=False)  # frames under the transition into it, before its start
    after: int = field(default=0, init=False)  # frames under the next transition, after its end


class _Writer:
    def __init__(self, file: Any, cut: Cut, media: Mapping[str, MediaLink], media_root: str) -> None:
        self.file = file
        self.make = file.create.from_name
        self.cut = cut
        self.media = media
        self.mobs = MediaMobs(file, cut, media, media_root)
        self.effects = Effects(file)
        self.compositions: dict[str, Any] = {}

    def write(self) -> None:
        top = self._composition(self.cut, "Usage_TopLevel")
        said = self.file.header["IdentificationList"].value[0]
        for name, value in (
            ("ProductName", "Answerprint"),
            ("CompanyName", "Answerprint"),
            ("ProductVersionString", "1"),
            ("ProductID", AUID(auid_of("product"))),
            ("Date", MADE),
            ("Platform", "any"),
            ("GenerationAUID", AUID(auid_of("generation", str(top.mob_id)))),
        ):
            said[name].value = value
        self.file.header["LastModified"].value = MADE
        self.file.content.mobs.extend([*self.compositions.values(), *self.mobs.mobs])

    def _composition(self, cut: Cut, usage: str) -> Any:
        """The mob of a cut; a cut nested twice is one mob."""
        told = json.dumps(to_builtins(cut), default=repr)
        if told in self.compositions:
            return self.compositions[told]
        mob = self.make("CompositionMob", plain(cut.name) or " ")
        mob.mob_id = mob_id_of("composition", told)
        mob.usage = usage
        dated(mob)
        frames = cut.frames
        timecode = self.make("Timecode", nominal(cut.rate), cut.drop, frames)
        timecode.length, timecode.start = frames, cut.start_frame
        primary = self._slot(TIMECODE_SLOT, 1, "TC1", timecode, cut)
        slots: list[Any] = []
        notes = NoteSlots(self.file, cut)
        tracks = []
        numbers = {"video": 0, "audio": 0}
        for track in cut.tracks:
            lanes = self._lanes(track)
            first = FIRST_TRACK + len(slots)
            for lane in range(lanes):
                numbers[track.kind] += 1
                clips: list[dict[str, Any]] = []
                sequence = self._sequence(track, cut, lane, clips)
                name = plain(track.name) if lane == 0 else plain(f"{track.name}.{lane + 1}")
                slots.append(self._slot(first + lane, numbers[track.kind], name, sequence, cut))
                if lane == 0:
                    told_of = fields_of(track, without=("clips",))
                    tracks.append({**told_of, "slot": first, "lanes": lanes, "clips": clips})
                    for clip in track.clips:
                        notes.on_clip(clip, first, numbers[track.kind])
        for marker in cut.markers:
            notes.on_cut(marker)
        mob.slots.extend([primary, *slots, *notes.slots(FIRST_TRACK + len(slots))])
        fields = fields_of(cut, without=("tracks", "rate", "drop", "start_frame"))
        keep(mob, {"cut": fields, "tracks": tracks})
        self.compositions[told] = mob
        return mob

    def _slot(self, slot: int, number: int, name: str, segment: Any, cut: Cut) -> Any:
        made = self.make("TimelineMobSlot", slot, name, segment, 0, rational(cut.rate))
        made["PhysicalTrackNumber"].value = number
        return made

    def _lanes(self, track: CutTrack) -> int:
        """How many mono slots a track needs: as many as any clip of it has channels."""
        if track.kind == "video":
            return 1
        wanted = (
            len(channels_of(clip, link_of(clip, self.media))) for clip in track.clips if clip.nested is None
        )
        return max(wanted, default=1)

    def _sequence(self, track: CutTrack, cut: Cut, lane: int, records: list[dict[str, Any]]) -> Any:
        media = "picture" if track.kind == "video" else "sound"
        components = []
        for one in _stretches(track, cut):
            if one.way is not None:
                components.append(self.effects.transition(one.way, media == "sound"))
            length = one.before + one.end - one.start + one.after
            made = None if one.clip is None else self._clip(one, one.clip, track, cut, lane, records)
            if made is None:
                if length:
                    components.append(self.make("Filler", media, length))
                continue
            components.append(made)
        sequence = self.make("Sequence", media, cut.frames)
        sequence.components.value = components
        return sequence

    def _clip(
        self, one: _Stretch, clip: Clip, track: CutTrack, cut: Cut, lane: int, records: list[dict[str, Any]]
    ) -> Any:
        """A clip as a segment, in what makes it faster, louder or disabled; None in a lane without it."""
        media = "picture" if track.kind == "video" else "sound"
        length = one.before + one.end - one.start + one.after
        if clip.nested is not None:
            mob = self._composition(clip.nested, "Usage_LowerLevel")
            slot = next((at for at in mob.slots if at.media_kind.lower() == media), mob.slots[0]).slot_id
            if lane:
                return None
        else:
            heard = channels_of(clip, self.media[clip.asset]) if media == "sound" else ()
            if lane and lane >= len(heard):
                return None
            mob = self.mobs.master(clip)
            slot = PICTURE_SLOT if media == "picture" else 2 + heard[lane]
        start, used = self._used(clip, cut, one.start - one.before, length)
        segment = self.make("SourceClip", start, used, mob.mob_id, slot, media)
        known = self.mobs.name(clip) if clip.nested is None else clip.nested.name
        if clip.name and clip.name != known and not lane:
            attribute = self.make("TaggedValue", "_COMMENT", plain(clip.name))
            segment["ComponentAttributeList"].extend([attribute])
        if clip.speed != 1:
            segment = self.effects.speed(segment, length, ratio_of(clip.speed, length), media)
        if clip.gain_db and media == "sound":
            segment = self.effects.gain(segment, length, clip.gain_db)
        if clip.muted or track.muted:
            segment = self._disabled(segment, length, media)
        shown = shown_at(start, used, clip.speed, one.before, cut.rate)
        record = {"at": [one.start, one.end], "mob": short(mob.mob_id), "shown": str(shown)}
        told = fields_of(clip, without=("record", "nested", "muted"))
        records.append({**record, "muted": clip.muted, "clip": told, "notes": note_places(clip, cut)})
        return segment

    def _used(self, clip: Clip, cut: Cut, frame: int, length: int) -> tuple[int, int]:
        """Where the source of a clip begins, and how much of it is used, in frames of the cut; frame: the
        record frame from which it is used."""
        time = source_time(clip, frame, cut.rate)
        if clip.nested is not None:
            shown, rate = time.frame(clip.nested.rate, Rounding.FLOOR), clip.nested.rate
        else:
            link = self.media[clip.asset]
            shown, rate = frame_on_screen(link, time), link.rate
        start = math.ceil(shown * cut.rate / rate)  # the first frame at which that picture is on screen
        used = max(1, math.ceil(length * abs(clip.speed))) if clip.speed != 1 else length
        return (start if clip.speed >= 0 else start - used + 1), used

    def _disabled(self, segment: Any, length: int, media: str) -> Any:
        made = self.make("Selector", media, length)
        made["Selected"].value = self.make("Filler", media, length)
        made["Alternates"].extend([segment])
        made["ComponentAttributeList"].extend([self.make("TaggedValue", DISABLED, 1)])
        return made


def _stretches(track: CutTrack, cut: Cut) -> Iterator[_Stretch]:
    """A track from the cut's first frame to its last, gaps included. A fade is a transition from or into
    a gap, of no length where the cut leaves none."""
    found: list[_Stretch] = []
    at = 0
    for clip in track.clips:
        start, end = record_frames(clip, cut.rate)
        fade = found[-1].clip.fade_out if found and found[-1].clip is not None else None
        if start > at or fade is not None or (clip.transition is not None and not found):
            found.append(_Stretch(at, start, way=fade))
        found.append(_Stretch(start, end, clip, clip.transition))
        at = end
    fade = found[-1].clip.fade_out if found and found[-1].clip is not None else None
    if cut.frames > at or fade is not None:
        found.append(_Stretch(at, cut.frames, way=fade))
    for before, one in zip([None, *found], found, strict=False):
        if one.way is not None and before is not None:
            one.before = one.way.before
            before.after = one.way.frames - one.way.before
    yield from found


def note_places(clip: Clip, cut: Cut) -> list[int | None]:
    """Where each note of a clip stands on its track, from the clip's first frame; None where it is unseen."""
    start, _ = record_frames(clip, cut.rate)
    places = [note_place(clip, marker, cut.rate) for marker in clip.markers]
    return [None if place is None else place - start for place in places]
