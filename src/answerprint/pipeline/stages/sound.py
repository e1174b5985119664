"""Sound: every clip's own sound cleaned, and the mix at the production's loudness with its peaks held."""

from __future__ import annotations

import re
from collections.abc import Mapping

from answerprint.core.cut import Clip
from answerprint.core.records import Stream
from answerprint.core.time import Range, Time
from answerprint.departments.sound.records import (
    ClipReport,
    ClipSound,
    MixBrief,
    MixLevels,
    MixPlace,
)
from answerprint.departments.sound.steps import ClipSoundStep, MixStep
from answerprint.engine.graph import Collected, Graph, Media, Value
from answerprint.pipeline.film import Film
from answerprint.pipeline.making import Making
from answerprint.pipeline.stages.render import load_grids

_PART = re.compile(r"#\d+/")
PREFERRED = ("mix", "boom")  # several microphones summed would comb: one is heard, all are kept


def mix(making: Making, film: Film) -> None:
    """Add the mix, its levels, and what was done to each clip. A cut without sound has none."""
    load_grids(making, film)
    cut = film.assembly.cut
    heard = [
        clip
        for track in cut.tracks_of("audio")
        if not track.muted
        for clip in track.clips
        if not clip.muted and clip.asset in making.paths
    ]
    if not heard:
        return
    settings = making.production.settings.sound
    graph = Graph()
    nodes = {}
    step = ClipSoundStep()
    for clip in heard:
        voice = making.stored("voice", clip.asset, "voice")
        more = {"voice": voice} if voice is not None else {}
        nodes[clip.id] = graph.add(
            step,
            clip.id,
            media=Media(clip.asset, making.paths[clip.asset]),
            clip=Value(_clip_sound(making, clip, settings.clean)),
            **more,
        )
    ends = {_end(clip) for clip in heard}
    starts = {_start(clip) for clip in heard}
    speaks = {clip.asset: clip.id for clip in reversed(heard) if clip.lines}
    brief = MixBrief(
        rate=cut.rate,
        frames=cut.frames,
        places=tuple(
            _place(clip, film, (_start(clip) in ends, _end(clip) in starts), speaks) for clip in heard
        ),
        loudness=settings.loudness,
        true_peak=settings.true_peak,
    )
    sounds = Collected({clip: node["sound"] for clip, node in nodes.items()})
    reports = Collected({clip: node["report"] for clip, node in nodes.items()})
    mixed = graph.add(MixStep(), "cut", brief=Value(brief), sounds=sounds, reports=reports)
    report = making.run(graph)
    film.mix = making.kept("mix", "cut", "mix")
    film.levels = report.record(mixed, "levels", MixLevels)
    film.cleaned = {
        clip: report.record(node, "report", ClipReport) for clip, node in nodes.items() if report[node].there
    }


def _clip_sound(making: Making, clip: Clip, clean: bool) -> ClipSound:
    audio = making.assets[clip.asset].stream("audio")
    timecode = audio.ltc_channel if audio is not None else None
    return ClipSound(
        source=clip.source,
        stream=clip.stream,
        channels=clip.channels or dialogue_channels(audio),
        left_out=() if timecode is None else (timecode,),
        extent=_extent(audio),
        clean=clean,
    )


def dialogue_channels(audio: Stream | None) -> tuple[int, ...]:
    """The microphone to be heard: the recorder's own mix, else the boom; all where nothing names them."""
    names = [name.casefold() for name in audio.track_names] if audio is not None else []
    for wanted in PREFERRED:
        found = next((place for place, name in enumerate(names) if wanted in name), None)
        if found is not None:
            return (found,)
    return ()


def _extent(audio: Stream | None) -> Range | None:
    if audio is None or audio.start is None or audio.duration is None:
        return None
    return Range(audio.start, audio.start + audio.duration)


def _place(clip: Clip, film: Film, goes_on: tuple[bool, bool], speaks: Mapping[str, str]) -> MixPlace:
    """speaks: asset → a clip of it in which somebody speaks, whose gain its room tone takes."""
    gain = clip.metadata.get("gain_db") if clip.locked else None
    whole = _PART.sub("/", clip.id)  # a part of a reading has the gain of its first
    follows = whole if whole != clip.id else None
    return MixPlace(
        clip=clip.id,
        start=clip.record.start.frame(film.rate),
        end=clip.record.end.frame(film.rate),
        locked_gain=float(gain) if gain is not None else None,
        follows=follows if clip.lines or clip.link else speaks.get(clip.asset),
        goes_on=goes_on,
    )


def _start(clip: Clip) -> tuple[str, Time, Time]:
    """Where a clip begins. Another that ends there is the unbroken sound before it."""
    return clip.asset, clip.record.start, clip.source.start


def _end(clip: Clip) -> tuple[str, Time, Time]:
    return clip.asset, clip.record.end, clip.source.end
