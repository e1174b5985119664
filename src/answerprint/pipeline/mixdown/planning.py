"""A mix planned: which stem each track is, and the gain of every run with its reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from fractions import Fraction
from multiprocessing import get_context
from pathlib import Path

import msgspec

from answerprint.core.cut import Cut
from answerprint.core.errors import MediaError, UsageError
from answerprint.core.records import Stream
from answerprint.departments.sound.gathering import sample_at
from answerprint.departments.sound.mixing import PlannedGain, plan_gains
from answerprint.departments.sound.stems.placing import Layout
from answerprint.departments.sound.stems.sorting import STEMS, Sorted, Stem, by_ear, by_name
from answerprint.pipeline.measuring import sound_of
from answerprint.pipeline.mixdown.runs import Run, Unheard
from answerprint.pipeline.mixdown.sounds import Held, Wanted, bring
from answerprint.pipeline.stages.sound import dialogue_channels

ANCHOR = -27.0  # LUFS that dialogue is levelled to before the trim; the delivery moves all of it together
MUSIC_UNDER = 3.0  # LU under the dialogue's level at which music alone begins, where nobody gave it a gain


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of a mix.

    stems: by track; profiles: deliveries, a print for each; fade: seconds at edits; duck: LU that voices
    stand over music, None for none; tone: seconds of the longest gap that room tone fills, 0 for none; keep:
    clips stay at the timeline's gains.
    """

    media: tuple[Path, ...] = ()
    stems: Mapping[str, Stem] = {}
    profiles: tuple[str, ...] = ("ebu-r128",)
    layout: Layout = "stereo"
    fade: float = 0.005
    duck: float | None = 10.0
    tone: float = 8.0
    keep: bool = False
    clean: bool = False
    rate: Fraction | None = None
    workers: int = 2


@dataclass(frozen=True)
class Plan:
    """Everything decided before a sample is mixed. held: the sound of every run, and gains: its gain, by its
    key; tracks: the stem of every track that is heard."""

    cut: Cut
    runs: Sequence[Run]
    held: Mapping[str, Held]
    gains: Mapping[str, PlannedGain]
    tracks: Mapping[str, Sorted]
    unheard: Sequence[Unheard]

    def stem_of(self, run: Run) -> Stem:
        return self.tracks[run.track].stem

    def of_stem(self, stem: Stem) -> list[Run]:
        return [run for run in self.runs if self.stem_of(run) == stem]


def plan_mix(
    cut: Cut,
    runs: Sequence[Run],
    unheard: Sequence[Unheard],
    paths: Mapping[str, Path],
    asked: Asked,
    work: Path,
    tell: Callable[[float], None],
) -> Plan:
    """Sounds brought into the work folder and listened to, tracks sorted, gains chosen.

    A run whose file cannot be read is unheard. Raises UsageError AP-USE-710 for a track that is not there,
    AP-USE-711 where nothing is left to be heard.
    """
    known = {track.name for track in cut.tracks_of("audio")}
    for name, stem in asked.stems.items():
        if name not in known or stem not in STEMS:
            raise UsageError(
                "AP-USE-710",
                f"{name}={stem} says nothing of this timeline",
                remedy=f"its sound tracks: {', '.join(sorted(known)) or 'none'}; stems: {', '.join(STEMS)}",
            )
    told = {track.name: _told(cut, track.name, asked) for track in cut.tracks_of("audio")}
    streams, failed = _streams(runs, paths)
    wanted = {
        run.key: _wanted(run, cut.rate, paths[run.asset], streams[run.key], told[run.track], asked)
        for run in runs
        if run.key in streams
    }
    held, unread = _bring_all(wanted, work, asked.workers, tell)
    failed |= unread
    unheard = [
        *unheard,
        *(Unheard(run.track, run.edit[0], run.name, failed[run.key]) for run in runs if run.key in failed),
    ]
    runs = [run for run in runs if run.key in held]
    if not runs:
        reasons = "; ".join(sorted({f"{one.name}: {one.why}" for one in unheard})[:3])
        raise UsageError(
            "AP-USE-711",
            f"nothing in this timeline can be heard{f' ({reasons})' if reasons else ''}",
            remedy="lay sound in it, or say with --media where its files are",
        )
    used = [name for name in told if any(run.track == name for run in runs)]
    tracks = {name: told[name] or _by_ear(name, runs, held, cut.rate) for name in used}
    for run in runs:  # what the ear took for dialogue is heard as dialogue is: one microphone, one channel
        if told[run.track] is None and tracks[run.track].stem == "dialogue":
            again = _wanted(run, cut.rate, paths[run.asset], streams[run.key], tracks[run.track], asked)
            held[run.key] = bring(again, work)
    gains = _gains(runs, held, {name: one.stem for name, one in tracks.items()}, keep=asked.keep)
    return Plan(cut, runs, held, gains, tracks, unheard)


