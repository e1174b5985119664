"""Reads OpenTimelineIO documents, ours exactly and other programs' with their rates snapped."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import msgspec
import opentimelineio as otio

from answerprint.core.cut import Clip, Cut, CutTrack, Marker, TrackKind
from answerprint.core.encoding import from_builtins
from answerprint.core.errors import FormatError
from answerprint.core.time import Range, Time, round_ticks
from answerprint.core.timecode import snap_rate
from answerprint.formats.timelines.model import source_of
from answerprint.formats.timelines.otio_guard import refuse_cycles
from answerprint.formats.timelines.otio_parts import (
    asset_of,
    believed,
    exact_name,
    frame_of,
    markers_of,
    own_of,
    range_document,
    seconds_of,
    speed_of,
    transition_of,
)
from answerprint.formats.timelines.otio_texts import restored

_LASTING = (otio.schema.Clip, otio.schema.Gap, otio.schema.Stack, otio.schema.Track)
DEEPEST = 50  # timelines in one another


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A document as read. shown: the first OTIO clip of each asset. tables: of frames, by key."""

    cut: Cut
    shown: dict[str, Any]
    tables: Mapping[str, Any]


def read_otio(text: str, *, file: str | None = None) -> Cut:
    """The cut in an `.otio` text.

    A document of ours comes back equal to what was written. In others', rates snap to n·1000/1001, times
    are whole frames, and a clip's source is counted from its media's first frame where the document gives
    its available range, else from timecode zero; `asset` is the media's URL. What lies in a stack without a
    track is read as a picture track of its own. What a cut cannot hold (effects that are no speed) is named
    in `metadata["not_read"]`. Raises FormatError AP-FORMAT-040 when the text is no OTIO timeline,
    AP-FORMAT-041 when it needs a newer OTIO, AP-FORMAT-042 for what no track can hold or is nested too deep,
    AP-FORMAT-043 for a clip without a length, AP-FORMAT-661 for a value that cannot be.
    """
    return read_document(text, file=file).cut


def read_document(text: str, *, file: str | None = None) -> Document:
    """The cut as of `read_otio`, and what else the document says of its media."""
    timeline = _timeline(text, file)
    with believed(file):
        own = own_of(timeline)
        rate = _rate(timeline, own)
        shown: dict[str, Any] = {}
        tracks, markers, losses = _tracks(timeline.tracks, rate, file, shown, 0)
        start = timeline.global_start_time
        metadata = restored(own.get("metadata") or {})
        blank = Cut(name=exact_name(own, timeline.name), rate=rate)
        cut = msgspec.structs.replace(
            blank,
            drop=bool(own.get("drop", False)),
            start_frame=frame_of(start, rate) if start is not None else 0,
            width=int(own.get("width", blank.width)),
            height=int(own.get("height", blank.height)),
            tracks=tracks,
            markers=markers,
            metadata={**metadata, "not_read": losses} if losses else metadata,
        )
        return Document(cut=cut, shown=shown, tables=dict(own.get("frame_times") or {}))


def _tracks(
    stack: Any, rate: Fraction, file: str | None, shown: dict[str, Any], depth: int
) -> tuple[tuple[CutTrack, ...], tuple[Marker, ...], list[str]]:
    """The tracks of a timeline, or of one nested in it so deep, its markers, and what could not be read.
    shown: is given the first clip of every asset."""
    if depth > DEEPEST:
        raise _nested(stack, file)
    alone = isinstance(stack, otio.schema.Track)  # in a track: what is seen of it, its clip says
    losses: list[str] = []
    markers = [] if alone else markers_of(stack.markers, Fraction(0), rate)
    tracks: list[CutTrack] = []
    for index, child in enumerate([stack] if alone else stack):
        walk = _Walk(_as_track(child, file), rate, file, shown, depth)
        tracks.append(walk.read(index, whole=alone))
        losses += walk.losses
        markers += walk.markers
    return tuple(tracks), tuple(markers), losses


def _as_track(child: Any, file: str | None) -> Any:
    """A child of a stack as a track; OTIO lets clips lie there without one."""
    if isinstance(child, otio.schema.Track):
        return child
    if not isinstance(child, otio.schema.Clip | otio.schema.Gap | otio.schema.Stack):
        raise _nested(child, file)
    return otio.schema.Track(kind=otio.schema.TrackKind.Video, children=[child.clone()])


def _timeline(text: str, file: str | None) -> Any:
    refuse_cycles(text, file)
    try:
        found = otio.adapters.read_from_string(_older_markers(text), "otio_json")
    except otio.exceptions.UnsupportedSchemaError as error:
        raise FormatError(
            "AP-FORMAT-041",
            f"this was written by a newer OpenTimelineIO than {otio.__version__}: {error}",
            file=file,
            remedy="export it for an older version",
        ) from error
    except (ValueError, TypeError, KeyError, otio.exceptions.OTIOError) as error:
        raise FormatError("AP-FORMAT-040", f"this is no OTIO document: {error}", file=file) from error
    if isinstance(found, otio.schema.SerializableCollection):
        inside = [one for one in found if isinstance(one, otio.schema.Timeline)]
        found = inside[0] if len(inside) == 1 else found
    if not isinstance(found, otio.schema.Timeline):
        raise FormatError(
            "AP-FORMAT-040",
            f"this OTIO document holds no single timeline but {type(found).__name__}",
            file=file,
            remedy="export one timeline",
        )
    return found


