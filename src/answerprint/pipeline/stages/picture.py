"""Picture: the clips of each scene brought to one look, those that a person settled left as they are."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import msgspec

from answerprint.core.cut import Cdl, Clip, Cut, CutTrack
from answerprint.core.encoding import from_builtins
from answerprint.core.errors import UsageError
from answerprint.core.records import Asset
from answerprint.departments.picture.records import Appearance, Match, sure, told
from answerprint.departments.picture.steps import (
    AppearanceStep,
    LookBrief,
    LookStep,
    MatchBrief,
    MatchStep,
    Sample,
)
from answerprint.departments.release.segment_plans import look_id
from answerprint.engine.graph import Graph, Media, Value
from answerprint.pipeline.film import Film, GradeRow
from answerprint.pipeline.making import Making

LOOKED_AT = 4  # pictures of a file, spread over what the cut uses of it
LONGEST = 640  # pixels of the longer side that is looked at


def grade(making: Making, film: Film) -> None:
    """Put a grade on every clip of the cut that was matched to its scene's hero, and say why or why not.

    Clips that are locked keep the grade they were locked with; those that have one already, and those that
    `[picture] leave` names, are left alone.
    """
    settings = making.production.settings.picture
    grades: dict[str, Cdl] = {}
    if settings.match:
        for scene, clips in _scenes(making, film).items():
            grades |= _scene(making, film, scene, clips)
    cut = film.assembly.cut
    tracks = tuple(_graded(making, track, grades) for track in cut.tracks)
    film.assembly = msgspec.structs.replace(film.assembly, cut=msgspec.structs.replace(cut, tracks=tracks))
    _tables(making, film)


def _scenes(making: Making, film: Film) -> dict[str, dict[str, list[Clip]]]:
    """The clips that may be graded, by scene and asset. Without a screenplay, by what the slates say."""
    lines = {one.key: one.scene for one in film.screenplay.lines()} if film.screenplay else {}
    scenes: dict[str, dict[str, list[Clip]]] = {}
    placed: dict[str, str] = {}
    for clip in _pictures(film.assembly.cut):
        asset = making.assets.get(clip.asset)
        if asset is None or clip.asset not in making.paths or asset.kind in ("raw", "still"):
            continue
        slate = film.slates.get(clip.asset)
        known = next((lines[key] for key in clip.lines if key in lines), None)
        scene = placed.setdefault(clip.asset, known or (slate.scene if slate is not None else "") or "")
        if scene:
            scenes.setdefault(scene, {}).setdefault(clip.asset, []).append(clip)
    return {scene: clips for scene, clips in scenes.items() if len(clips) > 1}


def _scene(making: Making, film: Film, scene: str, clips: Mapping[str, list[Clip]]) -> dict[str, Cdl]:
    """The grades of a scene's assets, those that are sure."""
    from answerprint.departments.picture.balancing import middle_of
    from answerprint.departments.picture.spaces import GRADING

    settings = making.production.settings.picture
    samples: dict[str, Sample] = {}
    for asset, shown in clips.items():
        try:
            samples[asset] = _sample(making.assets[asset], shown)
        except UsageError as error:
            film.grades.append(GradeRow(scene, making.assets[asset].name, "", f"left: {error.message}"))
    graph, seen = Graph(), AppearanceStep()
    nodes = {
        asset: graph.add(seen, asset, media=Media(asset, making.paths[asset]), sample=Value(samples[asset]))
        for asset in samples
    }
    report = making.run(graph)
    looks = {
        asset: report.record(node, "appearance", Appearance)
        for asset, node in nodes.items()
        if report[node].there
    }
    if len(looks) < 2:
        return {}
    names = [making.assets[asset].name for asset in looks]
    wanted = settings.heroes.get(scene, "")
    chosen = next((place for place, name in enumerate(names) if _named(name, (wanted,))), None)
    if chosen is None:
        lengths = [sum(float(one.record.duration.seconds) for one in clips[asset]) for asset in looks]
        chosen = middle_of(list(looks.values()), lengths)
    hero = list(looks)[chosen]
    film.grades.append(
        GradeRow(scene, names[chosen], "", "hero, as settled" if wanted else "hero: nearest to the others")
    )
    graph, step = Graph(), MatchStep()
    matched = {}
    for asset in looks:
        if asset == hero:
            continue
        if _named(making.assets[asset].name, settings.leave):
            film.grades.append(GradeRow(scene, making.assets[asset].name, "", "left alone, as settled"))
            continue
        brief = MatchBrief(ours=samples[asset], hero=samples[hero], grading=GRADING)
        matched[asset] = graph.add(
            step,
            asset,
            media=Media(asset, making.paths[asset]),
            hero=Media(hero, making.paths[hero]),
            brief=Value(brief),
        )
    report = making.run(graph)
    grades = {}
    for asset, node in matched.items():
        if not report[node].there:
            continue
        found = report.record(node, "match", Match)
        film.grades.append(GradeRow(scene, making.assets[asset].name, names[chosen], told(found)))
        if sure(found):
            grades[asset] = msgspec.structs.replace(found.grade, space=GRADING)
    return grades


