"""Match cuts between files, or in a production's material."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import combinations
from pathlib import Path

import msgspec
import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from answerprint.core.cut import Clip, Cut, CutTrack, Marker
from answerprint.core.errors import AnswerprintError, UsageError
from answerprint.core.logged import Slate
from answerprint.core.time import Range, Time, TimeDocument
from answerprint.core.timecode import parse_rate
from answerprint.departments.editorial.match_cuts.pairs import (
    KINDS,
    Kind,
    Match,
    ShotMoments,
    Zoom,
    match_cuts,
    shot_moments,
)
from answerprint.departments.editorial.match_cuts.subjects import MODEL
from answerprint.departments.editorial.match_cuts.watching import MomentsStep
from answerprint.departments.footage.looks.alike import pairs_of
from answerprint.departments.footage.looks.fingerprints import fingerprint
from answerprint.departments.footage.steps import SightsStep
from answerprint.engine.graph import Graph, Media
from answerprint.formats.timelines.model import MediaLink
from answerprint.models.shelf import Shelf
from answerprint.pipeline.making import Making, opened
from answerprint.pipeline.matching_sources import Looked, looked_asset, looked_file, seen_in
from answerprint.pipeline.places import link_of
from answerprint.pipeline.progress import Listener
from answerprint.pipeline.stages.align import read_script, read_slates
from answerprint.pipeline.stages.cut import cut_settings
from answerprint.pipeline.stages.log import log
from answerprint.pipeline.stages.sync import sync
from answerprint.store.production import Production

MORE = 10  # match cuts looked for, for each that is told: takes of two set-ups match all alike
TOLD: dict[Kind, str] = {
    "mask": "the subjects cover the same place",
    "shape": "the subjects have the same outline",
    "motion": "what is seen moves alike",
}


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One side of a match cut: the picture at which it is cut. take: how people call it, or empty."""

    asset: str
    file: str
    take: str
    scene: str
    at: TimeDocument


class MatchCut(msgspec.Struct, frozen=True, kw_only=True):
    """A cut from `first` to `second`. zoom: which is enlarged, and how, for one shape to lie on the other."""

    kind: Kind
    likeness: float
    first: Side
    second: Side
    reason: str
    zoom: Zoom | None = None


@dataclass(frozen=True)
class Matched:
    """files, shots: how many were looked through. sources: of each cut, both files, and the tick at which
    each is cut."""

    cuts: tuple[MatchCut, ...]
    sources: tuple[tuple[tuple[Looked, int], tuple[Looked, int]], ...]
    files: int
    shots: int
    apart: int  # pairs of shots left out: they show the same, or belong to one scene
    means: str
    unread: tuple[AnswerprintError, ...] = ()
    stringout: Cut | None = None
    media: Mapping[str, MediaLink] = field(default_factory=dict)


def matches_in_files(
    paths: Sequence[Path],
    *,
    kinds: Collection[Kind] = KINDS,
    most: int = 20,
    workers: int | None = None,
    tell: Callable[[float], None] | None = None,
) -> Matched:
    """The match cuts between shots of files, in the order they are given. tell: told 0 … 1.

    A file that cannot be read is told in `unread`; where it is the only one, its MediaError is raised.
    """
    looked, unread = [], []
    with ProcessPoolExecutor(max(1, min(len(paths), workers or os.cpu_count() or 1))) as pool:
        coming = [pool.submit(seen_in, path) for path in paths]
        for number, (path, one) in enumerate(zip(paths, coming, strict=True), start=1):
            try:
                looked.append(looked_file(path, *one.result()))
            except AnswerprintError as error:
                if len(paths) == 1:
                    raise
                unread.append(error)
            if tell is not None:
                tell(number / len(paths))
    return replace(_matched(looked, kinds, most), unread=tuple(unread))