def _older_markers(text: str) -> str:
    """Marker 3, of OpenTimelineIO after 0.18, differs from Marker 2 in its colour: a record with a name."""
    if '"Marker.3"' not in text:
        return text
    named = re.sub(
        r'("color"\s*:\s*)\{[^{}]*"OTIO_SCHEMA"\s*:\s*"Color\.1"[^{}]*"name"\s*:\s*("[^"]*")[^{}]*\}',
        r"\1\2",
        text,
    )
    return named.replace('"Marker.3"', '"Marker.2"')


class _Walk:
    """One track, child by child. Positions are summed exactly, so that rounding never adds up."""

    def __init__(
        self, track: Any, rate: Fraction, file: str | None, shown: dict[str, Any], depth: int
    ) -> None:
        self.track = track
        self.rate = rate
        self.file = file
        self.shown = shown
        self.depth = depth
        self.losses: list[str] = []
        self.markers: list[Marker] = []
        self.clips: list[Clip] = []

    def read(self, index: int, *, whole: bool = False) -> CutTrack:
        """whole: also what the track's own range hides."""
        own = own_of(self.track)
        kind: TrackKind = "audio" if self.track.kind == otio.schema.TrackKind.Audio else "video"
        window = None if whole else self._window()
        at = -seconds_of(window.start_time) if window is not None else Fraction(0)
        self.markers += markers_of(self.track.markers, at, self.rate)
        dissolve: Any = None
        for child in self.track:
            if isinstance(child, otio.schema.Transition):
                self._faded(dissolve)
                dissolve = child
                continue
            if not isinstance(child, _LASTING):
                raise _nested(child, self.file)
            length = seconds_of(self._length(child).duration)
            if isinstance(child, otio.schema.Gap):
                self._faded(dissolve)
            else:
                self._clip(child, at, length, dissolve, kind, window)
            dissolve = None
            at += length
        self._faded(dissolve)
        return CutTrack(
            name=exact_name(own, self.track.name) or f"{kind[0].upper()}{index + 1}",
            kind=kind,
            clips=tuple(self.clips),
            muted=not self.track.enabled,
            role=restored(own.get("role", "")),
        )

    def _window(self) -> Any:
        """The part of the track that is shown; None for all of it. Lists turned into OTIO by older adapters
        carry a timecode here, far from any clip: that is no trim."""
        window = self.track.source_range
        if window is None:
            return None
        lasting = (one for one in self.track if not isinstance(one, otio.schema.Transition))
        content = sum((seconds_of(self._length(one).duration) for one in lasting), Fraction(0))
        start = seconds_of(window.start_time)
        return window if start < content and start + seconds_of(window.duration) > 0 else None

    def _length(self, child: Any) -> Any:
        try:
            return child.trimmed_range()
        except otio.exceptions.OTIOError as error:
            raise FormatError(
                "AP-FORMAT-043",
                f"{child.name or 'a clip'} has no length: neither a source range nor media with one",
                file=self.file,
                remedy="relink it and export again",
            ) from error

    def _clip(
        self, child: Any, at: Fraction, length: Fraction, dissolve: Any, kind: str, window: Any
    ) -> None:
        visible = self._length(child)
        start, end = round_ticks(at * self.rate), round_ticks((at + length) * self.rate)
        clip = self._record(child, visible, start, end, kind)
        if window is not None:  # a trimmed track shows what lies inside its own range
            start, end = max(start, 0), min(end, round_ticks(seconds_of(window.duration) * self.rate))
            if end <= start:
                return
            clip = _trimmed(clip, start, end, self.rate)
        if not clip.markers and clip.nested is None:  # of a clip of ours its own record has them
            self.markers += markers_of(child.markers, at - seconds_of(visible.start_time), self.rate)
        if dissolve is not None:
            way = transition_of(dissolve, self.rate)
            clip = msgspec.structs.replace(clip, transition=way)
            known = dissolve.transition_type == otio.schema.TransitionTypes.SMPTE_Dissolve
            if not known and way.kind == "dissolve":
                self.losses.append(f"{dissolve.transition_type} into {clip.name}: read as a dissolve")
        for effect in child.effects:
            if not isinstance(effect, otio.schema.LinearTimeWarp):
                self.losses.append(f"effect {effect.effect_name or effect.name} on {clip.name}")
        self.clips.append(clip)
        if clip.nested is None:
            self.shown.setdefault(clip.asset, child)

    def _record(self, child: Any, visible: Any, start: int, end: int, kind: str) -> Clip:
        """Our own record where it is still true of what is visible; else what is visible."""
        own = own_of(child)
        speed = speed_of(child)
        record = Range.of_ticks(start, end, self.rate)
        if isinstance(child, otio.schema.Stack | otio.schema.Track):
            return self._within(child, visible, record, own)
        if "clip" in own and "written" in own:
            body = {**restored(own["clip"]), "record": range_document(record)}
            clip = from_builtins(body, Clip)
            written = own["written"]
            rate = Fraction(written["rate"])
            slipped = Fraction(frame_of(visible.start_time, rate) - written["start"]) / rate
            speed = clip.speed if float(clip.speed) == float(speed) else speed
            unchanged = slipped == 0 and end - start == written["duration"] and speed == clip.speed
            if not unchanged:
                moved = Time.of_seconds(clip.source.start.seconds + slipped)
                source = source_of(moved, end - start, self.rate, speed)
                clip = msgspec.structs.replace(clip, source=source, speed=speed)
            return msgspec.structs.replace(clip, muted=not child.enabled)
        reference = child.media_reference
        rate = snap_rate(visible.start_time.rate)
        frame = frame_of(visible.start_time, rate)
        if reference is not None and reference.available_range is not None:
            frame -= frame_of(reference.available_range.start_time, rate)
        first = Time.of_seconds(Fraction(frame) / rate)
        return Clip(
            id=f"{self.track.name or kind}.{start}",
            asset=asset_of(reference, child.name),
            record=record,
            source=source_of(first, end - start, self.rate, speed),
            name=child.name,
            speed=speed,
            muted=not child.enabled,
        )

    def _within(self, child: Any, visible: Any, record: Range, own: Mapping[str, Any]) -> Clip:
        """A timeline nested in this one, as a clip that holds it."""
        known = own.get("nested") or {}
        rate = Fraction(known["rate"]) if known else self.rate
        tracks, markers, losses = _tracks(child, rate, self.file, self.shown, self.depth + 1)
        self.losses += losses
        nested = Cut(
            name=exact_name(known, child.name) if not known else restored(known["name"]),
            rate=rate,
            drop=bool(known.get("drop", False)),
            start_frame=int(known.get("start_frame", 0)),
            width=int(known.get("width", 1920)),
            height=int(known.get("height", 1080)),
            tracks=tracks,
            markers=markers,
        )
        first = Time(frame_of(visible.start_time, rate), rate)
        frames = record.duration.frame(self.rate)
        source = source_of(first, frames, self.rate, speed_of(child))
        if "clip" in own:
            ours = from_builtins({**restored(own["clip"]), "record": range_document(record)}, Clip)
            written = own["written"]
            if (first.ticks, frames) == (written["start"], written["duration"]):
                source = ours.source
            return msgspec.structs.replace(ours, nested=nested, source=source, muted=not child.enabled)
        return Clip(
            id=f"{self.track.name}.{record.start.ticks}",
            asset="",
            record=record,
            source=source,
            name=child.name,
            speed=speed_of(child),
            muted=not child.enabled,
            nested=nested,
        )

    def _faded(self, transition: Any) -> None:
        """A transition into nothing is a way out of the clip before it."""
        if transition is None:
            return
        if not self.clips:
            self.losses.append("a transition from nothing into nothing at the start")
            return
        way = transition_of(transition, self.rate)
        self.clips[-1] = msgspec.structs.replace(self.clips[-1], fade_out=way)


