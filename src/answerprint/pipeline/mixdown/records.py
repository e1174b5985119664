"""What a mix tells: everything decided, with its reason, and everything a person should look at."""

from __future__ import annotations

import msgspec

from answerprint.core.cut import Cut
from answerprint.departments.sound.dialogue import spoken_hops
from answerprint.departments.sound.stems.ducking import Ride, compare, phrases
from answerprint.departments.sound.stems.sorting import Stem
from answerprint.pipeline.mixdown.planning import Asked, Plan
from answerprint.pipeline.mixdown.prints import Delivery
from answerprint.pipeline.mixdown.stems import Made

COVERED = 6.0  # LU that effects at least lie under a voice; nearer, a person should listen


class TrackPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A track: its stem and why. sure: false where only the ear told."""

    track: str
    stem: Stem
    reason: str
    sure: bool
    clips: int


class ClipPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A run of clips in the mix. start, end: timecodes; gain: dB before the delivery's trim; loudness: LUFS
    of it alone."""

    track: str
    stem: Stem
    name: str
    start: str
    end: str
    gain: float
    reason: str
    loudness: float | None
    cleaned: tuple[str, ...]


class Ridden(msgspec.Struct, frozen=True, kw_only=True):
    """Music turned by `gain` dB under a phrase. voice, music: LUFS before."""

    start: str
    end: str
    voice: float
    music: float
    gain: float


class Filled(msgspec.Struct, frozen=True, kw_only=True):
    """A gap of the dialogue; of: the clips its room tone is of, none where it stays silent."""

    start: str
    end: str
    of: tuple[str, ...]
    reason: str


class Covered(msgspec.Struct, frozen=True, kw_only=True):
    """A phrase that effects lie too near to. voice, effects: LUFS."""

    start: str
    end: str
    voice: float
    effects: float


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """A clip that is not heard."""

    track: str
    at: str
    name: str
    why: str


class Mixed(msgspec.Struct, frozen=True, kw_only=True):
    """A mix. out: None where nothing was written; handed: timelines and files for the mixer's software."""

    out: str | None
    timeline: str
    seconds: float
    layout: str
    tracks: tuple[TrackPlan, ...]
    clips: tuple[ClipPlan, ...]
    rides: tuple[Ridden, ...]
    tones: tuple[Filled, ...]
    covered: tuple[Covered, ...]
    unheard: tuple[Missing, ...]
    deliveries: tuple[Delivery, ...] = ()
    handed: tuple[str, ...] = ()

    @property
    def needs_a_person(self) -> bool:
        """Whether something is missing, a track was sorted by ear alone, or a delivery is not met."""
        unsure = any(not one.sure for one in self.tracks)
        return bool(self.unheard or self.covered or unsure or any(not one.met for one in self.deliveries))


def told(timeline: str, plan: Plan, made: Made, ridden: tuple[Ride, ...], asked: Asked) -> Mixed:
    """The mix as it was decided, nothing written yet."""
    cut = plan.cut
    return Mixed(
        out=None,
        timeline=timeline,
        seconds=round(float(cut.frames / cut.rate), 3),
        layout=asked.layout,
        tracks=tuple(
            TrackPlan(
                track=name,
                stem=one.stem,
                reason=one.reason,
                sure=one.sure,
                clips=sum(len(run.clips) for run in plan.runs if run.track == name),
            )
            for name, one in plan.tracks.items()
        ),
        clips=tuple(_clips(plan)),
        rides=tuple(
            Ridden(
                start=_at(cut, one.start),
                end=_at(cut, one.end),
                voice=one.voice,
                music=one.bed,
                gain=one.gain,
            )
            for one in ridden
        ),
        tones=tuple(
            Filled(start=cut.timecode(one.first), end=cut.timecode(one.end), of=one.of, reason=one.reason)
            for one in made.tones
        ),
        covered=tuple(_covered(cut, made)),
        unheard=tuple(
            Missing(track=one.track, at=cut.timecode(one.at), name=one.name, why=one.why)
            for one in plan.unheard
        ),
    )


def _clips(plan: Plan) -> list[ClipPlan]:
    found = []
    for run in plan.runs:
        gain, heard = plan.gains[run.key], plan.held[run.key].heard
        found.append(
            ClipPlan(
                track=run.track,
                stem=plan.stem_of(run),
                name=run.name,
                start=plan.cut.timecode(run.edit[0]),
                end=plan.cut.timecode(run.edit[1]),
                gain=round(gain.gain_db, 2),
                reason=gain.reason,
                loudness=None if heard.loudness is None else round(heard.loudness, 1),
                cleaned=heard.cleaned,
            )
        )
    return found


def _covered(cut: Cut, made: Made) -> list[Covered]:
    voice, effects = made.energies["dialogue"], made.energies["effects"]
    hops = spoken_hops(made.spoken, len(voice))
    found = []
    for start, end in phrases(made.spoken):
        compared = compare(voice, effects, hops, start, end)
        if compared is not None and compared[1] > compared[0] - COVERED:
            found.append(
                Covered(
                    start=_at(cut, start),
                    end=_at(cut, end),
                    voice=round(compared[0], 1),
                    effects=round(compared[1], 1),
                )
            )
    return found


def _at(cut: Cut, seconds: float) -> str:
    return cut.timecode(round(max(0.0, seconds) * float(cut.rate)))
