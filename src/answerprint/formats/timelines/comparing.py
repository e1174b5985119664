"""Two timelines, one made from the other: what the second no longer says, feature by feature.

Nothing is declared here: whatever a format cannot hold shows when what was written is read again and laid
beside what was meant.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import PurePosixPath
from urllib.parse import unquote

from answerprint.core.cut import Clip, Cut, CutTrack, Marker, Transition, source_time
from answerprint.core.time import Rounding
from answerprint.core.timecode import frames_a_day
from answerprint.formats.timelines.model import (
    Kept,
    Loss,
    MediaLink,
    TimelineFile,
    frame_on_screen,
    record_frames,
)

FEATURES = (
    *("rate", "start_timecode", "drop_frame", "raster", "name", "track_name", "role"),
    *("clips", "record_range", "source_range", "media", "reel", "media_timecode", "handles"),
    *("dissolve", "wipe", "fade", "speed", "reverse", "freeze", "markers", "clip_markers", "cdl", "gain"),
    *("video_tracks", "audio_tracks", "channels", "links", "nested", "disabled"),
    *("effect", "title", "generator"),
)
CLOSE = 1e-4  # of a CDL's numbers and of a gain's: files write them with so many digits
GAIN_STEP = 0.05  # dB


def compare(before: TimelineFile, after: TimelineFile) -> tuple[Loss, ...]:
    """What `after` lacks of `before` (cuts of one rate), in the order of the timeline."""
    return (*_whole(before.cut, after.cut), *_cuts(before, after, ""))


def features_of(cut: Cut) -> dict[str, str]:
    """The features a cut uses, each with the first place where it does."""
    found: dict[str, str] = {"clips": "", "source_range": "", "media": ""}
    if cut.start_frame:
        found["start_timecode"] = cut.timecode(0)
    if cut.drop:
        found["drop_frame"] = cut.timecode(0)
    if cut.markers:
        found["markers"] = _at(cut, cut.markers[0].range.start.frame(cut.rate))
    for kind, feature in (("video", "video_tracks"), ("audio", "audio_tracks")):
        tracks = [one for one in cut.tracks if one.kind == kind]
        if len(tracks) > (1 if kind == "video" else 0):
            found[feature] = tracks[-1].name
    for track in cut.tracks:
        for clip in track.clips:
            for feature in _features_of_clip(clip):
                found.setdefault(feature, where(cut, track, clip))
    return found


def where(cut: Cut, track: CutTrack, clip: Clip) -> str:
    """A clip's place in words: track, timecode, name."""
    name = clip.name if len(clip.name) <= 40 else clip.name[:39] + "…"
    return f"{track.name} {cut.timecode(record_frames(clip, cut.rate)[0])} {name}".strip()


def media_name(link: MediaLink | None, asset: str) -> str:
    """A file's name by which it is known again in another program."""
    if link is None:
        return asset
    return link.name or PurePosixPath(unquote(link.url)).name


def _features_of_clip(clip: Clip) -> Iterator[str]:
    if clip.transition is not None:
        yield clip.transition.kind
    if clip.fade_out is not None:
        yield "fade"
    if clip.speed != 1:
        yield speed_feature(clip.speed)
    if clip.markers:
        yield "clip_markers"
    if clip.nested is not None:
        yield "nested"
    for feature, used in (
        ("cdl", clip.cdl is not None),
        ("gain", bool(clip.gain_db)),
        ("links", clip.link is not None),
        ("channels", bool(clip.channels)),
        ("disabled", clip.muted),
    ):
        if used:
            yield feature


def speed_feature(speed: Fraction) -> str:
    return "freeze" if speed == 0 else "reverse" if speed < 0 else "speed"


def _whole(before: Cut, after: Cut) -> Iterator[Loss]:
    if before.rate != after.rate:
        yield Loss("rate", "", "lost", f"{before.rate} became {after.rate}")
    if before.start_frame != after.start_frame:
        yield Loss("start_timecode", "", "lost", f"{before.timecode(0)} became {after.timecode(0)}")
    elif before.drop != after.drop:
        yield Loss("drop_frame", "", "lost", f"{before.timecode(0)} became {after.timecode(0)}")
    if (before.width, before.height) != (after.width, after.height):
        yield Loss(
            "raster", "", "lost", f"{before.width}×{before.height} became {after.width}×{after.height}"
        )
    if before.name != after.name:
        yield Loss("name", "", _text_kept(before.name, after.name), f"{before.name!r} became {after.name!r}")
    yield from _markers(before, before.markers, after.markers, before.rate, "markers", "")