def _trimmed(clip: Clip, start: int, end: int, rate: Fraction) -> Clip:
    """The clip inside a window of the record."""
    offset = Fraction(start) / rate - clip.record.start.seconds
    if (start, end) == (clip.record.start.frame(rate), clip.record.end.frame(rate)):
        return clip
    first = Time.of_seconds(clip.source.start.seconds + offset * clip.speed)
    return msgspec.structs.replace(
        clip,
        record=Range.of_ticks(start, end, rate),
        source=source_of(first, end - start, rate, clip.speed),
    )


def _rate(timeline: Any, own: Mapping[str, Any]) -> Fraction:
    """The cut's rate: as we wrote it, else the start timecode's, else the first clip's."""
    if "rate" in own:
        return Fraction(own["rate"])
    if timeline.global_start_time is not None and timeline.global_start_time.rate > 0:
        return snap_rate(timeline.global_start_time.rate)
    for clip in timeline.find_clips():
        if clip.source_range is not None:
            return snap_rate(clip.source_range.duration.rate)
    return Fraction(24)  # nothing in it says; a cut of nothing at the rate of film


def _nested(item: Any, file: str | None) -> FormatError:
    return FormatError(
        "AP-FORMAT-042",
        f"{item.name or type(item).__name__} is nothing that a track can hold, or nested too deep",
        file=file,
        remedy="flatten or expand it in the editing program and export again",
    )
