"""What the engine runs for sound: each clip cleaned, the mix at its loudness, and the final file measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import ClassVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.core.time import Range, Rounding, Time
from answerprint.departments.sound.cleaning import clean
from answerprint.departments.sound.diagnosis import diagnose
from answerprint.departments.sound.levels import HOPS_A_SECOND, Loudness, LoudnessMeter, measure
from answerprint.departments.sound.mixing import FADE, MixClip, master, plan_gains
from answerprint.engine.step import Context, Inputs, Step
from answerprint.media.decode import read_sound
from answerprint.media.fanout import SoundForm
from answerprint.media.wave import read_wave_blocks
from answerprint.media.wave_writing import write_wave

MIX_RATE = 48_000
MIX_CHANNELS = 2
CONTEXT_SECONDS = 10  # heard on either side of a clip to learn its noise
CURVE_STEP = 5  # hops of 100 ms between points of the loudness graph
LIMITER_MARGIN_DB = 0.5  # lossy coding overshoots: the limiter holds the mix this far under the ceiling


class ClipSound(msgspec.Struct, frozen=True, kw_only=True):
    """The sound of one clip: which channels of which stream, from when to when on the file's clock."""

    source: Range
    stream: int | None = None
    channels: tuple[int, ...] = ()  # empty is all
    left_out: tuple[int, ...] = ()  # channels that carry timecode
    clean: bool = True


class ClipReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was found in a clip's sound and done about it, and how loud it came out."""

    applied: tuple[str, ...]
    loudness: float | None  # LUFS, before any gain


@dataclass(frozen=True)
class ClipSoundStep(Step):
    """One clip's sound, mono 48 kHz: cleaned where an independent measure says that cleaning helps."""

    name: ClassVar[str] = "clip_sound"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("media", "clip")
    optional: ClassVar[tuple[str, ...]] = ("voice",)
    writes: ClassVar[tuple[str, ...]] = ("sound", "report")
    libraries: ClassVar[tuple[str, ...]] = ("av", "numpy", "scipy")

    def run(self, inputs: Inputs, context: Context) -> None:
        clip = inputs["clip"].record(ClipSound)
        wanted = _samples_of(clip.source)
        margin = CONTEXT_SECONDS * MIX_RATE if clip.clean else 0
        first = wanted[0] - margin
        samples = _mono(inputs, clip, first, wanted[1] + margin)
        applied: tuple[str, ...] = ()
        if clip.clean:
            voice = _voice(inputs, first, len(samples))
            diagnosis = diagnose(samples, MIX_RATE, voice)
            samples, steps = clean(samples, MIX_RATE, diagnosis)
            applied = tuple(str(step) for step in steps)
        cut = samples[wanted[0] - first : wanted[1] - first]
        write_wave(context.new_file("sound", ".wav"), cut[:, None], MIX_RATE, bits=32)
        heard = measure(cut[:, None], MIX_RATE)
        context.write_record("report", ClipReport(applied=applied, loudness=heard.integrated))


class MixPlace(msgspec.Struct, frozen=True, kw_only=True):
    """Where a clip's sound lies, in frames of the cut; a locked clip keeps the gain it had."""

    clip: str
    start: int
    end: int
    locked_gain: float | None = None
    goes_on: tuple[bool, bool] = (False, False)  # the same recording runs on before it, after it


class MixBrief(msgspec.Struct, frozen=True, kw_only=True):
    """The whole mix: its length, its clips, its target."""

    rate: Fraction
    frames: int
    places: tuple[MixPlace, ...]
    loudness: float  # LUFS
    true_peak: float  # dBTP


class MixLevels(msgspec.Struct, frozen=True, kw_only=True):
    """What the mix was set to: the gain of every clip, and how the mix measures before coding."""

    gains: Mapping[str, float]  # clip id → dB
    target: float
    ceiling: float
    loudness: Loudness


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """The final file's sound, measured after coding, with its short-term curve."""

    loudness: Loudness
    curve: tuple[float | None, ...]  # short-term LUFS
    curve_step: float  # seconds between values


