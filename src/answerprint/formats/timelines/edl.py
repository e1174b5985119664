"""Writes a cut as a CMX 3600 edit decision list. Reading and conforming are here by name too.

What the format cannot say stands in comments that other programs skip: the rate, a source rate that
differs, a source's first timestamp and ticks, a source start between two frames, a dissolve's edit point,
names longer than a reel.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from fractions import Fraction

import msgspec

from answerprint.core.cut import Clip, Cut, CutTrack, Marker, source_time
from answerprint.core.errors import FormatError
from answerprint.core.time import Time
from answerprint.core.timecode import format_timecode, nominal
from answerprint.formats.timelines.asc_cdl import sat_text, sop_text
from answerprint.formats.timelines.conforming import conform
from answerprint.formats.timelines.edl_document import (
    BLACK,
    REEL_LENGTH,
    EdlDocument,
    EdlEvent,
    EdlMarker,
    encoded,
    read_edl,
)
from answerprint.formats.timelines.model import (
    MediaLink,
    first_frame_from,
    frame_on_screen,
    frame_time,
    record_frames,
    source_of,
)

__all__ = ["EdlDocument", "EdlEvent", "EdlMarker", "conform", "read_edl", "write_edl"]

SOUND_CHANNELS = 4  # CMX 3600 knows A1, A2, and A3 and A4 on an AUD line
_CHANNEL_NAMES = {
    ("V",): "V",
    ("A1",): "A",
    ("A2",): "A2",
    ("A1", "A2"): "AA",
    ("V", "A1"): "B",
    ("V", "A2"): "A2/V",
    ("V", "A1", "A2"): "AA/V",
}


class _Entry(msgspec.Struct, kw_only=True):
    """A clip as the list will say it: its record range stretched over the dissolves at its ends."""

    clip: Clip
    channels: tuple[str, ...]
    record_in: int
    record_out: int
    before: Clip | None  # what it dissolves from; None is black


def write_edl(
    cut: Cut, media: Mapping[str, MediaLink], *, track: str = "V1", sound: Sequence[str] = ()
) -> str:
    """The list of one picture track and, where named, of sound tracks: the first four become A1 to A4.

    Tracks beyond the fourth are named in a comment; muted clips are left out. Sound that runs with its
    picture shares its event (B, AA/V). Raises FormatError AP-FORMAT-025 for a track that is not in the cut,
    AP-FORMAT-026 for a clip whose asset has no MediaLink, AP-FORMAT-027 for a dissolve longer than the
    clips beside it.
    """
    held, beyond = sound[:SOUND_CHANNELS], sound[SOUND_CHANNELS:]
    named = [(track, "V"), *((name, f"A{number}") for number, name in enumerate(held, start=1))]
    entries: list[_Entry] = []
    for name, channel in named:
        entries += _entries(_track(cut, name), channel, cut.rate)
    entries = sorted(_merged(entries), key=lambda one: (one.record_in, one.channels[0] != "V"))
    reels = _reels(entries, media)
    lines = [f"TITLE: {encoded(cut.name)}", f"FCM: {'DROP FRAME' if cut.drop else 'NON-DROP FRAME'}"]
    own = [f"* RATE: {cut.rate}", f"* START: {_label(cut.start_frame, cut.rate, cut.drop)}"]
    if beyond:
        own.append(f"* SOUND TRACKS NOT LISTED: {', '.join(encoded(name) for name in beyond)}")
    markers = sorted(cut.markers, key=lambda one: one.range.start)
    for number, entry in enumerate(entries, start=1):
        last = number == len(entries)
        here = [one for one in markers if last or one.range.start.frame(cut.rate) < entry.record_out]
        markers = markers[len(here) :]
        lines += _event_lines(number, entry, cut, media, reels, here)
    # Under the first event: above it some programs take a comment for an event.
    below = next((at for at, line in enumerate(lines) if line.startswith("*")), len(lines))
    lines[below:below] = own
    return "\n".join(lines) + "\n"


def _track(cut: Cut, name: str) -> CutTrack:
    found = next((one for one in cut.tracks if one.name == name), None)
    if found is None:
        names = ", ".join(one.name for one in cut.tracks)
        raise FormatError("AP-FORMAT-025", f"the cut has no track {name}", remedy=f"it has {names}")
    return found


def _entries(track: CutTrack, channel: str, rate: Fraction) -> list[_Entry]:
    """The track's clips, each beginning where its dissolve does and ending where the next one's begins."""
    entries: list[_Entry] = []
    for clip in track.clips:
        if clip.muted:
            continue
        start, end = record_frames(clip, rate)
        entry = _Entry(clip=clip, channels=(channel,), record_in=start, record_out=end, before=None)
        if clip.transition:
            entry.record_in -= clip.transition.before
            if entries and entries[-1].record_out == start:
                entry.before = entries[-1].clip
                entries[-1].record_out = entry.record_in
            if clip.transition.frames > end - entry.record_in or (
                entries and entry.record_in < entries[-1].record_in
            ):
                raise FormatError(
                    "AP-FORMAT-027",
                    f"the dissolve into {clip.name or clip.id} is longer than the clips beside it",
                    at=f"{track.name} frame {start}",
                    remedy="shorten it",
                )
        entries.append(entry)
    return entries


def _merged(entries: list[_Entry]) -> list[_Entry]:
    """Picture and sound of one asset that run together, as one event of several channels."""
    merged: list[_Entry] = []
    places: dict[tuple[int, int, str], list[_Entry]] = {}  # of ten thousand clips few are compared
    for entry in entries:
        here = places.setdefault((entry.record_in, entry.record_out, entry.clip.asset), [])
        twin = next((one for one in here if _together(one, entry)), None)
        if twin is None:
            merged.append(entry)
            here.append(entry)
        else:
            twin.channels = (*twin.channels, *entry.channels)
    return merged


def _together(one: _Entry, other: _Entry) -> bool:
    """Whether two entries of one asset and one stretch of record fit one event."""
    return (
        (*one.channels, *other.channels) in _CHANNEL_NAMES
        and (one.clip.source, one.clip.speed, one.clip.transition)
        == (other.clip.source, other.clip.speed, other.clip.transition)
        and (one.before and one.before.asset) == (other.before and other.before.asset)
    )


def _event_lines(
    number: int,
    entry: _Entry,
    cut: Cut,
    media: Mapping[str, MediaLink],
    reels: Mapping[str, str],
    markers: Sequence[Marker],
) -> list[str]:
    clip = entry.clip
    link = _link(media, clip)
    channel, extra = _CHANNEL_NAMES.get(entry.channels), ""
    if channel is None:  # A3 and A4 stand on a line of their own
        channel, extra = "NONE", "".join(f"    {one[1:]}" for one in entry.channels)
    start, end = source_frames(entry.clip, entry.record_in, entry.record_out, cut.rate, link)
    labels = [_source_label(start, link), _source_label(end, link)]
    labels += [
        _label(cut.start_frame + one, cut.rate, cut.drop) for one in (entry.record_in, entry.record_out)
    ]
    head = f"{number:03d}  {{:<{REEL_LENGTH}}} {channel:<5} {{:<4}} {{:>3}} {{}}"
    lines: list[str] = []
    dissolve = clip.transition
    if dissolve:
        at = _label(cut.start_frame + entry.record_in, cut.rate, cut.drop)
        outgoing, label = BLACK, _label(0, cut.rate, False)
        if entry.before:
            before = _link(media, entry.before)
            outgoing = reels[entry.before.asset]
            label = _source_label(
                source_frames(entry.before, entry.record_in, entry.record_in, cut.rate, before)[0], before
            )
        lines.append(head.format(outgoing, "C", "", f"{label} {label} {at} {at}"))
        if entry.before:
            either = entry.before.speed != 1 or clip.speed != 1
            lines += _speed_line(entry.before.speed, outgoing, label, before, either)
            lines += _rate_line(before, cut)
        way = "D" if dissolve.kind == "dissolve" else f"W{wipe_code(dissolve.name)}"
        lines.append(head.format(reels[clip.asset], way, f"{dissolve.frames:03d}", " ".join(labels)))
    else:
        lines.append(head.format(reels[clip.asset], "C", "", " ".join(labels)))
    lines += _speed_line(clip.speed, reels[clip.asset], labels[0], link)
    if extra:
        lines.append(f"AUD{extra}")
    if dissolve:
        if entry.before:
            lines.append(f"* FROM CLIP NAME: {encoded(_link(media, entry.before).name)}")
        lines.append(f"* TO CLIP NAME: {encoded(link.name)}")
        if dissolve.before:
            edit = cut.start_frame + entry.record_in + dissolve.before
            lines.append(f"* EDIT POINT: {_label(edit, cut.rate, cut.drop)}")
    else:
        lines.append(f"* FROM CLIP NAME: {encoded(link.name)}")
    if clip.name and clip.name != link.name:
        lines.append(f"* COMMENT: {encoded(clip.name)}")
    lines.append(f"* SOURCE FILE: {encoded(link.url)}")
    if link.reel and link.reel != reels[clip.asset]:
        lines.append(f"* REEL NAME: {encoded(link.reel)}")
    lines += _grade(clip)
    lines += _rate_line(link, cut) + _clock_line(link)
    lines += _exact_source(entry, start, cut.rate, link)
    for marker in markers:
        at = _label(cut.start_frame + marker.range.start.frame(cut.rate), cut.rate, cut.drop)
        text = ": ".join(part for part in (marker.name, marker.comment) if part)
        colour = re.sub(r"[^A-Z]", "", marker.colour.upper()) or "RED"
        lines.append(f"* LOC: {at} {colour:<7} {encoded(text)}".rstrip())
    return lines


def wipe_code(name: str) -> str:
    """A wipe's SMPTE 258M code of three digits; of one known by name only, the plain one."""
    return name if re.fullmatch(r"\d{3}", name) else "001"


