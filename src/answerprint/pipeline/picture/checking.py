"""Quality control of a file: one decode for every detector, and what they found by a profile's rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import msgspec
import numpy as np

from answerprint.core.errors import MediaError
from answerprint.core.logged import Probe
from answerprint.core.records import Stream
from answerprint.departments.footage.shots.backends import backend
from answerprint.departments.footage.shots.boundaries import ShotList
from answerprint.departments.footage.shots.in_file import ShotWatcher
from answerprint.departments.picture.checking.coding import bands, bars, blocks
from answerprint.departments.picture.checking.darkness import black
from answerprint.departments.picture.checking.exposure import exposure
from answerprint.departments.picture.checking.film import Film, Found
from answerprint.departments.picture.checking.focusing import focus
from answerprint.departments.picture.checking.formats import file_faults
from answerprint.departments.picture.checking.measures import FULL
from answerprint.departments.picture.checking.profiles import (
    SEVERITIES,
    CheckProfile,
    profile_named,
)
from answerprint.departments.picture.checking.signal import tags, values_and_range
from answerprint.departments.picture.checking.timing import holes, jumps, stillness
from answerprint.departments.sound.levels import profiles as loudness_profiles
from answerprint.departments.sound.programme import Verdict
from answerprint.media.fanout import Consumer, DecodeSummary, fan_out
from answerprint.media.probe import probe
from answerprint.media.recasting import nominal_rate
from answerprint.pipeline.measuring import Ear, ProgrammeMeter
from answerprint.pipeline.picture.checking_records import Check, Clock, Facts, Fault, bits_of, is_rgb
from answerprint.pipeline.picture.checking_seen import flashes, gamut, patterns, stuck
from answerprint.pipeline.picture.checking_told import damage, loudness, subtitles
from answerprint.pipeline.picture.checking_watchers import ColourWatcher, LumaWatcher

MANY = 12  # faults of a kind, from which those less than APART seconds apart are told as one
APART = 5.0
COVERS = {  # a kind of fault, and those that it brings with it
    "flash": ("over_exposed", "under_exposed", "clipped", "crushed", "blocking", "doubled", "frozen"),
    "red_flash": ("over_exposed", "under_exposed", "clipped", "crushed", "blocking", "doubled", "frozen"),
    "under_exposed": ("banding", "crushed"),
    "over_exposed": ("clipped",),
    "cadence": ("dropped",),
}
COVERED = 0.6  # of a fault that lies inside such a one
FREEZE, BLACK = 0.5, 5.0  # seconds, where a profile says nothing

Tell = Callable[[str, float], None]


def check_file(
    path: Path, profile: str, *, subtitle_file: Path | None = None, tell: Tell = lambda what, done: None
) -> Check:
    """Everything that is wrong with a file by a profile, or may be. tell: told what is done, and 0 … 1.

    Raises what `profile_named`, `probe`, `fan_out` and the reading of subtitles raise, and MediaError
    AP-MEDIA-085 where there is no picture.
    """
    rules = profile_named(profile)
    asked = probe(path)
    picture = asked.stream("video")
    if picture is None:
        raise MediaError(
            "AP-MEDIA-085", "there is no picture in it", file=str(path), remedy="give a film or a clip"
        )
    rate = nominal_rate(picture.rate, asked.timecode)
    full = picture.colour.range == "full" or is_rgb(picture)
    luma = LumaWatcher(rate, full=full)
    colours = ColourWatcher(rate, picture.width or 1, picture.colour.transfer)
    shots = ShotWatcher(backend())
    heard, ear = _listeners(path, asked, rules)
    watchers: list[Consumer] = [luma, colours, shots, *([heard] if heard else []), *([ear] if ear else [])]
    summary = fan_out(path, watchers, progress=lambda done: tell("looking and listening", done))
    clock = Clock(asked, rate, summary)
    if not summary.pictures or summary.time_base is None:
        raise MediaError("AP-MEDIA-017", "no picture in it could be decoded", file=str(path))
    film = _film(luma, colours, shots.shots(summary), summary, rate)
    tell("judging", 0.0)
    found = list(_found(film, luma, colours, asked, picture, rules, path, clock))
    verdicts: tuple[Verdict, ...] = ()
    if heard is not None and rules.loudness is not None:
        spoken = list(ear.spoken()) if ear is not None else None
        programme = heard.programme(spoken) if heard.heard else None
        verdicts, heard_faults = loudness(programme, loudness_profiles()[rules.loudness])
        found += heard_faults
    if subtitle_file is not None and rules.subtitles is not None:
        cuts = tuple(first for first, _ in film.shots[1:])
        found += subtitles(subtitle_file, rules.subtitles, rate, film.count, cuts)
    found += damage(summary.damage, clock.frame_at)
    faults = _judged(_merged(_uncovered(found), float(rate)), rules, clock)
    return Check(
        file=path.name,
        profile=profile,
        title=rules.title,
        guide=rules.guide,
        facts=_facts(path, asked, picture, rate, film, clock),
        faults=faults,
        counts={name: sum(one.severity == name for one in faults) for name in SEVERITIES[:3]},
        kinds=dict(sorted(Counter(one.kind for one in faults).items())),
        loudness=verdicts,
        notes=tuple(_notes(asked, rules, subtitle_file, clock)),
        curve=_curve(film),
    )


def _listeners(path: Path, asked: Probe, rules: CheckProfile) -> tuple[ProgrammeMeter | None, Ear | None]:
    stream = asked.stream("audio")
    if stream is None or rules.loudness is None:
        return None, None
    spoken = loudness_profiles()[rules.loudness].gate == "dialogue"
    return ProgrammeMeter(path, stream), Ear(stream.index) if spoken else None


def _found(
    film: Film,
    luma: LumaWatcher,
    colours: ColourWatcher,
    asked: Probe,
    picture: Stream,
    rules: CheckProfile,
    path: Path,
    clock: Clock,
) -> Iterator[Found]:
    size = picture.width or 0, picture.height or 0
    rgb, counts = is_rgb(picture), luma.meter.counts
    yield from file_faults(asked, picture, rules.file, bits=bits_of(picture), suffix=path.suffix)
    if not rgb:
        yield from values_and_range(counts, picture.colour, film.count)
    yield from tags(counts, picture.colour, size[1], rgb=rgb, sdr=rules.file.sdr)
    yield from flashes(colours.flashes, clock.shown(film.count))
    yield from patterns(colours.stripes, film.count)
    if film.count > 1:
        yield from stillness(film, _limit(rules, "frozen", FREEZE))
        yield from jumps(film)
        if not picture.variable_rate:
            yield from holes([int(one) for one in clock.ticks], float(1 / (clock.rate * clock.base)))
    yield from black(film, _limit(rules, "black", BLACK))
    yield from exposure(film)
    yield from focus(film)
    yield from blocks(film)
    yield from bands(film)
    yield from bars(film, size)
    yield from stuck(luma.stuck.found, film.shots)
    if not rgb and any(rules.rules[kind].severity != "off" for kind in ("gamut", "luma")):
        yield from gamut(path, film, colours.suspects, clock.tick, full=luma.meter.levels == FULL)


def _film(
    luma: LumaWatcher, colours: ColourWatcher, listed: ShotList | None, summary: DecodeSummary, rate: Fraction
) -> Film:
    ticks = np.sort(summary.pts)
    burnt = np.array(colours.burnt, np.float32)
    columns = {**luma.meter.columns(), **luma.movement.columns(), "burnt": burnt}
    count = len(columns["mean"])
    starts = [0]
    passing = []
    if listed is not None:
        for start, _ in listed.shots:
            number = int(np.searchsorted(ticks, start))
            if starts[-1] < number < count:
                starts.append(number)
        for one in listed.boundaries:
            if one.end_pts > one.start_pts:
                first, end = (int(np.searchsorted(ticks, at)) for at in (one.start_pts, one.end_pts))
                passing.append((first, end))
    shots = tuple(zip(starts, [*starts[1:], count], strict=True))
    return Film(columns=columns, rate=float(rate), shots=shots, passing=tuple(passing))


def _limit(rules: CheckProfile, kind: str, otherwise: float) -> float:
    limit = rules.rules[kind].limit
    return otherwise if limit is None else limit


def _uncovered(found: list[Found]) -> list[Found]:
    """Without what another fault brings with it where it lies: flashing burns pictures out, say."""
    kept = []
    for one in found:
        over = [
            each
            for each in found
            if one.kind in COVERS.get(each.kind, ()) and one.first is not None and each.first is not None
        ]
        first, end = one.first or 0, one.end or 0
        inside = sum(max(0, min(end, each.end or 0) - max(first, each.first or 0)) for each in over)
        if inside <= COVERED * (end - first) or not over:
            kept.append(one)
    return kept


def _merged(found: list[Found], rate: float) -> list[Found]:
    """Many faults of one kind near one another told as one stretch with their number."""
    kinds = Counter(one.kind for one in found if one.first is not None)
    out = [one for one in found if one.first is None or kinds[one.kind] <= MANY]
    for kind in (name for name, count in kinds.items() if count > MANY):
        group: list[Found] = []
        timed = [one for one in found if one.kind == kind and one.first is not None]
        for one in sorted(timed, key=lambda each: (each.first or 0, each.end or 0)):
            if group and (one.first or 0) - (group[-1].end or 0) > APART * rate:
                out.append(_joined(group))
                group = []
            group.append(one)
        out.append(_joined(group))
    return out


def _joined(group: list[Found]) -> Found:
    if len(group) == 1:
        return group[0]
    worst = max(group, key=lambda one: one.value if one.value is not None else 0.0)
    return msgspec.structs.replace(
        worst,
        message=f"{len(group)} times; the worst: {worst.message}",
        first=group[0].first,
        end=max(one.end or 0 for one in group),
        evidence={**worst.evidence, "times": len(group)},
        milder=min(one.milder for one in group),
    )


def _judged(found: list[Found], rules: CheckProfile, clock: Clock) -> tuple[Fault, ...]:
    faults = []
    for one in found:
        rule = rules.rules[one.kind]
        severity = rule.severity
        if severity == "off":
            continue
        severity = SEVERITIES[
            max(SEVERITIES.index(severity), min(2, SEVERITIES.index(severity) + one.milder))
        ]
        place: dict[str, str | int | None] = {}
        if one.first is not None and one.end is not None:
            end = min(one.end, len(clock.ticks))
            place = {
                "start": clock.label(one.first),
                "to": clock.label(end),
                "from_frame": one.first,
                "to_frame": end,
                "from_seconds": clock.seconds(one.first),
                "to_seconds": clock.seconds(end),
                "still": min(int(one.evidence.get("worst_frame", (one.first + end) // 2)), end - 1),
            }
        faults.append(
            Fault(
                kind=one.kind,
                severity=severity,
                by=rule.by,
                message=one.message,
                source=one.source or rule.source or (rules.source if rule.by == "rule" else ""),
                value=one.value,
                limit=one.limit,
                unit=one.unit,
                evidence=one.evidence,
                **place,  # type: ignore[arg-type]  # names and kinds as above
            )
        )
    order = {name: number for number, name in enumerate(SEVERITIES)}
    return tuple(sorted(faults, key=lambda one: (order[one.severity], one.from_frame or 0, one.kind)))


def _facts(path: Path, asked: Probe, picture: Stream, rate: Fraction, film: Film, clock: Clock) -> Facts:
    colour = picture.colour
    return Facts(
        container=path.suffix.removeprefix(".").casefold() or asked.container,
        codec=picture.codec,
        size=f"{picture.width}x{picture.height}",
        rate=f"{rate.numerator}/{rate.denominator}" if rate.denominator > 1 else str(rate),
        pixel_format=picture.pixel_format,
        bits=bits_of(picture),
        colour={name: getattr(colour, name) for name in ("primaries", "transfer", "matrix", "range")},
        frames=film.count,
        seconds=round(float((clock.end - int(clock.ticks[0])) * clock.base), 6),
        shots=len(film.shots),
        start_timecode=asked.timecode.label if asked.timecode is not None else None,
        sound=tuple(
            f"{one.codec}, {one.channels} channels ({one.layout}), {one.rate} Hz"
            for one in asked.streams
            if one.kind == "audio"
        ),
        subtitle_streams=sum(one.kind == "subtitle" for one in asked.streams),
    )


def _notes(asked: Probe, rules: CheckProfile, subtitle_file: Path | None, clock: Clock) -> Iterator[str]:
    if not clock.own:
        yield "it has no start timecode: times count from 00:00:00:00"
    embedded = sum(one.kind == "subtitle" for one in asked.streams)
    if embedded and subtitle_file is None:
        yield f"{embedded} subtitle stream{'s' if embedded > 1 else ''} in it not looked at: give the file"
    sounds = [one for one in asked.streams if one.kind == "audio"]
    if len(sounds) > 1:
        yield f"of {len(sounds)} sound streams the first was measured"


def _curve(film: Film) -> tuple[float, ...]:
    mean = np.clip(np.nan_to_num(film.columns["mean"]), 0, 1)
    parts = np.array_split(mean, min(600, len(mean)))
    return tuple(round(float(one.mean()), 4) for one in parts)