def _cuts(before: TimelineFile, after: TimelineFile, prefix: str) -> Iterator[Loss]:
    for kind, feature in (("video", "video_tracks"), ("audio", "audio_tracks")):
        mine = [one for one in before.cut.tracks if one.kind == kind and one.clips]
        theirs = [one for one in after.cut.tracks if one.kind == kind and one.clips]
        for track, other in _paired(mine, theirs, before, after):
            if other is None:
                held = f"{len(track.clips)} clip{'s' if len(track.clips) > 1 else ''}"
                if all(one.muted for one in track.clips):
                    yield Loss("disabled", prefix + track.name, "lost", f"{held}, all disabled, left out")
                else:
                    yield Loss(feature, prefix + track.name, "lost", f"the track and its {held} are gone")
                continue
            yield from _track(before, track, after, other, prefix)
    yield from _links(before.cut, after.cut, prefix)
    yield from _media(before, after, prefix)


def _paired(
    mine: list[CutTrack], theirs: list[CutTrack], before: TimelineFile, after: TimelineFile
) -> Iterator[tuple[CutTrack, CutTrack | None]]:
    """Tracks in order; where some are missing, the order that keeps the most clips in place."""
    left = list(theirs)
    spare = len(mine) - len(theirs)
    starts = [{record_frames(clip, after.cut.rate)[0] for clip in one.clips} for one in theirs]
    for track in mine:
        if not left:
            yield track, None
            continue
        if spare > 0:
            own = {record_frames(clip, before.cut.rate)[0] for clip in track.clips}
            if not own & starts[len(theirs) - len(left)]:
                spare -= 1
                yield track, None
                continue
        yield track, left.pop(0)


def _track(
    before: TimelineFile, track: CutTrack, after: TimelineFile, other: CutTrack, prefix: str
) -> Iterator[Loss]:
    if track.name != other.name:
        yield Loss("track_name", prefix + track.name, "lost", f"became {other.name!r}")
    if track.role and track.role != other.role:
        yield Loss("role", prefix + track.name, "lost", f"{track.role!r} became {other.role or 'none'!r}")
    rate = before.cut.rate
    theirs = [(*record_frames(one, after.cut.rate), one) for one in other.clips]
    muted = track.muted and not other.muted
    at = 0
    for clip in track.clips:
        start, end = record_frames(clip, rate)
        while at < len(theirs) and theirs[at][1] <= start:
            at += 1
        near = [one for one in theirs[at : at + 2] if one[0] < end]
        found = max(near, key=lambda one: min(end, one[1]) - max(start, one[0]), default=None)
        place = prefix + where(before.cut, track, clip)
        if found is None:
            feature = "disabled" if clip.muted else "nested" if clip.nested is not None else "clips"
            yield Loss(feature, place, "lost", "the clip is gone")
            continue
        if (start, end) != found[:2]:
            off = f"{found[0] - start:+d} frames at its start, {found[1] - end:+d} at its end"
            yield Loss("record_range", place, "approximated", off)
        yield from _clip(before, clip, after, found[2], place, muted or track.muted)


