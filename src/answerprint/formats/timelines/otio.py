"""Writes a cut as an OpenTimelineIO document and reads one back.

OTIO's times are doubles, so they are an output format here: every time is written as a whole frame of its
own rate, and what must be exact (rates, source ticks, decisions) stands in `metadata["answerprint"]`.
On reading, our record is believed where the visible range is still the one written with it; a clip trimmed
or slipped in another program is read from what is visible.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any
from urllib.parse import quote

import opentimelineio as otio

from answerprint.core.cut import Clip, Cut, CutTrack, Marker, Transition, source_time
from answerprint.core.encoding import to_builtins
from answerprint.core.errors import FormatError
from answerprint.core.time import Rounding
from answerprint.core.timecode import format_timecode
from answerprint.formats.timelines.model import MediaLink, frame_on_screen, record_frames
from answerprint.formats.timelines.otio_parts import OWN
from answerprint.formats.timelines.otio_reading import read_otio
from answerprint.formats.timelines.otio_tables import table_key, table_text
from answerprint.formats.timelines.otio_texts import exact, exact_text

__all__ = ["read_otio", "write_otio"]

otime = otio.opentime


def write_otio(cut: Cut, media: Mapping[str, MediaLink], *, media_root: str = "") -> str:
    """The cut as `.otio` text, the same bytes for the same cut: no clock, no path of this machine.

    media_root: from the document's folder to the production's, `../..` for `out/v001/`; media is named
    relative to it. A clip's source starts in the media's own timecode at the media's rate, so that other
    programs find the frame again, and lasts a whole number of cut frames. Raises FormatError AP-FORMAT-026
    for a clip whose asset has no MediaLink.
    """
    footage = _Footage(media, media_root)
    timeline = otio.schema.Timeline(name=_text(cut.name))
    timeline.global_start_time = _time(cut.start_frame, cut.rate)
    timeline.metadata[OWN] = {
        "rate": str(cut.rate),
        "drop": cut.drop,
        "start": cut.timecode(0),
        "start_frame": cut.start_frame,
        "width": cut.width,
        "height": cut.height,
        "name": exact_text(cut.name),
        "metadata": exact(to_builtins(cut.metadata)),
    }
    for track in cut.tracks:
        timeline.tracks.append(_track(track, cut, footage))
    if footage.tables:
        timeline.metadata[OWN]["frame_times"] = footage.tables
    timeline.tracks.markers.extend(_cut_markers(cut))
    text: str = timeline.to_json_string(indent=2)
    return text + "\n"


class _Footage:
    """The media that clips show, and the frame tables met so far, by their keys."""

    def __init__(self, media: Mapping[str, MediaLink], root: str) -> None:
        self.media = media
        self.root = root.rstrip("/")
        self.tables: dict[str, str] = {}
        self.keys: dict[str, str] = {}  # of tables, by asset

    def link(self, clip: Clip) -> MediaLink:
        if clip.asset not in self.media:
            raise FormatError(
                "AP-FORMAT-026",
                f"{clip.name or clip.id} uses an asset that is not in the production: {clip.asset[:12]}",
                remedy="add the footage again",
            )
        return self.media[clip.asset]

    def table(self, asset: str) -> str | None:
        """The key of an asset's frame table, which the document will hold; None at a constant rate."""
        times = self.media[asset].frame_times
        if times and asset not in self.keys:
            text = table_text(times)
            self.keys[asset] = table_key(text)
            self.tables[self.keys[asset]] = text
        return self.keys.get(asset)


def _track(track: CutTrack, cut: Cut, footage: _Footage) -> Any:
    kind = otio.schema.TrackKind.Video if track.kind == "video" else otio.schema.TrackKind.Audio
    made = otio.schema.Track(name=_text(track.name), kind=kind)
    made.enabled = not track.muted
    made.metadata[OWN] = {"name": exact_text(track.name), "role": exact_text(track.role)}
    at = 0
    for clip in track.clips:
        start, end = record_frames(clip, cut.rate)
        if start > at:
            made.append(otio.schema.Gap(source_range=_range(0, cut.rate, start - at, cut.rate)))
        if clip.transition:
            made.append(_transition(clip.transition, cut.rate))
        made.append(_clip(clip, cut, footage))
        if clip.fade_out:
            made.append(_transition(clip.fade_out, cut.rate))
        at = end
    return made


def _transition(way: Transition, rate: Fraction) -> Any:
    dissolve = way.kind == "dissolve"
    types = otio.schema.TransitionTypes
    made = otio.schema.Transition(
        name=_text(way.name) or way.kind,
        transition_type=types.SMPTE_Dissolve if dissolve else types.Custom,
        in_offset=_time(way.before, rate),
        out_offset=_time(way.frames - way.before, rate),
    )
    if not dissolve:
        made.metadata[OWN] = {"wipe": exact_text(way.name)}
    return made