def _sample(asset: Asset, clips: list[Clip]) -> Sample:
    """Pictures spread over what is used. Raises UsageError AP-USE-801 for light of no known space."""
    from answerprint.departments.picture.spaces import FILM, STILL, space_of

    stream = asset.stream("video")
    assert stream is not None and stream.width and stream.height
    space = space_of(stream.colour, dict(asset.tags)) or (STILL if asset.kind == "still" else FILM)
    scale = min(1.0, LONGEST / max(stream.width, stream.height))
    times = []
    for number in range(LOOKED_AT):
        clip = clips[number % len(clips)]
        part = Fraction(2 * (number // len(clips)) + 1, 2 * -(-LOOKED_AT // len(clips)))
        times.append(clip.source.start.seconds + clip.source.duration.seconds * part)
    return Sample(
        times=tuple(sorted(dict.fromkeys(times))),
        width=max(2, round(stream.width * scale)),
        height=max(2, round(stream.height * scale)),
        space=space,
        stream=clips[0].stream,
    )


def _graded(making: Making, track: CutTrack, grades: Mapping[str, Cdl]) -> CutTrack:
    if track.kind != "video":
        return track

    def of(clip: Clip) -> Clip:
        if clip.cdl is not None:
            return clip
        if not clip.locked:
            found = grades.get(clip.asset)
        else:
            decision = making.decisions.get(clip.slot or "")
            held = decision.frozen.get("grade") if decision is not None else None
            found = from_builtins(held, Cdl) if held else None
        return msgspec.structs.replace(clip, cdl=found) if found is not None else clip

    return msgspec.structs.replace(track, clips=tuple(of(clip) for clip in track.clips))


def _tables(making: Making, film: Film) -> None:
    """A table for every grade of a named space that the cut shows."""
    graph, step = Graph(), LookStep()
    nodes = {}
    for clip in _pictures(film.assembly.cut):
        if clip.cdl is None or clip.cdl.space is None or clip.asset not in making.assets:
            continue
        name = look_id(clip.asset, clip.cdl)
        if name not in nodes:
            space = _sample(making.assets[clip.asset], [clip]).space
            nodes[name] = graph.add(step, name, brief=Value(LookBrief(grade=clip.cdl, space=space)))
    if nodes:
        making.run(graph)
        film.looks = {name: making.kept("look", name, "look") for name in nodes}


def _pictures(cut: Cut) -> list[Clip]:
    return [
        clip
        for track in cut.tracks_of("video")
        if not track.muted
        for clip in track.clips
        if not clip.muted and clip.asset
    ]


def _named(name: str, wanted: tuple[str, ...]) -> bool:
    """Whether a file is one of those that are named, with or without its suffix."""
    names = {one.casefold() for one in wanted}
    return name.casefold() in names or name.casefold().rpartition(".")[0] in names
