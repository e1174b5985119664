"""A file brought to a delivery's level: one gain, peaks limited, and the file that was written measured."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.core.errors import MediaError
from answerprint.core.records import Stream
from answerprint.departments.sound.levels import Profile
from answerprint.departments.sound.limiting import TruePeakLimiter
from answerprint.departments.sound.programme import Programme, Verdict, verdicts
from answerprint.media.decode import read_sound
from answerprint.media.encode import CONTAINERS, LAYOUTS, AudioSettings, Sound, write_sound
from answerprint.media.fanout import SoundForm
from answerprint.media.probe import probe
from answerprint.media.resounding import with_sound
from answerprint.media.wave import read_wave_chunks
from answerprint.media.wave_writing import write_wave
from answerprint.pipeline.measuring import Tell, measure_file, sound_of

PASSES = 8  # times a file is written and measured, at most; the best is kept
CLOSE = 0.1  # LU from the target at which it is done
LIMIT_MARGIN = 0.05  # dB under the ceiling that peaks are limited to
AAC_RATE = 48_000


class Levelled(msgspec.Struct, frozen=True, kw_only=True):
    """gain: dB; limited: whether peaks were brought down; passes: how often the file was written. before,
    after: what was given, and the file that was written, decoded and measured."""

    profile: str
    gain: float
    limited: bool
    passes: int
    before: Programme
    after: Programme
    verdicts: tuple[Verdict, ...]


def level_file(
    path: Path,
    out: Path,
    profile: Profile,
    name: str,
    *,
    stream: int | None = None,
    tell: Callable[[str, float], None] | None = None,
) -> Levelled:
    """Writes `path` at the level of a profile; pictures and other streams are copied.

    The written file is decoded and measured, and written again with another gain, or peaks held lower, until
    both are met or eight times; the best is kept. tell: told what is done, and 0 … 1. Raises MediaError
    AP-MEDIA-019 where there is nothing to measure, and as `measure_file`, `write_sound` and `with_sound`.
    """

    def told(what: str) -> Tell:
        return (lambda done: tell(what, done)) if tell is not None else (lambda done: None)

    if out.suffix.lower() not in CONTAINERS:  # said before anything is measured
        raise MediaError(
            "AP-MEDIA-051",
            f"no container is called {out.suffix!r}",
            file=str(out),
            remedy="name the file " + ", ".join(CONTAINERS),
        )
    chosen = sound_of(path, stream)
    if CONTAINERS[out.suffix.lower()] == "mp4" and chosen.channels not in LAYOUTS:
        raise MediaError(
            "AP-MEDIA-051",
            f"AAC has no layout of {chosen.channels} channels",
            file=str(out),
            remedy="name the file .wav, .mov or .mkv",
        )
    before = measure_file(path, stream=chosen.index, tell=told("measuring"))
    gain = _target(profile) - _level(before, profile, path)
    ceiling = profile.true_peak - LIMIT_MARGIN
    tried, kept = (out.with_name(f".{out.stem}.{os.getpid()}.{what}{out.suffix}") for what in ("new", "best"))
    best: tuple[tuple[float, float], float, bool, Programme] | None = None
    passes = 0
    try:
        while passes < PASSES:
            passes += 1
            limited = _write(path, tried, chosen, before, gain, ceiling, told(f"writing, pass {passes}"))
            after = measure_file(tried, tell=told("measuring what was written"))
            _, value = after.by_gate(profile)
            off = _target(profile) - value if value is not None else 0.0
            over = max(0.0, (after.true_peak or -np.inf) - profile.true_peak)
            if best is None or (over, abs(off)) < best[0]:
                best = (over, abs(off)), gain, limited, after
                tried.replace(kept)
            if abs(off) <= CLOSE and over <= 0:
                break
            gain += off
            ceiling -= over + (LIMIT_MARGIN if over else 0.0)
        kept.replace(out)
    finally:
        for one in (tried, kept):
            one.unlink(missing_ok=True)
    assert best is not None
    _, gain, limited, after = best
    return Levelled(
        profile=name,
        gain=round(gain, 2),
        limited=limited,
        passes=passes,
        before=before,
        after=after,
        verdicts=tuple(verdicts(after, profile)),
    )


def planned(
    path: Path,
    profile: Profile,
    name: str,
    *,
    stream: int | None = None,
    tell: Callable[[str, float], None] | None = None,
) -> Levelled:
    """What `level_file` would begin with, nothing written. Raises as it does."""
    before = measure_file(path, stream=stream, tell=(lambda done: tell("measuring", done)) if tell else None)
    gain = _target(profile) - _level(before, profile, path)
    limited = before.true_peak is not None and before.true_peak + gain > profile.true_peak - LIMIT_MARGIN
    return Levelled(
        profile=name,
        gain=round(gain, 2),
        limited=limited,
        passes=0,
        before=before,
        after=before,
        verdicts=(),
    )


def _level(programme: Programme, profile: Profile, path: Path) -> float:
    _, value = programme.by_gate(profile)
    if value is None:
        raise MediaError(
            "AP-MEDIA-019", "its sound is silent: it has no level", file=str(path), remedy="give it sound"
        )
    return value


def _target(profile: Profile) -> float:
    return profile.leq_m if profile.leq_m is not None else profile.integrated


def _write(
    path: Path,
    out: Path,
    stream: Stream,
    programme: Programme,
    gain: float,
    ceiling: float,
    tell: Tell,
) -> bool:
    """Writes one pass; whether peaks were limited."""
    kind = CONTAINERS.get(out.suffix.lower())
    pictures = probe(path).stream("video") is not None
    encoded = kind == "mp4"
    rate = AAC_RATE if encoded else programme.rate
    channels = programme.channels
    limiter = TruePeakLimiter(rate, ceiling, channels)
    blocks = _gained(path, stream.index, rate if encoded else None, gain, limiter, programme.seconds, tell)
    start = stream.start.seconds if stream.start is not None else Fraction(0)
    if kind == "wav":
        _write_wave(path, out, blocks, rate)
    else:
        codec = "aac" if encoded else "pcm_s24le"
        sound = Sound(blocks, AudioSettings(codec=codec, rate=rate, channels=channels))
        if pictures and out.suffix.lower() != ".m4a":
            with_sound(path, out, sound, start=start, stream=stream.index)
        else:
            write_sound(out, sound)
    return limiter.limited


def _write_wave(path: Path, out: Path, blocks: Iterator[NDArray[np.float32]], rate: int) -> None:
    """A wave file with the timecode, names and notes of the one it is made from."""
    if path.suffix.casefold() != ".wav":
        write_wave(out, blocks, rate)
        return
    chunks = read_wave_chunks(path)
    bext = chunks.bext
    write_wave(
        out,
        blocks,
        rate,
        bits=32 if chunks.format.kind == "float" else 24,
        time_reference=chunks.time_reference,
        track_names=chunks.track_names,
        sound=chunks.ixml,
        description=bext.description if bext is not None else "",
        originator=bext.originator if bext is not None else "",
        date=bext.date if bext is not None else "",
        time=bext.time if bext is not None else "",
        coding_history=bext.coding_history if bext is not None else "",
    )


def _gained(
    path: Path,
    stream: int,
    rate: int | None,
    gain: float,
    limiter: TruePeakLimiter,
    seconds: float,
    tell: Tell,
) -> Iterator[NDArray[np.float32]]:
    factor = np.float32(10 ** (gain / 20))
    done = 0
    for block in read_sound(path, SoundForm(rate=rate), stream=stream):
        done += len(block.samples)
        tell(min(1.0, done / block.rate / max(seconds, 1e-3)))
        ready = limiter.push(block.samples * factor)
        if len(ready):
            yield ready
    rest = limiter.finish()
    if len(rest):
        yield rest
