"""The sound of a timeline as runs: clips that one recording plays through without a break are one.

Where fades and dissolves lie, a run reaches beyond its edit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from answerprint.core.cut import Clip, Cut, CutTrack
from answerprint.formats.timelines.model import record_frames


@dataclass(frozen=True)
class Run:
    """One recording played without a break. first, end: frames of the cut, what its fades need included;
    edit: the same without. source: seconds on the file's clock of its first frame. fade_in, fade_out: frames.
    clips: of the cut, by their places in the track."""

    track: str
    asset: str
    name: str
    first: int
    end: int
    edit: tuple[int, int]
    source: Fraction
    speed: Fraction
    stream: int | None
    channels: tuple[int, ...]
    gain: float
    fade_in: int
    fade_out: int
    clips: tuple[int, ...]

    @property
    def key(self) -> str:
        """What it is called by among all runs of a cut."""
        return f"{self.track} {self.edit[0]}"

    def seconds(self, rate: Fraction) -> tuple[float, float]:
        """Where it lies in the cut, without its fades."""
        return float(self.edit[0] / rate), float(self.edit[1] / rate)


@dataclass(frozen=True)
class Unheard:
    """A clip that makes no sound in the mix, and why."""

    track: str
    at: int  # frame of the cut
    name: str
    why: str


def runs_of(cut: Cut, names: Mapping[str, str]) -> tuple[list[Run], list[Unheard]]:
    """All of a cut's sound in the order of its tracks. names: assets as people know them.

    What is muted is silent by somebody's will and is in neither list.
    """
    runs: list[Run] = []
    unheard: list[Unheard] = []
    for track in cut.tracks_of("audio"):
        if track.muted:
            continue
        last: Run | None = None
        for place, clip in enumerate(track.clips):
            if clip.muted:
                last = None
                continue
            why = "a timeline within it: open and mix that" if clip.nested else ""
            if not clip.speed:
                why = "a freeze has no sound"
            if why:
                at = record_frames(clip, cut.rate)[0]
                unheard.append(Unheard(track.name, at, clip.name, why))
                last = None
                continue
            made = _run(track, place, clip, cut.rate, names)
            if last is not None and _goes_on(last, made, cut.rate):
                runs[-1] = last = _joined(last, made)
                continue
            if last is not None:
                runs[-1] = last = _dissolved(last, made, clip)
            runs.append(made)
            last = made
    return runs, unheard


def _run(track: CutTrack, place: int, clip: Clip, rate: Fraction, names: Mapping[str, str]) -> Run:
    start, end = record_frames(clip, rate)
    way = clip.transition
    before = max(0, way.before) if way is not None and way.frames > 0 else 0
    before = min(before, start)
    return Run(
        track=track.name,
        asset=clip.asset,
        name=clip.name or names.get(clip.asset, clip.asset),
        first=start - before,
        end=end,
        edit=(start, end),
        source=clip.source.start.seconds - before / rate * clip.speed,
        speed=clip.speed,
        stream=clip.stream,
        channels=clip.channels,
        gain=clip.gain_db,
        fade_in=way.frames if way is not None else 0,
        fade_out=clip.fade_out.frames if clip.fade_out is not None else 0,
        clips=(place,),
    )


def _goes_on(one: Run, other: Run, rate: Fraction) -> bool:
    """Whether the other plays on where the one ends: no edit is to be heard."""
    plain = not one.fade_out and not other.fade_in and one.edit[1] == other.edit[0]
    same = (one.asset, one.stream, one.channels, one.speed, one.gain) == (
        *(other.asset, other.stream, other.channels),
        *(other.speed, other.gain),
    )
    return plain and same and one.source + (one.end - one.first) / rate * one.speed == other.source


def _joined(one: Run, other: Run) -> Run:
    return replace(
        one,
        end=other.end,
        edit=(one.edit[0], other.edit[1]),
        fade_out=other.fade_out,
        clips=(*one.clips, *other.clips),
    )


def _dissolved(one: Run, other: Run, clip: Clip) -> Run:
    """The one reaching as far under the other as their dissolve does."""
    if clip.transition is None or not other.fade_in or one.edit[1] != other.edit[0]:
        return one
    return replace(one, end=other.first + other.fade_in, fade_out=other.fade_in)


def gaps(runs: list[Run], longest: int) -> Iterator[tuple[Run, Run, int, int]]:
    """Where between runs of dialogue nothing lies, on any track, for at most `longest` frames: the run that
    ends there, the one that begins, and [first, end) frames."""
    ordered = sorted(runs, key=lambda one: one.first)
    last: Run | None = None
    for one in ordered:
        if last is not None and last.end < one.first <= last.end + longest:
            yield last, one, last.end, one.first
        if last is None or one.end > last.end:
            last = one
