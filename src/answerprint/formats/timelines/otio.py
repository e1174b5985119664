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

from answerprint.core.cut import Clip, Cut, CutTrack, Marker, source_time
from answerprint.core.encoding import to_builtins
from answerprint.core.errors import FormatError
from answerprint.core.time import Rounding
from answerprint.core.timecode import format_timecode
from answerprint.formats.timelines.model import MediaLink, frame_on_screen, record_frames
from answerprint.formats.timelines.otio_reading import OWN, exact, exact_text, read_otio

__all__ = ["read_otio", "write_otio"]

otime = otio.opentime


def write_otio(cut: Cut, media: Mapping[str, MediaLink], *, media_root: str = "") -> str:
    """The cut as `.otio` text, the same bytes for the same cut: no clock, no path of this machine.

    media_root: from the document's folder to the production's, `../..` for `out/v001/`; media is named
    relative to it. A clip's source starts in the media's own timecode at the media's rate, so that other
    programs find the frame again, and lasts a whole number of cut frames. Raises FormatError AP-FORMAT-026
    for a clip whose asset has no MediaLink.
    """
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
        timeline.tracks.append(_track(track, cut, media, media_root))
    for marker in cut.markers:
        timeline.tracks.markers.append(_marker(marker, cut.rate))
    text: str = timeline.to_json_string(indent=2)
    return text + "\n"


def _track(track: CutTrack, cut: Cut, media: Mapping[str, MediaLink], media_root: str) -> Any:
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
            made.append(
                otio.schema.Transition(
                    name="dissolve",
                    transition_type=otio.schema.TransitionTypes.SMPTE_Dissolve,
                    in_offset=_time(clip.transition.before, cut.rate),
                    out_offset=_time(clip.transition.frames - clip.transition.before, cut.rate),
                )
            )
        made.append(_clip(clip, cut, media, media_root))
        at = end
    return made


def _clip(clip: Clip, cut: Cut, media: Mapping[str, MediaLink], media_root: str) -> Any:
    link = media.get(clip.asset)
    if link is None:
        raise FormatError(
            "AP-FORMAT-026",
            f"{clip.name or clip.id} uses an asset that is not in the production: {clip.asset[:12]}",
            remedy="add the footage again",
        )
    start, end = record_frames(clip, cut.rate)
    frame = link.start_frame + frame_on_screen(link, source_time(clip, start, cut.rate))
    made = otio.schema.Clip(name=_text(clip.name or link.name))
    made.media_reference = _reference(link, media_root)
    made.source_range = _range(frame, link.rate, end - start, cut.rate)
    made.enabled = not clip.muted
    if clip.speed == 0:
        made.effects.append(otio.schema.FreezeFrame(name="freeze"))
    elif clip.speed != 1:
        made.effects.append(otio.schema.LinearTimeWarp(name="speed", time_scalar=float(clip.speed)))
    record = to_builtins(clip)
    made.metadata[OWN] = {
        "clip": exact({key: value for key, value in record.items() if key not in ("record", "transition")}),
        "written": {"start": frame, "rate": str(link.rate), "duration": end - start},
        "timecode": format_timecode(frame, link.rate, drop=link.drop, wrap=True),
    }
    return made


def _reference(link: MediaLink, media_root: str) -> Any:
    path = "/".join(part for part in (media_root.rstrip("/"), link.url) if part)
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
        "reel": None if link.reel is None else _text(link.reel),
    }
    return made


def _marker(marker: Marker, rate: Fraction) -> Any:
    start = marker.range.start.frame(rate, Rounding.EXACT)
    frames = marker.range.end.frame(rate, Rounding.EXACT) - start
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