def _clip(clip: Clip, cut: Cut, footage: _Footage) -> Any:
    if clip.nested is not None:
        return _nested(clip, clip.nested, cut, footage)
    link = footage.link(clip)
    start, end = record_frames(clip, cut.rate)
    frame = link.start_frame + frame_on_screen(link, source_time(clip, start, cut.rate))
    made = otio.schema.Clip(name=_text(clip.name or link.name))
    made.media_reference = _reference(clip.asset, link, footage)
    made.source_range = _range(frame, link.rate, end - start, cut.rate)
    made.enabled = not clip.muted
    if clip.speed == 0:
        made.effects.append(otio.schema.FreezeFrame(name="freeze"))
    elif clip.speed != 1:
        made.effects.append(otio.schema.LinearTimeWarp(name="speed", time_scalar=float(clip.speed)))
    for marker in clip.markers:
        shown = link.start_frame + frame_on_screen(link, marker.range.start)
        made.markers.append(_marker(marker, shown, 1, link.rate))
    if clip.cdl is not None:
        made.metadata["cdl"] = {
            "asc_sop": {one: list(getattr(clip.cdl, one)) for one in ("slope", "offset", "power")},
            "asc_sat": clip.cdl.saturation,
            **({"asc_space": clip.cdl.space} if clip.cdl.space else {}),
        }
    made.metadata[OWN] = {
        "clip": _record(clip),
        "written": {"start": frame, "rate": str(link.rate), "duration": end - start},
        "timecode": format_timecode(frame, link.rate, drop=link.drop, wrap=True),
    }
    return made


def _nested(clip: Clip, nested: Cut, cut: Cut, footage: _Footage) -> Any:
    """A cut in a cut is a stack of its tracks, of which a part is seen."""
    start, end = record_frames(clip, cut.rate)
    frame = source_time(clip, start, cut.rate).frame(nested.rate, Rounding.FLOOR)
    made = otio.schema.Stack(name=_text(clip.name or nested.name))
    for track in nested.tracks:
        made.append(_track(track, nested, footage))
    made.source_range = _range(frame, nested.rate, end - start, cut.rate)
    made.enabled = not clip.muted
    made.markers.extend(_cut_markers(nested))
    made.metadata[OWN] = {
        "clip": _record(clip),
        "nested": {"name": exact_text(nested.name), "rate": str(nested.rate), "drop": nested.drop,
                   "start_frame": nested.start_frame, "width": nested.width, "height": nested.height},
        "written": {"start": frame, "rate": str(nested.rate), "duration": end - start},
    }  # fmt: skip
    return made


def _record(clip: Clip) -> Any:
    """The clip's own record, but for what the document says by itself."""
    told = ("record", "transition", "fade_out", "nested")
    return exact({key: value for key, value in to_builtins(clip).items() if key not in told})


def _reference(asset: str, link: MediaLink, footage: _Footage) -> Any:
    path = "/".join(part for part in (footage.root, link.url) if part)
    made = otio.schema.ExternalReference(
        target_url=quote(path, safe="/.~-_", errors="surrogateescape"),
        available_range=_range(link.start_frame, link.rate, link.frames, link.rate),
    )
    made.name = _text(link.name)
    made.metadata[OWN] = {
        "rate": str(link.rate),
        "drop": link.drop,
        "start": format_timecode(link.start_frame, link.rate, drop=link.drop, wrap=True),
        "first": str(link.first.seconds),
        "variable_rate": bool(link.frame_times),
        "frame_times": footage.table(asset),
        "rounded": link.rounded,
        "time_base": None if link.time_base is None else str(link.time_base),
        "size": [link.width, link.height],
        "sound": [link.channels, link.sample_rate],
        "picture": link.picture,
        "name": exact_text(link.name),
        "reel": None if link.reel is None else exact_text(link.reel),
    }
    return made


def _cut_markers(cut: Cut) -> list[Any]:
    found = []
    for marker in cut.markers:
        start = marker.range.start.frame(cut.rate, Rounding.EXACT)
        frames = marker.range.end.frame(cut.rate, Rounding.EXACT) - start
        found.append(_marker(marker, start, frames, cut.rate))
    return found


def _marker(marker: Marker, start: int, frames: int, rate: Fraction) -> Any:
    made = otio.schema.Marker(name=_text(marker.name), marked_range=_range(start, rate, frames, rate))
    made.color = marker.colour
    made.comment = _text(marker.comment)
    return made


def _time(frame: int, rate: Fraction) -> Any:
    return otime.RationalTime(frame, float(rate))


def _range(start: int, rate: Fraction, duration: int, duration_rate: Fraction) -> Any:
    return otime.TimeRange(_time(start, rate), _time(duration, duration_rate))


def _text(text: str) -> str:
    """A visible name: JSON and OTIO hold no NUL and no bytes that are not Unicode; those become a mark."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")