def _clip(
    before: TimelineFile, clip: Clip, after: TimelineFile, other: Clip, place: str, track_muted: bool
) -> Iterator[Loss]:
    if clip.nested is not None:
        if other.nested is None:
            yield Loss("nested", place, "lost", "the nested timeline is no longer one")
            return
        inner = TimelineFile(cut=clip.nested, media=before.media)
        yield from _cuts(inner, TimelineFile(cut=other.nested, media=after.media), place + " › ")
    else:
        mine, theirs = before.media.get(clip.asset), after.media.get(other.asset)
        if media_name(mine, clip.asset) != media_name(theirs, other.asset):
            was, now = media_name(mine, clip.asset), media_name(theirs, other.asset)
            yield Loss("media", place, _text_kept(was, now), f"{was!r} became {now!r}")
    yield from _source(before, clip, after, other, place)
    if clip.name and clip.name != other.name:
        yield Loss("name", place, _text_kept(clip.name, other.name), f"became {other.name!r}")
    if clip.speed != other.speed:
        close = (
            bool(other.speed) and abs(other.speed / clip.speed - 1) < Fraction(1, 100)
            if clip.speed
            else False
        )
        yield Loss(
            speed_feature(clip.speed),
            place,
            "approximated" if close else "lost",
            f"speed {float(clip.speed):g} became {float(other.speed):g}",
        )
    yield from _transition(clip.transition, other.transition, place)
    if clip.fade_out != other.fade_out:
        if clip.fade_out is not None and other.fade_out is None:
            yield Loss("fade", place, "lost", f"{clip.fade_out.frames} frames out into black are gone")
        elif clip.fade_out is not None and other.fade_out is not None:
            now = f"{clip.fade_out.frames} frames became {other.fade_out.frames}"
            yield Loss("fade", place, "approximated", now)
    yield from _markers(before.cut, clip.markers, other.markers, None, "clip_markers", place)
    if clip.cdl is not None and (other.cdl is None or not _same_cdl(clip, other)):
        yield Loss("cdl", place, "lost", "gone" if other.cdl is None else "its numbers or their space differ")
    if abs(clip.gain_db - other.gain_db) > GAIN_STEP:
        yield Loss("gain", place, "lost", f"{clip.gain_db:+.1f} dB became {other.gain_db:+.1f}")
    if clip.muted != other.muted and not track_muted:
        now = "is enabled now" if clip.muted else "is disabled now"
        yield Loss("disabled", place, "lost", now)
    if clip.channels and clip.channels != other.channels:
        was, now = (",".join(str(n + 1) for n in one.channels) or "all" for one in (clip, other))
        yield Loss("channels", place, "lost", f"channel {was} became {now}")


def _source(before: TimelineFile, clip: Clip, after: TimelineFile, other: Clip, place: str) -> Iterator[Loss]:
    """The source picture under the clip's first frame, as its own timecode counts."""
    mine = _first_frame(before, clip)
    theirs = _first_frame(after, other)
    if mine != theirs:
        if mine is not None and theirs is not None:
            detail = f"begins {theirs - mine:+d} source frames off"
            yield Loss("source_range", place, "approximated", detail)
        else:
            yield Loss("source_range", place, "lost", "its place in the source is not known")


def _first_frame(file: TimelineFile, clip: Clip) -> int | None:
    rate = file.cut.rate
    time = source_time(clip, record_frames(clip, rate)[0], rate)
    if clip.nested is not None:
        return time.frame(clip.nested.rate, Rounding.FLOOR)
    link = file.media.get(clip.asset)
    if link is None:
        return None
    return (link.start_frame + frame_on_screen(link, time)) % frames_a_day(link.rate, link.drop)


def _transition(mine: Transition | None, theirs: Transition | None, place: str) -> Iterator[Loss]:
    if mine is None or mine == theirs:
        return
    if theirs is None:
        yield Loss(mine.kind, place, "lost", f"{mine.frames} frames are a cut now")
    elif mine.kind != theirs.kind:
        yield Loss(mine.kind, place, "approximated", f"is a {theirs.kind} now")
    elif (mine.frames, mine.before) != (theirs.frames, theirs.before):
        now = f"{mine.frames} frames, {mine.before} before the edit, became {theirs.frames}, {theirs.before}"
        yield Loss(mine.kind, place, "approximated", now)
    elif mine.name != theirs.name:
        yield Loss(mine.kind, place, "approximated", f"wipe {mine.name!r} became {theirs.name or 'any'!r}")


def _markers(
    cut: Cut,
    mine: tuple[Marker, ...],
    theirs: tuple[Marker, ...],
    rate: Fraction | None,
    feature: str,
    place: str,
) -> Iterator[Loss]:
    """Notes by place; rate: at its frames, None: at the source's moments."""
    left = list(theirs)
    for marker in mine:
        same = [one for one in left if _moment(one, rate) == _moment(marker, rate)]
        found = next((one for one in same if _text_of(one) == _text_of(marker)), same[0] if same else None)
        at = place or _at(cut, marker.range.start.frame(cut.rate))
        said = ": ".join(part for part in (marker.name, marker.comment) if part)
        if found is None:
            yield Loss(feature, at, "lost", f"{said!r} is gone")
            continue
        left.remove(found)
        if _text_of(found) != _text_of(marker):
            yield Loss(feature, at, "approximated", f"{said!r} reads {_text_of(found)!r}")
        elif found.colour != marker.colour:
            yield Loss(feature, at, "approximated", f"{marker.colour} became {found.colour}")
        elif rate is not None and found.range.duration != marker.range.duration:
            yield Loss(feature, at, "approximated", "its length is another")
    for extra in left:
        yield Loss(feature, place, "approximated", f"one more than there was: {_text_of(extra)!r}")