def _told(cut: Cut, name: str, asked: Asked) -> Sorted | None:
    """A track's stem without listening."""
    if name in asked.stems:
        return Sorted(asked.stems[name], "as it was told")
    track = next(one for one in cut.tracks_of("audio") if one.name == name)
    return by_name(track.role, [name, *(clip.name for clip in track.clips if not clip.muted)])


def _streams(runs: Sequence[Run], paths: Mapping[str, Path]) -> tuple[dict[str, Stream], dict[str, str]]:
    """The sound stream of every run, each file looked at once, and why others have none; by key."""
    seen: dict[tuple[str, int | None], Stream | str] = {}
    for run in runs:
        if (run.asset, run.stream) not in seen:
            try:
                seen[run.asset, run.stream] = sound_of(paths[run.asset], run.stream)
            except MediaError as error:
                seen[run.asset, run.stream] = f"{error.code} {error.message}"
    found = {run.key: seen[run.asset, run.stream] for run in runs}
    return (
        {key: one for key, one in found.items() if isinstance(one, Stream)},
        {key: one for key, one in found.items() if isinstance(one, str)},
    )


def _wanted(
    run: Run, rate: Fraction, path: Path, audio: Stream, sorted_: Sorted | None, asked: Asked
) -> Wanted:
    dialogue = sorted_ is not None and sorted_.stem == "dialogue"
    channels = run.channels or (dialogue_channels(audio) if dialogue else ())
    if not channels and audio.ltc_channel is not None:
        channels = tuple(one for one in range(audio.channels or 1) if one != audio.ltc_channel)
    return Wanted(
        key=run.key,
        path=str(path.absolute()),
        stream=audio.index,
        channels=channels,
        mono=dialogue,
        source=run.source,
        speed=run.speed,
        samples=sample_at(run.end, rate) - sample_at(run.first, rate),
        clean=asked.clean and dialogue,
    )


def _bring_all(
    wanted: Mapping[str, Wanted], work: Path, workers: int, tell: Callable[[float], None]
) -> tuple[dict[str, Held], dict[str, str]]:
    """The runs that could be read, and why others could not, by their keys."""
    total = sum(one.samples for one in wanted.values()) or 1
    done = 0
    found: dict[str, Held | str] = {}
    if workers < 2 or len(wanted) < 2:
        for key, one in wanted.items():
            found[key] = _brought(one, work)
            done += one.samples
            tell(done / total)
    else:
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            waiting = {pool.submit(_brought, one, work): key for key, one in wanted.items()}
            try:
                for ready in as_completed(waiting):
                    key = waiting[ready]
                    found[key] = ready.result()
                    done += wanted[key].samples
                    tell(done / total)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
    return (
        {key: held for key in wanted if isinstance(held := found[key], Held)},
        {key: why for key, why in found.items() if isinstance(why, str)},
    )


def _brought(wanted: Wanted, work: Path) -> Held | str:
    """The run, or why it cannot be read."""
    try:
        return bring(wanted, work)
    except MediaError as error:
        return f"{error.code} {error.message}"


def _by_ear(track: str, runs: Sequence[Run], held: Mapping[str, Held], rate: Fraction) -> Sorted:
    heard = [(float((run.end - run.first) / rate), held[run.key].heard) for run in runs if run.track == track]
    seconds = sum(length for length, _ in heard)
    spoken = sum(one.speech for _, one in heard) / seconds
    music = sum(length * one.music for length, one in heard) / seconds
    return by_ear(min(1.0, spoken), music)


def _gains(
    runs: Sequence[Run], held: Mapping[str, Held], stems: Mapping[str, Stem], *, keep: bool
) -> dict[str, PlannedGain]:
    """Dialogue levelled run by run; music levelled as a track; effects, and whatever a person gave a gain, as
    they lie."""
    gains = {run.key: PlannedGain(run.gain, "as it lies in the timeline") for run in runs}
    if keep:
        return gains
    dialogue = [run for run in runs if stems[run.track] == "dialogue"]
    speaking = {run.asset: run.key for run in reversed(dialogue) if held[run.key].heard.dialogue is not None}
    gains |= plan_gains(
        {run.key: held[run.key].heard.dialogue for run in dialogue if not run.gain},
        ANCHOR,
        {},
        {
            run.key: speaking[run.asset]
            for run in dialogue
            if not run.gain and held[run.key].heard.dialogue is None and run.asset in speaking
        },
    )
    for track in {run.track for run in runs if stems[run.track] == "music"}:
        played = [run for run in runs if run.track == track]
        loudest = [held[run.key].heard.loudest for run in played]
        if any(run.gain for run in played) or all(one is None for one in loudest):
            continue
        level = max(one for one in loudest if one is not None)
        gain = ANCHOR - MUSIC_UNDER - level
        reason = f"its loudest {level:.1f} LUFS to {ANCHOR - MUSIC_UNDER:.0f}, under the dialogue"
        gains |= {run.key: PlannedGain(gain, reason) for run in played}
    return gains