def matches_in_production(
    production: Production,
    *,
    kinds: Collection[Kind] = KINDS,
    most: int = 20,
    of: str = "",
    within: bool = False,
    beside: Path | None = None,
    workers: int | None = None,
    listener: Listener | None = None,
) -> Matched:
    """The match cuts of a production's material, scenes in the script's order. It is logged first.

    of: only cuts with a file whose name or take holds this. within: also between set-ups of one scene.
    Moments under a slate and in damage are left out. beside: the folder from which the string-out names its
    media. Raises UsageError AP-USE-650 where no file is called so.
    """
    with opened(production, workers=workers, listener=listener) as making:
        making.begins("log")
        log(making)
        making.begins("sync")
        sounds = {one.picture: one for one in sync(making).matches}
        making.begins("matches")
        screenplay, slates = read_script(making), read_slates(making)
        order = [one.number for one in screenplay.scenes] if screenplay is not None else []
        shelf = Shelf()
        step = MomentsStep(people=shelf.digest(MODEL) if shelf.fetched(MODEL) else "")
        graph = Graph()
        pictures = {
            id: asset
            for id, asset in making.assets.items()
            if asset.kind not in ("raw", "sidecar") and asset.stream("video") is not None
        }
        for id in pictures:
            media = Media(id, making.paths[id])
            graph.add(step, id, media=media)
            graph.add(SightsStep(), id, media=media, probe=making.kept("probe", id, "probe"))
        making.run(graph)
        seen = [
            looked_asset(making, asset, slates.get(id, Slate()), sounds.get(id))
            for id, asset in pictures.items()
        ]
        looked = sorted(
            (one for one in seen if one is not None),
            key=lambda one: (_place(one.scene, order), one.scene, one.path),
        )
        found = _matched(looked, kinds, most, _called(looked, of) if of else None, within=within)
        return _strung(found, making, beside or production.root)


def _place(scene: str, order: Sequence[str]) -> int:
    return order.index(scene) if scene in order else len(order)


def _called(looked: Sequence[Looked], name: str) -> set[int]:
    wanted = name.casefold()
    found = {n for n, one in enumerate(looked) if wanted in f"{one.name}\n{one.take}".casefold()}
    if not found:
        raise UsageError(
            "AP-USE-650",
            f"no file or take here is called {name!r}",
            remedy="answerprint bins DIR shows what there is",
        )
    return found


def _strung(found: Matched, making: Making, root: Path) -> Matched:
    """The cuts one after another, a second to either side of each, with half a second between two."""
    settings = cut_settings(making.production.settings)
    rate = parse_rate(making.production.settings.picture.rate)
    second, gap = max(1, round(rate)), max(1, round(rate / 2))
    clips, markers, at = [], [], 0
    for number, (cut, sides) in enumerate(zip(found.cuts, found.sources, strict=True), start=1):
        markers.append(Marker(Range.of_ticks(at + second, at + second + 1, rate), f"{number} {cut.reason}"))
        for letter, (one, tick) in zip("ab", sides, strict=True):
            here = Time.of_seconds(Fraction(tick) * one.time_base)
            shot = next(shot for shot in one.shots if shot[0] <= tick < shot[1])
            edge = Time.of_seconds(Fraction(shot[0] if letter == "a" else shot[1]) * one.time_base)
            room = (here - edge if letter == "a" else edge - here).seconds
            frames = max(1, min(second, int(room * rate)))
            length = Time(frames, rate)
            start = at + second - frames if letter == "a" else at + second
            clips.append(
                Clip(
                    id=f"match {number}{letter}",
                    asset=one.asset,
                    record=Range.of_ticks(start, start + frames, rate),
                    source=Range(here - length, here) if letter == "a" else Range(here, here + length),
                    name=one.name,
                    reason=cut.reason,
                )
            )
        at += 2 * second + gap
    media = {
        id: msgspec.structs.replace(
            link_of(making.assets[id], making.grid(id), rate),
            url=Path(os.path.relpath(making.paths[id], root)).as_posix(),
        )
        for id in {clip.asset for clip in clips}
    }
    stringout = Cut(
        name=f"{settings.name} match cuts",
        rate=rate,
        drop=settings.drop,
        start_frame=settings.start_frame,
        width=settings.width,
        height=settings.height,
        tracks=(CutTrack(name="V1", kind="video", clips=tuple(clips)),),
        markers=tuple(markers),
    )
    return replace(found, stringout=stringout, media=media)