def _grade(clip: Clip) -> list[str]:
    if clip.cdl is None:
        return []
    space = [f"* ASC_SPACE {clip.cdl.space}"] if clip.cdl.space else []
    return [f"* ASC_SOP {sop_text(clip.cdl)}", f"* ASC_SAT {sat_text(clip.cdl)}", *space]


def source_frames(
    clip: Clip, record_in: int, record_out: int, rate: Fraction, link: MediaLink
) -> tuple[int, int]:
    """First and end source picture of a stretch of record, the end exclusive."""
    start = source_time(clip, record_in, rate)
    first = frame_on_screen(link, start)
    length = record_out - record_in
    if clip.speed == 1 and link.rate == rate and not link.frame_times:
        return first, first + length
    if clip.speed == 0:
        return first, first + min(length, 1)
    if clip.speed < 0:
        return first, first + math.ceil(length / rate * -clip.speed * link.rate)
    end = Time.of_seconds(start.seconds + length / rate * clip.speed)
    return first, max(first, first_frame_from(link, end))


def _rate_line(link: MediaLink, cut: Cut) -> list[str]:
    if (link.rate, link.drop) == (cut.rate, cut.drop) and not link.frame_times:
        return []
    mode = "DROP FRAME" if link.drop else "NON-DROP FRAME"
    return [f"* SOURCE RATE: {link.rate} {mode}{' VARIABLE' if link.frame_times else ''}"]


