"""What match cuts are found in: files looked through alone, or a production's assets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from string import ascii_letters

import numpy as np
from numpy.typing import NDArray

from answerprint.core.errors import MediaError
from answerprint.core.frames import FrameGrid
from answerprint.core.logged import Inspection, Slate, SoundMatch
from answerprint.core.records import Asset
from answerprint.core.time import Time, TimeDocument
from answerprint.departments.editorial.match_cuts.moments import Moments
from answerprint.departments.editorial.match_cuts.watching import MomentWatcher, person_finder
from answerprint.departments.editorial.material import SLATE_LEAVES
from answerprint.departments.footage.clock import PictureClock
from answerprint.departments.footage.looks.measures import Sights, load_arrays
from answerprint.departments.footage.looks.passing import SightWatcher
from answerprint.media.display import display_of
from answerprint.media.fanout import fan_out
from answerprint.media.probe import probe
from answerprint.pipeline.making import Making
from answerprint.pipeline.places import source_place
from answerprint.pipeline.reframing_watchers import ShotWatcher

BOARD_COMES = Fraction(4)  # seconds before a clap at the end that the board comes into the picture


@dataclass(frozen=True)
class Looked:
    """A file as match cuts see it. shots, spoilt: [start, end) ticks of its time base; take: how people call
    it; setup: what is filmed from the same place shares it; at: how a tick is told."""

    asset: str
    name: str
    path: Path
    moments: Moments
    luma: NDArray[np.uint8]  # (n, 18, 32) small pictures …
    luma_pts: NDArray[np.int64]  # … and where they lie
    shots: tuple[tuple[int, int], ...]
    time_base: Fraction
    aspect: float
    at: Callable[[int], TimeDocument]
    spoilt: tuple[tuple[float, float], ...] = ()
    take: str = ""
    setup: str = ""
    scene: str = ""


Seen = tuple[Moments, Sights, tuple[tuple[int, int], ...], PictureClock]


def seen_in(path: Path) -> Seen:
    """Everything of a file in one decode."""
    asked = probe(path)
    if asked.stream("video") is None:
        raise MediaError("AP-MEDIA-020", "there are no pictures in it", file=str(path))
    shots, sights, moments = ShotWatcher(), SightWatcher(asked), MomentWatcher(path, person_finder())
    summary = fan_out(path, [shots, sights, moments], thorough=False)
    if summary.time_base is None or not summary.pictures:
        raise MediaError("AP-MEDIA-020", "there are no pictures in it", file=str(path))
    return moments.found(), sights.found(), tuple(shots.intervals(summary)), PictureClock(asked, summary)


def looked_file(
    path: Path, moments: Moments, sights: Sights, shots: tuple[tuple[int, int], ...], clock: PictureClock
) -> Looked:
    display = display_of(path)
    return Looked(
        asset="",
        name=path.name,
        path=path,
        moments=moments,
        luma=sights.luma,
        luma_pts=sights.pts,
        shots=shots,
        time_base=clock.time_base,
        aspect=float(display.aspect),
        at=clock.at_tick,
    )


def looked_asset(making: Making, asset: Asset, slate: Slate, sound: SoundMatch | None) -> Looked | None:
    """None where the file could not be read, or its shots are not known. sound: recorded beside it."""
    id, outputs = asset.id, making.outputs
    moments, sights = outputs.get(f"moments:{id}", {}), outputs.get(f"sights:{id}", {})
    shots, grid = making.catalogue.current_track(id, "shots.1"), making.grid(id)
    if "moments" not in moments or "sights" not in sights or shots is None or grid is None:
        return None
    rate, path = shots.rate, making.paths[id]
    seen = load_arrays(making.objects.path(sights["sights"].digest), Sights)
    spoilt = [*_boards(making, asset.id, grid, sound), *_damage(making, id)]
    return Looked(
        asset=id,
        name=asset.name,
        path=path,
        moments=Moments.load(making.objects.path(moments["moments"].digest)),
        luma=seen.luma,
        luma_pts=seen.pts,
        shots=tuple((one.start, one.end) for one in shots.annotations if one.label == "shot"),
        time_base=1 / rate,
        aspect=float(display_of(path).aspect),
        at=lambda tick: source_place(asset, grid, Time(tick, rate)),
        spoilt=tuple((float(start * rate), float(end * rate)) for start, end in spoilt),
        take=slate.label,
        setup=slate.scene.casefold(),
        scene=slate.scene.rstrip(ascii_letters),
    )


def _boards(
    making: Making, id: str, grid: FrameGrid, sound: SoundMatch | None
) -> Iterator[tuple[Fraction, Fraction]]:
    """Stretches, in seconds, from the start until the board has left, or from when it comes in to the end."""
    first, end = grid.first.seconds, grid.end.seconds
    for other in (id, sound.sound if sound is not None else None):
        claps = making.catalogue.current_track(other, "claps.1") if other is not None else None
        for clap in claps.annotations if claps is not None else ():
            heard = claps.range_of(clap) if claps is not None else None
            assert heard is not None
            away = sound.offset.seconds if sound is not None and other == sound.sound else Fraction(0)
            starts, ends = heard.start.seconds - away, heard.end.seconds - away
            if first <= ends <= (first + end) / 2:
                yield first, ends + SLATE_LEAVES.seconds
            elif ends <= end and ends > first:
                yield starts - BOARD_COMES, end


def _damage(making: Making, id: str) -> list[tuple[Fraction, Fraction]]:
    found = making.outputs.get(f"inspect:{id}", {}).get("inspection")
    damage = making.read(found, Inspection).damage if found is not None else ()
    everywhere = (Fraction(-(10**9)), Fraction(10**9))
    return [
        everywhere if one.range is None else (one.range.start.seconds, one.range.end.seconds)
        for one in damage
    ]