def _matched(
    looked: Sequence[Looked],
    kinds: Collection[Kind],
    most: int,
    only: Collection[int] | None = None,
    *,
    within: bool = True,
) -> Matched:
    shots: list[ShotMoments] = []
    owners: list[int] = []
    prints = []
    for number, one in enumerate(looked):
        for start, end in one.shots:
            inside = _unspoilt(one, shot_moments(one.moments, start, end, float(1 / one.time_base)))
            shots.append(inside)
            owners.append(number)
            prints.append(fingerprint(one.luma[(one.luma_pts >= start) & (one.luma_pts < end)]))
    known = [number for number, one in enumerate(prints) if one is not None]
    same = pairs_of([one for one in prints if one is not None])
    apart = {(known[pair.first], known[pair.second]) for pair in same}
    setups = [looked[owner].setup for owner in owners]
    scenes = [looked[owner].scene for owner in owners]
    every = list(combinations(range(len(shots)), 2))
    apart.update((a, b) for a, b in every if setups[a] and setups[a] == setups[b])
    views = _views(len(shots), apart)
    if not within:
        apart.update((a, b) for a, b in every if scenes[a] and scenes[a] == scenes[b])
    found = match_cuts(
        shots,
        [looked[owner].aspect for owner in owners],
        apart=apart,
        kinds=kinds,
        only=None if only is None else [n for n, owner in enumerate(owners) if owner in only],
        most=MORE * most,
    )
    cuts: list[MatchCut] = []
    sources = []
    told: dict[Kind, set[frozenset[int]]] = {kind: set() for kind in KINDS}
    for match in found:
        pair = frozenset((views[match.first], views[match.second]))
        if pair in told[match.kind] or len(told[match.kind]) == most:
            continue  # other takes of the two
        told[match.kind].add(pair)
        sides = looked[owners[match.first]], looked[owners[match.second]]
        cuts.append(
            MatchCut(
                kind=match.kind,
                likeness=match.likeness,
                first=_side(sides[0], match.at[0]),
                second=_side(sides[1], match.at[1]),
                reason=_reason(match),
                zoom=match.zoom,
            )
        )
        sources.append(((sides[0], match.at[0]), (sides[1], match.at[1])))
    means = MODEL if Shelf().fetched(MODEL) else "classical"
    return Matched(tuple(cuts), tuple(sources), len(looked), len(shots), len(apart), means)


def _views(count: int, same: Collection[tuple[int, int]]) -> list[int]:
    """For each shot the first of those that show the same."""
    graph = coo_matrix(
        (np.ones(len(same)), np.array(sorted(same), np.int64).reshape(-1, 2).T), (count, count)
    )
    labels = connected_components(graph, directed=False)[1]
    found: list[int] = labels.tolist()
    return found


def _reason(match: Match) -> str:
    told = f"{TOLD[match.kind]} ({match.likeness:.2f})"
    if match.zoom is None or match.zoom.scale < 1.02:
        return told
    which = "first" if match.zoom.first else "second"
    return f"{told} when the {which} is enlarged {match.zoom.scale:.2f} times"


def _side(one: Looked, tick: int) -> Side:
    return Side(asset=one.asset, file=one.name, take=one.take, scene=one.scene, at=one.at(tick))


def _unspoilt(one: Looked, inside: ShotMoments) -> ShotMoments:
    ticks = inside.pts.astype(np.float64)
    good = np.ones(len(ticks), np.bool_)
    for start, end in one.spoilt:
        good &= (ticks < start) | (ticks >= end)
    return ShotMoments(*(getattr(inside, name)[good] for name in ShotMoments.__dataclass_fields__))
