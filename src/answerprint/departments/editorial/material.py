"""What editorial knows of each asset, gathered from the tracks other departments wrote."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from fractions import Fraction
from functools import cached_property
from itertools import accumulate

import msgspec

from answerprint.core.frames import FrameGrid
from answerprint.core.logged import Listening, Slate, SoundMatch
from answerprint.core.records import Asset, Damage, Track
from answerprint.core.time import Range, Rounding, Time


def seconds(value: str) -> Time:
    """A named constant of this department, written in seconds: `seconds("1/3")`."""
    return Time.of_seconds(Fraction(value))


OFF_SCRIPT = ""  # label of a reading annotation that is no scripted line
SLATE_LEAVES = seconds("3/4")  # from the clap until the board is out of the picture
BREATH = seconds("1/3")  # before the first word and after the last


class Material(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One asset as editorial sees it. Tracks may be missing where a step failed, or was never asked for."""

    asset: Asset
    frames: FrameGrid | None = None  # None for sound without picture
    readings: Track | None = None
    words: Track | None = None
    voice: Track | None = None
    looks: Track | None = None
    shots: Track | None = None
    shot_looks: Track | None = None
    faces: Track | None = None
    claps: Track | None = None
    damage: tuple[Damage, ...] = ()
    slate: Slate = Slate()
    sound: SoundMatch | None = None
    quality: Listening | None = None

    @property
    def label(self) -> str:
        """How people call it: `scene 1A take 2`, else the file's name."""
        return self.slate.label or self.asset.name

    @property
    def setup(self) -> str:
        """Clips of one set-up share it: the logged scene and letter; an unlogged clip is its own."""
        return self.slate.scene.casefold() or self.asset.id

    @cached_property
    def extent(self) -> Range | None:
        """The whole asset on its own clock: picture where there is any, else sound."""
        if self.frames is not None:
            return Range(self.frames.first, self.frames.end)
        stream = self.asset.stream("audio")
        if stream is None or stream.start is None or stream.duration is None:
            return None
        return Range(stream.start, stream.start + stream.duration)

    @property
    def heard(self) -> bool:
        """Whether it has sound, of its own or beside it."""
        return self.sound is not None or self.asset.stream("audio") is not None

    def damaged(self, range_: Range) -> Damage | None:
        """The first damage inside a range (damage without a place counts everywhere)."""
        for one in self.damage:
            if one.range is None or one.range.overlaps(range_):
                return one
        return None

    def mean_look(self, range_: Range, measure: str) -> float | None:
        """Mean of a look's measure over the windows that overlap a range."""
        if self.looks is None:
            return None
        starts, ends, sums = self._looked(measure)
        first = bisect_right(ends, range_.start.frame(self.looks.rate, Rounding.FLOOR))
        last = bisect_left(starts, range_.end.frame(self.looks.rate, Rounding.CEILING))
        return (sums[last] - sums[first]) / (last - first) if last > first else None

    def _looked(self, measure: str) -> tuple[list[int], list[int], list[float]]:
        """The windows that have a measure, in order: their starts, their ends, and its running sum."""
        found = self._sums.get(measure)
        if found is None and self.looks is not None:
            windows = sorted(
                (one.start, one.end, float(one.value[measure]))
                for one in self.looks.annotations
                if measure in one.value
            )
            found = self._sums[measure] = (
                [start for start, _, _ in windows],
                [end for _, end, _ in windows],
                list(accumulate((worth for _, _, worth in windows), initial=0.0)),
            )
        return found or ([], [], [0.0])

    @cached_property
    def _sums(self) -> dict[str, tuple[list[int], list[int], list[float]]]:
        return {}

    def slate_gone(self, before: Time) -> Time | None:
        """When the slate has left the picture after the last clap before a time; None without a clap."""
        if self.claps is None:
            return None
        ends = [self.claps.range_of(clap).end + SLATE_LEAVES for clap in self.claps.annotations]
        return max((end for end in ends if end <= before), default=None)

    @cached_property
    def speech(self) -> tuple[Range, ...]:
        """Every stretch in which something is said, in order."""
        found = [
            track.range_of(annotation)
            for track in (self.readings, self.voice)
            if track is not None
            for annotation in track.annotations
        ]
        return tuple(sorted(found, key=lambda one: (one.start, one.end)))

    def quiet_around(self, range_: Range) -> Range:
        """The stretch around a range in which nothing else is said, within the asset."""
        extent = self.extent
        assert extent is not None  # asked only of what is in the cut
        start, end = extent.start, extent.end
        for one in self.speech:
            if one.end <= range_.start:
                start = max(start, one.end)
            elif one.start >= range_.end:
                end = min(end, one.start)
        return Range(min(start, range_.start), max(end, range_.end))

    def spoiled(self, before: Time) -> list[Range]:
        """What must not be shown: damage, and the head of the take until the board is gone."""
        found = [hit.range for hit in self.damage if hit.range is not None]
        gone, extent = self.slate_gone(before), self.extent
        if gone is not None and extent is not None:
            found.append(Range(extent.start, max(extent.start, gone)))
        return found
