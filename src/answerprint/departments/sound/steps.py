"""What the engine runs for sound: each clip cleaned, the mix at its loudness, and the final file measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.core.time import Range, Rounding, Time
from answerprint.departments.sound.cleaning import clean, diagnose
from answerprint.departments.sound.levels import Loudness, LoudnessMeter, measure
from answerprint.departments.sound.mixing import MixClip, plan_gains, render_mix
from answerprint.engine.step import Context, Inputs, Step
from answerprint.media.decode import read_sound
from answerprint.media.fanout import SoundForm
from answerprint.media.wave import read_wave_blocks
from answerprint.media.wave_writing import write_wave

MIX_RATE = 48_000
MIX_CHANNELS = 2
CONTEXT_SECONDS = 10  # heard on either side of a clip to learn its noise
EDGE_SECONDS = Fraction(1, 100)  # cut off both sides of what cleaning used as context, after it settled
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