def _moment(marker: Marker, rate: Fraction | None) -> Fraction | int:
    return marker.range.start.seconds if rate is None else marker.range.start.frame(rate)


def _text_of(marker: Marker) -> str:
    return " ".join(f"{marker.name} {marker.comment}".replace(":", " ").split())


def _links(before: Cut, after: Cut, prefix: str) -> Iterator[Loss]:
    """Clips that move together: the same places have to share a link in both."""
    mine, theirs = _groups(before), _groups(after)
    other = {place: group for group in theirs for place in group}
    for group in mine:
        kept = max((len(group & other.get(place, frozenset())) for place in group), default=0)
        if kept < len(group):
            kind, frame = min(group, key=lambda one: (one[0][0] != "V", one))
            detail = f"{len(group)} clips moved together, now {kept or 1}"
            yield Loss("links", f"{prefix}{kind} {before.timecode(frame)}", "lost", detail)


def _groups(cut: Cut) -> list[frozenset[tuple[str, int]]]:
    found: dict[str, set[tuple[str, int]]] = {}
    for kind, letter in (("video", "V"), ("audio", "A")):
        tracks = [one for one in cut.tracks if one.kind == kind and one.clips]
        for number, track in enumerate(tracks, 1):
            for clip in track.clips:
                if clip.link is not None:
                    place = (f"{letter}{number}", record_frames(clip, cut.rate)[0])
                    found.setdefault(clip.link, set()).add(place)
    return [frozenset(group) for group in found.values() if len(group) > 1]


def _media(before: TimelineFile, after: TimelineFile, prefix: str) -> Iterator[Loss]:
    used = {clip.asset for track in before.cut.tracks for clip in track.clips if clip.nested is None}
    theirs = {media_name(link, asset): link for asset, link in after.media.items()}
    for asset in sorted(used & set(before.media)):
        link = before.media[asset]
        name = media_name(link, asset)
        other = theirs.get(name)
        if other is None:
            continue  # told with its clips
        place = prefix + name
        if link.reel and link.reel != other.reel:
            yield Loss(
                "reel", place, _text_kept(link.reel, other.reel or ""), f"{link.reel!r} became {other.reel!r}"
            )
        if link.rate != other.rate:
            yield Loss("media", place, "lost", f"its rate {link.rate} became {other.rate}")
        elif not other.frames and link.frames:
            yield Loss("handles", place, "lost", "how long it is and where it begins is no longer said")
        elif link.start_frame != other.start_frame:
            off = other.start_frame - link.start_frame
            yield Loss("media_timecode", place, "lost", f"its first frame's timecode is {off:+d} frames off")
        elif link.frames != other.frames:
            yield Loss("handles", place, "lost", f"{link.frames} frames long became {other.frames}")


def _same_cdl(clip: Clip, other: Clip) -> bool:
    mine, theirs = clip.cdl, other.cdl
    if mine is None or theirs is None:
        return mine == theirs
    numbers = zip(
        (*mine.slope, *mine.offset, *mine.power, mine.saturation),
        (*theirs.slope, *theirs.offset, *theirs.power, theirs.saturation),
        strict=True,
    )
    return mine.space == theirs.space and all(abs(a - b) <= CLOSE for a, b in numbers)


def _text_kept(was: str, now: str) -> Kept:
    """A name that was shortened or cleaned is still one to go by."""
    plain = "".join(letter for letter in was if letter.isalnum()).casefold()
    seen = "".join(letter for letter in now if letter.isalnum()).casefold()
    return "approximated" if seen and (plain.startswith(seen) or seen.startswith(plain)) else "lost"


def _at(cut: Cut, frame: int) -> str:
    return cut.timecode(frame)
