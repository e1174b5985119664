"""What the engine runs for sound: each clip cleaned, the mix at its loudness, and the final file measured.

What only a run needs is imported in it: a make in which nothing is due loads no filter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from answerprint.departments.sound.records import (
    ClipReport,
    ClipSound,
    Measured,
    MixBrief,
    MixLevels,
)
from answerprint.engine.step import Context, Inputs, Step

MIX_CHANNELS = 2
CONTEXT_SECONDS = 10  # heard on either side of a clip to learn its noise
CURVE_STEP = 5  # hops of 100 ms between points of the loudness graph
LIMITER_MARGIN_DB = 0.5  # lossy coding overshoots: the limiter holds the mix this far under the ceiling


@dataclass(frozen=True)
class ClipSoundStep(Step):
    """One clip's sound, mono 48 kHz: cleaned where an independent measure says that cleaning helps."""

    name: ClassVar[str] = "clip_sound"
    version: ClassVar[int] = 6
    reads: ClassVar[tuple[str, ...]] = ("media", "clip")
    optional: ClassVar[tuple[str, ...]] = ("voice",)
    writes: ClassVar[tuple[str, ...]] = ("sound", "report")
    libraries: ClassVar[tuple[str, ...]] = ("av", "numpy", "scipy")

    def run(self, inputs: Inputs, context: Context) -> None:
        from answerprint.departments.sound.cleaning.chain import Heard, clean
        from answerprint.departments.sound.diagnosis import diagnose
        from answerprint.departments.sound.gathering import (
            mono_sound,
            samples_of,
            voice_spans,
            with_surroundings,
        )
        from answerprint.departments.sound.levels import measure
        from answerprint.departments.sound.mixing import RATE
        from answerprint.media.wave_writing import write_wave

        clip = inputs["clip"].record(ClipSound)
        wanted = samples_of(clip.source)
        margin = CONTEXT_SECONDS * RATE if clip.clean else 0
        first, last = with_surroundings(wanted, clip.extent, margin)
        samples = mono_sound(inputs["media"].path(), clip, first, last)
        applied: tuple[str, ...] = ()
        if clip.clean:
            voice = voice_spans(inputs["voice"].track(), first, len(samples)) if "voice" in inputs else []
            heard = Heard.of(samples, RATE, diagnose(samples, RATE, voice))
            samples, tried = clean(samples, RATE, heard)
            applied = tuple(str(step) for step in tried if step.kept)
        cut = samples[wanted[0] - first : wanted[1] - first]
        write_wave(context.new_file("sound", ".wav"), cut[:, None], RATE, bits=32)
        loud = measure(cut[:, None], RATE)
        context.write_record("report", ClipReport(applied=applied, loudness=loud.integrated))


@dataclass(frozen=True)
class MixStep(Step):
    """The mix: dialogue levelled clip by clip, the whole at its loudness, true peak held."""

    name: ClassVar[str] = "mix"
    version: ClassVar[int] = 4
    reads: ClassVar[tuple[str, ...]] = ("brief", "sounds", "reports")
    writes: ClassVar[tuple[str, ...]] = ("mix", "levels")
    libraries: ClassVar[tuple[str, ...]] = ("numpy", "scipy")

    def run(self, inputs: Inputs, context: Context) -> None:
        from answerprint.departments.sound.gathering import mix_clip, sample_at
        from answerprint.departments.sound.mixing import RATE, master, plan_gains
        from answerprint.media.wave_writing import write_wave

        brief = inputs["brief"].record(MixBrief)
        sounds, reports = inputs.many("sounds"), inputs.many("reports")
        places = [place for place in brief.places if place.clip in sounds]
        planned = plan_gains(
            {place.clip: reports[place.clip].record(ClipReport).loudness for place in places},
            brief.loudness,
            {place.clip: place.locked_gain for place in places if place.locked_gain is not None},
            {place.clip: place.follows for place in places if place.follows is not None},
        )
        clips = [
            mix_clip(place, brief.rate, sounds[place.clip].path(), planned[place.clip].gain_db)
            for place in places
        ]
        locked = [planned[place.clip].locked for place in places]
        path = context.new_file("mix", ".wav")
        made = master(
            clips,
            locked,
            sample_at(brief.frames, brief.rate),
            brief.loudness,
            brief.true_peak - LIMITER_MARGIN_DB,
            lambda blocks: write_wave(path, blocks, RATE, bits=24),
            MIX_CHANNELS,
        )
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
    version: ClassVar[int] = 3
    reads: ClassVar[tuple[str, ...]] = ("film",)
    writes: ClassVar[tuple[str, ...]] = ("measured",)
    libraries: ClassVar[tuple[str, ...]] = ("av", "numpy", "scipy")

    def run(self, inputs: Inputs, context: Context) -> None:
        import numpy as np

        from answerprint.departments.sound.levels import HOPS_A_SECOND, LoudnessMeter
        from answerprint.departments.sound.mixing import RATE
        from answerprint.media.decode import read_sound
        from answerprint.media.fanout import SoundForm

        meter = LoudnessMeter(RATE, MIX_CHANNELS)
        for block in read_sound(inputs["film"].path(), SoundForm(rate=RATE)):
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
