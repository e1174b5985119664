"""To the sound house: tracks with handles as AAF, OTIO and EDL, their media, a guide with pops."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import ceil
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.core.cut import Clip, Cut, CutTrack
from answerprint.core.time import Range, Time
from answerprint.departments.editorial.turnovers.pulls import event_list, pull_list, pulls_of, uses_of
from answerprint.formats.timelines.model import MediaLink
from answerprint.media.decode import read_sound
from answerprint.media.forms import SoundForm
from answerprint.media.ixml import ProductionSound
from answerprint.media.wave_writing import write_wave
from answerprint.pipeline.turnovers.guides import (
    SOUND_RATE,
    guide_sound,
    leader_of,
    tail_of,
    write_guide,
)
from answerprint.pipeline.turnovers.handing import Desk

HANDLES = 48  # frames, where none are asked for: two seconds at 24
MEDIA = "sound"


def fill(desk: Desk) -> None:
    """AAF, OTIO and an EDL of every four tracks, the sound of every event with its handles as BWF (unless it
    is linked), the guide picture and the guide mix, and the lists."""
    source, cut = desk.source, desk.source.cut
    desk.uses = uses_of(cut, ["audio"], source.extents, desk.handles)
    pulls = pulls_of(desk.uses, cut.rate)
    desk.pulls = len(pulls)
    desk.write("pulls.csv", pull_list(pulls, cut, source.links))
    desk.write("events.csv", event_list(desk.uses, cut, source.links, desk.handles))
    guide, mix = f"{desk.stem}-guide.mp4", f"{desk.stem}-guide-mix.wav"
    leader, total = leader_of(cut), leader_of(cut) + cut.frames + tail_of(cut)
    written = write_guide(source, desk.folder / guide, "sound", lambda share: desk.tell(guide, share))
    desk.count(guide, "frames", total, written)
    samples = write_wave(
        desk.folder / mix,
        guide_sound(source),
        SOUND_RATE,
        time_reference=_since_midnight(cut.start_frame - leader, cut.rate),
        track_names=("guide L", "guide R"),
        sound=ProductionSound(project=cut.name, timecode_rate=cut.rate, drop=cut.drop),
    )
    desk.count(mix, "samples", round(Fraction(total) / cut.rate * SOUND_RATE), samples)
    media = dict(source.links)
    tracks = list(cut.tracks_of("audio"))
    if not desk.asked.linked:
        tracks, media = _own_media(desk)
    media |= {
        guide: _guide_link(guide, desk, total, picture=True),
        mix: _guide_link(mix, desk, total, picture=False),
    }
    handed = _with_guide(desk, tracks, guide, mix, total)
    desk.timeline(f"{desk.stem}-sound.aaf", handed, media, ["audio", "video"])
    desk.timeline(f"{desk.stem}-sound.otio", handed, media, ["audio", "video"])
    for track in tracks:
        if track.clips:
            alone = msgspec.structs.replace(
                handed, tracks=tuple(t for t in handed.tracks if t.name == track.name)
            )
            alone = msgspec.structs.replace(
                alone, tracks=(msgspec.structs.replace(alone.tracks[0], name="A1", muted=False),), markers=()
            )
            if not any(clip.muted for clip in alone.tracks[0].clips):
                desk.timeline(f"{desk.stem}-{track.name}.edl", alone, media, ["audio"])


def _own_media(desk: Desk) -> tuple[list[CutTrack], dict[str, MediaLink]]:
    """The tracks on files of their own, one for every event: its sound, every channel, and its handles.

    One file an event, so that each begins exactly its handle before its clip: between frames of picture too.
    """
    source, cut = desk.source, desk.source.cut
    media: dict[str, MediaLink] = {}
    clips: dict[str, Clip] = {}
    for place, use in enumerate(desk.uses):
        clip, asset = use.clip, source.assets[use.clip.asset]
        path = source.paths.get(clip.asset)
        sound = asset.stream("audio")
        if path is None or not path.is_file() or sound is None or clip.speed <= 0:
            media[clip.asset] = source.links[clip.asset]
            continue
        name = f"{use.number:04d}_{asset.name.rsplit('.', 1)[0]}.wav"
        desk.tell(name, place / len(desk.uses))
        wide = Range(use.source.start - Time(use.head, cut.rate), use.source.end + Time(use.tail, cut.rate))
        link = source.links[clip.asset]
        began = Fraction(link.start_frame) / link.rate + wide.start.seconds - link.first.seconds
        rate = int(sound.rate) if sound.rate is not None else SOUND_RATE
        (desk.folder / MEDIA).mkdir(exist_ok=True)
        length = write_wave(
            desk.folder / MEDIA / name,
            _read(source.paths[clip.asset], rate, clip.stream, wide),
            rate,
            time_reference=max(0, round(began * rate)),
            track_names=sound.track_names,
            sound=ProductionSound(
                project=cut.name, tape=link.reel or "", note=clip.name, timecode_rate=cut.rate, drop=cut.drop
            ),
        )
        first, last = (ceil(at.seconds * rate) for at in (wide.start, wide.end))
        desk.count(f"{MEDIA}/{name}", "samples", last - first, length)
        media[name] = MediaLink(
            name=name,
            url=f"{MEDIA}/{name}",
            rate=cut.rate,
            frames=ceil(wide.duration.seconds * cut.rate),
            start_frame=round(began * cut.rate),
            reel=link.reel,
            picture=False,
            channels=sound.channels or 1,
            sample_rate=rate,
        )
        start = Time(use.head, cut.rate)
        clips[f"{use.track} {use.first}"] = msgspec.structs.replace(
            clip, asset=name, stream=None, source=Range(start, start + clip.source.duration), name=clip.name
        )

    def moved(track: CutTrack, clip: Clip) -> Clip:
        return clips.get(f"{track.name} {clip.record.start.frame(cut.rate)}", clip)

    tracks = [
        msgspec.structs.replace(track, clips=tuple(moved(track, clip) for clip in track.clips))
        for track in cut.tracks_of("audio")
    ]
    return tracks, media


def _read(path: Path, rate: int, stream: int | None, range_: Range) -> Iterator[NDArray[np.float32]]:
    for block in read_sound(path, SoundForm(rate=rate), stream=stream, range=range_):
        yield block.samples


def _guide_link(name: str, desk: Desk, frames: int, *, picture: bool) -> MediaLink:
    cut = desk.source.cut
    return MediaLink(
        name=name,
        url=name,
        rate=cut.rate,
        frames=frames,
        start_frame=max(0, cut.start_frame - leader_of(cut)),
        drop=cut.drop,
        picture=picture,
        width=cut.width if picture else None,
        height=cut.height if picture else None,
        channels=2,
        sample_rate=SOUND_RATE,
    )


def _with_guide(desk: Desk, tracks: list[CutTrack], guide: str, mix: str, total: int) -> Cut:
    """The tracks from the leader on, the guide picture over them and its mix below, muted."""
    cut = desk.source.cut
    leader = leader_of(cut)
    later = Time(leader, cut.rate)
    moved = [
        msgspec.structs.replace(
            track,
            clips=tuple(
                msgspec.structs.replace(clip, record=clip.record.moved(later)) for clip in track.clips
            ),
        )
        for track in tracks
    ]
    whole = Range.of_ticks(0, total, cut.rate)
    picture = Clip(id="guide", asset=guide, record=whole, source=whole, name=guide)
    heard = Clip(id="guide mix", asset=mix, record=whole, source=whole, name=mix)
    last = 1 + max((int(track.name[1:]) for track in tracks if track.name[1:].isdigit()), default=0)
    return Cut(
        name=f"{desk.source.title} sound",
        rate=cut.rate,
        drop=cut.drop,
        start_frame=max(0, cut.start_frame - leader),
        width=cut.width,
        height=cut.height,
        tracks=(
            CutTrack(name="V1", kind="video", clips=(picture,), role="guide"),
            *moved,
            CutTrack(name=f"A{last}", kind="audio", clips=(heard,), role="guide mix", muted=True),
        ),
        markers=tuple(msgspec.structs.replace(one, range=one.range.moved(later)) for one in cut.markers),
    )


def _since_midnight(frame: int, rate: Fraction) -> int:
    return max(0, round(Fraction(frame) / rate * SOUND_RATE))
