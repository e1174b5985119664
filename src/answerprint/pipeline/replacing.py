"""New readings laid on the guide: aligned, the best chosen, stretched, matched to the scene, written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.core.errors import MediaError, UsageError
from answerprint.departments.sound.matching.match import Matched, Recording, matched
from answerprint.departments.sound.replacement.alignment import HOP, Alignment, align
from answerprint.departments.sound.replacement.warping import warped
from answerprint.pipeline.cleaning.cleaning import voices_in, write_in_place
from answerprint.pipeline.cleaning.networks import chosen_network
from answerprint.pipeline.cleaning.source import RATE, Source

LONGEST = 3 * 60  # seconds of a guide: a line or a scene, not a reel
SHARE = 0.01  # what a frame's leaving the take's own pace costs beside the readings' likeness

Samples = NDArray[np.float32]


class Take(msgspec.Struct, frozen=True, kw_only=True):
    """A take held against the guide. unlike: mean distance of the two readings; stretched: the mean change of
    pace, %; score: of both, the smaller the better."""

    file: str
    unlike: float
    stretched: float
    score: float


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds of the guide, and of the take that belongs there."""

    guide: float
    take: float


class Replaced(msgspec.Struct, frozen=True, kw_only=True):
    """takes: best first; map: of the best, every 10 ms; matched: what made it sound as the scene."""

    takes: tuple[Take, ...]
    map: tuple[Point, ...]
    seconds: float
    matched: Matched | None


def replace_line(
    guide: Path,
    takes: Sequence[Path],
    out: Path | None,
    *,
    to_scene: bool = True,
    tell: Callable[[float], None] = lambda done: None,
) -> Replaced:
    """Writes the best of the takes in the guide's timing and length, made to sound as the guide does.

    Without `out` it is only told. Raises MediaError as `Source` and AP-MEDIA-026 for what is too short to be
    aligned, UsageError AP-USE-701 for a guide or take of over three minutes.
    """
    source, heard = _mono(guide)
    found: list[tuple[Take, Alignment, Samples]] = []
    for number, path in enumerate(takes):
        _, take = _mono(path)
        try:
            aligned = align(heard.astype(np.float64), take.astype(np.float64))
        except ValueError as error:
            raise MediaError(
                "AP-MEDIA-026",
                "a tenth of a second is the least that can be aligned",
                file=str(path),
                remedy="give whole readings",
            ) from error
        pace = np.diff(aligned.take) / HOP
        stretched = float(np.mean(np.abs(pace - 1))) * 100
        told = Take(
            file=path.name,
            unlike=round(aligned.cost, 3),
            stretched=round(stretched, 2),
            score=round(aligned.cost + SHARE * stretched, 3),
        )
        found.append((told, aligned, take))
        tell((number + 1) / (len(takes) + 1))
    found.sort(key=lambda one: one[0].score)
    _, alignment, take = found[0]
    made = warped(take[:, None], alignment, len(heard))[:, 0]
    done = None
    if to_scene:
        _, network = chosen_network()
        one, other = (Recording.of(each, RATE, voices_in(each)) for each in (made, heard))
        made, done = matched(one, other, network)
    if out is not None:
        write_in_place(source, out, iter([made[:, None]]), named=False)
    tell(1.0)
    steps = np.arange(0, len(heard), RATE // 100)
    places = np.clip(alignment.at(steps.astype(float)), 0, len(take))
    return Replaced(
        takes=tuple(one[0] for one in found),
        map=tuple(
            Point(guide=round(int(at) / RATE, 4), take=round(float(there) / RATE, 4))
            for at, there in zip(steps, places, strict=True)
        ),
        seconds=len(heard) / RATE,
        matched=done,
    )


def _mono(path: Path) -> tuple[Source, Samples]:
    source = Source.of(path, None)
    if source.samples > LONGEST * RATE:
        raise UsageError(
            "AP-USE-701",
            f"it lasts {source.samples / RATE:.0f} s: lines are replaced, not reels",
            file=str(path),
            remedy=f"give lines of up to {LONGEST} s",
        )
    return source, source.read(0, source.samples).mean(axis=1).astype(np.float32)
