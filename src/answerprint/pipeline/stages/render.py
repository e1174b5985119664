"""Render: segments between edits, the joined film with its sound, timelines for other programs, stills."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from answerprint.core.cut import Cut
from answerprint.core.time import Time
from answerprint.departments.release.segment_plans import plan_segments
from answerprint.departments.release.steps import (
    JoinStep,
    SegmentStep,
    StillStep,
    TimelineBrief,
    TimelineStep,
    assets_of,
    looks_of,
)
from answerprint.departments.sound.records import Measured
from answerprint.departments.sound.steps import MeasureStep
from answerprint.engine.graph import Collected, Graph, Media, Value
from answerprint.formats.timelines.model import MediaLink
from answerprint.pipeline.film import Film
from answerprint.pipeline.making import Making
from answerprint.pipeline.places import FROM_VERSION, link_of

LONGEST = 240  # frames of a segment: a long shot is encoded in parts, on every core
FILM, OTIO, EDL = "rough-cut.mp4", "rough-cut.otio", "rough-cut.edl"


def load_grids(making: Making, film: Film) -> None:
    """Where the pictures lie in time, of every asset that the cut uses or could use instead."""
    wanted = {clip.asset for track in film.assembly.cut.tracks for clip in track.clips}
    wanted |= {choice.asset for slot in film.assembly.slots for choice in slot.alternates}
    wanted |= {one.asset for one in film.assembly.excluded}
    for asset in sorted(wanted):
        grid = making.grid(asset)
        if grid is not None:
            film.grids[asset] = grid


def render(making: Making, film: Film) -> None:
    """Add the film's files: rough-cut.mp4, .otio and .edl, and a still of every slot."""
    cut = film.assembly.cut
    graph = Graph()
    settings = making.production.settings
    graph.add(TimelineStep(), "cut", brief=Value(_timeline_brief(making, film)))
    encoded = SegmentStep(
        encoder=settings.render.encoder,
        quality=settings.render.quality,
        preset=settings.render.preset,
        threads=settings.render.threads,
    )
    segments = {}
    for number, plan in enumerate(plan_segments(_rendered(cut, settings.render.height), LONGEST)):
        shown = assets_of(plan)
        media = {asset: Media(asset, making.paths[asset]) for asset in shown if asset in making.paths}
        lost = {asset: making.assets[asset].name for asset in shown if making.assets[asset].kind == "raw"}
        names = {"names": Value(lost)} if lost else {}
        wanted = {one: film.looks[one] for one in looks_of(plan) if one in film.looks}
        looks = {"looks": Collected(wanted)} if wanted else {}
        node = graph.add(encoded, f"{number:05d}", plan=Value(plan), media=Collected(media), **names, **looks)
        segments[f"{number:05d}"] = node["segment"]
    joined = None
    if segments:
        mix = {"mix": film.mix} if film.mix is not None else {}
        join = JoinStep(rate=cut.rate, start_timecode=cut.timecode(0), language=settings.production.language)
        joined = graph.add(join, "cut", segments=Collected(segments), **mix)
        if film.mix is not None:
            graph.add(MeasureStep(), "cut", film=joined["film"])
    still = StillStep()
    for slot in film.assembly.slots:
        if slot.asset in film.grids:
            middle = Time.of_seconds((slot.source.start.seconds + slot.source.end.seconds) / 2)
            media_file = Media(slot.asset, making.paths[slot.asset])
            graph.add(still, slot.id, media=media_file, time=Value(middle))
    report = making.run(graph)
    for name, output in ((OTIO, "otio"), (EDL, "edl")):
        film.files[name] = making.kept("timelines", "cut", output)
    if joined is not None:
        film.files[FILM] = making.kept("join", "cut", "film")
    if making.stored("measure", "cut", "measured") is not None:
        film.measured = report.record("measure:cut", "measured", Measured)
    film.stills = making.collected("still", "still")


def _rendered(cut: Cut, height: int) -> Cut:
    """The cut at the raster it is rendered on: its own, or one of another height and the same shape."""
    if not height:
        return cut
    width = round(cut.width * height / cut.height / 2) * 2
    return msgspec.structs.replace(cut, width=width, height=height)


def _timeline_brief(making: Making, film: Film) -> TimelineBrief:
    """The cut for other programs. A proxy that was cut with gives its place to its camera original."""
    used = {clip.asset for track in film.assembly.cut.tracks for clip in track.clips}
    links: dict[str, MediaLink] = {}
    names: dict[str, str] = {}
    for id in sorted(used):
        asset = making.assets[id]
        links[id] = link_of(asset, film.grids.get(id), film.rate)
        original = making.assets.get(asset.proxy_of or "")
        if original is not None:
            reel = original.reel or links[id].reel
            links[id] = msgspec.structs.replace(links[id], name=original.name, url=original.path, reel=reel)
            names[id] = original.name
    cut = renamed(film.assembly.cut, names)
    return TimelineBrief(cut=cut, links=links, media_root=FROM_VERSION)


def renamed(cut: Cut, names: Mapping[str, str]) -> Cut:
    """The cut with the clips of some assets under other names."""
    tracks = tuple(
        msgspec.structs.replace(
            track,
            clips=tuple(
                msgspec.structs.replace(clip, name=names.get(clip.asset, clip.name)) for clip in track.clips
            ),
        )
        for track in cut.tracks
    )
    return msgspec.structs.replace(cut, tracks=tracks) if names else cut
