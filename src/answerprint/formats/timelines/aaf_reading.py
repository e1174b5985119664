"""Reads AAF files: those of Media Composer, DaVinci Resolve, Premiere Pro and Pro Tools, and ours exactly."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import msgspec
from aaf2 import components, mobs

from answerprint.core.cut import Clip, Cut, CutTrack, TrackKind, Transition
from answerprint.core.errors import FormatError
from answerprint.core.time import Range, Time, round_ticks
from answerprint.core.timecode import can_drop, snap_rate
from answerprint.formats.timelines import aaf_effects as effects
from answerprint.formats.timelines.aaf_container import opened
from answerprint.formats.timelines.aaf_media_reading import (
    FASTEST,
    PICTURES,
    SOUNDS,
    Media,
    Source,
    kind_of,
    timecodes,
)
from answerprint.formats.timelines.aaf_notes import notes_of
from answerprint.formats.timelines.aaf_own import kept
from answerprint.formats.timelines.aaf_pieces import DEEPEST, MOST, Piece, Pieces, Placed, placed, shown_at
from answerprint.formats.timelines.aaf_records import Found, FoundClip, Records, cut_notes, our_cut
from answerprint.formats.timelines.model import Loss, MediaLink, TimelineFile, source_of

_INSIDE = ("Usage_SubClip", "Usage_AdjustedClip", "Usage_Template")  # compositions that stand for a clip


def read_aaf(data: bytes, *, file: str | None = None, rate: Fraction | None = None) -> TimelineFile:
    """The timeline in `.aaf` bytes. rate: the cut's, for a file of sound alone that does not say one.

    Of a file with several sequences the first that no other contains is read, and the others are told.
    Places that fall between frames of the cut, as sound's may, move to the nearest with their source, and are
    told. Raises FormatError AP-FORMAT-640 … 642 as `opened`, 643 for a file without a sequence, 644 for one
    that has no frame rate, 645 for what refers to itself or nests without end, 646 for lengths that are none,
    647 for more clips than a timeline has.
    """
    with opened(data, file) as found:
        reader = _Reader(found, file, rate)
        return reader.read()


class _Reader:
    def __init__(self, aaf: Any, file: str | None, rate: Fraction | None) -> None:
        self.aaf = aaf
        self.file = file
        self.asked = rate
        self.losses: list[Loss] = []
        self.media: dict[str, MediaLink] = {}
        self.cuts: dict[str, tuple[Cut, int]] = {}  # of mobs: the cut, and how many clips are in it
        self.open: list[str] = []  # the compositions being read, each inside the one before

    def read(self) -> TimelineFile:
        top = self._top()
        self.sources = Media(self.aaf, self.rate_of(top), self.file)
        cut, _ = self.cut_of(top)
        losses = (*self.losses, *self.sources.losses)
        return TimelineFile(cut=cut, media=self.media, losses=tuple(dict.fromkeys(losses)))

    def _top(self) -> Any:
        all_ = [one for one in self.aaf.content.compositionmobs() if one.usage not in _INSIDE]
        marked = [one for one in all_ if one.usage == "Usage_TopLevel"] or all_
        if not marked:
            raise FormatError(
                "AP-FORMAT-643",
                "this AAF holds no sequence",
                file=self.file,
                remedy="export a sequence, not a bin",
            )
        if len(marked) > 1:
            within = {
                str(one.mob_id) for mob in marked for one, _ in mob.walk_references() if _refers(one)
            } - {""}
            marked = [one for one in marked if str(one.mob_id) not in within] or marked
        shows = [one for one in marked if any(kind_of(slot) in (*PICTURES, *SOUNDS) for slot in one.slots)]
        marked = shows + [one for one in marked if one not in shows]
        for other in marked[1:]:
            self.losses.append(Loss("clips", str(other.name), "lost", "another sequence of the file"))
        return marked[0]

    def rate_of(self, mob: Any) -> Fraction:
        rates = [slot.edit_rate for slot, _ in timecodes(mob)]
        for kinds in (PICTURES, SOUNDS, ("timecode",)):
            rates += [slot.edit_rate for slot in mob.slots if kind_of(slot) in kinds]
        for rate in rates:
            if 0 < rate <= FASTEST:
                return snap_rate(effects.exact(rate))
        if self.asked is None:
            raise FormatError(
                "AP-FORMAT-644",
                f"{mob.name}: this AAF does not say how many frames a second it has",
                file=self.file,
                remedy="give the rate with --rate",
            )
        return self.asked

    def error(self, code: str, message: str) -> FormatError:
        return FormatError(code, message, file=self.file, remedy="export it again")

    def cut_of(self, mob: Any) -> tuple[Cut, int]:
        """The cut of a composition, and how many clips it has with those nested in it."""
        key = str(mob.mob_id)
        if key in self.open or len(self.open) > DEEPEST:
            raise self.error("AP-FORMAT-645", f"{mob.name}: the sequence contains itself")
        if key not in self.cuts:
            self.open.append(key)
            self.cuts[key] = _Composition(self, mob).read()
            self.open.pop()
        return self.cuts[key]


class _Composition:
    """One composition mob as a cut."""

    def __init__(self, reader: _Reader, mob: Any) -> None:
        self.reader = reader
        self.mob = mob
        self.rate = reader.rate_of(mob)
        self.pieces = Pieces(reader.file)
        self.own = kept(mob)
        self.notes = notes_of(mob)
        self.clips = 0

    def read(self) -> tuple[Cut, int]:
        found = [one for slot in self.mob.slots for one in self._tracks(slot)]
        records = Records(self.own, self.rate, self.notes)
        tracks = records.tracks(found)
        if not self.own:
            tracks = _linked(tracks)
        cut = our_cut(Cut(name=str(self.mob.name or ""), rate=self.rate), self.own)
        markers = cut_notes(records.left, cut.markers, self.rate)
        start, drop = 0, False
        for _, timecode in timecodes(self.mob):
            start, drop = int(timecode.start or 0), bool(timecode.drop) and can_drop(self.rate)
            break
        self.reader.losses += self.pieces.losses
        cut = msgspec.structs.replace(cut, start_frame=start, drop=drop, tracks=tracks, markers=markers)
        return cut, self.clips

    def _tracks(self, slot: Any) -> Iterator[Found]:
        """The tracks in a slot: one, or one for every layer of a scope."""
        kind = kind_of(slot)
        if kind not in (*PICTURES, *SOUNDS):
            if kind and kind not in ("timecode", "edgecode", "soundmastertrack") and _has_clips(slot.segment):
                lost = f"a track of {slot.media_kind} is left out"
                self.reader.losses.append(Loss("effect", str(slot.name or ""), "lost", lost))
            return
        video: TrackKind = "video" if kind in PICTURES else "audio"
        segment = slot.segment
        layers = list(segment.slots) if isinstance(segment, components.NestedScope) else [segment]
        unit = effects.exact(slot.edit_rate)
        if unit <= 0:
            raise FormatError(
                "AP-FORMAT-646", f"{slot.name}: {unit} edit units a second", file=self.reader.file
            )
        for number, layer in enumerate(layers):
            name = str(slot.name or "") if number == 0 else ""
            label = name or f"{video[0].upper()} slot {slot.slot_id}"
            self.pieces.track = label
            clips = self._clips(self.pieces.of(layer), unit, video, label)
            yield Found(slot=slot.slot_id if number == 0 else 0, name=name, kind=video, clips=clips)

    def _clips(self, pieces: list[Piece], unit: Fraction, kind: TrackKind, label: str) -> list[FoundClip]:
        """The clips of a row of pieces."""
        made: list[FoundClip] = []
        rows = list(placed(pieces))
        for number, one in enumerate(rows):
            until = rows[number + 1].start if number + 1 < len(rows) else one.end
            start = one.start * self.rate / unit
            end = min(one.end, max(until, one.start)) * self.rate / unit
            first, last = round_ticks(start), round_ticks(end)
            if last <= first:
                lost = "shorter than a frame" if end > start else "of no length"
                self.reader.losses.append(Loss("clips", label, "lost", f"a clip {lost} is left out"))
                continue
            if first != start or last != end:
                off = f"at frame {first} it begins {_samples(start - first, unit, self.rate)} and ends "
                off += f"{_samples(end - last, unit, self.rate)}, and is moved to whole frames"
                self.reader.losses.append(Loss("record_range", label, "approximated", off))
            made.append(self._clip(one, first, last, unit, kind, label, (first - start) / self.rate))
            self.clips += 1
            if self.clips > MOST:
                raise self.reader.error("AP-FORMAT-647", f"it has more than {MOST} clips with the nested")
        return made

    def _clip(
        self, one: Placed, first: int, last: int, unit: Fraction, kind: TrackKind, label: str, moved: Fraction
    ) -> FoundClip:
        piece = one.piece
        speed = Fraction(1)
        if piece.ratio is not None:
            speed = effects.speed_of(piece.ratio, piece.length, piece.used)
        shown = shown_at(piece.start, piece.used, speed, one.covered, unit) + moved * speed
        clip = Clip(
            id=f"{label}.{first}",
            asset="",
            record=Range.of_ticks(first, last, self.rate),
            source=source_of(Time.of_seconds(shown), last - first, self.rate, speed),
            name=piece.comment,
            speed=speed,
            muted=piece.muted,
            gain_db=0.0 if piece.amplitude is None else effects.gain_of(piece.amplitude),
            transition=self._way(one.way, unit),
            fade_out=self._way(one.fade, unit, out=True),
        )
        clip, mob = self._filled(clip, piece, kind, unit, label)
        return FoundClip(clip, mob, one, unit, moved)

    def _filled(
        self, clip: Clip, piece: Piece, kind: TrackKind, unit: Fraction, label: str
    ) -> tuple[Clip, Any]:
        """A clip with what it shows: media, or a cut within."""
        replaced = msgspec.structs.replace
        if piece.nested:
            inner = [one.clip for one in self._clips(list(piece.nested), unit, kind, label)]
            track = CutTrack(name="V1" if kind == "video" else "A1", kind=kind, clips=tuple(inner))
            nested = Cut(name=clip.name or "effect", rate=self.rate, tracks=(track,))
            return replaced(clip, nested=nested, name=nested.name), None
        mob_id, slot, seconds, name = piece.mob, piece.slot, clip.source.start.seconds, clip.name
        mob = self.reader.aaf.content.mobs.get(mob_id) if mob_id is not None else None
        for _ in range(DEEPEST):  # through subclips to what they are of
            if not isinstance(mob, mobs.CompositionMob):
                break
            inside = _subclip(mob, slot)
            if inside is None:
                nested, clips = self.reader.cut_of(mob)
                self.clips += clips
                source = source_of(
                    Time.of_seconds(seconds), clip.record.duration.ticks, self.rate, clip.speed
                )
                return replaced(clip, nested=nested, source=source, name=name or nested.name), mob
            segment, inner_rate = inside
            name = name or str(mob.name or "")
            seconds += Fraction(segment.start or 0) / inner_rate
            mob_id, slot = segment.mob_id, segment.slot_id
            mob = self.reader.aaf.content.mobs.get(mob_id)
        source_ = self.reader.sources.source(mob_id, slot)
        self.reader.media[source_.asset] = source_.link
        return self._of_media(clip, source_, seconds, name, kind), mob

    def _of_media(self, clip: Clip, source: Source, seconds: Fraction, name: str, kind: TrackKind) -> Clip:
        start = Time.of_seconds(source.link.first.seconds + source.offset + seconds)
        return msgspec.structs.replace(
            clip,
            asset=source.asset,
            name=name or source.name,
            source=source_of(start, clip.record.duration.ticks, self.rate, clip.speed),
            channels=source.channels if kind == "audio" else (),
            cdl=source.cdl if kind == "video" else None,
        )

    def _way(self, piece: Piece | None, unit: Fraction, *, out: bool = False) -> Transition | None:
        if piece is None:
            return None
        frames = round_ticks(piece.length * self.rate / unit)
        before = frames if out else round_ticks(piece.cut * self.rate / unit)
        if piece.wipe is not None:
            return Transition("wipe", frames, before, f"{piece.wipe:03d}")
        return Transition("dissolve", frames, before)


def _subclip(mob: Any, slot_id: int) -> tuple[Any, Fraction] | None:
    """The source clip a subclip is, with its edit rate; None for what is a sequence."""
    if mob.usage not in _INSIDE:
        return None
    slot = next((one for one in mob.slots if one.slot_id == slot_id), None)
    segment = slot.segment if slot is not None else None
    if isinstance(segment, components.Sequence):
        inside = [one for one in segment.components if not isinstance(one, components.Filler)]
        segment = inside[0] if len(inside) == 1 and len(segment.components) == 1 else None
    if slot is None or not isinstance(segment, components.SourceClip):
        return None
    return segment, effects.exact(slot.edit_rate)


def _refers(item: Any) -> bool:
    return isinstance(item, components.SourceClip)


def _has_clips(segment: Any) -> bool:
    parts = segment.components if isinstance(segment, components.Sequence) else [segment]
    return any(isinstance(one, components.SourceClip) for one in parts)


def _samples(off: Fraction, unit: Fraction, rate: Fraction) -> str:
    """How far from a whole frame, in edit units of the track."""
    return f"{float(off / rate * unit):+g} edit units off"


def _linked(tracks: tuple[CutTrack, ...]) -> tuple[CutTrack, ...]:
    """Clips without a link of ours that show one asset from one moment on at one place belong together."""
    groups: dict[tuple[str, Fraction, int], list[str]] = {}
    for track in tracks:
        for clip in track.clips:
            if clip.link is None and clip.nested is None:
                groups.setdefault(_togetherness(clip), []).append(track.kind)
    pairs = {key for key, kinds in groups.items() if len(set(kinds)) > 1}
    if not pairs:
        return tracks
    return tuple(
        msgspec.structs.replace(track, clips=tuple(_joined(clip, pairs) for clip in track.clips))
        for track in tracks
    )


def _togetherness(clip: Clip) -> tuple[str, Fraction, int]:
    return clip.asset, clip.source.start.seconds, clip.record.start.ticks


def _joined(clip: Clip, pairs: set[tuple[str, Fraction, int]]) -> Clip:
    if clip.link is not None or clip.nested is not None or _togetherness(clip) not in pairs:
        return clip
    return msgspec.structs.replace(clip, link=f"{clip.record.start.ticks} {clip.asset}")
