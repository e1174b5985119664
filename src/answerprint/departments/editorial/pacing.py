"""Pacing: how long shots are, how that changes, and where a cut drags or hurries.

Shot lengths are about lognormal (Salt 2006; Cutting, DeLong and Brunick 2011), so they are compared as
logarithms: the curve is a running median of them, and a shot is long or short beside its neighbours by their
spread (median absolute deviation).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from statistics import median

import msgspec
import numpy as np

from answerprint.core.cut import Cut, visible
from answerprint.core.time import Range

NEIGHBOURS = 4  # shots to either side that a shot is compared with
FAR = 2.5  # spreads from the neighbours' median at which a shot stands out (Hampel's rule has 3)
SPREAD = 0.35  # log seconds: the least spread taken for one; two shots of a pair differ by a third
DRAGS = 4.0  # seconds: a shorter shot never drags
SPOKEN = 0.5  # share of a shot in which somebody speaks, from which on it is the line that is long
FLASH = 0.5  # seconds: what is on screen for less is hardly read (Hochberg and Brooks 1978)
RUN, RUN_LENGTH = 1.2, 4  # so many shots in a row, each shorter than so many seconds: a hurried run
CLOSE = 2  # frames between two speakers' words under which they step on each other


class Shot(msgspec.Struct, frozen=True, kw_only=True):
    """A picture between two edits. usual: the running median length around it, seconds; spoken: share."""

    first: int
    end: int
    at: str
    name: str
    seconds: float
    usual: float
    scene: str = ""
    spoken: float | None = None  # None where it is not known who speaks


class ScenePace(msgspec.Struct, frozen=True, kw_only=True):
    """A scene's shots. mean, median: seconds of a shot; expected: the script's engagement there, in standard
    deviations, None without a script.
    """

    scene: str
    shots: int
    seconds: float
    mean: float
    median: float
    expected: float | None = None


class Passage(msgspec.Struct, frozen=True, kw_only=True):
    """A place that drags or hurries, frames [first, end). candidates: what could be laid in, and why."""

    kind: str  # "slack" or "rushed"
    first: int
    end: int
    at: str
    seconds: float
    reason: str
    scene: str = ""
    candidates: tuple[str, ...] = ()


class Pacing(msgspec.Struct, frozen=True, kw_only=True):
    """agreement: rank correlation of the scenes' cutting rate with the script's engagement (−1 … 1)."""

    name: str
    seconds: float
    shots: tuple[Shot, ...]
    mean: float
    median: float
    scenes: tuple[ScenePace, ...]
    passages: tuple[Passage, ...]
    agreement: float | None = None


class Speech(msgspec.Struct, frozen=True):
    """A line where it is heard: [first, end) frames of its words in the cut, its scene, who says it."""

    first: int
    end: int
    scene: str
    speaker: str


def paced(cut: Cut, speech: Sequence[Speech] | None = None, expected: Mapping[str, float] = {}) -> Pacing:
    """The pacing of a cut. speech: None where nothing is known of what is said; expected: the script's
    engagement by scene. A cut without pictures has no shots."""
    shots = _shots(cut, speech)
    lengths = [one.seconds for one in shots]
    scenes = tuple(_scenes(shots, expected))
    return Pacing(
        name=cut.name,
        seconds=round(float(cut.frames / cut.rate), 3),
        shots=tuple(shots),
        mean=round(float(np.mean(lengths)), 3) if lengths else 0.0,
        median=round(median(lengths), 3) if lengths else 0.0,
        scenes=scenes,
        passages=tuple(
            sorted(
                (*_slack(shots), *_flashes(shots), *_runs(shots), *_stepping(cut, speech or ())),
                key=lambda one: one.first,
            )
        ),
        agreement=_agreement(scenes),
    )


def _shots(cut: Cut, speech: Sequence[Speech] | None) -> list[Shot]:
    seen = visible(cut)
    joined: list[tuple[int, int, str, str]] = []
    for first, end, clip in seen:
        before = joined[-1] if joined else None
        goes_on = (
            before is not None
            and before[1] == first
            and before[3] == _take(clip.asset, clip.source, first, cut)
        )
        if goes_on and before is not None:
            joined[-1] = (before[0], end, before[2], before[3])
        else:
            joined.append((first, end, clip.name, _take(clip.asset, clip.source, first, cut)))
    lengths = [float((end - first) / cut.rate) for first, end, _, _ in joined]
    made: list[Shot] = []
    for place, (first, end, name, _) in enumerate(joined):
        own = [one for one in speech or () if one.first < end and first < one.end]
        said = sum(min(end, one.end) - max(first, one.first) for one in own)
        made.append(
            Shot(
                first=first,
                end=end,
                at=cut.timecode(first),
                name=name,
                seconds=round(lengths[place], 3),
                usual=round(math.exp(median(_around(lengths, place))), 3),
                scene=own[0].scene if own else (made[-1].scene if made else ""),
                spoken=round(said / (end - first), 3) if speech is not None else None,
            )
        )
    return made


def _take(asset: str, source: Range, first: int, cut: Cut) -> str:
    """What an unbroken take shares from clip to clip: its media, and where that would lie at frame 0."""
    return f"{asset} {source.start.seconds - first / cut.rate}"


def _around(lengths: Sequence[float], place: int) -> list[float]:
    window = lengths[max(0, place - NEIGHBOURS) : place + NEIGHBOURS + 1]
    return [math.log(one) for one in window]


def _scenes(shots: Sequence[Shot], expected: Mapping[str, float]) -> Iterator[ScenePace]:
    by_scene: dict[str, list[Shot]] = {}
    for one in shots:
        by_scene.setdefault(one.scene, []).append(one)
    for scene, those in by_scene.items():
        lengths = [one.seconds for one in those]
        yield ScenePace(
            scene=scene,
            shots=len(those),
            seconds=round(sum(lengths), 3),
            mean=round(sum(lengths) / len(lengths), 3),
            median=round(median(lengths), 3),
            expected=expected.get(scene),
        )


def _slack(shots: Sequence[Shot]) -> Iterator[Passage]:
    for place, one in enumerate(shots):
        around = [math.log(two.seconds) for two in shots[max(0, place - NEIGHBOURS) : place + NEIGHBOURS + 1]]
        middle = median(around)
        spread = max(SPREAD, 1.4826 * median(abs(value - middle) for value in around))
        far = (math.log(one.seconds) - middle) / spread
        if far < FAR or one.seconds < DRAGS or (one.spoken is not None and one.spoken >= SPOKEN):
            continue
        quiet = "" if one.spoken is None else f", somebody speaks in {one.spoken:.0%} of it"
        yield Passage(
            kind="slack",
            first=one.first,
            end=one.end,
            at=one.at,
            seconds=one.seconds,
            scene=one.scene,
            reason=f"{one.name} stays {one.seconds:.1f} s, shots around it {one.usual:.1f} s{quiet}",
        )


def _flashes(shots: Sequence[Shot]) -> Iterator[Passage]:
    for one in shots:
        if one.seconds < FLASH:
            yield Passage(
                kind="rushed",
                first=one.first,
                end=one.end,
                at=one.at,
                seconds=one.seconds,
                scene=one.scene,
                reason=f"{one.name} is seen for {one.end - one.first} frames: hardly read",
            )


def _runs(shots: Sequence[Shot]) -> Iterator[Passage]:
    run: list[Shot] = []
    for one in [*shots, None]:
        if one is not None and one.seconds < RUN:
            run.append(one)
            continue
        if len(run) >= RUN_LENGTH:
            seconds = sum(each.seconds for each in run)
            yield Passage(
                kind="rushed",
                first=run[0].first,
                end=run[-1].end,
                at=run[0].at,
                seconds=round(seconds, 3),
                scene=run[0].scene,
                reason=f"{len(run)} shots in {seconds:.1f} s",
            )
        run = []


def _stepping(cut: Cut, speech: Sequence[Speech]) -> Iterator[Passage]:
    ordered = sorted(speech, key=lambda one: one.first)
    for one, other in pairwise(ordered):
        gap = other.first - one.end
        if gap < CLOSE and one.speaker != other.speaker and one.scene == other.scene:
            what = f"{-gap} frames into" if gap < 0 else f"{gap} frames after"
            yield Passage(
                kind="rushed",
                first=one.end,
                end=max(other.first, one.end + 1),
                at=cut.timecode(max(0, min(one.end, other.first))),
                seconds=round(float(max(gap, 0) / cut.rate), 3),
                scene=one.scene,
                reason=f"{other.speaker} begins {what} the last word of {one.speaker}",
            )


def _agreement(scenes: Sequence[ScenePace]) -> float | None:
    """Spearman's rank correlation of cutting rate and engagement; None for fewer than four scenes."""
    pairs = [(1 / one.mean, one.expected) for one in scenes if one.expected is not None and one.mean > 0]
    if len(pairs) < 4:
        return None
    from scipy.stats import spearmanr

    value = float(spearmanr([rate for rate, _ in pairs], [level for _, level in pairs]).statistic)
    return round(value, 3) if math.isfinite(value) else None