def _clock_line(link: MediaLink) -> list[str]:
    """How a source of constant rate keeps time, where its rate alone would say another."""
    ticks = link.time_base
    if link.frame_times or (not link.first.seconds and (ticks is None or _holds(ticks, link.rate))):
        return []
    start = _source_label(0, link)
    return [f"* SOURCE CLOCK: {start} FIRST {link.first.seconds} TICK {'-' if ticks is None else ticks}"]


def _holds(ticks: Fraction, rate: Fraction) -> bool:
    """Whether every frame is a whole number of ticks."""
    return (1 / rate / ticks).denominator == 1


def _exact_source(entry: _Entry, frame: int, rate: Fraction, link: MediaLink) -> list[str]:
    """The clip's exact source range, where its timecode alone would give back another."""
    clip = entry.clip
    start, end = record_frames(clip, rate)
    offset = Fraction(start - entry.record_in) / rate * clip.speed
    told = Time.of_seconds(frame_time(link, frame).seconds + offset)
    if source_of(told, end - start, rate, clip.speed) == clip.source:
        return []
    return [f"* SOURCE TIME: {clip.source.start.seconds} TO {clip.source.end.seconds}"]


def _speed_line(speed: Fraction, reel: str, label: str, link: MediaLink, always: bool = False) -> list[str]:
    """The M2 line. Both sides of a dissolve carry one where either does: their reels may be the same."""
    if speed == 1 and not always:
        return []
    fps = speed * nominal(link.rate)
    text = f"{float(fps):+08.3f}" if fps < 0 else f"{float(fps):07.3f}"
    lines = [f"M2   {reel:<{REEL_LENGTH}} {text} {label:>27}"]
    return lines if Fraction(text) == fps else [*lines, f"* SPEED: {speed}"]


def _reels(entries: Sequence[_Entry], media: Mapping[str, MediaLink]) -> dict[str, str]:
    """A reel of at most eight letters and digits for every asset, no two alike."""
    assets = {entry.clip.asset: _link(media, entry.clip) for entry in entries}
    reels: dict[str, str] = {}
    taken = {BLACK, "AX"}  # AX is the auxiliary source that has no reel
    for asset, link in sorted(assets.items(), key=lambda one: (one[1].url, one[0])):
        written = link.reel or link.name.rsplit(".", 1)[0]
        plain = re.sub(r"[^A-Za-z0-9_.\-]", "", written)[:REEL_LENGTH] or "REEL"
        reel, count = plain, 1
        while reel.upper() in taken:
            count += 1
            reel = f"{plain[: REEL_LENGTH - 1 - len(str(count))]}_{count}"
        taken.add(reel.upper())
        reels[asset] = reel
    return reels


def _link(media: Mapping[str, MediaLink], clip: Clip) -> MediaLink:
    if clip.asset not in media:
        raise FormatError(
            "AP-FORMAT-026",
            f"{clip.name or clip.id} uses an asset that is not in the production: {clip.asset[:12]}",
            remedy="add the footage again",
        )
    return media[clip.asset]


def _source_label(frame: int, link: MediaLink) -> str:
    return _label(link.start_frame + frame, link.rate, link.drop)


def _label(frame: int, rate: Fraction, drop: bool) -> str:
    """A label within the day, as machines count."""
    return format_timecode(frame, rate, drop=drop, wrap=True)