@dataclass(frozen=True)
class MixStep(Step):
    """The mix: dialogue levelled clip by clip, the whole at its loudness, true peak held."""

    name: ClassVar[str] = "mix"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("brief", "sounds", "reports")
    writes: ClassVar[tuple[str, ...]] = ("mix", "levels")
    libraries: ClassVar[tuple[str, ...]] = ("numpy", "scipy")

    def run(self, inputs: Inputs, context: Context) -> None:
        brief = inputs["brief"].record(MixBrief)
        sounds, reports = inputs.many("sounds"), inputs.many("reports")
        places = [place for place in brief.places if place.clip in sounds]
        planned = plan_gains(
            {place.clip: reports[place.clip].record(ClipReport).loudness for place in places},
            brief.loudness,
            {place.clip: place.locked_gain for place in places if place.locked_gain is not None},
        )
        clips = [
            _mix_clip(place, brief.rate, sounds[place.clip].path(), planned[place.clip].gain_db)
            for place in places
        ]
        locked = [planned[place.clip].locked for place in places]
        made = master(
            clips,
            locked,
            sample_at(brief.frames, brief.rate),
            brief.loudness,
            brief.true_peak - LIMITER_MARGIN_DB,
            MIX_CHANNELS,
        )
        write_wave(context.new_file("mix", ".wav"), made.samples, MIX_RATE, bits=24)
        gains = {
            name: one.gain_db + (0.0 if one.locked else made.trim.gain_db) for name, one in planned.items()
        }
        levels = MixLevels(
            gains=gains, target=brief.loudness, ceiling=brief.true_peak, loudness=made.loudness
        )
        context.write_record("levels", levels)


@dataclass(frozen=True)
class MeasureStep(Step):
    """The final file, decoded and measured."""

    name: ClassVar[str] = "measure"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("film",)
    writes: ClassVar[tuple[str, ...]] = ("measured",)
    libraries: ClassVar[tuple[str, ...]] = ("av", "numpy", "scipy")

    def run(self, inputs: Inputs, context: Context) -> None:
        meter = LoudnessMeter(MIX_RATE, MIX_CHANNELS)
        for block in read_sound(inputs["film"].path(), SoundForm(rate=MIX_RATE)):
            meter.add(block.samples)
        levels = meter.short_term()[::CURVE_STEP]
        context.write_record(
            "measured",
            Measured(
                loudness=meter.result(),
                curve=tuple(round(float(one), 2) if np.isfinite(one) else None for one in levels),
                curve_step=CURVE_STEP / HOPS_A_SECOND,
            ),
        )


def _mix_clip(place: MixPlace, rate: Fraction, path: Path, gain_db: float) -> MixClip:
    """A clip's sound in its place, exactly as long as its frames; no fade where the recording runs on."""
    start, end = sample_at(place.start, rate), sample_at(place.end, rate)
    samples = np.concatenate(list(read_wave_blocks(path, end=end - start)))
    before, after = place.goes_on
    return MixClip(
        samples,
        start,
        gain_db,
        fade_in=0 if before else FADE,
        fade_out=0 if after else FADE,
    )


def sample_at(frame: int, rate: Fraction) -> int:
    """The 48 kHz sample at which a frame of the cut begins."""
    return Time(frame, rate).frame(Fraction(MIX_RATE))


def _samples_of(range_: Range) -> tuple[int, int]:
    """A range as 48 kHz samples on the file's clock, one more than needed at its end: where in the cut the
    clip will lie decides how its length rounds."""
    rate = Fraction(MIX_RATE)
    return range_.start.frame(rate), range_.end.frame(rate, Rounding.CEILING) + 1


def _mono(inputs: Inputs, clip: ClipSound, first: int, last: int) -> NDArray[np.float32]:
    """The clip's channels averaged, samples first … last of the file's clock; silence where there is none."""
    range_ = Range.of_ticks(first, last, Fraction(MIX_RATE))
    mono = np.zeros(last - first, np.float32)
    blocks = read_sound(inputs["media"].path(), SoundForm(rate=MIX_RATE), stream=clip.stream, range=range_)
    for block in blocks:
        channels = clip.channels or tuple(
            one for one in range(block.samples.shape[1]) if one not in clip.left_out
        )
        chosen = block.samples[:, list(channels)] if channels else block.samples
        at = block.start - first
        mono[at : at + len(chosen)] = chosen.mean(axis=1)
    return mono


def _voice(inputs: Inputs, first: int, samples: int) -> list[tuple[int, int]]:
    """Where people speak, as samples counted from `first` and held to 0 … samples."""
    if "voice" not in inputs:
        return []
    track = inputs["voice"].track()
    rate = Fraction(MIX_RATE)
    ranges = (track.range_of(annotation) for annotation in track.annotations)
    inside = (
        (max(0, one.start.frame(rate) - first), min(samples, one.end.frame(rate) - first)) for one in ranges
    )
    return [(start, end) for start, end in inside if start < end]
