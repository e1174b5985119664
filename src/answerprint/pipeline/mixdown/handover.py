"""A mix handed over: the timeline with its gains, its room tone and the printed stems, as AAF and OTIO."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
import numpy as np

from answerprint.core.cut import Clip, Cut, CutTrack
from answerprint.core.time import Range
from answerprint.departments.sound.mixing import RATE, Samples
from answerprint.departments.sound.stems.placing import CHANNELS, Layout
from answerprint.formats.timelines.files import format_named
from answerprint.formats.timelines.model import MediaLink
from answerprint.media.wave_writing import write_wave
from answerprint.pipeline.mixdown.planning import Plan
from answerprint.pipeline.mixdown.prints import Delivery
from answerprint.pipeline.mixdown.stems import Made, stem_blocks


def hand_over(
    plan: Plan,
    made: Made,
    media: Mapping[str, MediaLink],
    paths: Mapping[str, Path],
    delivery: Delivery,
    layout: Layout,
    out: Path,
    folder: Path,
) -> tuple[str, ...]:
    """Writes the timelines into `folder`, which becomes `out`; returns the names of what was written.

    Every clip has the gain it was printed at by `delivery`, before the limiter and the rides; the printed
    files lie below, muted.
    """
    cut = plan.cut
    trim = delivery.printed.trim
    tracks = [_gained(track, plan, trim) if track.kind == "audio" else track for track in cut.tracks]
    links = {asset: _beside(link, paths.get(asset), out) for asset, link in media.items()}
    named: list[str] = []
    lanes: list[tuple[str, str, bool]] = []
    if made.tone is not None:
        tone = f"{out.name}-tone.wav"

        def trimmed(wave: Path = made.tone) -> Iterator[Samples]:
            for block in stem_blocks(wave):
                yield (block * 10 ** (trim / 20)).astype(np.float32)

        write_wave(folder / tone, trimmed(), RATE, time_reference=round(cut.start_frame / cut.rate * RATE))
        lanes.append((tone, "room tone", False))
        named.append(tone)
    lanes += [(one.file, one.what, True) for one in delivery.files if one.what != "stereo"]
    number = 1 + max((int(one.name[1:]) for one in tracks if one.name[1:].isdigit()), default=0)
    channels = len(CHANNELS[layout])
    for place, (file, role, muted) in enumerate(lanes):
        links[file] = _link(file, cut, channels)
        whole = Range.of_ticks(0, cut.frames, cut.rate)
        clip = Clip(id=file, asset=file, record=whole, source=whole, name=role)
        tracks.append(
            CutTrack(name=f"A{number + place}", kind="audio", clips=(clip,), role=role, muted=muted)
        )
    handed = msgspec.structs.replace(cut, tracks=tuple(tracks))
    for suffix in (".aaf", ".otio"):
        name = f"{out.name}{suffix}"
        (folder / name).write_bytes(format_named(Path(name)).write(handed, links))
        named.append(name)
    return tuple(named)


def _gained(track: CutTrack, plan: Plan, trim: float) -> CutTrack:
    """A track with every clip at the gain it was printed at."""
    gains = {
        place: plan.gains[run.key].gain_db
        for run in plan.runs
        if run.track == track.name
        for place in run.clips
    }
    clips = tuple(
        msgspec.structs.replace(clip, gain_db=round(gains[place] + trim, 3)) if place in gains else clip
        for place, clip in enumerate(track.clips)
    )
    role = track.role or (plan.tracks[track.name].stem if track.name in plan.tracks else "")
    return msgspec.structs.replace(track, clips=clips, role=role)


def _beside(link: MediaLink, path: Path | None, out: Path) -> MediaLink:
    """Media as it is found from the folder that the timelines lie in."""
    if path is None:
        return link
    return msgspec.structs.replace(
        link, url=Path(os.path.relpath(path.absolute(), out.absolute())).as_posix()
    )


def _link(name: str, cut: Cut, channels: int) -> MediaLink:
    return MediaLink(
        name=name,
        url=name,
        rate=cut.rate,
        frames=cut.frames,
        start_frame=cut.start_frame,
        drop=cut.drop,
        picture=False,
        channels=channels,
        sample_rate=RATE,
    )
