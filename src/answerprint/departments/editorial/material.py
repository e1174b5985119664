"""What editorial knows of each asset, gathered from the tracks other departments wrote."""

from __future__ import annotations

from fractions import Fraction

import msgspec

from answerprint.core.frames import FrameGrid
from answerprint.core.logged import Listening, Slate, SoundMatch
from answerprint.core.records import Asset, Damage, Track
from answerprint.core.time import Range, Time


def seconds(value: str) -> Time:
    """A named constant of this department, written in seconds: `seconds("1/3")`."""
    return Time.of_seconds(Fraction(value))


OFF_SCRIPT = ""  # label of a reading annotation that is no scripted line
SLATE_LEAVES = seconds("3/4")  # from the clap until the board is out of the picture
BREATH = seconds("1/3")  # before the first word and after the last


class Material(msgspec.Struct, frozen=True, kw_only=True):
    """One asset as editorial sees it. Tracks may be missing where a step failed."""

    asset: Asset
    frames: FrameGrid | None = None  # None for sound without picture
    readings: Track | None = None
    voice: Track | None = None
    looks: Track | None = None
    shots: Track | None = None
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

    @property
    def extent(self) -> Range | None:
        """The whole asset on its own clock: picture where there is any, else sound."""
        if self.frames is not None:
            return Range(self.frames.first, self.frames.end)
        stream = self.asset.stream("audio")
        if stream is None or stream.start is None or stream.duration is None:
            return None
        return Range(stream.start, stream.start + stream.duration)

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
        values = [
            float(annotation.value[measure])
            for annotation in self.looks.annotations
            if measure in annotation.value and self.looks.range_of(annotation).overlaps(range_)
        ]
        return sum(values) / len(values) if values else None

    def slate_gone(self, before: Time) -> Time | None:
        """When the slate has left the picture after the last clap before a time; None without a clap."""
        if self.claps is None:
            return None
        ends = [self.claps.range_of(clap).end + SLATE_LEAVES for clap in self.claps.annotations]
        return max((end for end in ends if end <= before), default=None)

    def speech(self) -> list[Range]:
        """Every stretch in which something is said, in order."""
        found = [
            track.range_of(annotation)
            for track in (self.readings, self.voice)
            if track is not None
            for annotation in track.annotations
        ]
        return sorted(found, key=lambda one: (one.start.seconds, one.end.seconds))
